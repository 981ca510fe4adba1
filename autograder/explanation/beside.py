"""How answers relate to an argument of their shape: they are it, they hold it, they add to it.

A step of training changes its weights: what is wrong in the answer shows in what it adds to them.
See ``facts``, which is about answers by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..running.comparison import agree
from .facts import ENTRIES, OF_NUMBERS, Array, Fact, Names, Pair, alike

Given = Mapping[str, Sequence[Array]]  # arguments of the answer's shape: that of each call


def beside_an_argument(
    pairs: Sequence[Pair], calls: Sequence[Mapping[str, Any]], subject: str
) -> tuple[str, Fact] | None:
    """Return what a fact is about, and the fact; ``calls`` are the arguments by name."""
    if not alike(pairs) or any(pair.answer.dtype == bool for pair in pairs):
        return None
    given = _of_this_shape(pairs, calls)
    for name, arrays in given.items():
        if fact := _made_of(pairs, arrays, name):
            return subject, fact
    for name, arrays in given.items():
        added = [
            Pair(pair.answer - array, pair.right - array, pair.numbers)
            for pair, array in zip(pairs, arrays, strict=True)
        ]
        if fact := _of_what_is_added(added, given):
            return f"what {subject} adds to `{name}`", fact
    return None


def _of_this_shape(pairs: Sequence[Pair], calls: Sequence[Mapping[str, Any]]) -> Given:
    given: dict[str, list[Any]] = {name: [call.get(name) for call in calls] for name in calls[0]}
    return {name: values for name, values in given.items() if all(map(_is_like, values, pairs))}


def _is_like(value: Any, pair: Pair) -> bool:
    numbers = isinstance(value, np.ndarray) and value.dtype.kind in "iuf"
    return bool(numbers and value.shape == pair.right.shape)


def _made_of(pairs: Sequence[Pair], arrays: Sequence[Array], name: str) -> Fact | None:
    beside = [*zip(pairs, arrays, strict=True)]
    if _are(pairs, arrays):
        return Fact(f"`{name}` as it came in", "Which line should have changed it, and how?")
    question = f"Which line brings `{name}` in, and does the exercise ask for it?"
    if _are(pairs, (pair.right + array for pair, array in beside)):
        return Fact(f"the right one plus `{name}`", question)
    if _are(pairs, (array - pair.right for pair, array in beside)):
        return Fact(f"`{name}` minus the right one", question)
    return None


def _of_what_is_added(added: Sequence[Pair], given: Given) -> Fact | None:
    for fact in (*OF_NUMBERS, _one_number):
        if found := fact(added, ()):
            return found
    for name, arrays in given.items():
        products = (pair.right * array for pair, array in zip(added, arrays, strict=True))
        if alike(added) and _are(added, products):
            question = f"Which line multiplies by `{name}`, and does the exercise ask for it?"
            return Fact(f"the right one times `{name}`, number by number", question)
    return None


def _one_number(added: Sequence[Pair], names: Names) -> Fact | None:
    varied = [pair for pair in added if pair.right.size >= ENTRIES]
    same = [np.full(pair.answer.shape, pair.answer.flat[0]) for pair in varied]
    if not varied or not alike(varied) or not _are(varied, same):
        return None
    return Fact("one number everywhere", "Which line makes one number of many, or takes one alone?")


def _are(pairs: Sequence[Pair], made: Iterable[Array]) -> bool:
    return all(agree(pair.answer, array) for pair, array in zip(pairs, made, strict=True))
