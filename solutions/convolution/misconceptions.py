"""Known mistakes in the assignment "convolution".

C4W1 is week 1 of course 4 of the Deep Learning Specialization, CS231n its assignment 2; both
were looked through in public student repositories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.explanation.misconceptions import NEVER, Chosen, Mistakes, Wrong

from .. import _families as families
from .._contrasts import FILTERS, IMAGES, KERNELS, MAPS, OF_LAYERS
from .._evidence import EVIDENCE
from . import Array

CONTRASTS = OF_LAYERS
IDEAS = {
    "conv_single_step": "forward",
    "answer_1": "sparsity",
    "zero_pad": "forward",
    "conv_forward": "forward",
    "answer_2": "sharing",
    "answer_3": "sharing",
    "conv_backward": "backward",
    "answer_4": "backward",
}
AXES = {
    "zero_pad": IMAGES,
    "conv_forward": MAPS,
    "conv_backward": (IMAGES, KERNELS, FILTERS),
}

Gradients = tuple[Array, Array, Array]
Place = tuple[int, int]


# --- steps that several exercises take ------------------------------------------------------


def _zeros_around(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    padded = np.zeros((n, height + 2 * pad, width + 2 * pad, channels))
    padded[:, pad : pad + height, pad : pad + width] = x
    return padded


def _as_it_is(w: Array) -> Array:
    return w


def _by_the_stride(kernel_size: int, stride: int) -> int:
    return stride


def _every_output(h_out: int, w_out: int, stride: int) -> Iterable[Place]:
    return np.ndindex(h_out, w_out)


def _square(images: Array, top: int, left: int, size: int, i: int = 0, j: int = 0) -> Array:
    return images[:, top : top + size, left : left + size]  # (N, K, K, C_in), a view


# --- families of mistakes -------------------------------------------------------------------

NOT_ZERO = Wrong(
    "Pad an image that holds only sevens with a border of 1. Which number should stand in the "
    "border, and which stands in yours?",
    "ZP5",
)


# --- zero_pad -------------------------------------------------------------------------------


def _all_four_sides(pad: int) -> list[Place]:
    return [(0, 0), (pad, pad), (pad, pad), (0, 0)]


def _with_zeros(x: Array, widths: list[Place], pad: int) -> Array:
    return np.pad(x, widths)


def _written_between(padded: Array, x: Array, pad: int) -> Array:
    out = np.zeros(padded.shape)
    out[:, pad:-pad, pad:-pad] = x
    return out


def _written_at_one(x: Array, widths: list[Place], pad: int) -> Array:
    padded = np.zeros(np.pad(x, widths).shape)
    padded[:, 1 : 1 + x.shape[1], 1 : 1 + x.shape[2]] = x
    return padded


def _after_emptying(padded: Array, x: Array, pad: int) -> Array:
    x[...] = 0
    return padded


def _zero_pad(
    x: Array,
    pad: int,
    *,
    width: Callable[..., Any] = lambda pad: pad,
    sides: Callable[..., Any] = _all_four_sides,
    filled: Callable[..., Any] = _with_zeros,
    result: Callable[..., Any] = lambda padded, x, pad: padded,
) -> Any:
    """The width of the border, the axes and ends it stands at, what stands in it."""
    return result(filled(x, sides(width(pad)), pad), x, pad)


zero_pad = Mistakes("zero_pad", _zero_pad, evidence=EVIDENCE)

zero_pad.wrong(
    always_pads_by_one=Wrong(
        "Call your function with a pad of 0 and with a pad of 3. Does the width of the border "
        "follow the argument?",
        "ZP7",
        width=lambda pad: 1,
    ),
    pads_all_four_axes=Wrong(
        "Print the shape you return. Which of its four numbers should not have grown?",
        "ZP1",
        sides=lambda pad: pad,
    ),
    pads_width_and_channels=Wrong(
        "In (N, H, W, C), which axis is the height and which is the width? Compare the shapes "
        "before and after.",
        "ZP2",
        sides=lambda pad: [(0, 0), (0, 0), (pad, pad), (pad, pad)],
    ),
    pads_batch_and_height=Wrong(
        "In (N, H, W, C), which axis counts the images? Compare the shapes before and after.",
        "ZP3",
        sides=lambda pad: [(pad, pad), (pad, pad), (0, 0), (0, 0)],
    ),
    fills_the_border_with_its_width=Wrong(
        "How wide the border is and what stands in it are two things. Which numbers stand in "
        "your border?",
        "ZP4",
        filled=lambda x, widths, pad: np.pad(x, widths, constant_values=pad),
    ),
    repeats_the_edge=NOT_ZERO.but(filled=lambda x, widths, pad: np.pad(x, widths, mode="edge")),
    mirrors_the_image=NOT_ZERO.but(filled=lambda x, widths, pad: np.pad(x, widths, mode="reflect")),
    pads_above_and_left_only=Wrong(
        "How many sides has a picture, and how many of them got a border?",
        "ZP6",
        sides=lambda pad: [(0, 0), (pad, 0), (pad, 0), (0, 0)],
    ),
    puts_the_image_into_the_corner=Wrong(
        "The size is right. Where does the top left pixel of the image sit in your result?",
        "ZP9",
        sides=lambda pad: [(0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)],
    ),
    always_begins_at_row_and_column_one=Wrong(
        "The size is right. At which row and column does the image begin in a border of 2, and at "
        "which in your result?",
        filled=_written_at_one,
    ),
    pads_the_height_alone=Wrong(
        "How many sides has a picture, and how many of them got a border?",
        sides=lambda pad: [(0, 0), (pad, pad), (0, 0), (0, 0)],
    ),
    pads_the_width_alone=Wrong(
        "How many sides has a picture, and how many of them got a border?",
        sides=lambda pad: [(0, 0), (0, 0), (pad, pad), (0, 0)],
    ),
    returns_nothing_for_a_border_of_zero=Wrong(
        "What does your function return for a border of width 0? Does it need a special case?",
        "ZP8",
        result=lambda padded, x, pad: padded if pad > 0 else None,
    ),
    writes_between_pad_and_minus_pad=Wrong(
        "What does a slice like [pad:-pad] select when pad is 0? Try it on a list.",
        "CB1",
        seen=NEVER,
        result=_written_between,
    ),
    empties_the_image=Wrong(
        "What is left of the caller's x after the call? Copy the pixels, and leave them where they "
        "are as well.",
        result=_after_emptying,
    ),
)


# --- conv_single_step -----------------------------------------------------------------------


def _multiplied_in_place(window: Array, kernel: Array) -> Array:
    window *= kernel
    return window


def _single_step(
    window: Array,
    kernel: Array,
    bias: float,
    *,
    laid: Callable[..., Any] = _as_it_is,
    multiplied: Callable[..., Any] = lambda window, kernel: window * kernel,
    depth: Callable[..., Any] = lambda products: products,
    total: Callable[..., Any] = lambda products: np.sum(products),
    offset: Callable[..., Any] = lambda total, bias, products: total + bias,
) -> Any:
    """Lay the kernel on the window, multiply, add up, add the bias."""
    products = depth(multiplied(window, laid(kernel)))
    return offset(total(products), bias, products)


conv_single_step = Mistakes("conv_single_step", _single_step, evidence=EVIDENCE)

conv_single_step.wrong(
    adds_the_bias_to_every_product=Wrong(
        "Lay the filter on a window of zeros. What should come out, and how often did you add "
        "the bias?",
        "SS1",
        offset=lambda total, bias, products: total + bias * products.size,
    ),
    returns_an_array_of_one_number=Wrong(
        "One window and one filter give one number. What is the shape of what you return?",
        "SS3",
        total=lambda products: np.sum(products, keepdims=True),
    ),
    puts_the_number_into_an_array=Wrong(
        "One window and one filter give one number. Is an array that holds it the same thing?",
        "SS3",
        seen=NEVER,
        total=lambda products: np.array([np.sum(products)]),
    ),
    keeps_the_channels_apart=Wrong(
        "One window gives one number. What happened to the channels?",
        "SS8",
        total=lambda products: np.sum(products, axis=(0, 1)),
    ),
    forgets_the_bias=Wrong(
        "One of your three arguments does not change the result. Which one?",
        "SS2",
        offset=lambda total, bias, products: total,
    ),
    turns_the_kernel_round=Wrong(
        "Which weight should meet the top left input? In this course the kernel lies on the "
        "window as it is.",
        "SS4",
        laid=lambda kernel: kernel[::-1, ::-1],
    ),
    takes_the_mean_of_the_products=Wrong(
        "Lay a filter of ones on a window of ones. Does a neuron add up its inputs, or take "
        "their average?",
        "SS5",
        total=lambda products: np.mean(products),
    ),
    looks_at_the_first_channel_only=Wrong(
        "How deep is the window? Make its first channel zero and see what is left.",
        "SS6",
        depth=lambda products: products[:, :, 0],
    ),
    swaps_rows_and_columns_of_the_kernel=Wrong(
        "Which axis of the kernel goes down the picture? Try a kernel with a single 1 in its "
        "top right corner.",
        "SS7",
        laid=lambda kernel: kernel.transpose(1, 0, 2),
    ),
    multiplies_in_place=Wrong(
        "What has happened to the caller's window after the call? *= writes into the array it is "
        "given.",
        multiplied=_multiplied_in_place,
    ),
)


# --- conv_forward ---------------------------------------------------------------------------


def _stops(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return (size + 2 * pad - kernel_size) // stride + 1


def _sum_of_products(windows: Array, w: Array) -> Any:
    return np.einsum("nklc,klcf->nf", windows, w)


def _products_inside_the_images(windows: Array, w: Array) -> Array:
    totals = []
    for c in range(w.shape[3]):
        windows *= w[..., c]
        totals.append(windows.sum(axis=(1, 2, 3)))
    return np.stack(totals, axis=1)


def _products_with_one_channel(windows: Array, w: Array) -> Any:
    channels = np.arange(w.shape[3]) % w.shape[2]
    kernels = w[:, :, channels, np.arange(w.shape[3])]
    return np.einsum("nklf,klf->nf", windows[..., channels], kernels)


def _refuse_remainder(size: int, kernel_size: int, stride: int, pad: int) -> int:
    assert (size + 2 * pad - kernel_size) % stride == 0, "the windows do not fit"
    return (size + 2 * pad - kernel_size) // stride + 1


def _zeros_on_request(x: Array, pad: int) -> Array:
    return _zeros_around(x, pad) if pad > 0 else x


def _bordered_or_nothing(x: Array, pad: int) -> Array:
    if pad != 0:
        padded = _zeros_around(x, pad)
    return padded


def _zeros_beyond(x: Array, pad: int) -> Array:
    return np.pad(_zeros_around(x, pad), ((0, 0), (0, 9), (0, 9), (0, 0)))


def _conv_forward(
    x: Array,
    w: Array,
    b: Array,
    stride: int = 1,
    pad: int = 0,
    *,
    side: Callable[..., Any] = _stops,
    shape: Callable[..., Any] = lambda h_out, w_out: (h_out, w_out),
    border: Callable[..., Any] = _zeros_around,
    visited: Callable[..., Any] = _every_output,
    position: Callable[..., Any] = lambda i, j: (i, j),
    move: Callable[..., Any] = _by_the_stride,
    cut: Callable[..., Any] = _square,
    image: Callable[..., Any] = lambda windows: windows,
    laid: Callable[..., Any] = _as_it_is,
    filters: Callable[..., Any] = lambda w: w,
    maps: Callable[..., Any] = lambda w: range(w.shape[3]),
    total: Callable[..., Any] = _sum_of_products,
    offset: Callable[..., Any] = lambda total, b, windows: total + b,
    place: Callable[..., Any] = lambda i, j, h_out, w_out: (i, j),
    start: Callable[..., Any] = lambda shape, b: np.zeros(shape),
    result: Callable[..., Any] = lambda out, x: out,
) -> Any:
    """Move the window over all images at once, one position after the other.

    How many outputs a side has, the shape of the map, what it starts from, the border, the
    outputs that are visited, which window belongs to one and where it starts, the window
    itself; the kernels as they lie on it, the filter of each map, the maps that are filled, the
    sum, the bias; where the number is written and what is returned.
    """
    size = w.shape[0]
    sides = (side(length, size, stride, pad) for length in x.shape[1:3])
    h_out, w_out = shape(*sides)
    images, kernels, filled = border(x, pad), filters(laid(w)), list(maps(w))
    out = start((len(x), h_out, w_out, w.shape[3]), b)
    for i, j in visited(h_out, w_out, stride):
        row, column = position(i, j)
        pixels = move(size, stride)
        windows = image(cut(images, row * pixels, column * pixels, size, i, j))
        numbers = offset(total(windows, kernels), b, windows)  # (N, C_out)
        for c in filled:
            out[(slice(None), *place(i, j, h_out, w_out), c)] = numbers[:, c]
    return result(out, x)


conv_forward = Mistakes("conv_forward", _conv_forward, evidence=EVIDENCE)

conv_forward.wrong(
    adds_the_bias_to_every_product_of_the_window=Wrong(
        "Lay a filter on a window of zeros. How often is the bias of that filter added to the "
        "one number that comes out?",
        "SS1",
        seen=(9, "9 of 76 student repositories of C4W1, in the single step"),
        offset=lambda total, b, windows: total + b * windows[0].size,
    ),
    adds_the_bias_for_every_channel=Wrong(
        "Lay a filter on a window of zeros with 3 channels. How often is its bias in the number "
        "that comes out?",
        offset=lambda total, b, windows: total + b * windows.shape[3],
    ),
    adds_the_bias_for_every_place_of_the_window=Wrong(
        "Lay a filter on a window of zeros. How often is its bias in the number that comes out?",
        offset=lambda total, b, windows: total + b * windows[0, :, :, 0].size,
    ),
    computes_the_width_from_the_height=Wrong(
        "An image of 4 rows and 6 columns, a 3 × 3 kernel, stride 1: how many columns should the "
        "output have, and how many does yours have? From what does your code compute them?",
        "OS1",
        seen=(4, "4 student repositories (2 of C4W1, 2 of CS231n)"),
        shape=lambda h_out, w_out: (h_out, h_out),
    ),
    swaps_the_numbers_of_rows_and_columns=Wrong(
        "Let the output have 2 rows and 4 columns. Which numbers do your rows run through, and "
        "which your columns? Try an image that is wider than high.",
        "OS2",
        seen=(2, "a forum thread and a course changelog"),
        shape=lambda h_out, w_out: (w_out, h_out),
    ),
    swaps_the_ranges_of_its_loops=families.RANGES_SWAPPED.but(
        seen=NEVER, visited=lambda h_out, w_out, stride: np.ndindex(w_out, h_out)
    ),
    forgets_the_first_position=families.WITHOUT_THE_FIRST_POSITION,
    adds_one_twice_to_the_size=Wrong(
        "Try your size formula with a row of 4 pixels, a window of 3 and stride 1. At how many "
        "positions does the window fit, and where does the extra one come from?",
        "OS4",
        seen=(1, "1 of 76 student repositories of C4W1"),
        side=lambda size, kernel_size, stride, pad: (
            (size + 2 * pad - kernel_size + 1) // stride + 1
        ),
    ),
    lets_the_last_window_stick_out=Wrong(
        "Draw the last window of a row. Does all of it lie inside the padded image?",
        "OS5",
        border=_zeros_beyond,
        side=lambda size, kernel_size, stride, pad: (
            int(np.ceil((size + 2 * pad - kernel_size) / stride)) + 1
        ),
    ),
    rounds_the_number_of_positions_up=Wrong(
        "Your last window is smaller than the kernel. Should it be there at all? Draw it.",
        "OS5",
        side=lambda size, kernel_size, stride, pad: (
            int(np.ceil((size + 2 * pad - kernel_size) / stride)) + 1
        ),
    ),
    counts_the_border_once=families.BORDER_COUNTED_ONCE,
    does_not_round_the_size_down=families.SIZE_NOT_ROUNDED.but(
        seen=(11, "11 of 70 student repositories of CS231n")
    ),
    rounds_the_number_of_positions=families.ROUNDED.but(
        side=lambda size, kernel_size, stride, pad: (
            round((size + 2 * pad - kernel_size) / stride) + 1
        )
    ),
    rounds_the_number_of_positions_with_the_one=families.ROUNDED_WITH_THE_ONE.but(
        side=lambda size, kernel_size, stride, pad: round(
            1 + (size + 2 * pad - kernel_size) / stride
        )
    ),
    counts_the_outputs_by_the_size=Wrong(
        "How many windows fit in a row of 7 pixels when the kernel is 3 × 3 and the stride 2? Draw "
        "them and compare with your output size.",
        "OS10",
        side=lambda size, kernel_size, stride, pad: (size + 2 * pad) // kernel_size,
    ),
    refuses_a_remainder=Wrong(
        "What does the text at the top of the function say about pixels that fill no complete "
        "window? Is that a reason to refuse the image?",
        "OS9",
        seen=(4, "4 of 70 student repositories of CS231n"),
        side=_refuse_remainder,
    ),
    adds_the_one_before_dividing=Wrong(
        "Try your size formula with a row exactly as long as the kernel and stride 2. How many "
        "positions has a window there?",
        "OS11",
        side=lambda size, kernel_size, stride, pad: (size + 2 * pad - kernel_size + 1) // stride,
    ),
    leaves_stride_and_border_out_of_the_size=Wrong(
        "Two of the arguments do not appear in your size formula. What do they do to the window?",
        "OS13",
        side=lambda size, kernel_size, stride, pad: size - kernel_size + 1,
    ),
    ignores_the_stride=Wrong(
        "Call your function with stride 1 and with stride 2. Should both outputs be the same?",
        "CF2",
        side=lambda size, kernel_size, stride, pad: size + 2 * pad - kernel_size + 1,
        move=lambda kernel_size, stride: 1,
    ),
    ignores_the_padding=Wrong(
        "Call your function with pad 0 and with pad 1. Should both outputs have the same shape?",
        "CF1",
        side=lambda size, kernel_size, stride, pad: (size - kernel_size) // stride + 1,
        border=lambda x, pad: x,
    ),
    counts_positions_with_the_wrong_row_length=Wrong(
        "You number the positions of the output one after the other. In an output of 2 rows and 4 "
        "columns, counted from 0, which number does the second row start with, and which does it "
        "have in your code?",
        "CF17",
        place=lambda i, j, h_out, w_out: divmod(i * h_out + j, w_out),
    ),
    numbers_the_positions_down_the_columns=Wrong(
        "Row-major order: the top row of outputs comes first, from left to right. Which output "
        "comes second in your code?",
        place=lambda i, j, h_out, w_out: divmod(j * h_out + i, w_out),
    ),
    puts_windows_into_rows_of_the_wrong_length=Wrong(
        "You put the windows into a table, one below the other. In an output of 2 rows and 4 "
        "columns, counted from 0, which row of the table does the window of output (1, 0) have, "
        "and which in your code?",
        "CF27",
        start=lambda shape, b: np.zeros(shape) + b,
        place=lambda i, j, h_out, w_out: divmod(i * h_out + j, w_out),
    ),
    starts_every_window_one_pixel_on=families.ONE_PIXEL_ON.but(
        row="CF2", seen=(3, "2 of 76 student repositories of C4W1 and a course changelog")
    ),
    moves_the_window_by_its_own_size=families.MOVED_BY_ITS_OWN_SIZE.but(row="CF20"),
    swaps_rows_and_columns_of_the_window=families.WINDOW_TRANSPOSED.but(
        "The second output of the first row is [0, 0, 1, 0]. At which row and which column does "
        "its window start when the stride is 1, and where does yours start?",
        "CF4",
    ),
    takes_the_column_from_the_row_index=Wrong(
        "All numbers within a row of your output are equal. What does the left edge of the window "
        "depend on in your code?",
        "CF5",
        position=lambda i, j: (i, i),
    ),
    steps_over_outputs=Wrong(
        "How many entries of your output were never written? Look at what your loops count, "
        "outputs or pixels.",
        "CF6",
        visited=lambda h_out, w_out, stride: (
            (i, j) for i in range(0, h_out, stride) for j in range(0, w_out, stride)
        ),
        move=lambda kernel_size, stride: 1,
    ),
    skips_the_last_row_and_column=Wrong(
        "Look at the last row and the last column of your output. Which windows do these numbers "
        "belong to, and does your code ever get there?",
        "CF16",
        visited=lambda h_out, w_out, stride: np.ndindex(max(h_out - 1, 0), max(w_out - 1, 0)),
    ),
    looks_at_the_first_image_only=families.FIRST_IMAGE.but(row="CF7"),
    always_puts_on_a_border_of_one=Wrong(
        "Call your function with pad 0 and with pad 2. How wide is the border that your code puts "
        "on in each case?",
        "CF19",
        border=lambda x, pad: _zeros_around(x, 1),
    ),
    pads_only_where_there_is_a_border=Wrong(
        "Which way through your function leaves the padded image without a value? Follow it for "
        "pad 0.",
        "CF26",
        border=_bordered_or_nothing,
    ),
    cuts_windows_from_the_image_without_border=Wrong(
        "With pad 1 the output has as many positions as the padded image allows. From which array "
        "does your code cut the windows?",
        "CF1",
        seen=(1, "a course warns of it in its text"),
        border=lambda x, pad: x,
    ),
    cuts_other_windows_than_the_first_too_long_or_short=families.END_WITHOUT_THE_STRIDE.but(
        "With stride 2, print the shapes of the first and of the second window: they should be "
        "equal. What do the start and the end of the second one depend on in your code?",
        "CF3",
        cut=lambda images, top, left, size, i, j: images[:, top : i + size, left : j + size],
    ),
    ends_the_window_one_pixel_early=families.ONE_PIXEL_SHORT.but(
        row="CF11", cut=lambda images, top, left, size, i, j: _square(images, top, left, size - 1)
    ),
    turns_the_kernel_round_before_sliding=families.KERNEL_TURNED_ROUND.but(
        "Which weight should meet the top left pixel of the window? In this course the kernel "
        "lies on the window as it is.",
        "SS4",
    ),
    turns_the_kernel_upside_down=Wrong(
        "Which row of the kernel meets the top row of the window? In this course the kernel lies "
        "on the window as it is.",
        laid=lambda w: w[::-1],
    ),
    mirrors_the_kernel=Wrong(
        "Which column of the kernel meets the left column of the window? In this course the kernel "
        "lies on the window as it is.",
        laid=lambda w: w[:, ::-1],
    ),
    swaps_rows_and_columns_of_the_kernels=families.KERNELS_TURNED.but(row="SS7"),
    reads_the_kernels_as_if_the_filters_came_first=Wrong(
        "Along which axis of w do the filters lie, and which numbers does reshape put into one "
        "row? Print the row of the first filter beside w[..., 0].",
        laid=lambda w: w.reshape(w.shape[3], -1).T.reshape(w.shape),
    ),
    uses_one_filter_for_all_maps=families.ONE_FILTER.but(row="CF9"),
    uses_the_last_filter_for_all_maps=families.LAST_FILTER,
    looks_at_the_first_channel_only=Wrong(
        "How deep is a window? Make the first channel of an image zero and look at the output.",
        "SS6",
        total=lambda windows, w: _sum_of_products(windows[..., :1], w[:, :, :1]),
    ),
    averages_the_products_of_a_window=Wrong(
        "Lay a filter of ones on an image of ones. Does a neuron add up its inputs, or take their "
        "average?",
        "SS5",
        seen=NEVER,
        total=lambda windows, w: _sum_of_products(windows, w) / windows[0].size,
    ),
    divides_by_the_area_of_a_window=Wrong(
        "Lay a filter of ones on an image of ones. Does a neuron add its products up, or divide "
        "what comes of it?",
        total=lambda windows, w: _sum_of_products(windows, w) / windows[0, :, :, 0].size,
    ),
    joins_each_map_to_one_input_channel=Wrong(
        "A window is as deep as the input. How many input channels does one of your outputs "
        "look at?",
        "CF10",
        total=_products_with_one_channel,
    ),
    loops_over_the_input_channels=Wrong(
        "Which axis of w counts the filters? With 2 input channels and 3 filters, which channels "
        "of your output are ever written?",
        "CF14",
        seen=(1, "a forum thread"),
        maps=lambda w: range(w.shape[2]),
    ),
    multiplies_inside_the_image=Wrong(
        "Compare x before and after a call. Is a window that is cut out of an array a copy of it, "
        "or a view into it?",
        "CF12",
        border=_zeros_on_request,
        total=_products_inside_the_images,
    ),
    uses_one_bias_for_all_maps=families.ONE_BIAS.but(
        row="CF8", offset=lambda total, b, windows: total + b[0]
    ),
    leaves_the_biases_out=families.WITHOUT_BIASES.but(row="SS2"),
    gives_the_output_the_dtype_of_the_image=families.DTYPE_OF_THE_IMAGE.but(row="CF13"),
)


# --- conv_backward --------------------------------------------------------------------------


def _all_zero(images: Array, x: Array, w: Array) -> Gradients:
    return np.zeros(images.shape), np.zeros(w.shape), np.zeros(w.shape[3])


def _zeros_like_the_inputs(images: Array, x: Array, w: Array) -> Gradients:
    return np.zeros(images.shape, x.dtype), np.zeros_like(w), np.zeros(w.shape[3])


def _random_numbers(images: Array, x: Array, w: Array) -> Gradients:
    shapes = images.shape, w.shape, w.shape[3:]
    dx, dw, db = (np.random.randn(*shape) for shape in shapes)
    return dx, dw, db


def _on_top_of_the_images(images: Array, x: Array, w: Array) -> Gradients:
    return images.copy(), np.zeros(w.shape), np.zeros(w.shape[3])


def _to_the_inputs(gradients: Array, w: Array, windows: Array) -> Any:
    return np.einsum("klcf,nf->nklc", w, gradients)


def _to_the_weights(windows: Array, gradients: Array) -> Any:
    return np.einsum("nklc,nf->klcf", windows, gradients)


def _add(target: Array, part: Array) -> None:
    target += part


def _assign(target: Array, part: Array) -> None:
    target[...] = part


def _sum_into_dw(dw: Array, windows: Array, gradients: Array) -> None:
    dw += _to_the_weights(windows, gradients)


def _last_into_dw(dw: Array, windows: Array, gradients: Array) -> None:
    dw[...] = _to_the_weights(windows[-1:], gradients[-1:])


def _last_image_into_dw(dw: Array, windows: Array, gradients: Array) -> None:
    dw += _to_the_weights(windows[-1:], gradients[-1:])


def _complete_ones_into_dw(dw: Array, windows: Array, gradients: Array) -> None:
    if windows.shape[1:] == dw.shape[:3]:
        dw += _to_the_weights(windows, gradients)


def _middle(dx: Array, x: Array, pad: int) -> Array:
    return dx[:, pad : pad + x.shape[1], pad : pad + x.shape[2]]


def _minus_pad_into_dx(dx: Array, x: Array, pad: int) -> Array:
    result = np.zeros(x.shape)
    result[...] = dx[:, pad:-pad, pad:-pad]
    return result


def _one_pixel_into_dx(dx: Array, x: Array, pad: int) -> Array:
    result = np.zeros(x.shape)
    result[...] = dx[:, 1:-1, 1:-1]
    return result


def _last_image_into_dx(dx: Array, x: Array, pad: int) -> Array:
    result = np.zeros(x.shape)
    result[-1] = _middle(dx, x, pad)[-1]
    return result


def _conv_backward(
    dout: Array,
    x: Array,
    w: Array,
    stride: int = 1,
    pad: int = 0,
    *,
    start: Callable[..., Any] = _all_zero,
    border: Callable[..., Any] = _zeros_around,
    visited: Callable[..., Any] = _every_output,
    move: Callable[..., Any] = _by_the_stride,
    incoming: Callable[..., Any] = lambda dout, i, j: dout[:, i, j],
    images: Callable[..., Any] = _zeros_around,
    viewed: Callable[..., Any] = lambda windows: windows,
    laid: Callable[..., Any] = _as_it_is,
    sent: Callable[..., Any] = _to_the_inputs,
    into_dx: Callable[..., Any] = _add,
    into_dw: Callable[..., Any] = _sum_into_dw,
    into_db: Callable[..., Any] = lambda db, gradients: _add(db, gradients.sum(axis=0)),
    reached: Callable[..., Any] = lambda dx, height, width: dx,
    crop: Callable[..., Any] = _middle,
    dw_of: Callable[..., Any] = lambda dw, dout: dw,
    db_of: Callable[..., Any] = lambda db, dout, w: db,
    result: Callable[..., Any] = lambda dx, dw, db, x, w: (dx, dw, db),
) -> Any:
    """Send each output's gradient back to its window, to the weights and to the bias.

    What the gradients start from, the border around dx, the outputs that are visited, where a
    window starts, the gradient that comes in; the images that windows are cut from, the windows
    and the kernels as they are used, what goes back to a window, how the parts are added; the
    part of dx that windows reached, how the border is cut off, and what is returned.
    """
    size = w.shape[0]
    padded = border(x, pad)
    looked_at = images(x, pad)
    dx, dw, db = start(padded, x, w)
    for i, j in visited(dout.shape[1], dout.shape[2], stride):
        top, left = i * move(size, stride), j * move(size, stride)
        gradients = incoming(dout, i, j)  # (N, C_out)
        windows = viewed(_square(looked_at, top, left, size))
        into_dx(_square(dx, top, left, size), sent(gradients, laid(w), windows))
        into_dw(dw, windows, gradients)
        into_db(db, gradients)
    height, width = (stride * (length - 1) + size for length in dout.shape[1:3])
    dx = crop(reached(dx, height, width), x, pad)
    return result(dx, dw_of(dw, dout), db_of(db, dout, w), x, w)


conv_backward = Mistakes("conv_backward", _conv_backward, evidence=EVIDENCE)

conv_backward.wrong(
    removes_the_border_with_a_negative_end=families.NEGATIVE_END.but(
        row="CB1", crop=_minus_pad_into_dx
    ),
    loses_the_whole_image_without_a_border=families.NOTHING_LEFT_OF_DX.but(row="CB1"),
    sends_back_to_windows_without_the_stride=families.BACK_WITHOUT_THE_STRIDE.but(row="CB8"),
    removes_a_border_of_one=families.BORDER_OF_ONE.but(row="CB2"),
    fits_only_a_border_of_one=Wrong(
        "Your dx fits only where the border is one pixel wide. Where does that one come from?",
        "CB2",
        crop=_one_pixel_into_dx,
    ),
    cuts_dx_out_of_the_corner=families.CORNER_OF_DX.but(row="CB3"),
    returns_dx_with_its_border=families.DX_WITH_ITS_BORDER.but(row="CB3"),
    keeps_dx_of_the_last_image=families.DX_OF_THE_LAST_IMAGE.but(
        row="CB4", crop=_last_image_into_dx
    ),
    leaves_out_pixels_that_no_window_saw=families.UNSEEN_PIXELS_LEFT_OUT.but(row="CB25"),
    overwrites_the_gradient_of_the_window_before=families.WINDOW_BEFORE_OVERWRITTEN.but(
        row="CB5", into_dx=_assign
    ),
    overwrites_the_gradient_of_the_filter_before=Wrong(
        "How many filters look at one window? Each of them sends something back to it, and yours "
        "keeps only what came last.",
        "CB5",
        into_dx=_assign,
        sent=lambda gradients, w, windows: _to_the_inputs(gradients[:, -1:], w[..., -1:], windows),
    ),
    keeps_the_last_position_of_dw=Wrong(
        "At how many positions was this one kernel used? What becomes of the gradients of all "
        "positions but the last?",
        "CB6",
        into_dw=_last_into_dw,
    ),
    starts_dw_again_for_every_image=Wrong(
        "Is the kernel another one for every image of the batch? Look where dw is set to zero.",
        "CB14",
        into_dw=_last_image_into_dw,
    ),
    keeps_the_last_position_of_db=Wrong(
        "How many outputs used this bias? What happens to the gradients of all but the last?",
        "CB7",
        into_db=lambda db, gradients: _assign(db, gradients[-1]),
    ),
    starts_db_again_for_every_image=Wrong(
        "Is the bias another one for every image of the batch? Look where db is set to zero.",
        into_db=lambda db, gradients: _add(db, gradients[-1]),
    ),
    starts_the_gradients_from_random_numbers=Wrong(
        "What must the gradients be when dout is zero? Call your function twice with it.",
        "CB9",
        repeats=False,
        start=_random_numbers,
    ),
    adds_the_gradient_to_the_image=families.ON_TOP_OF_THE_IMAGE.but(
        row="CB23", start=_on_top_of_the_images
    ),
    turns_the_kernel_round_in_dx=families.KERNEL_TURNED_ROUND.but(
        "Put a single 1 into dout. The part of dx that it reaches should be the kernel itself: "
        "which way round is yours?",
        "CB10",
    ),
    turns_the_window_round_in_dw=families.WINDOW_TURNED_ROUND.but(row="CB11"),
    puts_the_window_into_dx=families.WINDOW_INTO_DX.but(row="CB24"),
    gives_the_gradients_the_dtype_of_the_inputs=Wrong(
        "What is the dtype of your gradients when the image holds whole numbers?",
        "CB22",
        seen=(1, "1 of 53 student repositories of C4W1"),
        start=_zeros_like_the_inputs,
    ),
    cuts_the_fractions_off_the_gradients=Wrong(
        "Do whole-number images have whole-number gradients? Look at the dtype you return.",
        "CB22",
        result=lambda dx, dw, db, x, w: (dx.astype(x.dtype), dw.astype(w.dtype), db),
    ),
    averages_over_the_batch=families.MEAN_OVER_THE_BATCH.but(
        row="CB13", dw_of=lambda dw, dout: dw / len(dout), db_of=lambda db, dout, w: db / len(dout)
    ),
    averages_dw_alone_over_the_batch=families.ONE_MEAN_OVER_THE_BATCH.but(
        dw_of=lambda dw, dout: dw / len(dout)
    ),
    averages_db_alone_over_the_batch=families.ONE_MEAN_OVER_THE_BATCH.but(
        db_of=lambda db, dout, w: db / len(dout)
    ),
    averages_dx_alone_over_the_batch=families.ONE_MEAN_OVER_THE_BATCH.but(
        result=lambda dx, dw, db, x, w: (dx / len(x), dw, db)
    ),
    fills_db_with_ones=families.DB_OF_ONES.but(db_of=lambda db, dout, w: np.ones(db.shape)),
    puts_a_border_of_one_around_everything=families.BORDER_OF_ONE.but(
        "How wide is the border that your code puts on, and cuts off, when pad is 0 or 2?",
        "CB2",
        border=lambda x, pad: _zeros_around(x, 1),
        images=lambda x, pad: _zeros_around(x, 1),
        crop=lambda dx, x, pad: dx[:, 1:-1, 1:-1],
    ),
    averages_all_gradients_over_the_batch=Wrong(
        "dout already carries whatever the loss divided by. Does twice the same image in a batch "
        "change what one of them receives?",
        "CB13",
        result=lambda dx, dw, db, x, w: (dx / len(x), dw / len(x), db / len(x)),
    ),
    returns_the_gradients_in_another_order=families.ANOTHER_ORDER.but(
        result=lambda dx, dw, db, x, w: (dw, dx, db)
    ),
    returns_dx_last=families.ANOTHER_ORDER.but(result=lambda dx, dw, db, x, w: (dw, db, dx)),
    averages_over_the_positions=families.MEAN_OVER_THE_POSITIONS.but(
        dw_of=lambda dw, dout: dw / dout[0, :, :, 0].size,
        db_of=lambda db, dout, w: db / dout[0, :, :, 0].size,
    ),
    takes_the_mean_for_db=Wrong(
        "Each output adds its gradient to the bias in full. What does a mean do to it?",
        "CB16",
        db_of=lambda db, dout, w: dout.mean(axis=(0, 1, 2)),
    ),
    leaves_the_width_in_db=Wrong(
        "Compare the shape of your db with the shape of b. Which axis of dout is still there, and "
        "what should become of it?",
        "CB15",
        db_of=lambda db, dout, w: dout.sum(axis=(0, 1)),
    ),
    keeps_the_axes_that_were_added_up_in_db=families.AXES_LEFT_IN_DB.but(
        row="CB15", db_of=lambda db, dout, w: dout.sum(axis=(0, 1, 2), keepdims=True)
    ),
    gives_db_the_shape_of_the_weights=Wrong(
        "How many biases went into the layer? A gradient has the shape of what it belongs to.",
        "CB18",
        db_of=lambda db, dout, w: np.zeros(w.shape) + db,
    ),
    counts_db_once_for_every_product=Wrong(
        "How often is the bias added to one output? Each of these times counts once in db.",
        "CB21",
        db_of=lambda db, dout, w: db * w[:, :, :, 0].size,
    ),
    assumes_a_square_output=families.SQUARE_OUTPUT.but(
        visited=lambda h_out, w_out, stride: np.ndindex(h_out, h_out)
    ),
    skips_the_last_row_of_dout=Wrong(
        "Put a single 1 into the last row of dout. What should arrive in dx, and what does?",
        "CB19",
        visited=lambda h_out, w_out, stride: np.ndindex(h_out - 1, w_out),
    ),
    swaps_the_ranges_of_its_loops=families.RANGES_SWAPPED.but(
        visited=lambda h_out, w_out, stride: np.ndindex(w_out, h_out)
    ),
    swaps_rows_and_columns_of_dout=families.DOUT_TRANSPOSED.but(row="CB17"),
    pads_on_one_side_for_dw=families.PADDED_ON_ONE_SIDE.but(
        row="CB12", images=lambda x, pad: np.pad(x, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)))
    ),
    cuts_windows_for_dw_from_the_image_without_border=families.IMAGE_WITHOUT_BORDER.but(row="CB26"),
    takes_only_complete_windows_without_the_border_for_dw=families.IMAGE_WITHOUT_BORDER.but(
        row="CB26", into_dw=_complete_ones_into_dw
    ),
)


# --- the questions --------------------------------------------------------------------------

answer_1 = Mistakes("answer_1", evidence=EVIDENCE)

answer_1.wrong(
    moves_the_window_by_one_column=Chosen(
        "b",
        "These are the inputs of another stride. How many columns does the window move "
        "from one output to the next here?",
        "C23",
    ),
    moves_the_window_by_its_width=Chosen(
        "c",
        "There the window starts right behind the one before. Does its size say how far "
        "it moves, or the stride?",
        "C23",
    ),
    joins_an_output_to_every_input=Chosen(
        "d", "That is an output of a dense layer. How many numbers does a 2×2 kernel hold?"
    ),
)

answer_2 = Mistakes("answer_2", evidence=EVIDENCE)

answer_2.wrong(
    takes_sharing_for_equal_first_numbers=Chosen(
        "a",
        "Kernels that merely start out equal are still many kernels, and training would "
        "pull them apart. Does any index of w say a position?",
        "C17",
    ),
    shares_one_kernel_among_all_slices=Chosen(
        "b",
        "Look at the last axis of w: does every filter, and with it every slice, "
        "have to look for the same thing?",
        "C7",
    ),
    shares_the_kernel_among_the_channels=Chosen(
        "d",
        "That would be sharing over channels. Look at the shape of one filter: does it "
        "hold one number or several for each pixel of the window?",
        "C7",
    ),
)

answer_3 = Mistakes("answer_3", evidence=EVIDENCE)

answer_3.wrong(
    gives_every_position_weights_of_its_own=Chosen(
        "a", "Which index of w would tell the positions apart? Look at its shape again.", "C15"
    ),
    ties_the_weights_to_the_size_of_the_image=Chosen(
        "c",
        "Is there anything in the shape of w or of b that has to fit the height and the "
        "width of the image?",
        "C15",
    ),
    lets_the_stride_change_the_weights=Chosen(
        "d",
        "The stride decides where the window stops, so how many outputs there are. "
        "Does it appear in the shape of w?",
        "C14",
    ),
)

answer_4 = Mistakes("answer_4", evidence=EVIDENCE)

answer_4.wrong(
    counts_a_shared_weight_once=Chosen(
        "a",
        "One position contributes that much, and a mean would give it too. But raise the "
        "weight a little: by how much do all outputs together rise?",
        "TG1",
    ),
    counts_the_weights_of_the_kernel=Chosen(
        "b", "That is how many weights the kernel has. How often was one of them used?"
    ),
    counts_the_pixels_of_the_image=Chosen(
        "c",
        "That is how many pixels the image has. At how many positions does the window stop?",
        "PC7",
    ),
)
