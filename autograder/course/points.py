"""What the gradebook gives a class: points of each question, and parts of all assignments' points.

Points by hand stand for automatic ones. All of a class is read by a few queries, whatever its size.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Assignment, Grade, Gradebook, MissingEntry
from nbgrader.api import SubmittedAssignment as Submitted
from nbgrader.api import SubmittedNotebook as Notebook

from .folder import Course
from .gradebook import open_gradebook


@dataclass(frozen=True)
class Question:
    """A graded cell, by its name, with all its points."""

    name: str
    points: float


@dataclass(frozen=True)
class Points:
    """What a student has for one question: None where nothing was given yet."""

    points: float | None
    waits: bool


@dataclass(frozen=True)
class ClassPoints:
    """An assignment's questions in the notebook's order, and what each student has for them.

    ``shares`` are the students' parts of all points of each of the course's assignments.
    """

    questions: tuple[Question, ...]
    students: dict[str, dict[str, Points]]
    shares: dict[str, dict[str, float]]


def class_points(course: Course, name: str) -> ClassPoints:
    """Return the points of an assignment; nothing of one that the gradebook does not know."""
    with open_gradebook(course.coursedir) as gradebook:
        try:
            assignment = gradebook.find_assignment(name)
        except MissingEntry:
            return ClassPoints((), {}, {})
        questions, students = _of_assignment(gradebook, assignment)
        shares = {other.name: _shares(gradebook, other) for other in gradebook.assignments}
        return ClassPoints(questions, students, shares)


def _of_assignment(
    gradebook: Gradebook, assignment: Assignment
) -> tuple[tuple[Question, ...], dict[str, dict[str, Points]]]:
    cells = {
        cell.id: Question(cell.name, cell.max_score)
        for notebook in assignment.notebooks
        for cell in (*notebook.grade_cells, *notebook.task_cells)
    }
    students: dict[str, dict[str, Points]] = {
        student: {}
        for (student,) in gradebook.db.query(Submitted.student_id).filter(
            Submitted.assignment_id == assignment.id
        )
    }
    for student, cell, auto, manual, extra, waits in _rows(gradebook, assignment):
        if cell in cells:
            given = auto if manual is None else manual
            points = None if given is None and not extra else (given or 0.0) + (extra or 0.0)
            students[student][cells[cell].name] = Points(points, bool(waits))
    return tuple(cells.values()), students


def _shares(gradebook: Gradebook, assignment: Assignment) -> dict[str, float]:
    """Return which part of all points each student has."""
    cells = (
        cell for book in assignment.notebooks for cell in (*book.grade_cells, *book.task_cells)
    )
    most = sum(cell.max_score for cell in cells)
    sums: dict[str, float] = defaultdict(float)
    for student, _, auto, manual, extra, _ in _rows(gradebook, assignment):
        sums[student] += (auto if manual is None else manual) or 0.0
        sums[student] += extra or 0.0
    return {student: found / most for student, found in sums.items()} if most else {}


def _rows(gradebook: Gradebook, assignment: Assignment) -> list[Any]:
    found: list[Any] = (
        gradebook.db.query(
            Submitted.student_id,
            Grade.cell_id,
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
        )
        .join(Notebook, Notebook.assignment_id == Submitted.id)
        .join(Grade, Grade.notebook_id == Notebook.id)
        .filter(Submitted.assignment_id == assignment.id)
        .all()
    )
    return found
