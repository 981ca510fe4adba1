"""Right implementations of the exercises in other styles than the reference.

Each assignment has one module here. Its functions are registered by ``style``; every
one of them must get full marks, for a test that fails right code is a wrong test.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Style:
    """A right implementation of an exercise, with the reference's signature."""

    exercise: str
    name: str
    implementation: Callable[..., Any]


def style(exercise: str) -> Callable[[Function], Function]:
    """Register the decorated function as a right implementation of ``exercise``."""

    def register(function: Function) -> Function:
        function.__dict__["style"] = Style(exercise, function.__name__, function)
        return function

    return register


def styles(assignment: str) -> list[Style]:
    """Return the styles known for an assignment, in the order of its module."""
    module = importlib.import_module(f"{__name__}.{assignment}")
    found = (getattr(value, "style", None) for value in vars(module).values())
    return [entry for entry in found if isinstance(entry, Style)]
