"""The notebook of a submission among all that was handed in, and what else could hold work.

One that is the only candidate is graded, whatever it is named. Where several could be meant nobody
guesses: no score stands until a human has said which. What else could hold graded work is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..errors import AutograderError, MissingNotebook, SeveralNotebooks
from ..notebook.answers import has_answers, untouched_answers
from ..notebook.assignment import Assignment, grade_id
from ..notebook.cell_text import defined_functions, imported_modules
from ..notebook.own_text import attached
from ..notebook.submission import restore
from .candidate_files import CandidateFile, CandidateFiles
from .handed_in import MAX_FILES
from .shown_names import command, few, is_notebook, shown

NEAR = 2  # parts of a path that is one folder down


@dataclass(frozen=True)
class Chosen:
    """The notebook that is graded, and what to say about it and what lies beside it."""

    path: Path
    notes: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()  # files and folders that it might import


@dataclass(frozen=True)
class _Read:
    """What a notebook holds: whether any answers, its text and the answers' pictures.

    Or why it cannot be graded.
    """

    path: Path
    worked: bool = False
    texts: tuple[str, ...] = ()
    reason: str = ""


def choose(files: CandidateFiles, assignment: Assignment) -> Chosen:
    """Return the notebook to grade. Its being one is left to whoever reads it.

    Raises MissingNotebook or SeveralNotebooks.
    """
    return _Choice(files, assignment).chosen()


def alone(path: Path) -> Chosen:
    """Return a notebook that was named; what it might import lies beside it."""
    modules = islice(path.parent.glob("*.py"), MAX_FILES)
    return Chosen(path, modules=tuple(module.name for module in modules))


class _Choice:
    """What is known of one submission while its notebook is looked for."""

    def __init__(self, files: CandidateFiles, assignment: Assignment) -> None:
        self._files = files
        self._place = files.place
        self._assignment = assignment
        self._expected = files.place.folder / assignment.file_name
        self._others = [*map(self._read, files.others)]
        self._named = [read for read in self._others if is_notebook(read.path.name)]

    def chosen(self) -> Chosen:
        """Return the notebook to grade, or raise what says why there is none."""
        if self._files.expected and not self._files.folder_there:
            return self._of_the_right_name(self._files.expected)
        worked = self._worked()
        if len({read.texts for read in worked}) > 1:
            raise self._several(worked)
        gradable = [read for read in self._others if not read.reason]
        near = [r for r in (worked or gradable or self._named) if self._depth(r.path) <= NEAR]
        if not worked:
            self._check_all_read()
        if near:
            renamed = f"{self._shown(near[0].path)} was graded, as the only candidate for"
            return self._with_notes(near[0].path, [f"{renamed} {self._assignment.file_name}."])
        if self._files.expected:
            return self._with_notes(self._expected, [])
        notes = [*map(self._far, worked), *self._beside(self._expected)]
        raise MissingNotebook(self._assignment.file_name, [], notes)

    def _of_the_right_name(self, expected: CandidateFile) -> Chosen:
        worked = self._worked()
        own = self._read(expected) if worked or self._files.unread else _Read(expected.path)
        rivals = [read for read in worked if read.texts != own.texts]
        if own.worked:
            rivals = [read for read in rivals if read in self._named]
        if rivals:
            raise self._several([own, *rivals])
        if not own.worked:
            self._check_all_read([own])
        return self._with_notes(self._expected, [])

    def _worked(self) -> list[_Read]:
        """Return those with answers; one of another name, as a backup has, only if no other has."""
        worked = [read for read in self._others if read.worked]
        return [read for read in worked if read in self._named] or worked

    def _check_all_read(self, own: Sequence[_Read] = ()) -> None:
        """Raise SeveralNotebooks where no answers were found and not everything was read."""
        if unread := self._files.unread:
            more = f"more that were not looked at: {unread} (remove what does not count)"
            found = [*map(self._told, (*own, *self._others)), more]
            raise SeveralNotebooks(found, "the one that counts", "")

    def _several(self, worked: list[_Read]) -> SeveralNotebooks:
        """Return what says which notebooks there are, and one command that settles it."""
        take, *others = [read for read in worked if read.path != self._expected]
        is_backup = take.path == self._backup(self._expected)  # which -b would overwrite
        how = "--backup=numbered" if is_backup else "-b"
        steps = [("mv", how, self._in_course(take.path), self._in_course(self._expected))]
        for path in (read.path for read in others if read.texts != take.texts):
            kept = self._in_course(path)
            steps.append(("mv", "-b", kept, self._backup(kept)))
        told, taken = [*map(self._told, worked)], self._shown(take.path)
        return SeveralNotebooks(told, taken, command(*steps))

    def _backup(self, path: Path) -> Path:
        return path.with_name(f"{path.name}~")

    def _told(self, read: _Read) -> str:
        how = "it has answers" if read.worked else read.reason or "it is as it was released"
        return f"{self._shown(read.path)} ({how.rstrip('.')})"

    def _with_notes(self, path: Path, notes: list[str]) -> Chosen:
        for read in self._named:
            if read.path != path and read.reason:
                notes.append(f"{self._shown(read.path)} was not graded: {read.reason}")
        modules = dict.fromkeys(map(self._top, self._files.modules))
        return Chosen(path, (*notes, *self._beside(path)), (*modules,))

    def _beside(self, notebook: Path) -> list[str]:
        """Name what else could hold graded work, with what to do."""
        folder = shown(self._in_course(self._place.folder))
        what = f"was not unpacked. If it holds graded work, unpack it into {folder}."
        notes = [f"{self._shown(path)} {what}" for path in self._files.archives]
        imported = self._imported(notebook) if self._files.modules else set()
        for module in self._files.modules:
            if {self._top(module).removesuffix(".py"), module.path.stem} & imported:
                notes.append(
                    f"{self._shown(module.path)}, which the notebook imports, is not there while "
                    "grading. Its functions belong into the notebook."
                )
            elif self._defines_an_exercise(module):
                notes.append(
                    f"{self._shown(module.path)} was not graded, and defines functions of the "
                    "exercises. They belong into the notebook."
                )
        if self._files.documents and self._lacks_answers(notebook):
            what = "was not graded. If it holds an answer, that belongs into the notebook."
            notes += [f"{self._shown(path)} {what}" for path in self._files.documents]
        if unread := self._files.unread:
            notes.append(f"Notebooks beside these that were not looked at: {unread}.")
        return few(notes)

    def _lacks_answers(self, path: Path) -> bool:
        """Say whether the written answers are as released; where none is asked for, all answers."""
        try:
            notebook = restore(self._files.notebook(path), self._assignment)
        except AutograderError:
            return True
        asked = {e.name for e in self._assignment.written} or self._assignment.answer_cells
        return asked <= {*untouched_answers(notebook, self._assignment)}

    def _far(self, read: _Read) -> str:
        line = command(("mv", "-b", self._in_course(read.path), self._in_course(self._expected)))
        said = f"{self._shown(read.path)} has answers."
        return f"{said} To grade it, in the course folder: {line}" if line else said

    def _read(self, file: CandidateFile) -> _Read:
        try:
            notebook = restore(file.notebook(), self._assignment)
        except AutograderError as error:
            return _Read(file.path, reason=str(error))
        texts = [cell.source for cell in notebook.cells]
        pictures = [attached(cell) for cell in notebook.cells if grade_id(cell)]
        return _Read(file.path, has_answers(notebook, self._assignment), (*texts, *pictures))

    def _imported(self, path: Path) -> set[str]:
        try:
            cells = self._files.notebook(path).cells
        except AutograderError:
            return set()
        code = (cell.source for cell in cells if cell.get("cell_type") == "code")
        return set().union(*(imported_modules(text) for text in code if isinstance(text, str)))

    def _defines_an_exercise(self, module: CandidateFile) -> bool:
        functions = defined_functions(module.content.decode(errors="replace"))
        return bool(functions & self._assignment.signatures().keys())

    def _top(self, module: CandidateFile) -> str:
        return module.path.relative_to(self._place.folder).parts[0]

    def _depth(self, path: Path) -> int:
        return len(path.relative_to(self._place.folder).parts)

    def _in_course(self, path: Path) -> Path:
        return self._place.named / path.relative_to(self._place.folder)

    def _shown(self, path: Path) -> str:
        return shown(path.relative_to(self._place.folder))
