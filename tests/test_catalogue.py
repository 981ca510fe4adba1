"""The catalogue through the whole heart: mistakes lose what they should, other styles nothing."""

from collections.abc import Iterator
from itertools import zip_longest

import pytest
from notebooks import answered

from autograder.assignment import assignment_names, load_assignment
from autograder.demo.sources import student_source
from autograder.grading import grade
from autograder.misconceptions import Alternative, Misconception, entries, misconceptions
from autograder.options import Limits
from autograder.results import Outcome
from autograder.sandbox.host import Sandbox

Entry = Misconception | Alternative


def rounds(name: str) -> Iterator[list[Entry]]:
    """Yield submissions, each with one known implementation of every exercise.

    No reference calls another exercise, so a mistake may only show in its own: grading one
    of each at a time proves as much as grading one by one, in a quarter of the time.
    """
    exercises = dict.fromkeys(entry.exercise for entry in entries(name))
    columns = [[e for e in entries(name) if e.exercise == exercise] for exercise in exercises]
    for row in zip_longest(*columns):
        yield [entry for entry in row if entry is not None]


@pytest.mark.parametrize(
    ("name", "number", "together"),
    [
        pytest.param(name, number, together, id=f"{name}-{number}")
        for name in assignment_names()
        for number, together in enumerate(rounds(name))
    ],
)
def test_a_mistake_fails_its_tests_and_another_style_none(
    name: str, number: int, together: list[Entry], sandbox: Sandbox
) -> None:
    assignment = load_assignment(name)
    notebook = answered(assignment, {e.exercise: student_source(e) for e in together})
    student = f"student-{number % 5:03}"  # not always the same numbers
    grading = grade(
        notebook, assignment, sandbox, notebook=name, student=student, limits=Limits()
    ).grading
    failed = {
        (result.name, test.name.split("[")[0])
        for result in grading.exercises
        for test in result.tests
        if test.outcome is not Outcome.PASSED
    }
    mistakes = [entry for entry in together if isinstance(entry, Misconception)]
    assert failed == {(entry.exercise, test) for entry in mistakes for test in entry.fails}


@pytest.mark.parametrize("name", assignment_names())
def test_every_mistake_is_explained_and_noticed(name: str) -> None:
    catalogue = misconceptions(name)
    assert len({entry.name for entry in catalogue}) == len(catalogue)
    for entry in catalogue:
        assert entry.fails, entry.name
        assert len(entry.hint) > 15, entry.name
