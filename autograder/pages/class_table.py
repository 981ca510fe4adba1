"""The table of a class: one short line for each submission, whatever its size.

It can be read at 44 columns, where no table has room, and at 200. Of a large class the first rows
are shown; the log has all of them, and all that there is to say of each.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..batch.outcome import ClassResult
from ..course.marks import Marks
from ..notebook.safe_html import one_line
from ..results import Grading, Ungraded, broken_tests, incomplete
from .terminal import print_plain

MOST_ROWS = 40
MOST_SAID = 20  # submissions of which something is said below the table
MOST_OF_A_LINE = 600  # characters, with a command that can be copied; of a longer one less is shown
SHOWN_OF_LONGER = 200
ROOM_FOR_THE_LAST = 16  # columns
MOST_OF_A_NAME = 40  # characters of a student's

TITLES = ("student", "points", "by hand", "late", "waiting", "exercises below full points")


@dataclass(frozen=True)
class Row:
    """One submission: ``last`` is why it was not graded, or which exercises have less than all."""

    student: str
    points: str
    last: str
    graded: bool
    said: tuple[str, ...]


@dataclass
class ClassTable:
    """What will be said of a class: rows alone, for whole results of a large one take much room.

    ``weak`` is a result of code that was not locked in, ``broken`` are those in which a hidden
    test failed as a program.
    """

    rows: list[Row] = field(default_factory=list)
    unchanged: int = 0
    weak: Grading | None = None
    broken: list[Grading] = field(default_factory=list)

    def add(self, entry: ClassResult) -> None:
        """Take in what became of one submission."""
        self.rows.append(_row(entry))
        self.unchanged += entry.unchanged
        result = entry.result
        if isinstance(result, Grading):
            if result.sandbox != "strong" and not entry.unchanged:
                self.weak = self.weak or result
            if broken_tests([result]):
                self.broken.append(result)

    @property
    def ungraded(self) -> list[Row]:
        """Those that were not graded."""
        return [row for row in self.rows if not row.graded]

    @property
    def in_order(self) -> list[Row]:
        """The rows, those that were not graded first."""
        return sorted(self.rows, key=lambda row: (row.graded, row.student))

    @property
    def shown_students(self) -> list[str]:
        """Whose rows there is room for."""
        return [row.student for row in self.in_order[:MOST_ROWS]]

    def show(self, marks: Mapping[str, Marks], log: Path, console: Console) -> None:
        """Print the rows, and below them what there is to say of some.

        ``marks`` are those of ``shown_students``.
        """
        rows = self.in_order
        where = os.path.relpath(log)
        shown = [_texts(row, marks.get(row.student, Marks())) for row in rows[:MOST_ROWS]]
        if shown:
            _print_rows(shown, console)
        if more := len(rows) - len(shown):
            print_plain(f"{more} more rows: {where} has a line for each submission.", console)
        _print_said(rows, where, console)
        if self.unchanged:
            console.print(f"{self.unchanged} of {len(rows)} had not changed and kept their result.")

    def show_ungraded(self, log: Path | None, console: Console) -> None:
        """Name those that were not graded, and nobody else; without a ``log``, with all of it."""
        if log:
            _print_said(self.ungraded, os.path.relpath(log), console)
            return
        for row in self.ungraded:
            print_plain(f"{row.student}: {one_line(' '.join(row.said))}", console)


def _row(entry: ClassResult) -> Row:
    result, student = entry.result, one_line(entry.student)
    if isinstance(result, Ungraded):
        return Row(student, "not graded", result.error, False, (result.error, *entry.notes))
    score = f"{result.score:.1f} / {result.max_score:g}"
    names = ", ".join(exercise.name for exercise in incomplete(result))
    return Row(student, score, names, True, (*result.notes, *entry.notes))


def _texts(row: Row, marks: Marks) -> tuple[str, ...]:
    """Return the cells of a row, in the order of the titles."""
    student = row.student
    if len(student) > MOST_OF_A_NAME:
        student = f"{student[: MOST_OF_A_NAME - 1]}…"
    late = _time(marks.seconds_late)
    by_hand = waiting = ""
    if row.graded:
        late += f" (-{round(marks.penalty, 1):g})" if marks.penalty else ""
        by_hand = "" if marks.by_hand is None else f"{marks.by_hand:g}"
        waiting = f"{marks.waiting:g} {', '.join(marks.why_waiting)}" if marks.waiting else ""
    return student, row.points, by_hand, late, waiting, one_line(row.last)


def _print_rows(rows: list[tuple[str, ...]], console: Console) -> None:
    used = [n for n, cells in enumerate(zip(*rows, strict=True)) if n in (0, 1, 5) or any(cells)]
    widths = {n: max(len(TITLES[n]), *(len(row[n]) for row in rows)) for n in used}
    room = console.width - sum(widths[n] + 3 for n in used[:-1]) - 4
    if room < ROOM_FOR_THE_LAST:
        _print_blocks(rows, console)
        return
    widths[used[-1]] = min(room, widths[used[-1]])
    table = Table()
    for n in used:
        table.add_column(TITLES[n], no_wrap=True, overflow="ellipsis", width=widths[n])
    for row in rows:
        error = "red" if row[1] == "not graded" else ""
        table.add_row(*(Text(row[n], error) for n in used))
    console.print(table)


def _print_blocks(rows: list[tuple[str, ...]], console: Console) -> None:
    """Print rows where there is no room for columns: a line for each cell that is not empty."""
    for student, points, *cells, last in rows:
        graded = points != "not graded"
        titles = (*TITLES[2:-1], "below full points" if graded else "because")
        cells = [f"  {t}: {cell}" for t, cell in zip(titles, (*cells, last), strict=True) if cell]
        for line in (f"{student}  {points}", *cells):
            text = Text(line, "" if graded else "red")
            text.truncate(console.width, overflow="ellipsis")
            console.print(text)


def _print_said(rows: list[Row], where: str, console: Console) -> None:
    """Print one line for each submission of which there is something to say."""
    speaking = [row for row in rows if row.said]
    for row in speaking[:MOST_SAID]:
        text = one_line(row.said[0])
        if len(text) > MOST_OF_A_LINE:
            text = f"{text[:SHOWN_OF_LONGER]}… (all of it is in {where})"
        elif more := len(row.said) - 1:
            text = f"{text} ({more} more in {where})"
        print_plain(f"{row.student}: {text}", console)
    if len(speaking) > MOST_SAID:
        more = len(speaking) - MOST_SAID
        print_plain(f"Notes on {more} more submissions are in {where}.", console)


def _time(seconds: float) -> str:
    """Return how late something is, in at most two units; nothing for what is not late."""
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    parts: list[str] = []
    for name, size in units:
        count, seconds = divmod(round(seconds), size)
        if count and len(parts) < 2:
            parts.append(f"{count} {name}")
    return " ".join(parts)
