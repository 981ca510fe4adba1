"""A hidden test that fails as a program: it costs nobody a point, and is said loudly."""

import json
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, hand_in, table_rows

from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, released

RIGHT = 'check_call(student, reference, "step_down", values, slopes, 0.1)'
WRONG = 'check_call(student, reference, "stepp_down", values, slopes, 0.1)'


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse, averages: Assignment) -> Path:
    """A course with a mistake in one hidden test, and three submissions."""
    folder = released_course(tmp_path / "course")
    tests = folder / "solutions" / "averages" / "hidden_tests.py"
    tests.write_text(tests.read_text().replace(RIGHT, WRONG))
    texts = [answered(averages, {}), answered(averages, {}), released(averages)]
    for number, notebook in enumerate(texts, start=1):
        hand_in(folder, f"student-{number:03}", "averages", nbformat.writes(notebook))
    return folder


def place(course: Path) -> str:
    """Return file and line of the mistake, as the sentence has them."""
    file = course / "solutions" / "averages" / "hidden_tests.py"
    line = 1 + [WRONG in line for line in file.read_text().splitlines()].index(True)
    return f"({file}, line {line})."


def test_a_class_waits_and_the_test_is_named_once(course: Path) -> None:
    for status in (1, 1):  # also where all results are kept
        result = run_here("autograder", "grade", "averages", cwd=course, status=status)
        assert result.stderr.count("The hidden test test_a_step failed as a program: Attr") == 1
        said = " ".join(result.stderr.split())
        assert f"{place(course)} 3 submissions wait for a human because of it." in said
    grades = {(row[0], row[1]): (row[2], row[5]) for row in table_rows(course)["grade"]}
    assert grades["student-001", "test_step_down"] == (None, 1)
    assert grades["student-001", "test_weighted_mean"] == (16, 0)
    graded = course / "autograded" / "student-001" / "averages" / "averages.ipynb"
    assert "stepp_down" not in graded.read_text(encoding="utf-8")


def test_nbgraders_door_names_it_once_as_well(course: Path) -> None:
    result = run_here("nbgrader", "autograde", "averages", cwd=course)
    assert result.stderr.count("test_a_step failed as a program: AttributeError") == 1
    assert place(course) in result.stderr


def test_notebooks_by_path_name_it_too(course: Path) -> None:
    notebooks = [f"submitted/student-00{number}/averages/averages.ipynb" for number in (1, 2)]
    command = ("autograder", "grade-file", *notebooks, "--assignment", "averages", "--json")
    result = run_here(*command, cwd=course, status=1)
    assert result.stderr.count("2 submissions wait for a human because of it.") == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["pending"] for line in lines] == [24, 24]


def test_one_line_stands_for_all_whatever_their_numbers_make_of_the_exception(course: Path) -> None:
    tests = course / "solutions" / "averages" / "hidden_tests.py"
    tests.write_text(tests.read_text().replace(WRONG, "raise KeyError(f'{values}' * 99)"))
    result = run_here("autograder", "grade", "averages", cwd=course, status=1)
    (line,) = [line for line in result.stderr.splitlines() if "failed as a program" in line]
    assert line.endswith(" 3 submissions wait for a human because of it.")
    assert len(line) < 600 + len(str(tests))
