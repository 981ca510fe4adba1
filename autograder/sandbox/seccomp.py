"""seccomp: a process gives up most system calls; see ``syscalls`` for which, and why."""

from __future__ import annotations

import ctypes
import errno
import platform
from pathlib import Path

from .kernel import prctl

_PR_SET_SECCOMP = 22
_MODE_FILTER = 2
_BYTES_PER_INSTRUCTION = 8
_FILTERS = Path(__file__).parent / "filters"


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def load_filter() -> bytes:
    """Return the filter for this machine's processor, b"" where there is none."""
    path = _FILTERS / f"{platform.machine()}.bpf"
    return path.read_bytes() if path.is_file() else b""


def is_offered() -> bool:
    """Say whether the kernel has filters: asked to install none, it complains of the address."""
    try:
        prctl(_PR_SET_SECCOMP, _MODE_FILTER)
    except OSError as error:
        return error.errno == errno.EFAULT
    return False


def install(instructions: bytes) -> None:
    """Put a filter into force for this process, for good."""
    program = _Program(len(instructions) // _BYTES_PER_INSTRUCTION, instructions)
    prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program))
