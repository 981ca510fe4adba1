"""The catalogue with the numbers of many students: nobody's let a mistake through."""

from functools import partial

import pytest

from autograder.assignment import assignment_names, load_assignment
from autograder.catalogue import rounds
from autograder.diagnosis import diagnose
from autograder.direct import direct_student, right_answers, with_mistakes
from autograder.misconceptions import misconceptions
from autograder.results import Outcome, TestResult
from autograder.runner import run_hidden_tests


def failed(tests: list[TestResult]) -> bool:
    return any(test.outcome is Outcome.FAILED for test in tests)


def check_class(name: str, students: int) -> None:
    """Check that each mistake is noticed and recognised by the numbers of every student.

    Right answers lose no point by them.
    """
    assignment = load_assignment(name)
    right, references = right_answers(assignment), assignment.references()
    known = {e: [m for m in misconceptions(name) if m.exercise == e] for e in references}
    for number in range(students):
        seed = f"secret of student-{number:03}".encode()
        results = run_hidden_tests(assignment.hidden_tests, direct_student(assignment, right), seed)
        assert not [exercise for exercise, tests in results.items() if failed(tests)]
        for together in rounds(misconceptions(name)):
            student = direct_student(assignment, with_mistakes(right, *together))
            results = run_hidden_tests(assignment.hidden_tests, student, seed)
            noticed = {exercise for exercise, tests in results.items() if failed(tests)}
            assert noticed == {mistake.exercise for mistake in together}, (number, together)
            for mistake in together:
                exercise = mistake.exercise
                again = partial(student.again, exercise)
                calls = student.calls[exercise]
                found = diagnose(known[exercise], references[exercise], calls, again)
                assert found.misconception is mistake, (number, mistake, found)


@pytest.mark.parametrize("name", assignment_names())
def test_every_mistake_is_noticed_and_recognised_for_another_student(name: str) -> None:
    check_class(name, 1)


@pytest.mark.many_students
@pytest.mark.parametrize("name", assignment_names())
def test_every_mistake_is_noticed_and_recognised_for_two_hundred_students(name: str) -> None:
    check_class(name, 200)
