"""Where in the student's own code it was, in words."""

import sys

from autograder.running.code_lines import MOST_OF_A_LINE, endless_loop, place, why_it_ended

LOOPS = """
def f(n):
    while n:
        pass

def g(n):
    for i in range(n):
        while i: i -= 1
    while n: n -= 1
"""


def test_a_line_is_counted_as_ipython_counts_it() -> None:
    assert place("\n\nx = 1\ny = 2", 2) == "line 4 of its cell: `y = 2`"
    assert place("x = 1", 7) == ""


def test_a_long_line_says_that_it_goes_on() -> None:
    longest = "x" * MOST_OF_A_LINE
    assert place(f"    {longest}", 1) == f"line 1 of its cell: `{longest}`"
    assert place(f"    {longest}y", 1) == f"line 1 of its cell: `{longest}…`"


def test_the_loops_that_may_never_end_are_named() -> None:
    assert endless_loop(LOOPS, "f") == "the loop at line 3 of its cell: `while n:`"
    assert endless_loop(LOOPS, "g") == "one of the loops at lines 8 and 9 of its cell"
    assert endless_loop(LOOPS).endswith("lines 3, 8 and 9 of its cell")
    assert endless_loop("for i in x: pass") == endless_loop("def f(:", "f") == ""


def test_a_cell_that_is_not_python_is_named_with_its_line_and_the_version() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    said = why_it_ended("x = 1\ndef f(x)\n    return x", "SyntaxError")
    assert said == (
        f"The cell that should define it is not Python {version} at line 2 of its cell: "
        "`def f(x)`: SyntaxError: expected ':'."
    )
    assert "IndentationError" in why_it_ended("if x:\ny = 1", "IndentationError")
    assert why_it_ended("1 / 0", "ZeroDivisionError").endswith("an error (ZeroDivisionError).")
    missing = why_it_ended("import torch", "ModuleNotFoundError")
    assert missing.endswith("A package that it imports is not there while grading.")
    assert why_it_ended("x = 1", "SyntaxError").endswith("an error (SyntaxError).")
