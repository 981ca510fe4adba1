"""Mistakes of real students are named, or a true fact is said, in whatever form they come."""

import warnings
from typing import Any

import nbformat
import numpy as np
import pytest
from contents import assignment_names, load_assignment
from forms import FORMS, NONES

from autograder.explanation.explain import explain
from autograder.notebook.assignment import Assignment, Exercise
from autograder.results import ExerciseResult, score_of
from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_tests import run_hidden_tests
from autograder.running.time_left import TimeLeft

CASES = [
    pytest.param(exercise, name, source, id=f"{exercise} {name} {number}")
    for (exercise, name), sources in FORMS.items()
    for number, source in enumerate(sources, start=1)
]


def home_of(exercise: str) -> tuple[Assignment, Exercise]:
    assignments = map(load_assignment, assignment_names())
    return next((a, e) for a in assignments for e in a.exercises if e.name == exercise)


def explained(exercise: str, source: str) -> ExerciseResult:
    """Return the result of one exercise, run here as no student's code ever is."""
    assignment, about = home_of(exercise)
    names: dict[str, Any] = {"np": np}
    exec(source, names)
    answers = right_answers(assignment) | {exercise: names[exercise]}
    student = direct_student(assignment, answers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tests = run_hidden_tests(assignment, student, b"", [exercise])[exercise]
        score = score_of(tests, about.points)
        result = ExerciseResult(name=exercise, score=score, max_score=about.points, tests=tests)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        return explain([result], assignment, student, notebook, [], TimeLeft(60))[0]


@pytest.mark.parametrize(("exercise", "name", "source"), CASES)
def test_a_mistake_has_its_name_in_every_form(exercise: str, name: str, source: str) -> None:
    result = explained(exercise, source)
    assert result.score is not None
    assert result.score < result.max_score
    found = str(result.misconception)
    assert sorted(found.split(" and ")) == sorted(name.split(" and "))


@pytest.mark.parametrize("source", NONES)
def test_what_was_never_given_a_value_is_no_missing_return(source: str) -> None:
    result = explained("conv_backward", source)
    assert result.misconception is None
    assert result.score == 0
    assert all("missing" not in test.message for test in result.tests)
    assert "give that result its value" in str(result.hint)
