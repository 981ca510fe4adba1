"""What is really checked in the assignment "convnet".

Simple layers are tested one thing at a time. What is built of earlier exercises is tested with
the student's own functions, and where that fails with right ones in their place: a mistake in
those costs nothing here.
"""

from dataclasses import replace
from inspect import isfunction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograder.errors import NoAnswer
from autograder.running.comparison import agree, check_array
from autograder.running.testing import (
    WrongAnswer,
    check,
    check_arguments_kept,
    check_call,
    check_choice,
    check_slices,
    exercise,
    require,
    weight,
)
from autograder.sandbox.wire import Named

from .. import convnet
from .._questions import LETTERS
from .._wide import WIDE, every_second_small

own = (f for f in vars(convnet).values() if isfunction(f) and f.__module__ == convnet.__name__)
# The digits that are given with the notebook.
DIGITS = Path(__file__).parents[2] / "assignments" / "convnet" / "digits.npz"
IN_ORDER = [function.__name__ for function in own]  # of the exercises


def both_signs(rng, *shape):
    """Return numbers of both signs, none of them near zero and some above one."""
    numbers = rng.uniform(0.5, 3.0, shape)
    numbers.flat[0], numbers.flat[-1] = -numbers.flat[0], 2.5
    numbers.flat[1:-1] *= rng.choice([-1.0, 1.0], max(numbers.size - 2, 0))
    return numbers


class Part(NamedTuple):
    """What is taken of an answer to be checked by itself, and the name that a student reads."""

    name: str
    of: Any

    def __call__(self, answer):
        return replace(answer, value=self.of(answer.value), part=self.name)


WHOLE = Part("", lambda value: value)


def one_of(number, names):
    """Take one of several results by its place, whatever the others are."""

    def of(value):
        several = isinstance(value, tuple | list) and len(value) == len(names)
        require(several, f"Return {len(names)} results: {', '.join(names)}, in this order.")
        return value[number]

    return Part(names[number], of)


def check_part(student, function, part, *args):
    answer, expected = getattr(student, function)(*args), getattr(convnet, function)(*args)
    check(part(answer), part.of(expected))


def check_each(student, function, dout, x):
    """Check a gradient image by image: small ones do not hide behind large ones."""
    answer, expected = getattr(student, function)(dout, x), getattr(convnet, function)(dout, x)
    check_slices(answer, expected, 0)


def check_either(student, function, test):
    """Test a student, and if that fails once more with right functions before this one."""
    try:
        test(student)
    except (NoAnswer, WrongAnswer) as failure:
        earlier = IN_ORDER[: IN_ORDER.index(function)]
        right = {name: getattr(convnet, name) for name in earlier}
        try:
            test(student.with_functions(right))
        except NoAnswer:
            raise failure from None  # what raises in the student's own notebook, too


def check_built(student, function, *args, part=WHOLE, axis=None):
    """Check what is built of earlier exercises, slice by slice where there is an axis."""
    expected = getattr(convnet, function)(*args)

    def test(student):
        answer = part(getattr(student, function)(*args))
        if axis is None:
            check(answer, part.of(expected))
        else:
            check_slices(answer, part.of(expected), axis)

    check_either(student, function, test)


def check_kept(student, function, *args):
    """Check that nothing is changed by what is built of earlier exercises."""
    check_either(student, function, lambda s: check_arguments_kept(getattr(s, function)(*args)))


@exercise("relu_forward")
class TestReluForward:
    @weight(3)
    def test_one_row(self, student, rng):
        """In a row of numbers the negative ones become zero, the others stay, small or large."""
        x = both_signs(rng, 1, 9)
        x[0, 2:4] = 0.001, 300.0
        check_call(student, convnet, "relu_forward", x)

    @weight(0.5)
    def test_positive_numbers(self, student, rng):
        """Positive numbers, small and large, stay as they are."""
        x = rng.uniform(0.1, 5.0, (3, 4))
        x[1, 1:3] = 0.001, 300.0
        check_call(student, convnet, "relu_forward", x)

    @weight(0.5)
    def test_negative_numbers(self, student, rng):
        """Negative numbers become zero."""
        check_call(student, convnet, "relu_forward", -rng.uniform(0.1, 5.0, (3, 4)))

    @weight(3)
    def test_both_signs(self, student, rng):
        """Both kinds of numbers in one array of feature maps, and zeros among them."""
        x = both_signs(rng, 2, 3, 5, 4)
        x[1, :, 2] = 0
        check_call(student, convnet, "relu_forward", x)

    @weight(0.25)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_arguments_kept(student.relu_forward(both_signs(rng, 2, 3, 5, 4)))


@exercise("relu_backward")
class TestReluBackward:
    @weight(3)
    def test_one_row(self, student, rng):
        """In a row of numbers the gradient passes where the input was positive, and only there."""
        x, dout = both_signs(rng, 1, 9), both_signs(rng, 1, 9)
        x[0, 2:6], dout[0, 2:6] = [-1, -1, 1, 1], [-2, 2, -2, 2]  # all four cases
        check_call(student, convnet, "relu_backward", dout, x)

    @weight(0.5)
    def test_positive_inputs(self, student, rng):
        """Where the input was positive the gradient passes, whatever its sign."""
        x, dout = rng.uniform(0.1, 5.0, (3, 4)), both_signs(rng, 3, 4)
        check_call(student, convnet, "relu_backward", dout, x)

    @weight(0.5)
    def test_negative_inputs(self, student, rng):
        """Where the input was negative nothing passes, whatever the gradient."""
        x, dout = -rng.uniform(0.1, 5.0, (3, 4)), both_signs(rng, 3, 4)
        check_call(student, convnet, "relu_backward", dout, x)

    @weight(2)
    def test_at_zero(self, student, rng):
        """Where the input was exactly 0 (or -0.0) nothing passes, beside positive ones."""
        x, dout = np.zeros((3, 4)), both_signs(rng, 3, 4)
        x[1], x[2] = -0.0, rng.uniform(0.1, 5.0, 4)
        dout[2, :2] = -2.0, 2.0
        check_call(student, convnet, "relu_backward", dout, x)

    @weight(3)
    def test_both_signs(self, student, rng):
        """Each number of an array of feature maps decides about its own gradient."""
        x, dout = both_signs(rng, 2, 3, 5, 4), both_signs(rng, 2, 3, 5, 4)
        x[0, 0, 0], dout[0, 0, 0] = [-1, -1, 1, 1], [-2, 2, -2, 2]  # all four cases
        check_each(student, "relu_backward", every_second_small(dout, 0), WIDE * x)

    @weight(0.25)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_arguments_kept(student.relu_backward(*both_signs(rng, 2, 3, 4)))


def dense_layer(rng, n):
    """Return inputs, weights and biases; the first output is negative, with its bias or without."""
    x, w, b = rng.normal(size=(n, 4)), rng.normal(size=(4, 3)), both_signs(rng, 3)
    w[:, 0] *= -np.sign(x[0] @ w[:, 0])
    return x, w, b


@exercise("dense_forward")
class TestDenseForward:
    @weight(3)
    def test_without_biases(self, student, rng):
        """With zero biases each output is the sum of all inputs times their weights."""
        x, w, b = dense_layer(rng, 1)
        check_call(student, convnet, "dense_forward", x, w, np.zeros_like(b))

    @weight(1.5)
    def test_biases(self, student, rng):
        """Inputs of zero give the biases, each output its own."""
        w, b = rng.normal(size=(4, 3)), both_signs(rng, 3)
        check_call(student, convnet, "dense_forward", np.zeros((2, 4)), w, b)

    @weight(2)
    @pytest.mark.parametrize("n", [1, 2, 5], ids=["one example", "two examples", "five examples"])
    def test_everything_together(self, student, rng, n):
        """Several examples, inputs and outputs: each example by itself."""
        check_call(student, convnet, "dense_forward", *dense_layer(rng, n))

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        x, w, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 3)), both_signs(rng, 3)
        check_arguments_kept(student.dense_forward(x, w, b))


DX, DW, DB = (one_of(number, ("dx", "dw", "db")) for number in range(3))
of_dense = pytest.mark.parametrize(  # db is the easiest of the three, and worth the least
    "part",
    [
        pytest.param(DX, id="dx"),
        pytest.param(DW, id="dw"),
        pytest.param(DB, id="db", marks=weight(0.6)),
    ],
)


def check_wide(student, part, dout, x, w):
    """Check one of the gradients where every second of those that arrive is small.

    For dx that is an example's, for dw and db an output's. Numbers of db that are sums can be as
    small as their rounding: they are checked together.
    """
    if part is DB and len(x) > 1:
        check_part(student, "dense_backward", part, dout, x, w)
        return
    axis, x, w = (0, WIDE * x, w) if part is DX else (-1, x, WIDE * w)
    arrays = every_second_small(dout, axis), x, w
    answer, expected = student.dense_backward(*arrays), convnet.dense_backward(*arrays)
    check_slices(part(answer), part.of(expected), axis)


@exercise("dense_backward")
class TestDenseBackward:
    @weight(2)
    @of_dense
    def test_one_example(self, student, rng, part):
        """One example: each of the three gradients by itself."""
        arrays = rng.normal(size=(1, 3)), rng.normal(size=(1, 4)), rng.normal(size=(4, 3))
        check_wide(student, part, *arrays)

    @weight(2)
    @of_dense
    def test_several_examples(self, student, rng, part):
        """Several examples: in dw and db each of them counts in full."""
        for inputs in (4, 1):
            dout, x, w = (rng.normal(size=shape) for shape in ((5, 3), (5, inputs), (inputs, 3)))
            check_wide(student, part, dout, x, w)

    @of_dense
    def test_as_many_outputs_as_inputs(self, student, rng, part):
        """As many outputs as inputs and examples: rows and columns are not mixed up."""
        check_wide(student, part, *rng.normal(size=(3, 4, 4)))

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        arrays = rng.normal(size=(5, 3)), rng.normal(size=(5, 4)), rng.normal(size=(4, 3))
        check_arguments_kept(student.dense_backward(*arrays))


LOSS, DSCORES = (one_of(number, ("the loss", "dscores")) for number in range(2))
of_the_loss = pytest.mark.parametrize("part", [LOSS, DSCORES], ids=["loss", "dscores"])


def scores_and_labels(rng, n, classes):
    """Return scores that stay exact beside 10000, and labels that differ where they can.

    No probability is small: what keeps them from zero is no harm here. The first class is the
    least probable one of all, so that it cannot stand for the others.
    """
    scores = rng.integers(-768, 769, (n, classes)) / 1024
    scores[:, 0] = -1
    return scores, rng.permutation(np.arange(n) % classes)


@exercise("softmax_cross_entropy")
class TestSoftmaxCrossEntropy:
    @weight(3)
    @of_the_loss
    def test_one_example(self, student, rng, part):
        """One example: minus the logarithm of the right class's probability."""
        scores, _ = scores_and_labels(rng, 1, 4)
        check_part(student, "softmax_cross_entropy", part, scores, rng.integers(1, 4, 1))

    @weight(3)
    @of_the_loss
    def test_several_examples(self, student, rng, part):
        """Several examples: the mean of their losses, and the gradient of that mean."""
        check_part(student, "softmax_cross_entropy", part, *scores_and_labels(rng, 6, 4))

    @weight(1)
    @of_the_loss
    def test_more_classes_than_examples(self, student, rng, part):
        """More classes than examples: examples and classes are not mixed up."""
        check_part(student, "softmax_cross_entropy", part, *scores_and_labels(rng, 3, 5))

    @weight(1)
    @of_the_loss
    def test_equal_scores(self, student, rng, part):
        """Where the scores are equal every class is equally probable."""
        scores = np.repeat(rng.normal(size=(3, 1)), 4, axis=1)
        check_part(student, "softmax_cross_entropy", part, scores, rng.permutation(4)[:3])

    @weight(1)
    @of_the_loss
    @pytest.mark.parametrize("size", [1e4, -1e4], ids=["10000", "-10000"])
    def test_large_scores(self, student, rng, part, size):
        """Scores of 10000 or -10000 give finite and exact results."""
        scores, labels = scores_and_labels(rng, 3, 4)
        check_part(student, "softmax_cross_entropy", part, scores + size, labels)

    @weight(1)
    @of_the_loss
    def test_certain_of_the_wrong_class(self, student, rng, part):
        """A right class that is 10000 below a wrong one has a loss of 10000, not infinity."""
        scores = np.zeros((3, 4))
        labels = (rng.integers(1, 4) + np.array([0, 2, 1])) % 4  # in this order no sum comes out
        scores[np.arange(3), (labels + 1) % 4] = 1e4
        scores[2] = -scores[2]  # here the others share the first place
        for some in (slice(2), slice(3)):
            check_part(student, "softmax_cross_entropy", part, scores[some], labels[some])

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_arguments_kept(student.softmax_cross_entropy(*scores_and_labels(rng, 6, 4)))


@exercise("global_average_pool_forward")
class TestGlobalAveragePoolForward:
    @weight(3)
    def test_one_map(self, student, rng):
        """Each map gives one number, its average."""
        for examples in (2, 1):
            x = both_signs(rng, examples, 3, 3, 1)
            check_call(student, convnet, "global_average_pool_forward", x)

    @weight(2)
    def test_not_square(self, student, rng):
        """Maps that are wider than high, or higher than wide, have one average as well."""
        for shape in ((2, 2, 5, 1), (2, 4, 3, 1)):
            check_call(student, convnet, "global_average_pool_forward", both_signs(rng, *shape))

    @weight(2)
    def test_examples_and_channels(self, student, rng):
        """Every example and every channel has an average of its own."""
        check_call(student, convnet, "global_average_pool_forward", both_signs(rng, 3, 4, 5, 2))

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_arguments_kept(student.global_average_pool_forward(both_signs(rng, 2, 3, 4, 2)))


@exercise("global_average_pool_backward")
class TestGlobalAveragePoolBackward:
    @weight(3)
    def test_one_map(self, student, rng):
        """In each map every pixel has an equal share of the gradient."""
        for examples in (2, 1):
            dout, x = both_signs(rng, examples, 1), WIDE * both_signs(rng, examples, 3, 3, 1)
            check_each(student, "global_average_pool_backward", every_second_small(dout, 0), x)

    @weight(2)
    def test_not_square(self, student, rng):
        """The shares of a map that is not square add up to its gradient."""
        for shape in ((2, 2, 5, 1), (2, 4, 3, 1)):
            dout, x = both_signs(rng, 2, 1), WIDE * both_signs(rng, *shape)
            check_each(student, "global_average_pool_backward", every_second_small(dout, 0), x)

    @weight(2)
    def test_examples_and_channels(self, student, rng):
        """Every map shares the gradient of its own example and channel."""
        dout, x = both_signs(rng, 3, 2), WIDE * both_signs(rng, 3, 4, 5, 2)
        check_each(student, "global_average_pool_backward", every_second_small(dout, 0), x)

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        dout, x = both_signs(rng, 2, 3), both_signs(rng, 2, 3, 4, 3)
        check_arguments_kept(student.global_average_pool_backward(dout, x))


def network(rng, c_in, c_1=3, c_2=4, classes=5):
    """Return parameters of a network, some of the biases well above zero and some below."""
    shapes = {"w1": (3, 3, c_in, c_1), "w2": (3, 3, c_1, c_2), "w3": (c_2, classes)}
    weights = {
        name: rng.normal(0.0, 1.5 * np.sqrt(2 / np.prod(shape[:-1])), shape)
        for name, shape in shapes.items()
    }
    biases = {f"b{k}": both_signs(rng, n) / 5 for k, n in enumerate((c_1, c_2, classes), start=1)}
    return weights | biases


def batch(rng, n, height=8, width=8, c_in=1):
    """Return images with a border that is not zero, and labels of five classes."""
    labels = rng.permutation(np.arange(n) % 5)
    return rng.normal(size=(n, height, width, c_in)), labels


sizes = pytest.mark.parametrize(
    ("height", "width"), [(8, 8), (9, 6), (2, 3)], ids=["8 by 8", "9 by 6", "2 by 3"]
)


def open_network(rng, c_in):
    """Return parameters that let through whatever is done wrong before the last layer.

    The first filter goes below zero in the smallest image, too: there a ReLU changes something. The
    last one is never below zero everywhere, and the first class has negative scores.
    """
    parameters = network(rng, c_in)
    parameters["w2"][..., 0] = -np.abs(parameters["w2"][..., 0])
    parameters["w2"][..., -1] = np.abs(parameters["w2"][..., -1])
    parameters["w3"][:, 0] = -np.abs(parameters["w3"][:, 0])
    return parameters


def narrow_network(rng, classes):
    """Return parameters of a network with one map in each layer.

    Its filters are above zero everywhere, and the first class has negative scores.
    """
    parameters = network(rng, 1, 1, 1, classes)
    parameters["w3"][:, 0] = -np.abs(parameters["w3"][:, 0])
    return parameters | {name: np.abs(parameters[name]) for name in ("w1", "w2")}


def narrow_batch(rng, n):
    """Return grey images, the first with a corner that is too dark for a filter above zero."""
    images, labels = batch(rng, n)
    images[0, 4:, 4:] = -2
    return images, labels % 2


def check_scores(student, rng, n, *sides, c_in=1):
    """Check the scores of images, the first with a dark corner: there the maps are the biases."""
    images, _ = batch(rng, n, *sides, c_in=c_in)
    images[0, :4, :4] = 0
    check_built(student, "convnet_scores", open_network(rng, c_in), images)


@exercise("convnet_scores")
class TestConvnetScores:
    @weight(3)
    def test_one_image(self, student, rng):
        """One grey image goes through all the layers, in their order."""
        check_scores(student, rng, 1)

    @weight(2)
    def test_several_images(self, student, rng):
        """Several images: each of them has scores of its own."""
        check_scores(student, rng, 4)

    @weight(1)
    @sizes
    def test_any_size(self, student, rng, height, width):
        """The same network takes images of any size, with two channels here."""
        check_scores(student, rng, 4, height, width, c_in=2)

    @weight(0.5)
    def test_one_map(self, student, rng):
        """A network with one map in each layer is one, too."""
        images, _ = narrow_batch(rng, 2)
        check_built(student, "convnet_scores", narrow_network(rng, 3), images)

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_kept(student, "convnet_scores", network(rng, 1), batch(rng, 2)[0])


NAMES = ("w1", "b1", "w2", "b2", "w3", "b3")
WITHOUT_BIASES = ("b1",), ("b1", "b2")  # a dark image then gives zeros to a ReLU, or to both


def without(rng, names):
    """Return parameters of a network of which these are zero."""
    parameters = network(rng, 1)
    return parameters | {name: 0 * parameters[name] for name in names}


def wide_network(rng, c_in):
    """Return parameters of which every second map has small gradients, and so has the last class.

    The weights behind such a map are small, and that class is improbable.
    """
    parameters = network(rng, c_in)
    parameters["w2"] = every_second_small(parameters["w2"], 2)
    parameters["w3"] = every_second_small(parameters["w3"], 0)
    parameters["b3"][-1] = -20.0
    return parameters


def gradient_of(name):
    """Take one of the gradients, whatever the others and the loss are."""

    def of(value):
        _, gradients = _loss_and_gradients(value)
        require(name in gradients, f"There is no gradient of {name} in the dict.")
        return gradients[name]

    return Part(name, of)


def _loss_and_gradients(value):
    pair = isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[1], dict)
    require(pair, "Return two things: the loss, a number, and a dict with the gradients.")
    return value


LOSS_ALONE = Part("the loss", lambda value: _loss_and_gradients(value)[0])


def check_directional_derivative(value, parameters, images, labels, direction):
    """Check that the loss changes along a direction as the gradients say."""
    h = 1e-7
    losses = [
        convnet.convnet_gradients(
            {name: parameters[name] + step * direction[name] for name in NAMES}, images, labels
        )[0]
        for step in (h, -h)
    ]
    numerical, from_gradients = (losses[0] - losses[1]) / (2 * h), 0.0
    for name in NAMES:
        gradient = gradient_of(name).of(value)
        fits = check_array(gradient, parameters[name].shape) is None
        require(fits, f"The gradient of {name} should be an array of the shape of {name}.")
        with np.errstate(all="ignore"):
            from_gradients += np.sum(gradient * direction[name])
    near = abs(from_gradients - numerical) < 1e-5 * max(1, abs(numerical))
    require(near, "Along one direction the loss changes in another way.")


@exercise("convnet_gradients")
class TestConvnetGradients:
    @weight(2)
    def test_loss(self, student, rng):
        """The loss is the mean over the images of the batch."""
        given = network(rng, 1), *batch(rng, 4)
        check_built(student, "convnet_gradients", *given, part=LOSS_ALONE)

    @weight(3)
    @pytest.mark.parametrize("name", NAMES[::2])
    def test_weight_gradient(self, student, rng, name):
        """The gradient of the weights of each layer, for several images."""
        given = wide_network(rng, 1), *batch(rng, 4)
        check_built(student, "convnet_gradients", *given, part=gradient_of(name), axis=-1)

    @pytest.mark.parametrize("name", NAMES[1::2])
    def test_bias_gradient(self, student, rng, name):
        """The gradient of the biases of each layer, for several images."""
        given = network(rng, 1), *batch(rng, 4)
        check_built(student, "convnet_gradients", *given, part=gradient_of(name))

    def test_names(self, student, rng):
        """The dict has a gradient for every parameter, and nothing else."""
        given = network(rng, 1), *batch(rng, 4)

        def test(student):
            _, gradients = _loss_and_gradients(student.convnet_gradients(*given).value)
            right = set(gradients) == set(NAMES)
            require(right, f"The names should be {', '.join(NAMES)} and no others.")

        check_either(student, "convnet_gradients", test)

    def test_slope(self, student, rng):
        """A small step of all parameters changes the loss as the gradients say."""
        given, direction = (network(rng, 1), *batch(rng, 4)), network(rng, 1)

        def test(student):
            answer = student.convnet_gradients(*given)
            try:
                check_directional_derivative(answer.value, *given, direction)
            except WrongAnswer:  # it is not to blame for a kink within the step
                if not agree(answer.value, convnet.convnet_gradients(*given)):
                    raise

        check_either(student, "convnet_gradients", test)

    def test_everything_together(self, student, rng):
        """Images that are wider than high, with two channels: all gradients and the loss."""
        for n, *sides in ((4, 7, 11), (3, 3, 5)):  # no side of the first is the maps' number
            given = network(rng, 2), *batch(rng, n, *sides, c_in=2)
            check_built(student, "convnet_gradients", *given)

    @weight(0.5)
    def test_one_map(self, student, rng):
        """A network with one map in each layer has gradients, too."""
        given = narrow_network(rng, 2), *narrow_batch(rng, 4)
        check_built(student, "convnet_gradients", *given)

    @weight(0.5)
    def test_at_zero(self, student, rng):
        """Where the input of a ReLU is exactly 0, as for a dark image, nothing passes."""
        images, labels = batch(rng, 2)
        images[0] = 0
        for names in WITHOUT_BIASES:
            check_built(student, "convnet_gradients", without(rng, names), images, labels)

    @weight(0.5)
    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        check_kept(student, "convnet_gradients", network(rng, 1), *batch(rng, 1))


# Each epoch has other batches of four than the others, and than the natural order.
ORDERS = np.array([[5, 2, 6, 0, 3, 7, 1, 4], [1, 4, 0, 6, 5, 2, 7, 3], [6, 3, 1, 5, 7, 0, 4, 2]])
SEVEN = np.array([[5, 2, 6, 0, 3, 1, 4], [1, 4, 0, 6, 5, 2, 3]])
FIVE = np.array([[4, 2, 0, 3, 1], [1, 4, 2, 0, 3]])
FOUR = np.array([[3, 1, 0, 2]])
RATE = 0.3
LARGEST = 1e300  # of a loss


TRAINED, LOSSES = (one_of(number, ("the parameters", "the losses")) for number in range(2))


def _as_array(losses):
    """Take losses in an array, or in a list of numbers."""
    if isinstance(losses, list | tuple):
        real = int | float | np.integer | np.floating
        numbers = all(isinstance(loss, real) and abs(loss) < LARGEST for loss in losses)
        require(numbers, "The losses should be numbers, one for each step.")
        return np.array(losses, dtype=np.float64)
    return losses


REPORTED = Part(LOSSES.name, lambda value: _as_array(LOSSES.of(value)))
of_training = pytest.mark.parametrize("part", [TRAINED, REPORTED], ids=["parameters", "losses"])


def task(rng, orders, batch_size):
    """Return the arguments of train for a small network."""
    images, labels = batch(rng, orders.shape[1], 4, 4)
    return network(rng, 1), images, labels, orders, batch_size, RATE


def zeros_and_ones(rng):
    """Return 160 images of the digits 0 and 1 with their labels, and the 200 others."""
    with np.load(DIGITS) as digits:
        images, labels = digits["images"][..., None] / 16, digits["labels"].astype(np.int64)
    chosen = rng.permutation(np.flatnonzero(labels < 2))
    return [(images[part], labels[part]) for part in (chosen[:160], chosen[160:])]


def start():
    """Return the same parameters for everybody: from these, 150 trainings of 150 went well."""
    parameters = network(np.random.default_rng(0), 1, 8, 8, 8)
    return parameters | {name: 0 * parameters[name] for name in ("b1", "b2", "b3")}


def check_training(student, learned, sentence):
    """Check what came of a real training of 80 steps, in whichever order it visits the images.

    The losses that are reported say nothing here: what came back is tried. The images are the
    same for everybody: whether a wrong training learns nevertheless must not be luck.
    """
    rng = np.random.default_rng(1)
    seen, held_back = zeros_and_ones(rng)
    orders = np.array([rng.permutation(len(seen[0])) for _ in range(4)])

    def test(student):
        answer = student.train(start(), *seen, orders, 8, 0.2)
        with np.errstate(all="ignore"):  # of parameters that are anything
            require(learned(fitting(answer.value), seen, held_back), sentence)

    check_either(student, "train", test)


def goes_down(parameters, seen, held_back):
    """Say whether the loss is below a tenth of the first one, of these images and of others."""
    losses = [convnet.convnet_gradients(parameters, *images)[0] for images in (seen, held_back)]
    return max(losses) < convnet.convnet_gradients(start(), *seen)[0] / 10


def recognises(parameters, seen, held_back):
    """Say whether nine of ten other images are recognised."""
    images, labels = held_back
    return np.mean(convnet.convnet_scores(parameters, images).argmax(axis=1) == labels) >= 0.9


def fitting(value):
    """Take the trained parameters, if they are those of the network."""
    parameters = TRAINED.of(value)
    fit = isinstance(parameters, dict) and all(
        check_array(parameters.get(name), expected.shape) is None
        for name, expected in start().items()
    )
    require(fit, "The trained parameters should have the names and shapes of the given ones.")
    return parameters


@exercise("train")
class TestTrain:
    @weight(3)
    @of_training
    def test_one_step(self, student, rng, part):
        """One batch of all images makes one step; its loss is the one before the step."""
        check_built(student, "train", *task(rng, FOUR, 4), part=part)

    @weight(2)
    @of_training
    def test_several_steps(self, student, rng, part):
        """One epoch of two batches makes two steps, the second from where the first one led."""
        check_built(student, "train", *task(rng, ORDERS[:1], 4), part=part)

    @weight(2)
    @of_training
    def test_several_epochs(self, student, rng, part):
        """Each epoch goes on from the last one, with an order of its own."""
        check_built(student, "train", *task(rng, ORDERS, 4), part=part)

    @weight(1)
    @of_training
    def test_smaller_last_batch(self, student, rng, part):
        """Images that are left over at the end of an epoch, or only one, make a smaller batch."""
        for orders in (SEVEN, FIVE):
            check_built(student, "train", *task(rng, orders, 4), part=part)

    @weight(1)
    @of_training
    def test_batch_size_above_the_number_of_images(self, student, rng, part):
        """Where a batch could hold more images than there are, all of them are one batch."""
        orders = np.repeat(FOUR, 3, axis=0)
        check_built(student, "train", *task(rng, orders, 10), part=part)
        narrow = narrow_network(rng, 2), *narrow_batch(rng, 4), orders, 10, RATE
        check_built(student, "train", *narrow, part=part)

    @weight(0.5)
    def test_at_zero(self, student, rng):
        """Where the input of a ReLU is exactly 0, as for a dark image, nothing passes."""
        _, images, *others = task(rng, FOUR, 4)
        images[0] = 0
        for names in WITHOUT_BIASES:
            check_built(student, "train", without(rng, names), images, *others, part=TRAINED)

    def test_number_of_losses(self, student, rng):
        """There is one loss for every step: three epochs of two steps make six."""
        given = task(rng, ORDERS, 4)

        def test(student):
            six = np.shape(REPORTED.of(student.train(*given).value)) == (6,)
            require(six, "With three epochs of two steps there are six losses.")

        check_either(student, "train", test)

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are, the dict and the arrays in it."""
        check_kept(student, "train", *task(rng, ORDERS[:2], 4))

    def test_another_network(self, student, rng):
        """Another function for the gradients, of parameters with other names, is used as well."""
        parameters = {"slope": np.array([0.5]), "offset": np.array([1.0])}
        x, y = rng.normal(size=(2, 4))

        def line(parameters, x, y):
            error = parameters["slope"] * x + parameters["offset"] - y
            gradients = {"slope": error * x, "offset": error}
            means = {name: np.array([values.mean()]) for name, values in gradients.items()}
            return float(np.mean(error**2)) / 2, means

        given = parameters, x, y, FOUR, 2, 0.1
        student = student.with_functions({"line": line})
        answer = student.train(*given, gradients_of=Named("line"))
        expected, _ = convnet.train(*given, gradients_of=line)
        check(TRAINED(answer), expected)

    def test_loss_goes_down(self, student):
        """Training with 160 images of the digits 0 and 1 makes the loss ten times as small."""
        check_training(
            student,
            goes_down,
            "The loss of the network that came back is not as small as it should be.",
        )

    def test_recognises_digits(self, student):
        """What was trained with 160 zeros and ones recognises nine of ten of the 200 others."""
        check_training(student, recognises, "Too few of the other images are recognised.")


@exercise("answer_1")
def test_answer_1(student):
    """Question 1: which of the three networks takes larger images."""
    check_choice(student.value("answer_1"), convnet.ANSWERS["answer_1"], LETTERS)


@exercise("answer_2")
def test_answer_2(student):
    """Question 2: why the convolutional network loses when images are moved."""
    check_choice(student.value("answer_2"), convnet.ANSWERS["answer_2"], LETTERS)


@exercise("answer_3")
def test_answer_3(student):
    """Question 3: what parameter sharing does in training."""
    check_choice(student.value("answer_3"), convnet.ANSWERS["answer_3"], LETTERS)
