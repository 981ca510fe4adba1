"""``autograder export``: files that Canvas, Moodle and Gradescope know, and who is not in them."""

import csv
import json
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, hand_in, set_options
from nbgrader.api import Gradebook

from autograder.course.folder import Course
from autograder.lms.gradescope import results_json
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.results import ExerciseResult, Grading

NAME = "averages"
STUDENTS = ("student-001", "student-002", "student-003", "12345")
WAITS = "student-003"
NONE = {"running_maximum": "def running_maximum(numbers):\n    return None"}
HAND = 8.25  # points for the written question; student-002 is late, and pays 3 points

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Averages (77),Final Score
    Points Possible,,,,,70.00,(read only)
"One, Student",501,u1,STUDENT-001,A,,10
"Two, Student",502,student-002,two,A,3,10
"Three, Student",503,u3,student-003,A,,10
"Five, Student",12345,u5,five,A,,10
"Absent, Student",505,u6,absent,A,11,10
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 1,Student One,student-001,Submitted,,70.00,
Participant 2,Student Two,two@example.org,Submitted,,70.00,"good, so far"
Participant 3,Student Three,student-003,Submitted,,70.00,
Participant 12345,Student_Five/..,,Submitted,,70.00,
"""
GRADESCOPE = """\
First Name,Last Name,SID,Email,Role
Student,One,student-001,one@example.org,Student
Student,Two,,TWO@example.org,Student
"""


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    """A class of four: one still waits for a human, one is late."""
    course = released_course(tmp_path_factory.mktemp("graded") / "course")
    for student in STUDENTS:
        text = nbformat.writes(answered(averages, NONE if student == "12345" else {}))
        hand_in(course, student, NAME, text)
    run_here("autograder", "grade", NAME, cwd=course)
    opened = Course.open(course)
    with Gradebook(opened.coursedir.db_url, opened.coursedir.course_id) as gradebook:
        gradebook.update_or_create_student("student-002", email="two@example.org")
        gradebook.update_or_create_student("absent")
        for student in {*STUDENTS} - {WAITS}:
            notebook = gradebook.find_submission_notebook(NAME, NAME, student)
            notebook.late_submission_penalty = 3 if student == "student-002" else None
            for grade in notebook.grades:
                if grade.needs_manual_grade:
                    grade.manual_score, grade.needs_manual_grade = HAND, False
        gradebook.db.commit()
    return course


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Path:
    """That class, with the lists of all LMS."""
    copy = Path(shutil.copytree(graded, tmp_path / "course"))
    for name, text in {"canvas": CANVAS, "moodle": MOODLE, "gradescope": GRADESCOPE}.items():
        (copy / f"{name}-list.csv").write_text(text, encoding="utf-8-sig")
    return copy


def exported(course: Path, lms: str, *options: str) -> tuple[list[dict[str, str]], str]:
    """Export; return the rows of the file and what was said."""
    roster = () if lms == "csv" else ("--roster", str(course / f"{lms}-list.csv"))
    said = run_here("autograder", "export", NAME, f"--for={lms}", *roster, *options, cwd=course)
    with (course / f"{NAME}-{lms}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file)), " ".join(said.stdout.split())


def test_plain_marks_have_two_decimals_and_none_for_who_waits(course: Path) -> None:
    rows, said = exported(course, "csv")
    points = {row["student_id"]: row["points"] for row in rows}
    assert points == {
        "12345": "48.25",
        "student-001": "68.25",
        "student-002": "65.25",
        WAITS: "",
    }
    assert {row["max_points"] for row in rows} == {"70.00"}
    assert "Waiting for a human, without a mark there (1): student-003." in said
    rows, said = exported(course, "csv", "--with-waiting")
    assert {row["student_id"]: row["points"] for row in rows}[WAITS] == "60.00"
    assert "Waiting for a human" not in said


@pytest.mark.parametrize("lms", ["csv", "canvas"])
@pytest.mark.parametrize("is_older", [False, True])
def test_whoever_handed_in_and_is_not_in_the_gradebook_is_named(
    course: Path, lms: str, *, is_older: bool
) -> None:
    hand_in(course, "absent", NAME, "{}")
    if is_older:  # a graded copy that an earlier gradebook knew
        (course / "autograded" / "absent" / NAME).mkdir(parents=True)
    rows, said = exported(course, lms, "--with-waiting")
    assert "Not graded, without a mark there (1): absent." in said
    if lms == "csv":
        (row,) = [row for row in rows if row["student_id"] == "absent"]
        assert (row["points"], row["waiting"]) == ("", "70.00")
    else:
        assert not any(row["SIS Login ID"] == "absent" for row in rows)


def test_canvas_gets_its_own_columns_back_and_no_empty_mark(course: Path) -> None:
    rows, said = exported(course, "canvas")
    assert [*rows[0]] == [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        "Averages (77)",
    ]
    assert rows[0]["Student"] == "    Points Possible"
    marks = {row["Student"]: row["Averages (77)"] for row in rows[1:]}
    assert marks == {"One, Student": "68.25", "Two, Student": "65.25", "Five, Student": "48.25"}
    assert f"3 marks are in {course / 'averages-canvas.csv'}." in said


def test_an_assignment_that_canvas_does_not_know_gets_a_column(course: Path) -> None:
    path = course / "canvas-list.csv"
    path.write_text(CANVAS.replace("Averages (77)", "Other (78)").replace("70.00", "5"))
    rows, said = exported(course, "canvas")
    assert [*rows[0]][-1] == NAME
    assert rows[0][NAME] == "70.00"
    assert f"is named {NAME}: Canvas will make a new assignment" in said


def test_an_id_of_one_may_be_another_id_of_somebody_else(course: Path) -> None:
    """The column counts in which most of the class is found."""
    path = course / "canvas-list.csv"
    path.write_text(CANVAS.replace(",u5,", ",student-001,").replace(",two,", ",student-002,"))
    rows, _ = exported(course, "canvas")
    marks = {row["Student"]: row["Averages (77)"] for row in rows[1:]}
    assert marks == {"One, Student": "68.25", "Two, Student": "65.25", "Five, Student": "48.25"}


def test_moodle_gets_its_worksheet_back_and_the_pages(course: Path) -> None:
    rows, said = exported(course, "moodle")
    assert [*rows[0]] == MOODLE.splitlines()[0].split(",")
    grades = {row["Identifier"]: row["Grade"] for row in rows}
    assert grades == {
        "Participant 1": "68.25",
        "Participant 2": "65.25",
        "Participant 12345": "48.25",
    }
    assert rows[1]["Feedback comments"] == "good, so far"
    with zipfile.ZipFile(course / "averages-moodle-feedback.zip") as archive:
        names = sorted(archive.namelist())
        page = archive.read(names[0]).decode()
    assert names == [
        "Student One_1_assignfeedback_file_averages.html",
        "Student Three_3_assignfeedback_file_averages.html",
        "Student Two_2_assignfeedback_file_averages.html",
        "StudentFive.._12345_assignfeedback_file_averages.html",
    ]
    assert page == (course / "feedback" / "student-001" / NAME / f"{NAME}.html").read_text()
    assert "4 pages of feedback are in" in said


def test_a_page_that_cannot_be_made_is_named(course: Path) -> None:
    graded = course / "autograded" / "student-001" / NAME / f"{NAME}.ipynb"
    graded.chmod(0o644)
    graded.write_text("{")
    _, said = exported(course, "moodle")
    assert "3 pages of feedback are in" in said
    assert "No page of feedback could be made, so without one there (1): student-001." in said


def test_pages_are_found_in_a_course_of_another_layout(course: Path) -> None:
    set_options(
        course,
        "c.CourseDirectory.directory_structure = '{nbgrader_step}/{assignment_id}/{student_id}'",
    )
    for step in ("submitted", "autograded", "feedback"):
        for student in STUDENTS:
            new = course / step / NAME / student
            new.parent.mkdir(exist_ok=True)
            (course / step / student / NAME).rename(new)
    _, said = exported(course, "moodle")
    assert "4 pages of feedback are in" in said


def test_whoever_is_not_in_the_list_is_named(course: Path) -> None:
    rows, said = exported(course, "gradescope")
    assert {row["Email"]: row["Total Score"] for row in rows} == {
        "one@example.org": "68.25",
        "TWO@example.org": "65.25",
    }
    assert {row["Max Points"] for row in rows} == {"70.00"}
    assert f"Not in {course / 'gradescope-list.csv'}, so without a mark in the LMS (2)" in said
    assert "12345, student-003." in said


@pytest.mark.parametrize(
    ("lms", "text", "says"),
    [
        ("canvas", "Student,Section\n", "it has no column 'ID'. It should be what Canvas exports"),
        ("canvas", CANVAS.replace("70.00", "100"), "Points Possible is 100 there"),
        (
            *("canvas", CANVAS.replace(",u5,", ",student-001,")),
            "row is of 'student-001', by 'SIS Login ID' and 'SIS User ID'",
        ),
        ("moodle", MOODLE.replace("70.00", "10,00"), "Maximum Grade is 10 there"),
        ("moodle", "Kennung,Bewertung\n", "Download grading worksheet"),
        ("gradescope", GRADESCOPE + "A,B,STUDENT-001,b@c,S\n", "more than one row is of"),
        (
            *("gradescope", GRADESCOPE.replace("one@example.org", "12345")),
            "one row is of both '12345' and 'student-001'",
        ),
        ("gradescope", "", "it is empty"),
        ("gradescope", None, "it cannot be read"),
        ("gradescope", b"\xff\xfe,", "it is not UTF-8"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_in_one_sentence(
    course: Path, lms: str, text: str | bytes | None, says: str
) -> None:
    path = course / f"{lms}-list.csv"
    if text is None:
        path.unlink()
    else:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    options = (f"--for={lms}", "--roster", str(path))
    said = run_here("autograder", "export", NAME, *options, cwd=course, status=2).stderr
    assert says in " ".join(said.split())
    assert "Traceback" not in said
    assert not (course / f"{NAME}-{lms}.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((NAME, "--for=canvas"), "--roster: name what Canvas exports"),
        ((NAME, "--roster=list.csv"), "--roster: say with --for which LMS it is of"),
        (("nothing",), "The gradebook has no submission of 'nothing'"),
        ((NAME, "--for=blackboard"), "Invalid value for '--for'"),
    ],
)
def test_wrong_use_is_refused(course: Path, arguments: tuple[str, ...], says: str) -> None:
    said = run_here("autograder", "export", *arguments, cwd=course, status=2).stderr
    assert says in " ".join(said.replace("│", " ").split())


def test_gradescope_reads_one_notebook_s_result(course: Path) -> None:
    notebook = course / "submitted" / "12345" / NAME / f"{NAME}.ipynb"
    arguments = ("grade-file", str(notebook), f"--assignment={NAME}", "--gradescope")
    found = json.loads(run_here("autograder", *arguments, cwd=course).stdout)
    assert found["score"] == 40
    tests = {test["name"]: test for test in found["tests"]}
    assert tests["running_maximum"]["score"] == 0
    assert tests["running_maximum"]["status"] == "failed"
    assert "return" in tests["running_maximum"]["output"]
    (waits,) = (test for test in found["tests"] if "score" not in test)
    assert (waits["max_score"], waits["output"]) == (10, "It waits for a human.")
    assert sum(test["max_score"] for test in found["tests"]) == 70
    broken = course / "broken.ipynb"
    broken.write_text("{")
    arguments = ("grade-file", str(broken), f"--assignment={NAME}", "--gradescope")
    found = json.loads(run_here("autograder", *arguments, cwd=course, status=1).stdout)
    assert found["score"] == 0
    assert found["output"].startswith("Not graded.")


def test_gradescope_shows_a_known_mistake_in_words() -> None:
    exercise = ExerciseResult(
        name="running_maximum",
        score=5,
        max_score=20,
        misconception="starts_from_zero",
        hint="What is the maximum of numbers that are all negative?",
    )
    known = {"notebook": "n", "assignment": NAME, "student": None, "sandbox": "strong"}
    grading = Grading.of([exercise], [], [], **known, sandbox_gaps=[])
    (test,) = json.loads(results_json(grading))["tests"]
    assert test["output"] == f"It seems that it starts from zero. {exercise.hint}"
