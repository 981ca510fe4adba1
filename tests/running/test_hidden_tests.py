"""How hidden tests fail: by the student's fault with a sentence, by ours without a cost."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from contents import SMALL

from autograder.course.contents import Contents
from autograder.errors import BrokenCourseFile, HiddenTestsFailed
from autograder.notebook.assignment import Assignment
from autograder.results import Outcome, TestResult, score_of
from autograder.running.hidden_tests import (
    check_hidden_tests,
    found_tests,
    hidden_test_weights,
    run_hidden_tests,
)
from autograder.running.no_answer import CallTimedOut
from autograder.running.student import Student

HEADER = """
import numpy as np
import pytest
from autograder.running.testing import (
    check, check_call, check_choice, checked_array, exercise, require, weight)
"""
FIRST_LINE = HEADER.count("\n") + 1  # of what a test writes


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


def with_hidden_tests(folder: Path, body: str) -> Assignment:
    """Return the assignment of a small course that lies there, with these hidden tests."""
    shutil.copytree(SMALL.root, folder, dirs_exist_ok=True)
    (folder / "solutions" / "averages" / "hidden_tests.py").write_text(HEADER + body)
    return Contents(folder).assignment("averages")


def run_in(folder: Path, body: str, value: Any = 1, seed: bytes = b"") -> list[TestResult]:
    assignment = with_hidden_tests(folder, body)
    results = run_hidden_tests(assignment, Student(FakeRunner(value), {}), seed)
    return [test for tests in results.values() for test in tests]


def run(tmp_path: Path, body: str, value: Any = 1, seed: bytes = b"") -> list[TestResult]:
    return run_in(tmp_path / "course", body, value, seed)


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
    assignment = with_hidden_tests(tmp_path / "course", source)
    assert hidden_test_weights(assignment) == {"f": {"test_simple": 2, "test_many": 3}}


def test_a_mark_of_the_file_holds_for_all_its_tests(tmp_path: Path) -> None:
    source = """
pytestmark = [exercise("f"), weight(2)]
def test_one(): "One."
@exercise("g")
def test_other(): "Another."
"""
    assignment = with_hidden_tests(tmp_path / "course", source)
    assert hidden_test_weights(assignment) == {"f": {"test_one": 2}, "g": {"test_other": 2}}


MORE_OF_PYTEST = {
    "nothing": "",
    "a fixture of its own": """
@pytest.fixture(autouse=True)
def ready(): SEEN.append("ready")
""",
    "what is done before each": """
def setup_function(): SEEN.append("ready")
""",
    "an exercise that is skipped": """
@exercise("f")
@pytest.mark.skip
def test_never(): raise KeyError
""",
    "a fixture with a parameter": """
@pytest.fixture
def doubled(request): return 2 * request.param
@exercise("f")
@pytest.mark.parametrize("doubled", [1], indirect=True)
def test_doubled(doubled): assert doubled == 2
""",
}


@pytest.mark.parametrize("more", MORE_OF_PYTEST.values(), ids=MORE_OF_PYTEST)
def test_numbers_and_verdicts_are_the_same_whatever_else_the_file_uses(
    tmp_path: Path, more: str
) -> None:
    source = """
SEEN = []
@exercise("f")
class TestF:
    @pytest.mark.parametrize("n", [1, 2])
    def test_numbers(self, rng, student, n):
        assert not hasattr(self, "before"), "Another test was here."
        self.before = student.f(n)
        assert False, str(rng.integers(10**9))
"""
    results = run(tmp_path, source + more, seed=b"one")
    said = [test.message for test in results if test.name.startswith("test_numbers")]
    digests = [
        hashlib.sha256(b"one" + f"test_averages.py::TestF::test_numbers[{n}]".encode()).digest()
        for n in (1, 2)
    ]
    numbers = [np.random.default_rng(int.from_bytes(digest)) for digest in digests]
    assert said == [str(rng.integers(10**9)) for rng in numbers]


@pytest.mark.parametrize("zeros", [0, 1, 4, 9])
def test_numbers_are_those_of_the_digest_as_one_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zeros: int
) -> None:
    digest = bytes(zeros) + bytes(range(1, 33 - zeros))
    source = """
@exercise("f")
def test_it(rng):
    assert False, str(rng.integers(10**9))
"""
    assignment = with_hidden_tests(tmp_path, source)
    found_tests(assignment)
    monkeypatch.setattr(hashlib, "sha256", lambda whole: SimpleNamespace(digest=lambda: digest))
    (result,) = run_hidden_tests(assignment, Student(FakeRunner(0), {}), b"")["f"]
    right = np.random.default_rng(int.from_bytes(digest))
    assert result.message == str(right.integers(10**9))


def test_a_test_that_ends_the_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(HiddenTestsFailed, match="INTERRUPTED"):
        run(tmp_path, '@exercise("f")\ndef test_it(): pytest.exit("enough")\n')


def test_only_the_tests_of_the_exercises_that_are_named_run(tmp_path: Path) -> None:
    source = """
@exercise("f")
def test_f(): pass
@exercise("g")
def test_g(): raise KeyError
"""
    assignment = with_hidden_tests(tmp_path / "course", source)
    results = run_hidden_tests(assignment, Student(FakeRunner(1), {}), b"", {"f"})
    assert [(name, len(tests)) for name, tests in results.items()] == [("f", 1)]


def test_the_right_functions_and_what_lies_beside_the_file_are_at_hand(tmp_path: Path) -> None:
    source = """
from .._arguments import require_numbers
from . import step_down
@exercise("f")
def test_it(reference):
    assert reference.step_down is step_down
    require_numbers(reference.running_maximum([3, 1]))
"""
    (result,) = run(tmp_path, source)
    assert result.outcome is Outcome.PASSED


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
    source = (
        '@exercise("q")\ndef test_q(student):\n    check_choice(student.value("q"), "b", "abcd")\n'
    )
    (result,) = run(tmp_path, source, chosen)
    assert result.outcome is (Outcome.FAILED if message else Outcome.PASSED)
    assert message in result.message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([2, 2, 5], ""),
        ([2, 1, 5], "result 2 of 3"),
        (CallTimedOut("running_maximum", 3), "within 3 seconds"),
    ],
)
def test_the_same_call_of_the_student_and_the_reference(
    tmp_path: Path, value: Any, message: str
) -> None:
    source = """
@exercise("running_maximum")
def test_it(student, reference):
    check_call(student, reference, "running_maximum", numbers=[2, 1, 5])
"""
    (result,) = run(tmp_path, source, value)
    assert result.outcome is (Outcome.FAILED if message else Outcome.PASSED)
    assert message in result.message


def test_what_the_reference_changes_is_not_the_students_fault(tmp_path: Path) -> None:
    source = """
class Reference:
    def largest(self, numbers):
        numbers.sort()
        return numbers[-1]
@exercise("f")
def test_it(student):
    numbers = [3, 1]
    check_call(student, Reference(), "largest", numbers)
    require(numbers == [3, 1], "The numbers are sorted.")
"""
    (result,) = run(tmp_path, source, 3)
    assert result.outcome is Outcome.PASSED, result.message


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
    beside_the_file = tmp_path / "course" / "solutions" / "averages"
    beside_the_file.mkdir(parents=True)
    for folder in (tmp_path, beside_the_file):
        (folder / "conftest.py").write_text("raise SystemExit('conftest ran')")
        (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (result,) = run(tmp_path, '@exercise("f")\ndef test_it(): pass\n')
    assert result.outcome is Outcome.PASSED


def test_settings_are_shown_and_data_is_not(tmp_path: Path) -> None:
    source = (
        '@exercise("f")\ndef test_it(student, rng):\n'
        "    layers = [(3, 2), (5, 1)]\n"
        "    data = {'x': rng.normal(size=(2, 3)), 'table': [rng.normal(size=3)]}\n"
        "    check(student.f(**data, times=2, rate=0.123, layers=layers), 5)\n"
    )
    (result,) = run(tmp_path, source)
    assert result.message == (
        "With x of shape (2, 3), times=2, rate=0.123, layers=[(3, 2), (5, 1)]: "
        "1 is not the right number."
    )


@pytest.mark.parametrize(
    ("data", "is_shown"),
    [
        ("[1, 2]", True),
        ("[*range(99)]", False),
        ("[{'layer': 'conv', 'kernel_size': 3, 'stride': 2, 'pad': 1}] * 7", True),
        ("[{'layer': 'conv', 'kernel_size': 3, 'stride': 2, 'pad': 1}] * 99", False),
    ],
)
def test_what_is_long_is_not_shown_but_layers_are(
    tmp_path: Path, data: str, is_shown: bool
) -> None:
    source = f'@exercise("f")\ndef test_it(student): check(student.f(x={data}), 5)\n'
    (result,) = run(tmp_path, source)
    said = f"With x={eval(data)}: " if is_shown else ""
    assert result.message == f"{said}1 is not the right number."


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


def imports_what_is_not_there(solutions: Path) -> tuple[Path, int, str]:
    return solutions / "averages" / "hidden_tests.py", FIRST_LINE, "ModuleNotFoundError"


def does_not_parse(solutions: Path) -> tuple[Path, int, str]:
    path = solutions / "averages" / "hidden_tests.py"
    path.write_text(HEADER + "\ndef test_it(:\n")
    return path, FIRST_LINE + 1, "SyntaxError"


def imports_what_is_broken(solutions: Path) -> tuple[Path, int, str]:
    (solutions / "averages" / "hidden_tests.py").write_text("from .._broken import x")
    path = solutions / "_broken.py"
    path.write_text("\n\n1 / 0\n")
    return path, 3, "ZeroDivisionError"


def raises(solutions: Path) -> tuple[Path, int, str]:
    path = solutions / "averages" / "hidden_tests.py"
    path.write_text("def test_it(): pass\nraise KeyError('x')\n")
    return path, 2, "KeyError"


def skips_itself(solutions: Path) -> tuple[Path, int, str]:
    path = solutions / "averages" / "hidden_tests.py"
    path.write_text("import pytest\npytest.importorskip('nothing_of_this_name')\n")
    return path, 2, "Skipped"


def leaves(solutions: Path) -> tuple[Path, int, str]:
    path = solutions / "averages" / "hidden_tests.py"
    path.write_text("raise SystemExit(0)\n")
    return path, 1, "SystemExit"


@pytest.mark.parametrize(
    "spoil",
    [
        imports_what_is_not_there,
        does_not_parse,
        imports_what_is_broken,
        raises,
        skips_itself,
        leaves,
    ],
    ids=lambda function: function.__name__,
)
def test_a_file_that_cannot_be_imported_is_named_with_its_line(
    tmp_path: Path, spoil: Callable[[Path], tuple[Path, int, str]]
) -> None:
    with_hidden_tests(tmp_path / "course", "import nothing_of_this_name\n")
    file, line, kind = spoil(tmp_path / "course" / "solutions")
    assignment = Contents(tmp_path / "course").assignment("averages")
    for use in (
        check_hidden_tests,
        hidden_test_weights,
        lambda assignment: run_hidden_tests(assignment, Student(FakeRunner(1), {}), b""),
    ):
        with pytest.raises(BrokenCourseFile) as caught:
            use(assignment)
        assert (caught.value.file, caught.value.line, caught.value.kind) == (str(file), line, kind)
        assert str(caught.value).startswith(f"{file}, line {line}: {kind}: ")


@pytest.mark.parametrize(
    "body",
    ["", '@exercise("f")\n@pytest.mark.parametrize("n", [1])\ndef test_it(): pass\n'],
    ids=["no test", "a test that cannot be made"],
)
def test_a_file_that_cannot_be_collected_is_the_graders_fault(tmp_path: Path, body: str) -> None:
    with pytest.raises(HiddenTestsFailed, match=r"hidden_tests.py could not be run"):
        run(tmp_path, body)


SHOWN_RANDOM = """
def test_alone(rng): require(False, str(rng.integers(10**9)))
@exercise("f")
class TestF:
    def test_simple(self, rng): require(False, str(rng.integers(10**9)))
    @pytest.mark.parametrize("n", [1, 2], ids=["one", "a :: b"])
    def test_many(self, rng, n): require(False, str(rng.integers(10**9)))
    class TestWithin:
        @pytest.mark.parametrize("m", [3])
        @pytest.mark.parametrize("n", [4])
        def test_both(self, rng, m, n): require(False, str(rng.integers(10**9)))
"""
NAMES = (
    "test_averages.py::test_alone",
    "test_averages.py::TestF::test_simple",
    "test_averages.py::TestF::test_many[one]",
    "test_averages.py::TestF::test_many[a :: b]",
    "test_averages.py::TestF::TestWithin::test_both[4-3]",
)


@pytest.mark.parametrize("folder", ["course", "in/here", "course [2026]", "a::b", "$HOME", "-x ü"])
def test_the_numbers_of_a_test_belong_to_its_name_wherever_the_file_lies(
    tmp_path: Path, folder: str
) -> None:
    seeds = (hashlib.sha256(b"a secret" + name.encode()).digest() for name in NAMES)
    drawn = [np.random.default_rng(int.from_bytes(seed)).integers(10**9) for seed in seeds]
    results = run_in(tmp_path / folder, SHOWN_RANDOM, seed=b"a secret")
    assert {result.outcome for result in results} == {Outcome.FAILED}
    assert [result.message for result in results] == [str(number) for number in drawn]


def test_a_course_that_is_reached_by_a_link_is_graded_as_any_other(tmp_path: Path) -> None:
    source = '@exercise("f")\ndef test_it(student):\n    assert student.f(2).value > 5, "Small."\n'
    (tmp_path / "course").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "course")
    (result,) = run_in(tmp_path / "link", source)
    assert (result.outcome, result.message) == (Outcome.FAILED, "Small.")


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
