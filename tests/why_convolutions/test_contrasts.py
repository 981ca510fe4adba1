"""What may tell the wrong calls of a layer from its right ones, in this project's own course."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from contents import assignment_names, load_assignment

from autograder.explanation.next_step import contrasts, next_step
from autograder.running.direct import Direct
from autograder.running.student import Student

RNG = np.random.default_rng(0)


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


def advice(student: Callable[..., Any], assignment: str, exercise: str, calls: Any) -> str:
    """Return what is advised after these calls of a student's function."""
    loaded = load_assignment(assignment)
    asked = Student(Direct({"f": student}), {})
    for arguments in calls:
        asked.f(*arguments)
    reference, known = loaded.references[exercise], contrasts(loaded)
    return str(next_step(reference, asked.calls["f"], repeats=True, known=known))


@pytest.mark.parametrize("name", assignment_names())
def test_each_assignment_has_them(name: str) -> None:
    assert contrasts(load_assignment(name))


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
    right = load_assignment("convolution").references["conv_forward"]

    def student(x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        return right(x, w, b, stride, pad) + (float(x.sum()) in sums)

    calls = [(*arrays, *rest) for arrays, *rest in CALLS.values()]
    sentence = advice(student, "convolution", "conv_forward", calls)
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
    right = load_assignment("pooling").references["max_pool_forward"]

    def wrong_on_the_second(image: Any, size: int, stride: int) -> Any:
        return right(image, size, stride) + (image.flat[0] == x.flat[0])

    assert words in advice(wrong_on_the_second, "pooling", "max_pool_forward", calls)


def test_overlapping_windows_may_be_it() -> None:
    x = RNG.normal(size=(1, 5, 5, 1))
    right = load_assignment("pooling").references["max_pool_forward"]

    def student(x: Any, size: int, stride: int) -> Any:
        return right(x, size, stride) + (size > stride)

    calls = [(x, 2, 2), (x, 2, 3), (x, 3, 2)]
    assert "overlap" in advice(student, "pooling", "max_pool_forward", calls)


def test_windows_that_cannot_overlap_are_not_it() -> None:
    right = load_assignment("pooling").references["average_pool_forward"]

    def student(x: Any, size: int, stride: int) -> Any:
        answer = right(x, size, stride)
        return answer + (answer[0, :, :, 0].size > 1 and size > stride)

    calls = [(RNG.normal(size=(1, 3, 3, 1)), 3, 1), (RNG.normal(size=(1, 5, 5, 1)), 3, 2)]
    assert "overlap" in advice(student, "pooling", "average_pool_forward", calls)


def test_an_output_may_be_square_where_the_image_is_not() -> None:
    right = load_assignment("convolution").references["conv_forward"]

    def student(x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        answer = right(x, w, b, stride, pad)
        return answer + (answer.shape[1] != answer.shape[2])

    calls = [(*layer(width=6), 2, 0), (*layer(width=7), 2, 0), (*layer(), 1, 0)]
    assert "outputs that are not square. " in advice(student, "convolution", "conv_forward", calls)


def test_where_the_number_of_axes_tells_it_nothing_else_is_said() -> None:
    right = load_assignment("convnet").references["relu_forward"]
    calls = [(RNG.normal(size=(3, 4)),), (RNG.normal(size=(2, 3, 4, 2)),)]
    sentence = advice(lambda x: right(x) + (x.ndim > 2), "convnet", "relu_forward", calls)
    assert sentence.startswith("Your answers are right but for those with an array of four axes. ")
