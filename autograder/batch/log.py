"""``logs/ASSIGNMENT.log`` in the course folder: one line for each submission of each grading.

Plain text, its columns parted by tabs. What the table of a class has no room for is here in full.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ..course.folder import Course
from ..notebook.safe_html import one_line
from ..results import ExerciseResult, Outcome, Ungraded, incomplete, points, rounded
from .changes import Change
from .outcome import ClassResult

MOST_BYTES = 20 * 2**20  # of a log that grows on; the one before it is kept


class GradingLog:
    """The log of an assignment, to which the lines of one grading are added."""

    def __init__(self, course: Course, name: str) -> None:
        self.path = log_path(course, name)
        self._is_begun = False

    def add(self, entry: ClassResult) -> None:
        """Add the line of one submission."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        took = "kept" if entry.unchanged else f"{entry.seconds:.1f} s"
        columns = map(one_line, (now, entry.student, took, *_about(entry)))
        if not self._is_begun:
            self._begin()
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\t".join(columns).rstrip("\t") + "\n")

    def _begin(self) -> None:
        """Make room, before the first line of a grading, so that all its lines are in one file."""
        self._is_begun = True
        self.path.parent.mkdir(exist_ok=True)
        if self.path.exists() and self.path.stat().st_size > MOST_BYTES:
            self.path.replace(_older(self.path))


def log_path(course: Course, name: str) -> Path:
    """Return where the log of an assignment is."""
    return course.root / "logs" / f"{name}.log"


def reasons(course: Course, name: str) -> dict[str, str]:
    """Return why submissions were not graded, of those whose last line in the log says so."""
    path, found = log_path(course, name), {}
    for part in filter(Path.is_file, (_older(path), path)):
        # One of a full disk may end within a letter.
        for line in part.read_text(encoding="utf-8", errors="replace").splitlines():
            _, student, _, became, *rest = [*line.split("\t"), "", "", ""]
            found[student] = rest[2] if became == "not graded" else ""
    return {student: said for student, said in found.items() if said}


def _older(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")


def _about(entry: ClassResult) -> tuple[str, ...]:
    """Return what became of a submission, what failed, limits, notes, and what it had before."""
    result = entry.result
    notes = " ".join(entry.notes)
    before = _before(entry.change) if entry.change else ""
    if isinstance(result, Ungraded):
        return "not graded", "", "", f"{result.error} {notes}", before
    failed = ", ".join(map(_failed, incomplete(result)))
    return (
        points(result),
        f"failed: {failed}" if failed else "",
        f"limits: {' '.join(result.limits)}" if result.limits else "",
        " ".join((*result.notes, notes)),
        before,
    )


def _before(change: Change) -> str:
    falls = "; ".join(map(str, change.falls))
    old, new = rounded(change.old), rounded(change.new)
    return f"before: {old} points, now {new}: {change.direction}. {falls}"


def _failed(exercise: ExerciseResult) -> str:
    tests = [test.name for test in exercise.tests if test.outcome is not Outcome.PASSED]
    return f"{exercise.name} ({', '.join(tests)})" if tests else exercise.name
