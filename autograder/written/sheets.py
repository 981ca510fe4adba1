"""Sheets for those who grade: one row for each answer, as CSV that is read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..course.export import inert
from ..errors import AutograderError
from .answers import Answers, Question

COLUMNS = (
    *("answer", "question", "students", "text", "max_points", "points", "comment"),
    *("points_before", "comment_before"),
)
_BETWEEN = "; "  # students of one row


class BadSheet(AutograderError):
    """A sheet cannot be read; ``reason`` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason} Nothing was changed.")
        self.path = path
        self.reason = reason


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
    """Read a sheet back, comma, semicolon or tab between its columns. Raises BadSheet."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadSheet(path, f"it cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise BadSheet(path, "it is not UTF-8. Save it again, as CSV in UTF-8.") from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval="")
    if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
        raise BadSheet(path, f"it has no column {missing[0]!r}: is it a sheet of this command?")
    return [_row(path, reader.line_num, found) for found in reader]


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
        raise BadSheet(path, f"line {line}: {text!r} is no number of points.") from None


def _plain(text: str) -> str:
    """Return a text without the mark that keeps spreadsheets from taking it for a formula."""
    return text[1:] if text.startswith("'") and inert(text[1:]) == text else text


def _number(points: float | None) -> str:
    return "" if points is None else f"{points:g}"
