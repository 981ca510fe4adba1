"""What humans gave for written answers, in the gradebook."""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import BaseCell, Comment, Grade, Gradebook, MissingEntry
from nbgrader.api import SubmittedAssignment as Submitted
from nbgrader.api import SubmittedNotebook as Notebook


@dataclass(frozen=True)
class Given:
    """Points by hand (None: none yet), the comment, and whether it waits for a human."""

    points: float | None
    comment: str
    waits: bool


def given_by_hand(gradebook: Gradebook, name: str) -> dict[tuple[str, str], Given]:
    """Return what was given of an assignment, by student and cell."""
    try:
        assignment = gradebook.find_assignment(name)
    except MissingEntry:
        return {}
    query = gradebook.db.query
    comments = {
        (student, cell): comment or ""
        for student, cell, comment in query(
            Submitted.student_id, BaseCell.name, Comment.manual_comment
        )
        .join(Notebook, Notebook.assignment_id == Submitted.id)
        .join(Comment, Comment.notebook_id == Notebook.id)
        .join(BaseCell, BaseCell.id == Comment.cell_id)
        .filter(Submitted.assignment_id == assignment.id)
    }
    grades = (
        query(Submitted.student_id, BaseCell.name, Grade.manual_score, Grade.needs_manual_grade)
        .join(Notebook, Notebook.assignment_id == Submitted.id)
        .join(Grade, Grade.notebook_id == Notebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(Submitted.assignment_id == assignment.id)
    )
    return {
        (student, cell): Given(points, comments.get((student, cell), ""), bool(waits))
        for student, cell, points, waits in grades
    }


def give(gradebook: Gradebook, name: str, student: str, cell: str, given: Given) -> None:
    """Write a mark; an empty comment leaves the one that is there."""
    grade = gradebook.find_grade(cell, name, name, student)
    grade.manual_score, grade.needs_manual_grade = given.points, given.waits
    if given.comment:
        gradebook.find_comment(cell, name, name, student).manual_comment = given.comment
