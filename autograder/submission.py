"""Submitted notebooks: read them as hostile input, restore what a student may not change."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.utils import compute_checksum

from .assignment import Assignment, grade_id
from .errors import MissingNotebook, NoKnownCells, UnreadableNotebook
from .sandbox.wire import encodable

MAX_BYTES = 100 * 2**20
PUT_BACK = "put_back"  # marks a cell that the submission did not have: there is nothing to run
_NEW_CELL: dict[str, Callable[..., NotebookNode]] = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "raw": new_raw_cell,
}


def read_notebook(path: Path) -> NotebookNode:
    """Read a submitted file; what is odd about its cells is left to ``restore``.

    Raises MissingNotebook, or UnreadableNotebook with what is wrong with the file.
    """
    if not path.exists():
        raise MissingNotebook(path.name, sorted(p.name for p in path.parent.glob("*.ipynb")))
    try:
        if path.is_symlink() or not path.is_file():
            raise UnreadableNotebook("it is a link or a device, not a file.")
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableNotebook(f"it is larger than {MAX_BYTES // 2**20} MiB.")
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():  # restoring makes what they warn of irrelevant
            warnings.simplefilter("ignore")
            # With a dictionary to put them in, schema errors are neither raised nor logged.
            notebook: NotebookNode = nbformat.reads(text, 4, capture_validation_error={})
    except OSError as error:
        raise UnreadableNotebook(f"{error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableNotebook("it is not text in UTF-8.") from error
    except RecursionError as error:
        raise UnreadableNotebook("it is nested too deeply.") from error
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, ValueError) as error:
        reason = "it is empty." if path.stat().st_size == 0 else "its JSON is damaged."
        raise UnreadableNotebook(reason) from error
    except UnreadableNotebook:
        raise
    except Exception as error:  # nbformat meets JSON of another shape in many ways
        raise UnreadableNotebook("its JSON is not that of a notebook.") from error
    if not isinstance(notebook.get("cells"), list):
        raise UnreadableNotebook("its JSON is not that of a notebook.")
    return notebook


def restore(submitted: NotebookNode, assignment: Assignment) -> NotebookNode:
    """Return the notebook that is graded: the student's answers among the instructor's cells.

    Locked cells get the instructor's text, metadata comes from the source, cells that are
    missing are put back as released (and marked), and a copy of a cell is only a cell. Outputs and
    whatever else a cell may hold are dropped. Restoring twice changes nothing. Raises
    NoKnownCells.
    """
    known = assignment.by_grade_id
    submitted_cells = [cell for cell in submitted.cells if _is_cell(cell)]
    latest = {_claimed_id(cell): position for position, cell in enumerate(submitted_cells)}
    if not latest.keys() & assignment.telling_ids():
        raise NoKnownCells(assignment.name)
    cells: list[NotebookNode] = []
    own = 0
    for position, cell in enumerate(submitted_cells):
        claimed = _claimed_id(cell)
        if claimed in known and latest[claimed] == position:
            cells.append(_restored(cell, known[claimed]))
        else:
            own += 1
            cells.append(_own(cell, f"own-{own}"))
    notebook: NotebookNode = new_notebook(cells=_with_missing(cells, assignment))
    for name in ("kernelspec", "language_info"):
        if name in assignment.notebook.metadata:
            notebook.metadata[name] = assignment.notebook.metadata[name]
    return notebook


def is_untouched(cell: NotebookNode, assignment: Assignment) -> bool:
    """Say whether a cell still has the text with which it was released."""
    released = assignment.by_grade_id[grade_id(cell)]
    return bool(cell.source.strip() == released.source.strip()) and not cell.get("attachments")


def _is_cell(cell: Any) -> bool:
    return (
        isinstance(cell, dict)
        and cell.get("cell_type") in _NEW_CELL
        and isinstance(cell.get("source"), str)
    )


def _claimed_id(cell: NotebookNode) -> str:
    """Return the grade id that a submitted cell says it has, "" where it says none."""
    metadata = cell.get("metadata")
    metadata = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    claimed = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return claimed if isinstance(claimed, str) else ""


def _restored(cell: NotebookNode, source: NotebookNode) -> NotebookNode:
    restored = _from_source(source)
    if not source.metadata.nbgrader.locked:
        restored.source = encodable(cell.source)
        _keep_attachments(cell, restored)
        if cell.metadata.get(PUT_BACK):
            restored.metadata[PUT_BACK] = True
    return restored


def _from_source(source: NotebookNode) -> NotebookNode:
    cell: NotebookNode = nbformat.from_dict(source)
    cell.metadata.nbgrader.checksum = compute_checksum(cell)
    if cell.cell_type == "code":
        cell.outputs = []
        cell.execution_count = None
    return cell


def _own(cell: NotebookNode, cell_id: str) -> NotebookNode:
    """Return a cell of the student's own: its text, and the pictures in it."""
    own: NotebookNode = _NEW_CELL[cell.cell_type](encodable(cell.source), id=cell_id)
    _keep_attachments(cell, own)
    return own


def _keep_attachments(cell: NotebookNode, target: NotebookNode) -> None:
    attachments = cell.get("attachments")
    if target.cell_type == "markdown" and isinstance(attachments, dict):
        pictures = {
            encodable(name): {"image/png": encodable(data["image/png"])}
            for name, data in attachments.items()
            if isinstance(data, dict) and isinstance(data.get("image/png"), str)
        }
        if pictures:
            target.attachments = nbformat.from_dict(pictures)


def _with_missing(cells: list[NotebookNode], assignment: Assignment) -> list[NotebookNode]:
    """Put each missing cell behind the one that precedes it in the source."""
    previous = ""
    for source in assignment.cells:
        name = grade_id(source)
        positions = {grade_id(cell): position for position, cell in enumerate(cells)}
        if name not in positions:
            after = positions[previous] + 1 if previous else 0
            missing = _from_source(source)
            if not source.metadata.nbgrader.locked:
                missing.metadata[PUT_BACK] = True
            cells.insert(after, missing)
        previous = name
    return cells
