"""Many submissions: only what changed, graded by parallel workers, recorded by one process.

This process alone touches the gradebook and the course's folders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
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
from .workers import Grade, Outcomes, started_workers

MOST_TRIES = 3  # for what is replaced while it is graded


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

    assignment = contents.assignment(name)
    todo = (read_job(str(p), student, partial(read_named, p), alone(p)) for p in paths)
    setup = WorkerSetup(name, Parcel.of(contents), b"", limits, cells=assignment.cells)
    with started_workers(setup, jobs, len(paths)) as grade:
        check_hidden_tests(assignment)  # while they get ready
        yield from _in_order(grade(todo))


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
    later: Callable[[], Iterable[str]] = tuple,
    dry: bool = False,
) -> Generator[ClassResult]:
    """Grade what was collected of an assignment; yields each student's result when it is there.

    What a result depends on being as it was, it is not computed again, unless ``force``. While
    another process grades the assignment, ``waiting`` is told so, and then it is waited for.
    Workers are processes of this machine, or those of a ``cluster``. An ordinary assignment is left
    to nbgrader, which grades one submission after another, here. While it waits for results it
    tells what is under way, and asks for students whose submissions came ``later``, or came again
    after their result was yielded: these are graded as well. If ``dry``, nothing is recorded or
    written.
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

        def started(setup: WorkerSetup, known: int) -> AbstractContextManager[Grade]:
            if cluster:
                return nullcontext(lambda todo: grade_on_cluster(todo, setup, cluster, tell))
            return started_workers(setup, jobs, known, tell)

        results = _results(looked_at, started, later, unsafe_no_sandbox, announce)
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
    started: Callable[[WorkerSetup, int], AbstractContextManager[Grade]],
    later: Callable[[], Iterable[str]],
    unsafe_no_sandbox: bool,
    announce: Callable[[int], None],
) -> Generator[ClassResult]:
    with looked_at as work:
        announce(len(work.chosen))
        todo: dict[str, Looked] = {}
        without_page: list[str] = []
        yield from _kept(work, todo, without_page)
        recording = Recording(work)
        if not todo:
            yield from _settled(work, recording, without_page)
            return
        with started(work.setup(unsafe_no_sandbox), len(todo)) as grade:
            work.check_hidden_tests()  # while workers get ready
            yield from _settled(work, recording, without_page)
            _mark_forced(work, todo)
            yield from _recorded(work, todo, recording, grade, later)


def _settled(work: Work, recording: Recording, without_page: list[str]) -> Iterator[ClassResult]:
    """Record what needs no grading: who has nothing, and pages that are missing."""
    yield from map(recording.lost, work.lost)
    for student in without_page:
        recording.write_page(student)


def _recorded(
    work: Work,
    todo: dict[str, Looked],
    recording: Recording,
    grade: Grade,
    later: Callable[[], Iterable[str]],
) -> Generator[ClassResult]:
    """Yield what was recorded. What was replaced while it was graded is graded once more."""
    names: list[str] = []
    changed: list[str] = []
    tries = Counter[str]()

    def added() -> Iterable[str]:
        while changed:
            yield changed.pop()
        yield from later()

    outcomes = grade(_given(work, todo, added, names))
    with closing(outcomes):
        for number, outcome in outcomes:
            student = names[number]
            tries[student] += 1
            last = tries[student] == MOST_TRIES
            try:
                entry = recording.finished(student, todo[student], outcome, last=last)
            except ChangedMeanwhile:
                changed.append(student)
            else:
                del tries[student]
                yield entry


def _given(
    work: Work, todo: dict[str, Looked], later: Callable[[], Iterable[str]], names: list[str]
) -> Iterator[Job | None]:
    """Yield the jobs of all students, and of those who come later; ``names`` has whose they are.

    None where nobody has come yet.
    """
    for student in [*todo]:
        names.append(student)
        yield work.job(student)
    while True:
        for student in later():
            todo[student] = replace(work.look(student), kept=None)
            names.append(student)
            yield work.job(student)
        yield None


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
