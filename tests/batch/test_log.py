"""The log of a course: one line of plain text for each submission."""

from pathlib import Path

import pytest
from courses import new_course

from autograder.batch import log
from autograder.batch.changes import Change, Fall
from autograder.batch.class_grading import grade_class
from autograder.batch.log import GradingLog
from autograder.batch.outcome import ClassResult
from autograder.course.folder import Course
from autograder.errors import NothingToGrade
from autograder.results import ExerciseResult, Grading, Outcome, TestResult, Ungraded

NAME = "averages"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course.open(new_course(tmp_path_factory.mktemp("log") / "course"))


def result(score: float, **about: list[str]) -> Grading:
    test = TestResult(name="test_x", title="", weight=1, outcome=Outcome.FAILED)
    exercise = ExerciseResult(name="running_maximum", score=score, max_score=60, tests=[test])
    names = {"notebook": "averages.ipynb", "assignment": NAME, "student": "student-001"}
    return Grading.of([exercise], [], [], sandbox="strong", sandbox_gaps=[], **names, **about)


FALL = Fall("student-001", "running_maximum", 60, 20, "test_x", released=True)
LINES = {
    "right": (
        ClassResult("student-001", result(60), seconds=3.21),
        ["student-001", "3.2 s", "60 of 60 points"],
    ),
    "kept": (
        ClassResult("student-001", result(60), True),
        ["student-001", "kept", "60 of 60 points"],
    ),
    "wrong": (
        ClassResult(
            "student-001", result(20, limits=["It ran too long."], notes=["x.zip was left."])
        ),
        [
            *("student-001", "0.0 s", "20 of 60 points", "failed: running_maximum (test_x)"),
            *("limits: It ran too long.", "x.zip was left."),
        ],
    ),
    "not graded": (
        ClassResult("a\td\x1b[2Ja\n", Ungraded(notebook="", error="It\nis damaged.")),
        ["a da", "0.0 s", "not graded", "", "", "It is damaged."],
    ),
    "fell": (
        ClassResult("student-001", result(20), change=Change(60, 20, (FALL,))),
        [
            *(
                "student-001",
                "0.0 s",
                "20 of 60 points",
                "failed: running_maximum (test_x)",
                "",
                "",
            ),
            "before: 60 points, now 20: fell. running_maximum had 60, has 20 "
            "(test_x; feedback on it was given)",
        ],
    ),
}


@pytest.mark.parametrize(("entry", "columns"), LINES.values(), ids=LINES)
def test_a_submission_is_one_line(course: Course, entry: ClassResult, columns: list[str]) -> None:
    written = GradingLog(course, NAME)
    written.add(entry)
    last = written.path.read_text().splitlines()[-1]
    assert last.isprintable() or "\t" in last
    time, *others = last.split("\t")
    assert others == columns
    assert time.endswith("Z")


def test_a_line_that_ends_within_a_letter_hides_no_reason(course: Course) -> None:
    written = GradingLog(course, "medians")
    written.add(LINES["not graded"][0])
    with written.path.open("ab") as file:
        file.write("2030-01-31 18:30:00Z\tä".encode()[:-1])
    assert log.reasons(course, "medians") == {"a da": "It is damaged."}


def test_the_log_is_in_the_course_folder_and_does_not_grow_for_ever(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(course.root, "logs", f"{NAME}.log")
    path.parent.mkdir(exist_ok=True)
    path.write_text("old\n" * 100)
    monkeypatch.setattr(log, "MOST_BYTES", 99)
    with pytest.raises(NothingToGrade):
        list(grade_class(course, NAME, jobs=1, dry=True))
    written = GradingLog(course, NAME)
    assert len(path.read_text().splitlines()) == 100  # until there is something to write
    for _ in range(3):
        written.add(LINES["right"][0])
    assert len(path.read_text().splitlines()) == 3
    assert path.with_name(f"{NAME}.log.1").read_text().startswith("old\n")


def test_a_reason_is_known_until_a_later_line_whichever_log_it_is_in(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST_BYTES", 1)
    first, second = "student-001", "student-002"
    for student in (first, second):
        damaged = ClassResult(student, Ungraded(notebook="", error="It is damaged."))
        GradingLog(course, "modes").add(damaged)
    assert log.reasons(course, "modes").keys() == {first, second}
    GradingLog(course, "modes").add(ClassResult(second, result(60)))
    assert log.reasons(course, "modes") == {}
