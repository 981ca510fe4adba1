"""``autograder name-group``: a mistake that nobody knew gets a name and a hint, once."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from commands import run_here
from courses import hand_in

from autograder.batch.looking import plan_class
from autograder.course.folder import Course
from autograder.course.named_groups import named_groups, with_named_groups
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

NAME = "averages"
HINT = "What if the largest number came three places before?"
SAME_MISTAKE = """
def running_maximum(values):
    return [max(values[k - 1 : k + 1] or values[:1]) for k in range(len(values))]
"""


def reported(course: Path) -> dict[str, Any]:
    run_here("autograder", "report", NAME, cwd=course)
    found: dict[str, Any] = json.loads((course / "reports" / f"{NAME}.json").read_text())
    return found


def name_it(course: Path) -> str:
    (group,) = reported(course)["groups"]
    run_here(
        *("autograder", "name-group", NAME, group["id"]),
        *("--name", "looks at two numbers", "--hint", HINT),
        cwd=course,
    )
    return str(group["id"])


def test_all_its_students_have_the_hint_without_a_regrade(course: Path) -> None:
    name_it(course)
    report = reported(course)
    assert report["groups"] == []
    (named,) = [m for m in report["misconceptions"] if m["name"] == "looks_at_two_numbers"]
    assert named["students"] == ["student-005", "student-006"]
    assert named["hint"] == HINT
    opened = Course.open(course)
    planned = plan_class(opened, NAME).planned
    assert [plan.student for plan in planned] == ["student-011"]  # which cannot be graded ever
    stored = opened.grading(NAME, "student-005")
    assert stored
    grading = with_named_groups(stored.grading, named_groups(opened.contents, NAME))
    exercise = next(e for e in grading.exercises if e.name == "running_maximum")
    assert (exercise.misconception, exercise.hint) == ("looks_at_two_numbers", HINT)


def test_one_name_in_two_exercises_is_summed_in_the_lead(course: Path) -> None:
    (group,) = reported(course)["groups"]
    said = run_here(
        *("autograder", "name-group", NAME, group["id"]),
        *("--name", "divides_by_the_count", "--hint", HINT),
        cwd=course,
    ).stdout
    assert "2 students in running_maximum made the mistake “divides by the count”" in said
    report = reported(course)
    same = [m for m in report["misconceptions"] if m["name"] == "divides_by_the_count"]
    cost = sum(len(m["students"]) * m["lost"] for m in same)
    students = {student for mistake in same for student in mistake["students"]}
    assert [len(m["students"]) for m in report["misconceptions"]] == [3, 2, 1]
    assert {m["exercise"] for m in same} == {"running_maximum", "weighted_mean"}
    first, why, _ = report["lead"]
    assert "Teach first “divides by the count” (running_maximum, weighted_mean)" in first
    assert f"{len(students)} of 9 students (33 %)" in first
    assert f"it costs the class {cost:.0f} points" in first
    assert "(numbers 2 and 3 on the page)" in why


def test_their_pages_have_it_with_the_next_release(course: Path) -> None:
    def told() -> set[str]:
        pages = (course / "feedback").glob(f"*/{NAME}/{NAME}.html")
        return {path.parts[-3] for path in pages if HINT in path.read_text()}

    name_it(course)
    assert told() == set()
    said = run_here("autograder", "release", NAME, cwd=course, status=None).stdout
    assert told() == {"student-005", "student-006"}
    assert "; 2 of them changed." in said


def test_who_makes_it_later_is_recognised(course: Path, averages: Assignment) -> None:
    name_it(course)
    notebook = answered(averages, {"running_maximum": SAME_MISTAKE})
    hand_in(course, "student-012", NAME, nbformat.writes(notebook))
    run_here("autograder", "grade", NAME, "--jobs", "1", cwd=course, status=1)
    (named,) = [m for m in reported(course)["misconceptions"] if m["hint"] == HINT]
    assert named["students"] == ["student-005", "student-006", "student-012"]


def test_it_can_be_named_again(course: Path) -> None:
    group = name_it(course)
    run_here(
        *("autograder", "name-group", NAME, group, "--name", "another name", "--hint", "Why?"),
        cwd=course,
    )
    names = {m["name"] for m in reported(course)["misconceptions"]}
    assert "another_name" in names
    assert "looks_at_two_numbers" not in names


def test_a_group_whose_calls_changed_is_dropped_and_said(course: Path) -> None:
    name_it(course)
    tests = course / "solutions" / NAME / "hidden_tests.py"
    tests.write_text(tests.read_text().replace("5, 99, 7]", "5, 98, 7]"))
    run_here("autograder", "grade", NAME, "--jobs", "1", cwd=course, status=1)
    said = run_here("autograder", "report", NAME, cwd=course).stdout
    assert "The named group “looks at two numbers” of running_maximum is dropped" in said
    report = reported(course)
    assert [dropped["hint"] for dropped in report["dropped"]] == [HINT]
    (group,) = report["groups"]
    result = run_here(
        *("autograder", "name-group", NAME, group["id"], "--name", "new", "--hint", "New?"),
        cwd=course,
    )
    assert f"Its hint was: {HINT}" in result.stdout
    assert reported(course)["dropped"] == []


def test_a_group_of_results_that_are_older_than_the_tests_is_refused(course: Path) -> None:
    group = name_it(course)
    file = course / "solutions" / NAME / "named_groups.json"
    before = file.read_text()
    tests = course / "solutions" / NAME / "hidden_tests.py"
    tests.write_text(tests.read_text().replace("5, 99, 7]", "5, 98, 7]"))
    result = run_here(
        *("autograder", "name-group", NAME, group, "--name", "new", "--hint", "New?"),
        cwd=course,
        status=2,
    )
    assert f"Grade again first: autograder grade {NAME}." in " ".join(result.stderr.split())
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("group", "name", "hint", "said"),
    [
        ("00000000", "a name", "Why?", "There is no group '00000000'"),
        ("", "", "Why?", "cannot be the name of a mistake"),
        ("", "a; b", "Why?", "cannot be the name of a mistake"),
        ("", "a name", " ", "The hint is empty."),
    ],
)
def test_what_cannot_be_named_is_said(
    course: Path, group: str, name: str, hint: str, said: str
) -> None:
    known = reported(course)["groups"][0]["id"]
    result = run_here(
        *("autograder", "name-group", NAME, group or known, "--name", name, "--hint", hint),
        cwd=course,
        status=2,
    )
    assert said in result.stderr
    assert not (course / "solutions" / NAME / "named_groups.json").exists()


def test_a_file_of_names_that_cannot_be_read_is_said(course: Path) -> None:
    file = course / "solutions" / NAME / "named_groups.json"
    file.write_text("[{")
    result = run_here("autograder", "report", NAME, cwd=course, status=2)
    assert str(file) in result.stderr
    assert "Mend or remove it" in result.stderr
