"""What the gradebook has for one submission at this moment: points, penalty, what humans wrote.

All doors to a page of feedback read it here, by a few small queries for each student.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbgrader.api import BaseCell, Comment, Grade, Gradebook, MissingEntry
from nbgrader.api import SubmittedAssignment as Submitted
from nbgrader.api import SubmittedNotebook as Notebook

from ..errors import NotReleased


@dataclass(frozen=True)
class Mark:
    """The points of one graded cell. While it waits for a human, ``by_hand`` is an old mark."""

    points: float
    max_points: float
    waits: bool
    by_hand: float | None


@dataclass(frozen=True)
class Marks:
    """Marks and comments by the names of cells, and what being late meant."""

    cells: Mapping[str, Mark]
    comments: Mapping[str, str]
    penalty: float = 0.0
    seconds_late: float = 0.0

    @property
    def points(self) -> float:
        """The points that are settled, less the penalty."""
        settled = sum(mark.points for mark in self.cells.values() if not mark.waits)
        return max(0.0, settled - self.penalty)

    @property
    def max_points(self) -> float:
        """What all cells that are settled can give."""
        return sum(mark.max_points for mark in self.cells.values() if not mark.waits)

    @property
    def waiting(self) -> float:
        """What the cells that wait for a human can give."""
        return sum(mark.max_points for mark in self.cells.values() if mark.waits)


class MarksOfClass:
    """Reads the marks of one assignment's students. Raises NotReleased."""

    def __init__(self, gradebook: Gradebook, assignment: str) -> None:
        self._gradebook = gradebook
        try:
            row = gradebook.find_assignment(assignment)
        except MissingEntry:
            raise NotReleased(assignment) from None
        self._id, self._due = row.id, row.duedate
        self._max_points = {
            cell.id: cell.max_score
            for notebook in row.notebooks
            for cell in (*notebook.grade_cells, *notebook.task_cells)
        }

    def of(self, student: str) -> Marks | None:
        """Return what is recorded of a student's submission, None if there is none."""
        try:
            return self._read(student)
        finally:
            self._gradebook.db.rollback()  # the next one sees what others wrote meanwhile

    def _read(self, student: str) -> Marks | None:
        query = self._gradebook.db.query
        late = (
            query(
                Notebook.id,
                Notebook.late_submission_penalty,
                Submitted.timestamp,
                Submitted.extension,
            )
            .join(Submitted, Notebook.assignment_id == Submitted.id)
            .filter(Submitted.assignment_id == self._id, Submitted.student_id == student)
            .all()
        )
        if not late:
            return None
        notebooks, penalties, (timestamp, *_), (extension, *_) = zip(*late, strict=True)
        due = self._due + extension if self._due and extension else self._due
        seconds = (timestamp - due).total_seconds() if timestamp and due else 0.0
        cells = (
            query(
                BaseCell.name,
                Grade.cell_id,
                Grade.score,
                Grade.needs_manual_grade,
                Grade.manual_score,
            )
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .filter(Grade.notebook_id.in_(notebooks))
        )
        comments = (
            query(BaseCell.name, Comment.manual_comment, Comment.auto_comment)
            .join(BaseCell, BaseCell.id == Comment.cell_id)
            .filter(Comment.notebook_id.in_(notebooks))
        )
        return Marks(
            cells={
                name: Mark(points, self._max_points[cell], waits, by_hand)
                for name, cell, points, waits, by_hand in cells
                if cell in self._max_points
            },
            comments={name: manual or auto for name, manual, auto in comments if manual or auto},
            penalty=sum(penalty or 0.0 for penalty in penalties),
            seconds_late=max(0.0, seconds),
        )
