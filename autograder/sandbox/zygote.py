"""The warm process: loads what students may import once, then forks a child per request.

It is started by exec with a clean environment and never holds hidden tests, solutions, a
gradebook or a secret. It runs no submitted code itself.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
from pathlib import Path

import msgspec

from . import child, lockdown
from .shell import Shell, create_shell

CONTROL_FD_VARIABLE = "SANDBOX_CONTROL_FD"
READY = b"\x01"  # a child's first byte: all limits are in force


class ForkRequest(msgspec.Struct, frozen=True):
    """Asks for a child; the child's end of its channel comes along with the message."""

    scratch: str
    limits: lockdown.ChildLimits
    output_room: int


def main() -> None:
    """Warm up, announce it, and fork a child for each request until the grader goes."""
    control = socket.socket(fileno=int(os.environ.pop(CONTROL_FD_VARIABLE)))
    control.set_inheritable(False)
    shell = _warm_up()
    control.send(b"ready")
    children: dict[int, int] = {}  # pidfd to pid
    while True:
        waiting: list[int] = [control.fileno(), *children]
        readable, _, _ = select.select(waiting, [], [])
        for pidfd in set(readable) & children.keys():
            _reap(pidfd, children.pop(pidfd))
        if control.fileno() in readable:
            message, descriptors, _, _ = socket.recv_fds(control, 65536, 1)
            if not message:
                os._exit(0)  # its folder is gone, and nothing of IPython needs saving
            request = msgspec.msgpack.decode(message, type=ForkRequest)
            pid, pidfd = _fork(request, descriptors[0], control, shell)
            children[pidfd] = pid
            socket.send_fds(control, [b"forked"], [pidfd])


def _warm_up() -> Shell:
    """Import and use once what submissions need, so that children inherit it."""
    shell = create_shell()
    _forget_own_package_path()
    import matplotlib.pyplot as plt
    import numpy as np
    import numpy.random  # loaded lazily by NumPy otherwise

    np.linalg.solve(np.eye(2) @ np.eye(2), np.ones(2))
    plt.switch_backend("module://matplotlib_inline.backend_inline")
    plt.figure().add_subplot().text(0, 0, "warm")
    plt.gcf().canvas.draw()
    plt.close("all")
    if (threads := _thread_count()) != 1:
        raise RuntimeError(f"the zygote has {threads} threads; a fork would lose all but one")
    gc.collect()
    gc.freeze()
    return shell


def _forget_own_package_path() -> None:
    """Leave only the interpreter's own folders on the import path, as an editable install adds
    the project's."""
    own = {sys.prefix, sys.base_prefix}
    sys.path[:] = [e for e in sys.path if own & {str(parent) for parent in Path(e).parents}]
    sys.argv[:] = [""]


def _thread_count() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def _fork(
    request: ForkRequest, channel_fd: int, control: socket.socket, shell: Shell
) -> tuple[int, int]:
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become_child(request, channel_fd, control, shell, parent)
    os.close(channel_fd)
    return pid, os.pidfd_open(pid)


def _become_child(
    request: ForkRequest, channel_fd: int, control: socket.socket, shell: Shell, parent: int
) -> None:
    """Lock this process down and serve; never returns into the zygote's loop."""
    try:
        channel = _only_channel(channel_fd, control)
        lockdown.isolate(parent, Path(request.scratch))
        _hide_package()
        lockdown.limit_resources(request.limits)
        channel.sendall(READY)  # without it, the grader blames itself and not the submission
        child.serve(channel, shell, request.output_room)
    finally:
        os._exit(0)


def _only_channel(channel_fd: int, control: socket.socket) -> socket.socket:
    """Leave descriptors 0 to 2 on /dev/null, 3 the channel, and nothing else."""
    control.detach()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    if channel_fd != 3:  # it is never below: 0 to 2 were open when it arrived
        os.dup2(channel_fd, 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    return socket.socket(fileno=3)


def _hide_package() -> None:
    """Take our own packages out of what submitted code can import by name."""
    for name in [name for name in sys.modules if name.split(".")[0] == "autograder"]:
        del sys.modules[name]
    for package in ("autograder", "solutions", "assignments"):
        sys.modules[package] = None  # type: ignore[assignment]  # an import of it now fails


def _reap(pidfd: int, pid: int) -> None:
    """Kill what is left of a dead child's session, then let its number go."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(pidfd)
