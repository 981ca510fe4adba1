"""Known mistakes in the assignment "convolution".

C4W1 is week 1 of course 4 of the Deep Learning Specialization, CS231n its assignment 2; both
were looked through in public student repositories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.explanation.misconceptions import Mistakes

from .._contrasts import OF_LAYERS
from . import Array

CONTRASTS = OF_LAYERS

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


# --- zero_pad -------------------------------------------------------------------------------


def _all_four_sides(pad: int) -> list[Place]:
    return [(0, 0), (pad, pad), (pad, pad), (0, 0)]


def _with_zeros(x: Array, widths: list[Place], pad: int) -> Array:
    return np.pad(x, widths)


def _written_between(padded: Array, x: Array, pad: int) -> Array:
    out = np.zeros(padded.shape)
    out[:, pad:-pad, pad:-pad] = x
    return out


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


zero_pad = Mistakes("zero_pad", _zero_pad)

zero_pad.misconception(
    "always_pads_by_one",
    hint="Call your function with a pad of 0 and with a pad of 3. Does the width of the border "
    "follow the argument?",
    row="ZP7",
    seen=5,
    where="5 of 70 student repositories of CS231n",
    width=lambda pad: 1,
)

zero_pad.misconception(
    "pads_all_four_axes",
    hint="Print the shape you return. Which of its four numbers should not have grown?",
    row="ZP1",
    seen=1,
    where="a forum thread",
    sides=lambda pad: pad,
)

zero_pad.misconception(
    "pads_width_and_channels",
    hint="In (N, H, W, C), which axis is the height and which is the width? Compare the shapes "
    "before and after.",
    row="ZP2",
    sides=lambda pad: [(0, 0), (0, 0), (pad, pad), (pad, pad)],
)

zero_pad.misconception(
    "pads_batch_and_height",
    hint="In (N, H, W, C), which axis counts the images? Compare the shapes before and after.",
    row="ZP3",
    sides=lambda pad: [(pad, pad), (pad, pad), (0, 0), (0, 0)],
)

zero_pad.misconception(
    "fills_the_border_with_its_width",
    hint="How wide the border is and what stands in it are two things. Which numbers stand in "
    "your border?",
    row="ZP4",
    filled=lambda x, widths, pad: np.pad(x, widths, constant_values=pad),
)

zero_pad.misconception(
    "repeats_the_edge",
    hint="Pad an image that holds only sevens with a border of 1. Which number should stand in the "
    "border, and which stands in yours?",
    row="ZP5",
    filled=lambda x, widths, pad: np.pad(x, widths, mode="edge"),
)

zero_pad.misconception(
    "mirrors_the_image",
    hint="Pad an image that holds only sevens with a border of 1. Which number should stand in the "
    "border, and which stands in yours?",
    row="ZP5",
    filled=lambda x, widths, pad: np.pad(x, widths, mode="reflect"),
)

zero_pad.misconception(
    "pads_above_and_left_only",
    hint="How many sides has a picture, and how many of them got a border?",
    row="ZP6",
    seen=1,
    where="1 of 70 student repositories of CS231n pads unequally",
    sides=lambda pad: [(0, 0), (pad, 0), (pad, 0), (0, 0)],
)

zero_pad.misconception(
    "puts_the_image_into_the_corner",
    hint="The size is right. Where does the top left pixel of the image sit in your result?",
    row="ZP9",
    sides=lambda pad: [(0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)],
)

zero_pad.misconception(
    "returns_nothing_for_a_border_of_zero",
    hint="What does your function return for a border of width 0? Does it need a special case?",
    row="ZP8",
    seen=1,
    where="1 student repository of CS231n",
    result=lambda padded, x, pad: padded if pad > 0 else None,
)

zero_pad.misconception(
    "writes_between_pad_and_minus_pad",
    hint="What does a slice like [pad:-pad] select when pad is 0? Try it on a list.",
    row="CB1",
    result=_written_between,
)


# --- conv_single_step -----------------------------------------------------------------------


def _single_step(
    window: Array,
    kernel: Array,
    bias: float,
    *,
    laid: Callable[..., Any] = _as_it_is,
    depth: Callable[..., Any] = lambda products: products,
    total: Callable[..., Any] = lambda products: np.sum(products),
    offset: Callable[..., Any] = lambda total, bias, products: total + bias,
) -> Any:
    """Lay the kernel on the window, multiply, add up, add the bias."""
    products = depth(window * laid(kernel))
    return offset(total(products), bias, products)


conv_single_step = Mistakes("conv_single_step", _single_step)

conv_single_step.misconception(
    "adds_the_bias_to_every_product",
    hint="Lay the filter on a window of zeros. What should come out, and how often did you add "
    "the bias?",
    row="SS1",
    seen=9,
    where="9 of 76 student repositories of C4W1",
    offset=lambda total, bias, products: total + bias * products.size,
)

conv_single_step.misconception(
    "returns_an_array_of_one_number",
    hint="One window and one filter give one number. What is the shape of what you return?",
    row="SS3",
    seen=7,
    where="7 student versions of C4W1",
    total=lambda products: np.sum(products, keepdims=True),
)

conv_single_step.misconception(
    "puts_the_number_into_an_array",
    hint="One window and one filter give one number. Is an array that holds it the same thing?",
    row="SS3",
    total=lambda products: np.array([np.sum(products)]),
)

conv_single_step.misconception(
    "keeps_the_channels_apart",
    hint="One window gives one number. What happened to the channels?",
    row="SS8",
    seen=2,
    where="questions in 2 forums",
    total=lambda products: np.sum(products, axis=(0, 1)),
)

conv_single_step.misconception(
    "forgets_the_bias",
    hint="One of your three arguments does not change the result. Which one?",
    row="SS2",
    offset=lambda total, bias, products: total,
)

conv_single_step.misconception(
    "turns_the_kernel_round",
    hint="Which weight should meet the top left input? In this course the kernel lies on the "
    "window as it is.",
    row="SS4",
    seen=2,
    where="two texts warn of it",
    laid=lambda kernel: kernel[::-1, ::-1],
)

conv_single_step.misconception(
    "takes_the_mean_of_the_products",
    hint="Lay a filter of ones on a window of ones. Does a neuron add up its inputs, or take "
    "their average?",
    row="SS5",
    seen=1,
    where="a forum thread",
    total=lambda products: np.mean(products),
)

conv_single_step.misconception(
    "looks_at_the_first_channel_only",
    hint="How deep is the window? Make its first channel zero and see what is left.",
    row="SS6",
    depth=lambda products: products[:, :, 0],
)

conv_single_step.misconception(
    "swaps_rows_and_columns_of_the_kernel",
    hint="Which axis of the kernel goes down the picture? Try a kernel with a single 1 in its "
    "top right corner.",
    row="SS7",
    laid=lambda kernel: kernel.transpose(1, 0, 2),
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
    result: Callable[..., Any] = lambda out, x: out,
) -> Any:
    """Move the window over all images at once, one position after the other.

    How many outputs a side has, the shape of the map, the border, the outputs that are
    visited, which window belongs to one and where it starts, the window itself; the kernels
    as they lie on it, the filter of each map, the maps that are filled, the sum, the bias;
    where the number is written and what is returned.
    """
    size = w.shape[0]
    sides = (side(length, size, stride, pad) for length in x.shape[1:3])
    h_out, w_out = shape(*sides)
    images, kernels, filled = border(x, pad), filters(laid(w)), list(maps(w))
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for i, j in visited(h_out, w_out, stride):
        row, column = position(i, j)
        pixels = move(size, stride)
        windows = image(cut(images, row * pixels, column * pixels, size, i, j))
        numbers = offset(total(windows, kernels), b, windows)  # (N, C_out)
        for c in filled:
            out[(slice(None), *place(i, j, h_out, w_out), c)] = numbers[:, c]
    return result(out, x)


conv_forward = Mistakes("conv_forward", _conv_forward)

conv_forward.misconception(
    "adds_the_bias_to_every_product_of_the_window",
    hint="Lay a filter on a window of zeros. How often is the bias of that filter added to the "
    "one number that comes out?",
    row="SS1",
    seen=9,
    where="9 of 76 student repositories of C4W1, in the single step",
    offset=lambda total, b, windows: total + b * windows[0].size,
)

conv_forward.misconception(
    "computes_the_width_from_the_height",
    hint="An image of 4 rows and 6 columns, a 3 × 3 kernel, stride 1: how many columns should the "
    "output have, and how many does yours have? From what does your code compute them?",
    row="OS1",
    seen=4,
    where="4 student repositories (2 of C4W1, 2 of CS231n)",
    shape=lambda h_out, w_out: (h_out, h_out),
)

conv_forward.misconception(
    "swaps_output_height_and_width",
    hint="Which axis of the output is the height? Try an image that is wider than high.",
    row="OS2",
    seen=2,
    where="a forum thread and a course changelog",
    shape=lambda h_out, w_out: (w_out, h_out),
)

conv_forward.misconception(
    "forgets_the_first_position",
    hint="How many positions has a window on an image that is exactly as large as the kernel? "
    "Put the numbers into your size formula.",
    row="OS3",
    side=lambda size, kernel_size, stride, pad: (size + 2 * pad - kernel_size) // stride,
)

conv_forward.misconception(
    "adds_one_twice_to_the_size",
    hint="Try your size formula with a row of 4 pixels, a window of 3 and stride 1. At how many "
    "positions does the window fit, and where does the extra one come from?",
    row="OS4",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    side=lambda size, kernel_size, stride, pad: (size + 2 * pad - kernel_size + 1) // stride + 1,
)

conv_forward.misconception(
    "lets_the_last_window_stick_out",
    hint="Draw the last window of a row. Does all of it lie inside the padded image?",
    row="OS5",
    border=_zeros_beyond,
    side=lambda size, kernel_size, stride, pad: (
        int(np.ceil((size + 2 * pad - kernel_size) / stride)) + 1
    ),
)

conv_forward.misconception(
    "rounds_the_number_of_positions_up",
    hint="Your last window is smaller than the kernel. Should it be there at all? Draw it.",
    row="OS5",
    side=lambda size, kernel_size, stride, pad: (
        int(np.ceil((size + 2 * pad - kernel_size) / stride)) + 1
    ),
)

conv_forward.misconception(
    "counts_the_border_once",
    hint="At how many ends of a row does the border stand? How often is it in your size formula?",
    row="OS6",
    side=lambda size, kernel_size, stride, pad: (size + pad - kernel_size) // stride + 1,
)

conv_forward.misconception(
    "does_not_round_the_size_down",
    hint="A number of positions is a whole number. Which of Python's two divisions gives one?",
    row="OS7",
    seen=11,
    where="11 of 70 student repositories of CS231n",
    side=lambda size, kernel_size, stride, pad: (size + 2 * pad - kernel_size) / stride + 1,
)

conv_forward.misconception(
    "rounds_the_number_of_positions",
    hint="Say the division gives 2.67. How many whole moves can the window make, and how many do "
    "you count?",
    row="OS8",
    side=lambda size, kernel_size, stride, pad: round((size + 2 * pad - kernel_size) / stride) + 1,
)

conv_forward.misconception(
    "refuses_a_remainder",
    hint="What does the text at the top of the function say about pixels that fill no complete "
    "window? Is that a reason to refuse the image?",
    row="OS9",
    seen=4,
    where="4 of 70 student repositories of CS231n",
    side=_refuse_remainder,
)

conv_forward.misconception(
    "adds_the_one_before_dividing",
    hint="Try your size formula with a row exactly as long as the kernel and stride 2. How many "
    "positions has a window there?",
    row="OS11",
    seen=1,
    where="a formula on a public page",
    side=lambda size, kernel_size, stride, pad: (size + 2 * pad - kernel_size + 1) // stride,
)

conv_forward.misconception(
    "leaves_stride_and_border_out_of_the_size",
    hint="Two of the arguments do not appear in your size formula. What do they do to the window?",
    row="OS13",
    side=lambda size, kernel_size, stride, pad: size - kernel_size + 1,
)

conv_forward.misconception(
    "ignores_the_stride",
    hint="Call your function with stride 1 and with stride 2. Should both outputs be the same?",
    row="CF2",
    side=lambda size, kernel_size, stride, pad: size + 2 * pad - kernel_size + 1,
    move=lambda kernel_size, stride: 1,
)

conv_forward.misconception(
    "ignores_the_padding",
    hint="Call your function with pad 0 and with pad 1. Should both outputs have the same shape?",
    row="CF1",
    side=lambda size, kernel_size, stride, pad: (size - kernel_size) // stride + 1,
    border=lambda x, pad: x,
)

conv_forward.misconception(
    "counts_positions_with_the_wrong_row_length",
    hint="You number the positions of the output one after the other. In an output of 2 rows and 4 "
    "columns, counted from 0, which number does the second row start with, and which does it "
    "have in your code?",
    row="CF17",
    seen=3,
    where="3 of 70 student repositories of CS231n",
    place=lambda i, j, h_out, w_out: divmod(i * h_out + j, w_out),
)

conv_forward.misconception(
    "starts_every_window_one_pixel_on",
    hint="Where does the second window start, and where is the stride in your code?",
    row="CF2",
    seen=3,
    where="2 of 76 student repositories of C4W1 and a course changelog",
    move=lambda kernel_size, stride: 1,
)

conv_forward.misconception(
    "moves_the_window_by_its_own_size",
    hint="Which argument moves the window: its size, or its stride?",
    row="CF20",
    seen=1,
    where="a student repository, in its pooling",
    move=lambda kernel_size, stride: kernel_size,
)

conv_forward.misconception(
    "swaps_rows_and_columns_of_the_window",
    hint="The second output of the first row is [0, 0, 1, 0]. At which row and which column does "
    "its window start when the stride is 1, and where does yours start?",
    row="CF4",
    seen=2,
    where="2 of 76 student repositories of C4W1",
    position=lambda i, j: (j, i),
)

conv_forward.misconception(
    "takes_the_column_from_the_row_index",
    hint="All numbers within a row of your output are equal. What does the left edge of the window "
    "depend on in your code?",
    row="CF5",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    position=lambda i, j: (i, i),
)

conv_forward.misconception(
    "steps_over_outputs",
    hint="How many entries of your output were never written? Look at what your loops count, "
    "outputs or pixels.",
    row="CF6",
    seen=3,
    where="2 student repositories and a forum thread",
    visited=lambda h_out, w_out, stride: (
        (i, j) for i in range(0, h_out, stride) for j in range(0, w_out, stride)
    ),
    move=lambda kernel_size, stride: 1,
)

conv_forward.misconception(
    "skips_the_last_row_and_column",
    hint="Look at the last row and the last column of your output. Which windows do these numbers "
    "belong to, and does your code ever get there?",
    row="CF16",
    visited=lambda h_out, w_out, stride: np.ndindex(max(h_out - 1, 0), max(w_out - 1, 0)),
)

conv_forward.misconception(
    "looks_at_the_first_image_only",
    hint="All images of your batch give the same output. From which image does your code cut its "
    "windows?",
    row="CF7",
    seen=1,
    where="1 of 76 student repositories of C4W1",
    image=lambda windows: np.repeat(windows[:1], len(windows), axis=0),
)

conv_forward.misconception(
    "always_puts_on_a_border_of_one",
    hint="Call your function with pad 0 and with pad 2. How wide is the border that your code puts "
    "on in each case?",
    row="CF19",
    seen=1,
    where="1 of 70 student repositories of CS231n",
    border=lambda x, pad: _zeros_around(x, 1),
)

conv_forward.misconception(
    "cuts_windows_from_the_image_without_border",
    hint="With pad 1 the output has as many positions as the padded image allows. From which array "
    "does your code cut the windows?",
    row="CF1",
    seen=1,
    where="a course warns of it in its text",
    border=lambda x, pad: x,
)

conv_forward.misconception(
    "ends_the_window_without_the_stride",
    hint="With stride 2, print the shapes of the first and of the second window: they should be "
    "equal. What does the end of the second one depend on in your code?",
    row="CF3",
    seen=1,
    where="1 public text",
    cut=lambda images, top, left, size, i, j: images[:, top : i + size, left : j + size],
)

conv_forward.misconception(
    "ends_the_window_one_pixel_early",
    hint="How many numbers of one channel should the window of a 3 × 3 kernel hold, and how many "
    "does yours? List the rows and columns that it takes in.",
    row="CF11",
    seen=2,
    where="1 of 76 student repositories of C4W1 and a forum thread",
    cut=lambda images, top, left, size, i, j: _square(images, top, left, size - 1),
)

conv_forward.misconception(
    "turns_the_kernel_round_before_sliding",
    hint="Which weight should meet the top left pixel of the window? In this course the kernel "
    "lies on the window as it is.",
    row="SS4",
    seen=2,
    where="two texts warn of it",
    laid=lambda w: w[::-1, ::-1],
)

conv_forward.misconception(
    "swaps_rows_and_columns_of_the_kernels",
    hint="Which axis of w goes down the picture? Try a kernel with a single 1 in its top right "
    "corner.",
    row="SS7",
    laid=lambda w: w.transpose(1, 0, 2, 3),
)

conv_forward.misconception(
    "uses_one_filter_for_all_maps",
    hint="All maps of your output differ by a constant only. How many filters are in w, and which "
    "of them does your code use?",
    row="CF9",
    seen=1,
    where="a forum thread",
    filters=lambda w: np.repeat(w[:, :, :, :1], w.shape[3], axis=3),
)

conv_forward.misconception(
    "looks_at_the_first_channel_only",
    hint="How deep is a window? Make the first channel of an image zero and look at the output.",
    row="SS6",
    total=lambda windows, w: _sum_of_products(windows[..., :1], w[:, :, :1]),
)

conv_forward.misconception(
    "averages_the_products_of_a_window",
    hint="Lay a filter of ones on an image of ones. Does a neuron add up its inputs, or take their "
    "average?",
    row="SS5",
    total=lambda windows, w: _sum_of_products(windows, w) / windows[0].size,
)

conv_forward.misconception(
    "joins_each_map_to_one_input_channel",
    hint="A window is as deep as the input. How many input channels does one of your outputs "
    "look at?",
    row="CF10",
    seen=3,
    where="a forum thread, found by its numbers, and 2 questions",
    total=_products_with_one_channel,
)

conv_forward.misconception(
    "loops_over_the_input_channels",
    hint="Which axis of w counts the filters? With 2 input channels and 3 filters, which channels "
    "of your output are ever written?",
    row="CF14",
    seen=1,
    where="a forum thread",
    maps=lambda w: range(w.shape[2]),
)

conv_forward.misconception(
    "multiplies_inside_the_image",
    hint="Compare x before and after a call. Is a window that is cut out of an array a copy of it, "
    "or a view into it?",
    row="CF12",
    border=_zeros_on_request,
    total=_products_inside_the_images,
)

conv_forward.misconception(
    "uses_one_bias_for_all_maps",
    hint="How many biases are in b, and how many of them did you read?",
    row="CF8",
    offset=lambda total, b, windows: total + b[0],
)

conv_forward.misconception(
    "leaves_the_biases_out",
    hint="One of your arguments does not change the result: set w to zero and look at the output.",
    row="SS2",
    offset=lambda total, b, windows: total,
)

conv_forward.misconception(
    "gives_the_output_the_dtype_of_the_image",
    hint="What is the dtype of your output when the image holds whole numbers?",
    row="CF13",
    result=lambda out, x: out.astype(x.dtype),
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

    What the gradients start from, the outputs that are visited, where a window starts, the
    gradient that comes in; the images that windows are cut from, the windows and the kernels
    as they are used, what goes back to a window, how the parts are added; the part of dx
    that windows reached, how the border is cut off, and what is returned.
    """
    size = w.shape[0]
    padded = _zeros_around(x, pad)
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


conv_backward = Mistakes("conv_backward", _conv_backward)

conv_backward.misconception(
    "removes_the_border_with_a_negative_end",
    hint="Try pad 0. What does a slice select whose end is minus zero?",
    row="CB1",
    seen=83,
    where="52 of 53 student repositories of C4W1, 31 of 55 of CS231n",
    crop=_minus_pad_into_dx,
)

conv_backward.misconception(
    "loses_the_whole_image_without_a_border",
    hint="Look at the shape of your dx for pad 0. What does a slice select whose end is minus "
    "zero?",
    row="CB1",
    seen=83,
    where="52 of 53 student repositories of C4W1, 31 of 55 of CS231n",
    crop=lambda dx, x, pad: dx[:, pad:-pad, pad:-pad],
)

conv_backward.misconception(
    "sends_back_to_windows_without_the_stride",
    hint="Where does the second window start? Each output sends its gradient back to the window "
    "it came from.",
    row="CB8",
    seen=5,
    where="5 of 53 student repositories of C4W1",
    move=lambda kernel_size, stride: 1,
)

conv_backward.misconception(
    "removes_a_border_of_one",
    hint="You cut one pixel off each side. Where does that one come from?",
    row="CB2",
    seen=3,
    where="3 of 58 student repositories of CS231n",
    crop=lambda dx, x, pad: dx[:, 1:-1, 1:-1],
)

conv_backward.misconception(
    "fits_only_a_border_of_one",
    hint="Your dx fits only where the border is one pixel wide. Where does that one come from?",
    row="CB2",
    seen=3,
    where="3 of 58 student repositories of CS231n",
    crop=_one_pixel_into_dx,
)

conv_backward.misconception(
    "cuts_dx_out_of_the_corner",
    hint="Where does the top left pixel of the image sit in the padded image? Which part of the "
    "padded gradient belongs to the image?",
    row="CB3",
    crop=lambda dx, x, pad: dx[:, : x.shape[1], : x.shape[2]],
)

conv_backward.misconception(
    "returns_dx_with_its_border",
    hint="Compare the shape of dx with the shape of x. Is the border part of the layer's input?",
    row="CB3",
    crop=lambda dx, x, pad: dx,
)

conv_backward.misconception(
    "keeps_dx_of_the_last_image",
    hint="Look at dx of the first image of the batch. When is the border removed, once for each "
    "image or once at the end?",
    row="CB4",
    seen=1,
    where="1 of 53 student repositories of C4W1",
    crop=_last_image_into_dx,
)

conv_backward.misconception(
    "leaves_out_pixels_that_no_window_saw",
    hint="An image of 6 rows, a 3 × 3 kernel, stride 2, no padding: no window sees the last row. "
    "What is its gradient, and how many rows does your dx have?",
    row="CB25",
    seen=2,
    where="a report in a public course, 1 student repository of CS231n",
    reached=lambda dx, height, width: dx[:, :height, :width],
)

conv_backward.misconception(
    "overwrites_the_gradient_of_the_window_before",
    hint="How many windows see the pixel in the middle? Each of them has something to say about "
    "its gradient.",
    row="CB5",
    into_dx=_assign,
)

conv_backward.misconception(
    "overwrites_the_gradient_of_the_filter_before",
    hint="How many filters look at one window? Each of them sends something back to it, and yours "
    "keeps only what came last.",
    row="CB5",
    into_dx=_assign,
    sent=lambda gradients, w, windows: _to_the_inputs(gradients[:, -1:], w[..., -1:], windows),
)

conv_backward.misconception(
    "keeps_the_last_position_of_dw",
    hint="At how many positions was this one kernel used? What becomes of the gradients of all "
    "positions but the last?",
    row="CB6",
    into_dw=_last_into_dw,
)

conv_backward.misconception(
    "starts_dw_again_for_every_image",
    hint="Is the kernel another one for every image of the batch? Look where dw is set to zero.",
    row="CB14",
    into_dw=_last_image_into_dw,
)

conv_backward.misconception(
    "keeps_the_last_position_of_db",
    hint="How many outputs used this bias? What happens to the gradients of all but the last?",
    row="CB7",
    into_db=lambda db, gradients: _assign(db, gradients[-1]),
)

conv_backward.misconception(
    "starts_the_gradients_from_random_numbers",
    hint="What must the gradients be when dout is zero? Call your function twice with it.",
    row="CB9",
    seen=3,
    where="2 of 53 student repositories of C4W1 and a forum thread",
    repeats=False,
    start=_random_numbers,
)

conv_backward.misconception(
    "adds_the_gradient_to_the_image",
    hint="What must the gradients be when dout is zero? Look at what dx starts from.",
    row="CB23",
    start=_on_top_of_the_images,
)

conv_backward.misconception(
    "turns_the_kernel_round_in_dx",
    hint="Put a single 1 into dout. The part of dx that it reaches should be the kernel itself: "
    "which way round is yours?",
    row="CB10",
    seen=1,
    where="a forum thread",
    laid=lambda w: w[::-1, ::-1],
)

conv_backward.misconception(
    "turns_the_window_round_in_dw",
    hint="Put a single 1 into dout. dw should be the window of the input itself: which way round "
    "is yours?",
    row="CB11",
    seen=1,
    where="a published course corrected it late",
    viewed=lambda windows: windows[:, ::-1, ::-1],
)

conv_backward.misconception(
    "puts_the_window_into_dx",
    hint="In a product a times b, what stands in the gradient of a? Compare your lines for dx "
    "and dw.",
    row="CB24",
    sent=lambda gradients, w, windows: np.einsum("nklc,nf->nklc", windows, gradients),
)

conv_backward.misconception(
    "gives_the_gradients_the_dtype_of_the_inputs",
    hint="What is the dtype of your gradients when the image holds whole numbers?",
    row="CB22",
    seen=1,
    where="1 of 53 student repositories of C4W1",
    start=_zeros_like_the_inputs,
)

conv_backward.misconception(
    "cuts_the_fractions_off_the_gradients",
    hint="Do whole-number images have whole-number gradients? Look at the dtype you return.",
    row="CB22",
    result=lambda dx, dw, db, x, w: (dx.astype(x.dtype), dw.astype(w.dtype), db),
)

conv_backward.misconception(
    "averages_over_the_batch",
    hint="Put the same image into the batch twice, with the same dout. Should dw and db stay as "
    "they were for one image, or become twice as large?",
    row="CB13",
    dw_of=lambda dw, dout: dw / len(dout),
    db_of=lambda db, dout, w: db / len(dout),
)

conv_backward.misconception(
    "averages_all_gradients_over_the_batch",
    hint="dout already carries whatever the loss divided by. Does twice the same image in a batch "
    "change what one of them receives?",
    row="CB13",
    result=lambda dx, dw, db, x, w: (dx / len(x), dw / len(x), db / len(x)),
)

conv_backward.misconception(
    "returns_the_gradients_in_another_order",
    hint="In which order are the three gradients asked for? Compare their shapes with x, w and b.",
    result=lambda dx, dw, db, x, w: (dw, dx, db),
)

conv_backward.misconception(
    "averages_over_the_positions",
    hint="If a weight is used in many places, does each place count in full, or only its share?",
    row="TG1",
    dw_of=lambda dw, dout: dw / dout[0, :, :, 0].size,
    db_of=lambda db, dout, w: db / dout[0, :, :, 0].size,
)

conv_backward.misconception(
    "takes_the_mean_for_db",
    hint="Each output adds its gradient to the bias in full. What does a mean do to it?",
    row="CB16",
    db_of=lambda db, dout, w: dout.mean(axis=(0, 1, 2)),
)

conv_backward.misconception(
    "leaves_the_width_in_db",
    hint="Compare the shape of your db with the shape of b. Which axis of dout is still there, and "
    "what should become of it?",
    row="CB15",
    db_of=lambda db, dout, w: dout.sum(axis=(0, 1)),
)

conv_backward.misconception(
    "keeps_the_axes_that_were_added_up_in_db",
    hint="What is the shape of b, and what is the shape of your db?",
    row="CB15",
    db_of=lambda db, dout, w: dout.sum(axis=(0, 1, 2), keepdims=True),
)

conv_backward.misconception(
    "gives_db_the_shape_of_the_weights",
    hint="How many biases went into the layer? A gradient has the shape of what it belongs to.",
    row="CB18",
    seen=1,
    where="1 of 53 student repositories of C4W1",
    db_of=lambda db, dout, w: np.zeros(w.shape) + db,
)

conv_backward.misconception(
    "counts_db_once_for_every_product",
    hint="How often is the bias added to one output? Each of these times counts once in db.",
    row="CB21",
    db_of=lambda db, dout, w: db * w[:, :, :, 0].size,
)

conv_backward.misconception(
    "assumes_a_square_output",
    hint="Let dout have 2 rows and 4 columns. Which of its numbers does your code read, and from "
    "where does it take the number of columns?",
    row="CB20",
    seen=2,
    where="1 student repository of CS231n and a pull request of a public library",
    visited=lambda h_out, w_out, stride: np.ndindex(h_out, h_out),
)

conv_backward.misconception(
    "skips_the_last_row_of_dout",
    hint="Put a single 1 into the last row of dout. What should arrive in dx, and what does?",
    row="CB19",
    visited=lambda h_out, w_out, stride: np.ndindex(h_out - 1, w_out),
)

conv_backward.misconception(
    "swaps_rows_and_columns_of_dout",
    hint="Which comes first in an index, the row or the column? Look at how you read dout.",
    row="CB17",
    incoming=lambda dout, i, j: dout[:, j, i],
)

conv_backward.misconception(
    "pads_on_one_side_for_dw",
    hint="Is the padded image here the same as in the forward pass, with a border on all four "
    "sides?",
    row="CB12",
    images=lambda x, pad: np.pad(x, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0))),
)

conv_backward.misconception(
    "cuts_windows_for_dw_from_the_image_without_border",
    hint="Which image did the windows of the forward pass look at, with its border or without?",
    row="CB26",
    seen=2,
    where="2 student drafts of CS231n",
    images=lambda x, pad: x,
)

conv_backward.misconception(
    "takes_only_complete_windows_without_the_border_for_dw",
    hint="Which image did the windows of the forward pass look at, with its border or without?",
    row="CB26",
    seen=2,
    where="2 student drafts of CS231n",
    images=lambda x, pad: x,
    into_dw=_complete_ones_into_dw,
)


# --- the questions --------------------------------------------------------------------------

answer_1 = Mistakes("answer_1")

answer_1.option(
    "b",
    "moves_the_window_by_one_column",
    hint="These are the inputs of another stride. How many columns does the window move "
    "from one output to the next here?",
    row="C23",
)

answer_1.option(
    "c",
    "moves_the_window_by_its_width",
    hint="There the window starts right behind the one before. Does its size say how far "
    "it moves, or the stride?",
    row="C23",
)

answer_1.option(
    "d",
    "joins_an_output_to_every_input",
    hint="That is an output of a dense layer. How many numbers does a 2×2 kernel hold?",
)

answer_2 = Mistakes("answer_2")

answer_2.option(
    "a",
    "takes_sharing_for_equal_first_numbers",
    hint="Kernels that merely start out equal are still many kernels, and training would "
    "pull them apart. Does any index of w say a position?",
    row="C17",
)

answer_2.option(
    "b",
    "shares_one_kernel_among_all_slices",
    hint="Look at the last axis of w: does every filter, and with it every slice, "
    "have to look for the same thing?",
    row="C7",
)

answer_2.option(
    "d",
    "shares_the_kernel_among_the_channels",
    hint="That would be sharing over channels. Look at the shape of one filter: does it "
    "hold one number or several for each place of the window?",
    row="C7",
)

answer_3 = Mistakes("answer_3")

answer_3.option(
    "a",
    "gives_every_position_weights_of_its_own",
    hint="Which index of w would tell the positions apart? Look at its shape again.",
    row="C15",
)

answer_3.option(
    "c",
    "ties_the_weights_to_the_size_of_the_image",
    hint="Is there anything in the shape of w or of b that has to fit the height and the "
    "width of the image?",
    row="C15",
)

answer_3.option(
    "d",
    "lets_the_stride_change_the_weights",
    hint="The stride decides where the window stops, so how many outputs there are. "
    "Does it appear in the shape of w?",
    row="C14",
)

answer_4 = Mistakes("answer_4")

answer_4.option(
    "a",
    "counts_a_shared_weight_once",
    hint="One position contributes that much, and a mean would give it too. But raise the "
    "weight a little: by how much do all outputs together rise?",
    row="TG1",
)

answer_4.option(
    "b",
    "counts_the_weights_of_the_kernel",
    hint="That is how many weights the kernel has. How often was one of them used?",
)

answer_4.option(
    "c",
    "counts_the_pixels_of_the_image",
    hint="That is how many pixels the image has. At how many places does the window stop?",
    row="PC7",
)
