"""Connectivity: a convolution as a dense layer with most weights missing and the rest shared.

Flattened arrays are in row-major order: of an image (H, W, C), number (i, j, c) is at place
(i*W + j)*C + c. A locally connected layer is the step between the dense layer and the
convolution: the connections of the convolution, but nothing shared.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .._arguments import (
    require_channels,
    require_layer_steps,
    require_local_shapes,
    require_same_shape,
    require_window,
)

Array = NDArray[np.floating]

ANSWERS = {"answer_1": "c", "answer_2": "a", "answer_3": "d", "answer_4": "b", "answer_5": "c"}


def connectivity_matrix(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> NDArray[np.bool_]:
    """Say which inputs feed which outputs of a convolution with one channel and one filter.

    height, width  sides of the image
    kernel_size    side of the square window
    stride         the window moves by this many pixels, downwards and to the right
    pad            width of the border of zeros around the image; it holds no inputs

    Returns an array of True and False, shape (H_out * W_out, height * width), where
    H_out = floor((height + 2*pad - kernel_size) / stride) + 1, and W_out likewise.
    A row is an output, a column is an input, both in row-major order (top row first, each
    row from left to right). An entry is True where the input lies in the output's window.
    """
    require_window((height, width), kernel_size, stride, pad)
    padded = [side + 2 * pad for side in (height, width)]
    h_out, w_out = ((side - kernel_size) // stride + 1 for side in padded)
    connected = np.zeros((h_out, w_out, *padded), np.bool_)
    for i, j in np.ndindex(h_out, w_out):
        top, left = i * stride, j * stride
        connected[i, j, top : top + kernel_size, left : left + kernel_size] = True
    inputs = connected[:, :, pad : pad + height, pad : pad + width]
    return inputs.reshape(h_out * w_out, height * width)


def conv_as_dense(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    """Write a convolution as a dense layer: a matrix and a bias for the flattened image.

    w         weights of the convolution, shape (K, K, C_in, C_out)
    b         its biases, shape (C_out,)
    in_shape  shape (H, W, C_in) of one image
    stride    the window moves by this many pixels, downwards and to the right
    pad       width of the border of zeros around the image; it holds no inputs

    Returns (matrix, bias) of the shapes (H_out*W_out*C_out, H*W*C_in) and
    (H_out*W_out*C_out,), such that matrix @ image.ravel() + bias is the output of the
    convolution, flattened; H_out = floor((H + 2*pad - K) / stride) + 1, and W_out likewise.
    Rows are outputs and columns are inputs, both in row-major order of (row, column,
    channel). Entries without a connection are 0. The kernel is not flipped.
    The numbers are those of w and b; whole numbers may stay whole numbers.
    w and b are not changed.
    """
    height, width, c_in = in_shape
    kernel_size, c_out = w.shape[0], w.shape[3]
    require_window((height, width), kernel_size, stride, pad)
    require_channels(c_in, w.shape[2])
    padded = [side + 2 * pad for side in (height, width)]
    h_out, w_out = ((side - kernel_size) // stride + 1 for side in padded)
    matrix = np.zeros((h_out, w_out, c_out, *padded, c_in), w.dtype)
    filters = np.moveaxis(w, 3, 0)  # (C_out, K, K, C_in)
    for i, j in np.ndindex(h_out, w_out):
        top, left = i * stride, j * stride
        matrix[i, j, :, top : top + kernel_size, left : left + kernel_size] = filters
    inputs = matrix[:, :, :, pad : pad + height, pad : pad + width]
    return inputs.reshape(h_out * w_out * c_out, height * width * c_in), np.tile(b, h_out * w_out)


def sparsity(matrix: Array) -> float:
    """Return the share of the entries of a matrix that are zero, from 0.0 to 1.0.

    matrix  an array of any shape with at least one entry: numbers, or True and False, where
            False counts as zero
    """
    return float(np.mean(matrix == 0))


def distinct_parameters(ids: NDArray[np.integer]) -> int:
    """Count the free parameters of a layer.

    ids  whole numbers of any shape, one for each possible connection: 0 where there is no
         connection, and the same number wherever the same parameter is used

    Returns how many different numbers other than 0 occur.
    """
    return int(np.count_nonzero(np.unique(ids)))


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
    require_local_shapes(x.shape, w.shape, b.shape, stride, pad)
    x_padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    h_out, w_out, kernel_size, _, _, c_out = w.shape
    out = np.empty((len(x), h_out, w_out, c_out), np.result_type(x, w, b))
    for i, j in np.ndindex(h_out, w_out):
        top, left = i * stride, j * stride
        windows = x_padded[:, top : top + kernel_size, left : left + kernel_size]
        out[:, i, j] = np.tensordot(windows, w[i, j], axes=3) + b[i, j]  # (N, C_out)
    return out


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
    require_local_shapes(x.shape, w.shape, (*w.shape[:2], w.shape[5]), stride, pad)
    require_same_shape(dout.shape, (len(x), *w.shape[:2], w.shape[5]))
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


def tie_gradients(dw: Array, db: Array) -> tuple[Array, Array]:
    """Turn the gradients of a locally connected layer into those of the convolution.

    dw  gradient of the weights, shape (H_out, W_out, K, K, C_in, C_out)
    db  gradient of the biases, shape (H_out, W_out, C_out)

    Returns (dw, db) of the layer in which all positions share their weights and biases,
    shapes (K, K, C_in, C_out) and (C_out,): a parameter that is used at many positions has
    the sum of their gradients. No input is changed.
    """
    return dw.sum(axis=(0, 1)), db.sum(axis=(0, 1))


def receptive_field(layers: Sequence[tuple[int, int]]) -> int:
    """Return how long the side of the square of pixels is that one output of the last layer sees.

    layers  (kernel_size, stride) of each layer, from the image upwards; convolution and
            pooling count alike. Without any layer the answer is 1.

    Borders are left out of account: the output lies in the middle of a large image. The
    square reaches from the first to the last pixel that the output depends on; pixels in
    gaps between windows, as large strides leave them, count as well.
    """
    require_layer_steps(layers)
    side, jump = 1, 1  # jump: how far apart in the image two neighbouring outputs look
    for kernel_size, stride in layers:
        side += (kernel_size - 1) * jump
        jump *= stride
    return side


def translate(x: Array, rows: int, columns: int) -> Array:
    """Move the content of every image down and to the right.

    x        images, shape (N, H, W, C)
    rows     how many pixels down; a negative number moves up
    columns  how many pixels to the right; a negative number moves to the left

    Returns a new array with the shape and dtype of x. What leaves the image is lost, and
    zeros come in on the other side; nothing comes round. A move as long as the image, or
    longer, leaves zeros only. x is not changed.
    """
    height, width = x.shape[1:3]
    down, right = np.clip(rows, -height, height), np.clip(columns, -width, width)
    around = np.pad(x, ((0, 0), (height, height), (width, width), (0, 0)))
    moved: Array = around[:, height - down : 2 * height - down, width - right : 2 * width - right]
    return moved.copy()
