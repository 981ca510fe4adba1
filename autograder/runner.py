"""Running a file of hidden tests, again and again in one process, configured by nothing else."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from .errors import HiddenTestsFailed
from .pytest_plugin import HiddenTests
from .results import TestResult
from .student import Student

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
    path: Path, student: Student, seed: bytes, exercises: Collection[str] = ()
) -> dict[str, list[TestResult]]:
    """Run the hidden tests of one file; return the results by exercise, in the file's order.

    Where ``exercises`` are named, only theirs. Neither the working folder nor the environment
    configures the run. Raises HiddenTestsFailed where pytest could not run the file.
    """
    plugin = HiddenTests(student, seed, exercises)
    _run_pytest(path, plugin)
    return plugin.results


def check_hidden_tests(path: Path) -> None:
    """Raise HiddenTestsFailed where pytest cannot read the tests of a file."""
    _run_pytest(path, HiddenTests(None, b""), "--collect-only")


def hidden_test_weights(path: Path) -> dict[str, dict[str, float]]:
    """Return the weight of each hidden test by exercise and name, parameters added up."""
    plugin = HiddenTests(None, b"")
    _run_pytest(path, plugin, "--collect-only")
    weights: dict[str, dict[str, float]] = {}
    for exercise, tests in plugin.results.items():
        of_exercise = weights.setdefault(exercise, {})
        for test in tests:
            name = test.name.split("[")[0]
            of_exercise[name] = of_exercise.get(name, 0.0) + test.weight
    return weights


def _run_pytest(path: Path, plugin: HiddenTests, *arguments: str) -> None:
    sys.modules.pop(path.stem, None)  # the file may have changed since the last run
    off = [argument for name in _BUILTIN_PLUGINS_OFF for argument in ("-p", f"no:{name}")]
    with _ONE_AT_A_TIME, _quiet():
        code = pytest.main(
            [
                *("-c", os.devnull, f"--rootdir={path.parent}", "--noconftest"),
                *("--import-mode=importlib", "--assert=plain", "--disable-plugin-autoload"),
                *off,
                *arguments,
                str(path),
            ],
            plugins=[plugin],
        )
    if plugin.interrupted:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise HiddenTestsFailed(path.name, pytest.ExitCode(code).name)


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
