"""How hidden tests fail: by the student's fault with a sentence, by ours without a cost."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.errors import CallTimedOut, HiddenTestsFailed
from autograder.results import Outcome, TestResult, score_of
from autograder.running.hidden_tests import hidden_test_weights, run_hidden_tests
from autograder.running.student import Student

HEADER = """
import numpy as np
import pytest
from autograder.pytest_plugin import (
    check, check_choice, checked_array, exercise, require, weight)
"""


class FakeRunner:
    """Answers every call with the same value."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def call(self, function: str, args: Any, kwargs: Any, replaced: Any) -> Any:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value, (*args, *kwargs.values())

    def read(self, name: str) -> Any:
        return self.value


def run(tmp_path: Path, body: str, value: Any = 1, seed: bytes = b"") -> list[TestResult]:
    path = tmp_path / "test_hidden.py"
    path.write_text(HEADER + body)
    results = run_hidden_tests(path, Student(FakeRunner(value), {}), seed)
    return [test for tests in results.values() for test in tests]


@pytest.mark.parametrize(
    ("body", "outcome", "message"),
    [
        ("check(student.f(2), 1)", Outcome.PASSED, ""),
        ("check(student.f(2), 3)", Outcome.FAILED, "1 is not the right number."),
        ("require(False, 'Look again.')", Outcome.FAILED, "Look again."),
        ("assert student.f(2).value > 5, 'Too small.'", Outcome.FAILED, "Too small."),
        ("checked_array(student.f(2), (2,))", Outcome.FAILED, "expected a NumPy array"),
        ("1 / 0", Outcome.ERROR, "The grader failed here (ZeroDivisionError)"),
        ("raise KeyError('x')", Outcome.ERROR, "The grader failed here (KeyError)"),
        ("pytest.fail('x')", Outcome.ERROR, "The grader failed here"),
        ("pytest.skip('x')", Outcome.ERROR, "The grader failed here"),
    ],
)
def test_outcomes(tmp_path: Path, body: str, outcome: Outcome, message: str) -> None:
    source = f'@exercise("f")\ndef test_it(student):\n    """It works."""\n    {body}\n'
    (result,) = run(tmp_path, source)
    assert (result.outcome, result.title, result.weight) == (outcome, "It works.", 1)
    assert message in result.message


def test_a_call_without_an_answer_is_the_students_failure(tmp_path: Path) -> None:
    source = '@exercise("f")\ndef test_it(student):\n    check(student.f(), 1)\n'
    (result,) = run(tmp_path, source, CallTimedOut("f", 3))
    assert result.outcome is Outcome.FAILED
    assert "within 3 seconds" in result.message


def test_an_error_in_a_fixture_is_the_graders(tmp_path: Path) -> None:
    source = '@exercise("f")\ndef test_it(nonsense):\n    pass\n'
    (result,) = run(tmp_path, source)
    assert result.outcome is Outcome.ERROR


def test_classes_weights_and_parameters(tmp_path: Path) -> None:
    source = """
@exercise("f")
class TestF:
    @weight(2)
    def test_simple(self): "One."
    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_many(self, n): "Many."
"""
    results = run(tmp_path, source)
    assert [result.weight for result in results] == [2, 1, 1, 1]
    path = tmp_path / "test_hidden.py"
    assert hidden_test_weights(path) == {"f": {"test_simple": 2, "test_many": 3}}


SHOW_RANDOM = """
@exercise("f")
def test_it(rng):
    require(False, str(rng.integers(10**9)))
@exercise("f")
def test_other(rng):
    require(False, str(rng.integers(10**9)))
"""


def test_numbers_depend_on_the_seed_and_the_test(tmp_path: Path) -> None:
    first, other = run(tmp_path, SHOW_RANDOM, seed=b"one")
    assert first.message != other.message
    assert run(tmp_path, SHOW_RANDOM, seed=b"one")[0] == first
    assert run(tmp_path, SHOW_RANDOM, seed=b"two")[0] != first


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("b", ""),
        (" B ", ""),
        ("a", "a is not the right answer."),
        ("x", "one of a, b, c, d"),
        ("", "one of a, b, c, d"),
        ("ab", "one of a, b, c, d"),
        (2, "one of a, b, c, d"),
        (None, "one of a, b, c, d"),
        (np.array(["b"]), "one of a, b, c, d"),
    ],
)
def test_choices(tmp_path: Path, chosen: Any, message: str) -> None:
    source = '@exercise("q")\ndef test_q(student):\n    check_choice(student.value("q"), "b")\n'
    (result,) = run(tmp_path, source, chosen)
    assert result.outcome is (Outcome.FAILED if message else Outcome.PASSED)
    assert message in result.message


def test_a_title_says_which_of_several_cases_it_is(tmp_path: Path) -> None:
    source = (
        '@exercise("f")\n@pytest.mark.parametrize("n", [1, 2], ids=["one", "two"])\n'
        'def test_it(student, n):\n    """A sentence."""\n'
    )
    titles = [result.title for result in run(tmp_path, source)]
    assert titles == ["A sentence. (one)", "A sentence. (two)"]


def test_neither_environment_nor_folder_configures_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "conftest.py").write_text("raise SystemExit('conftest ran')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (result,) = run(tmp_path, '@exercise("f")\ndef test_it(): pass\n')
    assert result.outcome is Outcome.PASSED


def test_settings_are_shown_and_data_is_not(tmp_path: Path) -> None:
    source = (
        '@exercise("f")\ndef test_it(student, rng):\n'
        "    check(student.f(x=rng.normal(size=(2, 3)), stride=2, rate=0.123), 5)\n"
    )
    (result,) = run(tmp_path, source)
    assert result.message == "With x of shape (2, 3), stride=2: 1 is not the right number."


def test_an_interrupt_stops_the_grader_and_makes_no_score(tmp_path: Path) -> None:
    source = """
@exercise("f")
def test_first(student): check(student.f(), 1)
@exercise("f")
def test_second(student): raise KeyboardInterrupt
@exercise("f")
def test_third(student): check(student.f(), 1)
"""
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, source)


def test_a_file_that_cannot_be_collected_is_the_graders_fault(tmp_path: Path) -> None:
    with pytest.raises(HiddenTestsFailed, match=r"test_hidden.py could not be run"):
        run(tmp_path, "import nothing_of_this_name\n")


def scored(*outcomes: Outcome) -> float | None:
    tests = [
        TestResult(name="t", title="", outcome=outcome, weight=weight)
        for weight, outcome in enumerate(outcomes, start=1)
    ]
    return score_of(tests, 12)


@pytest.mark.parametrize(
    ("outcomes", "score"),
    [
        ((Outcome.PASSED, Outcome.PASSED), 12),
        ((Outcome.FAILED, Outcome.FAILED), 0),
        ((Outcome.PASSED, Outcome.FAILED), 4),
        ((Outcome.PASSED, Outcome.ERROR), None),
        ((), None),
    ],
)
def test_partial_credit_by_weight(outcomes: tuple[Outcome, ...], score: float | None) -> None:
    assert scored(*outcomes) == score
