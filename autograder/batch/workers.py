"""Workers in parallel: processes of this machine, and how submissions are handed to any."""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..errors import AutograderError, CannotGradeHere
from ..sandbox.run_folder import run_folder
from ..surroundings import MachineExhausted, explained
from .forkserver import forkserver, surroundings_of_a_worker
from .job import Finished, Job, WorkerSetup, failed
from .slowest import Slowest, Tell, Watched

if TYPE_CHECKING:
    from .worker import Worker

Result = TypeVar("Result")
Submit = Callable[[Job], Future[Finished]]
Ahead = Callable[[], int]
Numbered = tuple[int, Job]
Jobs = Iterable[Job | None]  # None where there is none yet
Outcomes = Generator[tuple[int, Finished]]
Grade = Callable[[Jobs], Outcomes]
SECONDS_TO_END = 10.0  # for a worker that has nothing left to do
JOBS_AHEAD = 4  # for each process: enough to keep it busy, and few in memory


def numbered(jobs: Jobs) -> Iterator[Numbered | None]:
    """Number jobs in the order given."""
    number = count()
    for job in jobs:
        yield None if job is None else (next(number), job)


class UnderWay:
    """The jobs that were handed to workers and have not come back, in that order.

    Of so many ``processes``; ``tell`` is told while one is awaited.
    """

    def __init__(self, processes: Callable[[], int], tell: Tell) -> None:
        self._watched = Watched(processes, self._still_waiting)
        self._tell = tell
        self._jobs: dict[int, Job] = {}
        self._numbers: dict[Future[Finished], int] = {}
        self._names: dict[Future[Finished], str] = {}
        self._hand_in: Callable[[], None]

    def outcomes(self, jobs: Iterator[Numbered | None], submit: Submit, ahead: Ahead) -> Outcomes:
        """Hand in jobs, as many ``ahead`` at a time; yield what came back, with its number.

        Raises what a worker raised, or whatever stands between.
        """

        def hand_in() -> None:
            while len(self._numbers) < ahead() and (following := next(jobs, None)):
                number, job = following
                self._jobs[number] = job
                future = submit(job)
                self._numbers[future] = number
                self._names[future] = job.student or job.name

        self._hand_in = hand_in
        hand_in()
        while self._numbers:
            yield from self._back()
            hand_in()

    def left(self) -> list[Numbered]:
        """Return those that have not come back, and forget them."""
        left = list(self._jobs.items())
        for known in (self._jobs, self._numbers, self._names):
            known.clear()
        return left

    def _still_waiting(self, slowest: Slowest) -> None:
        self._tell(slowest)
        self._hand_in()  # of what came meanwhile; it is awaited with the others

    def _back(self) -> Outcomes:
        done = self._watched.wait(self._names)
        for future in sorted(done, key=_has_failed):  # what came back before a failure counts
            outcome = future.result()
            number = self._numbers.pop(future)
            del self._jobs[number], self._names[future]
            yield number, outcome


def _has_failed(future: Future[Finished]) -> bool:
    return future.cancelled() or future.exception() is not None


@contextmanager
def started_workers(
    setup: WorkerSetup, processes: int, known: int = 0, tell: Tell = lambda slowest: None
) -> Iterator[Grade]:
    """Yield what grades submissions in parallel on this machine, once.

    It yields what became of each when it is there, with its number in the order given. Jobs are
    asked for when there is room for them, and where there was none yet again and again until all
    that were given are done. While it waits, it tells now and then which one takes longest. Of
    workers, as many as there are jobs ``known`` get ready meanwhile. Leaving by an exception ends
    them, whatever they are at.

    If a worker is killed, as for want of memory, those that were under way are graded
    again one by one, so that only the one that is to blame goes without a result.

    Raises CannotGradeHere.
    """
    with ExitStack() as stack:
        pool = stack.enter_context(_workers(setup, processes))
        with pool.getting_ready(min(known, processes)):
            yield partial(_outcomes, setup, processes, tell, stack, pool)


def _outcomes(
    setup: WorkerSetup, processes: int, tell: Tell, stack: ExitStack, pool: _Pool, jobs: Jobs
) -> Outcomes:
    following, ahead = numbered(jobs), JOBS_AHEAD * processes
    while True:
        under_way = UnderWay(lambda: processes, pool.looked_after(tell))
        try:
            pool.wait_for_one(tell)
            yield from under_way.outcomes(following, pool.submit, lambda: ahead)
            return
        except BrokenProcessPool:
            pool.terminate()
            stack.close()
        left = under_way.left()
        for number, job in left[:processes]:
            yield number, _grade_alone(job, setup, tell)
        following = chain(left[processes:], following)
        pool = stack.enter_context(_workers(setup, processes))


def _grade_alone(job: Job, setup: WorkerSetup, tell: Tell) -> Finished:
    """Grade a submission in a process of its own. Raises CannotGradeHere.

    It is to blame for the end of a worker that was ready for it, and for no other.
    """
    is_ready = False
    try:
        with _workers(setup, 1) as pool:
            watched = Watched(lambda: 1, pool.looked_after(tell))
            name = job.student or job.name
            watched.wait({(ready := pool.start()): name})
            is_ready = ready.result()
            watched.wait({(graded := pool.submit(job)): name})
            return graded.result()
    except BrokenProcessPool:
        if is_ready:
            return failed(job, "The process that graded it was killed. Was memory exhausted?")
        raise MachineExhausted("a worker was killed as it started") from None


class _Process:
    """What a worker process was started with, and what it lacks; it has one worker."""

    arguments: tuple[WorkerSetup, Path]
    lacks: Exception | None = None


def _start_worker(setup: WorkerSetup, scratch: Path) -> None:
    gc.freeze()  # what it was forked with stays, and is shared with the others
    gc.enable()
    _Process.arguments = (setup, scratch)
    try:
        threading.Thread(target=_end_with_the_command, daemon=True).start()
    except (RuntimeError, MemoryError) as error:  # the first job says so; else it only ends
        _Process.lacks = error


def _end_with_the_command() -> None:
    """Wait until the command has gone, killed perhaps: its workers keep their server alive."""
    command = multiprocessing.parent_process()
    assert command is not None
    multiprocessing.connection.wait([command.sentinel])
    os._exit(1)


@cache
def _worker() -> Worker:
    """Make the worker for the first job, so that what goes wrong is said of that job.

    What the surroundings lack then is not said of it: no other could be graded either.
    """
    from .worker import Worker  # not by who only hands out the jobs

    try:
        if _Process.lacks:
            raise _Process.lacks
        return Worker(*_Process.arguments)
    except Exception as error:
        raise explained(error) or error from None


def _make_worker() -> bool:
    """Make the worker ahead of the first job. Raises CannotGradeHere; the job says the rest."""
    try:
        _worker()
    except CannotGradeHere:
        raise
    except AutograderError:
        pass
    return True


def _grade_job(job: Job) -> Finished:
    try:
        worker = _worker()
    except CannotGradeHere:
        raise
    except AutograderError as error:
        return failed(job, str(error))
    return worker.finish(job)


class _Pool:
    """Worker processes, so many, with the failures of threads that the pool of Python's needs."""

    def __init__(self, executor: ProcessPoolExecutor, failures: list[BaseException]) -> None:
        self._executor = executor
        self._failures = failures
        self._others = set(multiprocessing.active_children())
        self._started: set[multiprocessing.process.BaseProcess] = set()
        self._ready: dict[Future[bool], str] = {}  # as they will be

    def submit(self, job: Job) -> Future[Finished]:
        """Hand a job to one of them. Raises MachineExhausted."""
        return self._hand_out(_grade_job, job)

    def start(self) -> Future[bool]:
        """Let one of them make its worker. Raises MachineExhausted."""
        return self._hand_out(_make_worker)

    @contextmanager
    def getting_ready(self, count: int) -> Iterator[None]:
        """Let so many make their workers meanwhile. What keeps one from it, its first job says.

        Where something fails meanwhile, as broken hidden tests do, they finish that first: of a
        sandbox that is killed as it starts, processes may be left.
        """
        with suppress(BrokenProcessPool):  # the first job finds that as well
            for _ in range(count):
                self._ready[self.start()] = "the start of a worker"
        try:
            yield
        except Exception:
            wait(self._ready, SECONDS_TO_END)
            raise

    def wait_for_one(self, tell: Tell) -> None:
        """Wait until one of these is ready: a job that is handed in before starts another."""
        if self._ready:
            done = Watched(lambda: 1, self.looked_after(tell)).wait(self._ready)
            if len(done) == len(self._ready):
                next(iter(done)).result()

    def terminate(self) -> None:
        """End them at once."""
        for process in self.there():
            process.terminate()

    def looked_after(self, tell: Tell) -> Tell:
        """Return what tells the same, and sees that what was handed out can come back."""

        def still_waiting(slowest: Slowest) -> None:
            self._check()
            tell(slowest)

        return still_waiting

    def there(self) -> set[multiprocessing.process.BaseProcess]:
        """Return the processes."""
        return set(multiprocessing.active_children()) - self._others

    def _hand_out(self, do: Callable[..., Result], *arguments: object) -> Future[Result]:
        with surroundings_of_a_worker():  # it may have to be started again
            try:
                future = self._executor.submit(do, *arguments)
            except (EOFError, ConnectionError) as error:  # what they are forked from has gone
                raise MachineExhausted("no worker was started") from error
        self._started.update(self.there())
        return future

    def _check(self) -> None:
        """Raise what else would be waited for for ever.

        That is BrokenProcessPool if a process has gone, which is not watched from its first moment,
        and what a thread failed of.
        """
        if self._failures:
            raise explained(self._failures[0]) or self._failures[0]
        there = self.there()
        if self._started - there:
            raise BrokenProcessPool
        self._started.update(there)


@contextmanager
def _workers(setup: WorkerSetup, count: int) -> Iterator[_Pool]:
    """Start worker processes that share nothing with this one, NumPy's threads included.

    Leaving by an exception ends them at once: whoever interrupts does not want to wait for a slow
    submission.
    """
    context = forkserver()
    with (
        _failures_of_threads() as failures,
        run_folder("grading") as scratch,
        ProcessPoolExecutor(count, context, _start_worker, (setup, scratch)) as executor,
    ):
        pool = _Pool(executor, failures)
        try:
            yield pool
        except BaseException:
            pool.terminate()
            raise
        finally:
            executor.shutdown(wait=False)  # it may wait for a thread that was never started
            _end(pool.there())


@contextmanager
def _failures_of_threads() -> Iterator[list[BaseException]]:
    """Collect what threads fail of meanwhile, which Python would only print."""
    failures: list[BaseException] = []

    def keep(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_value:
            failures.append(failure.exc_value)

    before, threading.excepthook = threading.excepthook, keep
    try:
        yield failures
    finally:
        threading.excepthook = before


def _end(processes: Iterable[multiprocessing.process.BaseProcess]) -> None:
    """Let workers end that have nothing left to do.

    One that is killed now may leave a lock behind for which the others would wait for ever.
    """
    for process in processes:
        process.join(SECONDS_TO_END)
        if process.is_alive():
            process.kill()
