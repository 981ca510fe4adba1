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
    Raises BadTable where two rows are of one student, or one row is of two.
    """
    places: dict[str, list[int]] = {}
    for place, row in enumerate(roster.rows):
        for found in {_plain(row.get(column, "")) for column in ids} - {""}:
            places.setdefault(found, []).append(place)
    taken: dict[int, Total] = {}
    unmatched = []
    for total in totals:
        there = places.get(_plain(total.student)) or places.get(_plain(total.email)) or []
        if len(there) > 1:
            raise BadTable(roster.path, f"more than one row is of {total.student!r}.")
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


def _plain(text: str) -> str:
    """Return an id without what differs from one program to the other.

    Moodle has "Participant 12" for the number 12 of its archives.
    """
    return text.strip().removeprefix("Participant ").lower()
