"""Many submissions: only what changed, graded by parallel workers, recorded by one process.

This process alone touches the gradebook and the course's folders.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from functools import partial
from itertools import count
from pathlib import Path

from ..course.candidate_files import read_named
from ..course.candidates import alone
from ..course.contents import Contents
from ..course.folder import Course
from ..course.options import Limits
from ..course.parcel import Parcel
from ..course.plain import is_plain
from ..feedback.pages import is_written
from ..sandbox.run_folder import remove_dead
from ..surroundings import check_place_of_folder
from .cluster import Cluster, grade_on_cluster
from .freshness import FORCED, Looked
from .job import Job, WorkerSetup, read_job
from .log import GradingLog, log_path
from .looking import Work, chosen_of, opened
from .outcome import ClassResult, Result
from .plain import grade_plain
from .recording import ChangedMeanwhile, Recording
from .slowest import Tell
from .workers import Outcomes, grade_jobs

TRIES = 3  # for what is replaced while it is graded


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
    from ..running.hidden_tests import check_hidden_tests

    check_hidden_tests(contents.assignment(name))
    todo = (read_job(str(p), student, partial(read_named, p), alone(p)) for p in paths)
    setup = WorkerSetup(name, Parcel.of(contents), b"", limits)
    with closing(grade_jobs(todo, setup, max(1, min(jobs, len(paths))))) as outcomes:
        yield from _in_order(outcomes)


def _in_order(outcomes: Outcomes) -> Generator[Result]:
    """Yield results by their numbers; those that come early wait for the others."""
    early: dict[int, Result] = {}
    following = count()
    awaited = next(following)
    for number, outcome in outcomes:
        early[number] = outcome.result
        while awaited in early:
            yield early.pop(awaited)
            awaited = next(following)


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
    tell: Tell = lambda now: None,
    dry: bool = False,
) -> Generator[ClassResult]:
    """Grade what was collected of an assignment; yields each student's result when it is there.

    What a result depends on being as it was, it is not computed again, unless ``force``. While
    another process grades the assignment, ``waiting`` is told so, and then it is waited for.
    Workers are processes of this machine, or those of a ``cluster``. An ordinary assignment is left
    to nbgrader, which grades one submission after another, here. While it waits for results it
    tells what is under way. If ``dry``, nothing is recorded or written.
    Raises NothingToGrade, NoSuchSubmission, NotReleased, what ``Contents.assignment`` and
    ``is_plain`` raise, HiddenTestsFailed, and where nothing can be graded CannotGradeHere (not for
    want of a sandbox if ``unsafe_no_sandbox``) or ClusterFailed, and BeingGraded where nobody is
    told of waiting; none of them changes a result.
    """
    remove_dead()  # also where nothing is left to be graded
    if not dry:
        _check_folders(course, name)
    if is_plain(course, name):
        results = _plain_results(course, name, students, force, announce, waiting)
    else:
        looked_at = opened(course, name, students, force, dry, waiting)

        def graded(todo: Iterable[Job], setup: WorkerSetup, number: int) -> Outcomes:
            if cluster:
                return grade_on_cluster(todo, setup, cluster, tell)
            return grade_jobs(todo, setup, max(1, min(jobs, number)), tell)

        results = _results(looked_at, graded, unsafe_no_sandbox, announce)
    log = None if dry else GradingLog(course, name)
    with closing(results):
        for entry in results:
            if log:
                log.add(entry)
            yield entry


def _check_folders(course: Course, name: str) -> None:
    """Raise InTheWay where nothing could be kept of any submission."""
    for step in (course.autograded_folder, course.feedback_folder):
        check_place_of_folder(step(name, "*"))
    check_place_of_folder(log_path(course, name).parent)


def _plain_results(
    course: Course,
    name: str,
    students: Iterable[str],
    force: bool,
    announce: Callable[[int], None],
    waiting: Callable[[str], None] | None,
) -> Generator[ClassResult]:
    chosen = chosen_of(course, name, students, course.students(name))
    announce(len(chosen))
    with course.sole_grader(name, waiting):
        yield from grade_plain(course, name, chosen, force)


def _results(
    looked_at: AbstractContextManager[Work],
    graded: Callable[[Iterable[Job], WorkerSetup, int], Outcomes],
    unsafe_no_sandbox: bool,
    announce: Callable[[int], None],
) -> Generator[ClassResult]:
    with looked_at as work:
        announce(len(work.chosen))
        todo: dict[str, Looked] = {}
        without_page: list[str] = []
        yield from _kept(work, todo, without_page)
        if todo:
            work.check_hidden_tests()
        recording = Recording(work)
        yield from map(recording.lost, work.lost)
        for student in without_page:
            recording.write_page(student)
        _mark_forced(work, todo)
        tries = TRIES
        while todo:
            tries -= 1
            changed: list[str] = []
            outcomes = graded(map(work.job, todo), work.setup(unsafe_no_sandbox), len(todo))
            yield from _recorded(recording, [*todo.items()], outcomes, changed, last=not tries)
            todo = {student: work.look(student) for student in changed}


def _recorded(
    recording: Recording,
    todo: Sequence[tuple[str, Looked]],
    outcomes: Outcomes,
    changed: list[str],
    *,
    last: bool,
) -> Generator[ClassResult]:
    """Yield what was recorded; put those who handed in something else meanwhile into ``changed``.

    Not if this is the ``last`` time: then they have no result.
    """
    with closing(outcomes):
        for number, outcome in outcomes:
            student, looked = todo[number]
            try:
                entry = recording.finished(student, looked, outcome, last=last)
            except ChangedMeanwhile:
                changed.append(student)
            else:
                yield entry


def _kept(work: Work, todo: dict[str, Looked], without_page: list[str]) -> Generator[ClassResult]:
    """Yield what still holds; put the others into ``todo``.

    A run that was killed may not have come to a page, and a power cut may have left a part of one:
    such students are in ``without_page``.
    """
    for student in work.found:
        looked = work.look(student)
        if looked.kept is None:
            todo[student] = looked
        else:
            if not work.dry and not is_written(work.course, work.name, student):
                without_page.append(student)
            yield ClassResult(student, looked.kept, True, work.beside.get(student, ()))


def _mark_forced(work: Work, todo: Mapping[str, Looked]) -> None:
    """Let what is graded anew hold no longer: who is not reached by this run is by the next."""
    for student, looked in todo.items():
        if looked.why == FORCED and not work.dry:
            work.course.begin_grading(work.name, student)
