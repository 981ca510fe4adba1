"""The grader's side of the sandbox: start the zygote, ask for children, talk to them."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType

import msgspec

from ..errors import SandboxFailed
from .lockdown import ChildLimits
from .wire import (
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
from .zygote import CONTROL_FD_VARIABLE, READY, ForkRequest

START_SECONDS = 120  # a cold start builds matplotlib's font cache
FORK_SECONDS = 20
# Not -m: IPython makes __main__ the module of the submitted code.
START = "from autograder.sandbox.zygote import main; main()"
NOT_LOCKED_IN = (
    "Submitted code is not locked in (sandbox level none): it runs in a process of its own "
    "with limits on memory and time, but it can read files and use the network."
)
LEVEL = "none"  # the probe of the lock-down decides this; nothing is locked down yet


class Sandbox:
    """A zygote and the children forked from it. Use as a context manager.

    Scratch folders lie in ``scratch``, by default in the system's folder for such things.
    """

    def __init__(self, scratch: Path | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=scratch))
        self._start()

    @property
    def level(self) -> str:
        """How far submitted code is locked in: strong, medium or none."""
        return LEVEL

    def child(self, limits: ChildLimits, output_room: int) -> Child:
        """Fork a child with an empty scratch folder.

        A zygote that does not answer is replaced once; then SandboxFailed.
        """
        try:
            return self._fork(limits, output_room)
        except SandboxFailed:  # a late answer would belong to another request
            self._stop()
            self._start()
            return self._fork(limits, output_room)

    def _fork(self, limits: ChildLimits, output_room: int) -> Child:
        self._folder.mkdir(mode=0o700, exist_ok=True)  # an earlier submission may have removed it
        scratch = Path(tempfile.mkdtemp(dir=self._folder))
        ours, theirs = socket.socketpair()
        request = ForkRequest(str(scratch), limits, output_room)
        try:
            self._control.settimeout(FORK_SECONDS)
            body = msgspec.msgpack.encode(request)
            socket.send_fds(self._control, [body], [theirs.fileno()])
            _, descriptors, _, _ = socket.recv_fds(self._control, 64, 1)
        except OSError as error:
            ours.close()
            raise SandboxFailed(f"the sandbox gave no process: {error}") from error
        finally:
            theirs.close()
        if not descriptors:
            ours.close()
            raise SandboxFailed("the sandbox gave no process: it has ended")
        child = Child(ours, descriptors[0], scratch)
        if not child.is_ready(FORK_SECONDS):
            child.kill()
            raise SandboxFailed("a process of the sandbox could not set its limits")
        return child

    def close(self) -> None:
        """End the zygote, and with it all its children."""
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _stop(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()

    def _start(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log = self._folder / "zygote.log"
        with theirs, log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", START],
                env=_environment(theirs.fileno(), self._folder),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # an interrupt from the keyboard is for the grader
            )
        self._control.settimeout(START_SECONDS)
        try:
            ready = self._control.recv(64)
        except TimeoutError:
            ready = b""
        if ready != b"ready":
            said = log.read_text(errors="replace").strip().splitlines()
            self.close()
            reason = said[-1] if said else f"no word after {START_SECONDS} seconds"
            raise SandboxFailed(f"The sandbox did not start: {reason}")


def _environment(control_fd: int, folder: Path) -> dict[str, str]:
    """Return the zygote's whole environment: nothing is inherited from the grader."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    fonts = cache / "why-convolutions" / "matplotlib"
    try:
        fonts.mkdir(parents=True, exist_ok=True)
    except OSError:  # a home that cannot be written to only costs the time to look for fonts
        fonts = folder / "matplotlib"
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(fonts),
        "IPYTHONDIR": str(folder / "ipython"),
        CONTROL_FD_VARIABLE: str(control_fd),
        **threads,
    }


class Child:
    """One forked process that runs cells and calls of one submission.

    Running, calling and reading raise TimeoutError, EOFError (the process has gone) or
    WireError (it sent nonsense); after any of these the child is of no more use.
    """

    def __init__(self, channel: socket.socket, pidfd: int, scratch: Path) -> None:
        self._channel = channel
        self._pidfd = pidfd
        self._scratch = scratch
        self._ids = count(1)

    def is_ready(self, timeout: float) -> bool:
        """Wait for the child to say that its limits are in force."""
        self._channel.settimeout(timeout)
        try:
            return self._channel.recv(len(READY)) == READY
        except OSError:
            return False

    def run_cell(self, number: int, source: str, timeout: float) -> CellRan:
        """Run a cell and return its outputs."""
        reply = self._ask(RunCell(next(self._ids), number, source), timeout)
        if not isinstance(reply, CellRan):
            raise WireError("a reply of another kind")
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
        """End the process, wait until it has gone, and remove what it wrote."""
        with contextlib.suppress(ProcessLookupError):  # it may have gone already
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        select.select([self._pidfd], [], [], FORK_SECONDS)
        os.close(self._pidfd)
        self._channel.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _ask_value(self, request: Call | Read, timeout: float) -> Returned | Raised | Missing:
        reply = self._ask(request, timeout)
        if not isinstance(reply, Returned | Raised | Missing):
            raise WireError("a reply of another kind, or one too large to send")
        return reply

    def _ask(self, request: Request, timeout: float) -> Reply:
        try:
            send(self._channel, request, timeout)
            reply = receive_reply(self._channel, timeout)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error
        if reply.id != request.id:
            raise WireError("a reply to something else")
        return reply
