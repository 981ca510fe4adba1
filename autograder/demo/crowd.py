"""A large simulated class, as classes are: most are right, some mistakes are frequent, some new.

Few students make several mistakes, a few hand in late, a few copy. It is the same in each run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from ..explanation.misconceptions import Misconception, misconceptions
from ..explanation.styles import styles
from .maker import Maker
from .other_words import in_steps, with_other_names
from .student import SimulatedStudent
from .unknown_mistakes import UnknownMistake, unknown_mistakes

LATE = 0.05
FREQUENT = 12  # mistakes that are made by more than a few
RARE = 0.3  # of all mistakes are others
KINDS = {  # in 100 students
    "right": 36,
    "one mistake": 17,
    "several mistakes": 23,
    "unknown mistake": 11,
    "unfinished": 5,
    "copied": 3,
    "never started": 3,
    "renamed": 1,
    "no notebook": 1,
}


class Crowd:
    """Makes students without end."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._random = Random(0)
        functions = maker.functions
        known = [m for m in misconceptions(maker.assignment) if m.exercise in functions]
        self._frequent = sorted(known, key=lambda m: -m.seen)[:FREQUENT]
        self._known = known
        self._unknown = unknown_mistakes(maker.assignment)

    def students(self) -> Iterator[SimulatedStudent]:
        """Yield students; who copied comes behind whom it is from."""
        while True:
            (kind,) = self._random.choices([*KINDS], [*KINDS.values()])
            for student in self._of(kind):
                late = self._random.random() < LATE
                about = f"{student.about}, late" if late else student.about
                yield replace(student, about=about, late=late)

    def _of(self, kind: str) -> list[SimulatedStudent]:
        if kind == "copied" and styles(self._maker.assignment):
            return self._two_alike()
        if kind in ("unfinished", "never started", "renamed", "no notebook"):
            return [getattr(self._maker, kind.replace(" ", "_"))()]
        if kind == "one mistake" and self._known:
            student = self._maker.with_mistakes(self._mistake(self._known))
        elif kind == "several mistakes" and self._known:
            student = self._maker.with_mistakes(*self._several())
        elif kind == "unknown mistake" and self._unknown:
            student = self._with_unknown()
        else:
            student = self._maker.another_style(self._random.randrange(1000))
        return [replace(student, cells=self._in_own_words(student.cells))]

    def _mistake(self, known: list[Misconception]) -> Misconception:
        """Choose one: mostly a frequent one, the more often it was met."""
        frequent = [mistake for mistake in known if mistake in self._frequent]
        if not frequent or self._random.random() < RARE:
            return self._random.choice(known)
        return self._random.choices(frequent, [1 + m.seen for m in frequent])[0]

    def _several(self) -> list[Misconception]:
        """Choose a mistake of each of some exercises: who is weak in one is weak in others."""
        exercises = [*dict.fromkeys(mistake.exercise for mistake in self._known)]
        chosen = self._random.sample(exercises, self._random.randint(2, max(2, len(exercises))))
        return [self._mistake([m for m in self._known if m.exercise == name]) for name in chosen]

    def _in_own_words(self, cells: dict[str, str]) -> dict[str, str]:
        """Return cells as nobody else has written them: smaller steps, at other places."""
        functions = self._maker.functions
        return {
            name: in_steps(text, self._random) if name in functions else text
            for name, text in cells.items()
        }

    def _with_unknown(self) -> SimulatedStudent:
        """Return somebody with a new mistake, the first ones most often, in words of their own."""
        weights = [1 / (1 + number) for number in range(len(self._unknown))]
        (mistake,) = self._random.choices(self._unknown, weights)
        return self._with(mistake, self._random.choice(["", "_now", "_here"]))

    def _with(self, mistake: UnknownMistake, ending: str) -> SimulatedStudent:
        source = with_other_names(mistake.source, ending)
        cells = self._maker.right | {mistake.exercise: source}
        unknown = {mistake.exercise: mistake.implementation}
        return SimulatedStudent(
            "", f"{mistake.exercise} wrong in a new way", cells, unknown=unknown
        )

    def _two_alike(self) -> list[SimulatedStudent]:
        """Return somebody who is right in words of their own, and who changed the names in them."""
        own = self._maker.another_style(self._random.randrange(1000))
        cells = self._in_own_words(own.cells)
        copied = {
            name: with_other_names(text, "_mine") if name in self._maker.functions else text
            for name, text in cells.items()
        }
        return [
            replace(own, cells=cells),
            replace(own, about="right, copied from the one before", cells=copied),
        ]
