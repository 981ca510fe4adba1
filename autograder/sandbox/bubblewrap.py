"""The zygote's view of the machine, made by bubblewrap: what it needs to read, and no more."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from .readable import DEVICES, PACKAGE, SANDBOX

_SEALED = ("/", "/proc")  # where one child could leave something for the next


def find_bubblewrap() -> str | None:
    """Return the path of the bwrap command, None where it is not installed."""
    return shutil.which("bwrap")


def wrapped(bwrap: str, command: list[str], readable: Iterable[Path], scratch: Path) -> list[str]:
    """Return the command that runs a Python command with only ``readable`` and ``scratch``.

    It gets namespaces of its own (files, processes, network, IPC), no capability but the one
    to mount a file system for its scratch folder, and ends with the process that starts it.
    """
    python = Path(sys.executable)
    own = [python, *_found(python.parents[1] / "pyvenv.cfg"), PACKAGE / "__init__.py", SANDBOX]
    binds = [("--ro-bind", str(path), str(path)) for path in sorted({*readable, *own})]
    # Not bwrap's own /dev: for its terminals it would give up the right to mount the scratch.
    binds += [("--dev-bind", str(path), str(path)) for path in DEVICES]
    return [
        bwrap,
        *("--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1"),
        *("--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN"),
        *("--proc", "/proc"),
        *(argument for bind in binds for argument in bind),
        *("--dir", "/dev/shm"),  # without it, its absence would be blamed and not the lock-down
        *("--dir", str(scratch), "--chdir", str(scratch)),
        *(argument for folder in _SEALED for argument in ("--remount-ro", folder)),
        "--",
        *command,
    ]


def _found(path: Path) -> list[Path]:
    return [path] if os.path.lexists(path) else []
