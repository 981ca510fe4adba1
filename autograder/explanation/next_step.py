"""One thing to try, where no known mistake explains the answers to an exercise."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..course.contents import MISCONCEPTIONS
from ..notebook.assignment import Assignment
from ..running.comparison import compare
from ..running.no_answer import CallRaised
from ..running.student import RecordedCall
from .diagnosis import answer_of, same_answer

_AFTER_EXCEPTION = {
    "NameError": "Restart the kernel and run the notebook from the top: which cell should have "
    "made that name?",
    "UnboundLocalError": "Which way through your function leaves that name without a value?",
    "IndexError": "Print the index and the shape of the array just before that line. How large is "
    "the largest index that the array has?",
    "ValueError": "Print the shapes of the arrays just before that line. Which of them is not what "
    "you expect?",
    "TypeError": "Print the types of the values used on that line. Which of them is not what you "
    "expect?",
    "AttributeError": "Print the type of what stands before the dot on that line.",
    "KeyError": "Print the keys that are there, and the one that is asked for.",
    "ZeroDivisionError": "What is divided by on that line, and when is it zero?",
    "RecursionError": "For which arguments does your function stop calling itself?",
    "AssertionError": "Which assert stopped your function, and does the exercise allow what it "
    "refuses?",
}
_AFTER_MISMATCH = {
    "none": "A function without return gives None. Does every way through yours end in one?",
    "type": "Print type(...) of what you return, and compare it with what the exercise asks for.",
    "dtype": "Print the dtype of what you return. Which line decided it?",
    "length": "Print how many results you return, and compare it with what the exercise asks for.",
    "names": "Print the keys of the dict that you return, and compare them with what the exercise "
    "asks for.",
    "shape": "Work out the shape by hand for this setting, then print the shape of what you "
    "return: which number differs, and which line made it?",
    "not finite": "Print what you divide by, and the array before the line in which NaN appears.",
    "value": "Take the smallest case that you can work out on paper, and print what your function "
    "uses for the first number that differs.",
}
_MODIFIED = "Print the arguments before and after a call. Which line writes into one of them?"
_NOT_REPEATED = (
    "Called twice with the same arguments, your function gives two different answers. Does it use "
    "random numbers, an array that was never filled, or something outside of it that changes?"
)

Arguments = Mapping[str, Any]


class Contrast(NamedTuple):
    """What may tell wrong calls from right ones: where it holds, its words, what to ask then."""

    holds: Callable[[Arguments], bool]
    what: str
    question: str


def contrasts(assignment: Assignment) -> Sequence[Contrast]:
    """Return what a course names as ``CONTRASTS`` beside the known mistakes of an assignment."""
    found: Sequence[Contrast] = getattr(assignment.part(MISCONCEPTIONS), "CONTRASTS", ())
    return found


def next_step(
    reference: Callable[..., Any],
    calls: Sequence[RecordedCall],
    repeats: bool,
    known: Sequence[Contrast] = (),
) -> str | None:
    """Return what to look at next: what the wrong calls have in common, or how one is wrong.

    None where the functions could not be called at all: the failure itself says why.
    """
    if any(call.failure and not isinstance(call.failure, CallRaised) for call in calls):
        return None
    if not repeats:
        return _NOT_REPEATED
    judged = [(call, same_answer(call, answer_of(reference, call))) for call in calls]
    right = [call for call, is_right in judged if is_right]
    wrong = [call for call, is_right in judged if not is_right]
    if not judged:
        return None
    contrast = _contrast(inspect.signature(reference), right, wrong, known)
    return contrast or _of_one_call(reference, wrong or calls)


def _contrast(
    signature: inspect.Signature,
    right: Sequence[RecordedCall],
    wrong: Sequence[RecordedCall],
    known: Sequence[Contrast],
) -> str | None:
    if not right or not wrong:
        return None
    of_right = [_arguments(signature, call) for call in right]
    of_wrong = [_arguments(signature, call) for call in wrong]
    found = [
        contrast
        for contrast in known
        if all(map(contrast.holds, of_wrong)) and not any(map(contrast.holds, of_right))
    ]
    if not found:
        return None
    everything = " and ".join(contrast.what for contrast in found)
    question = found[0].question if len(found) == 1 else "Try one of these at a time: which is it?"
    return f"Your answers are right but for those with {everything}. {question}"


def _arguments(signature: inspect.Signature, call: RecordedCall) -> Arguments:
    bound = signature.bind(*call.args, **call.kwargs)
    bound.apply_defaults()
    return bound.arguments


def _of_one_call(reference: Callable[..., Any], calls: Sequence[RecordedCall]) -> str | None:
    """Return what follows from the first call that is wrong in some way."""
    for call in calls:
        if isinstance(call.failure, CallRaised):
            kind = call.failure.error.split(":")[0]
            return _AFTER_EXCEPTION.get(kind, "Run the call of this setting in a cell of your own.")
        mismatch = compare(call.value, answer_of(reference, call).value)
        if mismatch is not None:
            return _AFTER_MISMATCH[mismatch.kind]
    return _MODIFIED if any(call.modified for call in calls) else None
