"""The catalogue through the whole heart: mistakes lose what they should, other styles nothing."""

from collections.abc import Iterator

import pytest
from notebooks import answered

from autograder.assignment import Assignment, assignment_names, load_assignment
from autograder.demo.sources import student_source
from autograder.grading import grade
from autograder.misconceptions import Alternative, Misconception, entries, misconceptions
from autograder.options import Limits
from autograder.results import Outcome
from autograder.sandbox.host import Sandbox


def known(name: str) -> Iterator[object]:
    for entry in entries(name):
        yield pytest.param(name, entry, id=f"{name}-{entry.name}")


@pytest.mark.parametrize(
    ("name", "entry"), [param for name in assignment_names() for param in known(name)]
)
def test_a_mistake_fails_its_tests_and_another_style_none(
    name: str, entry: Misconception | Alternative, sandbox: Sandbox
) -> None:
    assignment: Assignment = load_assignment(name)
    notebook = answered(assignment, {entry.exercise: student_source(entry)})
    student = f"student-{len(entry.name) % 5:03}"  # not always the same numbers
    grading = grade(
        notebook, assignment, sandbox, notebook=name, student=student, limits=Limits()
    ).grading
    failed = {
        (result.name, test.name.split("[")[0])
        for result in grading.exercises
        for test in result.tests
        if test.outcome is not Outcome.PASSED
    }
    fails = entry.fails if isinstance(entry, Misconception) else ()
    assert failed == {(entry.exercise, test) for test in fails}


@pytest.mark.parametrize("name", assignment_names())
def test_every_mistake_is_explained_and_noticed(name: str) -> None:
    catalogue = misconceptions(name)
    assert len({entry.name for entry in catalogue}) == len(catalogue)
    for entry in catalogue:
        assert entry.fails, entry.name
        assert len(entry.hint) > 15, entry.name
