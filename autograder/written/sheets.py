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

COLUMNS = (
    *("answer", "question", "students", "text", "max_points", "points", "comment"),
    *("points_before", "comment_before"),
)
_BETWEEN = "; "  # students of one row


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
    line: int


def share(question: Question, graders: int) -> list[Sequence[Answers]]:
    """Return the answers for each grader: as many answers, within one; nobody gets none."""
    parts = max(1, min(graders, len(question.answers)))
    return [question.answers[number::parts] for number in range(parts)]


def sheet(question: Question, answers: Sequence[Answers]) -> str:
    """Return the sheet of one grader. What is settled has its points, and may be changed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in answers:
        before = _number(each.given.points)
        writer.writerow(
            [
                each.id,
                question.name,
                inert(_BETWEEN.join(each.students)),
                inert(each.text or each.place),
                _number(question.points),
                "" if each.given.waits else before,
                inert(each.given.comment),
                before,
                inert(each.given.comment),
            ]
        )
    return text.getvalue()


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
        [student for student in _plain(found["students"]).split(_BETWEEN) if student],
        _points(path, line, found["points"]),
        _plain(found["comment"]).strip(),
        _points(path, line, found["points_before"]),
        _plain(found["comment_before"]).strip(),
        line,
    )


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
    return "" if points is None else f"{points:g}"
