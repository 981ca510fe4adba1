"""What Canvas, Moodle and Gradescope pack is collected with the patterns of a new course."""

import io
import re
import time
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
  :created_at: 2026-03-01 12:00:00.123456789 +01:00
submission_13:
  :submitters:
  - :sid: ../../up
submission_15:
  :submitters:
  - :sid: "0015"
  - :email: sixteen@example.org
  - :sid: "0012"
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


Packed = dict[str, "str | Packed"]  # an archive's files; one that is an archive itself

OF_CANVAS: dict[str, tuple[Packed, dict[str, str], tuple[str, ...]]] = {
    "the last of several attempts": (
        {
            "one_504_9004_averages-1.ipynb": "first",
            "one_504_10005_averages-2.ipynb": "last",
            "one_504_999_averages.ipynb": "before",
            "two_505_9006_averages.ipynb": "of two",
        },
        {"504": "last", "505": "of two"},
        ("504: archive/one_504_10005_averages-2.ipynb is the last of archive/one_504_999_a",),
    ),
    "archives of students": (
        {
            "one_502_9002_averages.zip": {"averages.ipynb": "of one"},
            "two_503_9003_hw.ZIP": {"hw/averages.ipynb": "of two", "__MACOSX/a.ipynb": ""},
        },
        {"502": "of one", "503": "of two"},
        (),
    ),
    "an earlier one in the same archive": (
        {
            "one_502_9002_hw.zip": {"averages.ipynb": "new", "old/averages.ipynb": "old"},
            "two_503_9003_averages.ipynb": "of two",
        },
        {"503": "of two"},
        (
            "502: nothing says which is the last of archive/one_502_9002_hw/averages.ipynb, "
            "archive/one_502_9002_hw/old/averages.ipynb. None was collected: put the right one "
            "into submitted/502/averages.",
            "Left out: archive/one_502_9002_hw.zip. Put",
        ),
    ),
    "names of another student": (
        {
            "one_502_9002_hw.zip": {"two_503_99999_hw/averages.ipynb": "forged"},
            "two_503_9003_averages.ipynb": "own",
            "three_504_9004_two_503_99999_averages.ipynb": "forged as well",
        },
        {"502": "forged", "503": "own", "504": "forged as well"},
        (),
    ),
    "what is no notebook": (
        {
            "one_502_9002_hw.pdf": "",
            "two_503_9003_hw.pdf": "",
            "two_503_9004_averages.ipynb": "of two",
            "other.ipynb": "",
            "readme.txt": "",
        },
        {"503": "of two"},
        ("Left out: archive/one_502_9002_hw.pdf, archive/other.ipynb. Put what is to be graded",),
    ),
    "names with dots": (
        {
            "one_501_9001_averages.ipynb": "of one",
            "two_502_9002_averages.IPYNB": "first",
            "two_502_9003_averages.v2.ipynb": "last",
            "three_503_9004_averages.ipynb.ipynb": "of three",
        },
        {"501": "of one", "502": "last", "503": "of three"},
        ("502: archive/two_502_9003_averages.v2.ipynb is the last of",),
    ),
    "small numbers": (
        {"one_5_1_averages.ipynb": "of one", "two_7_12_345_678_averages.ipynb": "of two"},
        {"5": "of one", "7": "of two"},
        (),
    ),
    "late": (
        {"one_LATE_502_9002_averages.ipynb": "late", "two_503_9003_averages.ipynb": "on time"},
        {"502": "late", "503": "on time"},
        ("Late, and nothing says when: 502. Before you grade, write each time into submitted/",),
    ),
}
OF_MOODLE: dict[str, tuple[Packed, dict[str, str], tuple[str, ...]]] = {
    "folders and archives": (
        {
            "One_501_assignsubmission_file_/sub/averages.ipynb": "of one",
            "Two_502_assignsubmission_file_/hw.zip": {"averages.ipynb": "of two"},
            "Three_503_assignsubmission_file_hw.zip": {"hw/averages.ipynb": "of three"},
            "Four_504_assignsubmission_file_x_501_assignsubmission_file_averages.ipynb": "",
        },
        {"501": "of one", "502": "of two", "503": "of three", "504": ""},
        (),
    ),
}
OF_GRADESCOPE: dict[str, tuple[Packed, dict[str, str], tuple[str, ...]]] = {
    "a group": (
        {
            "submission_11/averages.ipynb": "own",
            "submission_15/averages.ipynb": "of three",
            "submission_15/other.ipynb": "of three",
            "submission_metadata.yml": METADATA,
        },
        {"0012": "own", "0015": "of three", "sixteen@example.org": "of three"},
        (
            "sixteen@example.org has the hand-in of 0015, of the same group.",
            "0012 has a hand-in alone, and not that of 0015's group.",
        ),
    ),
    "a group without a notebook": (
        {
            "submission_11/averages.ipynb": "own",
            "submission_15/hw.pdf": "",
            "submission_metadata.yml": METADATA,
        },
        {"0012": "own"},
        ("Left out: archive/submission_15/hw.pdf of 0015, sixteen@example.org. Put",),
    ),
    "names of another student": (
        {
            "submission_14/submission_11/averages.ipynb": "forged",
            "submission_14/submission_metadata.yml": METADATA,
            "submission_metadata.yml": METADATA,
        },
        {"14": "forged"},
        (),
    ),
}


SINGLY: dict[str, tuple[Packed, dict[str, str], str]] = {
    "files of students": (
        {
            "one_501_9001_averages.ipynb": "of one",
            "two_502_9002_hw.zip": "damaged",
            "three_503_9003_hw.zip": {},
            "four_504_9004_hw.zip": {
                "averages.ipynb": "own",
                "one_501_99_averages.ipynb": "forged",
            },
            "notes.txt": "",
        },
        {"501": "of one", "504": "own"},
        "Left out: four_504_9004_hw/one_501_99_averages.ipynb, three_503_9003_hw.zip, "
        "two_502_9002_hw.zip. Put",
    ),
    "a class's archive that is called like a student's": (
        {
            "cs_231_2026_submissions.zip": {
                "one_501_9001_averages.ipynb": "of one",
                "two_502_9002_averages.ipynb": "of two",
            },
            "submissions.zip": {"three_503_9003_averages.ipynb": "of three"},
        },
        {"503": "of three"},
        "cs_231_2026_submissions.zip. Put what is to be graded into submitted/STUDENT/averages, "
        "call a class's archive by a name without numbers, or",
    ),
}


def packed(files: Packed) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in files.items():
            file.writestr(name, content if isinstance(content, str) else packed(content))
    return archive.getvalue()


def collected(course: Path, files: Packed) -> str:
    """Collect a class's archive; return what is said."""
    archive = course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    (archive / "archive.zip").write_bytes(packed(files))
    return run_here("nbgrader", "zip_collect", NAME, cwd=course).stderr


@pytest.mark.parametrize(
    ("lms", "files", "students", "says"),
    [
        pytest.param(lms, *case, id=f"{lms}: {name}")
        for lms, cases in zip(PATTERNS, (OF_CANVAS, OF_MOODLE, OF_GRADESCOPE), strict=True)
        for name, case in cases.items()
    ],
)
def test_nobody_is_lost_and_nobody_stops_the_others(
    tmp_path: Path,
    released_course: MakeCourse,
    lms: str,
    files: Packed,
    students: dict[str, str],
    says: tuple[str, ...],
) -> None:
    pattern = f"c.FileNameCollectorPlugin.named_regexp = {PATTERNS[lms]!r}"
    course = released_course(tmp_path / "course", pattern)
    said = collected(course, files)
    found = {path.parts[-3]: path.read_text() for path in course.glob("submitted/*/*/*.ipynb")}
    assert found == students
    for sentence in says:
        assert sentence in said
    left_out = "Left out: "
    assert (left_out in said) == (left_out in "".join(says))


@pytest.mark.parametrize(("files", "students", "says"), SINGLY.values(), ids=SINGLY)
def test_what_lies_singly_is_collected_or_named(
    tmp_path: Path,
    released_course: MakeCourse,
    files: Packed,
    students: dict[str, str],
    says: str,
) -> None:
    pattern = f"c.FileNameCollectorPlugin.named_regexp = {PATTERNS['Canvas']!r}"
    course = released_course(tmp_path / "course", pattern)
    archive = course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    for name, content in files.items():
        there = content.encode() if isinstance(content, str) else packed(content)
        (archive / name).write_bytes(there)
    said = run_here("nbgrader", "zip_collect", NAME, cwd=course).stderr
    found = {path.parts[-3]: path.read_text() for path in course.glob("submitted/*/*/*.ipynb")}
    assert found == students
    assert says in said


@pytest.mark.parametrize("begin", [".*/", ".*/extracted/archive/"])
def test_a_pattern_may_name_the_folder(
    tmp_path: Path, released_course: MakeCourse, begin: str
) -> None:
    pattern = rf"{begin}(?P<student_id>[^/_]+)_(?P<file_id>\w+)\.ipynb"
    option = f"c.FileNameCollectorPlugin.named_regexp = {pattern!r}"
    course = released_course(tmp_path / "course", option)
    collected(course, {"one_averages.ipynb": "", "two_averages.ipynb": ""})
    assert {path.name for path in (course / "submitted").iterdir()} == {"one", "two"}


def test_gradescope_says_when_something_was_handed_in(
    tmp_path: Path, released_course: MakeCourse
) -> None:
    pattern = f"c.FileNameCollectorPlugin.named_regexp = {PATTERNS['Gradescope']!r}"
    course = released_course(tmp_path / "course", pattern)
    files = {f"submission_{number}/averages.ipynb": "" for number in (11, 12, 15)}
    collected(course, {**files, "submission_metadata.yml": METADATA})
    times = {path.parts[-3]: path.read_text() for path in course.glob("submitted/*/*/*.txt")}
    assert times == {
        "0012": "2026-03-01 12:00:00",
        "two@example.org": "2026-03-01 11:00:00.123456",
    }


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


@pytest.mark.parametrize("end", ["", "/averages.ipynb", "/-1.a-b", "/x-1-1.i"])
@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_no_name_takes_long_to_read(pattern: str, end: str) -> None:
    part = "_1_111" * 42
    begin = time.process_time()
    for _ in range(20):
        for first in ("", "/one_501_9001_hw", "/hw"):
            re.match(pattern, f"{first}/{'/'.join([part] * 14)}{end}")
    assert time.process_time() - begin < 1


def test_a_new_course_has_the_patterns_ready(tmp_path: Path) -> None:
    run_here("autograder", "quickstart", "course", cwd=tmp_path)
    config = (tmp_path / "course" / "nbgrader_config.py").read_text()
    lines = [line for line in config.splitlines() if "named_regexp" in line]
    for line, (lms, pattern) in zip(lines, PATTERNS.items(), strict=True):
        assert line == f'# c.FileNameCollectorPlugin.named_regexp = r"{pattern}"  # {lms}'
