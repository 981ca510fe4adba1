"""Grading -> nbgrader's gradebook: both doors write through here."""

from __future__ import annotations

from nbformat import NotebookNode
from nbgrader.api import Gradebook

from .assignment import Assignment
from .results import Grading
from .submission import is_unanswered

NO_RESPONSE = "No response."  # nbgrader's own words for a cell left as it was released


def record(
    gradebook: Gradebook,
    grading: Grading,
    executed: NotebookNode,
    assignment: Assignment,
    *,
    assignment_id: str,
    student: str,
) -> None:
    """Write every grade and comment row of a submitted notebook, whatever it held before.

    ``auto_score`` is None, and a human is asked for, where the grader failed, where a
    written answer waits, and for a row that the source notebook no longer has.
    """
    scores = {f"test_{result.name}": result.score for result in grading.exercises}
    scores |= {w.name: None if w.answered else 0.0 for w in grading.written}
    submitted = gradebook.find_submission_notebook(assignment.name, assignment_id, student)
    for grade in submitted.grades:
        grade.auto_score = scores.get(grade.name)
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
    unanswered = _unanswered(executed, assignment)
    for comment in submitted.comments:
        comment.auto_comment = NO_RESPONSE if comment.name in unanswered else None
    gradebook.db.commit()


def _unanswered(executed: NotebookNode, assignment: Assignment) -> set[str]:
    return {
        cell.metadata.nbgrader.grade_id
        for cell in executed.cells
        if "nbgrader" in cell.metadata
        and cell.metadata.nbgrader.solution
        and is_unanswered(cell, assignment)
    }
