"""The class list of an LMS, as it exports it: the marks go back in its own words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import AutograderError
from .marks import Mark

Row = dict[str, str]


class BadRoster(AutograderError):
    """A class list cannot be used; ``reason`` says why, and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True)
class Roster:
    """The rows of a class list; ``columns`` are in the file's order."""

    path: Path
    columns: Sequence[str]
    rows: Sequence[Row]

    def need(self, columns: Iterable[str], what: str) -> None:
        """Raise BadRoster where it has not all these columns; ``what`` is the file it should be."""
        if missing := [column for column in columns if column not in self.columns]:
            names = ", ".join(map(repr, missing))
            raise BadRoster(self.path, f"it has no column {names}. It should be {what}.")


def read_roster(path: Path) -> Roster:
    """Read a class list, comma, semicolon or tab between its columns. Raises BadRoster."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadRoster(path, f"it cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise BadRoster(path, "it is not UTF-8. Export it again, as CSV in UTF-8.") from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, restval="")
    rows = [{str(key): value for key, value in row.items() if key} for row in reader]
    columns = [column for column in reader.fieldnames or () if column]
    if not columns:
        raise BadRoster(path, "it is empty.")
    return Roster(path, columns, rows)


def matched(
    roster: Roster, marks: Iterable[Mark], ids: Sequence[str]
) -> tuple[list[tuple[Row, Mark]], list[str]]:
    """Return rows with their marks, in the list's order, and the students that no row is of.

    A student is found by the id or the address, in one of the columns ``ids``, whatever the case.
    Raises BadRoster where two rows are of one student.
    """
    by_id: dict[str, list[Row]] = {}
    for row in roster.rows:
        for found in {_plain(row.get(column, "")) for column in ids} - {""}:
            by_id.setdefault(found, []).append(row)
    pairs: list[tuple[Row, Mark]] = []
    unmatched = []
    for mark in marks:
        rows = by_id.get(_plain(mark.student)) or by_id.get(_plain(mark.email)) or []
        if len(rows) > 1:
            raise BadRoster(roster.path, f"more than one row is of {mark.student!r}.")
        if rows:
            pairs.append((rows[0], mark))
        else:
            unmatched.append(mark.student)
    places = {id(row): place for place, row in enumerate(roster.rows)}
    return sorted(pairs, key=lambda pair: places[id(pair[0])]), unmatched


def _plain(text: str) -> str:
    """Return an id without what differs from one program to the other.

    Moodle has "Participant 12" for the number 12 of its archives.
    """
    return text.strip().removeprefix("Participant ").lower()
