"""One thing to try, where no known mistake explains the answers to an exercise."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from ..course.contents import MISCONCEPTIONS
from ..notebook.assignment import Assignment
from ..running.comparison import compare
from ..running.no_answer import CallRaised
from ..running.student import RecordedCall
from .after_exception import after_exception
from .answers import answer_of, same_answer
from .structure import Judged, structural_fact

_AFTER_MISMATCH = {
    "none": "A function without return gives None. Does every way through yours end in one?",
    "unset": "Which line should give that result its value, and does your code ever come there?",
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

MOST_WRONG = 8  # calls for each right one: a single right one lacks many things by chance
MOST_THAT_MEET = 3  # things that only wrong calls have together: of more, it may be anything

Arguments = Mapping[str, Any]


class Contrast(NamedTuple):
    """What may tell wrong calls from right ones: where it holds, its words, what to ask then.

    It ``hides`` others, by their words, which follow from it: where it is told, they are not.
    """

    holds: Callable[[Arguments], bool]
    what: str
    question: str
    hides: Collection[str] = ()


def contrasts(assignment: Assignment) -> Sequence[Contrast]:
    """Return what a course names as ``CONTRASTS`` beside the known mistakes of an assignment."""
    found: Sequence[Contrast] = getattr(assignment.part(MISCONCEPTIONS), "CONTRASTS", ())
    return found


def next_step(
    reference: Callable[..., Any],
    calls: Sequence[RecordedCall],
    repeats: bool,
    known: Sequence[Contrast] = (),
    axes: Any = (),
    cells: Sequence[str] = (),
) -> str | None:
    """Return what to look at next: what the wrong calls or answers have in common, or one of them.

    ``axes`` are the course's names for those of the answers, ``cells`` the student's code. None
    where the functions could not be called at all: the failure itself says why.
    """
    if not calls or any(
        call.failure and not isinstance(call.failure, CallRaised) for call in calls
    ):
        return None
    if not repeats:
        return _NOT_REPEATED
    judged = [Judged(call, answer_of(reference, call)) for call in calls]
    right = [pair for pair in judged if same_answer(*pair)]
    wrong = [pair for pair in judged if not same_answer(*pair)]
    apart = _what_tells_apart(inspect.signature(reference), right, wrong, known)
    fact = structural_fact(reference, wrong, right, axes)
    if apart is None:
        return str(fact) if fact else _of_one_call(wrong or judged, cells)
    what, question = apart
    said = f"{fact.sentence} {question}" if fact else question
    return f"Your answers are right but for those with {what}. {said}"


def _what_tells_apart(
    signature: inspect.Signature,
    right: Sequence[Judged],
    wrong: Sequence[Judged],
    known: Sequence[Contrast],
) -> tuple[str, str] | None:
    """Return what the wrong calls have and the right ones have not, and what to ask then."""
    if not wrong or len(wrong) > MOST_WRONG * len(right):
        return None
    of_right = [_arguments(signature, call) for call, _ in right]
    of_wrong = [_arguments(signature, call) for call, _ in wrong]
    found = [
        contrast
        for contrast in known
        if all(map(contrast.holds, of_wrong)) and not any(map(contrast.holds, of_right))
    ]
    if not found:
        return _where_some_meet(of_right, of_wrong, known)
    found = _unhidden(found)
    everything = " and ".join(contrast.what for contrast in found)
    question = found[0].question if len(found) == 1 else "Try one of these at a time: which is it?"
    return everything, question


def _unhidden(found: Sequence[Contrast]) -> list[Contrast]:
    hidden = {what for contrast in found for what in contrast.hides}
    return [contrast for contrast in found if contrast.what not in hidden]


def _where_some_meet(
    of_right: Sequence[Arguments], of_wrong: Sequence[Arguments], known: Sequence[Contrast]
) -> tuple[str, str] | None:
    """Return the things that every wrong call has, and no right call but one at a time."""
    common = [contrast for contrast in known if all(map(contrast.holds, of_wrong))]
    pairs = [pair for pair in combinations(common, 2) if _meet_in_wrong_calls_alone(pair, of_right)]
    meeting = _unhidden([contrast for contrast in common if any(contrast in p for p in pairs)])
    if not 2 <= len(meeting) <= MOST_THAT_MEET:
        return None
    if len(meeting) == 2:
        question = "Which line uses both, and what is it when only one of them is there?"
        return f"both {' and '.join(contrast.what for contrast in meeting)}", question
    *others, last = (contrast.what for contrast in meeting)
    question = "Which two of them meet in a line of yours? Try two at a time."
    return f"{', '.join(others)} and {last}, all at once", question


def _meet_in_wrong_calls_alone(
    pair: tuple[Contrast, Contrast], of_right: Sequence[Arguments]
) -> bool:
    one, other = pair
    seen = {(one.holds(arguments), other.holds(arguments)) for arguments in of_right}
    return (True, True) not in seen and {(True, False), (False, True)} <= seen


def _arguments(signature: inspect.Signature, call: RecordedCall) -> Arguments:
    bound = signature.bind(*call.args, **call.kwargs)
    bound.apply_defaults()
    return bound.arguments


def _of_one_call(judged: Sequence[Judged], cells: Sequence[str]) -> str | None:
    """Return what follows from the first call that is wrong in some way, as its test says it."""
    for call, right in judged:
        if isinstance(call.failure, CallRaised):
            failure = call.failure
            return after_exception(failure.error, cells, failure.place, failure.function)
        mismatch = compare(call.value, right.value)
        if mismatch is not None:
            return _AFTER_MISMATCH[mismatch.kind]
        if call.modified:
            return _MODIFIED
    return None
