"""No damaged notebook stops a batch, or loses a point that was earned: through both doors."""

import shutil
import sqlite3
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from commands import run_command
from courses import MakeCourse, graded_files, table_rows
from damaged.corpus import ENTRIES, NAME, Entry, averages
from nbgrader.api import Gradebook

from autograder.batch.class_grading import grade_class
from autograder.batch.outcome import ClassResult
from autograder.course.folder import Course
from autograder.feedback.releasing import renew
from autograder.notebook.filled_in import answered
from autograder.results import Grading, Ungraded

pytestmark = pytest.mark.whole_course
OLD_SCORES = "update grade set auto_score = 1000, needs_manual_grade = 0"


@dataclass(frozen=True)
class Graded:
    """One class, graded through both doors."""

    by_nbgrader: Path
    log: str
    by_command: Path
    results: dict[str, ClassResult]


def give_old_scores(course: Path) -> None:
    """Give an old and absurd score to everybody who will hand in an entry."""
    database_url = f"sqlite:///{course / 'gradebook.db'}"
    with Gradebook(database_url, "small-course") as gradebook, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Object of type")  # nbgrader's own use of SQLAlchemy
        for student in ENTRIES:
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(NAME, student)
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute(OLD_SCORES)
    database.close()


def hand_in_all(course: Path) -> None:
    """Hand in every entry."""
    right = nbformat.writes(answered(averages(), {}))
    for student, entry in ENTRIES.items():
        submission = course / "submitted" / student / NAME
        submission.mkdir(parents=True)
        entry.hand_in(submission, nbformat.reads(right, 4))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse) -> Graded:
    """Grade everything once through each door."""
    folder = tmp_path_factory.mktemp("damaged") / "course"
    first = released_course(folder)
    (first / ".grading_secret").write_bytes(b"the same numbers in both courses")
    give_old_scores(first)
    second = Path(shutil.copytree(first, first.parent / "copy"))
    hand_in_all(first)
    hand_in_all(second)
    with ThreadPoolExecutor() as executor:  # one processor for each door
        command = ("nbgrader", "autograde", NAME)
        by_nbgrader = executor.submit(run_command, *command, cwd=first, status=1)
        results = {r.student: r for r in grade_class(Course.open(second), NAME, jobs=1)}
    return Graded(first, by_nbgrader.result().stderr, second, results)


def grades(course: Path) -> dict[str, dict[str, tuple[float | None, bool]]]:
    """Return score and need of a human by student and grade cell."""
    found: dict[str, dict[str, tuple[float | None, bool]]] = {}
    for student, cell, score, _, _, waits in table_rows(course)["grade"]:
        found.setdefault(str(student), {})[str(cell)] = (score, bool(waits))
    return found


# All entries are one item of each test: what they share takes long to make, and only one of the
# processes that test should make it.


def test_what_was_earned_is_kept_and_nothing_else(graded: Graded) -> None:
    expected = {name: points(entry) for name, entry in ENTRIES.items() if not entry.reason}
    for course in (graded.by_command, graded.by_nbgrader):
        found = grades(course)
        assert {name: found.get(name) for name in expected} == expected
    ungraded = {n for n in expected if not isinstance(graded.results[n].result, Grading)}
    assert ungraded == set()


def points(entry: Entry) -> dict[str, tuple[float | None, bool]]:
    """Return score and need of a human by grade cell, as an entry deserves them."""
    deserved: dict[str, tuple[float | None, bool]] = {
        exercise.grade_id: (0.0 if exercise.name in entry.loses else exercise.points, False)
        for exercise in averages().exercises
    }
    return deserved | {
        "explanation": (0.0, False) if "explanation" in entry.loses else (None, True)
    }


def test_what_cannot_be_graded_says_why_and_waits(graded: Graded) -> None:
    for name, entry in ENTRIES.items():
        if not entry.reason:
            continue
        result = graded.results[name].result
        assert isinstance(result, Ungraded), name
        assert entry.reason in result.error, name
        assert f"for student '{name}'" in graded.log, name
        for course in (graded.by_command, graded.by_nbgrader):
            assert set(grades(course)[name].values()) == {(None, True)}, name
            assert not (course / "autograded" / name / NAME).exists(), name


def test_nobody_else_is_stopped(graded: Graded) -> None:
    ungraded = {name for name, entry in ENTRIES.items() if entry.reason}
    assert {name for name in ENTRIES if f"for student '{name}'" in graded.log} == ungraded


def test_whatever_is_graded_has_a_page_of_the_same_result(graded: Graded) -> None:
    expected = {name for name, entry in ENTRIES.items() if not entry.reason}
    course = Course.open(graded.by_command)
    assert {*course.students_with_feedback(NAME)} == expected
    said = {name: note for name in expected for note in graded.results[name].notes}
    assert not any("no page" in note for note in said.values())
    before = {name: course.body_file(NAME, name).read_text() for name in expected}
    for name in expected:
        course.body_file(NAME, name).unlink()
    renewed = renew(course, NAME, expected)
    assert renewed.failed == {}
    assert {name: course.body_file(NAME, name).read_text() for name in expected} == before


def test_both_doors_leave_the_same(graded: Graded) -> None:
    one, other = table_rows(graded.by_nbgrader), table_rows(graded.by_command)
    for table, rows in one.items():
        assert rows == other[table], table
    first, second = graded_files(graded.by_nbgrader), graded_files(graded.by_command)
    assert first.keys() == second.keys()
    for path, (mode, content) in first.items():
        if path.endswith(".ipynb"):
            notebooks = (nbformat.reads(text.decode(), 4) for text in (content, second[path][1]))
            assert next(notebooks) == next(notebooks), path
        else:
            assert (mode, content) == second[path], path


def test_no_link_is_followed_out_of_a_submission(graded: Graded) -> None:
    for course in (graded.by_nbgrader, graded.by_command):
        folder = course / "autograded" / "links_and_pipes" / NAME
        names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert names == {f"{NAME}.ipynb", "timestamp.txt", "submission_secret.txt", "prices.txt"}


@pytest.mark.parametrize("name", ["a_given_file_that_is_changed", "a_link_for_a_given_file"])
def test_given_files_are_those_of_the_course(graded: Graded, name: str) -> None:
    for course in (graded.by_nbgrader, graded.by_command):
        given = course / "autograded" / name / NAME / "prices.txt"
        assert not given.is_symlink()
        assert given.read_bytes() == averages().given_files["prices.txt"]
