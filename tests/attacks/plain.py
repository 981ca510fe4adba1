"""An ordinary grader, which runs submitted code in its own process: what the cheats are made for.

Run as a program it reads ``{title: source}`` from its input and prints which of them it takes for
a right ``sgd_step``. Each is tried in a process of its own, in several styles of checking.
"""

import json
import os
import sys
from collections.abc import Callable

import numpy as np


def checks_against_what_it_computed_first(source: str) -> None:
    """Import the reference, compute, call, compare."""
    from solutions import pooling

    namespace = run(source)
    w, dw = inputs()
    expected = pooling.sgd_step(w, dw, 0.5)
    answer = namespace["sgd_step"](w, dw, 0.5)
    assert np.allclose(answer, expected)


def checks_against_what_it_computes_last(source: str) -> None:
    """Call, then import the reference and compute from the same arrays."""
    namespace = run(source)
    w, dw = inputs()
    answer = namespace["sgd_step"](w, dw, 0.5)
    from solutions import pooling

    assert np.allclose(answer, pooling.sgd_step(w, dw, 0.5))


def checks_the_difference(source: str) -> None:
    """Subtract, as much code does that was written by hand."""
    from solutions import pooling

    namespace = run(source)
    w, dw = inputs()
    expected = pooling.sgd_step(w, dw, 0.5)
    difference = np.abs(namespace["sgd_step"](w, dw, 0.5) - expected)
    assert max(np.ravel(difference)) < 1e-6


STYLES = (
    checks_against_what_it_computed_first,
    checks_against_what_it_computes_last,
    checks_the_difference,
)


def run(source: str) -> dict[str, object]:
    """Run a cell and return what it defines."""
    namespace = {"np": np, "__name__": "__main__"}
    exec(compile(source, "cell", "exec"), namespace)
    return namespace


def inputs() -> tuple[np.ndarray, np.ndarray]:
    """Return random weights and their gradient."""
    rng = np.random.default_rng(1)
    return rng.normal(size=5), rng.normal(size=5)


def takes(source: str, style: Callable[[str], None]) -> bool:
    """Say whether a check ends well, in a process of its own."""
    if (pid := os.fork()) == 0:
        style(source)
        sys.exit(0)
    _, status = os.waitpid(pid, 0)
    return status == 0


def main() -> None:
    sources = json.load(sys.stdin)
    fooled = {}
    for title, source in sources.items():
        fooled[title] = any(takes(source, style) for style in STYLES)
    print(json.dumps(fooled))


if __name__ == "__main__":
    main()
