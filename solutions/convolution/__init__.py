"""Convolution: the layer forwards, and then seen from behind.

``windows[n, i, j]`` is what output (i, j) of image n sees, shape (K, K, C_in). Each pass is
one product of two of the three arrays, summed over what the third does not have:

    out       windows x w     summed over the window (K, K, C_in)
    dw        windows x dout  summed over every position and image: the weights are shared
    dwindows  dout x w        summed over the filters, then added up where windows overlap
"""

import numpy as np
from numpy.typing import NDArray

from .._arguments import require_channels, require_convolved_shape, require_pad, require_window

Array = NDArray[np.floating]

ANSWERS = {"answer_1": "a", "answer_2": "c", "answer_3": "b", "answer_4": "d"}


def zero_pad(x: Array, pad: int) -> Array:
    """Surround every image with a border of zeros.

    x    images, shape (N, H, W, C)
    pad  width of the border in pixels, 0 or more, the same on all four sides

    Returns a new array of shape (N, H + 2*pad, W + 2*pad, C) with the dtype of x.
    The image sits in the middle; the number of images and of channels does not change.
    """
    require_pad(pad)
    return np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))


def conv_single_step(window: Array, kernel: Array, bias: float) -> float:
    """Compute one output number: one filter laid on one window.

    window  the inputs under the filter, shape (K, K, C_in)
    kernel  the weights of the filter, shape (K, K, C_in)
    bias    one number

    Every input is multiplied by the weight at the same place (the kernel is not flipped),
    all K*K*C_in products are added up, and the bias is added once.
    Returns a number, not an array.
    """
    return float(np.sum(window * kernel) + bias)


def conv_forward(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Slide C_out filters over a batch of images.

    x       images, shape (N, H, W, C_in)
    w       weights, shape (K, K, C_in, C_out): filter c is w[:, :, :, c]
    b       biases, shape (C_out,): one number per filter
    stride  the window moves by this many pixels, downwards and to the right
    pad     width of the border of zeros put around every image first

    Returns an array of shape (N, H_out, W_out, C_out), where
    H_out = floor((H + 2*pad - K) / stride) + 1, and W_out likewise from W.
    Output [n, i, j, c] is filter c laid, without flipping it, on the window of padded
    image n whose top left corner is row i*stride, column j*stride, plus the bias b[c].
    Pixels at the lower and right edge that fill no complete window are left out.
    The result is floating point, also for whole-number images; float64 is always fine.
    No input is changed.
    """
    require_window(x.shape[1:3], w.shape[0], stride, pad)
    require_channels(x.shape[3], w.shape[2])
    x, w, b = _as_floats(x, w, b)
    windows = _windows(_padded(x, pad), w.shape[0], stride)
    out = np.empty((*windows.shape[:3], w.shape[3]), x.dtype)
    for n in range(len(x)):  # image by image: the copies that a product needs stay small
        out[n] = np.tensordot(windows[n], w, axes=3) + b  # (H_out, W_out, C_out)
    return out


def conv_backward(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Send a gradient back through conv_forward(x, w, b, stride, pad).

    dout    gradient of the loss with respect to the output, shape (N, H_out, W_out, C_out)
    x       the images of the forward pass, shape (N, H, W, C_in), not padded
    w       the weights of the forward pass, shape (K, K, C_in, C_out)
    stride, pad  as in the forward pass; pad may be 0

    Returns (dx, dw, db), the gradients of the loss with respect to x, w and b, arrays
    with the shapes of x, w and b. Every use of a number in the forward pass adds
    its part to the gradient of that number: nothing is averaged, neither over positions
    nor over the batch. Pixels that no window saw have gradient zero.
    The results are floating point, also for whole-number images and weights; float64 is
    always fine.
    No input is changed.
    """
    require_window(x.shape[1:3], w.shape[0], stride, pad)
    require_channels(x.shape[3], w.shape[2])
    require_convolved_shape(dout.shape, x.shape, w.shape, stride, pad)
    dout, x, w = _as_floats(dout, x, w)
    kernel_size, (h_out, w_out) = w.shape[0], dout.shape[1:3]
    x_padded = _padded(x, pad)
    windows = _windows(x_padded, kernel_size, stride)

    dx_padded, dw = np.zeros_like(x_padded), np.zeros_like(w)
    for n in range(len(x)):
        dw += np.tensordot(windows[n], dout[n], axes=((0, 1), (0, 1)))
        dwindows = np.tensordot(dout[n], w, axes=(2, 3))  # (H_out, W_out, K, K, C_in)
        for i, j in np.ndindex(kernel_size, kernel_size):
            rows = slice(i, i + stride * h_out, stride)
            columns = slice(j, j + stride * w_out, stride)
            dx_padded[n, rows, columns] += dwindows[:, :, i, j]
    dx = dx_padded[:, pad : pad + x.shape[1], pad : pad + x.shape[2]]
    return dx, dw, dout.sum(axis=(0, 1, 2))


def _padded(x: Array, pad: int) -> Array:
    """The images with a border of zeros."""
    return np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))


def _windows(x_padded: Array, size: int, stride: int) -> Array:
    """All windows, shape (N, H_out, W_out, K, K, C_in): a view, nothing is copied."""
    view = np.lib.stride_tricks.sliding_window_view(x_padded, (size, size), axis=(1, 2))
    return np.moveaxis(view[:, ::stride, ::stride], 3, 5)


def _as_floats(*arrays: Array) -> list[Array]:
    """The arrays in their common type if that is a floating one, else in float64."""
    common = np.result_type(*arrays)
    dtype = common if np.issubdtype(common, np.floating) else np.float64
    return [array.astype(dtype, copy=False) for array in arrays]
