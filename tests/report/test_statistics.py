"""The formulas of the report, against figures worked out elsewhere."""

import doctest
from random import Random

import pytest
from scipy.stats import pointbiserialr

from autograder.report import statistics
from autograder.report.statistics import cronbach_alpha, point_biserial


def test_the_examples_hold() -> None:
    assert doctest.testmod(statistics).failed == 0
    assert doctest.testmod(statistics).attempted > 0


def test_point_biserial_is_that_of_scipy() -> None:
    random = Random(3)
    passed = [random.random() < 0.7 for _ in range(50)]
    rest = [random.gauss(60 + 10 * was, 12) for was in passed]
    expected = pointbiserialr(passed, rest).statistic
    assert point_biserial(passed, rest) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("passed", "rest"),
    [
        ([True] * 9, [*range(9)]),
        ([False] * 9, [*range(9)]),
        ([True, False, True, False, True, True], [4] * 6),
        ([True, False, True], [1, 2, 3]),
    ],
    ids=["all pass", "nobody passes", "all alike", "too few"],
)
def test_there_may_be_no_correlation(passed: list[bool], rest: list[float]) -> None:
    assert point_biserial(passed, rest) is None


def test_alpha_of_a_worked_example() -> None:
    # Variances of the items 2/3 (times 6 students: 4/6), 0.4722, 1.1389; of the sum 5.8056.
    rows = [[3, 4, 3], [5, 4, 5], [4, 4, 5], [3, 3, 3], [4, 5, 4], [5, 5, 5]]
    single = [0.6667, 0.4722, 0.8056]
    sums = [10, 14, 13, 9, 13, 15]
    mean = sum(sums) / 6
    whole = sum((s - mean) ** 2 for s in sums) / 6
    assert cronbach_alpha(rows) == pytest.approx(1.5 * (1 - sum(single) / whole), abs=1e-3)


@pytest.mark.parametrize(
    "rows",
    [[[1, 2]] * 4, [[1]] * 9, [[1, 2]] * 9],
    ids=["too few students", "one item", "all alike"],
)
def test_there_may_be_no_alpha(rows: list[list[float]]) -> None:
    assert cronbach_alpha(rows) is None
