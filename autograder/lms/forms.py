"""The forms in which Canvas, Moodle and Gradescope have marks, and a plain one.

Canvas: its own "Export" of the gradebook goes back with a column for the assignment; columns up to
``Section`` say who it is (https://community.canvaslms.com, "How do I import grades in the
Gradebook?"). Moodle: the grading worksheet of the assignment goes back with ``Grade`` filled in
(https://docs.moodle.org, "Assignment settings", "Offline grading worksheet"). Gradescope takes no
marks from a file; its roster with marks is for other programs, and ``grade-file --gradescope``
writes what its autograder reads.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..course.export import inert
from ..course.tables import BadTable, Row, Table
from .roster import matched, need
from .totals import Total, Totals

Rows = list[list[str]]
TOLERANCE = 0.005  # points: less is not seen with two decimals


@dataclass(frozen=True)
class Form:
    """How an LMS has marks: the columns that say who it is (``ids``), and those that it needs.

    ``roster`` is what its class list is called there; ``fill`` makes the table.
    """

    ids: Sequence[str]
    needs: Sequence[str]
    roster: str
    fill: Callable[[Table, Totals, Sequence[tuple[Row, Total]]], Rows]


def table_for(form: Form, roster: Table, totals: Totals) -> tuple[str, list[str]]:
    """Return the file for an LMS, and the students that its class list has not.

    Rows without a mark are left out, so that nothing is overwritten by nothing. Raises BadTable.
    """
    need(roster, form.needs, form.roster)
    pairs, unmatched = matched(roster, totals.students, form.ids)
    given = [(row, total) for row, total in pairs if total.points is not None]
    return as_csv(form.fill(roster, totals, given)), unmatched


def plain_table(totals: Totals) -> str:
    """Return the marks as one row for each student who handed in."""
    rows = [["student_id", "email", "points", "max_points", "penalty", "waiting"]]
    for total in totals.students:
        numbers = [totals.most, total.penalty, total.waits]
        rows.append([inert(total.student), inert(total.email), total.text, *map(_two, numbers)])
    return as_csv(rows)


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Return a table as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _canvas(roster: Table, totals: Totals, given: Sequence[tuple[Row, Total]]) -> Rows:
    columns = [*roster.columns[: [*roster.columns].index("Section") + 1]]
    column = canvas_column(roster, totals.assignment)
    most = next((row for row in roster.rows if row["Student"].strip() == "Points Possible"), None)
    if column and most:
        _check_most(roster, most[column], totals, "Points Possible")
    titles = [*columns, column or totals.assignment]
    possible = ["    Points Possible", *[""] * (len(columns) - 1), _two(totals.most)]
    return [titles, possible, *([*(row[c] for c in columns), total.text] for row, total in given)]


def canvas_column(roster: Table, assignment: str) -> str | None:
    """Return the column of an assignment: Canvas puts a number of its own behind the name.

    ``two_words`` may well be called "Two words" there.
    """
    names = {_canvas_name(re.sub(r" \(\d+\)$", "", c)): c for c in reversed([*roster.columns])}
    return names.get(_canvas_name(assignment))


def _canvas_name(name: str) -> str:
    return name.replace("_", " ").strip().lower()


def _moodle(roster: Table, totals: Totals, given: Sequence[tuple[Row, Total]]) -> Rows:
    for row, _ in given:
        _check_most(roster, row["Maximum Grade"], totals, "Maximum Grade")
    filled = (row | {"Grade": total.text} for row, total in given)
    return [[*roster.columns], *([row[c] for c in roster.columns] for row in filled)]


def _check_most(roster: Table, text: str, totals: Totals, column: str) -> None:
    """Raise BadTable where the LMS has other points for the assignment."""
    try:
        most = float(text.replace(",", "."))
    except ValueError:  # nothing, or words: then it does not say
        return
    if abs(most - totals.most) > TOLERANCE:
        raise BadTable(
            roster.path,
            f"{column} is {most:g} there, and the assignment has {totals.most:g} points. Set it to "
            f"{totals.most:g} in the LMS, and export the list again.",
        )


def _gradescope(roster: Table, totals: Totals, given: Sequence[tuple[Row, Total]]) -> Rows:
    titles = [*roster.columns, "Total Score", "Max Points"]
    most = _two(totals.most)
    return [titles, *([*(row[c] for c in roster.columns), m.text, most] for row, m in given)]


def _two(number: float) -> str:
    return f"{number:.2f}"


FORMS = {
    "canvas": Form(
        ("SIS Login ID", "SIS User ID", "ID", "Integration ID"),
        ("Student", "ID", "Section"),
        "what Canvas exports of its gradebook (Gradebook, Export)",
        _canvas,
    ),
    "moodle": Form(
        ("ID number", "Email address", "Username", "Identifier"),
        ("Identifier", "Grade", "Maximum Grade"),
        "the grading worksheet of the assignment (Download grading worksheet), in English",
        _moodle,
    ),
    "gradescope": Form(
        ("SID", "Email"),
        ("Email",),
        "the roster that Gradescope exports (Roster, Download)",
        _gradescope,
    ),
}
