"""What the formgrader's lists say of students of whom only the id is known."""

import csv
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, hand_in
from feedback.feedback_course import gradebook
from nbgrader.apps import NbGraderAPI

from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

NAME = "averages"
NAMED, HALF, UNKNOWN, UNGRADED = "student-001", "student-002", "student-003", "student-004"
SHOWN = {
    NAMED: ("Family", "Given"),
    HALF: (HALF, "Given"),
    UNKNOWN: (UNKNOWN, ""),
    UNGRADED: (UNGRADED, ""),
}


# nbgrader's own use of SQLAlchemy.
@pytest.mark.filterwarnings("ignore:Object of type")
def test_an_id_stands_for_a_name_that_nobody_entered(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    root = released_course(tmp_path / "course")
    with gradebook(root) as book:
        book.add_student(NAMED, last_name="Family", first_name="Given")
        book.add_student(HALF, first_name="Given")
    text = nbformat.writes(answered(averages, {}))
    for student in (NAMED, HALF, UNKNOWN):
        hand_in(root, student, NAME, text)
    run_here("autograder", "grade", NAME, cwd=root)
    hand_in(root, UNGRADED, NAME, text)

    course = Course.open(root)
    api = NbGraderAPI(course.coursedir, config=course.config)
    lists = (
        {row["student"]: row for row in api.get_submissions(NAME)},
        {student: api.get_submission(NAME, student) for student in SHOWN},
        {row["id"]: row for row in api.get_students()},
        {student: api.get_student(student) for student in SHOWN},
    )
    for rows in lists:
        names = {student: (row["last_name"], row["first_name"]) for student, row in rows.items()}
        assert names == SHOWN

    run_here("nbgrader", "export", cwd=root)  # which has what is known
    with (root / "grades.csv").open() as file:
        exported = {
            row["student_id"]: (row["last_name"], row["first_name"]) for row in csv.DictReader(file)
        }
    assert exported == {NAMED: ("Family", "Given"), HALF: ("", "Given"), UNKNOWN: ("", "")}
