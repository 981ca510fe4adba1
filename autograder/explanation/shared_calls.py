"""Calls that are the same for the whole class: who answers them alike shares a mistake.

They are made where no known mistake explains an exercise. A student's hidden numbers are drawn
from the course's secret, so their wrong answers cannot be compared with those of others. These
calls are fixed with the assignment: its hidden tests make them of the references, with a seed that
is no secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..course.contents import HIDDEN_TESTS
from ..notebook.assignment import Assignment
from ..running.direct import direct_student, right_answers
from ..running.hidden_tests import run_hidden_tests
from ..running.no_answer import CallRaised
from ..running.student import NO_REPLACEMENTS, RecordedCall
from ..sandbox.wire import Opaque

MOST_CALLS = 12  # one for each hidden test, the first of the file
MOST_NUMBERS = 2**12  # in the arguments of a call
_KEPT = "_shared_calls"  # a name in the module of hidden tests: what is found goes where that goes
_SEED = b"the same for the whole class"
_DIGITS = 16
# Answers of one mistake differ in their last digits, as sums are made in another order. They are
# counted in steps of about 1e-4 of the largest; no number that one writes lies between two steps.
_STEPS, _SHIFT, _ODD = 1e4, 0.4142135623, 1.2345


class SharedCalls(NamedTuple):
    """The calls, and digests of the right answers and of all of it."""

    calls: tuple[RecordedCall, ...]
    right: tuple[str, ...]
    digest: str


def group_of(
    assignment: Assignment,
    exercise: str,
    made: Sequence[RecordedCall],
    again: Callable[[RecordedCall], RecordedCall],
) -> str:
    """Return the group that an unexplained function belongs to: digests of calls and answers.

    ``made`` are the calls of the hidden tests: what stood there for other functions stands here as
    well. "" where a call gives nothing to compare, or all these answers are right.
    """
    shared = shared_calls(assignment, exercise)
    others = next((call.replacements for call in made if call.replacements), NO_REPLACEMENTS)
    answers = []
    for call in shared.calls:
        answer = again(replace(call, replacements={**call.replacements, **others}))
        if answer.failure is not None and not _is_raised(answer.failure):
            return ""
        answers.append(_answer(answer))
    if tuple(answers) == shared.right:
        return ""
    return f"{shared.digest}.{_digest(answers)}"


def shared_calls(assignment: Assignment, exercise: str) -> SharedCalls:
    """Return the calls for an exercise, found once for each version of the hidden tests."""
    kept = vars(assignment.part(HIDDEN_TESTS)).setdefault(_KEPT, {})
    if exercise not in kept:
        kept[exercise] = _found(assignment, exercise)
    found: SharedCalls = kept[exercise]
    return found


def _found(assignment: Assignment, exercise: str) -> SharedCalls:
    student = direct_student(assignment, right_answers(assignment))
    run_hidden_tests(assignment, student, _SEED, {exercise})
    first: dict[str, RecordedCall] = {}
    for call in student.calls.get(exercise, []):
        if sum(map(_size, (*call.args, *call.kwargs.values()))) <= MOST_NUMBERS:
            first.setdefault(call.test.partition("[")[0], call)
    calls = tuple(first.values())[:MOST_CALLS]
    right = tuple(map(_answer, calls))
    inputs = [_text([*call.args, dict(call.kwargs)]) for call in calls]
    return SharedCalls(calls, right, _digest([exercise, *inputs, *right]))


def _is_raised(failure: Any) -> bool:
    return isinstance(failure, CallRaised) and not failure.limit


def _answer(call: RecordedCall) -> str:
    """Return a digest of what came of a call: what was raised by its kind alone."""
    if isinstance(call.failure, CallRaised):
        return _digest(["raised", call.failure.error.partition(":")[0]])
    return _digest([_text(call.value), str(call.modified)])


def _text(value: Any) -> str:
    """Return a value as text that is the same for answers which only rounding tells apart."""
    if isinstance(value, np.ndarray | np.generic):
        return _of_array(np.asarray(value))
    if isinstance(value, float):
        return _of_array(np.asarray(value))
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(f'{key!r}: {_text(item)}' for key, item in value.items()))}}}"
    if isinstance(value, list | tuple):
        if value and {*map(type, value)} <= {int, float} and float in {*map(type, value)}:
            return f"[{_of_array(np.asarray(value, np.float64))}]"
        return f"[{', '.join(map(_text, value))}]"
    return value.type_name if isinstance(value, Opaque) else repr(value)


def _of_array(values: np.ndarray[Any, Any]) -> str:
    if values.dtype.kind == "c":
        return _of_array(np.stack([values.real, values.imag]))
    if values.dtype.kind != "f":
        kind = "i" if values.dtype.kind in "iu" else values.dtype.kind
        return f"{kind}{values.shape}{values.tolist()}"
    finite = np.isfinite(values)
    numbers = np.where(finite, values, 0).astype(np.float64)
    largest = np.abs(numbers).max(initial=0.0)
    step = 2.0 ** np.floor(np.log2(largest * _ODD)) / _STEPS if largest else 1.0
    counted = np.floor(numbers / step + _SHIFT).astype(np.int64).tolist()
    return f"f{values.shape}{counted}{values[~finite].tolist()}"


def _size(value: Any) -> int:
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return value.size if isinstance(value, np.ndarray) else 1


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:_DIGITS]
