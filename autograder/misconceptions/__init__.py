"""Known implementations of the exercises: wrong in one known way, or right in another style.

Each assignment has one module here. Its functions are registered by the two
decorators below; the function's name is the identifier that results show.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Misconception:
    """One way to get an exercise wrong.

    ``hint`` is what a good teaching assistant asks, ``seen`` how often it was met and
    where, ``source`` its row in the catalogue of observed mistakes, and ``fails`` names
    the hidden tests that notice it.
    """

    exercise: str
    name: str
    implementation: Callable[..., Any]
    hint: str
    seen: str
    source: str
    fails: tuple[str, ...]


@dataclass(frozen=True)
class Alternative:
    """A right implementation in another style than the reference: it must get full marks."""

    exercise: str
    name: str
    implementation: Callable[..., Any]


def misconception(
    exercise: str, *, hint: str, source: str, fails: tuple[str, ...], seen: str = ""
) -> Callable[[Function], Function]:
    """Register the decorated function as a wrong implementation of ``exercise``."""

    def register(function: Function) -> Function:
        entry = Misconception(
            exercise, function.__name__, function, hint, seen, source, tuple(fails)
        )
        function.__dict__["catalogue_entry"] = entry
        return function

    return register


def alternative(exercise: str) -> Callable[[Function], Function]:
    """Register the decorated function as another right implementation of ``exercise``."""

    def register(function: Function) -> Function:
        function.__dict__["catalogue_entry"] = Alternative(exercise, function.__name__, function)
        return function

    return register


def entries(assignment: str) -> list[Misconception | Alternative]:
    """Return everything known about an assignment, in the order of its module."""
    module = importlib.import_module(f"{__name__}.{assignment}")
    found = (getattr(value, "catalogue_entry", None) for value in vars(module).values())
    return [entry for entry in found if entry is not None]


def misconceptions(assignment: str) -> list[Misconception]:
    """Return the wrong implementations known for an assignment."""
    return [entry for entry in entries(assignment) if isinstance(entry, Misconception)]


def alternatives(assignment: str) -> list[Alternative]:
    """Return the right implementations in other styles known for an assignment."""
    return [entry for entry in entries(assignment) if isinstance(entry, Alternative)]
