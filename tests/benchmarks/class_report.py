"""How long the report of a large class takes, and how large its page is.

    autograder demo graded --students 48
    python tests/benchmarks/class_report.py graded pooling 1000

A copy of the course gets as many students as are asked for: the results of those who are graded,
again and again. The report is then made by the command, in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import autograder.lean_imports  # noqa: F401 (before anything imports nbgrader)
from autograder.course.folder import Course
from autograder.course.gradebook import enter_student, open_gradebook, transaction
from autograder.course.rows import Rows

FOLDERS = ("autograded", "submitted", "feedback")


def enlarge(folder: Path, name: str, students: int) -> None:
    """Give a graded course more students."""
    course = Course.open(folder)
    graded = sorted(path.stem for path in (folder / "gradings" / name).glob("*.json"))
    known = len(course.students(name))
    with open_gradebook(course.coursedir) as gradebook:
        rows = Rows(gradebook, name)
        for number, origin in enumerate(islice(cycle(graded), max(0, students - known))):
            student = f"another-{number:05}"
            stored = course.grading(name, origin)
            if stored is None:
                continue
            for part in FOLDERS:
                if (folder / part / origin / name).exists():
                    shutil.copytree(folder / part / origin / name, folder / part / student / name)
            enter_student(gradebook, student)
            with transaction(gradebook) as connection:
                entered = rows.enter(connection, student, None)
                rows.record(connection, entered, stored.grading, None)
            course.keep_grading(name, student, stored)


def main() -> None:
    """Enlarge a copy of a course, and print what its report takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("course", type=Path)
    parser.add_argument("assignment")
    parser.add_argument("students", type=int)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "course")
        skipped = shutil.ignore_patterns("exchange", "students", "release")
        shutil.copytree(asked.course, folder, ignore=skipped)
        enlarge(folder, asked.assignment, asked.students)
        command = [sys.executable, "-m", "autograder", "report", asked.assignment]
        began, before = time.monotonic(), os.times()
        subprocess.run([*command, "--course-dir", str(folder)], check=True)
        used = os.times()
        processor = used.children_user + used.children_system
        processor -= before.children_user + before.children_system
        page = folder / "reports" / f"{asked.assignment}.html"
        print(f"{time.monotonic() - began:.1f} s, {processor:.1f} s of a processor")
        print(f"page: {page.stat().st_size / 2**20:.2f} MiB")


if __name__ == "__main__":
    main()
