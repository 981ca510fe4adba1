"""How numbers relate to the right ones: each fact with the question to ask oneself.

A fact holds for all pairs that it is asked about, or is not told. Besides names and places it
carries no number but a simple factor or distance: no hidden input can be read off it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..running.comparison import agree

LARGEST_SHOWN = 16  # of the numbers in a factor or a distance
LARGEST_DIVISOR = 400  # of a factor that is simple, whether it is shown or not
MOST_DIGITS = 8  # that somebody rounds to; what is nearer is right
ENTRIES = 2  # that differ from each other: of fewer, much is true by chance

Array = NDArray[Any]
Names = Sequence[str]  # of the axes of an array, as far as the course says them
_CUTS: Mapping[str, Callable[[Array], Array]] = {
    "cut to": np.trunc,
    "rounded down to": np.floor,
    "rounded to": np.round,
}


class Pair(NamedTuple):
    """An answer and the right one, and the numbers that went into the call, by name."""

    answer: Array
    right: Array
    numbers: Mapping[str, float]


class Fact(NamedTuple):
    """What an answer is ("Your answer is ..."), and what to ask oneself then."""

    what: str
    question: str


def follows(pairs: Sequence[Pair], made: Callable[[Pair], Any]) -> bool:
    """Say whether every answer is what is made of its pair."""
    return all(agree(pair.answer, made(pair)) for pair in pairs)


def alike(pairs: Sequence[Pair]) -> bool:
    """Say whether every answer has the shape of the right one, and there is enough to see."""
    if any(pair.answer.shape != pair.right.shape for pair in pairs):
        return False
    entries = np.concatenate([pair.right.ravel() for pair in pairs])
    return len(np.unique(entries)) >= ENTRIES


def axis_name(number: int, names: Names) -> str:
    return names[number] if number < len(names) else f"index along axis {number}"


def _zero(pairs: Sequence[Pair], names: Names) -> Fact | None:
    if not alike(pairs) or not follows(pairs, lambda pair: np.zeros(pair.right.shape)):
        return None
    return Fact("0 everywhere", "Which line should have written into it, and does it ever run?")


def _multiple(pairs: Sequence[Pair], names: Names) -> Fact | None:
    factors = _factors(pairs)
    if factors is None:
        return None
    factor = factors[0]
    if not follows(pairs, lambda pair: factor * pair.right):
        return _own_multiple(pairs, factors)
    if factor == -1:
        return Fact("the right one with the other sign", "Which line decides about the sign?")
    question = "Which line multiplies or divides once too often, or not at all?"
    return Fact(f"{_shown_factor(factor)} the right one everywhere", question)


def _factors(pairs: Sequence[Pair]) -> list[float] | None:
    """Return what each answer is a multiple by, where it is one and not all are the right one."""
    if not alike(pairs):
        return None
    factors = [_factor(pair) for pair in pairs if np.any(pair.right)]
    found = [factor for factor in factors if factor]
    return found if len(found) == len(factors) and set(found) - {1.0} else None


def _factor(pair: Pair) -> float | None:
    place = np.unravel_index(np.abs(pair.right).argmax(), pair.right.shape)
    exact = float(pair.answer[place] / pair.right[place])
    if not np.isfinite(exact):
        return None
    simple = float(Fraction(exact).limit_denominator(LARGEST_DIVISOR))
    factors = (simple, exact)  # an answer in single precision is near the simple one only
    return next((factor for factor in factors if agree(pair.answer, factor * pair.right)), None)


def _own_multiple(pairs: Sequence[Pair], factors: Sequence[float]) -> Fact | None:
    """Return what every call multiplies or divides by: a number that went into it."""
    telling = [pair for pair in pairs if np.any(pair.right)]
    arrays = any(len(np.unique(pair.right)) >= ENTRIES for pair in telling)
    if 1.0 in factors or (not arrays and len(telling) < 3):
        return None
    for name in telling[0].numbers:
        if word := _in_proportion(factors, [pair.numbers.get(name, 0) for pair in telling]):
            question = "Which line does that, and does the exercise ask for it?"
            return Fact(f"the right one {word} {name}", question)
    question = "What do you multiply or divide by, and on what does that depend?"
    what = "a multiple of the right one in each call, but not the same in all"
    return Fact(what, question) if arrays else None


def _in_proportion(factors: Sequence[float], values: Sequence[float]) -> str:
    """Say how the factors come of these numbers, "" if they do not."""
    if not all(values):
        return ""
    by = np.asarray(values, dtype=float)
    ways = {
        "divided by": 1 / by,
        "multiplied by": by,
        "divided by the square of": by**-2,
        "multiplied by the square of": by**2,
    }
    return next((way for way, of in ways.items() if np.allclose(factors, of, rtol=1e-6)), "")


def _shown_factor(factor: float) -> str:
    simple = Fraction(factor).limit_denominator(LARGEST_SHOWN)
    if abs(float(simple) - factor) > 1e-9 or abs(simple.numerator) > LARGEST_SHOWN:
        return "a constant ×"
    short = 100 % simple.denominator == 0
    return f"{float(simple):g} ×" if short else f"{simple.numerator}/{simple.denominator} ×"


def _distance(pairs: Sequence[Pair], names: Names) -> Fact | None:
    if not alike(pairs):
        return None
    answer, right = next(pair[:2] for pair in pairs if pair.right.size)
    distance = float(answer.flat[0]) - float(right.flat[0])
    if not distance or not follows(pairs, lambda pair: pair.right + distance):
        return None
    much = abs(round(distance))
    if abs(abs(distance) - much) > 1e-9 or not 0 < much <= LARGEST_SHOWN:
        return Fact("the right one plus a constant", "What is added, and should it be?")
    way = "more" if distance > 0 else "less"
    return Fact(f"always {much} {way} than the right one", f"Where does the {much} come from?")


def _cut(pairs: Sequence[Pair], names: Names) -> Fact | None:
    if not alike(pairs):
        return None
    question = "Print every dtype: which line makes whole numbers of fractions?"
    for words, cut in _CUTS.items():
        if follows(pairs, partial(_made_by, cut)):
            return Fact(f"the right one {words} whole numbers", question)
    for digits in range(1, MOST_DIGITS + 1):
        if follows(pairs, partial(_rounded, digits)):
            what = f"the right one rounded to {digits} digit{'s' * (digits > 1)} after the point"
            return Fact(what, "Which line rounds, and does the exercise ask for it?")
    return None


def _made_by(function: Callable[[Array], Array], pair: Pair) -> Array:
    return function(pair.right)


def _rounded(digits: int, pair: Pair) -> Array:
    return np.round(1.0 * pair.right, digits)


def _unsigned(pairs: Sequence[Pair], names: Names) -> Fact | None:
    if not alike(pairs):
        return None
    if follows(pairs, lambda pair: np.abs(pair.right)):
        return Fact("the right one without its signs", "Which line loses the sign?")
    if follows(pairs, lambda pair: np.maximum(pair.right, 0)):
        what = "right where it is positive, and 0 where it should be negative"
        return Fact(what, "What do negative numbers meet in your code?")
    return None


def _of_one_size(pairs: Sequence[Pair], names: Names) -> Fact | None:
    """Right in its signs: each answer has one size for all numbers, where the right one has not."""
    if not alike(pairs) or not all(map(_have_the_same_signs, pairs)):
        return None
    sizes = [[*map(_sizes, pair[:2])] for pair in pairs]
    if any(len(answer) > 1 for answer, _ in sizes) or all(len(right) < 2 for _, right in sizes):
        return None
    what = "right in its signs alone: all its numbers are of one size"
    return Fact(what, "Which line forgets how large each number is?")


def _have_the_same_signs(pair: Pair) -> bool:
    return bool(np.all(np.sign(1.0 * pair.answer) == np.sign(1.0 * pair.right)))


def _sizes(array: Array) -> Array:
    """Return the sizes of numbers that are not 0, those once that agree in nine digits."""
    sizes = np.unique(np.abs(array[array != 0]))
    return sizes[:1] if sizes.size and np.allclose(sizes, sizes[0], rtol=1e-9, atol=0) else sizes


OF_NUMBERS = (
    _zero,
    _multiple,
    _cut,
    _unsigned,
    _distance,
    _of_one_size,
)  # the most telling one first
