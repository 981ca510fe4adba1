"""Known mistakes in the assignment "connectivity".

The matrices are written tap by tap, as loops over outputs and kernel places would: a tap says
which output looks, through which place of the kernel, at which row and column of the image.
Windows of a locally connected layer are cut out of all images at once, as an array
(N, K, K, C_in); only outputs are looped over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograder.explanation.misconceptions import Chosen, Mistakes, Wrong

from .. import _families as families
from .._contrasts import EVEN_WINDOW, FILTERS, IMAGES, KERNELS, MAPS, MATRIX, OF_LAYERS, OF_MOVES
from .._evidence import EVIDENCE
from . import Array

CONTRASTS = [*OF_LAYERS, EVEN_WINDOW, *OF_MOVES]
IDEAS = {
    "connectivity_matrix": "sparsity",
    "conv_as_dense": "sharing",
    "sparsity": "sparsity",
    "answer_1": "sparsity",
    "distinct_parameters": "sharing",
    "locally_connected_forward": "forward",
    "locally_connected_backward": "backward",
    "tie_gradients": "sharing",
    "answer_2": "sparsity",
    "answer_3": "sharing",
    "receptive_field": "sparsity",
    "translate": "sharing",
    "answer_4": "sharing",
    "answer_5": "sharing",
}
AXES = {
    "connectivity_matrix": MATRIX,
    "conv_as_dense": (MATRIX, ("output",)),
    "locally_connected_forward": MAPS,
    "locally_connected_backward": (
        IMAGES,
        ("row of positions", "column of positions", *KERNELS),
        ("row of positions", "column of positions", *FILTERS),
    ),
    "tie_gradients": (KERNELS, FILTERS),
    "translate": IMAGES,
}

Gradients = tuple[Array, Array, Array]
Place = tuple[int, int]
Taps = tuple[Any, Any, Any, Any, Any]  # outputs, kernel rows and columns, image rows and columns


# --- steps that several exercises take ------------------------------------------------------


def _stops(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return (size + 2 * pad - kernel_size) // stride + 1


def _stops_of_part_windows_too(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return int(np.ceil((size + 2 * pad - kernel_size) / stride)) + 1


def _stops_of_stride_one(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return size + 2 * pad - kernel_size + 1


def _by_the_stride(kernel_size: int, stride: int) -> int:
    return stride


def _as_it_is(w: Array) -> Array:
    return w


# --- steps of the two matrices --------------------------------------------------------------


def _inside(tops: Array, lefts: Array, size: int, height: int, width: int) -> Taps:
    rows, columns = tops[:, None] + np.arange(size), lefts[:, None] + np.arange(size)
    fits = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[
        :, None
    ]
    outputs, a, k = np.nonzero(fits)
    return outputs, a, k, rows[outputs, a], columns[outputs, k]


def _everywhere(tops: Array, lefts: Array, size: int, height: int, width: int) -> Taps:
    outputs, a, k = np.nonzero(np.ones((len(tops), max(size, 0), max(size, 0))))
    return outputs, a, k, tops[outputs] + a, lefts[outputs] + k


def _coming_round(tops: Array, lefts: Array, size: int, height: int, width: int) -> Taps:
    outputs, a, k, rows, columns = _everywhere(tops, lefts, size, height, width)
    return outputs, a, k, rows % height, columns % width


def _at_the_edge(tops: Array, lefts: Array, size: int, height: int, width: int) -> Taps:
    outputs, a, k, rows, columns = _everywhere(tops, lefts, size, height, width)
    return outputs, a, k, rows.clip(0, height - 1), columns.clip(0, width - 1)


def _of_slices(tops: Array, lefts: Array, size: int, height: int, width: int) -> Taps:
    taps = [
        (output, 0, 0, row, column)
        for output, (top, left) in enumerate(zip(tops.tolist(), lefts.tolist(), strict=True))
        for row in range(*slice(top, top + size).indices(height))
        for column in range(*slice(left, left + size).indices(width))
    ]
    outputs, a, k, rows, columns = np.array(taps, dtype=int).reshape(-1, 5).T
    return outputs, a, k, rows, columns


# --- families of mistakes -------------------------------------------------------------------

IGNORES_THE_PADDING = Wrong(
    "Call your function with pad 0 and with pad 1. Should both matrices have the same number "
    "of rows?",
    side=lambda size, kernel_size, stride, pad: (size - kernel_size) // stride + 1,
)
IGNORES_THE_STRIDE = Wrong(
    "Call your function with stride 1 and with stride 2. Should both matrices have the same "
    "number of rows?",
    "CM2",
    side=_stops_of_stride_one,
    move=lambda kernel_size, stride: 1,
)
LAST_WINDOW_STICKS_OUT = Wrong(
    "Draw the windows over a row of 6 pixels, kernel 3, stride 2. Does all of your last "
    "window lie inside?",
    "OS5",
    side=_stops_of_part_windows_too,
)
WIDTH_FROM_THE_HEIGHT = Wrong(
    "Height and width may differ. Is each side of the output computed from its own side of "
    "the image?",
    "OS1",
    shape=lambda h_out, w_out: (h_out, h_out),
)
SIDES_SWAPPED = Wrong(
    "How many windows fit below each other, and how many side by side? Try an image that is "
    "wider than high.",
    "OS2",
    shape=lambda h_out, w_out: (w_out, h_out),
)
NO_EFFECT = Wrong("One of your arguments does not change the result. Which one?")
ROUND_THE_IMAGE = Wrong(
    "Does the left edge of the image see its right edge? Count the inputs that the output in "
    "the corner sees when pad is 1.",
    taps=_coming_round,
)
INTO_THE_NEXT_ROW = Wrong(
    "A window that begins in the border has taps in column -1. Which input does your column "
    "number belong to there, and should it be marked at all?",
    taps=_everywhere,
)
MOVED_TO_THE_EDGE = Wrong(
    "How many inputs does the output in the corner see when a 3 × 3 window has a border of 2? "
    "Taps that fall on the border see none.",
    "CM9",
    taps=_at_the_edge,
)


# --- connectivity_matrix --------------------------------------------------------------------


def _connectivity_matrix(
    height: int,
    width: int,
    kernel_size: int,
    stride: int = 1,
    pad: int = 0,
    *,
    side: Callable[..., Any] = _stops,
    shape: Callable[..., Any] = lambda h_out, w_out: (h_out, w_out),
    extent: Callable[..., Any] = lambda length, pad: length,
    position: Callable[..., Any] = lambda i, j: (i, j),
    move: Callable[..., Any] = _by_the_stride,
    border: Callable[..., Any] = lambda pad, kernel_size: pad,
    window: Callable[..., Any] = lambda kernel_size: kernel_size,
    taps: Callable[..., Any] = _inside,
    output_number: Callable[..., Any] = lambda i, j, h_out, w_out: i * w_out + j,
    input_number: Callable[..., Any] = lambda row, column, height, width: row * width + column,
    values: Callable[..., Any] = lambda matrix: matrix,
    result: Callable[..., Any] = lambda matrix, sides: matrix,
) -> Any:
    """Mark every tap of every window.

    How many outputs a side has, the shape of their map, how long a side of the inputs is;
    which window belongs to an output, how far it moves, how far outside the image the first
    one starts, how large it is, what becomes of its taps; the numbers of outputs and inputs,
    what the marks say, what is returned.
    """
    sides = (side(length, kernel_size, stride, pad) for length in (height, width))
    h_out, w_out = shape(*sides)
    height, width = extent(height, pad), extent(width, pad)
    matrix = np.zeros((h_out * w_out, height * width), dtype=bool)
    i, j = np.arange(h_out).repeat(max(w_out, 0)), np.tile(np.arange(w_out), max(h_out, 0))
    row, column = position(i, j)
    pixels, outside = move(kernel_size, stride), border(pad, kernel_size)
    tops, lefts = row * pixels - outside, column * pixels - outside
    outputs, _, _, rows, columns = taps(tops, lefts, window(kernel_size), height, width)
    numbers = output_number(i, j, h_out, w_out)[outputs]
    matrix[numbers, input_number(rows, columns, height, width)] = True
    return result(values(matrix), (h_out, w_out, height, width))


connectivity_matrix = Mistakes("connectivity_matrix", _connectivity_matrix, evidence=EVIDENCE)

connectivity_matrix.wrong(
    places_windows_without_the_border=Wrong(
        "With pad 1, the first window starts in the border. Where does input (0, 0) sit in it, "
        "and where does it sit in yours?",
        "CM1",
        border=lambda pad, kernel_size: 0,
    ),
    ignores_the_padding=IGNORES_THE_PADDING.but(row="CM1", border=lambda pad, kernel_size: 0),
    ignores_the_stride=IGNORES_THE_STRIDE,
    moves_every_window_by_one_pixel=families.ONE_PIXEL_ON.but(
        "Where does the second window start when the stride is 2? Which inputs does the second "
        "row of your matrix mark?",
        "CM2",
    ),
    moves_the_window_by_its_own_size=families.MOVED_BY_ITS_OWN_SIZE.but(
        "Which argument moves the window: its size, or its stride? Do neighbouring windows of "
        "your matrix ever overlap?"
    ),
    counts_inputs_with_the_wrong_row_length=Wrong(
        "In an image of 2 rows and 4 columns, counted from 0, which number does the first pixel "
        "of the second row have? How long is one row of the image?",
        "CM3",
        input_number=lambda row, column, height, width: row * height + column,
    ),
    counts_outputs_with_the_wrong_row_length=Wrong(
        "In an output of 2 rows and 4 columns, counted from 0, which number does the first output "
        "of the second row have, and which does it have in your code?",
        "CM3",
        output_number=lambda i, j, h_out, w_out: i * h_out + j,
    ),
    counts_inputs_down_the_columns=Wrong(
        "Row-major order: the top row comes first, from left to right. Which pixel has number 1 "
        "in your columns, the one to the right of the first or the one below it?",
        input_number=lambda row, column, height, width: column * height + row,
    ),
    counts_outputs_down_the_columns=Wrong(
        "Row-major order: the top row of outputs comes first, from left to right. Where does the "
        "window of your matrix's second row start?",
        output_number=lambda i, j, h_out, w_out: j * h_out + i,
    ),
    swaps_rows_and_columns_of_the_window=families.WINDOW_TRANSPOSED.but(
        "The output after the first is one further to the right. At which row and which column "
        "does its window start when the stride is 1, and where does yours start?"
    ),
    lets_the_image_come_round=ROUND_THE_IMAGE.but(row="CM6"),
    lets_the_window_run_into_the_next_row=INTO_THE_NEXT_ROW.but(row="CM6"),
    moves_taps_of_the_border_to_the_edge=MOVED_TO_THE_EDGE,
    loses_windows_that_begin_in_the_border=Wrong(
        "A window that begins at row -1 still sees row 0. What does a slice select that starts at "
        "-1 and ends at 2? Try it on a list.",
        taps=_of_slices,
    ),
    puts_inputs_into_the_rows=Wrong(
        "Is there one row for each output or one for each input? Compare the shape that you "
        "return with the one that is asked for.",
        "CM7",
        result=lambda matrix, sides: matrix.T,
    ),
    joins_everything_to_everything=Wrong(
        "That is a dense layer. Which inputs lie outside the window of the first output?",
        "CM10",
        values=lambda matrix: np.ones_like(matrix),
    ),
    marks_what_is_not_connected=Wrong(
        "What does True stand for: an input inside the window, or one outside? Count how many are "
        "True in your first row.",
        values=lambda matrix: ~matrix,
    ),
    keeps_rows_and_columns_apart=Wrong(
        "A matrix has two axes. How many has your result, and which of them belong together?",
        result=lambda matrix, sides: matrix.reshape(sides),
    ),
    takes_the_border_for_inputs=Wrong(
        "Is a zero of the border an input of the layer? How many columns should the matrix of a "
        "3 × 4 image have?",
        extent=lambda length, pad: length + 2 * pad,
        border=lambda pad, kernel_size: 0,
    ),
    puts_the_middle_of_the_window_on_the_pixel=Wrong(
        "With pad 0, does the first window reach outside the image? Where is its top left corner, "
        "and where is yours?",
        border=lambda pad, kernel_size: kernel_size // 2,
    ),
    ends_the_window_one_pixel_early=Wrong(
        "How many inputs should the window of a 3 × 3 kernel hold, and how many does yours? The "
        "end of a range is not included.",
        window=lambda kernel_size: kernel_size - 1,
    ),
    ends_the_window_one_pixel_late=Wrong(
        "How many inputs should the window of a 2 × 2 kernel hold, and how many does a row of "
        "your matrix mark?",
        window=lambda kernel_size: kernel_size + 1,
    ),
    marks_only_the_corner_of_the_window=Wrong(
        "An output depends on all of its window. How many inputs does a row of your matrix mark?",
        window=lambda kernel_size: 1,
    ),
    forgets_the_first_position=families.WITHOUT_THE_FIRST_POSITION,
    counts_the_border_once=families.BORDER_COUNTED_ONCE,
    lets_the_last_window_stick_out=LAST_WINDOW_STICKS_OUT,
    does_not_round_the_size_down=families.SIZE_NOT_ROUNDED,
    computes_the_width_from_the_height=WIDTH_FROM_THE_HEIGHT,
    swaps_output_height_and_width=SIDES_SWAPPED,
)


# --- conv_as_dense --------------------------------------------------------------------------


def _number_of_output(i: Any, j: Any, f: Any, h_out: int, w_out: int, c_out: int) -> Any:
    return (i * w_out + j) * c_out + f


def _number_of_input(row: Any, column: Any, c: Any, height: int, width: int, c_in: int) -> Any:
    return (row * width + column) * c_in + c


def _first_channel_alone(kernels: Array) -> Any:
    return kernels * (np.arange(kernels.shape[2]) == 0)[:, None]


def _one_channel_each(kernels: Array) -> Any:
    c_in, c_out = kernels.shape[2:]
    return kernels * (np.arange(c_in)[:, None] == np.arange(c_out) % c_in)


def _conv_as_dense(
    w: Array,
    b: Array,
    in_shape: tuple[int, int, int],
    stride: int = 1,
    pad: int = 0,
    *,
    side: Callable[..., Any] = _stops,
    shape: Callable[..., Any] = lambda h_out, w_out: (h_out, w_out),
    extent: Callable[..., Any] = lambda length, pad: length,
    start: Callable[..., Any] = lambda rows, columns: np.zeros((rows, columns)),
    position: Callable[..., Any] = lambda i, j: (i, j),
    move: Callable[..., Any] = _by_the_stride,
    border: Callable[..., Any] = lambda pad: pad,
    taps: Callable[..., Any] = _inside,
    laid: Callable[..., Any] = _as_it_is,
    filters: Callable[..., Any] = lambda w: w,
    values: Callable[..., Any] = lambda kernels, b: kernels,
    depth: Callable[..., Any] = lambda kernels: kernels,
    maps: Callable[..., Any] = lambda w: w.shape[3],
    output_number: Callable[..., Any] = _number_of_output,
    input_number: Callable[..., Any] = _number_of_input,
    layout: Callable[..., Any] = lambda matrix: matrix,
    offsets: Callable[..., Any] = lambda b, outputs: np.tile(b, outputs),
    result: Callable[..., Any] = lambda matrix, bias, w, b: (matrix, bias),
) -> Any:
    """Write the weight of every tap of every window.

    How many outputs a side has, the shape of their map, how long a side of the inputs is, the
    array that is filled; which window belongs to an output, how far it moves, how far outside
    the image the first one starts, what becomes of its taps; the kernels as they are laid on
    it, the filter of each map, the numbers that are written, the channels they reach, how many
    maps are filled; the numbers of outputs and inputs, how the matrix lies, the bias vector,
    what is returned.
    """
    size, _, c_in, c_out = w.shape
    sides = (side(length, size, stride, pad) for length in in_shape[:2])
    h_out, w_out = shape(*sides)
    height, width = (extent(length, pad) for length in in_shape[:2])
    matrix = start(h_out * w_out * c_out, height * width * c_in)
    i, j = np.arange(h_out).repeat(max(w_out, 0)), np.tile(np.arange(w_out), max(h_out, 0))
    row, column = position(i, j)
    pixels, outside = move(size, stride), border(pad)
    tops, lefts = row * pixels - outside, column * pixels - outside
    outputs, a, k, rows, columns = taps(tops, lefts, size, height, width)
    kernels = depth(values(filters(laid(w)), b))
    c, f = np.arange(c_in)[:, None], np.arange(maps(w))
    i, j, rows, columns = (each[:, None, None] for each in (i[outputs], j[outputs], rows, columns))
    numbers = output_number(i, j, f, h_out, w_out, c_out)  # (taps, 1, C_out)
    places = input_number(rows, columns, c, height, width, c_in)  # (taps, C_in, 1)
    matrix[numbers, places] = kernels[a, k][:, :, f]
    return result(layout(matrix), offsets(b, h_out * w_out), w, b)


conv_as_dense = Mistakes("conv_as_dense", _conv_as_dense, evidence=EVIDENCE)

conv_as_dense.wrong(
    turns_the_kernel_round=families.KERNEL_TURNED_ROUND.but(row="CD1"),
    swaps_rows_and_columns_of_the_kernel=families.KERNELS_TURNED.but(row="CD2"),
    uses_one_filter_for_all_maps=families.ONE_FILTER.but(
        "Rows of your matrix that belong to one position are all equal. How many filters are in "
        "w, and which of them do you use?",
        "CD3",
    ),
    fills_in_the_first_input_channel_only=Wrong(
        "How deep is a window? Make the first channel of an image zero and look at what your "
        "matrix does with it.",
        "CD11",
        depth=_first_channel_alone,
    ),
    leaves_the_bias_vector_zero=NO_EFFECT.but(
        row="CD4", offsets=lambda b, outputs: np.zeros(len(b) * outputs)
    ),
    repeats_the_biases_in_blocks=Wrong(
        "Which output comes right after the one at position (0, 0) in the first channel, and "
        "which bias does it need? Look at the first numbers of your vector.",
        "CD5",
        offsets=lambda b, outputs: np.repeat(b, outputs),
    ),
    gives_one_bias_for_each_filter=Wrong(
        "How many outputs has the dense layer, and how many numbers are in your bias vector? "
        "Each output of a dense layer has its own.",
        "CD6",
        offsets=lambda b, outputs: b.copy(),
    ),
    uses_the_first_bias_everywhere=families.ONE_BIAS.but(
        offsets=lambda b, outputs: np.full(len(b) * outputs, b[0])
    ),
    adds_the_bias_to_every_weight=Wrong(
        "Multiply your matrix by an image of zeros and by an image of ones. How often should the "
        "bias be in each output?",
        values=lambda kernels, b: kernels + b,
    ),
    lets_the_image_come_round=ROUND_THE_IMAGE.but(
        "Does the left edge of the image see its right edge? Count the weights in the row of the "
        "output in the corner when pad is 1.",
        "CD7",
    ),
    lets_the_window_run_into_the_next_row=INTO_THE_NEXT_ROW.but(
        "A window that begins in the border has taps in column -1. Which input does your column "
        "number belong to there, and is there a weight for it at all?",
        "CD7",
    ),
    moves_taps_of_the_border_to_the_edge=MOVED_TO_THE_EDGE.but(
        "How many inputs does the output in the corner see when a 3 × 3 window has a border of 2? "
        "What becomes of the other weights of the kernel?"
    ),
    takes_the_channels_of_the_inputs_first=Wrong(
        "Flatten a 1 × 2 image with 2 channels by hand, row-major. Which number comes second: the "
        "next pixel, or the next channel of the same pixel?",
        "CD8",
        input_number=lambda row, column, c, height, width, c_in: (
            (c * height + row) * width + column
        ),
    ),
    takes_the_channels_of_the_outputs_first=Wrong(
        "Flatten an output of 1 × 2 positions with 2 channels by hand, row-major. Which output "
        "comes second, and whose weights stand in your second row?",
        "CM5",
        output_number=lambda i, j, f, h_out, w_out, c_out: (f * h_out + i) * w_out + j,
    ),
    joins_each_filter_to_one_input_channel=Wrong(
        "A window is local in space. And in depth: how many input channels does one row of your "
        "matrix reach?",
        "CM8",
        depth=_one_channel_each,
    ),
    loops_over_the_input_channels=Wrong(
        "Which axis of w counts the filters? With 2 input channels and 3 filters, which rows of "
        "your matrix are ever written?",
        "CF14",
        maps=lambda w: w.shape[2],
    ),
    places_windows_without_the_border=Wrong(
        "With pad 1, the first window starts in the border. Which weight of the kernel meets "
        "input (0, 0) there, and which does in your matrix?",
        "CD9",
        border=lambda pad: 0,
    ),
    ignores_the_padding=IGNORES_THE_PADDING.but(row="CD9", border=lambda pad: 0),
    takes_the_border_for_inputs=Wrong(
        "Is a zero of the border an input of the layer? By what should one be able to multiply "
        "your matrix: the image, or the padded image?",
        extent=lambda length, pad: length + 2 * pad,
        border=lambda pad: 0,
    ),
    ignores_the_stride=IGNORES_THE_STRIDE,
    moves_every_window_by_one_pixel=families.ONE_PIXEL_ON.but(
        "Where does the second window start when the stride is 2? Compare the first two rows of "
        "your matrix that belong to one filter.",
        "CM2",
    ),
    writes_ones_for_the_weights=Wrong(
        "The pattern says what is connected. What are the numbers on these connections?",
        "CD10",
        values=lambda kernels, b: np.ones_like(kernels),
    ),
    unrolls_for_unrolled_windows=Wrong(
        "Your matrix wants to be multiplied by the numbers of one window. Should it not take the "
        "whole flattened image, and give all outputs at once?",
        "CD12",
        result=lambda matrix, bias, w, b: (w.reshape(-1, w.shape[3]).T.copy(), b.copy()),
    ),
    puts_inputs_into_the_rows=Wrong(
        "Is there one row for each output or one for each input? Compare your shape with what "
        "matrix @ image.ravel() needs.",
        "CM7",
        layout=lambda matrix: matrix.T,
    ),
    counts_inputs_with_the_wrong_row_length=Wrong(
        "In an image of 2 rows and 4 columns with one channel, counted from 0, which number does "
        "the first pixel of the second row have?",
        "CM3",
        input_number=lambda row, column, c, height, width, c_in: (row * height + column) * c_in + c,
    ),
    counts_outputs_with_the_wrong_row_length=Wrong(
        "In an output of 2 rows and 4 columns with one filter, counted from 0, which number does "
        "the first output of the second row have, and which does it have in your code?",
        "CM3",
        output_number=lambda i, j, f, h_out, w_out, c_out: (i * h_out + j) * c_out + f,
    ),
    swaps_rows_and_columns_of_the_window=families.WINDOW_TRANSPOSED.but(
        "The position after the first is one further to the right. At which row and which column "
        "does its window start when the stride is 1, and where does yours start?"
    ),
    cuts_the_fractions_off=Wrong(
        "Are all weights whole numbers? Look at the dtype of the matrix that you fill.",
        start=lambda rows, columns: np.zeros((rows, columns), dtype=int),
    ),
    returns_the_bias_first=Wrong(
        "In which order are the two results asked for? Compare their shapes.",
        result=lambda matrix, bias, w, b: (bias, matrix),
    ),
    forgets_the_first_position=families.WITHOUT_THE_FIRST_POSITION,
    counts_the_border_once=families.BORDER_COUNTED_ONCE,
    lets_the_last_window_stick_out=LAST_WINDOW_STICKS_OUT,
    does_not_round_the_size_down=families.SIZE_NOT_ROUNDED,
    computes_the_width_from_the_height=WIDTH_FROM_THE_HEIGHT,
    swaps_output_height_and_width=SIDES_SWAPPED,
)


# --- sparsity -------------------------------------------------------------------------------


def _share(count: Any, entries: Any) -> Any:
    return count / entries


def _marked_in_place(matrix: Array) -> Any:
    matrix[matrix != 0] = 1
    return matrix == 0


def _sparsity(
    matrix: Array,
    *,
    zeros: Callable[..., Any] = lambda matrix: matrix == 0,
    counted: Callable[..., Any] = lambda zeros: int(np.sum(zeros)),
    out_of: Callable[..., Any] = lambda matrix: matrix.size,
    share: Callable[..., Any] = _share,
    result: Callable[..., Any] = lambda share: share,
) -> Any:
    """What a zero is, how they are counted, out of how many, their share, what is returned."""
    return result(share(counted(zeros(matrix)), out_of(matrix)))


sparsity = Mistakes("sparsity", _sparsity, evidence=EVIDENCE)

sparsity.wrong(
    gives_the_share_of_what_is_not_zero=Wrong(
        "What should come out for a matrix that holds nothing but zeros, and what does your "
        "function return for it?",
        zeros=lambda matrix: matrix != 0,
    ),
    counts_the_zeros=Wrong(
        "A share lies between 0 and 1. Out of how many entries are these zeros?",
        share=lambda count, entries: count,
    ),
    takes_small_numbers_for_zero=Wrong(
        "Is 0.000000000001 zero? A weight may be small, and there is still a connection.",
        zeros=lambda matrix: np.isclose(matrix, 0),
    ),
    takes_negative_numbers_for_zero=Wrong(
        "A weight of -3: is there a connection or not?", zeros=lambda matrix: matrix <= 0
    ),
    takes_every_entry_for_zero_or_one=Wrong(
        "A matrix holds 0, 0, 0 and 5. What share of it is zero, and what does adding up its "
        "entries tell you?",
        zeros=lambda matrix: 1 - matrix.astype(float),
        counted=lambda zeros: float(np.sum(zeros)),
    ),
    divides_by_the_number_of_rows=Wrong(
        "How many entries has a matrix of 2 rows and 3 columns? By how many do you divide?",
        out_of=lambda matrix: len(matrix),
    ),
    counts_on_two_axes=Wrong(
        "The array may have any shape. By how many entries do you divide when it has one axis, "
        "or four?",
        out_of=lambda matrix: matrix.shape[0] * matrix.shape[1],
    ),
    divides_by_what_is_not_zero=Wrong(
        "Half of the entries are zero. Is the number that you return one half? Out of which "
        "entries is the share asked for?",
        out_of=lambda matrix: int(np.sum(matrix != 0)),
    ),
    gives_per_cent=Wrong(
        "From 0.0 to 1.0: what should come out for a matrix that holds nothing but zeros?",
        share=lambda count, entries: 100 * count / entries,
    ),
    divides_without_fractions=Wrong(
        "Two of four entries are zero. What does your division give, and which of Python's two "
        "divisions is it?",
        share=lambda count, entries: count // entries,
    ),
    rounds_the_share=Wrong(
        "One of three entries is zero. How many digits should the answer have? Rounding is for "
        "printing.",
        result=lambda share: round(share, 2),
    ),
    gives_a_share_for_each_column=Wrong(
        "One number for the whole matrix: how many numbers do you return?",
        counted=lambda zeros: np.sum(zeros, axis=0),
        out_of=lambda matrix: len(matrix),
    ),
    marks_in_place=Wrong(
        "What has happened to the caller's matrix after the call? Look at which array you write "
        "into.",
        zeros=_marked_in_place,
    ),
)


# --- distinct_parameters --------------------------------------------------------------------


def _used_once(ids: Any) -> Any:
    numbers, uses = np.unique(ids, return_counts=True)
    return numbers[uses == 1]


def _used_again(ids: Any) -> Any:
    numbers, uses = np.unique(ids, return_counts=True)
    return numbers[uses > 1]


def _sorted_in_place(ids: Any) -> Any:
    ids.sort()
    return ids


def _distinct_parameters(
    ids: Any,
    *,
    looked_at: Callable[..., Any] = lambda ids: ids,
    numbers: Callable[..., Any] = lambda ids: np.unique(ids),
    connected: Callable[..., Any] = lambda numbers: numbers[numbers != 0],
    count: Callable[..., Any] = lambda numbers: numbers.size,
) -> Any:
    """The connections that are looked at, their numbers, without those that are none, how many."""
    return count(connected(numbers(looked_at(ids))))


distinct_parameters = Mistakes("distinct_parameters", _distinct_parameters, evidence=EVIDENCE)

distinct_parameters.wrong(
    counts_zero_as_a_parameter=Wrong(
        "The ids are 0, 7, 7 and 0. Which of these numbers say that there is no connection, and "
        "how many parameters are left?",
        connected=lambda numbers: numbers,
    ),
    always_takes_one_away_for_zero=Wrong(
        "In a dense layer no connection is missing. How many parameters do you count when the ids "
        "are 1, 2, 3 and 4?",
        connected=lambda numbers: numbers,
        count=lambda numbers: numbers.size - 1,
    ),
    counts_connections=Wrong(
        "The ids are 7, 7 and 7. How many connections are these, and how many parameters do they "
        "use?",
        numbers=lambda ids: ids.ravel(),
    ),
    counts_all_entries=Wrong(
        "That is how many connections a dense layer would have. Which of them are missing, and "
        "which use the same parameter?",
        numbers=lambda ids: ids.ravel(),
        connected=lambda numbers: numbers,
    ),
    takes_the_largest_id=Wrong(
        "The ids are 3 and 9. How many different ones are there? Nothing says that every number "
        "up to the largest is used.",
        count=lambda numbers: int(numbers.max(initial=0)),
    ),
    adds_up_the_ids=Wrong(
        "The ids are names that happen to be numbers. Is 9 more parameters than 3?",
        count=lambda numbers: int(numbers.sum()),
    ),
    returns_the_ids=Wrong(
        "These are the parameters' names. How many are there?", count=lambda numbers: numbers
    ),
    counts_only_what_is_used_once=Wrong(
        "The ids are 7, 7 and 8. How many parameters has the layer? One that is used twice is "
        "learned as well.",
        numbers=_used_once,
    ),
    counts_only_what_is_shared=Wrong(
        "The ids are 7, 7 and 8. How many parameters has the layer? One that is used only "
        "once is learned as well.",
        numbers=_used_again,
    ),
    looks_at_the_first_row_only=Wrong(
        "The first row belongs to one output. Do the others use parameters that it does not use?",
        looked_at=lambda ids: ids[0],
    ),
    looks_at_the_last_row_only=Wrong(
        "What is left when the loop has ended, and what became of the rows before the last one?",
        looked_at=lambda ids: ids[-1],
    ),
    sorts_in_place=Wrong(
        "In which order are the caller's numbers after the call? sort() gives back nothing: what "
        "does it change?",
        looked_at=_sorted_in_place,
    ),
)


# --- steps of the locally connected layer ---------------------------------------------------


def _every_output(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return [(i, j) for i in range(h_out) for j in range(w_out)]


def _every_output_of_the_stride(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return [(i, j) for i in range(0, h_out, stride) for j in range(0, w_out, stride)]


def _zeros_around(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    padded = np.zeros((n, height + 2 * pad, width + 2 * pad, channels))
    padded[:, pad : pad + height, pad : pad + width] = x
    return padded


def _zeros_behind(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    padded = np.zeros((n, height + 2 * pad, width + 2 * pad, channels))
    padded[:, :height, :width] = x
    return padded


def _square(images: Array, top: int, left: int, size: int, i: int = 0, j: int = 0) -> Array:
    return images[:, top : top + size, left : left + size]  # (N, K, K, C_in), a view


# --- locally_connected_forward --------------------------------------------------------------


def _sum_of_products(windows: Array, kernel: Array) -> Any:
    return np.einsum("nklc,klcf->nf", windows, kernel)


def _mean_of_products(windows: Array, kernel: Array) -> Any:
    return _sum_of_products(windows, kernel) / max(windows[0].size, 1)


def _kernel_for_each_example(windows: Array, kernels: Array) -> Any:
    return np.einsum("nklc,nklcf->nf", windows, kernels)


def _locally_connected_forward(
    x: Array,
    w: Array,
    b: Array,
    stride: int = 1,
    pad: int = 0,
    *,
    side: Callable[..., Any] = _stops,
    border: Callable[..., Any] = _zeros_around,
    weights: Callable[..., Any] = lambda w: w,
    biases: Callable[..., Any] = lambda b: b,
    visited: Callable[..., Any] = _every_output,
    position: Callable[..., Any] = lambda i, j: (i, j),
    move: Callable[..., Any] = _by_the_stride,
    cut: Callable[..., Any] = _square,
    image: Callable[..., Any] = lambda windows: windows,
    kernel: Callable[..., Any] = lambda w, i, j, examples: w[i, j],
    laid: Callable[..., Any] = _as_it_is,
    total: Callable[..., Any] = _sum_of_products,
    offset: Callable[..., Any] = lambda total, b, windows: total + b,
    result: Callable[..., Any] = lambda out, x: out,
) -> Any:
    """Move the window over all images at once, one position after the other.

    How many outputs a side has, the border, the weights and biases that positions have; the
    outputs that are visited, which window belongs to one, how far it moves, how it is cut out,
    of which image; the kernel of a position, how it lies on the window, the sum, the bias,
    what is returned.
    """
    size = w.shape[2]
    h_out, w_out = (side(length, size, stride, pad) for length in x.shape[1:3])
    images, all_weights, all_biases, pixels = (
        border(x, pad),
        weights(w),
        biases(b),
        move(size, stride),
    )
    out = np.zeros((len(x), h_out, w_out, w.shape[5]))
    for i, j in visited(h_out, w_out, stride):
        row, column = position(i, j)
        windows = image(cut(images, row * pixels, column * pixels, size, i, j))
        own = laid(kernel(all_weights, i, j, len(x)))
        out[:, i, j] = offset(total(windows, own), all_biases[i, j], windows)
    return result(out, x)


locally_connected_forward = Mistakes(
    "locally_connected_forward", _locally_connected_forward, evidence=EVIDENCE
)

locally_connected_forward.wrong(
    uses_the_first_kernel_everywhere=Wrong(
        "That is a convolution: nothing is shared here. Which kernel belongs to position (1, 2), "
        "and which one do you use there?",
        "LC1",
        weights=lambda w: np.broadcast_to(w[0, 0], w.shape),
    ),
    uses_the_first_biases_everywhere=Wrong(
        "b has an entry for every position. Which of them do you read at position (1, 2)?",
        "LC2",
        biases=lambda b: np.broadcast_to(b[0, 0], b.shape),
    ),
    swaps_the_indices_of_the_kernel=Wrong(
        "Which of the first two axes of w counts the rows of outputs? Compare how you index w and "
        "how you index the output.",
        "LC3",
        kernel=lambda w, i, j, examples: w[j, i],
    ),
    swaps_rows_and_columns_of_the_window=families.WINDOW_TRANSPOSED,
    uses_the_mean_of_all_kernels=Wrong(
        "Nothing is shared here, and nothing is averaged. Which kernel belongs to position (1, 2)?",
        "LC6",
        weights=lambda w: np.broadcast_to(w.mean(axis=(0, 1)), w.shape),
    ),
    chooses_the_kernel_by_the_example=Wrong(
        "Put the same image into the batch twice. Should its two outputs differ? Which of your "
        "loop variables says the position?",
        "LC13",
        kernel=lambda w, i, j, examples: w[np.arange(examples), j],
        laid=lambda w: w,
        total=_kernel_for_each_example,
    ),
    moves_every_window_by_one_pixel=families.ONE_PIXEL_ON.but(row="LC4"),
    moves_the_window_by_its_own_size=families.MOVED_BY_ITS_OWN_SIZE,
    turns_the_kernels_round=families.KERNEL_TURNED_ROUND.but(
        "Which weight should meet the top left pixel of the window? In this course a kernel lies "
        "on the window as it is.",
        "LC5",
    ),
    swaps_rows_and_columns_of_the_kernels=families.KERNELS_TURNED.but(
        "Which axis of a kernel goes down the picture? Try kernels with a single 1 in their top "
        "right corner."
    ),
    uses_one_filter_for_all_maps=Wrong(
        "All maps of your output differ by their biases only. How many filters has a position, "
        "and which of them do you use?",
        weights=lambda w: np.repeat(w[..., :1], w.shape[5], axis=5),
    ),
    looks_at_the_first_channel_only=Wrong(
        "How deep is a window? Make the first channel of an image zero and look at the output.",
        total=lambda windows, kernel: _sum_of_products(windows[..., :1], kernel[:, :, :1]),
    ),
    looks_at_the_first_image_only=families.FIRST_IMAGE,
    cuts_windows_from_the_image_without_border=Wrong(
        "With pad 1 there are as many positions as the padded image allows. From which array does "
        "your code cut the windows?",
        border=lambda x, pad: x,
    ),
    puts_the_image_into_the_corner=Wrong(
        "The padded size is right. Where does the top left pixel of the image sit in it?",
        border=_zeros_behind,
    ),
    ends_the_window_one_pixel_early=families.ONE_PIXEL_SHORT.but(
        cut=lambda images, top, left, size, i, j: _square(images, top, left, size - 1)
    ),
    ends_the_window_without_the_stride=families.END_WITHOUT_THE_STRIDE.but(
        cut=lambda images, top, left, size, i, j: images[:, top : i + size, left : j + size]
    ),
    leaves_the_biases_out=families.WITHOUT_BIASES,
    adds_the_bias_to_every_product=Wrong(
        "Lay a kernel on a window of zeros. How often is the bias added to the one number that "
        "comes out?",
        offset=lambda total, b, windows: total + b * windows[0].size,
    ),
    averages_the_products_of_a_window=Wrong(
        "Lay a kernel of ones on a window of ones. Does a neuron add up its inputs, or take their "
        "average?",
        total=_mean_of_products,
    ),
    steps_over_outputs=Wrong(
        "How many entries of your output were never written? Look at what your loops count, "
        "outputs or pixels.",
        visited=_every_output_of_the_stride,
        move=lambda kernel_size, stride: 1,
    ),
    skips_the_last_row_and_column=Wrong(
        "Look at the last row and the last column of your output. Does your code ever get there?",
        visited=lambda h_out, w_out, stride: _every_output(h_out - 1, w_out - 1, stride),
    ),
    forgets_the_first_position=families.WITHOUT_THE_FIRST_POSITION.but(
        "How many positions has a window on an image that is exactly as large as the kernel? "
        "Compare with the first two sides of w."
    ),
    counts_the_border_once=families.BORDER_COUNTED_ONCE.but(
        "At how many ends of a row does the border stand? Compare your output's sides with the "
        "first two sides of w."
    ),
    does_not_round_the_size_down=families.SIZE_NOT_ROUNDED,
    gives_the_output_the_dtype_of_the_image=families.DTYPE_OF_THE_IMAGE,
)


# --- locally_connected_backward -------------------------------------------------------------


def _all_zero(padded: Array, x: Array, w: Array) -> Gradients:
    h_out, w_out, *_, c_out = w.shape
    return np.zeros(padded.shape), np.zeros(w.shape), np.zeros((h_out, w_out, c_out))


def _zeros_like_the_inputs(padded: Array, x: Array, w: Array) -> Gradients:
    _, _, db = _all_zero(padded, x, w)
    return np.zeros(padded.shape, x.dtype), np.zeros_like(w), db


def _on_top_of_the_images(padded: Array, x: Array, w: Array) -> Gradients:
    _, dw, db = _all_zero(padded, x, w)
    return padded.copy(), dw, db


def _to_the_inputs(gradients: Array, kernel: Array, windows: Array) -> Any:
    sent = gradients @ kernel.reshape(-1, kernel.shape[3]).T
    return sent.reshape(-1, *kernel.shape[:3])


def _to_the_weights(windows: Array, gradients: Array) -> Any:
    sent = windows.reshape(len(windows), windows[0].size).T @ gradients
    return sent.reshape(*windows.shape[1:], gradients.shape[1])


def _add(target: Array, part: Array) -> None:
    target += part


def _assign(target: Array, part: Array) -> None:
    target[...] = part


def _into_its_dw(dw: Array, i: int, j: int, windows: Array, gradients: Array) -> None:
    dw[i, j] += _to_the_weights(windows, gradients)


def _last_image_into_dw(dw: Array, i: int, j: int, windows: Array, gradients: Array) -> None:
    dw[i, j] = _to_the_weights(windows[-1:], gradients[-1:])


def _into_swapped_dw(dw: Array, i: int, j: int, windows: Array, gradients: Array) -> None:
    dw[j, i] += _to_the_weights(windows, gradients)


def _into_its_db(db: Array, i: int, j: int, gradients: Array) -> None:
    db[i, j] += gradients.sum(axis=0)


def _last_image_into_db(db: Array, i: int, j: int, gradients: Array) -> None:
    db[i, j] = gradients[-1]


def _middle(dx: Array, x: Array, pad: int) -> Array:
    return dx[:, pad : pad + x.shape[1], pad : pad + x.shape[2]]


def _minus_pad_into_dx(dx: Array, x: Array, pad: int) -> Array:
    result = np.zeros(x.shape)
    result[...] = dx[:, pad:-pad, pad:-pad]
    return result


def _last_image_into_dx(dx: Array, x: Array, pad: int) -> Array:
    result = np.zeros(x.shape)
    result[-1] = _middle(dx, x, pad)[-1]
    return result


def _into_the_images(dx: Array, dw: Array, db: Array, x: Array) -> Gradients:
    np.copyto(x, dx)  # raises like -= where fractions do not fit
    return x, dw, db


def _locally_connected_backward(
    dout: Array,
    x: Array,
    w: Array,
    stride: int = 1,
    pad: int = 0,
    *,
    start: Callable[..., Any] = _all_zero,
    weights: Callable[..., Any] = lambda w: w,
    visited: Callable[..., Any] = _every_output,
    move: Callable[..., Any] = _by_the_stride,
    incoming: Callable[..., Any] = lambda dout, i, j: dout[:, i, j],
    images: Callable[..., Any] = _zeros_around,
    viewed: Callable[..., Any] = lambda windows: windows,
    kernel: Callable[..., Any] = lambda w, i, j: w[i, j],
    laid: Callable[..., Any] = _as_it_is,
    sent: Callable[..., Any] = _to_the_inputs,
    into_dx: Callable[..., Any] = _add,
    into_dw: Callable[..., Any] = _into_its_dw,
    into_db: Callable[..., Any] = _into_its_db,
    reached: Callable[..., Any] = lambda dx, height, width: dx,
    crop: Callable[..., Any] = _middle,
    dw_of: Callable[..., Any] = lambda dw, examples: dw,
    db_of: Callable[..., Any] = lambda db, examples: db,
    result: Callable[..., Any] = lambda dx, dw, db, x: (dx, dw, db),
) -> Any:
    """Send each output's gradient back to its window, its weights and its biases.

    What the gradients start from, the weights that positions have, the outputs that are
    visited, how far a window moves, the gradient that comes in; the images that windows are
    cut from, the windows as they are used, the kernel of a position and how it is laid, what
    goes back to a window, how the parts are added; the part of dx that windows reached, how
    the border is cut off, and what is returned.
    """
    size = w.shape[2]
    padded, all_weights, looked_at = _zeros_around(x, pad), weights(w), images(x, pad)
    dx, dw, db = start(padded, x, w)
    pixels = move(size, stride)
    for i, j in visited(dout.shape[1], dout.shape[2], stride):
        top, left = i * pixels, j * pixels
        gradients = incoming(dout, i, j)  # (N, C_out)
        windows = viewed(_square(looked_at, top, left, size))
        own = laid(kernel(all_weights, i, j))
        into_dx(_square(dx, top, left, size), sent(gradients, own, windows))
        into_dw(dw, i, j, windows, gradients)
        into_db(db, i, j, gradients)
    height, width = (stride * (length - 1) + size for length in dout.shape[1:3])
    dx = crop(reached(dx, height, width), x, pad)
    return result(dx, dw_of(dw, len(x)), db_of(db, len(x)), x)


locally_connected_backward = Mistakes(
    "locally_connected_backward", _locally_connected_backward, evidence=EVIDENCE
)

locally_connected_backward.wrong(
    gives_every_position_the_sum=Wrong(
        "Which outputs depend on the weights of position (0, 0)? Nothing is shared here, so "
        "nothing is added up over positions.",
        "LC7",
        dw_of=lambda dw, examples: np.zeros(dw.shape) + dw.sum(axis=(0, 1)),
    ),
    returns_the_gradient_of_a_shared_kernel=Wrong(
        "A gradient has the shape of what it belongs to. Compare the shapes of w and of your dw: "
        "which axes are missing?",
        "LC7",
        dw_of=lambda dw, examples: dw.sum(axis=(0, 1)),
    ),
    keeps_the_last_image_in_dw=Wrong(
        "All images of the batch use the same kernel at one position. Whose part is left in your "
        "dw after the last of them?",
        "LC8",
        into_dw=_last_image_into_dw,
    ),
    keeps_the_last_image_in_db=Wrong(
        "All images of the batch use the same biases at one position. Whose part is left in your "
        "db after the last of them?",
        into_db=_last_image_into_db,
    ),
    overwrites_the_gradient_of_the_window_before=families.WINDOW_BEFORE_OVERWRITTEN.but(
        row="LC9", into_dx=_assign
    ),
    overwrites_the_gradient_of_the_filter_before=Wrong(
        "How many filters look at one window? Each of them sends something back to it, and yours "
        "keeps only what came last.",
        "LC9",
        into_dx=_assign,
        sent=lambda gradients, w, windows: _to_the_inputs(gradients[:, -1:], w[..., -1:], windows),
    ),
    sends_everything_through_the_first_kernel=Wrong(
        "Which kernel was used at position (1, 2) in the forward pass? Its gradient goes back "
        "through the same one.",
        "LC10",
        weights=lambda w: np.broadcast_to(w[0, 0], w.shape),
    ),
    adds_up_db_over_the_positions=Wrong(
        "How many biases went into the layer? A gradient has the shape of what it belongs to.",
        "LC11",
        db_of=lambda db, examples: db.sum(axis=(0, 1)),
    ),
    removes_the_border_with_a_negative_end=families.NEGATIVE_END.but(
        row="LC12", crop=_minus_pad_into_dx
    ),
    loses_the_whole_image_without_a_border=families.NOTHING_LEFT_OF_DX.but(row="LC12"),
    removes_a_border_of_one=families.BORDER_OF_ONE,
    cuts_dx_out_of_the_corner=families.CORNER_OF_DX,
    returns_dx_with_its_border=families.DX_WITH_ITS_BORDER,
    keeps_dx_of_the_last_image=families.DX_OF_THE_LAST_IMAGE.but(crop=_last_image_into_dx),
    leaves_out_pixels_that_no_window_saw=families.UNSEEN_PIXELS_LEFT_OUT.but(
        "An image of 6 rows, 3 × 3 kernels, stride 2, no padding: no window sees the last row. "
        "What is its gradient, and how many rows does your dx have?"
    ),
    moves_every_window_by_one_pixel=families.BACK_WITHOUT_THE_STRIDE,
    turns_the_kernels_round_in_dx=families.KERNEL_TURNED_ROUND.but(
        "Put a single 1 into dout. The part of dx that it reaches should be the kernel of that "
        "position: which way round is yours?"
    ),
    turns_the_window_round_in_dw=families.WINDOW_TURNED_ROUND.but(
        "Put a single 1 into dout. dw of that position should be the window of the input itself: "
        "which way round is yours?"
    ),
    averages_over_the_batch=families.MEAN_OVER_THE_BATCH.but(
        dw_of=lambda dw, examples: dw / examples, db_of=lambda db, examples: db / examples
    ),
    gives_the_gradients_the_dtype_of_the_inputs=Wrong(
        "What is the dtype of your gradients when the image holds whole numbers?",
        start=_zeros_like_the_inputs,
    ),
    cuts_the_fractions_off_dx=Wrong(
        "Do whole-number images have whole-number gradients? Look at the dtype you return.",
        result=lambda dx, dw, db, x: (dx.astype(x.dtype), dw, db),
    ),
    averages_all_gradients_over_the_batch=Wrong(
        "dout already carries whatever the loss divided by. Does twice the same image in a batch "
        "change what one of them receives?",
        result=lambda dx, dw, db, x: (dx / len(x), dw / len(x), db / len(x)),
    ),
    takes_the_mean_for_db=Wrong(
        "Each image adds its gradient to the bias in full. What does a mean do to it?",
        db_of=lambda db, examples: db / examples,
    ),
    swaps_rows_and_columns_of_dout=families.DOUT_TRANSPOSED,
    swaps_the_indices_of_the_kernel=Wrong(
        "Which of the first two axes of w counts the rows of outputs? Compare how you index w and "
        "how you index dout.",
        kernel=lambda w, i, j: w[j, i],
    ),
    swaps_the_indices_of_dw=Wrong(
        "Which of the first two axes of dw counts the rows of outputs? Compare how you index dw "
        "and how you index dout.",
        into_dw=_into_swapped_dw,
    ),
    skips_the_last_row_of_dout=Wrong(
        "Put a single 1 into the last row of dout. What should arrive in dx, and what does?",
        visited=lambda h_out, w_out, stride: _every_output(h_out - 1, w_out, stride),
    ),
    puts_the_window_into_dx=families.WINDOW_INTO_DX,
    cuts_windows_for_dw_from_the_image_without_border=families.IMAGE_WITHOUT_BORDER,
    pads_on_one_side_for_dw=families.PADDED_ON_ONE_SIDE.but(images=_zeros_behind),
    adds_the_gradient_to_the_image=families.ON_TOP_OF_THE_IMAGE.but(start=_on_top_of_the_images),
    writes_the_gradient_into_the_image=families.INTO_THE_CALLERS_X.but(result=_into_the_images),
    returns_the_gradients_in_another_order=families.ANOTHER_ORDER.but(
        result=lambda dx, dw, db, x: (dw, dx, db)
    ),
)


# --- tie_gradients --------------------------------------------------------------------------


def _added_to_the_first_position(dw: Array) -> Any:
    total = dw[0, 0]
    for i, j in list(np.ndindex(dw.shape[:2]))[1:]:
        total += dw[i, j]
    return total


def _tie_gradients(
    dw: Array,
    db: Array,
    *,
    tied_dw: Callable[..., Any] = lambda dw: dw.sum(axis=(0, 1)),
    tied_db: Callable[..., Any] = lambda db: db.sum(axis=(0, 1)),
    result: Callable[..., Any] = lambda dw, db: (dw, db),
) -> Any:
    """The gradient of the shared weights, that of the shared biases, what is returned."""
    return result(tied_dw(dw), tied_db(db))


tie_gradients = Mistakes("tie_gradients", _tie_gradients, evidence=EVIDENCE)

tie_gradients.wrong(
    takes_the_mean_over_the_positions=families.MEAN_OVER_THE_POSITIONS.but(
        tied_dw=lambda dw: dw.mean(axis=(0, 1)), tied_db=lambda db: db.mean(axis=(0, 1))
    ),
    averages_the_biases_only=Wrong(
        "Is a bias shared in another way than the weights? Compare your two lines.",
        "TG8",
        tied_db=lambda db: db.mean(axis=(0, 1)),
    ),
    averages_the_weights_only=Wrong(
        "Are the weights shared in another way than the biases? Compare your two lines.",
        "TG8",
        tied_dw=lambda dw: dw.mean(axis=(0, 1)),
    ),
    takes_the_first_position=Wrong(
        "The shared kernel was used at every position. What becomes of the gradients of all "
        "positions but the first?",
        "TG2",
        tied_dw=lambda dw: dw[0, 0].copy(),
        tied_db=lambda db: db[0, 0].copy(),
    ),
    takes_the_last_position=Wrong(
        "The shared kernel was used at every position. What becomes of the gradients of all "
        "positions but the last?",
        "TG2",
        tied_dw=lambda dw: dw[-1, -1].copy(),
        tied_db=lambda db: db[-1, -1].copy(),
    ),
    leaves_the_biases_untied=Wrong(
        "How many biases has the convolution? A layer that shares its weights shares its biases "
        "too.",
        "TG3",
        tied_db=lambda db: db.copy(),
    ),
    adds_up_the_biases_of_all_filters=Wrong(
        "How many biases has the convolution, and what is the shape of your db?",
        "TG4",
        tied_db=lambda db: db.sum(),
    ),
    adds_up_the_input_channels=Wrong(
        "Weights are shared over positions, and over nothing else. Compare the shape of your dw "
        "with the shape of the kernels.",
        "TG5",
        tied_dw=lambda dw: dw.sum(axis=(0, 1, 4)),
    ),
    adds_up_over_the_kernel=Wrong(
        "Which two axes of dw say where the window is, and which say where a weight is in the "
        "kernel?",
        "TG7",
        tied_dw=lambda dw: dw.sum(axis=(2, 3)),
    ),
    adds_up_the_rows_of_positions_only=Wrong(
        "A position has a row and a column. Which axes of your results should no longer be there?",
        tied_dw=lambda dw: dw.sum(axis=0),
        tied_db=lambda db: db.sum(axis=0),
    ),
    keeps_the_axes_of_the_positions=Wrong(
        "Compare the shapes of your results with those of the kernel and the biases of a "
        "convolution. Which axes have the length 1?",
        tied_dw=lambda dw: dw.sum(axis=(0, 1), keepdims=True),
        tied_db=lambda db: db.sum(axis=(0, 1), keepdims=True),
    ),
    returns_the_biases_first=Wrong(
        "In which order are the two gradients asked for? Compare their shapes.",
        result=lambda dw, db: (db, dw),
    ),
    adds_up_in_the_first_position=Wrong(
        "What has happened to the caller's dw after the call? A part of an array is no new array: "
        "what does += write into?",
        tied_dw=_added_to_the_first_position,
    ),
)


# --- receptive_field ------------------------------------------------------------------------


def _receptive_field(
    layers: Sequence[tuple[int, int]],
    *,
    order: Callable[..., Any] = lambda layers: layers,
    begin: Callable[..., Any] = lambda: 1,
    added: Callable[..., Any] = lambda kernel_size: kernel_size - 1,
    grown: Callable[..., Any] = lambda side, added, jump, kernel_size, stride: side + added * jump,
    jumped: Callable[..., Any] = lambda jump, stride: jump * stride,
    result: Callable[..., Any] = lambda side, jump: side,
) -> Any:
    """Go up from the image, layer by layer.

    The order of the layers, what one pixel sees, what a kernel adds, how the side grows by
    it, how far apart the outputs are then, what is returned.
    """
    side, jump = begin(), 1
    for kernel_size, stride in order(layers):
        side = grown(side, added(kernel_size), jump, kernel_size, stride)
        jump = jumped(jump, stride)
    return result(side, jump)


receptive_field = Mistakes("receptive_field", _receptive_field, evidence=EVIDENCE)

receptive_field.wrong(
    adds_whole_kernels=Wrong(
        "Two layers of kernel 3 and stride 1 see 5 pixels, not 6 or 7. How many pixels does the "
        "second kernel add to what the first one sees?",
        "RF1",
        added=lambda kernel_size: kernel_size,
    ),
    ignores_the_strides=Wrong(
        "A layer with stride 2, another one on top. How far apart in the image are the windows of "
        "two neighbours that the second layer looks at?",
        "RF2",
        jumped=lambda jump, stride: 1,
    ),
    counts_the_own_stride_too_early=Wrong(
        "A single layer with kernel 3 and stride 2: how many pixels does one output see? Does a "
        "layer's own stride widen that?",
        "RF3",
        grown=lambda side, added, jump, kernel_size, stride: side + added * jump * stride,
    ),
    uses_the_own_stride_only=Wrong(
        "A single layer with kernel 3 and stride 2: how many pixels does one output see? Whose "
        "strides say how far apart the things are that a layer looks at?",
        "RF9",
        grown=lambda side, added, jump, kernel_size, stride: side + added * stride,
    ),
    keeps_the_last_stride_only=Wrong(
        "Two layers of stride 2: how far apart in the image are two neighbouring outputs of the "
        "second one?",
        "RF6",
        jumped=lambda jump, stride: stride,
    ),
    adds_the_strides=Wrong(
        "Two layers of stride 3: how far apart in the image are two neighbouring outputs of the "
        "second one? Draw it.",
        "RF5",
        jumped=lambda jump, stride: jump + stride,
    ),
    adds_what_the_strides_skip=Wrong(
        "Each layer with stride 2 skips every second of what it gets. How many pixels apart are "
        "two neighbours after two such layers, and after three?",
        "RF5",
        jumped=lambda jump, stride: jump + stride - 1,
    ),
    multiplies_the_kernels=Wrong(
        "Neighbouring windows overlap. How many pixels do three windows of 3 see when they lie "
        "one pixel apart?",
        "RF4",
        grown=lambda side, added, jump, kernel_size, stride: side * kernel_size,
    ),
    begins_with_the_last_layer=Wrong(
        "Which layer of the list touches the picture? Its stride matters for all that come after "
        "it, and for none before.",
        "RF7",
        order=lambda layers: layers[::-1],
    ),
    gives_the_kernel_of_the_last_layer=Wrong(
        "What does the last layer look at: pixels, or outputs of the layer before, each of which "
        "sees pixels itself?",
        "RF8",
        grown=lambda side, added, jump, kernel_size, stride: kernel_size,
    ),
    begins_with_nothing=Wrong(
        "How many pixels does your function give for no layer at all? A pixel sees itself.",
        begin=lambda: 0,
    ),
    gives_the_distance_of_the_outputs=Wrong(
        "That is how far two neighbouring outputs are apart in the image. How many pixels does "
        "one of them see?",
        result=lambda side, jump: jump,
    ),
    gives_the_area=Wrong(
        "How many pixels in a row? That is the side of the square, not what is in it.",
        result=lambda side, jump: side**2,
    ),
    leaves_the_last_layer_out=Wrong(
        "Try your function with a single layer of kernel 3. How many pixels should its output see?",
        order=lambda layers: layers[:-1],
    ),
    takes_the_layers_off_the_list=Wrong(
        "After a call of your function, what is left of the list that was passed to it?",
        order=lambda layers: [layers.pop(0) for _ in range(len(layers))],
    ),
)


# --- translate ------------------------------------------------------------------------------


def _moved(x: Array, by: int, axis: int) -> Array:
    along = np.moveaxis(x, axis, 0)
    length, moved = len(along), np.zeros_like(along)
    if abs(by) < length:
        moved[max(by, 0) : length + by] = along[max(-by, 0) : length - by]
    return np.moveaxis(moved, 0, axis)


def _moved_round_and_cleared(x: Array, by: int, axis: int) -> Array:
    along = np.moveaxis(np.roll(x, by, axis), axis, 0)
    along[:by] = 0  # right where by is not negative
    return np.moveaxis(along, 0, axis)


def _moved_unless_far(x: Array, by: int, axis: int) -> Array:
    along = np.moveaxis(x, axis, 0)
    length, moved = len(along), np.zeros_like(along)
    if by >= 0:
        moved[by:] = along[: length - by]
    else:
        moved[: length + by] = along[-by:]
    return np.moveaxis(moved, 0, axis)


def _moved_unless_still(x: Array, by: int, axis: int) -> Array:
    along = np.moveaxis(x, axis, 0)
    moved = np.zeros_like(along)
    if by > 0:
        moved[by:] = along[:-by]
    else:
        moved[:by] = along[-by:]
    return np.moveaxis(moved, 0, axis)


def _moved_forwards(x: Array, by: int, axis: int) -> Array:
    along = np.moveaxis(x, axis, 0)
    moved = np.zeros_like(along)
    moved[by:] = along[: len(along) - by]
    return np.moveaxis(moved, 0, axis)


def _moved_with_its_edge(x: Array, by: int, axis: int) -> Array:
    length = x.shape[axis]
    return np.take(x, (np.arange(length) - by).clip(0, length - 1), axis)


def _longer(x: Array, by: int, axis: int) -> Array:
    widths = [(0, 0)] * x.ndim
    widths[axis] = by, 0
    return np.pad(x, widths)  # raises where by is negative


def _into_x(moved: Array, x: Array) -> Array:
    np.copyto(x, moved)
    return x


def _first_image_alone(moved: Array, x: Array) -> Array:
    moved = moved.copy()
    moved[1:] = 0
    return moved


def _translate(
    x: Array,
    rows: int,
    columns: int,
    *,
    down: Callable[..., Any] = lambda rows: rows,
    right: Callable[..., Any] = lambda columns: columns,
    axes: Callable[..., Any] = lambda: (1, 2),
    moved: Callable[..., Any] = _moved,
    result: Callable[..., Any] = lambda moved, x: moved,
) -> Any:
    """How far down, how far to the right, along which axes, what comes in, what is returned."""
    vertical, horizontal = axes()
    return result(moved(moved(x, down(rows), vertical), right(columns), horizontal), x)


translate = Mistakes("translate", _translate, evidence=EVIDENCE)

translate.wrong(
    lets_the_image_come_round=Wrong(
        "Where did the pixels go that left the picture? Move an image of ones by one column: what "
        "should stand at its left edge?",
        "EQ2",
        moved=lambda x, by, axis: np.roll(x, by, axis),
    ),
    moves_the_other_way=Wrong(
        "Move an image with a single 1 in its middle by one row and one column. Is the 1 now "
        "further down and to the right?",
        down=lambda rows: -rows,
        right=lambda columns: -columns,
    ),
    moves_up_for_down=Wrong(
        "Move an image with a single 1 in its middle by one row. Which index grows when something "
        "moves down?",
        down=lambda rows: -rows,
    ),
    moves_left_for_right=Wrong(
        "Move an image with a single 1 in its middle by one column. Which index grows when "
        "something moves to the right?",
        right=lambda columns: -columns,
    ),
    swaps_rows_and_columns=Wrong(
        "Which axis of (N, H, W, C) grows downwards? Move an image by one row and by no column.",
        axes=lambda: (2, 1),
    ),
    moves_the_batch=Wrong(
        "In (N, H, W, C), which axis counts the images? Along which two axes do you move?",
        axes=lambda: (0, 1),
    ),
    moves_the_channels=Wrong(
        "In (N, H, W, C), which axis counts the channels? Along which two axes do you move?",
        axes=lambda: (2, 3),
    ),
    does_not_move_sideways=NO_EFFECT.but(right=lambda columns: 0),
    loses_the_sign_of_a_move=Wrong(
        "Move an image by one row and by minus one row. Should the two results be the same?",
        down=lambda rows: abs(rows),
        right=lambda columns: abs(columns),
    ),
    does_not_move_backwards=Wrong(
        "A negative number moves up or to the left. What does your function return for it?",
        down=lambda rows: max(rows, 0),
        right=lambda columns: max(columns, 0),
    ),
    slices_as_if_it_moved_forwards=Wrong(
        "Put a move of -1 into your slices, on both sides of the equals sign. Which rows do they "
        "select, and how many?",
        moved=_moved_forwards,
    ),
    clears_as_if_it_moved_forwards=Wrong(
        "At which edge do the zeros come in when the image moves up? Put a move of -1 into the "
        "slice that you clear.",
        moved=_moved_round_and_cleared,
    ),
    fails_where_nothing_moves=Wrong(
        "Move an image by one row and by no column. What does a slice select whose end is minus "
        "zero?",
        moved=_moved_unless_still,
    ),
    fails_at_long_moves=Wrong(
        "Move an image of 3 rows by 5. What do your slices select when a number in them becomes "
        "negative?",
        moved=_moved_unless_far,
    ),
    repeats_the_edge=Wrong(
        "Move an image of ones by one column. Zeros should come in: what stands at the left edge "
        "of yours?",
        moved=_moved_with_its_edge,
    ),
    lets_the_image_grow=Wrong(
        "Compare the shapes of x and of your result. What leaves the image is lost.", moved=_longer
    ),
    moves_the_first_image_only=Wrong(
        "How many images are in the batch, and how many of them are left in your result?",
        result=_first_image_alone,
    ),
    moves_in_place=Wrong(
        "What has happened to the caller's x after the call? Look at which array you write into.",
        result=_into_x,
    ),
)


# --- the questions --------------------------------------------------------------------------

answer_1 = Mistakes("answer_1", evidence=EVIDENCE)

answer_1.wrong(
    takes_missing_connections_for_zero_weights=Chosen(
        "a",
        "91 % of the matrix are boxes without a connection. Is there a weight in these boxes "
        "that training could make zero? Compare 5,824 zeros with nine weights.",
        "C24",
    ),
    lets_training_make_the_connections_sparse=Chosen(
        "b",
        "When was it laid down which inputs an output sees: before training, or by it? Did your "
        "conv_as_dense train anything before its zeros were there?",
        "C1",
    ),
    takes_sharing_for_equal_weights_in_a_kernel=Chosen(
        "d",
        "Look at the picture of the parameters' numbers: how many different ones does a single "
        "row use, and where does the same one come again?",
    ),
)

answer_2 = Mistakes("answer_2", evidence=EVIDENCE)

answer_2.wrong(
    makes_the_gradient_of_the_kernel_sparse=Chosen(
        "b",
        "Each of the nine weights is used at every position. When would all the gradients that "
        "arrive there add up to exactly zero?",
        "C3",
    ),
    takes_a_zero_weight_for_a_zero_gradient=Chosen(
        "c",
        "The gradient of a weight is its input times what comes back from its output. Does the "
        "weight itself appear in that? Take a weight 0, an input 2 and a 3 that comes back.",
        "C2",
    ),
    lets_zero_gradients_remove_connections=Chosen(
        "d",
        "What does a step of gradient descent do to a number whose gradient is zero? And which "
        "inputs a window holds: is that a number which a step changes?",
        "C3",
    ),
)

answer_3 = Mistakes("answer_3", evidence=EVIDENCE)

answer_3.wrong(
    takes_any_shared_kernel_for_small=Chosen(
        "a",
        "Share a kernel that reaches as far as the whole image. How many weights has it on a "
        "100 × 100 image, and how many has a 3 × 3 one?",
        "C4",
    ),
    takes_sharing_for_zeros=Chosen(
        "b",
        "Sharing says that two connections use the same number. Does it say which number? And "
        "the zeros of your matrix: do they need sharing?",
        "C1",
    ),
    gives_sparsity_no_part_in_the_parameters=Chosen(
        "c",
        "Count the parameters of a dense layer and of a locally connected one, which shares "
        "nothing either. Which of the two ideas made the difference?",
        "C4",
    ),
)

answer_4 = Mistakes("answer_4", evidence=EVIDENCE)

answer_4.wrong(
    forgets_the_border=Chosen(
        "a",
        "What did the window at the right edge see before the move, and what does it see after "
        "it? Compare whole outputs, first and last column included.",
        "EQ1",
    ),
    forgets_the_stride=Chosen(
        "c",
        "With stride 2, windows start at columns 0, 2, 4. Where would one have to start to see "
        "after a move by one pixel what another saw before?",
        "EQ3",
    ),
    takes_moving_along_for_staying_the_same=Chosen(
        "d",
        "Put a single 1 into an image, then move it. Does the feature map answer at the same "
        "place as before, or does its answer move too?",
        "EQ4",
    ),
)

answer_5 = Mistakes("answer_5", evidence=EVIDENCE)

answer_5.wrong(
    lets_small_windows_move_the_output_along=Chosen(
        "a",
        "Both layers have small windows. Which of the two properties does the locally connected "
        "one lack, and does the next position look for the same thing?",
        "EQ6",
    ),
    takes_filters_of_equal_size_for_equal_filters=Chosen(
        "b",
        "Equal in size, and in their numbers? What comes out when the next position lays its own "
        "filter on the same content?",
        "EQ5",
    ),
    lets_every_position_keep_its_output=Chosen(
        "d",
        "A window lies where it lies, and the content moves through it. Are the numbers in the "
        "window the same after the move?",
        "C11",
    ),
)
