"""Landlock: a process gives up every file except those below some folders.

https://docs.kernel.org/userspace-api/landlock.html has the constants and what each ABI adds.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from .kernel import checked, libc

NEWEST_ABI = 7  # the newest that this module knows; a newer kernel speaks it too

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on all architectures
_VERSION_QUERY = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG = 1 << 7, 1 << 8
_ALL_OF_ABI_1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_ALL_TCP = 0b11
_ALL_SCOPES = 0b11  # signals and abstract Unix sockets

_READ = _READ_FILE | _READ_DIR
_SCRATCH = _READ | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def kernel_abi() -> int:
    """Return the newest ABI that kernel and module both know, 0 where there is no Landlock."""
    version: int = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_QUERY)
    return max(0, min(version, NEWEST_ABI))


def create_ruleset(abi: int, readable: Iterable[str], scratch: str) -> int:
    """Describe what a process may read and write; return the descriptor of the ruleset.

    Once a process has restricted itself by it, nothing else of the file system can be opened,
    and from the ABIs that know of it no TCP connection be made, no signal be sent to a process
    outside, no abstract Unix socket be reached.
    """
    files = _files_handled(abi)
    attributes = _RulesetAttributes(
        files, _ALL_TCP if abi >= 4 else 0, _ALL_SCOPES if abi >= 6 else 0
    )
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = checked(
        libc.syscall(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0),
        "landlock_create_ruleset",
    )
    for path in readable:
        _allow(ruleset, path, _READ)
    _allow(ruleset, os.devnull, _READ_FILE | _WRITE_FILE)
    _allow(ruleset, scratch, _SCRATCH & files)
    return ruleset


def _files_handled(abi: int) -> int:
    """Return the rights on files that an ABI knows: what is not handled is not forbidden."""
    newer = (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0)
    return _ALL_OF_ABI_1 | newer | (_IOCTL_DEV if abi >= 5 else 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Allow rights on a file, or on everything below a folder."""
    parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= _OF_A_FILE
        rule = _PathBeneath(rights, parent)
        checked(
            libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0),
            f"landlock_add_rule({Path(path).name})",
        )
    finally:
        os.close(parent)


def restrict_self(ruleset: int) -> None:
    """Put a ruleset into force for this process, for good, and close its descriptor."""
    checked(libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)), "landlock_restrict_self")
    os.close(ruleset)
