"""What a class of 100,000 takes on 50 workers, and what breaks first: a simulation.

Run as ``python tests/benchmarks/many_machines.py`` where ``pip install '.[cluster]'`` was done. It
takes five minutes, and is fed with figures of its own run: how long a worker is busy with each
submission of a simulated class (wrong ones, unfinished ones and loops that never end among them,
pages included), and how long coordinator and scheduler are busy for one, by their processor time
while a real worker grades those of the class that end soon. What both do all the time, as when they
wait, is in that.

It is checked: 1, 2 and 4 real workers grade a class whose cells sleep, so that the processors of
this machine do not count. What is foretold of it comes of these sleeps, and of what was measured
before: what one worker takes for such a submission beside its sleep, in this process, and the
figures of coordinator and scheduler. It exits with 1 where one is off by more than a fifth, as on a
machine that others use: what it says of 50 workers is worth nothing then either. What is not
checked is a coordinator that has no time left: for that, one machine has too few processors.
"""

import argparse
import os
import pickle
import random
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from heapq import heappop, heappush
from itertools import count, cycle, islice
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

# isort: off
import autograder.lean_imports  # noqa: F401

# isort: on
import nbformat
from benchmarks.throughput import course as own_course
from benchmarks.throughput import of_the_demonstration
from clusters import RealCluster
from commands import BIN
from contents import OWN, SMALL
from courses import hand_in, new_course, released_folder

from autograder.batch.class_grading import grade_class
from autograder.batch.cluster import Cluster
from autograder.batch.job import Finished, Job, WorkerSetup, read_job
from autograder.batch.worker import Worker
from autograder.batch.workers import JOBS_AHEAD
from autograder.course.candidate_files import read_named
from autograder.course.contents import Contents
from autograder.course.folder import Course
from autograder.course.options import Limits
from autograder.course.parcel import Parcel
from autograder.notebook.filled_in import answered

ASSIGNMENT, CHECKED = "pooling", "averages"
STUDENTS, WORKERS = 100_000, 50
CLASS = 24  # simulated students: of all kinds that the demonstration has
SLEEPS = 0.25, 1.5  # seconds that a cell sleeps, in the class of the check
SOON = 2.0  # seconds in which all end but endless loops
ROUNDS = 2  # that a real worker grades of those
WARM = 8  # results in which workers come to do for the first time what is done once
AGAIN = 5  # times that one of the check is graded, to learn what it takes beside its sleep
TICKS = os.sysconf("SC_CLK_TCK")
# nbgrader calls alembic by name.
os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ["PATH"]])


Way = Iterator[tuple[str, float]]  # who is needed next, and for how many seconds


@dataclass(frozen=True)
class Figures:
    """Seconds for one submission: ``busy`` on a worker (one of these), and of the others."""

    busy: tuple[float, ...]
    coordinator: float
    scheduler: float


class Timed(NamedTuple):
    """A submission on its way to a worker, and back."""

    there: Job
    back: Finished


@dataclass(frozen=True)
class Foretold:
    """How long a class takes, and which share of that time each is busy."""

    seconds: float
    workers: float
    coordinator: float
    scheduler: float


class Simulation:
    """Submissions on their way: each waits its turn at coordinator, scheduler and workers."""

    def __init__(self, students: int, workers: int, figures: Figures) -> None:
        self._busy = islice(cycle(figures.busy), students)
        self._figures = figures
        self._free = {"coordinator": 1, "scheduler": 1, "workers": workers}
        self._waiting: dict[str, deque[tuple[float, Way]]] = {by: deque() for by in self._free}
        self._events: list[tuple[float, int, str, Way]] = []
        self._order = count()
        self._now = 0.0
        self.recorded: list[float] = []  # when each was
        for _ in range(JOBS_AHEAD * workers):
            self._enter()
        while self._events:
            self._now, _, by, path = heappop(self._events)
            self._free[by] += 1
            self._start(by)
            self._go_on(path)

    def _enter(self) -> None:
        """Let the next submission come; half of what others spend on it is on its way back."""
        busy = next(self._busy, None)
        if busy is None:
            return
        ours, dask = self._figures.coordinator / 2, self._figures.scheduler / 2
        there = [("coordinator", ours), ("scheduler", dask)]
        self._go_on(iter([*there, ("workers", busy), *reversed(there)]))

    def _go_on(self, path: Way) -> None:
        step = next(path, None)
        if step is None:  # there is room for another
            self.recorded.append(self._now)
            self._enter()
            return
        by, seconds = step
        self._waiting[by].append((seconds, path))
        self._start(by)

    def _start(self, by: str) -> None:
        if self._free[by] and self._waiting[by]:
            self._free[by] -= 1
            seconds, path = self._waiting[by].popleft()
            heappush(self._events, (self._now + seconds, next(self._order), by, path))


def simulate(students: int, workers: int, figures: Figures) -> Foretold:
    """Return how long a class takes on so many workers."""
    seconds = Simulation(students, workers, figures).recorded[-1]
    share = students / seconds
    on_workers = statistics.fmean(figures.busy) * share / workers
    return Foretold(seconds, on_workers, figures.coordinator * share, figures.scheduler * share)


@contextmanager
def worker_of(contents: Contents, name: str, folder: Path) -> Iterator[Callable[[str], Timed]]:
    """Yield what lets one worker, in this process, grade a notebook of an assignment."""
    setup = WorkerSetup(name, Parcel.of(contents), b"", Limits(), with_pages=True)
    worker, path = Worker(setup, folder), folder / f"{name}.ipynb"

    def graded(text: str) -> Timed:
        path.write_text(text, encoding="utf-8")
        job = read_job(path.name, "one", partial(read_named, path))
        return Timed(job, worker.finish(job))

    try:
        yield graded
    finally:
        worker.close()


def measured_class(notebooks: Sequence[str], folder: Path) -> list[Timed]:
    """Return what a worker did for each of a class."""
    with worker_of(OWN, ASSIGNMENT, folder) as graded:
        return [graded(text) for text in notebooks]


def sleeping(seconds: float) -> str:
    """Return a right notebook that sleeps."""
    notebook = answered(SMALL.assignment(CHECKED), {})
    notebook.cells.append(nbformat.v4.new_code_cell(f"import time; time.sleep({seconds})"))
    return str(nbformat.writes(notebook))


def beside_the_sleep(folder: Path) -> float:
    """Return the seconds that a worker takes for one that sleeps, but for the sleep."""
    with worker_of(SMALL, CHECKED, folder) as graded:
        graded(sleeping(0))  # what is made once
        return statistics.median(graded(sleeping(0)).back.seconds for _ in range(AGAIN))


def sleeping_class(course: Path, size: int) -> tuple[float, ...]:
    """Hand in notebooks that sleep, each for another time; return these times."""
    draw = random.Random(0)
    times = tuple(draw.uniform(*SLEEPS) for _ in range(size))
    for number, seconds in enumerate(times):
        hand_in(course, f"student-{number:04}", CHECKED, sleeping(seconds))
    return times


def processor_seconds(process: int) -> float:
    """Return what a process has used of processors so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@dataclass(frozen=True)
class Run:
    """A real class, but for its first results: seconds in all, and of processors for each."""

    seconds: float
    coordinator: float
    scheduler: float


def _marks(cluster: RealCluster) -> tuple[float, float, float]:
    return time.perf_counter(), time.process_time(), processor_seconds(cluster.scheduler.pid)


def run(course: Path, name: str, folder: Path, workers: int) -> Run:
    """Grade a class on so many workers."""
    folder.mkdir()
    with RealCluster(folder) as cluster:
        for _ in range(workers):
            cluster.worker()
        entries = grade_class(
            Course.open(course),
            name,
            jobs=1,
            force=True,
            cluster=Cluster(cluster.address, print),
        )
        for _ in range(WARM):
            next(entries)
        before = _marks(cluster)
        others = len(list(entries))
        wall, ours, theirs = (now - then for now, then in zip(_marks(cluster), before, strict=True))
    return Run(wall, ours / others, theirs / others)


def check(folder: Path, size: int, beside: float, one: Run) -> bool:
    """Let real workers grade a class that sleeps; say whether all was as foretold."""
    course = new_course(folder / "course")
    released_folder(course, CHECKED)
    busy = tuple(seconds + beside for seconds in sleeping_class(course, size))
    figures = Figures(busy, one.coordinator, one.scheduler)
    fine = True
    for workers in (1, 2, 4):
        recorded = Simulation(size, workers, figures).recorded
        foretold = recorded[-1] - recorded[WARM - 1]
        real = run(course, CHECKED, folder / f"cluster-{workers}", workers).seconds
        off = foretold / real - 1
        fine = fine and abs(off) <= 0.2
        print(
            f"{workers} workers, {size} that sleep: foretold {foretold:.1f} s, "
            f"were {real:.1f} s ({off:+.0%})",
            flush=True,
        )
    return fine


def sizes(timed: Sequence[Timed]) -> str:
    """Say how large a submission is where it passes."""
    there, back = (
        statistics.fmean(len(pickle.dumps(getattr(one, way))) for one in timed) / 1000
        for way in ("there", "back")
    )
    return f"{there:.0f} kB there, {back:.0f} kB back"


def print_table(figures: Figures) -> None:
    """Print what a class takes, and what breaks first."""
    print("| workers | hours | workers busy | coordinator busy | scheduler busy |")
    print("|---|---|---|---|---|")
    for workers in (1, 4, WORKERS, 4 * WORKERS):
        told = simulate(STUDENTS, workers, figures)
        shares = f"{told.workers:.0%} | {told.coordinator:.0%} | {told.scheduler:.0%}"
        print(f"| {workers} | {told.seconds / 3600:.1f} | {shares} |")
    usual = statistics.median(figures.busy)
    told = simulate(STUDENTS, WORKERS, replace(figures, busy=(usual,)))
    print(f"without endless loops, {WORKERS} workers: {told.seconds / 3600:.1f} h")
    breaks = usual / figures.coordinator
    print(f"the coordinator is what is scarce from {breaks:.0f} such workers on")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=48, help="of the class of the check")
    size = parser.parse_args().submissions
    print(f"load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} processors")
    notebooks = of_the_demonstration(OWN.assignment(ASSIGNMENT), CLASS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        timed = measured_class(notebooks, folder)
        soon = [n for n, one in zip(notebooks, timed, strict=True) if one.back.seconds < SOON]
        own = own_course(folder / "own", ROUNDS * soon, None, ASSIGNMENT)
        one = run(own, ASSIGNMENT, folder / "cluster-own", 1)
        busy = tuple(one.back.seconds for one in timed)
        print(
            f"one submission: {statistics.fmean(busy):.2f} s on a worker (median "
            f"{statistics.median(busy):.2f}), {one.coordinator * 1000:.1f} ms of the coordinator, "
            f"{one.scheduler * 1000:.1f} ms of the scheduler, {sizes(timed)}"
        )
        beside = beside_the_sleep(folder)
        print(f"one of the check: {beside:.2f} s on a worker beside its sleep")
        fine = check(folder, size, beside, one)
    print_table(Figures(busy, one.coordinator, one.scheduler))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
