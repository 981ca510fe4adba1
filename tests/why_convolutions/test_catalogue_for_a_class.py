"""The catalogue for whole classes: nobody's numbers let a mistake through."""

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

import pytest
from contents import assignment_names, load_assignment
from typed import KeptAnswers, typed

from autograder.explanation.diagnosis import diagnose
from autograder.explanation.losses import Loss, rounds
from autograder.explanation.misconceptions import Misconception, misconceptions
from autograder.notebook.assignment import Assignment
from autograder.results import Outcome, TestResult
from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_tests import hidden_test_weights, run_hidden_tests

GUIDE = Path(__file__).parents[2] / "docs" / "instructors.md"
OFTEN = 4  # mistakes that were met as often stand in its table


def failed(tests: list[TestResult]) -> bool:
    return any(test.outcome is Outcome.FAILED for test in tests)


def checked_losses(assignment: Assignment, seed: bytes) -> Iterator[Loss]:
    """Yield what each mistake costs with one student's numbers.

    Each, as a student would type it, is noticed and recognised. Right answers lose no point.
    """
    name, right, references = assignment.name, right_answers(assignment), assignment.references
    catalogue = misconceptions(assignment)
    known = {e: [m for m in catalogue if m.exercise == e] for e in references}
    points = {exercise.name: exercise.points for exercise in assignment.exercises}
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
            yield Loss(mistake, results[exercise], points[exercise])


def row_in_the_guide(loss: Loss) -> str:
    mistake = loss.misconception
    name = mistake.name.replace("_", " ")
    return f"| `{mistake.exercise}` | {name} | {mistake.seen} | {loss.lost:.1f} | {loss.points:g} |"


def is_in_the_guide(mistake: Misconception) -> bool:
    return bool(mistake.seen >= OFTEN and mistake.steps)


@pytest.mark.parametrize("name", assignment_names())
def test_every_mistake_is_noticed_and_recognised_and_costs_what_the_guide_says(name: str) -> None:
    assignment = load_assignment(name)
    losses = {loss.misconception: loss for loss in checked_losses(assignment, seed=b"")}
    frequent = [losses[m] for m in misconceptions(load_assignment(name)) if is_in_the_guide(m)]
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    starts = tuple(f"| `{exercise.name}` |" for exercise in assignment.exercises)
    assert [line for line in lines if line.startswith(starts)] == [*map(row_in_the_guide, frequent)]

    weights = hidden_test_weights(assignment)
    noticing = {(m.exercise, test) for m, loss in losses.items() for test in loss.failed}
    assert noticing == {(exercise, test) for exercise, tests in weights.items() for test in tests}


def test_the_guide_has_no_row_of_anything_else() -> None:
    known = chain.from_iterable(misconceptions(load_assignment(n)) for n in assignment_names())
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert len(rows) == sum(map(is_in_the_guide, known))


@pytest.mark.many_students
@pytest.mark.parametrize("name", assignment_names())
def test_every_mistake_is_noticed_and_recognised_for_two_hundred_students(name: str) -> None:
    for number in range(200):
        seed = f"secret of student-{number:03}".encode()
        assert list(checked_losses(load_assignment(name), seed))
