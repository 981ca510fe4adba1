"""A new assignment is complete: it is released, graded, checked, and never written over another."""

from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import hand_in, new_course

from autograder.course.contents import Contents
from autograder.course.new_course import create_course
from autograder.notebook.filled_in import answered


@pytest.fixture
def course(tmp_path: Path) -> Path:
    create_course(tmp_path / "course", empty=True)
    return tmp_path / "course"


def test_it_is_released_and_graded_and_nothing_is_missing(course: Path) -> None:
    command = ("autograder", "new-assignment", "sums", "--exercise", "total", "--exercise", "both")
    said = run_here(*command, "--questions", "2", cwd=course).stdout
    assert "Written: assignments/sums and solutions/sums." in said
    assert "autograder check sums" in said
    assignment = Contents(course).assignment("sums")
    points = {exercise.name: exercise.points for exercise in assignment.exercises}
    assert points == {"total": 10, "both": 10, "answer_1": 5, "answer_2": 5}
    assert run_here("autograder", "check", cwd=course).stdout == "sums: nothing to mend.\n"

    run_here("nbgrader", "generate_assignment", "sums", cwd=course)
    release = (course / "release" / "sums" / "sums.ipynb").read_text()
    assert "YOUR CODE HERE" in release
    assert "np.sum" not in release
    hand_in(course, "student-001", "sums", release)
    hand_in(course, "student-002", "sums", nbformat.writes(answered(assignment, {})))
    table = run_here("autograder", "grade", "sums", cwd=course).stdout
    assert "0.0 / 30" in table
    assert "30.0 / 30" in table


def test_one_without_questions_imports_no_more_than_it_needs(course: Path) -> None:
    run_here("autograder", "new-assignment", "sums-2", "--exercise", "total", cwd=course)
    said = run_here("autograder", "check", "sums-2", "--quick", cwd=course).stdout
    assert said == "sums-2: nothing to mend, as far as it was read (the rest without --quick).\n"
    for part in ("hidden_tests", "misconceptions", "__init__"):
        text = (course / "solutions" / "sums-2" / f"{part}.py").read_text()
        assert "check_choice" not in text
        assert "Chosen" not in text
        assert "ANSWERS" not in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("../sums", "--exercise", "total"), "'../sums' cannot be the name of an assignment"),
        (("sums", "--exercise", "lambda"), "'lambda' cannot be the name of an exercise"),
        (("sums", "--exercise", "_total"), "'_total' cannot be the name of an exercise"),
        (("sums", "--exercise", "test_total"), "'test_total' cannot be the name of an exercise"),
        (("sums", "--exercise", "answer_1"), "'answer_1' cannot be the name of an exercise"),
        (("sums", "--exercise", "to tal"), "'to tal' cannot be the name of an exercise"),
        (("sums", "--exercise", "a", "--exercise", "a"), "a name that no other exercise has"),
        (("sums",), "Missing option"),
        (("sums", "--exercise", "a", "--questions", "-1"), "Invalid value"),
    ],
)
def test_names_that_cannot_be_are_refused(
    course: Path, arguments: tuple[str, ...], says: str
) -> None:
    before = sorted(course.rglob("*"))
    said = run_here("autograder", "new-assignment", *arguments, cwd=course, status=2).stderr
    assert says in said
    assert sorted(course.rglob("*")) == before


@pytest.mark.parametrize("part", ["assignments", "solutions"])
def test_what_is_there_is_not_written_over(course: Path, part: str) -> None:
    mine = course / part / "sums" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    command = ("autograder", "new-assignment", "sums", "--exercise", "total")
    said = run_here(*command, cwd=course, status=2).stderr
    assert "Nothing was written" in said
    assert [p for p in course.rglob("sums*") if p.is_file()] == []
    assert mine.read_text() == "mine"


def test_no_course_is_written_to_that_is_none(tmp_path: Path) -> None:
    for command in (("new-assignment", "sums", "--exercise", "total"), ("check",), ("sync",)):
        said = run_here("autograder", *command, cwd=tmp_path, status=2).stderr
        assert "is not a course" in said
    assert list(tmp_path.iterdir()) == []


def test_check_through_the_command(tmp_path: Path) -> None:
    """What can be read comes first, with paths from the working folder; the status says so."""
    course = new_course(tmp_path / "course")
    tests = course / "solutions" / "averages" / "hidden_tests.py"
    tests.write_text(tests.read_text().replace('        """One number is its own mean."""\n', ""))
    (course / "assignments" / "medians").mkdir()
    said = run_here("autograder", "check", "--course-dir", "course", cwd=tmp_path, status=1).stdout
    lines = tests.read_text().splitlines()
    number = lines.index("    def test_one_number(self, student, rng):") + 1
    assert said.splitlines() == [
        f"course/solutions/averages/hidden_tests.py:{number}: test_one_number has no docstring, "
        "the sentence that students read.",
        *(
            f"course/{file}:1: There {what} of medians."
            for file, what in (
                ("assignments/medians/medians.ipynb", "is no source notebook"),
                ("solutions/medians/__init__.py", "are no references"),
                ("solutions/medians/hidden_tests.py", "are no hidden tests"),
            )
        ),
        "averages: 1 thing to mend.",
        "medians: 3 things to mend.",
    ]
    tests.write_text("nothing = = 5\n")
    command = ("autograder", "check", "averages", "--quick")
    said = run_here(*command, cwd=course, status=1).stdout
    assert said.startswith("solutions/averages/hidden_tests.py:1: SyntaxError: ")
    said = run_here("autograder", "check", "means", cwd=course, status=2).stderr
    assert "There is no assignment 'means'. Known are: averages, medians." in said
