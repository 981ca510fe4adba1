"""What to look at after an exception: it speaks of that exception, and of nothing else."""

import pytest

from autograder.explanation.after_exception import after_exception

CELLS = [
    "import torch\nimport numpy as np",
    "helper = 3\ndef f(values, stride):\n    rows = values[:stride]\n    return row",
]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NameError: name 'torch' is not defined", "import of `torch`"),
        ("NameError: name 'helper' is not defined", "Restart the kernel"),
        ("NameError: name 'row' is not defined", "No cell gives `row` a value. Is `rows` meant?"),
        ("NameError: name 'quite_other' is not defined", "value. Where should it come from?"),
        ("NameError", "no value yet"),
        ("IndexError: only integers, slices (`:`) ... are valid indices", "not a whole one"),
        ("IndexError: index 3 is out of bounds for axis 1 with size 3", "largest index"),
        ("IndexError: too many indices for array: array is 2-dimensional", "How many axes"),
        ("IndexError: axis 7 is out of bounds for array of dimension 2", "How many axes"),
        ("IndexError: list index out of range", "Which index is the last one?"),
        ("IndexError: list assignment index out of range", "should append make it?"),
        ("TypeError: slice indices must be integers or None", "not a whole number"),
        ("TypeError: only integer scalar arrays can be converted to a scalar index", "or an axis"),
        ("TypeError: f() missing 1 required positional argument: 'x'", "definition"),
        ("TypeError: 'int' object is not callable", "brackets"),
        ("TypeError: 'numpy.ndarray' object is not callable", "square ones"),
        (
            "AttributeError: `np.Inf` was removed in the NumPy 2.0 release",
            "How is that name spelled",
        ),
        ("AttributeError: 'list' object has no attribute 'shape'", "before the dot"),
        ("ModuleNotFoundError: No module named 'torch'", "not there while grading"),
        ("ValueError: mode 'zeros' is not supported", "Which names may stand there?"),
        ("ValueError: index 9 is out of bounds for array with size 4", "largest index"),
        (
            "ValueError: einstein sum subscripts string included output subscript 'l' which ...",
            "Which letter",
        ),
        ("BdbQuit: a debugger was left in", "debugger"),
        ("TypeError: list indices must be integers or slices, not float", "not a whole number"),
        ("TypeError: 'NoneType' object is not subscriptable", "append and sort"),
        ("AttributeError: 'NoneType' object has no attribute 'append'", "append and sort"),
        ("ValueError: The truth value of an array with more than one element", "Python's own max"),
        ("ValueError: negative dimensions are not allowed", "is negative?"),
        ("ValueError: setting an array element with a sequence.", "One place"),
        (
            "ValueError: operands could not be broadcast together with shapes (3,2,1) (3,3,1)",
            "differ in one number alone",
        ),
        (
            "ValueError: operands could not be broadcast together with shapes (6,4) (6,)",
            "shapes of the arrays",
        ),
        ("MemoryError", "does its loop ever end?"),
        ("NotImplementedError", "still missing"),
        ("FileNotFoundError", "not there while grading"),
        ("EOFError", "type anything"),
        ("UnboundLocalError", "without a value"),
        ("an exception of its own", "cell of your own"),
    ],
)
def test_it_follows_from_the_class_the_message_and_the_cells(error: str, words: str) -> None:
    question = after_exception(error, CELLS)
    assert words in question
    assert question.endswith(("?", "own."))


@pytest.mark.parametrize(
    ("error", "place", "words"),
    [
        ("ValueError", 'line 2 of its cell: `if rest: raise ValueError("no")`', "Your own line"),
        ("TypeError", "line 3 of its cell: `raise TypeError`", "Your own line"),
        ("ValueError", "line 3 of its cell: `x = raised(y)`", "Print the shapes"),
        ("NotImplementedError", "line 3 of its cell: `raise NotImplementedError()`", "missing"),
        ("TypeError: f() got an unexpected keyword argument 'pad'", "", "calls your function"),
        ("TypeError: g() got an unexpected keyword argument 'pad'", "", "definition"),
        ("TypeError: f() takes 1 positional argument", "line 1 of its cell: `f(1)`", "definition"),
    ],
)
def test_where_it_was_raised_tells_more(error: str, place: str, words: str) -> None:
    assert words in after_exception(error, CELLS, place, "f")
