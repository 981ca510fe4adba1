"""Numbers that differ widely in size: differences of a loss cannot tell the small ones."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.running.testing import check_slices

DX = 0  # the place of the pixels' gradient among dx, dw, db
# Times what a gradient does not depend on: the outputs become so large that their differences are
# too inexact, even of each output by itself.
WIDE = 10**8  # whole: what it multiplies keeps its kind


def every_second_small(numbers: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return the numbers, every second slice along an axis a millionth of what it was."""
    sizes = np.where(np.arange(numbers.shape[axis]) % 2, 1e-6, 1.0)
    along = [-1 if number == axis % numbers.ndim else 1 for number in range(numbers.ndim)]
    return numbers * sizes.reshape(along)


def check_wide_gradient(
    check_one: Callable[..., None],
    student: Any,
    place: int,
    arrays: Sequence[NDArray[Any]],
    **settings: int,
) -> None:
    """Check one of dx, dw, db where gradients arrive that differ widely in size.

    At every second image the pixels' are small, at every second filter those of its weights.
    """
    dout, x, w = arrays
    axis, x, w = (0, WIDE * x, w) if place == DX else (-1, x, WIDE * w)
    wide = every_second_small(dout, axis), x, w
    check_one(student, place, wide, check=partial(check_slices, axis=axis), **settings)
