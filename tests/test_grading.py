"""One submission through the whole heart: what each kind of failure costs and says."""

from pathlib import Path
from types import SimpleNamespace

import msgspec
import nbformat
import pytest
from conftest import GradeCells
from contents import OWN, SMALL
from limits import PATIENT, SHORT, SHORT_CALLS, SHORT_CELLS
from nbformat import NotebookNode

import autograder
from autograder.course.options import Limits
from autograder.errors import NoKnownCells, UnknownAssignment
from autograder.grading import Graded, grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.notebook.submission import read_notebook, restore
from autograder.results import ExerciseResult, Grading, Outcome, to_json
from autograder.running import time_left
from autograder.sandbox.host import Sandbox

LOOPS = """
def step_down(values, slopes, rate):
    shape = values.shape
    out = np.zeros(shape)
    for index in np.ndindex(shape):
        step = rate * slopes[index]
        moved = values[index] - step
        out[index] = moved
    {last}
"""


def exercise(graded: Graded, name: str) -> ExerciseResult:
    (result,) = [result for result in graded.grading.exercises if result.name == name]
    return result


def failing(graded: Graded) -> set[str]:
    return {result.name for result in graded.grading.exercises if result.score != result.max_score}


def test_right_answers_get_all_points_and_stubs_none(
    averages: Assignment, sandbox: Sandbox, untouched: NotebookNode
) -> None:
    for notebook, score, waiting in ((answered(averages, {}), 60, 10), (untouched, 0, 0)):
        graded = grade(notebook, averages, sandbox, notebook="n", limits=Limits())
        assert graded.grading.score == score
        assert graded.grading.max_score == 60
        assert graded.grading.pending == waiting


@pytest.mark.parametrize(
    "last",
    [
        "return out",
        "return out.astype(np.float32)",
        "return np.asfortranarray(out)",
        "return out.repeat(2, axis=-1)[..., ::2]",
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
    graded = grade_cells({"step_down": source}, extra=("def helper(x):\n    return x",))
    assert failing(graded) == set()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("", "`step_down` does not exist in your notebook"),
        ("def my_step(values, slopes, rate): ...", "Keep the name that was given."),
        ("step_down = 3", "is not a function in your notebook"),
        ("def step_down(:", "The cell that should define it is not Python 3."),
        ("def step_down(values): return values", "takes 1 positional argument but 3 were given"),
        ("def step_down(values): pass  # slopes", "got an unexpected keyword argument 'slopes'"),
        (LOOPS.format(last="pass"), "the function returned None. Is its return missing?"),
        (LOOPS.format(last="return out.tolist()"), "expected a NumPy array, got a list"),
        (LOOPS.format(last="return out[0]"), "got shape"),
        (LOOPS.format(last="return out.astype(object)"), "got an array whose dtype is not numeric"),
        (LOOPS.format(last="return out.astype(complex)"), "dtype complex128"),
        (LOOPS.format(last="return out * np.nan"), "contains NaN or infinity. First at index"),
        (LOOPS.format(last="return out + 1"), "the first at index (0, 0)"),
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
    limits = SHORT_CALLS if f"within {SHORT} seconds" in says else PATIENT
    graded = grade_cells({"step_down": source}, limits=limits)
    result = exercise(graded, "step_down")
    assert failing(graded) == {"step_down"}
    assert result.score == 0
    assert {test.outcome for test in result.tests} == {Outcome.FAILED}
    assert any(says in test.message for test in result.tests), result.tests[0].message


def test_a_changed_argument_costs_the_test_made_for_it(grade_cells: GradeCells) -> None:
    graded = grade_cells({"step_down": LOOPS.format(last="values[:] = 0; return out")})
    failed = [t for t in exercise(graded, "step_down").tests if t.outcome is not Outcome.PASSED]
    assert [test.name for test in failed] == ["test_arguments_kept"]
    assert "modifies its argument number 1" in failed[0].message


def test_a_hidden_input_is_not_told(grade_cells: GradeCells) -> None:
    source = "def step_down(values, slopes, rate):\n    raise ValueError(str(values.tolist()))"
    graded = grade_cells({"step_down": source})
    message = exercise(graded, "step_down").tests[0].message
    assert message.startswith("`step_down` raised ValueError at line 2")
    assert "[" not in message


def test_what_is_not_written_yet_is_said_once(
    grade_cells: GradeCells, averages: Assignment
) -> None:
    stub = averages.by_grade_id["step_down"].source
    result = exercise(grade_cells({"step_down": stub}), "step_down")
    assert (
        result.hint
        == "Its cell is as it was released. Was the notebook saved before it was handed in?"
    )


def test_unused_time_of_one_cell_is_not_taken_from_others(grade_cells: GradeCells) -> None:
    graded = grade_cells(extra=("while True: pass",), limits=SHORT_CELLS)
    assert failing(graded) == set()
    stopped = [cell for cell in graded.notebook.cells if cell.source == "while True: pass"]
    assert f"longer than {SHORT} seconds" in stopped[0].outputs[0].text


def test_a_written_answer_left_alone_waits_for_nobody(
    grade_cells: GradeCells, averages: Assignment
) -> None:
    stub = averages.by_grade_id["explanation"].source
    graded = grade_cells({"explanation": stub})
    assert graded.grading.pending == 0
    assert not graded.grading.written[0].answered


def test_a_wrong_choice_gets_the_message_for_it(grade_cells: GradeCells) -> None:
    messages = set()
    for letter in "abc":
        graded = grade_cells({"answer_1": f'answer_1 = "{letter}"'})
        result = exercise(graded, "answer_1")
        messages.add(result.tests[0].message)
        assert failing(graded) == (set() if result.score == 10 else {"answer_1"})
    assert len(messages) == 3


@pytest.mark.parametrize("source", ['answer_1 = "e"', "answer_1 = 2", "answer_1 = None", ""])
def test_what_is_no_choice_is_explained(grade_cells: GradeCells, source: str) -> None:
    result = exercise(grade_cells({"answer_1": source}), "answer_1")
    assert result.score == 0
    assert "answer_1" in result.tests[0].message


def test_hidden_inputs_belong_to_the_student_and_stay_the_same(
    averages: Assignment, sandbox: Sandbox
) -> None:
    # An index made from the inputs stands in the message of an IndexError.
    spy = """
total = []
def step_down(values, slopes, rate):
    total.append(round(abs(float(np.sum(values))) * 1000) % 99_999)
    return np.zeros(1)[1 + sum(total) % 10_000]
"""
    notebook = answered(averages, {"step_down": spy})

    def seen(student: str | None, secret: bytes) -> list[str]:
        graded = grade(
            notebook,
            averages,
            sandbox,
            notebook="n",
            student=student,
            secret=secret,
            limits=Limits(),
        )
        return [test.message for test in exercise(graded, "step_down").tests]

    assert seen("student-001", b"a") == seen("student-001", b"a")
    assert seen("student-001", b"a") != seen("student-002", b"a")
    assert seen("student-001", b"a") != seen("student-001", b"b")
    assert seen(None, b"") == seen(None, b"")


def test_one_grading_has_one_json_form(grade_cells: GradeCells, sandbox: Sandbox) -> None:
    grading = grade_cells(student="student-001").grading
    assert msgspec.json.decode(to_json(grading), type=Grading) == grading
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
    wrong = "def step_down(values, slopes, rate): return values"
    notebook = grade_cells({"step_down": wrong}).notebook
    nbformat.validate(notebook)
    (cell,) = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "test_step_down"
    ]
    (output,) = cell.outputs
    assert output.data["text/plain"].startswith("step_down: ")
    assert "✗" in output.data["text/html"]


def test_another_notebook_is_refused(sandbox: Sandbox, averages: Assignment) -> None:
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    with pytest.raises(NoKnownCells, match="none of the cells of 'averages'"):
        grade(other, averages, sandbox, notebook="n", limits=Limits())


def test_from_python_a_path_or_a_notebook(
    averages: Assignment,
    untouched: NotebookNode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notebook, path = answered(averages, {}), tmp_path / "right.ipynb"
    nbformat.write(notebook, path)
    monkeypatch.chdir(SMALL.root)
    for given, name in ((notebook, "averages"), (path, str(path)), (str(path), str(path))):
        grading = autograder.grade_notebook(given, "averages", student="student-007")
        assert (grading.score, grading.max_score, grading.student) == (60, 60, "student-007")
        assert (grading.assignment, grading.notebook) == ("averages", name)
    with pytest.raises(UnknownAssignment, match=r"Known are: averages\."):
        autograder.grade_notebook(untouched, "average")


def test_from_python_reading_takes_of_the_time_of_a_submission(
    averages: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0, thread_time=lambda: clock.now)
    monkeypatch.setattr(time_left, "time", clock)

    def read_slowly(path: Path) -> NotebookNode:
        clock.now += Limits().submission_seconds
        return read_notebook(path)

    monkeypatch.setattr("autograder.grading.read_notebook", read_slowly)
    nbformat.write(answered(averages, {}), tmp_path / "right.ipynb")
    monkeypatch.chdir(SMALL.root)
    assert autograder.grade_notebook(tmp_path / "right.ipynb", "averages").score == 0


def test_what_is_done_once_more_has_its_own_time(
    averages: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, none_left = answered(averages, {}), time_left.TimeLeft(0)
    with Sandbox(course=SMALL.root) as own:
        zygote = own._zygote.process

        def restore_and_kill(submitted: NotebookNode, assignment: Assignment) -> NotebookNode:
            zygote.kill()
            zygote.wait()
            return restore(submitted, assignment)

        monkeypatch.setattr("autograder.grading.restore", restore_and_kill)
        graded = grade(right, averages, own, notebook="n", limits=Limits(), time=none_left)
    assert graded.grading.score == 60


@pytest.mark.parametrize("missing", [(), ("nbgrader_config.py",), ("solutions",)])
def test_from_python_the_packaged_course_where_the_working_folder_is_none(
    untouched: NotebookNode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    missing: tuple[str, ...],
) -> None:
    parts = {"nbgrader_config.py", "solutions", "assignments"} if missing else set()
    for name in parts - {*missing}:
        (tmp_path / name).symlink_to(SMALL.root / name)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownAssignment) as caught:
        autograder.grade_notebook(untouched, "averages")
    assert caught.value.known == OWN.names()
