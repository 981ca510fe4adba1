"""What a course folder holds: its assignments by name."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from contents import SMALL
from courses import new_course

from autograder.course.contents import (
    PACKAGED_COURSE,
    Contents,
    course_here,
    is_course,
)
from autograder.errors import (
    AutograderError,
    BadSource,
    MissingSource,
    NoHiddenTests,
    SolutionsMissing,
    UnknownAssignment,
)
from autograder.explanation.misconceptions import misconceptions

PARTS = ("assignments", "solutions")


def files_below(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the small course."""
    return new_course(tmp_path / "course")


def test_an_assignment_has_a_notebook_and_hidden_tests(course: Path) -> None:
    contents = Contents(course)
    for part in PARTS:
        shutil.copytree(course / part / "averages", course / part / "medians")
    assert contents.names() == ["averages"]  # there is no medians.ipynb
    (course / "assignments" / "medians" / "averages.ipynb").rename(contents.notebook("medians"))
    assert contents.names() == ["averages", "medians"]
    (course / "solutions" / "medians" / "hidden_tests.py").unlink()
    assert contents.names() == ["averages"]


def test_an_assignment_has_its_parts(course: Path) -> None:
    assignment = Contents(course).assignment("averages")
    assert [exercise.name for exercise in assignment.exercises] == list(assignment.references)
    assert assignment.references["running_maximum"]([3, 1, 4]) == [3, 3, 4]
    assert assignment.references["answer_1"]() == "b"
    assert assignment.hidden_tests == course / "solutions" / "averages" / "hidden_tests.py"
    assert vars(assignment.part(""))["ANSWERS"] == {"answer_1": "b"}
    for part in ("hidden_tests", "misconceptions", "styles"):
        module = assignment.part(part)
        assert module is not None
        assert module.__file__ == str(course / "solutions" / "averages" / f"{part}.py")
    assert assignment.part("answers") is None


def without_hidden_tests(course: Path) -> None:
    (course / "solutions" / "averages" / "hidden_tests.py").unlink()


def without_solutions(course: Path) -> None:
    shutil.rmtree(course / "solutions")


def without_notebook(course: Path) -> None:
    (course / "assignments" / "averages" / "averages.ipynb").unlink()


def without_assignments(course: Path) -> None:
    shutil.rmtree(course / "assignments")


def without_anything(course: Path) -> None:
    shutil.rmtree(course)


def with_a_damaged_notebook(course: Path) -> None:
    (course / "assignments" / "averages" / "averages.ipynb").write_text("{")


@pytest.mark.parametrize(
    ("spoil", "error", "says"),
    [
        (without_hidden_tests, NoHiddenTests, "no hidden tests in solutions/averages/"),
        (without_solutions, SolutionsMissing, r"no solutions/ .* autograder quickstart \."),
        (without_notebook, MissingSource, r"assignments/averages/averages\.ipynb"),
        (without_assignments, MissingSource, r"assignments/averages/averages\.ipynb"),
        (without_anything, MissingSource, "autograder quickstart DIR"),
        (with_a_damaged_notebook, BadSource, "is not a notebook"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_missing_is_said(
    course: Path, spoil: Callable[[Path], None], error: type[AutograderError], says: str
) -> None:
    spoil(course)
    with pytest.raises(error, match=says):
        Contents(course).assignment("averages")


@pytest.mark.parametrize("name", ["week 1", "week-1", "week.1", "1", "%2E", "Mittelwerte für alle"])
def test_any_name_of_a_folder_is_a_name(course: Path, name: str) -> None:
    for part in PARTS:
        (course / part / "averages").rename(course / part / name)
    contents = Contents(course)
    (contents.notebook(name).parent / "averages.ipynb").rename(contents.notebook(name))
    assert contents.names() == [name]
    assignment = contents.assignment(name)
    assert assignment.references["answer_1"]() == "b"
    assert {mistake.exercise for mistake in misconceptions(assignment)} == set(
        assignment.references
    )


@pytest.mark.parametrize(
    "name", ["", ".", "..", "averages/", "./averages", "../solutions/averages", "medians"]
)
def test_a_name_that_is_none_is_refused(course: Path, name: str) -> None:
    with pytest.raises(UnknownAssignment, match=r"Known are: averages\."):
        Contents(course).assignment(name)


def test_the_working_folder_is_taken_if_it_is_a_course(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    assert is_course(course)
    assert course_here() == course
    monkeypatch.chdir(tmp_path)
    assert not is_course(tmp_path)
    assert course_here() == PACKAGED_COURSE
    monkeypatch.chdir(course)
    without_solutions(course)
    assert not is_course(course)
    assert course_here() == PACKAGED_COURSE


def test_the_small_course_of_the_tests_is_one() -> None:
    assert is_course(SMALL.root)
    assert SMALL.names() == ["averages"]
