"""The object that hidden tests hold: each attribute is a function that runs in the sandbox."""

from __future__ import annotations

import copy
import inspect
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from ..errors import NoAnswer
from ..sandbox.wire import Opaque

Functions = Mapping[str, Callable[..., Any]]
NO_REPLACEMENTS: Functions = MappingProxyType({})
LONGEST_SHOWN = 80  # characters of an argument
LONGEST_LIST_OF_DICTS = 640  # as of the layers of a network, each of which has names
MOST_RECORDED = 2**18  # bytes of an answer: all calls are kept to the end


@dataclass(frozen=True)
class RecordedCall:
    """What went into a call, and what came of it: a value, or the reason why there is none.

    Reading a variable is a call without arguments. ``modified`` are the positions of the
    arguments that the call changed, ``test`` is the hidden test that made it, ``replacements`` are
    functions of ours that stood for the student's own.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    value: Any = None
    failure: NoAnswer | None = None
    modified: tuple[int, ...] = ()
    test: str = ""
    replacements: Functions = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a call gave: the value, and the arguments as the call left them.

    ``settings`` are the arguments that feedback may show: numbers and shapes, by name. ``part``
    says which result of several this is.
    """

    function: str
    value: Any
    settings: dict[str, Any] = field(default_factory=dict)
    arguments_before: tuple[Any, ...] = ()
    arguments_after: tuple[Any, ...] = ()
    part: str = ""

    def result(self, place: int) -> Answer:
        """Return one of several results, to be checked by itself; ``place`` counts from 0."""
        part = f"result {place + 1} of {len(self.value)}"
        return replace(self, value=self.value[place], part=part)

    def __eq__(self, other: object) -> bool:
        """Refuse: in a hidden test, ``student.f(x) == right`` would always be false."""
        raise TypeError("this is an Answer; what the function returned is its .value")

    def modified_arguments(self) -> list[int]:
        """Return the positions of the arguments that the call changed."""
        return modified_arguments(self.arguments_before, self.arguments_after)


def copied(value: Any) -> Any:
    """Return a deep copy; of arrays, and what holds them, copy.deepcopy is far slower."""
    if type(value) is np.ndarray and not value.dtype.hasobject:
        return value.copy("K")
    if type(value) in (tuple, list):
        return type(value)(map(copied, value))
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    return copy.deepcopy(value)


def modified_arguments(before: tuple[Any, ...], after: tuple[Any, ...]) -> list[int]:
    """Return the positions at which the arguments differ."""
    pairs = zip_longest(before, after)
    return [number for number, (a, b) in enumerate(pairs) if not _same(a, b)]


class Runner(Protocol):
    """What a Student needs from whatever runs the submission."""

    def call(
        self,
        function: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        replacements: Functions,
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call a function; return its value and all arguments as they are afterwards.

        While it runs, ``replacements`` stand for the student's own functions of these names.
        Raises NoAnswer where there is nothing to compare.
        """

    def read(self, name: str) -> Any:
        """Return a variable's value; raises NoAnswer where there is none."""


class Student:
    """``student.scaled(x, 2)`` calls the student's function and returns an Answer.

    ``calls`` holds everything that was asked, by the name of the function or variable;
    ``test`` is the hidden test that is asking, ``seconds`` what calls of a name took so far.
    """

    def __init__(self, runner: Runner, signatures: Mapping[str, inspect.Signature]) -> None:
        self._runner = runner
        self._signatures = signatures
        self._replacements = NO_REPLACEMENTS
        self.calls: dict[str, list[RecordedCall]] = {}
        self.seconds: dict[str, float] = {}
        self.test = ""

    def __getattr__(self, function: str) -> Callable[..., Answer]:
        if function.startswith("_"):
            raise AttributeError(function)

        def call(*args: Any, **kwargs: Any) -> Answer:
            given = copied(args), copied(kwargs)  # a test may use its arrays again
            began = time.monotonic()
            recorded, after = self._ask(function, *given, self._replacements)
            took = time.monotonic() - began
            self.seconds[function] = self.seconds.get(function, 0.0) + took
            self._record(function, recorded)
            if recorded.failure is not None:
                raise recorded.failure
            before = (*args, *kwargs.values())
            settings = self._settings(function, args, kwargs)
            return Answer(function, recorded.value, settings, before, after)

        return call

    def value(self, name: str) -> Answer:
        """Return a variable of the notebook, for example ``answer_1``."""
        try:
            value = self._runner.read(name)
        except NoAnswer as failure:
            self._record(name, RecordedCall(failure=failure))
            raise
        self._record(name, RecordedCall(value=value))
        return Answer(name, value)

    def with_functions(self, replacements: Functions) -> Student:
        """Return the same student with functions of ours in the place of their own.

        So that a function is judged by itself although it calls others, which may be wrong.
        """
        student = copy.copy(self)
        student._replacements = {**self._replacements, **replacements}
        return student

    def again(self, function: str, call: RecordedCall) -> RecordedCall:
        """Make a call once more; it is not added to ``calls``."""
        return self._ask(function, call.args, call.kwargs, call.replacements)[0]

    def _ask(
        self,
        function: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        replacements: Functions,
    ) -> tuple[RecordedCall, tuple[Any, ...]]:
        """Return what came of a call, and the arguments as it left them."""
        try:
            value, after = self._runner.call(function, args, kwargs, replacements)
        except NoAnswer as failure:
            failure.__traceback__ = None  # whose frames hold what was received
            return RecordedCall(args, kwargs, failure=failure, replacements=replacements), ()
        modified = tuple(modified_arguments((*args, *kwargs.values()), after))
        call = RecordedCall(args, kwargs, value, modified=modified, replacements=replacements)
        return call, after

    def _record(self, name: str, call: RecordedCall) -> None:
        value = call.value if _size(call.value) <= MOST_RECORDED else Opaque("large value")
        kept = replace(call, value=value, test=self.test)
        self.calls.setdefault(name, []).append(kept)

    def _settings(
        self, function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> dict[str, Any]:
        signature = self._signatures.get(function)
        names: Iterable[str] = signature.parameters if signature else ()
        named = dict(zip(names, args, strict=False)) | dict(kwargs)
        shown = {name: _shown(value) for name, value in named.items()}
        return {name: value for name, value in shown.items() if value is not None}


def _size(value: Any) -> int:
    """Return about how many bytes of memory an answer takes."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return _size([*value, *value.values()])
    if isinstance(value, list | tuple):
        return 64 + sum(map(_size, value))
    return 4 * len(value) if isinstance(value, str) else 64


def _shown(value: Any) -> str | None:
    """Return what may be shown of an argument: numbers and short lists of them, never an array.

    Of an array it is the shape.
    """
    if isinstance(value, np.ndarray) and value.ndim:
        return f" of shape {value.shape}"
    dicts = isinstance(value, list) and all(isinstance(item, dict) for item in value)
    longest = LONGEST_LIST_OF_DICTS if dicts else LONGEST_SHOWN
    shown = _written(value)
    return f"={shown}" if shown and len(shown) <= longest else None


def _written(value: Any) -> str:
    """Return numbers, and tuples, lists and dicts of them, as one writes them; "" for others."""
    if isinstance(value, bool | int | np.integer):
        return str(value)
    if isinstance(value, float | np.floating):
        return f"{value:.3g}"
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, dict):
        pairs = [(_written(key), _written(item)) for key, item in value.items()]
        return f"{{{', '.join(map(': '.join, pairs))}}}" if all(map(all, pairs)) else ""
    if not isinstance(value, list | tuple):
        return ""
    items = [*map(_written, value)]
    inside = ", ".join(items) + ("," if isinstance(value, tuple) and len(items) == 1 else "")
    if not all(items):
        return ""
    return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"


def _same(before: Any, after: Any) -> bool:
    if before is after:
        return True
    if isinstance(before, np.ndarray):
        return (
            isinstance(after, np.ndarray)
            and before.dtype == after.dtype
            and before.shape == after.shape
            and (
                before.tobytes() == after.tobytes()  # the most frequent case, and the fastest
                or np.array_equal(before, after, equal_nan=True)
            )
        )
    if isinstance(before, list | tuple):
        return (
            type(before) is type(after)
            and len(before) == len(after)
            and all(map(_same, before, after))
        )
    if isinstance(before, dict):
        return _same([*before.items()], [*after.items()] if isinstance(after, dict) else None)
    alike = before == after or (before != before and after != after)  # as NaN is
    return bool(type(before) is type(after) and alike)
