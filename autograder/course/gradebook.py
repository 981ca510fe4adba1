"""Grading -> nbgrader's gradebook: both doors write through here."""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from logging import LogRecord
from pathlib import Path

import nbgrader
from nbgrader.api import Grade, Gradebook, InvalidEntry, MissingEntry, Student, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import case, create_engine, inspect, text
from sqlalchemy.exc import ArgumentError, SAWarning
from tornado.log import app_log

from ..errors import NotReleased
from ..notebook.assignment import GRADE_PREFIX, Assignment
from ..results import Grading
from ..surroundings import (
    GradebookNewer,
    InTheWay,
    NoGradebook,
    NoSuchDatabase,
    NotAllowed,
    explained,
    gradebook_explained,
    is_served,
    place_of,
)

_VERSION_TABLE = "alembic_version"
_VERSIONS = text(f"select version_num from {_VERSION_TABLE}")
NO_RESPONSE = "No response."  # nbgrader's own words for a cell left as it was released


@contextmanager
def open_gradebook(coursedir: CourseDirectory) -> Iterator[Gradebook]:
    """Open the gradebook of a course. Raises SurroundingsFail where it fails meanwhile."""
    db_url = coursedir.db_url
    with _without_tracebacks(), gradebook_explained(db_url):
        _check_usable(db_url)
        with Gradebook(db_url, coursedir.course_id) as gradebook:
            gradebook.db.query(Student).limit(1).all()  # fails in one of an older nbgrader
            yield gradebook


def _check_usable(db_url: str) -> None:
    """Raise SurroundingsFail for what nbgrader would make or change without a word."""
    place = place_of(db_url)
    if not is_served(place):
        if Path(place).is_dir():
            raise InTheWay(place, "folder", "file")
        if not Path(place).exists():
            raise NoGradebook(place)
    try:
        engine = create_engine(db_url)
    except (ArgumentError, ImportError, ValueError) as error:  # a kind or option nobody knows here
        raise explained(error) or NoSuchDatabase(str(error)) from None
    try:
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            versions = connection.scalars(_VERSIONS).all() if _VERSION_TABLE in tables else ()
    finally:
        engine.dispose()
    if not tables:
        raise NoGradebook(place)
    if not {*versions} <= _known_versions():
        raise GradebookNewer(place)


def check_writable(coursedir: CourseDirectory) -> None:
    """Raise NotAllowed where nothing could be recorded: that would be said of each student."""
    place = place_of(coursedir.db_url)
    if is_served(place):
        return
    for part in (Path(place), Path(place).parent):  # a journal is written beside it
        if part.exists() and not os.access(part, os.W_OK):
            raise NotAllowed(str(part))


@cache
def _known_versions() -> frozenset[str]:
    """Return the versions of gradebooks that the installed nbgrader made or can upgrade."""
    changes = Path(nbgrader.__file__).parent.glob("alembic/versions/*.py")
    return frozenset(path.name.partition("_")[0] for path in changes)


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


@contextmanager
def transaction(gradebook: Gradebook) -> Iterator[None]:
    """Let all that is written within be there at the end, or nothing of it.

    nbgrader's own functions commit by themselves. Within, that only hands the rows to the
    database, for the session has joined a transaction that is not its own; a rollback ends that.
    """
    gradebook.db.remove()
    with gradebook.engine.begin() as connection:
        gradebook.db.configure(bind=connection)
        try:
            yield
            gradebook.db.commit()
        finally:
            gradebook.db.remove()
            gradebook.db.configure(bind=gradebook.engine)


def enter_student(gradebook: Gradebook, student: str) -> None:
    """Enter a student, whom those who grade other assignments may enter at the same time."""
    try:
        gradebook.update_or_create_student(student)
    except InvalidEntry as error:
        if explained(error):
            raise


def enter(gradebook: Gradebook, name: str, student: str, timestamp: datetime | None) -> None:
    """Enter a submission of a student who is known, with its time if it has one."""
    known = {"timestamp": timestamp} if timestamp else {}
    with warnings.catch_warnings():  # nbgrader's own use of SQLAlchemy
        warnings.filterwarnings("ignore", "Object of type", SAWarning)
        gradebook.update_or_create_submission(name, student, **known)


def reset(gradebook: Gradebook, name: str, student: str) -> frozenset[str]:
    """Forget what was recorded for a submission: an earlier score must not stand for it.

    Returns which cells a human had settled: their marks stay, and may settle them again.
    """
    settled = set()
    for notebook in gradebook.find_submission(name, student).notebooks:
        notebook.late_submission_penalty = None
        for grade in notebook.grades:
            if grade.manual_score is not None and not grade.needs_manual_grade:
                settled.add(grade.name)
            grade.auto_score = None
            grade.needs_manual_grade = True
    return frozenset(settled)


def record(
    gradebook: Gradebook,
    grading: Grading,
    student: str,
    before: Grading | None,
    settled: Collection[str] = (),
) -> SubmittedNotebook:
    """Write every grade and comment row of a submitted notebook, whatever it held before.

    ``auto_score`` is None, and a human is asked for, where the grader failed and where a
    written answer waits. A mark that a human gave stays, and settles its cell as long as text and
    points of that are those of the result ``before``; else a human is asked to look again. Whether
    there is such a mark is asked of the database while it writes: somebody may give one at this
    moment. ``settled`` were those that ``reset`` has named. Returns the notebook's row.
    """
    name = grading.assignment
    scores = automatic(grading)
    submitted = gradebook.find_submission_notebook(name, name, student)
    cells = _cells_of(submitted)  # held, so that no row below asks the database for its own
    for grade in submitted.grades:
        grade.auto_score = scores.get(grade.name)
    same = {g.name: g.id for g in submitted.grades if before and _is_same(g.name, before, grading)}
    again = [cell for name, cell in same.items() if name in settled]
    no_points, marked = Grade.auto_score.is_(None), Grade.manual_score.is_not(None)
    waits = case(
        (Grade.id.in_(again), False),
        (Grade.id.in_(same.values()), no_points & ~marked | marked & Grade.needs_manual_grade),
        else_=no_points | marked,
    )
    of_this = Grade.notebook_id == submitted.id
    gradebook.db.query(Grade).filter(of_this).update(
        {Grade.needs_manual_grade: waits}, synchronize_session=False
    )
    comments = dict.fromkeys(grading.untouched, NO_RESPONSE)
    comments |= {answer.name: answer.place for answer in grading.written if answer.elsewhere}
    for comment in submitted.comments:
        comment.auto_comment = comments.get(comment.name)
    del cells
    return submitted


def _cells_of(submitted: SubmittedNotebook) -> list[object]:
    """Return the cells that grades and comments belong to, all loaded by one query."""
    return [*submitted.notebook.grade_cells, *submitted.notebook.solution_cells]


def _is_same(cell: str, before: Grading, after: Grading) -> bool:
    """Say whether the student's text of a cell and its automatic points are as they were."""
    if before.texts.get(cell) is None:  # unknown, or the result is of an older version
        return False
    points = (automatic(grading).get(cell) for grading in (before, after))
    return before.texts[cell] == after.texts.get(cell) and len({*points}) == 1


def automatic(grading: Grading) -> dict[str, float | None]:
    """Return the automatic points of each graded cell, None where a human must give them."""
    found = {f"{GRADE_PREFIX}{result.name}": result.score for result in grading.exercises}
    return found | {a.name: None if a.answered else 0.0 for a in grading.written}
