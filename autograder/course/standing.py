"""What the gradebook knows of a class: who was late, what humans gave, and what waits for them.

Kept results do not know what was graded by hand since; the gradebook does. All of a class is read
by a few queries, whatever its size.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from nbgrader.api import Assignment, Grade, Gradebook, MissingEntry
from nbgrader.api import SubmittedAssignment as Submitted
from nbgrader.api import SubmittedNotebook as Notebook

from .folder import Course
from .gradebook import open_gradebook

WRITTEN, BROKEN, AGAIN = "written", "test broke", "look again"


@dataclass
class Standing:
    """One student's submission: ``waiting`` points need a human, for the reasons ``why``.

    ``by_hand`` is what humans gave in the place of automatic points, None where they gave nothing.
    """

    seconds_late: float = 0.0
    penalty: float = 0.0
    by_hand: float | None = None
    waiting: float = 0.0
    why: tuple[str, ...] = ()


def standings(course: Course, name: str) -> dict[str, Standing]:
    """Return what is recorded of each student's submission of an assignment."""
    with open_gradebook(course.coursedir) as gradebook:
        try:
            assignment = gradebook.find_assignment(name)
        except MissingEntry:
            return {}
        found = _lateness(gradebook, assignment)
        _add_hand_grades(gradebook, assignment, found)
    return found


def _lateness(gradebook: Gradebook, assignment: Assignment) -> dict[str, Standing]:
    found: dict[str, Standing] = defaultdict(Standing)
    rows = (
        gradebook.db.query(
            Submitted.student_id,
            Submitted.timestamp,
            Submitted.extension,
            Notebook.late_submission_penalty,
        )
        .join(Notebook, Notebook.assignment_id == Submitted.id)
        .filter(Submitted.assignment_id == assignment.id)
    )
    for student, timestamp, extension, penalty in rows:
        standing = found[student]
        standing.penalty += penalty or 0.0
        if timestamp and assignment.duedate:
            due = assignment.duedate + extension if extension else assignment.duedate
            standing.seconds_late = max(0.0, (timestamp - due).total_seconds())
    return found


def _add_hand_grades(
    gradebook: Gradebook, assignment: Assignment, found: dict[str, Standing]
) -> None:
    """Add what humans gave and what waits for them."""
    points, written = {}, set()
    for notebook in assignment.notebooks:
        by_hand = {cell.name for cell in notebook.solution_cells}
        for cell in (*notebook.grade_cells, *notebook.task_cells):
            points[cell.id] = cell.max_score
            if cell.name in by_hand or cell in notebook.task_cells:
                written.add(cell.id)
    given = Grade.manual_score.is_not(None) | Grade.extra_credit.is_not(None)
    rows = (
        gradebook.db.query(
            Submitted.student_id,
            Grade.cell_id,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
        )
        .join(Notebook, Notebook.assignment_id == Submitted.id)
        .join(Grade, Grade.notebook_id == Notebook.id)
        .filter(Submitted.assignment_id == assignment.id)
        .filter(given | Grade.needs_manual_grade)
    )
    for student, cell, manual, extra, waits in rows:
        standing = found[student]
        if manual is not None or extra is not None:
            standing.by_hand = (standing.by_hand or 0.0) + (manual or 0.0) + (extra or 0.0)
        if waits and cell in points:
            standing.waiting += points[cell]
            why = AGAIN if manual is not None else WRITTEN if cell in written else BROKEN
            standing.why = tuple(dict.fromkeys((*standing.why, why)))
