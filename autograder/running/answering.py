"""Calls of submitted code that functions of ours answer: it must not keep them busy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from ..sandbox.wire import Asked, Told, from_wire, to_wire
from .messages import describe_trusted_exception

# Of an array about which submitted code asks a function of ours: numbers, axes, length of each;
# a whole number beside it is no larger than a side.
MOST_ASKED, MOST_AXES, LONGEST_SIDE = 2**12, 4, 64
LONGEST_TEXT = 64  # of a key or a value, as the kind of a layer is one


@dataclass
class Trusted:
    """A function of ours; ``refused`` says whether it was asked for more than it answers."""

    ours: Callable[..., Any]
    refused: bool = False

    def __call__(self, asked: Asked) -> Told:
        """Answer a call."""
        args, kwargs = from_wire(asked.args), from_wire(asked.kwargs)
        if self._cost((*args, *kwargs.values())) > MOST_ASKED:
            self.refused = True
            return Told(asked.id, error="nothing of this kind or size is expected here")
        try:
            with np.errstate(all="ignore"):
                return Told(asked.id, to_wire(self.ours(*args, **kwargs)))
        except Exception as error:
            _, _, message = describe_trusted_exception(error).partition(": ")
            return Told(asked.id, error=message or f"{asked.function} cannot take these arguments")

    @cached_property
    def _cost(self) -> Callable[[tuple[Any, ...]], float]:
        return _cost_of_numbers if _returns_numbers(self.ours) else _cost


def _returns_numbers(function: Callable[..., Any]) -> bool:
    """Say whether a function is annotated to return a number, or a certain number of them."""
    try:
        return _is_of_numbers(get_type_hints(function).get("return"))
    except (NameError, TypeError):
        return False


def _is_of_numbers(annotation: Any) -> bool:
    if get_origin(annotation) is tuple:
        return all(map(_is_of_numbers, get_args(annotation)))
    return annotation in (int, float)


def _cost_of_numbers(arguments: tuple[Any, ...]) -> float:
    """Return what numbers cost where they are only reckoned with: all sizes and lengths, added.

    Short texts cost nothing more, and arrays what they cost elsewhere.
    """
    total = 0.0
    waiting: list[Any] = list(arguments)
    while waiting and total <= MOST_ASKED:
        value = waiting.pop()
        if isinstance(value, list | tuple | dict):
            total += len(value)
            waiting += (*value, *value.values()) if isinstance(value, dict) else value
        elif isinstance(value, int | np.integer):
            total += abs(int(value))
        elif not isinstance(value, str) or len(value) > LONGEST_TEXT:
            total += _cost((value,))
    return total


def _cost(arguments: tuple[Any, ...]) -> float:
    """Return what may become of arguments: the largest array, times all whole numbers and lengths.

    A whole number may be a size, and functions of ours make arrays of sizes. What is of no kind
    that is expected, or has a side or a number that is too long, costs infinitely much.
    """
    largest, sizes = 1.0, 1.0
    waiting: list[Any] = list(arguments)
    while waiting and sizes <= MOST_ASKED:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, np.ndarray):  # sides count: a product of two has those of both
            small = all(side <= LONGEST_SIDE for side in value.shape) and value.ndim <= MOST_AXES
            largest = max(largest, value.size if small else inf)
        elif isinstance(value, list | tuple):
            sizes *= max(1, len(value))
            waiting += value
        elif isinstance(value, int | np.integer):
            size = abs(int(value))
            sizes *= max(1, size) if size <= LONGEST_SIDE else inf
        elif not (value is None or isinstance(value, float | np.generic)):
            return inf
    return largest * sizes
