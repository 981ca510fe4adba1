"""Many submissions: only what changed, graded by parallel workers, recorded by one process.

This process alone touches the gradebook and the course's folders.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

from ..course.candidate_files import read_candidates, read_named
from ..course.candidates import alone
from ..course.contents import Contents
from ..course.folder import Course
from ..course.gradebook import check_released, open_gradebook
from ..course.misplaced import misplaced
from ..course.options import Limits
from ..course.parcel import Parcel
from ..course.plain import is_plain
from ..course.record import ClassRecord
from ..errors import NoSuchSubmission, NothingToGrade
from ..results import Grading, Ungraded
from ..running.hidden_tests import check_hidden_tests
from ..sandbox.run_folder import remove_dead
from ..surroundings import NotAllowed, explained
from .cluster import Cluster, grade_on_cluster
from .freshness import Freshness
from .job import Finished, WorkerSetup, read_job
from .plain import grade_plain
from .workers import grade_jobs

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
    todo = (read_job(str(p), student, partial(read_named, p), alone(p)) for p in paths)
    setup = WorkerSetup(name, Parcel.of(contents), b"", limits)
    with closing(grade_jobs(todo, setup, max(1, min(jobs, len(paths))))) as outcomes:
        yield from _in_order(outcomes)


def _in_order(outcomes: Iterable[tuple[int, Finished]]) -> Generator[Result]:
    """Yield results by their numbers; those that come early wait for the others."""
    early: dict[int, Result] = {}
    following = count()
    awaited = next(following)
    for number, outcome in outcomes:
        early[number] = outcome.result
        while awaited in early:
            yield early.pop(awaited)
            awaited = next(following)


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
    cluster: Cluster | None = None,
    announce: Callable[[int], None] = lambda total: None,
    waiting: Callable[[str], None] | None = None,
) -> Generator[ClassResult]:
    """Grade what was collected of an assignment; yields each student's result when it is there.

    What a result depends on being as it was, it is not computed again, unless ``force``. While
    another process grades the assignment, ``waiting`` is told so, and then it is waited for.
    Workers are processes of this machine, or those of a ``cluster``. An ordinary assignment is left
    to nbgrader, which grades one submission after another, here.
    Raises NothingToGrade, NoSuchSubmission, NotReleased, what ``Contents.assignment`` and
    ``is_plain`` raise, HiddenTestsFailed, and where nothing can be graded CannotGradeHere (not for
    want of a sandbox if ``unsafe_no_sandbox``) or ClusterFailed, and BeingGraded where nobody is
    told of waiting; none of them changes a result.
    """
    remove_dead()  # also where nothing is left to be graded
    if is_plain(course, name):
        chosen = _chosen(course, name, students, course.students(name))
        announce(len(chosen))
        with course.sole_grader(name, waiting):
            for student, result, unchanged in grade_plain(course, name, chosen, force):
                yield ClassResult(student, result, unchanged)
        return
    assignment = course.assignment(name)
    check_hidden_tests(assignment)
    beside = misplaced(course, name)
    collected = course.students(name)
    chosen = _chosen(course, name, students, {*collected, *beside})
    announce(len(chosen))
    with (
        course.sole_grader(name, waiting),
        open_gradebook(course.coursedir) as gradebook,
    ):
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
        for student in changed if force else ():  # what is not graded again now, is next time
            course.begin_grading(name, student)
        limits = course.limits(name)
        if unsafe_no_sandbox:
            limits = replace(limits, unsafe_no_sandbox=True)
        setup = WorkerSetup(name, Parcel.of(course.contents), course.secret(), limits)
        file_name = assignment.file_name
        todo = (
            read_job(file_name, s, partial(read_candidates, course.place(name, s), file_name))
            for s in changed
        )
        if cluster and changed:
            graded = grade_on_cluster(todo, setup, cluster)
        else:
            graded = grade_jobs(todo, setup, max(1, min(jobs, len(changed))))
        with closing(graded) as outcomes:
            for number, outcome in outcomes:
                student = changed[number]
                result = _recorded(record, student, outcome, keys[student])
                yield ClassResult(student, result, notes=beside.get(student, ()))


def _recorded(record: ClassRecord, student: str, outcome: Finished, key: str) -> Result:
    """Record one result. What cannot be graded or recorded leaves no graded copy.

    Raises what the surroundings lack, where nothing could be recorded.
    """
    result = outcome.result
    if isinstance(result, Grading):
        error = _problem(lambda: record.accept_notebook(student, result, outcome.notebook, key))
        if not error:
            return result
    else:
        error = result.error
    if problem := _problem(lambda: record.refuse(student)):
        record.forget(student)
    return Ungraded(notebook=result.notebook, error=problem or error)


def _problem(do: Callable[[], None]) -> str:
    """Do something; return why that was not possible for this submission, or nothing."""
    try:
        do()
    except Exception as problem:  # files of a submission can be anything
        cause = explained(problem)
        if cause is not None and not isinstance(cause, NotAllowed):  # which may be this one's files
            raise
        return str(cause or problem) or type(problem).__name__
    return ""


def _chosen(course: Course, name: str, students: Iterable[str], known: Iterable[str]) -> list[str]:
    chosen = list(students) or sorted(known)
    if not chosen:
        raise NothingToGrade(str(course.submitted_folder(name, "*")))
    if unknown := sorted({*chosen} - {*known}):
        raise NoSuchSubmission(name, unknown)
    return chosen
