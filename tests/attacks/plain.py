"""An ordinary grader, which runs submitted code in its own process: what the cheats are made for.

Run as a program in the folder of the small course it reads ``{title: source}`` from its input and
prints which of them it takes for a right ``step_down``. Each is tried in a process of its own, in
several styles of checking.
"""

import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

import autograder.lean_imports  # noqa: F401 (before anything imports nbgrader)
from autograder.course.contents import HIDDEN_TESTS, Contents
from autograder.results import Outcome
from autograder.running.direct import direct_student
from autograder.running.hidden_tests import run_hidden_tests


def checks_against_what_it_computed_first(source: str) -> None:
    """Import the reference, compute, call, compare."""
    from solutions import averages

    namespace = run(source)
    values, slopes = inputs()
    expected = averages.step_down(values, slopes, 0.5)
    answer = namespace["step_down"](values, slopes, 0.5)
    assert np.allclose(answer, expected)


def checks_against_what_it_computes_last(source: str) -> None:
    """Call, then import the reference and compute from the same arrays."""
    namespace = run(source)
    values, slopes = inputs()
    answer = namespace["step_down"](values, slopes, 0.5)
    from solutions import averages

    assert np.allclose(answer, averages.step_down(values, slopes, 0.5))


def checks_the_difference(source: str) -> None:
    """Subtract, as much code does that was written by hand."""
    from solutions import averages

    namespace = run(source)
    values, slopes = inputs()
    expected = averages.step_down(values, slopes, 0.5)
    difference = np.abs(namespace["step_down"](values, slopes, 0.5) - expected)
    assert max(np.ravel(difference)) < 1e-6


def checks_with_the_hidden_tests(source: str) -> None:
    """Do as this engine does, but without its sandbox."""
    assignment = Contents(Path.cwd()).assignment("averages")
    assignment.part(HIDDEN_TESTS)
    student = direct_student(assignment, run(source))
    results = run_hidden_tests(assignment, student, b"", ["step_down"])
    assert {test.outcome for test in results["step_down"]} == {Outcome.PASSED}


STYLES = (
    checks_against_what_it_computed_first,
    checks_against_what_it_computes_last,
    checks_the_difference,
    checks_with_the_hidden_tests,
)


def run(source: str) -> dict[str, object]:
    """Run a cell and return what it defines."""
    namespace = {"np": np, "__name__": "__main__"}
    exec(compile(source, "cell", "exec"), namespace)
    return namespace


def inputs() -> tuple[np.ndarray, np.ndarray]:
    """Return random values and their slopes."""
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
    gc.freeze()  # else each process would take a second to clear away what it never used
    fooled = {}
    for title, source in sources.items():
        fooled[title] = any(takes(source, style) for style in STYLES)
    print(json.dumps(fooled))


if __name__ == "__main__":
    main()
