"""A mark by hand survives a regrade, and settles its cell while text and result are the same."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, hand_in
from feedback.feedback_course import (
    ESSAY,
    EXERCISE,
    LATE_TIME,
    NAME,
    QUESTION,
    grade_by_hand,
    gradebook,
    notebook,
    page_text,
    said,
)

from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment, grade_id

OTHER_CODE = """
def running_maximum(numbers):
    return [max(numbers[: end + 1]) for end, _ in enumerate(numbers)]
"""
NOTHING = "def running_maximum(numbers):\n    return None"
STUB = ""  # stands for an answer as it was released
PICTURE = "a-picture"  # is attached to the essay of this student

# What a student hands in then, and which marks must be looked at again: of the essay, the exercise.
CHANGES: dict[str, tuple[dict[str, str], str, bool, bool]] = {
    "nothing": ({}, "", False, False),
    PICTURE: ({}, "", True, False),
    "another-essay": ({QUESTION: "Other words."}, "", True, False),
    "other-code": ({"running_maximum": OTHER_CODE}, "", False, True),
    "code-that-fails": ({"running_maximum": NOTHING}, "", False, True),
    "no-essay": ({QUESTION: STUB}, "", True, False),
    "a-late-timestamp": ({}, LATE_TIME, False, False),
    "blanks-at-the-ends": ({QUESTION: f"{ESSAY}  \n"}, "", False, False),
    "code-elsewhere": ({"step_down": "def step_down(*all):\n    return None"}, "", False, False),
}
# The same of everybody where a hidden test changed: one that gives the same points, and another.
OF_TESTS = {"student.running_maximum([])": False, "check(student.running_maximum([]), [1])": True}
TEST = "check(student.running_maximum([]), [])"
ONE = "nothing"

Marks = dict[str, tuple[float | None, bool]]
Door = Callable[[Path], None]


def our_door(course: Path) -> None:
    run_here("autograder", "grade", NAME, "--force", cwd=course)


def nbgraders_door(course: Path) -> None:
    run_here("nbgrader", "autograde", NAME, "--force", cwd=course)


DOORS = pytest.mark.parametrize("regrade", [our_door, nbgraders_door])


@pytest.fixture(scope="module")
def marked(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    """A graded course: everybody's essay has a mark by hand, and one exercise of each."""
    course = released_course(tmp_path_factory.mktemp("marks") / "course")
    for student in CHANGES:
        hand_in(course, student, NAME, notebook(averages))
    our_door(course)
    for student in CHANGES:
        grade_by_hand(course, student)
        with gradebook(course) as book:
            grade = book.find_grade(EXERCISE, NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = 12.0, False
            book.db.commit()
    return course


@pytest.fixture(scope="module", params=[our_door, nbgraders_door])
def regraded(
    request: pytest.FixtureRequest,
    marked: Path,
    averages: Assignment,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, Marks], dict[str, Marks]]:
    """The marks after each student has handed in again, and after one more grading."""
    course = Path(shutil.copytree(marked, tmp_path_factory.mktemp("again") / "course"))
    for student, (changes, time, _, _) in CHANGES.items():
        answers = {name: text or released(averages, name) for name, text in changes.items()}
        late = {"timestamp": time} if time else {}
        text = notebook(averages, **answers)
        hand_in(course, student, NAME, with_picture(text) if student == PICTURE else text, **late)
    found = []
    for _ in range(2):
        request.param(course)
        found.append({student: marks(course, student) for student in CHANGES})
    return found[0], found[1]


def released(averages: Assignment, name: str) -> str:
    return str(averages.by_grade_id[name].source)


def with_picture(text: str) -> str:
    read = nbformat.reads(text, as_version=4)
    (essay,) = [cell for cell in read.cells if grade_id(cell) == QUESTION]
    essay.attachments = {"image.png": {"image/png": "iVBORw0KGgo="}}
    return str(nbformat.writes(read))


def one_student(marked: Path, folder: Path) -> Path:
    """Return a copy of the course in which one student is left."""
    course = Path(shutil.copytree(marked, folder / "course"))
    for student in CHANGES.keys() - {ONE}:
        shutil.rmtree(course / "submitted" / student)
    return course


def marks(course: Path, student: str = ONE) -> Marks:
    """Return the marks by hand, and whether somebody is asked to look."""
    with gradebook(course) as book:
        grades = book.find_submission_notebook(NAME, NAME, student).grades
        return {grade.name: (grade.manual_score, grade.needs_manual_grade) for grade in grades}


@pytest.mark.parametrize("change", CHANGES)
def test_a_mark_stays_and_settles_what_has_not_changed(
    regraded: tuple[dict[str, Marks], dict[str, Marks]], change: str
) -> None:
    _, _, essay, exercise = CHANGES[change]
    for found in regraded:  # nobody has looked between the two
        assert found[change][QUESTION] == (7.5, essay)
        assert found[change][EXERCISE] == (12.0, exercise)
        assert found[change]["test_step_down"] == (None, False)


@DOORS
@pytest.mark.parametrize(("test", "again"), OF_TESTS.items())
def test_a_corrected_test_asks_again_only_where_it_moves_points(
    marked: Path, tmp_path: Path, regrade: Door, test: str, again: bool
) -> None:
    course = one_student(marked, tmp_path)
    tests = course / "solutions" / NAME / "hidden_tests.py"
    assert TEST in tests.read_text()
    tests.write_text(tests.read_text().replace(TEST, test))
    regrade(course)
    assert marks(course)[QUESTION] == (7.5, False)
    assert marks(course)[EXERCISE] == (12.0, again)


@DOORS
def test_who_looked_again_is_not_asked_once_more(
    marked: Path, tmp_path: Path, averages: Assignment, regrade: Door
) -> None:
    course = one_student(marked, tmp_path)
    hand_in(course, ONE, NAME, notebook(averages, explanation="Other words."))
    regrade(course)
    run_here("autograder", "release", NAME, cwd=course)
    card = said(page_text(course, ONE), f"#{QUESTION}")
    assert "waits for a human" in card
    assert "An earlier version got 7.5 by hand." in card
    grade_by_hand(course, ONE, 9.0)
    regrade(course)
    assert marks(course)[QUESTION] == (9.0, False)
    run_here("autograder", "release", NAME, cwd=course)
    assert said(page_text(course, ONE), f"#{QUESTION} > summary") == f"{QUESTION} 9 of 10"


def test_a_result_of_an_older_version_asks_again(marked: Path, tmp_path: Path) -> None:
    course = one_student(marked, tmp_path)
    kept = course / "gradings" / NAME / f"{ONE}.json"
    stored = Course.open(course).grading(NAME, ONE)
    assert stored is not None
    texts = ",".join(f'"{name}":"{digest}"' for name, digest in stored.grading.texts.items())
    without = kept.read_text().replace(f'"texts":{{{texts}}}', '"texts":{}')
    assert without != kept.read_text()
    kept.write_text(without)
    our_door(course)
    assert marks(course)[QUESTION] == (7.5, True)
