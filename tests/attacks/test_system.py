"""The operating system: what submitted code asks of it, with all layers and with some missing.

Tried elsewhere: 71 (a bomb of forks ends at its first, 69), 72 to 84 in test_exhaustion.py, 88, 89
and 91 below, 90, 95 and 96 in test_protocol.py. Where one layer alone leaves a hole, the attack
through it is among these: emptied files (93), commands in upper bits (94), moved signals (61), the
zygote's limits (92), keys and shared memory that outlive a process (86).
"""

import contextlib
import os
import platform
import socket
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attacks.conftest import Surroundings, descendants
from attacks.system import ATTACKS, LOOKS, PRELUDE, Attack
from contents import OWN, SMALL

from autograder.grading import Graded
from autograder.sandbox import kernel
from autograder.sandbox.host import Sandbox
from autograder.sandbox.launch import Layers
from autograder.sandbox.lockdown import ChildLimits
from autograder.sandbox.readable import PACKAGE

COURSES = {"COURSE": SMALL.root, "OWN": OWN.root}
LIMITS = ChildLimits(memory_mib=256, cpu_seconds=30, file_mib=1)
SECONDS = 20  # for a cell: none should need them, and the kernel counts more
MACHINES = {
    "without bubblewrap": Layers(bubblewrap=False),
    "without namespaces and with the first Landlock": Layers(bubblewrap=False, landlock_abi=1),
    "without namespaces and with the second Landlock": Layers(bubblewrap=False, landlock_abi=2),
    "without namespaces and with the fourth Landlock": Layers(bubblewrap=False, landlock_abi=4),
    "without Landlock": Layers(landlock_abi=0),
}
UNLOCKED = Layers(bubblewrap=False, landlock_abi=0, seccomp=False)
# The numbers of calls are those of one processor.
X86_64 = platform.machine() == "x86_64"
RUNNABLE = [attack for attack in ATTACKS if X86_64 or "kernel(" not in attack.source]
TRY = """
try:
{source}
except OSError as error:
    print("refused:", error)
else:
    print("got through")
"""

Start = Callable[[Layers], Sandbox]


def named(attack: Attack) -> str:
    return f"{attack.id} {attack.title}"


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start a sandbox with some layers, or skip the test where this machine lacks them."""
    started: dict[Layers, Sandbox] = {}
    with contextlib.ExitStack() as stack:

        def with_layers(layers: Layers) -> Sandbox:
            if layers not in started:
                folder = tmp_path_factory.mktemp("sandbox")
                started[layers] = stack.enter_context(
                    Sandbox(folder, course=SMALL.root, layers=layers)
                )
            sandbox = started[layers]
            if layers.bubblewrap and sandbox.layers.no_bubblewrap:
                pytest.skip(f"no bubblewrap here: {sandbox.layers.no_bubblewrap}")
            if layers.landlock_abi and not sandbox.layers.landlock_abi:
                pytest.skip("no Landlock here")
            if layers.seccomp and not sandbox.layers.seccomp:
                pytest.skip("no seccomp here")
            return sandbox

        yield with_layers


@pytest.fixture(scope="module")
def other() -> Iterator[int]:
    """Another process of the same user, and where that is root, as powerless as a child."""

    def give_up() -> None:
        kernel.gain_no_privileges()
        kernel.drop_capabilities()

    with subprocess.Popen(
        ["sleep", "1000"], env={"PASSWORD": "hunter2"}, preexec_fn=give_up
    ) as process:
        yield process.pid
        process.kill()


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of sockets that others listen to; one more has the name of the folder."""
    folder = tmp_path_factory.mktemp("doors")
    with contextlib.ExitStack() as stack:
        for kind, address in (
            (socket.SOCK_STREAM, f"{folder}/stream"),
            (socket.SOCK_DGRAM, f"{folder}/box"),
            (socket.SOCK_STREAM, f"\0{folder}"),
        ):
            made = stack.enter_context(socket.socket(socket.AF_UNIX, kind))
            made.bind(address)
            if kind == socket.SOCK_STREAM:
                made.listen(100)
        yield folder


@pytest.fixture
def places(outside: Path, doors: Path, other: int) -> str:
    """The names that an attack finds."""
    folders = {"OUTSIDE": outside, "DOORS": doors, **COURSES, "PACKAGE": PACKAGE}
    names = {name: str(folder) for name, folder in folders.items()}
    processes = {"OTHER": other, "GRADER": os.getpid()}
    return "".join(f"{name} = {value!r}\n" for name, value in (names | processes).items())


def said(sandbox: Sandbox, source: str) -> str:
    """Run a cell in a child of its own; return what it prints, or that the process has gone."""
    child = sandbox.child(LIMITS, 10_000)
    try:
        outputs = child.run_cell(0, source, SECONDS).outputs
        return "".join(f"{output.text}{output.name}" for output in outputs if output.text)
    except EOFError:
        return "the process has gone"
    finally:
        child.kill()


def gets_through(sandbox: Sandbox, attack: Attack, places: str) -> bool:
    """Run an attack; anything but a refusal or a success is a mistake in its source."""
    source = PRELUDE + places + TRY.format(source=textwrap.indent(attack.source, "    "))
    answer = said(sandbox, source)
    assert answer.startswith(("refused", "got through", "the process has gone")), answer
    return not answer.startswith("refused")


@pytest.mark.parametrize("attack", RUNNABLE, ids=named)
def test_refused(attack: Attack, sandbox: Sandbox, places: str, surroundings: Surroundings) -> None:
    """With all that this machine has, an attack gets through only where the probe says so."""
    with surroundings:
        assert not gets_through(sandbox, attack, places) or attack.gap in sandbox.probe.gaps


@pytest.mark.parametrize("attack", [a for a in RUNNABLE if a.proof], ids=named)
def test_it_works_where_nothing_is_locked_in(attack: Attack, start: Start, places: str) -> None:
    assert gets_through(start(UNLOCKED), attack, places)


@pytest.mark.parametrize("machine", MACHINES)
def test_refused_by_fewer_layers(machine: str, start: Start, places: str) -> None:
    sandbox = start(MACHINES[machine])
    through = [attack for attack in RUNNABLE if gets_through(sandbox, attack, places)]
    assert [named(a) for a in through if a.gap not in sandbox.probe.gaps] == []


@pytest.mark.parametrize("machine", [m for m in MACHINES if m != "without Landlock"])
def test_landlock_and_the_filter_are_enough_to_be_strong(machine: str, start: Start) -> None:
    probe = start(MACHINES[machine]).probe
    assert (probe.level, probe.gaps) == (
        "strong",
        ("find out whether a file exists whose path it knows",),
    )


def test_without_landlock_the_probe_says_what_is_open(start: Start) -> None:
    """Root owns the first process of bubblewrap's namespace even without any capability."""
    probe = start(MACHINES["without Landlock"]).probe
    assert set(probe.gaps) <= {LOOKS}


def test_where_nothing_is_locked_in_the_level_is_none(start: Start) -> None:
    assert start(UNLOCKED).probe.level == "none"


LEAVE = (
    PRELUDE
    + """
folders = ['.', '/tmp', '/dev/shm', '/dev', '/var/tmp', '/', os.environ['HOME'] + '/..']
for folder in (*folders, *sys.path):
    try:
        Path(folder, 'left_by_the_one_before').write_text('x')
    except OSError:
        pass
os.environ['LEFT'] = sys.modules['left'] = 'x'
try:
    kernel(248, b'user', b'left', b'x', 1, -3)
except OSError:
    pass
"""
)
FIND = (
    PRELUDE
    + """
folders = ['.', '/tmp', '/dev/shm', '/dev', '/var/tmp', '/', os.environ['HOME'] + '/..']
found = [f for f in (*folders, *sys.path) if Path(f, 'left_by_the_one_before').exists()]
found += [name for name in (*os.environ, *sys.modules) if name.lower() == 'left']
print('found', found)
"""
)


@pytest.mark.parametrize("machine", [None, *MACHINES])
def test_what_one_leaves_the_next_does_not_find(
    machine: str | None, start: Start, sandbox: Sandbox
) -> None:
    chosen = start(MACHINES[machine]) if machine else sandbox
    assert said(chosen, LEAVE) == ""
    assert said(chosen, FIND) == "found []\nstdout"


def test_91_a_child_has_nothing_open_but_its_channel(sandbox: Sandbox) -> None:
    look = """
import os, stat
for number in range(5000):
    try: mode = os.fstat(number).st_mode
    except OSError: continue
    print(number, 'null' if stat.S_ISCHR(mode) else 'socket' if stat.S_ISSOCK(mode) else mode)
"""
    assert said(sandbox, look) == "0 null\n1 null\n2 null\n3 socket\nstdout"


MACHINE_CODE = """
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex({code!r}))
run = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
run()
print("got through")
"""
# mov eax, 20 (getpid); int 0x80; ret - and mov eax, 0x40000027 (getpid of x32); syscall; ret
OLD_CALLS = {"of 32 bits": "b814000000cd80c3", "of the x32 ABI": "b8270000400f05c3"}


@pytest.mark.skipif(not X86_64, reason="these are calls of x86_64")
@pytest.mark.parametrize("kind", OLD_CALLS)
def test_88_a_call_of_another_kind_ends_the_process(
    kind: str, start: Start, sandbox: Sandbox, surroundings: Surroundings
) -> None:
    source = MACHINE_CODE.format(code=OLD_CALLS[kind])
    with surroundings:
        assert said(sandbox, source) == "the process has gone"
    assert said(start(UNLOCKED), source) == "got through\nstdout"


@pytest.mark.parametrize("name", ["AS", "DATA", "CPU", "FSIZE", "NOFILE", "CORE", "MEMLOCK"])
def test_89_limits_stay(name: str, sandbox: Sandbox) -> None:
    source = f"import resource; resource.setrlimit(resource.RLIMIT_{name}, (-1, -1))"
    assert "not allowed to raise maximum limit" in said(sandbox, source)


# What libraries do in all innocence, with the number of the trap that they would fall into.
INNOCENT = {
    "1 random numbers are loaded already": "import sys; print('numpy.random' in sys.modules)",
    "4 a file moves between its folders": "import os, shutil; os.mkdir('a'); os.mkdir('b');"
    " open('a/f', 'w').close(); shutil.move('a/f', 'b/f'); print(os.path.exists('b/f'))",
    "13 a signal cannot be raised": "import signal\n"
    "try: signal.raise_signal(2)\nexcept PermissionError: print(True)",
    "14 a lock between processes says why not": "import multiprocessing\n"
    "try: multiprocessing.Lock()\nexcept OSError: print(True)",
    "15 there need not be a name": "import getpass\n"
    "try: print(bool(getpass.getuser()))\nexcept (KeyError, OSError): print(True)",
    "16 there are no terminals": "import os\ntry: os.openpty()\nexcept OSError: print(True)",
    "17 fonts are known": "from matplotlib.font_manager import fontManager;"
    " print(len(fontManager.ttflist) > 30)",
    "18 what C prints goes nowhere": "import ctypes; ctypes.CDLL(None).puts(b'C'); print(True)",
}


@pytest.mark.parametrize("title", INNOCENT)
@pytest.mark.parametrize("machine", [None, "without namespaces and with the first Landlock"])
def test_innocent_code(title: str, machine: str | None, start: Start, sandbox: Sandbox) -> None:
    chosen = start(MACHINES[machine]) if machine else sandbox
    assert said(chosen, INNOCENT[title]) == "True\nstdout"


def test_13_a_process_that_aborts_ends_at_once(sandbox: Sandbox) -> None:
    assert said(sandbox, "import os; os.abort()") == "the process has gone"


def test_the_zygote_has_one_thread_whatever_its_children_did(
    sandbox: Sandbox, grade_honest: Callable[[], Graded]
) -> None:
    said(sandbox, "import threading\nfor _ in range(9): threading.Timer(9, print).start()")
    grade_honest()
    started = sandbox._zygote.process.pid
    # The first Python below bubblewrap: those after it are children, which end meanwhile.
    zygote = next(
        process
        for process in [started, *descendants(started)]
        if "python" in Path(f"/proc/{process}/comm").read_text()
    )
    assert "Threads:\t1\n" in Path(f"/proc/{zygote}/status").read_text()
