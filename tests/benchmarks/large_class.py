"""A large class, graded once: seconds for each hundred submissions, and memory while it grows.

    python tests/benchmarks/large_class.py [STUDENTS] [ASSIGNMENT]

By default 5,000 students of ``pooling`` hand in what the demonstration's class hands in, again and
again. It prints a line for each tenth of the class: the seconds for a hundred submissions, and the
memory of the command and of all its processes. It ends with 1 where the second half took more than
a tenth longer than the first, or where the command's memory grew by more than a tenth in it.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count, cycle, islice
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.throughput import BIN, ENVIRONMENT, course, of_the_demonstration
from contents import load_assignment

CLASS = 60  # different notebooks
STEPS = 10
MORE = 1.1
MIB = 2**20


class Seen(NamedTuple):
    """How many were done at a time, and the memory (MiB) of the command and of all processes."""

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


def watched(command: subprocess.Popen[str], log: Path, size: int) -> Iterator[Seen]:
    """Yield what is seen whenever another tenth of the class is done."""
    following = count(1)
    awaited = next(following) * size // STEPS
    while command.poll() is None:
        done = log.read_text().count("\n") if log.exists() else 0
        if done >= awaited:
            processes = sum(map(resident, with_descendants(command.pid)))
            yield Seen(time.monotonic(), done, resident(command.pid), processes)
            awaited = next(following) * size // STEPS
        time.sleep(0.5)


def main(size: int, name: str) -> int:
    different = of_the_demonstration(load_assignment(name), CLASS)
    with tempfile.TemporaryDirectory(prefix="large-class-") as folder:
        root = course(Path(folder, "course"), [*islice(cycle(different), size)], None, name)
        began = Seen(time.monotonic(), 0, 0.0, 0.0)
        command = subprocess.Popen(
            [str(BIN / "autograder"), "grade", name, "--quiet"],
            cwd=root,
            env=ENVIRONMENT,
            stderr=subprocess.PIPE,
            text=True,
        )
        seen = [began]
        for now in watched(command, root / "logs" / f"{name}.log", size):
            before = seen[-1]
            each = 100 * (now.at - before.at) / (now.done - before.done)
            print(
                f"{now.done:>6} done: {each:.1f} s per hundred, memory {now.command:.0f} MiB, "
                f"of all processes {now.processes:.0f} MiB",
                flush=True,
            )
            seen.append(now)
        took = time.monotonic() - began.at
        assert command.stderr
        said = command.stderr.read().strip()
    print(f"{size} submissions in {took:.0f} s, status {command.returncode}\n{said}")
    if command.returncode not in (0, 1) or len(seen) < STEPS // 2:
        return 1
    half = len(seen) // 2
    first, second = (
        (part[-1].at - part[0].at) / (part[-1].done - part[0].done)
        for part in (seen[1 : half + 1], seen[half:])
    )
    print(f"second half against the first: {second / first:.2f} × the time")
    grown = seen[-1].command / seen[half].command
    print(f"memory of the command in the second half: {grown:.2f} ×")
    return 0 if second / first <= MORE and grown <= MORE else 1


if __name__ == "__main__":
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    sys.exit(main(students, sys.argv[2] if len(sys.argv) > 2 else "pooling"))
