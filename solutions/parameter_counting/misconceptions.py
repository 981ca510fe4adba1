"""Known mistakes in the assignment "parameter_counting".

C4W1 is week 1 of course 4 of the Deep Learning Specialization, CS231n its assignment 2; both
were looked through in public student repositories, and besides them public quizzes, forums
and texts on how parameters are counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from autograder.explanation.misconceptions import NEVER, Chosen, Mistakes, Wrong

from .. import _families as families
from .._contrasts import OF_LAYERS
from .._evidence import EVIDENCE
from . import Layer, Shape

CONTRASTS = OF_LAYERS
IDEAS = {
    "output_size": "counting",
    "dense_parameters": "counting",
    "locally_connected_parameters": "counting",
    "answer_1": "sparsity",
    "conv_parameters": "sharing",
    "answer_2": "sharing",
    "connections": "sparsity",
    "answer_3": "counting",
    "saving": "sharing",
    "answer_4": "sparsity",
    "network_parameters": "counting",
}

# --- steps that several exercises take ------------------------------------------------------


def _stops(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return (size + 2 * pad - kernel_size) // stride + 1


def _one_too_few(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return (size + 2 * pad - kernel_size) // stride


def _one_added_twice(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return (size + 2 * pad - kernel_size + 1) // stride + 1


def _one_before_dividing(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return (size + 2 * pad - kernel_size + 1) // stride


def _rounded_up(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return math.ceil((size + 2 * pad - kernel_size) / stride) + 1


def _rounded(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return round((size + 2 * pad - kernel_size) / stride) + 1


def _rounded_with_the_one(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return round(1 + (size + 2 * pad - kernel_size) / stride)


def _with_a_fraction(size: int, kernel_size: int, stride: int, pad: int) -> float:
    return (size + 2 * pad - kernel_size) / stride + 1


def _without_remainder(size: int, kernel_size: int, stride: int, pad: int) -> int:
    assert (size + 2 * pad - kernel_size) % stride == 0, "the windows do not fit"
    return (size + 2 * pad - kernel_size) // stride + 1


def _padded_once(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return (size + pad - kernel_size) // stride + 1


def _side_by_side(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return (size + 2 * pad) // kernel_size


def _without_pad(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return (size - kernel_size) // stride + 1


def _without_stride(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return size + 2 * pad - kernel_size + 1


def _without_both(size: int, kernel_size: int, stride: int, pad: int) -> int:
    return size - kernel_size + 1


def _product(numbers: Iterable[int]) -> int:
    return math.prod(numbers)


def _square(kernel_size: int) -> int:
    return kernel_size**2


def _as_it_is(number: int) -> int:
    return number


def _rows_and_columns(rows: int, columns: int) -> tuple[int, int]:
    return rows, columns


def _rows_twice(rows: int, columns: int) -> tuple[int, int]:
    return rows, rows


def _pair(weights: int, biases: int) -> tuple[int, int]:
    return weights, biases


def _inside(start: int, kernel_size: int, size: int) -> int:
    return max(min(start + kernel_size, size) - max(start, 0), 0)


def _added_up(
    stops: int, start: int, pixels: int, kernel_size: int, size: int, inside: Callable[..., Any]
) -> int:
    return sum(inside(start + stop * pixels, kernel_size, size) for stop in range(stops))


def _on_real_inputs(in_shape: Shape, kernel_size: int, stride: int, pad: int) -> int:
    """Return how many numbers of one channel all windows hold together, without padding."""
    rows, columns = (
        _added_up(_stops(size, kernel_size, stride, pad), -pad, stride, kernel_size, size, _inside)
        for size in in_shape[:2]
    )
    return rows * columns


# --- families of mistakes -------------------------------------------------------------------

WITHOUT_STRIDE_AND_PADDING = Wrong(
    "Two of the arguments do not appear in your result. What do they do to the window?", "OS13"
)
BIASES_FIRST = Wrong(
    "Which of the two numbers is asked for first? Compare with the order in which you return them.",
    result=lambda weights, biases: (biases, weights),
)
A_WINDOW_PER_PIXEL = Wrong(
    "Do you count the pixels of the input, or the positions where the window stops?",
    "PC7",
    side=lambda size, kernel_size, stride, pad: size,
)
SQUARE_PICTURES = Wrong(
    "Is the picture as wide as it is high? Which of the two numbers do you use?", "PC19"
)
WINDOWS_OF_ONE_ROW = Wrong(
    "kernel_size is one side of the window. How many numbers does the whole square hold?", "PC22"
)
WITHOUT_REMAINDERS = Wrong(
    "What does the rule of output_size say about a last window that would stick out: leave "
    "it out, or refuse the picture?",
    "OS9",
    side=_without_remainder,
)
ONE_ADDED_TWICE = Wrong(
    "Draw the windows of one row where the last one just fails to fit. Do you count a position "
    "that does not exist?",
    "OS4",
    side=_one_added_twice,
)
ONE_ADDED_BEFORE_DIVIDING = Wrong(
    "Take a picture exactly as large as the window and a stride of 2. At how many positions "
    "does the window stop, and how many do you count?",
    "OS11",
    side=_one_before_dividing,
)
WITHOUT_THE_FIRST_PLACE = Wrong(
    "At how many positions does a window stop on a picture that is exactly as large? How many "
    "do you count?",
    "OS3",
    side=_one_too_few,
)
WINDOWS_THAT_STICK_OUT = Wrong(
    "Draw the last window of a row. Does all of it lie on the padded picture?",
    "OS5",
    side=_rounded_up,
)
WITHOUT_PADDING = Wrong(
    "Which of the arguments never changes your result? A larger border gives the window "
    "more positions.",
    "OS13",
    side=_without_pad,
)
WITHOUT_STRIDE = Wrong(
    "Which of the arguments never changes your result? Longer steps leave fewer positions.",
    "OS13",
    side=_without_stride,
)
PADDED_AT_ONE_BORDER = Wrong(
    "A row has two ends, and zeros are added at both. At how many positions does the window "
    "stop then?",
    "OS6",
    side=_padded_once,
)
A_FRACTION_OF_A_PLACE = Wrong(
    "Print the number of positions along one side, and its type. Can a window stop at half "
    "a position?",
    "OS7",
    side=_with_a_fraction,
)
WINDOWS_SIDE_BY_SIDE = Wrong(
    "Do your windows overlap when the stride is smaller than the window? Which argument "
    "moves them?",
    "OS10",
    side=_side_by_side,
)
ONE_CHANNEL_DEEP = Wrong(
    "A window is not flat. How deep is it?", "PC5", depth=lambda in_channels: 1
)
BIASES_IN_BOTH = Wrong(
    "The sum of your two numbers should be everything the layer learns. Is something in "
    "both of them?",
    "PC18",
    result=lambda weights, biases: (weights + biases, biases),
)


# --- output_size ----------------------------------------------------------------------------


def _moves_without_remainder(length: int, taken: int, pixels: int) -> int:
    assert (length - taken) % pixels == 0, "the windows do not fit"
    return (length - taken) // pixels


def _output_size(
    size: int,
    kernel_size: int,
    stride: int = 1,
    pad: int = 0,
    *,
    padded: Callable[..., Any] = lambda size, pad: size + 2 * pad,
    first: Callable[..., Any] = _as_it_is,
    move: Callable[..., Any] = lambda kernel_size, stride: stride,
    moves: Callable[..., Any] = lambda length, taken, pixels: (length - taken) // pixels,
    stops: Callable[..., Any] = lambda moves: moves + 1,
) -> Any:
    """The padded side, what the first stop takes of it, how many moves the rest allows."""
    pixels = move(kernel_size, stride)
    return stops(moves(padded(size, pad), first(kernel_size), pixels))


output_size = Mistakes("output_size", _output_size, evidence=EVIDENCE)

output_size.wrong(
    does_not_round_the_size_down=Wrong(
        "How often a window stops is a whole number. Which of Python's two divisions gives one?",
        "OS7",
        seen=(11, "11 of 70 student repositories of CS231n"),
        moves=lambda length, taken, pixels: (length - taken) / pixels,
    ),
    refuses_a_remainder=Wrong(
        "What should happen to a last window that does not fit? Read that sentence of the text at "
        "the top of the function again: is it an error?",
        "OS9",
        seen=(4, "4 of 70 student repositories of CS231n"),
        moves=_moves_without_remainder,
    ),
    takes_the_kernel_for_the_stride=families.MOVED_BY_ITS_OWN_SIZE.but(
        "Which argument says how far the window moves: its own size, or another one?", "OS10"
    ),
    adds_one_twice=Wrong(
        "You add one inside the division and one outside. Draw a case in which the last "
        "window just fails to fit: which of the two ones counts a position that does not exist?",
        "OS4",
        seen=(1, "1 of 76 student repositories of C4W1"),
        first=lambda kernel_size: kernel_size - 1,
    ),
    adds_one_before_dividing=Wrong(
        "Take an input exactly as long as the window, and a stride of 2. How often does the "
        "window stop, and what does your formula say?",
        "OS11",
        first=lambda kernel_size: kernel_size - 1,
        stops=lambda moves: moves,
    ),
    forgets_the_first_place=Wrong(
        "How often does a window stop on an input that is exactly as long as the window?",
        "OS3",
        stops=lambda moves: moves,
    ),
    counts_the_window_that_sticks_out=Wrong(
        "Draw the last window that you count. Does all of it lie on the padded input?",
        "OS5",
        moves=lambda length, taken, pixels: math.ceil((length - taken) / pixels),
    ),
    pads_one_end_only=Wrong(
        "An input has two ends. How many zeros does the padded input have in all?",
        "OS6",
        padded=lambda size, pad: size + pad,
    ),
    rounds_to_the_nearest=families.ROUNDED.but(
        moves=lambda length, taken, pixels: round((length - taken) / pixels)
    ),
    ignores_stride_and_padding=WITHOUT_STRIDE_AND_PADDING.but(
        padded=lambda size, pad: size, move=lambda kernel_size, stride: 1
    ),
    ignores_the_padding=Wrong(
        "One of the arguments does not change your result. How long is the side once the zeros "
        "stand at its ends?",
        "OS13",
        padded=lambda size, pad: size,
    ),
    ignores_the_stride=Wrong(
        "One of the arguments does not change your result. Should a window that takes longer "
        "steps stop as often?",
        "OS13",
        move=lambda kernel_size, stride: 1,
    ),
    divides_the_kernel_alone=Wrong(
        "Which operation comes first in your formula, the division or the subtraction? Try a "
        "side of 6, a window of 3 and a stride of 2 by hand.",
        moves=lambda length, taken, pixels: length - taken // pixels,
    ),
    forgets_what_the_first_window_takes=Wrong(
        "A window as long as the side cannot move at all. Where does the length of the window "
        "stand in your formula?",
        first=lambda kernel_size: 0,
    ),
    adds_the_one_to_the_stride=Wrong(
        "How often does a window stop on a side that is exactly as long as the window? What does "
        "your formula give for it, and to what does it add the 1?",
        move=lambda kernel_size, stride: stride + 1,
        stops=lambda moves: moves,
    ),
    stops_before_the_last_start=Wrong(
        "Where may the last window start? The end of a Python range is not included: try a "
        "window as long as its side.",
        moves=lambda length, taken, pixels: math.ceil((length - taken) / pixels),
        stops=lambda moves: moves,
    ),
    starts_windows_that_stick_out=Wrong(
        "On a side of 5, with a window of 3 and a stride of 2, at which places does a window start "
        "that lies wholly on the side, and how many starts do you count?",
        moves=lambda length, taken, pixels: (length - 1) // pixels,
    ),
)


# --- dense_parameters -----------------------------------------------------------------------


def _dense_parameters(
    in_shape: Shape,
    out_shape: Shape,
    *,
    inputs: Callable[..., Any] = _product,
    outputs: Callable[..., Any] = _product,
    biases: Callable[..., Any] = lambda inputs, outputs, out_channels: outputs,
    result: Callable[..., Any] = _pair,
) -> Any:
    """How many inputs and outputs there are, the biases, and what is returned."""
    sources, units = inputs(in_shape), outputs(out_shape)
    return result(sources * units, biases(sources, units, out_shape[2]))


dense_parameters = Mistakes("dense_parameters", _dense_parameters, evidence=EVIDENCE)

dense_parameters.wrong(
    counts_the_dense_layer_without_biases=Wrong(
        "Besides its weights, what else does each output of a dense layer own?",
        "PC8",
        biases=lambda inputs, outputs, out_channels: 0,
    ),
    counts_the_dense_layer_from_one_input_channel=Wrong(
        "How many numbers is one pixel of a colour picture?",
        "PC9",
        inputs=lambda in_shape: in_shape[0] * in_shape[1],
    ),
    counts_the_dense_layer_with_one_bias=Wrong(
        "How many biases does a dense layer with 4 outputs have, by hand, and how many do you "
        "count?",
        "PC10",
        biases=lambda inputs, outputs, out_channels: 1,
    ),
    takes_the_channels_for_all_outputs=Wrong(
        "How many numbers does the output volume hold? Your layer has that many outputs.",
        "PC13",
        outputs=lambda out_shape: out_shape[2],
    ),
    counts_the_dense_layer_with_the_biases_in_both=BIASES_IN_BOTH,
    adds_the_sides_up=Wrong(
        "How many numbers does a picture of 2 × 3 pixels with 4 channels hold? What do you do with "
        "the three sides?",
        inputs=lambda in_shape: sum(in_shape),
        outputs=lambda out_shape: sum(out_shape),
    ),
    counts_the_dense_layer_to_one_output_channel=Wrong(
        "The output is a volume too. How many numbers stand at each of its positions?",
        outputs=lambda out_shape: out_shape[0] * out_shape[1],
    ),
    counts_the_dense_layer_with_a_bias_for_each_channel=Wrong(
        "Outputs at two positions of one channel: do they share anything in a dense layer?",
        biases=lambda inputs, outputs, out_channels: out_channels,
    ),
    counts_the_dense_layer_with_a_bias_for_each_input=Wrong(
        "To what is a bias added, to an input or to an output? Count those.",
        biases=lambda inputs, outputs, out_channels: inputs,
    ),
    counts_the_dense_layer_with_everything_in_one_number=Wrong(
        "The text at the top of the function asks for two numbers. Which two did you add up?",
        result=lambda weights, biases: weights + biases,
    ),
    counts_the_dense_layer_with_the_biases_first=BIASES_FIRST,
)


# --- locally_connected_parameters -----------------------------------------------------------


def _locally_connected_parameters(
    in_shape: Shape,
    kernel_size: int,
    out_channels: int,
    stride: int = 1,
    pad: int = 0,
    *,
    side: Callable[..., Any] = _stops,
    shape: Callable[..., Any] = _rows_and_columns,
    places: Callable[..., Any] = lambda rows, columns: rows * columns,
    area: Callable[..., Any] = lambda kernel_size, in_shape: kernel_size**2,
    owned: Callable[..., Any] = lambda places, area, in_shape, window: places * area,
    depth: Callable[..., Any] = _as_it_is,
    filters: Callable[..., Any] = _as_it_is,
    biases: Callable[..., Any] = lambda places, filters, out_channels: places * filters,
    result: Callable[..., Any] = _pair,
) -> Any:
    """Count places, then the weights of one slice at all of them, then depth and filters.

    How many stops a side has, the two sides, the places; the numbers in one slice of a
    kernel, the weights that the slices of all places have together; depth and filters; the
    biases and what is returned.
    """
    window = kernel_size, stride, pad
    sides = (side(size, kernel_size, stride, pad) for size in in_shape[:2])
    kernels = places(*shape(*sides))
    weights = owned(kernels, area(kernel_size, in_shape), in_shape, window) * depth(in_shape[2])
    kinds = filters(out_channels)
    return result(weights * kinds, biases(kernels, kinds, out_channels))


locally_connected_parameters = Mistakes(
    "locally_connected_parameters", _locally_connected_parameters, evidence=EVIDENCE
)

locally_connected_parameters.wrong(
    counts_the_local_layer_with_shared_kernels=Wrong(
        "Which layer uses one kernel at all positions? Is it this one?",
        "PC20",
        places=lambda rows, columns: 1,
    ),
    counts_the_local_layer_joined_to_everything=Wrong(
        "How many numbers of the input can one output see here?",
        "PC21",
        area=lambda kernel_size, in_shape: in_shape[0] * in_shape[1],
    ),
    counts_the_local_layer_through_one_channel=ONE_CHANNEL_DEEP,
    counts_the_local_layer_with_shared_biases=Wrong(
        "If two positions do not share their weights, do they share a bias?",
        "PC6",
        biases=lambda places, filters, out_channels: out_channels,
    ),
    counts_the_local_layer_with_a_kernel_per_pixel=A_WINDOW_PER_PIXEL,
    counts_the_local_layer_on_square_pictures_only=SQUARE_PICTURES.but(shape=_rows_twice),
    counts_the_local_layer_with_smaller_kernels_at_the_border=Wrong(
        "Does an output at the border own a smaller kernel than the others? See what the text at "
        "the top of the function says about weights that fall on padding.",
        "CN3",
        owned=lambda places, area, in_shape, window: _on_real_inputs(in_shape, *window),
    ),
    counts_the_local_layer_with_one_output_for_each_place=Wrong(
        "How many numbers does the layer give at one position? Two of them do not share a kernel.",
        "PC23",
        filters=lambda out_channels: 1,
    ),
    counts_the_local_layer_with_one_kernel_for_the_channels_of_a_place=Wrong(
        "Two channels of the output look at the same window. Do they have the same weights, and "
        "could they then differ?",
        "PC23",
        filters=lambda out_channels: 1,
        biases=lambda places, filters, out_channels: places * out_channels,
    ),
    counts_the_local_layer_with_windows_of_one_row=WINDOWS_OF_ONE_ROW.but(
        area=lambda kernel_size, in_shape: kernel_size
    ),
    counts_the_local_layer_without_biases=Wrong(
        "What does each output own besides its kernel? Look for it in your second number.",
        "PC8",
        seen=NEVER,
        biases=lambda places, filters, out_channels: 0,
    ),
    counts_the_local_layer_with_one_bias=Wrong(
        "A 4 × 4 picture with a 2 × 2 window and stride 2 has 4 outputs. How many biases do they "
        "have, and how many do you count?",
        "PC10",
        seen=NEVER,
        biases=lambda places, filters, out_channels: 1,
    ),
    counts_the_local_layer_with_the_same_biases_in_all_channels=Wrong(
        "At one position there are several outputs, one for each channel. Does each of them have a "
        "bias of its own?",
        biases=lambda places, filters, out_channels: places,
    ),
    counts_the_local_layer_with_the_biases_in_both=BIASES_IN_BOTH.but(
        "Add your two numbers for 4 outputs with 4 weights each. Do you get 20, or more?"
    ),
    counts_the_local_layer_with_everything_in_one_number=Wrong(
        "The text at the top of the function asks for weights and biases apart. Which two numbers "
        "did you add?",
        result=lambda weights, biases: weights + biases,
    ),
    counts_the_local_layer_with_the_biases_first=BIASES_FIRST,
    counts_the_local_layer_with_a_fraction_of_a_place=A_FRACTION_OF_A_PLACE.but(
        "Print how many rows and columns of positions you count. Can there be half a position?"
    ),
    counts_the_local_layer_without_remainders=WITHOUT_REMAINDERS,
    counts_the_local_layer_with_windows_side_by_side=WINDOWS_SIDE_BY_SIDE,
    counts_the_local_layer_with_one_added_twice=ONE_ADDED_TWICE,
    counts_the_local_layer_with_one_added_before_dividing=ONE_ADDED_BEFORE_DIVIDING,
    counts_the_local_layer_without_the_first_place=WITHOUT_THE_FIRST_PLACE,
    counts_the_local_layer_with_windows_that_stick_out=WINDOWS_THAT_STICK_OUT,
    counts_the_local_layer_padded_at_one_border=PADDED_AT_ONE_BORDER.but(
        "A row has two ends, and zeros are added at both. How long is it then?"
    ),
    counts_the_local_layer_with_rounded_places=families.ROUNDED.but(side=_rounded),
    counts_the_local_layer_with_the_first_place_rounded=families.ROUNDED_WITH_THE_ONE.but(
        side=_rounded_with_the_one
    ),
    counts_the_local_layer_without_stride_and_padding=WITHOUT_STRIDE_AND_PADDING.but(
        side=_without_both
    ),
    counts_the_local_layer_without_padding=WITHOUT_PADDING,
    counts_the_local_layer_without_stride=WITHOUT_STRIDE,
)


# --- conv_parameters ------------------------------------------------------------------------


def _conv_parameters(
    kernel_size: int,
    in_channels: int,
    out_channels: int,
    *,
    area: Callable[..., Any] = _square,
    depth: Callable[..., Any] = _as_it_is,
    weights: Callable[..., Any] = lambda kernel, filters: kernel * filters,
    biases: Callable[..., Any] = lambda in_channels, filters: filters,
    result: Callable[..., Any] = _pair,
) -> Any:
    """The numbers in one slice, the slices of a filter, the filters, the biases."""
    kernel = area(kernel_size) * depth(in_channels)
    return result(weights(kernel, out_channels), biases(in_channels, out_channels))


conv_parameters = Mistakes("conv_parameters", _conv_parameters, evidence=EVIDENCE)

conv_parameters.wrong(
    counts_filters_through_one_channel=ONE_CHANNEL_DEEP.but(
        "Through how many channels of the input does one filter reach?", "PC1"
    ),
    counts_filters_without_biases=Wrong(
        "A 3 × 3 filter on a grey picture has 10 parameters, and 9 of them are weights. What is "
        "the tenth, and where is it in your result?",
        "PC2",
        biases=lambda in_channels, filters: 0,
    ),
    counts_one_bias_for_all_filters=Wrong(
        "Two filters make two channels. Do they share their bias? See the table of what is shared "
        "in section 4.",
        "PC3",
        biases=lambda in_channels, filters: 1,
    ),
    counts_one_bias_for_each_pair_of_channels=Wrong(
        "A filter adds its products over all input channels into one number. How often is "
        "the bias added to that number?",
        "PC4",
        biases=lambda in_channels, filters: in_channels * filters,
    ),
    counts_filters_that_are_one_row=Wrong(
        "kernel_size is the side of a square. How many numbers does the square hold?",
        "PC22",
        area=lambda kernel_size: kernel_size,
    ),
    counts_with_a_caret_for_the_square=Wrong(
        "What does Python make of 3 ^ 2? Print it: which sign is that of a power?",
        area=lambda kernel_size: kernel_size ^ 2,
    ),
    counts_weights_of_one_filter=Wrong(
        "How many channels come out, and which filter makes the second one?",
        "PC23",
        weights=lambda kernel, filters: kernel,
        biases=lambda in_channels, filters: 1,
    ),
    counts_weights_of_one_filter_and_biases_of_all=Wrong(
        "You count a bias for each filter. For how many filters do you count the weights?",
        "PC23",
        weights=lambda kernel, filters: kernel,
    ),
    counts_one_bias_for_each_input_channel=Wrong(
        "To which number is a bias added, to one that goes in or to one that comes out?",
        biases=lambda in_channels, filters: in_channels,
    ),
    counts_filters_with_the_biases_in_both=BIASES_IN_BOTH.but(
        "One 3 × 3 filter on a grey picture has 9 weights and 1 bias. What do your two numbers "
        "add up to?"
    ),
    counts_filters_with_everything_in_one_number=Wrong(
        "The text at the top of the function asks for a pair. Which two numbers did you add up?",
        result=lambda weights, biases: weights + biases,
    ),
    counts_filters_with_the_biases_first=BIASES_FIRST,
)


# --- connections ----------------------------------------------------------------------------


def _each_input_once(
    stops: int, start: int, pixels: int, kernel_size: int, size: int, inside: Callable[..., Any]
) -> int:
    starts = (start + stop * pixels for stop in range(stops))
    return len({n for s in starts for n in range(max(s, 0), min(s + kernel_size, size))})


def _connections(
    in_shape: Shape,
    kernel_size: int,
    out_channels: int,
    stride: int = 1,
    pad: int = 0,
    *,
    lengths: Callable[..., Any] = _rows_and_columns,
    side: Callable[..., Any] = _stops,
    shape: Callable[..., Any] = _rows_and_columns,
    borders: Callable[..., Any] = _rows_and_columns,
    first: Callable[..., Any] = lambda pad, stride: -pad,
    move: Callable[..., Any] = lambda kernel_size, stride: stride,
    inside: Callable[..., Any] = _inside,
    along: Callable[..., Any] = _added_up,
    joined: Callable[..., Any] = lambda rows, columns, places, in_shape, kernel_size: (
        rows * columns
    ),
    depth: Callable[..., Any] = _as_it_is,
    filters: Callable[..., Any] = _as_it_is,
    result: Callable[..., Any] = lambda connections, outputs, filters: connections,
) -> Any:
    """Count what the windows of a side hold, rows and columns apart, then all channels.

    The sides of the picture, the stops on each, where the picture ends, where the first window
    starts, how far it
    moves, how much of a window lies on the picture, what all windows of a side hold
    together; the pairs in one channel; depth and filters; what is returned.
    """
    sizes = lengths(*in_shape[:2])
    stops = shape(*(side(size, kernel_size, stride, pad) for size in sizes))
    start, pixels = first(pad, stride), move(kernel_size, stride)
    rows, columns = (
        along(count, start, pixels, kernel_size, size, inside)
        for count, size in zip(stops, borders(*sizes), strict=True)
    )
    places, kinds = stops[0] * stops[1], filters(out_channels)
    pairs = joined(rows, columns, places, in_shape, kernel_size)
    return result(pairs * depth(in_shape[2]) * kinds, places * kinds, kinds)


connections = Mistakes("connections", _connections, evidence=EVIDENCE)

connections.wrong(
    ends_the_rows_at_the_width=Wrong(
        "Which inputs lie on a picture of 2 rows and 4 columns? Compare each row and each column "
        "with its own side.",
        borders=lambda rows, columns: (columns, rows),
    ),
    takes_shared_weights_for_connections=Wrong(
        "A shared weight is used at many positions. Does it join only one pair of numbers?",
        "CN1",
        joined=lambda rows, columns, places, in_shape, kernel_size: kernel_size**2,
    ),
    counts_connections_with_the_biases=Wrong(
        "Which number of the input does a bias join to its output?",
        "CN2",
        result=lambda connections, outputs, filters: connections + outputs,
    ),
    counts_connections_with_the_shared_biases=Wrong(
        "You added one for each filter. Which two numbers does a bias join?",
        "CN2",
        result=lambda connections, outputs, filters: connections + filters,
    ),
    counts_connections_to_the_padding=Wrong(
        "A 3 × 3 picture, a 3 × 3 window, padding 1: how many real pixels does the first window "
        "cover, and how many of its numbers do you count?",
        "CN3",
        along=lambda stops, start, pixels, kernel_size, size, inside: stops * kernel_size,
    ),
    counts_less_than_nothing_outside=Wrong(
        "How many real inputs does a window see that lies on padding alone? Print what your "
        "function adds up for such a window.",
        "CN3",
        inside=lambda start, kernel_size, size: min(start + kernel_size, size) - max(start, 0),
    ),
    counts_connections_without_the_border=Wrong(
        "The zeros are no inputs, but do they give the window more positions? Count a 3 × 3 "
        "picture with a 3 × 3 window and padding 1.",
        "CN3",
        side=_without_pad,
        first=lambda pad, stride: 0,
    ),
    counts_connections_cut_at_the_far_border_only=Wrong(
        "A window can hang over two ends of a row. Which of the two do you look at?",
        "CN3",
        inside=lambda start, kernel_size, size: max(min(start + kernel_size, size) - start, 0),
    ),
    counts_connections_cut_at_the_near_border_only=Wrong(
        "What does your function count for the last window of a padded row, and how much of it "
        "lies on the picture?",
        "CN3",
        inside=lambda start, kernel_size, size: max(start + kernel_size - max(start, 0), 0),
    ),
    counts_no_connections_to_the_first_row_and_column=Wrong(
        "Which number has the first row of a picture when you count from 0, and does your "
        "condition let it in?",
        inside=lambda start, kernel_size, size: max(
            min(start + kernel_size, size) - max(start, 1), 0
        ),
    ),
    counts_connections_of_windows_that_start_on_the_picture=Wrong(
        "With padding, does the first window start at the first real number of a row, or "
        "before it?",
        first=lambda pad, stride: 0,
    ),
    counts_connections_of_windows_that_start_whole_strides_before=Wrong(
        "With padding 1 a row begins with one zero. Does it begin with more of them when the "
        "stride is 2?",
        first=lambda pad, stride: -pad * stride,
    ),
    counts_connections_of_windows_without_the_stride=Wrong(
        "Where does the second window start? It matters as soon as a window hangs over the border.",
        "CF2",
        seen=(3, "2 of 76 student repositories of C4W1 and a course changelog, in a convolution"),
        move=lambda kernel_size, stride: 1,
    ),
    counts_connections_to_one_input_channel=ONE_CHANNEL_DEEP.but(
        "Take one output by itself. Is it joined to one channel in its window, or to all?", "CN4"
    ),
    counts_connections_of_one_output_channel=Wrong(
        "How many outputs are there at one position of the window?",
        "CN4",
        filters=lambda out_channels: 1,
    ),
    counts_connections_of_a_dense_layer=Wrong(
        "Which numbers of the input lie outside the window of an output? Are they joined to it?",
        "CN5",
        joined=lambda rows, columns, places, in_shape, kernel_size: (
            in_shape[0] * in_shape[1] * places
        ),
    ),
    counts_each_input_once=Wrong(
        "How many windows see the pixel in the middle? With each of their outputs it makes a "
        "pair of its own.",
        along=_each_input_once,
    ),
    counts_connections_of_windows_of_one_row=WINDOWS_OF_ONE_ROW.but(
        joined=lambda rows, columns, places, in_shape, kernel_size: places * kernel_size
    ),
    counts_connections_of_a_window_per_pixel=A_WINDOW_PER_PIXEL,
    counts_connections_of_a_square_picture=SQUARE_PICTURES.but(lengths=_rows_twice),
    counts_connections_of_as_many_columns_as_rows=Wrong(
        "How often does a window stop along a row of the picture, and how often along a column? "
        "From which side of the picture do you compute each of the two?",
        "PC19",
        shape=_rows_twice,
    ),
    counts_connections_of_a_fraction_of_a_place=A_FRACTION_OF_A_PLACE,
    counts_connections_without_remainders=WITHOUT_REMAINDERS,
    counts_connections_of_windows_side_by_side=WINDOWS_SIDE_BY_SIDE.but(
        "How many positions does a window of 3 have on a row of 5 when it moves by 1? Which "
        "argument moves it?"
    ),
    counts_connections_with_one_added_twice=ONE_ADDED_TWICE,
    counts_connections_with_one_added_before_dividing=ONE_ADDED_BEFORE_DIVIDING,
    counts_connections_without_the_last_place=WITHOUT_THE_FIRST_PLACE,
    counts_connections_of_windows_that_stick_out=WINDOWS_THAT_STICK_OUT,
    counts_connections_padded_at_one_border=PADDED_AT_ONE_BORDER,
    counts_connections_of_rounded_places=families.ROUNDED.but(side=_rounded),
    counts_connections_without_stride_and_padding=WITHOUT_STRIDE_AND_PADDING.but(
        side=_without_both, first=lambda pad, stride: 0, move=lambda kernel_size, stride: 1
    ),
)


# --- saving ---------------------------------------------------------------------------------


def _saving(
    in_shape: Shape,
    kernel_size: int,
    out_channels: int,
    stride: int = 1,
    pad: int = 0,
    *,
    side: Callable[..., Any] = _stops,
    shape: Callable[..., Any] = _rows_and_columns,
    area: Callable[..., Any] = _square,
    owned: Callable[..., Any] = lambda places, area, in_shape, window: places * area,
    depth: Callable[..., Any] = _as_it_is,
    inputs: Callable[..., Any] = _product,
    outputs: Callable[..., Any] = lambda places, filters, in_shape: places * filters,
    local: Callable[..., Any] = lambda owned, depth, filters: owned * depth * filters,
    shared: Callable[..., Any] = lambda area, depth, filters: area * depth * filters,
    biases: Callable[..., Any] = lambda outputs, filters: (0, 0, 0),
    sparsity: Callable[..., Any] = lambda dense, local, shared: (dense, local),
    sharing: Callable[..., Any] = lambda dense, local, shared: (local, shared),
    ratio: Callable[..., Any] = lambda above, below: above / below,
    result: Callable[..., Any] = lambda by_sparsity, by_sharing: (by_sparsity, by_sharing),
) -> Any:
    """Count the weights of three layers and compare two of them at a time.

    The stops on a side, the two sides; the numbers in a slice, the weights that the slices
    of all places have together, the depth; inputs and outputs of the dense layer, the two
    other layers, the biases; what is compared with what, how, and what is returned.
    """
    sides = (side(size, kernel_size, stride, pad) for size in in_shape[:2])
    rows, columns = shape(*sides)
    places, pixels, channels = rows * columns, area(kernel_size), depth(in_shape[2])
    weights = (
        inputs(in_shape) * outputs(places, out_channels, in_shape),
        local(owned(places, pixels, in_shape, (kernel_size, stride, pad)), channels, out_channels),
        shared(pixels, channels, out_channels),
    )
    offsets = biases(places * out_channels, out_channels)
    counts = [sum(both) for both in zip(weights, offsets, strict=True)]
    return result(ratio(*sparsity(*counts)), ratio(*sharing(*counts)))


saving = Mistakes("saving", _saving, evidence=EVIDENCE)

saving.wrong(
    credits_sharing_with_everything=Wrong(
        "What would the layer cost if it were local but shared nothing? You go from dense to "
        "convolutional in one step.",
        "SV2",
        sharing=lambda dense, local, shared: (dense, shared),
    ),
    calls_sparsity_redundant=Wrong(
        "Does sparsity really save nothing? Put three numbers in a row: dense, locally "
        "connected, convolutional.",
        "SV3",
        sparsity=lambda dense, local, shared: (local, local),
        sharing=lambda dense, local, shared: (dense, shared),
    ),
    sees_no_saving_by_sparsity=Wrong(
        "How many weights has the dense layer, and how many has the locally connected one? They "
        "differ in nothing but their connections.",
        "SV3",
        sparsity=lambda dense, local, shared: (local, local),
    ),
    credits_sparsity_with_everything=Wrong(
        "Put three numbers in a row: dense, locally connected, convolutional. Between which "
        "two of them does sparsity act alone?",
        "SV3",
        sparsity=lambda dense, local, shared: (dense, shared),
    ),
    compares_other_output_volumes=Wrong(
        "Do the layers you compare have the same number of outputs?",
        "SV7",
        outputs=lambda places, filters, in_shape: in_shape[0] * in_shape[1],
    ),
    gives_the_dense_layer_one_output_channel=Wrong(
        "At each position the locally connected layer has an output for every channel. How many "
        "has your dense layer there?",
        "SV7",
        outputs=lambda places, filters, in_shape: places,
    ),
    gives_the_dense_layer_as_many_outputs_as_inputs=Wrong(
        "Which volume comes out of the locally connected layer? The dense layer gives the same, "
        "and not the volume that goes in.",
        "SV7",
        outputs=lambda places, filters, in_shape: in_shape[0] * in_shape[1] * in_shape[2],
    ),
    compares_with_the_biases=Wrong(
        "Which of the two results of your counting functions does this exercise compare?",
        "SV5",
        biases=lambda outputs, filters: (outputs, outputs, filters),
    ),
    counts_the_biases_of_the_local_layer_only=Wrong(
        "Print your three counts for a small layer. Which of them holds biases, and does this "
        "exercise want any?",
        "SV5",
        biases=lambda outputs, filters: (0, outputs, 0),
    ),
    leaves_the_biases_out_of_the_convolution_only=Wrong(
        "Two of your counts hold biases and the third holds none. Which of them does this "
        "exercise want?",
        "SV5",
        biases=lambda outputs, filters: (outputs, outputs, 0),
    ),
    leaves_the_biases_out_of_the_dense_layer_only=Wrong(
        "Look at your dense count and at your locally connected one. Is the same thing counted "
        "in both?",
        "SV5",
        seen=NEVER,
        biases=lambda outputs, filters: (0, outputs, filters),
    ),
    counts_the_biases_of_the_convolution_only=Wrong(
        "Look at your locally connected count and at your convolutional one. Is the same thing "
        "counted in both?",
        "SV5",
        seen=NEVER,
        biases=lambda outputs, filters: (0, 0, filters),
    ),
    counts_the_biases_of_the_dense_layer_only=Wrong(
        "Your dense count holds something that the two others do not. Does this exercise want it?",
        "SV5",
        seen=NEVER,
        biases=lambda outputs, filters: (outputs, 0, 0),
    ),
    swaps_the_two_savings=Wrong(
        "Which step removes connections, and which one uses a weight at many positions?",
        "SV1",
        result=lambda by_sparsity, by_sharing: (by_sharing, by_sparsity),
    ),
    subtracts_instead_of_dividing=Wrong(
        '"How many times fewer" is not a difference. What is it?',
        "SV4",
        ratio=lambda above, below: above - below,
    ),
    divides_upside_down=Wrong(
        "A saving should be larger than one here. Which of the two counts belongs on top?",
        "SV4",
        ratio=lambda above, below: below / above,
    ),
    gives_the_part_that_is_saved=Wrong(
        "From 64 weights to 16: that leaves out three quarters, but how many times fewer are "
        "they? The exercise asks for the second.",
        "SV4",
        ratio=lambda above, below: 1 - below / above,
    ),
    rounds_the_savings_down=Wrong(
        "Must a ratio be a whole number? Look at the division you use.",
        "SV6",
        ratio=lambda above, below: above // below,
    ),
    rounds_the_savings_to_whole_numbers=Wrong(
        "Must a ratio be a whole number? See what the text at the top of the function says about "
        "rounding.",
        "SV6",
        ratio=lambda above, below: round(above / below),
    ),
    rounds_the_savings_to_two_digits=Wrong(
        "Multiply your two results: do you get exactly the whole saving? See what the text at the "
        "top of the function says about rounding.",
        "SV6",
        ratio=lambda above, below: round(above / below, 2),
    ),
    gives_the_whole_saving_alone=Wrong(
        "You have one number, the saving of both ideas together. Which layer stands between the "
        "dense and the convolutional one?",
        "SV2",
        seen=NEVER,
        result=lambda by_sparsity, by_sharing: by_sparsity * by_sharing,
    ),
    compares_connections_with_weights=Wrong(
        "At the border, does a locally connected output own a smaller kernel? Your saving "
        "divides by connections where it should divide by weights.",
        "CN3",
        owned=lambda places, area, in_shape, window: _on_real_inputs(in_shape, *window),
    ),
    sees_no_saving_by_sharing=Wrong(
        "How many kernels does the locally connected layer store, and how many the convolutional "
        "one? Print both counts.",
        "PC20",
        owned=lambda places, area, in_shape, window: area,
    ),
    saves_with_flat_windows=ONE_CHANNEL_DEEP.but(
        "A window is not flat. Is the depth of the input in all three of your counts?"
    ),
    saves_with_flat_windows_in_the_local_layer=Wrong(
        "Compare your locally connected count with your convolutional one: through how many "
        "channels does a window reach in each?",
        "PC5",
        local=lambda owned, depth, filters: owned * filters,
    ),
    saves_with_flat_windows_in_the_convolution=Wrong(
        "Compare your convolutional count with your locally connected one: through how many "
        "channels does a filter reach in each?",
        "PC1",
        shared=lambda area, depth, filters: area * filters,
    ),
    saves_with_one_input_channel_in_the_dense_layer=Wrong(
        "How many numbers is one pixel of a colour picture? Look at your dense count.",
        "PC9",
        inputs=lambda in_shape: in_shape[0] * in_shape[1],
    ),
    saves_with_one_filter=Wrong(
        "How many filters has the convolutional layer that you compare, and how many channels "
        "has its output?",
        "PC23",
        shared=lambda area, depth, filters: area * depth,
    ),
    saves_with_one_local_kernel_for_each_place=Wrong(
        "How many outputs has the locally connected layer at one position? Each of them owns a "
        "kernel.",
        "PC23",
        local=lambda owned, depth, filters: owned * depth,
    ),
    saves_with_windows_of_one_row=WINDOWS_OF_ONE_ROW.but(area=lambda kernel_size: kernel_size),
    saves_with_a_kernel_per_pixel=A_WINDOW_PER_PIXEL.but(
        "Do you count the pixels of the input, or the positions where the window stops? With "
        "stride 2 these are not the same."
    ),
    saves_on_square_pictures_only=SQUARE_PICTURES.but(shape=_rows_twice),
    saves_on_a_fraction_of_a_place=A_FRACTION_OF_A_PLACE.but(
        "A saving may have a fraction, but may the number of positions? Print how many rows and "
        "columns of positions you count."
    ),
    saves_without_remainders=WITHOUT_REMAINDERS,
    saves_on_windows_side_by_side=WINDOWS_SIDE_BY_SIDE.but(
        "Sharing lets all positions use one kernel. How many positions does a window of 3 have "
        "on a row of 5 when it moves by 1?"
    ),
    saves_with_one_added_twice=ONE_ADDED_TWICE,
    saves_with_one_added_before_dividing=ONE_ADDED_BEFORE_DIVIDING,
    saves_without_the_first_place=WITHOUT_THE_FIRST_PLACE,
    saves_on_windows_that_stick_out=WINDOWS_THAT_STICK_OUT,
    saves_with_padding_at_one_border=PADDED_AT_ONE_BORDER,
    saves_on_rounded_places=families.ROUNDED.but(side=_rounded),
    saves_without_stride_and_padding=WITHOUT_STRIDE_AND_PADDING.but(side=_without_both),
    saves_without_padding=WITHOUT_PADDING,
    saves_without_stride=WITHOUT_STRIDE,
)


# --- network_parameters ---------------------------------------------------------------------


def _emptied(layers: list[Layer]) -> list[Layer]:
    return [layers.pop(0) for _ in range(len(layers))]


def _with_pads(layers: list[Layer]) -> list[Layer]:
    for layer in layers:
        layer.setdefault("pad", 0)
    return layers


def _is_pooling(kind: str) -> bool:
    return kind in ("max_pool", "average_pool")


def _network_parameters(
    layers: list[Layer],
    in_shape: Shape,
    *,
    queue: Callable[..., Any] = lambda layers: layers,
    side: Callable[..., Any] = _stops,
    conv_shape: Callable[..., Any] = _rows_and_columns,
    pool_shape: Callable[..., Any] = _rows_and_columns,
    area: Callable[..., Any] = _square,
    depth: Callable[..., Any] = lambda channels, in_shape: channels,
    conv_weights: Callable[..., Any] = lambda kernel, filters, places, pixels: kernel * filters,
    conv_biases: Callable[..., Any] = lambda filters, channels, places: filters,
    after_conv: Callable[..., Any] = lambda side, size, kernel_size, stride, pad: side(
        size, kernel_size, stride, pad
    ),
    maps: Callable[..., Any] = lambda filters, channels: filters,
    pools: Callable[..., Any] = _is_pooling,
    learned: Callable[..., Any] = lambda size, channels: (0, 0),
    after_pool: Callable[..., Any] = lambda side, length, size, stride: side(
        length, size, stride, 0
    ),
    pooled: Callable[..., Any] = _as_it_is,
    flat: Callable[..., Any] = lambda height, width, channels: height * width * channels,
    flattened: Callable[..., Any] = lambda numbers: 0,
    dense_biases: Callable[..., Any] = lambda inputs, units: units,
    passed_on: Callable[..., Any] = lambda inputs, units: units,
    add: Callable[..., Any] = lambda total, part: total + part,
    result: Callable[..., Any] = lambda weights, biases, layers: (weights, biases),
) -> Any:
    """Follow the volume from layer to layer and add up what each has to learn.

    The layers that are looked at; the stops on a side; rows and columns behind a convolution
    and behind a pooling layer; of a convolution the numbers in a slice, its depth, weights,
    biases, its sides and channels afterwards; what a pooling layer is, what it learns, its
    sides and channels afterwards; the numbers in a row and what flattening learns; of a dense
    layer the biases and the inputs of the next; how a layer is added, and what is returned.
    """
    weights = biases = 0
    height, width, channels = in_shape
    for layer in queue(layers):
        kind = layer["layer"]
        if kind == "conv":
            kernel_size, filters, stride = (
                layer[key] for key in ("kernel_size", "out_channels", "stride")
            )
            window = kernel_size, stride, layer["pad"]
            stops = (after_conv(side, length, *window) for length in (height, width))
            rows, columns = conv_shape(*stops)
            kernel = area(kernel_size) * depth(channels, in_shape)
            places = rows * columns
            weights = add(weights, conv_weights(kernel, filters, places, height * width))
            biases = add(biases, conv_biases(filters, channels, places))
            height, width, channels = rows, columns, maps(filters, channels)
        elif pools(kind):
            size, stride = layer["size"], layer["stride"]
            more = learned(size, channels)
            weights, biases = weights + more[0], biases + more[1]
            sides = (after_pool(side, length, size, stride) for length in (height, width))
            height, width = pool_shape(*sides)
            channels = pooled(channels)
        elif kind == "flatten":
            channels = flat(height, width, channels)
            height, width = 1, 1
            weights += flattened(channels)
        elif kind == "dense":
            units = layer["units"]
            weights = add(weights, channels * units)
            biases = add(biases, dense_biases(channels, units))
            channels = passed_on(channels, units)
    return result(weights, biases, layers)


network_parameters = Mistakes("network_parameters", _network_parameters, evidence=EVIDENCE)

network_parameters.wrong(
    counts_pooling_windows=Wrong(
        "What would gradient descent change in a pooling layer? A size that you chose is not "
        "something that is learned.",
        "NP1",
        learned=lambda size, channels: (size**2, 0),
    ),
    counts_the_size_and_the_stride_of_pooling=Wrong(
        "Somebody chose the size and the stride before training. What does training change in a "
        "pooling layer?",
        "NP1",
        seen=(1, "a guide"),
        learned=lambda size, channels: (2, 0),
    ),
    counts_pooling_as_a_convolution=Wrong(
        "Taking a maximum or a mean uses no weight and no bias. What did you count for it?",
        "PC11",
        seen=(2, "two public pages"),
        learned=lambda size, channels: (size**2 * channels, channels),
    ),
    counts_pooling_as_filters_through_all_channels=Wrong(
        "Pooling takes each channel by itself and multiplies nothing. Which numbers of it could "
        "be learned?",
        "PC11",
        learned=lambda size, channels: (size**2 * channels**2, channels),
    ),
    gives_pooling_a_weight_and_a_bias_for_each_channel=Wrong(
        "Some old networks had a weight and a bias in each pooled channel. Does the maximum or "
        "the mean of this exercise have them?",
        "PC11",
        learned=lambda size, channels: (channels, channels),
    ),
    network_without_biases=Wrong(
        "The small network of this section has 42 weights. What else does it learn, in which "
        "layers, and where is that in your second number?",
        "NP6",
        conv_biases=lambda filters, channels, places: 0,
        dense_biases=lambda inputs, units: 0,
    ),
    takes_the_channels_of_the_picture=Wrong(
        "How many channels go into the second convolution: those of the picture, or what the "
        "layer before it gives?",
        "NP2",
        depth=lambda channels, in_shape: in_shape[2],
    ),
    keeps_the_channels_in_convolutions=Wrong(
        "Which shape has the volume after a convolution with 6 filters? Look at its third number.",
        "NP2",
        maps=lambda filters, channels: channels,
    ),
    skips_pooling_altogether=Wrong(
        "A pooling layer learns nothing. Does it leave the volume as it is?",
        "NP3",
        after_pool=lambda side, length, size, stride: length,
    ),
    keeps_height_and_width_in_convolutions=Wrong(
        "Does a convolution leave height and width as they are? Follow the volume from layer "
        "to layer.",
        "NP3",
        after_conv=lambda side, size, kernel_size, stride, pad: size,
    ),
    keeps_height_and_width_everywhere=Wrong(
        "Print the shape of the volume behind every layer. Which layers make a picture smaller?",
        "NP3",
        after_conv=lambda side, size, kernel_size, stride, pad: size,
        after_pool=lambda side, length, size, stride: length,
    ),
    flattens_one_channel=Wrong(
        "How many numbers does the last volume hold when it is written as one row?",
        "NP4",
        flat=lambda height, width, channels: height * width,
    ),
    keeps_a_pooling_window_that_sticks_out=Wrong(
        "Pooling has windows too. What happens to one that would stick out?",
        "NP5",
        after_pool=lambda side, length, size, stride: _rounded_up(length, size, stride, 0),
    ),
    multiplies_filters_by_the_places=Wrong(
        "Does a filter change when it moves on? Give your function two pictures of different "
        "sizes and one convolution: should the counts differ?",
        "PC14",
        conv_weights=lambda kernel, filters, places, pixels: kernel * filters * places,
    ),
    multiplies_filters_by_the_pixels=Wrong(
        "Does a filter grow when the picture grows? Give your function two pictures of different "
        "sizes and one convolution: should the counts differ?",
        "PC14",
        conv_weights=lambda kernel, filters, places, pixels: kernel * filters * pixels,
    ),
    gives_every_place_a_bias_of_its_own=Wrong(
        "All positions of one channel use one filter. Do they also use one bias in this course?",
        "PC15",
        conv_biases=lambda filters, channels, places: filters * places,
    ),
    counts_filters_through_one_channel=Wrong(
        "Through how many channels of the volume before it does one filter reach?",
        "PC1",
        depth=lambda channels, in_shape: 1,
    ),
    counts_convolutions_without_biases=Wrong(
        "Your dense layers have biases. What else does a filter own besides its weights?",
        "PC2",
        conv_biases=lambda filters, channels, places: 0,
    ),
    counts_one_bias_for_each_convolution=Wrong(
        "Two filters of a convolution make two channels. Do they share a bias? See the table of "
        "what is shared in section 4.",
        "PC3",
        conv_biases=lambda filters, channels, places: 1,
    ),
    counts_a_bias_for_each_pair_of_channels=Wrong(
        "A filter adds its products over all input channels into one number. How often is "
        "the bias added to that number?",
        "PC4",
        conv_biases=lambda filters, channels, places: channels * filters,
    ),
    counts_filters_of_one_row=Wrong(
        "One filter with a kernel_size of 3 on a grey picture has 9 weights. How many do you "
        "count?",
        "PC22",
        area=lambda kernel_size: kernel_size,
    ),
    counts_one_filter_for_each_convolution=Wrong(
        "How many channels come out of the convolution, and which filter makes the second one?",
        "PC23",
        conv_weights=lambda kernel, filters, places, pixels: kernel,
    ),
    counts_dense_layers_without_biases=Wrong(
        "Your filters have biases. Besides its weights, what else does each dense unit own?",
        "PC8",
        dense_biases=lambda inputs, units: 0,
    ),
    counts_one_bias_for_each_dense_layer=Wrong(
        "Can two units of a dense layer have different biases? The small network ends in 3 units: "
        "how many biases do you count for them?",
        "PC10",
        dense_biases=lambda inputs, units: 1,
    ),
    counts_the_biases_twice=Wrong(
        "The sum of your two numbers should be everything the network learns. Is something in "
        "both of them?",
        "PC18",
        result=lambda weights, biases, layers: (weights + biases, biases),
    ),
    gives_one_number_for_the_network=Wrong(
        "The text at the top of the function asks for weights and biases apart. Which two numbers "
        "did you add?",
        result=lambda weights, biases, layers: weights + biases,
    ),
    gives_the_biases_of_the_network_first=BIASES_FIRST.but(
        result=lambda weights, biases, layers: (biases, weights)
    ),
    flattens_to_the_channels=Wrong(
        "A volume of 2 × 2 × 2 is 8 numbers in a row. How many inputs does your dense layer see?",
        flat=lambda height, width, channels: channels,
    ),
    counts_the_flattened_numbers=Wrong(
        "Writing a volume as one row changes its shape only. What did you count for it?",
        "NP1",
        seen=(1, "a web course"),
        flattened=lambda numbers: numbers,
    ),
    merges_the_channels_in_pooling=Wrong(
        "Pooling takes the maximum or the mean of each channel by itself. How many channels come "
        "out?",
        pooled=lambda channels: 1,
    ),
    halves_the_sides_in_pooling=Wrong(
        "Pool a row of 6 numbers with size 3 and stride 1: how many windows are there, and how "
        "many does your function find?",
        after_pool=lambda side, length, size, stride: length // 2,
    ),
    pools_without_overlap=Wrong(
        "A pooling layer has a size and a stride. Which of the two says how far its window moves?",
        "OS10",
        after_pool=lambda side, length, size, stride: length // size,
    ),
    pools_at_every_pixel=Wrong(
        "How far does a pooling window move? One of the numbers of the layer is never used.",
        after_pool=lambda side, length, size, stride: side(length, size, 1, 0),
    ),
    knows_maximum_pooling_only=Wrong(
        "Which kinds of pooling layers may be in the list? Try a network with the other kind.",
        pools=lambda kind: kind == "max_pool",
    ),
    feeds_every_dense_layer_with_the_flattened_row=Wrong(
        "How many numbers go into the second dense layer: the whole row, or what the first one "
        "gives?",
        "NP2",
        passed_on=lambda inputs, units: inputs,
    ),
    convolves_without_the_padding=Wrong(
        "Is the border of a convolution in the shape that comes out? Follow the volume through "
        "one layer with padding.",
        "OS13",
        after_conv=lambda side, size, kernel_size, stride, pad: side(size, kernel_size, stride, 0),
    ),
    convolves_without_the_stride=Wrong(
        "Is the stride of a convolution in the shape that comes out? Follow the volume through "
        "one layer with stride 2.",
        "OS13",
        after_conv=lambda side, size, kernel_size, stride, pad: side(size, kernel_size, 1, pad),
    ),
    follows_the_height_only=Wrong(
        "Is the volume as wide as it is high? Print its shape behind every layer.",
        "PC19",
        conv_shape=_rows_twice,
        pool_shape=_rows_twice,
    ),
    follows_the_height_only_in_convolutions=Wrong(
        "Print the shape of the volume behind every convolution. From which side of the volume "
        "before it do you compute the columns?",
        conv_shape=_rows_twice,
    ),
    follows_the_height_only_in_pooling=Wrong(
        "Print the shape of the volume behind every pooling layer. From which side of the volume "
        "before it do you compute the columns?",
        pool_shape=_rows_twice,
    ),
    follows_fractions_of_a_pixel=A_FRACTION_OF_A_PLACE.but(
        "Print the shape of the volume behind every layer. Can a side have half a number?"
    ),
    refuses_layers_with_a_remainder=WITHOUT_REMAINDERS.but(
        "What does the rule of output_size say about a last window that would stick out: leave "
        "it out, or refuse the network?"
    ),
    puts_all_windows_side_by_side=WINDOWS_SIDE_BY_SIDE.but(
        "Each convolution and each pooling layer has a stride. Where does it go into the shape "
        "that comes out?"
    ),
    adds_one_twice_in_every_layer=ONE_ADDED_TWICE.but(
        "Draw the windows of one row where the last one just fails to fit. Is there a position in "
        "your shape that does not exist?"
    ),
    adds_one_before_dividing_in_every_layer=ONE_ADDED_BEFORE_DIVIDING.but(
        "A pooling window of 2 with stride 2 on a row of 2 numbers: how many numbers are left, "
        "and how many do you count?"
    ),
    forgets_the_first_place_in_every_layer=WITHOUT_THE_FIRST_PLACE.but(
        "What shape comes out of a layer whose window is as large as its input? Print yours."
    ),
    keeps_all_windows_that_stick_out=WINDOWS_THAT_STICK_OUT.but(
        "Draw the last window of a row, in a convolution or in pooling. Does all of it lie on "
        "the padded volume?"
    ),
    pads_convolutions_at_one_border=PADDED_AT_ONE_BORDER.but(
        "A row has two ends, and a convolution adds zeros at both. How wide is its output then?"
    ),
    rounds_the_sides_of_every_layer=families.ROUNDED.but(side=_rounded),
    rounds_the_sides_with_the_first_place=families.ROUNDED_WITH_THE_ONE.but(
        side=_rounded_with_the_one
    ),
    ignores_stride_and_padding_in_every_layer=Wrong(
        "Two numbers of a convolution do not appear in the shape that you compute. What do they "
        "do to the window?",
        "OS13",
        side=_without_both,
    ),
    keeps_the_last_layer_only=Wrong(
        "Count a network of two convolutions. What became of the first one?",
        add=lambda total, part: part,
    ),
    returns_after_the_first_layer=Wrong(
        "After how many layers does your function return? Count a network of two convolutions.",
        queue=lambda layers: layers[:1],
        result=lambda weights, biases, layers: (weights, biases) if layers else None,
    ),
    empties_the_list_of_layers=Wrong(
        "After a call of your function, what is left of the list that was passed to it?",
        queue=_emptied,
    ),
    writes_into_the_layers=Wrong(
        "After a call of your function, do the dictionaries in the list still have the keys that "
        "they had before?",
        queue=_with_pads,
    ),
)


# --- the questions --------------------------------------------------------------------------

answer_1 = Mistakes("answer_1", evidence=EVIDENCE)

answer_1.wrong(
    takes_weights_that_became_zero_for_sparse_connections=Chosen(
        "a",
        "A weight that is zero is still stored and counted. Is a connection taken away "
        "by training, or before it?",
        "C1",
    ),
    takes_shared_weights_for_sparse_connections=Chosen(
        "c",
        "Using the same weights is the other idea. To how many of the pixels is each "
        "output of this layer joined?",
        "C4b",
    ),
    takes_inputs_that_are_zero_for_sparse_connections=Chosen(
        "d",
        "A black pixel is an input like any other. How many of the pixels lie inside this window?",
    ),
)

answer_2 = Mistakes("answer_2", evidence=EVIDENCE)

answer_2.wrong(
    counts_a_weight_each_time_it_is_used=Chosen(
        "a",
        "Both numbers count what is stored. Can a weight of the larger count be used "
        "at a second position?",
        "C17",
    ),
    shares_a_kernel_among_the_input_channels=Chosen(
        "b",
        "Divide the two numbers of weights. Is the quotient the number of channels, "
        "or the number of positions?",
        "C7",
    ),
    blames_the_biases_for_the_difference=Chosen(
        "c", "Biases are a small part of both counts. Work out how many there are in each.", "C17"
    ),
)

answer_3 = Mistakes("answer_3", evidence=EVIDENCE)

answer_3.wrong(
    lets_the_stride_change_parameters_and_connections=Chosen(
        "b", "Which of the arguments of your conv_parameters would the stride change?", "C14"
    ),
    lets_the_stride_change_nothing=Chosen(
        "c",
        "The window stops less often. Is a position where it no longer stops joined to anything?",
        "CN1",
    ),
    lets_the_stride_change_the_parameters_alone=Chosen(
        "d", "Which of your functions take the stride as an argument, and which do not?", "C14"
    ),
)

answer_4 = Mistakes("answer_4", evidence=EVIDENCE)

answer_4.wrong(
    lets_the_kernel_size_change_both_savings=Chosen(
        "a",
        "Try your saving with kernel_size 3 and pad 1, then with 5 and 2, so that the output "
        "keeps its height and width. Do both numbers change?",
        "C19",
    ),
    lets_the_kernel_size_change_the_saving_by_sharing=Chosen(
        "b", "Which of the two quotients compares a whole picture with a window?", "SV1"
    ),
    lets_the_kernel_size_change_no_saving=Chosen(
        "d",
        "A larger window leaves out less of the picture. Which of the two savings is "
        "about what is left out?",
    ),
)
