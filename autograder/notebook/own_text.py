"""Where a student's own text for a graded cell stands, and a digest of it and its pictures.

A mark that a human gave holds for one answer: this says whether it is still the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from nbformat import NotebookNode

from ..results import WrittenAnswer
from .assignment import GRADE_PREFIX, grade_id, plain_source
from .cell_text import defined_names


def code_cells_of(
    exercises: Iterable[str], cells: Sequence[NotebookNode]
) -> dict[str, NotebookNode | None]:
    """Return by exercise the last cell that defines what it asks for, else the one made for it.

    A grade cell is none.
    """
    own = (c for c in cells if c.cell_type == "code" and not grade_id(c).startswith(GRADE_PREFIX))
    defining = {name: cell for cell in own for name in defined_names(cell.source)}
    return {name: defining.get(name) or cell_with_id(name, cells) for name in exercises}


def cell_with_id(name: str, cells: Iterable[NotebookNode]) -> NotebookNode | None:
    """Return the cell with a grade id."""
    return next((cell for cell in cells if grade_id(cell) == name), None)


def digests_of_texts(
    exercises: Iterable[str], written: Iterable[WrittenAnswer], cells: Sequence[NotebookNode]
) -> dict[str, str]:
    """Return a digest of the student's text for each graded cell of a restored notebook."""
    code = code_cells_of(exercises, cells).items()
    found = {f"{GRADE_PREFIX}{name}": _digest([cell]) for name, cell in code}
    for answer in written:
        elsewhere = [cell for cell in cells if not grade_id(cell)] if answer.elsewhere else []
        found[answer.name] = _digest([cell_with_id(answer.name, cells), *elsewhere])
    return found


def attached(cell: NotebookNode) -> str:
    """Return the pictures attached to a cell as one text, "" where there are none."""
    pictures = cell.get("attachments")
    return json.dumps(pictures, sort_keys=True) if pictures else ""


def _digest(cells: Iterable[NotebookNode | None]) -> str:
    whole = hashlib.blake2b(digest_size=12)
    for cell in cells:
        if cell is not None:
            whole.update(repr(plain_source(cell)).encode(errors="replace"))
            whole.update(attached(cell).encode())
    return whole.hexdigest()
