"""Right implementations of the exercises of "convolution"."""

from typing import Any

import numpy as np

from autograder.explanation.styles import style

from . import Array

Gradients = tuple[Array, Array, Array]


def _padded(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))


def _inside(x_padded: Array, pad: int) -> Array:
    """Padded images without their border."""
    height, width = x_padded.shape[1:3]
    return x_padded[:, pad : height - pad, pad : width - pad]


def _sizes(x: Array, w: Array, stride: int, pad: int) -> tuple[int, int]:
    """H_out and W_out."""
    height = (x.shape[1] + 2 * pad - w.shape[0]) // stride + 1
    width = (x.shape[2] + 2 * pad - w.shape[1]) // stride + 1
    return height, width


def _window(i: int, j: int, size: int, stride: int) -> tuple[slice, slice]:
    """Rows and columns of the window of output (i, j)."""
    top, left = i * stride, j * stride
    return slice(top, top + size), slice(left, left + size)


def _met(k: int, m: int, h_out: int, w_out: int, stride: int) -> tuple[slice, slice, slice]:
    """The pixels of a padded batch that weight (k, m) meets, one for each output."""
    rows = slice(k, k + stride * h_out, stride)
    return slice(None), rows, slice(m, m + stride * w_out, stride)


def _views(x_padded: Array, size: int, stride: int) -> Array:
    """All windows, shape (N, H_out, W_out, C_in, K, K)."""
    view = np.lib.stride_tricks.sliding_window_view(x_padded, (size, size), axis=(1, 2))
    return view[:, ::stride, ::stride]


def _tables(h_out: int, w_out: int, size: int, stride: int) -> Any:
    """An index that takes all windows out of a batch, shape (N, H_out, W_out, K, K, C_in)."""
    rows = stride * np.arange(h_out)[:, None] + np.arange(size)
    columns = stride * np.arange(w_out)[:, None] + np.arange(size)
    return slice(None), rows[:, None, :, None], columns[None, :, None, :]


def _outputs(x_padded: Array, w: Array, b: Array, h_out: int, w_out: int, stride: int) -> Array:
    """The outputs of this many positions, with plain loops."""
    out = np.zeros((len(x_padded), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[n][_window(i, j, w.shape[0], stride)]
        out[n, i, j, c] = np.sum(window * w[:, :, :, c]) + b[c]
    return out


def _gradients(dout: Array, x: Array, w: Array, stride: int, pad: int) -> Gradients:
    """The gradients, with plain loops."""
    x_padded = _padded(x, pad)
    dx = np.zeros(x_padded.shape)
    dw = np.zeros(w.shape)
    for n, i, j, c in np.ndindex(*dout.shape):
        window = (n, *_window(i, j, w.shape[0], stride))
        dx[window] += w[:, :, :, c] * dout[n, i, j, c]
        dw[:, :, :, c] += x_padded[window] * dout[n, i, j, c]
    return _inside(dx, pad), dw, dout.sum(axis=(0, 1, 2))


def _dense_weights(w: Array, x_padded: Array, h_out: int, w_out: int, stride: int) -> Array:
    """The layer as a dense one: a weight for each pair of an input and an output, most of them 0.

    The shape is (H, W, C_in, H_out, W_out, C_out).
    """
    dense = np.zeros((*x_padded.shape[1:], h_out, w_out, w.shape[3]))
    for i, j in np.ndindex(h_out, w_out):
        rows, columns = _window(i, j, w.shape[0], stride)
        dense[rows, columns, :, i, j] = w
    return dense


def _cut(
    i: int, j: int, x: Array, size: int, stride: int, pad: int
) -> tuple[tuple[slice, slice, slice], tuple[slice, slice]]:
    """The part of the window of output (i, j) that lies on the images, in x and in the kernel."""
    top, left = i * stride - pad, j * stride - pad
    rows = max(0, -top), max(0, min(size, x.shape[1] - top))
    columns = max(0, -left), max(0, min(size, x.shape[2] - left))
    kernel = slice(*rows), slice(*columns)
    if rows[0] >= rows[1] or columns[0] >= columns[1]:  # a window on zeros alone
        return (slice(None), slice(0), slice(0)), (slice(0), slice(0))
    seen = slice(top + rows[0], top + rows[1]), slice(left + columns[0], left + columns[1])
    return (slice(None), *seen), kernel


# --- zero_pad ------------------------------------------------------------------------------


@style("zero_pad")
def writes_into_zeros(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    out = np.zeros((n, height + 2 * pad, width + 2 * pad, channels))
    out[:, pad : pad + height, pad : pad + width, :] = x
    return out


@style("zero_pad")
def pads_with_loops(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    out = np.zeros((n, height + 2 * pad, width + 2 * pad, channels))
    for m in range(n):
        for i in range(height):
            for j in range(width):
                out[m, i + pad, j + pad] = x[m, i, j]
    return out


@style("zero_pad")
def joins_strips_of_zeros(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    side = np.zeros((n, height, pad, channels))
    wide = np.concatenate([side, x, side], axis=2)
    strip = np.zeros((n, pad, width + 2 * pad, channels))
    return np.concatenate([strip, wide, strip], axis=1)


@style("zero_pad")
def pads_image_by_image_in_a_list(x: Array, pad: int) -> Array:
    return np.array([np.pad(image, ((pad, pad), (pad, pad), (0, 0))) for image in x])


@style("zero_pad")
def pads_in_float32(x: Array, pad: int) -> Array:
    return np.pad(x.astype(np.float32), ((0, 0), (pad, pad), (pad, pad), (0, 0)))


@style("zero_pad")
def pads_by_rolling_a_corner_to_the_middle(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    out = np.zeros((n, height + 2 * pad, width + 2 * pad, channels), x.dtype)
    out[:, :height, :width] = x
    return np.roll(out, (pad, pad), axis=(1, 2))


@style("zero_pad")
def pads_with_the_edge_and_wipes_it(x: Array, pad: int) -> Array:
    height, width = x.shape[1:3]
    out = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")
    out[:, :pad] = 0
    out[:, pad + height :] = 0
    out[:, :, :pad] = 0
    out[:, :, pad + width :] = 0
    return out


@style("zero_pad")
def pads_ring_by_ring(x: Array, pad: int) -> Array:
    if pad == 0:
        return x.copy()
    one_ring = ((0, 0), (1, 1), (1, 1), (0, 0))
    return pads_ring_by_ring(np.pad(x, one_ring), pad - 1)


@style("zero_pad")
def pads_through_an_open_mesh(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    out = np.zeros((n, height + 2 * pad, width + 2 * pad, channels), dtype=x.dtype)
    rows, columns = pad + np.arange(height), pad + np.arange(width)
    out[np.ix_(np.arange(n), rows, columns, np.arange(channels))] = x
    return out


@style("zero_pad")
def pads_with_nine_blocks(x: Array, pad: int) -> Array:
    maps = x.transpose(0, 3, 1, 2)  # blocks are joined along the last two axes
    n, channels, height, width = maps.shape
    corner = np.zeros((n, channels, pad, pad), x.dtype)
    top = np.zeros((n, channels, pad, width), x.dtype)
    side = np.zeros((n, channels, height, pad), x.dtype)
    blocks: Any = [[corner, top, corner], [side, maps, side], [corner, top, corner]]
    return np.asarray(np.block(blocks)).transpose(0, 2, 3, 1)


@style("zero_pad")
def pads_with_two_matrix_products(x: Array, pad: int) -> Array:
    height, width = x.shape[1:3]
    down = np.eye(height + 2 * pad, height, -pad, x.dtype)  # moves row i to row i + pad
    right = np.eye(width + 2 * pad, width, -pad, x.dtype)
    return np.asarray(np.einsum("ph,nhwc,qw->npqc", down, x, right))


@style("zero_pad")
def pads_by_clipping_places(x: Array, pad: int) -> Array:
    height, width = x.shape[1:3]
    rows, columns = np.arange(-pad, height + pad), np.arange(-pad, width + pad)
    real_rows = (rows >= 0) & (rows < height)
    real_columns = (columns >= 0) & (columns < width)
    real = (real_rows[:, None] & real_columns)[:, :, None]
    stretched = x.take(rows, axis=1, mode="clip").take(columns, axis=2, mode="clip")
    return np.where(real, stretched, 0)


@style("zero_pad")
def pads_nested_lists(x: Array, pad: int) -> Array:
    _, _, width, channels = x.shape
    nothing = [[0.0] * channels]
    strip = [nothing * (width + 2 * pad)] * pad
    images = []
    for image in x.tolist():
        rows = [nothing * pad + row + nothing * pad for row in image]
        images.append(strip + rows + strip)
    return np.array(images, dtype=x.dtype)


@style("zero_pad")
def pads_by_inserting_rows_and_columns(x: Array, pad: int) -> Array:
    height, width = x.shape[1:3]
    taller = np.insert(x, [0] * pad + [height] * pad, 0, axis=1)
    return np.insert(taller, [0] * pad + [width] * pad, 0, axis=2)


@style("zero_pad")
def pads_number_by_number_from_a_generator(x: Array, pad: int) -> Array:
    from itertools import product

    n, height, width, channels = x.shape
    rows, columns = range(-pad, height + pad), range(-pad, width + pad)
    numbers = (
        x[m, i, j, c] if i in range(height) and j in range(width) else 0
        for m, i, j, c in product(range(n), rows, columns, range(channels))
    )
    return np.fromiter(numbers, x.dtype).reshape(n, len(rows), len(columns), channels)


# --- conv_single_step ----------------------------------------------------------------------


@style("conv_single_step")
def steps_with_loops(window: Array, kernel: Array, bias: float) -> float:
    total = bias
    for i in range(window.shape[0]):
        for j in range(window.shape[1]):
            for c in range(window.shape[2]):
                total += window[i, j, c] * kernel[i, j, c]
    return total


@style("conv_single_step")
def steps_with_einsum(window: Array, kernel: Array, bias: float) -> float:
    return float(np.einsum("ijc,ijc->", window, kernel) + bias)


@style("conv_single_step")
def steps_with_a_dot_product(window: Array, kernel: Array, bias: float) -> float:
    return float(window.ravel() @ kernel.ravel() + bias)


@style("conv_single_step")
def steps_with_tensordot(window: Array, kernel: Array, bias: float) -> Array:
    """Gives an array without axes, which is taken as the number in it."""
    return np.asarray(np.tensordot(window, kernel, axes=3) + bias)


@style("conv_single_step")
def steps_in_float32(window: Array, kernel: Array, bias: float) -> np.floating:
    return np.float32(np.sum(window * kernel) + bias)


@style("conv_single_step")
def steps_with_an_exact_sum(window: Array, kernel: Array, bias: float) -> float:
    from math import fsum

    return fsum([*(window * kernel).ravel(), bias])


@style("conv_single_step")
def steps_by_reducing_pairs(window: Array, kernel: Array, bias: float) -> float:
    from functools import reduce

    pairs = zip(window.ravel().tolist(), kernel.ravel().tolist(), strict=True)
    return reduce(lambda total, pair: total + pair[0] * pair[1], pairs, bias)


@style("conv_single_step")
def steps_with_the_trace_of_each_channel(window: Array, kernel: Array, bias: float) -> float:
    channels = range(window.shape[2])
    return float(sum(np.trace(window[..., c].T @ kernel[..., c]) for c in channels) + bias)


@style("conv_single_step")
def steps_by_recursion_over_rows(window: Array, kernel: Array, bias: float) -> float:
    if len(window) == 0:
        return bias
    first_row = float(np.sum(window[0] * kernel[0]))
    return steps_by_recursion_over_rows(window[1:], kernel[1:], bias + first_row)


@style("conv_single_step")
def steps_in_place_on_a_copy(window: Array, kernel: Array, bias: float) -> float:
    products = np.array(window, dtype=float)
    products *= kernel
    total = products.sum()
    total += bias
    return float(total)


@style("conv_single_step")
def steps_with_the_last_running_sum(window: Array, kernel: Array, bias: float) -> float:
    return float(np.cumsum(np.append(bias, window * kernel))[-1])


@style("conv_single_step")
def steps_through_nested_lists(window: Array, kernel: Array, bias: float) -> float:
    products = (
        number * weight
        for rows in zip(window.tolist(), kernel.tolist(), strict=True)
        for pixels in zip(*rows, strict=True)
        for number, weight in zip(*pixels, strict=True)
    )
    return float(sum(products, start=bias))


@style("conv_single_step")
def steps_with_the_bias_as_one_more_weight(window: Array, kernel: Array, bias: float) -> float:
    return float(np.append(window, 1) @ np.append(kernel, bias))


@style("conv_single_step")
def steps_with_a_while_loop(window: Array, kernel: Array, bias: float) -> float:
    total, place = float(bias), 0
    while place < window.size:
        total += window.item(place) * kernel.item(place)
        place += 1
    return total


@style("conv_single_step")
def steps_one_axis_after_the_other(window: Array, kernel: Array, bias: float) -> np.floating:
    through_the_depth = (window * kernel).sum(axis=2)
    along_the_rows = through_the_depth.sum(axis=1)
    return np.float64(along_the_rows.sum(axis=0) + bias)


# --- conv_forward --------------------------------------------------------------------------


@style("conv_forward")
def convolves_with_loops(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, b, h_out, w_out, stride)


@style("conv_forward")
def convolves_with_views_and_einsum(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    windows = _views(_padded(x, pad), w.shape[0], stride)
    return np.asarray(np.einsum("nijckl,klcf->nijf", windows, w) + b, dtype=float)


@style("conv_forward")
def convolves_with_im2col(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    columns = np.array(
        [
            x_padded[n][_window(i, j, w.shape[0], stride)].reshape(-1)
            for n, i, j in np.ndindex(len(x), h_out, w_out)
        ],
        dtype=float,
    )
    out = columns @ w.reshape(-1, w.shape[3]) + b
    return out.reshape(len(x), h_out, w_out, w.shape[3])


@style("conv_forward")
def convolves_by_shifting_and_adding(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3])) + b
    for k, m in np.ndindex(w.shape[:2]):
        out += x_padded[_met(k, m, h_out, w_out, stride)] @ w[k, m]
    return out


@style("conv_forward")
def convolves_into_lists(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    size, maps = w.shape[0], w.shape[3]
    result = []
    for image in _padded(x, pad):
        rows = []
        for top in range(0, h_out * stride, stride):
            row = []
            for left in range(0, w_out * stride, stride):
                window = image[top : top + size, left : left + size]
                row.append([np.sum(window * w[..., c]) + b[c] for c in range(maps)])
            rows.append(row)
        result.append(rows)
    return np.array(result, dtype=float)


@style("conv_forward")
def convolves_with_a_fourier_transform(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    sides = (x_padded.shape[1], x_padded.shape[2])
    waves = np.fft.fft2(x_padded, axes=(1, 2))
    kernels = np.conj(np.fft.fft2(w, s=sides, axes=(0, 1)))
    full = np.fft.ifft2(np.einsum("nijc,ijcf->nijf", waves, kernels), axes=(1, 2)).real
    return np.asarray(full[:, ::stride, ::stride][:, :h_out, :w_out] + b)


@style("conv_forward")
def convolves_in_float32(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    x, w, b = (array.astype(np.float32) for array in (x, w, b))
    windows = np.moveaxis(_views(_padded(x, pad), w.shape[0], stride), 3, 5)
    return np.asarray(np.tensordot(windows, w, axes=3) + b)


@style("conv_forward")
def writes_each_number_over_a_block(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    """Unusual and right: every entry is written last by its own window."""
    size = w.shape[0]
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[n][_window(i, j, size, stride)]
        out[n, i : i + size, j : j + size, c] = np.sum(window * w[:, :, :, c]) + b[c]
    return out


@style("conv_forward")
def convolves_with_as_strided(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad).astype(float)
    image, row, column, channel = x_padded.strides
    windows = np.lib.stride_tricks.as_strided(
        x_padded,
        shape=(len(x), h_out, w_out, *w.shape[:3]),
        strides=(image, stride * row, stride * column, row, column, channel),
    )
    flat = windows.reshape(-1, w[..., 0].size) @ w.reshape(-1, w.shape[3])
    return flat.reshape(len(x), h_out, w_out, -1) + b


@style("conv_forward")
def convolves_as_a_dense_layer(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    x_padded = _padded(x, pad)
    dense = _dense_weights(w, x_padded, *_sizes(x, w, stride, pad), stride)
    return np.asarray(np.tensordot(x_padded, dense, axes=3) + b)


@style("conv_forward")
def convolves_by_halving_the_batch(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    half = len(x) // 2
    if half:
        first = convolves_by_halving_the_batch(x[:half], w, b, stride, pad)
        second = convolves_by_halving_the_batch(x[half:], w, b, stride, pad)
        return np.concatenate([first, second])
    image = _padded(x, pad)[0]
    out = np.empty((1, *_sizes(x, w, stride, pad), w.shape[3]))
    for i, j in np.ndindex(out.shape[1:3]):
        window = image[_window(i, j, w.shape[0], stride)]
        out[0, i, j] = np.einsum("klc,klcf->f", window, w) + b
    return out


@style("conv_forward")
def convolves_one_position_of_the_whole_batch_at_a_time(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for i in range(h_out):
        for j in range(w_out):
            rows, columns = _window(i, j, w.shape[0], stride)
            windows = x_padded[:, rows, columns, :, None]
            out[:, i, j] = (windows * w).sum(axis=(1, 2, 3)) + b
    return out


@style("conv_forward")
def convolves_line_by_line_with_correlate(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3])) + b
    for n, i, f in np.ndindex(len(x), h_out, w.shape[3]):
        for k, c in np.ndindex(w.shape[0], w.shape[2]):
            line = x_padded[n, i * stride + k, :, c]
            out[n, i, :, f] += np.correlate(line, w[k, :, c, f], mode="valid")[::stride]
    return out


@style("conv_forward")
def convolves_by_sending_each_pixel_to_its_outputs(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3])) + b
    for row, column in np.ndindex(x.shape[1:3]):
        for k, m in np.ndindex(w.shape[:2]):
            i, rest_of_row = divmod(row + pad - k, stride)
            j, rest_of_column = divmod(column + pad - m, stride)
            if rest_of_row == rest_of_column == 0 and 0 <= i < h_out and 0 <= j < w_out:
                out[:, i, j] += x[:, row, column] @ w[k, m]
    return out


@style("conv_forward")
def convolves_with_kernels_cut_at_the_border(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    out = np.zeros((len(x), *_sizes(x, w, stride, pad), w.shape[3]))
    for i, j in np.ndindex(out.shape[1:3]):
        seen, part = _cut(i, j, x, w.shape[0], stride, pad)
        out[:, i, j] = np.tensordot(x[seen], w[part], axes=3) + b
    return out


@style("conv_forward")
def convolves_with_plain_numbers(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    height, width = x.shape[1:3]
    size, maps = w.shape[0], w.shape[3]
    weights = w.tolist()

    def number(image: list[list[list[float]]], i: int, j: int, f: int) -> float:
        total = float(b[f])
        for k in range(size):
            for m in range(size):
                row, column = i * stride - pad + k, j * stride - pad + m
                if 0 <= row < height and 0 <= column < width:
                    for c, pixel in enumerate(image[row][column]):
                        total += pixel * weights[k][m][c][f]
        return total

    places = [(image, i) for image in x.tolist() for i in range(h_out)]
    rows = [[[number(*p, j, f) for f in range(maps)] for j in range(w_out)] for p in places]
    return np.array(rows).reshape(len(x), h_out, w_out, maps)


@style("conv_forward")
def convolves_with_vectorize(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    x_padded = _padded(x, pad)

    def number(n: int, i: int, j: int, f: int) -> float:
        window = x_padded[n][_window(i, j, w.shape[0], stride)]
        return float(np.vdot(window, w[..., f]) + b[f])

    places = np.indices((len(x), *_sizes(x, w, stride, pad), w.shape[3]))
    return np.asarray(np.vectorize(number, otypes=[float])(*places))


@style("conv_forward")
def convolves_with_channels_first(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    maps = np.pad(x.transpose(0, 3, 1, 2), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    filters = w.transpose(3, 2, 0, 1)
    out = np.zeros((len(maps), len(filters), *_sizes(x, w, stride, pad)))
    for n, f in np.ndindex(out.shape[:2]):
        for c, kernel in enumerate(filters[f]):
            for i, j in np.ndindex(out.shape[2:]):
                out[n, f, i, j] += np.sum(maps[n, c][_window(i, j, len(kernel), stride)] * kernel)
        out[n, f] += b[f]
    return out.transpose(0, 2, 3, 1)


@style("conv_forward")
def convolves_with_index_tables(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    windows: Array = _padded(x, pad)[_tables(h_out, w_out, w.shape[0], stride)]
    rows = windows.reshape(len(x), h_out, w_out, -1)
    return np.asarray(rows @ w.reshape(-1, w.shape[3]).astype(float) + b)


@style("conv_forward")
def convolves_by_rolling_and_keeps_every_few(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    x_padded = _padded(x, pad)
    height, width = x_padded.shape[1:3]
    total = np.zeros((*x_padded.shape[:3], w.shape[3]))
    for k, m in np.ndindex(w.shape[:2]):
        total += np.roll(x_padded, (-k, -m), axis=(1, 2)) @ w[k, m]
    # What was rolled round the edge lies behind the last whole window.
    last_row, last_column = height - w.shape[0], width - w.shape[1]
    return total[:, : last_row + 1 : stride, : last_column + 1 : stride] + b


@style("conv_forward")
def convolves_filter_by_filter_and_stacks_the_maps(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    windows = _views(_padded(x, pad), w.shape[0], stride)
    kernels = [w[..., f].transpose(2, 0, 1) for f in range(w.shape[3])]
    maps = [
        np.add.reduce(windows * kernel, axis=(3, 4, 5), dtype=float) + bias
        for kernel, bias in zip(kernels, b, strict=True)
    ]
    return np.stack(maps, axis=-1)


# --- conv_backward -------------------------------------------------------------------------


@style("conv_backward")
def goes_back_with_loops(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    return _gradients(dout, x, w, stride, pad)


@style("conv_backward")
def goes_back_with_views_and_einsum(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    _, h_out, w_out, _ = dout.shape
    x_padded = _padded(x, pad)
    dw = np.einsum("nijckl,nijf->klcf", _views(x_padded, w.shape[0], stride), dout)
    dwindows = np.einsum("nijf,klcf->nijklc", dout, w)
    dx = np.zeros(x_padded.shape)
    for k, m in np.ndindex(w.shape[:2]):
        dx[_met(k, m, h_out, w_out, stride)] += dwindows[:, :, :, k, m]
    return _inside(dx, pad), dw, np.einsum("nijf->f", dout)


@style("conv_backward")
def goes_back_with_im2col(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    size = w.shape[0]
    x_padded = _padded(x, pad)
    positions = [(n, *_window(i, j, size, stride)) for n, i, j in np.ndindex(dout.shape[:3])]
    columns = np.array([x_padded[window].reshape(-1) for window in positions])
    rows = dout.reshape(-1, dout.shape[3])
    dcolumns = rows @ w.reshape(-1, w.shape[3]).T
    dx = np.zeros(x_padded.shape)
    for window, dcolumn in zip(positions, dcolumns, strict=True):
        dx[window] += dcolumn.reshape(size, size, -1)
    return _inside(dx, pad), (columns.T @ rows).reshape(w.shape), rows.sum(axis=0)


@style("conv_backward")
def goes_back_by_spreading_out_dout(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    """Zeros between the outputs, then an ordinary convolution with the kernel turned round."""
    n, height, width, _ = x.shape
    size = w.shape[0]
    _, dw, db = _gradients(dout, x, w, stride, pad)
    spread = np.zeros((n, height + 2 * pad + size - 1, width + 2 * pad + size - 1, w.shape[3]))
    end_row = size - 1 + stride * dout.shape[1]
    end_column = size - 1 + stride * dout.shape[2]
    spread[:, size - 1 : end_row : stride, size - 1 : end_column : stride] = dout
    turned = w[::-1, ::-1].transpose(0, 1, 3, 2)
    back = _outputs(
        spread, turned, np.zeros(x.shape[3]), height + 2 * pad, width + 2 * pad, stride=1
    )
    return back[:, pad : pad + height, pad : pad + width], dw, db


@style("conv_backward")
def goes_back_into_a_list_in_float32(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> list[Array]:
    return [part.astype(np.float32) for part in _gradients(dout, x, w, stride, pad)]


@style("conv_backward")
def goes_back_one_position_of_the_whole_batch_at_a_time(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    x_padded = _padded(x, pad)
    dx, dw, db = np.zeros(x_padded.shape), np.zeros(w.shape), np.zeros(w.shape[3])
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            windows = (slice(None), *_window(i, j, w.shape[0], stride))
            dx[windows] += np.tensordot(dout[:, i, j], w, axes=(1, 3))
            dw += np.tensordot(x_padded[windows], dout[:, i, j], axes=(0, 0))
            db += dout[:, i, j].sum(axis=0)
    return _inside(dx, pad), dw, db


@style("conv_backward")
def goes_back_through_a_dense_layer(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    h_out, w_out = dout.shape[1:3]
    x_padded = _padded(x, pad)
    dense = _dense_weights(w, x_padded, h_out, w_out, stride)
    dx = np.tensordot(dout, dense, axes=((1, 2, 3), (3, 4, 5)))
    ddense = np.tensordot(x_padded, dout, axes=(0, 0))
    dw = np.zeros(w.shape)  # the parameters are shared: the gradients of all copies add up
    for i, j in np.ndindex(h_out, w_out):
        rows, columns = _window(i, j, w.shape[0], stride)
        dw += ddense[rows, columns, :, i, j]
    return _inside(dx, pad), dw, dout.sum(axis=(0, 1, 2))


@style("conv_backward")
def goes_back_with_index_tables(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    windows = _tables(dout.shape[1], dout.shape[2], w.shape[0], stride)
    x_padded = _padded(x, pad)
    dx = np.zeros(x_padded.shape)
    np.add.at(dx, windows, np.tensordot(dout, w, axes=(3, 3)))
    everywhere = (0, 1, 2)
    dw = np.tensordot(x_padded[windows], dout, axes=(everywhere, everywhere))
    return _inside(dx, pad), dw, dout.sum(axis=everywhere)


@style("conv_backward")
def goes_back_with_numbered_pixels_and_bincount(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    border = ((0, 0), (pad, pad), (pad, pad), (0, 0))
    numbers = np.pad(1 + np.arange(x.size).reshape(x.shape), border)  # the border is number 0
    views = np.lib.stride_tricks.sliding_window_view(numbers, w.shape[:2], axis=(1, 2))
    seen = views[:, ::stride, ::stride]
    values = np.append(0.0, x)[seen]
    dw = np.einsum("nijckl,nijf->klcf", values, dout)
    dvalues = np.einsum("nijf,klcf->nijckl", dout, w)
    dx = np.bincount(seen.ravel(), dvalues.ravel(), minlength=x.size + 1)[1:].astype(float)
    return dx.reshape(x.shape), dw, dout.reshape(-1, w.shape[3]).sum(axis=0)


@style("conv_backward")
def goes_back_with_fourier_transforms(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    size, (h_out, w_out) = w.shape[0], dout.shape[1:3]
    x_padded = _padded(x, pad)
    sides = (x_padded.shape[1], x_padded.shape[2])
    spread = np.zeros((len(x), *sides, w.shape[3]))
    spread[_met(0, 0, h_out, w_out, stride)] = dout
    waves = np.fft.fft2(spread, axes=(1, 2))
    kernels = np.fft.fft2(w, s=sides, axes=(0, 1))
    images = np.fft.fft2(x_padded, axes=(1, 2))
    dx = np.fft.ifft2(np.einsum("nijf,ijcf->nijc", waves, kernels), axes=(1, 2)).real
    products = np.einsum("nijc,nijf->ijcf", images, waves.conj())
    dw = np.fft.ifft2(products, axes=(0, 1)).real[:size, :size]
    return _inside(dx, pad), dw, dout.sum(axis=(0, 1, 2))


@style("conv_backward")
def goes_back_by_halving_the_batch(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    half = len(x) // 2
    if half:
        first = goes_back_by_halving_the_batch(dout[:half], x[:half], w, stride, pad)
        second = goes_back_by_halving_the_batch(dout[half:], x[half:], w, stride, pad)
        return np.concatenate([first[0], second[0]]), first[1] + second[1], first[2] + second[2]
    image = _padded(x, pad)[0]
    dimage, dw = np.zeros(image.shape), np.zeros(w.shape)
    for i, j in np.ndindex(dout.shape[1:3]):
        window = _window(i, j, w.shape[0], stride)
        dimage[window] += w @ dout[0, i, j]
        dw += np.multiply.outer(image[window], dout[0, i, j])
    return _inside(dimage[None], pad), dw, dout[0].sum(axis=(0, 1))


@style("conv_backward")
def goes_back_map_by_map_with_channels_first(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    maps, dmaps = _padded(x, pad).transpose(0, 3, 1, 2), dout.transpose(0, 3, 1, 2)
    kernels = w.transpose(3, 2, 0, 1)
    dx, dw = np.zeros(maps.shape), np.zeros(kernels.shape)
    for n, f, c in np.ndindex(len(maps), *kernels.shape[:2]):
        for (i, j), gradient in np.ndenumerate(dmaps[n, f]):
            window = _window(i, j, w.shape[0], stride)
            dx[n, c][window] += gradient * kernels[f, c]
            dw[f, c] += gradient * maps[n, c][window]
    db = np.array([dmaps[:, f].sum() for f in range(len(kernels))])
    return _inside(dx.transpose(0, 2, 3, 1), pad), dw.transpose(2, 3, 1, 0), db


@style("conv_backward")
def goes_back_with_plain_numbers(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, ...]:
    height, width = x.shape[1:3]
    pixels, weights = x.tolist(), w.tolist()
    dx: Any = np.zeros(x.shape).tolist()
    dw: Any = np.zeros(w.shape).tolist()
    db = [0.0] * w.shape[3]
    for (n, i, j, f), gradient in np.ndenumerate(dout):
        db[f] += float(gradient)
        for k, m, c in np.ndindex(w.shape[:3]):
            row, column = i * stride + k - pad, j * stride + m - pad
            if 0 <= row < height and 0 <= column < width:
                dx[n][row][column][c] += float(gradient) * weights[k][m][c][f]
                dw[k][m][c][f] += float(gradient) * pixels[n][row][column][c]
    return np.array(dx), np.array(dw), np.array(db)


@style("conv_backward")
def goes_back_with_kernels_cut_at_the_border(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i, j in np.ndindex(dout.shape[1:3]):
        seen, part = _cut(i, j, x, w.shape[0], stride, pad)
        dx[seen] += np.einsum("nf,klcf->nklc", dout[:, i, j], w[part])
        dw[part] += np.einsum("nklc,nf->klcf", x[seen], dout[:, i, j])
    return dx, dw, np.add.reduce(dout, axis=(0, 1, 2))


@style("conv_backward")
def goes_back_by_asking_each_pixel_who_saw_it(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for row, column in np.ndindex(x.shape[1:3]):
        for k, m in np.ndindex(w.shape[:2]):
            top, left = row + pad - k, column + pad - m
            if top % stride or left % stride or top < 0 or left < 0:
                continue
            i, j = top // stride, left // stride
            if i < dout.shape[1] and j < dout.shape[2]:
                dx[:, row, column] += dout[:, i, j] @ w[k, m].T
                dw[k, m] += x[:, row, column].T @ dout[:, i, j]
    return dx, dw, dout.mean(axis=(0, 1, 2)) * dout[..., 0].size


@style("conv_backward")
def goes_back_by_trying_every_number_out(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, ...]:
    """The layer is linear in x and in w: the loss of a lone 1 is the gradient of its place."""

    def loss(x: Array, w: Array) -> float:
        views = _views(_padded(x, pad), w.shape[0], stride)
        return float(np.einsum("nijckl,klcf,nijf->", views, w, dout, optimize=True))

    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for index in np.ndindex(x.shape):
        one = np.zeros(x.shape)
        one[index] = 1
        dx[index] = loss(one, w)
    for index in np.ndindex(w.shape):
        one = np.zeros(w.shape)
        one[index] = 1
        dw[index] = loss(x, one)
    return dx, dw, dout.sum(axis=(0, 1, 2))


@style("conv_backward")
def goes_back_one_place_of_the_kernel_at_a_time(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    _, h_out, w_out, maps = dout.shape
    x_padded = _padded(x, pad)
    dx, dw = np.zeros(x_padded.shape), np.zeros(w.shape)
    rows = dout.reshape(-1, maps)
    for k, m in np.ndindex(w.shape[:2]):
        met = _met(k, m, h_out, w_out, stride)
        dw[k, m] = x_padded[met].reshape(-1, x.shape[3]).T @ rows
        dx[met] += dout @ w[k, m].T
    return _inside(dx, pad), dw, np.ones(len(rows)) @ rows
