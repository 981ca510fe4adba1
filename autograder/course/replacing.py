"""Files and folders that take the place of others when they are whole, and never before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def complete_or_gone(path: Path) -> Iterator[None]:
    """Remove a new file or folder again if what writes it fails."""
    try:
        yield
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)
        raise


def replace_file(path: Path, content: bytes) -> None:
    """Write a file: whoever reads it finds what was there before, or all of this.

    Folders on the way are made, and the mode stays.
    """
    path = path.resolve()  # of a link, what it leads to
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():  # as /dev/stdout
        path.write_bytes(content)
        return
    new = _beside(path, "new")
    with complete_or_gone(new):
        new.write_bytes(content)
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside one, whose place it takes at the end, unless that fails."""
    new = _beside(folder, "new")
    shutil.rmtree(new, ignore_errors=True)  # a killed run left it
    with complete_or_gone(new):
        new.mkdir(parents=True)
        yield new
        remove_folder(folder)
        new.rename(folder)


def remove_folder(folder: Path) -> None:
    """Remove a folder, if it is there: at once for whoever looks for it."""
    old = _beside(folder, "old")
    shutil.rmtree(old, ignore_errors=True)  # a killed run left it
    if folder.exists():
        folder.rename(old)
        shutil.rmtree(old, ignore_errors=True)


def _beside(path: Path, part: str) -> Path:
    """Return a path that no pattern of nbgrader's finds, and that is the same in the next run."""
    return path.with_name(f".{path.name}.{part}")
