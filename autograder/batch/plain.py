"""Ordinary assignments: nbgrader's own autograde, for one submission after another.

nbgrader's command takes a whole class, and some submissions end it. What it only logs is kept here.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry, SubmittedNotebook
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning

from ..course.folder import Course
from ..course.gradebook import check_writable, open_gradebook
from ..course.marks import marks_of_class
from ..course.released import has_feedback
from ..errors import AutograderError, NotReleased, UnreadableTimestamp
from ..results import ExerciseResult, Grading, Ungraded, WrittenAnswer
from .changes import Before, compare
from .freshness import FORCED
from .outcome import ClassResult, Result

COULD = ["read the solutions", "write the gradebook"]


def grade_plain(
    course: Course, name: str, students: Iterable[str], force: bool
) -> Iterator[ClassResult]:
    """Yield what became of each submission. Raises NotReleased."""
    _check_released(course, name)
    check_writable(course.coursedir)
    for student in students:
        yield _graded(course, name, student, force)


def _graded(course: Course, name: str, student: str, force: bool) -> ClassResult:
    began = time.monotonic()
    autograde = _Autograde(course, name, student, force)
    before = _before(course, name, student) if autograde.force else None
    with warnings.catch_warnings():  # nbgrader's own use of SQLAlchemy
        warnings.filterwarnings("ignore", "Object of type", SAWarning)
        reason = autograde.failure()
    seconds = time.monotonic() - began
    if reason:
        result: Result = Ungraded(notebook=autograde.notebook, error=reason)
    else:
        result = _recorded(course, name, student)
    change = None
    if before:
        marks = marks_of_class(course, name, [student])[student]
        change = compare(student, before, result, marks)
    kept = not (reason or autograde.processed)
    return ClassResult(student, result, kept, seconds=seconds, change=change)


def _before(course: Course, name: str, student: str) -> Before | None:
    """Return what a student has of the same hand-in: nbgrader knows that by its time."""
    folders = (course.submitted_folder(name, student), course.autograded_folder(name, student))
    try:
        new, old = map(course.timestamps().of, folders)
    except UnreadableTimestamp:
        return None
    marks = marks_of_class(course, name, [student]).get(student)
    if new is None or new != old or marks is None:
        return None
    return Before(_recorded(course, name, student), marks, has_feedback(course, name, student))


def plan_plain(course: Course, name: str, students: Iterable[str], force: bool) -> dict[str, str]:
    """Return why nbgrader would grade each student's submission, "" where it would not.

    Raises NotReleased.
    """
    _check_released(course, name)
    return {student: FORCED if force else _why(course, name, student) for student in students}


def _why(course: Course, name: str, student: str) -> str:
    """Decide as nbgrader does: by times, and by whether there is a graded copy."""
    graded = course.autograded_folder(name, student)
    if not graded.exists():
        return "new"
    try:
        new, old = map(course.timestamps().of, (course.submitted_folder(name, student), graded))
    except UnreadableTimestamp:
        return "its time cannot be read"
    return "it was handed in later" if new and old and new > old else ""


class _Autograde(Autograde):  # type: ignore[misc]  # nbgrader is untyped
    """nbgrader's own for one submission, which also keeps how far it came."""

    def __init__(self, course: Course, name: str, student: str, force: bool) -> None:
        only = {"assignment_id": name, "student_id": student}
        coursedir = CourseDirectory(config=course.config, root=str(course.root), **only)
        self._errors = _Errors()
        log = logging.Logger("nbgrader", logging.ERROR)
        log.addHandler(self._errors)
        super().__init__(coursedir=coursedir, config=course.config, log=log)
        if force:
            self.force = True
        self.processed = False
        self.notebook = ""

    def failure(self) -> str:
        """Grade the submission; return why that was not possible, or nothing."""
        try:
            self.start()
        except Exception as error:  # files of a submission can be anything
            return f"{self.notebook}: {_said(self._errors.last or error)}".removeprefix(": ")
        return ""

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Decide whether there is something to do, and keep the answer."""
        self.processed = super().init_destination(assignment_id, student_id)
        return self.processed

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Grade one notebook, and keep which it was."""
        self.notebook = Path(notebook_filename).name
        super().convert_single_notebook(notebook_filename)


class _Errors(logging.Handler):
    """Keeps what nbgrader caught last: it logs that, and raises another error in its place."""

    last: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.last = sys.exc_info()[1] or self.last


def _said(error: BaseException) -> str:
    """Return one line: errors that were not made to be read need their name with it."""
    first, *_ = str(error).strip().splitlines() or [""]
    readable = isinstance(error, (AutograderError, NbGraderException))
    return first if readable else f"{type(error).__name__}: {first}"


def _check_released(course: Course, name: str) -> None:
    with open_gradebook(course.coursedir) as gradebook:
        try:
            gradebook.find_assignment(name)
        except MissingEntry:
            raise NotReleased(name) from None


def _recorded(course: Course, name: str, student: str) -> Grading:
    """Return what the gradebook has: tests as exercises, and what a human grades as written."""
    with open_gradebook(course.coursedir) as gradebook:
        notebooks = gradebook.find_submission(name, student).notebooks
        exercises, written = [], []
        for notebook in sorted(notebooks, key=lambda notebook: str(notebook.name)):
            manual = _graded_by_hand(notebook)
            for grade in sorted(notebook.grades, key=lambda grade: str(grade.name)):
                about: dict[str, Any] = {"name": grade.name, "max_score": grade.max_score}
                if grade.name in manual:
                    written.append(WrittenAnswer(answered=grade.needs_manual_grade, **about))
                else:
                    exercises.append(ExerciseResult(score=grade.auto_score, **about))
    return Grading.of(
        exercises,
        written,
        [],
        notebook=name,
        assignment=name,
        student=student,
        sandbox="none",
        sandbox_gaps=COULD,
    )


def _graded_by_hand(submitted: SubmittedNotebook) -> set[str]:
    cells = [*submitted.notebook.solution_cells, *submitted.notebook.task_cells]
    return {cell.name for cell in cells}
