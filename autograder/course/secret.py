"""How the course's secret is made: once, whole, and with nothing left by one that is killed.

Each new file is locked by the process that writes it. When that ends, however it ends, the system
takes the lock away: so the files of the dead can be told from those of the living.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from .replacing import complete_or_gone

SECRET_BYTES = 32
_NEW = "new-"  # not digits alone: it may be the copy that somebody keeps


def make_secret(path: Path, *, shared: bool) -> None:
    """Make a secret unless another process does so first; a group that grades can share it."""
    new, file = _locked(path)
    with file, complete_or_gone(new):
        if shared:
            new.chmod(0o660)
        file.write(secrets.token_bytes(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())  # every score hangs on it: no power cut may leave it empty
        with suppress(FileExistsError):
            path.hardlink_to(new)
        new.unlink()


def _locked(path: Path) -> tuple[Path, BinaryIO]:
    """Return a new file beside one, and the same opened, which holds its lock."""
    while True:
        new = path.with_name(f"{path.name}.{_NEW}{secrets.token_hex(4)}")
        new.touch(0o600)
        # One that seeks the dead may be faster.
        with complete_or_gone(new), suppress(FileNotFoundError):
            file = new.open("r+b")
            fcntl.flock(file, fcntl.LOCK_EX)
            if new.exists():
                return new, file
            file.close()


def remove_dead_secrets(path: Path) -> None:
    """Remove what was left beside a secret by processes that were killed while they made it."""
    for left in path.parent.glob(f"{path.name}.{_NEW}*"):
        with suppress(OSError), left.open("r+b") as file:  # held, or removed by another process
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()
