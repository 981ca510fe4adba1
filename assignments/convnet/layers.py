"""The layers that earlier assignments built: students of a later one get them as layers.py."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]  # in the signatures of these functions


def locally_connected_backward(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    """Send a gradient back through locally_connected_forward(x, w, b, stride, pad).

    dout    gradient of the loss with respect to the output, shape (N, H_out, W_out, C_out)
    x       the images of the forward pass, shape (N, H, W, C_in), not padded
    w       the weights of the forward pass, shape (H_out, W_out, K, K, C_in, C_out)
    stride, pad  as in the forward pass; pad may be 0

    Returns (dx, dw, db), the gradients of the loss with respect to x, w and b, arrays with
    the shapes of x, w and b; b has the shape (H_out, W_out, C_out). Every use of a number
    in the forward pass adds its part to the gradient of that number: nothing is averaged.
    Pixels that no window saw have gradient zero. dout and w are floating point, and so are the
    results, also for whole-number images. No input is changed.
    """
    x_padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    h_out, w_out, kernel_size = w.shape[:3]
    dx_padded, dw = np.zeros_like(x_padded, dout.dtype), np.empty_like(w, dout.dtype)
    for i, j in np.ndindex(h_out, w_out):
        rows = slice(i * stride, i * stride + kernel_size)
        columns = slice(j * stride, j * stride + kernel_size)
        arriving = dout[:, i, j]  # (N, C_out)
        dw[i, j] = np.tensordot(x_padded[:, rows, columns], arriving, axes=(0, 0))
        dx_padded[:, rows, columns] += np.tensordot(arriving, w[i, j], axes=(1, 3))
    dx = dx_padded[:, pad : pad + x.shape[1], pad : pad + x.shape[2]]
    return dx, dw, dout.sum(axis=0)


def locally_connected_forward(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    """Compute a layer that is connected like a convolution but shares nothing.

    x       images, shape (N, H, W, C_in)
    w       weights, shape (H_out, W_out, K, K, C_in, C_out): w[i, j] are the filters that
            are used at output position (i, j) and nowhere else
    b       biases, shape (H_out, W_out, C_out)
    stride  the window moves by this many pixels, downwards and to the right
    pad     width of the border of zeros put around every image first

    Returns an array of shape (N, H_out, W_out, C_out), where
    H_out = floor((H + 2*pad - K) / stride) + 1, and W_out likewise from W.
    Output [n, i, j, c] is filter w[i, j, :, :, :, c] laid, without flipping it, on the
    window of padded image n whose top left corner is row i*stride, column j*stride, plus
    the bias b[i, j, c]. Whole-number images are allowed: the output keeps the fractions of
    the weights. No input is changed.
    """
    x_padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    h_out, w_out, kernel_size, _, _, c_out = w.shape
    out = np.empty((len(x), h_out, w_out, c_out), np.result_type(x, w, b))
    for i, j in np.ndindex(h_out, w_out):
        top, left = i * stride, j * stride
        windows = x_padded[:, top : top + kernel_size, left : left + kernel_size]
        out[:, i, j] = np.tensordot(windows, w[i, j], axes=3) + b[i, j]  # (N, C_out)
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

    x, w, b = _as_floats(x, w, b)
    windows = _windows(_padded(x, pad), w.shape[0], stride)
    out = np.empty((*windows.shape[:3], w.shape[3]), x.dtype)
    for n in range(len(x)):  # image by image: the copies that a product needs stay small
        out[n] = np.tensordot(windows[n], w, axes=3) + b  # (H_out, W_out, C_out)
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
    def _windows(x: Array, size: int, stride: int) -> Array:
        """View all windows of x: (N, H, W, C) -> (N, H_out, W_out, C, size, size)."""
        every_place = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
        return every_place[:, ::stride, ::stride]

    def _as_float(x: Array) -> Array:
        """Return x in floating point: whole numbers become float64, floats stay as they are."""
        return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)

    dout = _as_float(dout)
    flat = _windows(x, size, stride).reshape(*dout.shape, size * size)
    row, column = np.divmod(flat.argmax(axis=-1), size)  # the winner's place inside its window
    n, i, j, c = np.indices(dout.shape)
    dx = np.zeros(x.shape, dout.dtype)
    np.add.at(dx, (n, i * stride + row, j * stride + column, c), dout)  # adds repeated winners up
    return dx


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
    def _windows(x: Array, size: int, stride: int) -> Array:
        """View all windows of x: (N, H, W, C) -> (N, H_out, W_out, C, size, size)."""
        every_place = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
        return every_place[:, ::stride, ::stride]

    def _as_float(x: Array) -> Array:
        """Return x in floating point: whole numbers become float64, floats stay as they are."""
        return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)

    out: Array = _windows(_as_float(x), size, stride).max(axis=(-2, -1))
    return out
