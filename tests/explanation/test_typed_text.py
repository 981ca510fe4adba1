"""A known mistake as a student would have typed it, wherever its table stands."""

import shutil
from pathlib import Path

import pytest
from contents import SMALL

from autograder.course.contents import Contents
from autograder.explanation.misconceptions import Misconception, misconceptions, together
from autograder.explanation.typed_text import student_source

SHARED = """
from autograder.explanation.misconceptions import Wrong

FROM_ZERO = Wrong(
    "What of numbers that are all negative?", first=lambda number: max(number, 0)
)
"""
TABLE = """
from .._shared import FROM_ZERO

def _lowest(number, largest):
    return min(number, largest)

running_maximum.wrong(
    begins_at_zero=FROM_ZERO,
    takes_the_lowest=FROM_ZERO.but("The larger or the smaller?", "RM1", choice=_lowest),
    keeps_the_number=Wrong("Which one?", choice=lambda number, largest: (
        number
    )),
)
"""


@pytest.fixture
def known(tmp_path: Path) -> dict[str, Misconception]:
    """The mistakes of a course in which files share some of them."""
    solutions = tmp_path / "solutions"
    shutil.copytree(SMALL.solutions, solutions)
    (solutions / "_shared.py").write_text(SHARED)
    with (solutions / "averages" / "misconceptions.py").open("a") as file:
        file.write(TABLE)
    assignment = Contents(tmp_path, SMALL.sources).assignment("averages")
    return {mistake.name: mistake for mistake in misconceptions(assignment)}


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("begins_at_zero", "first=lambda number: max(number, 0)"),
        ("takes_the_lowest", "first=lambda number: max(number, 0), choice=_lowest"),
        ("keeps_the_number", "choice=lambda number, largest: number"),
        ("takes_the_smallest", "choice=min"),
    ],
)
def test_the_wrong_steps_stand_in_the_call(
    known: dict[str, Misconception], name: str, steps: str
) -> None:
    text = student_source(known[name])
    assert f"return _running_maximum(numbers, {steps})" in text
    assert ("def _lowest(" in text) == ("_lowest" in steps)


def test_what_is_typed_does_what_the_mistake_does(known: dict[str, Misconception]) -> None:
    both = together(known["begins_at_zero"], known["keeps_the_number"])
    for mistake in (known["begins_at_zero"], known["takes_the_lowest"], both):
        assert mistake is not None
        names: dict[str, object] = {}
        exec(student_source(mistake), names)
        function = names["running_maximum"]
        assert callable(function)
        numbers = [-3, -5, -1]
        assert function(numbers) == mistake.implementation(numbers)


def test_a_shared_mistake_keeps_what_is_not_said_again(known: dict[str, Misconception]) -> None:
    plain, other = known["begins_at_zero"], known["takes_the_lowest"]
    assert (plain.hint, plain.row, plain.seen) == ("What of numbers that are all negative?", "", 0)
    assert (other.hint, other.row, other.seen) == ("The larger or the smaller?", "RM1", 5)
    assert [*plain.steps] == ["first"]
    assert [*other.steps] == ["first", "choice"]


def test_a_letter_is_one_line(known: dict[str, Misconception]) -> None:
    assert student_source(known["counts_it_once"]) == 'answer_1 = "a"'


def test_a_function_of_a_library_is_typed_as_the_file_calls_it(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    shutil.copytree(SMALL.root, folder)
    catalogue = folder / "solutions" / "averages" / "misconceptions.py"
    text = catalogue.read_text().replace(
        "from typing import Any\n", "from typing import Any\n\nimport numpy as np\n"
    )
    text += (
        "running_maximum.wrong(\n"
        "    takes_absolute=Wrong('What is the maximum of -5 and 2?', first=np.abs),\n"
        "    takes_bits=Wrong('What is the maximum of -5 and 2?', first=int.bit_count),\n)\n"
    )
    catalogue.write_text(text)
    known = {m.name: m for m in misconceptions(Contents(folder).assignment("averages"))}
    assert "first=np.absolute)" in student_source(known["takes_absolute"])
    assert "first=int.bit_count)" in student_source(known["takes_bits"])
