"""Grades as CSV that a spreadsheet shows as what they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import CsvExportPlugin

from .replacing import replace_file

_ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet recognises a formula


class SafeCsv(CsvExportPlugin):  # type: ignore[misc]  # nbgrader is untyped
    """nbgrader's table with its fields quoted; text that would be a formula begins with '."""

    def export(self, gradebook: Gradebook) -> None:
        """Write one row for each assignment and student, to ``self.to`` or grades.csv."""
        rows = list(self._rows(gradebook))
        target = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", target)
        table = io.StringIO(newline="")
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows([_shown(value) for value in row] for row in rows)
        replace_file(target, table.getvalue().encode())

    def _rows(self, gradebook: Gradebook) -> Iterator[tuple[object, ...]]:
        students, assignments = map(str, self.student), map(str, self.assignment)
        wanted_students, wanted_assignments = set(students), set(assignments)
        for assignment in gradebook.assignments:
            if wanted_assignments and assignment.name not in wanted_assignments:
                continue
            for student in gradebook.students:
                if not wanted_students or student.id in wanted_students:
                    yield _row(gradebook, assignment, student)


_COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def _row(gradebook: Gradebook, assignment: Assignment, student: Student) -> tuple[object, ...]:
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
        timestamp, raw = submission.timestamp, submission.score
        penalty = submission.late_submission_penalty
    except MissingEntry:  # nothing was handed in
        timestamp, raw, penalty = None, 0.0, 0.0
    return (
        assignment.name,
        assignment.duedate,
        timestamp,
        student.id,
        student.last_name,
        student.first_name,
        student.email,
        raw,
        penalty,
        max(0.0, raw - penalty),
        assignment.max_score,
    )


def _shown(value: object) -> object:
    return inert(value) if isinstance(value, str) else value


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_ACTIVE) else text
