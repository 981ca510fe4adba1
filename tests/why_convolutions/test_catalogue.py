"""The catalogue as it reads; what its mistakes cost is in test_check."""

import ast
from itertools import chain

import pytest
from contents import assignment_names, load_assignment
from rows import NOT_CODED, ROWS

from autograder.explanation.misconceptions import misconceptions
from autograder.explanation.typed_text import student_source


@pytest.mark.parametrize("name", assignment_names())
def test_a_hint_speaks_of_no_code(name: str) -> None:
    for mistake in misconceptions(load_assignment(name)):
        assert mistake.name.isidentifier(), mistake.name
        assert "np." not in mistake.hint, mistake.name


@pytest.mark.parametrize("name", assignment_names())
def test_a_mistake_as_a_student_writes_it_is_plain_code(name: str) -> None:
    for mistake in misconceptions(load_assignment(name)):
        source = student_source(mistake)
        tree = ast.parse(source)
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
        assert '"""' not in source


def test_every_observed_mistake_is_coded_or_there_is_a_reason() -> None:
    known = chain.from_iterable(misconceptions(load_assignment(n)) for n in assignment_names())
    coded = {mistake.row for mistake in known} - {""}
    assert coded <= ROWS
    assert not coded & NOT_CODED.keys()
    assert coded | NOT_CODED.keys() == ROWS
