"""What a student is told of an exercise that fails, through the whole heart."""

from collections.abc import Callable

import pytest
from contents import load_assignment
from notebooks import answered

from autograder.course.options import Limits
from autograder.grading import Graded, grade
from autograder.results import ExerciseResult, Outcome
from autograder.sandbox.host import Sandbox

GradeCells = Callable[..., Graded]

AVERAGE = """
def average_pool_forward(x, size, stride):
    height, width = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    out = np.zeros((len(x), height, width, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = {corner}
        out[n, i, j, c] = x[n, top : top + size, left : left + size, c].sum() / {divisor}
    return {result}
"""
RIGHT = {"corner": "i * stride, j * stride", "divisor": "size**2", "result": "out"}


def explained(grade_cells: GradeCells, **changes: str) -> ExerciseResult:
    source = AVERAGE.format(**RIGHT | changes)
    grading = grade_cells({"average_pool_forward": source}).grading
    (result,) = [r for r in grading.exercises if r.name == "average_pool_forward"]
    assert [r.name for r in grading.exercises if r.hint and r is not result] == []
    return result


def test_a_mistake_written_in_the_students_own_way_is_recognised(grade_cells: GradeCells) -> None:
    result = explained(grade_cells, corner="i, j")
    assert result.misconception == "ignores_the_stride"
    assert result.hint is not None
    assert "stride" in result.hint


def test_two_mistakes_are_recognised_together(grade_cells: GradeCells) -> None:
    result = explained(grade_cells, corner="i, j", divisor="size")
    assert result.misconception is not None
    assert sorted(result.misconception.split(" and ")) == [
        "divides_by_the_side",
        "ignores_the_stride",
    ]


def test_a_right_answer_has_no_hint(grade_cells: GradeCells) -> None:
    result = explained(grade_cells)
    assert result.score == result.max_score
    assert result.hint is result.misconception is None


@pytest.mark.parametrize(
    ("changes", "fact", "hint"),
    [
        ({"divisor": "7"}, "entries differ, the first at index", "on paper"),
        ({"result": "out[0]"}, "expected shape", "by hand"),
        ({"divisor": "width_of_it"}, "'width_of_it' is not defined at line 7", "Restart"),
        ({"result": "np.random.rand(*out.shape)"}, "entries differ", "Called twice"),
        ({"result": "out + (stride > 1)"}, "stride=", "a stride of more than 1"),
    ],
)
def test_what_nobody_knows_gets_the_facts_and_one_thing_to_try(
    grade_cells: GradeCells, changes: dict[str, str], fact: str, hint: str
) -> None:
    result = explained(grade_cells, **changes)
    assert result.misconception is None
    assert any(fact in test.message for test in result.tests)
    assert hint in str(result.hint)


def test_a_wrong_function_that_another_one_calls_is_named_first(grade_cells: GradeCells) -> None:
    wrong = "def max_pool_forward(x, size, stride):\n    return x"
    caller = "def average_pool_forward(x, size, stride):\n    return max_pool_forward(x, 1, 1) * 0"
    grading = grade_cells({"max_pool_forward": wrong, "average_pool_forward": caller}).grading
    hints = {result.name: str(result.hint) for result in grading.exercises}
    assert hints["average_pool_forward"].startswith(
        "Your `average_pool_forward` calls your `max_pool_forward`. Mend first what fails there. "
    )
    assert "Mend" not in hints["max_pool_forward"]


def test_a_wrong_choice_says_what_was_confused(grade_cells: GradeCells) -> None:
    grading = grade_cells({"answer_4": 'answer_4 = " A"'}).grading
    (result,) = [result for result in grading.exercises if result.hint]
    assert result.name == "answer_4"
    assert result.misconception
    assert "w - learning_rate * 0" in str(result.hint)


def test_a_choice_that_is_no_letter_is_not_explained(grade_cells: GradeCells) -> None:
    grading = grade_cells({"answer_4": "answer_4 = 4"}).grading
    (result,) = [result for result in grading.exercises if result.score == 0]
    assert result.hint is result.misconception is None
    assert "one letter in quotes" in result.tests[0].message


def test_one_array_for_three_gradients_is_wrong_and_no_fault_of_the_grader(
    sandbox: Sandbox,
) -> None:
    convolution = load_assignment("convolution")
    source = "def conv_backward(dout, x, w, stride=1, pad=0):\n    return np.zeros(x.shape)"
    notebook = answered(convolution, {"conv_backward": source})
    grading = grade(notebook, convolution, sandbox, notebook="-", limits=Limits()).grading
    (result,) = [result for result in grading.exercises if result.name == "conv_backward"]
    assert result.score == 0
    assert {test.outcome for test in result.tests} == {Outcome.FAILED}


@pytest.mark.parametrize(
    "hostile",
    [
        "return np.zeros((1000, 1000))",
        "return [[1], [1, 2]]",
        "return {'a': object()}",
        "return {'out': x, 'cache': (1, 2)}",
        "return [{'out': x}, x]",
        "return np.zeros(8_000_000, np.int8)",
        "return '\\U0001F600' + 'a' * 8_000_000",
        "return x.astype(np.float16)",
        "return x != 0",
        "return {'a': float('nan')}",
        "return (x,) * 1000",
        "return np.full(x.shape, None)",
        "return type('Array', (), {'shape': (1,), '__eq__': lambda *_: True})()",
        "raise SystemExit",
        "globals()['n'] = globals().get('n', 0) + 1\n    return 1 / (n - 15)",
    ],
)
def test_odd_answers_are_graded_too(grade_cells: GradeCells, hostile: str) -> None:
    source = f"def sgd_step(x, dw, learning_rate):\n    {hostile}"
    grading = grade_cells({"sgd_step": source}).grading
    (result,) = [result for result in grading.exercises if result.score != result.max_score]
    assert result.name == "sgd_step"
    assert result.score == 0
    assert result.misconception is None
    assert "The grader failed" not in str(result.hint)
    assert ("different answers" in str(result.hint)) == ("globals" in hostile)
