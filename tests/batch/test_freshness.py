"""What a kept result depends on, beside what ``test_batch`` changes in a whole course."""

import shutil
from pathlib import Path

import pytest
from courses import MakeCourse
from nbgrader.api import Gradebook

from autograder.batch.freshness import Freshness
from autograder.course.folder import Course
from autograder.notebook.assignment import PACKAGE


def key(course: Course, name: str = "pooling") -> str:
    with Gradebook(course.coursedir.db_url, course.coursedir.course_id) as gradebook:
        return Freshness(course, course.assignment(name), gradebook).key("student-001")


def test_a_given_file_that_has_changed_matters(released_course: MakeCourse, tmp_path: Path) -> None:
    course = Course.open(released_course(tmp_path / "course", name="convnet"))
    submitted = course.submitted_folder("convnet", "student-001")
    submitted.mkdir(parents=True)
    (submitted / "convnet.ipynb").write_text("{}")
    before = key(course, "convnet")
    given = course.source_folder("convnet") / "layers.py"
    given.write_text(given.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    assert key(course, "convnet") != before


@pytest.mark.parametrize(
    ("file", "matters"),
    [
        ("misconceptions/pooling.py", True),
        ("misconceptions/__init__.py", True),
        ("diagnosis.py", True),
        ("misconceptions/convolution.py", False),
        ("styles/pooling.py", False),
    ],
)
def test_a_new_hint_reaches_students_who_were_graded_before(
    released_course: MakeCourse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    matters: bool,
) -> None:
    course = Course.open(released_course(tmp_path / "course"))
    submitted = course.submitted_folder("pooling", "student-001")
    submitted.mkdir(parents=True)
    (submitted / "pooling.ipynb").write_text("{}")
    package = Path(shutil.copytree(PACKAGE, tmp_path / "package" / "autograder"))
    shutil.copytree(PACKAGE.parent / "solutions", tmp_path / "package" / "solutions")
    monkeypatch.setattr("autograder.batch.class_grading.freshness.PACKAGE", package)
    before = key(course)
    assert key(course) == before
    edited = package / file
    edited.write_text(edited.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    assert (key(course) != before) is matters
