"""Notebooks as students have them: released, or filled in."""

import nbformat
from nbformat import NotebookNode

from autograder.assignment import Assignment
from autograder.demo.sources import without_marks


def released(assignment: Assignment) -> NotebookNode:
    """Return the notebook as it is released: every solution cut out."""
    notebook = nbformat.from_dict(assignment.notebook)
    stubs = assignment.by_grade_id
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.source = stubs[cell.metadata.nbgrader.grade_id].source
    return notebook


def solutions(assignment: Assignment) -> dict[str, str]:
    """Return the right answers by grade id, as students would write them."""
    return {
        cell.metadata.nbgrader.grade_id: without_marks(cell.source)
        for cell in assignment.notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def answered(assignment: Assignment, changes: dict[str, str]) -> NotebookNode:
    """Return the released notebook with the right answers, except for some cells."""
    notebook = released(assignment)
    answers = solutions(assignment) | changes
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers[grade_id]
    return notebook
