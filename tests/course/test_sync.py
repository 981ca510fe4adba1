"""The cells that come from solutions/: signature and docstring once, helpers inside."""

from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.course.sync import read_solutions, synced
from autograder.errors import BadSource

MODULE = '''
"""A module."""

import math

import numpy as np

from ._arguments import require_pad

Size = int

ANSWERS = {"answer_1": "c"}


def area(side: Size) -> Size:
    """Return the area."""
    require_pad(
        side,
    )
    # the square
    return _twice(side) * side // 2


def _one() -> int:
    return 1


def _twice(side: Size) -> Size:
    return (_one() + 1) * side


def _unused() -> None:
    pass
'''

GIVEN = '''
"""Shapes that are given."""

import math

from .shapes import area

Size = int

__all__ = ["area"]
'''

AREA = '''\
def area(side: Size) -> Size:
    """Return the area."""
    ### BEGIN SOLUTION
    def _one() -> int:
        return 1

    def _twice(side: Size) -> Size:
        return (_one() + 1) * side

    # the square
    return _twice(side) * side // 2
    ### END SOLUTION'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shapes.py").write_text(MODULE)
    return tmp_path


def test_a_solution_cell_has_the_function_its_helpers_and_no_argument_checks(folder: Path) -> None:
    assert read_solutions("shapes", folder).cells["area"] == AREA


def test_the_header_has_imports_and_aliases_and_no_answers(folder: Path) -> None:
    assert read_solutions("shapes", folder).header == (
        "import math\nimport numpy as np\nimport matplotlib.pyplot as plt\n\nSize = int"
    )


def test_an_answer_cell(folder: Path) -> None:
    assert read_solutions("shapes", folder).cells["answer_1"].splitlines() == [
        'answer_1 = ""  # the letter of your answer, between the quotes',
        "### BEGIN SOLUTION",
        'answer_1 = "c"',
        "### END SOLUTION",
    ]


def test_only_cells_of_the_solutions_are_rewritten(folder: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell("old", metadata={"nbgrader": {"grade_id": name}})
        for name in ("imports", "area", "test_area")
    ]
    notebook = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_markdown_cell("old")])
    after = synced(notebook, read_solutions("shapes", folder))
    assert [cell.source == "old" for cell in after.cells] == [False, False, True, True]
    assert all(cell.source == "old" for cell in notebook.cells)


def test_what_comes_from_other_solutions_is_given_as_a_module(folder: Path) -> None:
    (folder / "given.py").write_text(GIVEN)
    user = "import math\n\nfrom ._arguments import require_pad\nfrom .given import area\n"
    (folder / "volumes.py").write_text(user)
    solutions = read_solutions("volumes", folder)
    assert solutions.header == (
        "import math\nimport matplotlib.pyplot as plt\n\nfrom given import area"
    )
    text = solutions.modules["given.py"]
    names: dict[str, Any] = {"__name__": "given"}
    exec(text, names)
    assert names["area"](3) == 9
    assert text.startswith(
        '"""Shapes that are given."""\n\nimport math\n\nSize = int\n\n\ndef area'
    )
    assert "SOLUTION" not in text


def test_a_function_without_a_docstring_is_refused(folder: Path) -> None:
    (folder / "bare.py").write_text("def area(side):\n    return side\n")
    with pytest.raises(BadSource, match="area has no docstring"):
        read_solutions("bare", folder)
