"""The grader's side of the sandbox: start the zygote, ask for children, talk to them."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from types import TracebackType

import msgspec

from ..errors import NeedsLinux, SandboxDidNotStart, SandboxFailed
from . import scratch
from .bubblewrap import find_bubblewrap, wrapped
from .fonts import font_cache
from .kernel import keep_out_of_memory
from .landlock import NEWEST_ABI
from .lockdown import ChildLimits
from .probe import Probe, run_probe
from .readable import DEFAULT_PACKAGES, DEVICES, readable_paths, unreadable_modules
from .wire import (
    MAX_FRAME,
    OUTPUT_COST,
    Call,
    CellRan,
    Items,
    Mapping,
    Missing,
    Raised,
    Read,
    Reply,
    Request,
    Returned,
    RunCell,
    WireError,
    receive_reply,
    send,
)
from .zygote import CONTROL_FD_VARIABLE, READY, ForkRequest, Ready, Setup

START_SECONDS = 120  # a cold start reads hundreds of files
FORK_SECONDS = 20
SCRATCH_FILES = 4096  # files and folders together, where scratch has a file system of its own
DEFAULT_SCRATCH_MIB = 50
# Not -m: IPython makes __main__ the module of the submitted code.
START = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
START += "from autograder.sandbox.zygote import main; main()"
_MIB = 2**20
_MAX_MESSAGE = 2**16
_BYTES_PER_CHARACTER = 5  # four in UTF-8, and what is around each output
_BYTES_AROUND = 2**16
_FREE_OUTPUTS = 2  # the first, and the one that the room ended in


@dataclass(frozen=True)
class Layers:
    """Which layers of the lock-down to use, where the machine has them: all, by default.

    ``landlock_abi`` is the newest ABI of Landlock to use, 0 for none.
    """

    bubblewrap: bool = True
    landlock_abi: int = NEWEST_ABI
    seccomp: bool = True


@dataclass(frozen=True)
class LayersInUse:
    """Which layers a sandbox has; ``no_bubblewrap`` says why not, "" where it has that too."""

    no_bubblewrap: str
    landlock_abi: int
    seccomp: bool


class Sandbox:
    """A zygote and the child forked from it. Use as a context manager.

    It has one child at a time, and one folder for what that writes. Its own files lie in
    ``folder``, by default where the system keeps such things.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        packages: tuple[str, ...] = DEFAULT_PACKAGES,
        scratch_mib: int = DEFAULT_SCRATCH_MIB,
        layers: Layers = Layers(),
    ) -> None:
        if sys.platform != "linux":
            raise NeedsLinux
        keep_out_of_memory()  # this process holds what submitted code must not see
        self._packages = packages
        self._scratch_mib = scratch_mib
        self._wanted = layers
        self._folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=folder))
        self._no_bubblewrap = "" if layers.bubblewrap else "it was not asked for"
        try:
            self._start()
        except BaseException:
            self._remove_folder()
            raise

    @cached_property
    def probe(self) -> Probe:
        """What submitted code can do here, found by trying."""
        return run_probe(self.child)

    def child(self, limits: ChildLimits, output_room: int) -> Child:
        """Fork a child with an empty scratch folder; the one before it ends.

        A zygote that does not answer is replaced once; then SandboxFailed.
        """
        try:
            return self._fork(limits, output_room)
        except SandboxFailed:  # a late answer would belong to another request
            self._stop()
            self._start()
            return self._fork(limits, output_room)

    def close(self) -> None:
        """End the zygote, and with it its child."""
        self._stop()
        self._remove_folder()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _remove_folder(self) -> None:
        with contextlib.suppress(FileNotFoundError):  # submitted code may have, at level none
            scratch.empty(self._folder)
            self._folder.rmdir()

    def _fork(self, limits: ChildLimits, output_room: int) -> Child:
        ours, theirs = socket.socketpair()
        try:
            self._control.settimeout(FORK_SECONDS)
            body = msgspec.msgpack.encode(ForkRequest(limits, output_room))
            socket.send_fds(self._control, [body], [theirs.fileno()])
            _, descriptors, _, _ = socket.recv_fds(self._control, _MAX_MESSAGE, 1)
        except OSError as error:
            ours.close()
            raise SandboxFailed(f"the sandbox gave no process: {error}") from error
        finally:
            theirs.close()
        if not descriptors:
            ours.close()
            raise SandboxFailed("the sandbox gave no process: it has ended")
        child = Child(ours, descriptors[0], output_room)
        if not child.is_ready(FORK_SECONDS):
            child.kill()
            raise SandboxFailed("a process of the sandbox could not lock itself in")
        return child

    def _stop(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()

    def _start(self) -> None:
        """Start the zygote, in bubblewrap if that runs here."""
        bwrap = find_bubblewrap()
        if not self._no_bubblewrap and bwrap is None:
            self._no_bubblewrap = "it is not installed"
        if bwrap is not None and not self._no_bubblewrap:
            try:
                return self._start_zygote(bwrap)
            except SandboxDidNotStart as error:
                self._no_bubblewrap = error.reason
        return self._start_zygote(None)

    def _start_zygote(self, bwrap: str | None) -> None:
        readable = readable_paths(self._packages)
        fonts = font_cache(self._folder)
        writable = self._folder / "scratch"
        writable.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch.empty(writable)
        command = [sys.executable, "-I", "-c", START]
        if bwrap:
            command = wrapped(bwrap, command, [*readable, fonts], writable)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log = self._folder / "zygote.log"
        with theirs, log.open("wb") as stderr:
            self._process = subprocess.Popen(
                command,
                env=_environment(theirs.fileno(), writable),
                cwd=writable,
                stdin=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # an interrupt from the keyboard is for the grader
            )
        setup = Setup(
            scratch=str(writable),
            scratch_bytes=max(1, self._scratch_mib) * _MIB if bwrap else 0,
            scratch_files=SCRATCH_FILES,
            fonts=str(fonts),
            readable=list(map(str, [*readable, *DEVICES])),
            unreadable_modules=unreadable_modules(self._packages),
            landlock_abi=self._wanted.landlock_abi,
            seccomp=self._wanted.seccomp,
        )
        self._control.settimeout(START_SECONDS)
        try:
            self._control.send(msgspec.msgpack.encode(setup))
            ready = msgspec.msgpack.decode(self._control.recv(_MAX_MESSAGE), type=Ready)
        except (OSError, msgspec.MsgspecError):
            self._stop()
            said = log.read_text(errors="replace").strip().splitlines()
            reason = said[-1] if said else f"no word after {START_SECONDS} seconds"
            raise SandboxDidNotStart(reason) from None
        self.layers = LayersInUse(self._no_bubblewrap, ready.landlock_abi, ready.seccomp)


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


class Child:
    """One forked process that runs cells and calls of one submission.

    Running, calling and reading raise TimeoutError, EOFError (the process has gone) or
    WireError (it sent nonsense); after any of these the child is of no more use.
    """

    def __init__(self, channel: socket.socket, pidfd: int, output_room: int) -> None:
        self._channel = channel
        self._pidfd = pidfd
        self._output_room = output_room
        self._ids = count(1)

    def is_ready(self, timeout: float) -> bool:
        """Wait for the child to say that its limits are in force."""
        self._channel.settimeout(timeout)
        try:
            return self._channel.recv(len(READY)) == READY
        except OSError:
            return False

    def run_cell(self, number: int, source: str, timeout: float) -> CellRan:
        """Run a cell and return its outputs, which submitted code may have forged."""
        largest = _BYTES_AROUND + _BYTES_PER_CHARACTER * self._output_room
        reply = self._ask(RunCell(next(self._ids), number, source), timeout, largest)
        if not isinstance(reply, CellRan):
            raise WireError("a reply of another kind")
        if (len(reply.outputs) - _FREE_OUTPUTS) * OUTPUT_COST > self._output_room:
            raise WireError("more outputs than there was room for")
        return reply

    def call(
        self, function: str, args: Items, kwargs: Mapping, timeout: float
    ) -> Returned | Raised | Missing:
        """Call a function by name."""
        return self._ask_value(Call(next(self._ids), function, args, kwargs), timeout)

    def read(self, name: str, timeout: float) -> Returned | Raised | Missing:
        """Read a variable by name."""
        return self._ask_value(Read(next(self._ids), name), timeout)

    def kill(self) -> None:
        """End the process and wait until it has gone."""
        with contextlib.suppress(ProcessLookupError):  # it may have gone already
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        select.select([self._pidfd], [], [], FORK_SECONDS)
        os.close(self._pidfd)
        self._channel.close()

    def _ask_value(self, request: Call | Read, timeout: float) -> Returned | Raised | Missing:
        reply = self._ask(request, timeout)
        if not isinstance(reply, Returned | Raised | Missing):
            raise WireError("a reply of another kind, or one too large to send")
        return reply

    def _ask(self, request: Request, timeout: float, largest: int = MAX_FRAME) -> Reply:
        try:
            send(self._channel, request, timeout)
            reply = receive_reply(self._channel, timeout, largest)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error
        if reply.id != request.id:
            raise WireError("a reply to something else")
        return reply
