"""What of a submission could be its notebook, or hold graded work: read once, then only bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..errors import AutograderError, MissingNotebook
from ..notebook.submission import MAX_BYTES, parse_notebook, read_bytes
from .handed_in import check_size, regular_files
from .shown_names import is_archive, is_document, is_notebook, is_of_a_system

MOST_READ = 5  # notebooks beside the right one; and of all their bytes as many as of one
MOST_OF_A_BEGINNING = 2**14  # bytes: what else a notebook has stands behind its cells, or is short
_BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"
MOST_OF_A_MODULE = MAX_BYTES // 25  # bytes; of all modules as many as of one notebook


@dataclass(frozen=True)
class Place:
    """Where a submission lies, and what it was given; ``named`` is how one writes it in the course.

    ``ignored`` are patterns of names that mean nothing, as of CourseDirectory.ignore.
    """

    folder: Path
    named: Path
    given: Path
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class CandidateFile:
    """A file and what it holds, or the ``reason`` why that cannot be graded."""

    path: Path
    content: bytes = b""
    reason: str = ""

    def notebook(self) -> NotebookNode:
        """Return the cells. Raises AutograderError with the reason, and UnreadableNotebook."""
        if self.reason:
            raise AutograderError(self.reason)
        return parse_notebook(self.content)


@dataclass(frozen=True)
class CandidateFiles:
    """What was found in a place. Its paths are names by now: nothing is read there any more.

    ``expected`` has the right name, whatever it is; ``folder_there`` says that it is a folder.
    ``others`` are the nearest of the other notebooks, those whose names do not say so behind all
    that do; ``unread`` is how many more there are.
    """

    place: Place
    expected: CandidateFile | None
    folder_there: bool = False
    others: tuple[CandidateFile, ...] = ()
    unread: int = 0
    archives: tuple[Path, ...] = ()
    modules: tuple[CandidateFile, ...] = ()
    documents: tuple[Path, ...] = ()

    def notebook(self, path: Path) -> NotebookNode:
        """Return the cells of the one with this path.

        Raises MissingNotebook where there is none, and what CandidateFile.notebook raises.
        """
        for file in (self.expected, *self.others):
            if file and file.path == path:
                return file.notebook()
        raise MissingNotebook(path.name, [])


def read_candidates(place: Place, file_name: str) -> CandidateFiles:
    """Read what a submission has. Raises TooManyFiles or FoldersTooDeep."""
    check_size(place.folder)
    expected = place.folder / file_name
    files = [p for p in regular_files(place.folder, place.ignored) if _counts(p, place, expected)]
    files.sort(key=lambda path: (len(path.parts), path))  # the nearest first
    named = [path for path in files if is_notebook(path.name) and path != expected]
    others = [*named, *(path for path in files if path != expected and _lost_its_ending(path))]
    few = _few(others)
    return CandidateFiles(
        place,
        _read(expected) if os.path.lexists(expected) else None,
        expected.is_dir(),
        tuple(map(_read, few)),
        len(others) - len(few),
        tuple(path for path in files if is_archive(path.name)),
        tuple(_modules(path for path in files if path.suffix.lower() == ".py")),
        tuple(path for path in files if is_document(path.name) and path not in others),
    )


def read_named(path: Path) -> CandidateFiles:
    """Read a notebook that was named by whoever grades: no other could be meant."""
    return CandidateFiles(Place(path.parent, Path(), path.parent, ()), _read(path))


def _counts(path: Path, place: Place, expected: Path) -> bool:
    """Say whether a file is the student's own, and not one of a system."""
    relative = path.relative_to(place.folder)
    if any(map(is_of_a_system, relative.parts)):
        return False
    return path == expected or not (place.given / relative).is_file()


def _lost_its_ending(path: Path) -> bool:
    """Say whether a file of another name seems to hold a notebook: JSON with cells."""
    if is_notebook(path.name) or is_archive(path.name):
        return False
    with path.open("rb") as file:
        beginning = file.read(MOST_OF_A_BEGINNING)
    return beginning.lstrip(_BEFORE_JSON).startswith(b"{") and b'"cells"' in beginning


def _few(paths: Iterable[Path]) -> list[Path]:
    few: list[Path] = []
    room = MAX_BYTES
    for path in paths:
        size = path.stat().st_size
        if size > MAX_BYTES:  # of which nothing is read
            size = 0
        if size <= room and len(few) < MOST_READ:
            few.append(path)
            room -= size
    return few


def _read(path: Path) -> CandidateFile:
    try:
        return CandidateFile(path, read_bytes(path))
    except AutograderError as error:
        return CandidateFile(path, reason=str(error))


def _modules(paths: Iterable[Path]) -> Iterator[CandidateFile]:
    room = MAX_BYTES
    for path in paths:
        with path.open("rb") as file:
            content = file.read(min(room, MOST_OF_A_MODULE))
        room -= len(content)
        yield CandidateFile(path, content)
