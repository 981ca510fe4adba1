"""Hidden tests as plain functions: called again and again, without pytest.

Collecting and reporting takes pytest many times as long as most of these tests run.
"""

import inspect
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from typing import Any

import numpy as np
import pytest
from contents import load_assignment

from autograder.course.contents import HIDDEN_TESTS
from autograder.errors import NoAnswer
from autograder.running.student import Student

ParameterSet = type(pytest.param())  # a row of a table that has a name or marks of its own


@dataclass(frozen=True)
class Played:
    """A hidden test with its parameters; ``name`` is pytest's."""

    exercise: str
    name: str
    function: Callable[..., None]
    reference: Any

    @property
    def draws(self) -> bool:
        """Whether its numbers differ from student to student."""
        return "rng" in inspect.signature(self.function).parameters

    def fails(self, student: Student, number: int) -> bool:
        """Whether a student fails with the numbers that are drawn for this one of the class."""
        student.test = self.name
        rng = np.random.default_rng([number, zlib.crc32(f"{self.exercise} {self.name}".encode())])
        offered = {"student": student, "reference": self.reference, "rng": rng}
        wanted = inspect.signature(self.function).parameters.keys() & offered.keys()
        try:
            self.function(**{name: offered[name] for name in wanted})
        except (AssertionError, NoAnswer):
            return True
        return False


@cache
def hidden_tests(assignment: str) -> list[Played]:
    """Return the hidden tests of one of this project's assignments, in the file's order."""
    part = load_assignment(assignment).part
    module: Any = part(HIDDEN_TESTS)
    return [
        Played(exercise, f"{name}[{case}]" if case else name, partial(function, **values), part(""))
        for exercise, name, function in _functions(module)
        for case, values in _cases(function)
    ]


def _functions(module: Any) -> Iterator[tuple[str, str, Callable[..., None]]]:
    """Yield exercise, name and function of each test, bound to an object if it is of a class."""
    for value in vars(module).values():
        for mark in getattr(value, "pytestmark", []):
            if mark.name != "exercise":
                continue
            tests = value() if inspect.isclass(value) else None
            names = [name for name in vars(value) if name.startswith("test_")] if tests else []
            yield from ((mark.args[0], name, getattr(tests, name)) for name in names)
            if tests is None:
                yield mark.args[0], value.__name__, value


def _cases(function: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each case and what it gives to a test; "" and nothing where it has one."""
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
    for rows in product(*map(_rows, marks)):
        values = {name: value for _, row in rows for name, value in row.items()}
        yield "-".join(case for case, _ in rows), values


def _rows(mark: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows of a table of parameters, each with its name."""
    names, table = mark.args
    ids = mark.kwargs.get("ids", table)
    found = []
    for row, case in zip(table, ids, strict=True):
        if isinstance(row, ParameterSet):
            row, case = (row.values if len(row.values) > 1 else row.values[0]), row.id
        cells = {names: row} if isinstance(names, str) else dict(zip(names, row, strict=True))
        found.append((str(case), cells))
    return found
