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
from ..course.folder import Course, StoredGrading
from ..course.options import Limits
from ..course.parcel import Parcel
from ..course.plain import is_plain
from ..course.record import ClassRecord
from ..course.student_ids import check_id
from ..errors import AutograderError
from ..feedback.pages import Pages
from ..results import Grading, Ungraded
from ..sandbox.run_folder import remove_dead
from ..surroundings import InTheWay, NotAllowed, check_place_of_folder, explained, said_of
from .changes import compare
from .cluster import Cluster, grade_on_cluster
from .comparing import Comparison
from .freshness import FORCED, Looked
from .job import Finished, Job, WorkerSetup, read_job
from .log import GradingLog, log_path
from .looking import Work, chosen_of, opened
from .outcome import ClassResult, Result
from .plain import grade_plain
from .slowest import Tell
from .workers import Outcomes, grade_jobs


class ChangedMeanwhile(AutograderError):
    """What a student handed in was replaced while it was graded."""

    def __init__(self, student: str) -> None:
        super().__init__(
            "What was handed in changed while it was graded: run the same command again."
        )
        self.student = student


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
        record = None if work.dry else ClassRecord(work.course, work.name, work.gradebook)
        yield from _lost(work, record)
        if not todo and not without_page:
            return
        pages = Pages(work.course, work.name, work.gradebook)
        comparison = Comparison(work)
        for student in without_page:
            _problem(partial(pages.write, student))
        if todo:
            names = [*todo]
            _mark_forced(work, todo)
            outcomes = graded(map(work.job, names), work.setup(unsafe_no_sandbox), len(names))
            with closing(outcomes):
                for number, outcome in outcomes:
                    student = names[number]
                    about = (student, todo[student], outcome)
                    yield _finished(work, record, pages, comparison, *about)


def _kept(work: Work, todo: dict[str, Looked], without_page: list[str]) -> Generator[ClassResult]:
    """Yield what still holds; put the others into ``todo``.

    A run that was killed may not have come to a page: such students are in ``without_page``.
    """
    for student in work.found:
        looked = work.look(student)
        if looked.kept is None:
            todo[student] = looked
        else:
            if not work.dry and not work.course.page_file(work.name, student).exists():
                without_page.append(student)
            yield ClassResult(student, looked.kept, True, work.beside.get(student, ()))


def _lost(work: Work, record: ClassRecord | None) -> Generator[ClassResult]:
    """Yield those who have nothing where it is looked for; no earlier result stands for them."""
    for student in work.lost:
        if record:
            record.forget(student)
        said = " ".join(work.beside[student])
        yield ClassResult(student, Ungraded(notebook=work.assignment.file_name, error=said))


def _mark_forced(work: Work, todo: Mapping[str, Looked]) -> None:
    """Let what is graded anew hold no longer: who is not reached by this run is by the next."""
    for student, looked in todo.items():
        if looked.why == FORCED and not work.dry:
            work.course.begin_grading(work.name, student)


def _finished(
    work: Work,
    record: ClassRecord | None,
    pages: Pages,
    comparison: Comparison,
    student: str,
    looked: Looked,
    outcome: Finished,
) -> ClassResult:
    """Record what a worker returned, unless nothing is to be recorded."""
    before = comparison.before(student) if looked.again else None
    result, notes, change = outcome.result, [*work.beside.get(student, ())], None
    if record:
        result = _recorded(record, student, outcome, looked.key, work.key)
        if isinstance(result, Grading):
            notes += _page_problem(pages, student, outcome.page)
    if before:
        result, marks = comparison.after(student, before, result)
        change = compare(student, before, result, marks)
    return ClassResult(student, result, False, notes, outcome.seconds, change)


def _recorded(
    record: ClassRecord, student: str, outcome: Finished, key: str, key_now: Callable[[str], str]
) -> Result:
    """Record one result. What cannot be graded or recorded leaves no graded copy.

    Raises what the surroundings lack, where nothing could be recorded.
    """
    result = outcome.result
    if error := _problem(lambda: check_id(student)):
        record.forget(student)
        return Ungraded(notebook=result.notebook, error=error)
    if isinstance(result, Grading):

        def check() -> None:  # others, as collect, may write meanwhile
            if key_now(student) != key:
                raise ChangedMeanwhile(student)

        stored = StoredGrading(key, result, dict(outcome.of_calls))
        accept = partial(record.accept_notebook, student, stored, outcome.notebook, check)
        error = _problem(accept)
        if not error:
            return result
    else:
        error = result.error
    if problem := _problem(lambda: record.refuse(student)):
        record.forget(student)
    return Ungraded(notebook=result.notebook, error=problem or error)


def _page_problem(pages: Pages, student: str, body: str) -> list[str]:
    """Write a page of what was recorded; return why there is none, if that is so."""

    def write() -> None:
        pages.keep(student, body)
        pages.write(student)

    problem = _problem(write)
    return [f"There is no page of feedback: {problem}"] if problem else []


def _problem(do: Callable[[], object]) -> str:
    """Do something; return why that was not possible for this submission, or nothing."""
    try:
        do()
    except Exception as problem:  # files of a submission can be anything
        cause = explained(problem)
        if not (cause is None or isinstance(cause, NotAllowed | InTheWay)):  # of its files, perhaps
            raise
        return said_of(problem)
    return ""
