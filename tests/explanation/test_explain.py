"""What a student is told of an exercise that fails, through the whole heart."""

import shutil
from pathlib import Path

import pytest
from conftest import GradeCells
from contents import SMALL

from autograder.course.contents import Contents
from autograder.course.options import Limits
from autograder.grading import grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.results import ExerciseResult, Outcome
from autograder.sandbox.host import Sandbox

MEAN = """
def weighted_mean(numbers, weights):
    total = count = 0
    for number, weight in zip(numbers, weights):
        total += {product}
        count += {counted}
    return {result}
"""
RIGHT = {"product": "number * weight", "counted": "weight", "result": "total / count"}
STEP = "def step_down(values, slopes, rate):\n    out = values - rate * slopes\n    return {result}"


def mean(**changes: str) -> dict[str, str]:
    return {"weighted_mean": MEAN.format(**RIGHT | changes)}


def step(result: str) -> dict[str, str]:
    return {"step_down": STEP.format(result=result)}


def explained(grade_cells: GradeCells, changes: dict[str, str]) -> ExerciseResult:
    """Return the result of the one exercise that is changed; no other one has a hint."""
    grading = grade_cells(changes).grading
    (result,) = [r for r in grading.exercises if r.name in changes]
    assert [r.name for r in grading.exercises if r.hint and r is not result] == []
    return result


def test_a_mistake_written_in_the_students_own_way_is_recognised(grade_cells: GradeCells) -> None:
    result = explained(grade_cells, mean(counted="1"))
    assert result.misconception == "divides_by_the_count"
    assert result.hint is not None
    assert "weights" in result.hint


def test_two_mistakes_are_recognised_together(grade_cells: GradeCells) -> None:
    result = explained(grade_cells, mean(counted="1", product="number"))
    assert result.misconception is not None
    assert sorted(result.misconception.split(" and ")) == [
        "divides_by_the_count",
        "forgets_the_weights_above",
    ]


@pytest.mark.parametrize("right", [mean(), step("out")], ids=["a number", "an array"])
def test_a_right_answer_has_no_hint(grade_cells: GradeCells, right: dict[str, str]) -> None:
    result = explained(grade_cells, right)
    assert result.score == result.max_score
    assert result.hint is result.misconception is None


@pytest.mark.parametrize(
    ("changes", "fact", "hint"),
    [
        (mean(counted="7"), "the number differs", "on paper"),
        (mean(result="[total / count]"), "expected a number, got a list", "type("),
        (mean(product="width_of_it"), "'width_of_it' is not defined at line 5", "No cell gives"),
        (mean(result="np.random.rand()"), "the number differs", "Called twice"),
        (mean(result="total / count + (len(numbers) < 2)"), "differs", "a single number"),
        (step("out**3 + out"), "entries differ, the first at index", "on paper"),
        (step("out / 7"), "entries differ, the first at index", "1/7 × the right one"),
        (step("out[0]"), "expected shape", "by hand"),
        (step("width_of_it"), "'width_of_it' is not defined at line 3", "No cell gives"),
        (step("np.random.rand(*out.shape)"), "entries differ", "Called twice"),
        (step("out + 1"), "With values of shape (3, 4), slopes of shape (3, 4)", "always 1 more"),
    ],
)
def test_what_nobody_knows_gets_the_facts_and_one_thing_to_try(
    grade_cells: GradeCells, changes: dict[str, str], fact: str, hint: str
) -> None:
    result = explained(grade_cells, changes)
    assert result.misconception is None
    assert any(fact in test.message for test in result.tests)
    assert hint in str(result.hint)


def test_what_is_wrong_beside_a_wrong_function_that_is_called(grade_cells: GradeCells) -> None:
    wrong = "def running_maximum(numbers):\n    return numbers[0]"
    caller = "def weighted_mean(numbers, weights):\n    return running_maximum(numbers) * 0"
    grading = grade_cells({"running_maximum": wrong, "weighted_mean": caller}).grading
    hints = {result.name: str(result.hint) for result in grading.exercises}
    assert hints["weighted_mean"].startswith("Print type(...)")
    assert "weighted_mean" not in hints["running_maximum"]


def test_where_it_cannot_be_replaced_the_wrong_function_is_named_first(
    grade_cells: GradeCells,
) -> None:
    wrong = "def running_maximum(numbers):\n    return numbers[0]"
    caller = (
        "def weighted_mean(numbers, weights):\n"
        "    return running_maximum([10**9] + list(numbers))[0] * 0.5"
    )
    grading = grade_cells({"running_maximum": wrong, "weighted_mean": caller}).grading
    hints = {result.name: str(result.hint) for result in grading.exercises}
    assert hints["weighted_mean"].startswith(
        "Your `weighted_mean` calls your `running_maximum`. Mend first what fails there. "
    )
    assert "Mend" not in hints["running_maximum"]


def test_a_wrong_choice_says_what_was_confused(grade_cells: GradeCells) -> None:
    grading = grade_cells({"answer_1": 'answer_1 = " A"'}).grading
    (result,) = [result for result in grading.exercises if result.hint]
    assert result.name == "answer_1"
    assert result.misconception
    assert "multiplied by zero" in str(result.hint)


def test_a_choice_that_is_no_letter_is_not_explained(grade_cells: GradeCells) -> None:
    grading = grade_cells({"answer_1": "answer_1 = 4"}).grading
    (result,) = [result for result in grading.exercises if result.score == 0]
    assert result.hint is result.misconception is None
    assert "one letter in quotes" in result.tests[0].message


@pytest.fixture
def three_arrays(tmp_path: Path) -> Assignment:
    """The same assignment, but for a function that returns three arrays, and so do its mistakes."""
    course = tmp_path / "course"
    shutil.copytree(SMALL.root, course)
    for name, one, three in (
        ("__init__", "return values - rate * slopes", "return values, slopes, rate * slopes"),
        ("misconceptions", "return moved", "return values, slopes, moved"),
    ):
        file = course / "solutions" / "averages" / f"{name}.py"
        assert file.read_text().count(one) == 1
        file.write_text(file.read_text().replace(one, three))
    return Contents(course).assignment("averages")


@pytest.mark.parametrize(
    ("returned", "right"),
    [("np.zeros(values.shape)", False), ("values, slopes, rate * slopes", True)],
)
def test_one_array_for_three_is_wrong_and_no_fault_of_the_grader(
    sandbox: Sandbox, three_arrays: Assignment, returned: str, right: bool
) -> None:
    source = f"def step_down(values, slopes, rate):\n    return {returned}"
    notebook = answered(three_arrays, {"step_down": source})
    grading = grade(notebook, three_arrays, sandbox, notebook="-", limits=Limits()).grading
    (result,) = [result for result in grading.exercises if result.name == "step_down"]
    assert result.score == (result.max_score if right else 0)
    assert {test.outcome for test in result.tests} == {Outcome.PASSED if right else Outcome.FAILED}
    assert "The grader failed" not in str(result.hint)


@pytest.mark.parametrize(
    "hostile",
    [
        "return np.zeros((1000, 1000))",
        "return [[1], [1, 2]]",
        "return {'a': object()}",
        "return {'out': values, 'cache': (1, 2)}",
        "return [{'out': values}, values]",
        "return np.zeros(8_000_000, np.int8)",
        "return '\\U0001F600' + 'a' * 8_000_000",
        "return values.astype(np.float16)",
        "return values != 0",
        "return {'a': float('nan')}",
        "return (values,) * 1000",
        "return np.full(values.shape, None)",
        "return type('Array', (), {'shape': (1,), '__eq__': lambda *_: True})()",
        "raise SystemExit",
        "globals()['n'] = globals().get('n', 0) + 1\n    return 1 / (n - 15)",
    ],
)
def test_odd_answers_are_graded_too(grade_cells: GradeCells, hostile: str) -> None:
    source = f"def step_down(values, slopes, rate):\n    {hostile}"
    grading = grade_cells({"step_down": source}).grading
    (result,) = [result for result in grading.exercises if result.score != result.max_score]
    assert result.name == "step_down"
    assert result.score == 0
    assert result.misconception is None
    assert "The grader failed" not in str(result.hint)
    assert ("different answers" in str(result.hint)) == ("globals" in hostile)
