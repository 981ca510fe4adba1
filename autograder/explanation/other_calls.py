"""Other calls that an answer may be right for: an argument replaced, left out or turned round."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise, permutations
from typing import Any, NamedTuple

import numpy as np

from ..running.student import RecordedCall

Arguments = dict[str, Any]

_PARTS = {
    "in reverse": slice(None, None, -1),
    "cut to its first entry": slice(1),
    "cut to its last entry": slice(-1, None),
    "without its last entry": slice(-1),
    "without its first entry": slice(1, None),
}


class Change(NamedTuple):
    """Another call: how its arguments are made of the given ones, in words, and a question."""

    made: Callable[[Arguments], Arguments]
    words: str
    question: str
    cut: bool = False  # whether the right answer may be larger than the given one


Changes = Callable[[Arguments, inspect.Signature], Iterator[Change]]


def bound_arguments(function: Callable[..., Any], call: RecordedCall) -> Arguments:
    """Return the arguments of a call by name, those with their default included."""
    bound = inspect.signature(function).bind(*call.args, **call.kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def changes(arguments: Arguments, signature: inspect.Signature) -> Iterator[Change]:
    """Yield other calls that a mistake may make of a call with these arguments."""
    numbers = [name for name, value in arguments.items() if type(value) is int]
    for name, value in arguments.items():
        uses = f"What does your code do with `{name}`?"
        if name in numbers:
            for number in _plain_ones(signature.parameters[name].default):
                yield Change(partial(_with, name, number), f"with `{name}` {number}", uses)
            for other in numbers:
                if other != name:
                    words = f"in which `{name}` is what `{other}` is"
                    yield Change(partial(_copied, name, other), words, uses)
        elif isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
            yield Change(partial(_zeroed, name), f"in which `{name}` is all zeros", uses)
        elif isinstance(value, list | tuple):
            for words, part in _PARTS.items():
                yield Change(partial(_part, name, part), f"with `{name}` {words}", uses)


def nearby(arguments: Arguments, signature: inspect.Signature) -> Iterator[Change]:
    """Yield calls whose answers may go further: a number one less or one more, or another's."""
    numbers = [name for name, value in arguments.items() if type(value) is int]
    for name in numbers:
        for step, words in ((-1, "less"), (1, "more")):
            question = f"Where does your code use `{name}`, and does it count from 0 or from 1?"
            yield Change(partial(_moved, name, step), f"with `{name}` one {words}", question, True)
    for name, other in permutations(numbers, 2):
        words, question = f"in which `{name}` is what `{other}` is", f"Where do you use `{name}`?"
        yield Change(partial(_copied, name, other), words, question, True)


def turned(arguments: Arguments, signature: inspect.Signature) -> Iterator[Change]:
    """Yield calls with an array that is read from its other end, or by its axes exchanged."""
    for name, value in arguments.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
            continue
        neighbours = [*pairwise(range(value.ndim))]
        for along in (*((axis,) for axis in range(value.ndim)), *neighbours):
            words = f"with `{name}` turned round along {_axes_in_words(along)}"
            question = f"Which end of `{name}` does your code begin with?"
            yield Change(partial(_flipped, name, along), words, question)
        for pair in neighbours:
            words = f"in which {_axes_in_words(pair)} of `{name}` are exchanged"
            question = f"In which order do the indices of `{name}` stand in your code?"
            yield Change(partial(_exchanged, name, pair), words, question)


def _axes_in_words(axes: tuple[int, ...]) -> str:
    return f"{'axis' if len(axes) == 1 else 'axes'} {' and '.join(map(str, axes))}"


def _flipped(name: str, along: tuple[int, ...], arguments: Arguments) -> Arguments:
    return {**arguments, name: np.flip(arguments[name], along)}


def _exchanged(name: str, pair: tuple[int, int], arguments: Arguments) -> Arguments:
    return {**arguments, name: arguments[name].swapaxes(*pair)}


def _plain_ones(default: Any) -> list[int]:
    """Return what an argument that is not used may stand for: its default, 0 and 1."""
    return [*dict.fromkeys([*([default] if type(default) is int else []), 0, 1])]


def _with(name: str, value: Any, arguments: Arguments) -> Arguments:
    return {**arguments, name: value}


def _moved(name: str, step: int, arguments: Arguments) -> Arguments:
    return {**arguments, name: arguments[name] + step}


def _copied(name: str, other: str, arguments: Arguments) -> Arguments:
    return {**arguments, name: arguments[other]}


def _zeroed(name: str, arguments: Arguments) -> Arguments:
    return {**arguments, name: np.zeros_like(arguments[name])}


def _part(name: str, part: slice, arguments: Arguments) -> Arguments:
    return {**arguments, name: arguments[name][part]}
