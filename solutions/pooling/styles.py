"""Right implementations of the exercises of "pooling"."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.explanation.styles import style

from . import Array


def _sizes(x: Array, size: int, stride: int) -> tuple[int, int]:
    """H_out and W_out."""
    return (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1


def _views(x: Array, size: int, stride: int) -> Array:
    """All windows, shape (N, H_out, W_out, C, size, size)."""
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return view[:, ::stride, ::stride]


def _window(i: int, j: int, size: int, stride: int) -> tuple[slice, slice, slice]:
    """The window of output (i, j) in all examples."""
    top, left = i * stride, j * stride
    return slice(None), slice(top, top + size), slice(left, left + size)


def _place(
    row: int, column: int, h_out: int, w_out: int, stride: int
) -> tuple[slice, slice, slice]:
    """The inputs at one place inside all windows."""
    rows = slice(row, row + h_out * stride, stride)
    return slice(None), rows, slice(column, column + w_out * stride, stride)


def _tables(h_out: int, w_out: int, size: int, stride: int) -> Any:
    """An index that takes all windows out of a batch, shape (N, H_out, W_out, size, size, C)."""
    rows = stride * np.arange(h_out)[:, None] + np.arange(size)
    columns = stride * np.arange(w_out)[:, None] + np.arange(size)
    return slice(None), rows[:, None, :, None], columns[None, :, None, :]


def _spread(dout: Array, x: Array, stride: int) -> Array:
    """The gradients in an array like x, each where its window begins, zeros in between."""
    spread = np.zeros(x.shape)
    spread[_place(0, 0, dout.shape[1], dout.shape[2], stride)] = dout
    return spread


# --- max_pool_forward ----------------------------------------------------------------------


@style("max_pool_forward")
def max_pool_with_loops(x: Array, size: int, stride: int) -> Array:
    n_examples, height, width, channels = x.shape
    h_out, w_out = (height - size) // stride + 1, (width - size) // stride + 1
    out = np.zeros((n_examples, h_out, w_out, channels))
    for n in range(n_examples):
        for i in range(h_out):
            for j in range(w_out):
                for c in range(channels):
                    window = x[n, i * stride : i * stride + size, j * stride : j * stride + size, c]
                    out[n, i, j, c] = np.max(window)
    return out


@style("max_pool_forward")
def max_pool_of_strided_views(x: Array, size: int, stride: int) -> Array:
    return np.asarray(_views(x, size, stride).max(axis=(4, 5)))


@style("max_pool_forward")
def max_pool_by_shifting(x: Array, size: int, stride: int) -> Array:
    height, width = x.shape[1:3]
    out = np.full((1, 1, 1, 1), -np.inf)
    for row in range(size):
        for column in range(size):
            shifted = x[:, row : height - size + row + 1, column : width - size + column + 1]
            out = np.maximum(out, shifted[:, ::stride, ::stride])
    return out


@style("max_pool_forward")
def max_pool_as_a_list(x: Array, size: int, stride: int) -> Array:
    rows = range(0, x.shape[1] - size + 1, stride)
    columns = range(0, x.shape[2] - size + 1, stride)
    out = [[x[:, i : i + size, j : j + size].max(axis=(1, 2)) for j in columns] for i in rows]
    return np.array(out).transpose(2, 0, 1, 3)


@style("max_pool_forward")
def max_pool_in_single_precision(x: Array, size: int, stride: int) -> Array:
    return np.asarray(_views(x.astype(np.float32), size, stride).max(axis=(4, 5)))


@style("max_pool_forward")
def max_pool_overwrites_blocks(x: Array, size: int, stride: int) -> Array:
    # Each value is first written over a block; the blocks of later windows leave only its corner.
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        out[n, i : i + size, j : j + size, c] = window.max()
    return out


@style("max_pool_forward")
def max_pool_by_recursion_over_rows(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = _sizes(x, size, stride)
    if h_out < 1:
        return np.empty((len(x), 0, w_out, x.shape[3]))
    top = x[:, :size].max(axis=1)
    lefts = range(0, w_out * stride, stride)
    row = np.stack([top[:, left : left + size].max(axis=1) for left in lefts], axis=1)
    below = max_pool_by_recursion_over_rows(x[:, stride:], size, stride)
    return np.concatenate([row[:, None], below], axis=1)


@style("max_pool_forward")
def max_pool_one_side_after_the_other(x: Array, size: int, stride: int) -> Array:
    for axis, outputs in zip((1, 2), _sizes(x, size, stride), strict=True):
        starts = np.arange(outputs) * stride
        ends_too = np.stack([starts, starts + size], axis=1).ravel()
        # One more row: an end may lie behind the last one. Every other result is a gap.
        longer = np.concatenate([x, x.take([-1], axis=axis)], axis=axis)
        reduced = np.maximum.reduceat(longer, ends_too, axis=axis)
        x = reduced.take(range(0, 2 * outputs, 2), axis=axis)
    return x


@style("max_pool_forward")
def max_pool_by_sorting_windows(x: Array, size: int, stride: int) -> Array:
    windows = _views(x, size, stride).reshape(len(x), *_sizes(x, size, stride), x.shape[3], -1)
    return np.asarray(np.sort(windows, axis=-1)[..., -1])


@style("max_pool_forward")
def max_pool_by_reshaping_where_windows_touch(x: Array, size: int, stride: int) -> Array:
    n, _, _, channels = x.shape
    h_out, w_out = _sizes(x, size, stride)
    if size == stride:
        whole = x[:, : h_out * size, : w_out * size]
        return np.asarray(whole.reshape(n, h_out, size, w_out, size, channels).max(axis=(2, 4)))
    out = np.empty((n, h_out, w_out, channels))
    for i, j in np.ndindex(h_out, w_out):
        out[:, i, j] = x[_window(i, j, size, stride)].max(axis=(1, 2))
    return out


@style("max_pool_forward")
def max_pool_with_index_tables(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = _sizes(x, size, stride)
    windows = x[_tables(h_out, w_out, size, stride)]
    return np.asarray(np.amax(windows, axis=(3, 4)))


@style("max_pool_forward")
def max_pool_with_plain_numbers(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = _sizes(x, size, stride)
    images: list[Any] = x.tolist()

    def largest(image: Any, top: int, left: int, c: int) -> Any:
        rows = image[top : top + size]
        return max(pixel[c] for row in rows for pixel in row[left : left + size])

    tops, lefts = range(0, h_out * stride, stride), range(0, w_out * stride, stride)
    channels = range(x.shape[3])
    return np.array(
        [
            [[[largest(image, top, left, c) for c in channels] for left in lefts] for top in tops]
            for image in images
        ]
    )


@style("max_pool_forward")
def max_pool_replaces_what_is_smaller(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = _sizes(x, size, stride)
    best = x[_place(0, 0, h_out, w_out, stride)].copy()
    for row, column in np.ndindex(size, size):
        other = x[_place(row, column, h_out, w_out, stride)]
        larger = other > best
        best[larger] = other[larger]
    return best


@style("max_pool_forward")
def max_pool_by_reducing_a_generator(x: Array, size: int, stride: int) -> Array:
    from functools import reduce
    from itertools import product

    inside = product(range(size), repeat=2)
    h_out, w_out = _sizes(x, size, stride)
    shifts = (x[_place(row, column, h_out, w_out, stride)] for row, column in inside)
    return reduce(np.maximum, shifts)


@style("max_pool_forward")
def max_pool_along_an_axis(x: Array, size: int, stride: int) -> Array:
    windows = _views(x, size, stride).reshape(-1, size * size)
    largest = np.apply_along_axis(max, 1, windows)
    return largest.reshape(len(x), *_sizes(x, size, stride), x.shape[3])


@style("max_pool_forward")
def max_pool_map_by_map(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = _sizes(x, size, stride)
    maps = x.transpose(0, 3, 1, 2).reshape(-1, *x.shape[1:3])
    out = np.zeros((len(maps), h_out, w_out))
    for pooled, one in zip(out, maps, strict=True):
        for i in range(h_out):
            for j in range(w_out):
                pooled[i, j] = one[_window(i, j, size, stride)[1:]].max()
    return out.reshape(len(x), -1, h_out, w_out).transpose(0, 2, 3, 1)


@style("max_pool_forward")
def max_pool_with_as_strided(x: Array, size: int, stride: int) -> Array:
    example, row, column, channel = x.strides
    h_out, w_out = _sizes(x, size, stride)
    windows = np.lib.stride_tricks.as_strided(
        x,
        shape=(len(x), h_out, w_out, size, size, x.shape[3]),
        strides=(example, stride * row, stride * column, row, column, channel),
        writeable=False,
    )
    return np.asarray(np.max(np.max(windows, axis=4), axis=3))


@style("max_pool_forward")
def max_pool_lets_windows_grow(x: Array, size: int, stride: int) -> Array:
    largest = x  # of windows of side 1, then 2, and so on
    for _ in range(size - 1):
        taller = np.maximum(largest[:, :-1], largest[:, 1:])
        largest = np.maximum(taller[:, :, :-1], taller[:, :, 1:])
    return largest[:, ::stride, ::stride].copy()


# --- average_pool_forward ------------------------------------------------------------------


@style("average_pool_forward")
def average_pool_with_loops(x: Array, size: int, stride: int) -> Array:
    n_examples, height, width, channels = x.shape
    h_out, w_out = (height - size) // stride + 1, (width - size) // stride + 1
    out = np.zeros((n_examples, h_out, w_out, channels))
    for n in range(n_examples):
        for i in range(h_out):
            for j in range(w_out):
                for c in range(channels):
                    window = x[n, i * stride : i * stride + size, j * stride : j * stride + size, c]
                    out[n, i, j, c] = np.sum(window) / (size * size)
    return out


@style("average_pool_forward")
def average_pool_of_strided_views(x: Array, size: int, stride: int) -> Array:
    return np.asarray(_views(x, size, stride).mean(axis=(4, 5)))


@style("average_pool_forward")
def average_pool_by_shifting(x: Array, size: int, stride: int) -> Array:
    height, width = x.shape[1:3]
    out = np.zeros((1, 1, 1, 1))
    for row in range(size):
        for column in range(size):
            shifted = x[:, row : height - size + row + 1, column : width - size + column + 1]
            out = out + shifted[:, ::stride, ::stride] / size**2
    return out


@style("average_pool_forward")
def average_pool_as_a_list(x: Array, size: int, stride: int) -> Array:
    rows = range(0, x.shape[1] - size + 1, stride)
    columns = range(0, x.shape[2] - size + 1, stride)
    out = [[x[:, i : i + size, j : j + size].mean(axis=(1, 2)) for j in columns] for i in rows]
    return np.array(out).transpose(2, 0, 1, 3)


@style("average_pool_forward")
def average_pool_in_single_precision(x: Array, size: int, stride: int) -> Array:
    return np.asarray(_views(x.astype(np.float32), size, stride).mean(axis=(4, 5)))


@style("average_pool_forward")
def average_pool_overwrites_blocks(x: Array, size: int, stride: int) -> Array:
    # Each value is first written over a block; the blocks of later windows leave only its corner.
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        out[n, i : i + size, j : j + size, c] = window.mean()
    return out


@style("average_pool_forward")
def average_pool_with_an_integral_image(x: Array, size: int, stride: int) -> Array:
    sums = np.pad(x.cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0), (0, 0)))
    totals = (
        sums[:, size:, size:]
        - sums[:, :-size, size:]
        - sums[:, size:, :-size]
        + sums[:, :-size, :-size]
    )
    return np.asarray(totals[:, ::stride, ::stride] / size**2)


@style("average_pool_forward")
def average_pool_with_two_matrices(x: Array, size: int, stride: int) -> Array:
    def shares(side: int, outputs: int) -> Array:
        matrix = np.zeros((outputs, side))
        for number, row in enumerate(matrix):
            row[number * stride : number * stride + size] = 1 / size
        return matrix

    h_out, w_out = _sizes(x, size, stride)
    rows, columns = shares(x.shape[1], h_out), shares(x.shape[2], w_out)
    pooled = rows @ x.transpose(0, 3, 1, 2) @ columns.T
    return pooled.transpose(0, 2, 3, 1)


@style("average_pool_forward")
def average_pool_with_convolve_along_each_side(x: Array, size: int, stride: int) -> Array:
    box = np.full(size, 1 / size)

    def smooth(line: Array) -> Array:
        return np.convolve(line, box, mode="valid")[::stride]

    return np.apply_along_axis(smooth, 2, np.apply_along_axis(smooth, 1, x))


@style("average_pool_forward")
def average_pool_as_a_product_with_equal_weights(x: Array, size: int, stride: int) -> Array:
    example, row, column, channel = x.strides
    h_out, w_out = _sizes(x, size, stride)
    windows = np.lib.stride_tricks.as_strided(
        x,
        shape=(len(x), h_out, w_out, x.shape[3], size, size),
        strides=(example, stride * row, stride * column, channel, row, column),
    )
    return np.asarray(np.tensordot(windows, np.full((size, size), size**-2), axes=2))


@style("average_pool_forward")
def average_pool_with_exact_sums(x: Array, size: int, stride: int) -> Array:
    from math import fsum

    out = np.zeros((len(x), *_sizes(x, size, stride), x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        numbers = x[n, :, :, c][_window(i, j, size, stride)[1:]].ravel().tolist()
        out[n, i, j, c] = fsum(numbers) / len(numbers)
    return out


@style("average_pool_forward")
def average_pool_by_reshaping_where_windows_touch(x: Array, size: int, stride: int) -> Array:
    n, _, _, channels = x.shape
    h_out, w_out = _sizes(x, size, stride)
    if size == stride:
        whole = x[:, : h_out * size, : w_out * size]
        return np.asarray(whole.reshape(n, h_out, size, w_out, size, channels).mean(axis=(2, 4)))
    windows = x[_tables(h_out, w_out, size, stride)]
    return np.asarray(windows.reshape(n, h_out, w_out, -1, channels).mean(axis=3))


@style("average_pool_forward")
def average_pool_by_halving_the_batch(x: Array, size: int, stride: int) -> Array:
    half = len(x) // 2
    if half:
        first = average_pool_by_halving_the_batch(x[:half], size, stride)
        second = average_pool_by_halving_the_batch(x[half:], size, stride)
        return np.vstack([first, second])
    out = np.zeros((1, *_sizes(x, size, stride), x.shape[3]))
    for i, j in np.ndindex(out.shape[1:3]):
        out[:, i, j] = np.average(x[_window(i, j, size, stride)], axis=(1, 2))
    return out


@style("average_pool_forward")
def average_pool_with_a_running_mean(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = _sizes(x, size, stride)
    mean = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for seen, (row, column) in enumerate(np.ndindex(size, size), start=1):
        mean += (x[_place(row, column, h_out, w_out, stride)] - mean) / seen
    return mean


@style("average_pool_forward")
def average_pool_with_vectorize(x: Array, size: int, stride: int) -> Array:
    def average(n: int, i: int, j: int, c: int) -> float:
        return float(x[n, i * stride :, j * stride :, c][:size, :size].mean())

    places = np.indices((len(x), *_sizes(x, size, stride), x.shape[3]))
    return np.asarray(np.vectorize(average, otypes=[float])(*places))


@style("average_pool_forward")
def average_pool_by_giving_each_input_to_its_windows(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = _sizes(x, size, stride)
    out = np.zeros((len(x), h_out, w_out, x.shape[3]))
    for row, column in np.ndindex(x.shape[1:3]):
        first, first_across = max(0, row - size + stride), max(0, column - size + stride)
        rows = slice(first // stride, row // stride + 1)
        columns = slice(first_across // stride, column // stride + 1)
        out[:, rows, columns] += x[:, row : row + 1, column : column + 1]
    return out / size**2


@style("average_pool_forward")
def average_pool_with_a_fourier_transform(x: Array, size: int, stride: int) -> Array:
    sides = (x.shape[1], x.shape[2])
    h_out, w_out = _sizes(x, size, stride)
    box = np.fft.rfft2(np.ones((size, size)), s=sides).conj()
    sums = np.fft.irfft2(np.fft.rfft2(x, axes=(1, 2)) * box[:, :, None], s=sides, axes=(1, 2))
    return np.asarray(sums[_place(0, 0, h_out, w_out, stride)] / size**2)


# --- max_pool_backward ---------------------------------------------------------------------


@style("max_pool_backward")
def max_gradient_with_loops(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        row, column = np.unravel_index(int(np.argmax(window)), window.shape)
        dx[n, top + row, left + column, c] += dout[n, i, j, c]
    return dx


@style("max_pool_backward")
def max_gradient_split_among_equals(dout: Array, x: Array, size: int, stride: int) -> Array:
    """Not to the first of equals, but what they pass on together is what came in."""
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        mask = window == np.max(window)
        dx[n, top : top + size, left : left + size, c] += mask / mask.sum() * dout[n, i, j, c]
    return dx


@style("max_pool_backward")
def max_gradient_to_the_last_of_equals(dout: Array, x: Array, size: int, stride: int) -> Array:
    """Not to the first of equals, but to one of them."""
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        backwards = window[::-1, ::-1].ravel()
        row, column = divmod(size * size - 1 - int(np.argmax(backwards)), size)
        dx[n, top + row, left + column, c] += dout[n, i, j, c]
    return dx


@style("max_pool_backward")
def max_gradient_by_shifting(dout: Array, x: Array, size: int, stride: int) -> Array:
    h_out, w_out = dout.shape[1:3]
    left_over = np.array(dout, dtype=float)
    best = _views(x, size, stride).max(axis=(4, 5))
    dx = np.zeros(x.shape)
    for row in range(size):
        for column in range(size):
            place = _place(row, column, h_out, w_out, stride)
            given = np.where(x[place] == best, left_over, 0)
            dx[place] += given
            left_over -= given
    return dx


@style("max_pool_backward")
def max_gradient_by_counting(dout: Array, x: Array, size: int, stride: int) -> Array:
    n, i, j, c = np.indices(dout.shape).reshape(4, -1)
    winner = _views(x, size, stride).reshape(-1, size * size).argmax(axis=1)
    rows, columns = i * stride + winner // size, j * stride + winner % size
    flat = np.ravel_multi_index((n, rows, columns, c), x.shape)
    dx = np.bincount(flat, weights=dout.ravel(), minlength=x.size)
    return np.asarray(dx, dtype=np.float64).reshape(x.shape)


@style("max_pool_backward")
def max_gradient_in_single_precision(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dtype=np.float32)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        row, column = divmod(int(window.argmax()), size)
        dx[n, top + row, left + column, c] += np.float32(dout[n, i, j, c])
    return dx


@style("max_pool_backward")
def max_gradient_added_at_the_winners(dout: Array, x: Array, size: int, stride: int) -> Array:
    n_examples, h_out, w_out, channels = dout.shape
    windows = x[_tables(h_out, w_out, size, stride)]
    winner = windows.reshape(n_examples, h_out, w_out, -1, channels).argmax(axis=3)
    n, i, j, c = np.ogrid[:n_examples, :h_out, :w_out, :channels]
    dx = np.zeros(x.shape)
    np.add.at(dx, (n, stride * i + winner // size, stride * j + winner % size, c), dout)
    return dx


@style("max_pool_backward")
def max_gradient_with_a_mask_for_each_place(dout: Array, x: Array, size: int, stride: int) -> Array:
    h_out, w_out = dout.shape[1:3]
    winner = _views(x, size, stride).reshape(*dout.shape, -1).argmax(axis=-1)
    dx = np.zeros(x.shape)
    for number in range(size * size):
        place = _place(number // size, number % size, h_out, w_out, stride)
        dx[place] += (winner == number) * dout
    return dx


@style("max_pool_backward")
def max_gradient_put_into_windows(dout: Array, x: Array, size: int, stride: int) -> Array:
    n, h_out, w_out, channels = dout.shape
    dx = np.zeros(x.shape)
    for i in range(h_out):
        for j in range(w_out):
            window = _window(i, j, size, stride)
            numbers = x[window].reshape(n, size * size, channels)
            dwindow = np.zeros(numbers.shape)
            first = np.expand_dims(numbers.argmax(axis=1), 1)
            np.put_along_axis(dwindow, first, dout[:, i, j][:, None], axis=1)
            dx[window] += dwindow.reshape(n, size, size, channels)
    return dx


@style("max_pool_backward")
def max_gradient_by_scanning_plain_numbers(dout: Array, x: Array, size: int, stride: int) -> Array:
    numbers: Any = x.tolist()
    dx: Any = np.zeros(x.shape).tolist()
    for (n, i, j, c), gradient in np.ndenumerate(dout):
        best = -float("inf")
        best_row = best_column = 0
        for row in range(i * stride, i * stride + size):
            for column in range(j * stride, j * stride + size):
                if numbers[n][row][column][c] > best:
                    best, best_row, best_column = numbers[n][row][column][c], row, column
        dx[n][best_row][best_column][c] += float(gradient)
    return np.array(dx)


@style("max_pool_backward")
def max_gradient_from_a_dictionary_of_winners(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    received: dict[tuple[int, int, int, int], float] = {}
    for n, i, j, c in np.ndindex(dout.shape):
        places = [
            (n, i * stride + row, j * stride + column, c)
            for row in range(size)
            for column in range(size)
        ]
        winner = max(places, key=lambda place: float(x[place]))
        received[winner] = received.get(winner, 0.0) + float(dout[n, i, j, c])
    dx = np.zeros(x.shape)
    for place, total in received.items():
        dx[place] = total
    return dx


@style("max_pool_backward")
def max_gradient_through_a_selection_matrix(dout: Array, x: Array, size: int, stride: int) -> Array:
    n, height, width, channels = x.shape
    h_out, w_out = dout.shape[1:3]
    places = np.arange(height * width).reshape(1, height, width, 1)
    seen = _views(places, size, stride).reshape(h_out * w_out, -1)
    maps = x.transpose(0, 3, 1, 2).reshape(n * channels, -1)
    dmaps = dout.transpose(0, 3, 1, 2).reshape(n * channels, -1)
    dx = np.zeros(maps.shape)
    for number, one in enumerate(maps):
        winners = seen[np.arange(len(seen)), one[seen].argmax(axis=1)]
        selects = np.equal.outer(winners, np.arange(one.size))  # (outputs, inputs)
        dx[number] = dmaps[number] @ selects
    return dx.reshape(n, channels, height, width).transpose(0, 2, 3, 1)


@style("max_pool_backward")
def max_gradient_to_the_first_after_sorting(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        window = x[n, i * stride : i * stride + size, j * stride : j * stride + size, c]
        first = np.argsort(-window.ravel(), kind="stable")[0]  # equal numbers keep their order
        dx[n, i * stride + first // size, j * stride + first % size, c] += dout[n, i, j, c]
    return dx


@style("max_pool_backward")
def max_gradient_by_recursion_over_the_examples(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    if len(x) == 0:
        return np.zeros(x.shape)
    dx = np.zeros(x.shape[1:])
    for i, j, c in np.ndindex(dout.shape[1:]):
        window = x[0, :, :, c][_window(i, j, size, stride)[1:]]
        row, column = np.argwhere(window == window.max())[0]
        dx[i * stride + row, j * stride + column, c] += dout[0, i, j, c]
    others = max_gradient_by_recursion_over_the_examples(dout[1:], x[1:], size, stride)
    return np.concatenate([dx[None], others])


@style("max_pool_backward")
def max_gradient_by_reshaping_where_windows_touch(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    n, h_out, w_out, channels = dout.shape
    dx = np.zeros(x.shape)
    if size != stride:
        for i, j in np.ndindex(h_out, w_out):
            window, gradient = _window(i, j, size, stride), dout[:, i : i + 1, j : j + 1]
            dx[window] += max_gradient_by_reshaping_where_windows_touch(
                gradient, x[window], size, size
            )
        return dx
    tiles = x[:, : h_out * size, : w_out * size].reshape(n, h_out, size, w_out, size, channels)
    flat = tiles.transpose(0, 1, 3, 5, 2, 4).reshape(*dout.shape, size * size)
    wins = np.arange(size * size) == flat.argmax(axis=-1, keepdims=True)
    dtiles = (wins * dout[..., None]).reshape(n, h_out, w_out, channels, size, size)
    back = dtiles.transpose(0, 1, 4, 2, 5, 3).reshape(n, h_out * size, w_out * size, channels)
    dx[:, : h_out * size, : w_out * size] = back
    return dx


@style("max_pool_backward")
def max_gradient_row_first_then_column(dout: Array, x: Array, size: int, stride: int) -> Array:
    views = _views(x, size, stride)
    row = views.max(axis=-1).argmax(axis=-1)  # the first row that holds the largest number
    column = np.take_along_axis(views.argmax(axis=-1), row[..., None], axis=-1)[..., 0]
    dx = np.zeros(x.shape)
    for index, gradient in np.ndenumerate(dout):
        n, i, j, c = index
        dx[n, i * stride + row[index], j * stride + column[index], c] += gradient
    return dx


# --- average_pool_backward -----------------------------------------------------------------


@style("average_pool_backward")
def average_gradient_with_loops(dout: Array, x: Array, size: int, stride: int) -> Array:
    n_examples, h_out, w_out, channels = dout.shape
    dx = np.zeros(x.shape)
    for n in range(n_examples):
        for i in range(h_out):
            for j in range(w_out):
                for c in range(channels):
                    for row in range(i * stride, i * stride + size):
                        for column in range(j * stride, j * stride + size):
                            dx[n, row, column, c] += dout[n, i, j, c] / (size * size)
    return dx


@style("average_pool_backward")
def average_gradient_window_by_window(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[1:3]):
        top, left = i * stride, j * stride
        dx[:, top : top + size, left : left + size] += dout[:, i : i + 1, j : j + 1] / size**2
    return dx


@style("average_pool_backward")
def average_gradient_with_matrices(dout: Array, x: Array, size: int, stride: int) -> Array:
    def share(side: int, outputs: int) -> Array:
        starts = np.arange(outputs)[:, None] * stride
        places = np.arange(side)[None, :]
        return ((places >= starts) & (places < starts + size)) / size

    rows, columns = share(x.shape[1], dout.shape[1]), share(x.shape[2], dout.shape[2])
    return np.asarray(np.einsum("nijc,ih,jw->nhwc", dout, rows, columns))


@style("average_pool_backward")
def average_gradient_from_a_running_sum(dout: Array, x: Array, size: int, stride: int) -> Array:
    # Each gradient is spread out with zeros in between, then summed over a sliding window.
    n, height, width, c = x.shape
    spread = np.zeros((n, height + size - 1, width + size - 1, c))
    down, right = dout.shape[1] * stride, dout.shape[2] * stride
    spread[:, size - 1 : size - 1 + down : stride, size - 1 : size - 1 + right : stride] = dout
    view = np.lib.stride_tricks.sliding_window_view(spread, (size, size), axis=(1, 2))
    return np.asarray(view.mean(axis=(4, 5)))


@style("average_pool_backward")
def average_gradient_in_single_precision(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dtype=np.float32)
    for i, j in np.ndindex(dout.shape[1:3]):
        top, left = i * stride, j * stride
        share = (dout[:, i : i + 1, j : j + 1] / size**2).astype(np.float32)
        dx[:, top : top + size, left : left + size] += share
    return dx


@style("average_pool_backward")
def average_gradient_by_repeating_where_windows_touch(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    dx = np.zeros(x.shape)
    if size == stride:
        tiles = np.kron(dout, np.ones((1, size, size, 1))) / size**2
        dx[:, : tiles.shape[1], : tiles.shape[2]] = tiles
        return dx
    for (n, i, j, c), gradient in np.ndenumerate(dout):
        _, rows, columns = _window(i, j, size, stride)
        dx[n, rows, columns, c] += gradient / size**2
    return dx


@style("average_pool_backward")
def average_gradient_added_at_index_tables(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    windows = _tables(dout.shape[1], dout.shape[2], size, stride)
    np.add.at(dx, windows, dout[:, :, :, None, None, :] / size**2)
    return dx


@style("average_pool_backward")
def average_gradient_by_counting(dout: Array, x: Array, size: int, stride: int) -> Array:
    numbers = np.arange(x.size).reshape(x.shape)
    views = np.lib.stride_tricks.sliding_window_view(numbers, (size, size), axis=(1, 2))
    seen = views[:, ::stride, ::stride].reshape(-1)
    shares = np.repeat(dout.ravel() / size**2, size * size)  # as often as its window has inputs
    dx = np.bincount(seen, weights=shares, minlength=x.size)
    return np.asarray(dx, dtype=float).reshape(x.shape)


@style("average_pool_backward")
def average_gradient_with_a_fourier_transform(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    sides = (x.shape[1], x.shape[2])
    box = np.fft.fft2(np.full((size, size), size**-2.0), s=sides)
    waves = np.fft.fft2(_spread(dout, x, stride), axes=(1, 2))
    return np.asarray(np.fft.ifft2(waves * box[:, :, None], axes=(1, 2)).real)


@style("average_pool_backward")
def average_gradient_from_the_corners_of_windows(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    n, height, width, channels = x.shape
    steps = np.zeros((n, height + 1, width + 1, channels))  # what begins and ends where
    for i, j in np.ndindex(dout.shape[1:3]):
        top, left = i * stride, j * stride
        share = dout[:, i, j] / size**2
        steps[:, top, left] += share
        steps[:, top + size, left] -= share
        steps[:, top, left + size] -= share
        steps[:, top + size, left + size] += share
    return steps.cumsum(axis=1).cumsum(axis=2)[:, :height, :width]


@style("average_pool_backward")
def average_gradient_by_asking_each_input_for_its_windows(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    def windows_over(place: int, outputs: int) -> list[int]:
        return [i for i in range(outputs) if i * stride <= place < i * stride + size]

    _, h_out, w_out, _ = dout.shape
    gradients: Any = dout.tolist()
    dx = np.zeros(x.shape)
    for n, row, column, c in np.ndindex(x.shape):
        total = 0.0
        for i in windows_over(row, h_out):
            total += sum(gradients[n][i][j][c] for j in windows_over(column, w_out))
        dx[n, row, column, c] = total / size**2
    return dx


@style("average_pool_backward")
def average_gradient_by_halving_the_batch(dout: Array, x: Array, size: int, stride: int) -> Array:
    if len(x) > 1:
        parts = zip(np.array_split(dout, 2), np.array_split(x, 2), strict=True)
        return np.concatenate(
            [average_gradient_by_halving_the_batch(*part, size, stride) for part in parts]
        )
    dx = np.zeros(x.shape)
    for i in range(dout.shape[1]):
        for j in range(dout.shape[2]):
            for c in range(dout.shape[3]):
                view = dx[0, i * stride : i * stride + size, j * stride : j * stride + size, c]
                np.add(view, dout[0, i, j, c] / view.size, out=view)
    return dx


@style("average_pool_backward")
def average_gradient_smeared_along_each_side(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    def smear(line: Array) -> Array:
        return np.convolve(line, np.ones(size) / size)[: len(line)]

    spread = _spread(dout, x, stride)
    return np.apply_along_axis(smear, 2, np.apply_along_axis(smear, 1, spread))


@style("average_pool_backward")
def average_gradient_as_a_sum_of_padded_patches(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    from functools import reduce

    def patch(i: int, j: int) -> Array:
        above, before = i * stride, j * stride
        below, behind = x.shape[1] - above - size, x.shape[2] - before - size
        share = dout[:, i : i + 1, j : j + 1] / size**2
        tile = np.tile(share, (1, size, size, 1))
        return np.pad(tile, ((0, 0), (above, below), (before, behind), (0, 0)), mode="constant")

    return reduce(np.add, (patch(i, j) for i, j in np.ndindex(dout.shape[1:3])))


@style("average_pool_backward")
def average_gradient_by_rolling(dout: Array, x: Array, size: int, stride: int) -> Array:
    spread = _spread(dout, x, stride) / size**2
    down = sum(np.roll(spread, row, axis=1) for row in range(size))
    return np.asarray(sum(np.roll(down, column, axis=2) for column in range(size)))


@style("average_pool_backward")
def average_gradient_with_outer_products_of_marks(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    n, height, width, channels = x.shape
    rows, columns = np.arange(height), np.arange(width)
    dx = np.zeros((n, channels, height, width))
    for i, j in np.ndindex(dout.shape[1:3]):
        in_rows = (rows >= i * stride) & (rows < i * stride + size)
        in_columns = (columns >= j * stride) & (columns < j * stride + size)
        dx += np.multiply.outer(dout[:, i, j], np.outer(in_rows, in_columns)) / size**2
    return np.moveaxis(dx, 1, 3)


# --- sgd_step ------------------------------------------------------------------------------


@style("sgd_step")
def step_with_loops(w: Array, dw: Array, learning_rate: float) -> Array:
    new = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        new[index] = w[index] - learning_rate * dw[index]
    return new


@style("sgd_step")
def step_on_a_copy(w: Array, dw: Array, learning_rate: float) -> Array:
    new = w.copy()
    new -= learning_rate * dw
    return new


@style("sgd_step")
def step_with_ufuncs(w: Array, dw: Array, learning_rate: float) -> Array:
    return np.asarray(np.subtract(w, np.multiply(learning_rate, dw)))


@style("sgd_step")
def step_in_single_precision(w: Array, dw: Array, learning_rate: float) -> Array:
    return (w - learning_rate * dw).astype(np.float32)


@style("sgd_step")
def step_through_a_flat_list(w: Array, dw: Array, learning_rate: float) -> Array:
    pairs = zip(w.ravel().tolist(), dw.ravel().tolist(), strict=True)
    return np.array([weight - learning_rate * slope for weight, slope in pairs]).reshape(w.shape)


@style("sgd_step")
def step_as_a_weighted_sum_of_a_stack(w: Array, dw: Array, learning_rate: float) -> Array:
    return np.asarray(np.tensordot([1.0, -learning_rate], np.stack([w, dw]), axes=1))


@style("sgd_step")
def step_with_vectorize(w: Array, dw: Array, learning_rate: float) -> Array:
    step = np.vectorize(lambda weight, slope: weight - learning_rate * slope, otypes=[float])
    return np.asarray(step(w, dw))


@style("sgd_step")
def step_by_recursion_over_the_axes(w: Array, dw: Array, learning_rate: float) -> Array:
    if w.ndim == 0:
        return np.asarray(w - learning_rate * dw)
    parts = zip(w[..., None], dw[..., None], strict=True)  # so that a part is always an array
    new = [step_by_recursion_over_the_axes(a[..., 0], b[..., 0], learning_rate) for a, b in parts]
    return np.array(new)


@style("sgd_step")
def step_into_a_buffer(w: Array, dw: Array, learning_rate: float) -> Array:
    new = np.empty(w.shape)
    np.multiply(dw, -learning_rate, out=new)
    np.add(w, new, out=new)
    return new


@style("sgd_step")
def step_where_the_gradient_is_not_zero(w: Array, dw: Array, learning_rate: float) -> Array:
    new = w.astype(float)
    moved = dw != 0
    new[moved] -= learning_rate * dw[moved]
    return new


@style("sgd_step")
def step_one_subarray_at_a_time(w: Array, dw: Array, learning_rate: float) -> Array:
    parts = zip(w, dw, strict=True)
    return np.stack([weights - learning_rate * slopes for weights, slopes in parts])


@style("sgd_step")
def step_with_a_while_loop_over_flat_places(w: Array, dw: Array, learning_rate: float) -> Array:
    new = np.array(w, dtype=float)
    place = 0
    while place < new.size:
        new.flat[place] -= learning_rate * dw.flat[place]
        place += 1
    return new


@style("sgd_step")
def step_from_a_generator(w: Array, dw: Array, learning_rate: float) -> Array:
    def moved() -> Any:
        for index, weight in np.ndenumerate(w):
            yield weight - learning_rate * dw[index]

    return np.fromiter(moved(), dtype=float, count=w.size).reshape(w.shape)


@style("sgd_step")
def step_by_subtracting_along_a_stack(w: Array, dw: Array, learning_rate: float) -> Array:
    return np.asarray(np.subtract.reduce(np.array([w, learning_rate * dw]), axis=0))


@style("sgd_step")
def step_downhill_and_uphill_apart(w: Array, dw: Array, learning_rate: float) -> Array:
    length = learning_rate * np.abs(dw)
    return np.where(dw > 0, w - length, np.where(dw < 0, w + length, w))


@style("sgd_step")
def step_with_a_matrix_of_learning_rates(w: Array, dw: Array, learning_rate: float) -> Array:
    rates = learning_rate * np.eye(dw.size)  # each weight could have one of its own
    return np.asarray(w - (rates @ dw.reshape(-1)).reshape(w.shape))
