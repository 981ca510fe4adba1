"""Machines with less: to lock code in with, where a filter hides what this one has, disk, or room.

Room is that for processes, memory and open files.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from commands import Finished, command_line
from limits import PATIENCE

from autograder.surroundings import ENOUGH_MEMORY

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


@contextmanager
def memory_used_up() -> Iterator[None]:
    """Leave too little memory to this process for a while."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + ENOUGH_MEMORY // 2
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


_nobody = count(2**20 + 100 * os.getpid())  # the ids of users that run nothing


def run_limited(limit: str, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment with a limit, as prlimit has it."""
    if shutil.which("prlimit") is None:
        pytest.skip("prlimit is not installed")
    return _run("prlimit", limit, *command_line(*command), cwd=cwd)


def run_beside_few(most: int, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment where its user may have so many processes and threads.

    No user is refused any that root is, so it is another one, to whom the working folder is given.
    """
    if os.geteuid() or not (shutil.which("setpriv") and shutil.which("prlimit")):
        pytest.skip(
            "only root, with setpriv and prlimit, runs something as a user that has no more"
        )
    user = next(_nobody)
    for path in [cwd, *cwd.rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)
    reads = "+dac_override,+dac_read_search"  # this environment, wherever it lies
    other = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
    other += (f"--inh-caps={reads}", f"--ambient-caps={reads}")
    result = _run(*other, "prlimit", f"--nproc={most}", *command_line(*command), cwd=cwd)
    if result.stderr.startswith("setpriv:"):
        pytest.skip(f"nothing can be run as another user here: {result.stderr}")
    return result


def _run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


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
