"""The class list of an LMS, as it exports it: the marks go back in its own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

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
    An id of one person can be another id of somebody else: then that column counts in which most
    of the class is found. Raises BadTable where two rows are of one student, or one row is of two.
    """
    places = {column: _places(roster, column) for column in ids}
    totals = list(totals)
    found = [_found(places, total) for total in totals]
    hits = Counter(column for columns in found for column in columns)
    taken: dict[int, Total] = {}
    unmatched = []
    for total, columns in zip(totals, found, strict=True):
        most = max((hits[column] for column in columns), default=0)
        there = sorted({p for c, rows in columns.items() if hits[c] == most for p in rows})
        if len(there) > 1:
            where = " and ".join(repr(column) for column in columns if hits[column] == most)
            raise BadTable(roster.path, f"more than one row is of {total.student!r}, by {where}.")
        if not there:
            unmatched.append(total.student)
        elif (other := taken.setdefault(there[0], total)) is not total:
            both = f"{other.student!r} and {total.student!r}"
            raise BadTable(
                roster.path,
                f"one row is of both {both}. Was one person collected under two names? Keep the "
                "folder of one of them in the submissions.",
            )
    return [(roster.rows[place], taken[place]) for place in sorted(taken)], unmatched


def _places(roster: Table, column: str) -> dict[str, list[int]]:
    """Return the places of the rows by what stands in a column."""
    places: dict[str, list[int]] = {}
    for place, row in enumerate(roster.rows):
        if name := _plain(row.get(column, "")):
            places.setdefault(name, []).append(place)
    return places


def _found(places: Mapping[str, Mapping[str, list[int]]], total: Total) -> dict[str, list[int]]:
    """Return the rows of a student by column: by the id, or else by the address."""
    for name in (_plain(total.student), _plain(total.email)):
        if found := {column: rows[name] for column, rows in places.items() if name in rows}:
            return found
    return {}


def _plain(text: str) -> str:
    """Return an id without what differs from one program to the other.

    Moodle has "Participant 12" for the number 12 of its archives.
    """
    return text.strip().removeprefix("Participant ").lower()
