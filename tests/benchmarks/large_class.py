"""A large class, graded once: seconds for each hundred submissions, and memory while it grows.

    python tests/benchmarks/large_class.py [STUDENTS] [ASSIGNMENT]

By default 5,000 students of ``pooling`` hand in what a hundred of the demonstration's class hand
in, again and again, so that each hundred is the same work. It prints a line for each hundred: its
seconds, and the memory of the command and of all its processes, median while it was graded. What
comes before the first hundred is done counts nowhere: the start is in it. It ends with 1 where a
hundred behind the first five took more than a tenth longer on average than one of those, or where
memory, that of the command or of all, grew by more than a tenth from those to the last five. A
class of less than a thousand is parted into ten.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.throughput import BIN, ENVIRONMENT, course, of_the_demonstration
from contents import load_assignment

STEP = 100
FIRST = 5  # steps, with which the others are compared
MORE = 1.1
MIB = 2**20


class Seen(NamedTuple):
    """How many were done at a time, and memory (MiB) until then: the command, all processes."""

    at: float
    done: int
    command: float
    processes: float


def resident(process: int) -> float:
    """Return the memory that belongs to a process alone, and its part of what is shared."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0
    (line,) = (line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024 / MIB


def with_descendants(process: int) -> Iterator[int]:
    """Yield a process and all that it started."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from with_descendants(int(child))


def watched(command: subprocess.Popen[str], log: Path, step: int) -> Iterator[Seen]:
    """Yield what was seen since the last time, whenever so many more are done."""
    awaited, memory = step, []
    while command.poll() is None:
        memory.append((resident(command.pid), sum(map(resident, with_descendants(command.pid)))))
        done = log.read_text().count("\n") if log.exists() else 0
        if done >= awaited:
            yield Seen(time.monotonic(), done, *map(statistics.median, zip(*memory, strict=True)))
            awaited, memory = (done // step + 1) * step, []
        time.sleep(0.5)


def each(seen: Sequence[Seen]) -> float:
    """Return the seconds of a hundred submissions, from the first to the last that was seen."""
    return 100 * (seen[-1].at - seen[0].at) / (seen[-1].done - seen[0].done)


def growths(seen: Sequence[Seen]) -> dict[str, float]:
    """Return by what factors time and memory are more than at the beginning."""
    early, late = seen[:FIRST], seen[-FIRST:]
    factors = {"seconds for a hundred": each(seen[FIRST - 1 :]) / each(early)}
    for name, of in (("the command", "command"), ("all processes", "processes")):
        then, now = (statistics.median(getattr(one, of) for one in part) for part in (early, late))
        factors[f"memory of {name}"] = now / then
    return factors


def graded(root: Path, name: str, step: int) -> list[Seen]:
    """Grade a class; print and return what was seen. Exits where the command failed."""
    command = subprocess.Popen(
        [str(BIN / "autograder"), "grade", name, "--quiet"],
        cwd=root,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen: list[Seen] = []
    for now in watched(command, root / "logs" / f"{name}.log", step):
        took = f"{each([seen[-1], now]):.1f} s" if seen else "the start"
        memory = f"{now.command:.0f} MiB, all {now.processes:.0f} MiB"
        print(f"{now.done:>6}: {took}, {memory}", flush=True)
        seen.append(now)
    _, said = command.communicate()
    print(said, end="")
    if command.returncode not in (0, 1):
        sys.exit(f"autograder grade ended with {command.returncode}")
    return seen


def main(size: int, name: str) -> int:
    step = max(1, min(STEP, size // (2 * FIRST)))
    different = of_the_demonstration(load_assignment(name), step)
    print(f"load {os.getloadavg()[0]:.1f}; submissions: seconds for a hundred, memory")
    with tempfile.TemporaryDirectory(prefix="large-class-") as folder:
        root = course(Path(folder, "course"), [*islice(cycle(different), size)], None, name)
        start = time.monotonic()
        seen = graded(root, name, step)
    print(f"{size} submissions in {time.monotonic() - start:.0f} s")
    if len(seen) <= FIRST:
        sys.exit("too few were seen: the class is too small, or too quickly graded")
    factors = growths(seen)
    for about, factor in factors.items():
        print(f"{about}, late against early: {factor:.2f} × (at most {MORE} ×)")
    return 0 if all(factor <= MORE for factor in factors.values()) else 1


if __name__ == "__main__":
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    sys.exit(main(students, sys.argv[2] if len(sys.argv) > 2 else "pooling"))
