"""The files handed in beside a notebook: hostile as well, in their number, size and kind."""

from __future__ import annotations

import contextlib
import mimetypes
import os
import re
import shutil
import stat
from collections.abc import Generator, Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from ..errors import FoldersTooDeep, TooManyFiles, UnreadableTimestamp

MAX_FILES = 1000
MAX_DEPTH = 50  # folders within folders
MAX_TIMESTAMP_BYTES = 1000
MAX_SECRET_BYTES = 1000


def below(folder: Path) -> Generator[Path]:
    """Yield all that lies below a folder; pathlib's own way ends where folders are very deep."""
    waiting = [folder]
    while waiting:
        with contextlib.suppress(PermissionError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))


def check_folder(folder: Path) -> None:
    """Raise TooManyFiles, FoldersTooDeep or UnreadableTimestamp for what cannot be recorded."""
    check_size(folder)
    check_timestamp(folder)


def check_size(folder: Path) -> None:
    """Raise TooManyFiles or FoldersTooDeep for what would keep busy, or stop, who copies it."""
    with contextlib.closing(below(folder)) as paths:
        for number, path in enumerate(paths):
            if number == MAX_FILES:  # nbgrader takes the square of their number
                raise TooManyFiles(str(folder), MAX_FILES)
            if len(path.relative_to(folder).parts) > MAX_DEPTH:
                raise FoldersTooDeep(str(folder), MAX_DEPTH)


def check_timestamp(folder: Path) -> None:
    """Raise UnreadableTimestamp for what is no small file: nbgrader reads it, whatever it is."""
    path = folder / "timestamp.txt"
    if not os.path.lexists(path):
        return
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_TIMESTAMP_BYTES:
        raise UnreadableTimestamp(str(path), "it is not a small file")


def is_secret(path: Path) -> bool:
    """Say whether this can be the secret that nbgrader put beside a submission: 128 digits."""
    if not path.is_file() or path.stat().st_size > MAX_SECRET_BYTES:
        return False
    return re.fullmatch(rb"[\w-]+\s*", path.read_bytes()) is not None


def regular_files(folder: Path, ignored: Iterable[str]) -> Iterator[Path]:
    """Yield the files that are neither links nor devices, nor in or of an ignored name.

    ``ignored`` are patterns of base names, as of nbgrader's CourseDirectory.ignore.
    """
    patterns = list(ignored)
    for path in below(folder):
        if any(matches_any(name, patterns) for name in path.relative_to(folder).parts):
            continue
        if path.is_file() and not path.is_symlink():  # a link could lead anywhere
            yield path


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_links(folder: Path) -> list[Path]:
    """Remove links and devices but for notebooks, which are refused by name; return them."""
    found = [path for path in below(folder) if not path.match("*.ipynb") and not _is_own(path)]
    for path in found:
        path.unlink()
    return found


def remove_pages(folder: Path, given: Path) -> None:
    """Remove what a formgrader would serve as a page, unless the instructor gave it."""
    for path in list(below(folder)):
        is_given = (given / path.relative_to(folder)).exists()
        if _is_page(path.name) and path.is_file() and not is_given:
            path.unlink()


def _is_page(name: str) -> bool:
    """Say whether a browser would show it by itself, scripts included."""
    # As the server of the formgrader guesses it: from a path, or "data:,x.html" would be no page.
    kind, _ = mimetypes.guess_type(f"/{name}")
    return kind is not None and kind.endswith(("html", "xml"))


def _is_own(path: Path) -> bool:
    kind = path.lstat().st_mode
    return stat.S_ISREG(kind) or stat.S_ISDIR(kind)


def matches_any(name: str, patterns: Iterable[str]) -> bool:
    """Say whether a base name is one of those that are ignored."""
    return any(_matches(name, pattern) for pattern in patterns)


def _matches(name: str, pattern: str) -> bool:
    """Match as a shell does, for which * is no hidden file."""
    hidden = name.startswith(".") and not pattern.startswith(".")
    return fnmatchcase(name, pattern) and not hidden
