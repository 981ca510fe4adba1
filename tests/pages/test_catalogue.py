"""The table of known mistakes against hidden tests, and what is missing in it."""

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from types import SimpleNamespace

import pytest
from commands import run_here
from contents import SMALL
from rich.console import Console

from autograder.explanation.misconceptions import Mistakes, Wrong
from autograder.notebook.assignment import Assignment
from autograder.pages.catalogue import print_catalogue


def printed(assignment: Assignment) -> tuple[bool, str]:
    """Return whether each mistake and each test has its cross, and the tables."""
    console = Console(record=True, width=120, file=StringIO())
    complete = print_catalogue(assignment, console)
    return complete, console.export_text()


def with_catalogue(assignment: Assignment, change: Callable[[Mistakes], None]) -> Assignment:
    """Return the assignment with the known mistakes of one exercise changed."""
    known = dict(vars(assignment.part("misconceptions")))
    mistakes = Mistakes("running_maximum", known["running_maximum"].in_steps)
    mistakes.found = list(known["running_maximum"].found)
    change(mistakes)
    module = SimpleNamespace(**known | {"running_maximum": mistakes})
    parts = {"misconceptions": module}
    return replace(assignment, part=lambda name: parts.get(name) or assignment.part(name))


def add_what_is_right(mistakes: Mistakes) -> None:
    mistakes.wrong(is_right=Wrong("Is it wrong?", first=lambda number: number))


def leave_one(mistakes: Mistakes) -> None:
    mistakes.found = [m for m in mistakes.found if m.name == "takes_the_smallest"]


def test_a_catalogue_is_complete_where_each_mistake_and_each_test_has_its_cross(
    averages: Assignment,
) -> None:
    complete, text = printed(averages)
    assert complete
    assert "takes_the_smallest" in text
    assert "stands for nothing here" not in text


@pytest.mark.parametrize(
    ("change", "idle"), [(add_what_is_right, "is_right"), (leave_one, "test_no_numbers")]
)
def test_a_mistake_or_a_test_that_stands_for_nothing_is_named(
    averages: Assignment, change: Callable[[Mistakes], None], idle: str
) -> None:
    complete, text = printed(with_catalogue(averages, change))
    assert not complete
    assert f"{idle} stands for nothing here" in text


def test_the_command_prints_the_table_of_the_course_of_the_working_folder() -> None:
    result = run_here("autograder", "catalogue", "averages", cwd=SMALL.root)
    assert "✗" in result.stdout
