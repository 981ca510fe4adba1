"""Known mistakes, each a wrong implementation of an exercise with the hint it deserves.

An assignment may have a file of them, ``solutions/<name>/misconceptions.py``. It solves an
exercise once, in named steps, and a misconception is what comes out when some of the steps are
done wrong. They stand in a table, one entry for each:

    running_maximum = Mistakes("running_maximum", _running_maximum)

    running_maximum.wrong(
        starts_from_zero=Wrong(
            "What is the maximum of numbers that are all negative?",
            first=lambda number: max(number, 0),
        ),
    )

So two mistakes in different steps can be made together, as students do. What several exercises
share is written once. ``Shared(running_maximum, running_minimum).wrong(...)`` puts mistakes into
both tables, under the same names. An entry can also have a name of its own, and stand in tables of
several files; ``but`` says what is different there:

    FROM_ZERO = Wrong("What about numbers that are all negative?", first=lambda number: 0)

    running_maximum.wrong(starts_from_zero=FROM_ZERO)
    running_minimum.wrong(begins_at_zero=FROM_ZERO.but("What about numbers that are all positive?"))

A multiple-choice question has an entry for each wrong letter:

    answer_1 = Mistakes("answer_1")
    answer_1.wrong(counts_the_first_twice=Chosen("b", "How often is the first number added?"))

Where a mistake was observed, its entry may name a row of evidence: ``Wrong("hint", "RM2", ...)``
with ``Mistakes(..., evidence={"RM2": (5, "in five notebooks")})``.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, Self

from ..course.contents import MISCONCEPTIONS
from ..notebook.assignment import Assignment

Step = Callable[..., Any]

_COUNTS = {2: "two", 3: "three", 4: "four"}
_PLACES = ("first", "second", "third", "fourth")
AND = " and "  # between the names of two mistakes that were made together


@dataclass(frozen=True, eq=False)
class Misconception:
    """One way to get an exercise wrong.

    ``name`` reads as a sentence fragment and ``hint`` is what a good teaching assistant
    asks. ``seen`` counts how often it was met in public material, ``where`` says where, and
    ``row`` is its id in the list of observed mistakes ("" if it was added here).
    ``procedure`` with ``steps`` is the wrong implementation; one with random numbers in it
    does not repeat its answers.
    """

    exercise: str
    name: str
    hint: str
    procedure: Callable[..., Any] = field(repr=False)
    steps: Mapping[str, Step] = field(default_factory=dict, repr=False)
    row: str = ""
    seen: int = 0
    where: str = ""
    repeats: bool = True
    together: tuple[Misconception, ...] = ()

    @property
    def parts(self) -> tuple[Misconception, ...]:
        """The single mistakes that are made together in this one, if it is not one itself."""
        return self.together or (self,)

    @property
    def about(self) -> str:
        """The first of its steps: if that is done rightly, this mistake is not made."""
        return next(iter(self.steps), "")

    @cached_property
    def implementation(self) -> Callable[..., Any]:
        """The wrong function, to be called like the reference; an option's takes nothing."""
        return partial(self.procedure, **self.steps)


Seen = tuple[int, str]  # how often something was observed, and where
NEVER: Seen = (0, "")
Evidence = Mapping[str, Seen]  # by its row in the list of what was observed
NO_EVIDENCE: Evidence = MappingProxyType({})


class Wrong:
    """An entry of a table: the hint, the row of what was observed, the steps done wrong.

    A step is a lambda, or a function by its name. The first one is what the mistake is about; in
    the others another mistake may be made as well. ``seen`` is given where it differs from what the
    row says; a mistake with random numbers in it does not repeat its answers.
    """

    def __init__(
        self,
        hint: str,
        row: str = "",
        *,
        seen: Seen | None = None,
        repeats: bool = True,
        **steps: Step,
    ) -> None:
        self.hint = hint
        self.row = row
        self.repeats = repeats
        self.steps = steps
        self._seen = seen

    def but(
        self, hint: str = "", row: str = "", *, seen: Seen | None = None, **steps: Step
    ) -> Self:
        """Return the same mistake as it is made elsewhere: what is given takes the place of it."""
        other = copy.copy(self)
        other.hint, other.row = hint or self.hint, row or self.row
        other.steps = {**self.steps, **steps}
        other._seen = seen or self._seen
        return other

    def seen(self, evidence: Evidence) -> Seen:
        """Return how often the mistake was seen, and where; ``evidence`` is that of the rows."""
        return self._seen or evidence.get(self.row, NEVER)


class Chosen(Wrong):
    """An entry of a question's table: a wrong letter, and the hint that it deserves."""

    def __init__(self, letter: str, hint: str, row: str = "", **evidence: Any) -> None:
        super().__init__(hint, row, **evidence)
        self.letter = letter


class Mistakes:
    """The known mistakes of one exercise, most of them steps of one procedure done wrong.

    ``in_steps`` is a right implementation with the reference's parameters; each keyword-only
    parameter after them is a step, whose default is the right way.
    """

    def __init__(
        self,
        exercise: str,
        in_steps: Callable[..., Any] | None = None,
        *,
        evidence: Evidence = NO_EVIDENCE,
    ) -> None:
        self.exercise = exercise
        self.in_steps = in_steps
        self.evidence = evidence
        self.found: list[Misconception] = []

    def wrong(self, **table: Wrong) -> None:
        """Add mistakes by their names; see Misconception. Raises ValueError for what is none."""
        self.found += [self._entered(name, entry) for name, entry in table.items()]

    def _entered(self, name: str, entry: Wrong) -> Misconception:
        seen, where = entry.seen(self.evidence)
        return Misconception(
            self.exercise,
            name,
            entry.hint,
            self._procedure(name, entry),
            entry.steps,
            entry.row,
            seen,
            where,
            entry.repeats,
        )

    def _procedure(self, name: str, entry: Wrong) -> Callable[..., Any]:
        if isinstance(entry, Chosen):
            return partial(str, entry.letter)
        if self.in_steps is None:
            raise ValueError(
                f"{name}: {self.exercise} has no steps, so it needs Chosen(letter, ...)"
            )
        if not entry.steps:
            raise ValueError(f"{name} does no step wrong")
        if unknown := entry.steps.keys() - inspect.signature(self.in_steps).parameters.keys():
            raise ValueError(f"{name}: {self.exercise} has no step {', '.join(sorted(unknown))}")
        return self.in_steps


class Shared:
    """Exercises in which the same mistakes are made, in steps of the same names."""

    def __init__(self, *exercises: Mistakes) -> None:
        self.exercises = exercises

    def wrong(self, **table: Wrong) -> None:
        """Add mistakes to the table of each; see ``Mistakes.wrong``."""
        for mistakes in self.exercises:
            mistakes.wrong(**table)


def misconceptions(assignment: Assignment) -> list[Misconception]:
    """Return the mistakes known for an assignment, in the order of its file, if it has one."""
    module = assignment.part(MISCONCEPTIONS)
    values = vars(module).values() if module else ()
    known = [value for value in values if isinstance(value, Mistakes)]
    return [misconception for mistakes in known for misconception in mistakes.found]


def with_mistakes(answers: Mapping[str, Any], *mistakes: Misconception) -> dict[str, Any]:
    """Return answers with exercises got wrong in these ways."""
    wrong = {m.exercise: m.implementation if m.steps else m.implementation() for m in mistakes}
    return {**answers, **wrong}


def together(first: Misconception, second: Misconception) -> Misconception | None:
    """Return two mistakes of one exercise made at once, or None if they are in the same step."""
    if first.steps.keys() & second.steps.keys():
        return None
    return next(combined(first, second), None)


def combined(first: Misconception, second: Misconception) -> Iterator[Misconception]:
    """Yield the ways in which two mistakes of one exercise are made at once.

    Where both are in the same step, one of them decides what is done there. The other is made
    all the same if that is not its first step: this one is what a mistake is about.
    """
    if not first.steps or not second.steps:
        return
    shared = first.steps.keys() & second.steps.keys()
    if not any(part.about in shared for part in second.parts):
        yield _both(first, second, {**second.steps, **first.steps})
    if shared and not any(part.about in shared for part in first.parts):
        yield _both(first, second, {**first.steps, **second.steps})


def _both(one: Misconception, other: Misconception, steps: Mapping[str, Step]) -> Misconception:
    parts = (*one.parts, *other.parts)
    hints = " ".join(
        f"The {place}: {part.hint}" for place, part in zip(_PLACES, parts, strict=False)
    )
    return Misconception(
        one.exercise,
        AND.join(part.name for part in parts),
        f"There seem to be {_COUNTS[len(parts)]} mistakes. {hints}",
        one.procedure,
        steps,
        seen=one.seen + other.seen,
        repeats=one.repeats and other.repeats,
        together=parts,
    )
