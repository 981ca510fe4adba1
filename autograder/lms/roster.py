"""The class list of an LMS, as it exports it: the marks go back in its own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..course.tables import BadTable, Row, Table
from .totals import Total


def need(roster: Table, columns: Iterable[str], what: str) -> None:
    """Raise BadTable where a list has not all these columns; ``what`` is the file it should be."""
    if missing := [column for column in columns if column not in roster.columns]:
        names = ", ".join(map(repr, missing))
        raise BadTable(roster.path, f"it has no column {names}. It should be {what}.")


def matched(
    roster: Table, totals: Iterable[Total], ids: Sequence[str]
) -> tuple[list[tuple[Row, Total]], list[str]]:
    """Return rows with their marks, in the list's order, and the students that no row is of.

    A student is found by the id or the address, in one of the columns ``ids``, whatever the case.
    Raises BadTable where two rows are of one student.
    """
    by_id: dict[str, list[Row]] = {}
    for row in roster.rows:
        for found in {_plain(row.get(column, "")) for column in ids} - {""}:
            by_id.setdefault(found, []).append(row)
    pairs: list[tuple[Row, Total]] = []
    unmatched = []
    for total in totals:
        rows = by_id.get(_plain(total.student)) or by_id.get(_plain(total.email)) or []
        if len(rows) > 1:
            raise BadTable(roster.path, f"more than one row is of {total.student!r}.")
        if rows:
            pairs.append((rows[0], total))
        else:
            unmatched.append(total.student)
    places = {id(row): place for place, row in enumerate(roster.rows)}
    return sorted(pairs, key=lambda pair: places[id(pair[0])]), unmatched


def _plain(text: str) -> str:
    """Return an id without what differs from one program to the other.

    Moodle has "Participant 12" for the number 12 of its archives.
    """
    return text.strip().removeprefix("Participant ").lower()
