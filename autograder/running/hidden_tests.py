"""Running the hidden tests of an assignment, again and again in one process.

The course loads the file; pytest only runs what is in it, configured by nothing else.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pytest

from ..course.contents import HIDDEN_TESTS, MISCONCEPTIONS
from ..errors import HiddenTestsFailed, NoAnswer
from ..notebook.assignment import Assignment
from ..notebook.safe_html import plain
from ..results import Fault, Outcome, TestResult
from .student import Student
from .testing import WrongAnswer

_ONE_AT_A_TIME = threading.Lock()  # what is made quiet belongs to the whole process

# Only what plain tests need: a run costs about 10 ms instead of 40.
_BUILTIN_PLUGINS_OFF = (
    "terminal",
    "cacheprovider",
    "capture",
    "logging",
    "junitxml",
    "doctest",
    "unittest",
    "faulthandler",
    "unraisableexception",
    "threadexception",
    "warnings",
    "tmpdir",
    "monkeypatch",
    "pastebin",
    "debugging",
    "stepwise",
    "recwarn",
)


def run_hidden_tests(
    assignment: Assignment, student: Student, seed: bytes, exercises: Collection[str] = ()
) -> dict[str, list[TestResult]]:
    """Run an assignment's hidden tests; return the results by exercise, in the file's order.

    Where ``exercises`` are named, only theirs. Neither the working folder nor the environment
    configures the run. Raises BrokenSolutions where a file cannot be imported, and
    HiddenTestsFailed where pytest could not run it.
    """
    plugin = _HiddenTests(assignment, student, seed, exercises)
    _run_pytest(assignment, plugin)
    return plugin.results


def check_hidden_tests(assignment: Assignment) -> None:
    """Raise BrokenSolutions or HiddenTestsFailed where the hidden tests cannot be run.

    Known mistakes that cannot be read would be missed by every student as well.
    """
    assignment.part(MISCONCEPTIONS)
    _run_pytest(assignment, _HiddenTests(assignment, None), "--collect-only")


def collected_tests(assignment: Assignment) -> dict[str, list[TestResult]]:
    """Return the hidden tests by exercise, as none of them has been run."""
    plugin = _HiddenTests(assignment, None)
    _run_pytest(assignment, plugin, "--collect-only")
    return plugin.results


def hidden_test_weights(assignment: Assignment) -> dict[str, dict[str, float]]:
    """Return the weight of each hidden test by exercise and name, parameters added up."""
    weights: dict[str, dict[str, float]] = {}
    for exercise, tests in collected_tests(assignment).items():
        of_exercise = weights.setdefault(exercise, {})
        for test in tests:
            name = test.name.split("[")[0]
            of_exercise[name] = of_exercise.get(name, 0.0) + test.weight
    return weights


def _run_pytest(assignment: Assignment, plugin: _HiddenTests, *arguments: str) -> None:
    assignment.part(HIDDEN_TESTS)  # pytest would only say that it was interrupted
    off = [argument for name in _BUILTIN_PLUGINS_OFF for argument in ("-p", f"no:{name}")]
    with _ONE_AT_A_TIME, _quiet():
        code = pytest.main(
            [
                *("-c", os.devnull, f"--rootdir={os.sep}", "--noconftest"),
                *("--assert=plain", "--disable-plugin-autoload"),
                *off,
                *arguments,
            ],
            plugins=[plugin],
        )
    if plugin.interrupted:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise HiddenTestsFailed(str(assignment.hidden_tests), pytest.ExitCode(code).name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pytest silent, and its settings out of the environment's reach."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    ours = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        with (
            Path(os.devnull).open("w") as nowhere,
            redirect_stdout(nowhere),
            redirect_stderr(nowhere),
        ):
            yield
    finally:
        os.environ.update(ours)


MOST_OF_A_FAULT = 200  # characters of what an exception says
MOST_OF_A_MESSAGE = 1000  # a plain assert of a hidden test may repeat an answer, of any length
_NOT_RUN = Fault(kind="not run", message="the tests ended before it", place="no line of it")


class _LoadedModule(pytest.Module):
    """A module that the course has loaded already."""

    def __init__(self, loaded: ModuleType | None, **about: Any) -> None:
        self._loaded = loaded
        super().__init__(**about)

    def _getobj(self) -> ModuleType | None:
        """Return it in the place of what pytest would import."""
        return self._loaded


class _HiddenTests:
    """The plugin: gives each test its student and its random numbers, collects the results.

    ``seed`` belongs to the course and the student; the test's name is added to it, so that
    every test has other numbers and a regrade has the same. Where ``exercises`` are named, the
    tests of others are left out.
    """

    def __init__(
        self,
        assignment: Assignment,
        student: Student | None,
        seed: bytes = b"",
        exercises: Collection[str] = (),
    ) -> None:
        self._assignment = assignment
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
    def reference(self) -> ModuleType | None:
        return self._assignment.part("")

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        # The same wherever the file lies: it never changes for a course that is under way.
        parts = (pytest.Class, pytest.Function)
        test = [node.name for node in request.node.listchain() if isinstance(node, parts)]
        name = "::".join([f"test_{self._assignment.name}.py", *test])
        digest = hashlib.sha256(self._seed + name.encode()).digest()
        return np.random.default_rng(int.from_bytes(digest))

    def pytest_collection(self, session: pytest.Session) -> bool:
        """Collect the one module: of a path as an argument, pytest reads [ and :: as more."""
        loaded: Any = self._assignment.part(HIDDEN_TESTS)
        module = _LoadedModule.from_parent(session, path=Path(loaded.__file__), loaded=loaded)
        session.items = [*session.genitems(module)]
        hook, config = session.config.hook, session.config
        hook.pytest_collection_modifyitems(session=session, config=config, items=session.items)
        hook.pytest_collection_finish(session=session)
        session.testscollected = len(session.items)
        return True

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "exercise(name): the exercise a test belongs to")
        config.addinivalue_line("markers", "weight(number): its share of the exercise's points")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._exercises:
            items[:] = [i for i in items if _argument(i, "exercise", "") in self._exercises]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:  # a test that is never reached must not be forgotten
            self._record(item, Outcome.ERROR, "The grader did not come to this test.", _NOT_RUN)

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

    def _record(
        self, item: pytest.Item, outcome: Outcome, message: str = "", fault: Fault | None = None
    ) -> None:
        exercise_name = _argument(item, "exercise", "")
        result = TestResult(
            name=item.name,
            title=_title(item),
            outcome=outcome,
            weight=float(_argument(item, "weight", 1)),
            message=message,
            fault=fault,
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


def _verdict(item: pytest.Item, call: pytest.CallInfo[None]) -> tuple[Outcome, str, Fault | None]:
    """Return how a test ended, what the student is told, and the fault of the test itself."""
    if call.excinfo is None:
        return Outcome.PASSED, "", None
    error = call.excinfo.value
    asserted = isinstance(error, AssertionError) and call.excinfo.traceback[-1].path == item.path
    if call.when == "call" and (asserted or isinstance(error, NoAnswer | WrongAnswer)):
        return Outcome.FAILED, plain(str(error))[:MOST_OF_A_MESSAGE], None
    kind = type(error).__name__
    message = f"The grader failed here ({kind}); a human will look."
    said = " ".join(plain(str(error)).split())[
        :MOST_OF_A_FAULT
    ]  # it may hold an answer, of any length
    return Outcome.ERROR, message, Fault(kind=kind, message=said, place=_place(item, call.excinfo))


def _place(item: pytest.Item, raised: pytest.ExceptionInfo[BaseException]) -> str:
    """Return file and line where a test went wrong: the last of its own, else the last of all."""
    solutions = item.path.parents[1]
    own = [entry for entry in raised.traceback if Path(entry.path).is_relative_to(solutions)]
    last = (own or list(raised.traceback))[-1]
    return f"{last.path}, line {last.lineno + 1}"
