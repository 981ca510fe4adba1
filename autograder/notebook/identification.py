"""Which cell of the assignment a submitted cell is: what it says of itself, else what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from itertools import chain
from typing import Any

from nbformat import NotebookNode

from .assignment import Assignment, grade_id, plain_source
from .cell_text import defined_functions, defined_names


def definitions(cell: NotebookNode) -> frozenset[str]:
    """Return the functions and variables that a code cell seems to define."""
    return defined_names(cell["source"]) if cell["cell_type"] == "code" else frozenset()


def is_untouched(cell: NotebookNode, assignment: Assignment) -> bool:
    """Say whether a cell still has the text with which it was released."""
    released = assignment.by_grade_id[grade_id(cell)]
    return plain_source(cell) == plain_source(released) and not cell.get("attachments")


def written_elsewhere(cells: Sequence[NotebookNode], assignment: Assignment) -> set[str]:
    """Return the answers whose own cell is untouched while another cell defines them."""
    untouched = {
        grade_id(cell)
        for cell in cells
        if grade_id(cell) and cell.cell_type == "code" and is_untouched(cell, assignment)
    }
    defined = (definitions(cell) - {grade_id(cell)} for cell in cells)
    return untouched.intersection(chain.from_iterable(defined))


def identify(cells: Sequence[NotebookNode], assignment: Assignment) -> dict[int, str]:
    """Return the grade ids of submitted cells by position; a copy is only a cell.

    A cell that says which it is is believed, unless it says it of an answer that is written in
    another cell or of text that is not the student's. One that does not say so is known by its
    released text, by the one exercise that it defines, or, if it is prose, by its place. Where
    there are several, the last one that was changed is the answer.
    """
    return _Identification(cells, assignment).names()


def claimed_id(cell: Mapping[str, Any]) -> str:
    """Return the grade id that a submitted cell says it has, "" where it says none."""
    metadata = cell.get("metadata")
    metadata = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    claimed = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return claimed if isinstance(claimed, str) else ""


def _definitions_of_any(cell: NotebookNode) -> Set[str]:
    """Return what a cell defines; one that was made prose is code no longer, but an answer."""
    return definitions(cell) if cell.cell_type == "code" else defined_functions(cell.source)


class _Identification:
    """What is known of each submitted cell while the cells are told apart."""

    def __init__(self, cells: Sequence[NotebookNode], assignment: Assignment) -> None:
        self._cells = cells
        self._assignment = assignment
        self._answers = assignment.answer_cells
        self._claims = [self._believed_claim(cell) for cell in cells]
        self._defined = [self._answers & _definitions_of_any(cell) for cell in cells]
        self._texts = [assignment.by_text.get(plain_source(cell), "") for cell in cells]

    def names(self) -> dict[int, str]:
        """Return the grade id of every cell that has one."""
        places = {name: self._place(name) for name in self._assignment.by_grade_id}
        for name, source in self._assignment.by_grade_id.items():
            if name in self._answers and source.cell_type == "markdown":
                places[name] = self._place_of_prose(name, places)
        return {place: name for name, place in places.items() if place is not None}

    def _believed_claim(self, cell: NotebookNode) -> str:
        claimed = claimed_id(cell)
        known = claimed in self._assignment.by_grade_id
        if known and claimed not in self._answers and definitions(cell) & self._answers:
            return ""  # an answer in a cell that will be overwritten
        return claimed if known else ""

    def _place(self, name: str) -> int | None:
        positions = range(len(self._cells))
        claimed = [p for p in positions if self._claims[p] == name]
        copies = [p for p in positions if not self._claims[p] and self._texts[p] == name]
        if name not in self._answers:
            return next(iter(claimed or copies), None)
        changed = [p for p in claimed if self._texts[p] != name]
        defining = [p for p in positions if self._defines_only(p, name)]
        return next(reversed(changed or defining or claimed or copies), None)

    def _defines_only(self, position: int, name: str) -> bool:
        free = not self._claims[position] and not self._texts[position]
        return free and self._defined[position] == {name}

    def _place_of_prose(self, name: str, places: Mapping[str, int | None]) -> int | None:
        """Return the first cell of prose behind the question, or behind the empty answer."""
        own = places[name]
        released = plain_source(self._assignment.by_grade_id[name])
        if own is not None and plain_source(self._cells[own]) != released:
            return own
        following = self._question_position(name)
        if following is None:
            return own
        taken = {place for place in places.values() if place is not None and place != own}
        for position in range(following + 1, len(self._cells)):
            cell = self._cells[position]
            if position == own or plain_source(cell) in ("", released):
                continue
            is_given = self._assignment.is_given(plain_source(cell))
            if position in taken or cell.cell_type != "markdown" or is_given:
                break
            return position
        return own

    def _question_position(self, name: str) -> int | None:
        """Return where the source cell in front of an answer is in the submission."""
        source = self._assignment.notebook.cells
        number = next(n for n, cell in enumerate(source) if grade_id(cell) == name)
        question = plain_source(source[number - 1]) if number else ""
        return next(
            (p for p, cell in enumerate(self._cells) if plain_source(cell) == question), None
        )
