"""Right implementations of the exercises of "connectivity"."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.explanation.styles import style

from . import Array

Bools = NDArray[np.bool_]
Ids = NDArray[np.integer]
Gradients = tuple[Array, Array, Array]


def _stops(side: int, kernel_size: int, stride: int, pad: int) -> int:
    """At how many places a window stops along one side."""
    return (side + 2 * pad - kernel_size) // stride + 1


def _selection(side: int, kernel_size: int, stride: int, pad: int) -> Array:
    """1 where weight a of output i meets input h along one side, shape (outputs, K, side)."""
    outputs = np.arange(_stops(side, kernel_size, stride, pad))[:, None, None]
    weights = np.arange(kernel_size)[None, :, None]
    return np.where(np.arange(side) == outputs * stride - pad + weights, 1.0, 0.0)


def _padded(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))


def _inside(x_padded: Array, pad: int) -> Array:
    """Padded images without their border."""
    height, width = x_padded.shape[1:3]
    return x_padded[:, pad : height - pad, pad : width - pad]


def _window(i: int, j: int, size: int, stride: int) -> tuple[slice, slice, slice]:
    """The window of output (i, j) in all padded images."""
    top, left = i * stride, j * stride
    return slice(None), slice(top, top + size), slice(left, left + size)


def _met(k: int, m: int, w: Array, stride: int) -> tuple[slice, slice, slice]:
    """The pixels of padded images that weight (k, m) of each position meets."""
    rows = slice(k, k + stride * w.shape[0], stride)
    return slice(None), rows, slice(m, m + stride * w.shape[1], stride)


def _tables(w: Array, stride: int) -> Any:
    """An index that takes all windows out of a batch, shape (N, H_out, W_out, K, K, C_in)."""
    h_out, w_out, size = w.shape[:3]
    rows = stride * np.arange(h_out)[:, None] + np.arange(size)
    columns = stride * np.arange(w_out)[:, None] + np.arange(size)
    return slice(None), rows[:, None, :, None], columns[None, :, None, :]


def _cut(start: int, size: int, side: int) -> tuple[slice, slice]:
    """What of a window lies inside one side: in the image, and in the window itself."""
    first = max(start, 0)
    last = max(min(start + size, side), first)
    return slice(first, last), slice(first - start, last - start)


def _local(x: Array, w: Array, b: Array, stride: int, pad: int) -> Array:
    """The outputs of a locally connected layer."""
    windows = _padded(x, pad)[_tables(w, stride)]
    return np.asarray(np.einsum("nijkmc,ijkmcf->nijf", windows, w) + b)


def _dense_weights(x: Array, w: Array, stride: int, pad: int) -> Array:
    """A weight for each input and output, shape (H, W, C_in, H_out, W_out, C_out)."""
    h_out, w_out, size, _, c_in, c_out = w.shape
    _, height, width, _ = x.shape
    dense = np.zeros((height + 2 * pad, width + 2 * pad, c_in, h_out, w_out, c_out))
    for i, j in np.ndindex(h_out, w_out):
        _, rows, columns = _window(i, j, size, stride)
        dense[rows, columns, :, i, j] = w[i, j]
    return dense[pad : pad + height, pad : pad + width]


# --- connectivity_matrix -------------------------------------------------------------------


@style("connectivity_matrix")
def connections_with_loops(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Bools:
    h_out = (height + 2 * pad - kernel_size) // stride + 1
    w_out = (width + 2 * pad - kernel_size) // stride + 1
    matrix = np.zeros((h_out * w_out, height * width), dtype=bool)
    for i in range(h_out):
        for j in range(w_out):
            for k in range(kernel_size):
                for m in range(kernel_size):
                    row, column = i * stride - pad + k, j * stride - pad + m
                    if 0 <= row < height and 0 <= column < width:
                        matrix[i * w_out + j, row * width + column] = True
    return matrix


@style("connectivity_matrix")
def connections_as_ones_in_cut_windows(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = (_stops(side, kernel_size, stride, pad) for side in (height, width))
    matrix = np.zeros((h_out * w_out, height * width))
    for output in range(len(matrix)):
        top, left = (number * stride - pad for number in divmod(output, w_out))
        bottom, right = max(top + kernel_size, 0), max(left + kernel_size, 0)
        image = matrix[output].reshape(height, width)  # a view of the row
        image[max(top, 0) : bottom, max(left, 0) : right] = 1
    return matrix


@style("connectivity_matrix")
def connections_as_a_product_of_rows_and_columns(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Array:
    rows = _selection(height, kernel_size, stride, pad).sum(axis=1)
    columns = _selection(width, kernel_size, stride, pad).sum(axis=1)
    return np.kron(rows, columns)


@style("connectivity_matrix")
def connections_by_comparing_coordinates(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Bools:
    h_out, w_out = (_stops(side, kernel_size, stride, pad) for side in (height, width))
    i, j, row, column = np.ogrid[:h_out, :w_out, :height, :width]
    down, right = row - (i * stride - pad), column - (j * stride - pad)
    inside = (down >= 0) & (down < kernel_size) & (right >= 0) & (right < kernel_size)
    return np.asarray(inside).reshape(h_out * w_out, -1)


@style("connectivity_matrix")
def connections_by_numbering_the_pixels(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Ids:
    pixels = height * width
    numbers = np.pad(np.arange(pixels).reshape(height, width), pad, constant_values=pixels)
    views = np.lib.stride_tricks.sliding_window_view(numbers, (kernel_size, kernel_size))
    seen = views[::stride, ::stride].reshape(-1, kernel_size**2)
    matrix = np.zeros((len(seen), pixels + 1), dtype=int)  # the last column is for the border
    np.put_along_axis(matrix, seen, 1, axis=1)
    return matrix[:, :-1]


@style("connectivity_matrix")
def connections_by_lighting_one_pixel_at_a_time(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Array:
    columns = []
    for pixel in range(height * width):
        image = np.zeros(height * width)
        image[pixel] = 1
        bordered = np.pad(image.reshape(height, width), pad)
        views = np.lib.stride_tricks.sliding_window_view(bordered, (kernel_size, kernel_size))
        columns.append(views[::stride, ::stride].sum(axis=(2, 3)).ravel())
    return np.stack(columns, axis=1)


@style("connectivity_matrix")
def connections_from_a_function_of_both_indices(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Bools:
    h_out, w_out = (_stops(side, kernel_size, stride, pad) for side in (height, width))

    def connected(output: Any, pixel: Any) -> Any:
        down = pixel // width - output // w_out * stride + pad
        right = pixel % width - output % w_out * stride + pad
        return (np.minimum(down, right) >= 0) & (np.maximum(down, right) < kernel_size)

    return np.asarray(np.fromfunction(connected, (h_out * w_out, height * width), dtype=int))


@style("connectivity_matrix")
def connections_in_nested_lists(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Ids:
    def line(side: int) -> list[list[int]]:
        starts = range(-pad, side + pad - kernel_size + 1, stride)
        return [[int(0 <= place - s < kernel_size) for place in range(side)] for s in starts]

    down, right = line(height), line(width)
    return np.array([[a * b for a in one for b in other] for one in down for other in right])


@style("connectivity_matrix")
def connections_summed_over_the_weights(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Ids:
    def shifts(side: int) -> list[Ids]:
        eye = np.eye(side + 2 * pad, dtype=int)[:, pad : pad + side]
        last = side + 2 * pad - kernel_size + 1
        return [eye[k : k + last : stride] for k in range(kernel_size)]

    pairs = ((down, right) for down in shifts(height) for right in shifts(width))
    return np.asarray(sum(np.kron(down, right) for down, right in pairs))


@style("connectivity_matrix")
def connections_as_a_set_of_pairs(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Bools:
    from itertools import product

    starts = [range(-pad, side + pad - kernel_size + 1, stride) for side in (height, width)]
    window = [*product(range(kernel_size), repeat=2)]
    pairs = {
        (output, top + k, left + m)
        for output, (top, left) in enumerate(product(*starts))
        for k, m in window
    }
    pixels = [*product(range(height), range(width))]
    outputs = range(len(starts[0]) * len(starts[1]))
    return np.array([[(output, *pixel) in pairs for pixel in pixels] for output in outputs])


@style("connectivity_matrix")
def connections_written_through_as_strided(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Bools:
    h_out, w_out = (_stops(side, kernel_size, stride, pad) for side in (height, width))
    everything = np.zeros((h_out, w_out, height + 2 * pad, width + 2 * pad), dtype=bool)
    down, right, row, column = everything.strides
    windows = np.lib.stride_tricks.as_strided(
        everything,
        shape=(h_out, w_out, kernel_size, kernel_size),
        strides=(down + stride * row, right + stride * column, row, column),
    )
    windows[:] = True
    matrix = everything[:, :, pad : pad + height, pad : pad + width]
    return matrix.reshape(h_out * w_out, height * width)


@style("connectivity_matrix")
def connections_counted_from_the_ends_of_windows(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = (_stops(side, kernel_size, stride, pad) for side in (height, width))
    steps = np.zeros((h_out, w_out, height + 2 * pad + 1, width + 2 * pad + 1), np.float32)
    for i, j in np.ndindex(h_out, w_out):
        top, left = i * stride, j * stride
        steps[i, j, [top, top + kernel_size], [left, left + kernel_size]] = 1
        steps[i, j, [top, top + kernel_size], [left + kernel_size, left]] = -1
    open_windows = steps.cumsum(axis=2).cumsum(axis=3)
    matrix = open_windows[:, :, pad : pad + height, pad : pad + width]
    return matrix.reshape(h_out * w_out, -1)


@style("connectivity_matrix")
def connections_by_the_distance_from_the_middle(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Bools:
    def near(side: int) -> Bools:
        first = (kernel_size - 1) / 2 - pad
        middles = first + stride * np.arange(_stops(side, kernel_size, stride, pad))
        return np.asarray(abs(np.arange(side) - middles[:, None]) < kernel_size / 2)

    rows = np.repeat(np.repeat(near(height), width, axis=1), len(near(width)), axis=0)
    return np.logical_and(rows, np.tile(near(width), (len(near(height)), height)))


@style("connectivity_matrix")
def connections_entry_by_entry_in_a_while_loop(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Ids:
    h_out, w_out = (_stops(side, kernel_size, stride, pad) for side in (height, width))
    matrix = np.ones((h_out * w_out, height * width), dtype=int)
    entry = 0
    while entry < matrix.size:
        output, pixel = divmod(entry, height * width)
        (i, j), (row, column) = divmod(output, w_out), divmod(pixel, width)
        if row not in range(i * stride - pad, i * stride - pad + kernel_size):
            matrix[output, pixel] = 0
        if column not in range(j * stride - pad, j * stride - pad + kernel_size):
            matrix[output, pixel] = 0
        entry += 1
    return matrix


@style("connectivity_matrix")
def connections_from_padded_blocks_of_ones(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Bools:
    rows = []
    for top in range(0, height + 2 * pad - kernel_size + 1, stride):
        for left in range(0, width + 2 * pad - kernel_size + 1, stride):
            below = height + 2 * pad - kernel_size - top
            behind = width + 2 * pad - kernel_size - left
            block = np.ones((kernel_size, kernel_size), dtype=bool)
            image = np.pad(block, ((top, below), (left, behind)))
            rows.append(image[pad : pad + height, pad : pad + width].ravel())
    return np.array(rows)


@style("connectivity_matrix")
def connections_by_recursion_over_the_outputs(
    height: int, width: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> Bools:
    rows, columns = np.arange(height), np.arange(width)

    def from_output(top: int, left: int) -> list[Bools]:
        if left > width + pad - kernel_size:
            top, left = top + stride, -pad
        if top > height + pad - kernel_size:
            return []
        in_rows = np.isin(rows, top + np.arange(kernel_size))
        in_columns = np.isin(columns, left + np.arange(kernel_size))
        return [np.outer(in_rows, in_columns).ravel(), *from_output(top, left + stride)]

    return np.vstack(from_output(-pad, -pad))


# --- conv_as_dense -------------------------------------------------------------------------


@style("conv_as_dense")
def dense_layer_with_loops(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    height, width, c_in = in_shape
    h_out, w_out = (_stops(side, len(w), stride, pad) for side in (height, width))
    matrix = np.zeros((h_out * w_out * len(b), height * width * c_in))
    bias = np.zeros(len(matrix))
    for i, j, f in np.ndindex(h_out, w_out, len(b)):
        output = (i * w_out + j) * len(b) + f
        bias[output] = b[f]
        for k, m, c in np.ndindex(*w.shape[:3]):
            row, column = i * stride + k - pad, j * stride + m - pad
            if 0 <= row < height and 0 <= column < width:
                matrix[output, (row * width + column) * c_in + c] = w[k, m, c, f]
    return matrix, bias


@style("conv_as_dense")
def dense_layer_image_by_image(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    height, width, c_in = in_shape
    size, rows = len(w), []
    for top in range(0, height + 2 * pad - size + 1, stride):
        for left in range(0, width + 2 * pad - size + 1, stride):
            for f in range(w.shape[3]):
                image = np.zeros((height + 2 * pad, width + 2 * pad, c_in))
                image[top : top + size, left : left + size] = w[..., f]
                rows.append(image[pad : pad + height, pad : pad + width].flatten())
    return np.array(rows), np.concatenate([b] * (len(rows) // len(b)))


@style("conv_as_dense")
def dense_layer_from_what_it_does_to_single_pixels(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    images = np.eye(int(np.prod(in_shape))).reshape(-1, *in_shape)
    h_out, w_out = (_stops(side, len(w), stride, pad) for side in in_shape[:2])
    out = np.zeros((len(images), h_out, w_out, w.shape[3]))
    for i, j in np.ndindex(h_out, w_out):
        windows = _padded(images, pad)[_window(i, j, len(w), stride)]
        out[:, i, j] = np.tensordot(windows, w, axes=3)
    bias = np.broadcast_to(b, out.shape[1:]).ravel()
    return out.reshape(len(images), -1).T, bias


@style("conv_as_dense")
def dense_layer_with_einsum(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    rows = _selection(in_shape[0], len(w), stride, pad)
    columns = _selection(in_shape[1], len(w), stride, pad)
    matrix = np.einsum("ikh,jmw,kmcf->ijfhwc", rows, columns, w, optimize=True)
    bias = np.einsum("i,j,f->ijf", np.ones(len(rows)), np.ones(len(columns)), b)
    return matrix.reshape(bias.size, -1), bias.reshape(-1)


@style("conv_as_dense")
def dense_layer_as_a_sum_of_kronecker_products(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    from functools import reduce

    rows = _selection(in_shape[0], len(w), stride, pad)
    columns = _selection(in_shape[1], len(w), stride, pad)
    parts = (
        np.kron(np.kron(rows[:, k], columns[:, m]), w[k, m].T) for k, m in np.ndindex(*w.shape[:2])
    )
    return reduce(np.add, parts), np.kron(np.ones(len(rows) * len(columns)), b)


@style("conv_as_dense")
def dense_layer_by_numbering_the_inputs(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    inputs = int(np.prod(in_shape))
    border = ((pad, pad), (pad, pad), (0, 0))
    numbers = np.pad(np.arange(inputs).reshape(in_shape), border, constant_values=inputs)
    views = np.lib.stride_tricks.sliding_window_view(numbers, w.shape[:3])[::stride, ::stride, 0]
    seen = views.reshape(-1, 1, w[..., 0].size)
    outputs = np.arange(len(seen) * len(b)).reshape(-1, len(b), 1)
    matrix = np.zeros((outputs.size, inputs + 1), w.dtype)  # the last column is for the border
    matrix[outputs, seen] = w.reshape(-1, len(b)).T
    return matrix[:, :inputs], np.resize(b, len(matrix))


@style("conv_as_dense")
def dense_layer_from_blocks(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    height, width, c_in = in_shape
    h_out, w_out = (_stops(side, len(w), stride, pad) for side in (height, width))
    nothing = np.zeros((w.shape[3], c_in))

    def block(i: int, j: int, row: int, column: int) -> Array:
        k, m = row - i * stride + pad, column - j * stride + pad
        inside = 0 <= k < len(w) and 0 <= m < len(w)
        return w[k, m].T if inside else nothing

    pixels = [*np.ndindex(height, width)]
    outputs = [*np.ndindex(h_out, w_out)]
    matrix = np.block([[block(*output, *pixel) for pixel in pixels] for output in outputs])
    return matrix, np.hstack([b for _ in outputs])


@style("conv_as_dense")
def dense_layer_written_through_as_strided(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    (height, width, c_in), (size, _, _, c_out) = in_shape, w.shape
    h_out, w_out = (_stops(side, size, stride, pad) for side in (height, width))
    dense = np.zeros((h_out, w_out, c_out, height + 2 * pad, width + 2 * pad, c_in))
    down, right, filters, row, column, channel = dense.strides
    windows = np.lib.stride_tricks.as_strided(
        dense,
        shape=(h_out, w_out, size, size, c_in, c_out),
        strides=(down + stride * row, right + stride * column, row, column, channel, filters),
    )
    windows[...] = w
    matrix = dense[:, :, :, pad : pad + height, pad : pad + width]
    bias = np.zeros((h_out, w_out, c_out)) + b
    return matrix.reshape(bias.size, -1), bias.ravel()


@style("conv_as_dense")
def dense_layer_looked_up_in_the_kernel(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    h_out, w_out = (_stops(side, len(w), stride, pad) for side in in_shape[:2])
    i, j, f, row, column, c = np.indices((h_out, w_out, len(b), *in_shape))
    k, m = row - i * stride + pad, column - j * stride + pad
    inside = (k >= 0) & (k < len(w)) & (m >= 0) & (m < len(w))
    weights = w[k.clip(0, len(w) - 1), m.clip(0, len(w) - 1), c, f]
    matrix = np.where(inside, weights, 0).reshape(h_out * w_out * len(b), -1)
    return matrix, b[np.arange(len(matrix)) % len(b)]


@style("conv_as_dense")
def dense_layer_in_single_precision(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    rows = _selection(in_shape[0], len(w), stride, pad).astype(np.float32)
    columns = _selection(in_shape[1], len(w), stride, pad).astype(np.float32)
    along_rows = np.tensordot(rows, w.astype(np.float32), axes=(1, 0))  # (i, h, m, c, f)
    both = np.tensordot(along_rows, columns, axes=(2, 1))  # (i, h, c, f, j, w)
    bias = np.tile(b.astype(np.float32), len(rows) * len(columns))
    return both.transpose(0, 4, 3, 1, 5, 2).reshape(bias.size, -1), bias


@style("conv_as_dense")
def dense_layer_from_a_generator_of_plain_numbers(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    kernel: Any = w.tolist()
    h_out, w_out = (_stops(side, len(w), stride, pad) for side in in_shape[:2])
    shape = (h_out, w_out, len(b), *in_shape)

    def entries() -> Iterator[float]:
        for i, j, f, row, column, c in np.ndindex(*shape):
            k, m = row - i * stride + pad, column - j * stride + pad
            is_met = 0 <= k < len(kernel) and 0 <= m < len(kernel)
            yield kernel[k][m][c][f] if is_met else 0.0

    matrix = np.fromiter(entries(), dtype=float).reshape(h_out * w_out * len(b), -1)
    return matrix, np.array(b.tolist() * (h_out * w_out))


@style("conv_as_dense")
def dense_layer_cut_out_of_a_kernel_with_a_wide_border(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    height, width, _ = in_shape
    far = max(height, width) + 2 * pad  # no window stops farther away than this
    wide = np.pad(w, ((far, far), (far, far), (0, 0), (0, 0)))
    blocks = []
    for i in range(_stops(height, len(w), stride, pad)):
        for j in range(_stops(width, len(w), stride, pad)):
            top, left = far + pad - i * stride, far + pad - j * stride
            seen = wide[top : top + height, left : left + width]
            blocks.append(seen.reshape(-1, len(b)).T)
    return np.concatenate(blocks), np.array([b for _ in blocks]).flatten()


@style("conv_as_dense")
def dense_layer_from_coordinates_of_its_entries(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    height, width, _ = in_shape
    h_out, w_out = (_stops(side, len(w), stride, pad) for side in (height, width))
    i, j, k, m, c, f = np.indices((h_out, w_out, *w.shape)).reshape(6, -1)
    row, column = i * stride + k - pad, j * stride + m - pad
    kept = np.logical_and.reduce([row >= 0, row < height, column >= 0, column < width])
    matrix = np.zeros((h_out, w_out, len(b), *in_shape))
    places = (i[kept], j[kept], f[kept], row[kept], column[kept], c[kept])
    np.add.at(matrix, places, w[k, m, c, f][kept])
    bias = np.outer(np.ones(h_out * w_out), b).ravel()
    return matrix.reshape(bias.size, -1), bias


@style("conv_as_dense")
def dense_layer_from_a_dictionary_of_entries(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    from itertools import product

    height, width, c_in = in_shape
    tops, lefts = (range(-pad, side + pad - len(w) + 1, stride) for side in (height, width))
    starts = [*enumerate(product(tops, lefts))]
    entries = {}
    for (place, (top, left)), ((k, m, c, f), weight) in product(starts, np.ndenumerate(w)):
        entries[place, f, top + k, left + m, c] = weight
    outputs = [*product(range(len(starts)), range(len(b)))]
    inputs = [*product(range(height), range(width), range(c_in))]
    matrix = [[entries.get((*one, *other), 0) for other in inputs] for one in outputs]
    return np.array(matrix), np.array([b[f] for _, f in outputs])


@style("conv_as_dense")
def dense_layer_with_the_border_left_out_of_each_window(
    w: Array, b: Array, in_shape: tuple[int, int, int], stride: int = 1, pad: int = 0
) -> tuple[Array, Array]:
    height, width, _ = in_shape
    h_out, w_out = (_stops(side, len(w), stride, pad) for side in (height, width))
    matrix = np.zeros((h_out, w_out, *in_shape, len(b)))
    for i, j in np.ndindex(h_out, w_out):
        rows, ks = _cut(i * stride - pad, len(w), height)
        columns, ms = _cut(j * stride - pad, len(w), width)
        matrix[i, j, rows, columns] = w[ks, ms]
    by_output = np.moveaxis(matrix, -1, 2).reshape(-1, np.prod(in_shape))
    return by_output, np.repeat(b[None], h_out * w_out, axis=0).reshape(-1)


# --- sparsity ------------------------------------------------------------------------------


@style("sparsity")
def share_of_zeros_with_a_loop(matrix: Array) -> float:
    zeros = 0
    for entry in matrix.flat:
        if entry == 0:
            zeros += 1
    return zeros / matrix.size


@style("sparsity")
def share_of_zeros_as_the_rest(matrix: Array) -> float:
    return 1 - np.count_nonzero(matrix) / matrix.size


@style("sparsity")
def share_of_zeros_counted_in_a_list(matrix: Array) -> float:
    return matrix.ravel().tolist().count(0) / matrix.size


@style("sparsity")
def share_of_zeros_by_picking_them(matrix: Array) -> float:
    return len(matrix[matrix == 0]) / len(matrix.ravel())


@style("sparsity")
def share_of_zeros_by_negating(matrix: Array) -> float:
    return float(np.logical_not(matrix).sum() / matrix.size)


@style("sparsity")
def share_of_zeros_as_an_average_of_marks(matrix: Array) -> float:
    return float(np.average(np.where(matrix, 0.0, 1.0)))


@style("sparsity")
def share_of_zeros_from_a_generator(matrix: Array) -> float:
    return sum(not entry for entry in matrix.reshape(-1)) / matrix.size


@style("sparsity")
def share_of_zeros_among_the_values(matrix: Array) -> float:
    values, counts = np.unique(matrix, return_counts=True)
    return float(dict(zip(values.tolist(), counts / counts.sum(), strict=True)).get(0, 0.0))


@style("sparsity")
def share_of_zeros_by_halving(matrix: Array) -> float:
    flat = matrix.ravel()
    if flat.size == 1:
        return 0.0 if flat[0] else 1.0
    one, other = np.array_split(flat, 2)
    zeros = (
        share_of_zeros_by_halving(one) * one.size + share_of_zeros_by_halving(other) * other.size
    )
    return zeros / flat.size


# --- distinct_parameters -------------------------------------------------------------------


@style("distinct_parameters")
def parameters_in_a_set(ids: Ids) -> int:
    return len(set(ids.ravel().tolist()) - {0})


@style("distinct_parameters")
def parameters_in_a_growing_list(ids: Ids) -> int:
    seen = []
    for number in ids.flatten():
        if number != 0 and number not in seen:
            seen.append(number)
    return len(seen)


@style("distinct_parameters")
def parameters_picked_before_they_are_compared(ids: Ids) -> int:
    return np.unique(ids[ids != 0]).size


@style("distinct_parameters")
def parameters_where_the_sorted_numbers_change(ids: Ids) -> int:
    ordered = np.sort(ids[np.nonzero(ids)])
    return int(np.sum(ordered[1:] != ordered[:-1])) + (ordered.size > 0)


@style("distinct_parameters")
def parameters_as_keys_of_counts(ids: Ids) -> int:
    from collections import Counter

    counts = Counter(ids.ravel().tolist())
    counts.pop(0, None)
    return len(counts)


@style("distinct_parameters")
def parameters_ticked_off_in_an_array(ids: Ids) -> int:
    lowest = ids.min(initial=0)
    ticked = np.zeros(ids.max(initial=0) - lowest + 1, dtype=bool)
    ticked[ids - lowest] = True
    ticked[-lowest] = False
    return int(ticked.sum())


@style("distinct_parameters")
def parameters_crossed_out_one_after_the_other(ids: Ids) -> int:
    left, count = ids.copy(), 0
    while left.any():
        left[left == left[left != 0][0]] = 0
        count += 1
    return count


@style("distinct_parameters")
def parameters_less_one_for_the_zero(ids: Ids) -> int:
    values = np.unique(ids)
    return len(values) - 1 if 0 in values else len(values)


# --- locally_connected_forward -------------------------------------------------------------


@style("locally_connected_forward")
def local_layer_with_loops(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    images = _padded(x, pad)
    h_out, w_out, size, _, c_in, c_out = w.shape
    out = np.zeros((len(x), h_out, w_out, c_out))
    for n in range(len(x)):
        for i in range(h_out):
            for j in range(w_out):
                for f in range(c_out):
                    total = b[i, j, f]
                    for k in range(size):
                        for m in range(size):
                            for c in range(c_in):
                                pixel = images[n, i * stride + k, j * stride + m, c]
                                total = total + pixel * w[i, j, k, m, c, f]
                    out[n, i, j, f] = total
    return out


@style("locally_connected_forward")
def local_layer_window_by_window(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    images = _padded(x, pad)
    out = np.zeros((len(x), *b.shape))
    for n, i, j, f in np.ndindex(*out.shape):
        window = images[n][_window(i, j, w.shape[2], stride)[1:]]
        out[n, i, j, f] = np.sum(window * w[i, j, :, :, :, f]) + b[i, j, f]
    return out


@style("locally_connected_forward")
def local_layer_with_einsum_on_views(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    views = np.lib.stride_tricks.sliding_window_view(_padded(x, pad), w.shape[2:4], axis=(1, 2))
    views = views[:, ::stride, ::stride]  # (N, H_out, W_out, C_in, K, K)
    return np.asarray(np.einsum("nijckm,ijkmcf->nijf", views, w, optimize=True)) + b


@style("locally_connected_forward")
def local_layer_weight_by_weight(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    images = _padded(x, pad)
    out = np.tile(b, (len(x), 1, 1, 1)).astype(float)
    for k, m, c in np.ndindex(*w.shape[2:5]):
        out += images[_met(k, m, w, stride)][..., [c]] * w[:, :, k, m, c]
    return out


@style("locally_connected_forward")
def local_layer_as_a_stack_of_matrix_products(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out, c_out = b.shape
    windows = _padded(x, pad)[_tables(w, stride)]  # (N, H_out, W_out, K, K, C_in)
    lines = windows.reshape(len(x), h_out * w_out, -1).swapaxes(0, 1)
    products = lines @ w.reshape(h_out * w_out, -1, c_out)  # (positions, N, C_out)
    return np.asarray(products.swapaxes(0, 1).reshape(len(x), h_out, w_out, c_out) + b)


@style("locally_connected_forward")
def local_layer_with_as_strided(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    images = np.zeros((len(x), x.shape[1] + 2 * pad, x.shape[2] + 2 * pad, x.shape[3]))
    images[:, pad : pad + x.shape[1], pad : pad + x.shape[2], :] = x
    example, row, column, channel = images.strides
    windows = np.lib.stride_tricks.as_strided(
        images,
        shape=(len(x), *w.shape[:5]),
        strides=(example, stride * row, stride * column, row, column, channel),
    )
    return np.asarray((windows[..., None] * w).sum(axis=(3, 4, 5)) + b)


@style("locally_connected_forward")
def local_layer_in_nested_lists(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    images, size = _padded(x, pad), w.shape[2]

    def output(image: Array, i: int, j: int) -> Array:
        window = image[i * stride : i * stride + size, j * stride : j * stride + size]
        return np.asarray(window.ravel().dot(w[i, j].reshape(window.size, -1)) + b[i, j])

    rows, columns = range(w.shape[0]), range(w.shape[1])
    return np.array([[[output(image, i, j) for j in columns] for i in rows] for image in images])


@style("locally_connected_forward")
def local_layer_by_recursion_over_rows(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    if len(w) == 0:
        return np.zeros((len(x), *b.shape))
    images, size = _padded(x, pad), w.shape[2]
    lefts = range(0, w.shape[1] * stride, stride)
    windows = np.stack([images[:, :size, left : left + size] for left in lefts])
    first = np.einsum("jnkmc,jkmcf->njf", windows, w[0]) + b[0]
    below = local_layer_by_recursion_over_rows(images[:, stride:], w[1:], b[1:], stride)
    return np.concatenate([first[:, None], below], axis=1)


@style("locally_connected_forward")
def local_layer_in_single_precision(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    images, filters = _padded(x.astype(np.float32), pad), w.astype(np.float32)
    out = np.empty((len(x), *b.shape), dtype=np.float32)
    for i, j in np.ndindex(b.shape[:2]):
        window = images[_window(i, j, w.shape[2], stride)]
        out[:, i, j] = np.tensordot(window, filters[i, j], axes=((1, 2, 3), (0, 1, 2)))
    out += b.astype(np.float32)
    return out


@style("locally_connected_forward")
def local_layer_sends_every_pixel_to_its_outputs(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out, size = w.shape[:3]
    out = np.zeros((len(x), *b.shape))
    for row, column in np.ndindex(*x.shape[1:3]):
        for i, j in np.ndindex(h_out, w_out):
            k, m = row + pad - i * stride, column + pad - j * stride
            if 0 <= k < size and 0 <= m < size:
                out[:, i, j] += x[:, row, column] @ w[i, j, k, m]
    return out + b[np.newaxis]


@style("locally_connected_forward")
def local_layer_as_a_dense_layer(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    dense = _dense_weights(x, w, stride, pad).reshape(-1, b.size)
    out = x.reshape(len(x), -1) @ dense + b.ravel()
    return np.asarray(out.reshape(-1, *b.shape))


@style("locally_connected_forward")
def local_layer_reduces_a_generator(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    from functools import reduce
    from itertools import product

    images, sides = _padded(x, pad), range(w.shape[2])
    parts = (
        np.matmul(images[_met(k, m, w, stride)][..., None, :], w[:, :, k, m])[..., 0, :]
        for k, m in product(sides, sides)
    )
    return np.asarray(reduce(np.add, parts, b))


@style("locally_connected_forward")
def local_layer_with_plain_numbers(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    images: Any = _padded(x, pad).tolist()
    weights: Any = w.tolist()
    size, c_in = w.shape[2], w.shape[4]

    def output(n: int, i: int, j: int, f: int) -> float:
        terms = (
            images[n][i * stride + k][j * stride + m][c] * weights[i][j][k][m][c][f]
            for k in range(size)
            for m in range(size)
            for c in range(c_in)
        )
        return float(sum(terms, b[i, j, f]))

    shape = (len(x), *b.shape)
    return np.fromiter((output(*place) for place in np.ndindex(*shape)), float).reshape(shape)


@style("locally_connected_forward")
def local_layer_with_cut_windows_at_the_border(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out, size = w.shape[:3]
    out = np.zeros((len(x), *b.shape))
    for i, j in np.ndindex(h_out, w_out):
        rows, ks = _cut(i * stride - pad, size, x.shape[1])
        columns, ms = _cut(j * stride - pad, size, x.shape[2])
        seen, weights = x[:, rows, columns], w[i, j, ks, ms]
        out[:, i, j] = b[i, j] + np.tensordot(seen, weights, axes=3)
    return out


@style("locally_connected_forward")
def local_layer_position_after_position_in_a_while_loop(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    above = np.zeros((len(x), pad, x.shape[2], x.shape[3]))
    images = np.concatenate([above, x, above], axis=1)
    beside = np.zeros((len(x), images.shape[1], pad, x.shape[3]))
    images = np.concatenate([beside, images, beside], axis=2)
    outputs = []
    position = 0
    while position < w.shape[0] * w.shape[1]:
        i, j = divmod(position, w.shape[1])
        lines = images[_window(i, j, w.shape[2], stride)].reshape(len(x), -1)
        outputs.append(np.inner(lines, w[i, j].reshape(lines.shape[1], -1).T) + b[i, j])
        position += 1
    return np.stack(outputs, axis=1).reshape(len(x), *b.shape)


@style("locally_connected_forward")
def local_layer_of_transposed_images(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    # Channels first, as other libraries have it; the answer is put back in the end.
    images = np.pad(x.transpose(0, 3, 1, 2), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    filters, size = w.transpose(0, 1, 5, 4, 2, 3), w.shape[2]
    out = np.zeros((len(x), b.shape[2], *b.shape[:2]))
    for n, f, i, j in np.ndindex(*out.shape):
        window = images[n, :, i * stride :, j * stride :][:, :size, :size]
        out[n, f, i, j] = np.vdot(window, filters[i, j, f])
    return np.moveaxis(out, 1, -1) + b


# --- locally_connected_backward ------------------------------------------------------------


@style("locally_connected_backward")
def local_gradients_with_loops(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    images = _padded(x, pad)
    dx, dw, db = np.zeros(images.shape), np.zeros(w.shape), np.zeros(dout.shape[1:])
    for n, i, j, f in np.ndindex(*dout.shape):
        db[i, j, f] += dout[n, i, j, f]
        for k, m, c in np.ndindex(*w.shape[2:5]):
            row, column = i * stride + k, j * stride + m
            dw[i, j, k, m, c, f] += images[n, row, column, c] * dout[n, i, j, f]
            dx[n, row, column, c] += w[i, j, k, m, c, f] * dout[n, i, j, f]
    return _inside(dx, pad), dw, db


@style("locally_connected_backward")
def local_gradients_window_by_window(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    images = _padded(x, pad)
    dx, dw = np.zeros(images.shape), np.zeros(w.shape)
    for (n, i, j, f), gradient in np.ndenumerate(dout):
        _, rows, columns = _window(i, j, w.shape[2], stride)
        dw[i, j, :, :, :, f] += images[n, rows, columns] * gradient
        dx[n, rows, columns] += w[i, j, :, :, :, f] * gradient
    dx = dx[:, pad:-pad, pad:-pad] if pad > 0 else dx
    return dx, dw, np.sum(dout, axis=0)


@style("locally_connected_backward")
def local_gradients_with_einsum_on_views(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    images = _padded(x, pad)
    views = np.lib.stride_tricks.sliding_window_view(images, w.shape[2:4], axis=(1, 2))
    dw = np.einsum("nijckm,nijf->ijkmcf", views[:, ::stride, ::stride], dout)
    dwindows = np.einsum("nijf,ijkmcf->nijkmc", dout, w)
    dx = np.zeros(images.shape)
    for i, j in np.ndindex(*dout.shape[1:3]):
        dx[_window(i, j, w.shape[2], stride)] += dwindows[:, i, j]
    return _inside(dx, pad), dw, np.einsum("nijf->ijf", dout)


@style("locally_connected_backward")
def local_gradients_weight_by_weight(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    images = _padded(x, pad)
    dx, dw = np.zeros(images.shape), np.zeros(w.shape)
    for k in range(w.shape[2]):
        for m in range(w.shape[3]):
            met = _met(k, m, w, stride)
            for c in range(w.shape[4]):
                dw[:, :, k, m, c] = (images[met][..., c, None] * dout).sum(axis=0)
                dx[(*met, c)] += (w[:, :, k, m, c] * dout).sum(axis=-1)
    return _inside(dx, pad), dw, dout.sum(axis=0)


@style("locally_connected_backward")
def local_gradients_of_a_dense_layer(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dense = _dense_weights(x, w, stride, pad)
    lines = dout.reshape(len(dout), -1)
    dx = lines @ dense.reshape(-1, lines.shape[1]).T
    ddense = (x.reshape(len(x), -1).T @ lines).reshape(dense.shape)
    border = [(pad, pad), (pad, pad), (0, 0), (0, 0), (0, 0), (0, 0)]
    ddense = np.pad(ddense, border)
    dw = np.zeros(w.shape)
    for i, j in np.ndindex(*w.shape[:2]):
        _, rows, columns = _window(i, j, w.shape[2], stride)
        dw[i, j] = ddense[rows, columns, :, i, j]
    return dx.reshape(x.shape), dw, lines.sum(axis=0).reshape(dout.shape[1:])


@style("locally_connected_backward")
def local_gradients_added_at_index_tables(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    images = _padded(x, pad)
    tables = _tables(w, stride)
    dx = np.zeros(images.shape)
    parts = w[None] * dout[:, :, :, None, None, None, :]  # (N, H_out, W_out, K, K, C_in, C_out)
    np.add.at(dx, tables, parts.sum(axis=-1))
    dw = images[tables][..., None] * dout[:, :, :, None, None, None, :]
    return _inside(dx, pad), dw.sum(axis=0), np.add.reduce(dout, axis=0)


@style("locally_connected_backward")
def local_gradients_in_single_precision(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dout, images = dout.astype(np.float32), _padded(x, pad).astype(np.float32)
    dx, dw = np.zeros_like(images), np.zeros(w.shape, dtype=np.float32)
    for i, j in np.ndindex(*w.shape[:2]):
        window = _window(i, j, w.shape[2], stride)
        dx[window] += np.inner(dout[:, i, j], w[i, j].astype(np.float32))
        dw[i, j] = np.einsum("nkmc,nf->kmcf", images[window], dout[:, i, j])
    return _inside(dx, pad), dw, dout.sum(axis=0)


@style("locally_connected_backward")
def local_gradients_by_trying_out_every_number(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    nothing = np.zeros(dout.shape[1:])

    def slopes(shape: tuple[int, ...], kind: str) -> Array:
        # The layer is linear in each argument: a single one shows what a number changes.
        gradient = np.zeros(shape)
        for index in np.ndindex(*shape):
            one = np.zeros(shape)
            one[index] = 1
            given = {"x": x, "w": w, "b": nothing} | {kind: one}
            gradient[index] = np.vdot(_local(**given, stride=stride, pad=pad), dout)
        return gradient

    db = dout.copy().sum(0)  # trying out a bias moves all examples
    return slopes(x.shape, "x"), slopes(w.shape, "w"), db


@style("locally_connected_backward")
def local_gradients_as_a_sum_of_padded_patches(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    from functools import reduce

    images, size = _padded(x, pad), w.shape[2]
    positions = [*np.ndindex(*w.shape[:2])]

    def patch(i: int, j: int) -> Array:
        above, before = i * stride, j * stride
        below, behind = images.shape[1] - above - size, images.shape[2] - before - size
        part = np.tensordot(dout[:, i, j], w[i, j], axes=(-1, -1))
        return np.pad(part, ((0, 0), (above, below), (before, behind), (0, 0)))

    windows = [images[_window(i, j, size, stride)] for i, j in positions]
    dw = [np.tensordot(v.T, dout[:, i, j], 1) for v, (i, j) in zip(windows, positions, strict=True)]
    dx = reduce(np.add, (patch(i, j) for i, j in positions))
    dw_together = np.array(dw).swapaxes(1, 3).reshape(w.shape)
    return _inside(dx, pad), dw_together, np.asarray(sum(dout))


@style("locally_connected_backward")
def local_gradients_by_recursion_over_the_examples(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    if len(x) == 0:
        return np.zeros(x.shape), np.zeros(w.shape), np.zeros(dout.shape[1:])
    image, dw = _padded(x[:1], pad)[0], np.zeros(w.shape)
    dx = np.zeros(image.shape)
    for i, j, f in np.ndindex(*dout.shape[1:]):
        window = _window(i, j, w.shape[2], stride)[1:]
        dw[i, j, ..., f] = image[window] * dout[0, i, j, f]
        dx[window] += w[i, j, ..., f] * dout[0, i, j, f]
    dx_first = _inside(dx[None], pad)
    dx_rest, dw_rest, db_rest = local_gradients_by_recursion_over_the_examples(
        dout[1:], x[1:], w, stride, pad
    )
    return np.concatenate([dx_first, dx_rest]), dw + dw_rest, dout[0] + db_rest


@style("locally_connected_backward")
def local_gradients_with_cut_windows_at_the_border(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i, j in np.ndindex(*w.shape[:2]):
        rows, ks = _cut(i * stride - pad, w.shape[2], x.shape[1])
        columns, ms = _cut(j * stride - pad, w.shape[3], x.shape[2])
        arriving = dout[:, i, j]
        dw[i, j, ks, ms] = np.tensordot(x[:, rows, columns], arriving, axes=([0], [0]))
        dx[:, rows, columns] += np.einsum("nf,kmcf->nkmc", arriving, w[i, j, ks, ms])
    return dx, dw, dout.sum(axis=0)


@style("locally_connected_backward")
def local_gradients_asked_for_by_every_pixel(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    def uses(place: int, outputs: int) -> list[tuple[int, int]]:
        pairs = ((i, place + pad - i * stride) for i in range(outputs))
        return [(i, k) for i, k in pairs if 0 <= k < w.shape[2]]

    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for row, column in np.ndindex(*x.shape[1:3]):
        pixel = x[:, row, column]  # (N, C_in)
        for i, k in uses(row, w.shape[0]):
            for j, m in uses(column, w.shape[1]):
                dx[:, row, column] += dout[:, i, j] @ w[i, j, k, m].T
                dw[i, j, k, m] = pixel.T @ dout[:, i, j]
    return (
        dx,
        dw,
        np.array([sum(column) for column in dout.reshape(len(x), -1).T]).reshape(dout.shape[1:]),
    )


@style("locally_connected_backward")
def local_gradients_through_a_writable_view(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    images = _padded(x, pad)
    dx = np.zeros(images.shape)
    sides, axes = w.shape[2:4], (1, 2)
    look = np.lib.stride_tricks.sliding_window_view
    seen = look(images, sides, axis=axes)[:, ::stride, ::stride]
    changed = look(dx, sides, axis=axes, writeable=True)[:, ::stride, ::stride]
    dw = np.zeros(w.shape)
    for k, m in np.ndindex(*sides):  # at one place inside the windows no two of them overlap
        changed[..., k, m] += (w[:, :, k, m] @ dout[..., None])[..., 0]
        dw[:, :, k, m] = np.einsum("nijc,nijf->ijcf", seen[..., k, m], dout)
    return _inside(dx, pad), dw, dout.sum(axis=0)


@style("locally_connected_backward")
def local_gradients_by_counting_with_weights(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    images = _padded(x, pad)
    numbers = np.arange(images.size).reshape(images.shape)[_tables(w, stride)]
    parts = np.matmul(w, dout[:, :, :, None, None, :, None])[..., 0]  # like numbers
    sums = np.bincount(numbers.ravel(), weights=parts.ravel(), minlength=images.size)
    dx = np.asarray(sums, dtype=float).reshape(images.shape)
    lines = images.ravel()[numbers].reshape(len(x), *w.shape[:2], -1)
    dw = lines.transpose(1, 2, 3, 0) @ dout.transpose(1, 2, 0, 3)
    return _inside(dx, pad), dw.reshape(w.shape), dout.sum(axis=0)


@style("locally_connected_backward")
def local_gradients_position_after_position_in_a_while_loop(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    images = _padded(x, pad)
    dx, dw, db = np.zeros(images.shape), np.empty(w.shape), np.empty_like(dout[0])
    position = 0
    while position < w.shape[0] * w.shape[1]:
        i, j = divmod(position, w.shape[1])
        window, arriving = _window(i, j, w.shape[2], stride), dout[:, i, j]
        lines = images[window].reshape(len(x), -1)
        filters = w[i, j].reshape(-1, w.shape[5])
        dx[window] += np.dot(arriving, filters.T).reshape(images[window].shape)
        dw[i, j] = np.dot(lines.T, arriving).reshape(w[i, j].shape)
        db[i, j] = arriving.sum(axis=0)
        position += 1
    return _inside(dx, pad), dw, db


@style("locally_connected_backward")
def local_gradients_on_a_canvas_for_each_position(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    down, right = (
        _selection(side, w.shape[2], stride, pad) for side in x.shape[1:3]
    )  # which pixel each weight of each position meets
    laid = np.einsum("ikh,jmw,ijkmcf->ijhwcf", down, right, w, optimize=True)
    dx = np.tensordot(dout, laid, axes=((1, 2, 3), (0, 1, 5)))
    products = np.tensordot(x, dout, axes=(0, 0))  # (H, W, C_in, H_out, W_out, C_out)
    dw = np.einsum("ikh,jmw,hwcijf->ijkmcf", down, right, products, optimize=True)
    return dx, dw, np.tensordot(np.ones(len(dout)), dout, axes=1)


# --- tie_gradients -------------------------------------------------------------------------


@style("tie_gradients")
def tied_with_loops(dw: Array, db: Array) -> tuple[Array, Array]:
    weights, biases = np.zeros(dw.shape[2:]), np.zeros(db.shape[2:])
    for i in range(dw.shape[0]):
        for j in range(dw.shape[1]):
            weights += dw[i, j]
            biases += db[i, j]
    return weights, biases


@style("tie_gradients")
def tied_one_axis_after_the_other(dw: Array, db: Array) -> tuple[Array, Array]:
    return np.asarray(dw.sum(axis=0).sum(axis=0)), np.asarray(db.sum(axis=1).sum(axis=0))


@style("tie_gradients")
def tied_in_a_list_of_positions(dw: Array, db: Array) -> tuple[Array, Array]:
    positions = dw.shape[0] * dw.shape[1]
    weights, biases = dw.reshape(positions, *dw.shape[2:]), db.reshape(positions, -1)
    return np.array(sum(weights)), np.array(sum(biases))


@style("tie_gradients")
def tied_with_einsum(dw: Array, db: Array) -> tuple[Array, Array]:
    return np.einsum("ijkmcf->kmcf", dw), np.einsum("ij...->...", db)


@style("tie_gradients")
def tied_by_contracting_with_ones(dw: Array, db: Array) -> tuple[Array, Array]:
    ones = np.ones(dw.shape[:2])
    return np.tensordot(ones, dw, axes=2), np.tensordot(ones, db, axes=2)


@style("tie_gradients")
def tied_by_reducing_a_generator(dw: Array, db: Array) -> tuple[Array, Array]:
    from functools import reduce

    def tied(gradient: Array) -> Array:
        return reduce(np.add, (gradient[place] for place in np.ndindex(*gradient.shape[:2])))

    return tied(dw), tied(db)


@style("tie_gradients")
def tied_as_the_mean_times_the_positions(dw: Array, db: Array) -> tuple[Array, Array]:
    positions = db.shape[0] * db.shape[1]
    return np.mean(dw, axis=(0, 1)) * positions, np.mean(db, axis=(0, 1)) * positions


@style("tie_gradients")
def tied_as_the_end_of_a_running_sum(dw: Array, db: Array) -> tuple[Array, Array]:
    dw_running = dw.reshape(-1, *dw.shape[2:]).cumsum(axis=0)
    db_running = np.cumsum(np.cumsum(db, axis=0), axis=1)
    return dw_running[-1], db_running[-1, -1]


@style("tie_gradients")
def tied_number_by_number_with_fsum(dw: Array, db: Array) -> tuple[Array, Array]:
    import math

    weights, biases = np.empty(dw.shape[2:]), np.empty(db.shape[2])
    for k, m, c, f in np.ndindex(*weights.shape):
        weights[k, m, c, f] = math.fsum(dw[:, :, k, m, c, f].ravel())
    for f in range(len(biases)):
        biases[f] = math.fsum(db[:, :, f].ravel())
    return weights, biases


@style("tie_gradients")
def tied_in_single_precision(dw: Array, db: Array) -> tuple[Array, Array]:
    weights = dw.astype(np.float32).sum(axis=(0, 1))
    return weights, db.sum(axis=(0, 1), dtype=np.float32)


@style("tie_gradients")
def tied_as_a_matrix_product(dw: Array, db: Array) -> tuple[Array, Array]:
    lines = dw.reshape(dw.shape[0] * dw.shape[1], -1)
    ones = np.ones((1, len(lines)))
    return (ones @ lines).reshape(dw.shape[2:]), (ones @ db.reshape(len(lines), -1))[0]


@style("tie_gradients")
def tied_by_halving_the_rows(dw: Array, db: Array) -> tuple[Array, Array]:
    if len(dw) == 1:
        return np.add.reduce(dw[0]), np.add.reduce(db[0])
    half = len(dw) // 2
    upper = tied_by_halving_the_rows(dw[:half], db[:half])
    lower = tied_by_halving_the_rows(dw[half:], db[half:])
    return upper[0] + lower[0], upper[1] + lower[1]


@style("tie_gradients")
def tied_by_counting_with_weights(dw: Array, db: Array) -> tuple[Array, Array]:
    def tied(gradient: Array) -> Array:
        shape = gradient.shape[2:]
        names = np.broadcast_to(np.arange(np.prod(shape)).reshape(shape), gradient.shape)
        sums = np.bincount(names.ravel(), weights=gradient.ravel())
        return np.asarray(sums, dtype=float).reshape(shape)

    return tied(dw), tied(db)


@style("tie_gradients")
def tied_on_a_copy_folded_onto_its_first_position(dw: Array, db: Array) -> tuple[Array, Array]:
    dw, db = dw.astype(float), db.astype(float)
    for gradient in (dw, db):
        while np.size(gradient, 0) > 1:
            gradient[0] += gradient[-1]
            gradient = gradient[:-1]
        for j in range(1, gradient.shape[1]):
            gradient[0, 0] += gradient[0, j]
    return dw[0, 0], db[0, 0]


@style("tie_gradients")
def tied_by_a_dictionary_of_parameters(dw: Array, db: Array) -> tuple[Array, Array]:
    from collections import defaultdict

    def tied(gradient: Array) -> Array:
        sums: Any = defaultdict(float)
        for (_, _, *parameter), part in np.ndenumerate(gradient):
            sums[tuple(parameter)] += part
        return np.array([sums[key] for key in sorted(sums)]).reshape(gradient.shape[2:])

    return tied(dw), tied(db)


# --- receptive_field -----------------------------------------------------------------------


@style("receptive_field")
def field_from_the_last_layer_down(layers: Sequence[tuple[int, int]]) -> int:
    side = 1
    for kernel_size, stride in reversed(layers):
        side = (side - 1) * stride + kernel_size
    return side


@style("receptive_field")
def field_from_its_first_and_last_pixel(layers: Sequence[tuple[int, int]]) -> int:
    first, last = 1000, 1000
    for kernel_size, stride in layers[::-1]:
        first, last = first * stride, last * stride + kernel_size - 1
    return last - first + 1


@style("receptive_field")
def field_as_a_sum_with_products_of_strides(layers: Sequence[tuple[int, int]]) -> int:
    from math import prod

    strides = [stride for _, stride in layers]
    return 1 + sum((kernel[0] - 1) * prod(strides[:n]) for n, kernel in enumerate(layers))


@style("receptive_field")
def field_by_recursion_over_the_layers(layers: Sequence[tuple[int, int]]) -> int:
    if not layers:
        return 1
    (kernel_size, stride), *above = layers
    return kernel_size + stride * (field_by_recursion_over_the_layers(above) - 1)


@style("receptive_field")
def field_with_accumulated_jumps(layers: Sequence[tuple[int, int]]) -> int:
    from itertools import accumulate
    from operator import mul

    jumps = accumulate((stride for _, stride in layers), mul, initial=1)
    return sum((layer[0] - 1) * jump for layer, jump in zip(layers, jumps, strict=False)) + 1


@style("receptive_field")
def field_as_a_set_of_pixels(layers: Sequence[tuple[int, int]]) -> int:
    seen = {0}
    for kernel_size, stride in list(layers)[::-1]:
        seen = {place * stride + k for place in seen for k in range(kernel_size)}
    return max(seen) - min(seen) + 1


@style("receptive_field")
def field_with_reduce(layers: Sequence[tuple[int, int]]) -> int:
    from functools import reduce

    def wider(so_far: tuple[int, int], layer: tuple[int, int]) -> tuple[int, int]:
        return so_far[0] + (layer[0] - 1) * so_far[1], so_far[1] * layer[1]

    return reduce(wider, layers, (1, 1))[0]


@style("receptive_field")
def field_with_a_cumulative_product(layers: Sequence[tuple[int, int]]) -> int:
    kernels, strides = np.array(layers, dtype=int).reshape(-1, 2).T
    jumps = np.cumprod(np.append(1, strides))
    return int((kernels - 1) @ jumps[:-1]) + 1


@style("receptive_field")
def field_measured_on_a_line_of_outputs(layers: Sequence[tuple[int, int]]) -> int:
    fields = [np.ones(1)]  # how much one output depends on each place, layer by layer
    for kernel_size, stride in reversed(layers):
        spread = np.zeros((len(fields[-1]) - 1) * stride + 1)
        spread[::stride] = fields[-1]
        fields.append(np.convolve(spread, np.ones(kernel_size)))
    return len(fields[-1])


@style("receptive_field")
def field_with_a_while_loop(layers: Sequence[tuple[int, int]]) -> int:
    left, side, jump = [*layers], 1, 1
    while left:
        kernel_size, stride = left.pop(0)
        side += jump * kernel_size - jump
        jump = jump * stride
    return side


# --- translate -----------------------------------------------------------------------------


@style("translate")
def moved_pixel_by_pixel(x: Array, rows: int, columns: int) -> Array:
    n_examples, height, width, channels = x.shape
    moved = np.zeros(x.shape, dtype=x.dtype)
    for n in range(n_examples):
        for i in range(height):
            for j in range(width):
                for c in range(channels):
                    if 0 <= i - rows < height and 0 <= j - columns < width:
                        moved[n, i, j, c] = x[n, i - rows, j - columns, c]
    return moved


@style("translate")
def moved_by_padding_and_cropping(x: Array, rows: int, columns: int) -> Array:
    down, right = abs(rows), abs(columns)
    wide = np.pad(x, ((0, 0), (down, down), (right, right), (0, 0)))
    top, left = down - rows, right - columns
    return wide[:, top : top + x.shape[1], left : left + x.shape[2]]


@style("translate")
def moved_by_rolling_and_clearing(x: Array, rows: int, columns: int) -> Array:
    moved = np.roll(x, (rows, columns), axis=(1, 2))
    come_in_rows = slice(0, rows) if rows > 0 else slice(rows, None)
    come_in_columns = slice(0, columns) if columns > 0 else slice(columns, None)
    if rows:
        moved[:, come_in_rows] = 0
    if columns:
        moved[:, :, come_in_columns] = 0
    return moved


@style("translate")
def moved_by_looking_up_and_masking(x: Array, rows: int, columns: int) -> Array:
    height, width = x.shape[1:3]
    i, j = np.arange(height) - rows, np.arange(width) - columns
    inside = np.logical_and.outer((i >= 0) & (i < height), (j >= 0) & (j < width))
    found = x.take(i, axis=1, mode="clip").take(j, axis=2, mode="clip")
    return np.where(inside[:, :, None], found, np.zeros(1, x.dtype))


@style("translate")
def moved_between_lists_of_places(x: Array, rows: int, columns: int) -> Array:
    height, width = x.shape[1:3]
    to_rows = [i for i in range(height) if i - rows in range(height)]
    to_columns = [j for j in range(width) if j - columns in range(width)]
    moved = np.zeros_like(x)
    for i in to_rows:
        for j in to_columns:
            moved[:, i, j] = x[:, i - rows, j - columns]
    return moved


@style("translate")
def moved_by_joining_zeros_on(x: Array, rows: int, columns: int) -> Array:
    for axis, by in ((1, rows), (2, columns)):
        side = x.shape[axis]
        zeros = np.zeros_like(x.take(range(min(abs(by), side)), axis=axis))
        ordered = [zeros, x] if by > 0 else [x, zeros]
        joined = np.concatenate(ordered, axis=axis)
        start = 0 if by > 0 else zeros.shape[axis]
        x = joined.take(range(start, start + side), axis=axis)
    return x


@style("translate")
def moved_by_matrices(x: Array, rows: int, columns: int) -> Array:
    down = np.eye(x.shape[1], k=-rows)
    right = np.eye(x.shape[2], k=-columns)
    return np.asarray(np.einsum("ih,jw,nhwc->nijc", down, right, x)).astype(x.dtype)


@style("translate")
def moved_one_step_at_a_time(x: Array, rows: int, columns: int) -> Array:
    moved = x.copy()
    for _ in range(min(abs(rows), x.shape[1])):
        if rows > 0:
            moved[:, 1:] = moved[:, :-1].copy()
            moved[:, 0] = 0
        else:
            moved[:, :-1] = moved[:, 1:].copy()
            moved[:, -1] = 0
    if columns:
        turned = moved_one_step_at_a_time(moved.transpose(0, 2, 1, 3), columns, 0)
        moved = turned.transpose(0, 2, 1, 3)
    return moved


@style("translate")
def moved_in_plain_lists(x: Array, rows: int, columns: int) -> Array:
    def shifted(line: list[Any], by: int, nothing: Any) -> list[Any]:
        come_in = [nothing] * min(abs(by), len(line))
        return (come_in + line)[: len(line)] if by > 0 else (line + come_in)[len(come_in) :]

    height, width, channels = x.shape[1:]
    pixel: list[Any] = [0] * channels
    images: Any = x.tolist()
    moved = [
        [shifted(row, columns, pixel) for row in shifted(image, rows, [pixel] * width)]
        for image in images
    ]
    return np.array(moved, dtype=x.dtype).reshape(-1, height, width, channels)


@style("translate")
def moved_through_queues(x: Array, rows: int, columns: int) -> Array:
    from collections import deque

    def pushed(lines: Array, by: int) -> Array:  # along the first axis
        queue = deque(lines, maxlen=len(lines))
        for _ in range(min(abs(by), len(lines))):
            push = queue.appendleft if by > 0 else queue.append
            push(np.zeros_like(lines[0]))
        return np.array(queue)

    down = pushed(np.swapaxes(x, 0, 1), rows)  # (H, N, W, C)
    right = pushed(down.swapaxes(0, 2), columns)  # (W, N, H, C)
    return right.transpose(1, 2, 0, 3)


@style("translate")
def moved_where_something_is(x: Array, rows: int, columns: int) -> Array:
    n, i, j, c = np.nonzero(x)
    values = x[n, i, j, c]
    i, j = i + rows, j + columns
    kept = (i >= 0) & (i < x.shape[1]) & (j >= 0) & (j < x.shape[2])
    moved = np.zeros(x.shape, x.dtype)
    moved[n[kept], i[kept], j[kept], c[kept]] = values[kept]
    return moved


@style("translate")
def moved_as_one_of_many_views(x: Array, rows: int, columns: int) -> Array:
    height, width = x.shape[1:3]
    rows, columns = np.clip([rows, columns], [-height, -width], [height, width])
    wide = np.zeros((len(x), 3 * height, 3 * width, x.shape[3]), dtype=x.dtype)
    wide[:, height : 2 * height, width : 2 * width] = x
    views = np.lib.stride_tricks.sliding_window_view(wide, (height, width), axis=(1, 2))
    return np.moveaxis(views[:, height - rows, width - columns], 1, -1).copy()


@style("translate")
def moved_by_turning_the_image_round(x: Array, rows: int, columns: int) -> Array:
    if rows < 0:
        return moved_by_turning_the_image_round(x[:, ::-1], -rows, columns)[:, ::-1]
    if columns < 0:
        return np.flip(moved_by_turning_the_image_round(np.flip(x, 2), rows, -columns), 2)
    height, width = x.shape[1:3]
    moved = np.zeros_like(x)
    moved[:, rows:, columns:] = x[:, : max(height - rows, 0), : max(width - columns, 0)]
    return moved


@style("translate")
def moved_line_by_line(x: Array, rows: int, columns: int) -> Array:
    def shifted(line: Array, by: int) -> Array:
        kept = [line[place - by] for place in range(len(line)) if 0 <= place - by < len(line)]
        missing = [line.dtype.type(0)] * (len(line) - len(kept))
        return np.array(missing + kept if by > 0 else kept + missing)

    down = np.apply_along_axis(shifted, 1, x, rows)
    return np.apply_along_axis(shifted, 2, down, columns)


@style("translate")
def moved_with_slices_for_each_sign(x: Array, rows: int, columns: int) -> Array:
    if abs(rows) >= x.shape[1] or abs(columns) >= x.shape[2]:
        return np.full_like(x, 0)

    def pair(by: int) -> tuple[slice, slice]:
        if by > 0:
            return slice(by, None), slice(None, -by)
        if by < 0:
            return slice(None, by), slice(-by, None)
        return slice(None), slice(None)

    (to_rows, from_rows), (to_columns, from_columns) = pair(rows), pair(columns)
    moved = np.full_like(x, 0)
    moved[:, to_rows, to_columns] = x[:, from_rows, from_columns]
    return moved


@style("translate")
def moved_by_a_dictionary_of_pixels(x: Array, rows: int, columns: int) -> Array:
    new_places = {}
    for i, j in np.ndindex(*x.shape[1:3]):
        new_places[i + rows, j + columns] = x[:, i, j]
    nothing = np.zeros_like(x[:, 0, 0])
    height, width = x.shape[1:3]
    pixels = [new_places.get(place, nothing) for place in np.ndindex(height, width)]
    return np.stack(pixels, axis=1).reshape(x.shape)
