"""Which answers of a restored notebook are the student's, and which are as they were released."""

from __future__ import annotations

from nbformat import NotebookNode

from .assignment import Assignment, grade_id
from .identification import is_untouched, written_elsewhere
from .prose import places_of_prose


def untouched_answers(notebook: NotebookNode, assignment: Assignment) -> list[str]:
    """Return the ids of the answers that are as they were released, and not defined elsewhere."""
    answers = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    untouched = [grade_id(cell) for cell in answers if is_untouched(cell, assignment)]
    elsewhere = written_elsewhere(notebook.cells, assignment)
    return [name for name in untouched if name not in elsewhere]


def has_answers(notebook: NotebookNode, assignment: Assignment) -> bool:
    """Say whether anything in it may be an answer."""
    untouched = untouched_answers(notebook, assignment)
    if set(untouched) != assignment.answer_cells:
        return True
    return bool(assignment.written and places_of_prose(notebook.cells, assignment))
