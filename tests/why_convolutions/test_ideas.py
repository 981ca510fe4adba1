"""The ideas of this course: each exercise is about one of five."""

import pytest
from contents import assignment_names, load_assignment

from autograder.report.across import ideas_of

IDEAS = {"counting", "forward", "backward", "sparsity", "sharing"}


@pytest.mark.parametrize("name", assignment_names())
def test_each_exercise_is_about_one_idea(name: str) -> None:
    assignment = load_assignment(name)
    ideas = ideas_of(assignment)
    assert {*ideas} == {exercise.name for exercise in assignment.exercises}
    assert {*ideas.values()} <= IDEAS


def test_all_ideas_have_exercises() -> None:
    named = (ideas_of(load_assignment(name)).values() for name in assignment_names())
    assert {idea for ideas in named for idea in ideas} == IDEAS
