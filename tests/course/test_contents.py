"""What a course folder holds: its assignments by name, and how a new one is laid out."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import run_here
from contents import SMALL
from courses import new_course

from autograder.course.contents import (
    PACKAGED_COURSE,
    Contents,
    course_here,
    create_course,
    is_course,
)
from autograder.course.folder import Course
from autograder.errors import (
    AutograderError,
    BadSource,
    MissingSource,
    NoHiddenTests,
    NotAFolder,
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


def test_a_new_course_is_the_one_that_comes_with_the_package(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "course"
    create_course(folder)
    assert is_course(folder)
    config = "nbgrader_config.py"
    assert {path.name for path in folder.iterdir()} == {*PARTS, config}
    assert (folder / config).read_bytes() == (PACKAGED_COURSE / config).read_bytes()
    for part in PARTS:
        made, given = files_below(folder / part), files_below(PACKAGED_COURSE / part)
        assert made == {
            name: content
            for name, content in given.items()
            if not any(p.startswith((".", "__pycache__")) for p in Path(name).parts)
        }
    course = Course.open(folder)
    names = Contents(PACKAGED_COURSE).names()
    assert names
    assert course.contents.names() == names
    assert course.demo_assignment in names
    assert [course.assignment(name).name for name in names] == names


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    create_course(tmp_path)
    before = files_below(tmp_path)
    for name in before:
        (tmp_path / name).write_text(f"# my own {name}")
    (tmp_path / "grades.csv").write_text("mine as well")
    changed = files_below(tmp_path)
    create_course(tmp_path)
    assert files_below(tmp_path) == changed


def test_what_a_course_lacks_is_added(tmp_path: Path) -> None:
    create_course(tmp_path / "new")
    complete = files_below(tmp_path / "new")
    for name in complete:
        create_course(tmp_path / "course")
        (tmp_path / "course" / name).unlink()
        create_course(tmp_path / "course")
        assert files_below(tmp_path / "course") == complete, name


def test_a_course_of_an_older_version_gets_its_solutions(tmp_path: Path) -> None:
    """Such a course has a configuration and assignments, and its notebooks may be edited."""
    create_course(tmp_path / "new")
    folder = tmp_path / "old"
    create_course(folder)
    shutil.rmtree(folder / "solutions")
    name, *_ = Contents(tmp_path / "new").names()
    (folder / "nbgrader_config.py").write_text(
        "from autograder.nbgrader_hooks import configure\n\nc = get_config()\nconfigure(c)\n"
    )
    notebook = folder / "assignments" / name / f"{name}.ipynb"
    notebook.write_bytes(notebook.read_bytes().replace(b"\n", b"\n\n", 1))
    before = files_below(folder)

    result = run_here("autograder", "grade", name, cwd=folder, status=2)
    assert "has no solutions/" in result.stderr
    assert "autograder quickstart ." in result.stderr
    assert files_below(folder) == before
    result = run_here("autograder", "quickstart", ".", cwd=folder)
    assert f"nbgrader generate_assignment {name}" in result.stdout
    after = files_below(folder)
    assert {path: after[path] for path in before} == before
    added = {path: text for path, text in after.items() if path not in before}
    solutions = files_below(tmp_path / "new" / "solutions")
    assert added == {f"solutions/{path}": text for path, text in solutions.items()}
    result = run_here("autograder", "grade", name, cwd=folder, status=2)
    assert "Collect first" in result.stderr  # it can be graded


def test_a_file_is_not_made_a_course(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NotAFolder, match=r"thesis\.txt is a file"):
        create_course(tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_small_course_of_the_tests_is_one() -> None:
    assert is_course(SMALL.root)
    assert SMALL.names() == ["averages"]
