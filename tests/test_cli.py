"""The command as a user meets it: exit statuses, messages without tracebacks, JSON lines."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from commands import run_command, run_here
from contents import OWN, SMALL
from courses import MakeCourse, hand_in, new_course, set_options, table_rows

from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, released
from autograder.sandbox.host import Sandbox


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse) -> Path:
    """A course whose assignment is released, with nothing handed in."""
    return released_course(tmp_path / "course")


@pytest.fixture
def files(tmp_path: Path, averages: Assignment) -> list[str]:
    """Names of notebooks in the working folder: right, none at all, damaged, empty-handed."""
    new_course(tmp_path / "course")
    nbformat.write(answered(averages, {}), tmp_path / "course" / "right.ipynb")
    nbformat.write(released(averages), tmp_path / "course" / "stub.ipynb")
    (tmp_path / "course" / "damaged.ipynb").write_text("{")
    return ["right.ipynb", "missing.ipynb", "damaged.ipynb", "stub.ipynb"]


def test_grade_file_gives_one_json_line_for_each_in_the_order_given(
    tmp_path: Path, files: list[str], sandbox: Sandbox
) -> None:
    # In a process, where nothing that others write may get between the lines.
    command = ("python", "-m", "autograder", "grade-file", *files, "--assignment", "averages")
    options = ("--json", "--student", "student-009")
    result = run_command(*command, *options, cwd=tmp_path / "course", status=1)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["notebook"] for line in lines] == files
    right, missing, damaged, stub = lines
    assert set(missing) == set(damaged) == {"notebook", "error"}
    assert list(right) == [
        *("notebook", "assignment", "student", "score", "max_score", "pending", "sandbox"),
        *("exercises", "sandbox_gaps", "written", "untouched", "notes", "limits", "texts"),
    ]
    assert (right["score"], right["max_score"], right["pending"]) == (60, 60, 10)
    assert (stub["score"], stub["pending"], stub["student"]) == (0, 0, "student-009")
    exercise = right["exercises"][0]
    parts = ["name", "score", "max_score", "misconception", "hint", "tests", "group"]
    assert list(exercise) == parts
    assert list(exercise["tests"][0]) == ["name", "title", "outcome", "weight", "message", "fault"]
    probe = sandbox.probe  # without bubblewrap there is a gap
    assert (right["sandbox"], right["sandbox_gaps"]) == (probe.level, [*probe.gaps])


def test_grade_file_for_people(tmp_path: Path, files: list[str]) -> None:
    command = ("autograder", "grade-file", files[0], "--assignment", "averages")
    result = run_here(*command, cwd=tmp_path / "course")
    assert "right.ipynb: 60 of 60 points, 10 wait for a human" in result.stdout
    assert "✓ " in result.stdout


def test_the_catalogue_is_that_of_the_course_in_the_working_folder(tmp_path: Path) -> None:
    course = new_course(tmp_path / "course")
    every, named = (
        run_here("autograder", "catalogue", *names, cwd=course) for names in ((), ("averages",))
    )
    assert every == named
    for exercise in SMALL.assignment("averages").exercises:
        assert exercise.name in every.stdout
    assert "starts_from_zero" in every.stdout


@pytest.mark.parametrize(
    "command", [("grade-file", "x.ipynb", "--assignment", "averages"), ("catalogue", "averages")]
)
def test_elsewhere_it_is_the_course_that_comes_with_the_package(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    result = run_here("autograder", *command, cwd=tmp_path, status=2)
    known = ", ".join(OWN.names())
    assert f"There is no assignment 'averages'. Known are: {known}." in result.stderr
    assert "Traceback" not in result.stderr


def test_sync_rewrites_the_notebooks_of_the_course_in_the_working_folder(tmp_path: Path) -> None:
    course = new_course(tmp_path / "course")
    notebook = course / "assignments" / "averages" / "averages.ipynb"
    before = notebook.read_bytes()
    in_step = run_here("autograder", "sync", cwd=course)
    assert (in_step.stdout, notebook.read_bytes()) == ("averages: in step\n", before)

    references = course / "solutions" / "averages" / "__init__.py"
    text = references.read_text()
    references.write_text(text.replace("values - rate * slopes", "values + -rate * slopes"))
    assert run_here("autograder", "sync", cwd=course).stdout == "averages: rewritten\n"
    assert b"return values + -rate * slopes" in notebook.read_bytes()
    assert run_here("autograder", "sync", cwd=course).stdout == "averages: in step\n"


def test_sync_writes_nothing_where_there_is_no_course(tmp_path: Path) -> None:
    result = run_here("autograder", "sync", cwd=tmp_path, status=2)
    assert f"{tmp_path} is not a course" in result.stderr
    assert "autograder quickstart DIR" in result.stderr
    assert "Traceback" not in result.stderr
    assert [*tmp_path.iterdir()] == []


IMPORTED = """
import atexit, sys
slow = "nbgrader", "nbformat", "numpy"
atexit.register(lambda: print("imported:", *(name for name in slow if name in sys.modules)))
from autograder.cli import main
sys.argv = ["autograder", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["-h"], 0),
        (["--help"], 0),
        (["--version"], 0),
        (["grade", "averages", "--scores"], 2),  # which makes no sense alone
    ],
)
def test_what_is_only_asked_of_the_command_imports_nothing_slow(
    tmp_path: Path, arguments: list[str], status: int
) -> None:
    result = run_command("python", "-c", IMPORTED, *arguments, cwd=tmp_path, status=status)
    assert "autograder" in result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == "imported:"


HUNG_UP = """
import atexit, os, signal, sys
signal.signal(signal.SIGHUP, getattr(signal, sys.argv.pop(1)))
def hang_up():
    os.kill(os.getpid(), signal.SIGHUP)
    print("goes on")
atexit.register(hang_up)
from autograder.cli import main
sys.argv = ["autograder", "--version"]
main()
"""


@pytest.mark.parametrize(("before", "goes_on"), [("SIG_IGN", True), ("SIG_DFL", False)])
def test_a_command_that_is_to_outlive_its_terminal_does(
    tmp_path: Path, before: str, goes_on: bool
) -> None:
    result = run_command("python", "-c", HUNG_UP, before, cwd=tmp_path)
    assert ("goes on" in result.stdout) == goes_on
    assert ("KeyboardInterrupt" in result.stderr) != goes_on


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
    "imports", ["autograder.cli, nbgrader.api", "autograder.lean_imports, autograder.batch.workers"]
)
def test_what_makes_nbgrader_slow_stays_out(tmp_path: Path, imports: str) -> None:
    tell = f"import {imports}, nbformat, sys; print(sys.modules['rfc3987_syntax'])"
    result = run_command("python", "-c", tell, cwd=tmp_path)
    assert result.stdout == "None\n"


# Another pool of this process has the same server as the workers of a class.
IN_A_WORKER = """
import multiprocessing, os
from pathlib import Path
from autograder.batch.job import Job, WorkerSetup
from autograder.batch.workers import started_workers
from autograder.course.contents import Contents
from autograder.course.options import Limits
from autograder.course.parcel import Parcel
setup = WorkerSetup("averages", Parcel.of(Contents(Path.cwd())), b"", Limits())
before = dict(os.environ)
with started_workers(setup, 1) as grade:
    list(grade([Job("nowhere.ipynb")]))
print(os.environ == before)  # a kernel that is started next finds the files in its folder
with multiprocessing.get_context("forkserver").Pool(1) as pool:
    print(pool.apply(eval, ["__import__('sys').modules['rfc3987_syntax']"]))
"""


def test_it_stays_out_of_the_workers_of_a_class_and_they_leave_no_trace(tmp_path: Path) -> None:
    course = new_course(tmp_path / "course")
    result = run_command("python", "-c", IN_A_WORKER, cwd=course)
    assert result.stdout == "True\nNone\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("grade-file", "x.ipynb", "--assignment", "mean"), "There is no assignment 'mean'"),
        (("grade", "mean"), "There is no assignment 'mean'. Known are: averages."),
        (("grade", "averages"), "Collect first: nbgrader collect"),
        (("grade", "averages", "--course-dir", "assignments"), "Is this a course folder?"),
        (("grade", "averages", "--course-dir", "nowhere"), "does not exist"),
        (("quickstart", "nbgrader_config.py"), "is a file. A course needs a folder."),
        (("grade", "averages", "--jobs", "0"), "Invalid value for '--jobs'"),
        (("grade-file", "--assignment", "averages"), "Missing argument"),
        (("nonsense",), "No such command"),
    ],
)
def test_wrong_usage(course: Path, arguments: tuple[str, ...], says: str) -> None:
    result = run_here("autograder", *arguments, cwd=course, status=2)
    assert says in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_an_option_that_makes_no_sense_is_refused(course: Path) -> None:
    set_options(course, "c.GradingOptions.call_seconds = 'ten'")
    hand_in(course, "student-001", "averages", "{}")
    result = run_here("autograder", "grade", "averages", cwd=course, status=2)
    assert "call_seconds" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unreleased_assignment_is_named(tmp_path: Path) -> None:
    course = new_course(tmp_path / "course")
    run_here("nbgrader", "db", "assignment", "add", "another", cwd=course)
    hand_in(course, "student-001", "averages", "{}")
    result = run_here("autograder", "grade", "averages", cwd=course, status=2)
    assert "nbgrader generate_assignment averages" in result.stderr
    assert "Traceback" not in result.stderr


def test_grade_skips_what_has_not_changed(course: Path, averages: Assignment) -> None:
    right, stub = nbformat.writes(answered(averages, {})), nbformat.writes(released(averages))
    hand_in(course, "student-001", "averages", right)
    hand_in(course, "student-002", "averages", stub)
    hand_in(course, "student-003", "averages", "no notebook")
    hand_in(course, "student-004", "averages", "{", file_name="other.ipynb")
    grade = ("autograder", "grade", "averages", "--course-dir", str(course))

    first = run_here(*grade, cwd=course.parent, status=1)
    assert "60.0 / 60" in first.stdout
    assert first.stdout.count("not graded") == 2
    assert "had not changed" not in first.stdout

    second = run_here(*grade, cwd=course.parent, status=1)
    assert "2 of 4 had not changed" in second.stdout

    forced = run_here(*grade, "--force", "--student", "student-001", cwd=course.parent)
    assert "had not changed" not in forced.stdout


def test_a_student_without_a_submission_is_not_made_up(course: Path, averages: Assignment) -> None:
    hand_in(course, "student-001", "averages", nbformat.writes(answered(averages, {})))
    grade = ("autograder", "grade", "averages", "--student", "studnet-001")
    result = run_here(*grade, cwd=course, status=2)
    assert "Nothing of 'averages' was collected from studnet-001." in result.stderr
    assert "studnet-001" not in str(table_rows(course)["student"])


NO_SOLUTIONS = "has no solutions/ to grade with. Run there: autograder quickstart . "


@pytest.mark.parametrize(
    "door", [("autograder", "grade"), ("nbgrader", "autograde")], ids=lambda door: " ".join(door)
)
@pytest.mark.parametrize("options", [(), ("c.GradingOptions.per_assignment = {'averages': {}}",)])
def test_a_course_without_solutions_is_told_how_to_get_them(
    course: Path, averages: Assignment, door: tuple[str, str], options: tuple[str, ...]
) -> None:
    set_options(course, *options)
    hand_in(course, "student-001", "averages", nbformat.writes(answered(averages, {})))
    shutil.rmtree(course / "solutions")
    before = table_rows(course)
    result = run_here(*door, "averages", cwd=course, status=2)
    (line,) = [line for line in result.stderr.splitlines() if "solutions" in line]
    assert f"{course} {NO_SOLUTIONS}" in line
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert table_rows(course) == before
    assert not (course / "autograded").exists()


def test_quickstart_adds_the_solutions_that_a_course_lacks(tmp_path: Path) -> None:
    run_here("autograder", "quickstart", "course", cwd=tmp_path)
    course, name = tmp_path / "course", OWN.names()[0]
    notebook = course / "assignments" / name / f"{name}.ipynb"
    notebook.write_bytes(notebook.read_bytes() + b"\n")  # of the instructor's own
    kept = notebook.read_bytes()
    shutil.rmtree(course / "solutions")
    assert NO_SOLUTIONS in run_here("autograder", "grade", name, cwd=course, status=2).stderr
    run_here("autograder", "quickstart", ".", cwd=course)
    assert notebook.read_bytes() == kept
    result = run_here("autograder", "grade", name, cwd=course, status=2)
    assert "Collect first: nbgrader collect" in result.stderr
