"""Machines with less to lock code in with, made by a filter that hides what this one has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent

# Landlock and filters answer as on a kernel that lacks them; without new namespaces
# bubblewrap fails as it does where they are forbidden.
_WITHOUT_LAYERS = """
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


def run_without_layers(
    command: str, *arguments: str, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment where no layer of the lock-down works."""
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError) as error:  # it needs libseccomp
        pytest.skip(f"no such machine can be made here: {error}")
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT_LAYERS, str(BIN / command), *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
