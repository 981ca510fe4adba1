"""Exercises that call earlier ones: what is wrong below costs them nothing, and hides nothing."""

import pytest
from contents import load_assignment

from autograder.course.options import Limits
from autograder.explanation.misconceptions import misconceptions
from autograder.explanation.typed_text import student_source
from autograder.grading import grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, solutions
from autograder.results import ExerciseResult
from autograder.sandbox.host import Sandbox


@pytest.fixture(scope="module")
def convnet() -> Assignment:
    return load_assignment("convnet")


def imperfect(
    assignment: Assignment, sandbox: Sandbox, cells: dict[str, str]
) -> dict[str, ExerciseResult]:
    """Return the exercises that lose points, by name."""
    notebook = answered(assignment, cells)
    limits = Limits(call_seconds=4)  # enough for a training on a busy machine
    grading = grade(notebook, assignment, sandbox, notebook="-", limits=limits).grading
    assert all(result.score is not None for result in grading.exercises)
    return {e.name: e for e in grading.exercises if e.score != e.max_score}


def with_mistake(exercise: str, name: str) -> dict[str, str]:
    known = {(m.exercise, m.name): m for m in misconceptions(load_assignment("convnet"))}
    return {exercise: student_source(known[exercise, name])}


LOSS_OF_ITS_OWN_SCORES = """
_gradients = convnet_gradients
def convnet_gradients(parameters, images, labels):
    loss, _ = softmax_cross_entropy(convnet_scores(parameters, images), labels)
    return loss, _gradients(parameters, images, labels)[1]
"""


def test_a_loss_from_own_scores_that_are_wrong(convnet: Assignment, sandbox: Sandbox) -> None:
    wrong = with_mistake("convnet_scores", "forgets_the_first_relu")
    gradients = solutions(convnet)["convnet_gradients"] + LOSS_OF_ITS_OWN_SCORES
    found = imperfect(convnet, sandbox, wrong | {"convnet_gradients": gradients})
    assert set(found) == {"convnet_scores"}


@pytest.mark.parametrize(
    "body",
    # To wait without end costs the machine less than to loop without end.
    [
        "import time; time.sleep(1000)",
        "raise ValueError",
        "return None",
        "return 'x'",
        "return dout[:1]",
    ],
)
def test_a_layer_that_does_not_work(body: str, convnet: Assignment, sandbox: Sandbox) -> None:
    layer = f"def relu_backward(dout, x):\n    {body}"
    assert set(imperfect(convnet, sandbox, {"relu_backward": layer})) == {"relu_backward"}


def test_mistakes_on_both_floors_are_recognised(convnet: Assignment, sandbox: Sandbox) -> None:
    below = with_mistake("relu_backward", "lets_everything_through")
    right = solutions(convnet)["convnet_gradients"]
    above = right.replace("dbefore_1 = relu_backward(dmaps_1, before_1)", "dbefore_1 = dmaps_1")
    assert above != right
    found = imperfect(convnet, sandbox, below | {"convnet_gradients": above})
    assert {name: result.misconception for name, result in found.items()} == {
        "relu_backward": "lets_everything_through",
        "convnet_gradients": "forgets_the_first_relu_on_the_way_back",
    }


def test_nothing_is_earned_by_layers_that_are_wrong_on_purpose(
    convnet: Assignment, sandbox: Sandbox
) -> None:
    none = "def {0}(*_, **__):\n    return None"
    functions = list(convnet.signatures())
    found = imperfect(convnet, sandbox, {name: none.format(name) for name in functions})
    assert all(found[name].score == 0 for name in functions)


@pytest.mark.parametrize(
    "result",
    [
        "dict(parameters), [10**350] * 80",
        "dict(parameters), [[1.0], [1.0, 2.0]]",
        "dict(parameters), [1j] * 80",
        "dict(parameters), {}",
        "{}, np.linspace(3, 1, 6)",
        "{'w1': None}, np.zeros(80)",
        "{k: np.full_like(v, 1e308) for k, v in parameters.items()}, np.full(80, 1e308)",
        "{1: 2}",
    ],
)
def test_whatever_comes_of_training_is_an_answer(
    result: str, convnet: Assignment, sandbox: Sandbox
) -> None:
    """No answer is a failure of the grader, and there is something to say about each."""
    source = f"def train(parameters, *_, **__):\n    return {result}"
    found = imperfect(convnet, sandbox, {"train": source})
    assert set(found) == {"train"}
    assert found["train"].hint
    assert "The grader failed" not in found["train"].hint


def test_any_dict_will_do(convnet: Assignment, sandbox: Sandbox) -> None:
    ordered = "\nimport collections\n_first = {0}\n"
    gradients = solutions(convnet)["convnet_gradients"] + ordered.format("convnet_gradients")
    gradients += "def convnet_gradients(*given):\n    loss, found = _first(*given)\n"
    gradients += "    return loss, collections.OrderedDict(found)"
    assert imperfect(convnet, sandbox, {"convnet_gradients": gradients}) == {}
