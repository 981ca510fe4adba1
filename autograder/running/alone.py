"""Each exercise judged by itself: a mistake costs its own exercise, not those that call it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nbformat import NotebookNode

from ..notebook.assignment import Assignment
from ..notebook.calls import calls_in, reached_from
from ..results import Outcome, TestResult
from .hidden_tests import run_hidden_tests
from .no_answer import NotAnswered
from .student import Student


def run_each_alone(
    assignment: Assignment,
    student: Student,
    seed: bytes,
    notebook: NotebookNode,
    start_again: Callable[[], None],
) -> dict[str, list[TestResult]]:
    """Run the hidden tests; return the results by exercise.

    A function that fails and calls other exercises' functions that fail is tested once more, with
    right functions in the place of those. A test counts as passed if it passes in either run.
    Never are they those of its own: ``start_again`` forgets what its code may have kept of them.
    Raises what ``run_hidden_tests`` raises.
    """
    results = run_hidden_tests(assignment, student, seed)
    functions = assignment.signatures().keys()
    failing = functions & {name for name, tests in results.items() if _fails(tests)}
    calls = calls_in(notebook.cells) if len(failing) > 1 else {}
    wrong_below = {name: reached_from(name, calls) & failing for name in failing}
    lent = {n for made in student.calls.values() for call in made for n in call.replacements}
    # What is below comes first: unless they call each other, nothing was lent of it yet.
    for name in sorted(failing, key=lambda name: (len(wrong_below[name]), name)):
        wrong = wrong_below[name]
        if wrong and not _is_tested_alone(name, student):
            if name in lent:
                start_again()
                lent.clear()
            lent |= wrong
            right = {other: assignment.references[other] for other in sorted(wrong)}
            asked = len(student.calls.get(name, []))
            again = run_hidden_tests(assignment, student.with_functions(right), seed, {name})
            made = student.calls[name][asked:]
            silent = {call.test for call in made if isinstance(call.failure, NotAnswered)}
            told = [test for test in again.get(name, []) if test.name not in silent]
            better = _better(results[name], told)
            raised = any(call.failure for call in made)
            if _passed(better) > _passed(results[name]) or not raised:
                results[name] = better
            else:  # it asked for something that is not answered: that is no fact about it
                del student.calls[name][asked:]
    return results


def _fails(tests: Iterable[TestResult]) -> bool:
    return any(test.outcome is Outcome.FAILED for test in tests)


def _passed(tests: Iterable[TestResult]) -> int:
    return sum(test.outcome is Outcome.PASSED for test in tests)


def _is_tested_alone(name: str, student: Student) -> bool:
    """Say whether the hidden tests themselves call it with right functions."""
    return any(call.replacements for call in student.calls.get(name, []))


def _better(first: list[TestResult], again: list[TestResult]) -> list[TestResult]:
    """Return each test as it passed, or else as it failed with right functions below it."""
    by_name = {test.name: test for test in again if test.outcome is not Outcome.ERROR}
    return [
        test if test.outcome is Outcome.PASSED else by_name.get(test.name, test) for test in first
    ]
