"""Looking at a class before it is graded: what was collected, and which of it is to be graded.

What grades is not imported here: where nothing changed, nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

from nbgrader.api import Gradebook

from ..course.candidate_files import read_candidates
from ..course.folder import Course
from ..course.gradebook import check_released, check_writable, open_gradebook
from ..course.misplaced import misplaced
from ..course.parcel import Parcel
from ..course.plain import is_plain
from ..errors import NoSuchSubmission, NothingToGrade
from ..notebook.assignment import Assignment
from .freshness import FORCED, Freshness, Looked
from .job import Job, WorkerSetup, read_job
from .plain import plan_plain


@dataclass(frozen=True)
class Planned:
    """A submission that would be graded, and why."""

    student: str
    why: str


@dataclass(frozen=True)
class Plan:
    """What would be graded, of how many, and what lies ``beside``, by its student."""

    planned: list[Planned]
    total: int
    beside: dict[str, list[str]] = field(default_factory=dict)


def plan_class(
    course: Course, name: str, *, students: Iterable[str] = (), force: bool = False
) -> Plan:
    """Return what ``grade_class`` would grade. Raises what that raises."""
    if is_plain(course, name):
        chosen = chosen_of(course, name, students, course.students(name))
        whys = plan_plain(course, name, chosen, force)
        return Plan([Planned(student, why) for student, why in whys.items() if why], len(chosen))
    with opened(course, name, students, force, dry=True) as work:
        looks = ((student, work.look(student)) for student in work.found)
        planned = [Planned(student, look.why) for student, look in looks if look.kept is None]
        if planned:
            work.check_hidden_tests()
        beside = {
            student: work.beside[student] for student in work.chosen if student in work.beside
        }
        return Plan(planned, len(work.chosen), beside)


@dataclass(frozen=True)
class Work:
    """A class before it is graded: ``lost`` students have nothing where it is looked for."""

    course: Course
    name: str
    dry: bool
    assignment: Assignment
    gradebook: Gradebook
    beside: dict[str, list[str]]
    chosen: list[str]
    lost: list[str]
    found: list[str]
    secret: bytes
    look: Callable[[str], Looked]
    key: Callable[[str], str]

    def check_hidden_tests(self) -> None:
        """Raise what ``hidden_tests.check_hidden_tests`` raises, where something is graded."""
        from ..running.hidden_tests import check_hidden_tests

        check_hidden_tests(self.assignment)

    def job(self, student: str) -> Job:
        """Read a submission, for a worker."""
        name, place = self.assignment.file_name, self.course.place(self.name, student)
        return read_job(name, student, partial(read_candidates, place, name))

    def setup(self, unsafe_no_sandbox: bool) -> WorkerSetup:
        """Return what all workers are told."""
        limits = self.course.limits(self.name)
        if unsafe_no_sandbox:
            limits = replace(limits, unsafe_no_sandbox=True)
        parcel = Parcel.of(self.course.contents)
        cells = self.assignment.cells
        return WorkerSetup(self.name, parcel, self.secret, limits, not self.dry, cells)


@contextmanager
def opened(
    course: Course,
    name: str,
    students: Iterable[str],
    force: bool,
    dry: bool,
    waiting: Callable[[str], None] | None = None,
) -> Iterator[Work]:
    """Look at a class, with the gradebook open. Raises what ``grade_class`` raises."""
    assignment = course.assignment(name)
    beside = misplaced(course, name)
    collected = set(course.students(name))
    chosen = chosen_of(course, name, students, {*collected, *beside})
    # Whoever only looks need not wait for another grader.
    alone_here = nullcontext() if dry else course.sole_grader(name, waiting)
    with alone_here, open_gradebook(course.coursedir) as gradebook:
        check_released(gradebook, assignment)
        if not dry:
            check_writable(course.coursedir)
        secret = course.known_secret() if dry else course.secret()
        freshness = Freshness(course, assignment, gradebook, secret=secret)

        def look(student: str) -> Looked:
            looked = freshness.look(student)
            forced = force and looked.kept is not None
            return replace(looked, kept=None, why=FORCED) if forced else looked

        yield Work(
            course,
            name,
            dry,
            assignment,
            gradebook,
            beside,
            chosen,
            [student for student in chosen if student not in collected],
            [student for student in chosen if student in collected],
            secret,
            look,
            freshness.key,
        )


def chosen_of(
    course: Course, name: str, students: Iterable[str], known: Iterable[str]
) -> list[str]:
    """Return who was asked for, by default all. Raises NothingToGrade or NoSuchSubmission."""
    chosen = list(students) or sorted(known)
    if not chosen:
        raise NothingToGrade(str(course.submitted_folder(name, "*")))
    if unknown := sorted({*chosen} - {*known}):
        raise NoSuchSubmission(name, unknown)
    return chosen
