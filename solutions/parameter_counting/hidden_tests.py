"""What is checked of the assignment on counting parameters.

Every input is drawn, but only from settings that tell the known mistakes apart: sides that
leave a remainder, heights that differ from widths, more channels out than in and the reverse.
Weights and biases are checked in separate tests, so that a forgotten bias costs the bias.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.running.student import Student
from autograder.running.testing import (
    check,
    check_arguments_kept,
    check_call,
    check_choice,
    exercise,
    weight,
)

from .. import parameter_counting as counting
from .._questions import LETTERS

WEIGHTS, BIASES = 0, 1
BY_SPARSITY, BY_SHARING = 0, 1


def one_of(rng: np.random.Generator, low: int, high: int) -> int:
    """Draw a whole number from low to high, both included."""
    return int(rng.integers(low, high + 1))


def distinct(rng: np.random.Generator, low: int, high: int, count: int) -> list[int]:
    """Draw different whole numbers from low to high, both included."""
    return [int(n) for n in rng.choice(np.arange(low, high + 1), count, replace=False)]


def side(stops: int, kernel_size: int, stride: int = 1, pad: int = 0, rest: int = 0) -> int:
    """Return the side on which a window stops that often and leaves ``rest`` numbers over."""
    return kernel_size + (stops - 1) * stride + rest - 2 * pad


def check_part(student: Student, function: str, part: int, *args: Any, **settings: int) -> None:
    """Check one of two results by itself: the other one may be wrong."""
    answer = getattr(student, function)(*args, **settings)
    expected, results = getattr(counting, function)(*args, **settings), answer.value
    pair = isinstance(results, np.ndarray) and results.shape == (2,)
    if pair or (isinstance(results, tuple | list) and len(results) == 2):
        check(answer.result(part), expected[part])
    else:
        check(answer, expected)  # says what is wrong with the pair


def check_size(student: Student, *args: int, **settings: int) -> None:
    """Check a size, and take a float of the right value for right."""
    expected = float(counting.output_size(*args, **settings))
    check(student.output_size(*args, **settings), expected)


@exercise("output_size")
class TestOutputSize:
    # A float with the right value passes all tests but the last. No argument is the answer.

    @weight(2)
    def test_stride_one(self, student, rng):
        """A window that moves by one number stops wherever it fits."""
        kernel_size = int(rng.choice([3, 5]))
        size = side(2 * one_of(rng, 3, 5), kernel_size)
        check_size(student, size, kernel_size)

    @weight(1)
    def test_window_as_long_as_the_side(self, student, rng):
        """A window as long as its input stops once, whatever the stride."""
        stride = one_of(rng, 2, 4)
        size = stride + one_of(rng, 1, 5)
        check_size(student, size, size, stride=stride)

    @weight(2)
    def test_larger_stride(self, student, rng):
        """A window that moves by more than one number stops less often."""
        stride = one_of(rng, 2, 4)
        kernel_size = stride + one_of(rng, 1, 3)
        size = side(one_of(rng, 8, 12), kernel_size, stride)
        check_size(student, size, kernel_size, stride)

    @weight(2)
    def test_last_window_that_sticks_out(self, student, rng):
        """A last window that would stick out of the input is left out."""
        stride = one_of(rng, 3, 5)
        kernel_size = 2 * stride + one_of(rng, 0, 2)
        size = side(one_of(rng, 13, 17), kernel_size, stride, rest=stride - 1)
        check_size(student, size, kernel_size, stride)

    @weight(2)
    def test_padding_at_both_ends(self, student, rng):
        """Padding makes the input longer at both of its ends."""
        size, kernel_size, pad = one_of(rng, 7, 12), 2 * one_of(rng, 1, 2), one_of(rng, 1, 3)
        check_size(student, size, kernel_size, pad=pad)
        check_size(student, 7, 4, pad=1)  # 7 and 2 have a bit in common: no other sum is right

    @weight(3)
    def test_stride_and_padding(self, student, rng):
        """Stride, padding and a last window that sticks out work together."""
        stride = pad = one_of(rng, 3, 4)
        kernel_size = 2 * stride + one_of(rng, 0, 2)
        size = side(one_of(rng, 11, 14), kernel_size, stride, pad, rest=1)
        check_size(student, size, kernel_size, stride, pad)
        check_size(student, 4, 2, 3, 1)  # what two divisions lose together is one more window

    @weight(1)
    def test_whole_number(self, student, rng):
        """The result is an integer, so that it can be used as the side of an array."""
        stride = one_of(rng, 2, 4)
        kernel_size = stride + one_of(rng, 1, 3)
        size = side(one_of(rng, 8, 12), kernel_size, stride)
        check_call(student, counting, "output_size", size, kernel_size, stride)


@exercise("dense_parameters")
class TestDenseParameters:
    @weight(2)
    def test_weights_of_a_grey_picture(self, student, rng):
        """Weights: every output of a grey picture is joined to every pixel."""
        height, width, out_height, out_width = distinct(rng, 2, 9, 4)
        shapes = (height, width, 1), (out_height, out_width, 1)
        check_part(student, "dense_parameters", WEIGHTS, *shapes)

    @weight(2)
    def test_weights_of_a_colour_picture(self, student, rng):
        """Weights: every unit is joined to every channel of every pixel."""
        height, width, channels, units = distinct(rng, 2, 9, 4)
        shapes = (height, width, channels), (1, 1, units)
        check_part(student, "dense_parameters", WEIGHTS, *shapes)

    @weight(2)
    def test_weights_of_an_output_volume(self, student, rng):
        """Weights: an output volume has as many outputs as it holds numbers."""
        height, width, channels, out_height, out_width, out_channels = distinct(rng, 2, 9, 6)
        shapes = (height, width, channels), (out_height, out_width, out_channels)
        check_part(student, "dense_parameters", WEIGHTS, *shapes)

    @weight(2)
    def test_biases(self, student, rng):
        """Biases: every output has one of its own."""
        height, width, channels, out_height, out_width, out_channels = distinct(rng, 2, 9, 6)
        shapes = (height, width, channels), (out_height, out_width, out_channels)
        check_part(student, "dense_parameters", BIASES, *shapes)


@exercise("locally_connected_parameters")
class TestLocallyConnectedParameters:
    @weight(3)
    def test_weights_of_a_grey_picture(self, student, rng):
        """Weights: a square grey picture, one output channel, stride 1 and no padding."""
        kernel_size = one_of(rng, 2, 4)
        size = side(2 * one_of(rng, 2, 3), kernel_size)
        setting = (size, size, 1), kernel_size, 1
        check_part(student, "locally_connected_parameters", WEIGHTS, *setting)

    @weight(3)
    def test_weights_through_all_channels(self, student, rng):
        """Weights: each kernel reaches through all channels; padding keeps height and width."""
        pad = one_of(rng, 1, 2)
        kernel_size = 2 * pad + 1
        size = one_of(rng, kernel_size + 1, 12)
        in_channels, out_channels = distinct(rng, 2, 6, 2)
        setting = (size, size, in_channels), kernel_size, out_channels
        check_part(student, "locally_connected_parameters", WEIGHTS, *setting, pad=pad)

    @weight(3)
    def test_weights_with_stride(self, student, rng):
        """Weights: a kernel for each position of the window, in height and in width."""
        stride = 3
        kernel_size = stride + one_of(rng, 1, 2)
        rows, columns = sorted(distinct(rng, 3, 6, 2))
        height = side(rows, kernel_size, stride, rest=1)
        width = side(columns, kernel_size, stride, rest=2)
        in_channels, out_channels = distinct(rng, 2, 6, 2)
        setting = (height, width, in_channels), kernel_size, out_channels, stride
        check_part(student, "locally_connected_parameters", WEIGHTS, *setting)

    @weight(2)
    def test_weights_with_stride_and_padding(self, student, rng):
        """Weights: at the border, too, an output owns a whole kernel."""
        stride, pad = 2, 1
        kernel_size = int(rng.choice([3, 5]))
        rows, columns = 2 * one_of(rng, 2, 3), 2 * one_of(rng, 1, 3) + 1
        height = side(rows, kernel_size, stride, pad)
        width = side(columns, kernel_size, stride, pad, rest=1)
        in_channels, out_channels = distinct(rng, 2, 6, 2)
        setting = (height, width, in_channels), kernel_size, out_channels, stride, pad
        check_part(student, "locally_connected_parameters", WEIGHTS, *setting)

    @weight(3)
    def test_biases(self, student, rng):
        """Biases: where nothing is shared, the bias is not shared either."""
        stride, pad = 2, 1
        kernel_size = one_of(rng, 3, 5)
        size = side(one_of(rng, 4, 7), kernel_size, stride, pad)
        in_channels, out_channels = distinct(rng, 2, 6, 2)
        setting = (size, size, in_channels), kernel_size, out_channels, stride, pad
        check_part(student, "locally_connected_parameters", BIASES, *setting)


def odd(rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw a layer whose counts share bits, so that no trick with them passes for a sum."""
    return 3, 5, 2 * one_of(rng, 5, 49) + 1


@exercise("conv_parameters")
class TestConvParameters:
    @weight(2)
    def test_weights_of_one_grey_filter(self, student, rng):
        """Weights: one filter on a grey picture is a square."""
        setting = one_of(rng, 2, 9), 1, 1
        check_part(student, "conv_parameters", WEIGHTS, *setting)

    @weight(2)
    def test_weights_of_several_filters(self, student, rng):
        """Weights: every channel of the output has a filter of its own."""
        setting = one_of(rng, 2, 9), 1, one_of(rng, 2, 99)
        check_part(student, "conv_parameters", WEIGHTS, *setting)

    @weight(3)
    def test_weights_of_fewer_filters_than_channels(self, student, rng):
        """Weights: a filter reaches through all channels of the input (many in, few out)."""
        setting = one_of(rng, 2, 9), one_of(rng, 10, 99), one_of(rng, 2, 9)
        check_part(student, "conv_parameters", WEIGHTS, *setting)

    @weight(3)
    def test_weights_of_more_filters_than_channels(self, student, rng):
        """Weights: a filter reaches through all channels of the input (few in, many out)."""
        for setting in ((one_of(rng, 2, 9), one_of(rng, 2, 9), one_of(rng, 10, 99)), odd(rng)):
            check_part(student, "conv_parameters", WEIGHTS, *setting)

    @weight(2)
    def test_biases(self, student, rng):
        """Biases: as many as the layer has filters."""
        for setting in ((one_of(rng, 2, 9), one_of(rng, 2, 9), one_of(rng, 10, 99)), odd(rng)):
            check_part(student, "conv_parameters", BIASES, *setting)


@exercise("connections")
class TestConnections:
    @weight(3)
    def test_grey_picture(self, student, rng):
        """A grey picture, one output channel, stride 1 and no padding."""
        kernel_size = one_of(rng, 2, 4)
        size = side(2 * one_of(rng, 2, 5), kernel_size)
        setting = (size, size, 1), kernel_size, 1
        check_call(student, counting, "connections", *setting)

    @weight(2)
    def test_channels(self, student, rng):
        """An output is joined to all channels in its window, and each filter has its outputs."""
        kernel_size = one_of(rng, 2, 4)
        size = one_of(rng, kernel_size + 2, 12)
        in_channels, out_channels = distinct(rng, 2, 6, 2)
        setting = (size, size, in_channels), kernel_size, out_channels
        check_call(student, counting, "connections", *setting)

    @weight(2)
    def test_stride(self, student, rng):
        """A window that stops less often joins less; one that would stick out joins nothing."""
        stride = 3
        kernel_size = stride + one_of(rng, 1, 2)
        rows, columns = distinct(rng, 3, 7, 2)
        height = side(rows, kernel_size, stride, rest=2)
        width = side(columns, kernel_size, stride, rest=1)
        setting = (height, width, 1), kernel_size, 1, stride
        check_call(student, counting, "connections", *setting)

    @weight(2)
    def test_padding(self, student, rng):
        """The zeros of the padding are not inputs."""
        pad = one_of(rng, 1, 2)
        kernel_size = 2 * pad + 1
        size = one_of(rng, kernel_size + 1, 12)
        setting = (size, size, 1), kernel_size, 1
        check_call(student, counting, "connections", *setting, pad=pad)

    @weight(2)
    def test_stride_and_padding(self, student, rng):
        """Stride, padding, several channels and a remainder work together."""
        stride, pad = 3, one_of(rng, 1, 2)
        kernel_size = one_of(rng, 4, 5)
        rows, columns = sorted(distinct(rng, 3, 7, 2))
        height = side(rows, kernel_size, stride, pad)
        width = side(columns, kernel_size, stride, pad, rest=2)
        in_channels, out_channels = distinct(rng, 2, 6, 2)
        setting = (height, width, in_channels), kernel_size, out_channels, stride, pad
        check_call(student, counting, "connections", *setting)

    @weight(1)
    def test_windows_on_padding_alone(self, student, rng):
        """A window that lies on padding alone joins nothing."""
        kernel_size = one_of(rng, 2, 3)
        pad = kernel_size + one_of(rng, 1, 2)
        width, height = sorted(distinct(rng, 4, 9, 2))
        setting = (height, width, 1), kernel_size, 1
        check_call(student, counting, "connections", *setting, pad=pad)


def all_finite(results: Any) -> bool:
    """Return whether these are two numbers that can be multiplied."""
    return (
        isinstance(results, tuple | list)
        and len(results) == 2
        and all(isinstance(number, int | float | np.integer | np.floating) for number in results)
        and all(abs(number) < 1e100 for number in results)
    )


def saving_setting(rng: np.random.Generator) -> tuple[Any, ...]:
    """Draw a setting for ``saving`` in which no ratio but that of sharing is whole."""
    # Then height * width / kernel_size**2 has no end, and its fraction is above a half.
    kernel_size, times = [(3, 2), (3, 4), (7, 3)][one_of(rng, 0, 2)]
    height, width = times * kernel_size + 1, 6 * kernel_size + 2
    in_channels, out_channels = distinct(rng, 2, 6, 2)
    return (height, width, in_channels), kernel_size, out_channels


def saving_setting_with_rests(rng: np.random.Generator) -> tuple[Any, ...]:
    """Draw one with stride and padding, where windows leave three rows and a column over.

    Here, too, the fraction of height * width / kernel_size**2 has no end.
    """
    stride, pad, kernel_size = 4, 5, int(rng.choice([7, 12]))
    rows, columns = map(int, rng.permutation([4, 6]))
    height = side(rows, kernel_size, stride, pad, rest=3)
    width = side(columns, kernel_size, stride, pad, rest=1)
    in_channels, out_channels = distinct(rng, 2, 6, 2)
    return (height, width, in_channels), kernel_size, out_channels, stride, pad


@exercise("saving")
class TestSaving:
    @weight(3)
    def test_by_sharing(self, student, rng):
        """By sharing: from locally connected to convolutional, stride 1 and no padding."""
        check_part(student, "saving", BY_SHARING, *saving_setting(rng))

    @weight(3)
    def test_by_sparsity(self, student, rng):
        """By sparsity: from dense to locally connected, stride 1 and no padding."""
        check_part(student, "saving", BY_SPARSITY, *saving_setting(rng))

    @weight(2)
    def test_by_sharing_with_stride_and_padding(self, student, rng):
        """By sharing: with stride and padding."""
        check_part(student, "saving", BY_SHARING, *saving_setting_with_rests(rng))

    @weight(2)
    def test_by_sparsity_with_stride_and_padding(self, student, rng):
        """By sparsity: with stride and padding, for the same output volume."""
        check_part(student, "saving", BY_SPARSITY, *saving_setting_with_rests(rng))

    @weight(2)
    def test_product_is_the_whole_saving(self, student, rng):
        """The product of both is the whole saving, from dense to convolutional."""
        setting = saving_setting(rng)
        expected = counting.saving(*setting)
        answer = student.saving(*setting)
        if not all_finite(answer.value):
            check(answer, expected)  # says what is wrong with the pair
        product = math.prod(float(result) for result in answer.value)
        check(replace(answer, value=product), math.prod(expected))


def conv(kernel_size: int, out_channels: int, stride: int = 1, pad: int = 0) -> counting.Layer:
    return {
        "layer": "conv",
        "kernel_size": kernel_size,
        "out_channels": out_channels,
        "stride": stride,
        "pad": pad,
    }


def pool(kind: str, size: int, stride: int) -> counting.Layer:
    return {"layer": f"{kind}_pool", "size": size, "stride": stride}


def dense(units: int) -> counting.Layer:
    return {"layer": "dense", "units": units}


FLATTEN: counting.Layer = {"layer": "flatten"}


@exercise("network_parameters")
class TestNetworkParameters:
    @weight(2)
    def test_weights_of_one_dense_layer(self, student, rng):
        """Weights: one dense layer on a flattened volume."""
        height, width, channels, units = distinct(rng, 2, 9, 4)
        network = [FLATTEN, dense(units)], (height, width, channels)
        check_part(student, "network_parameters", WEIGHTS, *network)

    @weight(1)
    def test_weights_of_dense_layers_in_a_row(self, student, rng):
        """Weights: the units of one dense layer are the inputs of the next."""
        height, width, first, second, third = distinct(rng, 2, 9, 5)
        network = [FLATTEN, dense(first), dense(second), dense(third)], (height, width, 1)
        check_part(student, "network_parameters", WEIGHTS, *network)

    @weight(2)
    def test_weights_of_one_convolution(self, student, rng):
        """Weights: one convolutional layer."""
        kernel_size, channels, filters, height, width = distinct(rng, 2, 9, 5)
        shape = height + 9, width + 9, channels
        network = [conv(kernel_size, filters)], shape
        check_part(student, "network_parameters", WEIGHTS, *network)

    @weight(2)
    def test_weights_of_convolutions_in_a_row(self, student, rng):
        """Weights: the filters of one convolutional layer are the channels of the next."""
        channels, first, second, third = one_of(rng, 2, 3), *distinct(rng, 4, 9, 3)
        layers = [conv(3, first, pad=1), conv(5, second, pad=2), conv(2, third)]
        shape = one_of(rng, 9, 12), one_of(rng, 13, 16), channels
        check_part(student, "network_parameters", WEIGHTS, layers, shape)

    @weight(1)
    def test_weights_of_pooling(self, student, rng):
        """Weights: maximum and average pooling have none, and keep the number of channels."""
        channels, first, second = distinct(rng, 2, 9, 3)
        layers = [conv(3, first), pool("max", 2, 2), conv(3, second), pool("average", 3, 2)]
        shape = 4 * one_of(rng, 4, 5), 4 * one_of(rng, 6, 7), channels  # nothing is left over
        check_part(student, "network_parameters", WEIGHTS, layers, shape)

    @weight(2)
    def test_weights_of_a_dense_layer_after_pooling(self, student, rng):
        """Weights: a dense layer after pooling has fewer inputs."""
        size = 3
        rows, columns, channels, units = distinct(rng, 2, 7, 4)
        network = [pool("max", size, size), FLATTEN, dense(units)]
        shape = rows * size, columns * size, channels
        check_part(student, "network_parameters", WEIGHTS, network, shape)

    @weight(1)
    def test_weights_after_pooling_with_a_remainder(self, student, rng):
        """Weights: overlapping pooling windows, and one that would stick out is left out."""
        size, stride = 4, 3
        rows, columns, channels, units = distinct(rng, 4, 9, 4)
        network = [pool("average", size, stride), FLATTEN, dense(units)]
        shape = side(rows, size, stride, rest=2), side(columns, size, stride, rest=1), channels
        check_part(student, "network_parameters", WEIGHTS, network, shape)

    @weight(1)
    def test_weights_of_a_dense_layer_after_a_convolution(self, student, rng):
        """Weights: stride and padding of a convolution decide how many inputs follow."""
        rows, columns, channels, filters, units = distinct(rng, 3, 9, 5)
        layers = [conv(4, filters, stride=3, pad=2), FLATTEN, dense(units)]
        shape = side(rows, 4, 3, 2, rest=2), side(columns, 4, 3, 2, rest=1), channels
        check_part(student, "network_parameters", WEIGHTS, layers, shape)

    @weight(2)
    def test_biases(self, student, rng):
        """Biases: one for each filter and one for each dense unit, none for pooling."""
        many = 2 * one_of(rng, 1, 4) + 1  # in every layer: sums of their bits are no sums
        layers = [conv(3, many, pad=1), conv(3, many, pad=1), FLATTEN, dense(many), dense(many)]
        for network in (whole_network(rng), (layers, (4, 6, 2))):
            check_part(student, "network_parameters", BIASES, *network)

    @weight(2)
    def test_whole_network(self, student, rng):
        """Weights and biases of a whole network."""
        layers, shape = whole_network(rng)
        check_call(student, counting, "network_parameters", layers, shape)

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        layers = [conv(3, one_of(rng, 2, 9), pad=1), FLATTEN, dense(5)]
        check_arguments_kept(student.network_parameters(layers, (6, 6, 2)))


def whole_network(rng: np.random.Generator) -> tuple[list[counting.Layer], counting.Shape]:
    """Draw a small network with a layer of every kind.

    Its height shows padding that is added at one border only, whatever is drawn. To round the
    number of places as Python does changes nothing: what is left over has a test of its own. It
    has fewest channels at first, so that to take these for all of them makes all numbers smaller.
    """
    *volumes, hidden, units = distinct(rng, 2, 9, 5)
    channels = min(volumes)
    first, second = (number for number in volumes if number != channels)
    layers = [
        conv(3, first, stride=2, pad=1),
        pool("max", 2, 2),
        conv(3, second, pad=1),
        pool("average", 3, 2),
        FLATTEN,
        dense(hidden),
        dense(units),
    ]
    return layers, (53 + 16 * one_of(rng, 0, 2), 41, channels)


@exercise("answer_1")
def test_answer_1(student):
    """Question 1: which layer has sparse connections."""
    check_choice(student.value("answer_1"), counting.ANSWERS["answer_1"], LETTERS)


@exercise("answer_2")
def test_answer_2(student):
    """Question 2: two schemes with 96 output channels and very different counts."""
    check_choice(student.value("answer_2"), counting.ANSWERS["answer_2"], LETTERS)


@exercise("answer_3")
def test_answer_3(student):
    """Question 3: what the stride changes."""
    check_choice(student.value("answer_3"), counting.ANSWERS["answer_3"], LETTERS)


@exercise("answer_4")
def test_answer_4(student):
    """Question 4: which of the two savings depends on the size of the kernel."""
    check_choice(student.value("answer_4"), counting.ANSWERS["answer_4"], LETTERS)
