"""Trusted code in the student's place: its answers without a sandbox.

For the catalogues' own functions: what they lose can be foreseen, and proven for many
students, in a fraction of the time that a notebook takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..notebook.assignment import Assignment
from ..sandbox.wire import call_with_names, from_wire, to_wire
from .messages import describe_trusted_exception
from .no_answer import CallRaised, NameMissing
from .student import NO_REPLACEMENTS, Functions, Student


class Direct:
    """Runs functions and holds variables by name; see ``student.Runner``."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def call(
        self,
        function: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        replacements: Functions = NO_REPLACEMENTS,
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call a function as if it were in a process of its own; raises CallRaised.

        It stands alone here: of ``replacements`` it knows only what an argument names.
        """
        args, kwargs = _across(args), _across(dict(kwargs))
        answer: Callable[..., Any] = self.read(function)
        try:
            value = call_with_names(answer, args, kwargs, replacements)
        except Exception as error:
            raise CallRaised(function, describe_trusted_exception(error), "") from None
        return _across(value), (*args, *kwargs.values())

    def read(self, name: str) -> Any:
        """Return what stands for a name; raises NameMissing."""
        if name not in self._answers:
            raise NameMissing(name)
        return self._answers[name]


def _across(value: Any) -> Any:
    """Return a value as it arrives in another process: a copy, down to its texts."""
    return from_wire(to_wire(value))


def direct_student(assignment: Assignment, answers: Mapping[str, Any]) -> Student:
    """Return a student with these answers, functions and letters by exercise."""
    return Student(Direct(answers), assignment.signatures())


def right_answers(assignment: Assignment) -> dict[str, Any]:
    """Return the reference's functions and letters by exercise."""
    functions = assignment.signatures()
    return {
        name: reference if name in functions else reference()
        for name, reference in assignment.references.items()
    }
