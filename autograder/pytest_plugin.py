"""What hidden tests are written with, and the pytest plugin that runs them.

    @exercise("max_pool_backward")
    class TestMaxPoolBackward:
        @weight(2)
        def test_overlapping_windows(self, student, rng):
            \"\"\"An input that is the maximum of several windows receives each gradient.\"\"\"
            expected = pooling.max_pool_backward(dout, x, size=3, stride=2)
            check(student.max_pool_backward(dout, x, size=3, stride=2), expected)

The docstring is the sentence that the student reads. A test fails by ``check`` and its
relatives, by a call that gives no answer, or by a plain assert; any other exception is an
error of the grader, which never costs points.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Collection
from typing import Any, Literal

import numpy as np
import pytest

from .comparison import Mismatch, check_array, compare
from .errors import NoAnswer
from .results import Outcome, TestResult
from .student import Answer, Student

exercise = pytest.mark.exercise
weight = pytest.mark.weight


class WrongAnswer(AssertionError):
    """The student's answer is not right; the text is what the student reads."""


def check(answer: Answer, expected: Any) -> None:
    """Fail unless the answer is ``expected`` and the call left its inputs alone.

    ``expected`` is an int, a float, an ndarray, or a tuple or dict of those; see ``comparison``.
    """
    _check_inputs_kept(answer)
    mismatch = compare(answer.value, expected)
    if mismatch is not None:
        raise WrongAnswer(_sentence(answer, mismatch))


def checked_array(answer: Answer, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return the answer as float64, after every check except the one of its values."""
    _check_inputs_kept(answer)
    mismatch = (
        Mismatch("none", "the function returned None. Is its return missing?")
        if answer.value is None
        else check_array(answer.value, shape)
    )
    if mismatch is not None:
        raise WrongAnswer(_sentence(answer, mismatch))
    return np.asarray(answer.value, dtype=np.float64)


def check_choice(answer: Answer, right: str, letters: str = "abcd") -> None:
    """Fail unless the right one of these letters was chosen."""
    chosen = answer.value.strip().lower() if isinstance(answer.value, str) else None
    if chosen is None or len(chosen) != 1 or chosen not in letters:
        known = ", ".join(letters)
        raise WrongAnswer(f"`{answer.function}` should be one letter in quotes, one of {known}.")
    if chosen != right:
        raise WrongAnswer(f"{chosen} is not the right answer.")


def require(condition: Any, sentence: str) -> None:
    """Fail with this sentence unless the condition holds."""
    if not condition:
        raise WrongAnswer(sentence)


def _check_inputs_kept(answer: Answer) -> None:
    modified = answer.modified_arguments()
    if modified:
        raise WrongAnswer(
            f"`{answer.function}` modifies its argument number {modified[0] + 1}. "
            "The caller still needs it: work on a copy."
        )


def _sentence(answer: Answer, mismatch: Mismatch) -> str:
    settings = ", ".join(
        f"{name} {value}" if isinstance(value, str) else f"{name}={value}"
        for name, value in answer.settings.items()
    )
    return f"With {settings}: {mismatch}" if settings else str(mismatch)


class HiddenTests:
    """The plugin: gives each test its student and its random numbers, collects the results.

    ``seed`` belongs to the course and the student; the test's name is added to it, so that
    every test has other numbers and a regrade has the same. Where ``exercises`` are named, the
    tests of others are left out.
    """

    def __init__(
        self, student: Student | None, seed: bytes, exercises: Collection[str] = ()
    ) -> None:
        self._student = student
        self._seed = seed
        self._exercises = exercises
        self._results: dict[str, tuple[str, TestResult]] = {}
        self.interrupted = False

    @property
    def results(self) -> dict[str, list[TestResult]]:
        """The results by exercise, in the file's order."""
        results: dict[str, list[TestResult]] = {}
        for exercise_name, result in self._results.values():
            results.setdefault(exercise_name, []).append(result)
        return results

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student | None:
        if self._student is not None:
            self._student.test = request.node.name
        return self._student

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        digest = hashlib.sha256(self._seed + request.node.nodeid.rsplit("/")[-1].encode()).digest()
        return np.random.default_rng(int.from_bytes(digest))

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "exercise(name): the exercise a test belongs to")
        config.addinivalue_line("markers", "weight(number): its share of the exercise's points")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._exercises:
            items[:] = [i for i in items if _argument(i, "exercise", "") in self._exercises]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:  # a test that is never reached must not be forgotten
            self._record(item, Outcome.ERROR, "The grader did not come to this test.")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.interrupted = excinfo.type is KeyboardInterrupt  # pytest itself swallows it

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """Record the verdict in the place of pytest's report, whose traceback nobody reads.

        Preparing that traceback costs ten times as much as everything else of a failing test.
        """
        assert call.when != "collect"
        if call.when == "call" or call.excinfo is not None:
            self._record(item, *_verdict(item, call))
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def _record(self, item: pytest.Item, outcome: Outcome, message: str) -> None:
        exercise_name = _argument(item, "exercise", "")
        result = TestResult(
            name=item.name,
            title=_title(item),
            outcome=outcome,
            weight=float(_argument(item, "weight", 1)),
            message=message,
        )
        self._results[item.nodeid] = (exercise_name, result)


def _title(item: pytest.Item) -> str:
    """Return the test's sentence, and which of its cases this is."""
    sentence = inspect.getdoc(getattr(item, "obj", None)) or item.name
    case = getattr(item, "callspec", None)
    return f"{sentence} ({case.id})" if case else sentence


def _argument(item: pytest.Item, mark: str, default: Any) -> Any:
    marker = item.get_closest_marker(mark)
    return marker.args[0] if marker else default


def _verdict(item: pytest.Item, call: pytest.CallInfo[None]) -> tuple[Outcome, str]:
    if call.excinfo is None:
        return Outcome.PASSED, ""
    error = call.excinfo.value
    asserted = isinstance(error, AssertionError) and call.excinfo.traceback[-1].path == item.path
    if call.when == "call" and (asserted or isinstance(error, NoAnswer | WrongAnswer)):
        return Outcome.FAILED, str(error)
    return Outcome.ERROR, f"The grader failed here ({type(error).__name__}); a human will look."
