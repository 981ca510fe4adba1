"""What a class of 100,000 takes on 50 workers, and what breaks first: a simulation.

Run as ``python tests/benchmarks/many_machines.py`` where ``pip install '.[cluster]'`` was done. It
is fed with figures of its own run: how long a worker is busy with each submission of a simulated
class (wrong ones, unfinished ones and loops that never end among them), and how long coordinator
and scheduler are busy for one, by their processor time while a real class is graded. It is checked
first: 1, 2 and 4 real workers grade a class whose cells sleep, so that the processors of this
machine do not count, and the simulation must foretell the times of 2 and 4 from what 1 took. It
exits with 1 where it is off by more than a fifth, as on a machine that others use: what it says of
50 workers is worth nothing then either.
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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from heapq import heappop, heappush
from itertools import count, cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

# isort: off
import autograder.lean_imports  # noqa: F401

# isort: on
import nbformat
from clusters import RealCluster
from commands import BIN
from contents import OWN, SMALL
from courses import hand_in, new_course, released_folder

from autograder.batch.class_grading import grade_class
from autograder.batch.cluster import Cluster
from autograder.batch.job import WorkerSetup, read_job
from autograder.batch.worker import Worker
from autograder.batch.workers import JOBS_AHEAD
from autograder.course.candidate_files import Place, read_candidates
from autograder.course.folder import Course
from autograder.course.options import Limits
from autograder.course.parcel import Parcel
from autograder.demo.simulated_class import simulate_class
from autograder.notebook.filled_in import answered, released
from autograder.results import to_json

ASSIGNMENT, CHECKED = "pooling", "averages"
STUDENTS, WORKERS = 100_000, 50
CLASS = 24  # simulated students: one of each kind that the demonstration has
LONGEST = 3.0  # seconds that a cell sleeps, in the class of the check
LEAST = 0.0005  # seconds: less cannot be told from nothing here
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
        self.now = 0.0
        for _ in range(JOBS_AHEAD * workers):
            self._enter()
        while self._events:
            self.now, _, by, path = heappop(self._events)
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
        if step is None:  # it is recorded, and there is room for another
            self._enter()
            return
        by, seconds = step
        self._waiting[by].append((seconds, path))
        self._start(by)

    def _start(self, by: str) -> None:
        if self._free[by] and self._waiting[by]:
            self._free[by] -= 1
            seconds, path = self._waiting[by].popleft()
            heappush(self._events, (self.now + seconds, next(self._order), by, path))


def simulate(students: int, workers: int, figures: Figures) -> Foretold:
    """Return how long a class takes on so many workers."""
    seconds = Simulation(students, workers, figures).now
    share = students / seconds
    on_workers = statistics.fmean(figures.busy) * share / workers
    return Foretold(seconds, on_workers, figures.coordinator * share, figures.scheduler * share)


def measured_class(folder: Path) -> tuple[tuple[float, ...], int, int, int]:
    """Return the seconds of each of a class on a worker; bytes there, back, and kept in memory."""
    assignment = OWN.assignment(ASSIGNMENT)
    release = released(assignment)
    worker = Worker(WorkerSetup(ASSIGNMENT, Parcel.of(OWN), b"", Limits()), folder)
    place = Place(folder / "x", Path("x"), OWN.sources / ASSIGNMENT, ())
    place.folder.mkdir()
    seconds, there, back, kept = [], [], [], []
    try:
        for student in simulate_class(assignment, CLASS):
            (place.folder / assignment.file_name).write_text(student.fill_in(release))
            read = partial(read_candidates, place, assignment.file_name)
            job = read_job(assignment.file_name, student.name, read)
            start = time.perf_counter()
            finished = worker.finish(job)
            seconds.append(time.perf_counter() - start)
            there.append(len(pickle.dumps(job)))
            back.append(len(pickle.dumps(finished)))
            kept.append(len(to_json(finished.result)))
    finally:
        worker.close()
    return tuple(seconds), *(int(statistics.fmean(sizes)) for sizes in (there, back, kept))


def sleeping_class(course: Path, size: int) -> tuple[float, ...]:
    """Hand in notebooks that sleep, each for another time; return these times."""
    draw = random.Random(0)
    times = tuple(draw.uniform(0.5, LONGEST) for _ in range(size))
    for number, seconds in enumerate(times):
        notebook = answered(SMALL.assignment(CHECKED), {})
        notebook.cells.append(nbformat.v4.new_code_cell(f"import time; time.sleep({seconds})"))
        hand_in(course, f"student-{number:04}", CHECKED, nbformat.writes(notebook))
    return times


def processor_seconds(process: int) -> float:
    """Return what a process has used of processors so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@dataclass(frozen=True)
class Run:
    """A real class: seconds from the first result to the last, and of processors for each."""

    seconds: float
    coordinator: float
    scheduler: float


def each(runs: Sequence[Run], by: str, size: int) -> float:
    """Return the processor seconds of one submission.

    What coordinator and scheduler do all the time, as when they wait, grows with the time of a run,
    and is taken away.
    """
    times = [run.seconds for run in runs]
    _, at_once = statistics.linear_regression(times, [getattr(run, by) for run in runs])
    return max(at_once / (size - 1), LEAST)


def _marks(cluster: RealCluster) -> tuple[float, float, float]:
    return time.perf_counter(), time.process_time(), processor_seconds(cluster.scheduler.pid)


def run(course: Path, folder: Path, workers: int) -> Run:
    """Grade the class on so many workers; what comes before the first result is left out."""
    with RealCluster(folder) as cluster:
        for _ in range(workers):
            cluster.worker()
        entries = grade_class(
            Course.open(course),
            CHECKED,
            jobs=1,
            force=True,
            cluster=Cluster(cluster.address, print),
        )
        next(entries)
        before = _marks(cluster)
        list(entries)
        wall, ours, theirs = (now - then for now, then in zip(_marks(cluster), before, strict=True))
    return Run(wall, ours, theirs)


def checked(folder: Path, size: int) -> Iterator[tuple[int, Run, float]]:
    """Yield numbers of workers with the real run and the seconds that were foretold."""
    course = new_course(folder / "course")
    released_folder(course, CHECKED)
    sleeps = sleeping_class(course, size)
    extra = None
    for workers in (1, 2, 4):
        place = folder / f"cluster-{workers}"
        place.mkdir()
        real = run(course, place, workers)
        if extra is None:  # one worker tells what each submission takes beside its sleep
            extra = (real.seconds - sum(sleeps[1:])) / (size - 1)
        busy = tuple(seconds + extra for seconds in sleeps)
        foretold = simulate(size, workers, Figures(busy, LEAST, LEAST))
        first = min(busy[:workers])  # the run is timed from its first result on
        yield workers, real, foretold.seconds - first


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=48, help="of the class of the check")
    size = parser.parse_args().submissions
    print(f"load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} processors")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fine, runs = True, []
        for workers, real, seconds in checked(folder, size):
            off = seconds / real.seconds - 1
            fine = fine and abs(off) <= 0.2
            runs.append(real)
            print(
                f"{workers} workers, {size} that sleep: {real.seconds:.1f} s, "
                f"foretold {seconds:.1f} s ({off:+.0%})"
            )
        busy, there, back, kept = measured_class(folder)
    figures = Figures(
        busy,
        each(runs, "coordinator", size),
        each(runs, "scheduler", size),
    )
    print(
        f"one submission: {statistics.fmean(busy):.2f} s on a worker (median "
        f"{statistics.median(busy):.2f}), {figures.coordinator * 1000:.1f} ms of the coordinator, "
        f"{figures.scheduler * 1000:.1f} ms of the scheduler, {there / 1000:.0f} kB there, "
        f"{back / 1000:.0f} kB back, {kept / 1000:.0f} kB of results kept in memory"
    )
    print("| workers | hours | workers busy | coordinator busy | scheduler busy |")
    print("|---|---|---|---|---|")
    for workers in (1, 4, WORKERS, 4 * WORKERS):
        told = simulate(STUDENTS, workers, figures)
        shares = f"{told.workers:.0%} | {told.coordinator:.0%} | {told.scheduler:.0%}"
        print(f"| {workers} | {told.seconds / 3600:.1f} | {shares} |")
    usual = replace(figures, busy=(statistics.median(busy),))
    breaks = statistics.median(busy) / figures.coordinator
    told = simulate(STUDENTS, WORKERS, usual)
    print(f"without endless loops, {WORKERS} workers: {told.seconds / 3600:.1f} h")
    print(f"the coordinator is what is scarce from {breaks:.0f} such workers on")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
