"""Hidden tests as what they are in the end: functions of a student and of random numbers.

Called bare, without pytest around them, they take a tenth of the time.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from inspect import signature
from itertools import product
from typing import Any

import numpy as np
import pytest
from contents import load_assignment

from autograder.course.contents import HIDDEN_TESTS
from autograder.running.student import Student

BareTest = Callable[[Student, int], None]


@cache
def bare_tests(assignment: str, exercise: str) -> list[BareTest]:
    """Return the tests of an exercise; each takes a student and the number of their seed."""
    module = load_assignment(assignment).part(HIDDEN_TESTS)
    (tests,) = [
        value()
        for value in vars(module).values()
        if isinstance(value, type) and exercise in _arguments(value, "exercise")
    ]
    methods = [getattr(tests, name) for name in dir(tests) if name.startswith("test_")]
    calls = [partial(method, **case) for method in methods for case in _cases(method)]
    return [partial(_run, call, place) for place, call in enumerate(calls)]


def _run(call: Callable[..., None], place: int, student: Student, number: int) -> None:
    """Make the call with what it asks for: not every test needs random numbers."""
    given = {"student": student, "rng": np.random.default_rng([place, number])}
    call(**{name: given[name] for name in signature(call).parameters if name in given})


def _cases(method: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """Yield the parameters of each case of a test."""
    tables = []
    for names, cases in _marks(method, "parametrize"):
        columns = [name.strip() for name in names.split(",")] if isinstance(names, str) else names
        rows = [_values(case, len(columns)) for case in cases]
        tables.append([dict(zip(columns, row, strict=True)) for row in rows])
    for rows in product(*tables):
        yield {name: value for row in rows for name, value in row.items()}


def _values(case: Any, count: int) -> Sequence[Any]:
    """Return the values of a case, which may be inside a ``pytest.param``."""
    if isinstance(case, type(pytest.param())):
        return case.values
    return case if count > 1 else (case,)


def _arguments(marked: Any, name: str) -> tuple[Any, ...]:
    return sum(_marks(marked, name), ())


def _marks(marked: Any, name: str) -> list[tuple[Any, ...]]:
    """Return the arguments of the marks of this name."""
    return [mark.args for mark in getattr(marked, "pytestmark", ()) if mark.name == name]
