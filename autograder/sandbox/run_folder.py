"""Temporary folders: those that a killed run left are removed by the next run.

Each is locked by the process that made it. When that ends, however it ends, the system takes the
lock away: so the folders of the dead can be told from those of the living.
"""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing.util
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .scratch import empty

_OWN = "autograder-"
_AFTER_MULTIPROCESSING = -200  # which removes its own at -100


class RunFolder:
    """A new folder, by default where the system keeps such things; ``kind`` is in its name."""

    def __init__(self, kind: str, parent: Path | None = None) -> None:
        if parent is None:
            remove_dead()
        self.path, self._lock = _locked(f"{_OWN}{kind}-", parent)

    def remove(self) -> None:
        """Remove it with all that is in it, if it is still there."""
        with contextlib.suppress(OSError):  # what dies at this moment may write in it once more
            empty(self.path)
            self.path.rmdir()
        os.close(self._lock)


@contextlib.contextmanager
def run_folder(kind: str, parent: Path | None = None) -> Iterator[Path]:
    """Yield a new folder, which is removed afterwards."""
    folder = RunFolder(kind, parent)
    try:
        yield folder.path
    finally:
        folder.remove()


def _locked(prefix: str, parent: Path | None) -> tuple[Path, int]:
    """Return a new folder and its lock."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        with contextlib.suppress(FileNotFoundError):  # one that seeks the dead was faster
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                return path, lock
            os.close(lock)


def remove_dead() -> None:
    """Remove folders of ours that nobody holds, where the system keeps temporary ones."""
    for path in Path(tempfile.gettempdir()).glob(f"{_OWN}*"):
        with contextlib.suppress(OSError):  # held, or removed by another run
            found = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(found).st_uid == os.geteuid():
                    fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    empty(path)
                    path.rmdir()
            finally:
                os.close(found)


@cache
def hold_folder_of_multiprocessing() -> None:
    """Let the folder in which multiprocessing has its sockets be such a one, until the end."""
    folder = RunFolder("processes")
    before, tempfile.tempdir = tempfile.tempdir, str(folder.path)
    try:
        multiprocessing.util.get_temp_dir()  # it keeps to what it made first
    finally:
        tempfile.tempdir = before
    multiprocessing.util.Finalize(None, folder.remove, exitpriority=_AFTER_MULTIPROCESSING)
