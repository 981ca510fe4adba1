"""What the lock-down costs a submission: children with it against the same fork without it.

Run as ``python tests/benchmarks/lockdown_cost.py``. One submission is a child that starts,
runs a cell, takes a 50 x 50 array into a call and gives it back, and is killed. Two zygotes
take turns, round after round, so that a busy machine slows both alike: one with every layer
that this machine has, one without bubblewrap, Landlock and seccomp (limits on resources and
the exchange of messages are the same in both). The cost is the median of the differences
within a round. It exits with 1 if that is above the budget.
"""

import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from autograder.sandbox.host import Sandbox
from autograder.sandbox.launch import Layers
from autograder.sandbox.lockdown import ChildLimits
from autograder.sandbox.wire import Items, Mapping, to_wire

BUDGET_MS = 2.0
ROUNDS = 300
LIMITS = ChildLimits(memory_mib=1024, cpu_seconds=300, file_mib=50)
NOTHING = Layers(bubblewrap=False, landlock_abi=0, seccomp=False)


def submission(sandbox: Sandbox, arguments: Items) -> float:
    """Return the milliseconds that one submission takes."""
    start = time.perf_counter()
    child = sandbox.child(LIMITS, 10_000)
    child.run_cell(0, "def same(x): return x", 10)
    child.call("same", arguments, Mapping([], []), 10)
    child.kill()
    return (time.perf_counter() - start) * 1000


def main() -> int:
    arguments = to_wire((np.ones((50, 50)),))
    assert isinstance(arguments, Items)
    with Sandbox() as locked, Sandbox(layers=NOTHING) as bare:
        print(f"level {locked.probe.level}: {locked.layers}; load {os.getloadavg()[0]:.1f}")
        rounds = [
            (submission(locked, arguments), submission(bare, arguments)) for _ in range(ROUNDS)
        ]
    with_layers, without = (statistics.median(column) for column in zip(*rounds, strict=True))
    cost = statistics.median(one - other for one, other in rounds)
    print(f"locked in {with_layers:.2f} ms, bare {without:.2f} ms per submission (medians)")
    print(f"cost {cost:.2f} ms, ratio {with_layers / without:.2f}; budget {BUDGET_MS} ms")
    return 0 if cost <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
