"""Sheets for those who grade: one row for each answer, as CSV that is read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..course.export import inert
from ..course.tables import BadTable, read_table
from .answers import Answers, Question

# Programs that split at ; as well may move what stands behind a text: ``max_points`` tells of it
# behind a comment, and behind an answer there is nothing.
COLUMNS = (
    *("answer", "question", "students", "points", "comment", "points_before", "comment_before"),
    *("max_points", "text"),
)
LONGEST_TEXT = 10_000  # characters of an answer; the page has all of it
MOST_STUDENTS = 500  # of one row: a spreadsheet's field has 32,767 characters
_BETWEEN = " | "  # students: no spreadsheet takes it for a separator of columns
_END = " |"  # of the students: a spreadsheet would take some names for numbers or dates


@dataclass(frozen=True)
class Row:
    """One row as it came back: ``points`` None where nobody gave any."""

    answer: str
    question: str
    students: Sequence[str]
    points: float | None
    comment: str
    points_before: float | None
    comment_before: str
    max_points: float | None
    line: int


def share(question: Question, graders: int) -> list[Sequence[Answers]]:
    """Return the answers for each grader: as many answers, within one; nobody gets none."""
    parts = max(1, min(graders, len(question.answers)))
    return [question.answers[number::parts] for number in range(parts)]


def sheet(question: Question, answers: Sequence[Answers]) -> str:
    """Return the sheet of one grader. What is settled has its points, and may be changed.

    An answer of very many students has several rows, and of a very long one the sheet has the
    beginning: else a spreadsheet would cut both.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for each in answers:
        for first in range(0, len(each.students), MOST_STUDENTS):
            students = each.students[first : first + MOST_STUDENTS]
            writer.writerow(_fields(question, each, students))
    return text.getvalue()


def _fields(question: Question, answers: Answers, students: Sequence[str]) -> list[str]:
    before, comment = _number(answers.given.points), inert(answers.given.comment)
    return [
        answers.id,
        question.name,
        inert(_BETWEEN.join(students) + _END),
        "" if answers.given.waits else before,
        comment,
        before,
        comment,
        _number(question.points),
        inert(_beginning(answers.cell.source if answers.cell else answers.place)),
    ]


def _beginning(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}… (the page has all of it)"


def read_sheet(path: Path) -> list[Row]:
    """Read a sheet back. Raises BadTable."""
    table = read_table(path)
    if missing := [column for column in COLUMNS if column not in table.columns]:
        raise BadTable(path, f"it has no column {missing[0]!r}: is it a sheet of this command?")
    pairs = zip(table.lines, table.rows, strict=True)
    return [_row(path, line, found) for line, found in pairs]


def _row(path: Path, line: int, found: dict[str, str]) -> Row:
    return Row(
        found["answer"].strip(),
        found["question"].strip(),
        _students(_plain(found["students"])),
        _points(path, line, found["points"]),
        _plain(found["comment"]).strip(),
        _points(path, line, found["points_before"]),
        _plain(found["comment_before"]).strip(),
        _points(path, line, found["max_points"]),
        line,
    )


def _students(text: str) -> list[str]:
    return [student for student in text.strip().removesuffix(_END).split(_BETWEEN) if student]


def _points(path: Path, line: int, text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise BadTable(path, f"line {line}: {text!r} is no number of points.") from None


def _plain(text: str) -> str:
    """Return a text without the mark that keeps spreadsheets from taking it for a formula."""
    return text[1:] if text.startswith("'") and inert(text[1:]) == text else text


def _number(points: float | None) -> str:
    return "" if points is None else repr(points).removesuffix(".0")  # all digits: it is compared
