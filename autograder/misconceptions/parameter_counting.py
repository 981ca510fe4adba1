"""Known implementations of the counting exercises."""

import math
from typing import Any

import numpy as np

from autograder.misconceptions import alternative, misconception
from solutions.parameter_counting import Layer, Shape


def _stops(size: int, kernel_size: int, stride: int, pad: int) -> int:
    """Return at how many places a window stops along one side."""
    return (size + 2 * pad - kernel_size) // stride + 1


def _joined(size: int, kernel_size: int, stride: int, pad: int) -> int:
    """Return how many pairs (input, window over it) one side has, without the padding."""
    starts = range(-pad, size + pad - kernel_size + 1, stride)
    return sum(len(range(max(start, 0), min(start + kernel_size, size))) for start in starts)


def _pairs(in_shape: Shape, kernel_size: int, stride: int, pad: int) -> int:
    """Return how many connections one channel makes with one channel."""
    rows = _joined(in_shape[0], kernel_size, stride, pad)
    return rows * _joined(in_shape[1], kernel_size, stride, pad)


# --- output_size ---------------------------------------------------------------------------


@misconception(
    "output_size",
    hint="How often a window stops is a whole number. Which of Python's two divisions gives one?",
    seen="11 of 70 repositories of CS231n",
    source="OS7",
    fails=("test_last_window_that_sticks_out", "test_stride_and_padding", "test_whole_number"),
)
def divides_with_a_fraction(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> float:
    return (size + 2 * pad - kernel_size) / stride + 1


@misconception(
    "output_size",
    hint="What should happen to a last window that does not fit? Read that sentence of the "
    "specification again: is it an error?",
    seen="4 of 70 repositories of CS231n",
    source="OS9",
    fails=("test_last_window_that_sticks_out", "test_stride_and_padding"),
)
def refuses_a_remainder(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    assert (size + 2 * pad - kernel_size) % stride == 0
    return (size + 2 * pad - kernel_size) // stride + 1


@misconception(
    "output_size",
    hint="Which argument says how far the window moves: its own size, or another one?",
    seen="3 of 56 repositories of CS231n (pooling)",
    source="OS10",
    fails=(
        "test_stride_one",
        "test_larger_stride",
        "test_last_window_that_sticks_out",
        "test_padding_at_both_ends",
        "test_stride_and_padding",
        "test_whole_number",
    ),
)
def takes_the_kernel_for_the_stride(
    size: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> int:
    return (size + 2 * pad) // kernel_size


@misconception(
    "output_size",
    hint="You add one inside the division and one outside. Draw a case in which the last "
    "window just fails to fit: which of the two ones counts a place that does not exist?",
    seen="1 of 76 repositories of C4W1",
    source="OS4",
    fails=(
        "test_stride_one",
        "test_last_window_that_sticks_out",
        "test_padding_at_both_ends",
        "test_stride_and_padding",
    ),
)
def adds_one_twice(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    return (size + 2 * pad - kernel_size + 1) // stride + 1


@misconception(
    "output_size",
    hint="Take an input exactly as long as the window, and a stride of 2. How often does the "
    "window stop, and what does your formula say?",
    seen="a formula on a public web page",
    source="OS11",
    fails=("test_window_as_long_as_the_side", "test_larger_stride", "test_whole_number"),
)
def adds_one_before_dividing(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    return (size + 2 * pad - kernel_size + 1) // stride


@misconception(
    "output_size",
    hint="How often does a window stop on an input that is exactly as long as the window?",
    source="OS3",
    fails=(
        "test_stride_one",
        "test_window_as_long_as_the_side",
        "test_larger_stride",
        "test_last_window_that_sticks_out",
        "test_padding_at_both_ends",
        "test_stride_and_padding",
        "test_whole_number",
    ),
)
def forgets_the_first_place(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    return (size + 2 * pad - kernel_size) // stride


@misconception(
    "output_size",
    hint="Draw the last window that you count. Does all of it lie on the padded input?",
    source="OS5",
    fails=("test_last_window_that_sticks_out", "test_stride_and_padding"),
)
def counts_the_window_that_sticks_out(
    size: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> int:
    return math.ceil((size + 2 * pad - kernel_size) / stride) + 1


@misconception(
    "output_size",
    hint="An input has two ends. How many zeros does the padded input have in all?",
    source="OS6",
    fails=("test_padding_at_both_ends", "test_stride_and_padding"),
)
def pads_one_end_only(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    return (size + pad - kernel_size) // stride + 1


@misconception(
    "output_size",
    hint="When more than half of a window fits, does the window fit?",
    source="OS8",
    fails=("test_last_window_that_sticks_out", "test_stride_and_padding"),
)
def rounds_to_the_nearest(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    return round((size + 2 * pad - kernel_size) / stride) + 1


@misconception(
    "output_size",
    hint="Two of the arguments do not appear in your result. What do they do to the window?",
    source="OS13",
    fails=(
        "test_larger_stride",
        "test_last_window_that_sticks_out",
        "test_padding_at_both_ends",
        "test_stride_and_padding",
        "test_whole_number",
    ),
)
def ignores_stride_and_padding(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    return size - kernel_size + 1


@alternative("output_size")
def output_size_by_moving_the_window(
    size: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> int:
    stops, start = 0, 0
    while start + kernel_size <= size + 2 * pad:
        stops += 1
        start += stride
    return stops


@alternative("output_size")
def output_size_as_the_length_of_a_range(
    size: int, kernel_size: int, stride: int = 1, pad: int = 0
) -> int:
    return len(range(-pad, size + pad - kernel_size + 1, stride))


@alternative("output_size")
def output_size_with_numpy_floor(size: int, kernel_size: int, stride: int = 1, pad: int = 0) -> int:
    return int(np.floor((size + 2 * pad - kernel_size) / stride) + 1)


# --- dense_parameters ----------------------------------------------------------------------


@misconception(
    "dense_parameters",
    hint="Besides its weights, what else does each output of a dense layer own?",
    seen="three threads of learners' questions; an option of a public quiz",
    source="PC8",
    fails=("test_biases",),
)
def dense_without_biases(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    return math.prod(in_shape) * math.prod(out_shape), 0


@misconception(
    "dense_parameters",
    hint="How many numbers is one pixel of a colour picture?",
    seen="an option of a public quiz",
    source="PC9",
    fails=("test_weights_of_a_colour_picture", "test_weights_of_an_output_volume"),
)
def dense_from_one_input_channel(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    outputs = math.prod(out_shape)
    return in_shape[0] * in_shape[1] * outputs, outputs


@misconception(
    "dense_parameters",
    hint="Could two outputs of your layer have different offsets? Should they be able to?",
    seen="an option of a public quiz",
    source="PC10",
    fails=("test_biases",),
)
def dense_with_one_bias(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    return math.prod(in_shape) * math.prod(out_shape), 1


@misconception(
    "dense_parameters",
    hint="How many numbers does the output volume hold? Your layer has that many outputs.",
    source="PC13",
    fails=("test_weights_of_a_grey_picture", "test_weights_of_an_output_volume", "test_biases"),
)
def dense_to_the_channels_alone(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    return math.prod(in_shape) * out_shape[2], out_shape[2]


@misconception(
    "dense_parameters",
    hint="The sum of your two numbers should be everything the layer learns. Is something in "
    "both of them?",
    source="PC18",
    fails=(
        "test_weights_of_a_grey_picture",
        "test_weights_of_a_colour_picture",
        "test_weights_of_an_output_volume",
    ),
)
def dense_with_the_biases_in_both(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    outputs = math.prod(out_shape)
    return math.prod(in_shape) * outputs + outputs, outputs


@alternative("dense_parameters")
def dense_with_numpy(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    outputs: Any = np.prod(out_shape)
    return np.prod(in_shape) * outputs, outputs


@alternative("dense_parameters")
def dense_by_adding_up_the_outputs(in_shape: Shape, out_shape: Shape) -> tuple[int, int]:
    height, width, channels = in_shape
    out_height, out_width, out_channels = out_shape
    weights = biases = 0
    for _ in range(out_height * out_width * out_channels):
        weights += height * width * channels
        biases += 1
    return weights, biases


# --- locally_connected_parameters ----------------------------------------------------------


@misconception(
    "locally_connected_parameters",
    hint="Which layer uses one kernel at all places? Is it this one?",
    seen="a learner's question about AlexNet's first layer",
    source="PC20",
    fails=(
        "test_weights_of_a_grey_picture",
        "test_weights_through_all_channels",
        "test_weights_with_stride",
        "test_weights_with_stride_and_padding",
        "test_biases",
    ),
)
def local_with_shared_kernels(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    return kernel_size**2 * in_shape[2] * out_channels, out_channels


@misconception(
    "locally_connected_parameters",
    hint="How many numbers of the input can one output see here?",
    seen="an answer to a learner's question about AlexNet's first layer",
    source="PC21",
    fails=(
        "test_weights_of_a_grey_picture",
        "test_weights_through_all_channels",
        "test_weights_with_stride",
        "test_weights_with_stride_and_padding",
    ),
)
def local_joined_to_everything(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    rows = _stops(in_shape[0], kernel_size, stride, pad)
    columns = _stops(in_shape[1], kernel_size, stride, pad)
    outputs = rows * columns * out_channels
    return math.prod(in_shape) * outputs, outputs


@misconception(
    "locally_connected_parameters",
    hint="A window is not flat. How deep is it?",
    source="PC5",
    fails=(
        "test_weights_through_all_channels",
        "test_weights_with_stride",
        "test_weights_with_stride_and_padding",
    ),
)
def local_through_one_channel(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    rows = _stops(in_shape[0], kernel_size, stride, pad)
    columns = _stops(in_shape[1], kernel_size, stride, pad)
    outputs = rows * columns * out_channels
    return outputs * kernel_size**2, outputs


@misconception(
    "locally_connected_parameters",
    hint="If two places do not share their weights, do they share a bias?",
    source="PC6",
    fails=("test_biases",),
)
def local_with_shared_biases(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    rows = _stops(in_shape[0], kernel_size, stride, pad)
    columns = _stops(in_shape[1], kernel_size, stride, pad)
    return rows * columns * out_channels * kernel_size**2 * in_shape[2], out_channels


@misconception(
    "locally_connected_parameters",
    hint="Do you count the pixels of the input, or the places where the window stops?",
    source="PC7",
    fails=(
        "test_weights_of_a_grey_picture",
        "test_weights_with_stride",
        "test_weights_with_stride_and_padding",
        "test_biases",
    ),
)
def local_with_a_kernel_per_pixel(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    height, width, in_channels = in_shape
    outputs = height * width * out_channels
    return outputs * kernel_size**2 * in_channels, outputs


@misconception(
    "locally_connected_parameters",
    hint="Is the picture as wide as it is high? Which of the two numbers do you use?",
    source="PC19",
    fails=(
        "test_weights_through_all_channels",
        "test_weights_with_stride",
        "test_weights_with_stride_and_padding",
        "test_biases",
    ),
)
def local_on_square_pictures_only(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    outputs = _stops(in_shape[0], kernel_size, stride, pad) ** 2 * out_channels
    return outputs * kernel_size**2 * in_shape[2], outputs


@misconception(
    "locally_connected_parameters",
    hint="Two of the arguments do not appear in your result. What do they do to the window?",
    source="OS13",
    fails=(
        "test_weights_through_all_channels",
        "test_weights_with_stride",
        "test_weights_with_stride_and_padding",
        "test_biases",
    ),
)
def local_without_stride_and_padding(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    height, width, in_channels = in_shape
    outputs = (height - kernel_size + 1) * (width - kernel_size + 1) * out_channels
    return outputs * kernel_size**2 * in_channels, outputs


@misconception(
    "locally_connected_parameters",
    hint="Does an output at the border own a smaller kernel than the others? See what the "
    "specification says about weights that fall on padding.",
    source="CN3",
    fails=("test_weights_through_all_channels", "test_weights_with_stride_and_padding"),
)
def local_with_smaller_kernels_at_the_border(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    rows = _stops(in_shape[0], kernel_size, stride, pad)
    columns = _stops(in_shape[1], kernel_size, stride, pad)
    weights = _pairs(in_shape, kernel_size, stride, pad) * in_shape[2] * out_channels
    return weights, rows * columns * out_channels


@alternative("locally_connected_parameters")
def local_by_visiting_every_place(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    height, width, in_channels = in_shape
    weights = biases = 0
    for _ in range(0, height + 2 * pad - kernel_size + 1, stride):
        for _ in range(0, width + 2 * pad - kernel_size + 1, stride):
            weights += kernel_size * kernel_size * in_channels * out_channels
            biases += out_channels
    return weights, biases


@alternative("locally_connected_parameters")
def local_as_the_size_of_an_array(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[int, int]:
    rows = (in_shape[0] + 2 * pad - kernel_size) // stride + 1
    columns = (in_shape[1] + 2 * pad - kernel_size) // stride + 1
    kernels = np.zeros((rows, columns, kernel_size, kernel_size, in_shape[2], out_channels))
    biases = np.zeros((rows, columns, out_channels))
    return kernels.size, biases.size


# --- conv_parameters -----------------------------------------------------------------------


@misconception(
    "conv_parameters",
    hint="Through how many channels of the input does one filter reach?",
    seen="options of two public quizzes; a lecture; two forums",
    source="PC1",
    fails=(
        "test_weights_of_fewer_filters_than_channels",
        "test_weights_of_more_filters_than_channels",
    ),
)
def filters_through_one_channel(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    return kernel_size**2 * out_channels, out_channels


@misconception(
    "conv_parameters",
    hint="One number of every filter is missing. It multiplies nothing.",
    seen="options of two public quizzes",
    source="PC2",
    fails=("test_biases",),
)
def filters_without_biases(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    return kernel_size**2 * in_channels * out_channels, 0


@misconception(
    "conv_parameters",
    hint="Can two filters of your layer have different offsets?",
    seen="an option of a public quiz; a forum thread",
    source="PC3",
    fails=("test_biases",),
)
def one_bias_for_all_filters(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    return kernel_size**2 * in_channels * out_channels, 1


@misconception(
    "conv_parameters",
    hint="A filter adds its products over all input channels into one number. How often is "
    "the bias added to that number?",
    seen="a forum thread",
    source="PC4",
    fails=("test_biases",),
)
def one_bias_for_each_pair_of_channels(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    return kernel_size**2 * in_channels * out_channels, in_channels * out_channels


@misconception(
    "conv_parameters",
    hint="kernel_size is the side of a square. How many numbers does the square hold?",
    source="PC22",
    fails=(
        "test_weights_of_one_grey_filter",
        "test_weights_of_several_filters",
        "test_weights_of_fewer_filters_than_channels",
        "test_weights_of_more_filters_than_channels",
    ),
)
def filters_that_are_one_row(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    return kernel_size * in_channels * out_channels, out_channels


@misconception(
    "conv_parameters",
    hint="How many channels come out, and which filter makes the second one?",
    source="PC23",
    fails=(
        "test_weights_of_several_filters",
        "test_weights_of_fewer_filters_than_channels",
        "test_weights_of_more_filters_than_channels",
        "test_biases",
    ),
)
def weights_of_one_filter(kernel_size: int, in_channels: int, out_channels: int) -> tuple[int, int]:
    return kernel_size**2 * in_channels, 1


@alternative("conv_parameters")
def conv_as_the_size_of_an_array(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    return np.zeros((kernel_size, kernel_size, in_channels, out_channels)).size, out_channels


@alternative("conv_parameters")
def conv_by_adding_up_the_filters(
    kernel_size: int, in_channels: int, out_channels: int
) -> tuple[int, int]:
    filters = [(in_channels * kernel_size * kernel_size, 1) for _ in range(out_channels)]
    return sum(weights for weights, _ in filters), sum(bias for _, bias in filters)


# --- connections ---------------------------------------------------------------------------


@misconception(
    "connections",
    hint="A shared weight is used at many places. Does it join only one pair of numbers?",
    source="CN1",
    fails=(
        "test_grey_picture",
        "test_channels",
        "test_stride",
        "test_padding",
        "test_stride_and_padding",
        "test_windows_on_padding_alone",
    ),
)
def connections_are_the_shared_weights(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    return kernel_size**2 * in_shape[2] * out_channels


@misconception(
    "connections",
    hint="Is a zero of the padding one of the numbers of the input? Count the smallest "
    "padded picture by hand: the corners first.",
    source="CN3",
    fails=("test_padding", "test_stride_and_padding", "test_windows_on_padding_alone"),
)
def connections_to_the_padding(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    rows = _stops(in_shape[0], kernel_size, stride, pad)
    columns = _stops(in_shape[1], kernel_size, stride, pad)
    return rows * columns * out_channels * kernel_size**2 * in_shape[2]


@misconception(
    "connections",
    hint="Which number of the input does a bias join to its output?",
    source="CN2",
    fails=(
        "test_grey_picture",
        "test_channels",
        "test_stride",
        "test_padding",
        "test_stride_and_padding",
        "test_windows_on_padding_alone",
    ),
)
def connections_with_the_biases(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    rows = _stops(in_shape[0], kernel_size, stride, pad)
    columns = _stops(in_shape[1], kernel_size, stride, pad)
    joined = _pairs(in_shape, kernel_size, stride, pad) * in_shape[2]
    return (joined + rows * columns) * out_channels


@misconception(
    "connections",
    hint="Take one output by itself. Is it joined to one channel in its window, or to all?",
    source="CN4",
    fails=("test_channels", "test_stride_and_padding"),
)
def connections_to_one_input_channel(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    return _pairs(in_shape, kernel_size, stride, pad) * out_channels


@misconception(
    "connections",
    hint="How many outputs are there at one place of the window?",
    source="CN4",
    fails=("test_channels", "test_stride_and_padding"),
)
def connections_of_one_output_channel(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    return _pairs(in_shape, kernel_size, stride, pad) * in_shape[2]


@misconception(
    "connections",
    hint="Which numbers of the input lie outside the window of an output? Are they joined to it?",
    source="CN5",
    fails=(
        "test_grey_picture",
        "test_channels",
        "test_stride",
        "test_padding",
        "test_stride_and_padding",
        "test_windows_on_padding_alone",
    ),
)
def connections_of_a_dense_layer(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    rows = _stops(in_shape[0], kernel_size, stride, pad)
    columns = _stops(in_shape[1], kernel_size, stride, pad)
    return math.prod(in_shape) * rows * columns * out_channels


@misconception(
    "connections",
    hint="How many real inputs does a window see that lies on padding alone? Print what your "
    "function adds up for such a window.",
    source="CN3",
    fails=("test_windows_on_padding_alone",),
)
def connections_below_zero_outside(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    height, width, in_channels = in_shape
    pairs = 0
    for top in range(-pad, height + pad - kernel_size + 1, stride):
        for left in range(-pad, width + pad - kernel_size + 1, stride):
            rows = min(top + kernel_size, height) - max(top, 0)
            columns = min(left + kernel_size, width) - max(left, 0)
            pairs += rows * columns * in_channels * out_channels
    return pairs


@alternative("connections")
def connections_one_by_one(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    height, width, in_channels = in_shape
    pairs = 0
    for top in range(-pad, height + pad - kernel_size + 1, stride):
        for left in range(-pad, width + pad - kernel_size + 1, stride):
            for row in range(top, top + kernel_size):
                for column in range(left, left + kernel_size):
                    if 0 <= row < height and 0 <= column < width:
                        pairs += in_channels * out_channels
    return pairs


@alternative("connections")
def connections_on_a_padded_picture_of_ones(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    ones = np.pad(np.ones(in_shape[:2], dtype=int), pad)
    windows = np.lib.stride_tricks.sliding_window_view(ones, (kernel_size, kernel_size))
    joined: int = windows[::stride, ::stride].sum()
    return joined * in_shape[2] * out_channels


@alternative("connections")
def connections_seen_from_the_inputs(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> int:
    height, width, in_channels = in_shape

    def windows_over(place: int, size: int) -> int:
        starts = range(-pad, size + pad - kernel_size + 1, stride)
        return sum(start <= place < start + kernel_size for start in starts)

    return sum(
        windows_over(row, height) * windows_over(column, width) * in_channels * out_channels
        for row in range(height)
        for column in range(width)
    )


# --- saving --------------------------------------------------------------------------------


def _three_counts(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int, pad: int
) -> tuple[int, int, int, int]:
    """Return the weights of a dense, a local and a convolutional layer, and the outputs."""
    rows = _stops(in_shape[0], kernel_size, stride, pad)
    columns = _stops(in_shape[1], kernel_size, stride, pad)
    outputs = rows * columns * out_channels
    window = kernel_size**2 * in_shape[2]
    return outputs * math.prod(in_shape), outputs * window, window * out_channels, outputs


@misconception(
    "saving",
    hint="What would the layer cost if it were local but shared nothing? You go from dense to "
    "convolutional in one step.",
    seen="two threads of learners' questions",
    source="SV2",
    fails=(
        "test_by_sharing",
        "test_by_sharing_with_stride_and_padding",
        "test_product_is_the_whole_saving",
    ),
)
def credits_sharing_with_everything(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, local, conv, _ = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    return dense / local, dense / conv


@misconception(
    "saving",
    hint="Does sparsity really save nothing? Put three numbers in a row: dense, locally "
    "connected, convolutional.",
    seen="two threads of learners' questions",
    source="SV3",
    fails=(
        "test_by_sharing",
        "test_by_sparsity",
        "test_by_sharing_with_stride_and_padding",
        "test_by_sparsity_with_stride_and_padding",
    ),
)
def calls_sparsity_redundant(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, _, conv, _ = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    return 1.0, dense / conv


@misconception(
    "saving",
    hint="Put three numbers in a row: dense, locally connected, convolutional. Between which "
    "two of them does sparsity act alone?",
    source="SV3",
    fails=(
        "test_by_sparsity",
        "test_by_sparsity_with_stride_and_padding",
        "test_product_is_the_whole_saving",
    ),
)
def credits_sparsity_with_everything(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, local, conv, _ = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    return dense / conv, local / conv


@misconception(
    "saving",
    hint="Which step removes connections, and which one uses a weight at many places?",
    source="SV1",
    fails=(
        "test_by_sharing",
        "test_by_sparsity",
        "test_by_sharing_with_stride_and_padding",
        "test_by_sparsity_with_stride_and_padding",
    ),
)
def swaps_the_two_savings(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, local, conv, _ = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    return local / conv, dense / local


@misconception(
    "saving",
    hint='"How many times fewer" is not a difference. What is it?',
    source="SV4",
    fails=(
        "test_by_sharing",
        "test_by_sparsity",
        "test_by_sharing_with_stride_and_padding",
        "test_by_sparsity_with_stride_and_padding",
        "test_product_is_the_whole_saving",
    ),
)
def subtracts_instead_of_dividing(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, local, conv, _ = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    return dense - local, local - conv


@misconception(
    "saving",
    hint="A saving should be larger than one here. Which of the two counts belongs on top?",
    source="SV4",
    fails=(
        "test_by_sharing",
        "test_by_sparsity",
        "test_by_sharing_with_stride_and_padding",
        "test_by_sparsity_with_stride_and_padding",
        "test_product_is_the_whole_saving",
    ),
)
def divides_upside_down(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, local, conv, _ = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    return local / dense, conv / local


@misconception(
    "saving",
    hint="Which of the two results of your counting functions does this exercise compare?",
    seen="a learner's question about AlexNet's first layer",
    source="SV5",
    fails=(
        "test_by_sparsity",
        "test_by_sparsity_with_stride_and_padding",
        "test_product_is_the_whole_saving",
    ),
)
def compares_with_the_biases(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, local, conv, outputs = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    return (dense + outputs) / (local + outputs), (local + outputs) / (conv + out_channels)


@misconception(
    "saving",
    hint="Is there a bias in one of your counts and none in the other? Compare like with like.",
    seen="a learner's question about AlexNet's first layer",
    source="SV5",
    fails=(
        "test_by_sharing",
        "test_by_sparsity",
        "test_by_sharing_with_stride_and_padding",
        "test_by_sparsity_with_stride_and_padding",
    ),
)
def compares_biases_on_one_side_only(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, local, conv, outputs = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    return dense / (local + outputs), (local + outputs) / conv


@misconception(
    "saving",
    hint="Must a ratio be a whole number? Look at the division you use.",
    source="SV6",
    fails=(
        "test_by_sparsity",
        "test_by_sparsity_with_stride_and_padding",
        "test_product_is_the_whole_saving",
    ),
)
def rounds_the_savings_down(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, local, conv, _ = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    return dense // local, local // conv


@misconception(
    "saving",
    hint="Do the layers you compare have the same number of outputs?",
    seen="two threads of learners' questions",
    source="SV7",
    fails=(
        "test_by_sparsity",
        "test_by_sparsity_with_stride_and_padding",
        "test_product_is_the_whole_saving",
    ),
)
def compares_other_output_volumes(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    _, local, conv, _ = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    height, width, _ = in_shape
    dense = math.prod(in_shape) * height * width
    return dense / local, local / conv


@misconception(
    "saving",
    hint="At the border, does a locally connected output own a smaller kernel? Your saving "
    "divides by connections where it should divide by weights.",
    source="CN3",
    fails=("test_by_sharing_with_stride_and_padding", "test_by_sparsity_with_stride_and_padding"),
)
def compares_connections_with_weights(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    dense, _, conv, _ = _three_counts(in_shape, kernel_size, out_channels, stride, pad)
    joined = _pairs(in_shape, kernel_size, stride, pad) * in_shape[2] * out_channels
    return dense / joined, joined / conv


@alternative("saving")
def saving_in_closed_form(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    height, width, _ = in_shape
    places = _stops(height, kernel_size, stride, pad) * _stops(width, kernel_size, stride, pad)
    return height * width / kernel_size**2, places


@alternative("saving")
def saving_with_numpy(
    in_shape: Shape, kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0
) -> tuple[float, float]:
    rows, columns = (np.array(in_shape[:2]) + 2 * pad - kernel_size) // stride + 1
    dense = np.prod(in_shape) * rows * columns * out_channels
    local = kernel_size**2 * in_shape[2] * rows * columns * out_channels
    conv = kernel_size**2 * in_shape[2] * out_channels
    by_sparsity, by_sharing = np.divide([dense, local], [local, conv])
    return by_sparsity, by_sharing


# --- network_parameters --------------------------------------------------------------------


def _walk(
    layers: list[Layer],
    in_shape: Shape,
    depth: Any = None,
    after_conv: Any = None,
    after_pool: Any = None,
    learned_by_pool: Any = None,
    flat: Any = None,
) -> tuple[int, int]:
    """Add up a network; each of the last arguments replaces one of the right rules."""
    depth = depth or (lambda channels: channels)
    after_conv, after_pool = after_conv or _stops, after_pool or _stops
    learned_by_pool = learned_by_pool or (lambda size, channels: (0, 0))
    flat = flat or (lambda height, width, channels: height * width * channels)
    weights = biases = 0
    height, width, channels = in_shape
    for layer in layers:
        if layer["layer"] == "conv":
            size, stride, pad = layer["kernel_size"], layer["stride"], layer["pad"]
            weights += size**2 * depth(channels) * layer["out_channels"]
            biases += layer["out_channels"]
            height = after_conv(height, size, stride, pad)
            width = after_conv(width, size, stride, pad)
            channels = layer["out_channels"]
        elif layer["layer"] in ("max_pool", "average_pool"):
            size, stride = layer["size"], layer["stride"]
            learned = learned_by_pool(size, channels)
            weights, biases = weights + learned[0], biases + learned[1]
            height, width = after_pool(height, size, stride, 0), after_pool(width, size, stride, 0)
        elif layer["layer"] == "flatten":
            height, width, channels = 1, 1, flat(height, width, channels)
        else:
            weights += channels * layer["units"]
            biases += layer["units"]
            channels = layer["units"]
    return weights, biases


@misconception(
    "network_parameters",
    hint="What would gradient descent change in a pooling layer? A size that you chose is not "
    "something that is learned.",
    seen="a web course; a guide",
    source="NP1",
    fails=(
        "test_weights_of_pooling",
        "test_weights_of_a_dense_layer_after_pooling",
        "test_weights_after_pooling_with_a_remainder",
        "test_whole_network",
    ),
)
def counts_pooling_windows(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    return _walk(layers, in_shape, learned_by_pool=lambda size, channels: (size**2, 0))


@misconception(
    "network_parameters",
    hint="Taking a maximum or a mean uses no weight and no bias. What did you count for it?",
    seen="two public pages",
    source="PC11",
    fails=(
        "test_weights_of_pooling",
        "test_weights_of_a_dense_layer_after_pooling",
        "test_weights_after_pooling_with_a_remainder",
        "test_biases",
        "test_whole_network",
    ),
)
def counts_pooling_as_a_convolution(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    return _walk(
        layers, in_shape, learned_by_pool=lambda size, channels: (size**2 * channels, channels)
    )


@misconception(
    "network_parameters",
    hint="Some numbers of the network are added and not multiplied. Which layers have them?",
    seen="options of public quizzes",
    source="NP6",
    fails=("test_biases", "test_whole_network"),
)
def network_without_biases(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    return _walk(layers, in_shape)[0], 0


@misconception(
    "network_parameters",
    hint="How many channels go into the second convolution: those of the picture, or what the "
    "layer before it gives?",
    source="NP2",
    fails=(
        "test_weights_of_convolutions_in_a_row",
        "test_weights_of_pooling",
        "test_whole_network",
    ),
)
def takes_the_channels_of_the_picture(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    return _walk(layers, in_shape, depth=lambda channels: in_shape[2])


@misconception(
    "network_parameters",
    hint="A pooling layer learns nothing. Does it leave the volume as it is?",
    source="NP3",
    fails=(
        "test_weights_of_a_dense_layer_after_pooling",
        "test_weights_after_pooling_with_a_remainder",
        "test_whole_network",
    ),
)
def skips_pooling_altogether(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    return _walk(layers, in_shape, after_pool=lambda side, size, stride, pad: side)


@misconception(
    "network_parameters",
    hint="How many numbers does the last volume hold when it is written as one row?",
    source="NP4",
    fails=(
        "test_weights_of_one_dense_layer",
        "test_weights_of_a_dense_layer_after_pooling",
        "test_weights_after_pooling_with_a_remainder",
        "test_weights_of_a_dense_layer_after_a_convolution",
        "test_whole_network",
    ),
)
def flattens_one_channel(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    return _walk(layers, in_shape, flat=lambda height, width, channels: height * width)


@misconception(
    "network_parameters",
    hint="Pooling has windows too. What happens to one that would stick out?",
    source="NP5",
    fails=("test_weights_after_pooling_with_a_remainder", "test_whole_network"),
)
def keeps_a_pooling_window_that_sticks_out(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    def after_pool(side: int, size: int, stride: int, pad: int) -> int:
        return math.ceil((side - size) / stride) + 1

    return _walk(layers, in_shape, after_pool=after_pool)


@misconception(
    "network_parameters",
    hint="A pooling layer has a size and a stride. Which of the two says how far its window moves?",
    source="OS10",
    fails=("test_weights_after_pooling_with_a_remainder", "test_whole_network"),
)
def pools_without_overlap(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    return _walk(layers, in_shape, after_pool=lambda side, size, stride, pad: side // size)


@misconception(
    "network_parameters",
    hint="Does a convolution leave height and width as they are? Follow the volume from layer "
    "to layer.",
    source="NP3",
    fails=("test_weights_of_a_dense_layer_after_a_convolution", "test_whole_network"),
)
def keeps_height_and_width_in_convolutions(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    return _walk(layers, in_shape, after_conv=lambda side, size, stride, pad: side)


@misconception(
    "network_parameters",
    hint="After a call of your function, what is left of the list that was passed to it?",
    source="",
    fails=("test_whole_network",),
)
def empties_the_list_of_layers(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    own = [layers.pop(0) for _ in range(len(layers))]
    return _walk(own, in_shape)


@alternative("network_parameters")
def network_with_a_row_after_flattening(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    weights = biases = 0
    shape: tuple[int, ...] = in_shape
    for layer in layers:
        kind = layer["layer"]
        if kind == "flatten":
            shape = (int(np.prod(shape)),)
        elif kind == "dense":
            weights, biases = weights + shape[0] * layer["units"], biases + layer["units"]
            shape = (layer["units"],)
        else:
            size = layer["kernel_size"] if kind == "conv" else layer["size"]
            height, width, channels = shape
            if kind == "conv":
                weights += size * size * channels * layer["out_channels"]
                biases += layer["out_channels"]
                channels = layer["out_channels"]
            stride, pad = layer["stride"], layer.get("pad", 0)
            shape = _stops(height, size, stride, pad), _stops(width, size, stride, pad), channels
    return weights, biases


@alternative("network_parameters")
def network_from_its_first_layer_on(layers: list[Layer], in_shape: Shape) -> tuple[int, int]:
    def count(number: int, height: int, width: int, channels: int) -> tuple[int, int]:
        if number == len(layers):
            return 0, 0
        layer = layers[number]
        weights = biases = 0
        if layer["layer"] == "conv":
            filters, size = layer["out_channels"], layer["kernel_size"]
            weights, biases = size**2 * channels * filters, filters
            height = _stops(height, size, layer["stride"], layer["pad"])
            width = _stops(width, size, layer["stride"], layer["pad"])
            channels = filters
        elif layer["layer"].endswith("_pool"):
            height = _stops(height, layer["size"], layer["stride"], 0)
            width = _stops(width, layer["size"], layer["stride"], 0)
        elif layer["layer"] == "dense":
            weights, biases = height * width * channels * layer["units"], layer["units"]
            height, width, channels = 1, 1, layer["units"]
        later_weights, later_biases = count(number + 1, height, width, channels)
        return weights + later_weights, biases + later_biases

    return count(0, *in_shape)
