"""Known implementations of the assignment "convolution"."""

import numpy as np

from autograder.misconceptions import alternative, misconception
from solutions.convolution import Array

Gradients = tuple[Array, Array, Array]


def _padded(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))


def _sizes(x: Array, w: Array, stride: int, pad: int) -> tuple[int, int]:
    """H_out and W_out."""
    height = (x.shape[1] + 2 * pad - w.shape[0]) // stride + 1
    width = (x.shape[2] + 2 * pad - w.shape[1]) // stride + 1
    return height, width


def _window(i: int, j: int, size: int, stride: int) -> tuple[slice, slice]:
    """Rows and columns of the window of output (i, j)."""
    top, left = i * stride, j * stride
    return slice(top, top + size), slice(left, left + size)


def _outputs(x_padded: Array, w: Array, b: Array, h_out: int, w_out: int, stride: int) -> Array:
    """The right outputs of this many positions, with plain loops."""
    out = np.zeros((len(x_padded), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[n][_window(i, j, w.shape[0], stride)]
        out[n, i, j, c] = np.sum(window * w[:, :, :, c]) + b[c]
    return out


def _gradients(dout: Array, x: Array, w: Array, stride: int, pad: int) -> Gradients:
    """The right gradients, with plain loops."""
    x_padded = _padded(x, pad)
    dx = np.zeros(x_padded.shape)
    dw = np.zeros(w.shape)
    for n, i, j, c in np.ndindex(*dout.shape):
        window = (n, *_window(i, j, w.shape[0], stride))
        dx[window] += w[:, :, :, c] * dout[n, i, j, c]
        dw[:, :, :, c] += x_padded[window] * dout[n, i, j, c]
    dx = dx[:, pad : pad + x.shape[1], pad : pad + x.shape[2]]
    return dx, dw, dout.sum(axis=(0, 1, 2))


# --- zero_pad, wrong ----------------------------------------------------------------------


@misconception(
    "zero_pad",
    hint="Does your function use its argument? Call it with a border of 0 and with one of 3.",
    seen="5 of 70 student repositories of CS231n",
    source="ZP7",
    fails=("test_shape", "test_wide_border", "test_no_border"),
)
def always_pads_by_one(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))


@misconception(
    "zero_pad",
    hint="Print the shape you return. Which of its four numbers should not have grown?",
    seen="1 forum thread",
    source="ZP1",
    fails=("test_shape", "test_border_of_one", "test_wide_border"),
)
def pads_all_four_axes(x: Array, pad: int) -> Array:
    return np.pad(x, pad)


@misconception(
    "zero_pad",
    hint="In (N, H, W, C), which axis is the height and which is the width? Compare the shapes "
    "before and after.",
    source="ZP2",
    fails=("test_shape", "test_border_of_one", "test_wide_border"),
)
def pads_width_and_channels(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


@misconception(
    "zero_pad",
    hint="In (N, H, W, C), which axis counts the images? Compare the shapes before and after.",
    source="ZP3",
    fails=("test_shape", "test_border_of_one", "test_wide_border"),
)
def pads_batch_and_height(x: Array, pad: int) -> Array:
    return np.pad(x, ((pad, pad), (pad, pad), (0, 0), (0, 0)))


@misconception(
    "zero_pad",
    hint="How wide the border is and what stands in it are two things. Which numbers stand in "
    "your border?",
    source="ZP4",
    fails=("test_border_of_one", "test_wide_border"),
)
def fills_the_border_with_its_width(x: Array, pad: int) -> Array:
    width = ((0, 0), (pad, pad), (pad, pad), (0, 0))
    return np.pad(x, width, mode="constant", constant_values=pad)


@misconception(
    "zero_pad",
    hint="Should the border know anything about the image? Look at the numbers in it.",
    source="ZP5",
    fails=("test_border_of_one", "test_wide_border"),
)
def repeats_the_edge(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")


@misconception(
    "zero_pad",
    hint="Should the border know anything about the image? A mirror of it is not zero.",
    source="ZP5",
    fails=("test_border_of_one", "test_wide_border"),
)
def mirrors_the_image(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="reflect")


@misconception(
    "zero_pad",
    hint="How many sides has a picture, and how many of them got a border?",
    seen="1 of 70 student repositories of CS231n pads unequally",
    source="ZP6",
    fails=("test_shape", "test_border_of_one", "test_wide_border"),
)
def pads_above_and_left_only(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (pad, 0), (pad, 0), (0, 0)))


@misconception(
    "zero_pad",
    hint="The size is right. Where does the top left pixel of the image sit in your result?",
    source="ZP9",
    fails=("test_border_of_one", "test_wide_border"),
)
def puts_the_image_into_the_corner(x: Array, pad: int) -> Array:
    return np.pad(x, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)))


@misconception(
    "zero_pad",
    hint="What does your function return for a border of width 0? Does it need a special case?",
    seen="1 student repository of CS231n",
    source="ZP8",
    fails=("test_no_border",),
)
def forgets_the_result_without_a_border(x: Array, pad: int) -> Array | None:
    if pad > 0:
        return np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    return None


@misconception(
    "zero_pad",
    hint="What does a slice like [pad:-pad] select when pad is 0? Try it on a list.",
    source="CB1",
    fails=("test_no_border",),
)
def cuts_with_a_negative_end(x: Array, pad: int) -> Array:
    out = np.zeros((x.shape[0], x.shape[1] + 2 * pad, x.shape[2] + 2 * pad, x.shape[3]))
    out[:, pad:-pad, pad:-pad, :] = x
    return out


# --- zero_pad, right ----------------------------------------------------------------------


@alternative("zero_pad")
def writes_into_zeros(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    out = np.zeros((n, height + 2 * pad, width + 2 * pad, channels))
    out[:, pad : pad + height, pad : pad + width, :] = x
    return out


@alternative("zero_pad")
def pads_with_loops(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    out = np.zeros((n, height + 2 * pad, width + 2 * pad, channels))
    for m in range(n):
        for i in range(height):
            for j in range(width):
                out[m, i + pad, j + pad] = x[m, i, j]
    return out


@alternative("zero_pad")
def joins_strips_of_zeros(x: Array, pad: int) -> Array:
    n, height, width, channels = x.shape
    side = np.zeros((n, height, pad, channels))
    wide = np.concatenate([side, x, side], axis=2)
    strip = np.zeros((n, pad, width + 2 * pad, channels))
    return np.concatenate([strip, wide, strip], axis=1)


@alternative("zero_pad")
def pads_image_by_image_in_a_list(x: Array, pad: int) -> Array:
    return np.array([np.pad(image, ((pad, pad), (pad, pad), (0, 0))) for image in x])


@alternative("zero_pad")
def pads_in_float32(x: Array, pad: int) -> Array:
    return np.pad(x.astype(np.float32), ((0, 0), (pad, pad), (pad, pad), (0, 0)))


# --- conv_single_step, wrong --------------------------------------------------------------


@misconception(
    "conv_single_step",
    hint="Lay the filter on a window of zeros. What should come out, and how often did you add "
    "the bias?",
    seen="9 of 76 student repositories of Coursera C4W1",
    source="SS1",
    fails=("test_window_of_zeros", "test_with_bias"),
)
def adds_the_bias_to_every_product(window: Array, kernel: Array, bias: float) -> float:
    return float(np.sum(window * kernel + bias))


@misconception(
    "conv_single_step",
    hint="One window and one filter give one number. What is the shape of what you return?",
    seen="7 student versions of Coursera C4W1",
    source="SS3",
    fails=("test_returns_a_number",),
)
def returns_an_array_of_one_number(window: Array, kernel: Array, bias: float) -> Array:
    return np.asarray(np.sum(window * kernel, keepdims=True) + bias)


@misconception(
    "conv_single_step",
    hint="One window gives one number. What happened to the channels?",
    seen="questions in 2 forums",
    source="SS8",
    fails=("test_through_the_depth", "test_returns_a_number", "test_with_bias"),
)
def keeps_the_channels_apart(window: Array, kernel: Array, bias: float) -> Array:
    return np.asarray(np.sum(window * kernel, axis=(0, 1)) + bias)


@misconception(
    "conv_single_step",
    hint="One of your three arguments does not change the result. Which one?",
    source="SS2",
    fails=("test_window_of_zeros", "test_with_bias"),
)
def forgets_the_bias(window: Array, kernel: Array, bias: float) -> float:
    return float(np.sum(window * kernel))


@misconception(
    "conv_single_step",
    hint="Which weight should meet the top left input? In this course the kernel lies on the "
    "window as it is.",
    seen="two texts warn of it",
    source="SS4",
    fails=("test_sum_of_products", "test_returns_a_number", "test_with_bias"),
)
def turns_the_kernel_round(window: Array, kernel: Array, bias: float) -> float:
    return float(np.sum(window * kernel[::-1, ::-1]) + bias)


@misconception(
    "conv_single_step",
    hint="Lay a filter of ones on a window of ones. Does a neuron add up its inputs, or take "
    "their average?",
    seen="1 forum thread",
    source="SS5",
    fails=(
        "test_sum_of_products",
        "test_through_the_depth",
        "test_returns_a_number",
        "test_with_bias",
    ),
)
def takes_the_mean_of_the_products(window: Array, kernel: Array, bias: float) -> float:
    return float(np.mean(window * kernel) + bias)


@misconception(
    "conv_single_step",
    hint="How deep is the window? Make its first channel zero and see what is left.",
    source="SS6",
    fails=("test_through_the_depth", "test_returns_a_number", "test_with_bias"),
)
def looks_at_the_first_channel_only(window: Array, kernel: Array, bias: float) -> float:
    return float(np.sum(window[:, :, 0] * kernel[:, :, 0]) + bias)


@misconception(
    "conv_single_step",
    hint="Which axis of the kernel goes down the picture? Try a kernel with a single 1 in its "
    "top right corner.",
    source="SS7",
    fails=("test_sum_of_products", "test_returns_a_number", "test_with_bias"),
)
def swaps_rows_and_columns_of_the_kernel(window: Array, kernel: Array, bias: float) -> float:
    return float(np.sum(window * kernel.transpose(1, 0, 2)) + bias)


# --- conv_single_step, right --------------------------------------------------------------


@alternative("conv_single_step")
def steps_with_loops(window: Array, kernel: Array, bias: float) -> float:
    total = bias
    for i in range(window.shape[0]):
        for j in range(window.shape[1]):
            for c in range(window.shape[2]):
                total += window[i, j, c] * kernel[i, j, c]
    return total


@alternative("conv_single_step")
def steps_with_einsum(window: Array, kernel: Array, bias: float) -> float:
    return float(np.einsum("ijc,ijc->", window, kernel) + bias)


@alternative("conv_single_step")
def steps_with_a_dot_product(window: Array, kernel: Array, bias: float) -> float:
    return float(window.ravel() @ kernel.ravel() + bias)


@alternative("conv_single_step")
def steps_with_tensordot(window: Array, kernel: Array, bias: float) -> Array:
    return np.asarray(np.tensordot(window, kernel, axes=3) + bias)


@alternative("conv_single_step")
def steps_in_float32(window: Array, kernel: Array, bias: float) -> np.floating:
    return np.float32(np.sum(window * kernel) + bias)


# --- conv_forward, wrong ------------------------------------------------------------------


@misconception(
    "conv_forward",
    hint="Lay a filter on a window of zeros. How often is the bias of that filter added to the "
    "one number that comes out?",
    seen="9 of 76 student repositories of Coursera C4W1, in the single step",
    source="SS1",
    fails=("test_biases", "test_everything_together"),
)
def adds_the_bias_to_every_product_of_the_window(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[n][_window(i, j, w.shape[0], stride)]
        out[n, i, j, c] = np.sum(window * w[:, :, :, c] + b[c])
    return out


@misconception(
    "conv_forward",
    hint="Your width was copied from your height. Did every letter of the copy change?",
    seen="4 student repositories (2 of Coursera C4W1, 2 of CS231n)",
    source="OS1",
    fails=("test_not_square", "test_everything_together"),
)
def computes_the_width_from_the_height(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, _ = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, b, h_out, h_out, stride)


@misconception(
    "conv_forward",
    hint="Which axis of the output is the height? Try an image that is wider than high.",
    seen="1 forum thread and 1 course changelog",
    source="OS2",
    fails=("test_not_square", "test_everything_together"),
)
def swaps_output_height_and_width(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, b, w_out, h_out, stride)


@misconception(
    "conv_forward",
    hint="How long is one row of the output, if you count its positions one after the other? "
    "Try an image that is wider than high.",
    seen="3 of 70 student repositories of CS231n",
    source="CF17",
    fails=("test_not_square", "test_everything_together"),
)
def counts_positions_with_the_wrong_row_length(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    flat = np.zeros((len(x), h_out * w_out, w.shape[3]))
    for n, i, j in np.ndindex(len(x), h_out, w_out):
        window = x_padded[n][_window(i, j, w.shape[0], stride)]
        flat[n, i * h_out + j] = np.tensordot(window, w, axes=3) + b
    return flat.reshape(len(x), h_out, w_out, w.shape[3])


@misconception(
    "conv_forward",
    hint="Where does the second window start, and where is the stride in your code?",
    seen="2 of 76 student repositories of Coursera C4W1",
    source="CF2",
    fails=("test_stride", "test_everything_together"),
)
def starts_every_window_one_pixel_on(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, b, h_out, w_out, 1)


@misconception(
    "conv_forward",
    hint="Which comes first in an index, the row or the column? Compare your slice with it.",
    seen="2 of 76 student repositories of Coursera C4W1",
    source="CF4",
    fails=(
        "test_one_filter",
        "test_images_channels_and_filters",
        "test_biases",
        "test_padding",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def swaps_rows_and_columns_of_the_window(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[n][_window(j, i, w.shape[0], stride)]
        out[n, i, j, c] = np.sum(window * w[:, :, :, c]) + b[c]
    return out


@misconception(
    "conv_forward",
    hint="How many entries of your output were never written? Look at what your loops count, "
    "outputs or pixels.",
    seen="2 student repositories and 1 forum thread",
    source="CF6",
    fails=("test_stride", "test_everything_together"),
)
def steps_over_outputs(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    size = w.shape[0]
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n in range(len(x)):
        for i in range(0, h_out, stride):
            for j in range(0, w_out, stride):
                window = x_padded[n, i : i + size, j : j + size]
                out[n, i, j] = np.tensordot(window, w, axes=3) + b
    return out


@misconception(
    "conv_forward",
    hint="Compare two rows of numbers in your output. Which loop variable sets the left edge of "
    "the window?",
    seen="1 of 76 student repositories of Coursera C4W1",
    source="CF5",
    fails=(
        "test_one_filter",
        "test_images_channels_and_filters",
        "test_biases",
        "test_padding",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def takes_the_column_from_the_row_index(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[n][_window(i, i, w.shape[0], stride)]
        out[n, i, j, c] = np.sum(window * w[:, :, :, c]) + b[c]
    return out


@misconception(
    "conv_forward",
    hint="All images of your batch give the same output. Which loop variable is never used?",
    seen="1 of 76 student repositories of Coursera C4W1",
    source="CF7",
    fails=(
        "test_images_channels_and_filters",
        "test_biases",
        "test_padding",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def looks_at_the_first_image_only(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[0][_window(i, j, w.shape[0], stride)]
        out[n, i, j, c] = np.sum(window * w[:, :, :, c]) + b[c]
    return out


@misconception(
    "conv_forward",
    hint="Is pad still what the caller asked for when you put the border on?",
    seen="1 of 70 student repositories of CS231n",
    source="CF19",
    fails=(
        "test_one_filter",
        "test_images_channels_and_filters",
        "test_biases",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def always_puts_on_a_border_of_one(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, 1), w, b, h_out, w_out, stride)


@misconception(
    "conv_forward",
    hint="All your feature maps differ by a constant only. How many filters are in w?",
    seen="1 forum thread",
    source="CF9",
    fails=(
        "test_images_channels_and_filters",
        "test_biases",
        "test_padding",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def uses_one_filter_for_all_maps(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    same = np.repeat(w[:, :, :, :1], w.shape[3], axis=3)
    return _outputs(_padded(x, pad), same, b, h_out, w_out, stride)


@misconception(
    "conv_forward",
    hint="A window is as deep as the input. How many input channels does one of your outputs "
    "look at?",
    seen="1 forum thread, found by its numbers",
    source="CF10",
    fails=(
        "test_images_channels_and_filters",
        "test_biases",
        "test_padding",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def joins_each_map_to_one_input_channel(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[n][_window(i, j, w.shape[0], stride)]
        channel = c % w.shape[2]
        out[n, i, j, c] = np.sum(window[:, :, channel] * w[:, :, channel, c]) + b[c]
    return out


@misconception(
    "conv_forward",
    hint="Which axis of the output does your innermost loop fill? How long is it?",
    seen="1 forum thread",
    source="CF14",
    fails=(
        "test_images_channels_and_filters",
        "test_biases",
        "test_padding",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def loops_over_the_input_channels(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(len(x), h_out, w_out, w.shape[2]):
        window = x_padded[n][_window(i, j, w.shape[0], stride)]
        out[n, i, j, c] = np.sum(window * w[:, :, :, c]) + b[c]
    return out


@misconception(
    "conv_forward",
    hint="Every window has the same size. Print the shapes of the first and of the last one.",
    seen="1 public text",
    source="CF3",
    fails=("test_stride", "test_everything_together"),
)
def ends_the_window_without_the_stride(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    size = w.shape[0]
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[n, i * stride : i + size, j * stride : j + size]
        out[n, i, j, c] = np.sum(window * w[:, :, :, c]) + b[c]
    return out


@misconception(
    "conv_forward",
    hint="Which of the two arrays, the image or the padded image, has the size that your indices "
    "assume?",
    seen="a course warns of it in its text",
    source="CF1",
    fails=("test_padding", "test_everything_together"),
)
def cuts_windows_from_the_image_without_border(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(x, w, b, h_out, w_out, stride)


@misconception(
    "conv_forward",
    hint="What is the dtype of your output when the image holds whole numbers?",
    source="CF13",
    fails=("test_integer_images",),
)
def gives_the_output_the_dtype_of_the_image(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, b, h_out, w_out, stride).astype(x.dtype)


@misconception(
    "conv_forward",
    hint="Which weight should meet the top left pixel of the window? In this course the kernel "
    "lies on the window as it is.",
    seen="two texts warn of it",
    source="SS4",
    fails=(
        "test_one_filter",
        "test_images_channels_and_filters",
        "test_biases",
        "test_padding",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def turns_the_kernel_round_before_sliding(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w[::-1, ::-1], b, h_out, w_out, stride)


@misconception(
    "conv_forward",
    hint="How many biases are in b, and how many of them did you read?",
    source="CF8",
    fails=("test_biases", "test_everything_together"),
)
def uses_one_bias_for_all_maps(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, np.full_like(b, b[0]), h_out, w_out, stride)


@misconception(
    "conv_forward",
    hint="One of your arguments does not change the result: set w to zero and look at the output.",
    source="SS2",
    fails=("test_biases", "test_everything_together"),
)
def leaves_the_biases_out(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, np.zeros_like(b), h_out, w_out, stride)


@misconception(
    "conv_forward",
    hint="Look at the last row and the last column of your output. Are these zeros real?",
    source="CF16",
    fails=(
        "test_one_filter",
        "test_images_channels_and_filters",
        "test_biases",
        "test_padding",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def skips_the_last_row_and_column(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    out[:, :-1, :-1] = _outputs(_padded(x, pad), w, b, h_out - 1, w_out - 1, stride)
    return out


@misconception(
    "conv_forward",
    hint="Is x still the same after your function ran? A slice of an array is a view of it, and "
    "*= writes into it.",
    source="CF12",
    fails=(
        "test_one_filter",
        "test_images_channels_and_filters",
        "test_biases",
        "test_padding",
        "test_stride",
        "test_not_square",
        "test_everything_together",
        "test_integer_images",
    ),
)
def multiplies_inside_the_image(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad) if pad > 0 else x
    out = np.zeros((len(x), h_out, w_out, w.shape[3]))
    for n, i, j, c in np.ndindex(*out.shape):
        window = x_padded[n][_window(i, j, w.shape[0], stride)]
        window *= w[:, :, :, c]
        out[n, i, j, c] = np.sum(window) + b[c]
    return out


@misconception(
    "conv_forward",
    hint="What does the specification say about pixels that fill no complete window? Is that a "
    "reason to refuse the image?",
    seen="4 of 70 student repositories of CS231n",
    source="OS9",
    fails=("test_everything_together",),
)
def refuses_a_remainder(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    for size in x.shape[1:3]:
        assert (size + 2 * pad - w.shape[0]) % stride == 0, "the windows do not fit"
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, b, h_out, w_out, stride)


@misconception(
    "conv_forward",
    hint="Draw the last window of a row. Does all of it lie inside the padded image?",
    source="OS5",
    fails=("test_everything_together",),
)
def lets_the_last_window_stick_out(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out = int(np.ceil((x.shape[1] + 2 * pad - w.shape[0]) / stride)) + 1
    w_out = int(np.ceil((x.shape[2] + 2 * pad - w.shape[0]) / stride)) + 1
    beyond = (pad, pad + stride)
    x_padded = np.pad(x, ((0, 0), beyond, beyond, (0, 0)))
    return _outputs(x_padded, w, b, h_out, w_out, stride)


@misconception(
    "conv_forward",
    hint="At how many ends of a row does the border stand? How often is it in your size formula?",
    source="OS6",
    fails=("test_padding", "test_everything_together"),
)
def counts_the_border_once(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    h_out = (x.shape[1] + pad - w.shape[0]) // stride + 1
    w_out = (x.shape[2] + pad - w.shape[0]) // stride + 1
    return _outputs(_padded(x, pad), w, b, h_out, w_out, stride)


@misconception(
    "conv_forward",
    hint="Try your size formula with a row exactly as long as the kernel and stride 2. How many "
    "positions has a window there?",
    seen="a formula on a public page",
    source="OS11",
    fails=("test_stride", "test_everything_together"),
)
def adds_the_one_before_dividing(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out = (x.shape[1] + 2 * pad - w.shape[0] + 1) // stride
    w_out = (x.shape[2] + 2 * pad - w.shape[0] + 1) // stride
    return _outputs(_padded(x, pad), w, b, h_out, w_out, stride)


# --- conv_forward, right ------------------------------------------------------------------


@alternative("conv_forward")
def convolves_with_loops(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, b, h_out, w_out, stride)


@alternative("conv_forward")
def convolves_with_views_and_einsum(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    size = w.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(_padded(x, pad), (size, size), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]  # (N, H_out, W_out, C_in, K, K)
    return np.asarray(np.einsum("nijckl,klcf->nijf", windows, w) + b)


@alternative("conv_forward")
def convolves_with_im2col(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    columns = np.array(
        [
            x_padded[n][_window(i, j, w.shape[0], stride)].reshape(-1)
            for n, i, j in np.ndindex(len(x), h_out, w_out)
        ]
    )
    out = columns @ w.reshape(-1, w.shape[3]) + b
    return out.reshape(len(x), h_out, w_out, w.shape[3])


@alternative("conv_forward")
def convolves_by_shifting_and_adding(
    x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0
) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    x_padded = _padded(x, pad)
    out = np.zeros((len(x), h_out, w_out, w.shape[3])) + b
    for k, m in np.ndindex(w.shape[:2]):
        met = x_padded[:, k : k + stride * h_out : stride, m : m + stride * w_out : stride]
        out += met @ w[k, m]
    return out


@alternative("conv_forward")
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
    return np.array(result)


@alternative("conv_forward")
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


@alternative("conv_forward")
def convolves_in_float32(x: Array, w: Array, b: Array, stride: int = 1, pad: int = 0) -> Array:
    h_out, w_out = _sizes(x, w, stride, pad)
    return _outputs(_padded(x, pad), w, b, h_out, w_out, stride).astype(np.float32)


@alternative("conv_forward")
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


# --- conv_backward, wrong -----------------------------------------------------------------


@misconception(
    "conv_backward",
    hint="Try pad 0. What does a slice select whose end is minus zero?",
    seen="52 of 53 student repositories of Coursera C4W1, 31 of 55 of CS231n",
    source="CB1",
    fails=(
        "test_bias_gradient",
        "test_weight_gradient",
        "test_input_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def removes_the_border_with_a_negative_end(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    x_padded = _padded(x, pad)
    dx = np.zeros(x.shape)
    dx_padded = np.zeros(x_padded.shape)
    dw = np.zeros(w.shape)
    db = np.zeros(w.shape[3])
    for n in range(dout.shape[0]):
        for _, i, j, c in np.ndindex(1, *dout.shape[1:]):
            window = (n, *_window(i, j, w.shape[0], stride))
            dx_padded[window] += w[:, :, :, c] * dout[n, i, j, c]
            dw[:, :, :, c] += x_padded[window] * dout[n, i, j, c]
            db[c] += dout[n, i, j, c]
        dx[n] = dx_padded[n, pad:-pad, pad:-pad, :]
    return dx, dw, db


@misconception(
    "conv_backward",
    hint="Look at the shape of your dx for pad 0. What does a slice select whose end is minus "
    "zero?",
    seen="52 of 53 student repositories of Coursera C4W1, 31 of 55 of CS231n",
    source="CB1",
    fails=(
        "test_input_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def loses_the_whole_image_without_a_border(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx_padded, dw, db = _gradients(dout, _padded(x, pad), w, stride, 0)
    return dx_padded[:, pad:-pad, pad:-pad, :], dw, db


@misconception(
    "conv_backward",
    hint="Where does the second window start? Each output sends its gradient back to the window "
    "it came from.",
    seen="5 of 53 student repositories of Coursera C4W1",
    source="CB8",
    fails=("test_weight_gradient", "test_input_gradient", "test_everything_together"),
)
def sends_back_to_windows_without_the_stride(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    return _gradients(dout, x, w, 1, pad)


@misconception(
    "conv_backward",
    hint="You cut one pixel off each side. Where does that one come from?",
    seen="3 of 58 student repositories of CS231n",
    source="CB2",
    fails=(
        "test_input_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def removes_a_border_of_one(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx_padded, dw, db = _gradients(dout, _padded(x, pad), w, stride, 0)
    return dx_padded[:, 1:-1, 1:-1, :], dw, db


@misconception(
    "conv_backward",
    hint="How many windows see the pixel in the middle? Each of them has something to say about "
    "its gradient.",
    source="CB5",
    fails=(
        "test_input_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def overwrites_the_gradient_of_the_window_before(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    _, dw, db = _gradients(dout, x, w, stride, pad)
    dx = np.zeros(_padded(x, pad).shape)
    for n, i, j in np.ndindex(*dout.shape[:3]):
        dx[(n, *_window(i, j, w.shape[0], stride))] = w @ dout[n, i, j]
    return dx[:, pad : pad + x.shape[1], pad : pad + x.shape[2]], dw, db


@misconception(
    "conv_backward",
    hint="At how many positions was this one kernel used? What becomes of the gradients of all "
    "positions but the last?",
    source="CB6",
    fails=(
        "test_weight_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def keeps_the_last_position_of_dw(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    x_padded = _padded(x, pad)
    for n, i, j, c in np.ndindex(*dout.shape):
        window = x_padded[n][_window(i, j, w.shape[0], stride)]
        dw[:, :, :, c] = window * dout[n, i, j, c]
    return dx, dw, db


@misconception(
    "conv_backward",
    hint="Is the kernel another one for every image of the batch? Look where dw is set to zero.",
    source="CB14",
    fails=(
        "test_weight_gradient",
        "test_not_square",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def starts_dw_again_for_every_image(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, _, db = _gradients(dout, x, w, stride, pad)
    _, dw, _ = _gradients(dout[-1:], x[-1:], w, stride, pad)
    return dx, dw, db


@misconception(
    "conv_backward",
    hint="How many outputs used this bias? What happens to the gradients of all but the last?",
    source="CB7",
    fails=(
        "test_bias_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def keeps_the_last_position_of_db(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    for n, i, j, c in np.ndindex(*dout.shape):
        db[c] = dout[n, i, j, c]
    return dx, dw, db


@misconception(
    "conv_backward",
    hint="What must the gradients be when dout is zero? Call your function twice with it.",
    seen="2 of 53 student repositories of Coursera C4W1, 1 forum thread",
    source="CB9",
    fails=(
        "test_bias_gradient",
        "test_weight_gradient",
        "test_input_gradient",
        "test_not_square",
        "test_zero_gradient",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def starts_the_gradients_from_random_numbers(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    dx = dx + np.random.randn(*dx.shape)
    dw = dw + np.random.randn(*dw.shape)
    db = db + np.random.randn(*db.shape)
    return dx, dw, db


@misconception(
    "conv_backward",
    hint="Look at dx of the first image of the batch. When is the border removed, once for each "
    "image or once at the end?",
    seen="1 of 53 student repositories of Coursera C4W1",
    source="CB4",
    fails=(
        "test_input_gradient",
        "test_not_square",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def keeps_dx_of_the_last_image(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    dx[:-1] = 0
    return dx, dw, db


@misconception(
    "conv_backward",
    hint="Put a single 1 into dout. The part of dx that it reaches should be the kernel itself: "
    "which way round is yours?",
    seen="1 forum thread",
    source="CB10",
    fails=(
        "test_input_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def turns_the_kernel_round_in_dx(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    _, dw, db = _gradients(dout, x, w, stride, pad)
    dx, _, _ = _gradients(dout, x, w[::-1, ::-1], stride, pad)
    return dx, dw, db


@misconception(
    "conv_backward",
    hint="Put a single 1 into dout. dw should be the window of the input itself: which way round "
    "is yours?",
    seen="1 published course corrected it late",
    source="CB11",
    fails=(
        "test_weight_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def turns_the_window_round_in_dw(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    return dx, dw[::-1, ::-1], db


@misconception(
    "conv_backward",
    hint="What is the dtype of your gradients when the image holds whole numbers?",
    seen="1 of 53 student repositories of Coursera C4W1",
    source="CB22",
    fails=("test_integer_inputs",),
)
def gives_the_gradients_the_dtype_of_the_inputs(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    return dx.astype(x.dtype), dw.astype(w.dtype), db


@misconception(
    "conv_backward",
    hint="dout already carries whatever the loss divided by. Who asked for a mean over the batch?",
    source="CB13",
    fails=(
        "test_bias_gradient",
        "test_weight_gradient",
        "test_not_square",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def averages_over_the_batch(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    return dx, dw / len(x), db / len(x)


@misconception(
    "conv_backward",
    hint="If a weight is used in many places, does each place count in full, or only its share?",
    source="TG1",
    fails=(
        "test_bias_gradient",
        "test_weight_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def averages_over_the_positions(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    positions = dout.shape[1] * dout.shape[2]
    return dx, dw / positions, db / positions


@misconception(
    "conv_backward",
    hint="Each output adds its gradient to the bias in full. What does a mean do to it?",
    source="CB16",
    fails=(
        "test_bias_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def takes_the_mean_for_db(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, _ = _gradients(dout, x, w, stride, pad)
    return dx, dw, np.asarray(dout.mean(axis=(0, 1, 2)))


@misconception(
    "conv_backward",
    hint="What is the shape of b? Every axis of dout except that of the channels is added up.",
    source="CB15",
    fails=(
        "test_bias_gradient",
        "test_not_square",
        "test_zero_gradient",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def leaves_the_width_in_db(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, _ = _gradients(dout, x, w, stride, pad)
    return dx, dw, dout.sum(axis=(0, 1))


@misconception(
    "conv_backward",
    hint="How many biases went into the layer? A gradient has the shape of what it belongs to.",
    seen="1 of 53 student repositories of Coursera C4W1",
    source="CB18",
    fails=(
        "test_bias_gradient",
        "test_not_square",
        "test_zero_gradient",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def gives_db_the_shape_of_the_weights(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    return dx, dw, np.zeros(w.shape) + db


@misconception(
    "conv_backward",
    hint="How often is the bias added to one output? Each of these times counts once in db.",
    source="CB21",
    fails=(
        "test_bias_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def counts_db_once_for_every_product(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    return dx, dw, db * w[:, :, :, 0].size


@misconception(
    "conv_backward",
    hint="Where does the top left pixel of the image sit in the padded image? Which part of the "
    "padded gradient belongs to the image?",
    source="CB3",
    fails=("test_input_gradient", "test_everything_together"),
)
def cuts_dx_out_of_the_corner(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx_padded, dw, db = _gradients(dout, _padded(x, pad), w, stride, 0)
    return dx_padded[:, : x.shape[1], : x.shape[2]], dw, db


@misconception(
    "conv_backward",
    hint="Compare the shape of dx with the shape of x. Is the border part of the layer's input?",
    source="CB3",
    fails=("test_input_gradient", "test_zero_gradient", "test_everything_together"),
)
def returns_dx_with_its_border(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    return _gradients(dout, _padded(x, pad), w, stride, 0)


@misconception(
    "conv_backward",
    hint="You loop over a square of outputs. May height and width differ?",
    seen="1 student repository of CS231n and 1 public library",
    source="CB20",
    fails=("test_not_square", "test_everything_together"),
)
def assumes_a_square_output(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    h_out = dout.shape[1]
    return _gradients(dout[:, :, :h_out], x, w, stride, pad)


@misconception(
    "conv_backward",
    hint="Which comes first in an index, the row or the column? Look at how you read dout.",
    source="CB17",
    fails=(
        "test_weight_gradient",
        "test_input_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def swaps_rows_and_columns_of_dout(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    x_padded = _padded(x, pad)
    dx = np.zeros(x_padded.shape)
    dw = np.zeros(w.shape)
    for n, i, j, c in np.ndindex(*dout.shape):
        window = (n, *_window(i, j, w.shape[0], stride))
        dx[window] += w[:, :, :, c] * dout[n, j, i, c]
        dw[:, :, :, c] += x_padded[window] * dout[n, j, i, c]
    dx = dx[:, pad : pad + x.shape[1], pad : pad + x.shape[2]]
    return dx, dw, dout.sum(axis=(0, 1, 2))


@misconception(
    "conv_backward",
    hint="Does every row of dout send something back? Look at where your loop ends.",
    source="CB19",
    fails=(
        "test_bias_gradient",
        "test_weight_gradient",
        "test_input_gradient",
        "test_not_square",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def skips_the_last_row_of_dout(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    return _gradients(dout[:, :-1], x, w, stride, pad)


@misconception(
    "conv_backward",
    hint="What must the gradients be when dout is zero? Look at what dx starts from.",
    source="CB23",
    fails=(
        "test_input_gradient",
        "test_not_square",
        "test_zero_gradient",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def adds_the_gradient_to_the_image(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    return x + dx, dw, db


@misconception(
    "conv_backward",
    hint="In a product a times b, what stands in the gradient of a? Compare your lines for dx "
    "and dw.",
    source="CB24",
    fails=(
        "test_input_gradient",
        "test_not_square",
        "test_one_output",
        "test_everything_together",
        "test_integer_inputs",
    ),
)
def puts_the_window_into_dx(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    _, dw, db = _gradients(dout, x, w, stride, pad)
    x_padded = _padded(x, pad)
    dx = np.zeros(x_padded.shape)
    for n, i, j, c in np.ndindex(*dout.shape):
        window = (n, *_window(i, j, w.shape[0], stride))
        dx[window] += x_padded[window] * dout[n, i, j, c]
    return dx[:, pad : pad + x.shape[1], pad : pad + x.shape[2]], dw, db


@misconception(
    "conv_backward",
    hint="Is the padded image here the same as in the forward pass, with a border on all four "
    "sides?",
    source="CB12",
    fails=("test_weight_gradient", "test_everything_together"),
)
def pads_on_one_side_for_dw(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, _, db = _gradients(dout, x, w, stride, pad)
    shifted = np.pad(x, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)))
    _, dw, _ = _gradients(dout, shifted, w, stride, 0)
    return dx, dw, db


@misconception(
    "conv_backward",
    hint="Which image did the windows of the forward pass look at, with its border or without?",
    seen="2 student drafts of CS231n",
    source="CB26",
    fails=("test_weight_gradient", "test_everything_together"),
)
def takes_windows_without_the_border_for_dw(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx, dw, db = _gradients(dout, x, w, stride, pad)
    dw = np.zeros(w.shape)
    for n, i, j, c in np.ndindex(*dout.shape):
        window = x[n][_window(i, j, w.shape[0], stride)]
        if window.shape == w.shape[:3]:
            dw[:, :, :, c] += window * dout[n, i, j, c]
    return dx, dw, db


@misconception(
    "conv_backward",
    hint="Which rows and columns of the image did no window touch? They still need a gradient.",
    seen="1 report in a public course, 1 student repository of CS231n",
    source="CB25",
    fails=("test_everything_together",),
)
def leaves_out_pixels_that_no_window_saw(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    dx_padded, dw, db = _gradients(dout, _padded(x, pad), w, stride, 0)
    height = stride * (dout.shape[1] - 1) + w.shape[0]
    width = stride * (dout.shape[2] - 1) + w.shape[0]
    seen = dx_padded[:, :height, :width]
    return seen[:, pad : pad + x.shape[1], pad : pad + x.shape[2]], dw, db


# --- conv_backward, right -----------------------------------------------------------------


@alternative("conv_backward")
def goes_back_with_loops(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    return _gradients(dout, x, w, stride, pad)


@alternative("conv_backward")
def goes_back_with_views_and_einsum(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> Gradients:
    size = w.shape[0]
    _, h_out, w_out, _ = dout.shape
    x_padded = _padded(x, pad)
    windows = np.lib.stride_tricks.sliding_window_view(x_padded, (size, size), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]  # (N, H_out, W_out, C_in, K, K)
    dw = np.einsum("nijckl,nijf->klcf", windows, dout)
    dwindows = np.einsum("nijf,klcf->nijklc", dout, w)
    dx = np.zeros(x_padded.shape)
    for k in range(size):
        for m in range(size):
            rows = slice(k, k + stride * h_out, stride)
            columns = slice(m, m + stride * w_out, stride)
            dx[:, rows, columns] += dwindows[:, :, :, k, m]
    dx = dx[:, pad : x_padded.shape[1] - pad, pad : x_padded.shape[2] - pad]
    return dx, dw, np.einsum("nijf->f", dout)


@alternative("conv_backward")
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
    dx = dx[:, pad : pad + x.shape[1], pad : pad + x.shape[2]]
    return dx, (columns.T @ rows).reshape(w.shape), rows.sum(axis=0)


@alternative("conv_backward")
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


@alternative("conv_backward")
def goes_back_into_a_list_in_float32(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> list[Array]:
    return [part.astype(np.float32) for part in _gradients(dout, x, w, stride, pad)]
