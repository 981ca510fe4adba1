"""One hidden test as pytest found it: whose it is, what a student reads, how it ends."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ..errors import NoAnswer
from ..notebook.assignment import Assignment
from ..notebook.safe_html import plain
from ..results import Fault, Outcome, TestResult
from .student import Student
from .testing import WrongAnswer

MOST_OF_A_FAULT = 200  # characters of what an exception says
MOST_OF_A_MESSAGE = 1000  # a plain assert of a hidden test may repeat an answer, of any length
OURS = {"student", "reference", "rng"}  # the fixtures that every hidden test may ask for
_MARKS = {"exercise", "weight", "parametrize"}  # of a test that is only called
_NOT_RUN = Fault(kind="not run", message="the tests ended before it", place="no line of it")


@dataclass(frozen=True)
class HiddenTest:
    """A test item of pytest, and what it says of itself."""

    item: pytest.Item

    @cached_property
    def exercise(self) -> str:
        """The exercise that it belongs to."""
        return str(self._argument("exercise", ""))

    @cached_property
    def is_plain(self) -> bool:
        """Whether it needs nothing of pytest but to be called: our fixtures, and parameters."""
        item, marks = self.item, [*self.item.iter_markers()]
        if not isinstance(item, pytest.Function) or {mark.name for mark in marks} - _MARKS:
            return False
        if inspect.iscoroutinefunction(item.obj) or inspect.isgeneratorfunction(item.obj):
            return False
        cases = [mark for mark in marks if mark.name == "parametrize"]
        direct = all(len(mark.args) == 2 and not mark.kwargs.get("indirect") for mark in cases)
        behind = {*item.fixturenames} - {*self._arguments, "request"}  # which ours ask for
        return direct and not behind and {*self._arguments} <= OURS | {*self._parameters}

    @property
    def draws(self) -> bool:
        """Whether it asks for random numbers: each student has others."""
        return "rng" in self._arguments

    def call(self, assignment: Assignment, student: Student, seed: bytes) -> None:
        """Call a plain test, which raises what it has to say; the ``seed`` is the student's."""
        item = self.item
        assert isinstance(item, pytest.Function)
        function = getattr(self._class(), item.originalname) if self._class else item.obj
        student.test = item.name
        ours: dict[str, Callable[[], Any]] = {
            "student": lambda: student,
            "reference": lambda: assignment.part(""),
            "rng": lambda: self.rng(assignment.name, seed),
        }
        asked = {name: ours[name]() for name in self._arguments if name in ours}
        function(**asked, **self._parameters)

    def rng(self, assignment: str, seed: bytes) -> np.random.Generator:
        """Return the random numbers of this test for a seed.

        They are the same wherever the file lies: never changed for a course that is under way.
        """
        digest = hashlib.sha256(seed + f"test_{assignment}.py::{self._name}".encode()).digest()
        # NumPy makes a seed of a number's words, without zeros in front. To be given the words is
        # faster.
        words = np.frombuffer(digest[::-1], "<u4")
        return np.random.default_rng(words if words[-1] else int.from_bytes(digest))

    @property
    def not_run(self) -> TestResult:
        """The result of a test that was never reached: it must not be forgotten."""
        return self._result(Outcome.ERROR, "The grader did not come to this test.", _NOT_RUN)

    def verdict(
        self, raised: pytest.ExceptionInfo[BaseException] | None, called: bool = True
    ) -> TestResult:
        """Return how it ended: passed, failed by the answers, or by a fault of its own.

        ``called`` says whether it was under way: what is raised around it is never the answers'.
        """
        if raised is None:
            return self._result(Outcome.PASSED)
        error = raised.value
        own = raised.traceback[-1].path == self.item.path
        if called and (
            isinstance(error, NoAnswer | WrongAnswer) or (isinstance(error, AssertionError) and own)
        ):
            return self._result(Outcome.FAILED, plain(str(error))[:MOST_OF_A_MESSAGE])
        kind = type(error).__name__
        message = f"The grader failed here ({kind}); a human will look."
        said = " ".join(plain(str(error)).split())[:MOST_OF_A_FAULT]  # it may hold an answer
        fault = Fault(kind=kind, message=said, place=self._place(raised))
        return self._result(Outcome.ERROR, message, fault)

    def _result(
        self, outcome: Outcome, message: str = "", fault: Fault | None = None
    ) -> TestResult:
        return TestResult(
            name=self.item.name,
            title=self._title,
            outcome=outcome,
            weight=self._weight,
            message=message,
            fault=fault,
        )

    @cached_property
    def _weight(self) -> float:
        return float(self._argument("weight", 1))

    @cached_property
    def _title(self) -> str:
        """The test's sentence, and which of its cases this is."""
        sentence = inspect.getdoc(getattr(self.item, "obj", None)) or self.item.name
        case = getattr(self.item, "callspec", None)
        return f"{sentence} ({case.id})" if case else sentence

    @cached_property
    def _name(self) -> str:
        parts = (pytest.Class, pytest.Function)
        return "::".join(node.name for node in self.item.listchain() if isinstance(node, parts))

    @cached_property
    def _class(self) -> type | None:
        """The class that it stands in, for which pytest looks each time."""
        return self.item.cls if isinstance(self.item, pytest.Function) else None

    @cached_property
    def _parameters(self) -> dict[str, Any]:
        case = getattr(self.item, "callspec", None)
        return dict(case.params) if case else {}

    @cached_property
    def _arguments(self) -> list[str]:
        assert isinstance(self.item, pytest.Function)
        return [*inspect.signature(self.item.obj).parameters]

    def _argument(self, mark: str, default: Any) -> Any:
        marker = self.item.get_closest_marker(mark)
        return marker.args[0] if marker else default

    def _place(self, raised: pytest.ExceptionInfo[BaseException]) -> str:
        """Return file and line where it went wrong: the last of its own, else the last of all."""
        solutions = self.item.path.parents[1]
        own = [entry for entry in raised.traceback if Path(entry.path).is_relative_to(solutions)]
        last = (own or list(raised.traceback))[-1]
        return f"{last.path}, line {last.lineno + 1}"
