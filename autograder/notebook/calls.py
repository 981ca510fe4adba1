"""Which functions of a notebook call which, as far as their text tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from nbformat import NotebookNode

from .cell_text import names_by_definition


def calls_in(cells: Iterable[NotebookNode]) -> dict[str, set[str]]:
    """Return the names that each function mentions, or stands for, wherever it is defined."""
    calls: dict[str, set[str]] = {}
    for cell in cells:
        if cell.cell_type == "code":
            for defined, names in names_by_definition(cell.source).items():
                calls.setdefault(defined, set()).update(names)
    return calls


def reached_from(name: str, calls: Mapping[str, Set[str]]) -> set[str]:
    """Return the names that a function mentions, directly or through others."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = calls.get(waiting.pop(), set()) - found - {name}
        found |= new
        waiting += new
    return found
