"""Cells run as in Jupyter, outputs are recorded, and no cell or call takes others with it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from contents import OWN, SMALL
from limits import PATIENT, SHORT, SHORT_CALLS, SHORT_CELLS

from autograder.course.options import Limits
from autograder.errors import SandboxFailed
from autograder.running.execution import CellRun, Execution
from autograder.running.no_answer import (
    AnswerUnusable,
    CallRaised,
    CallTimedOut,
    NameMissing,
    NotCallable,
    ProcessEnded,
    SubmissionTimedOut,
)
from autograder.sandbox.host import Sandbox
from autograder.sandbox.shell import NO_SHELL_COMMANDS

SLOW = f"longer than {SHORT} seconds"


def run(sandbox: Sandbox, *sources: str, limits: Limits = PATIENT) -> Sequence[CellRun]:
    with Execution(sandbox, dict(enumerate(sources)), limits) as execution:
        execution.run_cells()
        return list(execution.cells.values())


def text_of(cell: CellRun) -> str:
    return "".join(output.text for output in cell.outputs)


def test_cells_share_a_namespace_and_show_their_last_value(sandbox: Sandbox) -> None:
    _, second = run(sandbox, "x = 20", "x + 1")
    (output,) = second.outputs
    assert output.kind == "execute_result"
    assert output.data["text/plain"] == "21"


def test_given_files_can_be_read_and_imported_also_by_the_next_process(sandbox: Sandbox) -> None:
    files = {"data/numbers.txt": b"20", "given.py": b"def plus_one(x): return x + 1"}
    cells = {
        0: "from given import plus_one\nnumber = plus_one(int(open('data/numbers.txt').read()))",
        1: "import os; os._exit(0)",
        2: "open('data/numbers.txt', 'w').write('changed'); number",
    }
    for _ in range(2):  # what one submission wrote, the next does not see
        with Execution(sandbox, cells, PATIENT, files) as execution:
            execution.run_cells()
            assert execution.cells[2].outputs[-1].data["text/plain"] == "21"
            assert execution.read("number") == 21


def test_files_that_cannot_be_written_are_the_graders_fault(sandbox: Sandbox) -> None:
    limits = replace(PATIENT, file_mib=1)
    with (
        Execution(sandbox, {0: "1"}, limits, {"large.bin": bytes(2**21)}) as execution,
        pytest.raises(SandboxFailed, match="cannot be written"),
    ):
        execution.run_cells()


def test_streams_results_and_displays_keep_their_order(sandbox: Sandbox) -> None:
    source = """
import sys
from IPython.display import HTML, display
print("one"); print("two")
display(HTML("<b>three</b>"))
print("four", file=sys.stderr)
5
"""
    (cell,) = run(sandbox, source)
    assert [(o.kind, o.name or sorted(o.data)) for o in cell.outputs] == [
        ("stream", "stdout"),
        ("display_data", ["text/html", "text/plain"]),
        ("stream", "stderr"),
        ("execute_result", ["text/plain"]),
    ]
    assert cell.outputs[0].text == "one\ntwo\n"


@pytest.mark.parametrize(
    "line",
    [
        *("%matplotlib notebook", "%matplotlib widget", "%matplotlib qt", "%matplotlib nonsense"),
        *("%load_ext autoreload\n%autoreload 2", "%autoreload 2", "%load_ext lab_black"),
        *("%config InlineBackend.figure_format = 'retina'", "%autosave 60", "%nbagg", "%no_magic"),
    ],
)
def test_a_magic_costs_no_definition_and_no_picture(sandbox: Sandbox, line: str) -> None:
    text = f"{line}\ndef f():\n    return 5\n\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    with Execution(sandbox, {0: text}, PATIENT) as execution:
        execution.run_cells()
        assert execution.call("f", (), {})[0] == 5
        assert not execution.cells[0].failed
        assert any("image/png" in output.data for output in execution.cells[0].outputs)


def test_an_error_in_code_that_a_magic_runs_is_shown(sandbox: Sandbox) -> None:
    (cell,) = run(sandbox, "%time 1 / 0")
    assert [output.name for output in cell.outputs if output.kind == "error"] == [
        "ZeroDivisionError"
    ]


@pytest.mark.parametrize("line", ["", "%matplotlib inline\n"], ids=["default", "with the magic"])
def test_figures_become_pictures(sandbox: Sandbox, line: str) -> None:
    (cell,) = run(sandbox, line + "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert [o.data["image/png"][:4] for o in cell.outputs] == ["iVBO"]


@pytest.mark.parametrize(
    "source",
    [
        "import asyncio\nawait asyncio.sleep(0)\ny = 1",
        "%time y = 1",
        "%%time\ny = 1",
        "y = 1; _ = y?",
        "import threading\nt = threading.Thread(target=print)\nt.start(); t.join()",
    ],
)
def test_ipython_syntax_works(sandbox: Sandbox, source: str) -> None:
    (cell,) = run(sandbox, source)
    assert not cell.failed


@pytest.mark.parametrize(
    "source", ["!ls", "x = !ls", "%%bash\nls", "%%sh\nls", "%pip list", "%system ls", "!!ls"]
)
def test_shell_commands_are_off(sandbox: Sandbox, source: str) -> None:
    (cell,) = run(sandbox, source)
    assert NO_SHELL_COMMANDS in text_of(cell)
    assert not cell.failed


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("def broken(:", "SyntaxError"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("exit()", "SystemExit"),
        ("quit()", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import autograder", "ModuleNotFoundError"),
        ("import solutions", "ModuleNotFoundError"),
        ("import sys; sys.path.insert(0, OWN); import solutions", "ModuleNotFoundError"),
        ("import sys; sys.path.insert(0, OWN); import autograder", "ModuleNotFoundError"),
        ("import sys; sys.path.insert(0, COURSE); import solutions", "ModuleNotFoundError"),
        (
            "import sys; sys.path.insert(0, COURSE); import solutions.averages.hidden_tests",
            "ModuleNotFoundError",
        ),
        ("input()", "EOFError"),
        ("x = bytearray(2**33)", "MemoryError"),
        ("open('/proc/self/mem', 'rb')", "PermissionError"),
    ],
)
def test_an_error_does_not_stop_the_next_cell(sandbox: Sandbox, source: str, error: str) -> None:
    folders = f"OWN, COURSE = {str(OWN.root)!r}, {str(SMALL.root)!r}"
    _, first, second = run(sandbox, folders, source, "print('next')")
    assert first.failed
    assert [o.name for o in first.outputs if o.kind == "error"] == [error]
    assert text_of(second) == "next\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("while True: pass", SLOW),
        ("import time; time.sleep(60)", SLOW),
        ("import os; os._exit(0)", "ended the whole process"),
        ("import ctypes; ctypes.string_at(0)", "ended the whole process"),
        (
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            SLOW,
        ),
    ],
)
def test_a_stopped_cell_is_skipped_and_the_others_hold(
    sandbox: Sandbox, source: str, reason: str
) -> None:
    _, stopped, last = run(sandbox, "x = 1", source, "print(x + 1)", limits=SHORT_CELLS)
    assert reason in stopped.stopped
    assert text_of(last) == "2\n"


def test_output_is_capped(sandbox: Sandbox) -> None:
    limits = Limits(output_characters=1000)
    flood, picture, after = run(
        sandbox,
        "for i in range(10**5): print(i)",
        "import matplotlib.pyplot as plt\nplt.plot([1]);",
        "print('still here')",
        limits=limits,
    )
    assert len(text_of(flood)) < 1100
    assert text_of(flood).endswith("[the output was cut here, after 1000 characters]\n")
    assert "an output is left out: 1000 characters are kept" in text_of(picture)
    assert text_of(after) == "still here\n"


def test_the_output_of_all_cells_is_capped(sandbox: Sandbox) -> None:
    limits = Limits(output_characters=1000)
    cells = run(sandbox, *["print('x' * 900)"] * 30, "x = 1", limits=limits)
    fit = 20_000 // cells[0].outputs[0].size
    assert [bool(cell.outputs) for cell in cells] == [True] * fit + [False] * (31 - fit)
    assert cells[fit - 1].limit == cells[-1].limit == ""
    assert cells[fit].limit == "Its outputs are left out: 20000 characters are kept of all cells."


def test_each_submission_starts_fresh_in_an_empty_folder(sandbox: Sandbox) -> None:
    run(sandbox, "open('note.txt', 'w').write('x'); leftover = 1")
    files, name = run(sandbox, "import os; print(os.listdir())", "leftover")
    assert text_of(files) == "[]\n"
    assert name.failed


def test_nothing_secret_is_around(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADEBOOK_PASSWORD", "hunter2")
    source = """
import gc, os, sys
print(sorted(os.environ), sys.argv, os.getcwd())
ours = "autograder", "solutions"
print([name for name, module in sys.modules.items() if name.startswith(ours) and module])
print([m.__name__ for m in gc.get_objects() if type(m) is type(sys) and "hidden" in m.__name__])
"""
    (cell,) = run(sandbox, source)
    environment, modules, hidden = text_of(cell).splitlines()
    assert "PASSWORD" not in environment
    assert modules == hidden == "[]"


def test_random_numbers_differ_between_submissions(sandbox: Sandbox) -> None:
    source = "import random, numpy as np; print(random.random(), np.random.rand())"
    first, second = (text_of(run(sandbox, source)[0]).split() for _ in range(2))
    assert all(a != b for a, b in zip(first, second, strict=True))


DEFINITIONS = """
import os, time
import numpy as np
def double(x, times=2):
    print("talking " * 1000)
    return x * times
def spoil(x):
    x[0] = 0
    return 1
def fail(x):
    return np.ones(2) + np.ones(3)
def fill(x):
    np.zeros(3)[0] = [1, 2]
def tell(x):
    raise ValueError(f"the input is {x}")
def endless(x):
    while True: pass
def leave(x):
    os._exit(0)
def flood(x):
    return "x" * (9 * 2**20)
number = 3
"""


@contextmanager
def defined(sandbox: Sandbox, limits: Limits) -> Iterator[Execution]:
    with Execution(sandbox, {0: "kept = 5", 1: DEFINITIONS}, limits) as prepared:
        prepared.run_cells()
        yield prepared


@pytest.fixture
def execution(sandbox: Sandbox) -> Iterator[Execution]:
    """A submission for one test alone: the sandbox that all share has one child at a time."""
    with defined(sandbox, PATIENT) as prepared:
        yield prepared


def test_a_call_returns_its_value_and_its_arguments(execution: Execution) -> None:
    x = np.arange(3.0)
    value, (after, times) = execution.call("double", (x,), {"times": 3})
    assert value.tolist() == [0, 3, 6]
    assert after.tolist() == x.tolist()
    assert times == 3


def test_a_modified_argument_is_seen(execution: Execution) -> None:
    x = np.ones(3)
    value, (after,) = execution.call("spoil", (x,), {})
    assert value == 1
    assert after.tolist() == [0, 1, 1]
    assert x.tolist() == [1, 1, 1]


def test_variables_can_be_read(execution: Execution) -> None:
    assert execution.read("number") == 3


@pytest.mark.parametrize(
    ("function", "error", "says"),
    [
        ("nowhere", NameMissing, "`nowhere` does not exist"),
        ("number", NotCallable, "`number` is not a function"),
        (
            "fail",
            CallRaised,
            "ValueError: operands could not be broadcast together with shapes (2,) (3,)",
        ),
        ("fill", CallRaised, "with a sequence at line 13 of its cell: `np.zeros(3)[0] = [1, 2]`."),
        ("fail", CallRaised, "line 11 of its cell: `return np.ones(2) + np.ones(3)`"),
        ("endless", CallTimedOut, f"within {SHORT} seconds"),
        ("leave", ProcessEnded, "ended the whole process"),
    ],
)
def test_a_call_without_an_answer_says_why(
    sandbox: Sandbox, function: str, error: type[Exception], says: str
) -> None:
    limits = SHORT_CALLS if error is CallTimedOut else PATIENT
    with defined(sandbox, limits) as execution:
        with pytest.raises(error) as caught:
            execution.call(function, (1,), {})
        assert says in str(caught.value)
        assert execution.read("kept") == 5


def test_a_message_with_data_is_not_repeated(execution: Execution) -> None:
    with pytest.raises(CallRaised) as caught:
        execution.call("tell", (0.123456,), {})
    assert "0.123456" not in str(caught.value)
    assert "ValueError" in str(caught.value)


def test_too_large_an_answer_costs_only_itself(execution: Execution) -> None:
    with pytest.raises(AnswerUnusable):
        execution.call("flood", (1,), {})
    assert execution.read("kept") == 5


def test_a_function_that_hit_its_limit_is_not_called_again(sandbox: Sandbox) -> None:
    source = "calls = []\ndef endless(x):\n    while True: pass"
    with Execution(sandbox, {0: source}, Limits(call_seconds=0.2)) as execution:
        execution.run_cells()
        caught = []
        for _ in range(2):
            with pytest.raises(CallTimedOut) as error:
                execution.call("endless", (1,), {})
            caught.append(error.value)
    assert caught[0] is caught[1]


def test_the_whole_submission_has_a_limit(sandbox: Sandbox) -> None:
    cells = dict.fromkeys(range(5), "import time; time.sleep(0.4)") | {5: "def f(): return 1"}
    with Execution(sandbox, cells, Limits(submission_seconds=1)) as execution:
        execution.run_cells()
        with pytest.raises(SubmissionTimedOut, match="1 seconds"):
            execution.call("f", (), {})
    assert [bool(cell.stopped) for cell in execution.cells.values()][-1]


def test_why_a_name_is_missing(sandbox: Sandbox) -> None:
    cells = {0: "def f(:\n    pass", 1: "import time; time.sleep(9); answer = 1\ndef g(x): pass"}
    with Execution(sandbox, cells, SHORT_CELLS) as execution:
        execution.run_cells()
        with pytest.raises(
            NameMissing, match=r"is not Python 3\.\d+ at line 1 of its cell: `def f\(:`"
        ):
            execution.call("f", (1,), {})
        for name in ("g", "answer"):
            with pytest.raises(NameMissing, match=SLOW):
                execution.call(name, (1,), {})
