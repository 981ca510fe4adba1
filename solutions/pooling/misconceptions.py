"""Known mistakes in the assignment "pooling".

C4W1 is week 1 of course 4 of the Deep Learning Specialization, CS231n its assignment 2; both
were looked through in public student repositories. Windows of one output are cut out of all
maps at once, as an array (N, size, size, C); only outputs are looped over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.explanation.misconceptions import Mistakes, Shared

from .._contrasts import OF_LAYERS
from . import Array

CONTRASTS = OF_LAYERS

Place = tuple[int, int]


# --- steps that several exercises take ------------------------------------------------------


def _every_output(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return [(i, j) for i in range(h_out) for j in range(w_out)]


def _every_output_of_the_stride(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return [(i, j) for i in range(0, h_out, stride) for j in range(0, w_out, stride)]


def _every_corner(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return [(i * stride, j * stride) for i in range(h_out) for j in range(w_out)]


def _square(images: Array, top: int, left: int, size: int, stride: int, i: int, j: int) -> Array:
    return images[:, top : top + size, left : left + size]  # (N, K, K, C), a view


def _by_the_stride(size: int, stride: int) -> int:
    return stride


def _largest(windows: Array) -> Any:
    return windows.max(axis=(1, 2))


def _sum(windows: Array) -> Any:
    return windows.sum(axis=(1, 2))


def _by_their_number(total: Array, windows: Array, size: int) -> Array:
    number = windows.shape[1] * windows.shape[2]
    return total / number if number else np.full(total.shape, np.nan)  # NumPy would warn


def _mean(windows: Array) -> Array:
    return _by_their_number(_sum(windows), windows, 0)


def _largest_in_magnitude(windows: Array) -> Any:
    n, height, width, channels = windows.shape
    flat = windows.reshape(n, height * width, channels)
    places = np.abs(flat).argmax(axis=1)
    return flat[np.arange(n)[:, None], places, np.arange(channels)]


# --- forward --------------------------------------------------------------------------------


def _stops(length: int, size: int, stride: int) -> int:
    return (length - size) // stride + 1


def _only_whole_blocks(length: int, size: int, stride: int) -> int:
    return len(np.empty(length).reshape(-1, size))  # raises what reshaping raises


def _refuse_remainder(length: int, size: int, stride: int) -> int:
    assert (length - size) % stride == 0, "the windows do not fit"
    return (length - size) // stride + 1


def _whole_batch(windows: Array) -> Array:
    n, height, width, channels = windows.shape
    return windows.reshape(1, n * height, width, channels)


def _every_channel(windows: Array) -> Array:
    n, height, width, channels = windows.shape
    return windows.reshape(n, height, width * channels, 1)


def _write(out: Array, i: int, j: int, size: int, numbers: Array) -> None:
    out[:, i, j] = numbers


def _write_a_block(out: Array, i: int, j: int, size: int, numbers: Array) -> None:
    out[:, i : i + size, j : j + size] = numbers[:, None, None]


def _write_into_the_first(out: Array, i: int, j: int, size: int, numbers: Array) -> None:
    out[:1, i, j] = numbers[:1]


def _slide(
    x: Array,
    size: int,
    stride: int,
    number: Callable[..., Any],
    side: Callable[..., Any],
    shape: Callable[..., Any],
    start: Callable[..., Any],
    visited: Callable[..., Any],
    position: Callable[..., Any],
    move: Callable[..., Any],
    cut: Callable[..., Any],
    examples: Callable[..., Any],
    channels: Callable[..., Any],
    write: Callable[..., Any],
) -> Any:
    """Write one number of every window, taken by ``number``; see the two exercises."""
    h_out, w_out = shape(*(side(length, size, stride) for length in x.shape[1:3]))
    out = start((len(x), h_out, w_out, x.shape[3]), x)
    pixels = move(size, stride)
    for i, j in visited(h_out, w_out, stride):
        row, column = position(i, j)
        windows = cut(x, row * pixels, column * pixels, size, stride, i, j)
        write(out, i, j, size, number(channels(examples(windows))))
    return out


def _max_pool_forward(
    x: Array,
    size: int,
    stride: int,
    *,
    side: Callable[..., Any] = _stops,
    shape: Callable[..., Any] = lambda h_out, w_out: (h_out, w_out),
    visited: Callable[..., Any] = _every_output,
    position: Callable[..., Any] = lambda i, j: (i, j),
    move: Callable[..., Any] = _by_the_stride,
    cut: Callable[..., Any] = _square,
    examples: Callable[..., Any] = lambda windows: windows,
    channels: Callable[..., Any] = lambda windows: windows,
    number: Callable[..., Any] = _largest,
    write: Callable[..., Any] = _write,
) -> Any:
    """Move the window over all maps at once, one position after the other.

    How many outputs a side has, the shape of the map, the outputs that are visited, which
    window belongs to one, how far it moves and how it is cut out; the examples and the
    channels that are in it, the number that is taken of it, where that is written.
    """
    return _slide(
        x,
        size,
        stride,
        number=number,
        side=side,
        shape=shape,
        start=lambda shape, x: np.zeros(shape),
        visited=visited,
        position=position,
        move=move,
        cut=cut,
        examples=examples,
        channels=channels,
        write=write,
    )


def _average_pool_forward(
    x: Array,
    size: int,
    stride: int,
    *,
    side: Callable[..., Any] = _stops,
    shape: Callable[..., Any] = lambda h_out, w_out: (h_out, w_out),
    start: Callable[..., Any] = lambda shape, x: np.zeros(shape),
    visited: Callable[..., Any] = _every_output,
    position: Callable[..., Any] = lambda i, j: (i, j),
    move: Callable[..., Any] = _by_the_stride,
    cut: Callable[..., Any] = _square,
    examples: Callable[..., Any] = lambda windows: windows,
    channels: Callable[..., Any] = lambda windows: windows,
    total: Callable[..., Any] = _sum,
    divided: Callable[..., Any] = _by_their_number,
    write: Callable[..., Any] = _write,
) -> Any:
    """Move the window over all maps at once, one position after the other.

    How many outputs a side has, the shape of the map, the array that is filled, the outputs
    that are visited, which window belongs to one, how far it moves and how it is cut out; the
    examples and the channels that are in it, the sum of its numbers, what it is divided by,
    where the average is written.
    """
    return _slide(
        x,
        size,
        stride,
        number=lambda windows: divided(total(windows), windows, size),
        side=side,
        shape=shape,
        start=start,
        visited=visited,
        position=position,
        move=move,
        cut=cut,
        examples=examples,
        channels=channels,
        write=write,
    )


max_pool_forward = Mistakes("max_pool_forward", _max_pool_forward)
average_pool_forward = Mistakes("average_pool_forward", _average_pool_forward)
forward = Shared(max_pool_forward, average_pool_forward)


forward.misconception(
    "does_not_round_the_size_down",
    hint="A number of windows is a whole number. Which of Python's two divisions gives one?",
    row="OS7",
    seen=11,
    where="11 of 70 student repositories of CS231n",
    side=lambda length, size, stride: (length - size) / stride + 1,
)

forward.misconception(
    "refuses_a_remainder",
    hint="What does the exercise say about a window that would stick out? An input that does not "
    "divide evenly is no mistake.",
    row="OS9",
    seen=4,
    where="4 of 70 student repositories of CS231n",
    side=_refuse_remainder,
)

forward.misconception(
    "takes_the_width_from_the_height",
    hint="Height and width may differ. Is each output side computed from its own input side?",
    row="OS12",
    seen=4,
    where="4 student repositories (2 of C4W1, 2 of CS231n), counted with the convolution",
    shape=lambda h_out, w_out: (h_out, h_out),
)

forward.misconception(
    "divides_by_its_size",
    hint="How many windows fit in a row of 7 when the size is 3 and the stride 2? Draw them and "
    "compare with your output size.",
    row="OS10",
    seen=3,
    where="3 of 56 student repositories of CS231n",
    side=lambda length, size, stride: length // size,
)

forward.misconception(
    "cuts_the_input_into_blocks",
    hint="Your windows lie side by side and fill the input. What if the stride says otherwise, "
    "or a last row is left over?",
    row="OS10",
    side=_only_whole_blocks,
    move=lambda size, stride: size,
)

forward.misconception(
    "ignores_the_stride",
    hint="Where does the second window start, and where should it? Try it with a stride of 2.",
    row="PF1",
    seen=2,
    where="2 of 76 student repositories of C4W1",
    move=lambda size, stride: 1,
)

forward.misconception(
    "swaps_rows_and_columns",
    hint="The second output of the first row is out[n, 0, 1, c]. At which row and which column "
    "does its window start when the stride is 2, and where does yours start?",
    row="PF11",
    seen=2,
    where="2 of 76 student repositories of C4W1",
    position=lambda i, j: (j, i),
)

forward.misconception(
    "skips_outputs",
    hint="How many entries of your output were never written? The stride moves the window in the "
    "input, not the place in the output.",
    row="PF10",
    seen=2,
    where="2 student repositories, in one form or the other",
    visited=_every_output_of_the_stride,
    move=lambda size, stride: 1,
)

forward.misconception(
    "writes_blocks_of_outputs",
    hint="Why do the numbers of your output come in blocks? One window gives one number, and it "
    "has one place.",
    row="PF10",
    seen=2,
    where="2 student repositories, in one form or the other",
    visited=_every_output_of_the_stride,
    move=lambda size, stride: 1,
    write=_write_a_block,
)

forward.misconception(
    "uses_the_stride_twice",
    hint="Your loops step over outputs. If output 1 belongs to the second window, who writes it?",
    row="PF10",
    visited=_every_output_of_the_stride,
)

forward.misconception(
    "moves_by_its_size",
    hint="Which argument moves the window: its size or its stride? Try a size of 3 with a stride "
    "of 2.",
    row="PF7",
    seen=1,
    where="1 of 70 student repositories of CS231n",
    move=lambda size, stride: size,
)

forward.misconception(
    "pools_across_channels",
    hint="One channel of an image holds only ones, the other only fives. What should each channel "
    "of the output hold, and what does it hold in yours?",
    row="PF2",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    channels=_every_channel,
)

forward.misconception(
    "pools_across_examples",
    hint="Does one image of the batch know about another? Look at the first axis of the window "
    "you cut out.",
    row="PF3",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    examples=_whole_batch,
)

forward.misconception(
    "always_reads_one_example",
    hint="All the examples in your output look alike. From which example of x does your code read?",
    row="PF4",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    examples=lambda windows: windows[:1],
)

forward.misconception(
    "always_reads_one_channel",
    hint="All the channels of your output look alike. From which channel of x does your code read?",
    channels=lambda windows: windows[..., :1],
)

forward.misconception(
    "takes_the_column_from_the_row",
    hint="Why are all columns of your output equal? Look at what the left edge of the window is "
    "computed from.",
    row="PF6",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    position=lambda i, j: (i, i),
)

forward.misconception(
    "loses_the_last_window",
    hint="Take an input exactly as large as the window, with stride 2: how many windows are "
    "there, and what does your formula say?",
    row="OS11",
    seen=1,
    where="a formula on a public page",
    side=lambda length, size, stride: (length - size + 1) // stride,
)

forward.misconception(
    "adds_one_twice",
    hint="Try your size formula with a row of 4 numbers, a size of 3 and stride 1. How many "
    "windows fit, and where does the extra one come from?",
    row="OS4",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    side=lambda length, size, stride: (length - size + 1) // stride + 1,
)

forward.misconception(
    "swaps_output_height_and_width",
    hint="Which axis of the output is the height? Try an input that is wider than high.",
    row="OS2",
    seen=2,
    where="a forum thread and a course changelog, on the convolution",
    shape=lambda h_out, w_out: (w_out, h_out),
)

forward.misconception(
    "ends_the_window_without_the_stride",
    hint="With stride 2, print the shapes of the first and of the second window: they should be "
    "equal. What does the end of the second one depend on in your code?",
    row="CF3",
    seen=1,
    where="1 public text, on the convolution",
    cut=lambda x, top, left, size, stride, i, j: x[:, top : i + size, left : j + size],
)

forward.misconception(
    "ends_the_window_one_pixel_early",
    hint="How many numbers should a window with a size of 3 hold, and how many does yours? List "
    "the rows and columns that it takes in.",
    row="CF11",
    seen=2,
    where="1 of 76 student repositories of C4W1 and a forum thread, on the convolution",
    cut=lambda x, top, left, size, stride, i, j: x[:, top : top + size - 1, left : left + size - 1],
)

forward.misconception(
    "cuts_windows_as_long_as_the_stride",
    hint="Which argument says how long a window is, and which one says how far it moves? Yours "
    "ends where the next one starts.",
    cut=lambda x, top, left, size, stride, i, j: x[:, top : top + stride, left : left + stride],
)

forward.misconception(
    "keeps_windows_that_stick_out",
    hint="Draw the last window. Does all of it lie inside the input?",
    row="OS5",
    side=lambda length, size, stride: -((size - length) // stride) + 1,
)

forward.misconception(
    "rounds_the_number_of_windows",
    hint="Say the division gives 2.67. How many whole moves can the window make, and how many do "
    "you count?",
    row="OS8",
    side=lambda length, size, stride: round((length - size) / stride) + 1,
)

forward.misconception(
    "forgets_the_first_window",
    hint="How many windows are there on an input exactly as large as the window? Put the numbers "
    "into your size formula.",
    row="OS3",
    side=lambda length, size, stride: (length - size) // stride,
)

forward.misconception(
    "never_uses_the_stride",
    hint="Which of your arguments never appears in your code? Call your function with two "
    "strides and compare.",
    row="OS13",
    side=lambda length, size, stride: length - size + 1,
    move=lambda size, stride: 1,
)

forward.misconception(
    "leaves_the_stride_out_of_the_size",
    hint="Which argument does not appear in your size formula? A larger stride leaves fewer "
    "windows.",
    row="OS13",
    side=lambda length, size, stride: length - size + 1,
)

forward.misconception(
    "skips_the_last_row_and_column",
    hint="Look at the last row and the last column of your output. Are these zeros real?",
    row="CF16",
    visited=lambda h_out, w_out, stride: _every_output(h_out - 1, w_out - 1, stride),
)

forward.misconception(
    "stops_after_a_row",
    hint="Which rows of your output were ever written? At which point does your function return?",
    row="PB12",
    visited=lambda h_out, w_out, stride: _every_output(min(h_out, 1), w_out, stride),
    write=_write_into_the_first,
)


# --- max_pool_forward, alone ----------------------------------------------------------------

max_pool_forward.misconception(
    "never_cuts_the_window",
    hint="Every number of a map comes out the same. Of which part of the input do you take the "
    "maximum, and does that part depend on the position?",
    row="PF5",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    cut=lambda x, top, left, size, stride, i, j: x,
)

max_pool_forward.misconception(
    "starts_from_zero",
    hint="A window holds -7, -2, -5 and -3. What is the largest of them, what does your function "
    "give, and where does that number come from?",
    row="PF9",
    number=lambda windows: windows.max(axis=(1, 2), initial=0),
)

max_pool_forward.misconception(
    "takes_the_largest_magnitude",
    hint="Which is larger, -7 or -2? The maximum looks at the sign too.",
    row="PF16",
    number=_largest_in_magnitude,
)

max_pool_forward.misconception(
    "forgets_the_sign",
    hint="The largest of -7 and -2 is one of these two numbers. Where did the sign go?",
    row="PF16",
    number=lambda windows: _largest(np.abs(windows)),
)

max_pool_forward.misconception(
    "takes_the_average",
    hint="A window holds 1, 2, 3 and 4. What should max_pool_forward give for it, and what does "
    "yours give?",
    row="PF12",
    number=_mean,
)


# --- average_pool_forward, alone ------------------------------------------------------------

average_pool_forward.misconception(
    "takes_the_width_from_the_height_with_a_fixed_divisor",
    hint="Height and width may differ. Is each output side computed from its own input side?",
    row="OS12",
    seen=4,
    where="4 student repositories (2 of C4W1, 2 of CS231n), counted with the convolution",
    shape=lambda h_out, w_out: (h_out, h_out),
    divided=lambda total, windows, size: total / size**2,
)

average_pool_forward.misconception(
    "divides_by_its_size_with_a_fixed_divisor",
    hint="How many windows fit in a row of 7 when the size is 3 and the stride 2? Draw them and "
    "compare with your output size.",
    row="OS10",
    seen=3,
    where="3 of 56 student repositories of CS231n",
    side=lambda length, size, stride: length // size,
    divided=lambda total, windows, size: total / size**2,
)

average_pool_forward.misconception(
    "swaps_rows_and_columns_with_a_fixed_divisor",
    hint="The second output of the first row is out[n, 0, 1, c]. At which row and which column "
    "does its window start when the stride is 2, and where does yours start?",
    row="PF11",
    seen=2,
    where="2 of 76 student repositories of C4W1",
    position=lambda i, j: (j, i),
    divided=lambda total, windows, size: total / size**2,
)

average_pool_forward.misconception(
    "writes_where_the_window_starts",
    hint="With stride 2 the second window starts at row 2 of the input. Which row of the output "
    "is its number for?",
    row="PF10",
    visited=_every_corner,
    move=lambda size, stride: 1,
)

average_pool_forward.misconception(
    "moves_by_its_size_with_a_fixed_divisor",
    hint="Which argument moves the window: its size or its stride? Try a size of 3 with a stride "
    "of 2.",
    row="PF7",
    seen=1,
    where="1 of 70 student repositories of CS231n",
    move=lambda size, stride: size,
    divided=lambda total, windows, size: total / size**2,
)

average_pool_forward.misconception(
    "never_cuts_the_window",
    hint="Every number of a map comes out the same. Of which part of the input do you take the "
    "average, and does that part depend on the position?",
    row="PF5",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    cut=lambda x, top, left, size, stride, i, j: x,
)

average_pool_forward.misconception(
    "keeps_windows_that_stick_out_with_a_fixed_divisor",
    hint="Draw the last window. Does all of it lie inside the input? See what the exercise says "
    "about one that does not.",
    row="OS5",
    side=lambda length, size, stride: -((size - length) // stride) + 1,
    divided=lambda total, windows, size: total / size**2,
)

average_pool_forward.misconception(
    "leaves_the_stride_out_of_the_size_with_a_fixed_divisor",
    hint="Which argument does not appear in your size formula? A larger stride leaves fewer "
    "windows.",
    row="OS13",
    side=lambda length, size, stride: length - size + 1,
    divided=lambda total, windows, size: total / size**2,
)

average_pool_forward.misconception(
    "only_adds_up",
    hint="What is the average of four equal numbers? Try a window of ones.",
    row="PF8",
    divided=lambda total, windows, size: total,
)

average_pool_forward.misconception(
    "divides_by_the_side",
    hint="How many numbers are in a window? Its side is something else.",
    row="PF13",
    divided=lambda total, windows, size: total / size,
)

average_pool_forward.misconception(
    "always_divides_by_four",
    hint="Where does the 4 come from, and is it right when the window has side 3?",
    row="PF15",
    divided=lambda total, windows, size: total / 4,
)

average_pool_forward.misconception(
    "divides_by_the_sum_of_the_sides",
    hint="How many numbers are in a window of side 3? Count them in a drawing.",
    divided=lambda total, windows, size: total / (size + size),
)

average_pool_forward.misconception(
    "takes_the_maximum",
    hint="A window holds 1, 2, 3 and 4. What should average_pool_forward give for it, and what "
    "does yours give?",
    row="PF12",
    total=_largest,
    divided=lambda total, windows, size: total,
)

average_pool_forward.misconception(
    "loses_the_fractions",
    hint="What is the average of 1 and 2, and which dtype has the array you write it into?",
    row="CF13",
    start=lambda shape, x: np.zeros(shape, x.dtype),
)

average_pool_forward.misconception(
    "rounds_the_average_down",
    hint="What is the average of 1 and 2? Python has two divisions: which one is yours?",
    divided=lambda total, windows, size: total // size**2,
)


# --- backward -------------------------------------------------------------------------------


def _the_same_shape_as(x: Array, dout: Array) -> Array:
    return np.zeros(x.shape)


def _all_maps(examples: int, channels: int) -> list[tuple[slice, slice]]:
    return [(slice(None), slice(None))]


def _channel_by_channel(examples: int, channels: int) -> list[tuple[slice, slice]]:
    return [(slice(None), slice(c, c + 1)) for c in range(channels)]


def _first_map(examples: int, channels: int) -> list[tuple[slice, slice]]:
    return [(slice(1), slice(1))]


def _the_first_largest(windows: Array) -> Any:
    largest = windows == windows.max(axis=(1, 2), keepdims=True)
    n, height, width, channels = windows.shape
    if np.count_nonzero(largest) == n * channels:  # a tie is rare and takes longer
        return largest
    places = windows.reshape(n, height * width, channels).argmax(axis=1)
    every_place = np.arange(height * width)[:, None]
    return (every_place == places[:, None]).reshape(windows.shape)


def _every_largest(windows: Array) -> Any:
    return windows == windows.max(axis=(1, 2), keepdims=True)


def _add(target: Array, value: Array, portion: Array) -> None:
    target += portion * value


def _add_number_by_number(target: Array, value: Array, portion: Array) -> None:
    target[...] = target + portion * value  # as dx[n, i, j, c] += does: whole numbers stay whole


def _assign(target: Array, value: Array, portion: Array) -> None:
    target[...] = portion * value


def _send_back(
    dout: Array,
    x: Array,
    size: int,
    stride: int,
    portion: Callable[..., Any],
    start: Callable[..., Any],
    visited: Callable[..., Any],
    maps: Callable[..., Any],
    position: Callable[..., Any],
    move: Callable[..., Any],
    cut: Callable[..., Any],
    incoming: Callable[..., Any],
    sent: Callable[..., Any],
    into: Callable[..., Any],
    result: Callable[..., Any],
) -> Any:
    """Give each input of a window its portion of what is sent there; see the two exercises."""
    dx = start(x, dout)
    pixels = move(size, stride)
    groups = [(n, c, x[n, ..., c], dx[n, ..., c]) for n, c in maps(len(x), x.shape[3])]
    for i, j in visited(*dout.shape[1:3], stride):
        gradients = incoming(dout, i, j)
        for n, c, images, gradient_of_images in groups:
            row, column = position(i, j, c)
            corner = row * pixels, column * pixels
            windows = cut(images, *corner, size, stride, i, j)
            target = cut(gradient_of_images, *corner, size, stride, i, j)
            value = sent(gradients[n, c], windows)[:, None, None]  # (N, 1, 1, C)
            into(target, value, portion(windows, images))
    return result(dx, dout, size)


def _assign_at_the_winner(target: Array, value: Array, portion: Array) -> None:
    np.copyto(target, value, where=portion)


def _one_alone(windows: Array, images: Array, size: int) -> Any:
    mask = _every_largest(windows)
    if np.count_nonzero(mask) > mask.shape[0] * mask.shape[3]:
        np.flatnonzero(mask).item()  # raises: two places are no single number
    return mask


def _positive_ones_alone(windows: Array, images: Array, size: int) -> Any:
    return _the_first_largest(windows) & (windows > 0)


def _corner_unless_positive(windows: Array, images: Array, size: int) -> Any:
    mask = _positive_ones_alone(windows, images, size)
    mask[:, 0, 0] |= ~mask.any(axis=(1, 2))
    return mask


def _close_to_the_largest(windows: Array, images: Array, size: int) -> Any:
    largest = windows.max(axis=(1, 2), keepdims=True)
    return np.abs(windows - largest) <= 1e-8 + 1e-5 * np.abs(largest)  # np.isclose, but faster


def _max_pool_backward(
    dout: Array,
    x: Array,
    size: int,
    stride: int,
    *,
    start: Callable[..., Any] = _the_same_shape_as,
    visited: Callable[..., Any] = _every_output,
    maps: Callable[..., Any] = _all_maps,
    position: Callable[..., Any] = lambda i, j, c: (i, j),
    move: Callable[..., Any] = _by_the_stride,
    cut: Callable[..., Any] = _square,
    incoming: Callable[..., Any] = lambda dout, i, j: dout[:, i, j],
    compared: Callable[..., Any] = lambda windows: windows,
    mask: Callable[..., Any] = lambda windows, images, size: _the_first_largest(windows),
    laid: Callable[..., Any] = lambda mask: mask,
    sent: Callable[..., Any] = lambda gradients, windows: gradients,
    into: Callable[..., Any] = _add,
    result: Callable[..., Any] = lambda dx, dout, size: dx,
) -> Any:
    """Send each output's gradient back to the largest input of its window.

    What dx starts from, the outputs and the maps that are visited, which window belongs to
    one, how far it moves and how it is cut out; the gradient that comes in, the numbers that
    are compared, the mask of those that won, how it lies on the window, what is sent there,
    how it is put into dx and what is returned.
    """
    return _send_back(
        dout,
        x,
        size,
        stride,
        portion=lambda windows, images: laid(mask(compared(windows), images, size)),
        start=start,
        visited=visited,
        maps=maps,
        position=position,
        move=move,
        cut=cut,
        incoming=incoming,
        sent=sent,
        into=into,
        result=result,
    )


def _square_of_shares(windows: Array, size: int, h_out: int, w_out: int) -> Array:
    return np.full((1, size, size, 1), 1 / size**2)


def _average_pool_backward(
    dout: Array,
    x: Array,
    size: int,
    stride: int,
    *,
    start: Callable[..., Any] = _the_same_shape_as,
    visited: Callable[..., Any] = _every_output,
    maps: Callable[..., Any] = _all_maps,
    position: Callable[..., Any] = lambda i, j, c: (i, j),
    move: Callable[..., Any] = _by_the_stride,
    cut: Callable[..., Any] = _square,
    incoming: Callable[..., Any] = lambda dout, i, j: dout[:, i, j],
    sent: Callable[..., Any] = lambda gradients, windows: gradients,
    share: Callable[..., Any] = lambda windows, size, h_out, w_out: 1 / size**2,
    into: Callable[..., Any] = _add,
    result: Callable[..., Any] = lambda dx, dout, size: dx,
) -> Any:
    """Spread each output's gradient over the inputs of its window.

    What dx starts from, the outputs and the maps that are visited, which window belongs to
    one, how far it moves and how it is cut out; the gradient that comes in, what is sent
    back, the share of it that an input receives, how it is put into dx and what is returned.
    """
    return _send_back(
        dout,
        x,
        size,
        stride,
        portion=lambda windows, images: share(windows, size, *dout.shape[1:3]),
        start=start,
        visited=visited,
        maps=maps,
        position=position,
        move=move,
        cut=cut,
        incoming=incoming,
        sent=sent,
        into=into,
        result=result,
    )


max_pool_backward = Mistakes("max_pool_backward", _max_pool_backward)
average_pool_backward = Mistakes("average_pool_backward", _average_pool_backward)
backward = Shared(max_pool_backward, average_pool_backward)


backward.misconception(
    "ignores_the_stride",
    hint="With stride 2, at which row and which column of the input does the window of dout[0, 1, "
    "1] start, and where does the one that your code uses?",
    row="PB1",
    seen=15,
    where="15 of 48 student repositories of C4W1",
    move=lambda size, stride: 1,
)

backward.misconception(
    "moves_by_its_size",
    hint="Which argument moved the window in the forward pass: its size or its stride?",
    row="PB11",
    seen=1,
    where="1 of 70 student repositories of CS231n",
    move=lambda size, stride: size,
)

backward.misconception(
    "takes_the_column_from_the_channel",
    hint="Which of your loop variables is the column? Look at the left edge of the window.",
    row="PB8",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    maps=_channel_by_channel,
    position=lambda i, j, c: (i, c.start),
)

backward.misconception(
    "stops_after_a_row",
    hint="Which rows of dx have a gradient at all? At which point does your function return?",
    row="PB12",
    seen=1,
    where="1 public issue",
    visited=lambda h_out, w_out, stride: _every_output(min(h_out, 1), w_out, stride),
    maps=lambda examples, channels: [(slice(1), slice(None))],
)

backward.misconception(
    "stops_after_a_window",
    hint="How many windows have sent their gradient back when your function ends? At which point "
    "does your function return?",
    row="PB12",
    visited=lambda h_out, w_out, stride: [(0, 0)],
    maps=_first_map,
)

backward.misconception(
    "gives_dx_the_shape_of_the_output",
    hint="A gradient has the shape of the thing it belongs to. Whose gradient is dx?",
    row="PB18",
    start=lambda x, dout: np.zeros(dout.shape),
)

backward.misconception(
    "loses_the_fractions",
    hint="Which dtype does dx have when x holds whole numbers, and can it hold a gradient of 0.25?",
    row="CB22",
    start=lambda x, dout: np.zeros_like(x),
    into=_add_number_by_number,
)

backward.misconception(
    "adds_fractions_to_whole_numbers",
    hint="Your dx cannot take a number like 0.25. Which dtype did it get, and from where?",
    row="CB22",
    start=lambda x, dout: np.zeros_like(x),
)

backward.misconception(
    "swaps_rows_and_columns",
    hint="Which index of an array comes first, the row or the column? An input that is higher "
    "than wide shows it.",
    row="PF11",
    position=lambda i, j, c: (j, i),
)

backward.misconception(
    "takes_the_column_from_the_row",
    hint="Which windows of the input got a gradient? Look at what the left edge of the window is "
    "computed from.",
    row="PF6",
    position=lambda i, j, c: (i, i),
)

backward.misconception(
    "reads_dout_with_swapped_indices",
    hint="Which comes first in an index, the row or the column? Look at how you read dout.",
    row="CB17",
    incoming=lambda dout, i, j: dout[:, j, i],
)

backward.misconception(
    "assumes_a_square_output",
    hint="Let dout have 2 rows and 4 columns. Which of its numbers does your code read, and from "
    "where does it take the number of columns?",
    row="CB20",
    visited=lambda h_out, w_out, stride: _every_output(h_out, h_out, stride),
)

backward.misconception(
    "skips_the_last_row",
    hint="Does every row of dout send something back? Look at where your loop ends.",
    row="CB19",
    visited=lambda h_out, w_out, stride: _every_output(h_out - 1, w_out, stride),
)

backward.misconception(
    "skips_outputs",
    hint="How many numbers of dout were never read? The stride moves the window in the input, "
    "not the place in dout.",
    row="PF10",
    visited=_every_output_of_the_stride,
    move=lambda size, stride: 1,
)

backward.misconception(
    "reads_dout_where_the_window_starts",
    hint="With stride 2 the second window starts at row 2 of the input. In which row of dout is "
    "its gradient?",
    row="PF10",
    visited=_every_corner,
    move=lambda size, stride: 1,
)

backward.misconception(
    "reaches_as_far_as_the_stride",
    hint="Which argument says how long a window is, and which one says how far it moves? Yours "
    "ends where the next one starts.",
    cut=lambda x, top, left, size, stride, i, j: x[:, top : top + stride, left : left + stride],
)

backward.misconception(
    "averages_over_the_batch",
    hint="Should the gradient of an image become smaller when a second image joins the batch? "
    "Compare its dx alone and in a batch of two.",
    row="CB13",
    result=lambda dx, dout, size: dx / len(dout),
)


# --- max_pool_backward, alone ---------------------------------------------------------------

max_pool_backward.misconception(
    "gives_every_maximum_all",
    hint="A window holds 7, 0, 2, 7 and a gradient of 3 comes in. How much do you hand out in all? "
    "Which of the two sevens should receive it: what does the exercise say?",
    row="ties 1",
    seen=74,
    where="53 of 54 student repositories of C4W1 and 21 of CS231n",
    mask=lambda windows, images, size: _every_largest(windows),
)

max_pool_backward.misconception(
    "overwrites_overlapping_windows",
    hint="Can one input win in several windows, and can a window hold its largest number twice? "
    "Follow the gradient through your code in both cases.",
    row="PB2",
    seen=30,
    where="25 of 53 student repositories of CS231n and issues of 5 libraries, together with its "
    "other forms",
    mask=lambda windows, images, size: _every_largest(windows),
    into=_assign,
)

max_pool_backward.misconception(
    "overwrites_the_window_around_the_winner",
    hint="Can one input win in several windows? What do the zeros of the next window do to its "
    "gradient?",
    row="PB2",
    seen=30,
    where="25 of 53 student repositories of CS231n and issues of 5 libraries, together with its "
    "other forms",
    into=_assign,
)

max_pool_backward.misconception(
    "lets_the_last_window_win",
    hint="Can one input win in several windows? What should happen to its gradient then?",
    row="PB3",
    seen=30,
    where="25 of 53 student repositories of CS231n and issues of 5 libraries, together with its "
    "other forms",
    into=_assign_at_the_winner,
)

max_pool_backward.misconception(
    "adds_the_gradient_to_the_input",
    hint="What must dx be when every number of dout is zero?",
    row="PB15",
    start=lambda x, dout: x.copy(),
    into=_add_number_by_number,
)

max_pool_backward.misconception(
    "writes_the_gradient_into_the_input",
    hint="What has happened to the caller's x after the call? A second name for an array is not "
    "a second array.",
    row="PB15",
    start=lambda x, dout: x,
    into=_add_number_by_number,
)

max_pool_backward.misconception(
    "leaves_the_gradient_at_the_place_of_the_output",
    hint="You return one number for each output. Which inputs did it come from, and how many "
    "inputs are there?",
    row="PB18",
    result=lambda dx, dout, size: dout.copy(),
)

max_pool_backward.misconception(
    "swaps_row_and_column_of_the_winner",
    hint="Put the largest number of a window into its top right corner. At which place of the "
    "window does your gradient arrive?",
    row="PB13",
    seen=2,
    where="2 of 70 student repositories of CS231n",
    laid=lambda mask: mask.transpose(0, 2, 1, 3),
)

max_pool_backward.misconception(
    "forgets_the_incoming_gradient",
    hint="Whose gradient is travelling back through the window? Look for dout in what you add.",
    row="PB5",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    sent=lambda gradients, windows: np.ones(gradients.shape),
)

max_pool_backward.misconception(
    "routes_the_activation",
    hint="What is travelling back: the largest activation, or the gradient that belongs to it?",
    row="PB6",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    sent=lambda gradients, windows: _largest(windows),
)

max_pool_backward.misconception(
    "multiplies_by_the_activation",
    hint="The output is the winning input itself. If the input grows by 1, by how much does the "
    "output grow?",
    row="PB6",
    sent=lambda gradients, windows: _largest(windows) * gradients,
)

max_pool_backward.misconception(
    "takes_the_winners_of_one_example",
    hint="Do all examples of a batch have their maxima at the same places?",
    row="PB10",
    compared=lambda windows: windows[:1],
)

max_pool_backward.misconception(
    "takes_the_winners_of_one_channel",
    hint="Do all channels of an image have their maxima at the same places?",
    compared=lambda windows: windows[..., :1],
)

max_pool_backward.misconception(
    "looks_for_the_maximum_of_the_map",
    hint="Each window has its own winner. Of which numbers do you take the maximum?",
    row="PB14",
    mask=lambda windows, images, size: windows == images.max(axis=(1, 2), keepdims=True),
)

max_pool_backward.misconception(
    "sends_everything_to_the_maximum_of_the_map",
    hint="Each window has its own winner. How many inputs of a map received a gradient from you?",
    row="PB14",
    cut=lambda x, top, left, size, stride, i, j: x,
)

max_pool_backward.misconception(
    "multiplies_by_the_maximum",
    hint="A window holds 1, 2, 3 and 4 and a gradient of 10 comes in. Which inputs should receive "
    "something, and how much? Compare with what you hand out.",
    row="MK1",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    mask=lambda windows, images, size: windows.max(axis=(1, 2), keepdims=True),
)

max_pool_backward.misconception(
    "loses_negative_maxima",
    hint="A window holds -7, -2, -5 and -3. Which of them should receive the gradient, and which "
    "one does?",
    row="MK2",
    mask=_positive_ones_alone,
)

max_pool_backward.misconception(
    "sends_the_gradient_of_negative_windows_to_the_corner",
    hint="A window holds -7, -2, -5 and -3. Which of them should receive the gradient, and which "
    "one does?",
    row="MK2",
    mask=_corner_unless_positive,
)

max_pool_backward.misconception(
    "marks_near_maxima_too",
    hint="How close is equal? A number that is nearly the largest is still not the largest.",
    row="MK3",
    seen=1,
    where="1 public pull request",
    mask=_close_to_the_largest,
)

max_pool_backward.misconception(
    "looks_for_the_largest_magnitude",
    hint="Which is larger, -7 or -2? The maximum looks at the sign too.",
    row="MK4",
    compared=lambda windows: np.abs(windows),
)

max_pool_backward.misconception(
    "expects_a_single_maximum",
    hint="What happens in your code if two numbers of a window are equally large?",
    row="PB19",
    seen=1,
    where="1 of 70 student repositories of CS231n",
    mask=_one_alone,
)

max_pool_backward.misconception(
    "spreads_over_the_whole_window",
    hint="Which inputs of a window does its maximum depend on? Change one of the others a little.",
    row="PB17",
    mask=lambda windows, images, size: 1 / size**2,
)


# --- average_pool_backward, alone -----------------------------------------------------------

average_pool_backward.misconception(
    "overwrites_earlier_shares",
    hint="How many windows contain the centre of a 3 by 3 input when the size is 2 and the "
    "stride 1? How many shares does it get from you?",
    row="PB4",
    into=_assign,
)

average_pool_backward.misconception(
    "adds_the_gradient_to_the_input",
    hint="What must dx be when every number of dout is zero?",
    row="PB15",
    start=lambda x, dout: x.copy(),
)

average_pool_backward.misconception(
    "writes_the_gradient_into_the_input",
    hint="What has happened to the caller's x after the call? A second name for an array is not "
    "a second array.",
    row="PB15",
    start=lambda x, dout: x,
)

average_pool_backward.misconception(
    "leaves_the_gradient_at_the_place_of_the_output",
    hint="You return one number for each output. Which inputs did it come from, and how many "
    "inputs are there?",
    row="PB18",
    result=lambda dx, dout, size: dout.copy() / size**2,
)

average_pool_backward.misconception(
    "moves_a_square_by_its_size",
    hint="Which argument moved the window in the forward pass: its size or its stride? Your last "
    "squares reach past the edge.",
    row="PB11",
    seen=1,
    where="1 of 70 student repositories of CS231n",
    move=lambda size, stride: size,
    share=_square_of_shares,
)

average_pool_backward.misconception(
    "sends_all_of_dout_to_every_window",
    hint="Which output belongs to this window? Each output sends back its own gradient only.",
    row="PB7",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    incoming=lambda dout, i, j: np.full(dout[:, 0, 0].shape, dout.sum()),
)

average_pool_backward.misconception(
    "divides_by_the_number_of_outputs",
    hint="One output is shared by how many inputs? Count the inputs of a window, not the outputs.",
    row="PB9",
    share=lambda windows, size, h_out, w_out: 1 / (h_out * w_out),
)

average_pool_backward.misconception(
    "ignores_dout",
    hint="Who decides how much there is to share out? One of your arguments is never read.",
    row="DV1",
    seen=1,
    where="a forum thread",
    sent=lambda gradients, windows: np.ones(gradients.shape),
)

average_pool_backward.misconception(
    "gives_everyone_the_whole_gradient",
    hint="Add up what a single window hands out. Is it what came in?",
    row="DV2",
    share=lambda windows, size, h_out, w_out: 1,
)

average_pool_backward.misconception(
    "divides_the_gradient_by_the_side",
    hint="How many inputs share the gradient of one window? Its side is something else.",
    row="DV3",
    share=lambda windows, size, h_out, w_out: 1 / size,
)

average_pool_backward.misconception(
    "divides_by_the_sum_of_the_sides",
    hint="How many numbers are in a window of side 3? Count them in a drawing.",
    row="DV4",
    share=lambda windows, size, h_out, w_out: 1 / (size + size),
)

average_pool_backward.misconception(
    "always_divides_the_gradient_by_four",
    hint="Where does the 4 come from, and is it right when the window has side 3?",
    row="PF15",
    share=lambda windows, size, h_out, w_out: 1 / 4,
)

average_pool_backward.misconception(
    "routes_the_average",
    hint="What is travelling back: the average of the activations, or the gradient that belongs "
    "to it?",
    row="PB16",
    sent=lambda gradients, windows: _mean(windows),
    share=lambda windows, size, h_out, w_out: 1,
)

average_pool_backward.misconception(
    "spreads_the_average",
    hint="What is shared out here: the average of the activations, or the gradient that belongs "
    "to it?",
    row="PB16",
    sent=lambda gradients, windows: _mean(windows),
)

average_pool_backward.misconception(
    "gives_all_to_the_maximum",
    hint="Compare your two backward functions line by line. Does an average depend on the "
    "largest number alone?",
    row="PB17",
    share=lambda windows, size, h_out, w_out: _the_first_largest(windows),
)


# --- sgd_step -------------------------------------------------------------------------------


def _into_the_old_weights(w: Array, new: Array, dw: Array) -> Array:
    np.copyto(w, new)  # raises like -= where fractions do not fit
    return w


def _scale_in_place(slope: Array, learning_rate: float) -> Array:
    slope *= learning_rate
    return slope


def _sgd_step(
    w: Array,
    dw: Array,
    learning_rate: float,
    *,
    slope: Callable[..., Any] = lambda dw: dw,
    scaled: Callable[..., Any] = lambda slope, learning_rate: learning_rate * slope,
    moved: Callable[..., Any] = lambda w, step: w - step,
    result: Callable[..., Any] = lambda w, new, dw: new,
) -> Any:
    """The slope that is followed, the length of the step, the step itself, what is returned."""
    return result(w, moved(w, scaled(slope(dw), learning_rate)), dw)


sgd_step = Mistakes("sgd_step", _sgd_step)

sgd_step.misconception(
    "makes_a_weight_with_zero_gradient_zero",
    hint="Put w = -2 and dw = 0 into the formula of the step. What comes out, and what does your "
    "function return?",
    row="C2",
    seen=1,
    where="a learners' forum thread",
    result=lambda w, new, dw: np.where(dw == 0, 0.0, new),
)

sgd_step.misconception(
    "climbs_the_gradient",
    hint="The gradient points to where the loss grows. Which way do you want to go?",
    moved=lambda w, step: w + step,
)

sgd_step.misconception(
    "steps_in_place",
    hint="What has happened to the caller's w after the call? Look at which array your step "
    "writes into.",
    result=_into_the_old_weights,
)

sgd_step.misconception(
    "scales_the_gradient_in_place",
    hint="What has happened to the caller's dw after the call? *= writes into the array it is "
    "given.",
    scaled=_scale_in_place,
)

sgd_step.misconception(
    "forgets_the_learning_rate",
    hint="Which of the three arguments never appears in your formula?",
    scaled=lambda slope, learning_rate: slope,
)

sgd_step.misconception(
    "has_a_learning_rate_of_its_own",
    hint="Call your function with two different learning rates. Does the step become longer?",
    scaled=lambda slope, learning_rate: 0.1 * slope,
)

sgd_step.misconception(
    "divides_by_the_learning_rate",
    hint="Should a smaller learning rate make the step smaller or larger?",
    scaled=lambda slope, learning_rate: slope / learning_rate,
)

sgd_step.misconception(
    "returns_only_the_step",
    hint="You return how far the weights move. Where do they arrive?",
    moved=lambda w, step: -step,
)

sgd_step.misconception(
    "returns_what_should_be_taken_away",
    hint="You return what should be taken away from the weights. Where do they arrive?",
    moved=lambda w, step: step,
)

sgd_step.misconception(
    "shrinks_the_weight_by_its_gradient",
    hint="Is the gradient taken away from the weight, or is the weight multiplied by it? Try a "
    "weight of zero.",
    moved=lambda w, step: w * (1 - step),
)

sgd_step.misconception(
    "looks_at_the_sign_alone",
    hint="Should a weight with a large gradient move as far as one with a small gradient?",
    slope=lambda dw: np.sign(dw),
)


# --- the questions --------------------------------------------------------------------------

answer_1 = Mistakes("answer_1")

answer_1.option(
    "a",
    "gives_pooling_weights_of_its_own",
    hint="You gave the window weights. Look at your max_pool_forward: is there a number in it "
    "that gradient descent could change?",
    row="PC11",
)

answer_1.option(
    "b",
    "takes_nothing_to_learn_for_nothing_to_do",
    hint="Nothing to learn is not the same as nothing to do. Which inputs get a gradient from "
    "your max_pool_backward, and which get none?",
    row="C9",
)

answer_1.option(
    "c",
    "takes_weights_away_from_the_layer_before",
    hint="What does pooling make fewer, activations or weights? How many weights does a 3 × 3 "
    "kernel have with a pooling layer behind it, and how many without?",
    row="C8",
)

answer_2 = Mistakes("answer_2")

answer_2.option(
    "a",
    "gives_each_of_two_maxima_all",
    hint="Add up what the window sends back and compare it with what came in. Then raise both "
    "fives by a little: how much does the output rise?",
    row="ties 1",
)

answer_2.option(
    "c",
    "gives_nothing_where_two_are_equal",
    hint="Raising both fives raises the output, so the gradient cannot be zero for both. There "
    "is a kink, but a choice can be made.",
)

answer_2.option(
    "d",
    "shares_the_gradient_with_the_losers",
    hint="Raise one of the ones a little: does the output move? Being looked at is not the same "
    "as having an effect.",
)

answer_3 = Mistakes("answer_3")

answer_3.option(
    "a",
    "lets_one_activation_reach_one_weight",
    hint="Put the one number of dmap that came through into the formula of dkernel. In how many "
    "of the nine sums, one for each pair (a, b), does it appear?",
    row="C3",
)

answer_3.option(
    "b",
    "ends_the_gradient_at_the_pooling",
    hint="A layer without parameters still passes gradients on. What does your max_pool_backward "
    "return?",
    row="C9",
)

answer_3.option(
    "d",
    "lets_the_weights_compete",
    hint="Max pooling compares activations, never weights. Which array do you take the maximum of?",
    row="C3",
)

answer_4 = Mistakes("answer_4")

answer_4.option(
    "a",
    "takes_a_zero_gradient_for_a_zero_weight",
    hint="Put dw = 0 into the formula of the step. Is w - learning_rate * 0 zero?",
    row="C2",
)

answer_4.option(
    "c",
    "takes_a_zero_gradient_for_a_missing_connection",
    hint="When is it laid down which input reaches which output: before training, or by a step of "
    "it? Does one step change the size of the kernel?",
    row="C1",
)

answer_4.option(
    "d",
    "lets_every_weight_move_by_the_learning_rate",
    hint="The learning rate is multiplied by something. What is the product here?",
)
