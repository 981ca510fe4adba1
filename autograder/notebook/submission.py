"""Submitted notebooks: read them as hostile input, restore what a student may not change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import nbformat as major
from nbformat.v4 import nbformat_minor as minor
from nbformat.v4 import new_code_cell

from ..errors import MissingNotebook, NoKnownCells, UnreadableNotebook
from ..sandbox.utf8 import encodable
from .assignment import Assignment, grade_id, is_demonstration, plain_source
from .cell_text import added_definitions, code_of_markdown
from .identification import (
    claimed_id,
    definitions,
    identify,
    is_untouched,
    written_elsewhere,
)
from .prose import prose_of
from .safe_html import PICTURES, plain
from .versions import COMPARING_CELL

MAX_BYTES = 25 * 2**20  # read, it can take 55 times as much
MAX_CELLS = 2000
MAX_CHARACTERS = 2**20  # of what is written in all cells; outputs and pictures are not
MOST_NAMED, MOST_OF_A_NAME = 5, 80  # notebooks beside one that is missing; characters of each
MOST_HEADING_LEVELS = 6  # of Markdown
STAND_IN = "stand_in"  # marks a stub that is not run: it would hide what is written elsewhere
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")  # how they begin
_KINDS = ("code", "markdown", "raw")  # of cells


def read_notebook(path: Path) -> NotebookNode:
    """Read a submitted file. Raises what ``read_bytes`` and ``parse_notebook`` raise."""
    return parse_notebook(read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """Return what a submitted file holds.

    Raises MissingNotebook, or UnreadableNotebook for what cannot be a notebook.
    """
    try:
        if not path.exists() and not path.is_symlink():
            raise MissingNotebook(path.name, _names_beside(path))
        check_file(path)
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableNotebook(f"it is larger than {MAX_BYTES // 2**20} MiB.")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableNotebook(f"{error.strerror}.") from error


def parse_notebook(content: bytes) -> NotebookNode:
    """Return the cells of a submitted file; what is odd about them is left to ``restore``.

    Raises UnreadableNotebook with what is wrong with the file.
    """
    try:
        return _parsed(content.decode("utf-8-sig"))  # some editors write the mark
    except RecursionError as error:
        raise UnreadableNotebook("it is nested too deeply.") from error
    except ValueError as error:
        raise UnreadableNotebook(f"{_what_is_wrong(content, error)}.") from error
    except MemoryError:  # says nothing about it
        raise
    except Exception as error:  # JSON of another shape fails in many ways
        raise UnreadableNotebook("its JSON is not that of a notebook.") from error


def _what_is_wrong(content: bytes, error: ValueError) -> str:
    if not content:
        return "it is empty"
    if content.startswith(_ARCHIVES):
        return "it is an archive, which is to be unpacked"
    if content.lstrip().startswith(b"<") and b"<html" in content.lower():
        return "it is a page of HTML"
    not_text = isinstance(error, UnicodeDecodeError)
    return "it is not text in UTF-8" if not_text else "its JSON is damaged"


def _names_beside(path: Path) -> list[str]:
    """Return the names of a few notebooks in the same folder, each as a short part of a line."""
    names = sorted(plain(beside.name) for beside in path.parent.glob("*.ipynb"))
    few = [" ".join(name.split())[:MOST_OF_A_NAME] for name in names[:MOST_NAMED]]
    return few if len(few) == len(names) else [*few, f"{len(names) - len(few)} more"]


def check_file(path: Path) -> None:
    """Raise UnreadableNotebook for what could lead anywhere, or keep its reader waiting."""
    if path.is_symlink() or not path.is_file():
        raise UnreadableNotebook("it is a link or a device, not a file.")


def _parsed(text: str) -> NotebookNode:
    """Return the cells with the parts that matter; whatever else there is may be damaged."""
    document = json.loads(text)
    cells = document["cells"] if "cells" in document else [*_old_cells(document)]
    _check_count(cells)
    return NotebookNode(cells=[_parsed_cell(cell) for cell in cells if isinstance(cell, dict)])


def _old_cells(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cells of a notebook from before version 4 of the format, as version 4 has them.

    nbformat, which converts them too, takes minutes to say what is wrong with damaged outputs.
    """
    for cell in chain.from_iterable(worksheet["cells"] for worksheet in document["worksheets"]):
        if cell["cell_type"] == "code":
            yield {**cell, "source": cell["input"]}
        elif cell["cell_type"] == "heading":
            marks = "#" * min(int(cell["level"]), MOST_HEADING_LEVELS)
            yield {**cell, "cell_type": "markdown", "source": f"{marks} {''.join(cell['source'])}"}
        else:
            yield cell if cell["cell_type"] == "raw" else {**cell, "cell_type": "markdown"}


def _parsed_cell(cell: dict[str, Any]) -> NotebookNode:
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(map(str, source))
    metadata = NotebookNode(nbgrader=NotebookNode(grade_id=claimed_id(cell)))
    if isinstance(cell.get("metadata"), dict) and STAND_IN in cell["metadata"]:
        metadata[STAND_IN] = True
    return NotebookNode(
        cell_type=cell.get("cell_type"),
        source=source,
        metadata=metadata,
        attachments=cell.get("attachments"),
    )


def restore(submitted: NotebookNode, assignment: Assignment) -> NotebookNode:
    """Return the notebook that is graded: the student's answers among the instructor's cells.

    Locked cells get the instructor's text and stand in front of the answers that may need them,
    metadata comes from the source, cells that are missing are put back as released, and a copy
    of a cell is only a cell, or nothing where it was not changed. Outputs and whatever else a
    cell may hold are dropped. Restoring twice changes nothing. Raises NoKnownCells, or
    UnreadableNotebook for more cells or text than anybody writes.
    """
    submitted_cells = [cell for cell in submitted.cells if _is_cell(cell)]
    _check_size(submitted_cells)
    names = identify(submitted_cells, assignment)
    _check_known(submitted_cells, names, assignment)
    cells: list[NotebookNode] = []
    own = 0
    for position, cell in enumerate(submitted_cells):
        name = names.get(position, "")
        if name:
            cells.append(_restored(cell, name, assignment))
        mine = _without_given(cell, name, assignment)
        if mine is not None:
            own += 1
            cells.append(_own(mine, f"own-{own}"))
    _put_given_cells_first(cells, assignment)
    _put_back_missing(cells, assignment)
    elsewhere = written_elsewhere(cells, assignment)
    for cell in cells:
        if grade_id(cell) in elsewhere:
            cell.metadata[STAND_IN] = True
    notebook = NotebookNode(
        cells=cells, metadata=NotebookNode(), nbformat=major, nbformat_minor=minor
    )
    for name in ("kernelspec", "language_info"):
        if name in assignment.notebook.metadata:
            notebook.metadata[name] = assignment.notebook.metadata[name]
    return notebook


def _is_cell(cell: Any) -> bool:
    return (
        isinstance(cell, dict)
        and isinstance(cell.get("cell_type"), str)
        and cell["cell_type"] in _KINDS
        and isinstance(cell.get("source"), str)
    )


def _check_count(cells: Sequence[Any]) -> None:
    if len(cells) > MAX_CELLS:
        raise UnreadableNotebook(f"it has more than {MAX_CELLS} cells.")


def _check_size(cells: Sequence[NotebookNode]) -> None:
    """Refuse what would keep the grader busy: it looks at every cell several times."""
    _check_count(cells)
    if sum(len(cell.source) for cell in cells) > MAX_CHARACTERS:
        raise UnreadableNotebook(f"its cells hold more than {MAX_CHARACTERS} characters.")


def _check_known(
    cells: Sequence[NotebookNode], names: Mapping[int, str], assignment: Assignment
) -> None:
    known = {*names.values(), *chain.from_iterable(map(definitions, cells))}
    claims = {place: claimed for place, cell in enumerate(cells) if (claimed := claimed_id(cell))}
    known_here = assignment.by_grade_id
    others = [p for p, claimed in claims.items() if claimed not in known_here and p not in names]
    telling = assignment.telling_ids()
    own = {*claims.values(), *(name for p, name in names.items() if p not in claims)}
    is_another = len(others) > len(claims) / 2  # which may give functions of this one
    if not known & telling or (is_another and not own & telling):
        raise NoKnownCells(assignment.name)


def _restored(cell: NotebookNode, name: str, assignment: Assignment) -> NotebookNode:
    restored = _from_source(assignment.by_grade_id[name])
    if name in assignment.answer_cells:
        was_made_text = restored.cell_type == "code" and cell.cell_type != "code"
        text = code_of_markdown(cell.source) if was_made_text else cell.source
        restored.source = encodable(text)
        _keep_attachments(cell, restored)
        # On a cell that was written in, the mark would be the student's.
        if STAND_IN in cell.get("metadata", {}) and is_untouched(restored, assignment):
            restored.metadata[STAND_IN] = True
    return restored


def _from_source(source: NotebookNode) -> NotebookNode:
    cell: NotebookNode = nbformat.from_dict(source)
    return _never_run(cell)


def _never_run(cell: NotebookNode) -> NotebookNode:
    if cell.cell_type == "code":
        cell.outputs = []
        cell.execution_count = None
    return cell


def _without_given(cell: NotebookNode, name: str, assignment: Assignment) -> NotebookNode | None:
    """Return what is the student's own of a cell that is no answer, None if nothing is."""
    if not name:
        text = plain_source(cell)
        return cell if text not in assignment.by_text and text != COMPARING_CELL else None
    source = assignment.by_grade_id[name]
    if name in assignment.answer_cells or plain_source(cell) == plain_source(source):
        return None
    if cell.cell_type != "code":
        return cell
    added = added_definitions(cell.source, assignment.names) if source.cell_type == "code" else ""
    comment = "\n".join(f"# {line}" for line in prose_of(cell, assignment).splitlines())
    own = "\n\n".join(filter(None, (comment, added)))
    return new_code_cell(own) if own else None


def _own(cell: NotebookNode, cell_id: str) -> NotebookNode:
    """Return a cell of the student's own: its text, and the pictures in it."""
    # Not by nbformat's functions for new cells: each looks its schema over, which takes longer
    # than everything else here.
    own = NotebookNode(
        cell_type=cell.cell_type,
        id=cell_id,
        metadata=NotebookNode(),
        source=encodable(cell.source),
    )
    _keep_attachments(cell, own)
    return _never_run(own)


def _keep_attachments(cell: NotebookNode, target: NotebookNode) -> None:
    attachments = cell.get("attachments")
    if target.cell_type == "markdown" and isinstance(attachments, dict):
        pictures = {
            encodable(name): {
                kind: encodable(data[kind]) for kind in PICTURES if isinstance(data.get(kind), str)
            }
            for name, data in attachments.items()
            if isinstance(data, dict)
        }
        kept = {name: data for name, data in pictures.items() if data}
        if kept:
            target.attachments = nbformat.from_dict(kept)


def _put_given_cells_first(cells: list[NotebookNode], assignment: Assignment) -> None:
    """Move what is given in front of the answers that follow it in the source."""
    order = [*assignment.by_grade_id]
    names = [grade_id(cell) for cell in cells]
    for number, (name, source) in enumerate(assignment.by_grade_id.items()):
        if name not in names or not _is_given(source):
            continue
        later = assignment.answer_cells.intersection(order[number:])
        answers = (
            position
            for position, cell in enumerate(cells)
            if names[position] in later and STAND_IN not in cell.metadata
        )
        found = names.index(name)
        first = next(answers, found)
        if first < found:
            cells.insert(first, cells.pop(found))
            names.insert(first, names.pop(found))


def _is_given(cell: NotebookNode) -> bool:
    """Say whether answers may need what this cell of the assignment defines."""
    about = cell.metadata.nbgrader
    runs = cell.cell_type == "code" and not is_demonstration(cell)
    return bool(runs and about.locked and not about.grade)


def _put_back_missing(cells: list[NotebookNode], assignment: Assignment) -> None:
    """Put each missing cell behind the one that precedes it in the source."""
    names = [grade_id(cell) for cell in cells]
    after = 0
    for name, source in assignment.by_grade_id.items():
        if name not in names:
            missing = _from_source(source)
            if name in assignment.answer_cells:
                missing.metadata[STAND_IN] = True
            cells.insert(after, missing)
            names.insert(after, name)
        after = names.index(name) + 1
