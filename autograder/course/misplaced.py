"""What lies beside the submissions of an assignment, and may be one: nbgrader looks past it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

from ..errors import AutograderError
from ..notebook.submission import read_bytes
from .candidate_files import MOST_READ
from .folder import Course
from .handed_in import MAX_FILES, matches_any
from .shown_names import (
    command,
    few,
    is_archive,
    is_notebook,
    is_of_a_system,
    letters,
    shown,
    within,
)


def misplaced(course: Course, name: str) -> dict[str, list[str]]:
    """Return by student what may be a submission of an assignment, each with what to do.

    A file that lies in no student's folder stands there with its own name.
    """
    pattern = course.submitted_folder(name, "*")
    if (pattern.parent.name, pattern.name) != ("*", name):  # another layout than nbgrader's own
        return {}
    submitted = pattern.parent.parent
    students = (
        path
        for path in sorted(submitted.glob("[!.]*"))
        if path.is_dir() and path.name not in course.excluded
    )
    found = {path.name: few([*_Beside(course, name, path).notes()]) for path in students}
    found |= _Beside(course, name, submitted).notes_of_nobody()
    return {whose: notes for whose, notes in found.items() if notes}


class _Beside:
    """The folder of one student's submissions, or that of all students."""

    def __init__(self, course: Course, name: str, folder: Path) -> None:
        self._course = course
        self._name = name
        self._folder = folder
        self._right = folder / name
        self._others = {*course.contents.names()} - {name}

    def notes(self) -> Iterator[str]:
        """Name what may be a submission."""
        for entry in _entries(self._folder):
            meant = self._is_meant(entry)
            if self._is_none(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if meant or self._holds_notebook(Path(entry.path)):
                    yield self._note(entry, ("mv", entry.name, self._name))
            elif not entry.is_file(follow_symlinks=False):
                continue
            elif is_archive(entry.name) and (meant or not self._right.exists()):
                yield f"{self._shown(entry)} was not unpacked: unpack it into {self._in_course()}."
            elif is_notebook(entry.name) and (meant or not self._right.exists()):
                target = f"{self._name}/{self._name}.ipynb"
                yield self._note(entry, ("mkdir", self._name), ("mv", entry.name, target))

    def notes_of_nobody(self) -> Iterator[tuple[str, list[str]]]:
        """Name the files in the folder of all students: each by its name, with what to do."""
        students = "STUDENT", self._name
        for entry in _entries(self._folder, most=None):
            if not entry.is_file(follow_symlinks=False) or self._is_none(entry.name):
                continue
            place = within(self._folder.joinpath(*students), self._course.root)
            said = f"{self._shown(entry)} was not graded, since it is in no student's folder:"
            if is_archive(entry.name) and self._may_be_of_this(entry):
                yield entry.name, [f"{said} unpack it into {place}, or use nbgrader zip_collect."]
            elif is_notebook(entry.name) and (self._is_meant(entry) or self._has_cells(entry)):
                yield entry.name, [f"{said} name it {place / self._name}.ipynb."]

    def _is_meant(self, entry: os.DirEntry[str]) -> bool:
        return letters(self._name) in letters(entry.name)

    def _may_be_of_this(self, archive: os.DirEntry[str]) -> bool:
        """Say whether an archive was not unpacked, and is not named like another assignment."""
        if (self._folder / archive.name.partition(".")[0]).is_dir():
            return False
        name = letters(archive.name)
        return self._is_meant(archive) or not any(letters(other) in name for other in self._others)

    def _is_none(self, name: str) -> bool:
        ignored = matches_any(name, self._course.coursedir.ignore)
        return name == self._name or name in self._others or ignored or is_of_a_system(name)

    def _note(self, entry: os.DirEntry[str], *steps: tuple[str, ...]) -> str:
        """Say what to do with something that would be found elsewhere."""
        said = f"{self._shown(entry)} was not graded:"
        if self._right.exists():
            return f"{said} move into {self._in_course()} what counts, and remove the rest."
        folder = self._in_course().parent
        lines: list[list[str | Path]]
        lines = [[what, *(folder / part for part in parts)] for what, *parts in steps]
        line = command(*lines)
        return f"{said} {line or f'name it {self._in_course()}.'}"

    def _holds_notebook(self, folder: Path) -> bool:
        """Say whether a notebook there, or one folder down, has this one's name or cells."""
        wanted = f"{self._name}.ipynb".lower()
        entries = _entries(folder)
        if any(entry.name.lower() == wanted for entry in entries):
            return True
        folders = (e for e in entries if e.is_dir(follow_symlinks=False))
        below = (_entries(Path(e.path)) for e in folders if not is_of_a_system(e.name))
        notebooks = (e for e in chain(entries, *below) if is_notebook(e.name))
        return any(map(self._has_cells, islice(notebooks, MOST_READ)))

    def _has_cells(self, entry: os.DirEntry[str]) -> bool:
        try:
            text = read_bytes(Path(entry.path))
        except AutograderError:  # what cannot be read holds nothing for us
            return False
        return any(grade_id in text for grade_id in self._grade_ids)

    @cached_property
    def _grade_ids(self) -> list[bytes]:
        """The grade ids that only this assignment has, as they stand in a notebook."""
        return [f'"{name}"'.encode() for name in self._course.assignment(self._name).telling_ids()]

    def _in_course(self) -> Path:
        return within(self._right, self._course.root)

    def _shown(self, entry: os.DirEntry[str]) -> str:
        return shown(within(Path(entry.path), self._course.root))


def _entries(folder: Path, most: int | None = MAX_FILES) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(islice(entries, most), key=lambda entry: entry.name)
    except OSError:  # what cannot be read holds nothing for us
        return []
