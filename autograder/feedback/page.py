"""The page: a body, and in front of it what the gradebook has at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from ..course.gradebook import NO_RESPONSE
from ..course.marks import Mark, Marks
from ..results import TOLERANCE, rounded
from .body import Body, Card

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


@dataclass(frozen=True)
class Row:
    """A card with its mark, and with the comments on it as HTML."""

    card: Card
    mark: Mark
    comment: Markup

    @property
    def missing(self) -> float:
        """What mending it would bring; nothing while a human has not looked at it."""
        lost = 0.0 if self.mark.waits else self.mark.max_points - self.mark.points
        return lost if lost > TOLERANCE else 0.0

    @property
    def advice(self) -> str:
        """What to do about it, as HTML: the hint, else what was different first."""
        said = [part for failure in self.card.failures for part in (failure.message, failure.title)]
        return next(filter(None, (self.card.hint, *said)), "")

    @property
    def is_open(self) -> bool:
        """Whether there is something in it to read at once."""
        return self.mark.waits or self.missing > 0

    @property
    def is_by_hand(self) -> bool:
        """Whether a human gave its points."""
        return self.mark.by_hand is not None and not self.mark.waits


@dataclass(frozen=True)
class Chance:
    """What can be mended at once: an exercise, or all those that are as they were released."""

    rows: Sequence[Row]

    @property
    def missing(self) -> float:
        """What mending it would bring."""
        return sum(row.missing for row in self.rows)


def fill(body: Body, marks: Marks, *, assignment: str, student: str) -> str:
    """Return the page of a student as the gradebook is now."""
    rows = _rows(body.cards, marks)
    code = [row for row in rows if row.card.is_code]
    return _template().render(
        assignment=assignment,
        student=student,
        marks=marks,
        late=how_long(marks.seconds_late),
        rows=rows,
        chances=_chances([row for row in code if row.missing]),
        all_right=bool(code) and not any(row.is_open for row in code),
        lost=[row for row in rows if row.missing and not row.card.is_code],
        waiting=[row for row in rows if row.mark.waits],
        notebook=Markup(body.notebook),
    )


def _chances(wrong: Sequence[Row]) -> list[Chance]:
    """Return what can be mended, first what brings most."""
    untouched = [row for row in wrong if row.card.is_untouched]
    together = untouched if len(untouched) > 1 else []
    alone = [Chance([row]) for row in wrong if row not in together]
    found = [*alone, Chance(together)] if together else alone
    return sorted(found, key=lambda chance: chance.missing, reverse=True)


def _rows(cards: Sequence[Card], marks: Marks) -> list[Row]:
    """Return the cards that the gradebook has points for, and what else it has points for."""
    known = {card.cell for card in cards}
    others = [
        Card(name=name, cell=name, answer_cell=name, is_code=False, is_untouched=False)
        for name in marks.cells
        if name not in known
    ]
    return [
        Row(card, marks.cells[card.cell], _comment(card, marks))
        for card in (*cards, *others)
        if card.cell in marks.cells
    ]


def _comment(card: Card, marks: Marks) -> Markup:
    names = dict.fromkeys((card.answer_cell, card.cell))
    said = [comment for comment in map(marks.said_of, names) if comment]
    if card.is_code:  # which has a hint that says so
        said = [comment for comment in said if comment != NO_RESPONSE]
    return Markup("".join(map(_html, said)))


def _html(comment: str) -> Markup:
    if comment == NO_RESPONSE:
        return Markup(f"<p>{comment}</p>")
    from . import markup  # which imports much, and few comment

    return Markup(markup.text(comment))


def how_long(seconds: float) -> str:
    """Return about how long that is, "" for nothing."""
    for unit, length in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute" if seconds > 0 else ""


@cache
def _template() -> Template:
    here = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=here, autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.lstrip_blocks = True
    environment.filters |= {"number": rounded, "html": Markup}
    return environment.get_template("page.html.j2")
