"""Right solutions of "averages" in other styles."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.explanation.styles import style

from . import Array


@style("running_maximum")
def maximum_by_accumulation(numbers: list[int]) -> list[int]:
    from itertools import accumulate

    return [*accumulate(numbers, max)]


@style("running_maximum")
def maximum_of_slices(numbers: list[int]) -> list[int]:
    return [max(numbers[: end + 1]) for end in range(len(numbers))]


@style("weighted_mean")
def mean_by_numpy(numbers: list[float], weights: list[float]) -> float:
    return float(np.average(numbers, weights=weights))


@style("weighted_mean")
def mean_in_a_loop(numbers: list[float], weights: list[float]) -> float:
    total = count = 0.0
    for number, weight in zip(numbers, weights, strict=True):
        total += number * weight
        count += weight
    return total / count


@style("step_down")
def step_by_subtraction(values: Array, slopes: Array, rate: float) -> Any:
    return np.subtract(values, np.multiply(rate, slopes))


@style("step_down")
def step_one_by_one(values: Array, slopes: Array, rate: float) -> Array:
    moved = np.zeros(values.shape)
    for index in np.ndindex(values.shape):
        moved[index] = values[index] - rate * slopes[index]
    return moved
