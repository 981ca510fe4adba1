"""Where in the student's own code something happened: from our copy of it, in words."""

from __future__ import annotations

import sys
from itertools import takewhile

from ..notebook.cell_text import syntax_error, while_loops

MOST_OF_A_LINE = 160  # characters


def place(source: str, line: int) -> str:
    """Return a line of a cell, as IPython counts it; "" if there is none."""
    blank = len(list(takewhile(str.isspace, (f"{line} " for line in source.splitlines()))))
    return _line(source, line + blank)  # IPython drops blank lines at the top before it compiles


def endless_loop(source: str, function: str = "") -> str:
    """Return which loop of a cell, or of a function in it, may never end; "" if none may."""
    lines = while_loops(source, function)
    if len(lines) != 1:
        return f"one of the loops at lines {_joined(lines)} of its cell" if lines else ""
    return f"the loop at {_line(source, lines[0])}"


def why_it_ended(source: str, error: str) -> str:
    """Return what became of a cell that ended with an error of this class."""
    found = (
        syntax_error(source) if error in ("SyntaxError", "IndentationError", "TabError") else None
    )
    if found is None:
        kind = f" ({error})" if error.isidentifier() else ""
        return f"The cell that should define it ended with an error{kind}."
    line, said = found
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    where = f" at {written}" if (written := _line(source, line)) else ""
    return f"The cell that should define it is not Python {version}{where}: {said}."


def _line(source: str, number: int) -> str:
    lines = source.splitlines()
    if not 0 < number <= len(lines):
        return ""
    return f"line {number} of its cell: `{lines[number - 1].strip()[:MOST_OF_A_LINE]}`"


def _joined(lines: list[int]) -> str:
    return f"{', '.join(map(str, lines[:-1]))} and {lines[-1]}"
