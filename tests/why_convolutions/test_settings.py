"""The settings of the hidden tests: all that is known to expose a mistake is among them."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from contents import load_assignment

from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_tests import run_hidden_tests
from autograder.running.student import Student

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
OF_MAXIMA = OF_POOLING | {
    "negative numbers alone": lambda a: any(np.all(image < 0) for image in a["x"])
}
BACKWARDS: dict[str, Callable[[Arguments], bool]] = {
    "a gradient that is not constant": lambda a: np.unique(a["dout"]).size > 1,
}


def window(a: Arguments) -> int:
    """The side of the window; of weights it is the fourth axis from the end."""
    return int(a["kernel_size"] if "kernel_size" in a else a["w"].shape[-4])


def image(a: Arguments) -> tuple[int, ...]:
    """Height and width of an image, whatever the arguments tell them by."""
    if "x" in a:
        return tuple(a["x"].shape[1:3])
    return tuple(a["in_shape"][:2]) if "in_shape" in a else (a["height"], a["width"])


def stops(a: Arguments) -> list[tuple[int, int]]:
    """How often the window moves on downwards and to the right, and what is left over."""
    return [divmod(side + 2 * a["pad"] - window(a), a["stride"]) for side in image(a)]


OF_CONNECTIONS: dict[str, Callable[[Arguments], bool]] = {
    "an image that is wider than high": lambda a: image(a)[0] < image(a)[1],
    "output sides that differ": lambda a: stops(a)[0][0] != stops(a)[1][0],
    "a remainder in height": lambda a: stops(a)[0][1] > 0,
    "a remainder in width": lambda a: stops(a)[1][1] > 0,
    "no remainder with a stride": lambda a: a["stride"] > 1 and not stops(a)[0][1],
    "stride 2": lambda a: a["stride"] == 2,
    "stride 3": lambda a: a["stride"] == 3,
    "no padding": lambda a: a["pad"] == 0,
    "padding 1": lambda a: a["pad"] == 1,
    "padding 2": lambda a: a["pad"] == 2,
    "an even kernel": lambda a: window(a) == 2,
    "an odd kernel": lambda a: window(a) == 3,
    "padding, stride and a remainder at once": lambda a: (
        a["pad"] > 0 and a["stride"] > 1 and stops(a)[1][1] > 0
    ),
}
OF_WEIGHTS: dict[str, Callable[[Arguments], bool]] = {
    "more maps than channels": lambda a: a["w"].shape[-1] > a["w"].shape[-2],
    "fewer maps than channels": lambda a: a["w"].shape[-1] < a["w"].shape[-2],
    "a kernel without symmetry": lambda a: (
        a["w"].shape[-4] > 1 and np.unique(a["w"]).size == a["w"].size
    ),
}
OF_LOCAL_LAYERS = (
    OF_CONNECTIONS
    | OF_WEIGHTS
    | {
        "several different images": lambda a: len(a["x"]) > 1 and not np.array_equal(*a["x"][:2]),
        "weights that differ from position to position": lambda a: (
            a["w"][:, :, 0, 0, 0, 0].size == np.unique(a["w"][:, :, 0, 0, 0, 0]).size > 1
        ),
    }
)
OF_MAPS: dict[str, Callable[[Arguments], bool]] = {
    "a single map": lambda a: a["x"].shape[3] == 1,
    "maps that are wider than high": lambda a: a["x"].shape[1] < a["x"].shape[2],
    "maps that are higher than wide": lambda a: a["x"].shape[1] > a["x"].shape[2],
    "several examples and channels": lambda a: a["x"].shape[0] > a["x"].shape[3] > 1,
}
OF_NETWORKS: dict[str, Callable[[Arguments], bool]] = {
    "several channels": lambda a: a["images"].shape[3] == 2,
    "a side that the pooling does not divide": lambda a: a["images"].shape[2] % 2 == 1,
    "images that are wider than high": lambda a: a["images"].shape[1] < a["images"].shape[2],
    "several images": lambda a: len(a["images"]) > 1,
    "biases of both signs": lambda a: a["parameters"]["b1"].min() < 0 < a["parameters"]["b1"].max(),
    "filters of numbers that differ": lambda a: (
        a["parameters"]["w1"].shape[2] != a["parameters"]["w1"].shape[3]
        and a["parameters"]["w2"].shape[2] != a["parameters"]["w2"].shape[3]
    ),
}


def steps(a: Arguments) -> int:
    """How many full batches an epoch has."""
    return int(len(a["images"]) // a["batch_size"])


NEEDED = {
    ("connectivity", "connectivity_matrix"): OF_CONNECTIONS,
    ("connectivity", "conv_as_dense"): OF_CONNECTIONS
    | OF_WEIGHTS
    | {
        "biases that differ": lambda a: np.unique(a["b"]).size > 1,
        "weights that are numbered": lambda a: np.array_equal(
            a["w"].ravel(), np.arange(1, a["w"].size + 1)
        ),
    },
    ("connectivity", "sparsity"): {
        "true and false": lambda a: a["matrix"].dtype == bool,
        "whole numbers": lambda a: a["matrix"].dtype.kind == "i",
        "one axis": lambda a: a["matrix"].ndim == 1,
        "four axes": lambda a: a["matrix"].ndim == 4,
        "numbers of both signs": lambda a: a["matrix"].min() < 0 < a["matrix"].max(),
        "tiny numbers alone": lambda a: bool(0 < np.abs(a["matrix"]).max() < 1e-9),
        "zeros alone": lambda a: not a["matrix"].any(),
        "no zero": lambda a: bool(a["matrix"].all()),
    },
    ("connectivity", "distinct_parameters"): {
        "gaps": lambda a: a["ids"].max() > np.unique(a["ids"]).size,
        "a number that occurs again": lambda a: (
            np.unique(a["ids"][a["ids"] > 0]).size < np.count_nonzero(a["ids"])
        ),
        "zeros alone": lambda a: not a["ids"].any(),
        "no zero": lambda a: bool(a["ids"].all()),
    },
    ("connectivity", "locally_connected_forward"): OF_LOCAL_LAYERS
    | {
        "biases that differ from position to position": lambda a: (
            np.unique(a["b"][:, :, 0]).size == a["b"][:, :, 0].size > 1
        ),
        "the same weights everywhere": lambda a: (
            a["w"].shape[0] > 1 and bool(np.all(a["w"] == a["w"][0, 0]))
        ),
    },
    ("connectivity", "locally_connected_backward"): OF_LOCAL_LAYERS
    | BACKWARDS
    | {"a gradient of a single one": lambda a: np.count_nonzero(a["dout"]) == 1},
    ("connectivity", "tie_gradients"): {
        "one position": lambda a: a["dw"].shape[:2] == (1, 1),
        "as many positions as weights in a kernel": lambda a: (
            a["dw"].shape[:2] == a["dw"].shape[2:4] and a["dw"].shape[0] > 1
        ),
        "sizes that differ": lambda a: len({*a["dw"].shape}) == 5,
    },
    ("connectivity", "receptive_field"): {
        "no layer": lambda a: not a["layers"],
        "one layer with a stride": lambda a: len(a["layers"]) == 1 and a["layers"][0][1] > 1,
        "stride 1 alone": lambda a: len(a["layers"]) > 2 and {s for _, s in a["layers"]} == {1},
        "three strides above 1": lambda a: sum(s > 1 for _, s in a["layers"]) > 2,
    },
    ("connectivity", "translate"): {
        "no move": lambda a: not a["rows"] and not a["columns"],
        "both moves at once": lambda a: 0 < a["rows"] < a["columns"] < a["x"].shape[2],
        "both moves back at once": lambda a: 0 > a["rows"] > a["columns"] > -a["x"].shape[2],
        "a move as long as the image": lambda a: a["rows"] == a["x"].shape[1],
        "a move that is longer": lambda a: -a["columns"] > a["x"].shape[2],
        "several images with several channels": lambda a: min(a["x"].shape) > 1,
        "whole numbers": lambda a: a["x"].dtype.kind == "i",
    },
    ("convnet", "relu_backward"): BACKWARDS
    | {
        "inputs of exactly zero": lambda a: bool(np.any(a["x"] == 0)),
        "zeros with a minus sign": lambda a: bool(np.any((a["x"] == 0) & np.signbit(a["x"]))),
        "all four pairs of signs": lambda a: (
            len({*zip(np.sign(a["x"]).flat, np.sign(a["dout"]).flat, strict=True)}) == 4
        ),
    },
    ("convnet", "dense_forward"): {
        "sizes that differ": lambda a: len({*a["x"].shape, a["b"].size}) == 3,
        "biases that differ": lambda a: np.unique(a["b"]).size > 1,
        "no biases": lambda a: not a["b"].any(),
        "one example": lambda a: len(a["x"]) == 1,
    },
    ("convnet", "dense_backward"): BACKWARDS
    | {
        "sizes that differ": lambda a: len({*a["x"].shape, *a["w"].shape}) == 3,
        "equal sizes": lambda a: {*a["x"].shape, *a["w"].shape} == {4},
        "one example": lambda a: len(a["x"]) == 1,
    },
    ("convnet", "softmax_cross_entropy"): {
        "one example": lambda a: len(a["scores"]) == 1,
        "more examples than classes": lambda a: len(a["scores"]) > a["scores"].shape[1],
        "fewer examples than classes": lambda a: 1 < len(a["scores"]) < a["scores"].shape[1],
        "equal scores": lambda a: bool(np.all(np.ptp(a["scores"], axis=1) == 0)),
        "scores far above zero": lambda a: a["scores"].min() > 9000,
        "scores far below zero": lambda a: a["scores"].max() < -9000,
        "scores far apart": lambda a: np.ptp(a["scores"][0]) > 9000,
        "labels that are not in order": lambda a: bool(np.any(np.diff(a["labels"]) < 0)),
    },
    ("convnet", "global_average_pool_forward"): OF_MAPS,
    ("convnet", "global_average_pool_backward"): OF_MAPS,
    ("convnet", "convnet_scores"): OF_NETWORKS,
    ("convnet", "convnet_gradients"): OF_NETWORKS
    | {"labels that differ": lambda a: np.unique(a["labels"]).size > 2},
    ("convnet", "train"): {
        "one batch": lambda a: len(a["orders"]) == 1 and len(a["images"]) == a["batch_size"],
        "several epochs in orders that differ": lambda a: len(np.unique(a["orders"], axis=0)) > 1,
        "a smaller last batch": lambda a: len(a["images"]) > a["batch_size"] * steps(a),
        "no smaller last batch": lambda a: len(a["images"]) == a["batch_size"] * steps(a) > 0,
        "a batch size above the number of images": lambda a: not steps(a),
        "real images": lambda a: len(a["images"]) > 100,
        "the default": lambda a: a["gradients_of"] is None,
    },
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


@cache
def asked(assignment: str) -> Student:
    """Return a student who answered all hidden tests of an assignment, and remembers the calls."""
    loaded = load_assignment(assignment)
    student = direct_student(loaded, right_answers(loaded))
    run_hidden_tests(loaded, student, b"")
    return student


def arguments_of(assignment: str, function: str) -> list[Arguments]:
    """Return what the hidden tests call a function with, by name."""
    signature = load_assignment(assignment).signatures()[function]
    calls = asked(assignment).calls[function]
    bound = [signature.bind(*call.args, **call.kwargs) for call in calls]
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
            if any(np.unique(image).size < image.size for image in a["x"])
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
