"""A gradebook on a PostgreSQL server: the same rows by both doors, and graders at the same time."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import postgres
import pytest
from commands import BIN, run_command, run_here
from courses import copy_assignment, hand_in, new_course, set_options, table_rows
from limits import PATIENCE
from sqlalchemy import create_engine, text

from autograder.batch.class_grading import grade_class
from autograder.batch.watching import Event, Watch
from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.results import Grading, Ungraded

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(postgres.why_not() != "", reason=postgres.why_not()),
]
NAME, OTHER = "averages", "medians"
MARKED = "update grade set manual_score = 7.5, needs_manual_grade = false where auto_score is null"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """Yield a running server."""
    with postgres.server() as running:
        yield running


def keep_gradebook_at(db_url: str, course: Path) -> None:
    set_options(course, f"c.CourseDirectory.db_url = {db_url!r}")


def released_course(folder: Path, server: postgres.Server, database: str) -> Path:
    """Lay out a course with its gradebook on the server, and release its assignment."""
    course = new_course(folder)
    server.create(database)
    keep_gradebook_at(server.url(database), course)
    run_command("nbgrader", "generate_assignment", NAME, cwd=course)
    return course


def test_both_doors_leave_the_same_rows(
    tmp_path: Path, server: postgres.Server, averages: Assignment
) -> None:
    first = new_course(tmp_path / "first", "c.LateSubmissionPlugin.penalty_method = 'zero'")
    server.create("first")
    keep_gradebook_at(server.url("first"), first)
    run_command("nbgrader", "generate_assignment", NAME, cwd=first)
    run_command("nbgrader", "db", "assignment", "add", NAME, "--duedate=2026-03-02", cwd=first)
    right = nbformat.writes(answered(averages, {}))
    hand_in(first, "student-001", NAME, right)
    hand_in(first, "student-002", NAME, right, timestamp="2026-03-02 13:30:00 UTC")
    hand_in(first, "student-003", NAME, "{")
    (first / ".grading_secret").write_bytes(b"the same numbers in both courses")
    second = Path(shutil.copytree(first, tmp_path / "second"))
    server.create("second", "first")
    keep_gradebook_at(server.url("second"), second)

    run_command("nbgrader", "autograde", NAME, cwd=first, status=1)
    run_command("autograder", "grade", NAME, "--jobs=1", cwd=second, status=1)

    rows = table_rows(second, server.url("second"))
    assert rows == table_rows(first, server.url("first"))
    scores = {row[0]: 0.0 for row in rows["grade"]}
    for student, _, auto, *_ in rows["grade"]:
        scores[student] += auto or 0
    assert scores == {"student-001": 60, "student-002": 60, "student-003": 0}
    assert [row[2] for row in rows["submitted_notebook"]] == [None, 60, None]
    assert not (first / "gradebook.db").exists()
    assert not (second / "gradebook.db").exists()

    engine = create_engine(server.url("second"))
    with engine.begin() as database:
        database.execute(text(MARKED))
    engine.dispose()
    run_command("autograder", "grade", NAME, "--jobs=1", "--force", cwd=second, status=1)
    grades = {row[:2]: row[2:] for row in table_rows(second, server.url("second"))["grade"]}
    assert grades["student-001", "explanation"] == (None, 7.5, None, False)
    page = second / "feedback" / "student-001" / NAME / f"{NAME}.html"
    assert "<strong>67.5</strong> of 70 points" in page.read_text()


def test_an_id_that_is_too_long_costs_nobody_else_a_result(
    tmp_path: Path, server: postgres.Server, averages: Assignment
) -> None:
    course = released_course(tmp_path / "course", server, "ids")
    for student in ("student-001", "s" * 129):
        hand_in(course, student, NAME, nbformat.writes(answered(averages, {})))
    results = grade_class(Course.open(course), NAME, jobs=1)
    found = {entry.student: entry.result for entry in results}
    assert isinstance(found["student-001"], Grading)
    refused = found["s" * 129]
    assert isinstance(refused, Ungraded)
    assert refused.error == (
        "The gradebook does not take it: value too long for type character varying(128)."
    )


def test_two_assignments_are_graded_at_once(
    tmp_path: Path, server: postgres.Server, averages: Assignment
) -> None:
    course = released_course(tmp_path / "course", server, "two")
    copy_assignment(course, NAME, OTHER)
    students = [f"student-{number:03}" for number in range(1, 9)]
    for name in (NAME, OTHER):
        for student in students:
            hand_in(course, student, name, nbformat.writes(answered(averages, {})))

    command = [BIN / "autograder", "grade", "--jobs=1"]
    graders = [subprocess.Popen([*command, name], cwd=course) for name in (NAME, OTHER)]
    assert [grader.wait(PATIENCE) for grader in graders] == [0, 0]

    rows = table_rows(course, server.url("two"))
    handed_in = {(name, student) for name in (NAME, OTHER) for student in students}
    assert {row[:2] for row in rows["submitted_assignment"]} == handed_in
    assert sum(row[2] or 0 for row in rows["grade"]) == 60 * len(handed_in)


def test_what_is_handed_in_while_students_work_is_graded(
    tmp_path: Path, server: postgres.Server, averages: Assignment
) -> None:
    course = new_course(tmp_path / "course")
    server.create("watched")
    keep_gradebook_at(server.url("watched"), course)
    run_command("nbgrader", "generate_assignment", NAME, cwd=course)
    hand_in(course, "student-001", NAME, nbformat.writes(answered(averages, {})))
    said: list[Event] = []
    opened = Course.open(course)
    Watch(opened, NAME, jobs=1, unsafe_no_sandbox=False, tell=said.append).run(time.time() + 1)
    graded = Event("student-001", "attempt 1: 60 of 60 points, 10 wait for a human")
    assert said.count(graded) == 1
    grades = table_rows(course, server.url("watched"))["grade"]
    assert sum(row[2] or 0 for row in grades) == 60
    assert not (course / "gradebook.db").exists()


@pytest.fixture(scope="module")
def refusing(
    tmp_path_factory: pytest.TempPathFactory, server: postgres.Server, averages: Assignment
) -> Path:
    """A course with a submission, and its gradebook at the server, which a test may change."""
    course = new_course(tmp_path_factory.mktemp("refusing") / "course")
    server.create("refusing")
    keep_gradebook_at(server.url("refusing"), course)
    run_command("nbgrader", "generate_assignment", NAME, cwd=course)
    hand_in(course, "student-001", NAME, nbformat.writes(answered(averages, {})))
    server.run("create role other login")
    return course


@pytest.mark.parametrize(
    ("user", "harm", "says"),
    [
        ("nobody-known", "select 1", 'role "nobody-known" does not exist. Let who runs its server'),
        ("other", "select 1", "permission denied for table alembic_version. Let who runs"),
        (
            "postgres",
            "alter database {} set default_transaction_read_only = on",
            "in a read-only transaction. Let who runs its server mend that",
        ),
        (
            "postgres",
            "alter table student drop column lms_user_id",
            "upgrade (let its server make a copy",
        ),
    ],
)
def test_a_server_that_refuses(
    tmp_path: Path, refusing: Path, server: postgres.Server, user: str, harm: str, says: str
) -> None:
    database = f"harmed-{user}-{len(harm)}"
    server.create(database, "refusing")
    engine = create_engine(server.url(database), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(harm.format(f'"{database}"')))
    engine.dispose()
    course = Path(shutil.copytree(refusing, tmp_path / "course"))
    keep_gradebook_at(server.url(database).replace("postgres@", f"{user}@"), course)
    result = run_here("autograder", "grade", NAME, "--jobs=1", cwd=course, status=2)
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert not (course / "autograded").exists()


def test_a_database_that_is_not_there(refusing: Path, server: postgres.Server) -> None:
    keep_gradebook_at(server.url("none"), refusing)
    result = run_here("autograder", "grade", NAME, cwd=refusing, status=2)
    assert 'database "none" does not exist. Let who runs its server mend that' in result.stderr
