"""The folder in which submitted code may write: emptied after each child, whatever it left."""

from __future__ import annotations

import os
import stat
from itertools import count
from pathlib import Path


def empty(folder: Path) -> None:
    """Remove everything in a folder, without ever naming a path below its subfolders.

    Folders can be nested deeper than a path can name, and than Python can recurse; so what
    lies in a subfolder is moved up before the subfolder goes.
    """
    numbers = count()
    while entries := list(folder.iterdir()):
        for entry in entries:
            if not _open_up(entry):
                entry.unlink()
                continue
            for inner in list(entry.iterdir()):
                _open_up(inner)  # moving a folder writes to it
                inner.rename(_unused(folder, numbers))
            entry.rmdir()


def _open_up(path: Path) -> bool:
    """Say whether it is a folder; if so, it may have been made with no rights at all."""
    is_folder = stat.S_ISDIR(path.lstat().st_mode)
    if is_folder:
        path.chmod(0o700)
    return is_folder


def _unused(folder: Path, numbers: count[int]) -> Path:
    """Return a path in the folder that nothing has, not even what submitted code named so."""
    paths = (folder / str(number) for number in numbers)
    return next(path for path in paths if not os.path.lexists(path))
