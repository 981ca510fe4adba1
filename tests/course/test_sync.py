"""The cells that come from solutions/: signature and docstring once, helpers inside."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from courses import new_course

from autograder.course.contents import Contents
from autograder.course.sync import read_solutions, sync, synced
from autograder.errors import BadSource
from autograder.notebook.assignment import grade_id

SHAPES = '''
"""References."""

import math

import numpy as np

from .._arguments import require_side

Size = int

ANSWERS = {"answer_1": "c"}


def area(side: Size) -> Size:
    """Return the area."""
    require_side(
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

EVERYWHERE = '''
"""What every notebook imports."""

import json  # noqa: F401
from textwrap import dedent  # noqa: F401
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
    """A folder of solutions with one assignment."""
    (tmp_path / "_imports.py").write_text(EVERYWHERE)
    return with_references(tmp_path, "shapes", SHAPES)


def with_references(folder: Path, name: str, text: str) -> Path:
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(text)
    return folder


def test_a_solution_cell_has_the_function_its_helpers_and_no_argument_checks(folder: Path) -> None:
    assert read_solutions("shapes", folder).cells["area"] == AREA


def test_the_header_has_imports_and_aliases_and_no_answers(folder: Path) -> None:
    assert read_solutions("shapes", folder).header == (
        "import math\nimport numpy as np\n"
        "import json  # noqa: F401\nfrom textwrap import dedent  # noqa: F401\n\nSize = int"
    )


def test_a_course_may_have_nothing_that_every_notebook_imports(folder: Path) -> None:
    (folder / "_imports.py").unlink()
    header = read_solutions("shapes", folder).header
    assert header == "import math\nimport numpy as np\n\nSize = int"


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
    (folder / "_given.py").write_text(GIVEN)
    user = "import math\n\nfrom .._arguments import require_side\nfrom .._given import area\n"
    solutions = read_solutions("volumes", with_references(folder, "volumes", user))
    assert solutions.header == (
        "import math\nimport json  # noqa: F401\nfrom textwrap import dedent  # noqa: F401\n\n"
        "try:\n    from given import area\nexcept ModuleNotFoundError:\n"
        '    missing = "given.py is missing. It comes with this notebook: '
        'put it into the same folder."\n'
        "    raise ModuleNotFoundError(missing) from None"
    )
    with pytest.raises(ModuleNotFoundError, match=r"^given\.py is missing\. It comes with"):
        exec(solutions.header, {})
    assert list(solutions.modules) == ["given.py"]
    text = solutions.modules["given.py"]
    names: dict[str, Any] = {"__name__": "given"}
    exec(text, names)
    assert names["area"](3) == 9
    assert text.startswith(
        '"""Shapes that are given."""\n\nimport math\n\nSize = int\n\n\ndef area'
    )
    assert "SOLUTION" not in text


def test_modules_for_every_notebook_are_given_as_they_are(folder: Path) -> None:
    (folder / "_given").mkdir()
    (folder / "_given" / "drawing.py").write_text(GIVEN)
    assert read_solutions("shapes", folder).modules == {"drawing.py": GIVEN}


def test_a_function_without_a_docstring_is_refused(folder: Path) -> None:
    with_references(folder, "bare", "def area(side):\n    return side\n")
    with pytest.raises(BadSource, match=r"solutions/bare/__init__\.py: area has no docstring"):
        read_solutions("bare", folder)


def test_a_course_is_rewritten_where_its_solutions_changed_and_only_there(tmp_path: Path) -> None:
    course = Contents(new_course(tmp_path / "course"))
    notebook = course.notebook("averages")
    before = notebook.read_bytes()
    assert not sync(course, "averages")
    assert notebook.read_bytes() == before

    references = course.solutions / "averages" / "__init__.py"
    references.write_text(references.read_text().replace("rate * slopes", "slopes * rate"))
    given = 'from .._shapes import Side\n\nANSWERS = {"answer_1": "c"}'
    references.write_text(references.read_text().replace('ANSWERS = {"answer_1": "b"}', given))
    (course.solutions / "_shapes.py").write_text('"""Shapes that are given."""\n\nSide = int\n')
    assert sync(course, "averages")
    assert not sync(course, "averages")
    cells = {grade_id(c): c.source for c in nbformat.read(notebook, as_version=4).cells}
    assert "return values - slopes * rate" in cells["step_down"]
    assert 'answer_1 = "c"' in cells["answer_1"]
    assert "from shapes import Side" in cells["imports"]
    assert "Side = int" in notebook.with_name("shapes.py").read_text()
