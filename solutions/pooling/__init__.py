"""Pooling: maximum and average, forward and backward, and one step of gradient descent.

Every array is laid out as (N, H, W, C): examples, height, width, channels.
"""

import numpy as np
from numpy.typing import NDArray

from .._arguments import require_pooled_shape, require_same_shape, require_window

Array = NDArray[np.floating]

ANSWERS = {"answer_1": "d", "answer_2": "b", "answer_3": "c", "answer_4": "b"}


def max_pool_forward(x: Array, size: int, stride: int) -> Array:
    """Return the largest number of every window of ``x``.

    x: input of shape (N, H, W, C); whole numbers are allowed.
    size: side of the square window, at most H and at most W.
    stride: how far the window moves from one output to the next, down as well as to the
        right; it may be smaller than ``size``, equal to it, or larger.

    Returns an array of shape (N, H_out, W_out, C) with
    H_out = (H - size) // stride + 1 and W_out = (W - size) // stride + 1.
    The window of output (i, j) has its upper left corner at (i * stride, j * stride) of the
    input. Windows lie wholly inside the input: one that would stick out is dropped.
    Every example and every channel is pooled by itself. For whole numbers the result may be
    whole numbers or floating point. ``x`` is not modified.
    """
    require_window(x.shape[1:3], size, stride)
    out: Array = _windows(_as_float(x), size, stride).max(axis=(-2, -1))
    return out


def average_pool_forward(x: Array, size: int, stride: int) -> Array:
    """Return the average of every window of ``x``.

    x: input of shape (N, H, W, C); whole numbers are allowed, and their averages keep
        their fractions.
    size: side of the square window, at most H and at most W.
    stride: how far the window moves from one output to the next, down as well as to the
        right; it may be smaller than ``size``, equal to it, or larger.

    Returns an array of shape (N, H_out, W_out, C), floating point, with
    H_out = (H - size) // stride + 1 and W_out = (W - size) // stride + 1.
    The window of output (i, j) has its upper left corner at (i * stride, j * stride) of the
    input. Windows lie wholly inside the input: one that would stick out is dropped.
    Every example and every channel is pooled by itself. ``x`` is not modified.
    """
    require_window(x.shape[1:3], size, stride)
    out: Array = _windows(_as_float(x), size, stride).mean(axis=(-2, -1))
    return out


def max_pool_backward(dout: Array, x: Array, size: int, stride: int) -> Array:
    """Return the gradient of the loss with respect to the input of max pooling.

    dout: gradient with respect to the output, shape (N, H_out, W_out, C), where
        H_out = (H - size) // stride + 1 and W_out = (W - size) // stride + 1.
    x: the input that was pooled, shape (N, H, W, C); whole numbers are allowed.
    size, stride: the same as in the forward pass.

    Returns dx, an array of shape (N, H, W, C), floating point.
    Every window sends its gradient dout[n, i, j, c] to its largest input and nothing to its
    other inputs. An input that is the largest of several windows receives the sum of their
    gradients; an input that is the largest of none, or lies in no window, receives 0.
    If a window holds its largest number more than once, the first of them in row-major order
    (top row first, each row from left to right) receives the gradient.
    ``dout`` and ``x`` are not modified.
    """
    require_pooled_shape(dout.shape, x.shape, size, stride)
    dout = _as_float(dout)
    flat = _windows(x, size, stride).reshape(*dout.shape, size * size)
    row, column = np.divmod(flat.argmax(axis=-1), size)  # the winner's place inside its window
    n, i, j, c = np.indices(dout.shape)
    dx = np.zeros(x.shape, dout.dtype)
    np.add.at(dx, (n, i * stride + row, j * stride + column, c), dout)  # adds repeated winners up
    return dx


def average_pool_backward(dout: Array, x: Array, size: int, stride: int) -> Array:
    """Return the gradient of the loss with respect to the input of average pooling.

    dout: gradient with respect to the output, shape (N, H_out, W_out, C), where
        H_out = (H - size) // stride + 1 and W_out = (W - size) // stride + 1.
    x: the input that was pooled, shape (N, H, W, C); whole numbers are allowed.
    size, stride: the same as in the forward pass.

    Returns dx, an array of shape (N, H, W, C), floating point.
    Every window spreads its gradient dout[n, i, j, c] evenly over its size * size inputs.
    An input that lies in several windows receives the sum of its shares; an input that lies
    in no window receives 0. ``dout`` and ``x`` are not modified.
    """
    require_pooled_shape(dout.shape, x.shape, size, stride)
    share = _as_float(dout) / size**2
    h_out, w_out = dout.shape[1:3]
    dx = np.zeros(x.shape, share.dtype)
    for row, column in np.ndindex(size, size):  # one place inside all windows at a time
        bottom, right = row + h_out * stride, column + w_out * stride
        dx[:, row:bottom:stride, column:right:stride] += share
    return dx


def sgd_step(w: Array, dw: Array, learning_rate: float) -> Array:
    """Return the weights after one step of gradient descent: against the gradient.

    w: weights, an array of any shape.
    dw: gradient of the loss with respect to ``w``, an array of the same shape.
    learning_rate: a positive number, the length of the step per unit of gradient.

    Returns a new array of the shape of ``w``. ``w`` and ``dw`` are not modified.
    """
    require_same_shape(dw.shape, w.shape)
    return _as_float(w) - learning_rate * dw


def _windows(x: Array, size: int, stride: int) -> Array:
    """View all windows of x: (N, H, W, C) -> (N, H_out, W_out, C, size, size)."""
    every_place = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return every_place[:, ::stride, ::stride]


def _as_float(x: Array) -> Array:
    """Return x in floating point: whole numbers become float64, floats stay as they are."""
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)
