"""Pure workers in parallel: a path in, the result and the executed notebook out."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import nbformat

from .. import lean_imports
from ..course.candidates import Place, alone, choose
from ..course.contents import Contents
from ..course.options import Limits
from ..errors import AutograderError, CannotGradeHere, NeedsLinux
from ..grading import grade, open_sandbox
from ..notebook.submission import read_notebook
from ..results import Grading, Ungraded
from .under_way import Tell, Watched


@dataclass(frozen=True)
class Job:
    """One notebook to grade; ``name`` is what results call it.

    With a ``place``, the notebook is looked for there.
    """

    path: Path
    name: str
    student: str | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Finished:
    """What a worker returns: the result, and the executed notebook's text if it is a Grading.

    ``seconds`` is what that took.
    """

    result: Grading | Ungraded
    notebook: str = ""
    seconds: float = 0.0


Submit = Callable[[Job], Future[Finished]]
JOBS_AHEAD = 16  # for each process: enough to keep all busy while one is slow


@dataclass(frozen=True)
class WorkerSetup:
    """What every job of a batch has in common; ``sources`` is where a course's notebooks are."""

    assignment: str
    course: Path
    sources: Path
    secret: bytes
    limits: Limits


class _Worker:
    """The state of one worker process: an assignment and a sandbox of its own."""

    arguments: tuple[WorkerSetup, Path]  # of this process

    def __init__(self, setup: WorkerSetup, scratch: Path) -> None:
        self.setup = setup
        self.assignment = Contents(setup.course, setup.sources).assignment(setup.assignment)
        # It ends when this process does.
        self.sandbox = open_sandbox(setup.limits, setup.course, scratch)

    def grade(self, job: Job) -> Finished:
        chosen = choose(job.place, self.assignment) if job.place else alone(job.path)
        graded = grade(
            read_notebook(chosen.path),
            self.assignment,
            self.sandbox,
            notebook=job.name,
            student=job.student,
            secret=self.setup.secret,
            limits=self.setup.limits,
            chosen=chosen,
        )
        return Finished(graded.grading, nbformat.writes(graded.notebook) + "\n")


def _start_worker(setup: WorkerSetup, scratch: Path) -> None:
    threading.Thread(target=_end_with_the_command, daemon=True).start()
    _Worker.arguments = (setup, scratch)


def _end_with_the_command() -> None:
    """Wait until the command has gone, killed perhaps: its workers keep their server alive."""
    command = multiprocessing.parent_process()
    assert command is not None
    multiprocessing.connection.wait([command.sentinel])
    os._exit(1)


@cache
def _worker() -> _Worker:
    """Make the worker for the first job, so that what goes wrong is said of that job."""
    return _Worker(*_Worker.arguments)


def _grade_job(job: Job) -> Finished:
    began = time.monotonic()
    outcome = _graded(job)
    return replace(outcome, seconds=time.monotonic() - began)


def _graded(job: Job) -> Finished:
    try:
        return _worker().grade(job)
    except CannotGradeHere:  # nor can the others be graded
        raise
    except AutograderError as error:
        return _failed(job, str(error))
    except Exception as error:  # a bug of ours must not stop the batch
        return _failed(job, f"The grader failed: {type(error).__name__}: {error}")


def _failed(job: Job, error: str) -> Finished:
    return Finished(Ungraded(notebook=job.name, error=error))


def grade_jobs(
    jobs: Sequence[Job], setup: WorkerSetup, processes: int, tell: Tell = lambda now: None
) -> Generator[Finished]:
    """Grade notebooks in parallel; yields what became of each, in the order given.

    While it waits for one, it tells now and then what is under way.

    Closing the generator ends the workers, whatever they are at.

    If a worker is killed, as for want of memory, those that were under way are graded
    again one by one, so that only the one that is to blame goes without a result.

    Raises CannotGradeHere.
    """
    pending = list(jobs)
    while pending:
        finished = 0
        try:
            with _workers(setup, max(1, min(processes, len(pending)))) as submit:
                watched = Watched(processes, tell)
                for outcome in _in_order(pending, submit, JOBS_AHEAD * processes, watched):
                    yield outcome
                    finished += 1
        except BrokenProcessPool:
            suspects = pending[finished : finished + processes]
            yield from (_grade_alone(job, setup) for job in suspects)
            finished += len(suspects)
        pending = pending[finished:]


def _in_order(
    jobs: Iterable[Job], submit: Submit, ahead: int, watched: Watched
) -> Iterator[Finished]:
    """Yield results in the order of the jobs; those that were yielded are not held on to."""
    waiting: deque[tuple[str, Future[Finished]]] = deque()
    for job in jobs:
        waiting.append((job.student or job.name, submit(job)))
        if len(waiting) == ahead:
            watched.wait(waiting)
            yield waiting.popleft()[1].result()
    while waiting:
        watched.wait(waiting)
        yield waiting.popleft()[1].result()


def _grade_alone(job: Job, setup: WorkerSetup) -> Finished:
    try:
        with _workers(setup, 1) as submit:
            return submit(job).result()
    except BrokenProcessPool:
        return _failed(job, "The process that graded it was killed. Was memory exhausted?")


@contextmanager
def _workers(setup: WorkerSetup, count: int) -> Iterator[Submit]:
    """Start worker processes that share nothing with this one, NumPy's threads included.

    Yields what hands jobs to them. Leaving by an exception ends them at once: whoever
    interrupts does not want to wait for a slow submission.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What they are forked from is started with the working folder in front of its import path.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([lean_imports.__name__, __name__])  # in this order
    others = set(multiprocessing.active_children())
    with (
        tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as scratch,
        ProcessPoolExecutor(count, context, _start_worker, (setup, Path(scratch))) as executor,
    ):

        def submit(job: Job) -> Future[Finished]:
            with _interrupts_kept_away():
                return executor.submit(_grade_job, job)

        try:
            yield submit
        except BaseException:
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise


@contextmanager
def _interrupts_kept_away() -> Iterator[None]:
    """Let processes started within inherit that an interrupt is for the command, not for them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def default_jobs() -> int:
    """Return how many processors this process may use. Raises NeedsLinux elsewhere."""
    if sys.platform != "linux":
        raise NeedsLinux
    return len(os.sched_getaffinity(0))
