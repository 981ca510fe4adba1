"""A small course with an exchange, and what is done to its gradebook by hand."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from courses import MakeCourse, hand_in
from nbgrader.api import Gradebook

from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

NAME = "averages"
RIGHT, WRONG, LATE = "student-001", "student-002", "student-003"
QUESTION, EXERCISE = "explanation", "test_running_maximum"
FROM_ZERO = """
def running_maximum(numbers):
    found = []
    for number in numbers:
        found.append(max(number, found[-1] if found else 0))
    return found
"""
ESSAY = "Equal weights give $\\frac{1}{n} \\sum_i x_i$, the **ordinary** mean."
LATE_TIME = "2026-03-03 13:30:00 UTC"


def handed_in(folder: Path, released_course: MakeCourse, averages: Assignment) -> Path:
    """Make a course in which three students handed in, one of them late."""
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    course = released_course(
        folder / "course",
        f"c.Exchange.root = {str(exchange)!r}",
        "c.LateSubmissionPlugin.penalty_method = 'zero'",
    )
    with gradebook(course) as book:
        book.update_or_create_assignment(NAME, duedate="2026-03-02 12:00 UTC")
    hand_in(course, RIGHT, NAME, notebook(averages))
    hand_in(course, WRONG, NAME, notebook(averages, running_maximum=FROM_ZERO))
    hand_in(course, LATE, NAME, notebook(averages), timestamp=LATE_TIME)
    return course


def copied(course: Path, folder: Path) -> Path:
    """Copy such a course, with an empty exchange of its own."""
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    copy = Path(shutil.copytree(course, folder / "course"))
    config = copy / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(course.parent / "exchange"), str(exchange)))
    return copy


def notebook(averages: Assignment, **changes: str) -> str:
    return str(nbformat.writes(answered(averages, {QUESTION: ESSAY, **changes})))


@contextmanager
def gradebook(course: Path) -> Iterator[Gradebook]:
    coursedir = Course.open(course).coursedir
    with Gradebook(coursedir.db_url, coursedir.course_id) as book:
        yield book


def change_score(course: Path, student: str) -> None:
    with gradebook(course) as book:
        book.find_grade(EXERCISE, NAME, NAME, student).auto_score = 3.25
        book.db.commit()


def grade_by_hand(course: Path, student: str, points: float = 7.5) -> None:
    """Do what the formgrader does when somebody gives points and writes a comment."""
    with gradebook(course) as book:
        grade = book.find_grade(QUESTION, NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.find_comment(QUESTION, NAME, NAME, student).manual_comment = "What of `n = 0`?"
        book.db.commit()


def change_penalty(course: Path, student: str) -> None:
    with gradebook(course) as book:
        found = book.find_submission_notebook(NAME, NAME, student)
        found.late_submission_penalty = 4.5
        book.db.commit()


def give_more_time(course: Path, student: str) -> None:
    with gradebook(course) as book:
        book.find_submission(NAME, student).extension = timedelta(hours=24)
        book.db.commit()


def page_text(course: Path, student: str) -> str:
    path = course / "feedback" / student / NAME / f"{NAME}.html"
    return path.read_text(encoding="utf-8")


def read(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def said(page: str, selector: str) -> str:
    """Return what one part of a page says, on one line."""
    part = read(page).select_one(selector)
    assert part is not None, selector
    return " ".join(part.get_text(" ").split())
