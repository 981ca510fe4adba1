"""What humans gave for written answers, in the gradebook."""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import Gradebook

from ..course.marks import MarksOfClass


@dataclass(frozen=True)
class Given:
    """Points by hand (None: none yet), the comment, and whether it waits for a human."""

    points: float | None
    comment: str
    waits: bool


def given_by_hand(gradebook: Gradebook, name: str) -> dict[tuple[str, str], Given]:
    """Return what was given of an assignment, by student and cell."""
    return {
        (student, cell): Given(mark.by_hand, marks.comments.get(cell, "").strip(), mark.waits)
        for student, marks in MarksOfClass(gradebook, name).all().items()
        for cell, mark in marks.cells.items()
    }


def give(gradebook: Gradebook, name: str, student: str, cell: str, given: Given) -> None:
    """Write a mark; an empty comment leaves the one that is there."""
    grade = gradebook.find_grade(cell, name, name, student)
    grade.manual_score, grade.needs_manual_grade = given.points, given.waits
    if given.comment:
        gradebook.find_comment(cell, name, name, student).manual_comment = given.comment
