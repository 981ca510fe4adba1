"""What fails around grading is said in one sentence, with what to do, and nothing is lost."""

import errno
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
from commands import BIN, Finished, run_command, run_here
from courses import MakeCourse, graded_files, hand_in, set_options, table_rows
from limits import PATIENCE
from machines import leave_free, run_beside_few, run_limited, small_disk

from autograder.batch import workers
from autograder.batch.class_grading import grade_class
from autograder.course.folder import SECRET_FILE, Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.surroundings import explained

NAME = "averages"
STUDENTS = ("student-001", "student-002")


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse, averages: Assignment) -> Path:
    """A course in which two students handed in right answers."""
    return filled(released_course(tmp_path / "course"), averages)


def filled(course: Path, averages: Assignment) -> Path:
    for student in STUDENTS:
        hand_in(course, student, NAME, nbformat.writes(answered(averages, {})))
    return course


def grade(course: Path, status: int) -> Finished:
    return run_here("autograder", "grade", NAME, "--jobs", "1", cwd=course, status=status)


def one_sentence(said: str) -> str:
    """Return the last line, after which there is nothing else to read but progress."""
    assert "Traceback" not in said
    return said.strip().splitlines()[-1]


def make_older(course: Path) -> None:
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("alter table student drop column lms_user_id")
        database.execute("update alembic_version set version_num = '724cde206c17'")
    database.close()


def make_newer(course: Path) -> None:
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("update alembic_version set version_num = 'ffffffffffff'")
    database.close()


def put_a_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def keep_gradebook_at(db_url: str, course: Path) -> None:
    set_options(course, f"c.CourseDirectory.db_url = {db_url!r}")


def address_of(course: Path) -> str:
    """Return the gradebook's address as SQLite has addresses of files."""
    return f"sqlite:///file:{course}/gradebook.db?uri=true"


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda c: (c / "gradebook.db").write_text("none" * 999), "gradebook.db is no gradebook"),
        (
            lambda c: os.truncate(c / "gradebook.db", 50_000),
            "gradebook.db is no gradebook, or it is damaged",
        ),
        (make_older, "nbgrader db upgrade (it makes a copy first)"),
        (make_newer, "gradebook.db is of a newer nbgrader"),
        (lambda c: (c / "gradebook.db").unlink(), "There is no gradebook /"),
        (lambda c: os.truncate(c / "gradebook.db", 0), "gradebook.db, or it is empty"),
        (lambda c: put_a_folder(c / "gradebook.db"), "gradebook.db is a folder, and a file"),
        (
            partial(keep_gradebook_at, "nonsense"),
            "db_url in nbgrader_config.py cannot be used: it is no address",
        ),
        (
            partial(keep_gradebook_at, "postgresql://a@db:port/grades"),
            "db_url in nbgrader_config.py cannot be used: it is no address",
        ),
        (
            lambda c: keep_gradebook_at(f"{address_of(c)}&timeout=x", c),
            "db_url in nbgrader_config.py cannot be used: could not convert string to float: 'x'",
        ),
        (
            partial(keep_gradebook_at, "none://x"),
            "db_url in nbgrader_config.py cannot be used: Can't load plugin",
        ),
    ],
    ids=[
        *("no database", "cut off", "older", "newer", "missing", "empty", "a folder"),
        *("no address", "no port", "no number", "no such kind"),
    ],
)
@pytest.mark.parametrize("options", [("--jobs", "1"), ("--dry-run",)], ids=["grade", "dry run"])
def test_a_gradebook_that_cannot_be_used(
    course: Path, harm: Callable[[Path], object], says: str, options: tuple[str, ...]
) -> None:
    harm(course)
    before = files_of(course)
    result = run_here("autograder", "grade", NAME, *options, cwd=course, status=2)
    assert says in one_sentence(result.stderr)
    left = files_of(course)
    for path in {*left} - {*before}:
        assert (course / path).parts[-3] == "gradings", path  # the lock of whoever grades
    assert {path: left.get(path) for path in before} == before


def test_a_gradebook_may_have_an_address_of_sqlites_own(course: Path) -> None:
    keep_gradebook_at(address_of(course), course)
    grade(course, 0)


def files_of(course: Path) -> dict[str, bytes]:
    """Return every file of a course by its path."""
    files = (path for path in course.rglob("*") if path.is_file())
    return {str(path.relative_to(course)): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda c: (c / SECRET_FILE).touch(), f"{SECRET_FILE} is empty"),
        (lambda c: (c / SECRET_FILE).mkdir(), f"{SECRET_FILE} is a folder, and a file"),
        (lambda c: (c / "logs").touch(), "logs is a file, and a folder"),
        (lambda c: (c / "gradings").touch(), "gradings is a file, and a folder"),
        (lambda c: (c / "autograded").touch(), "autograded is a file, and a folder"),
        (lambda c: (c / "feedback").touch(), "feedback is a file, and a folder"),
        (
            lambda c: (c / "gradings" / NAME / f"{STUDENTS[0]}.json").mkdir(parents=True),
            f"{STUDENTS[0]}.json is a folder, and a file",
        ),
    ],
)
def test_what_lies_in_the_place_of_a_file_or_folder_of_the_course(
    course: Path, harm: Callable[[Path], object], says: str
) -> None:
    harm(course)
    assert says in one_sentence(grade(course, 2).stderr)
    assert not list(course.glob("autograded/*"))


def test_what_lies_in_the_place_of_one_students_folder_costs_no_other(course: Path) -> None:
    for step in ("autograded", "feedback"):
        (course / step).mkdir()
    (course / "autograded" / STUDENTS[0]).touch()
    (course / "feedback" / STUDENTS[1]).touch()
    result = grade(course, 1)
    assert f"autograded/{STUDENTS[0]} is a file, and a folder has its place there" in result.stdout
    assert f"feedback/{STUDENTS[1]} is a file, and a folder has its place there" in result.stdout
    assert result.stdout.count("60.0 / 60") == 1


def test_a_file_in_the_place_of_one_students_pages_is_said_when_they_are_released(
    course: Path,
) -> None:
    grade(course, 0)
    shutil.rmtree(course / "feedback" / STUDENTS[0])
    (course / "feedback" / STUDENTS[0]).touch()
    said = run_here("autograder", "release", NAME, cwd=course).stdout
    assert f"feedback/{STUDENTS[0]} is a file, and a folder has its place there" in said


def test_nbgrader_autograde_says_so_too(course: Path) -> None:
    (course / "autograded").touch()
    result = run_here("nbgrader", "autograde", NAME, cwd=course, status=2)
    assert "autograded is a file, and a folder has its place there" in one_sentence(result.stderr)


def test_nbgrader_autograde_names_a_failure_without_a_traceback(course: Path) -> None:
    hand_in(course, STUDENTS[0], NAME, "{")
    (course / "autograded").mkdir()
    (course / "autograded" / STUDENTS[1]).touch()
    said = run_here("nbgrader", "autograde", NAME, cwd=course, status=1).stderr
    assert "] This is not a notebook that can be read: its JSON is damaged." in said
    assert f"autograded/{STUDENTS[1]} is a file, and a folder has its place there" in said
    assert "Traceback" not in said


def test_nbgrader_autograde_refuses_without_our_configuration(course: Path) -> None:
    set_options(course, "import no_such_module")
    before = table_rows(course)
    result = run_here("nbgrader", "autograde", NAME, cwd=course, status=2)
    assert "Nothing was graded: nbgrader_config.py fails" in result.stderr.splitlines()[-1]
    assert table_rows(course) == before


def test_feedback_is_not_released_where_a_file_is_in_its_place(course: Path) -> None:
    grade(course, 0)
    shutil.rmtree(course / "feedback")
    (course / "feedback").touch()
    result = run_here("autograder", "release", NAME, cwd=course, status=2)
    assert "feedback is a file, and a folder has its place there" in one_sentence(result.stderr)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("c.X = = 3", "SyntaxError: invalid syntax"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("open('missing')", "FileNotFoundError: [Errno 2] No such file or directory: 'missing'"),
    ],
)
@pytest.mark.parametrize(
    "command", ["grade averages", "check", "watch averages", "report averages"]
)
def test_a_configuration_that_cannot_be_run(
    course: Path, line: str, says: str, command: str
) -> None:
    set_options(course, line)
    config = course / "nbgrader_config.py"
    number = config.read_text().splitlines().index(line) + 1
    result = run_here("autograder", *command.split(), cwd=course, status=2)
    assert one_sentence(result.stderr) == f"{config}, line {number}: {says}"


def test_a_gradebook_that_is_locked_for_long_and_then_no_more(course: Path) -> None:
    database = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    database.execute("begin exclusive")
    said = one_sentence(grade(course, 2).stderr)
    assert "gradebook.db locked. Wait until it is done" in said
    database.close()
    grade(course, 0)
    assert len(graded_files(course)) > 0


@contextmanager
def locked_for_a_second(course: Path, kind: str) -> Iterator[None]:
    """Keep others from a gradebook for a while: from all of it, or from writing."""
    path = course / "gradebook.db"
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute(f"begin {kind}")
    end = threading.Timer(1, database.close)
    end.start()
    try:
        yield
    finally:
        end.join()


@pytest.mark.parametrize("kind", ["exclusive", "immediate"])
def test_a_gradebook_that_is_locked_for_a_second_is_waited_for(course: Path, kind: str) -> None:
    keep_gradebook_at(f"{address_of(course)}&timeout={PATIENCE}", course)  # as long as it takes
    with locked_for_a_second(course, kind):
        grade(course, 0)
    results = grade_class(Course.open(course), NAME, jobs=1, force=True)
    with closing(results):
        graded = [next(results)]
        with locked_for_a_second(course, kind):
            graded += results
    assert [(entry.student, entry.unchanged) for entry in graded] == [(s, False) for s in STUDENTS]
    points = dict.fromkeys(STUDENTS, 0.0)
    for student, _, automatic, *_ in table_rows(course)["grade"]:
        points[str(student)] += automatic or 0.0
    assert points == dict.fromkeys(STUDENTS, 60.0)


# The owner's modes hold for root too without these.
AS_ORDINARY_USER = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def grade_as_ordinary_user(course: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    command = command or (BIN / "autograder", "grade", NAME)
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    return subprocess.run(
        [*(AS_ORDINARY_USER if os.geteuid() == 0 else ()), *command],
        cwd=course,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_secret_of_another_user(course: Path) -> None:
    secret = course / SECRET_FILE
    secret.write_bytes(bytes(range(32)))
    secret.chmod(0)
    result = grade_as_ordinary_user(course)
    assert result.returncode == 2
    assert f"{secret} cannot be read or written" in one_sentence(result.stderr)
    assert secret.stat().st_size == 32


NBGRADER = (BIN / "nbgrader", "autograde", NAME)


@pytest.mark.parametrize("command", [(), NBGRADER], ids=["autograder", "nbgrader"])
@pytest.mark.parametrize("harmed", ["gradebook.db", f"gradings/{NAME}/.lock"])
def test_what_can_only_be_read_is_said_once(
    course: Path, harmed: str, command: tuple[str | Path, ...]
) -> None:
    grade(course, 0)
    before = table_rows(course)
    (course / harmed).chmod(0o444)
    result = grade_as_ordinary_user(course, *command)
    assert result.returncode == 2
    assert f"{harmed} cannot be read or written by who runs this" in one_sentence(result.stderr)
    assert table_rows(course) == before


def test_a_gradebook_that_can_only_be_read_can_be_read(course: Path) -> None:
    grade(course, 0)
    (course / "gradebook.db").chmod(0o444)
    result = grade_as_ordinary_user(course, BIN / "autograder", "grade", NAME, "--dry-run")
    assert result.returncode == 0, result.stderr


def test_a_course_that_can_only_be_read(course: Path) -> None:
    before = table_rows(course)
    folders = [course, *(path for path in course.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        result = grade_as_ordinary_user(course)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert result.returncode == 2
    assert "cannot be read or written by who runs this" in one_sentence(result.stderr)
    assert table_rows(course) == before


@pytest.mark.parametrize("kib", [0, 4, 16, 40, 50, 80, 120])
def test_a_disk_that_is_full_at_any_write(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment, kib: int
) -> None:
    with small_disk(tmp_path / "disk", 4096):
        course = filled(released_course(tmp_path / "disk" / "course"), averages)
        filler = leave_free(tmp_path / "disk", kib)
        result = grade(course, 2)
        assert "Make room and run the same again" in one_sentence(result.stderr)
        assert not list(course.rglob("*.new"))
        filler.unlink()
        said = grade(course, 0).stdout
        assert said.count("60.0 / 60") == len(STUDENTS)
        for student in STUDENTS:
            graded = course / "autograded" / student / NAME / f"{NAME}.ipynb"
            nbformat.read(graded, as_version=4)


def test_a_result_of_before_stays_where_the_next_cannot_be_recorded(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    with small_disk(tmp_path / "disk", 4096):
        course = filled(released_course(tmp_path / "disk" / "course"), averages)
        grade(course, 0)
        files, rows = graded_files(course), table_rows(course)
        hand_in(
            course, "student-001", NAME, nbformat.writes(answered(averages, {"step_down": "x = 1"}))
        )
        filler = leave_free(tmp_path / "disk", 0)
        grade(course, 2)
        assert (graded_files(course), table_rows(course)) == (files, rows)
        filler.unlink()
        assert "step_down" in grade(course, 0).stdout


def test_too_little_room_for_temporary_files(course: Path) -> None:
    with TemporaryDirectory(dir="/tmp") as short, small_disk(Path(short, "t"), 64):
        leave_free(Path(short, "t"), 8)
        result = run_command("autograder", "grade", NAME, cwd=course, status=2, TMPDIR=f"{short}/t")
        assert "Make room" in one_sentence(result.stderr)


def test_a_temporary_folder_with_too_long_a_path(course: Path, tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    result = run_command("autograder", "grade", NAME, cwd=course, status=2, TMPDIR=str(folder))
    assert "Set TMPDIR to a shorter one" in one_sentence(result.stderr)


@pytest.mark.parametrize(
    "error",
    [
        BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        MemoryError(),
        EOFError(),
        OSError(errno.EMFILE, "Too many open files"),
    ],
    ids=["process table", "memory", "memory of Python", "fork server", "files"],
)
def test_a_machine_that_gives_no_further_process(
    course: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(workers.ProcessPoolExecutor, "submit", refuse)
    said = one_sentence(grade(course, 2).stderr)
    assert "no room for another process" in said
    assert "--jobs 1" in said


@pytest.fixture(scope="module")
def graded_course(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    """The same course, graded."""
    course = filled(released_course(tmp_path_factory.mktemp("graded") / "course"), averages)
    grade(course, 0)
    return course


@pytest.fixture
def graded_copy(graded_course: Path) -> Iterator[Path]:
    """Yield a copy of it where every user can find it."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(shutil.copytree(graded_course, Path(folder, "course")))


AGAIN = ("autograder", "grade", NAME, "--force", "--jobs")


@pytest.mark.parametrize(("jobs", "most"), [*(("1", n) for n in range(1, 9)), ("2", 7), ("2", 8)])
def test_a_full_process_table_costs_no_result(graded_copy: Path, jobs: str, most: int) -> None:
    before = table_rows(graded_copy), graded_files(graded_copy)
    result = run_beside_few(most, *AGAIN, jobs, cwd=graded_copy)
    assert result.returncode == 2, result.stdout + result.stderr
    if most < 7:  # else the sandbox may say what it lacks
        assert "no room for another process" in one_sentence(result.stderr)
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert (table_rows(graded_copy), graded_files(graded_copy)) == before


@pytest.mark.parametrize("mib", [80, 130, 220])
def test_too_little_memory_costs_no_result(graded_copy: Path, mib: int) -> None:
    before = table_rows(graded_copy), graded_files(graded_copy)
    result = run_limited(f"--as={mib * 2**20}", *AGAIN, "1", cwd=graded_copy)
    assert (table_rows(graded_copy), graded_files(graded_copy)) == before
    if result.stderr.startswith("OpenBLAS error"):
        pytest.skip("this much is what OpenBLAS wants first, and ends the command itself")
    assert result.returncode == 2, result.stdout + result.stderr
    assert "no room for another process" in one_sentence(result.stderr)


@pytest.mark.parametrize("most", [10, 15, 18])
def test_too_few_open_files_cost_no_result(graded_copy: Path, most: int) -> None:
    before = table_rows(graded_copy), graded_files(graded_copy)
    result = run_limited(f"--nofile={most}", *AGAIN, "1", cwd=graded_copy)
    assert result.returncode == 2, result.stdout + result.stderr
    assert "(Too many open files)" in result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert (table_rows(graded_copy), graded_files(graded_copy)) == before


def test_what_is_an_error_of_the_surroundings_and_what_is_none() -> None:
    nowhere = FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")
    assert "TMPDIR" in str(explained(nowhere))
    for error in (OSError("x"), FileNotFoundError(errno.ENOENT, "x", "y"), ValueError("x")):
        assert explained(error) is None


def test_submissions_that_are_collected_elsewhere(course: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (course / "submitted").rename(elsewhere)
    set_options(course, f"c.CourseDirectory.submitted_directory = {str(elsewhere)!r}")
    (elsewhere / "student-001" / "Averages 2").mkdir()
    shutil.copy(
        elsewhere / "student-001" / NAME / f"{NAME}.ipynb", elsewhere / "student-001" / "Averages 2"
    )
    result = grade(course, 0)
    assert result.stdout.count("60.0 / 60") == len(STUDENTS)
    assert "student-001: " in result.stdout
    assert "was not graded: move into" in result.stdout


@pytest.mark.parametrize(
    ("name", "why"),
    [(os.fsdecode(b"\xe9mile"), "is not text in UTF-8"), ("two\nlines", "has a line break")],
    ids=["no text", "two lines"],
)
def test_a_name_that_cannot_be_an_id_stops_nobody(course: Path, name: str, why: str) -> None:
    shutil.copytree(course / "submitted" / "student-001", course / "submitted" / name)
    said = f"The name of this student's folder {why}"
    door = run_command("nbgrader", "autograde", NAME, cwd=course, status=1)
    assert said in door.stderr
    assert {path.name for path in (course / "autograded").iterdir()} == {*STUDENTS}
    ours = run_command("autograder", "grade", NAME, cwd=course, status=1)
    assert said in ours.stdout
    assert ours.stdout.count("60.0 / 60") == len(STUDENTS)
    assert "Traceback" not in door.stderr + ours.stderr
    pages = {path.name for path in (course / "feedback").iterdir() if any(path.iterdir())}
    assert pages == {*STUDENTS}  # or nbgrader release_feedback would stop there


def test_a_terminal_that_knows_few_letters(course: Path) -> None:
    notebook = course / "submitted" / "student-001" / NAME / f"{NAME}.ipynb"
    shutil.copy(notebook, course / "Größe.ipynb")
    result = run_command(
        *("autograder", "grade-file", "Größe.ipynb", "--assignment", NAME),
        cwd=course,
        PYTHONIOENCODING="ascii",
    )
    assert "60 of 60 points" in result.stdout


@pytest.mark.parametrize("name", ["a [b]", "c[", "d*"])
def test_a_path_in_which_nbgrader_finds_nothing_is_refused(tmp_path: Path, name: str) -> None:
    for command in ("quickstart", "demo"):
        result = run_here("autograder", command, str(tmp_path / name), cwd=tmp_path, status=2)
        assert name in result.stderr
        assert "because of the brackets" in result.stderr
        assert not (tmp_path / name / "nbgrader_config.py").exists()


def test_a_course_with_brackets_in_its_path_is_graded(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    course = filled(released_course(tmp_path / "plain"), averages)
    course = course.rename(tmp_path / "a [b][")
    assert grade(course, 0).stdout.count("60.0 / 60") == len(STUDENTS)
