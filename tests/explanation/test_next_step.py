"""One thing to try where no known mistake fits: what the wrong calls share, or how one is wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.errors import NoAnswer
from autograder.explanation.next_step import next_step
from autograder.running.direct import Direct
from autograder.running.student import Student
from solutions import convolution, parameter_counting, pooling

RNG = np.random.default_rng(0)
RIGHT = convolution.conv_forward


def layer(n: int = 1, height: int = 5, width: int = 5, depth: int = 1, bias: float = 0) -> tuple:
    images = RNG.normal(size=(n, height, width, depth))
    return images, RNG.normal(size=(3, 3, depth, 2)), np.full(2, bias)


CALLS = {
    "plain": (layer(), 1, 0),
    "stride": (layer(), 2, 0),
    "pad": (layer(), 1, 1),
    "not square": (layer(width=6), 1, 0),
    "images": (layer(n=2), 1, 0),
    "channels": (layer(depth=2), 1, 0),
    "biases": (layer(bias=1.5), 1, 0),
}


def advice(student: Callable[..., Any], right: Callable[..., Any], calls: Any) -> str | None:
    """Return what is advised after these calls of a student's function."""
    asked = Student(Direct({"f": student}), {})
    for arguments in calls:
        try:
            asked.f(*arguments)
        except NoAnswer:
            continue
    return next_step(right, asked.calls["f"], repeats=True)


@pytest.mark.parametrize(
    ("wrong_at", "words"),
    [
        (["stride"], "stride of more than 1"),
        (["pad"], "padding"),
        (["not square"], "not square"),
        (["images"], "several images"),
        (["channels"], "several channels"),
        (["biases"], "a bias that is not zero"),
        ([name for name in CALLS if name != "pad"], "padding of 0"),
    ],
)
def test_what_the_wrong_calls_have_in_common_is_named(wrong_at: list[str], words: str) -> None:
    sums = {float(CALLS[name][0][0].sum()) for name in wrong_at}

    def student(x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        return RIGHT(x, w, b, stride, pad) + (float(x.sum()) in sums)

    sentence = advice(student, RIGHT, [(*arrays, *rest) for arrays, *rest in CALLS.values()])
    assert sentence is not None
    assert sentence.startswith("Your answers are right but for those with ")
    assert words in sentence
    assert sentence.endswith("?")


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.arange(16).reshape(1, 4, 4, 1), "whole numbers"),
        (-RNG.random((1, 4, 4, 1)), "only negative numbers"),
    ],
)
def test_what_the_inputs_hold_may_be_it(x: Any, words: str) -> None:
    calls = [(RNG.normal(size=(1, 4, 4, 1)), 2, 2), (x, 2, 2)]

    def wrong_on_the_second(image: Any, size: int, stride: int) -> Any:
        return pooling.max_pool_forward(image, size, stride) + (image.flat[0] == x.flat[0])

    sentence = advice(wrong_on_the_second, pooling.max_pool_forward, calls)
    assert sentence is not None
    assert words in sentence


def test_overlapping_windows_may_be_it() -> None:
    x = RNG.normal(size=(1, 5, 5, 1))

    def student(x: Any, size: int, stride: int) -> Any:
        return pooling.max_pool_forward(x, size, stride) + (size > stride)

    sentence = advice(student, pooling.max_pool_forward, [(x, 2, 2), (x, 2, 3), (x, 3, 2)])
    assert sentence is not None
    assert "overlap" in sentence


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda *_: None, "return"),
        (lambda *_: "text", "type("),
        (lambda x, *_: x.astype(complex), "dtype"),
        (lambda x, *_: x[..., 0], "shape"),
        (lambda x, *_: x * np.nan, "NaN"),
        (lambda x, *_: x + 1, "paper"),
        (lambda x, *_: missing_name, "Restart the kernel"),  # noqa: F821
        (lambda x, *_: x[9, 9, 9, 9], "largest index"),
        (lambda x, *_: x + np.ones((2, 3)), "shapes"),
        (lambda x, *_: x + "1", "types"),
        (lambda x, *_: next(iter(())), "cell of your own"),
        (lambda x, *_: x.nothing, "before the dot"),
    ],
)
def test_otherwise_it_follows_from_how_an_answer_is_wrong(
    student: Callable[..., Any], words: str
) -> None:
    x = RNG.normal(size=(1, 4, 4, 1))
    sentence = advice(student, convolution.zero_pad, [(x, 0)])
    assert sentence is not None
    assert words in sentence


def test_a_tuple_of_the_wrong_length_and_a_changed_argument() -> None:
    counts = parameter_counting.conv_parameters
    assert "how many results" in str(advice(lambda *_: (1, 2, 3), counts, [(3, 1, 1)]))

    def in_place(x: Any, pad: int) -> Any:
        padded = convolution.zero_pad(x, pad)
        x *= 0
        return padded

    x = RNG.normal(size=(1, 4, 4, 1))
    assert "writes into" in str(advice(in_place, convolution.zero_pad, [(x, 1)]))


def test_answers_that_change_and_functions_that_are_not_there() -> None:
    x = RNG.normal(size=(1, 4, 4, 1))
    asked = Student(Direct({"f": lambda x, pad: x}), {})
    asked.f(x, 1)
    assert "random" in str(next_step(convolution.zero_pad, asked.calls["f"], repeats=False))
    asked = Student(Direct({}), {})
    with pytest.raises(NoAnswer):
        asked.f(x, 1)
    assert next_step(convolution.zero_pad, asked.calls["f"], repeats=True) is None
