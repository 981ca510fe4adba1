"""The warm process: loads what students may import once, then forks a child per request.

It is started by exec with a clean environment and never holds hidden tests, solutions, a
gradebook or a secret. It runs no submitted code itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import select
import shutil
import signal
import socket
import sys
from importlib.machinery import FileFinder
from pathlib import Path

import msgspec

from . import kernel, landlock, lockdown, loop, scratch, seccomp
from .shell import Shell, create_shell

CONTROL_FD_VARIABLE = "SANDBOX_CONTROL_FD"
READY = b"\x01"  # a child's first byte: it is locked down
_MAX_MESSAGE = 2**18


class Setup(msgspec.Struct, frozen=True):
    """What the grader tells a zygote once: what its children may use, and which layers to try."""

    scratch: str
    scratch_bytes: int  # of a file system of its own, 0 for none
    scratch_files: int
    fonts: str  # where matplotlib's list of fonts is
    readable: list[str]
    unreadable_modules: list[str]
    landlock_abi: int  # the newest to use, 0 for none
    seccomp: bool


class Ready(msgspec.Struct, frozen=True):
    """What a zygote answers: the Landlock ABI in use (0: none), and whether seccomp is."""

    landlock_abi: int
    seccomp: bool


class ForkRequest(msgspec.Struct, frozen=True):
    """Asks for a child; the child's end of its channel comes along with the message."""

    limits: lockdown.ChildLimits
    output_room: int


_SETUP = msgspec.msgpack.Decoder(Setup)  # made before our modules go out of reach
_REQUEST = msgspec.msgpack.Decoder(ForkRequest)


class _NotForSubmissions:
    """An import finder that denies knowing packages that submitted code may not read."""

    def __init__(self, names: list[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> None:
    """Warm up, announce it, and fork a child for each request until the grader goes."""
    control = socket.socket(fileno=int(os.environ.pop(CONTROL_FD_VARIABLE)))
    control.set_inheritable(False)
    setup = _SETUP.decode(control.recv(_MAX_MESSAGE))
    try:
        zygote = _Zygote(control, setup)
    except OSError as error:  # in a line: a traceback may find no room
        sys.exit(f"{type(error).__name__}: {error}")
    zygote.serve()


class _Zygote:
    """One warm process; it has one child at a time, and empties the scratch folder after it."""

    def __init__(self, control: socket.socket, setup: Setup) -> None:
        self._control = control
        self._scratch = Path(setup.scratch)
        kernel.keep_out_of_memory()
        if setup.scratch_bytes:
            kernel.mount_tmpfs(self._scratch, setup.scratch_bytes, setup.scratch_files)
        kernel.drop_capabilities()
        abi = min(landlock.kernel_abi(), setup.landlock_abi)
        self._ruleset = [landlock.create_ruleset(abi, setup.readable, setup.scratch)] if abi else []
        offered = setup.seccomp and seccomp.is_offered()
        self._system_calls = seccomp.load_filter() if offered else b""
        self._shell = _warm_up(setup)
        scratch.empty(self._scratch)
        self._child: tuple[int, int] | None = None  # pid and pidfd
        control.send(msgspec.msgpack.encode(Ready(abi, bool(self._system_calls))))

    def serve(self) -> None:
        """Fork a child for each request."""
        control = self._control.fileno()
        while True:
            waiting = [control, self._child[1]] if self._child else [control]
            readable, _, _ = select.select(waiting, [], [])
            if self._child and self._child[1] in readable:
                self._reap()
            if control in readable:
                message, descriptors, _, _ = socket.recv_fds(self._control, _MAX_MESSAGE, 1)
                if not message:
                    os._exit(0)  # the grader has gone, and nothing of IPython needs saving
                self._fork(_REQUEST.decode(message), descriptors[0])

    def _fork(self, request: ForkRequest, channel_fd: int) -> None:
        if self._child:
            self._reap()
        _insist_on_one_thread()
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:  # of the machine's, which is no reason to end
            os.close(channel_fd)
            self._control.send(os.strerror(error.errno or 0).encode())
            return
        if pid == 0:
            self._become_child(request, channel_fd, parent)
        os.close(channel_fd)
        self._child = pid, os.pidfd_open(pid)
        socket.send_fds(self._control, [b"forked"], [self._child[1]])

    def _become_child(self, request: ForkRequest, channel_fd: int, parent: int) -> None:
        """Lock this process down and serve; never returns into the zygote's loop."""
        try:
            self._control.detach()
            _keep_only([channel_fd, *self._ruleset])
            channel = socket.socket(fileno=3)
            ruleset = 4 if self._ruleset else None
            lockdown.lock_down(parent, self._scratch, request.limits, ruleset, self._system_calls)
            channel.sendall(READY)  # without it, the grader blames itself, not the submission
            loop.serve(channel, self._shell, request.output_room)
        finally:
            os._exit(0)

    def _reap(self) -> None:
        """End the child and what is left of its session, and leave an empty scratch folder."""
        assert self._child
        pid, pidfd = self._child
        self._child = None
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)  # only now may another process get its number
        os.close(pidfd)
        scratch.empty(self._scratch)


def _warm_up(setup: Setup) -> Shell:
    """Import and use once what submissions need, so that children inherit it."""
    # matplotlib only looks for its list of fonts in a folder that it may write to.
    fonts = Path(os.environ["MPLCONFIGDIR"])
    fonts.mkdir()
    for path in Path(setup.fonts).glob("*.json"):
        shutil.copyfile(path, fonts / path.name)
    shell = create_shell()
    import matplotlib.pyplot as plt
    import numpy as np
    import numpy.random  # loaded lazily by NumPy otherwise
    import stack_data  # noqa: F401 (by IPython at the first traceback, in each child that raises)

    np.linalg.solve(np.eye(2) @ np.eye(2), np.ones(2))
    plt.switch_backend("module://matplotlib_inline.backend_inline")
    plt.figure().add_subplot().text(0, 0, "warm")
    plt.gcf().canvas.draw()
    plt.close("all")
    _insist_on_one_thread()
    _forget_own_package(setup.unreadable_modules)
    gc.collect()
    gc.freeze()
    gc.enable()
    return shell


def _forget_own_package(unreadable_modules: list[str]) -> None:
    """Take our own modules, and what else is not for submissions, out of reach of an import."""
    for name in [name for name in sys.modules if name.split(".")[0] == "autograder"]:
        del sys.modules[name]
    sys.meta_path.insert(0, _NotForSubmissions(unreadable_modules))
    # And "", as in Jupyter: what a cell writes into its folder can be imported.
    sys.path[:] = ["", *filter(_belongs_to_python, sys.path)]
    for entry in [e for e in sys.path_importer_cache if not _belongs_to_python(e)]:
        del sys.path_importer_cache[entry]  # it has the names of what lies there
    _remember_what_is_installed()
    sys.argv[:] = [""]


def _remember_what_is_installed() -> None:
    """Let imports know by name what lies in the places of modules, for good.

    Children cannot list these places. Python does so again where one has changed, as when a package
    is installed while a class is graded, and would then find nothing there.
    """
    for entry in sys.path[1:]:
        finder = sys.path_importer_cache.get(entry)
        if isinstance(finder, FileFinder):
            finder.find_spec("anything")  # it lists the place, if it has not yet
            vars(finder)["_fill_cache"] = lambda: None  # what it would do to list it again


def _belongs_to_python(entry: str) -> bool:
    """Say so of a place of modules; an editable install adds the project's folder."""
    return bool({sys.prefix, sys.base_prefix} & {str(parent) for parent in Path(entry).parents})


def _insist_on_one_thread() -> None:
    if (threads := len(list(Path("/proc/self/task").iterdir()))) != 1:
        raise RuntimeError(f"the zygote has {threads} threads; a fork would lose all but one")


def _keep_only(descriptors: list[int]) -> None:
    """Leave descriptors 0 to 2 on /dev/null, these from 3 on, and nothing else."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    end = 3 + len(descriptors)
    out_of_the_way = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, end) for descriptor in descriptors]
    for target, descriptor in enumerate([nowhere, nowhere, nowhere, *out_of_the_way]):
        os.dup2(descriptor, target)
    os.closerange(end, os.sysconf("SC_OPEN_MAX"))
