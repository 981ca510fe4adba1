"""The settings of the hidden tests: all that is known to expose a mistake is among them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.assignment import load_assignment
from autograder.direct import direct_student, right_answers
from autograder.runner import run_hidden_tests

Arguments = dict[str, Any]


def remainder(a: Arguments, axis: int) -> int:
    size = a["w"].shape[0] if "w" in a else a["size"]
    return int((a["x"].shape[axis] + 2 * a.get("pad", 0) - size) % a["stride"])


def outputs(a: Arguments, axis: int) -> int:
    size = a["w"].shape[0] if "w" in a else a["size"]
    return int((a["x"].shape[axis] + 2 * a.get("pad", 0) - size) // a["stride"] + 1)


OF_IMAGES: dict[str, Callable[[Arguments], bool]] = {
    "several different images": lambda a: len(a["x"]) > 1 and not np.array_equal(*a["x"][:2]),
    "sides that differ": lambda a: a["x"].shape[1] != a["x"].shape[2],
    "output sides that differ": lambda a: outputs(a, 1) != outputs(a, 2),
    "a remainder in height": lambda a: remainder(a, 1) > 0,
    "a remainder in width": lambda a: remainder(a, 2) > 0,
    "no remainder with a stride": lambda a: a["stride"] > 1 and not remainder(a, 1),
    "stride 3": lambda a: a["stride"] == 3,
    "whole numbers": lambda a: a["x"].dtype.kind == "i",
}
OF_CONVOLUTION = OF_IMAGES | {
    "no padding": lambda a: a["pad"] == 0,
    "padding 1": lambda a: a["pad"] == 1,
    "padding 2": lambda a: a["pad"] == 2,
    "more maps than channels": lambda a: a["w"].shape[3] > a["w"].shape[2],
    "fewer maps than channels": lambda a: a["w"].shape[3] < a["w"].shape[2] > 1,
    "an even kernel": lambda a: a["w"].shape[0] == 2,
    "an odd kernel": lambda a: a["w"].shape[0] == 3,
    "a stride below the kernel": lambda a: 1 < a["stride"] < a["w"].shape[0],
    "a stride above the kernel": lambda a: a["stride"] > a["w"].shape[0],
    "padding, stride and a remainder at once": lambda a: (
        a["pad"] > 0 and a["stride"] > 1 and remainder(a, 2) > 0
    ),
}
OF_POOLING = OF_IMAGES | {
    "several channels": lambda a: a["x"].shape[3] > 1,
    "windows that overlap": lambda a: 1 < a["stride"] < a["size"],
    "windows that touch": lambda a: a["stride"] == a["size"] > 1,
    "gaps between windows": lambda a: a["stride"] > a["size"],
    "size 2": lambda a: a["size"] == 2,
    "size 3": lambda a: a["size"] == 3,
}
OF_MAXIMA = OF_POOLING | {"negative numbers alone": lambda a: bool(np.all(a["x"] < 0))}
BACKWARDS: dict[str, Callable[[Arguments], bool]] = {
    "a gradient that is not constant": lambda a: np.unique(a["dout"]).size > 1,
}
NEEDED = {
    ("convolution", "zero_pad"): {
        "no padding": lambda a: a["pad"] == 0,
        "padding 2": lambda a: a["pad"] == 2,
        "four sizes that differ": lambda a: len(set(a["x"].shape)) == 4,
        "a mean far from zero": lambda a: bool(a["x"].mean() > 1),
    },
    ("convolution", "conv_single_step"): {
        "a window of zeros": lambda a: not a["window"].any(),
        "several channels": lambda a: a["window"].shape[2] > 1,
        "a bias": lambda a: a["bias"] != 0,
    },
    ("convolution", "conv_forward"): OF_CONVOLUTION
    | {
        "biases that differ": lambda a: np.unique(a["b"]).size > 1,
        "whole numbers and weights with fractions": lambda a: (
            a["x"].dtype.kind == "i" and a["w"].dtype.kind == "f"
        ),
    },
    ("convolution", "conv_backward"): OF_CONVOLUTION
    | BACKWARDS
    | {
        "whole numbers in images and weights": lambda a: a["x"].dtype == a["w"].dtype == int,
        "a gradient of zeros": lambda a: not a["dout"].any(),
        "a gradient of a single one": lambda a: np.count_nonzero(a["dout"]) == 1,
    },
    ("pooling", "max_pool_forward"): OF_MAXIMA,
    ("pooling", "average_pool_forward"): OF_POOLING,
    ("pooling", "max_pool_backward"): OF_MAXIMA
    | BACKWARDS
    | {"equal maxima": lambda a: a["x"].size == 9 and np.count_nonzero(a["x"] == a["x"].max()) > 1},
    ("pooling", "average_pool_backward"): OF_POOLING | BACKWARDS,
}


def arguments_of(assignment: str, function: str) -> list[Arguments]:
    """Return what the hidden tests call a function with, by name."""
    loaded = load_assignment(assignment)
    student = direct_student(loaded, right_answers(loaded))
    run_hidden_tests(loaded.hidden_tests, student, b"")
    signature = loaded.signatures()[function]
    bound = [signature.bind(*call.args, **call.kwargs) for call in student.calls[function]]
    for arguments in bound:
        arguments.apply_defaults()
    return [dict(arguments.arguments) for arguments in bound]


@pytest.mark.parametrize(("assignment", "function"), NEEDED)
def test_every_setting_that_exposes_a_mistake_is_tried(assignment: str, function: str) -> None:
    tried = arguments_of(assignment, function)
    needed = NEEDED[assignment, function]
    assert [name for name, holds in needed.items() if not any(map(holds, tried))] == []


def test_values_of_max_pooling_are_free_of_ties_but_in_their_own_test() -> None:
    for function in ("max_pool_forward", "max_pool_backward"):
        tied = [
            a["x"]
            for a in arguments_of("pooling", function)
            if np.unique(a["x"]).size < a["x"].size
        ]
        assert len(tied) == (function == "max_pool_backward")


def test_counts_are_asked_for_in_every_kind_of_setting() -> None:
    settings = arguments_of("parameter_counting", "locally_connected_parameters")
    assert {a["in_shape"][0] == a["in_shape"][1] for a in settings} == {True, False}
    assert {a["in_shape"][2] > a["out_channels"] for a in settings} >= {False}
    assert {a["stride"] > 1 for a in settings} == {a["pad"] > 0 for a in settings} == {True, False}
    sizes = arguments_of("parameter_counting", "output_size")
    assert any(a["size"] == a["kernel_size"] for a in sizes)
    assert any((a["size"] + 2 * a["pad"] - a["kernel_size"]) % a["stride"] for a in sizes)
