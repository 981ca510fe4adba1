"""Numbers in a row: their running maximum, their weighted mean, and one step downhill."""

import numpy as np
from numpy.typing import NDArray

from .._arguments import require_numbers

Array = NDArray[np.floating]

ANSWERS = {"answer_1": "b"}


def running_maximum(numbers: list[int]) -> list[int]:
    """Return the largest number so far, at every place.

    numbers  a list of numbers

    Returns a new list of the same length. numbers is not changed.
    """
    found: list[int] = []
    for number in numbers:
        found.append(_larger(number, found[-1]) if found else number)
    return found


def weighted_mean(numbers: list[float], weights: list[float]) -> float:
    """Return the mean of numbers, some of which count more than others.

    numbers  a list of numbers, at least one
    weights  as many weights; their sum is not 0

    Returns the sum of the products, divided by the sum of the weights.
    """
    require_numbers(numbers)
    total = sum(number * weight for number, weight in zip(numbers, weights, strict=True))
    return total / sum(weights)


def step_down(values: Array, slopes: Array, rate: float) -> Array:
    """Move values against their slopes.

    values  an array of numbers
    slopes  an array of the same shape
    rate    how far to go

    Returns a new array, values minus rate times slopes. No argument is changed.
    """
    return values - rate * slopes


def _larger(one: int, other: int) -> int:
    return one if one > other else other
