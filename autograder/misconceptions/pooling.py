"""Known implementations of the exercises of "pooling".

A slip that fits both kinds of pooling is written once, as a private function, and
registered for each: ``average`` says which kind is meant.
"""

from __future__ import annotations

import numpy as np

from autograder.misconceptions import alternative, misconception
from solutions.pooling import Array

# Groups of hidden tests that mistakes of one sort fail together.
_SEVERAL_MAPS = (
    "test_examples_and_channels",
    "test_overlapping_windows",
    "test_gaps_between_windows",
)
_SIZE_IS_NOT_STRIDE = (
    "test_stride_one",
    "test_overlapping_windows",
    "test_gaps_between_windows",
)
_STRIDE_ABOVE_ONE = ("test_touching_windows", *_SEVERAL_MAPS, "test_dropped_windows")
_NOT_SQUARE = ("test_stride_one", *_SEVERAL_MAPS, "test_dropped_windows")
_SEVERAL_WINDOWS = ("test_stride_one", *_STRIDE_ABOVE_ONE)
_ALL_MAX_FORWARD = (
    "test_one_window",
    *_SEVERAL_WINDOWS,
    "test_negative_window",
    "test_whole_numbers",
)
_ALL_AVERAGE = ("test_one_window", *_SEVERAL_WINDOWS, "test_larger_window", "test_whole_numbers")
_ALL_MAX_BACKWARD = (
    "test_one_window",
    *_SEVERAL_WINDOWS,
    "test_negative_window",
    "test_close_second",
    "test_whole_numbers",
    "test_ties",
)
_ALL_SGD = (
    "test_one_step",
    "test_any_shape_and_rate",
    "test_zero_gradient",
    "test_leaves_its_arguments_alone",
)

# --- forward: slips that fit both kinds of pooling ----------------------------------------


def _pooled(window: Array, average: bool) -> float:
    return float(np.mean(window) if average else np.max(window))


def _ignore_stride(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        out[n, i, j, c] = _pooled(x[n, i : i + size, j : j + size, c], average)
    return out


def _pool_every_channel(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = _pooled(x[n, top : top + size, left : left + size, :], average)
    return out


def _pool_every_example(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = _pooled(x[:, top : top + size, left : left + size, c], average)
    return out


def _pool_first_example(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = _pooled(x[0, top : top + size, left : left + size, c], average)
    return out


def _pool_whole_map(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        out[n, i, j, c] = _pooled(x[n, :, :, c], average)
    return out


def _column_from_row(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, i * stride
        out[n, i, j, c] = _pooled(x[n, top : top + size, left : left + size, c], average)
    return out


def _move_by_size(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * size, j * size
        out[n, i, j, c] = _pooled(x[n, top : top + size, left : left + size, c], average)
    return out


def _skip_outputs(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, c in np.ndindex(x.shape[0], x.shape[3]):
        for i in range(0, h_out, stride):
            for j in range(0, w_out, stride):
                out[n, i, j, c] = _pooled(x[n, i : i + size, j : j + size, c], average)
    return out


def _swap_rows_and_columns(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = _pooled(x[n, left : left + size, top : top + size, c], average)
    return out


def _pool_to(h_out: int, w_out: int, x: Array, size: int, stride: int, average: bool) -> Array:
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = _pooled(x[n, top : top + size, left : left + size, c], average)
    return out


def _divide_by_size(x: Array, size: int, stride: int, average: bool) -> Array:
    return _pool_to(x.shape[1] // size, x.shape[2] // size, x, size, stride, average)


def _lose_last_window(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = (x.shape[1] - size + 1) // stride, (x.shape[2] - size + 1) // stride
    return _pool_to(h_out, w_out, x, size, stride, average)


def _width_from_height(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out = (x.shape[1] - size) // stride + 1
    return _pool_to(h_out, h_out, x, size, stride, average)


def _keep_partial_windows(x: Array, size: int, stride: int, average: bool) -> Array:
    h_out, w_out = -((size - x.shape[1]) // stride) + 1, -((size - x.shape[2]) // stride) + 1
    return _pool_to(h_out, w_out, x, size, stride, average)


def _refuse_remainder(x: Array, size: int, stride: int, average: bool) -> Array:
    if (x.shape[1] - size) % stride or (x.shape[2] - size) % stride:
        raise ValueError("the windows do not fit")
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    return _pool_to(h_out, w_out, x, size, stride, average)


# --- max_pool_forward ------------------------------------------------------------------


@misconception(
    "max_pool_forward",
    hint="Where does the second window start, and where should it? Try it with a stride of 2.",
    seen="2 of 76 student repositories of C4W1",
    source="PF1",
    fails=_STRIDE_ABOVE_ONE,
)
def max_pool_ignores_the_stride(x: Array, size: int, stride: int) -> Array:
    return _ignore_stride(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="Which argument moves the window: its size or its stride? Try a size of 3 with a "
    "stride of 2.",
    seen="1 of 70 student repositories of CS231n",
    source="PF7",
    fails=_SIZE_IS_NOT_STRIDE,
)
def max_pool_moves_by_its_size(x: Array, size: int, stride: int) -> Array:
    return _move_by_size(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="How many windows fit in a row of 7 when the size is 3 and the stride 2? Draw "
    "them and compare with your output size.",
    seen="3 of 56 student repositories of CS231n",
    source="OS10",
    fails=_SIZE_IS_NOT_STRIDE,
)
def max_pool_divides_by_its_size(x: Array, size: int, stride: int) -> Array:
    return _divide_by_size(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="Which index of an array comes first, the row or the column? An input that is "
    "higher than wide shows it.",
    seen="2 of 76 student repositories of C4W1",
    source="PF11",
    fails=_SEVERAL_WINDOWS,
)
def max_pool_swaps_rows_and_columns(x: Array, size: int, stride: int) -> Array:
    return _swap_rows_and_columns(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="Which numbers belong to one window? Pooling keeps the channels apart, so the "
    "last axis is part of what stays fixed.",
    seen="1 of 76 student repositories of C4W1",
    source="PF2",
    fails=_SEVERAL_MAPS,
)
def max_pool_pools_every_channel(x: Array, size: int, stride: int) -> Array:
    return _pool_every_channel(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="Does one image of the batch know about another? Look at the first axis of the "
    "window you cut out.",
    seen="1 of 76 student repositories of C4W1",
    source="PF3",
    fails=_SEVERAL_MAPS,
)
def max_pool_pools_every_example(x: Array, size: int, stride: int) -> Array:
    return _pool_every_example(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="All the examples in your output look alike. Which loop variable is never used "
    "for reading?",
    seen="1 of 76 student repositories of C4W1",
    source="PF4",
    fails=_SEVERAL_MAPS,
)
def max_pool_always_reads_one_example(x: Array, size: int, stride: int) -> Array:
    return _pool_first_example(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="Every number of a map comes out the same. You know the corners of the window; "
    "where are they used?",
    seen="1 of 76 student repositories of C4W1",
    source="PF5",
    fails=_SEVERAL_WINDOWS,
)
def max_pool_never_cuts_the_window(x: Array, size: int, stride: int) -> Array:
    return _pool_whole_map(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="Why are all columns of your output equal? Look at what the left edge of the "
    "window is computed from.",
    seen="1 of 76 student repositories of C4W1",
    source="PF6",
    fails=_SEVERAL_WINDOWS,
)
def max_pool_takes_the_column_from_the_row(x: Array, size: int, stride: int) -> Array:
    return _column_from_row(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="How many entries of your output were never written? The stride moves the window "
    "in the input, not the place in the output.",
    seen="2 student repositories",
    source="PF10",
    fails=_STRIDE_ABOVE_ONE,
)
def max_pool_skips_outputs(x: Array, size: int, stride: int) -> Array:
    return _skip_outputs(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="Take an input exactly as large as the window, with stride 2: how many windows "
    "are there, and what does your formula say?",
    seen="1 public web page",
    source="OS11",
    fails=(
        "test_touching_windows",
        "test_examples_and_channels",
        "test_overlapping_windows",
        "test_gaps_between_windows",
        "test_negative_window",
    ),
)
def max_pool_loses_the_last_window(x: Array, size: int, stride: int) -> Array:
    return _lose_last_window(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="Height and width may differ. Is each output side computed from its own input side?",
    source="OS12",
    fails=_NOT_SQUARE,
)
def max_pool_takes_the_width_from_the_height(x: Array, size: int, stride: int) -> Array:
    return _width_from_height(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="Draw the last window. Does all of it lie inside the input?",
    source="OS5",
    fails=("test_dropped_windows",),
)
def max_pool_keeps_windows_that_stick_out(x: Array, size: int, stride: int) -> Array:
    return _keep_partial_windows(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="What does the exercise say about a window that would stick out? An input that "
    "does not divide evenly is no mistake.",
    seen="4 of 70 student repositories of CS231n",
    source="OS9",
    fails=("test_dropped_windows",),
)
def max_pool_refuses_a_remainder(x: Array, size: int, stride: int) -> Array:
    return _refuse_remainder(x, size, stride, average=False)


@misconception(
    "max_pool_forward",
    hint="What is the largest of several negative numbers? Look at the value your search "
    "starts from.",
    source="PF9",
    fails=("test_negative_window",),
)
def max_pool_starts_from_zero(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        for row, column in np.ndindex(size, size):
            value = x[n, i * stride + row, j * stride + column, c]
            out[n, i, j, c] = max(out[n, i, j, c], value)
    return out


@misconception(
    "max_pool_forward",
    hint="Which is larger, -7 or -2? The maximum looks at the sign too.",
    source="PF16",
    fails=("test_negative_window",),
)
def max_pool_takes_the_largest_magnitude(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c].ravel()
        out[n, i, j, c] = window[np.argmax(np.abs(window))]
    return out


@misconception(
    "max_pool_forward",
    hint="Compare your two forward functions line by line: which of them computes what?",
    source="PF12",
    fails=_ALL_MAX_FORWARD,
)
def max_pool_takes_the_average(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    return _pool_to(h_out, w_out, x, size, stride, average=True)


@alternative("max_pool_forward")
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


@alternative("max_pool_forward")
def max_pool_of_strided_views(x: Array, size: int, stride: int) -> Array:
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return np.asarray(view[:, ::stride, ::stride].max(axis=(4, 5)))


@alternative("max_pool_forward")
def max_pool_by_shifting(x: Array, size: int, stride: int) -> Array:
    height, width = x.shape[1:3]
    out = np.full((1, 1, 1, 1), -np.inf)
    for row in range(size):
        for column in range(size):
            shifted = x[:, row : height - size + row + 1, column : width - size + column + 1]
            out = np.maximum(out, shifted[:, ::stride, ::stride])
    return out


@alternative("max_pool_forward")
def max_pool_as_a_list(x: Array, size: int, stride: int) -> Array:
    rows = range(0, x.shape[1] - size + 1, stride)
    columns = range(0, x.shape[2] - size + 1, stride)
    out = [[x[:, i : i + size, j : j + size].max(axis=(1, 2)) for j in columns] for i in rows]
    return np.array(out).transpose(2, 0, 1, 3)


@alternative("max_pool_forward")
def max_pool_in_single_precision(x: Array, size: int, stride: int) -> Array:
    view = np.lib.stride_tricks.sliding_window_view(x.astype(np.float32), (size, size), axis=(1, 2))
    return np.asarray(view[:, ::stride, ::stride].max(axis=(4, 5)))


@alternative("max_pool_forward")
def max_pool_overwrites_blocks(x: Array, size: int, stride: int) -> Array:
    # Each value is first written over a block; the blocks of later windows leave only its corner.
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        out[n, i : i + size, j : j + size, c] = window.max()
    return out


# --- average_pool_forward --------------------------------------------------------------


@misconception(
    "average_pool_forward",
    hint="Where does the second window start, and where should it? Try it with a stride of 2.",
    seen="2 of 76 student repositories of C4W1",
    source="PF1",
    fails=_STRIDE_ABOVE_ONE,
)
def average_pool_ignores_the_stride(x: Array, size: int, stride: int) -> Array:
    return _ignore_stride(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="Which argument moves the window: its size or its stride? Try a size of 3 with a "
    "stride of 2.",
    seen="1 of 70 student repositories of CS231n",
    source="PF7",
    fails=_SIZE_IS_NOT_STRIDE,
)
def average_pool_moves_by_its_size(x: Array, size: int, stride: int) -> Array:
    return _move_by_size(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="How many windows fit in a row of 7 when the size is 3 and the stride 2? Draw "
    "them and compare with your output size.",
    seen="3 of 56 student repositories of CS231n",
    source="OS10",
    fails=_SIZE_IS_NOT_STRIDE,
)
def average_pool_divides_by_its_size(x: Array, size: int, stride: int) -> Array:
    return _divide_by_size(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="Which index of an array comes first, the row or the column? An input that is "
    "higher than wide shows it.",
    seen="2 of 76 student repositories of C4W1",
    source="PF11",
    fails=_SEVERAL_WINDOWS,
)
def average_pool_swaps_rows_and_columns(x: Array, size: int, stride: int) -> Array:
    return _swap_rows_and_columns(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="Which numbers belong to one window? Pooling keeps the channels apart, so the "
    "last axis is part of what stays fixed.",
    seen="1 of 76 student repositories of C4W1",
    source="PF2",
    fails=_SEVERAL_MAPS,
)
def average_pool_pools_every_channel(x: Array, size: int, stride: int) -> Array:
    return _pool_every_channel(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="Does one image of the batch know about another? Look at the first axis of the "
    "window you cut out.",
    seen="1 of 76 student repositories of C4W1",
    source="PF3",
    fails=_SEVERAL_MAPS,
)
def average_pool_pools_every_example(x: Array, size: int, stride: int) -> Array:
    return _pool_every_example(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="All the examples in your output look alike. Which loop variable is never used "
    "for reading?",
    seen="1 of 76 student repositories of C4W1",
    source="PF4",
    fails=_SEVERAL_MAPS,
)
def average_pool_always_reads_one_example(x: Array, size: int, stride: int) -> Array:
    return _pool_first_example(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="Every number of a map comes out the same. You know the corners of the window; "
    "where are they used?",
    seen="1 of 76 student repositories of C4W1",
    source="PF5",
    fails=_SEVERAL_WINDOWS,
)
def average_pool_never_cuts_the_window(x: Array, size: int, stride: int) -> Array:
    return _pool_whole_map(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="Why are all columns of your output equal? Look at what the left edge of the "
    "window is computed from.",
    seen="1 of 76 student repositories of C4W1",
    source="PF6",
    fails=_SEVERAL_WINDOWS,
)
def average_pool_takes_the_column_from_the_row(x: Array, size: int, stride: int) -> Array:
    return _column_from_row(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="How many entries of your output were never written? The stride moves the window "
    "in the input, not the place in the output.",
    seen="2 student repositories",
    source="PF10",
    fails=_STRIDE_ABOVE_ONE,
)
def average_pool_skips_outputs(x: Array, size: int, stride: int) -> Array:
    return _skip_outputs(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="Take an input exactly as large as the window, with stride 2: how many windows "
    "are there, and what does your formula say?",
    seen="1 public web page",
    source="OS11",
    fails=(
        "test_touching_windows",
        "test_examples_and_channels",
        "test_overlapping_windows",
        "test_gaps_between_windows",
    ),
)
def average_pool_loses_the_last_window(x: Array, size: int, stride: int) -> Array:
    return _lose_last_window(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="Height and width may differ. Is each output side computed from its own input side?",
    source="OS12",
    fails=_NOT_SQUARE,
)
def average_pool_takes_the_width_from_the_height(x: Array, size: int, stride: int) -> Array:
    return _width_from_height(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="Draw the last window. Does all of it lie inside the input?",
    source="OS5",
    fails=("test_dropped_windows",),
)
def average_pool_keeps_windows_that_stick_out(x: Array, size: int, stride: int) -> Array:
    return _keep_partial_windows(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="What does the exercise say about a window that would stick out? An input that "
    "does not divide evenly is no mistake.",
    seen="4 of 70 student repositories of CS231n",
    source="OS9",
    fails=("test_dropped_windows",),
)
def average_pool_refuses_a_remainder(x: Array, size: int, stride: int) -> Array:
    return _refuse_remainder(x, size, stride, average=True)


@misconception(
    "average_pool_forward",
    hint="What is the average of four equal numbers? Try a window of ones.",
    source="PF8",
    fails=_ALL_AVERAGE,
)
def average_pool_only_adds_up(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = np.sum(x[n, top : top + size, left : left + size, c])
    return out


@misconception(
    "average_pool_forward",
    hint="How many numbers are in a window? Its side is something else.",
    source="PF13",
    fails=_ALL_AVERAGE,
)
def average_pool_divides_by_the_side(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = np.sum(x[n, top : top + size, left : left + size, c]) / size
    return out


@misconception(
    "average_pool_forward",
    hint="Where does the 4 come from, and is it right when the window has side 3?",
    source="PF15",
    fails=(
        "test_overlapping_windows",
        "test_larger_window",
    ),
)
def average_pool_always_divides_by_four(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = np.sum(x[n, top : top + size, left : left + size, c]) / 4
    return out


@misconception(
    "average_pool_forward",
    hint="Compare your two forward functions line by line: which of them computes what?",
    source="PF12",
    fails=_ALL_AVERAGE,
)
def average_pool_takes_the_maximum(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    return _pool_to(h_out, w_out, x, size, stride, average=False)


@misconception(
    "average_pool_forward",
    hint="What is the average of 1 and 2, and which dtype has the array you write it into?",
    source="CF13",
    fails=("test_whole_numbers",),
)
def average_pool_loses_the_fractions(x: Array, size: int, stride: int) -> Array:
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]), dtype=x.dtype)
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = np.mean(x[n, top : top + size, left : left + size, c])
    return out


@alternative("average_pool_forward")
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


@alternative("average_pool_forward")
def average_pool_of_strided_views(x: Array, size: int, stride: int) -> Array:
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return np.asarray(view[:, ::stride, ::stride].mean(axis=(4, 5)))


@alternative("average_pool_forward")
def average_pool_by_shifting(x: Array, size: int, stride: int) -> Array:
    height, width = x.shape[1:3]
    out = np.zeros((1, 1, 1, 1))
    for row in range(size):
        for column in range(size):
            shifted = x[:, row : height - size + row + 1, column : width - size + column + 1]
            out = out + shifted[:, ::stride, ::stride] / size**2
    return out


@alternative("average_pool_forward")
def average_pool_as_a_list(x: Array, size: int, stride: int) -> Array:
    rows = range(0, x.shape[1] - size + 1, stride)
    columns = range(0, x.shape[2] - size + 1, stride)
    out = [[x[:, i : i + size, j : j + size].mean(axis=(1, 2)) for j in columns] for i in rows]
    return np.array(out).transpose(2, 0, 1, 3)


@alternative("average_pool_forward")
def average_pool_in_single_precision(x: Array, size: int, stride: int) -> Array:
    view = np.lib.stride_tricks.sliding_window_view(x.astype(np.float32), (size, size), axis=(1, 2))
    return np.asarray(view[:, ::stride, ::stride].mean(axis=(4, 5)))


@alternative("average_pool_forward")
def average_pool_overwrites_blocks(x: Array, size: int, stride: int) -> Array:
    # Each value is first written over a block; the blocks of later windows leave only its corner.
    h_out, w_out = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((x.shape[0], h_out, w_out, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        out[n, i : i + size, j : j + size, c] = window.mean()
    return out


# --- backward: slips that fit both kinds of pooling ---------------------------------------


def _shares(window: Array, gradient: Array, average: bool) -> Array:
    shares = np.zeros(window.shape)
    if average:
        shares[...] = gradient / window.size
    else:
        shares[np.unravel_index(np.argmax(window), window.shape)] = gradient
    return shares


def _spread_without_stride(dout: Array, x: Array, size: int, stride: int, average: bool) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        window = x[n, i : i + size, j : j + size, c]
        dx[n, i : i + size, j : j + size, c] += _shares(window, dout[n, i, j, c], average)
    return dx


def _spread_from(
    corners: str, dout: Array, x: Array, size: int, stride: int, average: bool
) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        if corners == "size":
            top, left = i * size, j * size
        if corners == "channel":
            left = c * stride
        window = x[n, top : top + size, left : left + size, c]
        dx[n, top : top + size, left : left + size, c] += _shares(window, dout[n, i, j, c], average)
    return dx


def _stop_after_a_row(dout: Array, x: Array, size: int, stride: int, average: bool) -> Array:
    dx = np.zeros(x.shape)
    for n, i in np.ndindex(dout.shape[:2]):
        for j, c in np.ndindex(dout.shape[2:]):
            top, left = i * stride, j * stride
            window = x[n, top : top + size, left : left + size, c]
            shares = _shares(window, dout[n, i, j, c], average)
            dx[n, top : top + size, left : left + size, c] += shares
        return dx
    return dx


def _truncate(dout: Array, x: Array, size: int, stride: int, average: bool) -> Array:
    dx = np.zeros_like(x)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        for row, column in np.ndindex(size, size):
            dx[n, top + row, left + column, c] += _shares(window, dout[n, i, j, c], average)[
                row, column
            ]
    return dx


# --- max_pool_backward -----------------------------------------------------------------


@misconception(
    "max_pool_backward",
    hint="Can one input win in several windows? What should happen to its gradient then?",
    seen="25 of 53 student repositories of CS231n",
    source="PB2",
    fails=(
        "test_stride_one",
        "test_overlapping_windows",
        "test_ties",
    ),
)
def overwrites_overlapping_windows(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        mask = window == np.max(window)
        dx[n, top : top + size, left : left + size, c] = mask * dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="Can one input win in several windows? What should happen to its gradient then?",
    seen="25 of 53 student repositories of CS231n, counted with the other form of it",
    source="PB3",
    fails=(
        "test_stride_one",
        "test_overlapping_windows",
    ),
)
def lets_the_last_window_win(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        row, column = divmod(int(np.argmax(window)), size)
        dx[n, top + row, left + column, c] = dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="Which window of the input does dout[0, 1, 1] belong to when the stride is 2?",
    seen="15 of 48 student repositories of C4W1",
    source="PB1",
    fails=_STRIDE_ABOVE_ONE,
)
def max_gradient_ignores_the_stride(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _spread_without_stride(dout, x, size, stride, average=False)


@misconception(
    "max_pool_backward",
    hint="Which argument moved the window in the forward pass: its size or its stride?",
    seen="1 of 70 student repositories of CS231n",
    source="PB11",
    fails=_SIZE_IS_NOT_STRIDE,
)
def max_gradient_moves_by_its_size(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _spread_from("size", dout, x, size, stride, average=False)


@misconception(
    "max_pool_backward",
    hint="Which of your loop variables is the column? Look at the left edge of the window.",
    seen="1 of 76 student repositories of C4W1",
    source="PB8",
    fails=_SEVERAL_WINDOWS,
)
def max_gradient_takes_the_column_from_the_channel(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    return _spread_from("channel", dout, x, size, stride, average=False)


@misconception(
    "max_pool_backward",
    hint="Which rows of dx have a gradient at all? Look at how far the return is indented.",
    seen="1 public issue",
    source="PB12",
    fails=_SEVERAL_WINDOWS,
)
def max_gradient_stops_after_a_row(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _stop_after_a_row(dout, x, size, stride, average=False)


@misconception(
    "max_pool_backward",
    hint="What must dx be when every number of dout is zero?",
    source="PB15",
    fails=_ALL_MAX_BACKWARD,
)
def max_gradient_is_added_to_the_input(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _spread_from("stride", dout, x, size, stride, average=False) + x


@misconception(
    "max_pool_backward",
    hint="A gradient has the shape of the thing it belongs to. Whose gradient is dx?",
    source="PB18",
    fails=_ALL_MAX_BACKWARD,
)
def max_gradient_has_the_shape_of_the_output(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    return _spread_from("stride", dout, x, size, stride, average=False)[:, ::stride, ::stride][
        :, : dout.shape[1], : dout.shape[2]
    ]


@misconception(
    "max_pool_backward",
    hint="Which dtype does dx have when x holds whole numbers, and can it hold a gradient of 0.25?",
    source="CB22",
    fails=("test_whole_numbers",),
)
def max_gradient_loses_the_fractions(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _truncate(dout, x, size, stride, average=False)


@misconception(
    "max_pool_backward",
    hint="Two inputs of a window are equally large. How much gradient came in, and how "
    "much do you hand out?",
    seen="53 of 54 student repositories of C4W1",
    source="3.3",
    fails=("test_ties",),
)
def gives_every_maximum_all(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        mask = window == np.max(window)
        dx[n, top : top + size, left : left + size, c] += mask * dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="Whose gradient is travelling back through the window? Look for dout in what you add.",
    seen="1 of 76 student repositories of C4W1",
    source="PB5",
    fails=_ALL_MAX_BACKWARD,
)
def forgets_the_incoming_gradient(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        mask = window == np.max(window)
        dx[n, top : top + size, left : left + size, c] += mask
    return dx


@misconception(
    "max_pool_backward",
    hint="What is travelling back: the largest activation, or the gradient that belongs to it?",
    seen="1 of 76 student repositories of C4W1",
    source="PB6",
    fails=_ALL_MAX_BACKWARD,
)
def routes_the_activation(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        row, column = divmod(int(np.argmax(window)), size)
        dx[n, top + row, left + column, c] += window.max()
    return dx


@misconception(
    "max_pool_backward",
    hint="The output is the winning input itself. If the input grows by 1, by how much "
    "does the output grow?",
    source="PB6",
    fails=_ALL_MAX_BACKWARD,
)
def multiplies_by_the_activation(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        row, column = divmod(int(np.argmax(window)), size)
        dx[n, top + row, left + column, c] += window.max() * dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="Do all examples of a batch have their maxima at the same places?",
    source="PB10",
    fails=_SEVERAL_MAPS,
)
def takes_the_winners_of_one_example(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        window = x[0, top : top + size, left : left + size, c]
        row, column = divmod(int(np.argmax(window)), size)
        dx[n, top + row, left + column, c] += dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="argmax counts the places of the window row by row. Which of your two numbers is the row?",
    seen="2 of 70 student repositories of CS231n",
    source="PB13",
    fails=_ALL_MAX_BACKWARD,
)
def swaps_row_and_column_of_the_winner(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        column, row = divmod(int(np.argmax(window)), size)
        dx[n, top + row, left + column, c] += dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="Each window has its own winner. Of which numbers do you take the maximum?",
    source="PB14",
    fails=(
        "test_stride_one",
        "test_touching_windows",
        "test_examples_and_channels",
        "test_overlapping_windows",
        "test_gaps_between_windows",
        "test_dropped_windows",
        "test_ties",
    ),
)
def looks_for_the_maximum_of_the_map(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        mask = window == np.max(x[n, :, :, c])
        dx[n, top : top + size, left : left + size, c] += mask * dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="A mask says where, not how much. What does yours hold at the places that did not win?",
    seen="1 of 76 student repositories of C4W1",
    source="MK1",
    fails=_ALL_MAX_BACKWARD,
)
def multiplies_by_the_maximum(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        mask = np.max(window)
        dx[n, top : top + size, left : left + size, c] += mask * dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="What is the largest of several negative numbers? Look at the value your search "
    "starts from.",
    source="MK2",
    fails=("test_negative_window",),
)
def loses_negative_maxima(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        best, place = 0.0, None
        for row, column in np.ndindex(size, size):
            if window[row, column] > best:
                best, place = float(window[row, column]), (top + row, left + column)
        if place is not None:
            dx[n, place[0], place[1], c] += dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="How close is equal? A number that is nearly the largest is still not the largest.",
    seen="1 public pull request",
    source="MK3",
    fails=(
        "test_close_second",
        "test_ties",
    ),
)
def marks_near_maxima_too(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        mask = np.isclose(window, np.max(window))
        dx[n, top : top + size, left : left + size, c] += mask * dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="Which is larger, -7 or -2? The maximum looks at the sign too.",
    source="MK4",
    fails=("test_negative_window",),
)
def looks_for_the_largest_magnitude(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        row, column = divmod(int(np.argmax(np.abs(window))), size)
        dx[n, top + row, left + column, c] += dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="What happens in your code if two numbers of a window are equally large?",
    seen="1 of 70 student repositories of CS231n",
    source="PB19",
    fails=("test_ties",),
)
def expects_a_single_maximum(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        rows, columns = np.where(window == np.max(window))
        dx[n, top + rows.item(), left + columns.item(), c] += dout[n, i, j, c]
    return dx


@misconception(
    "max_pool_backward",
    hint="Which inputs of a window does its maximum depend on? Change one of the others a little.",
    source="PB17",
    fails=_ALL_MAX_BACKWARD,
)
def spreads_over_the_whole_window(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, top : top + size, left : left + size, c] += dout[n, i, j, c] / size**2
    return dx


@alternative("max_pool_backward")
def max_gradient_with_loops(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        row, column = np.unravel_index(int(np.argmax(window)), window.shape)
        dx[n, top + row, left + column, c] += dout[n, i, j, c]
    return dx


@alternative("max_pool_backward")
def max_gradient_split_among_equals(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        mask = window == np.max(window)
        dx[n, top : top + size, left : left + size, c] += mask / mask.sum() * dout[n, i, j, c]
    return dx


@alternative("max_pool_backward")
def max_gradient_to_the_last_of_equals(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        backwards = window[::-1, ::-1].ravel()
        row, column = divmod(size * size - 1 - int(np.argmax(backwards)), size)
        dx[n, top + row, left + column, c] += dout[n, i, j, c]
    return dx


@alternative("max_pool_backward")
def max_gradient_by_shifting(dout: Array, x: Array, size: int, stride: int) -> Array:
    h_out, w_out = dout.shape[1:3]
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    left_over = np.array(dout, dtype=float)
    best = view[:, ::stride, ::stride].max(axis=(4, 5))
    dx = np.zeros(x.shape)
    for row in range(size):
        for column in range(size):
            down = slice(row, row + h_out * stride, stride)
            right = slice(column, column + w_out * stride, stride)
            given = np.where(x[:, down, right] == best, left_over, 0)
            dx[:, down, right] += given
            left_over -= given
    return dx


@alternative("max_pool_backward")
def max_gradient_by_counting(dout: Array, x: Array, size: int, stride: int) -> Array:
    n, i, j, c = np.indices(dout.shape).reshape(4, -1)
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    winner = view[:, ::stride, ::stride].reshape(-1, size * size).argmax(axis=1)
    rows, columns = i * stride + winner // size, j * stride + winner % size
    flat = np.ravel_multi_index((n, rows, columns, c), x.shape)
    dx = np.bincount(flat, weights=dout.ravel(), minlength=x.size)
    return np.asarray(dx, dtype=np.float64).reshape(x.shape)


@alternative("max_pool_backward")
def max_gradient_in_single_precision(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dtype=np.float32)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        row, column = divmod(int(window.argmax()), size)
        dx[n, top + row, left + column, c] += np.float32(dout[n, i, j, c])
    return dx


# --- average_pool_backward -------------------------------------------------------------


@misconception(
    "average_pool_backward",
    hint="How many windows contain the centre of a 3 by 3 input when the size is 2 and the "
    "stride 1? How many shares does it get from you?",
    source="PB4",
    fails=(
        "test_stride_one",
        "test_overlapping_windows",
    ),
)
def overwrites_earlier_shares(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, top : top + size, left : left + size, c] = dout[n, i, j, c] / size**2
    return dx


@misconception(
    "average_pool_backward",
    hint="Which window of the input does dout[0, 1, 1] belong to when the stride is 2?",
    seen="15 of 48 student repositories of C4W1",
    source="PB1",
    fails=_STRIDE_ABOVE_ONE,
)
def average_gradient_ignores_the_stride(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _spread_without_stride(dout, x, size, stride, average=True)


@misconception(
    "average_pool_backward",
    hint="Which argument moved the window in the forward pass: its size or its stride?",
    seen="1 of 70 student repositories of CS231n",
    source="PB11",
    fails=_SIZE_IS_NOT_STRIDE,
)
def average_gradient_moves_by_its_size(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _spread_from("size", dout, x, size, stride, average=True)


@misconception(
    "average_pool_backward",
    hint="Which of your loop variables is the column? Look at the left edge of the window.",
    seen="1 of 76 student repositories of C4W1",
    source="PB8",
    fails=_SEVERAL_WINDOWS,
)
def average_gradient_takes_the_column_from_the_channel(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    return _spread_from("channel", dout, x, size, stride, average=True)


@misconception(
    "average_pool_backward",
    hint="Which rows of dx have a gradient at all? Look at how far the return is indented.",
    seen="1 public issue",
    source="PB12",
    fails=_SEVERAL_WINDOWS,
)
def average_gradient_stops_after_a_row(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _stop_after_a_row(dout, x, size, stride, average=True)


@misconception(
    "average_pool_backward",
    hint="What must dx be when every number of dout is zero?",
    source="PB15",
    fails=_ALL_AVERAGE,
)
def average_gradient_is_added_to_the_input(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _spread_from("stride", dout, x, size, stride, average=True) + x


@misconception(
    "average_pool_backward",
    hint="A gradient has the shape of the thing it belongs to. Whose gradient is dx?",
    source="PB18",
    fails=_ALL_AVERAGE,
)
def average_gradient_has_the_shape_of_the_output(
    dout: Array, x: Array, size: int, stride: int
) -> Array:
    return _spread_from("stride", dout, x, size, stride, average=True)[:, ::stride, ::stride][
        :, : dout.shape[1], : dout.shape[2]
    ]


@misconception(
    "average_pool_backward",
    hint="Which dtype does dx have when x holds whole numbers, and can it hold a gradient of 0.25?",
    source="CB22",
    fails=("test_whole_numbers",),
)
def average_gradient_loses_the_fractions(dout: Array, x: Array, size: int, stride: int) -> Array:
    return _truncate(dout, x, size, stride, average=True)


@misconception(
    "average_pool_backward",
    hint="Which output belongs to this window? Each output sends back its own gradient only.",
    seen="1 of 76 student repositories of C4W1",
    source="PB7",
    fails=_SEVERAL_WINDOWS,
)
def sends_all_of_dout_to_every_window(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, top : top + size, left : left + size, c] += dout.sum() / size**2
    return dx


@misconception(
    "average_pool_backward",
    hint="One output is shared by how many inputs? Count the inputs of a window, not the outputs.",
    source="PB9",
    fails=_ALL_AVERAGE,
)
def divides_by_the_number_of_outputs(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, top : top + size, left : left + size, c] += dout[n, i, j, c] / (
            dout.shape[1] * dout.shape[2]
        )
    return dx


@misconception(
    "average_pool_backward",
    hint="Who decides how much there is to share out? One of your arguments is never read.",
    seen="1 forum thread",
    source="DV1",
    fails=_ALL_AVERAGE,
)
def ignores_dout(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, top : top + size, left : left + size, c] += 1 / size**2
    return dx


@misconception(
    "average_pool_backward",
    hint="Add up what a single window hands out. Is it what came in?",
    source="DV2",
    fails=_ALL_AVERAGE,
)
def gives_everyone_the_whole_gradient(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, top : top + size, left : left + size, c] += dout[n, i, j, c]
    return dx


@misconception(
    "average_pool_backward",
    hint="How many inputs share the gradient of one window? Its side is something else.",
    source="DV3",
    fails=_ALL_AVERAGE,
)
def divides_the_gradient_by_the_side(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, top : top + size, left : left + size, c] += dout[n, i, j, c] / size
    return dx


@misconception(
    "average_pool_backward",
    hint="How many numbers are in a window of side 3? Count them in a drawing.",
    source="DV4",
    fails=(
        "test_overlapping_windows",
        "test_larger_window",
    ),
)
def divides_by_the_sum_of_the_sides(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, top : top + size, left : left + size, c] += dout[n, i, j, c] / (size + size)
    return dx


@misconception(
    "average_pool_backward",
    hint="What is travelling back: the average of the activations, or the gradient that "
    "belongs to it?",
    source="PB16",
    fails=_ALL_AVERAGE,
)
def routes_the_average(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        dx[n, top : top + size, left : left + size, c] += x[
            n, top : top + size, left : left + size, c
        ].mean()
    return dx


@misconception(
    "average_pool_backward",
    hint="Compare your two backward functions line by line. Does an average depend on the "
    "largest number alone?",
    source="PB17",
    fails=_ALL_AVERAGE,
)
def gives_all_to_the_maximum(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = x[n, top : top + size, left : left + size, c]
        row, column = divmod(int(np.argmax(window)), size)
        dx[n, top + row, left + column, c] += dout[n, i, j, c]
    return dx


@alternative("average_pool_backward")
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


@alternative("average_pool_backward")
def average_gradient_window_by_window(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dout.shape[1:3]):
        top, left = i * stride, j * stride
        dx[:, top : top + size, left : left + size] += dout[:, i : i + 1, j : j + 1] / size**2
    return dx


@alternative("average_pool_backward")
def average_gradient_with_matrices(dout: Array, x: Array, size: int, stride: int) -> Array:
    def share(side: int, outputs: int) -> Array:
        starts = np.arange(outputs)[:, None] * stride
        places = np.arange(side)[None, :]
        return ((places >= starts) & (places < starts + size)) / size

    rows, columns = share(x.shape[1], dout.shape[1]), share(x.shape[2], dout.shape[2])
    return np.asarray(np.einsum("nijc,ih,jw->nhwc", dout, rows, columns))


@alternative("average_pool_backward")
def average_gradient_from_a_running_sum(dout: Array, x: Array, size: int, stride: int) -> Array:
    # Each gradient is spread out with zeros in between, then summed over a sliding window.
    n, height, width, c = x.shape
    spread = np.zeros((n, height + size - 1, width + size - 1, c))
    down, right = dout.shape[1] * stride, dout.shape[2] * stride
    spread[:, size - 1 : size - 1 + down : stride, size - 1 : size - 1 + right : stride] = dout
    view = np.lib.stride_tricks.sliding_window_view(spread, (size, size), axis=(1, 2))
    return np.asarray(view.mean(axis=(4, 5)))


@alternative("average_pool_backward")
def average_gradient_in_single_precision(dout: Array, x: Array, size: int, stride: int) -> Array:
    dx = np.zeros(x.shape, dtype=np.float32)
    for i, j in np.ndindex(dout.shape[1:3]):
        top, left = i * stride, j * stride
        share = (dout[:, i : i + 1, j : j + 1] / size**2).astype(np.float32)
        dx[:, top : top + size, left : left + size] += share
    return dx


# --- sgd_step --------------------------------------------------------------------------


@misconception(
    "sgd_step",
    hint="What is w minus learning_rate times zero? A zero gradient says stay, it does not "
    "say become zero.",
    seen="learners' forum thread",
    source="C2",
    fails=("test_zero_gradient",),
)
def a_zero_gradient_makes_a_zero_weight(w: Array, dw: Array, learning_rate: float) -> Array:
    return np.where(dw == 0, 0.0, w - learning_rate * dw)


@misconception(
    "sgd_step",
    hint="The gradient points to where the loss grows. Which way do you want to go?",
    source="",
    fails=_ALL_SGD,
)
def climbs_the_gradient(w: Array, dw: Array, learning_rate: float) -> Array:
    return w + learning_rate * dw


@misconception(
    "sgd_step",
    hint="What has happened to the caller's w after the call? Look at which array your "
    "step writes into.",
    source="",
    fails=("test_leaves_its_arguments_alone",),
)
def steps_in_place(w: Array, dw: Array, learning_rate: float) -> Array:
    w -= learning_rate * dw
    return w


@misconception(
    "sgd_step",
    hint="Which of the three arguments never appears in your formula?",
    source="",
    fails=_ALL_SGD,
)
def forgets_the_learning_rate(w: Array, dw: Array, learning_rate: float) -> Array:
    return w - dw


@misconception(
    "sgd_step",
    hint="You return how far the weights move. Where do they arrive?",
    source="",
    fails=_ALL_SGD,
)
def returns_only_the_step(w: Array, dw: Array, learning_rate: float) -> Array:
    return -learning_rate * dw


@misconception(
    "sgd_step",
    hint="Is the gradient taken away from the weight, or is the weight multiplied by it? "
    "Try a weight of zero.",
    source="",
    fails=_ALL_SGD,
)
def shrinks_the_weight_by_its_gradient(w: Array, dw: Array, learning_rate: float) -> Array:
    return w * (1 - learning_rate * dw)


@misconception(
    "sgd_step",
    hint="Should a weight with a large gradient move as far as one with a small gradient?",
    source="",
    fails=_ALL_SGD,
)
def looks_at_the_sign_alone(w: Array, dw: Array, learning_rate: float) -> Array:
    return w - learning_rate * np.sign(dw)


@misconception(
    "sgd_step",
    hint="Should a smaller learning rate make the step smaller or larger?",
    source="",
    fails=_ALL_SGD,
)
def divides_by_the_learning_rate(w: Array, dw: Array, learning_rate: float) -> Array:
    return w - dw / learning_rate


@alternative("sgd_step")
def step_with_loops(w: Array, dw: Array, learning_rate: float) -> Array:
    new = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        new[index] = w[index] - learning_rate * dw[index]
    return new


@alternative("sgd_step")
def step_on_a_copy(w: Array, dw: Array, learning_rate: float) -> Array:
    new = w.copy()
    new -= learning_rate * dw
    return new


@alternative("sgd_step")
def step_with_ufuncs(w: Array, dw: Array, learning_rate: float) -> Array:
    return np.asarray(np.subtract(w, np.multiply(learning_rate, dw)))


@alternative("sgd_step")
def step_in_single_precision(w: Array, dw: Array, learning_rate: float) -> Array:
    return (w - learning_rate * dw).astype(np.float32)
