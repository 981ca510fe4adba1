"""The grader's side of the sandbox: children come and go, and its own faults are repaired."""

import os
import shutil
import signal
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import run_command
from limits import PATIENCE

from autograder.errors import SandboxFailed
from autograder.sandbox import host, launch
from autograder.sandbox.child import Child
from autograder.sandbox.host import Sandbox
from autograder.sandbox.launch import Launch, Layers, StartedZygote
from autograder.sandbox.lockdown import ChildLimits
from autograder.sandbox.readable import PACKAGE, readable_paths
from autograder.surroundings import MachineExhausted

LIMITS = ChildLimits(memory_mib=256, cpu_seconds=30, file_mib=1)


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox that a test may break."""
    with Sandbox(tmp_path) as sandbox:
        yield sandbox


def printed(child: Child, source: str) -> str:
    return "".join(output.text for output in child.run_cell(0, source, PATIENCE).outputs)


def ends(pid: int) -> bool:
    """Wait for a process to end; one that only waits to be reaped by its parent has ended."""
    deadline = time.monotonic() + 60  # which nothing lasts by itself that is to be ended
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_child_that_has_gone_can_still_be_killed(sandbox: Sandbox) -> None:
    for _ in range(30):
        child = sandbox.child(LIMITS, 100)
        with pytest.raises(EOFError):
            child.run_cell(0, "import os; os._exit(0)", PATIENCE)
        child.kill()


def test_what_is_installed_meanwhile_costs_nobody_an_import(own_sandbox: Sandbox) -> None:
    Path(tempfile.mkdtemp(dir=sysconfig.get_path("purelib"))).rmdir()  # its time is another now
    child = own_sandbox.child(LIMITS, 1000)
    assert printed(child, "import stack_data; print('found')") == "found\n"
    child.kill()


def test_what_was_removed_since_it_was_listed_stops_nothing(tmp_path: Path) -> None:
    standard_library = sysconfig.get_path("stdlib")
    readable_paths.cache_clear()
    with tempfile.TemporaryDirectory(dir=standard_library) as gone:
        listed = readable_paths((), None)
        assert Path(gone) in listed
    with Sandbox(tmp_path) as sandbox:
        assert sandbox.probe.level != "none"
    readable_paths.cache_clear()


START_A_SANDBOX = """
from pathlib import Path
from autograder.sandbox import launch
from autograder.sandbox.host import Sandbox
with Sandbox(Path.cwd(), layers=launch.Layers(bubblewrap=False)):
    print(Path(launch.__file__).parents[2])
"""


def test_the_environment_is_not_written_to(tmp_path: Path) -> None:
    """What it compiles could be cut off where files must not grow, and then break every command."""
    package = tmp_path / "engine" / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {
        "PYTHONPATH": str(package.parent),
        "PYTHONDONTWRITEBYTECODE": "1",  # of the command, not of what it starts
        "XDG_CACHE_HOME": str(tmp_path),  # where no list of fonts is yet
    }
    result = run_command("python", "-c", START_A_SANDBOX, cwd=tmp_path, **environment)
    assert result.stdout.strip() == str(package.parent)
    assert not list(package.rglob("*.pyc"))


def test_what_a_child_starts_goes_with_it(tmp_path: Path) -> None:
    # Only where seccomp is missing can it start anything at all.
    with Sandbox(tmp_path, layers=Layers(bubblewrap=False, seccomp=False)) as weak:
        child = weak.child(LIMITS, 1000)
        source = "import os, time\npid = os.fork()\nif pid == 0: time.sleep(1000)\nprint(pid)"
        pid = int(printed(child, source))
        child.kill()
        weak.child(LIMITS, 100).kill()  # by now the zygote has seen the first one end
        assert ends(pid)


HIDE_DEEP = """
import os
open("file", "w").close()
open("0", "w").close()
for _ in range(1500):
    os.mkdir("d" * 100)
    os.chdir("d" * 100)
os.mkdir("closed", mode=0)
"""


@pytest.mark.parametrize("bubblewrap", [True, False])
def test_the_next_child_finds_an_empty_folder(tmp_path: Path, bubblewrap: bool) -> None:
    with Sandbox(tmp_path, layers=Layers(bubblewrap=bubblewrap)) as own:
        first = own.child(LIMITS, 1000)
        assert printed(first, HIDE_DEEP) == ""
        folder = printed(first, "import os; print(os.environ['HOME'])")
        second = own.child(LIMITS, 1000)
        look = "import os; print(os.getcwd()); print(os.listdir())"
        assert printed(second, look) == f"{folder}[]\n"
        first.kill()
        second.kill()
    assert list(tmp_path.iterdir()) == []


def test_a_child_looks_for_garbage_though_what_it_was_forked_with_stays(sandbox: Sandbox) -> None:
    child = sandbox.child(LIMITS, 100)
    assert (
        printed(child, "import gc; print(gc.isenabled(), gc.get_freeze_count() > 0)")
        == "True True\n"
    )
    child.kill()


def test_a_child_ends_the_one_before(sandbox: Sandbox) -> None:
    first, second = (sandbox.child(LIMITS, 100) for _ in range(2))
    with pytest.raises(EOFError):
        first.run_cell(0, "1", PATIENCE)
    assert printed(second, "print(1)") == "1\n"
    first.kill()
    second.kill()


def test_a_dead_zygote_is_replaced(own_sandbox: Sandbox) -> None:
    os.kill(own_sandbox._zygote.process.pid, signal.SIGKILL)
    own_sandbox._zygote.process.wait()
    child = own_sandbox.child(LIMITS, 100)
    assert printed(child, "print(1)") == "1\n"
    child.kill()


def test_a_stuck_zygote_is_replaced(own_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    start = Launch.start

    def start_another(self: Launch) -> StartedZygote:
        monkeypatch.setattr(host, "FORK_SECONDS", PATIENCE)  # this one will answer
        return start(self)

    monkeypatch.setattr(Launch, "start", start_another)
    monkeypatch.setattr(host, "FORK_SECONDS", 0.1)
    os.kill(own_sandbox._zygote.process.pid, signal.SIGSTOP)
    for _ in range(2):
        child = own_sandbox.child(LIMITS, 100)
        assert printed(child, "print(1)") == "1\n"
        child.kill()


# What python forks by; that it makes threads and runs programs by has the memory in common.
WITHOUT_FORKS = """
import errno
import pyseccomp as seccomp
from autograder.sandbox.host import Sandbox
from autograder.sandbox.launch import Layers
CLONE_VM = 0x100
refuse = seccomp.SyscallFilter(seccomp.ALLOW)
refuse.add_rule(
    seccomp.ERRNO(errno.EAGAIN), "clone", seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_VM, 0)
)
refuse.load()
Sandbox(layers=Layers(bubblewrap=False)).probe
"""


def test_where_the_system_gives_no_process_the_machine_is_to_blame(tmp_path: Path) -> None:
    pytest.importorskip("pyseccomp", exc_type=(ImportError, RuntimeError))
    said = run_command("python", "-c", WITHOUT_FORKS, cwd=tmp_path, status=1).stderr
    assert "MachineExhausted: This machine has no room for another process" in said


@pytest.mark.parametrize(
    "last_words",
    [
        'RuntimeError("can\'t start new thread")',
        "MemoryError",
        "OSError(12, 'Cannot allocate memory')",
    ],
)
def test_so_it_is_where_a_zygote_ends_for_want_of_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last_words: str
) -> None:
    monkeypatch.setattr(launch, "START", f"raise {last_words}")
    with pytest.raises(MachineExhausted, match="no room for another process"):
        Sandbox(tmp_path)


def test_a_sandbox_that_cannot_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "START", "raise RuntimeError('no room')")
    with pytest.raises(SandboxFailed, match="did not start: RuntimeError: no room"):
        Sandbox(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_limits_hold(sandbox: Sandbox) -> None:
    child = sandbox.child(LIMITS, 10_000)
    refused = """
import resource
for name in ("AS", "DATA", "CPU", "FSIZE", "CORE", "NOFILE"):
    soft, hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
    print(name, soft == hard != resource.RLIM_INFINITY)
try:
    open("big", "wb").write(bytes(2 * 2**20))
except OSError as error:
    print(error.strerror)
try:
    bytearray(300 * 2**20)
except MemoryError:
    print("no memory")
"""
    lines = printed(child, refused).splitlines()
    assert lines[:6] == [f"{n} True" for n in ("AS", "DATA", "CPU", "FSIZE", "CORE", "NOFILE")]
    assert lines[6:] == ["File too large", "no memory"]
    child.kill()


@pytest.mark.parametrize("bubblewrap", [True, False])
def test_closing_ends_every_process(tmp_path: Path, bubblewrap: bool) -> None:
    sandbox = Sandbox(tmp_path, layers=Layers(bubblewrap=bubblewrap))
    child = sandbox.child(LIMITS, 100)
    pid = int(Path(f"/proc/self/fdinfo/{child._pidfd}").read_text().split("Pid:")[1].split()[0])
    sandbox.close()
    assert ends(pid)
    with pytest.raises(EOFError):
        child.run_cell(0, "1", PATIENCE)
    child.kill()
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_bubblewrap_that_is_killed_as_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, started = tmp_path / "bin", tmp_path / "started"
    programs.mkdir()
    killed = programs / "bwrap"
    killed.write_text(f"#!/bin/sh\nsleep 1000 &\necho $! >>{started}\nkill -KILL $$\n")
    killed.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    with Sandbox(tmp_path):
        assert all(ends(int(pid)) for pid in started.read_text().split())
