"""What the probe tries in a child: everything here must fail where code is locked in.

The text of this file runs as a cell, so it imports nothing of ours. An attempt that is
answered by a pretended success counts as refused: the grader looks for itself whether
anything changed.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path


def succeeds(action: Callable[..., object], *arguments: object) -> bool:
    """Say whether an action is carried out."""
    try:
        action(*arguments)
    except OSError:
        return False
    return True


def read_secret(*paths: str) -> None:
    """Read one of several files."""
    if not any(succeeds(Path(path).read_bytes) for path in paths):
        raise PermissionError


def list_folder(outside: str) -> None:
    """List another folder."""
    list(Path(outside).iterdir())


def see_path(outside: str) -> None:
    """Ask whether a file exists."""
    Path(outside, "secret").stat()


def change_files(outside: str) -> None:
    """Overwrite, empty, delete and make files in another folder; the grader looks later."""
    for action, *arguments in (
        (os.open, f"{outside}/opened", os.O_WRONLY | os.O_TRUNC),
        (os.open, f"{outside}/opened", os.O_RDONLY | os.O_TRUNC),
        (os.open, f"{outside}/opened", os.O_ACCMODE | os.O_TRUNC),
        (os.truncate, f"{outside}/truncated", 0),
        (os.unlink, f"{outside}/unlinked"),
        (os.chmod, f"{outside}/mode", 0o777),
        (os.mkdir, f"{outside}/made"),
    ):
        succeeds(action, *arguments)


def disturb_others(*processes: int) -> None:
    """Signal another process, or change its limits."""
    if not any(
        succeeds(os.kill, process, 0) or succeeds(resource.prlimit, process, resource.RLIMIT_NOFILE)
        for process in processes
    ):
        raise PermissionError


def look_into_others(*processes: int) -> None:
    """Read another process's environment, or its memory."""
    if not any(
        succeeds(Path(f"/proc/{process}/{file}").open, "rb")
        for process in processes
        for file in ("environ", "mem")
    ):
        raise PermissionError


def open_socket() -> None:
    """Open a socket of any family; half a pair of datagram sockets reaches others as well."""
    families = (socket.AF_INET, socket.AF_UNIX, socket.AF_NETLINK, socket.AF_VSOCK)
    if not (
        any(succeeds(socket.socket, family, socket.SOCK_DGRAM) for family in families)
        or succeeds(socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM)
    ):
        raise PermissionError


def start_process() -> None:
    """Fork."""
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def share_memory() -> None:
    """Make memory that outlives this process, or that no limit counts."""
    private = 0
    if succeeds(os.memfd_create, "probe"):
        return
    if ctypes.CDLL(None).shmget(private, 4096, 0o600) < 0:
        raise PermissionError


def attempt_all(outside: str, secrets: Sequence[str], grader: int) -> dict[str, bool]:
    """Return which attempts succeed: on a folder, on files elsewhere, and on a process."""
    others = os.getppid(), grader, 1
    change_files(outside)
    return {
        "read": succeeds(read_secret, f"{outside}/secret", *secrets),
        "list": succeeds(list_folder, outside),
        "see": succeeds(see_path, outside),
        "disturb": succeeds(disturb_others, *others),
        "look": succeeds(look_into_others, *others),
        "connect": succeeds(open_socket),
        "fork": succeeds(start_process),
        "share": succeeds(share_memory),
    }


def run_program() -> None:
    """Become another program; only a refusal comes back."""
    os.execv(sys.executable, [sys.executable, "-I", "-B", "-c", ""])
