"""Files and folders that are replaced as a whole: written beside, and renamed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file: whoever reads it finds what was there before, or all of this."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(path, "new")
    beside.write_bytes(content)
    beside.replace(path)


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside one, whose place it takes at the end, unless that fails."""
    new = _beside(folder, "new")
    shutil.rmtree(new, ignore_errors=True)  # a killed run left it
    new.mkdir(parents=True)
    try:
        yield new
        remove_folder(folder)
        new.rename(folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


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
