"""The rows of an assignment's submissions in the gradebook: entered, and filled with results.

They are those that nbgrader's own functions enter. These load and write an object for each cell;
here a few statements that are made once write all cells of a submission.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.api import SubmittedAssignment as Submitted
from nbgrader.utils import parse_utc
from sqlalchemy import (
    Boolean,
    Connection,
    Insert,
    Update,
    and_,
    bindparam,
    case,
    insert,
    select,
    update,
)

from ..results import Grading
from .gradebook import NO_RESPONSE, automatic, extended, seconds_late

_ASSIGNMENT, _SUBMITTED = Assignment.__table__, Submitted.__table__
_NOTEBOOK, _GRADE, _COMMENT = SubmittedNotebook.__table__, Grade.__table__, Comment.__table__

# Of an assignment that nobody has handed in yet, there is its due date alone.
_OF_STUDENT = and_(
    _SUBMITTED.c.assignment_id == _ASSIGNMENT.c.id,
    _SUBMITTED.c.student_id == bindparam("student"),
)
_OF_NOTEBOOK = and_(
    _NOTEBOOK.c.assignment_id == _SUBMITTED.c.id,
    _NOTEBOOK.c.notebook_id == bindparam("notebook"),
)
_FIND = (
    select(
        _ASSIGNMENT.c.duedate,
        _SUBMITTED.c.extension,
        _SUBMITTED.c.timestamp,
        _SUBMITTED.c.id.label("submission"),
        _NOTEBOOK.c.id.label("notebook"),
    )
    .select_from(_ASSIGNMENT.outerjoin(_SUBMITTED, _OF_STUDENT).outerjoin(_NOTEBOOK, _OF_NOTEBOOK))
    .where(_ASSIGNMENT.c.id == bindparam("assignment"))
)
_WRITE_TIME = (
    update(_SUBMITTED)
    .where(_SUBMITTED.c.id == bindparam("row"))
    .values(timestamp=bindparam("time"))
)
_WRITE_PENALTY = (
    update(_NOTEBOOK)
    .where(_NOTEBOOK.c.id == bindparam("row"))
    .values(late_submission_penalty=bindparam("penalty"))
)
_NO_POINTS = bindparam("no_points", type_=Boolean())  # PostgreSQL knows no type of a missing one
_MARKED, _WAITED = _GRADE.c.manual_score.is_not(None), _GRADE.c.needs_manual_grade
_WAITS = case(
    (bindparam("settled", type_=Boolean()), False),
    (bindparam("same", type_=Boolean()), _NO_POINTS & ~_MARKED | _MARKED & _WAITED),
    else_=_NO_POINTS | _MARKED,
)
_WRITE_POINTS = (
    update(_GRADE)
    .where(_GRADE.c.notebook_id == bindparam("row"), _GRADE.c.cell_id == bindparam("cell"))
    .values(auto_score=bindparam("points"), needs_manual_grade=_WAITS)
)
_WRITE_COMMENT = (
    update(_COMMENT)
    .where(_COMMENT.c.notebook_id == bindparam("row"), _COMMENT.c.cell_id == bindparam("cell"))
    .values(auto_comment=bindparam("text"))
)
_SCORE = select(SubmittedNotebook.score).where(SubmittedNotebook.id == bindparam("row"))


@dataclass(frozen=True)
class Entered:
    """A submission in the gradebook, by the id of its ``notebook``'s row."""

    notebook: str
    seconds_late: float


@dataclass(frozen=True)
class _Cells:
    """The ids of a notebook's cells, by their names: what gives points, and has comments."""

    graded: dict[str, str]
    commented: dict[str, str]


class Rows:
    """Enters submissions of one assignment, and writes their results. Raises MissingEntry."""

    def __init__(self, gradebook: Gradebook, name: str) -> None:
        self._name = name
        assignment = gradebook.find_assignment(name)
        self._assignment = assignment.id
        self._cells = {notebook.id: _cells(notebook) for notebook in assignment.notebooks}
        self._notebook = gradebook.find_notebook(name, name).id

    def enter(self, connection: Connection, student: str, timestamp: datetime | None) -> Entered:
        """Enter a submission of a student who is known, with its time if it has one."""
        found, time = self._found(connection, student), parse_utc(timestamp)
        if found.submission is None:
            return self._insert(connection, student, time, found.duedate)
        if time and time != found.timestamp:
            connection.execute(_WRITE_TIME, {"row": found.submission, "time": time})
        return self._entered(student, found, time or found.timestamp)

    def entered(self, connection: Connection, student: str) -> Entered:
        """Return what was entered."""
        found = self._found(connection, student)
        return self._entered(student, found, found.timestamp)

    def record(
        self,
        connection: Connection,
        entered: Entered,
        grading: Grading,
        before: Grading | None,
        settled: Collection[str] = (),
    ) -> None:
        """Write every grade and comment row of a submitted notebook, whatever it held before.

        ``auto_score`` is None, and a human is asked for, where the grader failed and where a
        written answer waits. A mark that a human gave stays, and settles its cell as long as text
        and points of that are those of the result ``before``; else a human is asked to look again.
        Whether there is such a mark is asked of the database while it writes: somebody may give one
        at this moment. ``settled`` were those that ``reset`` has named.
        """
        cells, points = self._cells[self._notebook], automatic(grading)
        same = {name for name in cells.graded if before and _is_same(name, before, grading)}
        _write_all(
            connection,
            _WRITE_POINTS,
            [
                {
                    "row": entered.notebook,
                    "cell": cell,
                    "points": points.get(name),
                    "no_points": points.get(name) is None,
                    "same": name in same,
                    "settled": name in same and name in settled,
                }
                for name, cell in cells.graded.items()
            ],
        )
        said = dict.fromkeys(grading.untouched, NO_RESPONSE)
        said |= {answer.name: answer.place for answer in grading.written if answer.elsewhere}
        texts = [
            {"row": entered.notebook, "cell": cell, "text": said.get(name)}
            for name, cell in cells.commented.items()
        ]
        _write_all(connection, _WRITE_COMMENT, texts)

    def score(self, connection: Connection, entered: Entered) -> float:
        """Return all points of a submitted notebook, before any penalty."""
        return float(connection.execute(_SCORE, {"row": entered.notebook}).scalar_one())

    def penalize(self, connection: Connection, entered: Entered, penalty: float | None) -> None:
        """Write what lateness costs."""
        connection.execute(_WRITE_PENALTY, {"row": entered.notebook, "penalty": penalty})

    def _found(self, connection: Connection, student: str) -> Any:
        which = {"assignment": self._assignment, "notebook": self._notebook, "student": student}
        found = connection.execute(_FIND, which).one_or_none()
        if found is None:
            raise MissingEntry(f"No such assignment: {self._name}")
        return found

    def _entered(self, student: str, found: Any, time: datetime | None) -> Entered:
        if found.notebook is None:
            raise MissingEntry(f"No such submitted notebook: {self._name} of {student}")
        due = extended(found.duedate, found.extension)
        return Entered(found.notebook, seconds_late(time, due))

    def _insert(
        self, connection: Connection, student: str, time: datetime | None, due: datetime | None
    ) -> Entered:
        submission, rows = new_uuid(), {notebook: new_uuid() for notebook in self._cells}
        about = {"assignment_id": self._assignment, "student_id": student, "timestamp": time}
        connection.execute(insert(_SUBMITTED), {"id": submission, **about})
        for notebook, row in rows.items():
            about = {"notebook_id": notebook, "assignment_id": submission}
            connection.execute(insert(_NOTEBOOK), {"id": row, **about})
            cells = self._cells[notebook]
            for table, ids in ((_GRADE, cells.graded), (_COMMENT, cells.commented)):
                cell_rows = [{"notebook_id": row, "cell_id": cell} for cell in ids.values()]
                _write_all(connection, insert(table), cell_rows)
        return Entered(rows[self._notebook], seconds_late(time, due))


def _cells(notebook: Notebook) -> _Cells:
    graded, commented = (
        {cell.name: cell.id for cell in (*cells, *notebook.task_cells)}
        for cells in (notebook.grade_cells, notebook.solution_cells)
    )
    return _Cells(graded, commented)


def _write_all(
    connection: Connection, statement: Insert | Update, rows: list[dict[str, Any]]
) -> None:
    if rows:  # else it would be one row of default values
        connection.execute(statement, rows)


def _is_same(cell: str, before: Grading, after: Grading) -> bool:
    """Say whether the student's text of a cell and its automatic points are as they were."""
    if before.texts.get(cell) is None:  # unknown, or the result is of an older version
        return False
    points = (automatic(grading).get(cell) for grading in (before, after))
    return before.texts[cell] == after.texts.get(cell) and len({*points}) == 1
