"""Notebooks made to keep the grader itself busy, or to make it say more than it should."""

import ast
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from conftest import GradeCells
from limits import PATIENCE
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.course.options import Limits
from autograder.grading import grade
from autograder.notebook.answers import untouched_answers
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.notebook.safe_html import plain
from autograder.results import TestResult
from autograder.running import time_left
from autograder.running.cell_outputs import verdict_html, verdict_text
from autograder.running.code_lines import MOST_LINES
from autograder.running.execution import Execution
from autograder.running.messages import MOST_TOLD
from autograder.running.no_answer import NoAnswer
from autograder.sandbox.host import Sandbox

NUMBERS = "\n".join(f"v{k} = [{k}, {k}, {k}, {k}, {k}, {k}]" for k in range(15))
FAILING = """
def raises(): 1 / 0
def raises_of_a_name(): unknown
def raises_of_a_module(): import nowhere
"""


def own_seconds(action: Callable[[], object]) -> float:
    """Return the processor time that this process takes for something."""
    before = time.process_time()
    action()
    return time.process_time() - before


def test_a_failing_call_costs_the_same_however_many_cells_there_are(sandbox: Sandbox) -> None:
    cells = {n: f"# {n}\n{NUMBERS}" for n in range(700)}
    parsing = own_seconds(lambda: [ast.parse(source) for source in cells.values()])
    limits = Limits(cell_seconds=60, call_seconds=60, submission_seconds=1200)
    with Execution(sandbox, cells | {700: FAILING}, limits, left_out=("layers.py",)) as execution:
        execution.run_cells()

        def call(function: str) -> None:
            for _ in range(100):
                with pytest.raises(NoAnswer):
                    execution.call(function, (), {})

        for function in ("missing", "raises", "raises_of_a_name", "raises_of_a_module"):
            assert own_seconds(lambda name=function: call(name)) < 5 * parsing  # type: ignore[misc]


def test_what_the_grader_does_counts_in_the_time_of_a_submission(
    averages: Assignment, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0, thread_time=lambda: clock.now)
    monkeypatch.setattr(time_left, "time", clock)

    def look_slowly(notebook: NotebookNode, assignment: Assignment) -> list[str]:
        clock.now += Limits().submission_seconds
        return untouched_answers(notebook, assignment)

    monkeypatch.setattr("autograder.grading.untouched_answers", look_slowly)
    graded = grade(answered(averages, {}), averages, sandbox, notebook="n", limits=Limits()).grading
    messages = {test.message for result in graded.exercises for test in result.tests}
    assert messages == {"The notebook had used up its 300 seconds before this could be tested."}
    assert graded.score == 0


def calls_in(action: Callable[[], object]) -> int:
    """Return how many functions this thread calls for something, whatever they are."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return calls


def work_on(number: str) -> str:
    lines = (f"    part_{k} = values[{k}] + helper_{number}(slopes, {k})" for k in range(9))
    return "\n".join([f"def work_{number}(values, slopes):", *lines, "    return part_0"])


@pytest.mark.parametrize(
    "make_cell",
    [
        lambda number: new_code_cell(work_on(number)),
        lambda number: new_code_cell(f"x_{number} = 1\n" + "# a word or two\n" * 30),
        lambda number: new_markdown_cell(f"So many words on {number}. " * 20),
        lambda number: new_raw_cell(work_on(number)),
    ],
    ids=["functions", "comments", "words", "functions that do not run"],
)
def test_twice_as_many_cells_are_twice_the_work_at_most(
    untouched: NotebookNode,
    averages: Assignment,
    sandbox: Sandbox,
    make_cell: Callable[[str], NotebookNode],
) -> None:
    kept = [c for c in untouched.cells if not c.metadata.get("nbgrader", {}).get("solution")]

    def work(count: int) -> int:
        cells = [make_cell(f"{k}_of_{count}") for k in range(count)]
        notebook = new_notebook(cells=[*kept, *cells])
        limits = Limits(submission_seconds=PATIENCE)
        return calls_in(lambda: grade(notebook, averages, sandbox, notebook="n", limits=limits))

    work(1)  # what is loaded once
    assert work(600) < 2.2 * work(300)


def failed_tests(grade_cells: GradeCells, source: str) -> list[TestResult]:
    graded = grade_cells({"step_down": source}).grading
    (result,) = [result for result in graded.exercises if result.score != result.max_score]
    return result.tests


BY_A_HIDDEN_INPUT = """
def step_down(values, slopes, rate):
    k = int(abs(float(values.sum())) * 1000) % {count}
{lines}
"""


@pytest.mark.parametrize("line", ["if k == {k}: raise", "if k == {k}: 1 / 0", "k != {k} or [][0]"])
def test_which_of_many_lines_raised_is_not_told(grade_cells: GradeCells, line: str) -> None:
    lines = "\n".join(f"    {line.format(k=k)}" for k in range(MOST_LINES))
    source = BY_A_HIDDEN_INPUT.format(count=MOST_LINES, lines=lines)
    for test in failed_tests(grade_cells, source):
        assert "line" not in test.message


def test_of_few_lines_few_are_told(sandbox: Sandbox) -> None:
    lines = "\n".join(f"    if k == {k}: [][k]" for k in range(3 * MOST_TOLD))
    told = set()
    with Execution(sandbox, {0: f"def f(k):\n{lines}"}, Limits()) as execution:
        for k in range(3 * MOST_TOLD):
            with pytest.raises(NoAnswer) as raised:
                execution.call("f", (k,), {})
            told.add(str(raised.value))
    assert len(told) == MOST_TOLD + 1
    assert "`f` raised IndexError: list index out of range." in told


def test_of_many_messages_few_are_told(sandbox: Sandbox) -> None:
    source = "import numpy as np\ndef f(k):\n    np.zeros(k)[k]"
    told = set()
    with Execution(sandbox, {0: source}, Limits()) as execution:
        for k in range(3 * MOST_TOLD):
            with pytest.raises(NoAnswer) as raised:
                execution.call("f", (k,), {})
            told.add(str(raised.value))
    assert len(told) == MOST_TOLD + 1
    assert "`f` raised IndexError at line 3 of its cell: `np.zeros(k)[k]`." in told


ODD = "\u202e\u2066\x1b[31m\x07\x85"


@pytest.mark.parametrize(
    "source",
    [
        f"def step_down(*_):\n    raise ValueError('{ODD}')",
        f"def step_down(*_):\n    raise ValueError  # {ODD}",
        f"def step_down(*_):\n    while True: pass  # {ODD}",
        f"def step_down(*_)\n    pass  # {ODD}",
        f"def step_down(*_):\n    x = {ODD}",
        f"def step_down(*_):\n    return {{'{ODD}': 1}}",
        f"def step_down(*_):\n    return type('{ODD}', (), {{}})()",
        f"raise type('{ODD}', (Exception,), {{}})('{ODD}')\ndef step_down(*_): pass",
    ],
)
def test_characters_that_mislead_do_not_reach_the_page(
    grade_cells: GradeCells, source: str
) -> None:
    limits = replace(Limits(), call_seconds=1)
    graded = grade_cells({"step_down": source}, limits=limits)
    shown = [
        output.text if output.output_type == "stream" else str(output)
        for cell in graded.notebook.cells
        for output in cell.get("outputs", ())
    ]
    for result in graded.grading.exercises:
        shown += [verdict_text(result), verdict_html(result), *(t.message for t in result.tests)]
    assert [text for text in shown if plain(text) != text] == []


@pytest.mark.parametrize("key", ["float('nan')", "np.float64('nan')", "np.nan"])
def test_nan_as_a_key_is_no_other_answer_each_time(grade_cells: GradeCells, key: str) -> None:
    source = f"import numpy as np\ndef step_down(*_): return {{{key}: 1}}"
    graded = grade_cells({"step_down": source}).grading
    (hint,) = [result.hint for result in graded.exercises if result.hint]
    assert "different answers" not in hint
