"""An assignment's notebook as students have it: released, or filled in."""

from __future__ import annotations

from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode

from .assignment import Assignment, grade_id

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def without_marks(source: str) -> str:
    """Return the text of a source notebook's solution cell without the solution marks."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))


def released(assignment: Assignment) -> NotebookNode:
    """Return the notebook as nbgrader releases it: every solution cut out."""
    notebook: NotebookNode = nbformat.from_dict(assignment.notebook)
    for cell in notebook.cells:
        if grade_id(cell):
            cell.source = assignment.by_grade_id[grade_id(cell)].source
    return notebook


def solutions(assignment: Assignment) -> dict[str, str]:
    """Return the right answers by grade id, as students would write them."""
    return {
        grade_id(cell): without_marks(cell.source)
        for cell in assignment.notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def model_answers(source: NotebookNode) -> dict[str, NotebookNode]:
    """Return the cells of a source notebook that answer what a human grades, by grade id."""
    found = {}
    for cell in source.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and about.get("solution"):
            found[grade_id(cell)] = nbformat.from_dict(
                {**cell, "source": without_marks(cell.source)}
            )
    return found


def answered(assignment: Assignment, changes: Mapping[str, str]) -> NotebookNode:
    """Return the released notebook with the right answers, except for some cells."""
    notebook = released(assignment)
    answers = {**solutions(assignment), **changes}
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return notebook
