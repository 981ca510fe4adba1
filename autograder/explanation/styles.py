"""Right implementations of the exercises in other styles than the reference.

An assignment may have a file of them, ``solutions/<name>/styles.py``. Its functions are
registered by ``style``; every one of them must get full marks, for a test that fails right code
is a wrong test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from ..course.contents import STYLES
from ..notebook.assignment import Assignment

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


def styles(assignment: Assignment) -> list[Style]:
    """Return the styles known for an assignment, in the order of its file, if it has one."""
    module = assignment.part(STYLES)
    found = (getattr(value, "style", None) for value in vars(module).values()) if module else ()
    return [entry for entry in found if isinstance(entry, Style)]
