"""What is checked in the assignment "connectivity".

A test about one thing uses one image, one channel and one filter where that is enough, and
each of several results is checked by itself, so that no other mistake costs its points.
Weights differ from position to position: with shared ones, most mistakes do not show.
"""

from dataclasses import replace

import numpy as np
import pytest

from autograder.running import testing
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

from .. import connectivity, convolution
from .._questions import LETTERS
from .._wide import check_wide_gradient


def check_part(student, function, part, *args, check=check, **settings):
    """Check one of several results, whatever the others are."""
    answer = getattr(student, function)(*args, **settings)
    expected = getattr(connectivity, function)(*args, **settings)
    complete = isinstance(answer.value, tuple | list) and len(answer.value) == len(expected)
    if complete:
        check(answer.result(part), expected[part])
    else:
        testing.check(answer, expected)  # says what is wrong with the tuple


def as_numbers(answer):
    """Take True and False as 1 and 0: either says where a connection is."""
    value = answer.value
    logical = isinstance(value, np.ndarray) and value.dtype == np.bool_
    return replace(answer, value=value.astype(np.int8)) if logical else answer


def check_connections(student, *sizes, **settings):
    expected = connectivity.connectivity_matrix(*sizes, **settings).astype(int)
    check(as_numbers(student.connectivity_matrix(*sizes, **settings)), expected)


@exercise("connectivity_matrix")
class TestConnectivityMatrix:
    def test_shape(self, student):
        """The matrix has a row for each output and a column for each input."""
        answer = as_numbers(student.connectivity_matrix(4, 6, 3, stride=1, pad=0))
        checked_array(answer, (2 * 4, 4 * 6))

    @weight(2)
    def test_to_the_right(self, student):
        """In an image as high as the window, the window moves to the right only."""
        check_connections(student, 3, 7, 3, stride=1, pad=0)

    @weight(2)
    def test_downwards(self, student):
        """In an image as wide as the window, the window moves downwards only."""
        check_connections(student, 6, 2, 2, stride=1, pad=0)

    @weight(2)
    def test_square_image(self, student):
        """In a square image the window visits every position, row by row."""
        check_connections(student, 5, 5, 3)

    def test_not_square(self, student, rng):
        """Height and width differ: rows and columns are not mixed up."""
        height, width = (int(side) for side in rng.choice([4, 5, 6, 7], 2, replace=False))
        check_connections(student, height, width, 3)

    @weight(2)
    @pytest.mark.parametrize(("side", "stride"), [(7, 2), (8, 3)], ids=["stride 2", "stride 3"])
    def test_stride(self, student, side, stride):
        """With a stride the window moves on by that many pixels."""
        kernel_size = 3 if stride == 2 else 2
        check_connections(student, side, side, kernel_size, stride=stride, pad=0)

    @pytest.mark.parametrize(("side", "stride"), [(6, 2), (8, 3)], ids=["stride 2", "stride 3"])
    def test_remainder(self, student, side, stride):
        """A window that would stick out of the image is left out."""
        check_connections(student, side, side, 3, stride=stride, pad=0)

    @weight(2)
    @pytest.mark.parametrize("pad", [1, 2], ids=["padding 1", "padding 2"])
    def test_padding(self, student, pad):
        """At the border a window has fewer inputs: the padding holds none."""
        check_connections(student, 5, 5, 2 * pad + 1, stride=1, pad=pad)

    @pytest.mark.parametrize(
        ("height", "width", "kernel_size", "stride", "pad"),
        [(7, 11, 2, 3, 2), (9, 6, 3, 2, 1), (4, 5, 3, 1, 2), (3, 5, 2, 1, 3)],
        ids=[
            *("stride 3, padding 2", "stride 2, padding 1", "stride 1, padding 2"),
            "stride 1, padding 3",  # windows on padding alone
        ],
    )
    def test_everything_together(self, student, height, width, kernel_size, stride, pad):
        """Sides that differ, stride and padding work together."""
        check_connections(student, height, width, kernel_size, stride, pad)


MATRIX, BIAS = 0, 1


def check_dense(student, rng, part, in_shape, w_shape, **settings):
    """Check the matrix or the bias of a convolution with random weights."""
    w, b = rng.normal(size=w_shape), rng.normal(size=w_shape[3])
    check_part(student, "conv_as_dense", part, w, b, in_shape, **settings)


@exercise("conv_as_dense")
class TestConvAsDense:
    @weight(2)
    def test_places(self, student, rng):
        """A kernel whose weights are all equal: they stand in the right boxes of the matrix."""
        w, b = np.full((3, 3, 1, 1), rng.uniform(1, 2)), np.zeros(1)
        check_part(student, "conv_as_dense", MATRIX, w, b, (5, 5, 1))

    @weight(3)
    def test_one_filter(self, student, rng):
        """One grey image, one filter: each row holds the kernel, not flipped, at its window."""
        check_dense(student, rng, MATRIX, (5, 5, 1), (3, 3, 1, 1), stride=1, pad=0)

    @weight(2)
    def test_channels(self, student, rng):
        """A kernel of one pixel, several channels: a pixel's channels stand side by side."""
        check_dense(student, rng, MATRIX, (3, 3, 4), (1, 1, 4, 1), stride=1, pad=0)

    @weight(2)
    def test_filters(self, student, rng):
        """A kernel of one pixel, several filters: a position's outputs follow each other."""
        check_dense(student, rng, MATRIX, (3, 3, 1), (1, 1, 1, 4), stride=1, pad=0)

    @weight(2)
    def test_padding(self, student, rng):
        """What the kernel lays on the padding has no box in the matrix."""
        check_dense(student, rng, MATRIX, (5, 5, 1), (3, 3, 1, 1), stride=1, pad=1)

    @weight(2)
    def test_stride(self, student, rng):
        """With a stride the kernel moves on by that many pixels from row to row."""
        check_dense(student, rng, MATRIX, (7, 7, 1), (3, 3, 1, 1), stride=2, pad=0)

    def test_not_square(self, student, rng):
        """Images that are wider than high: rows and columns are not mixed up."""
        check_dense(student, rng, MATRIX, (4, 6, 1), (3, 3, 1, 1), stride=1, pad=0)

    def test_whole_numbers(self, student, rng):
        """Weights that are numbered from 1 stand in the matrix as these whole numbers."""
        w, b = np.arange(1, 25).reshape(2, 2, 3, 2), rng.integers(1, 9, 2)
        check_part(student, "conv_as_dense", MATRIX, w, b, (3, 4, 3), stride=1, pad=1)

    def test_bias_of_one_filter(self, student, rng):
        """One filter: every output has the same bias."""
        check_dense(student, rng, BIAS, (5, 5, 1), (3, 3, 1, 1))

    def test_biases(self, student, rng):
        """Several filters: each output has the bias of its filter, in the order of the rows."""
        check_dense(student, rng, BIAS, (4, 6, 1), (3, 3, 1, 3))

    @pytest.mark.parametrize(
        "part",
        [pytest.param(MATRIX, id="matrix"), pytest.param(BIAS, id="bias", marks=weight(0.5))],
    )
    @pytest.mark.parametrize(
        ("in_shape", "w_shape", "stride", "pad"),
        [
            ((4, 6, 2), (3, 3, 2, 3), 1, 1),
            ((4, 9, 2), (2, 2, 2, 3), 3, 2),  # 2/3 of a step are left over: rounding shows
            ((6, 9, 3), (3, 3, 3, 2), 2, 0),
            ((3, 2, 3), (2, 2, 3, 2), 1, 3),  # windows on padding alone
        ],
        ids=["padding 1", "stride 3, padding 2", "stride 2", "padding 3"],
    )
    def test_everything_together(self, student, rng, part, in_shape, w_shape, stride, pad):
        """Several channels and filters, stride and padding work together."""
        check_dense(student, rng, part, in_shape, w_shape, stride=stride, pad=pad)

    @weight(0.25)
    def test_wide_border(self, student, rng):
        """A border as wide as the image, and a kernel of one pixel."""
        for in_shape, pad in (((3, 4, 1), 2), ((1, 3, 2), 3)):
            check_dense(student, rng, MATRIX, in_shape, (1, 1, in_shape[2], 2), stride=1, pad=pad)

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        w, b = rng.normal(size=(3, 3, 2, 3)), rng.normal(size=3)
        check_arguments_kept(student.conv_as_dense(w, b, (4, 6, 2), stride=1, pad=1))


def with_zeros(rng, numbers):
    """Put zeros at 4 to 9 random places; of 21 entries that is never half of them."""
    numbers.flat[rng.permutation(numbers.size)[: rng.integers(4, 10)]] = 0
    return numbers


@exercise("sparsity")
class TestSparsity:
    @weight(2)
    def test_true_and_false(self, student, rng):
        """In an array of True and False the share of False is the sparsity."""
        matrix = with_zeros(rng, np.ones((3, 7), np.bool_))
        check_call(student, connectivity, "sparsity", matrix)

    @weight(2)
    def test_weights(self, student, rng):
        """Among weights of both signs the zeros count, and nothing else does."""
        matrix = with_zeros(rng, rng.permutation([-2.5, -1.0, 0.5] * 7).reshape(3, 7))
        check_call(student, connectivity, "sparsity", matrix)

    def test_tiny_numbers(self, student, rng):
        """A very small number is not zero."""
        matrix = with_zeros(rng, rng.uniform(1e-12, 1e-10, (3, 7)))
        check_call(student, connectivity, "sparsity", matrix)

    def test_any_shape(self, student, rng):
        """An array of whole numbers with any number of axes is counted as a whole."""
        for shape in [(21,), (7, 1, 3), (3, 1, 7, 1)]:
            ids = with_zeros(rng, np.arange(1, 22).reshape(shape))
            check_call(student, connectivity, "sparsity", ids)

    def test_extremes(self, student, rng):
        """Nothing but zeros is 1.0, and no zero at all is 0.0."""
        for matrix in (np.zeros((2, 3)), rng.uniform(1, 2, (2, 3))):
            check_call(student, connectivity, "sparsity", matrix)

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        matrix = with_zeros(rng, rng.uniform(2, 3, (3, 7)))
        check_arguments_kept(student.sparsity(matrix))


@exercise("distinct_parameters")
class TestDistinctParameters:
    @weight(3)
    def test_convolution(self, student, rng):
        """The matrix of a convolution has as many parameters as the kernel has weights."""
        c_in, c_out = rng.choice([(1, 2), (1, 3), (2, 3), (3, 2)])
        w = rng.choice(np.arange(100, 200), (3, 3, c_in, c_out), replace=False)
        ids, _ = connectivity.conv_as_dense(w, np.zeros(c_out), (4, 5, c_in))
        check_call(student, connectivity, "distinct_parameters", ids)

    @weight(3)
    def test_gaps(self, student, rng):
        """The numbers need not follow each other: 0, 3, 7, 7 stand for two parameters."""
        # With 0 and 101 an even number of values: for an odd one, n ^ 1 is n - 1 as well.
        some = rng.choice(np.arange(20, 100), 2 * rng.integers(2, 5), replace=False)
        # The first of them is one, and the last is none: other ends have other numbers.
        ids = np.array([101, *rng.permutation([0] * 4 + [*some, *some, 101]), 0])
        check_call(student, connectivity, "distinct_parameters", ids)

    def test_no_zero(self, student, rng):
        """In a dense layer no connection is missing: every number counts."""
        ids = rng.choice(np.arange(30, 99), (4, 6), replace=False)
        check_call(student, connectivity, "distinct_parameters", ids)

    def test_one_or_none(self, student, rng):
        """One number everywhere is one parameter, and without any connection there is none."""
        for number, shape in ((rng.integers(2, 9), (2, 2, 3)), (0, (2, 2, 3)), (7, (1, 1))):
            ids = np.full(shape, number)
            check_call(student, connectivity, "distinct_parameters", ids)

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        ids = np.array([7, 0, *rng.permutation(9), 3])
        check_arguments_kept(student.distinct_parameters(ids))


def positions(x_shape, kernel_size, stride=1, pad=0):
    """The sides of a layer's output."""
    return tuple((side + 2 * pad - kernel_size) // stride + 1 for side in x_shape[1:3])


def local_layer(rng, x_shape, filters, **settings):
    """Images, and weights and biases that differ from position to position."""
    sides = positions(x_shape, filters[0], **settings)
    return (
        rng.normal(size=x_shape),
        rng.normal(size=(*sides, *filters)),
        rng.normal(size=(*sides, filters[3])),
    )


def without_bias(rng, x_shape, filters, **settings):
    """The same, with all biases zero."""
    x, w, b = local_layer(rng, x_shape, filters, **settings)
    return x, w, np.zeros_like(b)


def check_forward(student, arrays, **settings):
    check_call(student, connectivity, "locally_connected_forward", *arrays, **settings)


everything_together = pytest.mark.parametrize(
    ("x_shape", "filters", "stride", "pad"),
    [
        ((2, 7, 11, 2), (2, 2, 2, 3), 3, 2),
        ((3, 6, 9, 3), (3, 3, 3, 2), 2, 0),
        ((2, 3, 2, 3), (2, 2, 3, 2), 1, 3),  # windows on padding alone, fewer columns than channels
    ],
    ids=["stride 3, padding 2", "stride 2, no padding", "stride 1, padding 3"],
)


@exercise("locally_connected_forward")
class TestLocallyConnectedForward:
    @weight(2)
    def test_one_window(self, student, rng):
        """An image as large as the kernel: each number times the weight at its place, added up."""
        check_forward(student, without_bias(rng, (1, 3, 3, 1), (3, 3, 1, 1)), stride=1, pad=0)

    @weight(2)
    def test_kernel_of_one_pixel(self, student, rng):
        """A kernel of one pixel: every pixel of the image is multiplied by its own weight."""
        check_forward(student, without_bias(rng, (1, 4, 4, 1), (1, 1, 1, 1)), stride=1, pad=0)

    @weight(3)
    def test_one_filter(self, student, rng):
        """One grey image, no bias: every position uses its own weights."""
        check_forward(student, without_bias(rng, (1, 5, 5, 1), (3, 3, 1, 1)))

    @weight(2)
    def test_several_images(self, student, rng):
        """Several images: each has its own output, and all use the same weights."""
        check_forward(student, without_bias(rng, (3, 5, 5, 1), (3, 3, 1, 1)), stride=1, pad=0)

    @weight(2)
    def test_channels_and_filters(self, student, rng):
        """Several channels and filters: each filter looks through the whole depth of the image."""
        check_forward(student, without_bias(rng, (1, 4, 4, 2), (3, 3, 2, 3)), stride=1, pad=0)

    @weight(2)
    def test_biases(self, student, rng):
        """Every output number has its own bias, added once."""
        check_forward(student, local_layer(rng, (1, 4, 4, 1), (3, 3, 1, 3)), stride=1, pad=0)

    @weight(2)
    def test_padding(self, student, rng):
        """With padding, windows reach over the edge of the image into the zeros."""
        arrays = without_bias(rng, (1, 4, 4, 1), (3, 3, 1, 1), pad=1)
        check_forward(student, arrays, stride=1, pad=1)

    @weight(2)
    def test_stride(self, student, rng):
        """With a stride the window moves on by that many pixels, and keeps its size."""
        arrays = without_bias(rng, (1, 7, 7, 1), (3, 3, 1, 1), stride=2)
        check_forward(student, arrays, stride=2, pad=0)

    def test_not_square(self, student, rng):
        """Images that are wider than high: rows and columns are not mixed up."""
        check_forward(student, without_bias(rng, (1, 4, 6, 1), (3, 3, 1, 1)), stride=1, pad=0)

    def test_shared_weights(self, student, rng):
        """The same weights and biases at every position: the output is that of a convolution."""
        x, w, b = local_layer(rng, (2, 4, 5, 2), (3, 3, 2, 3))
        w, b = np.tile(w[:1, :1], (2, 3, 1, 1, 1, 1)), np.tile(b[:1, :1], (2, 3, 1))
        expected = convolution.conv_forward(x, w[0, 0], b[0, 0])
        check(student.locally_connected_forward(x, w, b), expected)

    def test_integer_images(self, student, rng):
        """Images of whole numbers, weights with fractions: the output keeps its fractions."""
        _, w, b = without_bias(rng, (1, 4, 5, 1), (3, 3, 1, 1))
        check_forward(student, (rng.integers(1, 10, (1, 4, 5, 1)), w, b), stride=1, pad=0)

    @everything_together
    def test_everything_together(self, student, rng, x_shape, filters, stride, pad):
        """Stride, padding and a remainder: pixels that fill no complete window are left out."""
        arrays = local_layer(rng, x_shape, filters, stride=stride, pad=pad)
        check_forward(student, arrays, stride=stride, pad=pad)

    @weight(0.25)
    def test_narrow_images(self, student, rng):
        """Images of two columns, with a border as wide as they are or wider."""
        for pad in (1, 4):
            arrays = local_layer(rng, (1, 5, 2, 1), (3, 3, 1, 1), stride=1, pad=pad)
            check_forward(student, arrays, stride=1, pad=pad)

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        arrays = local_layer(rng, (2, 5, 5, 2), (3, 3, 2, 3))
        check_arguments_kept(student.locally_connected_forward(*arrays))


def backward(rng, x_shape, filters, **settings):
    """dout, x, w for one call of locally_connected_backward."""
    x, w, b = local_layer(rng, x_shape, filters, **settings)
    return rng.normal(size=(len(x), *b.shape)), x, w


def check_gradient(student, place, arrays, **settings):
    """Check one of dx, dw, db, whatever the other two are."""
    check_part(student, "locally_connected_backward", place, *arrays, **settings)


def check_backward(student, arrays, **settings):
    check_call(student, connectivity, "locally_connected_backward", *arrays, **settings)


settings = pytest.mark.parametrize(
    "setting",
    [{}, {"stride": 1, "pad": 1}, {"stride": 2, "pad": 1}],  # {}: the defaults
    ids=["no padding", "padding", "stride and padding"],
)


DX, DW, DB = 0, 1, 2
each_gradient = pytest.mark.parametrize("place", [DX, DW, DB], ids=["dx", "dw", "db"])
settings = pytest.mark.parametrize(
    "setting",
    [{}, {"stride": 1, "pad": 1}, {"stride": 2, "pad": 1}],  # {}: the defaults
    ids=["no padding", "padding", "stride and padding"],
)


@exercise("locally_connected_backward")
class TestLocallyConnectedBackward:
    @weight(1.5)
    @each_gradient
    def test_one_window(self, student, rng, place):
        """One image as large as the kernel: there is one position, and nothing to add up."""
        check_gradient(student, place, backward(rng, (1, 3, 3, 2), (3, 3, 2, 1)))

    @settings
    def test_bias_gradient(self, student, rng, setting):
        """db: each output number has its own bias, which all images use."""
        arrays = backward(rng, (2, 5, 5, 2), (3, 3, 2, 3), **setting)
        check_wide_gradient(check_gradient, student, DB, arrays, **setting)

    @weight(2)
    @settings
    def test_weight_gradient(self, student, rng, setting):
        """dw: each position has its own weights, which all images use."""
        arrays = backward(rng, (2, 5, 5, 2), (3, 3, 2, 3), **setting)
        check_wide_gradient(check_gradient, student, DW, arrays, **setting)

    @weight(2)
    @settings
    def test_input_gradient(self, student, rng, setting):
        """dx: every window that contains a pixel adds to the gradient of that pixel."""
        arrays = backward(rng, (2, 5, 5, 2), (3, 3, 2, 3), **setting)
        check_wide_gradient(check_gradient, student, DX, arrays, **setting)

    @weight(0.5)
    @each_gradient
    def test_not_square(self, student, rng, place):
        """Images that are wider than high: rows and columns are not mixed up."""
        arrays = backward(rng, (2, 4, 6, 2), (3, 3, 2, 3), pad=1)
        check_gradient(student, place, arrays, stride=1, pad=1)

    def test_one_output(self, student, rng):
        """A gradient that arrives at one output only reaches one window and its weights."""
        dout, x, w = backward(rng, (1, 4, 4, 2), (2, 2, 2, 3), pad=1)
        only = np.zeros_like(dout)
        only[0, 2, 1, 1] = 1.0  # inside the map, and off its diagonal
        check_backward(student, (only, x, w), stride=1, pad=1)

    @weight(0.5)
    @each_gradient
    @everything_together
    def test_everything_together(self, student, rng, place, x_shape, filters, stride, pad):
        """Stride, padding and a remainder: pixels that no window saw have gradient zero."""
        arrays = backward(rng, x_shape, filters, stride=stride, pad=pad)
        check_wide_gradient(check_gradient, student, place, arrays, stride=stride, pad=pad)

    @weight(0.5)
    @each_gradient
    def test_integer_inputs(self, student, rng, place):
        """Images of whole numbers: the gradients keep their fractions."""
        dout, _, w = backward(rng, (2, 4, 5, 2), (3, 3, 2, 3), pad=1)
        x = rng.integers(-5, 10, (2, 4, 5, 2))
        check_gradient(student, place, (dout, x, w), stride=1, pad=1)

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        arrays = backward(rng, (2, 5, 5, 2), (3, 3, 2, 3))
        check_arguments_kept(student.locally_connected_backward(*arrays))


def local_gradients(rng, *shape):
    """dw of this shape, and db to go with it."""
    return rng.normal(size=shape), rng.normal(size=(*shape[:2], shape[5]))


def check_tied(student, gradients, part):
    check_part(student, "tie_gradients", part, *gradients)


@exercise("tie_gradients")
class TestTieGradients:
    @weight(0.5)
    @pytest.mark.parametrize("part", [0, 1], ids=["dw", "db"])
    def test_one_position(self, student, rng, part):
        """With a single position there is nothing to add up."""
        check_tied(student, local_gradients(rng, 1, 1, 2, 2, 3, 2), part)

    @weight(3)
    def test_weights(self, student, rng):
        """dw, one channel and one filter: all positions add up."""
        check_tied(student, local_gradients(rng, 2, 4, 3, 3, 1, 1), 0)

    @weight(2)
    def test_channels_and_filters(self, student, rng):
        """dw: channels and filters are kept apart."""
        check_tied(student, local_gradients(rng, 3, 3, 3, 3, 2, 4), 0)

    @weight(2)
    def test_bias(self, student, rng):
        """db: all positions add up, and filters are kept apart."""
        check_tied(student, local_gradients(rng, 2, 4, 3, 3, 1, 2), 1)

    def test_biases(self, student, rng):
        """db: as many rows as columns, and several filters."""
        check_tied(student, local_gradients(rng, 3, 3, 2, 2, 2, 4), 1)

    def test_everything_together(self, student, rng):
        """Both gradients of a layer whose sides, channels and filters all differ."""
        gradients = local_gradients(rng, 5, 4, 2, 2, 3, 6)
        check_call(student, connectivity, "tie_gradients", *gradients)

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_arguments_kept(student.tie_gradients(*local_gradients(rng, 3, 4, 2, 2, 2, 3)))


def check_field(student, layers):
    check_call(student, connectivity, "receptive_field", layers)


@exercise("receptive_field")
class TestReceptiveField:
    @weight(0.5)
    def test_no_layer(self, student):
        """Without any layer an output is a pixel."""
        check_field(student, [])

    def test_one_layer(self, student, rng):
        """An output of one layer sees its window, whatever the stride."""
        check_field(student, [(int(rng.integers(5, 9)), int(rng.integers(2, 5)))])

    @weight(2)
    @pytest.mark.parametrize("count", [2, 3], ids=["two layers", "three layers"])
    def test_stride_one(self, student, rng, count):
        """With stride 1 every layer looks a little further than the one before."""
        kernels = rng.choice([3, 4, 5, 6], count, replace=False)
        check_field(student, [(int(size), 1) for size in kernels])

    @weight(2)
    def test_stride_below(self, student, rng):
        """Under a layer with stride 1 lies one with a stride: its outputs are further apart."""
        check_field(student, [(int(rng.integers(4, 7)), int(rng.integers(2, 4))), (3, 1)])

    @pytest.mark.parametrize(
        "layers",
        [[(9, 2), (2, 2), (3, 1)], [(11, 4), (3, 2), (5, 1)], [(3, 1), (2, 2), (3, 3), (4, 2)]],
        ids=["strides 2, 2, 1", "strides 4, 2, 1", "strides 1, 2, 3, 2"],
    )
    def test_strides(self, student, rng, layers):
        """Several layers with strides: the distances multiply."""
        (kernel_size, stride), *others = layers
        check_field(student, [(kernel_size + int(rng.integers(4)), stride), *others])

    def test_deep_network(self, student, rng):
        """Five layers with all kinds of kernels and strides."""
        kernels, strides = [*rng.permutation([1, 2, 3, 4]), 5], [3, *rng.permutation([1, 1, 2, 2])]
        check_field(student, [(int(k), int(s)) for k, s in zip(kernels, strides, strict=True)])

    @weight(0.5)
    def test_arguments_kept(self, student):
        """The function leaves its arguments as they are."""
        check_arguments_kept(student.receptive_field([(3, 2), (2, 1), (5, 1)]))


def images(rng, *shape):
    """Numbers around 3: zeros that come in, and pixels that come round, show."""
    return rng.normal(3.0, 1.0, shape)


def check_moved(student, x, rows, columns):
    check_call(student, connectivity, "translate", x, rows, columns)


each_direction = pytest.mark.parametrize(
    ("rows", "columns"),
    [(1, 0), (-1, 0), (0, 2), (0, -2)],
    ids=["down", "up", "to the right", "to the left"],
)


@exercise("translate")
class TestTranslate:
    @weight(0.25)
    @each_direction
    def test_content(self, student, rng, rows, columns):
        """A dark image with something bright in the middle: that is what moves."""
        x = np.zeros((1, 6, 7, 1))
        x[:, 2:4, 2:5] = images(rng, 1, 2, 3, 1)
        check_moved(student, x, rows, columns)

    @weight(2)
    @each_direction
    def test_border(self, student, rng, rows, columns):
        """What leaves the image is lost, and zeros come in on the other side."""
        check_moved(student, images(rng, 1, 5, 6, 1), rows, columns)

    @pytest.mark.parametrize(
        ("rows", "columns"),
        [(1, 2), (2, -1), (-1, 2), (-2, -3)],
        ids=["down and right", "down and left", "up and right", "up and left"],
    )
    def test_both_at_once(self, student, rng, rows, columns):
        """Several images with several channels move in two directions at once."""
        check_moved(student, images(rng, 3, 4, 5, 2), rows, columns)

    @weight(0.5)
    def test_no_move(self, student, rng):
        """A move by nothing gives the images as they were, one pixel wide or more."""
        for shape in ((2, 3, 4, 2), (1, 3, 1, 1)):
            check_moved(student, images(rng, *shape), 0, 0)

    @weight(0.15)
    @pytest.mark.parametrize(
        ("rows", "columns"),
        [(4, 1), (-4, -1), (6, 1), (-6, 1), (1, 7), (-1, -7)],
        ids=["down", "up", "further down", "further up", "further right", "further left"],
    )
    def test_long_move(self, student, rng, rows, columns):
        """A move as long as the image, or longer, leaves zeros only."""
        check_moved(student, images(rng, 2, 4, 5, 1), rows, columns)

    @weight(0.25)
    def test_narrow_images(self, student, rng):
        """Images of few rows or few columns: how far they may move goes by the right side."""
        for rows, columns in ((4, 0), (-4, 0), (0, 4), (0, -4)):
            check_moved(student, images(rng, 1, 3, 6, 1), rows, columns)
        for shape in ((1, 1, 4, 2), (1, 4, 1, 2)):
            for rows, columns in ((2, 0), (0, 2)):
                check_moved(student, images(rng, *shape), rows, columns)

    def test_whole_numbers(self, student, rng):
        """Images of whole numbers stay images of whole numbers."""
        x = rng.integers(1, 10, (1, 4, 4, 1))
        answer, expected = student.translate(x, 1, 1), connectivity.translate(x, 1, 1)
        check(answer, expected)
        require(answer.value.dtype == x.dtype, "The result has not the dtype of x.")

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_arguments_kept(student.translate(images(rng, 2, 4, 5, 2), 1, -1))


@exercise("answer_1")
def test_answer_1(student):
    """Question 1: how many weights of the kernel will be zero after training."""
    check_choice(student.value("answer_1"), connectivity.ANSWERS["answer_1"], LETTERS)


@exercise("answer_2")
def test_answer_2(student):
    """Question 2: what missing connections mean for the gradients."""
    check_choice(student.value("answer_2"), connectivity.ANSWERS["answer_2"], LETTERS)


@exercise("answer_3")
def test_answer_3(student):
    """Question 3: whether sparsity is redundant once the weights are shared."""
    check_choice(student.value("answer_3"), connectivity.ANSWERS["answer_3"], LETTERS)


@exercise("answer_4")
def test_answer_4(student):
    """Question 4: what a convolution does when its image moves by one pixel."""
    check_choice(student.value("answer_4"), connectivity.ANSWERS["answer_4"], LETTERS)


@exercise("answer_5")
def test_answer_5(student):
    """Question 5: what a locally connected layer does when its image moves by one pixel."""
    check_choice(student.value("answer_5"), connectivity.ANSWERS["answer_5"], LETTERS)
