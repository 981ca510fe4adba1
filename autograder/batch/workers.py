"""Workers in parallel: processes of this machine, and how submissions are handed to any."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import AutograderError, CannotGradeHere
from ..sandbox.run_folder import run_folder
from ..surroundings import MachineExhausted, explained
from .forkserver import forkserver, surroundings_of_a_worker
from .job import Finished, Job, WorkerSetup, failed
from .slowest import Slowest, Tell, Watched

if TYPE_CHECKING:
    from .worker import Worker

Submit = Callable[[Job], Future[Finished]]
Ahead = Callable[[], int]
Numbered = tuple[int, Job]
Outcomes = Generator[tuple[int, Finished]]
SECONDS_TO_END = 10.0  # for a worker that has nothing left to do
JOBS_AHEAD = 4  # for each process: enough to keep it busy, and few in memory


class UnderWay:
    """The jobs that were handed to workers and have not come back, in that order."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._jobs: dict[int, Job] = {}
        self._numbers: dict[Future[Finished], int] = {}

    def outcomes(self, jobs: Iterator[Numbered], submit: Submit, ahead: Ahead) -> Outcomes:
        """Hand in jobs, as many ``ahead`` at a time; yield what came back, with its number.

        Raises what a worker raised, or whatever stands between.
        """
        for number, job in jobs:
            self._jobs[number] = job
            self._numbers[submit(job)] = number
            while len(self._numbers) >= ahead():
                yield from self._back()
        while self._numbers:
            yield from self._back()

    def left(self) -> list[Numbered]:
        """Return those that have not come back, and forget them."""
        left = list(self._jobs.items())
        self._jobs.clear()
        self._numbers.clear()
        return left

    def _back(self) -> Outcomes:
        jobs = {future: self._jobs[number] for future, number in self._numbers.items()}
        done = self._watched.wait({future: job.student or job.name for future, job in jobs.items()})
        for future in sorted(done, key=_has_failed):  # what came back before a failure counts
            outcome = future.result()
            number = self._numbers.pop(future)
            del self._jobs[number]
            yield number, outcome


def _has_failed(future: Future[Finished]) -> bool:
    return future.cancelled() or future.exception() is not None


def grade_jobs(
    jobs: Iterable[Job], setup: WorkerSetup, processes: int, tell: Tell = lambda slowest: None
) -> Outcomes:
    """Grade submissions in parallel on this machine; yields what became of each when it is there.

    With it comes its number in the order given. Jobs are asked for when there is room for them.
    While it waits, it tells now and then which one takes longest. Closing the generator ends the
    workers, whatever they are at.

    If a worker is killed, as for want of memory, those that were under way are graded
    again one by one, so that only the one that is to blame goes without a result.

    Raises CannotGradeHere.
    """
    numbered: Iterator[Numbered] = iter(enumerate(jobs))
    while True:
        try:
            with _workers(setup, processes) as (submit, check):

                def still_waiting(slowest: Slowest, check: Callable[[], None] = check) -> None:
                    check()
                    tell(slowest)

                under_way = UnderWay(Watched(lambda: processes, still_waiting))
                yield from under_way.outcomes(numbered, submit, lambda: JOBS_AHEAD * processes)
            return
        except BrokenProcessPool:
            left = under_way.left()
            for number, job in left[:processes]:
                yield number, _grade_alone(job, setup)
            numbered = chain(left[processes:], numbered)


def _grade_alone(job: Job, setup: WorkerSetup) -> Finished:
    try:
        with _workers(setup, 1) as (submit, _):
            return submit(job).result()
    except BrokenProcessPool:
        return failed(job, "The process that graded it was killed. Was memory exhausted?")


class _Process:
    """What a worker process was started with; it has one worker."""

    arguments: tuple[WorkerSetup, Path]


def _start_worker(setup: WorkerSetup, scratch: Path) -> None:
    threading.Thread(target=_end_with_the_command, daemon=True).start()
    _Process.arguments = (setup, scratch)


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
        return Worker(*_Process.arguments)
    except Exception as error:
        raise explained(error) or error from None


def _grade_job(job: Job) -> Finished:
    try:
        worker = _worker()
    except CannotGradeHere:
        raise
    except AutograderError as error:
        return failed(job, str(error))
    return worker.finish(job)


@contextmanager
def _workers(setup: WorkerSetup, count: int) -> Iterator[tuple[Submit, Callable[[], None]]]:
    """Start worker processes that share nothing with this one, NumPy's threads included.

    Yields what hands jobs to them, and what raises BrokenProcessPool if one has gone: the pool does
    not watch a process from its first moment, and would wait for ever. Leaving by an exception ends
    them at once: whoever interrupts does not want to wait for a slow submission.
    """
    context = forkserver()
    others = set(multiprocessing.active_children())
    with (
        run_folder("grading") as scratch,
        ProcessPoolExecutor(count, context, _start_worker, (setup, scratch)) as executor,
    ):
        started: set[multiprocessing.process.BaseProcess] = set()

        def check() -> None:
            there = set(multiprocessing.active_children()) - others
            if started - there:
                raise BrokenProcessPool
            started.update(there)

        def submit(job: Job) -> Future[Finished]:
            with surroundings_of_a_worker():  # it may have to be started again
                try:
                    return executor.submit(_grade_job, job)
                except EOFError as error:  # what they are forked from could not do it
                    raise MachineExhausted("no worker was started") from error

        try:
            yield submit, check
        except BaseException:
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise
        executor.shutdown(wait=False)
        _end(set(multiprocessing.active_children()) - others)


def _end(processes: Iterable[multiprocessing.process.BaseProcess]) -> None:
    """Let workers end that have nothing left to do.

    One that is killed now may leave a lock behind for which the others would wait for ever.
    """
    for process in processes:
        process.join(SECONDS_TO_END)
        if process.is_alive():
            process.kill()
