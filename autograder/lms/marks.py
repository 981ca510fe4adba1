"""What each student of a class is given for an assignment, as the gradebook has it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbgrader.api import Student

from ..course.folder import Course
from ..course.gradebook import open_gradebook
from ..course.points import class_points
from ..course.standing import standings
from ..errors import AutograderError


class NotInTheGradebook(AutograderError):
    """The gradebook has no submission of an assignment."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The gradebook has no submission of {name!r}, so there are no marks. "
            f"Grade it first: autograder grade {name}"
        )
        self.name = name


@dataclass(frozen=True)
class Mark:
    """One student's points, the penalty for lateness taken off: None where nothing is given.

    ``waits`` are the points that need a human: all of them where it could not be ``graded``.
    ``email`` is "" where it is not known.
    """

    student: str
    email: str
    points: float | None
    waits: float
    penalty: float
    graded: bool = True

    @property
    def text(self) -> str:
        """The points as people and programs read them, with two decimals, "" for none."""
        return "" if self.points is None else f"{self.points:.2f}"


@dataclass(frozen=True)
class Marks:
    """The marks of a class: ``most`` points can be had."""

    assignment: str
    most: float
    students: Sequence[Mark]

    @property
    def waiting(self) -> list[str]:
        """Who has points that wait for a human."""
        return [mark.student for mark in self.students if mark.graded and mark.waits]

    @property
    def not_graded(self) -> list[str]:
        """Whose submission could not be graded, or is not yet."""
        return [mark.student for mark in self.students if not mark.graded]


def marks_of(course: Course, name: str, *, with_waiting: bool) -> Marks:
    """Return the marks of all who handed in. Raises NotInTheGradebook.

    Whoever waits for a human has none, unless ``with_waiting``: then what is given so far counts.
    Whoever is not graded has none.
    """
    points, standing = class_points(course, name), standings(course, name)
    handed_in = {*course.students(name)}
    known = sorted(student for student in points.students if student in handed_in)
    if not known:
        raise NotInTheGradebook(name)
    emails = _emails(course)
    marks = []
    for student in known:
        given = [question.points or 0.0 for question in points.students[student].values()]
        waits, penalty = standing[student].waiting, standing[student].penalty
        total = max(0.0, sum(given) - penalty)
        graded = course.autograded_folder(name, student).exists()
        mark = total if graded and (with_waiting or not waits) else None
        marks.append(Mark(student, emails.get(student, ""), mark, waits, penalty, graded))
    return Marks(name, sum(question.points for question in points.questions), marks)


def _emails(course: Course) -> dict[str, str]:
    with open_gradebook(course.coursedir) as gradebook:
        rows = gradebook.db.query(Student.id, Student.email).filter(Student.email.is_not(None))
        return dict(rows.all())
