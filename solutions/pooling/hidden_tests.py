"""What is really checked in the assignment "pooling".

Data of max pooling is free of ties, and positive unless a test is about negative numbers.
A test about one thing uses two images of a single window, so that few other mistakes cost its
points, and a maximum or a mean of all that came in earns none.
"""

import numpy as np

from autograder.running.testing import (
    check_arguments_kept,
    check_call,
    check_choice,
    check_slices,
    checked_array,
    exercise,
    require,
    weight,
)

from .. import pooling
from .._questions import LETTERS
from .._wide import WIDE, every_second_small

# With size 2 and this stride, windows leave a row and a column over, or gaps and columns.
SIDES_WITH_A_REST = [((1, 7, 9, 1), 2), ((1, 5, 9, 1), 3)]


def distinct(rng, shape):
    """Return positive numbers in random order, no two of them equal."""
    return rng.permutation(np.prod(shape)).reshape(shape) / 8 + 1


def largest_in_a_gap(rng, shape):
    """Return the same with the largest number where windows of 2 leave a gap with a stride of 3."""
    x = distinct(rng, shape)
    x[:, 2, 2] += x.size
    return x


def one_window(rng, size):
    """Return two images of one window, so that no number of all of them is right by itself.

    Maximum and minimum are at the ends of the other diagonal: neither is the first number, nor the
    last. No number is negative.
    """
    images = np.concatenate([distinct(rng, (1, size, size, 1)) for _ in range(2)])
    row, column = rng.permutation([0, size - 1])
    for x in images:
        x[row, column] = x.max() + 1
        x[column, row] = x.min() / 2
        row, column = column, row  # another place wins in the other image
    images[1] *= 2
    return images


def whole_numbers(rng, size):
    """Return the same of whole numbers: each image has numbers in a row, in another order."""
    ranks = one_window(rng, size).reshape(2, -1).argsort().argsort()
    return (ranks + np.array([[1], [4]])).reshape(2, size, size, 1)


def gradient(rng, shape):
    """Return a gradient of both signs without zeros."""
    return rng.uniform(0.5, 2.0, shape) * rng.choice([-1.0, 1.0], shape)


def arriving(rng, shape):
    """Return a gradient that is small at every second image."""
    return every_second_small(gradient(rng, shape), 0)


def check_backward(student, function, dout, x, **settings):
    """Check each image by itself: small gradients do not hide behind large ones.

    The inputs are so large that differences of the outputs are too inexact.
    """
    x = WIDE * x
    expected = getattr(pooling, function)(dout, x, **settings)
    check_slices(getattr(student, function)(dout, x, **settings), expected, 0)


@exercise("max_pool_forward")
class TestMaxPoolForward:
    @weight(3)
    def test_one_window(self, student, rng):
        """A window as large as the image gives one number of each, its maximum."""
        x = one_window(rng, 3)
        check_call(student, pooling, "max_pool_forward", x, size=3, stride=1)

    @weight(4)
    def test_stride_one(self, student, rng):
        """With stride 1 the window moves by one pixel at a time."""
        x = distinct(rng, (1, 6, 6, 1))
        check_call(student, pooling, "max_pool_forward", x, size=2, stride=1)

    @weight(1)
    def test_windows_of_one_pixel(self, student, rng):
        """A window of one pixel gives that pixel; with stride 2 it is every second one."""
        for shape in ((1, 5, 5, 1), (1, 1, 1, 1)):
            x = distinct(rng, shape)
            check_call(student, pooling, "max_pool_forward", x, size=1, stride=2)

    @weight(3)
    def test_touching_windows(self, student, rng):
        """With size 2 and stride 2 the windows lie side by side."""
        x = distinct(rng, (1, 8, 8, 1))
        check_call(student, pooling, "max_pool_forward", x, size=2, stride=2)

    @weight(2)
    def test_examples_and_channels(self, student, rng):
        """Every example and every channel is pooled by itself, and height may differ from width."""
        x = distinct(rng, (3, 4, 7, 2))
        check_call(student, pooling, "max_pool_forward", x, size=2, stride=1)

    @weight(2)
    def test_overlapping_windows(self, student, rng):
        """With size 3 and stride 2 neighbouring windows overlap."""
        x = distinct(rng, (3, 7, 5, 2))
        check_call(student, pooling, "max_pool_forward", x, size=3, stride=2)

    @weight(2)
    def test_gaps_between_windows(self, student, rng):
        """With size 2 and stride 3 there are inputs between the windows that nobody looks at."""
        x = distinct(rng, (2, 8, 8, 2))
        check_call(student, pooling, "max_pool_forward", x, size=2, stride=3)

    @weight(1)
    def test_dropped_windows(self, student, rng):
        """A window that would stick out of the input (size 2, odd sides) is dropped."""
        for shape, stride in SIDES_WITH_A_REST:
            x = largest_in_a_gap(rng, shape)
            check_call(student, pooling, "max_pool_forward", x, size=2, stride=stride)

    @weight(2)
    def test_negative_window(self, student, rng):
        """The maximum of a window of negative numbers is one of them."""
        x = one_window(rng, 3)
        x = x - x.max() - 1
        check_call(student, pooling, "max_pool_forward", x, size=3, stride=1)

    @weight(1)
    def test_whole_numbers(self, student, rng):
        """An input of whole numbers (an integer array) can be pooled too."""
        x = whole_numbers(rng, 3)
        check_call(student, pooling, "max_pool_forward", x, size=3, stride=1)

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        x = distinct(rng, (2, 6, 4, 2))
        check_arguments_kept(student.max_pool_forward(x, size=2, stride=2))


@exercise("average_pool_forward")
class TestAveragePoolForward:
    @weight(3)
    def test_one_window(self, student, rng):
        """A window as large as the image gives one number of each, its average."""
        x = one_window(rng, 2)
        check_call(student, pooling, "average_pool_forward", x, size=2, stride=1)

    @weight(4)
    def test_stride_one(self, student, rng):
        """With stride 1 the window moves by one pixel at a time."""
        x = rng.normal(size=(1, 6, 6, 1))
        check_call(student, pooling, "average_pool_forward", x, size=2, stride=1)

    @weight(1)
    def test_windows_of_one_pixel(self, student, rng):
        """A window of one pixel gives that pixel; with stride 2 it is every second one."""
        x = rng.normal(size=(1, 5, 5, 1))
        check_call(student, pooling, "average_pool_forward", x, size=1, stride=2)

    @weight(3)
    def test_touching_windows(self, student, rng):
        """With size 2 and stride 2 the windows lie side by side."""
        x = rng.normal(size=(1, 8, 8, 1))
        check_call(student, pooling, "average_pool_forward", x, size=2, stride=2)

    @weight(2)
    def test_examples_and_channels(self, student, rng):
        """Every example and every channel is pooled by itself, and height may differ from width."""
        x = rng.normal(size=(3, 4, 7, 2))
        check_call(student, pooling, "average_pool_forward", x, size=2, stride=1)

    @weight(2)
    def test_overlapping_windows(self, student, rng):
        """With size 3 and stride 2 neighbouring windows overlap."""
        x = rng.normal(size=(3, 7, 5, 2))
        check_call(student, pooling, "average_pool_forward", x, size=3, stride=2)

    @weight(2)
    def test_gaps_between_windows(self, student, rng):
        """With size 2 and stride 3 there are inputs between the windows that nobody looks at."""
        x = rng.normal(size=(2, 8, 8, 2))
        check_call(student, pooling, "average_pool_forward", x, size=2, stride=3)

    @weight(1)
    def test_dropped_windows(self, student, rng):
        """A window that would stick out of the input (size 2, odd sides) is dropped."""
        for shape, stride in SIDES_WITH_A_REST:
            x = rng.normal(size=shape)
            check_call(student, pooling, "average_pool_forward", x, size=2, stride=stride)

    @weight(2)
    def test_larger_window(self, student, rng):
        """The average of nine numbers, also of equal ones or with a zero, is right too (size 3)."""
        with_zero = rng.normal(size=(1, 3, 3, 1)) * (np.arange(9) != 5).reshape(1, 3, 3, 1)
        equal = np.full((1, 3, 3, 1), rng.uniform(1, 2))
        for x in (rng.normal(size=(2, 3, 3, 1)), equal, with_zero):
            check_call(student, pooling, "average_pool_forward", x, size=3, stride=1)

    @weight(1)
    def test_whole_numbers(self, student, rng):
        """The average of whole numbers (an integer array) keeps its fraction."""
        x = whole_numbers(rng, 2)  # the averages end in .5
        check_call(student, pooling, "average_pool_forward", x, size=2, stride=1)

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        x = distinct(rng, (2, 6, 4, 2))
        check_arguments_kept(student.average_pool_forward(x, size=2, stride=2))


@exercise("max_pool_backward")
class TestMaxPoolBackward:
    @weight(4)
    def test_one_window(self, student, rng):
        """In a single window the gradient goes to the maximum and nowhere else."""
        x, dout = one_window(rng, 3), arriving(rng, (2, 1, 1, 1))
        check_backward(student, "max_pool_backward", dout, x, size=3, stride=1)

    @weight(4)
    def test_stride_one(self, student, rng):
        """With stride 1 one input can win in several windows: their gradients add up."""
        x, dout = distinct(rng, (1, 6, 6, 1)), arriving(rng, (1, 5, 5, 1))
        x[:, 1:-1:2, 1:-1:2] += x.size  # these inputs win in all four of their windows
        check_backward(student, "max_pool_backward", dout, x, size=2, stride=1)

    @weight(1)
    def test_windows_of_one_pixel(self, student, rng):
        """A window of one pixel sends its gradient back to that pixel (stride 2)."""
        x, dout = distinct(rng, (1, 5, 5, 1)), arriving(rng, (1, 3, 3, 1))
        check_backward(student, "max_pool_backward", dout, x, size=1, stride=2)

    @weight(2)
    def test_touching_windows(self, student, rng):
        """With size 2 and stride 2 every window sends its gradient to its own maximum."""
        x, dout = distinct(rng, (1, 8, 8, 1)), arriving(rng, (1, 4, 4, 1))
        check_backward(student, "max_pool_backward", dout, x, size=2, stride=2)

    @weight(2)
    def test_examples_and_channels(self, student, rng):
        """Every example and every channel has maxima of its own."""
        x, dout = distinct(rng, (3, 6, 8, 2)), arriving(rng, (3, 3, 4, 2))
        check_backward(student, "max_pool_backward", dout, x, size=2, stride=2)

    @weight(3)
    def test_overlapping_windows(self, student, rng):
        """An input that is the maximum of several windows receives the gradient of each of them."""
        x, dout = distinct(rng, (3, 7, 5, 2)), arriving(rng, (3, 3, 2, 2))
        x[:, 2, 2] += 2 * x.size  # wins in all four of its windows
        x[:, 5, 2] += x.size  # wins in one window, and is beaten in the next
        x[:, 5, 4] += 3 * x.size
        check_backward(student, "max_pool_backward", dout, x, size=3, stride=2)

    @weight(2)
    def test_gaps_between_windows(self, student, rng):
        """With size 2 and stride 3 the inputs between the windows receive no gradient."""
        x, dout = distinct(rng, (2, 8, 8, 2)), arriving(rng, (2, 3, 3, 2))
        check_backward(student, "max_pool_backward", dout, x, size=2, stride=3)

    @weight(1)
    def test_dropped_windows(self, student, rng):
        """Inputs at the border that no window reaches are part of dx, with gradient 0."""
        for shape, stride in SIDES_WITH_A_REST:
            x = largest_in_a_gap(rng, shape)
            dout = arriving(rng, pooling.max_pool_forward(x, size=2, stride=stride).shape)
            check_backward(student, "max_pool_backward", dout, x, size=2, stride=stride)

    @weight(1)
    def test_negative_window(self, student, rng):
        """Among negative numbers one is the largest, or a zero is: it receives the gradient."""
        x = one_window(rng, 3)
        x -= x.max(axis=(1, 2, 3), keepdims=True)
        x[0] -= 1
        dout = arriving(rng, (2, 1, 1, 1))
        check_backward(student, "max_pool_backward", dout, x, size=3, stride=1)

    @weight(1)
    def test_close_second(self, student, rng):
        """Only the maximum receives gradient, however close the second largest number is."""
        x, dout = one_window(rng, 2), arriving(rng, (2, 1, 1, 1))
        for image in x:
            second = np.unravel_index(np.argsort(image, axis=None)[-2], image.shape)
            image[second] = image.max() * (1 - 1e-6)
        check_backward(student, "max_pool_backward", dout, x, size=2, stride=1)

    @weight(1)
    def test_whole_numbers(self, student, rng):
        """An input of whole numbers (an integer array) has a gradient with fractions."""
        x, dout = whole_numbers(rng, 3), np.round(gradient(rng, (2, 1, 1, 1))) + 0.25
        check_backward(student, "max_pool_backward", dout, x, size=3, stride=1)

    @weight(1)
    def test_ties(self, student, rng):
        """Where the maximum of a window appears more than once, the gradient is given out once."""
        x, dout = distinct(rng, (1, 3, 3, 1)), arriving(rng, (1, 1, 1, 1))
        above_diagonal = np.triu(np.ones((3, 3), dtype=bool), k=1)
        places = above_diagonal if rng.random() < 0.5 else above_diagonal.T
        x[0, places] = x.max() + 1
        is_maximum = x == x.max()
        incoming = float(dout.sum())
        dx = checked_array(student.max_pool_backward(dout, x, size=3, stride=1), x.shape)
        require(
            not np.allclose(dx, np.where(is_maximum, incoming, 0.0)),
            "Each of the equal maxima received the whole gradient, so that together they pass on "
            "more than came in. A small step that raises all of them raises the output only once: "
            "give the gradient to the first of them.",
        )
        require(
            not dx[~is_maximum].any(),
            "An input that is not the maximum of its window received gradient.",
        )
        shares = dx[is_maximum] / incoming
        require(
            np.isclose(shares.sum(), 1, rtol=1e-6) and np.all((shares >= 0) & (shares <= 1 + 1e-6)),
            "What the equal maxima received together is not the gradient that came in.",
        )

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        x, dout = distinct(rng, (2, 6, 4, 2)), arriving(rng, (2, 3, 2, 2))
        check_arguments_kept(student.max_pool_backward(dout, x, size=2, stride=2))


@exercise("average_pool_backward")
class TestAveragePoolBackward:
    @weight(3)
    def test_one_window(self, student, rng):
        """In a single window every input receives the same share of the gradient."""
        x, dout = one_window(rng, 2), arriving(rng, (2, 1, 1, 1))
        check_backward(student, "average_pool_backward", dout, x, size=2, stride=1)

    @weight(4)
    def test_stride_one(self, student, rng):
        """With stride 1 an input lies in several windows: its shares add up."""
        x, dout = distinct(rng, (1, 6, 6, 1)), arriving(rng, (1, 5, 5, 1))
        check_backward(student, "average_pool_backward", dout, x, size=2, stride=1)

    @weight(1)
    def test_windows_of_one_pixel(self, student, rng):
        """A window of one pixel sends its gradient back to that pixel (stride 2)."""
        x, dout = distinct(rng, (1, 5, 5, 1)), arriving(rng, (1, 3, 3, 1))
        check_backward(student, "average_pool_backward", dout, x, size=1, stride=2)

    @weight(2)
    def test_touching_windows(self, student, rng):
        """With size and stride 2, or 3, every window spreads its own gradient over its inputs."""
        for size, side in ((2, 8), (3, 9)):
            x = distinct(rng, (1, side, side, 1))
            dout = arriving(rng, (1, side // size, side // size, 1))
            check_backward(student, "average_pool_backward", dout, x, size=size, stride=size)

    @weight(2)
    def test_examples_and_channels(self, student, rng):
        """Every example and every channel keeps its gradient to itself."""
        x, dout = distinct(rng, (3, 6, 8, 2)), arriving(rng, (3, 3, 4, 2))
        check_backward(student, "average_pool_backward", dout, x, size=2, stride=2)

    @weight(2)
    def test_overlapping_windows(self, student, rng):
        """With size 3 and stride 2, or 1, an input in several windows adds up its shares."""
        some = (3, 7, 5, 2), (3, 3, 2, 2), 2
        for shape, outputs, stride in (some, ((2, 4, 3, 1), (2, 2, 1, 1), 1)):
            x, dout = distinct(rng, shape), arriving(rng, outputs)
            check_backward(student, "average_pool_backward", dout, x, size=3, stride=stride)

    @weight(2)
    def test_gaps_between_windows(self, student, rng):
        """With size 2 and stride 3 the inputs between the windows receive no gradient."""
        x, dout = distinct(rng, (2, 8, 8, 2)), arriving(rng, (2, 3, 3, 2))
        check_backward(student, "average_pool_backward", dout, x, size=2, stride=3)

    @weight(1)
    def test_dropped_windows(self, student, rng):
        """Inputs at the border that no window reaches are part of dx, with gradient 0."""
        for shape, stride in SIDES_WITH_A_REST:
            x = distinct(rng, shape)
            dout = arriving(rng, pooling.max_pool_forward(x, size=2, stride=stride).shape)
            check_backward(student, "average_pool_backward", dout, x, size=2, stride=stride)

    @weight(2)
    def test_larger_window(self, student, rng):
        """Nine inputs share one gradient equally (size 3)."""
        x, dout = one_window(rng, 3), arriving(rng, (2, 1, 1, 1))
        check_backward(student, "average_pool_backward", dout, x, size=3, stride=1)

    @weight(1)
    def test_whole_numbers(self, student, rng):
        """An input of whole numbers (an integer array) has a gradient with fractions."""
        x, dout = whole_numbers(rng, 2), arriving(rng, (2, 1, 1, 1))
        check_backward(student, "average_pool_backward", dout, x, size=2, stride=1)

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are."""
        x, dout = distinct(rng, (2, 6, 4, 2)), arriving(rng, (2, 3, 2, 2))
        check_arguments_kept(student.average_pool_backward(dout, x, size=2, stride=2))


@exercise("sgd_step")
class TestSgdStep:
    @weight(3)
    def test_one_step(self, student, rng):
        """The weights move against their gradient, in proportion to the learning rate."""
        w, dw = gradient(rng, (5,)), gradient(rng, (5,))
        check_call(student, pooling, "sgd_step", w, dw, 0.6)

    @weight(2)
    def test_any_shape_and_rate(self, student, rng):
        """Weights of any shape and any learning rate work."""
        w, dw = gradient(rng, (3, 3, 2, 4)), gradient(rng, (3, 3, 2, 4))
        dw[0, 0], dw[1, 1] = 1, -1  # numbers like any other
        check_call(student, pooling, "sgd_step", w, dw, 0.75)

    @weight(3)
    def test_zero_gradient(self, student, rng):
        """A weight whose gradient is zero stays as it was, and the others move."""
        w, dw = gradient(rng, (4, 5)), gradient(rng, (4, 5))
        dw[rng.permutation(20).reshape(4, 5) < 8] = 0
        check_call(student, pooling, "sgd_step", w, dw, 0.5)

    def test_arguments_kept(self, student, rng):
        """The function leaves its arguments as they are: a new array is returned."""
        w, dw = gradient(rng, (2, 3)), gradient(rng, (2, 3))
        check_arguments_kept(student.sgd_step(w, dw, 0.1))


@exercise("answer_1")
def test_answer_1(student):
    """Question 1: what a pooling layer learns, and what it does in the backward pass."""
    check_choice(student.value("answer_1"), pooling.ANSWERS["answer_1"], LETTERS)


@exercise("answer_2")
def test_answer_2(student):
    """Question 2: what is wrong with the whole gradient for each of two equal maxima."""
    check_choice(student.value("answer_2"), pooling.ANSWERS["answer_2"], LETTERS)


@exercise("answer_3")
def test_answer_3(student):
    """Question 3: whether the zeros that max pooling sends back arrive in the kernel's gradient."""
    check_choice(student.value("answer_3"), pooling.ANSWERS["answer_3"], LETTERS)


@exercise("answer_4")
def test_answer_4(student):
    """Question 4: what one step does to a weight whose gradient is zero."""
    check_choice(student.value("answer_4"), pooling.ANSWERS["answer_4"], LETTERS)
