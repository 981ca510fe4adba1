"""Starting a zygote: the command, its environment, and what it is told to use."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..errors import SandboxDidNotStart
from ..surroundings import FULL, exhausted
from . import scratch
from .bubblewrap import wrapped
from .fonts import font_list
from .landlock import NEWEST_ABI
from .readable import DEVICES, readable_paths, unreadable_modules
from .zygote import CONTROL_FD_VARIABLE, Ready, Setup

START_SECONDS = 120  # a cold start reads hundreds of files
SCRATCH_FILES = 4096  # files and folders together, where scratch has a file system of its own
# Not -m: IPython makes __main__ the module of the submitted code.
# In a checkout the folder of the package is a course, whose files stand for no installed module.
START = "import gc; gc.disable()\n"  # until it is warm: what it imports stays
START += f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
START += "import autograder; del sys.path[0]\n"
START += "from autograder.sandbox.zygote import main; main()"
_MIB = 2**20
_MAX_READY = 2**16
_MOST_SAID = 300  # characters of a zygote's last words


@dataclass(frozen=True)
class Layers:
    """Which layers of the lock-down to use, where the machine has them: all, by default.

    ``landlock_abi`` is the newest ABI of Landlock to use, 0 for none.
    """

    bubblewrap: bool = True
    landlock_abi: int = NEWEST_ABI
    seccomp: bool = True


ALL_LAYERS = Layers()


@dataclass(frozen=True)
class Launch:
    """How a zygote is started; its files lie in ``folder``, ``bwrap`` is None for without.

    It can read nothing of ``courses``.
    """

    folder: Path
    courses: tuple[Path, ...]
    packages: tuple[str, ...]
    scratch_mib: int
    layers: Layers
    bwrap: str | None

    def start(self) -> StartedZygote:
        """Start it and wait until it is warm. Raises SandboxDidNotStart or MachineExhausted."""
        # A package, or what is beside one, may have been removed since it was listed.
        readable = [p for p in readable_paths(self.packages, *self.courses) if p.exists()]
        fonts = font_list(self.folder)
        writable = self.folder / "scratch"
        writable.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch.empty(writable)
        # What it compiles is not kept: cut off where files must not grow, it breaks every command.
        command = [sys.executable, "-I", "-B", "-c", START]
        if self.bwrap:
            command = wrapped(self.bwrap, command, [*readable, fonts], writable)
        log = self.folder / "zygote.log"
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, log.open("wb") as stderr:
            process = subprocess.Popen(
                command,
                env=_environment(theirs.fileno(), writable),
                cwd=writable,
                stdin=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # an interrupt from the keyboard is for the grader
            )
        control.settimeout(START_SECONDS)
        try:
            control.send(msgspec.msgpack.encode(self._setup(readable, fonts, writable)))
            _wait_for_word(control, process)
            ready = msgspec.msgpack.decode(control.recv(_MAX_READY), type=Ready)
        except (OSError, msgspec.MsgspecError) as error:
            control.close()
            why = _why(error, _end(process), log)
            raise exhausted(why) or SandboxDidNotStart(why) from None
        return StartedZygote(process, control, ready)

    def _setup(self, readable: list[Path], fonts: Path, writable: Path) -> Setup:
        return Setup(
            scratch=str(writable),
            scratch_bytes=self.scratch_mib * _MIB if self.bwrap else 0,
            scratch_files=SCRATCH_FILES,
            fonts=str(fonts),
            readable=list(map(str, [*readable, *DEVICES])),
            unreadable_modules=unreadable_modules(self.packages),
            landlock_abi=self.layers.landlock_abi,
            seccomp=self.layers.seccomp,
        )


@dataclass(frozen=True)
class StartedZygote:
    """A running zygote, with the grader's end of its control socket."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    ready: Ready

    def stop(self) -> None:
        """End it, and with it its child."""
        self.control.close()
        _end(self.process)


def _wait_for_word(control: socket.socket, process: subprocess.Popen[bytes]) -> None:
    """Wait until there is something to read. Raises OSError where it does not come.

    That the process ended does not close the socket where a child of bubblewrap still holds it.
    """
    ended = os.pidfd_open(process.pid)
    try:
        either = select.poll()
        either.register(control, select.POLLIN)
        either.register(ended, select.POLLIN)
        found = either.poll(START_SECONDS * 1000)
    finally:
        os.close(ended)
    if not found:
        raise TimeoutError
    if control.fileno() not in dict(found):
        raise ConnectionResetError


def _end(process: subprocess.Popen[bytes]) -> int:
    """Kill a process and its session, and return its status.

    bubblewrap that was killed as it started leaves a child that waits for its word for ever.
    """
    if process.returncode is None:  # else the number may be another's by now
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def _why(error: Exception, status: int, log: Path) -> str:
    """Say why a zygote was not ready: in its own last words, if it had any."""
    said = log.read_text(errors="replace").strip().splitlines()
    if said and any(os.strerror(number) in said[-1] for number in FULL):
        return (
            "its files find no room. Make room where temporary files are, or lift the limit on the "
            "size of files (ulimit -f), and run the same again."
        )
    if said:
        return said[-1][:_MOST_SAID]
    if isinstance(error, TimeoutError):
        return f"no word after {START_SECONDS} seconds"
    return f"it ended with status {status}"


def _environment(control_fd: int, writable: Path) -> dict[str, str]:
    """Return the zygote's whole environment: nothing is inherited from the grader."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(writable),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(writable / "matplotlib"),
        "IPYTHONDIR": str(writable / "ipython"),
        CONTROL_FD_VARIABLE: str(control_fd),
        **threads,
    }
