"""Whoever meets a limit is told which, with its number, and loses nothing else."""

from dataclasses import replace

import pytest
from conftest import GradeCells
from limits import PATIENT, SHORT

from autograder.course.options import Limits
from autograder.errors import NoAnswer
from autograder.results import ExerciseResult
from autograder.running.execution import Execution
from autograder.running.messages import explain_limit
from autograder.sandbox.host import Sandbox

LIMITS = replace(PATIENT, memory_mib=300, file_mib=2)
SHORT_LIMITS = replace(LIMITS, cell_seconds=SHORT, call_seconds=SHORT)
LOCKED_IN = "can use neither the network nor other processes"

MET = {
    "memory of NumPy": ("np.ones(2**27)", "A submission may use 300 MiB of memory."),
    "memory of Python": ("bytearray(2**29)", "A submission may use 300 MiB of memory."),
    "size of a file": (
        "open('big', 'wb').write(bytes(3 * 2**20))",
        "A file may hold 2 MiB.",
    ),
    "open files": (
        "[open(f'f{i}', 'w') for i in range(100)]",
        "A submission may have 64 files open.",
    ),
    "network": ("__import__('socket').socket()", LOCKED_IN),
    "a page": ("__import__('urllib.request').request.urlopen('http://localhost')", LOCKED_IN),
    "files of others": ("open('/etc/passwd')", LOCKED_IN),
    "locks": ("__import__('fcntl').lockf(open('x', 'w'), 2)", LOCKED_IN),
    "processes": ("__import__('subprocess').run(['ls'])", LOCKED_IN),
    "pools of processes": ("__import__('multiprocessing').Pool(2)", LOCKED_IN),
}
ENDS = {
    "seconds": ("while True: pass", f"within {SHORT} seconds", f"longer than {SHORT} seconds"),
    "the process": (
        "__import__('os')._exit(0)",
        "need more than 300 MiB of memory",
        "need more than 300 MiB of memory",
    ),
}


def called(sandbox: Sandbox, action: str, limits: Limits = LIMITS) -> str:
    """Return what is said of a function that does this, while others still answer."""
    source = f"import numpy as np\ndef f():\n    {action}\ndef g(): return 1"
    with Execution(sandbox, {0: source}, limits) as execution:
        execution.run_cells()
        with pytest.raises(NoAnswer) as caught:
            execution.call("f", (), {})
        assert execution.call("g", (), {})[0] == 1
    return str(caught.value)


@pytest.mark.parametrize(("action", "says"), MET.values(), ids=MET)
def test_a_call_that_meets_a_limit_says_which(sandbox: Sandbox, action: str, says: str) -> None:
    message = called(sandbox, action)
    assert message.startswith("`f` raised ")
    assert says in message


@pytest.mark.parametrize(("action", "says"), MET.values(), ids=MET)
def test_a_cell_that_meets_a_limit_says_which(sandbox: Sandbox, action: str, says: str) -> None:
    cells = {0: f"import numpy as np\n{action}", 1: "print('next')"}
    with Execution(sandbox, cells, LIMITS) as execution:
        execution.run_cells()
    first, second = execution.cells.values()
    assert says in first.limit
    assert (second.limit, second.outputs[0].text) == ("", "next\n")


@pytest.mark.parametrize(("action", "of_call", "of_cell"), ENDS.values(), ids=ENDS)
def test_what_ends_the_process_says_which_limit(
    sandbox: Sandbox, action: str, of_call: str, of_cell: str
) -> None:
    assert of_call in called(sandbox, action, SHORT_LIMITS)
    with Execution(sandbox, {0: action, 1: "print('next')"}, SHORT_LIMITS) as execution:
        execution.run_cells()
    first, second = execution.cells.values()
    assert of_cell in first.stopped
    assert second.outputs[0].text == "next\n"


def test_all_files_together_have_a_limit(sandbox: Sandbox) -> None:
    if sandbox.layers.no_bubblewrap:
        pytest.skip(f"no file system of its own without bubblewrap: {sandbox.layers}")
    fill = "for i in range(60): open(f'f{i}', 'wb').write(bytes(2**20))"
    many = "for i in range(5000): open(f'f{i}', 'wb').close()"
    for action in (fill, many):
        limits = Limits(file_mib=50)
        with Execution(sandbox, {0: action}, limits) as execution:
            execution.run_cells()
        assert execution.cells[0].limit == "All files may hold 50 MiB, in 4096 files."


def test_an_error_that_is_no_limit_is_none() -> None:
    for kind, message in (
        ("ValueError", "A submission may use"),
        ("IsADirectoryError", "[Errno 21] Is a directory: 'x'"),
        ("OSError", "[Errno 99999] x"),
        ("KeyError", ""),
    ):
        assert explain_limit(kind, message, LIMITS) == ""


def test_feedback_names_the_limit_and_the_rest_is_graded(grade_cells: GradeCells) -> None:
    greedy = "def step_down(values, slopes, rate):\n    return np.ones(2**40)"
    graded = grade_cells({"step_down": greedy}, extra=("import numpy as np\nnp.ones(2**40)",))
    results: dict[str, ExerciseResult] = {r.name: r for r in graded.grading.exercises}
    messages = [test.message for test in results["step_down"].tests]
    assert all("A submission may use 1024 MiB of memory." in message for message in messages)
    assert graded.grading.score == 60 - results["step_down"].max_score
    note = graded.notebook.cells[1].outputs[-1]
    assert (note.name, note.text) == ("stderr", "A submission may use 1024 MiB of memory.\n")


def test_what_was_met_is_known_afterwards_each_once(sandbox: Sandbox) -> None:
    cells = {
        0: "import numpy as np\ndef f(): np.ones(2**27)\ndef g(): __import__('os')._exit(0)",
        1: "open('big', 'wb').write(bytes(3 * 2**20))",
        2: "while True: pass",
        3: "def h(): return 1 / 0",
    }
    with Execution(sandbox, cells, replace(LIMITS, cell_seconds=SHORT)) as execution:
        execution.run_cells()
        for name in "fgfh":
            with pytest.raises(NoAnswer):
                execution.call(name, (), {})
        met = execution.limits_met
    says = [f"longer than {SHORT} seconds", "`g` ended the whole process", "2 MiB", "300 MiB of"]
    assert len(met) == len(says)
    assert [said for said in says if not any(said in line for line in met)] == []
