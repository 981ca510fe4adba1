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

OF_LAYERS = [
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
        lambda a: _image(a) is not None and a.get("stride", 1) < a.get("size", 0),
        "windows that overlap",
        "What happens in your code to a number that lies in several windows?",
    ),
    Contrast(
        lambda a: _sides(a) is not None and len(set(_sides(a) or ())) > 1,
        "images that are not square",
        "Which lines use the height, and which the width?",
    ),
    Contrast(
        lambda a: _image(a) is not None and len(_image(a)) > 1,
        "several images",
        "What does your code do with the first axis?",
    ),
    Contrast(
        lambda a: _channels(a) > 1,
        "several channels",
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


def _image(arguments: Arguments) -> Any:
    """Return the array of images (N, H, W, C) among the arguments, if there is one."""
    x = arguments.get("x")
    return x if isinstance(x, np.ndarray) and x.ndim == 4 else None


def _sides(arguments: Arguments) -> tuple[int, ...] | None:
    shape = arguments.get("in_shape")
    if shape is None and _image(arguments) is not None:
        shape = _image(arguments).shape[1:]
    return tuple(shape[:2]) if shape is not None else None


def _channels(arguments: Arguments) -> int:
    shape = arguments.get("in_shape")
    if shape is not None:
        return int(shape[-1])
    return _image(arguments).shape[-1] if _image(arguments) is not None else 1
