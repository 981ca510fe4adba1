"""What nbgrader looks past, beside a submission or in its place, is named."""

import subprocess
from pathlib import Path

import nbformat
import pytest
from courses import new_course, set_options

from autograder.course.folder import Course
from autograder.course.misplaced import misplaced
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

NAME = "averages"
FILE = f"{NAME}.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course in which nothing was collected yet."""
    return new_course(tmp_path / "course")


def put(course: Path, path: str, text: str = "{}") -> None:
    file = course / "submitted" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    "path",
    [
        *("x/Averages/averages.ipynb", "x/aver_ages/mine.ipynb", "x/AVERAGES (1)/mine.ipynb"),
        *("x/homework/averages.ipynb", "x/homework/Averages.IPYNB", "x/averages.ipynb"),
        *("x/mine.ipynb", "x/averages-Copy1.ipynb", "x/a'b c/averages.ipynb", "x/HW4/mine.ipynb"),
    ],
)
def test_a_command_puts_it_where_it_belongs(course: Path, averages: Assignment, path: str) -> None:
    put(course, path, nbformat.writes(answered(averages, {})))
    opened = Course.open(course)
    ((student, (note,)),) = misplaced(opened, NAME).items()
    assert student == "x"
    said, line = note.split(" was not graded: ")
    assert said == "submitted/" + (path if path.count("/") == 1 else path.rpartition("/")[0])
    subprocess.run(["bash", "-c", line], cwd=course, check=True)
    assert misplaced(opened, NAME) == {}
    assert opened.students(NAME) == ["x"]


@pytest.mark.parametrize("path", ["x/HW4/averages/averages.ipynb", "x/HW4/part/mine.ipynb"])
def test_a_notebook_one_folder_down_is_found(course: Path, averages: Assignment, path: str) -> None:
    put(course, path, nbformat.writes(answered(averages, {})))
    (note,) = misplaced(Course.open(course), NAME)["x"]
    assert note == "submitted/x/HW4 was not graded: mv submitted/x/HW4 submitted/x/averages"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("x/averages.zip", "x/averages.zip was not unpacked: unpack it into submitted/x/averages."),
        ("x/work.tar.gz", "was not unpacked: unpack it into submitted/x/averages."),
    ],
)
def test_an_archive_is_to_be_unpacked(course: Path, path: str, says: str) -> None:
    put(course, path)
    (note,) = misplaced(Course.open(course), NAME)["x"]
    assert says in note


@pytest.mark.parametrize("path", ["x/Averages/averages.ipynb", "x/averages-Copy1.ipynb"])
def test_beside_a_submission_a_human_decides(course: Path, path: str) -> None:
    put(course, f"x/{NAME}/{FILE}")
    put(course, path)
    (note,) = misplaced(Course.open(course), NAME)["x"]
    assert "move into submitted/x/averages what counts" in note


@pytest.mark.parametrize(
    "path",
    [
        *(f"x/{NAME}/{FILE}", f"x/.ipynb_checkpoints/{FILE}", f"x/__MACOSX/{FILE}"),
        *(f".hidden/Averages/{FILE}", f"excluded/Averages/{FILE}", "x/other/other.ipynb"),
        *("x/notes.txt", "x/picture.png", "x/.averages.ipynb"),
    ],
)
def test_what_belongs_to_nothing_here_is_passed_over(course: Path, path: str) -> None:
    set_options(course, "c.CourseDirectory.student_id_exclude = 'excluded'")
    put(course, path)
    assert misplaced(Course.open(course), NAME) == {}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("averages.ipynb", "name it submitted/STUDENT/averages/averages.ipynb."),
        ("student-001.ipynb", "name it submitted/STUDENT/averages/averages.ipynb."),
        (
            "student-001.zip",
            "unpack it into submitted/STUDENT/averages, or use nbgrader zip_collect.",
        ),
    ],
)
def test_a_file_in_no_students_folder_is_named(
    course: Path, averages: Assignment, path: str, says: str
) -> None:
    put(course, path, nbformat.writes(answered(averages, {})))
    said = f"submitted/{path} was not graded, since it is in no student's folder: {says}"
    assert misplaced(Course.open(course), NAME) == {path: [said]}


@pytest.mark.parametrize("path", ["mine.ipynb", "notes.txt", ".averages.ipynb", "x.zip", "pic.png"])
def test_other_files_in_no_students_folder_are_passed_over(course: Path, path: str) -> None:
    (course / "submitted/x").mkdir(parents=True)
    put(course, path)
    assert misplaced(Course.open(course), NAME) == {}


def test_links_are_not_followed(course: Path) -> None:
    put(course, f"y/{NAME}/{FILE}")
    (course / "submitted" / "x").mkdir()
    (course / "submitted" / "x" / "Averages").symlink_to(course / "submitted" / "y" / NAME)
    (course / "submitted" / "x" / "averages.zip").symlink_to("/etc/passwd")
    assert misplaced(Course.open(course), NAME) == {}


def test_in_another_layout_nothing_is_looked_for(course: Path) -> None:
    layout = "{nbgrader_step}/{assignment_id}/{student_id}"
    set_options(course, f"c.CourseDirectory.directory_structure = {layout!r}")
    put(course, f"Averages/x/{FILE}")
    assert misplaced(Course.open(course), NAME) == {}


def test_of_very_many_files_few_are_named(course: Path) -> None:
    for number in range(900):
        put(course, f"x/averages\n{number}.ipynb")
    notes = misplaced(Course.open(course), NAME)["x"]
    assert len(notes) == 6
    assert notes[-1] == "More of this kind: 895."
