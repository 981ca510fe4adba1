"""Where submitted code cannot be locked in, nothing is graded unless somebody insists."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from commands import Finished, command_line, run_command, run_here
from courses import MakeCourse, hand_in, set_options, table_rows
from machines import run_all_without_layers

from autograder.batch.class_grading import grade_class
from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.results import Grading

NOTHING = "Nothing was graded: submitted code could change files outside its folder, "
UNSAFE = "--unsafe-no-sandbox"
NOTEBOOK = "submitted/student-001/averages/averages.ipynb"
GRADE_FILE = ("autograder", "grade-file", NOTEBOOK, "--assignment", "averages")

REFUSED = {
    "grade": ("autograder", "grade", "averages", "--force"),
    "autograde": ("nbgrader", "autograde", "averages", "--force"),
    "grade-file": GRADE_FILE,
}
BY_OPTION = {
    "grade where the option is set": ("autograder", "grade", "averages"),
    "autograde where the option is set": ("nbgrader", "autograde", "averages"),
}
INSISTING = {**BY_OPTION, "grade-file that insists": (*GRADE_FILE, "--json", UNSAFE)}

Tried = dict[str, tuple[Finished, Path]]
Grades = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def collected(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> tuple[Path, Grades]:
    """A course with two submissions, one of them graded earlier, and its grades."""
    course = released_course(tmp_path_factory.mktemp("refusal") / "course")
    hand_in(course, "student-001", "averages", nbformat.writes(answered(averages, {})))
    (first,) = grade_class(Course.open(course), "averages", jobs=1)
    assert isinstance(first.result, Grading), first.result
    hand_in(course, "student-002", "averages", nbformat.writes(answered(averages, {})))
    return course, table_rows(course)["grade"]


@pytest.fixture(scope="module")
def tried(collected: tuple[Path, Grades]) -> Tried:
    """Every door tried with nothing to lock code in, each on a course of its own."""
    course, _ = collected
    commands = REFUSED | INSISTING
    copies = [Path(shutil.copytree(course, course.with_name(name))) for name in commands]
    for copy in copies:
        if copy.name in BY_OPTION:
            set_options(copy, "c.GradingOptions.unsafe_no_sandbox = True")
    ended = run_all_without_layers(list(zip(commands.values(), copies, strict=True)))
    return dict(zip(commands, zip(ended, copies, strict=True), strict=True))


@pytest.mark.parametrize("door", REFUSED)
def test_nothing_is_graded_and_nothing_is_lost(
    tried: Tried, collected: tuple[Path, Grades], door: str
) -> None:
    result, course = tried[door]
    _, grades = collected
    assert result.status == 2, result.stderr
    assert result.stderr.count(NOTHING) == 1
    assert UNSAFE in result.stderr
    assert "Traceback" not in result.stderr
    assert table_rows(course)["grade"] == grades
    assert (course / "autograded" / "student-001").exists()
    assert not (course / "autograded" / "student-002").exists()


@pytest.mark.parametrize("door", INSISTING)
def test_whoever_insists_is_told_once_that_code_is_not_locked_in(tried: Tried, door: str) -> None:
    result, _ = tried[door]
    assert result.status == 0, result.stderr
    assert result.stderr.count("not wholly locked in (sandbox level none)") == 1


@pytest.mark.parametrize("door", BY_OPTION)
def test_the_option_lets_everybody_be_graded(tried: Tried, door: str) -> None:
    _, course = tried[door]
    scores = dict.fromkeys(("student-001", "student-002"), 0.0)
    for student, _, auto, *_ in table_rows(course)["grade"]:
        scores[student] += auto or 0.0
    assert scores == {"student-001": 60, "student-002": 60}


def test_a_result_says_what_code_could_do(tried: Tried) -> None:
    result, _ = tried["grade-file that insists"]
    line = json.loads(result.stdout)
    assert (line["score"], line["sandbox"]) == (60, "none")
    assert "run programs" in line["sandbox_gaps"]


# Where hardly anything can be written, a sandbox cannot be warmed up.
WITHOUT_ROOM = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
os.execv(sys.argv[2], sys.argv[2:])
"""


@pytest.mark.parametrize(
    ("door", "most", "says"),
    [
        ("grade", 1000, "There is no room left on the disk"),  # what the workers lie in, before it
        ("grade", 8192, "The sandbox did not start: its files find no room. Make room "),
        ("autograde", 1000, "The sandbox did not start: its files find no room. Make room "),
    ],
)
def test_files_that_must_not_grow_cost_no_result(
    collected: tuple[Path, Grades], tmp_path: Path, door: str, most: int, says: str
) -> None:
    course, grades = collected
    copy = Path(shutil.copytree(course, tmp_path / "course"))
    program, *arguments = REFUSED[door]
    command = ("python", "-c", WITHOUT_ROOM, str(most), *command_line(program, *arguments))
    # The environment is shared: what is compiled must not be kept in it cut off.
    result = run_command(*command, cwd=copy, status=2, PYTHONDONTWRITEBYTECODE="1")
    assert result.stderr.count(says) == 1
    assert "Traceback" not in result.stderr
    assert table_rows(copy)["grade"] == grades
    assert (copy / "autograded" / "student-001").exists()


@pytest.mark.parametrize(
    ("hidden_tests", "reason"),
    [
        ("def broken(:", "hidden_tests.py, line 1: SyntaxError: "),
        (
            "import pytest\n\n@pytest.mark.parametrize('number', [1])\ndef test(): ...\n",
            "hidden_tests.py could not be run",
        ),
    ],
    ids=["no Python", "no tests"],
)
def test_hidden_tests_that_cannot_be_run_cost_no_result(
    collected: tuple[Path, Grades], tmp_path: Path, hidden_tests: str, reason: str
) -> None:
    course, grades = collected
    copy = Path(shutil.copytree(course, tmp_path / "course"))
    (copy / "solutions" / "averages" / "hidden_tests.py").write_text(hidden_tests)
    for program, *arguments in (REFUSED["grade"], REFUSED["autograde"]):
        result = run_here(program, *arguments, cwd=copy, status=2)
        assert reason in result.stderr
        assert "Traceback" not in result.stderr
        assert table_rows(copy)["grade"] == grades
