"""The command as a user meets it: exit statuses, messages without tracebacks, JSON lines."""

import json
from pathlib import Path

import nbformat
import pytest
from commands import run_command, run_here
from courses import MakeCourse, hand_in, new_course, set_options, table_rows
from notebooks import answered, released

from autograder.notebook.assignment import Assignment
from autograder.sandbox.host import Sandbox


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse) -> Path:
    """A course whose assignments are released, with nothing handed in."""
    return released_course(tmp_path / "course")


@pytest.fixture
def files(tmp_path: Path, pooling: Assignment) -> list[str]:
    """Names of notebooks in the working folder: right, none at all, damaged, empty-handed."""
    nbformat.write(answered(pooling, {}), tmp_path / "right.ipynb")
    nbformat.write(released(pooling), tmp_path / "stub.ipynb")
    (tmp_path / "damaged.ipynb").write_text("{")
    return ["right.ipynb", "missing.ipynb", "damaged.ipynb", "stub.ipynb"]


def test_grade_file_gives_one_json_line_for_each_in_the_order_given(
    tmp_path: Path, files: list[str], sandbox: Sandbox
) -> None:
    # In a process, where nothing that others write may get between the lines.
    command = ("python", "-m", "autograder", "grade-file", *files, "--assignment", "pooling")
    options = ("--json", "--student", "student-009")
    result = run_command(*command, *options, cwd=tmp_path, status=1)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["notebook"] for line in lines] == files
    right, missing, damaged, stub = lines
    assert set(missing) == set(damaged) == {"notebook", "error"}
    assert list(right) == [
        *("notebook", "assignment", "student", "score", "max_score", "pending", "sandbox"),
        *("exercises", "sandbox_gaps", "written", "untouched"),
    ]
    assert (right["score"], right["max_score"], right["pending"]) == (90, 90, 10)
    assert (stub["score"], stub["pending"], stub["student"]) == (0, 0, "student-009")
    exercise = right["exercises"][0]
    assert list(exercise) == ["name", "score", "max_score", "misconception", "hint", "tests"]
    assert list(exercise["tests"][0]) == ["name", "title", "outcome", "weight", "message"]
    probe = sandbox.probe  # without bubblewrap there is a gap
    assert (right["sandbox"], right["sandbox_gaps"]) == (probe.level, [*probe.gaps])


def test_grade_file_for_people(tmp_path: Path, files: list[str]) -> None:
    command = ("autograder", "grade-file", files[0], "--assignment", "pooling")
    result = run_here(*command, cwd=tmp_path)
    assert "right.ipynb: 90 of 90 points, 10 wait for a human" in result.stdout
    assert "✓ " in result.stdout


IMPORTED = """
import atexit, sys
slow = "nbgrader", "nbformat", "numpy"
atexit.register(lambda: print("imported:", *(name for name in slow if name in sys.modules)))
from autograder.cli import main
sys.argv = ["autograder", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_what_is_only_asked_of_the_command_imports_nothing_slow(
    tmp_path: Path, option: str
) -> None:
    result = run_command("python", "-c", IMPORTED, option, cwd=tmp_path)
    assert "autograder" in result.stdout
    assert result.stdout.splitlines()[-1] == "imported:"


ANNOUNCED = """
import sys
from rich.console import Console
from autograder import cli
class Told(Console):
    def print(self, text, **style):
        print(text, *("numpy" in sys.modules, "nbgrader" in sys.modules))
cli.errors = Told(stderr=True, force_terminal=sys.argv.pop(1) == "terminal")
cli.main()
"""


@pytest.mark.parametrize(("where", "lines"), [("terminal", 1), ("file", 0)])
def test_a_command_says_that_it_is_there_before_it_imports_anything_slow(
    tmp_path: Path, where: str, lines: int
) -> None:
    result = run_command("python", "-c", ANNOUNCED, where, "quickstart", "course", cwd=tmp_path)
    announced = "autograder quickstart: loading nbgrader and NumPy ... False False"
    assert result.stdout.splitlines().count(announced) == lines
    assert (tmp_path / "course" / "nbgrader_config.py").exists()


@pytest.mark.parametrize(
    "imports", ["autograder.cli, nbgrader.api", "autograder.lean_imports, autograder.workers"]
)
def test_what_makes_nbgrader_slow_stays_out(tmp_path: Path, imports: str) -> None:
    tell = f"import {imports}, nbformat, sys; print(sys.modules['rfc3987_syntax'])"
    result = run_command("python", "-c", tell, cwd=tmp_path)
    assert result.stdout == "None\n"


# Another pool of this process has the same server as the workers of a class.
IN_A_WORKER = """
import multiprocessing
from pathlib import Path
from autograder.options import Limits
from autograder.workers import Job, WorkerSetup, grade_jobs
setup = WorkerSetup("pooling", None, b"", Limits())
list(grade_jobs([Job(Path("nowhere.ipynb"), "nowhere.ipynb")], setup, 1))
with multiprocessing.get_context("forkserver").Pool(1) as pool:
    print(pool.apply(eval, ["__import__('sys').modules['rfc3987_syntax']"]))
"""


def test_it_stays_out_of_the_workers_of_a_class(tmp_path: Path) -> None:
    result = run_command("python", "-c", IN_A_WORKER, cwd=tmp_path)
    assert result.stdout == "None\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("grade-file", "x.ipynb", "--assignment", "pool"), "There is no assignment 'pool'"),
        (("grade", "pool"), "There is no assignment 'pool'"),
        (("grade", "pooling"), "Collect first: nbgrader collect"),
        (("grade", "pooling", "--course-dir", "assignments"), "Is this a course folder?"),
        (("grade", "pooling", "--course-dir", "nowhere"), "does not exist"),
        (("quickstart", "nbgrader_config.py"), "is a file. A course needs a folder."),
        (("grade", "pooling", "--jobs", "0"), "Invalid value for '--jobs'"),
        (("grade-file", "--assignment", "pooling"), "Missing argument"),
        (("nonsense",), "No such command"),
    ],
)
def test_wrong_usage(course: Path, arguments: tuple[str, ...], says: str) -> None:
    result = run_here("autograder", *arguments, cwd=course, status=2)
    assert says in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_an_option_that_makes_no_sense_is_refused(course: Path) -> None:
    set_options(course, "c.GradingOptions.call_seconds = 'ten'")
    hand_in(course, "student-001", "pooling", "{}")
    result = run_here("autograder", "grade", "pooling", cwd=course, status=2)
    assert "call_seconds" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unreleased_assignment_is_named(tmp_path: Path) -> None:
    course = new_course(tmp_path / "course")
    hand_in(course, "student-001", "pooling", "{}")
    result = run_command("autograder", "grade", "pooling", cwd=course, status=2)
    assert "nbgrader generate_assignment pooling" in result.stderr
    assert "Traceback" not in result.stderr


def test_grade_skips_what_has_not_changed(course: Path, pooling: Assignment) -> None:
    right, stub = nbformat.writes(answered(pooling, {})), nbformat.writes(released(pooling))
    hand_in(course, "student-001", "pooling", right)
    hand_in(course, "student-002", "pooling", stub)
    hand_in(course, "student-003", "pooling", "no notebook")
    hand_in(course, "student-004", "pooling", right, file_name="other.ipynb")
    grade = ("autograder", "grade", "pooling", "--course-dir", str(course))

    first = run_command(*grade, cwd=course.parent, status=1)
    assert "90.0 / 90" in first.stdout
    assert first.stdout.count("not graded") == 2
    assert "had not changed" not in first.stdout

    second = run_here(*grade, cwd=course.parent, status=1)
    assert "2 of 4 had not changed" in second.stdout

    forced = run_here(*grade, "--force", "--student", "student-001", cwd=course.parent)
    assert "had not changed" not in forced.stdout


def test_a_student_without_a_submission_is_not_made_up(course: Path, pooling: Assignment) -> None:
    hand_in(course, "student-001", "pooling", nbformat.writes(answered(pooling, {})))
    grade = ("autograder", "grade", "pooling", "--student", "studnet-001")
    result = run_here(*grade, cwd=course, status=2)
    assert "Nothing of 'pooling' was collected from studnet-001." in result.stderr
    assert "studnet-001" not in str(table_rows(course)["student"])
