"""A gradebook on a PostgreSQL server: the same rows by both doors, and graders at the same time."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import postgres
import pytest
from commands import BIN, run_command
from courses import copy_assignment, hand_in, new_course, set_options, table_rows
from limits import PATIENCE
from sqlalchemy import create_engine, text

from autograder.batch.watching import Event, Watch
from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

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


def test_two_assignments_are_graded_at_once(
    tmp_path: Path, server: postgres.Server, averages: Assignment
) -> None:
    course = new_course(tmp_path / "course")
    server.create("two")
    keep_gradebook_at(server.url("two"), course)
    run_command("nbgrader", "generate_assignment", NAME, cwd=course)
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
