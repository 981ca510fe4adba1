"""What the text of a cell tells, whatever is in it."""

import pytest

from autograder.notebook.cell_text import (
    added_definitions,
    defined_functions,
    defined_names,
    is_only_text,
    names_by_definition,
    parsed,
)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x):\n    inner = 1\n    def g(): pass", {"f"}),
        ("async def f(): pass\nclass A:\n    b = 1", {"f", "A"}),
        ("a = b = 1; (c, [d]) = 2, [3]", {"a", "b", "c", "d"}),
        ("a: int = 1\nb: int", {"a"}),
        ("import numpy as np, os.path\nfrom helper import f as g", {"np", "os", "g"}),
        ("if True:\n    def f(): pass\nelse:\n    a = 1", {"f", "a"}),
        ("try:\n    a = 1\nfinally:\n    b = 2\nfor i in x:\n    c = i", {"a", "b", "c"}),
        ("%matplotlib inline\n!ls\ndef f(): pass", {"f"}),
        ("%%time\ndef f(): pass", {"f"}),
        ("%%writefile helper.py\ndef f(): pass", set()),
        ("def f(x):\n  return x\n return x\na = 1", {"f", "a"}),  # does not parse
        ("f(x) == 3", set()),
        ("'\\d'", set()),
        ("x = 1\n" * 50_000, {"x"}),  # too long to be parsed
        ("(" * 10_000, set()),
        ("if x: pass\n" + "elif x: pass\n" * 1500 + "else: y = 1", {"y"}),
        ("a = '\\0'\0", {"a"}),
        ("", set()),
    ],
)
def test_names_that_a_cell_defines(source: str, names: set[str]) -> None:
    assert defined_names(source) == names


def test_functions_in_a_text_that_is_no_code() -> None:
    assert defined_functions("My answer:\ndef f(x):\n    return x\na = 1") == {"f"}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("%time\ndef f(x):\n    return g(x) + np.ones(h)\ndef other(): return unused", "g np h"),
        ("def f(a, *b, c=g, **d):\n    e = a + b + c + d\n    return e", "g"),
        ("def f(x):\n    return [h(n) for n in x]", "h"),
        ("def f(x):\n    def inner(y): return g(y)\n    return inner(x)", "g"),
        ("f = g", "g"),
        ("f = other = g", "g"),
        ("f = lambda x: g(x)", "g"),
        ("f = g(h)", ""),  # a value, and no function
        ("f, h = g(1)", ""),
        ("def f(:", ""),
    ],
)
def test_names_that_a_function_mentions(source: str, names: str) -> None:
    assert names_by_definition(source).get("f", set()) == {*names.split()}


@pytest.mark.parametrize(
    ("source", "added"),
    [
        ("import numpy as np\nimport math", "import math"),
        ("import numpy as np\nassert np\ndef f():\n    return 1", "def f():\n    return 1"),
        ("np = None\nx = 1", "x = 1"),
        ("assert np\n@cached\ndef f():\n    return 1\nf()", "@cached\ndef f():\n    return 1"),
        ("x = 1; y = 2", "x = 1; y = 2"),
        ("a=1\n" * 4990, "a=1\n" * 4989 + "a=1"),  # in well under a second
        ("raise SystemExit", ""),
        ("import math\ndef f(:", ""),
    ],
)
def test_what_a_given_cell_did_not_define(source: str, added: str) -> None:
    assert added_definitions(source, {"np"}) == added


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# my answer", True),
        ("'my answer'", True),
        ("display(Markdown('my answer'))", True),
        ("f('my answer')", False),
        ("x = 1  # why", False),
    ],
)
def test_a_cell_of_comments_or_strings_is_only_text(source: str, expected: bool) -> None:
    tree = parsed(source)
    assert tree is not None
    assert is_only_text(tree) == expected


def test_what_is_no_code_has_no_tree() -> None:
    assert parsed("def f(:") is None
