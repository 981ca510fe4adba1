"""A module that was handed in is not there while grading: whoever imports it is told."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.course.candidates import Chosen, alone
from autograder.course.options import Limits
from autograder.grading import Graded, grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.cell_text import words
from autograder.notebook.filled_in import answered, solutions
from autograder.running.left_out import explain_left_out
from autograder.sandbox.host import Sandbox

SAID = "`layers.py` was handed in beside the notebook, and is not there while grading."
MISSING = "No module named 'layers'"
NOBODY = "step_down = None"
USES = "def step_down(values, slopes, rate):\n    return layers.step_down(values, slopes, rate)"
INSIDE = (
    "def step_down(values, slopes, rate):\n    from layers import step\n    return step(values)"
)
READS = "def step_down(values, slopes, rate):\n    exec(open('layers.py').read())"


def graded(averages: Assignment, sandbox: Sandbox, answer: str, *first: str) -> Graded:
    notebook = answered(averages, {"step_down": answer})
    notebook.cells[1:1] = [new_code_cell(source) for source in first]
    chosen = Chosen(Path(), modules=("data.py", "layers.py"))
    return grade(notebook, averages, sandbox, notebook="n", limits=Limits(), chosen=chosen)


@pytest.mark.parametrize(
    ("answer", "first"),
    [
        ("from layers import step_down", ()),
        ("from layers import other as step_down", ()),
        ("import layers\nstep_down = layers.step_down", ()),
        ("import numpy as np\nimport layers\n" + USES, ()),
        ("", ("from layers import *",)),
        (USES, ("import layers",)),
        (USES, ("import numpy, layers",)),
        (USES, ("from layers import *",)),
        (INSIDE, ()),
        (READS, ()),
        ("%run layers.py", ()),
    ],
)
def test_the_file_is_named(
    averages: Assignment, sandbox: Sandbox, answer: str, first: tuple[str, ...]
) -> None:
    results = {
        exercise.name: exercise
        for exercise in graded(averages, sandbox, answer, *first).grading.exercises
    }
    assert results["step_down"].score == 0
    assert all(SAID in test.message for test in results["step_down"].tests)
    assert results["weighted_mean"].score == 16


@pytest.mark.parametrize("first", ["from layers import *", "%run layers.py"])
def test_the_file_is_named_where_the_answer_stayed_as_it_was_released(
    averages: Assignment, sandbox: Sandbox, first: str
) -> None:
    stub = averages.by_grade_id["step_down"].source
    exercises = {e.name: e for e in graded(averages, sandbox, stub, first).grading.exercises}
    assert exercises["step_down"].hint == f"{SAID} Paste what you need of it into the notebook."


def test_it_is_said_below_the_cell_too(averages: Assignment, sandbox: Sandbox) -> None:
    notebook = graded(averages, sandbox, NOBODY, "import layers").notebook
    assert SAID in notebook.cells[1].outputs[-1].text


def test_what_works_without_it_is_told_nothing(averages: Assignment, sandbox: Sandbox) -> None:
    right = solutions(averages)["step_down"]
    first = "try:\n    import layers\nexcept ImportError:\n    pass"
    result = graded(averages, sandbox, right, first, "import nowhere")
    assert result.grading.score == 60
    assert "handed in" not in nbformat.writes(result.notebook)


@pytest.mark.parametrize(
    ("kind", "message", "source"),
    [
        ("ModuleNotFoundError", "No module named 'numpy2'", "import numpy2"),
        ("ModuleNotFoundError", MISSING, "import base64"),  # a name that the student never wrote
        ("ValueError", MISSING, "import layers"),
    ],
)
def test_another_error_is_not_explained_by_it(kind: str, message: str, source: str) -> None:
    assert explain_left_out(kind, message, words(source), ("layers.py",)) == ""


def test_a_package_is_named_as_well() -> None:
    message = "No module named 'mine.a'"
    said = explain_left_out("ImportError", message, words("import mine.a"), ("mine",))
    assert said.startswith("`mine` was handed in")


def test_beside_a_notebook_that_was_named_it_is_found(tmp_path: Path) -> None:
    (tmp_path / "layers.py").touch()
    assert alone(tmp_path / "x.ipynb").modules == ("layers.py",)
