"""Grading -> nbgrader's gradebook: both doors write through here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from logging import LogRecord

from nbgrader.api import Gradebook, MissingEntry, Student
from nbgrader.coursedir import CourseDirectory
from tornado.log import app_log

from ..errors import NotReleased
from ..notebook.assignment import GRADE_PREFIX, Assignment
from ..results import Grading
from ..surroundings import gradebook_explained

NO_RESPONSE = "No response."  # nbgrader's own words for a cell left as it was released


@contextmanager
def open_gradebook(coursedir: CourseDirectory) -> Iterator[Gradebook]:
    """Open the gradebook of a course. Raises SurroundingsFail where it fails meanwhile."""
    db_url = coursedir.db_url
    with (
        _without_tracebacks(),
        gradebook_explained(db_url),
        Gradebook(db_url, coursedir.course_id) as gradebook,
    ):
        gradebook.db.query(Student).limit(1).all()  # fails in one of an older nbgrader
        yield gradebook


@contextmanager
def _without_tracebacks() -> Iterator[None]:
    """Keep nbgrader from printing the traceback of an error that is said in a sentence."""
    app_log.addFilter(_is_no_error)
    try:
        yield
    finally:
        app_log.removeFilter(_is_no_error)


def _is_no_error(record: LogRecord) -> bool:
    return record.exc_info is None


def check_released(gradebook: Gradebook, assignment: Assignment) -> None:
    """Raise NotReleased unless the gradebook has this assignment with the same points."""
    try:
        notebook = gradebook.find_notebook(assignment.name, assignment.name)
    except MissingEntry:
        raise NotReleased(assignment.name) from None
    known = {cell.name: cell.max_score for cell in notebook.grade_cells}
    graded = [*assignment.exercises, *assignment.written]
    if known != {exercise.grade_id: exercise.points for exercise in graded}:
        raise NotReleased(assignment.name)


def reset(gradebook: Gradebook, name: str, student: str) -> None:
    """Forget what was recorded for a submission: an earlier score must not stand for it."""
    for notebook in gradebook.find_submission(name, student).notebooks:
        for grade in notebook.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
    gradebook.db.commit()


def record(gradebook: Gradebook, grading: Grading, student: str) -> None:
    """Write every grade and comment row of a submitted notebook, whatever it held before.

    ``auto_score`` is None, and a human is asked for, where the grader failed and where a
    written answer waits.
    """
    name = grading.assignment
    scores = {f"{GRADE_PREFIX}{result.name}": result.score for result in grading.exercises}
    scores |= {answer.name: None if answer.answered else 0.0 for answer in grading.written}
    submitted = gradebook.find_submission_notebook(name, name, student)
    for grade in submitted.grades:
        grade.auto_score = scores.get(grade.name)
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
    comments = dict.fromkeys(grading.untouched, NO_RESPONSE)
    comments |= {answer.name: answer.place for answer in grading.written if answer.elsewhere}
    for comment in submitted.comments:
        comment.auto_comment = comments.get(comment.name)
    gradebook.db.commit()
