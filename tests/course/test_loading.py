"""A course's modules are those of its folder as it is now, whatever else has their names."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from commands import run_command, run_here
from courses import MakeCourse, hand_in, new_course, table_rows
from machines import memory_used_up

import autograder
from autograder.course.contents import Contents
from autograder.course.folder import Course
from autograder.course.loading import LoadedSolutions
from autograder.errors import BrokenCourseFile
from autograder.explanation.misconceptions import misconceptions
from autograder.explanation.next_step import contrasts
from autograder.explanation.styles import styles
from autograder.import_path import put_working_folder_last
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.results import Outcome
from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_tests import hidden_test_weights, run_hidden_tests

NAMES_OF_OTHERS = ("solutions", "numpy", "statistics", "queue", "random", "selectors")
STANDS_FOR = "raise RuntimeError('a file of the course stands for an installed module')\n"
WRONG = "def step_down(values, slopes, rate):\n    return values + rate * slopes"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the small course."""
    return new_course(tmp_path / "course")


def edit(path: Path, old: str, new: str) -> None:
    """Replace text in a file by as much; it keeps even the times that it had."""
    text, status = path.read_text(), path.stat()
    assert old in text
    assert len(old) == len(new)
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def letter(assignment: Assignment) -> object:
    return assignment.references["answer_1"]()


def weight_of_a_step(assignment: Assignment) -> object:
    return hidden_test_weights(assignment)["step_down"]["test_a_step"]


def first_mistake_in_a_step(assignment: Assignment) -> object:
    return next(m.name for m in misconceptions(assignment) if m.exercise == "step_down")


def last_style(assignment: Assignment) -> object:
    return styles(assignment)[-1].name


def last_contrast(assignment: Assignment) -> object:
    return contrasts(assignment)[-1].what


def complaint(assignment: Assignment) -> object:
    with pytest.raises(ValueError, match="number") as caught:
        assignment.references["weighted_mean"]([], [])
    return str(caught.value)


def failed(assignment: Assignment, answers: Assignment) -> set[str]:
    """Return what the right answers of one assignment get wrong in the tests of another."""
    student = direct_student(answers, right_answers(answers))
    results = run_hidden_tests(assignment, student, b"")
    return {
        name
        for name, tests in results.items()
        if any(test.outcome is not Outcome.PASSED for test in tests)
    }


# --- two courses ---------------------------------------------------------------------------


def test_two_courses_do_not_mix(tmp_path: Path) -> None:
    one, other = (Contents(new_course(tmp_path / name)) for name in ("one", "other"))
    theirs = other.solutions / "averages"
    edit(theirs / "__init__.py", '"answer_1": "b"', '"answer_1": "c"')
    edit(theirs / "hidden_tests.py", "@weight(3)", "@weight(5)")
    edit(theirs / "misconceptions.py", "walks_up=", "climbs_a=")
    edit(theirs / "styles.py", "def step_one_by_one", "def step_two_by_two")
    edit(other.solutions / "_contrasts.py", "a single number", "a lonely number")
    edit(other.solutions / "_arguments.py", "number is needed", "number is wanted")

    first, second = one.assignment("averages"), other.assignment("averages")
    assert [letter(a) for a in (first, second)] == ["b", "c"]
    assert failed(first, first) == failed(second, second) == set()
    assert failed(first, second) == failed(second, first) == {"answer_1"}
    assert [weight_of_a_step(a) for a in (first, second)] == [3, 5]
    ours, others = ({m.name for m in misconceptions(a)} for a in (first, second))
    assert ("walks_up" in ours, "climbs_a" in ours) == (True, False)
    assert ("walks_up" in others, "climbs_a" in others) == (False, True)
    assert [last_style(a) for a in (first, second)] == ["step_one_by_one", "step_two_by_two"]
    assert [last_contrast(a) for a in (first, second)] == ["a single number", "a lonely number"]
    assert str(complaint(first)).endswith("is needed")
    assert str(complaint(second)).endswith("is wanted")
    assert failed(first, first) == set()  # as before the other was loaded


# --- names that others have ----------------------------------------------------------------


@pytest.fixture(scope="module")
def collected(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    """A course with two submissions, one of them wrong."""
    folder = released_course(tmp_path_factory.mktemp("collected") / "course")
    for student, changes in (("student-001", {}), ("student-002", {"step_down": WRONG})):
        hand_in(folder, student, "averages", nbformat.writes(answered(averages, changes)))
    (folder / ".grading_secret").write_bytes(b"the same numbers in both courses")
    return folder


@pytest.fixture(scope="module")
def graded(collected: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same course, graded."""
    folder = shutil.copytree(collected, tmp_path_factory.mktemp("graded") / "course")
    run_here("autograder", "grade", "averages", cwd=folder)
    return folder


def results(course: Path) -> dict[str, object]:
    """Return what grading found, by student."""
    kept = (course / "gradings" / "averages").glob("*.json")
    return {path.stem: json.loads(path.read_bytes())["grading"] for path in kept}


def put_names_of_others(folder: Path) -> None:
    for name in NAMES_OF_OTHERS:
        (folder / f"{name}.py").write_text(STANDS_FOR)
    (folder / "autograder").mkdir()


def texts(course: Path) -> dict[Path, bytes]:
    """Return the instructor's files."""
    parts = (course / "assignments", course / "solutions")
    found = [*course.glob("*.py"), *(path for part in parts for path in part.rglob("*"))]
    return {path: path.read_bytes() for path in found if path.is_file()}


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        ("autograder grade averages", "course"),
        ("autograder grade averages --course-dir ../..", "course/solutions/averages"),
        ("autograder grade averages --course-dir course", "."),
        ("nbgrader autograde averages", "course"),
    ],
)
def test_files_with_names_of_others_are_in_nobodys_way(
    tmp_path: Path, collected: Path, graded: Path, command: str, folder: str
) -> None:
    course = Path(shutil.copytree(collected, tmp_path / "course"))
    put_names_of_others(course)
    if (tmp_path / folder) != course:
        put_names_of_others(tmp_path / folder)
    # As an editor leaves it that has the file open: a link to nowhere.
    (course / "solutions" / "averages" / ".#hidden_tests.py").symlink_to("somebody@here.123")
    before = texts(course)
    # Python would keep what it compiled, unless it is told not to.
    run_command(*command.split(), cwd=tmp_path / folder, PYTHONDONTWRITEBYTECODE="")
    assert results(course) == results(graded)
    assert table_rows(course) == table_rows(graded)
    assert texts(course) == before
    assert not list(course.rglob("__pycache__"))


def test_nor_are_they_where_the_package_is_run_as_a_module(course: Path) -> None:
    put_names_of_others(course)
    result = run_command("python", "-m", "autograder", "catalogue", cwd=course)
    assert "running_maximum" in result.stdout


def test_a_checkout_may_have_such_files_as_well(tmp_path: Path) -> None:
    """The sandbox takes the engine from the folder of a checkout, and nothing else."""
    checkout = tmp_path / "checkout"
    shutil.copytree(
        Path(autograder.__file__).parent,
        checkout / "autograder",
        ignore=shutil.ignore_patterns("__pycache__", "packaged_course"),
    )
    for name in NAMES_OF_OTHERS:
        (checkout / f"{name}.py").write_text(STANDS_FOR)
    program = (
        f"import sys; sys.path.insert(0, {str(checkout)!r}); import autograder; del sys.path[0]\n"
        "from autograder.cli import main; main()"
    )
    result = run_command("python", "-c", program, "doctor", cwd=tmp_path, status=None)
    assert result.stdout.startswith("Sandbox level: "), result.stderr


PLUGIN = """
from pathlib import Path
from nbgrader.plugins import ExportPlugin
class Own(ExportPlugin):
    def export(self, gradebook):
        Path("own.txt").write_text(f"{len(gradebook.assignments)} assignments")
"""


def test_a_courses_own_plugin_is_still_found(
    tmp_path: Path, released_course: MakeCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    option = "c.ExportApp.plugin_class = 'plugin_of_this_course.Own'"
    course = released_course(tmp_path / "course", option)
    (course / "plugin_of_this_course.py").write_text(PLUGIN)
    run_here("nbgrader", "export", cwd=course)
    sys.modules.pop("plugin_of_this_course")
    assert sys.path[-1] == str(course)  # behind everything else
    assert sys.path.count(str(course)) == 1
    assert (course / "own.txt").read_text() == "1 assignments"


@pytest.mark.parametrize("config", ["", "# no configuration of ours"])
def test_a_course_that_is_opened_comes_last_on_the_import_path(
    course: Path, tmp_path: Path, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [*sys.path]
    monkeypatch.setattr(sys, "path", [*before])
    if config:
        (course / "nbgrader_config.py").write_text(config)
    for _ in range(2):
        Course.open(course)
        assert sys.path == [*before, str(course)]
    monkeypatch.chdir(tmp_path)
    put_working_folder_last()  # it is not on the path, and does not come there
    assert sys.path == [*before, str(course)]


# --- edited files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "seen", "old", "new"),
    [
        ("averages/__init__.py", letter, "b", "c"),
        ("averages/hidden_tests.py", weight_of_a_step, 3, 5),
        ("averages/misconceptions.py", first_mistake_in_a_step, "walks_up", "climbs_a"),
        ("averages/styles.py", last_style, "step_one_by_one", "step_two_by_two"),
        ("_contrasts.py", last_contrast, "a single number", "a lonely number"),
        (
            "_arguments.py",
            complaint,
            "at least one number is needed",
            "at least one number is wanted",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.endswith(".py") else "",
)
def test_an_edited_file_is_loaded_anew(
    course: Path,
    file: str,
    seen: Callable[[Assignment], object],
    old: object,
    new: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = course / "solutions" / file
    marks = {
        "b": '"answer_1": "{}"',
        3: "@weight({})",
        "step_one_by_one": "def {}(",
        "walks_up": "{}=",
    }
    mark = marks.get(old, '"{}"')
    for before, after in ((old, new), (new, old), (old, new)):
        assert seen(Contents(course).assignment("averages")) == before
        edit(path, mark.format(before), mark.format(after))
        assert seen(Contents(course).assignment("averages")) == after


def test_a_file_that_is_added_is_found(course: Path) -> None:
    path = course / "solutions" / "averages" / "styles.py"
    text = path.read_text()
    path.unlink()
    assert styles(Contents(course).assignment("averages")) == []
    path.write_text(text)
    assert len(styles(Contents(course).assignment("averages"))) == 6


@pytest.mark.parametrize("command", ["autograder grade", "nbgrader autograde --force"])
def test_both_doors_grade_with_what_a_file_says_now(
    tmp_path: Path, collected: Path, command: str
) -> None:
    course = Path(shutil.copytree(collected, tmp_path / "course"))
    found = []
    for old, new in (("b", "b"), ("b", "c"), ("c", "b")):
        references = course / "solutions" / "averages" / "__init__.py"
        edit(references, f'"answer_1": "{old}"', f'"answer_1": "{new}"')
        run_here(*command.split(), "averages", cwd=course)
        scores = [row[2] for row in table_rows(course)["grade"] if row[1] == "test_answer_1"]
        found.append(scores)
    assert found == [[10, 10], [0, 0], [10, 10]]


def test_who_read_an_assignment_before_an_edit_can_go_on(course: Path) -> None:
    """A server has several requests at once, and an instructor edits while it works."""
    before = Contents(course).assignment("averages")
    edit(course / "solutions" / "averages" / "hidden_tests.py", "@weight(3)", "@weight(5)")
    after = Contents(course).assignment("averages")
    assert failed(after, after) == set()
    assert failed(before, before) == set()
    assert len(misconceptions(before)) == len(misconceptions(after)) == 13
    assert last_contrast(before) == last_contrast(after)


def test_nothing_is_written_into_a_course_that_is_loaded(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    before = sorted(course.rglob("*"))
    assignment = Contents(course).assignment("averages")
    assert failed(assignment, assignment) == set()
    assert misconceptions(assignment)
    assert styles(assignment)
    assert sorted(course.rglob("*")) == before


def test_modules_of_before_are_dropped(course: Path) -> None:
    def count() -> int:
        files = (getattr(module, "__file__", None) or "" for module in [*sys.modules.values()])
        return sum(file.startswith(str(course)) for file in files)

    last_contrast(Contents(course).assignment("averages"))
    loaded = count()
    assert loaded == 4
    for old, new in (("b", "c"), ("c", "a"), ("a", "b")):
        path = course / "solutions" / "averages" / "__init__.py"
        edit(path, f'"answer_1": "{old}"', f'"answer_1": "{new}"')
        last_contrast(Contents(course).assignment("averages"))
        assert count() == loaded


# --- broken files --------------------------------------------------------------------------

BROKEN = {
    "raises": ("averages", b"\n\n1 / 0\n", 3, "ZeroDivisionError"),
    "raises within": ("averages", b"def f():\n    [][1]\n\nf()\n", 2, "IndexError"),
    "raises in NumPy": ("averages", b"import numpy as np\nnp.zeros(-1)\n", 2, "ValueError"),
    "no name": ("averages", b"\nanswer\n", 2, "NameError"),
    "nothing to import": ("averages", b"\n\nfrom .._no import x\n", 3, "ModuleNotFoundError"),
    "no such name": ("averages", b"from .._arguments import x\n", 1, "ImportError"),
    "no Python": ("averages", b"x = 1\ny = (\nz", 2, "SyntaxError"),
    "not indented": ("averages", b"def f():\nreturn 1\n", 2, "IndentationError"),
    "no UTF-8": ("averages", b"x = 1\ny = '\xff'\n", None, "SyntaxError"),
    "null bytes": ("averages", b"x = 1\n\0\n", None, "SyntaxError"),
    "no encoding": ("averages", b"# coding: none\n", None, "SyntaxError"),
    "leaves": ("averages", b"\nexit(0)\n", 2, "SystemExit"),
    "never ends": ("averages", b"def f(): f()\nf()\n", 1, "RecursionError"),
    "in a shared file": ("_arguments.py", b"\n\n\n1 / 0\n", 4, "ZeroDivisionError"),
}


@pytest.mark.parametrize(("place", "text", "line", "kind"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_with_its_line(
    course: Path, place: str, text: bytes, line: int | None, kind: str
) -> None:
    path = course / "solutions" / place
    file = path / "__init__.py" if path.is_dir() else path
    right = file.read_bytes()
    file.write_bytes(text)
    for _ in range(2):  # and nothing half loaded is taken for the module
        with pytest.raises(BrokenCourseFile) as caught:
            _ = Contents(course).assignment("averages").references
        assert (caught.value.file, caught.value.kind) == (str(file), kind)
        if line is not None:
            assert caught.value.line == line
            assert str(caught.value).startswith(f"{file}, line {line}: {kind}: ")
    file.write_bytes(right)
    assert letter(Contents(course).assignment("averages")) == "b"


@pytest.mark.parametrize("name", ["hidden_tests", "misconceptions", "styles"])
def test_so_is_another_file_where_it_is_used(course: Path, name: str) -> None:
    file = course / "solutions" / "averages" / f"{name}.py"
    file.write_text("\n1 / 0\n")
    assignment = Contents(course).assignment("averages")
    with pytest.raises(BrokenCourseFile) as caught:
        assignment.part(name)
    assert (caught.value.file, caught.value.line) == (str(file), 2)


@pytest.mark.parametrize("command", ["autograder grade", "nbgrader autograde"])
def test_each_door_names_the_broken_file_and_changes_nothing(
    tmp_path: Path, graded: Path, command: str
) -> None:
    course = Path(shutil.copytree(graded, tmp_path / "course"))
    file = course / "solutions" / "averages" / "hidden_tests.py"
    file.write_text("import pytest\n\n1 / 0\n")
    result = run_here(*command.split(), "averages", cwd=course, status=2)
    assert f"{file}, line 3: ZeroDivisionError: division by zero" in result.stderr
    assert "Traceback" not in result.stderr
    assert results(course) == results(graded)
    assert table_rows(course) == table_rows(graded)


def test_a_module_that_is_not_there_is_none(course: Path) -> None:
    loaded = LoadedSolutions(course / "solutions")
    assert loaded.module("medians") is None
    assert loaded.module("averages", "medians") is None
    module = loaded.module("averages")
    assert module is not None
    assert module.__file__ == str(course / "solutions" / "averages" / "__init__.py")


def test_for_want_of_memory_no_file_is_called_broken(course: Path) -> None:
    file = course / "solutions" / "averages" / "styles.py"
    file.write_text("memory = bytes(2**62)")  # more than anybody has
    with pytest.raises(BrokenCourseFile, match="line 1: MemoryError"):
        LoadedSolutions(course / "solutions").module("averages", "styles")
    file.write_text("memory = []\nwhile True: memory.append(bytes(2**20))")
    with pytest.raises(MemoryError), memory_used_up():
        LoadedSolutions(course / "solutions").module("averages", "styles")
