"""What the gradebook has for a class at this moment: points, what waits, comments, lateness.

Kept results do not know what was graded by hand since; the gradebook does. All pages and tables
read it here, by the same three queries for one student and for a class of any size.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any, NamedTuple

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import Select, bindparam, or_, select

from ..errors import NotReleased
from .folder import Course
from .gradebook import extended, open_gradebook, seconds_late

_SUBMITTED, _NOTEBOOK = SubmittedAssignment.__table__.c, SubmittedNotebook.__table__.c
_GRADE, _COMMENT = Grade.__table__.c, Comment.__table__.c
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
        return seconds_late(self.handed_in, self.due)

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


class _Selected(NamedTuple):
    """What is asked of the gradebook, each with the student first."""

    lateness: Select[Any]
    marks: Select[Any]
    comments: Select[Any]


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
            return self._read(self._of_student, student=student).get(student)
        finally:
            self._gradebook.db.rollback()  # the next one sees what others wrote meanwhile

    def all(self, students: Collection[str] | None = None) -> dict[str, Marks]:
        """Return what is recorded of all submissions, or of those of these students."""
        which = [] if students is None else [_SUBMITTED.student_id.in_(students)]
        return self._read(self._selected(*which))

    @cached_property
    def _of_student(self) -> _Selected:
        return self._selected(_SUBMITTED.student_id == bindparam("student"))

    def _selected(self, *which: Any) -> _Selected:
        """Ask for something of each submitted notebook, of the cells that are known.

        Notebooks and cells are named by their ids, since the gradebook has indexes for that.
        """
        notebooks = SubmittedAssignment.__table__.join(SubmittedNotebook.__table__)
        of_this = (
            _SUBMITTED.assignment_id == self._id,
            _NOTEBOOK.notebook_id.in_(self._notebooks),
            *which,
        )
        lateness = (_SUBMITTED.timestamp, _SUBMITTED.extension, _NOTEBOOK.late_submission_penalty)
        points = (_GRADE.auto_score, _GRADE.manual_score, _GRADE.extra_credit)
        texts = (_COMMENT.manual_comment, _COMMENT.auto_comment)
        return _Selected(
            select(_SUBMITTED.student_id, *lateness).select_from(notebooks).where(*of_this),
            select(_SUBMITTED.student_id, _GRADE.cell_id, *points, _GRADE.needs_manual_grade)
            .select_from(notebooks.join(Grade.__table__))
            .where(_GRADE.cell_id.in_(self._cells), *of_this),
            select(_SUBMITTED.student_id, _COMMENT.cell_id, *texts)
            .select_from(notebooks.join(Comment.__table__))
            .where(or_(*(text.is_not(None) for text in texts)))
            .where(_COMMENT.cell_id.in_(self._commented), *of_this),
        )

    def _read(self, selected: _Selected, **which: str) -> dict[str, Marks]:
        found: dict[str, Marks] = {}
        rows = partial(self._gradebook.db.execute, params=which)
        for student, timestamp, extension, penalty in rows(selected.lateness):
            marks = found.setdefault(student, Marks())
            marks.penalty += penalty or 0.0
            marks.handed_in = timestamp
            marks.due = extended(self._due, extension)
        for student, id, automatic, by_hand, extra, waits in rows(selected.marks):
            cell = self._cells[id]
            found[student].cells[cell.name] = Mark(cell, automatic, by_hand, extra, waits)
        for student, id, manual, automatic in rows(selected.comments):
            name, marks = self._commented[id], found[student]
            marks.comments |= {name: manual} if manual else {}
            marks.notes |= {name: automatic} if automatic else {}
        return found


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
