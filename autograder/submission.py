"""Submitted notebooks: read them as hostile input, restore what a student may not change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from .assignment import Assignment
from .errors import MissingNotebook, NoKnownCells, UnreadableNotebook

MAX_BYTES = 100 * 2**20


def read_notebook(path: Path) -> NotebookNode:
    """Read a submitted file.

    Raises MissingNotebook, or UnreadableNotebook with what is wrong with the file.
    """
    if not path.exists():
        raise MissingNotebook(path.name, sorted(p.name for p in path.parent.glob("*.ipynb")))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableNotebook(f"it is larger than {MAX_BYTES // 2**20} MiB.")
        notebook: NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(notebook)
    except OSError as error:
        raise UnreadableNotebook(f"{error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableNotebook("it is not text in UTF-8.") from error
    except RecursionError as error:
        raise UnreadableNotebook("it is nested too deeply.") from error
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, ValueError) as error:
        reason = "it is empty." if path.stat().st_size == 0 else "its JSON is damaged."
        raise UnreadableNotebook(reason) from error
    except (AttributeError, KeyError, TypeError) as error:
        raise UnreadableNotebook("its JSON is not that of a notebook.") from error
    return notebook


def restore(submitted: NotebookNode, assignment: Assignment) -> NotebookNode:
    """Return the notebook that is graded: the student's answers among the instructor's cells.

    Locked cells get the instructor's text, metadata comes from the source, cells that are
    missing are put back as released, and a copy of a cell is only a cell. Outputs are
    dropped. Restoring twice changes nothing. Raises NoKnownCells.
    """
    known = assignment.by_grade_id
    notebook: NotebookNode = nbformat.from_dict(submitted)
    latest = _latest_positions(notebook, known)
    if not latest:
        raise NoKnownCells(assignment.name)
    cells = []
    for position, cell in enumerate(notebook.cells):
        grade_id = _grade_id(cell)
        if latest.get(grade_id) == position:
            cells.append(_restored(cell, known[grade_id]))
        else:
            cells.append(_plain(cell))
    notebook.cells = _with_missing(cells, assignment)
    notebook.metadata = nbformat.from_dict(
        {
            name: assignment.notebook.metadata[name]
            for name in ("kernelspec", "language_info")
            if name in assignment.notebook.metadata
        }
    )
    return notebook


def is_unanswered(cell: NotebookNode, assignment: Assignment) -> bool:
    """Say whether a cell still has the text with which it was released."""
    released = assignment.by_grade_id[cell.metadata.nbgrader.grade_id]
    return bool(cell.source.strip() == released.source.strip())


def _grade_id(cell: NotebookNode) -> str:
    """Return a cell's grade id, "" where it has none."""
    metadata = cell.metadata.get("nbgrader")
    grade_id = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return grade_id if isinstance(grade_id, str) else ""


def _latest_positions(notebook: NotebookNode, known: Mapping[str, NotebookNode]) -> dict[str, int]:
    """Return the position of the last cell with each known grade id: that one counts."""
    ids = ((_grade_id(cell), position) for position, cell in enumerate(notebook.cells))
    return {grade_id: position for grade_id, position in ids if grade_id in known}


def _restored(cell: NotebookNode, source: NotebookNode) -> NotebookNode:
    restored = _from_source(source)
    restored.id = cell.get("id", source.id)
    if not source.metadata.nbgrader.locked:
        restored.source = cell.source
    return restored


def _from_source(source: NotebookNode) -> NotebookNode:
    cell = nbformat.from_dict(source)
    cell.metadata.nbgrader.checksum = compute_checksum(cell)
    return _without_outputs(cell)


def _plain(cell: NotebookNode) -> NotebookNode:
    """Return a cell of the student's own: no grading metadata, no tags."""
    plain = nbformat.from_dict(cell)
    plain.metadata = nbformat.from_dict({})
    return _without_outputs(plain)


def _without_outputs(cell: NotebookNode) -> NotebookNode:
    if cell.cell_type == "code":
        cell.outputs = []
        cell.execution_count = None
    return cell


def _with_missing(cells: list[NotebookNode], assignment: Assignment) -> list[NotebookNode]:
    """Put each missing cell behind the one that precedes it in the source."""
    previous = None
    for source in assignment.cells:
        grade_id = source.metadata.nbgrader.grade_id
        positions = {_grade_id(cell): position for position, cell in enumerate(cells)}
        if grade_id not in positions:
            after = positions[previous] + 1 if previous is not None else 0
            cells.insert(after, _from_source(source))
        previous = grade_id
    return cells
