"""Marks of sheets into the gradebook: nothing that others gave meanwhile is overwritten."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isclose
from pathlib import Path
from shlex import quote

from ..course.folder import Course
from ..course.gradebook import open_gradebook, transaction
from ..course.tables import BadTable
from ..errors import AutograderError
from .answers import NOTHING, Question, answers_of, is_id, questions_of
from .given import Given, give, given_by_hand
from .sheets import Row, read_sheet


class UnreadMarks(AutograderError):
    """A sheet that another would replace has marks or comments that the gradebook has not."""

    def __init__(self, name: str, path: Path, students: Sequence[str], *, readable: bool) -> None:
        others = f" and {len(students) - 1} more" if len(students) > 1 else ""
        read = f"Read it back with autograder written {name} --read {quote(str(path))}, or"
        so = read if readable else "Reading it back takes none of that:"
        super().__init__(
            f"{path} has what is not in the gradebook, of {students[0]}{others}. {so} move it "
            "to another folder. Nothing was changed."
        )
        self.path = path
        self.students = students


@dataclass
class ReadBack:
    """What became of the rows: how many marks were new, changed or as before; who was left out.

    ``kept`` has a sentence for each student whose mark was not taken from the sheet, and why;
    ``changed`` one for each whose earlier mark was replaced.
    """

    new: int = 0
    unchanged: int = 0
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def read_back(course: Course, name: str, paths: Sequence[Path]) -> ReadBack:
    """Write the marks of sheets, all of them or none. Raises BadTable and what reading raises.

    A mark is written where the gradebook has what it had when the sheet was made, and the student
    still has that answer.
    """
    questions = questions_of(course, name)
    rows = [row for path in paths for row in _rows(path, questions)]
    there, result = answers_of(questions), ReadBack()
    with open_gradebook(course.coursedir) as gradebook, transaction(gradebook):
        given = given_by_hand(gradebook, name)
        for row in rows:
            for student in row.students:
                which = student, row.question
                if reason := _why_not(row, student, there, given):
                    result.kept.append(f"{student}, {row.question}: {reason}")
                elif row.points is not None:
                    now, wanted = given[which], Given(row.points, row.comment, False)
                    if _write(result, row, student, now, wanted):
                        give(gradebook, name, *which, wanted)
                        kept = wanted.comment or now.comment
                        given[which] = replace(wanted, comment=kept)
    return result


def check_read(
    course: Course, name: str, questions: Sequence[Question], paths: Sequence[Path]
) -> None:
    """Raise UnreadMarks for a sheet with something typed that was not read, and BadTable."""
    there = answers_of(questions)
    with open_gradebook(course.coursedir) as gradebook:
        given = given_by_hand(gradebook, name)
    for path in paths:
        unread = [
            (student, row)
            for row in _rows(path, questions)
            for student in row.students
            if _is_unread(
                row, given.get((student, row.question), NOTHING), (student, row.answer) in there
            )
        ]
        if unread:
            readable = any(not _why_not(row, student, there, given) for student, row in unread)
            students = [student for student, _ in unread]
            raise UnreadMarks(name, path, students, readable=readable)


def _is_unread(row: Row, now: Given, is_there: bool) -> bool:
    """Say whether a row has what somebody typed for an answer and the gradebook has not."""
    if row.comment in ("", now.comment) and row.points in (None, now.points):
        return row.points is not None and now.waits and is_there  # the same mark, given again
    return row.comment != row.comment_before or row.points not in (None, row.points_before)


def _why_not(
    row: Row,
    student: str,
    there: Collection[tuple[str, str]],
    given: Mapping[tuple[str, str], Given],
) -> str:
    """Return why what a row says of a student cannot be taken, "" if it can or says nothing."""
    if row.points is None:
        if row.comment not in ("", row.comment_before):
            return "a comment without points"
        now = given.get((student, row.question), NOTHING)
        is_emptied = None not in (row.points_before, now.points) and not now.waits
        return f"{now.points:g} points stay. The formgrader can delete them" if is_emptied else ""
    if not is_id(row.answer):
        return f"{row.answer!r} is no answer's id. A spreadsheet may have changed it"
    if (student, row.question) not in given:
        return "it is not in the gradebook. Grade again, or correct the student's name"
    if (student, row.answer) not in there:
        return "the answer is another one now"
    return _meanwhile(row, given[student, row.question])


def _meanwhile(row: Row, now: Given) -> str:
    """Return what somebody gave since the sheet was made, "" where that is as before."""
    if _is_settled(row, now):
        return ""
    if now.points == row.points_before and now.comment in (row.comment_before, row.comment):
        return ""
    had = "no points" if now.points is None else f"{now.points:g} points"
    return f"somebody gave {had} meanwhile"


def _is_settled(row: Row, now: Given) -> bool:
    """Say whether the gradebook has the mark of a row already."""
    return now.points == row.points and row.comment in ("", now.comment) and not now.waits


def _rows(path: Path, questions: Sequence[Question]) -> list[Row]:
    rows = read_sheet(path)
    for row in rows:
        _check(path, row, questions)
    return rows


def _check(path: Path, row: Row, questions: Sequence[Question]) -> None:
    question = next((each for each in questions if each.name == row.question), None)
    if question is None:
        raise BadTable(path, f"there is no question {row.question!r}.")
    if not row.students:
        raise BadTable(path, f"line {row.line}: it names no student.")
    if row.max_points is None or not isclose(row.max_points, question.points, abs_tol=0.01):
        raise BadTable(
            path,
            f"line {row.line}: max_points is not the {question.points:g} of {row.question}. A "
            "program may have split a comment into columns: correct the line, or open the sheet "
            "with the comma as its only separator.",
        )
    if row.points is not None and not 0 <= row.points <= question.points:
        said = f"{row.points:g} is not between 0 and the {question.points:g} points of"
        raise BadTable(path, f"line {row.line}: {said} {row.question}.")


def _write(result: ReadBack, row: Row, student: str, now: Given, wanted: Given) -> bool:
    """Say whether a mark is to be written, and count it."""
    who, is_settled = f"{student}, {row.question}", _is_settled(row, now)
    if now.comment and row.comment_before and not row.comment:
        result.kept.append(f"{who}: the old comment stays. The formgrader can delete it")
    if is_settled:
        result.unchanged += 1
    elif now.points is None:
        result.new += 1
    else:
        result.changed.append(f"{who}: {_difference(now, wanted)}")
    return not is_settled


def _difference(now: Given, wanted: Given) -> str:
    """Say what is other than before in a mark that was given before."""
    others = []
    if wanted.points != now.points:
        others.append(f"{now.points:g} -> {wanted.points:g}")
    if wanted.comment not in ("", now.comment):
        others.append("comment changed")
    return ", ".join(others) or f"{now.points:g} points confirmed"
