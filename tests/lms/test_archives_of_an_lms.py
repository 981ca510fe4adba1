"""What Canvas, Moodle and Gradescope pack is collected with the patterns of a new course."""

import io
import zipfile
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse

from autograder.course.file_names import PATTERNS
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

NAME = "averages"
METADATA = """\
---
submission_11:
  :submitters:
  - :name: Student One
    :sid: "0012"
    :email: one@example.org
  :created_at: 2026-03-01 12:00:00 Z
submission_12:
  :submitters:
  - :name: Student Two
    :sid:
    :email: two@example.org
submission_13:
  :submitters:
  - :sid: ../../up
"""
CLASSES = {
    "Canvas": (
        ("onestudent_501_9001_averages.ipynb", "twostudent_LATE_502_9002_averages-3.ipynb"),
        {"501", "502"},
    ),
    "Moodle": (
        (
            "Student One_501_assignsubmission_file_/averages.ipynb",
            "Student_Two_502_assignsubmission_file_averages.ipynb",
            "Student Three_503_assignsubmission_file\\averages.IPYNB",
            "__MACOSX/Student One_509_assignsubmission_file_/._averages.ipynb",
        ),
        {"501", "502", "503"},
    ),
    "Gradescope": (
        (
            "assignment_1_export/submission_11/averages.ipynb",
            "assignment_1_export/submission_12/averages.ipynb",
            "assignment_1_export/submission_13/averages.ipynb",
            "assignment_1_export/submission_14/averages.ipynb",
        ),
        {"0012", "two@example.org", "13", "14"},
    ),
}


# nbgrader's own use of SQLAlchemy.
@pytest.mark.filterwarnings("ignore:Object of type")
@pytest.mark.parametrize("lms", PATTERNS)
def test_a_class_is_collected_from_its_archive(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment, lms: str
) -> None:
    names, students = CLASSES[lms]
    pattern = f"c.FileNameCollectorPlugin.named_regexp = {PATTERNS[lms]!r}"
    course = released_course(tmp_path / "course", pattern)
    archive = course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    text = nbformat.writes(answered(averages, {}))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in names:
            file.writestr(name, text)
        if lms == "Gradescope":
            file.writestr("assignment_1_export/submission_metadata.yml", METADATA)
    (archive / "submissions.ZIP").write_bytes(packed.getvalue())
    run_here("nbgrader", "zip_collect", NAME, cwd=course)
    assert {path.name for path in (course / "submitted").iterdir()} == students
    said = run_here("autograder", "grade", NAME, cwd=course).stdout
    assert f"{len(students)} graded" in said or all(student in said for student in students)
    kept = {path.stem for path in (course / "gradings" / NAME).glob("*.json")}
    assert kept == students


@pytest.mark.parametrize("text", ["", "[1, 2", "- a", "submission_11: {':submitters': [7]}"])
def test_a_file_of_gradescope_that_says_nothing_leaves_the_number(
    tmp_path: Path, released_course: MakeCourse, text: str
) -> None:
    pattern = f"c.FileNameCollectorPlugin.named_regexp = {PATTERNS['Gradescope']!r}"
    course = released_course(tmp_path / "course", pattern)
    archive = course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "export.zip", "w") as file:
        file.writestr("submission_11/averages.ipynb", "{}")
        file.writestr("submission_metadata.yml", text)
    run_here("nbgrader", "zip_collect", NAME, cwd=course)
    assert [path.name for path in (course / "submitted").iterdir()] == ["11"]


def test_a_new_course_has_the_patterns_ready(tmp_path: Path) -> None:
    run_here("autograder", "quickstart", "course", cwd=tmp_path)
    config = (tmp_path / "course" / "nbgrader_config.py").read_text()
    lines = [line for line in config.splitlines() if "named_regexp" in line]
    for line, (lms, pattern) in zip(lines, PATTERNS.items(), strict=True):
        assert line == f'# c.FileNameCollectorPlugin.named_regexp = r"{pattern}"  # {lms}'
