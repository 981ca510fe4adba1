"""What a release says of the versions that grade it, and where a student's differ."""

import re
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, new_course, released_folder

from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.notebook.submission import restore
from autograder.notebook.versions import COMPARING_CELL, REQUIREMENTS, requirements


def said(capsys: pytest.CaptureFixture[str]) -> str:
    exec(COMPARING_CELL, {})
    return capsys.readouterr().out


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file as it lies beside a notebook that is run."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / REQUIREMENTS
    path.write_text(requirements(["msgspec"]))
    return path


def test_it_names_python_and_the_packages(beside: Path) -> None:
    text = beside.read_text()
    assert f"\nnumpy=={version('numpy')}\n" in text
    assert f"\nmsgspec=={version('msgspec')}\n" in text
    assert re.search(r"^# python==3\.\d+\.\d+$", text, re.MULTILINE)  # pip does not install it


def test_the_same_versions_need_no_word(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys) == ""
    beside.unlink()  # only the notebook was copied
    assert said(capsys) == ""


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ((r"numpy==.*", "numpy==1.26.4"), r"numpy: \S+ here, 1\.26\.4 where"),
        ((r"python==.*", "python==2.7.18"), r"python: \S+ here, 2\.7\.18 where"),
        ((r"msgspec==.*", "no-such-package==2.0"), "no-such-package: missing here, 2.0 where"),
    ],
)
def test_other_versions_are_named_with_what_they_can_cost(
    beside: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], line: str
) -> None:
    beside.write_text(re.sub(*change, beside.read_text()))
    text = said(capsys)
    assert re.match(line, text)
    assert "costs its points" in text
    assert "pip install -r requirements.txt" in text
    assert text.count("is graded") == 1


def test_another_patch_is_no_other_version(
    beside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    major_minor = ".".join(version("numpy").split(".")[:2])
    beside.write_text(re.sub(r"numpy==.*", f"numpy=={major_minor}.99", beside.read_text()))
    assert said(capsys) == ""


def test_a_release_has_both_and_grading_leaves_the_cell_out(
    tmp_path: Path, averages: Assignment
) -> None:
    course = new_course(tmp_path / "course", "c.GradingOptions.packages = ['msgspec']")
    folder = released_folder(course, "averages")
    assert "msgspec==" in (folder / REQUIREMENTS).read_text()
    release = nbformat.read(folder / "averages.ipynb", as_version=4)
    first = next(cell for cell in release.cells if cell.cell_type == "code")
    assert first.source == COMPARING_CELL
    assert COMPARING_CELL not in [cell.source for cell in restore(release, averages).cells]


def test_an_older_release_without_the_cell_is_graded(
    tmp_path: Path, averages: Assignment, released_course: MakeCourse
) -> None:
    course = released_course(tmp_path / "course")
    nbformat.write(answered(averages, {}), course / "mine.ipynb")
    command = ("autograder", "grade-file", "mine.ipynb", "--assignment", "averages")
    assert "60 of 60 points" in run_here(*command, cwd=course).stdout
