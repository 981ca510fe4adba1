"""Plain nbgrader grades with the heart: from its command line and from the formgrader."""

from pathlib import Path

import nbformat
import pytest
from courses import hand_in, new_course, run_command
from nbgrader.apps import NbGraderAPI
from notebooks import answered

from autograder.assignment import Assignment
from autograder.course import Course


@pytest.fixture
def course(tmp_path: Path, pooling: Assignment) -> Path:
    folder = new_course(tmp_path / "course")
    run_command("nbgrader", "generate_assignment", "pooling", cwd=folder)
    hand_in(folder, "student-001", "pooling", nbformat.writes(answered(pooling, {})))
    return folder


# nbgrader's own use of SQLAlchemy.
@pytest.mark.filterwarnings("ignore:Object of type")
def test_the_formgraders_button_grades(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)  # as the server does whose root the course is
    opened = Course.open(course)
    api = NbGraderAPI(opened.coursedir, config=opened.config)
    result = api.autograde("pooling", "student-001")
    assert result["success"], result
    submission = api.get_submission("pooling", "student-001")
    assert submission["autograded"]
    assert submission["code_score"] == 90
    assert submission["needs_manual_grade"]


def test_the_command_says_once_that_nothing_is_locked_in(course: Path, pooling: Assignment) -> None:
    hand_in(course, "student-002", "pooling", nbformat.writes(answered(pooling, {})))
    result = run_command("nbgrader", "autograde", "pooling", cwd=course)
    assert result.stderr.count("not locked in") == 1


def test_another_notebook_in_the_folder_is_refused_by_name(course: Path) -> None:
    path = course / "assignments" / "pooling" / "extra.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), path)
    run_command("nbgrader", "generate_assignment", "pooling", "--force", cwd=course)
    text = nbformat.writes(nbformat.v4.new_notebook())
    hand_in(course, "student-001", "pooling", text, file_name="extra.ipynb")
    result = run_command("nbgrader", "autograde", "pooling", cwd=course, status=1)
    assert "There is no assignment 'extra'" in result.stderr
