"""Submissions that take more than their share: each dies soon, and of itself alone."""

from dataclasses import replace

import pytest
from attacks.conftest import Surroundings
from limits import PATIENCE, PATIENT, SHORT

from autograder.course.options import Limits
from autograder.running.execution import Execution
from autograder.sandbox.host import Sandbox
from autograder.sandbox.lockdown import ChildLimits

LIMITS = replace(PATIENT, memory_mib=256, file_mib=8)
SHORT_CELLS = replace(LIMITS, cell_seconds=SHORT)

TOO_LONG = {
    "76 a loop": "while True: pass",
    "76 a loop that catches everything": "while True:\n"
    "    try:\n"
    "        while True: pass\n"
    "    except BaseException: pass",
    "76 a huge power": "9**9**9",
    "76 a pattern that goes back and back": "import re; re.match('(a+)+$', 'a' * 40 + 'b')",
    "76 a decomposition, again and again": "import numpy as np\n"
    "while True: np.linalg.svd(np.ones((800, 800)))",
    "76 a hundred threads that spin": "import threading\nthreading.stack_size(2**18)\n"
    "def spin():\n"
    "    while True: pass\n"
    "for _ in range(100): threading.Thread(target=spin, daemon=True).start()\nspin()",
    "76 work in a thread while the main thread waits": "import threading\n"
    "def spin():\n"
    "    while True: pass\n"
    "thread = threading.Thread(target=spin); thread.start(); thread.join()",
    "77 sleep, deaf to all signals": "import signal, time\n"
    "for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n"
    "    signal.pthread_sigmask(signal.SIG_BLOCK, [number])\n"
    "time.sleep(1000)",
    "77 threads that crowd each other, then sleep": "import threading, time\n"
    "threading.stack_size(2**18)\n"
    "def spin():\n"
    "    while time.process_time() < 1: pass\n"
    "threads = [threading.Thread(target=spin) for _ in range(50)]\n"
    "for thread in threads: thread.start()\n"
    "for thread in threads: thread.join()\n"
    "time.sleep(1000)",
    "77 a wait for a thread": "import threading\n"
    "thread = threading.Thread(target=threading.Event().wait); thread.start(); thread.join()",
}

# Each with what it says of itself, "" where it may be stopped in any way.
TOO_MUCH = {
    "72 threads": (
        "import threading\nthreading.stack_size(2**22)\nwhile True:\n"
        "    threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "thread",  # each Python has other words for it
    ),
    # The kernel counts the threads of everybody but root. For root they end where memory does, and
    # what is left of that must be enough for the next cell.
    "72 threads that take next to no memory": (
        "import threading\nthreading.stack_size(2**15)\nleft = bytearray(2**25)\ntry:\n"
        "    while True:\n"
        "        threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "finally:\n    del left",
        "",
    ),
    "73 an array": ("import numpy as np; np.ones(2**30)", "Unable to allocate"),
    "73 a long list": ("pile = []\nwhile True: pile.append(bytes(2**20))", "MemoryError"),
    "74 shared memory": (
        "import mmap\npile = []\nwhile True: pile.append(mmap.mmap(-1, 2**26))",
        "Cannot allocate memory",
    ),
    "75 files in memory": ("import os; os.memfd_create('bomb')", "Operation not permitted"),
    "78 a huge file": ("open('huge', 'wb').write(bytes(2**24))", "File too large"),
    "81 open files": ("pile = [open('/dev/null') for _ in range(100)]", "Too many open files"),
    "83 a recursion without end": (
        "import sys; sys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
        "",
    ),
    "84 a wild pointer": ("import ctypes; ctypes.string_at(1)", ""),
}

IN_A_FILE_SYSTEM_OF_ITS_OWN = {
    "79 many files": "for number in range(100): open(str(number), 'wb').write(bytes(2**20))",
    "80 many empty files": "for number in range(5000): open(str(number), 'w').close()",
    "80 many folders": "import os\nfor number in range(5000): os.mkdir(str(number))",
    "97 files that are filled with nothing": "import os\nfor number in range(100):\n"
    "    os.posix_fallocate(os.open(str(number), os.O_CREAT | os.O_RDWR), 0, 2**20)",
}


def run(sandbox: Sandbox, source: str, limits: Limits = LIMITS) -> tuple[str, str]:
    """Run a cell between two others; return what became of it, and what the last one prints."""
    cells = {0: "kept = 'kept'", 1: source, 2: "print(kept)"}
    with Execution(sandbox, cells, limits) as execution:
        execution.run_cells()
        _, bomb, last = execution.cells.values()
    (printed,) = last.outputs
    errors = "".join(output.name + output.text for output in bomb.outputs)
    return bomb.stopped or errors, printed.text


@pytest.mark.parametrize("title", TOO_LONG)
def test_what_takes_too_long(title: str, sandbox: Sandbox, surroundings: Surroundings) -> None:
    with surroundings:
        became, after = run(sandbox, TOO_LONG[title], SHORT_CELLS)
    assert became.startswith(f"This cell ran longer than {SHORT} seconds.")
    assert after == "kept\n"


@pytest.mark.parametrize("title", TOO_MUCH)
def test_what_takes_too_much(title: str, sandbox: Sandbox, surroundings: Surroundings) -> None:
    source, says = TOO_MUCH[title]
    with surroundings:
        became, after = run(sandbox, source, LIMITS if says else SHORT_CELLS)
    assert says in became
    assert became
    assert after == "kept\n"


@pytest.mark.parametrize("title", IN_A_FILE_SYSTEM_OF_ITS_OWN)
def test_files_that_take_too_much(title: str, sandbox: Sandbox, surroundings: Surroundings) -> None:
    if sandbox.layers.no_bubblewrap:
        pytest.skip(f"files are not counted: {sandbox.layers.no_bubblewrap}")
    with surroundings:
        became, after = run(sandbox, IN_A_FILE_SYSTEM_OF_ITS_OWN[title])
    assert "No space left on device" in became
    assert after == "kept\n"


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
        "import threading\ndef loop():\n    while True: pass\n"
        "for _ in range(4): threading.Thread(target=loop).start()",
    ],
    ids=["a loop", "a loop that ignores the warning", "threads together"],
)
def test_76_seconds_of_the_processor_are_counted_by_the_kernel(
    sandbox: Sandbox, source: str
) -> None:
    child = sandbox.child(ChildLimits(memory_mib=256, cpu_seconds=1, file_mib=1), 1000)
    with pytest.raises(EOFError):
        child.run_cell(0, f"{source}\nimport time; time.sleep(1000)", PATIENCE)
    child.kill()


FLOODS = {
    "82 one long text": "print('x' * 10**7)",
    "82 many small outputs": "import sys\nfor _ in range(10**4):\n"
    "    sys.stdout.write('a'); sys.stderr.write('b')",
    "82 many pictures": "from IPython.display import display\nfor _ in range(10**3): display('x')",
    "82 an error with a long name": "raise type('x' * 10**6, (Exception,), {})",
    "82 an error with a long text": "raise ValueError('x' * 10**6)",
    "82 an error with many empty lines": "class E(Exception):\n"
    "    def _render_traceback_(self): return [''] * 10**6\nraise E()",
    "82 an error without a text": "class E(Exception):\n"
    "    def __str__(self): raise ValueError\nraise E()",
    "82 streams that never end": "import sys\nwhile True: sys.stdout.write('x' * 1000)",
}


@pytest.mark.parametrize("title", FLOODS)
def test_outputs_stay_within_their_room(title: str, sandbox: Sandbox) -> None:
    limits = replace(SHORT_CELLS, output_characters=2000)
    with Execution(sandbox, {0: FLOODS[title]}, limits) as execution:
        execution.run_cells()
        (cell,) = execution.cells.values()
    assert len(cell.outputs) <= 22
    assert len(repr(cell.outputs)) < 8000
