"""The few calls to the Linux kernel that Python has no function for.

Each raises OSError when the kernel refuses: nobody goes on half locked in.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9
_CAPABILITY_VERSION_3 = 0x20080522  # of the structures of capset(2), each set in two words
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8

libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int, call: str) -> int:
    """Return the result of a call of the C library, or raise what it left in errno."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{call}: {os.strerror(code)}")
    return result


def prctl(option: int, *arguments: object) -> int:
    """Call prctl(2); what is not given is 0, as newer options insist on."""
    words = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in (*arguments, 0, 0, 0, 0)]
    return checked(libc.prctl(option, *words[:4]), f"prctl({option})")


def die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent ends."""
    prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)


def keep_out_of_memory() -> None:
    """Let no other process of the same user read this one's memory or environment."""
    prctl(_PR_SET_DUMPABLE, 0)


def gain_no_privileges() -> None:
    """Give up gaining privileges by exec; Landlock and seccomp ask for it."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Give up what root may do beyond others."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; low and high words
    checked(libc.capset(header, nothing), "capset")


def mount_tmpfs(folder: Path, size: int, files: int) -> None:
    """Mount an empty file system of ``size`` bytes for that many files on a folder."""
    flags = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    options = f"size={size},nr_inodes={files},mode=700".encode()
    checked(
        libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", ctypes.c_ulong(flags), options),
        "mount",
    )
