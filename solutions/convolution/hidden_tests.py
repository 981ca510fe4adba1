"""What is checked in the assignment "convolution".

A test about one thing uses one image with one channel where that is enough, and each gradient
is checked by itself, so that no other mistake costs its points.
"""

from dataclasses import replace

import numpy as np
import pytest

from autograder.running.testing import (
    check,
    check_arguments_kept,
    check_call,
    check_choice,
    checked_array,
    exercise,
    require,
    weight,
)

from .. import convolution
from .._arguments import convolved_shape
from .._questions import LETTERS
from .._wide import check_wide_gradient


def images(rng, *shape):
    """Numbers around 3: a border that is not zero, or an image left out, shows."""
    return rng.normal(3.0, 1.0, shape)


def layer(rng, x_shape, w_shape):
    """Images, weights and biases of one layer."""
    return rng.normal(size=x_shape), rng.normal(size=w_shape), rng.normal(size=w_shape[3])


def without_bias(rng, x_shape, w_shape):
    """The same, with all biases zero."""
    x, w, b = layer(rng, x_shape, w_shape)
    return x, w, np.zeros_like(b)


def check_forward(student, arrays, **settings):
    check_call(student, convolution, "conv_forward", *arrays, **settings)


def backward(rng, x_shape, w_shape, **settings):
    """dout, x, w for one call of conv_backward; dout has the shape of the layer's output."""
    x, w, _ = layer(rng, x_shape, w_shape)
    return rng.normal(size=convolved_shape(x_shape, w_shape, **settings)), x, w


def check_backward(student, arrays, **settings):
    check_call(student, convolution, "conv_backward", *arrays, **settings)


DX, DW, DB = 0, 1, 2


def check_one_gradient(student, place, arrays, check=check, **settings):
    """Check one of dx, dw, db, whatever the other two are."""
    expected = convolution.conv_backward(*arrays, **settings)[place]
    answer = student.conv_backward(*arrays, **settings)
    require(
        isinstance(answer.value, tuple | list) and len(answer.value) == 3,
        "Return three arrays: dx, dw and db, in this order.",
    )
    check(answer.result(place), expected)


@exercise("zero_pad")
class TestZeroPad:
    @weight(0.5)
    def test_shape(self, student, rng):
        """Height and width grow by the border on both sides; nothing else grows."""
        checked_array(student.zero_pad(images(rng, 2, 3, 5, 4), 2), (2, 7, 9, 4))

    @weight(3)
    def test_border_of_one(self, student, rng):
        """A border of one pixel is zero on all four sides and the image is in the middle."""
        check_call(student, convolution, "zero_pad", images(rng, 2, 3, 5, 4), 1)

    @weight(3)
    def test_wide_border(self, student, rng):
        """A wider border is zero on all four sides and the image is in the middle."""
        for pad in (2, 3):
            check_call(student, convolution, "zero_pad", images(rng, 2, 3, 5, 4), pad)

    @weight(0.5)
    def test_no_border(self, student, rng):
        """A border of width 0 gives the image back as it was."""
        check_call(student, convolution, "zero_pad", images(rng, 2, 3, 5, 4), 0)

    @weight(0.25)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_arguments_kept(student.zero_pad(images(rng, 2, 3, 4, 3), 1))


def as_number(answer):
    """Take an array of one number as that number; that it should be none is tested once."""
    value = answer.value
    one = isinstance(value, np.ndarray) and value.size == 1
    return replace(answer, value=value.item()) if one else answer


def check_step(student, window, kernel, bias):
    expected = convolution.conv_single_step(window, kernel, bias)
    check(as_number(student.conv_single_step(window, kernel, bias)), expected)


@exercise("conv_single_step")
class TestConvSingleStep:
    @weight(2)
    def test_sum_of_products(self, student, rng):
        """One channel, no bias: each input times the weight at the same place, all added up."""
        check_step(student, rng.normal(size=(3, 3, 1)), rng.normal(size=(3, 3, 1)), 0.0)

    def test_through_the_depth(self, student, rng):
        """A window of one pixel: all its channels go into the one number."""
        check_step(student, rng.normal(size=(1, 1, 5)), rng.normal(size=(1, 1, 5)), 0.0)

    def test_window_of_zeros(self, student, rng):
        """A window of zeros gives the bias, added once."""
        check_step(student, np.zeros((3, 3, 1)), rng.normal(size=(3, 3, 1)), float(rng.normal()))

    @weight(2)
    def test_returns_a_number(self, student, rng):
        """What comes back is a number and not an array that holds one."""
        window, kernel = rng.normal(size=(2, 3, 3, 2))
        check_call(student, convolution, "conv_single_step", window, kernel, 0.0)

    @weight(0.5)
    @pytest.mark.parametrize("size", [2, 3, 4], ids=["2 by 2", "3 by 3", "4 by 4"])
    def test_with_bias(self, student, rng, size):
        """The sum of all products plus the bias, for windows of any size and depth."""
        window, kernel = rng.normal(size=(2, size, size, 3))
        check_step(student, window, kernel, float(rng.normal()))

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        window, kernel = rng.normal(size=(2, 3, 3, 2))
        check_arguments_kept(student.conv_single_step(window, kernel, 0.5))


# Of the steps that fit, 1/3, 2/3 and 1/2 of one are left over: that shows all kinds of rounding.
everything_together = pytest.mark.parametrize(
    ("x_shape", "w_shape", "stride", "pad"),
    [
        ((2, 8, 9, 2), (2, 2, 2, 5), 3, 2),
        ((3, 8, 11, 3), (3, 3, 3, 2), 2, 0),
        ((2, 3, 2, 3), (2, 2, 3, 2), 1, 3),  # windows on padding alone, fewer columns than channels
    ],
    ids=["stride 3, padding 2", "stride 2, no padding", "stride 1, padding 3"],
)


@exercise("conv_forward")
class TestConvForward:
    @weight(3)
    def test_one_filter(self, student, rng):
        """One grey image, one filter, no bias: the window visits every position in order."""
        check_forward(student, without_bias(rng, (1, 5, 5, 1), (3, 3, 1, 1)), stride=1, pad=0)

    @weight(2)
    def test_several_images(self, student, rng):
        """Several images: each of them has its own output."""
        check_forward(student, without_bias(rng, (2, 5, 5, 1), (3, 3, 1, 1)), stride=1, pad=0)

    @weight(2)
    def test_channels_and_filters(self, student, rng):
        """Several channels and filters: each filter looks through the whole depth of the image."""
        check_forward(student, without_bias(rng, (1, 5, 5, 2), (3, 3, 2, 3)), stride=1, pad=0)

    @weight(2)
    def test_biases(self, student, rng):
        """Each filter adds its own bias, once, to each of its output numbers."""
        check_forward(student, layer(rng, (1, 4, 4, 1), (3, 3, 1, 3)), stride=1, pad=0)

    @weight(2)
    def test_padding(self, student, rng):
        """With padding, windows reach over the edge of the image into the zeros."""
        check_forward(student, without_bias(rng, (1, 4, 4, 1), (3, 3, 1, 1)), stride=1, pad=1)

    @weight(2)
    def test_stride(self, student, rng):
        """With a stride the window moves on by that many pixels, and keeps its size."""
        check_forward(student, without_bias(rng, (1, 7, 7, 1), (3, 3, 1, 1)), stride=2, pad=0)

    def test_not_square(self, student, rng):
        """Images that are wider than high: rows and columns are not mixed up."""
        check_forward(student, without_bias(rng, (1, 4, 6, 1), (3, 3, 1, 1)))

    @everything_together
    def test_everything_together(self, student, rng, x_shape, w_shape, stride, pad):
        """Stride, padding and a remainder: pixels that fill no complete window are left out."""
        check_forward(student, layer(rng, x_shape, w_shape), stride=stride, pad=pad)

    def test_integer_images(self, student, rng):
        """Images of whole numbers, weights with fractions: the output keeps its fractions."""
        _, w, b = without_bias(rng, (1, 5, 5, 1), (3, 3, 1, 1))
        x = rng.integers(0, 10, (1, 5, 5, 1))
        check_forward(student, (x, w, b), stride=1, pad=0)

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_arguments_kept(student.conv_forward(*layer(rng, (2, 5, 5, 2), (3, 3, 2, 3))))


settings = pytest.mark.parametrize(
    "setting",
    [{}, {"stride": 1, "pad": 1}, {"stride": 2, "pad": 1}],  # {}: the defaults
    ids=["no padding", "padding", "stride and padding"],
)
each_gradient = pytest.mark.parametrize("place", [DX, DW, DB], ids=["dx", "dw", "db"])


@exercise("conv_backward")
class TestConvBackward:
    @settings
    def test_bias_gradient(self, student, rng, setting):
        """db: every output number that a bias was added to counts in full."""
        arrays = backward(rng, (2, 5, 5, 2), (3, 3, 2, 3), **setting)
        check_one_gradient(student, DB, arrays, **setting)

    @weight(2)
    @settings
    def test_weight_gradient(self, student, rng, setting):
        """dw: every position of every image where a weight was used counts in full."""
        arrays = backward(rng, (2, 5, 5, 2), (3, 3, 2, 3), **setting)
        check_wide_gradient(check_one_gradient, student, DW, arrays, **setting)

    @weight(2)
    @settings
    def test_input_gradient(self, student, rng, setting):
        """dx: every window that contains a pixel adds to the gradient of that pixel."""
        arrays = backward(rng, (2, 5, 5, 2), (3, 3, 2, 3), **setting)
        check_wide_gradient(check_one_gradient, student, DX, arrays, **setting)

    @weight(0.5)
    @each_gradient
    def test_not_square(self, student, rng, place):
        """Images that are wider than high: rows and columns are not mixed up."""
        arrays = backward(rng, (2, 4, 6, 2), (3, 3, 2, 3), stride=1, pad=1)
        check_one_gradient(student, place, arrays, stride=1, pad=1)

    def test_zero_gradient(self, student, rng):
        """Where nothing comes in from above, all three gradients are zero."""
        dout, x, w = backward(rng, (2, 4, 4, 2), (3, 3, 2, 3), stride=1, pad=1)
        check_backward(student, (np.zeros_like(dout), x, w), stride=1, pad=1)

    def test_one_output(self, student, rng):
        """A gradient that arrives at one output only reaches one window and the weights."""
        dout, x, w = backward(rng, (1, 4, 4, 2), (2, 2, 2, 3), stride=1, pad=1)
        only = np.zeros_like(dout)
        only[0, 2, 1, 1] = 1.0  # inside the map, and off its diagonal
        check_backward(student, (only, x, w), stride=1, pad=1)

    @weight(0.5)
    @each_gradient
    @everything_together
    def test_everything_together(self, student, rng, place, x_shape, w_shape, stride, pad):
        """Stride, padding and a remainder: pixels that no window saw have gradient zero."""
        arrays = backward(rng, x_shape, w_shape, stride=stride, pad=pad)
        check_wide_gradient(check_one_gradient, student, place, arrays, stride=stride, pad=pad)

    @weight(0.25)
    def test_small_images(self, student, rng):
        """Small images: steps that leave pixels out, a border as wide as the image, one filter."""
        cases = [
            ((1, 5, 5, 1), (1, 1, 1, 1), {"stride": 3, "pad": 0}),
            ((2, 3, 3, 2), (3, 3, 2, 2), {"stride": 3, "pad": 3}),
            ((1, 3, 4, 1), (3, 3, 1, 1), {"stride": 1, "pad": 1}),
        ]
        for x_shape, w_shape, setting in cases:
            check_backward(student, backward(rng, x_shape, w_shape, **setting), **setting)

    @weight(0.5)
    @each_gradient
    def test_integer_inputs(self, student, rng, place):
        """Images and weights of whole numbers: the gradients keep their fractions."""
        dout, _, _ = backward(rng, (2, 5, 5, 2), (3, 3, 2, 3), stride=1, pad=1)
        x = rng.integers(-5, 10, (2, 5, 5, 2))
        w = rng.integers(-5, 5, (3, 3, 2, 3))
        check_one_gradient(student, place, (dout, x, w), stride=1, pad=1)

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        arrays = backward(rng, (2, 5, 5, 2), (3, 3, 2, 3), stride=1, pad=1)
        check_arguments_kept(student.conv_backward(*arrays, stride=1, pad=1))


@exercise("answer_1")
def test_answer_1(student):
    """Question 1: which inputs the second output sees."""
    check_choice(student.value("answer_1"), convolution.ANSWERS["answer_1"], LETTERS)


@exercise("answer_2")
def test_answer_2(student):
    """Question 2: what it means that a depth slice shares its weights."""
    check_choice(student.value("answer_2"), convolution.ANSWERS["answer_2"], LETTERS)


@exercise("answer_3")
def test_answer_3(student):
    """Question 3: the same layer on a larger image."""
    check_choice(student.value("answer_3"), convolution.ANSWERS["answer_3"], LETTERS)


@exercise("answer_4")
def test_answer_4(student):
    """Question 4: the gradient of a weight that is used at many positions."""
    check_choice(student.value("answer_4"), convolution.ANSWERS["answer_4"], LETTERS)
