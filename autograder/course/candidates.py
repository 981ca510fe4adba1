"""The notebook of a submission among all that was handed in, and what else could hold work.

One that is the only candidate is graded, whatever it is named. Where several could be meant nobody
guesses: no score stands until a human has said which. What else could hold graded work is named.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..errors import AutograderError, MissingNotebook, SeveralNotebooks
from ..notebook.answers import has_answers
from ..notebook.assignment import Assignment
from ..notebook.cell_text import defined_functions, imported_modules
from ..notebook.submission import MAX_BYTES, read_notebook, restore
from .handed_in import MAX_FILES, check_size, regular_files
from .shown_names import command, few, is_archive, is_notebook, is_of_a_system, shown, within

MOST_READ = 5  # notebooks beside the right one; and of all their bytes as many as of one
NEAR = 2  # parts of a path that is one folder down


@dataclass(frozen=True)
class Chosen:
    """The notebook that is graded, and what to say about it and what lies beside it."""

    path: Path
    notes: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()  # files and folders that it might import


@dataclass(frozen=True)
class Place:
    """Where a submission lies: ``folder`` in the course ``root``; ``given`` is what it was given.

    ``ignored`` are patterns of names that mean nothing, as of CourseDirectory.ignore.
    """

    root: Path
    folder: Path
    given: Path
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class _Read:
    """What a notebook holds: whether any answers, all its text, or why it cannot be graded."""

    path: Path
    worked: bool = False
    texts: tuple[str, ...] = ()
    reason: str = ""


def choose(place: Place, assignment: Assignment) -> Chosen:
    """Return the notebook to grade. Its being one is left to whoever reads it.

    Raises TooManyFiles, FoldersTooDeep, MissingNotebook or SeveralNotebooks.
    """
    check_size(place.folder)
    return _Choice(place, assignment).chosen()


def alone(path: Path) -> Chosen:
    """Return a notebook that was named; what it might import lies beside it."""
    modules = islice(path.parent.glob("*.py"), MAX_FILES)
    return Chosen(path, modules=tuple(module.name for module in modules))


class _Choice:
    """What is known of one submission while its notebook is looked for."""

    def __init__(self, place: Place, assignment: Assignment) -> None:
        self._place = place
        self._assignment = assignment
        self._expected = place.folder / assignment.file_name
        files = [path for path in regular_files(place.folder, place.ignored) if self._counts(path)]
        files.sort(key=lambda path: (len(path.parts), path))  # the nearest first
        others = [path for path in files if is_notebook(path.name) and path != self._expected]
        self._others = [*map(self._read, self._few(others))]
        self._unread = len(others) - len(self._others)
        self._archives = [path for path in files if is_archive(path.name)]
        self._modules = [path for path in files if path.suffix.lower() == ".py"]

    def chosen(self) -> Chosen:
        """Return the notebook to grade, or raise what says why there is none."""
        if os.path.lexists(self._expected) and not self._expected.is_dir():
            return self._of_the_right_name()
        worked = [read for read in self._others if read.worked]
        if len({read.texts for read in worked}) > 1:
            raise self._several(worked)
        gradable = [read for read in self._others if not read.reason]
        near = [r for r in (worked or gradable or self._others) if self._depth(r.path) <= NEAR]
        if near:
            renamed = f"{self._shown(near[0].path)} was graded, as the only candidate for"
            return self._with_notes(near[0].path, [f"{renamed} {self._assignment.file_name}."])
        if os.path.lexists(self._expected):
            return self._with_notes(self._expected, [])
        notes = [*map(self._far, worked), *self._beside(self._expected)]
        raise MissingNotebook(self._assignment.file_name, [], notes)

    def _of_the_right_name(self) -> Chosen:
        if any(read.worked for read in self._others):
            own = self._read(self._expected)
            rivals = [read for read in self._others if read.worked and read.texts != own.texts]
            if rivals:
                raise self._several([own, *rivals])
        return self._with_notes(self._expected, [])

    def _several(self, worked: list[_Read]) -> SeveralNotebooks:
        """Return what says which notebooks there are, and one command that settles it."""
        take, *others = [read for read in worked if read.path != self._expected]
        steps = [("mv", "-b", self._in_course(take.path), self._in_course(self._expected))]
        for path in (read.path for read in others if read.texts != take.texts):
            kept = self._in_course(path)
            steps.append(("mv", "-b", kept, kept.with_name(f"{kept.name}~")))
        told, taken = [*map(self._told, worked)], self._shown(take.path)
        return SeveralNotebooks(told, taken, command(*steps))

    def _told(self, read: _Read) -> str:
        how = "it has answers" if read.worked else read.reason or "it is as it was released"
        return f"{self._shown(read.path)} ({how.rstrip('.')})"

    def _with_notes(self, path: Path, notes: list[str]) -> Chosen:
        for read in self._others:
            if read.path != path and read.reason:
                notes.append(f"{self._shown(read.path)} was not graded: {read.reason}")
        modules = dict.fromkeys(p.relative_to(self._place.folder).parts[0] for p in self._modules)
        return Chosen(path, (*notes, *self._beside(path)), (*modules,))

    def _beside(self, notebook: Path) -> list[str]:
        """Name what else could hold graded work, with what to do."""
        folder = shown(self._in_course(self._place.folder))
        what = f"was not unpacked. If it holds graded work, unpack it into {folder}."
        notes = [f"{self._shown(path)} {what}" for path in self._archives]
        imported = self._imported(notebook) if self._modules else set()
        for path in self._modules:
            if path.relative_to(self._place.folder).parts[0].removesuffix(".py") in imported:
                notes.append(
                    f"{self._shown(path)}, which the notebook imports, is not there while grading. "
                    "Its functions belong into the notebook."
                )
            elif self._defines_an_exercise(path):
                notes.append(
                    f"{self._shown(path)} was not graded, and defines functions of the exercises. "
                    "They belong into the notebook."
                )
        if self._unread:
            notes.append(f"Notebooks beside these that were not looked at: {self._unread}.")
        return few(notes)

    def _far(self, read: _Read) -> str:
        line = command(("mv", "-b", self._in_course(read.path), self._in_course(self._expected)))
        said = f"{self._shown(read.path)} has answers."
        return f"{said} To grade it, in the course folder: {line}" if line else said

    def _counts(self, path: Path) -> bool:
        """Say whether a file is the student's own, and not one of a system."""
        relative = path.relative_to(self._place.folder)
        if any(map(is_of_a_system, relative.parts)):
            return False
        return path == self._expected or not (self._place.given / relative).is_file()

    def _few(self, paths: Iterable[Path]) -> list[Path]:
        few: list[Path] = []
        size = 0
        for path in paths:
            size += path.stat().st_size
            if len(few) == MOST_READ or (few and size > MAX_BYTES):
                break
            few.append(path)
        return few

    def _read(self, path: Path) -> _Read:
        try:
            notebook = restore(read_notebook(path), self._assignment)
        except AutograderError as error:
            return _Read(path, reason=str(error))
        texts = tuple(cell.source for cell in notebook.cells)
        return _Read(path, has_answers(notebook, self._assignment), texts)

    def _imported(self, path: Path) -> set[str]:
        try:
            cells = read_notebook(path).cells
        except AutograderError:
            return set()
        code = (cell.source for cell in cells if cell.get("cell_type") == "code")
        return set().union(*(imported_modules(text) for text in code if isinstance(text, str)))

    def _defines_an_exercise(self, path: Path) -> bool:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES // 25).decode(errors="replace")
        return bool(defined_functions(text) & self._assignment.signatures().keys())

    def _depth(self, path: Path) -> int:
        return len(path.relative_to(self._place.folder).parts)

    def _in_course(self, path: Path) -> Path:
        return within(path, self._place.root)

    def _shown(self, path: Path) -> str:
        return shown(path.relative_to(self._place.folder))
