"""``autograder export`` on the terminal: the file for an LMS, and who is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from ..course.folder import Course
from ..course.replacing import replace_file
from ..course.shown_names import first_of
from ..course.tables import Table, read_table
from ..feedback.releasing import renew
from ..lms.feedback_zip import feedback_zip
from ..lms.forms import FORMS, canvas_column, plain_table, table_for
from ..lms.totals import Totals, totals_of
from ..notebook.safe_html import one_line
from .terminal import print_plain

MOST_NAMED = 20


def print_export(
    course: Course,
    name: str,
    lms: str,
    roster: Path | None,
    *,
    with_waiting: bool,
    console: Console,
) -> None:
    """Write the marks of an assignment, and name who has none in the file.

    Raises what ``totals_of`` and ``table_for`` raise.
    """
    if roster is not None and lms == "csv":
        raise typer.BadParameter("--roster: say with --for which LMS it is of.")
    totals = totals_of(course, name, with_waiting=with_waiting)
    unmatched: list[str] = []
    if lms == "csv":
        text = plain_table(totals)
    elif roster is None:
        raise typer.BadParameter(f"--roster: name {FORMS[lms].roster}.")
    else:
        listed = read_table(roster)
        text, unmatched = table_for(FORMS[lms], listed, totals)
    path = course.root / f"{name}-{lms}.csv"
    replace_file(path, text.encode())
    given = [m for m in totals.students if m.points is not None and m.student not in unmatched]
    print_plain(f"{len(given)} marks are in {path}.", console)
    _name(totals.not_graded, "Not graded, without a mark there", console)
    if not with_waiting:
        _name(totals.waiting, "Waiting for a human, without a mark there", console)
    _name(unmatched, f"Not in {roster}, so without a mark in the LMS", console)
    if lms == "canvas" and canvas_column(listed, name) is None:
        print_plain(
            f"No column of {roster} is named {name}: Canvas will make a new assignment of these "
            "marks. If it has one by another name, rename that one there, and export the list "
            "again.",
            console,
        )
    if lms == "moodle" and roster is not None:
        _write_pages(course, totals, listed, console)


def _write_pages(course: Course, totals: Totals, roster: Table, console: Console) -> None:
    renewed = renew(course, totals.assignment, [total.student for total in totals.students])
    archive, count = feedback_zip(course, roster, totals)
    if count:
        path = course.root / f"{totals.assignment}-moodle-feedback.zip"
        replace_file(path, archive)
        print_plain(f"{count} pages of feedback are in {path}.", console)
    _name([*renewed.failed], "No page of feedback could be made, so without one there", console)


def _name(students: Sequence[str], what: str, console: Console) -> None:
    if students:
        names = first_of([*map(one_line, students)], MOST_NAMED)
        print_plain(f"{what} ({len(students)}): {names}.", console)
