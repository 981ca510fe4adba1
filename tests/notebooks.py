"""Notebooks as students have them: released, or filled in."""

import nbformat
from nbformat import NotebookNode

from autograder.course.sync import without_marks
from autograder.notebook.assignment import Assignment, grade_id


def released(assignment: Assignment) -> NotebookNode:
    """Return the notebook as it is released: every solution cut out."""
    notebook = nbformat.from_dict(assignment.notebook)
    stubs = assignment.by_grade_id
    for cell in notebook.cells:
        if grade_id(cell):
            cell.source = stubs[grade_id(cell)].source
    return notebook


def solutions(assignment: Assignment) -> dict[str, str]:
    """Return the right answers by grade id, as students would write them."""
    return {
        grade_id(cell): without_marks(cell.source)
        for cell in assignment.notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def answered(assignment: Assignment, changes: dict[str, str]) -> NotebookNode:
    """Return the released notebook with the right answers, except for some cells."""
    notebook = released(assignment)
    answers = solutions(assignment) | changes
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return notebook
