"""Which texts of exceptions are repeated: well-known ones, and none that can carry data."""

import sys

import numpy as np
import pytest

from autograder.notebook.cell_text import words
from autograder.running.messages import describe_exception
from autograder.sandbox.wire import Raised


def raised(action: str) -> Raised:
    try:
        exec(action, {"np": np})
    except Exception as error:
        return Raised(1, type(error).__name__, str(error))
    raise AssertionError(action)


@pytest.mark.parametrize(
    "action",
    [
        "undefined",
        "np.ones(2) + np.ones(3)",
        "np.zeros((2, 3))[:, :2] = np.ones((4, 4))",
        "np.ones(3)[5]",
        "np.ones(3)[1, 2]",
        "np.ones((2, 3)).dot(np.ones((2, 3)))",
        "1 + None",
        "[1] ** 2",
        "x = 3; x //= 'a'",
        "x = None; x[0]",
        "x = None; x()",
        "def f(x): pass\nf()",
        "range(1.5)",
        "a, b = 1, 2, 3",
        "a, b = 1,",
        "[][1]",
        "1 // 0",
        "1.0 / 0",
        "np.max(np.ones(0))",
        "[].nothing",
        "np.einsum('ij,jk->ik', np.ones((2, 3)), np.ones((4, 5)))",
        "np.einsum('ij,ij->i', np.ones((2, 0)), np.ones((2, 3)))",
        "np.tensordot(np.ones((2, 3)), np.ones((4, 5)), axes=1)",
        "np.ones((2, 3)) @ np.ones((4, 5))",
        "np.ones((2, 3)).reshape(4, 2)",
        "float(np.ones(3))",
        "np.ones(3)[1.5]",
        "np.ones(3)[0:1.5]",
        "np.ones(3)[np.ones(4, bool)]",
        "np.ones((2, 3))[[0, 1], [0, 1, 2]]",
        "np.ones((2, 3)).transpose(0, 1, 2)",
        "np.zeros(3)[0] = [1, 2]; np.array([[1, 2], [3]])",
        "np.concatenate([np.ones((2, 3)), np.ones((3, 2))])",
        "np.concatenate([np.ones((2, 3)), np.ones(3)])",
        "np.stack([np.ones(2), np.ones(3)])",
        "np.zeros((-1, 2))",
        "bool(np.ones(2))",
        "np.argmax([])",
        "int(float('nan'))",
        "a, b = 3",
        "x = (1, 2); x[0] = 3",
        "len(3)",
        "'a' < 3",
        "'a' + 1",
        "-[1]",
        "x = [1, 2]; x[0, 1]",
        "{np.ones(2): 1}",
        "def f(x, y, z): pass\nf()",
        "class Net:\n    def go(self, x, y, z): pass\nNet().go()",
        "def f(x): pass\nf(1, x=2)",
        "import nothing",
        "x = {}; x['key']",
        "np.zeros(3, 4, 5, 6)",
        "np.unravel_index(9, (2, 2))",
        "np.pad(np.ones(2), 1, mode='zeros')",
        "np.pad(np.ones(2), 1.5)",
        "np.einsum('ij->il', np.ones((2, 2)))",
        "np.einsum('ij,jk', np.ones((2, 2)))",
        "np.zeros(2, dtype='flaot')",
        "np.ones(3).reshape(2)",
        "np.ones(3).reshape(2, -1)",
        "np.ones(4).reshape(-1, -1)",
        "np.concatenate(np.ones(2))",
        "np.stack(3)",
    ],
)
def test_known_messages_are_repeated(action: str) -> None:
    error = raised(action)
    assert describe_exception(error, words(action)) == f"{error.type_name}: {error.message.strip()}"


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("np.Inf", "AttributeError: `np.Inf` was removed in the NumPy 2"),
        ("np.float", "AttributeError: `np.float` was a deprecated alias for the builtin `float`"),
        ("np.int", "AttributeError: `np.int` was a deprecated alias for the builtin `int`"),
        ("from numpy import nothing", "ImportError: cannot import name 'nothing' from 'numpy'"),
        ("np.nothing", "AttributeError: module 'numpy' has no attribute 'nothing'"),
        (
            "np.lib.stride_tricks.sliding_windows_view",
            "AttributeError: module 'numpy.lib.stride_tricks' has no attribute 'sliding",
        ),
        (
            "from numpy.lib.stride_tricks import sliding_windows_view",
            "ImportError: cannot import name 'sliding_windows_view' from 'numpy.lib.stride_tricks'",
        ),
        (
            "np.ones(2).itemset(0, 1)",  # NumPy 2.0 says more than later ones
            (
                "AttributeError: 'numpy.ndarray' object has no attribute 'it",
                "AttributeError: `itemset` was removed from the ndarray class in NumPy 2.0. Use",
            ),
        ),
    ],
)
def test_of_a_missing_name_the_lines_that_help_are_repeated_with_the_versions(
    action: str, told: str | tuple[str, ...]
) -> None:
    error = raised(action)
    cut = Raised(error.line, error.type_name, error.message[:500])  # as the sandbox sends it
    sentence = describe_exception(cut, words(action))
    assert sentence.startswith(told)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert sentence.endswith(f" (Python {python}, NumPy {np.__version__})")
    assert "/" not in sentence


def test_what_numpy_never_said_is_not_its_sentence() -> None:
    forged = "`np.Inf` was removed in the NumPy 2.0 release. The hidden number is 7."
    assert (
        describe_exception(Raised(1, "AttributeError", forged), words("np.Inf")) == "AttributeError"
    )
    there = "`np.pi` was removed in the NumPy 2.0 release."
    assert (
        describe_exception(Raised(1, "AttributeError", there), words("np.pi")) == "AttributeError"
    )


def test_a_debugger_that_was_left_in_is_named() -> None:
    assert "debugger" in describe_exception(Raised(1, "BdbQuit", "hidden"), words("breakpoint()"))
    assert "hidden" not in describe_exception(Raised(1, "BdbQuit", "hidden"), words("hidden"))


def test_classes_of_numpy_are_called_by_the_names_that_are_known() -> None:
    error = raised("x = np.zeros(3, int)\nx += 0.5")
    assert describe_exception(error, frozenset()) == f"TypeError: {error.message}"
    for action in ("np.sum(np.ones(2), axis=3)", "np.moveaxis(np.ones((2, 2)), 3, 0)"):
        assert describe_exception(raised(action), []).startswith("IndexError: ")


@pytest.mark.parametrize(
    ("type_name", "message", "told"),
    [
        ("ValueError", "[0.25 0.5]", "ValueError"),
        ("ValueError", "the input is 3", "ValueError"),
        ("NameError", "name '0.25, 0.5' is not defined", "NameError"),
        ("IndexError", "index 123456789 is out of bounds for axis 0 with size 3", "IndexError"),
        ("ZeroDivisionError", "division by zero 0.25", "ZeroDivisionError"),
        ("NameError", "name 'x98077011' is not defined", "NameError"),
        ("TypeError", "f() takes 98095067 positional arguments but 1 was given", "TypeError"),
        ("AttributeError", "'list' object has no attribute 'v98077'", "AttributeError"),
        ("RecursionError", "maximum recursion depth exceeded 0.25 0.5", "RecursionError"),
        ("ValueError", "mode 'v98077' is not supported", "ValueError"),
        ("TypeError", "data type 'float98077' not understood", "TypeError"),
        ("Secret025", "x", "an exception of its own"),
        ("print", "x", "an exception of its own"),
        ("", "", "an exception of its own"),
    ],
)
def test_anything_else_is_not(type_name: str, message: str, told: str) -> None:
    assert describe_exception(Raised(1, type_name, message), words("def f(x): pass")) == told


CHAIN = ".".join("qZxKvbTreWpLmNcQsDfG")  # each letter a word of the notebook
FOUR = f"{CHAIN[:3]}() missing 3 required positional arguments: " + "'q.Z', 'x.K', and 'v.b'"


@pytest.mark.parametrize(
    ("type_name", "message"),
    [
        ("KeyError", f"'{CHAIN}'"),
        ("KeyError", f"'{CHAIN[:5]}'"),
        ("NameError", "name 'abs.add.all' is not defined"),
        ("TypeError", FOUR),
        ("TypeError", "unsupported operand type(s) for <%>: 'int' and 'str'"),
        ("IndexError", "index \u0663\u0664 is out of bounds for axis 0 with size 3"),
    ],
)
def test_names_and_signs_have_no_room_for_inputs(type_name: str, message: str) -> None:
    assert describe_exception(Raised(1, type_name, message), frozenset(CHAIN)) == type_name


def test_names_tell_more_the_more_words_there_are_to_choose_from() -> None:
    error = raised("class Net:\n    def go(self, x, y, z): pass\nNet().go()")
    few = words("class Net:\n    def go(self, x, y, z): pass")
    many = few | {f"word_{number}" for number in range(10_000)}
    assert describe_exception(error, few) == f"TypeError: {error.message}"
    assert describe_exception(error, many) == "TypeError"


def test_shapes_have_no_room_for_other_numbers() -> None:
    for sides in ("(00134,52599)", "(1234,2)", "(1,2,3,4,5,6)"):
        text = f"operands could not be broadcast together with shapes {sides} (2,)"
        assert describe_exception(Raised(1, "ValueError", text), frozenset()) == "ValueError"
