"""Calls of submitted code that functions of ours answer: it must not keep them busy."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np

from ..sandbox.wire import Asked, Told, from_wire, to_wire
from .messages import describe_trusted_exception

# Of an array about which submitted code asks a function of ours: numbers, axes, length of each;
# a whole number beside it is no larger than a side.
MOST_ASKED, MOST_AXES, LONGEST_SIDE = 2**12, 4, 64


def told(ours: Callable[..., Any], asked: Asked) -> Told:
    """Answer a call by a function of ours."""
    args, kwargs = from_wire(asked.args), from_wire(asked.kwargs)
    try:
        if _cost((*args, *kwargs.values())) > MOST_ASKED:
            raise ValueError("nothing of this kind or size is expected here")
        with np.errstate(all="ignore"):
            return Told(asked.id, to_wire(ours(*args, **kwargs)))
    except Exception as error:
        _, _, message = describe_trusted_exception(error).partition(": ")
        return Told(asked.id, error=message or f"{asked.function} cannot take these arguments")


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
