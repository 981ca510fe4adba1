"""Argument checks shared by the reference solutions: each refuses with a clear ValueError."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def require_window(sizes: Iterable[int], kernel_size: int, stride: int = 1, pad: int = 0) -> None:
    """Refuse a window that cannot be placed on an input with these side lengths."""
    if kernel_size < 1:
        raise ValueError(f"the window needs a side of at least 1, not {kernel_size}")
    if stride < 1:
        raise ValueError(f"the stride must be at least 1, not {stride}")
    require_pad(pad)
    for size in sizes:
        if size + 2 * pad < kernel_size:
            raise ValueError(
                f"a window of side {kernel_size} does not fit into a padded side of "
                f"{size + 2 * pad} (size {size}, pad {pad})"
            )


def require_pad(pad: int) -> None:
    """Refuse negative padding."""
    if pad < 0:
        raise ValueError(f"the padding must not be negative, not {pad}")


def require_channels(got: int, expected: int) -> None:
    """Refuse an input whose depth is not the depth of the kernel."""
    if got != expected:
        raise ValueError(f"the input has {got} channels but the kernel expects {expected}")


def require_layers(layers: Iterable[dict[str, Any]], in_shape: tuple[int, int, int]) -> None:
    """Refuse a network with an unknown layer, or with a window that does not fit its input."""
    sizes = in_shape[:2]
    for layer in layers:
        kind = layer.get("layer")
        if kind in ("conv", "max_pool", "average_pool"):
            window = layer["kernel_size" if kind == "conv" else "size"]
            stride, pad = layer["stride"], layer.get("pad", 0)
            require_window(sizes, window, stride, pad)
            height, width = ((size + 2 * pad - window) // stride + 1 for size in sizes)
            sizes = height, width
        elif kind not in ("flatten", "dense"):
            raise ValueError(f"a layer of kind {kind!r} is not known here")


def require_same_shape(got: tuple[int, ...], expected: tuple[int, ...]) -> None:
    """Refuse an array, a gradient for example, that has not the shape of what it belongs to."""
    if got != expected:
        raise ValueError(f"expected an array of shape {expected}, not {got}")


def require_dense_shapes(
    x_shape: tuple[int, ...], w_shape: tuple[int, ...], b_shape: tuple[int, ...]
) -> None:
    """Refuse inputs, weights or biases of a dense layer that do not fit together."""
    require_same_shape((len(x_shape), len(w_shape)), (2, 2))
    require_same_shape(b_shape, (w_shape[1],))
    require_same_shape(x_shape, (x_shape[0], w_shape[0]))


def require_pooled_shape(
    got: tuple[int, ...], in_shape: tuple[int, ...], size: int, stride: int
) -> None:
    """Refuse a gradient that has not the shape of the pooled input."""
    n, height, width, c = in_shape
    require_window((height, width), size, stride)
    require_same_shape(got, (n, (height - size) // stride + 1, (width - size) // stride + 1, c))


def require_convolved_shape(
    got: tuple[int, ...], x_shape: tuple[int, ...], w_shape: tuple[int, ...], stride: int, pad: int
) -> None:
    """Refuse a gradient that has not the shape of the convolved input."""
    require_same_shape(got, convolved_shape(x_shape, w_shape, stride, pad))


def convolved_shape(
    x_shape: tuple[int, ...], w_shape: tuple[int, ...], stride: int = 1, pad: int = 0
) -> tuple[int, int, int, int]:
    """Return the shape of the convolved input."""
    n, height, width, _ = x_shape
    kernel_size, _, _, c_out = w_shape
    h_out, w_out = ((size + 2 * pad - kernel_size) // stride + 1 for size in (height, width))
    return n, h_out, w_out, c_out


def require_local_shapes(
    x_shape: tuple[int, ...],
    w_shape: tuple[int, ...],
    b_shape: tuple[int, ...],
    stride: int,
    pad: int,
) -> None:
    """Refuse weights or biases of a locally connected layer that do not fit its images."""
    h_out, w_out, kernel_size, _, c_in, c_out = w_shape
    sides = x_shape[1:3]
    require_window(sides, kernel_size, stride, pad)
    require_channels(x_shape[3], c_in)
    expected = tuple((side + 2 * pad - kernel_size) // stride + 1 for side in sides)
    require_same_shape((h_out, w_out, *b_shape), (*expected, *expected, c_out))


def require_layer_steps(layers: Iterable[tuple[int, int]]) -> None:
    """Refuse a layer whose kernel or stride is no size."""
    for kernel_size, stride in layers:
        if kernel_size < 1 or stride < 1:
            raise ValueError(
                f"kernel and stride must be at least 1, not {kernel_size} and {stride}"
            )


def require_labels(labels: NDArray[np.integer], number: int, classes: int) -> None:
    """Refuse labels that are not one class for each example."""
    require_same_shape(labels.shape, (number,))
    if np.any((labels < 0) | (labels >= classes)):
        raise ValueError(f"labels must be from 0 to {classes - 1}")


def require_orders(orders: NDArray[np.integer], number: int, batch_size: int) -> None:
    """Refuse orders in which an epoch does not use each image once, and empty batches."""
    if batch_size < 1:
        raise ValueError(f"a batch needs at least one image, not {batch_size}")
    if not np.array_equal(np.sort(orders, axis=1), np.tile(np.arange(number), (len(orders), 1))):
        raise ValueError(f"each row of orders must hold the numbers from 0 to {number - 1} once")
