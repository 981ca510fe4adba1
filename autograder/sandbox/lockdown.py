"""What a child gives up before it reads a byte of submitted code.

A step that fails ends the child: there is no fallback to running unprotected.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from pathlib import Path

import msgspec

_PR_SET_PDEATHSIG = 1
_MIB = 2**20


class ChildLimits(msgspec.Struct, frozen=True):
    """Limits of one child: memory beyond the warm process, CPU seconds, size of one file."""

    memory_mib: int
    cpu_seconds: int
    file_mib: int


def isolate(parent: int, scratch: Path) -> None:
    """Leave the parent's session and folder behind, and die with the parent."""
    die_with(parent)
    os.setsid()
    os.chdir(scratch)
    os.environ.update(HOME=str(scratch), TMPDIR=str(scratch))


def die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)


def limit_resources(limits: ChildLimits) -> None:
    """Set the hard resource limits; more of any of them is refused by the kernel."""
    allowance = limits.memory_mib * _MIB
    data, total = _memory_in_use()
    # DATA does not count shared mappings, so the whole address space is limited too.
    _limit(resource.RLIMIT_DATA, data + allowance)
    _limit(resource.RLIMIT_AS, total + 2 * allowance)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, limits.file_mib * _MIB)
    _limit(resource.RLIMIT_NOFILE, 64)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, value: int) -> None:
    resource.setrlimit(kind, (value, value))


def _memory_in_use() -> tuple[int, int]:
    """Return the bytes of data and of the whole address space of this process."""
    pages = Path("/proc/self/statm").read_text().split()
    page = os.sysconf("SC_PAGE_SIZE")
    return int(pages[5]) * page, int(pages[0]) * page
