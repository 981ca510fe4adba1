"""The files handed in beside a notebook: hostile as well, in their number, size and kind."""

from __future__ import annotations

import mimetypes
import os
import stat
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from .errors import TooManyFiles, UnreadableTimestamp

MAX_FILES = 1000
MAX_TIMESTAMP_BYTES = 1000


def check_number(folder: Path) -> None:
    """Raise TooManyFiles: to copy them, nbgrader takes the square of their number."""
    if sum(1 for _ in islice(folder.rglob("*"), MAX_FILES + 1)) > MAX_FILES:
        raise TooManyFiles(str(folder), MAX_FILES)


def check_timestamp(folder: Path) -> None:
    """Raise UnreadableTimestamp for what is no small file: nbgrader reads it, whatever it is."""
    path = folder / "timestamp.txt"
    if not os.path.lexists(path):
        return
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_TIMESTAMP_BYTES:
        raise UnreadableTimestamp(str(path))


def regular_files(folder: Path, ignored: Iterable[str]) -> Iterator[Path]:
    """Yield the files that are neither links nor devices, nor in or of an ignored name.

    ``ignored`` are patterns of base names, as of nbgrader's CourseDirectory.ignore.
    """
    patterns = list(ignored)
    for path in folder.rglob("*"):
        names = path.relative_to(folder).parts
        if any(_matches(name, pattern) for name in names for pattern in patterns):
            continue
        if path.is_file() and not path.is_symlink():  # a link could lead anywhere
            yield path


def remove_links(folder: Path) -> list[Path]:
    """Remove links and devices but for notebooks, which are refused by name; return them."""
    found = [path for path in folder.rglob("*") if not path.match("*.ipynb") and not _is_own(path)]
    for path in found:
        path.unlink()
    return found


def remove_pages(folder: Path, given: Path) -> None:
    """Remove what a formgrader would serve as a page, unless the instructor gave it."""
    for path in list(folder.rglob("*")):
        is_given = (given / path.relative_to(folder)).exists()
        if _is_page(path.name) and path.is_file() and not is_given:
            path.unlink()


def _is_page(name: str) -> bool:
    """Say whether a browser would show it by itself, scripts included."""
    kind, _ = mimetypes.guess_type(name)  # as the server of the formgrader guesses it
    return kind is not None and kind.endswith(("html", "xml"))


def _is_own(path: Path) -> bool:
    kind = path.lstat().st_mode
    return stat.S_ISREG(kind) or stat.S_ISDIR(kind)


def _matches(name: str, pattern: str) -> bool:
    """Match as a shell does, for which * is no hidden file."""
    hidden = name.startswith(".") and not pattern.startswith(".")
    return fnmatchcase(name, pattern) and not hidden
