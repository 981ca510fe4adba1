"""Groups of answers that nothing known explains: the same mistake, whatever its words."""

import pytest
from conftest import GradeCells

from autograder.explanation.shared_calls import shared_calls
from autograder.notebook.assignment import Assignment
from autograder.results import ExerciseResult

# The last weight is forgotten, and sums are made in several orders.
FORGETS_A_WEIGHT = [
    """
def weighted_mean(numbers, weights):
    return sum(n * w for n, w in zip(numbers, weights)) / (sum(weights[:-1]) or 1)
""",
    """
def weighted_mean(numbers, weights):
    above = 0.0
    for n, w in reversed(list(zip(numbers, weights))):
        above = above + w * n
    below = weights[:-1]
    return above / (sum(reversed(below)) if sum(below) else 1)
""",
    """
def weighted_mean(numbers, weights):
    return np.float64(np.dot(numbers, weights) / (np.sum(weights[:-1]) or 1))
""",
]
ADDS_A_LITTLE = """
def weighted_mean(numbers, weights):
    return sum(n * w for n, w in zip(numbers, weights)) / sum(weights) + {}
"""


def weighted_mean(grade_cells: GradeCells, code: str, student: str = "") -> ExerciseResult:
    graded = grade_cells({"weighted_mean": code}, student=student)
    return next(e for e in graded.grading.exercises if e.name == "weighted_mean")


def test_one_mistake_is_one_group_in_other_words_and_with_other_numbers(
    grade_cells: GradeCells,
) -> None:
    results = [
        weighted_mean(grade_cells, code, student)
        for code in FORGETS_A_WEIGHT
        for student in ("student-001", "student-002")
    ]
    assert {result.misconception for result in results} == {None}
    assert len({result.group for result in results}) == 1
    assert results[0].group


def test_other_mistakes_are_other_groups(grade_cells: GradeCells) -> None:
    codes = [FORGETS_A_WEIGHT[0], *(ADDS_A_LITTLE.format(n) for n in (0.1, 0.2, -0.1))]
    groups = {weighted_mean(grade_cells, code).group for code in codes}
    assert len(groups) == len(codes)
    assert "" not in groups


@pytest.mark.parametrize(
    "code",
    [
        "def weighted_mean(numbers, weights):\n    while True:\n        pass",
        "def another_name(numbers, weights):\n    return 1",
        "import random\ndef weighted_mean(numbers, weights):\n    return random.random()",
        "",
    ],
    ids=["never ends", "has another name", "is by chance", "is not there"],
)
def test_what_gives_no_answer_twice_has_no_group(grade_cells: GradeCells, code: str) -> None:
    result = weighted_mean(grade_cells, code)
    assert result.score == 0
    assert result.group == ""


def test_known_and_right_answers_have_no_group(grade_cells: GradeCells) -> None:
    known = """
def weighted_mean(numbers, weights):
    return sum(n * w for n, w in zip(numbers, weights)) / len(numbers)
"""
    found = {e.name: e for e in grade_cells({"weighted_mean": known}).grading.exercises}
    assert found["weighted_mean"].misconception == "divides_by_the_count"
    assert {exercise.group for exercise in found.values()} == {""}


def test_calls_are_those_of_the_assignment_and_of_no_secret(averages: Assignment) -> None:
    shared = shared_calls(averages, "weighted_mean")
    assert shared is shared_calls(averages, "weighted_mean")
    assert 1 <= len(shared.calls) <= 12
    assert len({*shared.right}) == len(shared.right)
    assert shared.digest != shared_calls(averages, "running_maximum").digest
