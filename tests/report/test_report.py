"""``autograder report``: what it says of a class, as page, JSON and CSV."""

import csv
import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import nbformat
import pytest
from commands import run_here
from courses import hand_in
from nbgrader.api import Gradebook

from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.report.collected import collect

NAME = "averages"


def reported(course: Path, *options: str, name: str = NAME) -> dict[str, Any]:
    run_here("autograder", "report", NAME, *options, cwd=course)
    found: dict[str, Any] = json.loads((course / "reports" / f"{name}.json").read_text())
    return found


def test_it_begins_with_what_to_teach_first(course: Path) -> None:
    said = run_here("autograder", "report", NAME, cwd=course).stdout
    report = json.loads((course / "reports" / f"{NAME}.json").read_text())
    first, why, then = report["lead"]
    assert "“starts from zero” in running_maximum" in first
    assert "3 of 9 students (33 %)" in first
    assert "What is the maximum of numbers that are all negative?" in why
    assert "(number 1 on the page)" in why
    assert f"without a name of group {report['groups'][0]['id']} in running_maximum" in then
    assert "1 student left exercises untouched: " in then
    assert first in said
    page = (course / "reports" / f"{NAME}.html").read_text()
    assert page.index("starts from zero") < page.index("<h2>Points")


def test_the_cost_of_what_is_untouched_is_said_where_it_is_most(course: Path) -> None:
    report = reported(course)
    settled = [exercise for exercise in report["exercises"] if exercise["mean"] is not None]
    untouched = report["points"]  # student-010 did nothing
    waiting = untouched - sum(exercise["points"] for exercise in settled)
    lost = waiting + sum(10 * (exercise["points"] - exercise["mean"]) for exercise in settled)
    known = sum(len(m["students"]) * m["lost"] for m in report["misconceptions"])
    assert (
        f"1 student left exercises untouched: {untouched:,.0f} of the {lost:,.0f} points lost "
        f"(known mistakes cost {known:,.0f}); " in report["lead"][2]
    )


def test_mistakes_are_ranked_by_how_many_made_them(course: Path) -> None:
    report = reported(course)
    ranked = [(m["name"], len(m["students"])) for m in report["misconceptions"]]
    assert ranked == [("starts_from_zero", 3), ("divides_by_the_count", 1)]
    first = report["misconceptions"][0]
    assert first["students"] == ["student-003", "student-004", "student-008"]
    assert "max([0," in first["line"]
    assert first["lost"] == pytest.approx(first["points"] * 3 / 8)
    assert first["section"]


def test_the_same_unknown_mistake_is_one_group_whatever_its_words(course: Path) -> None:
    report = reported(course)
    (group,) = report["groups"]
    assert group["students"] == ["student-005", "student-006"]
    assert group["exercise"] == "running_maximum"
    assert len(group["codes"]) == 2
    assert "Numbers that are all negative have a maximum as well." in group["fails"]
    (alone,) = report["alone"]
    assert (alone["exercise"], alone["students"]) == ("running_maximum", ["student-007"])
    page = (course / "reports" / f"{NAME}.html").read_text()
    assert f"in <code>running_maximum</code>: group {alone['id']}" in page
    assert "What they are told now:" in page


def test_no_comment_or_text_of_a_student_is_shown(course: Path) -> None:
    page_of = {name: course / "reports" / f"{NAME}{name}" for name in (".html", "-anonymous.html")}
    reported(course)
    reported(course, "--anonymous", name=f"{NAME}-anonymous")
    assert "as student-006 has it" not in page_of[".html"].read_text()
    for kind in ("html", "json", "csv"):
        text = (course / "reports" / f"{NAME}-anonymous.{kind}").read_text()
        assert "student-0" not in text
        assert "starts" in text


def test_states_and_points_of_each_exercise(course: Path) -> None:
    report = reported(course)
    figures = {exercise["name"]: exercise for exercise in report["exercises"]}
    maximum = figures["running_maximum"]
    assert maximum["states"]["untouched"] == 1
    assert maximum["states"]["full"] == 3
    assert maximum["states"]["partial"] + maximum["states"].get("none", 0) == 6
    assert maximum["seconds"] > 0
    with (course / "reports" / f"{NAME}.csv").open() as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert len(rows) == 11
    assert rows["student-001"]["running_maximum"] == str(float(maximum["points"]))
    assert rows["student-003"]["running_maximum: misconception"] == "starts_from_zero"
    assert rows["student-011"]["points"] == "0.0"
    found = {student["name"]: student["points"] for student in report["students"]}
    assert {name: float(row["points"]) for name, row in rows.items()} == found


def test_who_needs_a_look(course: Path) -> None:
    looks = {
        (look["student"], look["why"]): look["about"] for look in reported(course)["attention"]
    }
    assert "JSON" in looks["student-011", "not graded"]
    assert "3 hours late" in looks["student-009", "late"]
    assert ("student-001", "late") not in looks


def test_who_named_the_function_otherwise_needs_a_look(course: Path, averages: Assignment) -> None:
    renamed = {"running_maximum": "def largest_so_far(numbers):\n    return numbers"}
    hand_in(course, "student-012", NAME, nbformat.writes(answered(averages, renamed)))
    run_here("autograder", "grade", NAME, "--jobs", "1", cwd=course, status=1)
    report = reported(course)
    points = next(e["points"] for e in report["exercises"] if e["name"] == "running_maximum")
    (look,) = [look for look in report["attention"] if look["why"] == "function missing"]
    assert look["student"] == "student-012"
    assert look["about"] == (
        f"`running_maximum` does not exist in the notebook: {points:g} points are at stake."
    )
    page = (course / "reports" / f"{NAME}.html").read_text()
    assert "<code>running_maximum</code> does not exist in the notebook" in page


@pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's own use of SQLAlchemy
@pytest.mark.parametrize(
    ("late", "words"),
    [
        (timedelta(seconds=20), "less than a minute late"),
        (timedelta(minutes=2), "2 minutes late"),
        (timedelta(hours=49), "2 days late"),
    ],
)
def test_lateness_has_the_words_of_the_students_page(
    course: Path, late: timedelta, words: str
) -> None:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        submission = gradebook.find_submission(NAME, "student-009")
        submission.timestamp = submission.assignment.duedate + late
        gradebook.db.commit()
    report = reported(course)
    assert [look["about"] for look in report["attention"] if look["why"] == "late"] == [f"{words}."]
    hours = {student["name"]: student["hours_late"] for student in report["students"]}
    assert hours["student-009"] == late.total_seconds() / 3600
    run_here("autograder", "release", NAME, cwd=course, status=None)
    page = course / "feedback" / "student-009" / NAME / f"{NAME}.html"
    assert f"Handed in {words}" in page.read_text()


@pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's own use of SQLAlchemy
def test_many_late_students_are_folded_away(course: Path) -> None:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        for submission in gradebook.find_assignment(NAME).submissions:
            submission.timestamp = submission.assignment.duedate + timedelta(minutes=2)
        gradebook.db.commit()
    reported(course)
    text = (course / "reports" / f"{NAME}.html").read_text()
    count = re.search(r"<h3>late: (\d+)</h3><details><summary>Who</summary>", text)
    assert count
    assert int(count[1]) > 8


def test_what_waits_for_most_is_in_no_mean(course: Path) -> None:
    report = reported(course)
    waiting = [exercise for exercise in report["exercises"] if exercise["mean"] is None]
    assert [exercise["states"]["waiting"] for exercise in waiting] == [9]
    settled = report["points"] - waiting[0]["points"]
    text = (course / "reports" / f"{NAME}.html").read_text()
    assert f"of {settled:g} settled points" in text


def test_mistakes_of_a_single_student_are_folded_together(course: Path) -> None:
    reported(course)
    text = (course / "reports" / f"{NAME}.html").read_text()
    folded = text[text.index("<summary>1 mistake of a single student</summary>") :]
    assert "divides by the count" in folded
    assert (
        "divides by the count"
        not in text[text.index("<h2>Mistakes") : text.index("<summary>1 mis")]
    )


def test_what_to_do_is_no_column_where_it_is_nothing(course: Path) -> None:
    report = reported(course)
    assert not any(test["advice"] for test in report["tests"])
    assert "what to do" not in (course / "reports" / f"{NAME}.html").read_text()


@pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's own use of SQLAlchemy
def test_who_is_far_below_their_other_assignments(course: Path) -> None:
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.add_assignment("another")
        gradebook.add_notebook("another", "another")
        gradebook.add_grade_cell("cell", "another", "another", max_score=10, cell_type="code")
        for student in ("student-001", "student-004", "student-010", "student-011"):
            gradebook.add_submission("another", student)
            grade = gradebook.find_grade("cell", "another", "another", student)
            grade.auto_score = 4 if student == "student-004" else 10
        gradebook.db.commit()
    looks = [look for look in reported(course)["attention"] if look["why"] == "far below"]
    assert [look["student"] for look in looks] == ["student-010"]


def test_who_waits_for_a_human_is_named_last_with_what_waits(course: Path) -> None:
    looks = reported(course)["attention"]
    waiting = [look for look in looks if look["why"] == "waiting"]
    assert waiting == looks[-len(waiting) :]
    assert {look["student"] for look in waiting} >= {"student-001", "student-009"}
    assert waiting[0]["about"] == "10 points (written)."


def test_a_test_that_failed_as_a_program_is_named_with_what_to_do(course: Path) -> None:
    tests = course / "solutions" / NAME / "hidden_tests.py"
    broken = tests.read_text().replace(
        "check(student.running_maximum([]), [])", "check(student.running_maximum([]), [1 // 0])"
    )
    tests.write_text(broken)
    run_here("autograder", "grade", NAME, "--jobs", "1", cwd=course, status=1)
    report = reported(course)
    (test,) = [test for test in report["tests"] if test["broken"]]
    assert test["name"] == "test_no_numbers"
    assert "ZeroDivisionError" in test["advice"]
    assert "hidden_tests.py, line" in test["advice"]
    assert (
        "mend hidden tests that failed as programs (test_no_numbers of running_maximum)"
        in report["lead"][2]
    )
    assert "grader's error" in {look["why"] for look in report["attention"]}


def test_each_row_leads_to_the_page_of_that_student(course: Path) -> None:
    shutil.rmtree(course / "feedback" / "student-004")
    reported(course)
    text = (course / "reports" / f"{NAME}.html").read_text()
    links = set(re.findall(r'href="(\.\./[^"]+)"', text))
    pages = (course / "feedback").glob(f"*/{NAME}/{NAME}.html")
    assert {(course / "reports" / link).resolve() for link in links} == {*pages}
    assert not any("student-004" in link for link in links)
    assert len(links) > 5


def test_points_by_hand_count(course: Path) -> None:
    opened = Course.open(course)
    written = next(e.name for e in collect(opened, NAME).exercises if e.by_hand)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        grade = gradebook.find_grade(written, NAME, NAME, "student-001")
        grade.manual_score, grade.needs_manual_grade = 4.0, False
        gradebook.db.commit()
    found = {student.name: student for student in collect(opened, NAME).students}
    assert found["student-001"].answers[written].points == 4
    assert found["student-001"].points == found["student-002"].points + 4
    assert found["student-001"].waiting == 0
    assert found["student-002"].answers[written].state == "waiting"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report",), "Name an assignment, or say --all."),
        (("report", NAME, "--all"), "Name an assignment, or say --all."),
        (("report", "nothing"), "nothing"),
    ],
)
def test_what_cannot_be_reported_is_said(
    course: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = run_here("autograder", *arguments, cwd=course, status=2)
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_nothing_graded_is_said(course: Path) -> None:
    for path in (course / "gradings" / NAME).glob("*.json"):
        path.unlink()
    result = run_here("autograder", "report", NAME, cwd=course, status=2)
    assert f"autograder grade {NAME}" in result.stderr
    assert not (course / "reports").exists()


def test_results_of_an_older_version_are_read(course: Path) -> None:
    for path in (course / "gradings" / NAME).glob("*.json"):
        stored = json.loads(path.read_text())
        stored.pop("seconds")
        for exercise in stored["grading"]["exercises"]:
            exercise.pop("group")
        path.write_text(json.dumps(stored))
    report = reported(course)
    assert report["groups"] == []
    assert len(report["misconceptions"]) == 2
