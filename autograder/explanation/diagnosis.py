"""Which known mistake explains the answers to an exercise: one that reproduces all of them.

The wrong answers, the right ones and the calls that raised all count. Two mistakes made
together are looked for where one does not explain everything, and three where two do not.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..running.student import RecordedCall
from .answers import answer_of
from .evidence import Answering, Evidence
from .misconceptions import Misconception
from .several import several


@dataclass(frozen=True)
class Diagnosis:
    """The known mistake, if one explains the answers; and whether an answer came out twice."""

    misconception: Misconception | None = None
    repeats: bool = True


def diagnose(
    known: Sequence[Misconception],
    reference: Callable[..., Any],
    calls: Sequence[RecordedCall],
    call_again: Callable[[RecordedCall], RecordedCall],
    answering: Answering = answer_of,
) -> Diagnosis:
    """Find the known mistake, or up to three together, that gives every recorded answer.

    If several do, it is the one that was seen most often. ``reference`` is the right
    function. ``call_again`` repeats a call: where parts of the answer change, a mistake is
    named that makes the same parts change, if one is known. ``answering`` may keep answers of
    those functions, where many submissions get the same calls.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evidence = Evidence(reference, calls, answering)
        if not evidence.wrong or not evidence.comparable:
            return Diagnosis()
        repeating = [misconception for misconception in known if misconception.repeats]
        alone = evidence.best_explained_by(_most_frequent_first(repeating))
        if alone is not None and evidence.is_told_apart(alone, repeating):
            return Diagnosis(alone)
        changing = evidence.changes(call_again)
        if any(changing):
            changeable = (misconception for misconception in known if not misconception.repeats)
            return Diagnosis(evidence.changed_alike_by(changeable, changing), repeats=False)
        return Diagnosis(evidence.explained_by(several(repeating, evidence)))


def _most_frequent_first(misconceptions: Iterable[Misconception]) -> list[Misconception]:
    return sorted(misconceptions, key=lambda misconception: -misconception.seen)
