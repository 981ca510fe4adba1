"""nbgrader's gradebook: opened, checked and written to, with its failures in one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from logging import LogRecord
from pathlib import Path

import nbgrader
from nbgrader.api import Gradebook, MissingEntry, Student
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import (
    Connection,
    String,
    bindparam,
    create_engine,
    exists,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, IntegrityError
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
_STUDENT = Student.__table__
_ENTER_STUDENT = insert(_STUDENT).from_select(
    ["id"],
    select(bindparam("student", type_=String())).where(
        ~exists().where(_STUDENT.c.id == bindparam("student"))
    ),
)
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
def transaction(gradebook: Gradebook) -> Iterator[Connection]:
    """Let all that is written within be there at the end, or nothing of it.

    It is written through the connection, or by nbgrader's own functions.

    nbgrader's own functions commit by themselves. Within, that only hands the rows to the
    database, for the session has joined a transaction that is not its own; a rollback ends that.
    """
    gradebook.db.remove()
    with gradebook.engine.begin() as connection:
        gradebook.db.configure(bind=connection)
        try:
            yield connection
            gradebook.db.commit()
        finally:
            gradebook.db.remove()
            gradebook.db.configure(bind=gradebook.engine)


def enter_student(gradebook: Gradebook, student: str) -> None:
    """Enter a student, whom those who grade other assignments may enter at the same time."""
    with suppress(IntegrityError), gradebook.engine.begin() as connection:
        connection.execute(_ENTER_STUDENT, {"student": student})


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


def automatic(grading: Grading) -> dict[str, float | None]:
    """Return the automatic points of each graded cell, None where a human must give them."""
    found = {f"{GRADE_PREFIX}{result.name}": result.score for result in grading.exercises}
    return found | {a.name: None if a.answered else 0.0 for a in grading.written}


def extended(due: datetime | None, extension: timedelta | None) -> datetime | None:
    """Return until when a student has time, with an extension if there is one."""
    return due + extension if due and extension else due


def seconds_late(handed_in: datetime | None, due: datetime | None) -> float:
    """Return by how much something was late, 0 where one of the times is not known."""
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - due).total_seconds())
