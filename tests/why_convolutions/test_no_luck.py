"""A mistake costs every student the same: the numbers that are drawn decide nothing."""

import warnings
from collections.abc import Iterable

import numpy as np
import pytest
from contents import assignment_names, load_assignment
from played import Played, hidden_tests

from autograder.explanation.misconceptions import Misconception, misconceptions, with_mistakes
from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_tests import collected_tests

FUNCTIONS = [(name, f) for name in assignment_names() for f in load_assignment(name).signatures()]
EXERCISES = [pytest.param(*pair, id=f"{pair[0]}-{pair[1]}") for pair in FUNCTIONS]
A_FEW, A_CLASS = 3, 200  # students


@pytest.mark.parametrize("name", assignment_names())
def test_what_is_played_here_are_the_hidden_tests(name: str) -> None:
    collected = collected_tests(load_assignment(name))
    played = [(test.exercise, test.name) for test in hidden_tests(name)]
    assert played == [(exercise, t.name) for exercise, tests in collected.items() for t in tests]


def by_luck(name: str, exercise: str, students: int) -> dict[str, dict[str, int]]:
    """Return how many students fail, by mistake and test, where some do and others do not."""
    assignment = load_assignment(name)
    known = [m for m in misconceptions(assignment) if m.exercise == exercise]
    tests = [test for test in hidden_tests(name) if test.exercise == exercise and test.draws]
    assert known
    assert tests
    found = {mistake.name: _by_luck(name, mistake, tests, range(students)) for mistake in known}
    return {mistake: counts for mistake, counts in found.items() if counts}


def _by_luck(
    name: str, mistake: Misconception, tests: Iterable[Played], students: range
) -> dict[str, int]:
    assignment = load_assignment(name)
    answers = with_mistakes(right_answers(assignment), mistake)
    counts = {}
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):  # as of a student
        for test in tests:
            failed = [test.fails(direct_student(assignment, answers), n) for n in students]
            if len(set(failed)) > 1:
                counts[test.name] = sum(failed)
    return counts


@pytest.mark.parametrize(("name", "exercise"), EXERCISES)
def test_a_mistake_fails_the_same_hidden_tests_for_everybody(name: str, exercise: str) -> None:
    assert by_luck(name, exercise, A_FEW) == {}


@pytest.mark.many_students
@pytest.mark.parametrize(("name", "exercise"), EXERCISES)
def test_a_mistake_fails_the_same_hidden_tests_for_two_hundred_students(
    name: str, exercise: str
) -> None:
    assert by_luck(name, exercise, A_CLASS) == {}
