"""Pages that are renewed before anybody gets them, and released through nbgrader's exchange."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.auth import Authenticator
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from nbgrader.exchange.default import Exchange

from ..course.folder import Course
from ..course.gradebook import open_gradebook
from ..course.marks import MarksOfClass
from ..errors import AutograderError
from ..notebook.safe_html import one_line
from ..surroundings import InTheWay, check_place_of_folder, explained, said_of
from .pages import Pages, check_secret

NO_RESULT = "no result that counts, so no page"


class NotReleasable(AutograderError):
    """The exchange did not take the pages."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The pages are in the course's feedback folder, but were not released: {reason} "
            "See nbgrader_config.py for c.CourseDirectory.course_id and c.Exchange.root."
        )


@dataclass(frozen=True)
class Released:
    """What became of an assignment's pages.

    ``students`` have one, ``changed`` are those for whom it did. ``waiting`` names the cells that
    wait for a human, by student. ``without`` says why somebody who handed something in has none.
    ``is_released`` says whether there is an exchange that took the pages.
    """

    students: list[str]
    changed: list[str]
    waiting: Mapping[str, list[str]]
    without: Mapping[str, str]
    is_released: bool


@dataclass
class Renewed:
    """Whose pages are other ones now, and why a page could not be made, by student."""

    changed: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def release(course: Course, name: str) -> Released:
    """Renew everybody's page and release them all. Raises NotReleasable, NotReleased."""
    handed_in = course.students(name)
    everybody = sorted({*handed_in, *course.students_with_feedback(name)})
    renewed = renew(course, name, everybody)
    with_page = course.students_with_feedback(name)
    without = {student: NO_RESULT for student in handed_in if student not in with_page}
    return Released(
        students=with_page,
        changed=[student for student in renewed.changed if student in with_page],
        waiting=_waiting(course, name, with_page),
        without=without | renewed.failed,
        is_released=put_into_exchange(course, name),
    )


def renew(course: Course, name: str, students: Iterable[str]) -> Renewed:
    """Renew the pages of an assignment's students. Who has none then has none to be released.

    Raises what the surroundings lack.
    """
    check_place_of_folder(course.feedback_folder(name, "*"))
    if name in course.options.plain_assignments:
        return _renewed(course, name, students, lambda student: _renew_plain(course, name, student))
    with open_gradebook(course.coursedir) as gradebook:
        return _renewed(course, name, students, Pages(course, name, gradebook).write)


def _renewed(
    course: Course, name: str, students: Iterable[str], write: Callable[[str], bool]
) -> Renewed:
    """Renew pages one by one. Raises what the surroundings lack."""
    done = Renewed()
    for student in students:
        try:
            if write(student):
                done.changed.append(student)
        except Exception as error:  # one odd notebook must not stop the pages of all others
            cause = explained(error)
            if cause is not None and not isinstance(cause, InTheWay):  # of this student's page
                raise
            course.drop_page(name, student)
            done.failed[student] = f"no page could be made: {one_line(said_of(error))}"
    return done


def _waiting(course: Course, name: str, students: Iterable[str]) -> dict[str, list[str]]:
    with open_gradebook(course.coursedir) as gradebook:
        found = MarksOfClass(gradebook, name).all()
    waiting = {
        student: [cell for cell, mark in found[student].cells.items() if mark.waits]
        for student in students
        if student in found
    }
    return {student: cells for student, cells in waiting.items() if cells}


def put_into_exchange(course: Course, name: str, student: str = "*") -> bool:
    """Release pages that were renewed just now; return whether there is an exchange.

    One of another kind than nbgrader's own has no root. Raises NotReleasable.
    """
    coursedir = _only(course, name, student)
    factory = ExchangeFactory(config=course.config)
    about: dict[str, Any] = {"coursedir": coursedir, "config": course.config}
    step = factory.ReleaseFeedback(authenticator=Authenticator(config=course.config), **about)
    step.log = logging.Logger("nbgrader", logging.CRITICAL)
    step.pages_are_new = True
    if isinstance(step, Exchange) and not Path(step.root).is_dir():
        return False
    try:
        step.start()
    except ExchangeError as error:
        raise NotReleasable(str(error)) from error
    return True


def _renew_plain(course: Course, name: str, student: str) -> bool:
    """Let nbgrader make a page; return whether that changed it. Raises SecretNotWhole."""
    if course.autograded_folder(name, student).exists():
        check_secret(course, name, student)
    folder = course.feedback_folder(name, student)
    before = _pages_in(folder)
    GenerateFeedback(coursedir=_only(course, name, student), config=course.config).start()
    return before != _pages_in(folder)


def _only(course: Course, name: str, student: str) -> CourseDirectory:
    """Return the course's folder as nbgrader has it for one assignment, or one student's."""
    only = {"assignment_id": name, "student_id": student}
    return CourseDirectory(config=course.config, root=str(course.root), **only)


def _pages_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.html")}
