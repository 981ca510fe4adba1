"""Machines with less: to lock code in with, where a filter hides what this one has, or disk."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from commands import Finished, command_line

# Landlock and filters answer as on a kernel that lacks them; without new namespaces
# bubblewrap fails as it does where they are forbidden.
WITHOUT_LAYERS = """
import errno, os, sys
import pyseccomp as seccomp
CLONE_NEWUSER, PR_SET_SECCOMP = 0x10000000, 22
hide = seccomp.SyscallFilter(seccomp.ALLOW)
hide.add_rule(seccomp.ERRNO(errno.ENOSYS), "landlock_create_ruleset")
hide.add_rule(
    seccomp.ERRNO(errno.EINVAL), "prctl", seccomp.Arg(0, seccomp.EQ, PR_SET_SECCOMP)
)
hide.add_rule(
    seccomp.ERRNO(errno.EPERM),
    "clone",
    seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER),
)
hide.add_rule(seccomp.ERRNO(errno.EPERM), "unshare")
hide.load()
os.execv(sys.argv[1], sys.argv[1:])
"""
# Where nothing is locked in, a cell can look for the process that grades it: the parent of its
# zygote. Elsewhere the system does the killing, for want of memory.
KILLER = """
import os, signal
zygote = open("/proc/self/stat").read().split()[3]
worker = open(f"/proc/{zygote}/stat").read().split()[3]
os.kill(int(worker), signal.SIGKILL)
"""
_EACH_IN_TURN = """
import json, sys
import autograder.lean_imports
from pathlib import Path
from commands import run_here
todo = json.load(sys.stdin)
ended = [run_here(*command, cwd=Path(folder), status=None) for command, folder in todo]
print(json.dumps([[one.status, one.stdout, one.stderr] for one in ended]))
"""


def run_without_layers(
    command: str, *arguments: str, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment where no layer of the lock-down works."""
    return _run_without_layers(*command_line(command, *arguments), cwd=cwd, env=environment)


def run_all_without_layers(todo: Sequence[tuple[Sequence[str], Path]]) -> list[Finished]:
    """Run commands, each in a folder, in one process where no layer of the lock-down works."""
    result = _run_without_layers(
        *(sys.executable, "-c", _EACH_IN_TURN),
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        input=json.dumps([(command, str(folder)) for command, folder in todo]),
    )
    assert result.returncode == 0, result.stderr
    return [Finished(*ended) for ended in json.loads(result.stdout)]


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[None]:
    """Make a folder a disk of so much, for a while."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def leave_free(folder: Path, kib: int) -> Path:
    """Fill a disk but for so much."""
    filler = folder / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(folder).free - kib * 1024)))
    return filler


def _run_without_layers(
    *command: str, env: dict[str, str], **options: Any
) -> subprocess.CompletedProcess[str]:
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError) as error:  # it needs libseccomp
        pytest.skip(f"no such machine can be made here: {error}")
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_LAYERS, *command],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        **options,
    )
