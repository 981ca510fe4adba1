"""Where submitted code cannot be locked in, nothing is graded unless somebody insists."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from courses import hand_in, new_course, run_command, table_rows
from machines import run_without_layers
from notebooks import answered

from autograder.assignment import Assignment

NOTHING = "Nothing was graded: submitted code could change files outside its folder, "
UNSAFE = "--unsafe-no-sandbox"
NOTEBOOK = "submitted/student-001/pooling/pooling.ipynb"


@pytest.fixture(scope="module")
def collected(
    tmp_path_factory: pytest.TempPathFactory, pooling: Assignment
) -> tuple[Path, list[tuple[object, ...]]]:
    """A course with two submissions, one of them graded earlier, and its grades."""
    course = new_course(tmp_path_factory.mktemp("refusal") / "course")
    run_command("nbgrader", "generate_assignment", "pooling", cwd=course)
    hand_in(course, "student-001", "pooling", nbformat.writes(answered(pooling, {})))
    run_command("autograder", "grade", "pooling", cwd=course)
    hand_in(course, "student-002", "pooling", nbformat.writes(answered(pooling, {})))
    return course, table_rows(course)["grade"]


@pytest.mark.parametrize(
    "command",
    [
        ("autograder", "grade", "pooling", "--force"),
        ("nbgrader", "autograde", "pooling", "--force"),
        ("autograder", "grade-file", NOTEBOOK, "--assignment", "pooling"),
    ],
    ids=["grade", "autograde", "grade-file"],
)
def test_nothing_is_graded_and_nothing_is_lost(
    collected: tuple[Path, list[tuple[object, ...]]], tmp_path: Path, command: tuple[str, ...]
) -> None:
    course, grades = collected
    copy = Path(shutil.copytree(course, tmp_path / "course"))
    result = run_without_layers(*command, cwd=copy)
    assert result.returncode == 2, result.stderr
    assert result.stderr.count(NOTHING) == 1
    assert UNSAFE in result.stderr
    assert "Traceback" not in result.stderr
    assert table_rows(copy)["grade"] == grades
    assert (copy / "autograded" / "student-001").exists()
    assert not (copy / "autograded" / "student-002").exists()


def test_whoever_insists_is_told_what_code_could_do(
    collected: tuple[Path, list[tuple[object, ...]]],
) -> None:
    course, _ = collected
    command = ("grade-file", NOTEBOOK, "--assignment", "pooling", "--json", UNSAFE)
    result = run_without_layers("autograder", *command, cwd=course)
    assert result.returncode == 0, result.stderr
    line = json.loads(result.stdout)
    assert (line["score"], line["sandbox"]) == (90, "none")
    assert "run programs" in line["sandbox_gaps"]
    assert result.stderr.count("not wholly locked in (sandbox level none)") == 1


@pytest.mark.parametrize("door", [("nbgrader", "autograde"), ("autograder", "grade")])
def test_the_option_insists_for_both_doors(
    collected: tuple[Path, list[tuple[object, ...]]], tmp_path: Path, door: tuple[str, str]
) -> None:
    course, _ = collected
    copy = Path(shutil.copytree(course, tmp_path / "course"))
    with (copy / "nbgrader_config.py").open("a") as config:
        config.write("c.GradingOptions.unsafe_no_sandbox = True\n")
    result = run_without_layers(*door, "pooling", cwd=copy)
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("not wholly locked in (sandbox level none)") == 1
    scores = {row[0]: 0.0 for row in table_rows(copy)["grade"]}
    for student, _, auto, *_ in table_rows(copy)["grade"]:
        scores[student] += auto or 0.0
    assert scores == {"student-001": 90, "student-002": 90}
