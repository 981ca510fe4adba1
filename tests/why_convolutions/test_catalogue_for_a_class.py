"""The catalogue for whole classes: nobody's numbers let a mistake through."""

from functools import partial

import pytest
from contents import assignment_names, load_assignment, small_ones_at_once
from typed import KeptAnswers, typed

from autograder.explanation.diagnosis import diagnose
from autograder.explanation.losses import rounds
from autograder.explanation.misconceptions import misconceptions
from autograder.notebook.assignment import Assignment
from autograder.results import Outcome, TestResult
from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_tests import run_hidden_tests

CLASS = 200
AT_ONCE = 25  # students of one test, so that several processes share a class


def failed(tests: list[TestResult]) -> bool:
    return any(test.outcome is Outcome.FAILED for test in tests)


def check_mistakes(assignment: Assignment, seed: bytes) -> None:
    """Fail unless each mistake is noticed and recognised with one student's numbers.

    Each is as a student would type it. Right answers lose no point.
    """
    name, right, references = assignment.name, right_answers(assignment), assignment.references
    catalogue = misconceptions(assignment)
    known = {e: [m for m in catalogue if m.exercise == e] for e in references}
    answering = KeptAnswers()
    results = run_hidden_tests(assignment, direct_student(assignment, right), seed)
    assert not [exercise for exercise, tests in results.items() if failed(tests)]
    for together in rounds(catalogue):
        wrong = {mistake.exercise: typed(name, mistake) for mistake in together}
        student = direct_student(assignment, right | wrong)
        results = run_hidden_tests(assignment, student, seed, wrong)
        assert {exercise for exercise, tests in results.items() if failed(tests)} == wrong.keys()
        for mistake in together:
            exercise = mistake.exercise
            again = partial(student.again, exercise)
            calls, reference = student.calls[exercise], references[exercise]
            found = diagnose(known[exercise], reference, calls, again, answering)
            assert found.misconception is mistake, (mistake, found)


@pytest.mark.parametrize("name", small_ones_at_once())
def test_every_mistake_is_noticed_and_recognised(name: str) -> None:
    check_mistakes(load_assignment(name), seed=b"")


@pytest.mark.many_students
@pytest.mark.parametrize("first", range(0, CLASS, AT_ONCE))
@pytest.mark.parametrize("name", assignment_names())
def test_every_mistake_is_noticed_and_recognised_for_a_class(name: str, first: int) -> None:
    assignment = load_assignment(name)
    for number in range(first, first + AT_ONCE):
        check_mistakes(assignment, f"secret of student-{number:03}".encode())
