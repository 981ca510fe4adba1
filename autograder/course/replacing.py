"""Files and folders that take the place of others when they are whole, and never before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .handed_in import remove


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
    """Write a file beside the one that it then replaces, with the same mode."""
    path = path.resolve()  # of a link, what it leads to
    if path.exists() and not path.is_file():  # as /dev/stdout
        path.write_bytes(content)
        return
    new = _beside(path)
    with complete_or_gone(new):
        new.write_bytes(content)
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder, which takes the place of ``path`` if what fills it does not fail."""
    new = _beside(path)
    with complete_or_gone(new):
        new.mkdir(parents=True)
        yield new
        remove(path)
        new.rename(path)


def _beside(path: Path) -> Path:
    """Return a name that no other process takes for what it writes here."""
    return path.with_name(f".{os.getpid()}.new")
