"""Known mistakes in the assignment "pooling".

C4W1 is week 1 of course 4 of the Deep Learning Specialization, CS231n its assignment 2; both
were looked through in public student repositories. Windows of one output are cut out of all
maps at once, as an array (N, size, size, C); only outputs are looped over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.explanation.misconceptions import NEVER, Chosen, Mistakes, Shared, Wrong

from .. import _families as families
from .._contrasts import IMAGES, OF_LAYERS, OF_POOLING
from .._evidence import EVIDENCE
from . import Array

CONTRASTS = [*OF_LAYERS, *OF_POOLING]
IDEAS = {
    "max_pool_forward": "forward",
    "average_pool_forward": "forward",
    "max_pool_backward": "backward",
    "answer_1": "backward",
    "answer_2": "backward",
    "average_pool_backward": "backward",
    "sgd_step": "backward",
    "answer_3": "sparsity",
    "answer_4": "sparsity",
}
AXES = {
    "max_pool_forward": IMAGES,
    "average_pool_forward": IMAGES,
    "max_pool_backward": IMAGES,
    "average_pool_backward": IMAGES,
}

Place = tuple[int, int]


# --- steps that several exercises take ------------------------------------------------------


def _every_output(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return [(i, j) for i in range(h_out) for j in range(w_out)]


def _every_output_of_the_stride(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return [(i, j) for i in range(0, h_out, stride) for j in range(0, w_out, stride)]


def _every_corner(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return [(i * stride, j * stride) for i in range(h_out) for j in range(w_out)]


def _every_column_for_a_row(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return [(i, j) for i in range(w_out) for j in range(h_out)]


def _as_many_as_outputs(length: int, outputs: int, stride: int) -> int:
    return outputs


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


# --- families of mistakes -------------------------------------------------------------------

WIDTH_FROM_THE_HEIGHT = Wrong(
    "Height and width may differ. Is each output side computed from its own input side?",
    "OS12",
    shape=lambda h_out, w_out: (h_out, h_out),
)
DIVIDED_BY_ITS_SIZE = Wrong(
    "How many windows fit in a row of 7 when the size is 3 and the stride 2? Draw them and "
    "compare with your output size.",
    "OS10",
    seen=(3, "3 of 56 student repositories of CS231n"),
    side=lambda length, size, stride: length // size,
)
POSITION_TRANSPOSED = Wrong(
    "The second output of the first row is out[n, 0, 1, c]. At which row and which column "
    "does its window start when the stride is 2, and where does yours start?",
    "PF11",
    position=lambda i, j: (j, i),
)
MOVED_BY_ITS_SIZE = Wrong(
    "Which argument moves the window: its size or its stride? Try a size of 3 with a stride of 2.",
    "PF7",
    move=lambda size, stride: size,
)
AS_LONG_AS_THE_STRIDE = Wrong(
    "Which argument says how long a window is, and which one says how far it moves? Yours "
    "ends where the next one starts.",
    cut=lambda x, top, left, size, stride, i, j: x[:, top : top + stride, left : left + stride],
)
SIZE_WITHOUT_THE_STRIDE = Wrong(
    "Which argument does not appear in your size formula? A larger stride leaves fewer windows.",
    "OS13",
    side=lambda length, size, stride: length - size + 1,
)
LARGEST_MAGNITUDE = Wrong("Which is larger, -7 or -2? The maximum looks at the sign too.")
BY_FOUR = Wrong("Where does the 4 come from, and is it right when the window has side 3?", "PF15")
ADDED_TO_THE_INPUT = Wrong(
    "What must dx be when every number of dout is zero?", "PB15", start=lambda x, dout: x.copy()
)
NEGATIVE_MAXIMUM = Wrong(
    "A window holds -7, -2, -5 and -3. Which of them should receive the gradient, and which "
    "one does?",
    "MK2",
)
STRIDE_IGNORED = Wrong(
    "Where does the second window start, and where should it? Try it with a stride of 2.",
    move=lambda size, stride: 1,
)
OUTPUTS_SKIPPED = Wrong(
    "How many entries of your output were never written? The stride moves the window in the "
    "input, not the place in the output.",
    "PF10",
    visited=_every_output_of_the_stride,
    move=lambda size, stride: 1,
)
WHERE_THE_WINDOW_STARTS = Wrong(
    "With stride 2 the second window starts at row 2 of the input. Which row of the output "
    "is its number for?",
    "PF10",
    visited=_every_corner,
    move=lambda size, stride: 1,
)
ROUNDED = families.ROUNDED.but(
    side=lambda length, size, stride: round((length - size) / stride) + 1
)
ROUNDED_WITH_THE_ONE = families.ROUNDED_WITH_THE_ONE.but(
    side=lambda length, size, stride: round(1 + (length - size) / stride)
)
GROWING = families.WINDOW_GROWS.but(
    cut=lambda x, top, left, size, stride, i, j: x[:, i : top + size, j : left + size]
)
EVERY_CORNER = Wrong(
    "On an input of 5 rows, with size 3 and stride 2, at which rows does a window start that "
    "lies wholly inside, and at which rows does your loop start one?",
    stops=lambda length, outputs, stride: -(-length // stride),
)
WINDOW_NEVER_CUT = Wrong(
    "Every number of a map comes out the same. Of which part of the input do you take the "
    "maximum, and does that part depend on the position?",
    "PF5",
    cut=lambda x, top, left, size, stride, i, j: x,
)


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
    stops: Callable[..., Any],
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
    sides = [stops(*pair, stride) for pair in zip(x.shape[1:3], (h_out, w_out), strict=True)]
    for i, j in visited(*sides, stride):
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
    stops: Callable[..., Any] = _as_many_as_outputs,
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

    How many outputs a side has, the shape of the map, how many positions of a side are come to,
    the outputs that are visited, which window belongs to one, how far it moves and how it is
    cut out; the examples and the channels that are in it, the number that is taken of it, where
    that is written.
    """
    return _slide(
        x,
        size,
        stride,
        number=number,
        side=side,
        shape=shape,
        start=lambda shape, x: np.zeros(shape),
        stops=stops,
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
    stops: Callable[..., Any] = _as_many_as_outputs,
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

    How many outputs a side has, the shape of the map, the array that is filled, how many
    positions of a side are come to, the outputs that are visited, which window belongs to one,
    how far it moves and how it is cut out; the examples and the channels that are in it, the
    sum of its numbers, what it is divided by, where the average is written.
    """
    return _slide(
        x,
        size,
        stride,
        number=lambda windows: divided(total(windows), windows, size),
        side=side,
        shape=shape,
        start=start,
        stops=stops,
        visited=visited,
        position=position,
        move=move,
        cut=cut,
        examples=examples,
        channels=channels,
        write=write,
    )


max_pool_forward = Mistakes("max_pool_forward", _max_pool_forward, evidence=EVIDENCE)
average_pool_forward = Mistakes("average_pool_forward", _average_pool_forward, evidence=EVIDENCE)
forward = Shared(max_pool_forward, average_pool_forward)


forward.wrong(
    does_not_round_the_size_down=Wrong(
        "A number of windows is a whole number. Which of Python's two divisions gives one?",
        "OS7",
        seen=(11, "11 of 70 student repositories of CS231n"),
        side=lambda length, size, stride: (length - size) / stride + 1,
    ),
    refuses_a_remainder=Wrong(
        "What does the exercise say about a window that would stick out? An input that does not "
        "divide evenly is no mistake.",
        "OS9",
        seen=(4, "4 of 70 student repositories of CS231n"),
        side=_refuse_remainder,
    ),
    takes_the_width_from_the_height=WIDTH_FROM_THE_HEIGHT,
    divides_by_its_size=DIVIDED_BY_ITS_SIZE,
    divides_by_the_stride=Wrong(
        "How many windows fit in a row of 7 when the size is 3 and the stride 2? Draw them and "
        "compare with your output size: which argument is not in it?",
        side=lambda length, size, stride: length // stride,
    ),
    cuts_the_input_into_blocks=Wrong(
        "Your windows lie side by side and fill the input. What if the stride says otherwise, "
        "or a last row is left over?",
        "OS10",
        seen=NEVER,
        side=_only_whole_blocks,
        move=lambda size, stride: size,
    ),
    ignores_the_stride=STRIDE_IGNORED.but(row="PF1"),
    swaps_rows_and_columns=POSITION_TRANSPOSED,
    skips_outputs=OUTPUTS_SKIPPED.but(seen=(2, "2 student repositories, in one form or the other")),
    writes_where_the_window_starts=WHERE_THE_WINDOW_STARTS,
    writes_blocks_of_outputs=Wrong(
        "Why do the numbers of your output come in blocks? One window gives one number, and it "
        "has one place.",
        "PF10",
        seen=(2, "2 student repositories, in one form or the other"),
        visited=_every_output_of_the_stride,
        move=lambda size, stride: 1,
        write=_write_a_block,
    ),
    uses_the_stride_twice=Wrong(
        "Your loops step over outputs. If output 1 belongs to the second window, who writes it?",
        "PF10",
        visited=_every_output_of_the_stride,
    ),
    moves_by_its_size=MOVED_BY_ITS_SIZE,
    pools_across_channels=Wrong(
        "One channel of an image holds only ones, the other only fives. What should each channel "
        "of the output hold, and what does it hold in yours?",
        "PF2",
        channels=_every_channel,
    ),
    pools_across_examples=Wrong(
        "Does one image of the batch know about another? Look at the first axis of the window "
        "you cut out.",
        "PF3",
        examples=_whole_batch,
    ),
    always_reads_one_example=Wrong(
        "All the examples in your output look alike. From which example of x does your code read?",
        "PF4",
        examples=lambda windows: windows[:1],
    ),
    always_reads_one_channel=Wrong(
        "All the channels of your output look alike. From which channel of x does your code read?",
        channels=lambda windows: windows[..., :1],
    ),
    takes_the_column_from_the_row=Wrong(
        "Why are all columns of your output equal? Look at what the left edge of the window is "
        "computed from.",
        "PF6",
        position=lambda i, j: (i, i),
    ),
    loses_the_last_window=Wrong(
        "Take an input exactly as large as the window, with stride 2: how many windows are "
        "there, and what does your formula say?",
        "OS11",
        side=lambda length, size, stride: (length - size + 1) // stride,
    ),
    adds_one_twice=Wrong(
        "Try your size formula with a row of 4 numbers, a size of 3 and stride 1. How many "
        "windows fit, and where does the extra one come from?",
        "OS4",
        seen=(1, "1 of 76 student repositories of C4W1"),
        side=lambda length, size, stride: (length - size + 1) // stride + 1,
    ),
    swaps_output_height_and_width=Wrong(
        "Which axis of the output is the height? Try an input that is wider than high.",
        "OS2",
        seen=(2, "a forum thread and a course changelog, on the convolution"),
        shape=lambda h_out, w_out: (w_out, h_out),
    ),
    ends_the_window_without_the_stride=families.END_WITHOUT_THE_STRIDE.but(
        row="CF3",
        seen=(1, "1 public text, on the convolution"),
        cut=lambda x, top, left, size, stride, i, j: x[:, top : i + size, left : j + size],
    ),
    ends_the_window_one_pixel_early=Wrong(
        "How many numbers should a window with a size of 3 hold, and how many does yours? List "
        "the rows and columns that it takes in.",
        "CF11",
        seen=(2, "1 of 76 student repositories of C4W1 and a forum thread, on the convolution"),
        cut=lambda x, top, left, size, stride, i, j: x[
            :, top : top + size - 1, left : left + size - 1
        ],
    ),
    cuts_windows_as_long_as_the_stride=AS_LONG_AS_THE_STRIDE,
    keeps_windows_that_stick_out=Wrong(
        "Draw the last window. Does all of it lie inside the input?",
        "OS5",
        side=lambda length, size, stride: -((size - length) // stride) + 1,
    ),
    rounds_the_number_of_windows=ROUNDED,
    rounds_the_number_of_windows_with_the_one=ROUNDED_WITH_THE_ONE,
    swaps_the_ranges_of_its_loops=families.RANGES_SWAPPED.but(visited=_every_column_for_a_row),
    visits_every_corner_of_the_input=EVERY_CORNER.but(row="PF17"),
    lets_the_window_grow=GROWING,
    forgets_the_first_window=Wrong(
        "How many windows are there on an input exactly as large as the window? Put the numbers "
        "into your size formula.",
        "OS3",
        side=lambda length, size, stride: (length - size) // stride,
    ),
    never_uses_the_stride=SIZE_WITHOUT_THE_STRIDE.but(
        "Which of your arguments never appears in your code? Call your function with two "
        "strides and compare.",
        move=lambda size, stride: 1,
    ),
    leaves_the_stride_out_of_the_size=SIZE_WITHOUT_THE_STRIDE,
    skips_the_last_row_and_column=Wrong(
        "Look at the last row and the last column of your output. Are these zeros real?",
        "CF16",
        visited=lambda h_out, w_out, stride: _every_output(h_out - 1, w_out - 1, stride),
    ),
    stops_after_a_row=Wrong(
        "Which rows of your output were ever written? At which point does your function return?",
        "PB12",
        visited=lambda h_out, w_out, stride: _every_output(min(h_out, 1), w_out, stride),
        write=_write_into_the_first,
    ),
)


# --- max_pool_forward, alone ----------------------------------------------------------------

max_pool_forward.wrong(
    never_cuts_the_window=WINDOW_NEVER_CUT,
    starts_from_zero=Wrong(
        "A window holds -7, -2, -5 and -3. What is the largest of them, what does your function "
        "give, and where does that number come from?",
        "PF9",
        number=lambda windows: windows.max(axis=(1, 2), initial=0),
    ),
    takes_the_largest_magnitude=LARGEST_MAGNITUDE.but(row="PF16", number=_largest_in_magnitude),
    takes_the_place_of_the_maximum=Wrong(
        "A window holds 7, 2, 5 and 3. What do max and argmax give for it, and which of the two is "
        "asked for?",
        number=lambda windows: windows.reshape(len(windows), -1, windows.shape[3]).argmax(axis=1),
    ),
    forgets_the_sign=Wrong(
        "The largest of -7 and -2 is one of these two numbers. Where did the sign go?",
        "PF16",
        number=lambda windows: _largest(np.abs(windows)),
    ),
    takes_the_minimum=Wrong(
        "A window holds 1, 2, 3 and 4. What should max_pool_forward give for it, and what does "
        "yours give?",
        number=lambda windows: windows.min(axis=(1, 2)),
    ),
    takes_the_average=Wrong(
        "A window holds 1, 2, 3 and 4. What should max_pool_forward give for it, and what does "
        "yours give?",
        "PF12",
        number=_mean,
    ),
)


# --- average_pool_forward, alone ------------------------------------------------------------


def _by_a_fixed_number(mistake: Wrong) -> Wrong:
    """Return a mistake with windows, made by somebody who divides by the size of a whole one."""
    return mistake.but(divided=lambda total, windows, size: total / size**2)


average_pool_forward.wrong(
    takes_the_width_from_the_height_with_a_fixed_divisor=_by_a_fixed_number(WIDTH_FROM_THE_HEIGHT),
    divides_by_its_size_with_a_fixed_divisor=_by_a_fixed_number(DIVIDED_BY_ITS_SIZE),
    swaps_rows_and_columns_with_a_fixed_divisor=_by_a_fixed_number(POSITION_TRANSPOSED),
    moves_by_its_size_with_a_fixed_divisor=_by_a_fixed_number(MOVED_BY_ITS_SIZE),
    never_cuts_the_window=WINDOW_NEVER_CUT.but(
        "Every number of a map comes out the same. Of which part of the input do you take the "
        "average, and does that part depend on the position?"
    ),
    keeps_windows_that_stick_out_with_a_fixed_divisor=Wrong(
        "Draw the last window. Does all of it lie inside the input? See what the exercise says "
        "about one that does not.",
        "OS5",
        side=lambda length, size, stride: -((size - length) // stride) + 1,
        divided=lambda total, windows, size: total / size**2,
    ),
    lets_the_window_grow_with_a_fixed_divisor=_by_a_fixed_number(GROWING.but(seen=NEVER)),
    rounds_the_number_of_windows_with_a_fixed_divisor=_by_a_fixed_number(ROUNDED),
    rounds_the_number_of_windows_with_the_one_and_a_fixed_divisor=_by_a_fixed_number(
        ROUNDED_WITH_THE_ONE.but(seen=NEVER)
    ),
    leaves_the_stride_out_of_the_size_with_a_fixed_divisor=_by_a_fixed_number(
        SIZE_WITHOUT_THE_STRIDE
    ),
    only_adds_up=Wrong(
        "What is the average of four equal numbers? Try a window of ones.",
        "PF8",
        divided=lambda total, windows, size: total,
    ),
    divides_by_the_side=Wrong(
        "How many numbers are in a window? Its side is something else.",
        "PF13",
        divided=lambda total, windows, size: total / size,
    ),
    always_divides_by_four=BY_FOUR.but(divided=lambda total, windows, size: total / 4),
    divides_by_the_sum_of_the_sides=Wrong(
        "How many numbers are in a window of side 3? Count them in a drawing.",
        divided=lambda total, windows, size: total / (size + size),
    ),
    takes_the_maximum=Wrong(
        "A window holds 1, 2, 3 and 4. What should average_pool_forward give for it, and what "
        "does yours give?",
        "PF12",
        total=_largest,
        divided=lambda total, windows, size: total,
    ),
    loses_the_fractions=Wrong(
        "What is the average of 1 and 2, and which dtype has the array you write it into?",
        "CF13",
        start=lambda shape, x: np.zeros(shape, x.dtype),
    ),
    rounds_the_average_down=Wrong(
        "What is the average of 1 and 2? Python has two divisions: which one is yours?",
        divided=lambda total, windows, size: total // size**2,
    ),
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
    source: Callable[..., Any],
    stops: Callable[..., Any],
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
    seen = source(x, dx)
    groups = [(n, c, seen[n, ..., c], dx[n, ..., c]) for n, c in maps(len(x), x.shape[3])]
    sides = [stops(*pair, stride) for pair in zip(x.shape[1:3], dout.shape[1:3], strict=True)]
    for i, j in visited(*sides, stride):
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
    target[...] = np.where(portion, value, target)  # as dx[...] = does: whole numbers stay whole


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
    source: Callable[..., Any] = lambda x, dx: x,
    stops: Callable[..., Any] = _as_many_as_outputs,
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

    What dx starts from, the array that is looked at, how many positions of a side are come to,
    the outputs and the maps that are visited, which window belongs to one, how far it moves and
    how it is cut out; the gradient that comes in, the numbers that are compared, the mask of
    those that won, how it lies on the window, what is sent there, how it is put into dx and what
    is returned.
    """
    return _send_back(
        dout,
        x,
        size,
        stride,
        portion=lambda windows, images: laid(mask(compared(windows), images, size)),
        start=start,
        source=source,
        stops=stops,
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
    source: Callable[..., Any] = lambda x, dx: x,
    stops: Callable[..., Any] = _as_many_as_outputs,
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

    What dx starts from, the array that is looked at, how many positions of a side are come to,
    the outputs and the maps that are visited, which window belongs to one, how far it moves and
    how it is cut out; the gradient that comes in, what is sent back, the share of it that an
    input receives, how it is put into dx and what is returned.
    """
    return _send_back(
        dout,
        x,
        size,
        stride,
        portion=lambda windows, images: share(windows, size, *dout.shape[1:3]),
        start=start,
        source=source,
        stops=stops,
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


max_pool_backward = Mistakes("max_pool_backward", _max_pool_backward, evidence=EVIDENCE)
average_pool_backward = Mistakes("average_pool_backward", _average_pool_backward, evidence=EVIDENCE)
backward = Shared(max_pool_backward, average_pool_backward)


backward.wrong(
    visits_every_corner_of_the_input=EVERY_CORNER.but(
        "On an input of 5 rows, with size 3 and stride 2, how many rows has dout, and at how many "
        "rows does your loop come by?"
    ),
    ignores_the_stride=STRIDE_IGNORED.but(
        "With stride 2, at which row and which column of the input does the window of dout[0, 1, "
        "1] start, and where does the one that your code uses?",
        "PB1",
    ),
    moves_by_its_size=MOVED_BY_ITS_SIZE.but(
        "Which argument moved the window in the forward pass: its size or its stride?", "PB11"
    ),
    takes_the_column_from_the_channel=Wrong(
        "Which of your loop variables is the column? Look at the left edge of the window.",
        "PB8",
        maps=_channel_by_channel,
        position=lambda i, j, c: (i, c.start),
    ),
    stops_after_a_row=Wrong(
        "Which rows of dx have a gradient at all? At which point does your function return?",
        "PB12",
        seen=(1, "1 public issue"),
        visited=lambda h_out, w_out, stride: _every_output(min(h_out, 1), w_out, stride),
        maps=lambda examples, channels: [(slice(1), slice(None))],
    ),
    stops_after_a_window=Wrong(
        "How many windows have sent their gradient back when your function ends? At which point "
        "does your function return?",
        "PB12",
        visited=lambda h_out, w_out, stride: [(0, 0)],
        maps=_first_map,
    ),
    gives_dx_the_shape_of_the_output=Wrong(
        "A gradient has the shape of the thing it belongs to. Whose gradient is dx?",
        "PB18",
        start=lambda x, dout: np.zeros(dout.shape),
    ),
    loses_the_fractions=Wrong(
        "Which dtype does dx have when x holds whole numbers, and can it hold a gradient of 0.25?",
        "CB22",
        start=lambda x, dout: np.zeros_like(x),
        into=_add_number_by_number,
    ),
    adds_fractions_to_whole_numbers=Wrong(
        "Your dx cannot take a number like 0.25. Which dtype did it get, and from where?",
        "CB22",
        start=lambda x, dout: np.zeros_like(x),
    ),
    swaps_rows_and_columns=Wrong(
        "Which index of an array comes first, the row or the column? An input that is higher "
        "than wide shows it.",
        "PF11",
        seen=NEVER,
        position=lambda i, j, c: (j, i),
    ),
    takes_the_column_from_the_row=Wrong(
        "Which windows of the input got a gradient? Look at what the left edge of the window is "
        "computed from.",
        "PF6",
        seen=NEVER,
        position=lambda i, j, c: (i, i),
    ),
    reads_dout_with_swapped_indices=families.DOUT_TRANSPOSED.but(row="CB17"),
    assumes_a_square_output=families.SQUARE_OUTPUT.but(
        seen=NEVER, visited=lambda h_out, w_out, stride: _every_output(h_out, h_out, stride)
    ),
    skips_the_last_row=Wrong(
        "Does every row of dout send something back? Look at where your loop ends.",
        "CB19",
        visited=lambda h_out, w_out, stride: _every_output(h_out - 1, w_out, stride),
    ),
    skips_outputs=OUTPUTS_SKIPPED.but(
        "How many numbers of dout were never read? The stride moves the window in the input, "
        "not the place in dout."
    ),
    reads_dout_where_the_window_starts=WHERE_THE_WINDOW_STARTS.but(
        "With stride 2 the second window starts at row 2 of the input. In which row of dout is "
        "its gradient?"
    ),
    reaches_as_far_as_the_stride=AS_LONG_AS_THE_STRIDE,
    swaps_the_ranges_of_its_loops=families.RANGES_SWAPPED.but(visited=_every_column_for_a_row),
    lets_the_window_grow=families.WINDOW_GROWS.but(
        cut=lambda x, top, left, size, stride, i, j: x[:, i : top + size, j : left + size]
    ),
    averages_over_the_batch=Wrong(
        "Should the gradient of an image become smaller when a second image joins the batch? "
        "Compare its dx alone and in a batch of two.",
        "CB13",
        result=lambda dx, dout, size: dx / len(dout),
    ),
)


# --- max_pool_backward, alone ---------------------------------------------------------------

max_pool_backward.wrong(
    gives_every_maximum_all=Wrong(
        "A window holds 7, 0, 2, 7 and a gradient of 3 comes in. How much do you hand out in all? "
        "Which of the two sevens should receive it: what does the exercise say?",
        "ties 1",
        mask=lambda windows, images, size: _every_largest(windows),
    ),
    overwrites_overlapping_windows=Wrong(
        "Can one input win in several windows, and can a window hold its largest number twice? "
        "Follow the gradient through your code in both cases.",
        "PB2",
        mask=lambda windows, images, size: _every_largest(windows),
        into=_assign,
    ),
    overwrites_the_window_around_the_winner=Wrong(
        "Can one input win in several windows? What do the zeros of the next window do to its "
        "gradient?",
        "PB2",
        into=_assign,
    ),
    lets_the_last_window_win=Wrong(
        "Can one input win in several windows? What should happen to its gradient then?",
        "PB3",
        into=_assign_at_the_winner,
    ),
    adds_the_gradient_to_the_input=ADDED_TO_THE_INPUT.but(into=_add_number_by_number),
    writes_the_gradient_into_the_input=families.INTO_THE_CALLERS_X.but(
        row="PB15", start=lambda x, dout: x, into=_add_number_by_number
    ),
    leaves_the_gradient_at_the_place_of_the_output=Wrong(
        "You return one number for each output. Which inputs did it come from, and how many "
        "inputs are there?",
        "PB18",
        result=lambda dx, dout, size: dout.copy(),
    ),
    swaps_row_and_column_of_the_winner=Wrong(
        "Put the largest number of a window into its top right corner. At which place of the "
        "window does your gradient arrive?",
        "PB13",
        laid=lambda mask: mask.transpose(0, 2, 1, 3),
    ),
    forgets_the_incoming_gradient=Wrong(
        "Whose gradient is travelling back through the window? Look for dout in what you add.",
        "PB5",
        sent=lambda gradients, windows: np.ones(gradients.shape),
    ),
    routes_the_activation=Wrong(
        "What is travelling back: the largest activation, or the gradient that belongs to it?",
        "PB6",
        sent=lambda gradients, windows: _largest(windows),
    ),
    multiplies_by_the_activation=Wrong(
        "The output is the winning input itself. If the input grows by 1, by how much does the "
        "output grow?",
        "PB6",
        seen=NEVER,
        sent=lambda gradients, windows: _largest(windows) * gradients,
    ),
    takes_the_winners_of_one_example=Wrong(
        "Do all examples of a batch have their maxima at the same places?",
        "PB10",
        compared=lambda windows: windows[:1],
    ),
    takes_the_winners_of_one_channel=Wrong(
        "Do all channels of an image have their maxima at the same places?",
        compared=lambda windows: windows[..., :1],
    ),
    looks_for_the_maximum_of_the_map=Wrong(
        "Each window has its own winner. Of which numbers do you take the maximum?",
        "PB14",
        mask=lambda windows, images, size: windows == images.max(axis=(1, 2), keepdims=True),
    ),
    looks_for_the_maximum_of_all_maps=Wrong(
        "Each window has its own winner. Of which numbers do you take the maximum?",
        mask=lambda windows, images, size: windows == images.max(),
    ),
    sends_everything_to_the_maximum_of_the_map=WINDOW_NEVER_CUT.but(
        "Each window has its own winner. How many inputs of a map received a gradient from you?",
        "PB14",
    ),
    multiplies_by_the_maximum=Wrong(
        "A window holds 1, 2, 3 and 4 and a gradient of 10 comes in. Which inputs should receive "
        "something, and how much? Compare with what you hand out.",
        "MK1",
        mask=lambda windows, images, size: windows.max(axis=(1, 2), keepdims=True),
    ),
    loses_negative_maxima=NEGATIVE_MAXIMUM.but(mask=_positive_ones_alone),
    sends_the_gradient_of_negative_windows_to_the_corner=NEGATIVE_MAXIMUM.but(
        mask=_corner_unless_positive
    ),
    marks_near_maxima_too=Wrong(
        "How close is equal? A number that is nearly the largest is still not the largest.",
        "MK3",
        mask=_close_to_the_largest,
    ),
    looks_for_the_largest_magnitude=LARGEST_MAGNITUDE.but(
        row="MK4", compared=lambda windows: np.abs(windows)
    ),
    expects_a_single_maximum=Wrong(
        "What happens in your code if two numbers of a window are equally large?",
        "PB19",
        mask=_one_alone,
    ),
    looks_for_the_maximum_in_dx=Wrong(
        "In which array do you look for the largest number? Print the window of it that you "
        "compare, for the first output.",
        "PB20",
        source=lambda x, dx: dx,
        mask=lambda windows, images, size: _every_largest(windows),
    ),
    gives_all_inputs_of_the_window_all=Wrong(
        "How many inputs of one window receive something from you? Print your mask for a window "
        "of four different numbers.",
        "PB20",
        mask=lambda windows, images, size: np.ones(windows.shape),
    ),
    spreads_over_the_whole_window=Wrong(
        "Which inputs of a window does its maximum depend on? Change one of the others a little.",
        "PB17",
        mask=lambda windows, images, size: 1 / size**2,
    ),
)


# --- average_pool_backward, alone -----------------------------------------------------------

average_pool_backward.wrong(
    overwrites_earlier_shares=Wrong(
        "How many windows contain the centre of a 3 by 3 input when the size is 2 and the "
        "stride 1? How many shares does it get from you?",
        "PB4",
        into=_assign,
    ),
    adds_the_gradient_to_the_input=ADDED_TO_THE_INPUT,
    writes_the_gradient_into_the_input=families.INTO_THE_CALLERS_X.but(
        row="PB15", start=lambda x, dout: x
    ),
    leaves_the_gradient_at_the_place_of_the_output=Wrong(
        "You return one number for each output. Which inputs did it come from, and how many "
        "inputs are there?",
        "PB18",
        result=lambda dx, dout, size: dout.copy() / size**2,
    ),
    moves_a_square_by_its_size=MOVED_BY_ITS_SIZE.but(
        "Which argument moved the window in the forward pass: its size or its stride? Your last "
        "squares reach past the edge.",
        "PB11",
        share=_square_of_shares,
    ),
    lets_a_square_window_grow=families.WINDOW_GROWS.but(
        cut=lambda x, top, left, size, stride, i, j: x[:, i : top + size, j : left + size],
        share=_square_of_shares,
    ),
    sends_all_of_dout_to_every_window=Wrong(
        "Which output belongs to this window? Each output sends back its own gradient only.",
        "PB7",
        incoming=lambda dout, i, j: np.full(dout[:, 0, 0].shape, dout.sum()),
    ),
    divides_by_the_number_of_outputs=Wrong(
        "One output is shared by how many inputs? Count the inputs of a window, not the outputs.",
        "PB9",
        share=lambda windows, size, h_out, w_out: 1 / (h_out * w_out),
    ),
    ignores_dout=families.DOUT_NEVER_READ.but(
        row="DV1", sent=lambda gradients, windows: np.ones(gradients.shape)
    ),
    gives_everyone_the_whole_gradient=Wrong(
        "Add up what a single window hands out. Is it what came in?",
        "DV2",
        share=lambda windows, size, h_out, w_out: 1,
    ),
    divides_the_gradient_by_the_side=Wrong(
        "How many inputs share the gradient of one window? Its side is something else.",
        "DV3",
        share=lambda windows, size, h_out, w_out: 1 / size,
    ),
    divides_by_the_sum_of_the_sides=Wrong(
        "How many numbers are in a window of side 3? Count them in a drawing.",
        "DV4",
        share=lambda windows, size, h_out, w_out: 1 / (size + size),
    ),
    always_divides_the_gradient_by_four=BY_FOUR.but(
        share=lambda windows, size, h_out, w_out: 1 / 4
    ),
    routes_the_average=Wrong(
        "What is travelling back: the average of the activations, or the gradient that belongs "
        "to it?",
        "PB16",
        sent=lambda gradients, windows: _mean(windows),
        share=lambda windows, size, h_out, w_out: 1,
    ),
    spreads_the_average=Wrong(
        "What is shared out here: the average of the activations, or the gradient that belongs "
        "to it?",
        "PB16",
        sent=lambda gradients, windows: _mean(windows),
    ),
    gives_all_to_the_maximum=Wrong(
        "Compare your two backward functions line by line. Does an average depend on the "
        "largest number alone?",
        "PB17",
        share=lambda windows, size, h_out, w_out: _the_first_largest(windows),
    ),
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


sgd_step = Mistakes("sgd_step", _sgd_step, evidence=EVIDENCE)

sgd_step.wrong(
    makes_a_weight_with_zero_gradient_zero=Wrong(
        "Put w = -2 and dw = 0 into the formula of the step. What comes out, and what does your "
        "function return?",
        "C2",
        seen=(1, "a learners' forum thread"),
        result=lambda w, new, dw: np.where(dw == 0, 0.0, new),
    ),
    climbs_the_gradient=families.UPHILL.but(moved=lambda w, step: w + step),
    steps_in_place=Wrong(
        "What has happened to the caller's w after the call? Look at which array your step "
        "writes into.",
        result=_into_the_old_weights,
    ),
    scales_the_gradient_in_place=Wrong(
        "What has happened to the caller's dw after the call? *= writes into the array it is "
        "given.",
        scaled=_scale_in_place,
    ),
    forgets_the_learning_rate=Wrong(
        "Which of the three arguments never appears in your formula?",
        scaled=lambda slope, learning_rate: slope,
    ),
    has_a_learning_rate_of_its_own=Wrong(
        "Call your function with two different learning rates. Does the step become longer?",
        scaled=lambda slope, learning_rate: 0.1 * slope,
    ),
    divides_by_the_learning_rate=Wrong(
        "Should a smaller learning rate make the step smaller or larger?",
        scaled=lambda slope, learning_rate: slope / learning_rate,
    ),
    returns_only_the_step=Wrong(
        "You return how far the weights move. Where do they arrive?", moved=lambda w, step: -step
    ),
    returns_what_should_be_taken_away=Wrong(
        "You return what should be taken away from the weights. Where do they arrive?",
        moved=lambda w, step: step,
    ),
    shrinks_the_weight_by_its_gradient=Wrong(
        "Is the gradient taken away from the weight, or is the weight multiplied by it? Try a "
        "weight of zero.",
        moved=lambda w, step: w * (1 - step),
    ),
    looks_at_the_sign_alone=Wrong(
        "Should a weight with a large gradient move as far as one with a small gradient?",
        slope=lambda dw: np.sign(dw),
    ),
)


# --- the questions --------------------------------------------------------------------------

answer_1 = Mistakes("answer_1", evidence=EVIDENCE)

answer_1.wrong(
    gives_pooling_weights_of_its_own=Chosen(
        "a",
        "You gave the window weights. Look at your max_pool_forward: is there a number in it "
        "that gradient descent could change?",
        "PC11",
    ),
    takes_nothing_to_learn_for_nothing_to_do=Chosen(
        "b",
        "Nothing to learn is not the same as nothing to do. Which inputs get a gradient from "
        "your max_pool_backward, and which get none?",
        "C9",
    ),
    takes_weights_away_from_the_layer_before=Chosen(
        "c",
        "What does pooling make fewer, activations or weights? How many weights does a 3 × 3 "
        "kernel have with a pooling layer behind it, and how many without?",
        "C8",
    ),
)

answer_2 = Mistakes("answer_2", evidence=EVIDENCE)

answer_2.wrong(
    gives_each_of_two_maxima_all=Chosen(
        "a",
        "Add up what the window sends back and compare it with what came in. Then raise both "
        "fives by a little: how much does the output rise?",
        "ties 1",
        seen=NEVER,
    ),
    gives_nothing_where_two_are_equal=Chosen(
        "c",
        "Raising both fives raises the output, so the gradient cannot be zero for both. There "
        "is a kink, but a choice can be made.",
    ),
    shares_the_gradient_with_the_losers=Chosen(
        "d",
        "Raise one of the ones a little: does the output move? Being looked at is not the same "
        "as having an effect.",
    ),
)

answer_3 = Mistakes("answer_3", evidence=EVIDENCE)

answer_3.wrong(
    lets_one_activation_reach_one_weight=Chosen(
        "a",
        "Put the one number of dmap that came through into the formula of dkernel. In how many "
        "of the nine sums, one for each pair (a, b), does it appear?",
        "C3",
    ),
    ends_the_gradient_at_the_pooling=Chosen(
        "b",
        "A layer without parameters still passes gradients on. What does your max_pool_backward "
        "return?",
        "C9",
    ),
    lets_the_weights_compete=Chosen(
        "d",
        "Max pooling compares activations, never weights. Which array do you take the maximum of?",
        "C3",
    ),
)

answer_4 = Mistakes("answer_4", evidence=EVIDENCE)

answer_4.wrong(
    takes_a_zero_gradient_for_a_zero_weight=Chosen(
        "a", "Put dw = 0 into the formula of the step. Is w - learning_rate * 0 zero?", "C2"
    ),
    takes_a_zero_gradient_for_a_missing_connection=Chosen(
        "c",
        "When is it laid down which input reaches which output: before training, or by a step of "
        "it? Does one step change the size of the kernel?",
        "C1",
    ),
    lets_every_weight_move_by_the_learning_rate=Chosen(
        "d", "The learning rate is multiplied by something. What is the product here?"
    ),
)
