"""Mistakes of real students are named, or a true fact is said, in whatever form they come."""

import pytest
from explaining import explained
from forms import FORMS, NONES

CASES = [
    pytest.param(exercise, name, source, id=f"{exercise} {name} {number}")
    for (exercise, name), sources in FORMS.items()
    for number, source in enumerate(sources, start=1)
]


@pytest.mark.parametrize(("exercise", "name", "source"), CASES)
def test_a_mistake_has_its_name_in_every_form(exercise: str, name: str, source: str) -> None:
    result = explained(exercise, source)
    assert result.score is not None
    assert result.score < result.max_score
    found = str(result.misconception)
    assert sorted(found.split(" and ")) == sorted(name.split(" and "))


@pytest.mark.parametrize("source", NONES)
def test_what_was_never_given_a_value_is_no_missing_return(source: str) -> None:
    result = explained(source.partition("def ")[2].partition("(")[0], source)
    assert result.misconception is None
    assert all("missing" not in test.message for test in result.tests)
    assert any("None. Was it never given a value?" in test.message for test in result.tests)
    assert "give that result its value" in str(result.hint)
