"""One submission through the whole heart: what each kind of failure costs and says."""

from collections.abc import Callable

import nbformat
import pytest
from contents import assignment_names, load_assignment
from limits import SHORT, SHORT_LIMITS
from nbformat import NotebookNode
from notebooks import answered

import autograder
from autograder.course.options import Limits
from autograder.errors import NoKnownCells, UnknownAssignment
from autograder.grading import Graded, grade
from autograder.notebook.assignment import Assignment
from autograder.results import ExerciseResult, Outcome, from_json, to_json
from autograder.sandbox.host import Sandbox

GradeCells = Callable[..., Graded]

LOOPS = """
def max_pool_forward(x, size, stride):
    height = (x.shape[1] - size) // stride + 1
    width = (x.shape[2] - size) // stride + 1
    out = np.zeros((len(x), height, width, x.shape[3]))
    for n, i, j, c in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        out[n, i, j, c] = x[n, top : top + size, left : left + size, c].max()
    {last}
"""


def exercise(graded: Graded, name: str) -> ExerciseResult:
    (result,) = [result for result in graded.grading.exercises if result.name == name]
    return result


def failing(graded: Graded) -> set[str]:
    return {result.name for result in graded.grading.exercises if result.score != result.max_score}


@pytest.mark.parametrize("name", assignment_names())
def test_right_answers_get_all_points_and_stubs_none(name: str, sandbox: Sandbox) -> None:
    assignment = load_assignment(name)
    for changes, score, waiting in (({}, 90, 10), (None, 0, 0)):
        notebook = answered(assignment, changes or {})
        if changes is None:
            notebook.cells = [
                assignment.by_grade_id.get(c.metadata.get("nbgrader", {}).get("grade_id"), c)
                for c in notebook.cells
            ]
        graded = grade(notebook, assignment, sandbox, notebook=name, limits=Limits())
        assert graded.grading.score == score
        assert graded.grading.max_score == 90
        assert graded.grading.pending == waiting


@pytest.mark.parametrize(
    "last",
    [
        "return out",
        "return out.astype(np.float32)",
        "return np.asfortranarray(out)",
        "return out.repeat(2, axis=2)[:, :, ::2]",
        "import warnings; warnings.warn('careful'); return out",
        "import sys; print('note', file=sys.stderr); return out",
        "print(out.repeat(1000)); return out",
        "print('#' * 10**6); return out",
        "np.log(-1.0); return out",
        "return helper(out)",
    ],
)
def test_right_in_any_style(grade_cells: GradeCells, last: str) -> None:
    source = LOOPS.format(last=last)
    graded = grade_cells({"max_pool_forward": source}, extra=("def helper(x):\n    return x",))
    assert failing(graded) == set()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("", "`max_pool_forward` does not exist in your notebook"),
        ("def my_max_pool(x, size, stride): ...", "Keep the name that was given."),
        ("max_pool_forward = 3", "is not a function in your notebook"),
        ("def max_pool_forward(:", "The cell that should define it ended with an error"),
        ("def max_pool_forward(x): return x", "got an unexpected keyword argument"),
        (LOOPS.format(last="pass"), "the function returned None. Is its return missing?"),
        (LOOPS.format(last="return out.tolist()"), "expected a NumPy array, got a list"),
        (LOOPS.format(last="return out[0]"), "got shape"),
        (LOOPS.format(last="return out.astype(object)"), "got an array whose dtype is not numeric"),
        (LOOPS.format(last="return out.astype(complex)"), "dtype complex128"),
        (LOOPS.format(last="return out * np.nan"), "contains NaN or infinity. First at index"),
        (LOOPS.format(last="return out + 1"), "the first at index (0, 0, 0, 0)"),
        (LOOPS.format(last="x[:] = 0; return out"), "modifies its argument number 1"),
        (LOOPS.format(last="return out[9999]"), "index 9999 is out of bounds for axis 0"),
        (LOOPS.format(last="raise RuntimeError('no')"), "RuntimeError at line 9 of its cell"),
        (LOOPS.format(last="while True: pass"), f"did not return within {SHORT} seconds"),
        (LOOPS.format(last="import os; os._exit(0)"), "ended the whole process"),
        (LOOPS.format(last="import sys; sys.exit(0)"), "raised SystemExit"),
        (LOOPS.format(last="return 'x' * 10**8"), "more than 8 MiB"),
        (LOOPS.format(last="return np.zeros(10**12)"), "raised MemoryError at line 9"),
        (LOOPS.format(last="return lambda: out"), "got an object of type function"),
    ],
)
def test_a_broken_function_costs_its_own_exercise_only(
    grade_cells: GradeCells, source: str, says: str
) -> None:
    graded = grade_cells({"max_pool_forward": source}, limits=SHORT_LIMITS)
    result = exercise(graded, "max_pool_forward")
    assert failing(graded) == {"max_pool_forward"}
    assert result.score == 0
    assert {test.outcome for test in result.tests} == {Outcome.FAILED}
    assert any(says in test.message for test in result.tests), result.tests[0].message


def test_a_hidden_input_is_not_told(grade_cells: GradeCells) -> None:
    source = "def max_pool_forward(x, size, stride):\n    raise ValueError(str(x.tolist()))"
    graded = grade_cells({"max_pool_forward": source}, limits=SHORT_LIMITS)
    message = exercise(graded, "max_pool_forward").tests[0].message
    assert message.startswith("`max_pool_forward` raised ValueError at line 2")
    assert "[" not in message


def test_what_is_not_written_yet_is_said_once(grade_cells: GradeCells) -> None:
    stub = load_assignment("pooling").by_grade_id["sgd_step"].source
    result = exercise(grade_cells({"sgd_step": stub}), "sgd_step")
    assert (
        result.hint
        == "Its cell is as it was released. Was the notebook saved before it was handed in?"
    )


def test_unused_time_of_one_cell_is_not_taken_from_others(grade_cells: GradeCells) -> None:
    graded = grade_cells(extra=("while True: pass",), limits=SHORT_LIMITS)
    assert failing(graded) == set()
    stopped = [cell for cell in graded.notebook.cells if cell.source == "while True: pass"]
    assert "longer than 2 seconds" in stopped[0].outputs[0].text


def test_a_written_answer_left_alone_waits_for_nobody(grade_cells: GradeCells) -> None:
    stub = load_assignment("pooling").by_grade_id["explanation"].source
    graded = grade_cells({"explanation": stub})
    assert graded.grading.pending == 0
    assert not graded.grading.written[0].answered


def test_a_wrong_choice_gets_the_message_for_it(grade_cells: GradeCells) -> None:
    messages = set()
    for letter in "abcd":
        graded = grade_cells({"answer_1": f'answer_1 = "{letter}"'})
        result = exercise(graded, "answer_1")
        messages.add(result.tests[0].message)
        assert failing(graded) == (set() if result.score == 3 else {"answer_1"})
    assert len(messages) == 4


@pytest.mark.parametrize("source", ['answer_1 = "e"', "answer_1 = 2", "answer_1 = None", ""])
def test_what_is_no_choice_is_explained(grade_cells: GradeCells, source: str) -> None:
    result = exercise(grade_cells({"answer_1": source}), "answer_1")
    assert result.score == 0
    assert "answer_1" in result.tests[0].message


def test_hidden_inputs_belong_to_the_student_and_stay_the_same(
    pooling: Assignment, sandbox: Sandbox
) -> None:
    # An index made from the inputs stands in the message of an IndexError.
    spy = """
total = []
def sgd_step(w, dw, learning_rate):
    total.append(round(abs(float(np.sum(w))) * 1000) % 99_999)
    return np.zeros(1)[1 + sum(total) % 10_000]
"""
    notebook = answered(pooling, {"sgd_step": spy})

    def seen(student: str | None, secret: bytes) -> list[str]:
        graded = grade(
            notebook,
            pooling,
            sandbox,
            notebook="n",
            student=student,
            secret=secret,
            limits=Limits(),
        )
        return [test.message for test in exercise(graded, "sgd_step").tests]

    assert seen("student-001", b"a") == seen("student-001", b"a")
    assert seen("student-001", b"a") != seen("student-002", b"a")
    assert seen("student-001", b"a") != seen("student-001", b"b")
    assert seen(None, b"") == seen(None, b"")


def test_one_grading_has_one_json_form(grade_cells: GradeCells, sandbox: Sandbox) -> None:
    grading = grade_cells(student="student-001").grading
    assert from_json(to_json(grading)) == grading
    assert grading.student == "student-001"
    assert grading.sandbox == sandbox.probe.level
    assert grading.sandbox_gaps == list(sandbox.probe.gaps)


def test_demonstrations_run_only_when_asked(grade_cells: GradeCells) -> None:
    def shown(graded: Graded) -> list[bool]:
        return [
            bool(cell.outputs)
            for cell in graded.notebook.cells
            if "demonstration" in cell.metadata.get("tags", [])
        ]

    assert not any(shown(grade_cells()))
    assert all(shown(grade_cells(limits=Limits(run_demonstrations=True))))


def test_the_graded_notebook_is_valid_and_shows_the_verdict(grade_cells: GradeCells) -> None:
    notebook = grade_cells({"sgd_step": "def sgd_step(w, dw, learning_rate): return w"}).notebook
    nbformat.validate(notebook)
    (cell,) = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "test_sgd_step"
    ]
    (output,) = cell.outputs
    assert output.data["text/plain"].startswith("sgd_step: ")
    assert "✗" in output.data["text/html"]


def test_another_notebook_is_refused(sandbox: Sandbox, pooling: Assignment) -> None:
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    with pytest.raises(NoKnownCells, match="none of the cells of 'pooling'"):
        grade(other, pooling, sandbox, notebook="n", limits=Limits())


def test_from_python_a_path_or_a_notebook(pooling: Assignment, untouched: NotebookNode) -> None:
    grading = autograder.grade_notebook(answered(pooling, {}), "pooling", student="student-007")
    assert (grading.score, grading.max_score, grading.student) == (90, 90, "student-007")
    with pytest.raises(UnknownAssignment, match="Known are: "):
        autograder.grade_notebook(untouched, "pool")
