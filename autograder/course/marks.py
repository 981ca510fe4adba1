"""What the gradebook has for a class at this moment: points, what waits, comments, lateness.

Kept results do not know what was graded by hand since; the gradebook does. All pages and tables
read it here, by the same three queries for one student and for a class of any size.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from nbgrader.api import Assignment, Comment, Grade, Gradebook, MissingEntry
from nbgrader.api import SubmittedAssignment as Submitted
from nbgrader.api import SubmittedNotebook as Notebook
from sqlalchemy.orm import Query

from ..errors import NotReleased
from .folder import Course
from .gradebook import open_gradebook

WRITTEN, BROKEN, AGAIN = "written", "test broke", "look again"


@dataclass(frozen=True, slots=True)
class GradedCell:
    """A cell that gives points; to one that is ``written`` only humans give them."""

    name: str
    max_points: float
    written: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What a student has for one cell. While it waits for a human, ``by_hand`` is an old mark."""

    cell: GradedCell
    automatic: float | None = None
    by_hand: float | None = None
    extra: float | None = None
    waits: bool = False

    @property
    def given(self) -> float | None:
        """The points, those by hand instead of automatic ones: None where nothing was given."""
        points = self.automatic if self.by_hand is None else self.by_hand
        return points if self.extra is None else (points or 0.0) + self.extra

    @property
    def points(self) -> float:
        """The points, 0 where nothing was given."""
        return self.given or 0.0

    @property
    def max_points(self) -> float:
        """All points that the cell can give."""
        return self.cell.max_points

    @property
    def why(self) -> str:
        """Why it waits for a human."""
        if self.by_hand is not None:
            return AGAIN
        return WRITTEN if self.cell.written else BROKEN


@dataclass
class Marks:
    """One student's marks by the names of cells, and what being late meant.

    ``comments`` are of humans, ``notes`` of the grader, both by the names of cells. ``due`` is the
    time until which this student had, with an extension.
    """

    cells: dict[str, Mark] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    penalty: float = 0.0
    handed_in: datetime | None = None
    due: datetime | None = None

    @property
    def given(self) -> float:
        """All points that were given, the penalty not taken off."""
        return sum(mark.points for mark in self.cells.values())

    def graded(self, automatic: Mapping[str, float | None]) -> Marks:
        """Return the same with other automatic points, by the names of cells."""
        cells = {n: replace(mark, automatic=automatic.get(n)) for n, mark in self.cells.items()}
        return replace(self, cells=cells)

    @property
    def seconds_late(self) -> float:
        """By how much it was late."""
        if not self.handed_in or not self.due:
            return 0.0
        return max(0.0, (self.handed_in - self.due).total_seconds())

    @property
    def so_far(self) -> float:
        """All points that were given, less the penalty."""
        return max(0.0, self.given - self.penalty)

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

    @property
    def why_waiting(self) -> list[str]:
        """Why they wait, each reason once."""
        return [*dict.fromkeys(mark.why for mark in self.cells.values() if mark.waits)]

    @property
    def by_hand(self) -> float | None:
        """What humans gave in the place of automatic points, None where they gave nothing."""
        marks = self.cells.values()
        found = [p for mark in marks for p in (mark.by_hand, mark.extra) if p is not None]
        return sum(found) if found else None

    def said_of(self, cell: str) -> str:
        """Return the comment on a cell: a human's, else the grader's, else ""."""
        return self.comments.get(cell) or self.notes.get(cell, "")


class MarksOfClass:
    """Reads the marks of one assignment's students. Raises NotReleased.

    ``max_points`` are all that the assignment can give.
    """

    def __init__(self, gradebook: Gradebook, assignment: str) -> None:
        self._gradebook = gradebook
        try:
            row = gradebook.find_assignment(assignment)
        except MissingEntry:
            raise NotReleased(assignment) from None
        self._id, self._due = row.id, row.duedate
        self._notebooks = [notebook.id for notebook in row.notebooks]
        self._cells = dict(_graded_cells(row))
        self._commented = {
            cell.id: cell.name
            for notebook in row.notebooks
            for cell in (*notebook.solution_cells, *notebook.task_cells)
        }
        self.max_points = sum(cell.max_points for cell in self._cells.values())

    def of(self, student: str) -> Marks | None:
        """Return what is recorded of a student's submission now, None if there is none."""
        try:
            return self._read(Submitted.student_id == student).get(student)
        finally:
            self._gradebook.db.rollback()  # the next one sees what others wrote meanwhile

    def all(self, students: Collection[str] | None = None) -> dict[str, Marks]:
        """Return what is recorded of all submissions, or of those of these students."""
        return self._read(*([] if students is None else [Submitted.student_id.in_(students)]))

    def _read(self, *which: Any) -> dict[str, Marks]:
        found: dict[str, Marks] = {}
        self._add_lateness(found, which)
        self._add_marks(found, which)
        self._add_comments(found, which)
        return found

    def _add_lateness(self, found: dict[str, Marks], which: Sequence[Any]) -> None:
        columns = (Submitted.timestamp, Submitted.extension, Notebook.late_submission_penalty)
        for student, timestamp, extension, penalty in self._of_notebooks(*columns).filter(*which):
            marks = found.setdefault(student, Marks())
            marks.penalty += penalty or 0.0
            marks.handed_in = timestamp
            marks.due = self._due + extension if self._due and extension else self._due

    def _add_marks(self, found: dict[str, Marks], which: Sequence[Any]) -> None:
        points = (Grade.auto_score, Grade.manual_score, Grade.extra_credit)
        rows = self._of_notebooks(Grade.cell_id, *points, Grade.needs_manual_grade).join(Grade)
        of_cells = Grade.cell_id.in_(self._cells)
        for student, id, automatic, by_hand, extra, waits in rows.filter(of_cells, *which):
            cell = self._cells[id]
            found[student].cells[cell.name] = Mark(cell, automatic, by_hand, extra, bool(waits))

    def _add_comments(self, found: dict[str, Marks], which: Sequence[Any]) -> None:
        columns = (Comment.cell_id, Comment.manual_comment, Comment.auto_comment)
        rows = self._of_notebooks(*columns).join(Comment)
        some = Comment.manual_comment.is_not(None) | Comment.auto_comment.is_not(None)
        of_cells = Comment.cell_id.in_(self._commented)
        for student, id, manual, automatic in rows.filter(some, of_cells, *which):
            name, marks = self._commented[id], found[student]
            marks.comments |= {name: manual} if manual else {}
            marks.notes |= {name: automatic} if automatic else {}

    def _of_notebooks(self, *columns: Any) -> Query[Any]:
        """Ask for something of each submitted notebook.

        Notebooks and cells are named by their ids, since the gradebook has indexes for that.
        """
        query: Query[Any] = self._gradebook.db.query(Submitted.student_id, *columns)
        of_this = (Submitted.assignment_id == self._id, Notebook.notebook_id.in_(self._notebooks))
        return query.select_from(Submitted).join(Notebook).filter(*of_this)


def marks_of_class(
    course: Course, name: str, students: Collection[str] | None = None
) -> dict[str, Marks]:
    """Return what is recorded of a class, nothing where the gradebook has no such assignment."""
    with open_gradebook(course.coursedir) as gradebook:
        try:
            return MarksOfClass(gradebook, name).all(students)
        except NotReleased:
            return {}


def _graded_cells(assignment: Assignment) -> Iterator[tuple[str, GradedCell]]:
    """Yield the cells that give points, with the gradebook's ids."""
    for notebook in assignment.notebooks:
        solutions = {cell.name for cell in notebook.solution_cells}
        for cell in notebook.grade_cells:
            yield cell.id, GradedCell(cell.name, cell.max_score, cell.name in solutions)
        for cell in notebook.task_cells:
            yield cell.id, GradedCell(cell.name, cell.max_score, True)
