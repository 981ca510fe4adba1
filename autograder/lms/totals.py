"""What each student of a class has for an assignment, as the gradebook has it now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbgrader.api import Gradebook, Student

from ..course.folder import Course
from ..course.gradebook import open_gradebook
from ..course.marks import Marks, MarksOfClass
from ..errors import AutograderError, NotReleased


class NotInTheGradebook(AutograderError):
    """The gradebook has nobody of those who handed in an assignment."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The gradebook has no submission of {name!r}, so there are no marks. "
            f"Grade it first: autograder grade {name}"
        )
        self.name = name


@dataclass(frozen=True)
class Total:
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
class Totals:
    """The totals of a class: ``most`` points can be had."""

    assignment: str
    most: float
    students: Sequence[Total]

    @property
    def waiting(self) -> list[str]:
        """Who has points that wait for a human."""
        return [total.student for total in self.students if total.graded and total.waits]

    @property
    def not_graded(self) -> list[str]:
        """Whose submission could not be graded, or is not yet."""
        return [total.student for total in self.students if not total.graded]


def totals_of(course: Course, name: str, *, with_waiting: bool) -> Totals:
    """Return the totals of all who handed in. Raises NotInTheGradebook.

    Whoever waits for a human has none, unless ``with_waiting``: then what is given so far counts.
    Whoever is not graded has none.
    """
    with open_gradebook(course.coursedir) as gradebook:
        try:
            of_class = MarksOfClass(gradebook, name)
        except NotReleased:
            raise NotInTheGradebook(name) from None
        marks, most, emails = of_class.all(), of_class.max_points, _emails(gradebook)
    handed_in = course.students(name)
    if marks.keys().isdisjoint(handed_in):
        raise NotInTheGradebook(name)
    totals = []
    for student in handed_in:
        of, email = marks.get(student, Marks()), emails.get(student, "")
        graded = student in marks and course.autograded_folder(name, student).exists()
        points = of.so_far if graded and (with_waiting or not of.waiting) else None
        waits = of.waiting if graded else most
        totals.append(Total(student, email, points, waits, of.penalty, graded))
    return Totals(name, most, totals)


def _emails(gradebook: Gradebook) -> dict[str, str]:
    rows = gradebook.db.query(Student.id, Student.email).filter(Student.email.is_not(None))
    return dict(rows.all())
