"""Processor time of the grader itself for a class, now and at an old commit; used by others here.

At the old commit the same notebooks are graded by its own code and hidden tests, in today's
environment: so one run compares both. The hidden tests of today ask for more calls.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import nbformat
from contents import OWN

from autograder.batch.job import WorkerSetup, read_job
from autograder.batch.worker import Worker
from autograder.course.candidate_files import read_named
from autograder.course.contents import PACKAGED_COURSE
from autograder.course.folder import Course
from autograder.course.gradebook import open_gradebook
from autograder.course.options import Limits
from autograder.course.parcel import Parcel
from autograder.feedback.body import body_text
from autograder.feedback.making import make_body
from autograder.feedback.pages import Pages
from autograder.grading import grade, open_sandbox
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.notebook.submission import parse_notebook
from autograder.sandbox.child import Child

ROOT = Path(__file__).parents[2]
OLD = "91a2daf"
GRADE_AT_OLD = """
import statistics, sys, time
from pathlib import Path
from autograder.assignment import load_assignment
from autograder.grading import grade, open_sandbox
from autograder.options import Limits
from autograder.submission import read_notebook

assignment, limits, spent = load_assignment(sys.argv[1]), Limits(), []
with open_sandbox(limits) as sandbox:
    for path in Path(sys.argv[2]).iterdir():
        before = time.process_time()
        submitted = read_notebook(path)
        grade(submitted, assignment, sandbox, notebook="", student="one", limits=limits)
        spent.append(time.process_time() - before)
print(statistics.median(spent))
"""


class OldMissing(Exception):
    """The old commit cannot be measured here; the text says why."""


class Work(NamedTuple):
    """Seconds of processor time per submission: medians, of the students' code the mean."""

    grader: float
    students: float
    body: float  # of the page: what the submission alone decides of it


def own_work(assignment: Assignment, notebooks: Sequence[str]) -> Work:
    """Return what a class costs. It is graded here, one after the other."""
    limits, spent, bodies, ran = Limits(), [], [], []
    kill = Child.kill

    def counted(child: Child) -> None:
        ran.append(child.process.counts().ran)
        kill(child)

    with open_sandbox(limits, PACKAGED_COURSE) as sandbox, patch.object(Child, "kill", counted):
        for text in notebooks:
            before = time.process_time()
            submitted = parse_notebook(text.encode())  # as a worker does
            graded = grade(
                submitted, assignment, sandbox, notebook="", student="one", limits=limits
            )
            spent.append(time.process_time() - before)
            executed = nbformat.writes(graded.notebook) + "\n"
            before = time.process_time()
            body_text(make_body(graded.grading, executed, graded.time))
            bodies.append(time.process_time() - before)
    students = sum(ran) / len(notebooks)
    return Work(statistics.median(spent), students, statistics.median(bodies))


def old_work(name: str, notebooks: Sequence[str]) -> float:
    """Return the grader's seconds per submission at the old commit. Raises OldMissing."""
    with tempfile.TemporaryDirectory(prefix="old-grader-") as folder:
        code, handed_in = Path(folder, "code"), Path(folder, "notebooks")
        _check_out(code)
        handed_in.mkdir()
        for number, text in enumerate(notebooks):
            (handed_in / f"{number:05}.ipynb").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", GRADE_AT_OLD, name, str(handed_in)],
            cwd=code,  # from where Python then imports
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise OldMissing(f"it cannot run here: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stdout)


def _check_out(folder: Path) -> None:
    """Write the files of the old commit into a folder. Raises OldMissing."""
    archive = folder.with_suffix(".tar")
    command = ["git", "-C", str(ROOT), "archive", f"--output={archive}", OLD]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise OldMissing("there is no git here") from None
    if done.returncode:
        raise OldMissing(done.stderr.strip())
    shutil.unpack_archive(archive, folder, filter="data")


def page_seconds(root: Path, name: str) -> float:
    """Return the seconds of processor time that it takes to write the page of a graded student."""
    course, spent = Course.open(root), []
    with open_gradebook(course.coursedir) as gradebook:
        pages = Pages(course, name, gradebook)
        for student in course.students_with_feedback(name):
            shutil.rmtree(course.page_file(name, student).parent)
            before = time.process_time()
            pages.write(student)
            spent.append(time.process_time() - before)
    return statistics.median(spent)


def warm_seconds(name: str) -> float:
    """Return how many seconds a worker takes for a right submission, when it has graded one."""
    with tempfile.TemporaryDirectory(prefix="warm-worker-") as folder:
        path = Path(folder, f"{name}.ipynb")
        path.write_text(nbformat.writes(answered(OWN.assignment(name), {})), encoding="utf-8")
        job = read_job(path.name, "one", partial(read_named, path))
        worker = Worker(WorkerSetup(name, Parcel.of(OWN), b"", Limits(), with_pages=True))
        try:
            worker.finish(job)
            return worker.finish(job).seconds
        finally:
            worker.close()
