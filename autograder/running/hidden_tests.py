"""Running the hidden tests of an assignment, again and again in one process.

The course loads the file; pytest only runs what is in it, configured by nothing else. It finds the
tests once. Plain ones, which need no more of it, are then called directly: pytest's own steps
around a test cost more than the test.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pytest

from ..course.contents import HIDDEN_TESTS, MISCONCEPTIONS
from ..errors import HiddenTestsFailed
from ..notebook.assignment import Assignment
from ..results import TestResult
from .hidden_test import HiddenTest
from .student import Student

_FOUND = "_found_by_pytest"  # a name in the module: what was found goes where the module goes
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
    configures the run. Raises BrokenCourseFile where a file cannot be imported, and
    HiddenTestsFailed where pytest could not run it.
    """
    chosen = [t for t in found_tests(assignment) if not exercises or t.exercise in exercises]
    if all(test.is_plain for test in chosen):
        return _called_directly(chosen, assignment, student, seed)
    plugin = _HiddenTests(assignment, student, seed, exercises)
    _run_pytest(assignment, plugin)
    return plugin.results


def check_hidden_tests(assignment: Assignment) -> None:
    """Raise BrokenCourseFile or HiddenTestsFailed where the hidden tests cannot be run.

    References or known mistakes that cannot be read would fail with every student as well.
    """
    for file in ("", MISCONCEPTIONS):
        assignment.part(file)
    found_tests(assignment)


def collected_tests(assignment: Assignment) -> dict[str, list[TestResult]]:
    """Return the hidden tests by exercise, as none of them has been run."""
    return _by_exercise((test.exercise, test.not_run) for test in found_tests(assignment))


def hidden_test_weights(assignment: Assignment) -> dict[str, dict[str, float]]:
    """Return the weight of each hidden test by exercise and name, parameters added up."""
    weights: dict[str, dict[str, float]] = {}
    for exercise, tests in collected_tests(assignment).items():
        of_exercise = weights.setdefault(exercise, {})
        for test in tests:
            name = test.name.split("[")[0]
            of_exercise[name] = of_exercise.get(name, 0.0) + test.weight
    return weights


def _called_directly(
    tests: Iterable[HiddenTest], assignment: Assignment, student: Student, seed: bytes
) -> dict[str, list[TestResult]]:
    """Call plain tests one after the other; return the results by exercise."""
    results = []
    with _ONE_AT_A_TIME, _quiet():
        for test in tests:
            raised = None
            try:
                test.call(assignment, student, seed)
            except KeyboardInterrupt:
                raise
            except pytest.exit.Exception:
                path = str(assignment.hidden_tests)
                raise HiddenTestsFailed(path, pytest.ExitCode.INTERRUPTED.name) from None
            except BaseException as error:  # as pytest does: one test ends no other
                raised = pytest.ExceptionInfo.from_exception(error)
            results.append((test.exercise, test.verdict(raised)))
    return _by_exercise(results)


def _by_exercise(results: Iterable[tuple[str, TestResult]]) -> dict[str, list[TestResult]]:
    """Return results by exercise, in the file's order."""
    found: dict[str, list[TestResult]] = {}
    for exercise, result in results:
        found.setdefault(exercise, []).append(result)
    return found


def found_tests(assignment: Assignment) -> list[HiddenTest]:
    """Return the tests of the file as it is now, found once for each version of it.

    Raises BrokenCourseFile or HiddenTestsFailed.
    """
    loaded = vars(assignment.part(HIDDEN_TESTS))
    if _FOUND not in loaded:
        plugin = _HiddenTests(assignment, None)
        _run_pytest(assignment, plugin, "--collect-only")
        loaded[_FOUND] = plugin.tests
    found: list[HiddenTest] = loaded[_FOUND]
    return found


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
        self._found: dict[str, HiddenTest] = {}
        self._results: dict[str, TestResult] = {}
        self.interrupted = False

    @property
    def tests(self) -> list[HiddenTest]:
        """What was found, in the file's order."""
        return [*self._found.values()]

    @property
    def results(self) -> dict[str, list[TestResult]]:
        """The results by exercise, in the file's order."""
        return _by_exercise(
            (test.exercise, self._results.get(name, test.not_run))
            for name, test in self._found.items()
        )

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
        return self._found[request.node.nodeid].rng(self._assignment.name, self._seed)

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
            items[:] = [item for item in items if HiddenTest(item).exercise in self._exercises]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._found = {item.nodeid: HiddenTest(item) for item in session.items}

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
            test = self._found[item.nodeid]
            self._results[item.nodeid] = test.verdict(call.excinfo, call.when == "call")
        outcome: Literal["passed", "failed"] = "failed" if call.excinfo else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)
