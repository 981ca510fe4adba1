"""What a child gives up before it reads a byte of submitted code, in this order.

A step that fails ends the child: there is no fallback to running unprotected. Which steps
there are on a machine, the zygote finds out once; what then holds, the probe.
"""

from __future__ import annotations

import os
import resource
import tempfile
from pathlib import Path

import msgspec

from . import kernel, landlock, seccomp

_MIB = 2**20
DEFAULT_FILE_MIB = 50
OPEN_FILES = 64
_PENDING_SIGNALS = 128
_THREADS = 4096  # of all processes of the user, and none at all for root


class ChildLimits(msgspec.Struct, frozen=True):
    """Limits of one child: memory beyond the warm process, CPU seconds, size of one file."""

    memory_mib: int
    cpu_seconds: int
    file_mib: int


def lock_down(
    parent: int, scratch: Path, limits: ChildLimits, ruleset: int | None, system_calls: bytes
) -> None:
    """Lock this process in, for good; its descriptors are already only those it needs.

    ``ruleset`` is the descriptor of a Landlock ruleset, ``system_calls`` a seccomp filter.
    """
    _isolate(parent, scratch)
    _limit_resources(limits)
    kernel.gain_no_privileges()
    if ruleset is not None:
        landlock.restrict_self(ruleset)
    if system_calls:  # last, as it denies what the other steps need
        seccomp.install(system_calls)


def _isolate(parent: int, scratch: Path) -> None:
    """Leave the parent's session and folder behind, and die with the parent."""
    kernel.die_with(parent)
    os.setsid()
    os.chdir(scratch)
    os.environ.update(HOME=str(scratch), TMPDIR=str(scratch))
    tempfile.tempdir = None  # it remembers the zygote's


def _limit_resources(limits: ChildLimits) -> None:
    """Set the hard resource limits; more of any of them is refused by the kernel."""
    allowance = limits.memory_mib * _MIB
    data, total = _memory_in_use()
    # DATA does not count shared mappings, so the whole address space is limited too.
    _limit(resource.RLIMIT_DATA, data + allowance)
    _limit(resource.RLIMIT_AS, total + 2 * allowance)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, limits.file_mib * _MIB)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    _limit(resource.RLIMIT_NPROC, _THREADS)
    _limit(resource.RLIMIT_SIGPENDING, _PENDING_SIGNALS)
    for unused in (resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE):
        _limit(unused, 0)


def _limit(kind: int, value: int) -> None:
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:  # somebody may have limited the grader itself
        value = min(value, most)
    resource.setrlimit(kind, (value, value))


def _memory_in_use() -> tuple[int, int]:
    """Return the bytes of data and of the whole address space of this process."""
    pages = Path("/proc/self/statm").read_text().split()
    page = os.sysconf("SC_PAGE_SIZE")
    return int(pages[5]) * page, int(pages[0]) * page
