"""One mistake costs once: what a function calls of failing exercises is answered by right ones."""

import pytest
from conftest import GradeCells

WRONG = "def running_maximum(numbers):\n    return [-number for number in numbers]"
MEAN = """
def weighted_mean(numbers, weights):
    products = [{called}([n * w])[0] for n, w in zip(numbers, weights)]
    return sum(products) / {divisor}
"""


def mean(called: str = "running_maximum", divisor: str = "sum(weights)") -> str:
    return MEAN.format(called=called, divisor=divisor)


@pytest.mark.parametrize(
    "text",
    [
        mean(),
        "def largest(numbers):\n    return running_maximum(numbers)\n" + mean("largest"),
        mean().replace("    products", "    if len(numbers) == 0:\n        return 0\n    products"),
    ],
    ids=["directly", "through a helper", "in another form"],
)
def test_a_mistake_costs_its_own_exercise(grade_cells: GradeCells, text: str) -> None:
    grading = grade_cells({"running_maximum": WRONG, "weighted_mean": text}).grading
    scores = {result.name: result.score for result in grading.exercises}
    assert scores["running_maximum"] < 20
    assert scores["weighted_mean"] == 16
    assert {scores["step_down"], scores["answer_1"]} == {14, 10}


def test_two_exercises_that_are_one_function_are_judged_as_two(grade_cells: GradeCells) -> None:
    text = mean() + "    step_down\n"
    changes = {
        "running_maximum": WRONG,
        "weighted_mean": text,
        "step_down": "step_down = running_maximum",
    }
    scores = {result.name: result.score for result in grade_cells(changes).grading.exercises}
    assert (scores["weighted_mean"], scores["step_down"]) == (16, 0)


def test_a_mistake_of_ones_own_is_explained_beside_it(grade_cells: GradeCells) -> None:
    changes = {"running_maximum": WRONG, "weighted_mean": mean(divisor="len(numbers)")}
    (result,) = [r for r in grade_cells(changes).grading.exercises if r.name == "weighted_mean"]
    assert result.score < 16
    assert result.misconception == "divides_by_the_count"


def test_what_is_not_answered_is_no_fact_about_the_function(grade_cells: GradeCells) -> None:
    text = mean().replace(
        "    return",
        "    if weights[0] != weights[-1]:\n        running_maximum([1] * 5000)\n    return",
    )
    changes = {"running_maximum": WRONG, "weighted_mean": text}
    (result,) = [r for r in grade_cells(changes).grading.exercises if r.name == "weighted_mean"]
    said = [test.message for test in result.tests if test.message]
    assert said
    assert not any("raised" in message or "more than is expected" in message for message in said)
    assert result.misconception is None
    assert "The grader failed" not in str(result.hint)


def test_what_calls_nothing_is_not_tried_again(grade_cells: GradeCells) -> None:
    counting = (
        "asked = 0\n\n"
        "def weighted_mean(numbers, weights):\n"
        "    global asked\n    asked += 1\n    return float(asked)"
    )
    changes = {"running_maximum": WRONG, "weighted_mean": counting}
    (result,) = [r for r in grade_cells(changes).grading.exercises if r.name == "weighted_mean"]
    assert result.score == 0
    assert "two different answers" in str(result.hint)


@pytest.mark.parametrize("variable", ["numbers", "total", "result"])
def test_a_variable_is_no_function_that_is_called(grade_cells: GradeCells, variable: str) -> None:
    right_later = (
        "asked = 0\n\n"
        "def weighted_mean(numbers, weights):\n"
        "    global asked\n    asked += 1\n"
        "    total = sum(n * w for n, w in zip(numbers, weights)) / sum(weights)\n"
        "    return total if asked > 3 else result"
    )
    wrong = f"{WRONG}\nresult = 0.0\n{variable} = running_maximum([0.0])[0]"
    grading = grade_cells({"running_maximum": wrong, "weighted_mean": right_later}).grading
    (result,) = [r for r in grading.exercises if r.name == "weighted_mean"]
    assert result.score == 0


def test_functions_that_call_each_other_come_to_an_end(grade_cells: GradeCells) -> None:
    changes = {
        "running_maximum": "def running_maximum(numbers):\n    return weighted_mean(numbers, [1])",
        "weighted_mean": "def weighted_mean(numbers, weights):\n    return running_maximum([1])",
    }
    grading = grade_cells(changes).grading
    assert {r.name for r in grading.exercises if r.score} == {"step_down", "answer_1"}
