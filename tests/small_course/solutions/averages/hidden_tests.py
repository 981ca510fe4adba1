"""What is really checked in the assignment "averages"."""

import pytest

from autograder.running.testing import (
    check,
    check_arguments_kept,
    check_call,
    check_choice,
    exercise,
    weight,
)

LETTERS = "abc"


@exercise("running_maximum")
class TestRunningMaximum:
    @weight(2)
    @pytest.mark.parametrize("length", [2, 7], ids=["two numbers", "seven numbers"])
    def test_any_numbers(self, student, reference, rng, length):
        """Every place holds the largest number up to there."""
        numbers = [*rng.integers(10, 90, length).tolist(), 5, 99, 7]
        check_call(student, reference, "running_maximum", numbers)

    @weight(3)
    def test_negative_numbers(self, student, reference, rng):
        """Numbers that are all negative have a maximum as well."""
        numbers = [*sorted((-rng.integers(1, 90, 6)).tolist(), reverse=True), -1, -95]
        check_call(student, reference, "running_maximum", numbers)

    def test_no_numbers(self, student):
        """Of no numbers there is no maximum: the list stays empty."""
        check(student.running_maximum([]), [])


@exercise("weighted_mean")
class TestWeightedMean:
    @weight(3)
    def test_weights_that_differ(self, student, reference, rng):
        """A number with twice the weight counts twice."""
        numbers, weights = rng.normal(5, 2, 4).tolist(), rng.uniform(0.2, 3, 4).tolist()
        check_call(student, reference, "weighted_mean", numbers, weights)

    @weight(2)
    def test_equal_weights(self, student, reference, rng):
        """Equal weights give the ordinary mean, whatever they are."""
        numbers, weights = rng.normal(5, 2, 4).tolist(), [0.5] * 4
        check_call(student, reference, "weighted_mean", numbers, weights)

    def test_one_number(self, student, rng):
        """One number is its own mean."""
        number = float(rng.normal(5, 2))
        check(student.weighted_mean([number], weights=[2.0]), number)


@exercise("step_down")
class TestStepDown:
    @weight(3)
    def test_a_step(self, student, reference, rng):
        """The values move against their slopes, by the rate."""
        values, slopes = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
        check_call(student, reference, "step_down", values, slopes, 0.1)

    @weight(2)
    def test_arguments_by_name(self, student, reference, rng):
        """The arguments can be given by their names."""
        values, slopes = rng.normal(size=5), rng.normal(size=5)
        given = {"slopes": slopes, "values": values, "rate": 0.5}
        check_call(student, reference, "step_down", **given)

    @weight(2)
    def test_whole_numbers(self, student, reference, rng):
        """Whole numbers move by fractions."""
        values, slopes = rng.integers(-9, 9, 6), rng.integers(1, 9, 6)
        check_call(student, reference, "step_down", values, slopes, 0.25)

    def test_arguments_kept(self, student, reference, rng):
        """A right step leaves its arguments as they are."""
        values, slopes = rng.normal(size=(2, 3))
        answer = student.step_down(values, slopes, 0.5)
        check(answer, reference.step_down(values, slopes, 0.5))
        check_arguments_kept(answer)


@exercise("answer_1")
def test_answer_1(student, reference):
    """A weight of zero leaves a number out of the mean."""
    check_choice(student.value("answer_1"), reference.ANSWERS["answer_1"], LETTERS)
