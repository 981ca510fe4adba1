"""What may tell the wrong calls of a layer from its right ones, and what its axes are called.

Each assignment says with ``AXES`` what the axes of its exercises' results are, with names of
these.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.explanation.next_step import Arguments, Contrast

IMAGES = ("image", "row", "column", "channel")
MAPS = ("image", "row", "column", "filter")
KERNELS = ("row of the kernels", "column of the kernels", "input channel", "filter")
FILTERS = ("filter",)
MATRIX = ("row of the matrix", "column of the matrix")

NOT_SQUARE = "images that are not square"
SEVERAL_IMAGES = "several images"
SEVERAL_CHANNELS = "several channels"
OUTPUTS_NOT_SQUARE = "outputs that are not square"

OF_LAYERS = [
    Contrast(
        lambda a: _image(a) is not None,  # where arrays of other shapes are given as well
        "an array of four axes",
        "How many axes has the array, and through how many of them does your code go?",
        (NOT_SQUARE, SEVERAL_IMAGES, SEVERAL_CHANNELS),
    ),
    Contrast(
        lambda a: a.get("stride", 1) != 1,
        "a stride of more than 1",
        "What does the stride do in your code?",
    ),
    Contrast(
        lambda a: "stride" in a and a.get("pad", 0) != 0,  # not where padding is all there is
        "padding",
        "What does the padding do in your code, and where?",
    ),
    Contrast(
        lambda a: a.get("pad", 1) == 0,
        "a padding of 0",
        "What becomes of each line with pad in it when pad is 0?",
    ),
    Contrast(
        lambda a: _windows_overlap(a),
        "windows that overlap",
        "What happens in your code to a number that lies in several windows?",
    ),
    Contrast(
        lambda a: _sides(a) is not None and len(set(_sides(a) or ())) > 1,
        NOT_SQUARE,
        "Which lines use the height, and which the width?",
        (OUTPUTS_NOT_SQUARE,),
    ),
    Contrast(
        lambda a: len(set(_outputs(a))) > 1,
        OUTPUTS_NOT_SQUARE,
        "Which lines use the number of rows of the output, and which that of its columns?",
    ),
    Contrast(
        lambda a: _some_are_left_over(a),
        "a last window that would stick out",
        "How many windows does your code count where not all of the last one lies inside?",
    ),
    Contrast(
        lambda a: min(a.get("rows", 0), a.get("columns", 0)) < 0,
        "a negative move",
        "What becomes of each index, and of each end of a slice, when a move is negative?",
    ),
    Contrast(
        lambda a: _image(a) is not None and len(_image(a)) > 1,
        SEVERAL_IMAGES,
        "What does your code do with the first axis?",
    ),
    Contrast(
        lambda a: _channels(a) > 1,
        SEVERAL_CHANNELS,
        "What does your code do with the last axis?",
    ),
    Contrast(
        lambda a: _image(a) is not None and _image(a).dtype.kind in "iu",
        "whole numbers as input",
        "What dtype do the arrays that you make have?",
    ),
    Contrast(
        lambda a: _image(a) is not None and bool(np.all(_image(a) < 0)),
        "only negative numbers",
        "What does your code compare them with?",
    ),
    Contrast(
        lambda a: bool(np.any(a.get("b", a.get("bias", 0)))),
        "a bias that is not zero",
        "How often, and to what, does your code add it?",
    ),
]

EVEN_WINDOW = Contrast(
    lambda a: any(side % 2 == 0 for side in _sides_of_windows(a)),
    "a window with an even side",
    "Does your code look for the middle of a window? One with an even side has none.",
)
OF_MOVES = [
    Contrast(
        lambda a: a.get("rows", 0) != 0,
        "a move up or down",
        "What does your code do with rows?",
    ),
    Contrast(
        lambda a: a.get("columns", 0) != 0,
        "a move to a side",
        "What does your code do with columns?",
    ),
]
OF_POOLING = [
    Contrast(
        lambda a: a.get("stride") != a.get("size"),
        "windows that do not lie side by side",
        "Where does the second window start, if the stride is not the size?",
    )
]
OF_TRAINING = [
    Contrast(
        lambda a: len(a.get("orders", ())) > 1,
        "several epochs",
        "What does your code change in one epoch that the next one still needs as it was?",
    ),
    Contrast(
        lambda a: a.get("batch_size", np.inf) < len(a.get("images", ())),
        "several steps in an epoch",
        "What does the second step start from, and what is left of the first?",
    ),
]


def _sides_of_windows(arguments: Arguments) -> list[int]:
    return [arguments.get("kernel_size", 1), *(side for side, _ in arguments.get("layers", ()))]


def _image(arguments: Arguments) -> Any:
    """Return the array of images (N, H, W, C) among the arguments, if there is one."""
    x = arguments.get("x")
    return x if isinstance(x, np.ndarray) and x.ndim == 4 else None


def _sides(arguments: Arguments) -> tuple[int, ...] | None:
    shape = arguments.get("in_shape")
    if shape is None and _image(arguments) is not None:
        shape = _image(arguments).shape[1:]
    if shape is None and "height" in arguments:
        shape = arguments["height"], arguments["width"]
    if shape is None and {"size", "kernel_size"} <= arguments.keys():
        shape = (arguments["size"],)
    return tuple(shape[:2]) if shape is not None else None


def _outputs(arguments: Arguments) -> tuple[int, ...]:
    """Return how many windows stop along each side, nothing where there are none."""
    return tuple(steps + 1 for steps, _ in _steps_and_rests(arguments))


def _some_are_left_over(arguments: Arguments) -> bool:
    return any(rest for _, rest in _steps_and_rests(arguments))


def _steps_and_rests(arguments: Arguments) -> list[tuple[int, int]]:
    """Return how often a window moves along each side, and what is then left of the side."""
    sides, size = _sides(arguments), _window(arguments)
    if sides is None or size is None:
        return []
    pad, stride = arguments.get("pad", 0), arguments.get("stride", 1)
    return [divmod(side + 2 * pad - size, stride) for side in sides]


def _window(arguments: Arguments) -> int | None:
    """Return the side of the window that moves over the images, if there is one."""
    size: int | None = arguments.get("kernel_size", arguments.get("size"))
    w = arguments.get("w")
    of_kernels = isinstance(w, np.ndarray) and w.ndim >= 4
    return int(w.shape[-3]) if of_kernels and w is not None else size


def _windows_overlap(arguments: Arguments) -> bool:
    overlapping = _image(arguments) is not None and "size" in arguments
    closer = overlapping and arguments["stride"] < arguments["size"]
    return closer and max(_outputs(arguments)) > 1


def _channels(arguments: Arguments) -> int:
    shape = arguments.get("in_shape")
    if shape is not None:
        return int(shape[-1])
    image = arguments.get("window", _image(arguments))
    return image.shape[-1] if image is not None else 1
