"""How the places of numbers relate to those of the right ones: moved, cut off, right in some.

See ``facts``, which is about the numbers themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from ..running.comparison import agree, where_near
from .facts import Array, Fact, Names, Pair, alike, axis_name, follows

# --- the same numbers elsewhere -------------------------------------------------------------


_PLACES = {"first": 0, "last": -1, "second": 1, "third": 2, "second last": -2}
MOST_REORDERED = 4  # axes: of more, there are too many orders
LEAST_THAT_MEET = 6  # places where two indices are the same: of fewer, much is true by chance
LEAST_OF_CALLS = 3  # in which one slice is right
MOST_OF_ALL = 0.8  # a share of the others, which are wrong
_INNER = {"first": slice(1, None), "last": slice(-1), "first and last": slice(1, -1)}


def _exchanged(pairs: Sequence[Pair], names: Names) -> Fact | None:
    for one, other in combinations(range(_axes(pairs)), 2):
        if follows(pairs, partial(_swapped, one=one, other=other)):
            both = f"{axis_name(one, names)} and {axis_name(other, names)}"
            question = "In which order do your indices, or your axes, stand?"
            return Fact(f"the right one transposed: {both} are exchanged", question)
    return _reordered(pairs, names)


def _reordered(pairs: Sequence[Pair], names: Names) -> Fact | None:
    """The right numbers with three or more axes in another order, if one order alone fits."""
    if not 3 <= _axes(pairs) <= MOST_REORDERED:
        return None
    orders = permutations(range(_axes(pairs)))
    fitting = [order for order in orders if follows(pairs, partial(_in_order, order=order))]
    if len(fitting) != 1:
        return None
    which = ", ".join(axis_name(axis, names) for axis in fitting[0])
    question = "In which order does the exercise want the axes?"
    return Fact(f"the right one with its axes in another order ({which})", question)


def _in_order(pair: Pair, order: tuple[int, ...]) -> Array:
    return pair.right.transpose(order)


def _swapped(pair: Pair, one: int, other: int) -> Array:
    return pair.right.swapaxes(one, other)


def _flipped(pair: Pair, along: tuple[int, ...]) -> Array:
    return np.flip(pair.right, along)


def _turned(pairs: Sequence[Pair], names: Names) -> Fact | None:
    axes = range(_axes(pairs))
    for along in (*((axis,) for axis in axes), *combinations(axes, 2)):
        if follows(pairs, partial(_flipped, along=along)):
            which = " and ".join(axis_name(axis, names) for axis in along)
            question = "Which end does your code begin with?"
            return Fact(f"the right one turned round, the last {which} first", question)
    return None


def _shifted(pairs: Sequence[Pair], names: Names) -> Fact | None:
    if not alike(pairs):
        return None
    for axis in range(_axes(pairs)):
        if any(pair.right.shape[axis] < 3 for pair in pairs):
            continue
        for back in (False, True):
            if all(_is_shifted(pair, axis, back) for pair in pairs):
                where = f"by one {axis_name(axis, names)}"
                question = "Which number does your counting begin with, there and in the exercise?"
                return Fact(f"the right one shifted {where}", question)
    return None


def _is_shifted(pair: Pair, axis: int, back: bool) -> bool:
    one, other = (np.moveaxis(array, axis, 0) for array in pair[:2])
    if back:
        one, other = other, one
    varies = not agree(other[1:], other[:-1])
    return varies and agree(one[1:], other[:-1])


def _in_another_shape(pairs: Sequence[Pair], names: Names) -> Fact | None:
    if all(pair.answer.shape == pair.right.shape for pair in pairs):
        return None
    if not all(agree(np.ravel(pair.answer), np.ravel(pair.right)) for pair in pairs):
        return _too_short_or_long(pairs, names)
    question = "Which line decides about the shape?"
    return Fact("made of the right numbers in the right order, in another shape", question)


def _too_short_or_long(pairs: Sequence[Pair], names: Names) -> Fact | None:
    if not all(_agree_where_both_are(pair) for pair in pairs):
        return None
    ends = [_ends(pair) for pair in pairs]
    axes = sorted({axis for shorter, longer in ends for axis in (*shorter, *longer)})
    ways = [any(shorter for shorter, _ in ends), any(longer for _, longer in ends)]
    which = " and ".join(axis_name(axis, names) for axis in axes)
    if all(ways):
        many = "too few in some calls and too many in others"
    else:
        many = "too few" if ways[0] else "too many"
    what = f"right as far as it goes, but there are {many} ({which})"
    return Fact(what, "In the smallest setting, how many of them should there be?")


def _ends(pair: Pair) -> tuple[list[int], list[int]]:
    """Return the axes along which an answer is too short, and those along which too long."""
    sides = [*enumerate(zip(pair.answer.shape, pair.right.shape, strict=True))]
    shorter = [axis for axis, (length, right) in sides if length < right]
    return shorter, [axis for axis, (length, right) in sides if length > right]


def _agree_where_both_are(pair: Pair) -> bool:
    if pair.answer.ndim != pair.right.ndim:
        return False
    sides = zip(pair.answer.shape, pair.right.shape, strict=True)
    both = tuple(slice(min(lengths)) for lengths in sides)
    return pair.right[both].size > 0 and agree(pair.answer[both], pair.right[both])


def _in_other_places(pairs: Sequence[Pair], names: Names) -> Fact | None:
    def in_order(array: Array) -> Array:
        return np.sort(array, axis=None)

    if not alike(pairs) or not _axes(pairs):
        return None
    if all(agree(in_order(pair.answer), in_order(pair.right)) for pair in pairs):
        question = "Which index says where a number is written, and which where it comes from?"
        return Fact("made of the right numbers, but in other places", question)
    if all(agree(pair.answer.sum(), pair.right.sum()) for pair in pairs if np.any(pair.right)):
        question = "Which numbers received too much, and which too little?"
        return Fact("right in total, but not in its single numbers", question)
    return None


# --- right in some places -------------------------------------------------------------------


def _unwritten(pairs: Sequence[Pair], names: Names) -> Fact | None:
    if not alike(pairs) or not _axes(pairs):
        return None
    if any(np.any(pair.answer[_differs(pair)]) for pair in pairs):
        return None
    what = "right wherever it is not 0, but 0 in places where it should not be"
    return Fact(what, "Which of its numbers are never written, or are overwritten?")


def _but_for_one(pairs: Sequence[Pair], names: Names) -> Fact | None:
    """Right but for one slice along an axis, or right in one alone."""
    if not alike(pairs):
        return None
    for axis in range(_axes(pairs)):
        wrong = [mark for mark in (_wrong_along(pair, axis) for pair in pairs) if mark.any()]
        if all(len(mark) < 2 for mark in wrong):
            continue
        for end, place in _PLACES.items():
            name = f"{end} {axis_name(axis, names)}"
            there = [_at(place, len(mark)) for mark in wrong]
            if all(map(np.array_equal, wrong, there)):
                return Fact(f"right but for the {name}", f"What is other for the {name}?")
            alone = (
                one.any() and (mark ^ one).all() for mark, one in zip(wrong, there, strict=True)
            )
            if all(alone):
                question = f"What is other for the {name}, and should it be?"
                return Fact(f"right in the {name} alone", question)
    return None


def _hardly_but_for_one(pairs: Sequence[Pair], names: Names) -> Fact | None:
    """Right in one slice along an axis wherever there is one, and wrong at most of the others."""
    if not alike(pairs):
        return None
    for axis in range(_axes(pairs)):
        wrong = [mark for mark in (_wrong_along(p, axis) for p in pairs) if mark.any()]
        longer = [mark for mark in wrong if len(mark) > 1]
        if len(longer) < LEAST_OF_CALLS:
            continue
        for end, place in _PLACES.items():
            there = [_at(place, len(mark)) for mark in longer]
            if not all(map(np.any, there)):
                continue
            right = not any((mark & _at(place, len(mark))).any() for mark in wrong)
            others = [mark[~one] for mark, one in zip(longer, there, strict=True)]
            if right and _are_most(np.concatenate(others)):
                name = f"{end} {axis_name(axis, names)}"
                question = f"What is other for the {name}, and should it be?"
                return Fact(f"right in the {name}, but hardly anywhere else", question)
    return None


def _where_two_meet(pairs: Sequence[Pair], names: Names) -> Fact | None:
    """Right where two indices are the same, and wrong at most of the other places."""
    if not alike(pairs):
        return None
    for axes in combinations(range(_axes(pairs)), 2):
        wrong = [_wrong_along(pair, *axes) for pair in pairs]
        same = np.concatenate([np.diagonal(marks) for marks in wrong])
        other = np.concatenate([marks[np.eye(*marks.shape) == 0] for marks in wrong])
        if len(same) >= LEAST_THAT_MEET and not same.any() and _are_most(other):
            both = " and ".join(axis_name(axis, names) for axis in axes)
            what = f"right where {both} are the same number, but hardly anywhere else"
            return Fact(what, "Which index is which in your code, and is one used for both?")
    return None


def _are_most(wrong: NDArray[np.bool_]) -> bool:
    return bool(wrong.size) and float(wrong.mean()) > MOST_OF_ALL


def _zeros(pairs: Sequence[Pair], names: Names) -> Fact | None:
    """Which places are 0, where that is the same in all answers: as they should, more, or fewer."""
    if not alike(pairs) or not _axes(pairs) or any(pair.answer.dtype == bool for pair in pairs):
        return None
    zeros = [(pair.answer == 0, pair.right == 0) for pair in pairs if _differs(pair).any()]
    if sum(int(right.sum()) for _, right in zeros) < LEAST_THAT_MEET:
        return None
    if all(np.array_equal(*both) for both in zeros):
        question = "What are the numbers made of that you write there?"
        return Fact("0 where it should be, but elsewhere made of other numbers", question)
    too_many = [bool((answer & ~right).any()) for answer, right in zeros]
    if not any(too_many):
        question = "Which places should receive nothing, and what writes there?"
        return Fact("never 0 where it should not be, but not 0 where it should be", question)
    if all(too_many) and not any((right & ~answer).any() for answer, right in zeros):
        question = "Which places does your code never come to, or overwrite?"
        return Fact("0 where it should be, but also in places where it should not be", question)
    return None


def _at(place: int, length: int) -> NDArray[np.bool_]:
    return np.asarray(np.arange(length) == (place if place >= 0 else length + place))


def _but_for_the_ends(pairs: Sequence[Pair], names: Names) -> Fact | None:
    """Right but for the first or last of an axis or of two, or for both ends: all around."""
    if not alike(pairs):
        return None
    wrong = [pair for pair in pairs if _differs(pair).any()]
    numbers = range(_axes(pairs))
    for axes in (*combinations(numbers, 1), *combinations(numbers, 2)):
        inside = [min(pair.right.shape[axis] for axis in axes) >= 3 for pair in wrong]
        if 2 * sum(inside) < len(wrong):
            continue  # of answers that are nothing but ends, this is true in any case
        for words, inner in _INNER.items():
            if not any(_is_wrong_inside(pair, axes, inner) for pair in wrong):
                ends = " and ".join(f"the {words} {axis_name(axis, names)}" for axis in axes)
                question = "Does your code ever get there, and what does it meet there?"
                return Fact(f"right but for {ends}", question)
    return None


def _is_wrong_inside(pair: Pair, axes: tuple[int, ...], inner: slice) -> bool:
    index = tuple(inner if axis in axes else slice(None) for axis in range(pair.right.ndim))
    return bool(_differs(pair)[index].any())


def _all_the_same(pairs: Sequence[Pair], names: Names) -> Fact | None:
    if not alike(pairs):
        return None
    for axis in range(_axes(pairs)):
        repeated = [_first_repeated(pair.answer, axis) for pair in pairs]
        rights = [_first_repeated(pair.right, axis) for pair in pairs]
        if all(agree(pair.right, right) for pair, right in zip(pairs, rights, strict=True)):
            continue
        if all(agree(pair.answer, same) for pair, same in zip(pairs, repeated, strict=True)):
            name = axis_name(axis, names)
            what = f"the same for every {name}"
            return Fact(what, f"Where does your code say which {name} it is about?")
    return None


def _first_repeated(array: Array, axis: int) -> Array:
    return np.repeat(array.take([0], axis), array.shape[axis], axis) if array.size else array


def _differs(pair: Pair) -> NDArray[np.bool_]:
    return ~where_near(pair.answer, pair.right)


def _wrong_along(pair: Pair, *axes: int) -> NDArray[np.bool_]:
    others = tuple(number for number in range(pair.right.ndim) if number not in axes)
    return np.asarray(_differs(pair).any(axis=others))


def _axes(pairs: Sequence[Pair]) -> int:
    """Return the number of axes of the right answers, 0 where they have not all the same."""
    counts = {pair.right.ndim for pair in pairs}
    return counts.pop() if len(counts) == 1 else 0


# The most telling one first; facts about the numbers themselves stand between the two.
OF_THE_SAME_NUMBERS = (_exchanged, _turned, _shifted, _in_another_shape)
OF_SOME_PLACES = (
    _all_the_same,
    _but_for_one,
    _but_for_the_ends,
    _hardly_but_for_one,
    _in_other_places,
    _unwritten,
    _where_two_meet,
)
OF_ZEROS = (_zeros,)  # true of much: only where no other fact is found
