"""An ordinary assignment at our door: what is missing, or odd, is said before a kernel starts."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import run_here
from courses import hand_in, new_course, table_rows
from plain_course import ALLOWED, NAME, NAMED, RIGHT, add_plain, filled_in, release

GRADE = ("autograder", "grade", NAME)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which the assignment is released, with nothing handed in."""
    course = add_plain(new_course(tmp_path_factory.mktemp("plain") / "course"), NAMED, ALLOWED)
    release(course)
    return course


@pytest.fixture
def course(tmp_path: Path, released: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "course"))


def test_the_release_has_neither_solution_nor_hidden_test(released: Path) -> None:
    text = (released / "release" / NAME / f"{NAME}.ipynb").read_text()
    assert "# YOUR CODE HERE" in text
    assert "assert square(2) == 4" in text
    assert "square(3)" not in text
    assert "x * x\\n" not in text


def test_what_was_not_collected_is_said(course: Path) -> None:
    assert "No submission in " in run_here(*GRADE, cwd=course, status=2).stderr
    hand_in(course, "somebody", NAME, "")
    result = run_here(*GRADE, "--student", "nobody", cwd=course, status=2)
    assert f"Nothing of '{NAME}' was collected from nobody." in result.stderr


def test_what_was_not_released_is_said(tmp_path: Path) -> None:
    course = add_plain(new_course(tmp_path / "course"), NAMED, ALLOWED)
    run_here("nbgrader", "db", "assignment", "add", "another", cwd=course)
    hand_in(course, "somebody", NAME, "")
    result = run_here(*GRADE, cwd=course, status=2)
    assert f"Run first: nbgrader generate_assignment {NAME}" in result.stderr


def test_it_is_said_what_would_be_graded_and_nothing_is(course: Path) -> None:
    hand_in(course, "somebody", NAME, filled_in(course, RIGHT))
    rows = table_rows(course)
    said = run_here(*GRADE, "--dry-run", cwd=course).stdout
    assert said.splitlines() == ["1 of 1 would be graded.", "1: new", "somebody: new"]
    graded = course / "autograded" / "somebody" / NAME
    graded.mkdir(parents=True)  # as after a grading at this time
    (graded / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    assert "0 of 1 would be graded." in run_here(*GRADE, "--dry-run", cwd=course).stdout
    (graded / "timestamp.txt").write_text("2026-02-01 12:00:00 UTC")
    later = run_here(*GRADE, "--dry-run", cwd=course).stdout
    assert "somebody: it was handed in later" in later
    assert "--force" in run_here(*GRADE, "--dry-run", "--force", cwd=course).stdout
    refused = run_here(*GRADE, "--dry-run", "--scores", cwd=course, status=2)
    assert "nbgrader itself grades" in " ".join(refused.stderr.split())
    assert table_rows(course) == rows


def with_an_odd_time(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("yesterday")


def with_a_device(folder: Path) -> None:
    (folder / f"{NAME}.ipynb").unlink()
    os.mkfifo(folder / f"{NAME}.ipynb")


def without_a_notebook(folder: Path) -> None:
    (folder / f"{NAME}.ipynb").rename(folder / "mine.txt")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (with_an_odd_time, "No time can be read from"),
        (with_a_device, f"{NAME}.ipynb: This is not a notebook that can be read: it is a link"),
        (without_a_notebook, "No notebooks were matched"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_an_odd_submission_is_named_with_the_reason(
    course: Path, spoil: Callable[[Path], None], says: str
) -> None:
    hand_in(course, "somebody", NAME, filled_in(course, RIGHT))
    spoil(course / "submitted" / "somebody" / NAME)
    result = run_here(*GRADE, cwd=course, status=1)
    (said,) = [line for line in result.stdout.splitlines() if line.startswith("somebody: ")]
    assert says in said
    assert "not graded" in result.stdout
    scores = {row[1]: row[2] for row in table_rows(course)["grade"]}
    assert scores.get("test_square") is None
    assert "Traceback" not in result.stderr
