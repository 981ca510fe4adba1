"""Many submissions: only what changed, graded by parallel workers, recorded by one process.

This process alone touches the gradebook and the course's folders.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from ..course.contents import Contents
from ..course.folder import Course
from ..course.gradebook import check_released, open_gradebook
from ..course.misplaced import misplaced
from ..course.options import Limits
from ..course.plain import is_plain
from ..course.record import ClassRecord
from ..errors import NoSuchSubmission, NothingToGrade
from ..results import Grading, Ungraded
from ..running.hidden_tests import check_hidden_tests
from ..surroundings import NotAllowed, explained
from .freshness import Freshness
from .plain import grade_plain
from .workers import Finished, Job, WorkerSetup, grade_jobs

Result = Grading | Ungraded


def grade_files(
    paths: Sequence[Path],
    name: str,
    contents: Contents,
    *,
    student: str | None = None,
    jobs: int,
    limits: Limits,
) -> Generator[Result]:
    """Grade notebooks by path, without a gradebook; yields results in the order given."""
    check_hidden_tests(contents.assignment(name))
    todo = [Job(path, str(path), student) for path in paths]
    setup = WorkerSetup(name, contents.root, contents.sources, b"", limits)
    with closing(grade_jobs(todo, setup, jobs)) as outcomes:
        yield from (outcome.result for outcome in outcomes)


@dataclass(frozen=True)
class ClassResult:
    """What became of one student's submission; ``unchanged`` was graded earlier.

    ``notes`` name what lies beside the submission and may be one.
    """

    student: str
    result: Result
    unchanged: bool = False
    notes: Sequence[str] = ()


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
    An ordinary assignment is left to nbgrader, which grades one submission after another.
    Raises NothingToGrade, NoSuchSubmission, NotReleased, what ``Contents.assignment`` and
    ``is_plain`` raise, HiddenTestsFailed, and where nothing can be graded CannotGradeHere (not
    for want of a sandbox if ``unsafe_no_sandbox``); none of them changes a result.
    """
    if is_plain(course, name):
        chosen = _chosen(course, name, students, course.students(name))
        announce(len(chosen))
        for student, result, unchanged in grade_plain(course, name, chosen, force):
            yield ClassResult(student, result, unchanged)
        return
    assignment = course.assignment(name)
    check_hidden_tests(assignment)
    beside = misplaced(course, name)
    collected = course.students(name)
    chosen = _chosen(course, name, students, {*collected, *beside})
    announce(len(chosen))
    with open_gradebook(course.coursedir) as gradebook:
        check_released(gradebook, assignment)
        record = ClassRecord(course, name, gradebook)
        lost = [student for student in chosen if student not in collected]
        for student in lost:
            record.forget(student)
            said = " ".join(beside[student])
            yield ClassResult(student, Ungraded(notebook=assignment.file_name, error=said))
        chosen = [student for student in chosen if student in collected]
        freshness = Freshness(course, assignment, gradebook)
        keys = {student: freshness.key(student) for student in chosen}
        kept = {} if force else {s: freshness.kept(s, keys[s]) for s in chosen}
        for student, grading in kept.items():
            if grading is not None:
                yield ClassResult(student, grading, True, beside.get(student, ()))
        changed = [student for student in chosen if kept.get(student) is None]
        limits = course.limits(name)
        if unsafe_no_sandbox:
            limits = replace(limits, unsafe_no_sandbox=True)
        contents = course.contents
        setup = WorkerSetup(name, contents.root, contents.sources, course.secret(), limits)
        file_name = assignment.file_name
        todo = [
            Job(course.submitted_folder(name, s) / file_name, file_name, s, course.place(name, s))
            for s in changed
        ]
        with closing(grade_jobs(todo, setup, jobs)) as outcomes:
            for student, outcome in zip(changed, outcomes, strict=True):
                result = _recorded(record, student, outcome, keys[student])
                yield ClassResult(student, result, notes=beside.get(student, ()))


def _recorded(record: ClassRecord, student: str, outcome: Finished, key: str) -> Result:
    """Record one result. What cannot be graded or recorded leaves no graded copy.

    Raises SurroundingsFail where nothing could be recorded: what was there before stays.
    """
    try:
        record.prepare(student)
        if isinstance(outcome.result, Grading):
            record.accept_notebook(student, outcome.result, outcome.notebook, key)
            return outcome.result
        error = outcome.result.error
    except Exception as problem:  # files of a submission can be anything
        cause = explained(problem)
        if cause is not None and not isinstance(cause, NotAllowed):  # which may be this one's files
            raise
        error = str(cause or problem) or type(problem).__name__
    record.forget(student)
    return Ungraded(notebook=outcome.result.notebook, error=error)


def _chosen(course: Course, name: str, students: Iterable[str], known: Iterable[str]) -> list[str]:
    chosen = list(students) or sorted(known)
    if not chosen:
        raise NothingToGrade(str(course.submitted_folder(name, "*")))
    if unknown := sorted({*chosen} - {*known}):
        raise NoSuchSubmission(name, unknown)
    return chosen
