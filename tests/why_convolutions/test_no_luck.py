"""A mistake costs every student the same: the numbers that are drawn decide nothing."""

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pytest
from contents import assignment_names, load_assignment, of_size

from autograder.errors import NoAnswer
from autograder.explanation.misconceptions import Misconception, misconceptions, with_mistakes
from autograder.notebook.assignment import Assignment
from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_test import HiddenTest
from autograder.running.hidden_tests import found_tests

FUNCTIONS = [(name, f) for name in assignment_names() for f in load_assignment(name).signatures()]
EXERCISES = [pytest.param(*pair, id=f"{pair[0]}-{pair[1]}") for pair in FUNCTIONS]
SMALL_ONES_AT_ONCE = [of_size(name, name, function) for name, function in FUNCTIONS]
A_FEW, A_CLASS = 3, 200  # students


def by_luck(name: str, exercise: str, students: int) -> dict[str, dict[str, int]]:
    """Return how many students fail, by mistake and test, where some do and others do not."""
    assignment = load_assignment(name)
    known = [m for m in misconceptions(assignment) if m.exercise == exercise]
    tests = [test for test in found_tests(assignment) if test.exercise == exercise and test.draws]
    assert known
    assert tests
    found = {mistake.name: _by_luck(name, mistake, tests, range(students)) for mistake in known}
    return {mistake: counts for mistake, counts in found.items() if counts}


def _by_luck(
    name: str, mistake: Misconception, tests: Iterable[HiddenTest], students: range
) -> dict[str, int]:
    assignment = load_assignment(name)
    answers = with_mistakes(right_answers(assignment), mistake)
    counts = {}
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):  # as of a student
        for test in tests:
            failed = [_fails(test, assignment, answers, number) for number in students]
            if len(set(failed)) > 1:
                counts[test.item.name] = sum(failed)
    return counts


def _fails(
    test: HiddenTest, assignment: Assignment, answers: Mapping[str, Any], number: int
) -> bool:
    try:
        test.call(assignment, direct_student(assignment, answers), f"student {number}".encode())
    except (AssertionError, NoAnswer):
        return True
    return False


@pytest.mark.parametrize(("name", "exercise"), SMALL_ONES_AT_ONCE)
def test_a_mistake_fails_the_same_hidden_tests_for_everybody(name: str, exercise: str) -> None:
    assert by_luck(name, exercise, A_FEW) == {}


@pytest.mark.many_students
@pytest.mark.parametrize(("name", "exercise"), EXERCISES)
def test_a_mistake_fails_the_same_hidden_tests_for_two_hundred_students(
    name: str, exercise: str
) -> None:
    assert by_luck(name, exercise, A_CLASS) == {}
