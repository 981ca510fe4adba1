"""Many submissions: only what changed, graded by parallel workers, written by one writer.

The writer alone touches the gradebook and the course's folders.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Gradebook

from .assignment import load_assignment
from .course import Course
from .errors import NoSuchSubmission, NothingToGrade
from .freshness import Freshness
from .gradebook import check_released
from .options import Limits
from .results import Grading, Ungraded, from_json
from .runner import check_hidden_tests
from .workers import Job, WorkerSetup, grade_jobs
from .writer import Writer

Result = Grading | Ungraded


def grade_files(
    paths: Sequence[Path], name: str, *, student: str | None = None, jobs: int, limits: Limits
) -> Generator[Result]:
    """Grade notebooks by path, without a gradebook; yields results in the order given."""
    check_hidden_tests(load_assignment(name).hidden_tests)
    todo = [Job(path, str(path), student) for path in paths]
    setup = WorkerSetup(name, None, b"", limits)
    with closing(grade_jobs(todo, setup, jobs)) as outcomes:
        for job, outcome in zip(todo, outcomes, strict=True):
            if outcome.error:
                yield Ungraded(notebook=job.name, error=outcome.error)
            else:
                yield from_json(outcome.grading)


@dataclass(frozen=True)
class ClassResult:
    """What became of one student's submission; ``unchanged`` was graded earlier."""

    student: str
    result: Result
    unchanged: bool = False


def grade_class(
    course: Course,
    name: str,
    *,
    students: Iterable[str] = (),
    jobs: int,
    force: bool = False,
    unsafe_no_sandbox: bool = False,
    announce: Callable[[int], None] = lambda total: None,
) -> Generator[ClassResult]:
    """Grade what was collected of an assignment; yields each student's result when it is there.

    What a result depends on being as it was, it is not computed again, unless ``force``.
    Raises NothingToGrade, NoSuchSubmission, NotReleased, UnknownAssignment, MissingSource,
    BadSource, HiddenTestsFailed, and where nothing can be graded CannotGradeHere (not for want of
    a sandbox if ``unsafe_no_sandbox``); none of them changes a result.
    """
    assignment = course.assignment(name)
    check_hidden_tests(assignment.hidden_tests)
    chosen = _chosen(course, name, students)
    announce(len(chosen))
    with Gradebook(course.coursedir.db_url, course.coursedir.course_id) as gradebook:
        check_released(gradebook, assignment)
        freshness = Freshness(course, assignment, gradebook)
        keys = {student: freshness.key(student) for student in chosen}
        kept = {} if force else {s: freshness.kept(s, keys[s]) for s in chosen}
        for student, grading in kept.items():
            if grading is not None:
                yield ClassResult(student, grading, unchanged=True)
        changed = [student for student in chosen if kept.get(student) is None]
        writer = Writer(course, assignment, gradebook)
        source = course.source_folder(name) / assignment.file_name
        limits = course.limits(name)
        if unsafe_no_sandbox:
            limits = replace(limits, unsafe_no_sandbox=True)
        setup = WorkerSetup(name, source, course.secret(), limits)
        todo = [writer.job(student) for student in changed]
        with closing(grade_jobs(todo, setup, jobs)) as outcomes:
            for student, outcome in zip(changed, outcomes, strict=True):
                yield ClassResult(student, writer.write(student, outcome, keys[student]))


def _chosen(course: Course, name: str, students: Iterable[str]) -> list[str]:
    collected = course.students(name)
    chosen = list(students) or collected
    if not chosen:
        raise NothingToGrade(str(course.submitted_folder(name, "*")))
    if unknown := sorted(set(chosen) - set(collected)):
        raise NoSuchSubmission(name, unknown)
    return chosen
