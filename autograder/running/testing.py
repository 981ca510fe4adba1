"""What hidden tests are written with.

    @exercise("running_maximum")
    class TestRunningMaximum:
        @weight(2)
        def test_falling_numbers(self, student, reference, rng):
            \"\"\"Numbers that only fall leave the first one standing.\"\"\"
            numbers = sorted(rng.integers(-9, 9, 8).tolist(), reverse=True)
            check_call(student, reference, "running_maximum", numbers)

The docstring is the sentence that the student reads. ``reference`` is the module of the right
functions: ``check_call`` makes the same call of both. Where more is to be said about the answer,
call the student's function, and ``check`` what came of it:

            answer = student.running_maximum(numbers)
            check(answer, numbers[:1] * len(numbers))

A changed argument is no wrong value. It costs one test, which is made for it:

        def test_arguments_kept(self, student, rng):
            \"\"\"The function leaves its arguments as they are.\"\"\"
            check_arguments_kept(student.running_maximum(rng.integers(-9, 9, 8).tolist()))

A test fails by ``check`` and its relatives, by a call that gives no answer, or by a plain assert;
any other exception is an error of the grader, which never costs points. What lies beside a file of
hidden tests is imported by relative names.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .comparison import Mismatch, check_array, compare, none
from .student import Answer, Student, copied

exercise = pytest.mark.exercise
weight = pytest.mark.weight


class WrongAnswer(AssertionError):
    """The student's answer is not right; the text is what the student reads."""


def check(answer: Answer, expected: Any) -> None:
    """Fail unless the answer is ``expected``, whatever the call did to its arguments.

    ``expected`` is an int, a float, an ndarray, or a tuple, a list or a dict of those; see
    ``comparison``. Arguments are for ``check_arguments_kept``.
    """
    mismatch = compare(answer.value, expected, answer.part)
    if mismatch is not None:
        raise WrongAnswer(_sentence(answer, mismatch))


def check_slices(answer: Answer, expected: np.ndarray[Any, Any], axis: int) -> None:
    """Fail unless the answer is ``expected``, slice by slice along an axis.

    Each slice is as exact as its own numbers: small ones do not hide behind large ones.
    """
    check(answer, expected)
    for number in range(expected.shape[axis]):
        part, right = np.take(answer.value, number, axis), np.take(expected, number, axis)
        mismatch = compare(part, right, f"number {number} along axis {axis}")
        if mismatch is not None:
            raise WrongAnswer(_sentence(answer, mismatch))


def check_call(
    student: Student, reference: Any, function: str, /, *args: Any, **kwargs: Any
) -> None:
    """Fail unless the student's function gives what the reference's gives, called in the same way.

    See ``check``. The reference works on copies: what it changes is not the student's fault.
    """
    expected = getattr(reference, function)(*copied(args), **copied(kwargs))
    check(getattr(student, function)(*args, **kwargs), expected)


def checked_array(answer: Answer, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return the answer as float64, after every check except the one of its values."""
    mismatch = none(answer.value, answer.part) or check_array(answer.value, shape, answer.part)
    if mismatch is not None:
        raise WrongAnswer(_sentence(answer, mismatch))
    return np.asarray(answer.value, dtype=np.float64)


def check_arguments_kept(answer: Answer) -> None:
    """Fail if the call changed an argument, whatever it returned, or returned nothing.

    For one test of an exercise, which is made for it: no other fails for a changed argument.
    """
    several = isinstance(answer.value, tuple | list)
    values = answer.value if several else [answer.value]
    if all(value is None for value in values):  # a function that does nothing changes nothing
        raise WrongAnswer(str(none(None, "every result" if several else answer.part)))
    modified = answer.modified_arguments()
    if modified:
        raise WrongAnswer(
            f"`{answer.function}` modifies its argument number {modified[0] + 1}. "
            "The caller still needs it: work on a copy."
        )


def check_choice(answer: Answer, right: str, letters: str) -> None:
    """Fail unless the right one of these letters was chosen."""
    chosen = answer.value.strip().lower() if isinstance(answer.value, str) else None
    if chosen is None or len(chosen) != 1 or chosen not in letters:
        known = ", ".join(letters)
        raise WrongAnswer(f"`{answer.function}` should be one letter in quotes, one of {known}.")
    if chosen != right:
        raise WrongAnswer(f"{chosen} is not the right answer.")


def require(condition: Any, sentence: str) -> None:
    """Fail with this sentence unless the condition holds."""
    if not condition:
        raise WrongAnswer(sentence)


def _sentence(answer: Answer, mismatch: Mismatch) -> str:
    settings = ", ".join(name + value for name, value in answer.settings.items())
    return f"With {settings}: {mismatch}" if settings else str(mismatch)
