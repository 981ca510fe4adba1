"""Known mistakes, each a wrong implementation of an exercise with the hint it deserves.

An assignment may have a file of them, ``solutions/<name>/misconceptions.py``. It solves an
exercise once, in named steps, and a misconception is what comes out when some of the steps are
done wrong:

    running_maximum = Mistakes("running_maximum", _running_maximum)

    running_maximum.misconception(
        "starts_from_zero",
        hint="What is the maximum of numbers that are all negative?",
        row="RM2",
        start=lambda numbers: 0,
    )

So two mistakes in different steps can be made together, as students do. Exercises with the
same steps may share mistakes: ``Shared(running_maximum, running_minimum)`` registers them in
both. A multiple-choice question has an option for each wrong letter:

    answer_1 = Mistakes("answer_1")
    answer_1.option("b", "counts_the_first_twice", hint="How often is the first number added?")
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from ..course.contents import MISCONCEPTIONS
from ..notebook.assignment import Assignment

Step = Callable[..., Any]

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

    @cached_property
    def implementation(self) -> Callable[..., Any]:
        """The wrong function, to be called like the reference; an option's takes nothing."""
        return partial(self.procedure, **self.steps)


class Mistakes:
    """The known mistakes of one exercise, most of them steps of one procedure done wrong.

    ``in_steps`` is a right implementation with the reference's parameters; each keyword-only
    parameter after them is a step, whose default is the right way.
    """

    def __init__(self, exercise: str, in_steps: Callable[..., Any] | None = None) -> None:
        self.exercise = exercise
        self.in_steps = in_steps
        self.found: list[Misconception] = []

    def misconception(
        self,
        name: str,
        *,
        hint: str,
        row: str = "",
        seen: int = 0,
        where: str = "",
        repeats: bool = True,
        **steps: Step,
    ) -> None:
        """Add the mistake of doing these steps in this way; see Misconception."""
        assert self.in_steps is not None, f"{self.exercise} has no steps"
        unknown = steps.keys() - inspect.signature(self.in_steps).parameters.keys()
        assert steps, f"{name} does no step wrong"
        assert not unknown, f"{name}: no such steps: {unknown}"
        self.found.append(
            Misconception(
                self.exercise, name, hint, self.in_steps, steps, row, seen, where, repeats
            )
        )

    def option(
        self, letter: str, name: str, *, hint: str, row: str = "", seen: int = 0, where: str = ""
    ) -> None:
        """Add what it means that this wrong letter was chosen."""
        self.found.append(
            Misconception(self.exercise, name, hint, lambda: letter, {}, row, seen, where)
        )


class Shared:
    """Exercises in which the same mistakes are made, in steps of the same names."""

    def __init__(self, *exercises: Mistakes) -> None:
        self.exercises = exercises

    def misconception(self, name: str, **what: Any) -> None:
        """Add a mistake to each of them; see ``Mistakes.misconception``."""
        for mistakes in self.exercises:
            mistakes.misconception(name, **what)


def misconceptions(assignment: Assignment) -> list[Misconception]:
    """Return the mistakes known for an assignment, in the order of its file, if it has one."""
    module = assignment.part(MISCONCEPTIONS)
    known = (
        [value for value in vars(module).values() if isinstance(value, Mistakes)] if module else []
    )
    return [misconception for mistakes in known for misconception in mistakes.found]


def with_mistakes(answers: Mapping[str, Any], *mistakes: Misconception) -> dict[str, Any]:
    """Return answers with exercises got wrong in these ways."""
    wrong = {m.exercise: m.implementation if m.steps else m.implementation() for m in mistakes}
    return {**answers, **wrong}


def together(first: Misconception, second: Misconception) -> Misconception | None:
    """Return two mistakes of one exercise made at once, or None if they are in the same step."""
    if not first.steps or not second.steps or first.steps.keys() & second.steps.keys():
        return None
    return Misconception(
        first.exercise,
        f"{first.name}{AND}{second.name}",
        f"There seem to be two mistakes. The first: {first.hint} The second: {second.hint}",
        first.procedure,
        {**first.steps, **second.steps},
        seen=first.seen + second.seen,
        repeats=first.repeats and second.repeats,
    )
