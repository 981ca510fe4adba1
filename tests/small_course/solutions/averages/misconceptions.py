"""Known mistakes in the assignment "averages"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.explanation.misconceptions import Chosen, Mistakes, Shared, Wrong

from .._contrasts import OF_NUMBERS
from . import Array

CONTRASTS = OF_NUMBERS
EVIDENCE = {
    "RM1": (5, "made up for this course"),
    "WM1": (7, "made up for this course"),
}


def _running_maximum(
    numbers: list[int],
    *,
    first: Callable[..., Any] = lambda number: number,
    choice: Callable[..., Any] = max,
    place: Callable[..., Any] = lambda found: found,
) -> Any:
    found: list[int] = []
    for number in numbers:
        found.append(choice(number, found[-1]) if found else first(number))
    return place(found)


running_maximum = Mistakes("running_maximum", _running_maximum, evidence=EVIDENCE)

running_maximum.wrong(
    starts_from_zero=Wrong(
        "What is the maximum of numbers that are all negative?",
        "RM1",
        first=lambda number: max(number, 0),
    ),
    takes_the_smallest=Wrong(
        "Which of two numbers do you keep, the larger or the smaller?", choice=min
    ),
    keeps_the_number_itself=Wrong(
        "What do you do with the largest number so far when a smaller one comes?",
        choice=lambda number, largest: number,
    ),
    leaves_the_first_out=Wrong(
        "How many numbers go in, and how many come out?", place=lambda found: found[1:]
    ),
    gives_a_number_where_there_is_none=Wrong(
        "What does your function return for an empty list?", place=lambda found: found or [0]
    ),
)


def _weighted_mean(
    numbers: list[float],
    weights: list[float],
    *,
    products: Callable[..., Any] = lambda numbers, weights: [
        n * w for n, w in zip(numbers, weights, strict=True)
    ],
    divisor: Callable[..., Any] = lambda numbers, weights: sum(weights),
) -> Any:
    return sum(products(numbers, weights)) / divisor(numbers, weights)


weighted_mean = Mistakes("weighted_mean", _weighted_mean, evidence=EVIDENCE)

weighted_mean.wrong(
    divides_by_the_count=Wrong(
        "If all weights are 2, is the mean of the numbers twice as large?",
        "WM1",
        divisor=lambda numbers, weights: len(numbers),
    ),
    forgets_the_weights_above=Wrong(
        "Where do the weights of single numbers come into your sum?",
        products=lambda numbers, weights: numbers,
    ),
)


def _step_down(
    values: Array,
    slopes: Array,
    rate: float,
    *,
    start: Callable[..., Any] = lambda values: values * 1.0,
    change: Callable[..., Any] = lambda slopes, rate: -rate * slopes,
) -> Any:
    moved = start(values)
    moved += change(slopes, rate)
    return moved


step_down = Mistakes("step_down", _step_down, evidence=EVIDENCE)

step_down.wrong(
    walks_up=Wrong(
        "Along a slope that is positive, do you go up or down?",
        change=lambda slopes, rate: rate * slopes,
    ),
    forgets_the_rate=Wrong(
        "One of your arguments does not change the result. Which one?",
        change=lambda slopes, rate: -slopes,
    ),
    changes_the_values_it_was_given=Wrong(
        "Does the caller still have the values as they were?", start=lambda values: values
    ),
)

Shared(running_maximum).wrong(
    returns_nothing_but_the_last=Wrong(
        "Is it one number that is asked for, or one for every place?",
        place=lambda found: found[-1:],
    ),
)

answer_1 = Mistakes("answer_1", evidence=EVIDENCE)
answer_1.wrong(
    counts_it_once=Chosen("a", "What is a number worth that is multiplied by zero?"),
    divides_by_zero=Chosen("c", "What is the sum of the other weights?"),
)
