"""Where in the student's own code something happened: from our copy of it, in words."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cached_property
from itertools import takewhile

from ..notebook.cell_text import defined_names, syntax_error, while_loops, words

PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}"
MOST_OF_A_LINE = 160  # characters
MOST_LINES = 2000  # of a notebook: which one of more raised could tell what a hidden input was
MOST_LOOPS = 5
MOST_OF_A_NAME = 40  # characters of the class of an error
MISSING_PACKAGE = " A package that it imports is not there while grading."
_ANYTHING = re.compile(r"\bimport \*|^%run\b", re.MULTILINE)  # what may define any name


class OwnCode:
    """The student's cells by number: what is asked about them again and again, found once."""

    def __init__(self, sources: Mapping[int, str]) -> None:
        self._sources = sources

    @cached_property
    def words(self) -> frozenset[str]:
        """All words in the cells."""
        return frozenset().union(*map(words, self._sources.values()))

    def defining(self, name: str) -> list[int]:
        """Return the cells that seem to define a name, in their order."""
        return self._defining.get(name, [])

    @cached_property
    def defining_anything(self) -> frozenset[int]:
        """The cells that may define any name."""
        return frozenset(n for n, source in self._sources.items() if _ANYTHING.search(source))

    def place(self, cell: int, line: int) -> str:
        """Return a line of a cell; "" if there is none, or if it is one of very many."""
        if self._has_many_lines or line <= 0 or cell not in self._sources:
            return ""
        return place(self._sources[cell], line)

    def endless_loop(self, function: str) -> str:
        """Return which loop of a function may never end."""
        cells = self.defining(function)
        return (endless_loop(self._sources[cells[-1]], function) if cells else "") or "a loop"

    @cached_property
    def _defining(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, source in self._sources.items():
            for name in defined_names(source):
                found.setdefault(name, []).append(number)
        return found

    @cached_property
    def _has_many_lines(self) -> bool:
        return sum(len(source.splitlines()) for source in self._sources.values()) > MOST_LINES


def place(source: str, line: int) -> str:
    """Return a line of a cell, as IPython counts it; "" if there is none."""
    blank = len(list(takewhile(str.isspace, (f"{line} " for line in source.splitlines()))))
    return _line(source, line + blank)  # IPython drops blank lines at the top before it compiles


def endless_loop(source: str, function: str = "") -> str:
    """Return which loop of a cell, or of a function in it, may never end; "" if none may."""
    lines = while_loops(source, function)
    if len(lines) > MOST_LOOPS:
        return f"one of the {len(lines)} loops of its cell"
    if len(lines) != 1:
        return f"one of the loops at lines {_joined(lines)} of its cell" if lines else ""
    return f"the loop at {_line(source, lines[0])}"


def why_it_ended(source: str, error: str) -> str:
    """Return what became of a cell that ended with an error of this class."""
    found = (
        syntax_error(source) if error in ("SyntaxError", "IndentationError", "TabError") else None
    )
    if found is None:
        kind = f" ({error})" if error.isidentifier() and len(error) <= MOST_OF_A_NAME else ""
        missing = MISSING_PACKAGE if error == "ModuleNotFoundError" else ""
        return f"The cell that should define it ended with an error{kind}.{missing}"
    line, said = found
    where = f" at {written}" if (written := _line(source, line)) else ""
    return f"The cell that should define it is not {PYTHON}{where}: {said}."


def _line(source: str, number: int) -> str:
    lines = source.splitlines()
    if not 0 < number <= len(lines):
        return ""
    line = lines[number - 1].strip()
    shown = line if len(line) <= MOST_OF_A_LINE else f"{line[:MOST_OF_A_LINE]}…"
    return f"line {number} of its cell: `{shown}`"


def _joined(lines: list[int]) -> str:
    return f"{', '.join(map(str, lines[:-1]))} and {lines[-1]}"
