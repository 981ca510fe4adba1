"""``report --similar`` and ``report --all``."""

import csv
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from commands import run_here

from autograder.course.folder import Course
from autograder.report import similar
from autograder.report.collected import collect

NAME = "averages"


def test_a_copy_with_other_names_is_found_and_nobody_else(course: Path) -> None:
    said = run_here("autograder", "report", NAME, "--similar", cwd=course).stdout
    assert "student-001 and student-002: weighted_mean" in said
    assert "Pairs: 1, in " in said
    assert "not a verdict" in said
    page = (course / "reports" / f"{NAME}-similar.html").read_text()
    assert "a hint, not a verdict" in page
    assert "student-005" not in page


def test_copies_of_one_text_stay_alike_however_many_there_are(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similar, "MOST_ALIKE", 2)
    for number in (3, 5, 7):
        for step in ("autograded", "submitted"):
            one, other = (course / step / f"student-00{n}" / NAME for n in (1, number))
            shutil.copyfile(one / f"{NAME}.ipynb", other / f"{NAME}.ipynb")
    found = similar.similar_pairs(Course.open(course), collect(Course.open(course), NAME))
    copies = [f"student-00{number}" for number in (2, 3, 5, 7)]
    assert [pair.students for pair in found] == [("student-001", copy) for copy in copies]


@pytest.mark.parametrize("anonymous", [False, True])
def test_alike_code_is_shown_without_what_may_have_a_name(course: Path, *, anonymous: bool) -> None:
    options = ("--anonymous",) if anonymous else ()
    run_here("autograder", "report", NAME, "--similar", *options, cwd=course)
    (page,) = (course / "reports").iterdir()
    assert page.name == f"{NAME}-similar{'-anonymous' if anonymous else ''}.html"
    text = page.read_text()
    assert "while place &lt; len(numbers):" in text
    assert "my own work" not in text
    assert ("student-00" in text) is not anonymous
    assert bool(re.search(r"No\. [0-9a-f]{12}\b", text)) is anonymous
    graded = course / "autograded" / "student-002" / NAME / f"{NAME}.ipynb"
    graded.chmod(0o644)
    graded.write_text(graded.read_text().replace("# my own work", "my own work"))
    run_here("autograder", "report", NAME, "--similar", *options, cwd=course)
    text = page.read_text()
    assert "while place &lt; len(numbers):" in text
    assert "Not shown, as it is not Python" in text
    assert "my own work" not in text


def test_pairs_stand_on_no_other_page(course: Path) -> None:
    run_here("autograder", "report", NAME, cwd=course)
    assert "% alike" not in (course / "reports" / f"{NAME}.html").read_text()


def test_without_copydetect_it_is_said_how_to_get_it(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "copydetect", None)
    result = run_here("autograder", "report", NAME, "--similar", cwd=course, status=2)
    assert "pip install 'why-convolutions[similarity]'" in " ".join(result.stderr.split())


IDEAS = """
IDEAS = {
    "running_maximum": "order",
    "weighted_mean": "sums",
    "step_down": "sums",
    "answer_1": "sums",
}
"""


def test_all_assignments_by_student_and_by_idea(course: Path) -> None:
    with (course / "solutions" / NAME / "misconceptions.py").open("a") as file:
        file.write(IDEAS)
    said = run_here("autograder", "report", "--all", cwd=course).stdout
    assert "Teach “order” again" in said
    assert "less than half of the points of “order”" in said
    assert "Most is lost in" not in said  # there is one assignment only
    found = json.loads((course / "reports" / "all-assignments.json").read_text())
    students = {student["name"]: student for student in found["students"]}
    assert students["student-003"]["ideas"] == {"order": 0.625, "sums": 1.0}
    assert students["student-001"]["ideas"] == {"order": 1.0, "sums": 1.0}
    assert students["student-010"]["assignments"] == {NAME: 0.0}
    assert students["student-011"]["ideas"] == {"order": None, "sums": None}
    with (course / "reports" / "all-assignments.csv").open() as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["student-003"]["idea: order"] == "0.625"


def test_without_ideas_there_are_still_the_assignments(course: Path) -> None:
    said = run_here("autograder", "report", "--all", cwd=course).stdout
    assert "The course names no ideas" in said
    assert NAME in (course / "reports" / "all-assignments.html").read_text()


@pytest.mark.parametrize("is_kept", [False, True])
def test_an_assignment_that_was_not_generated_is_left_out(course: Path, *, is_kept: bool) -> None:
    shutil.copytree(course / "solutions" / NAME, course / "solutions" / "later")
    shutil.copytree(course / "assignments" / NAME, course / "assignments" / "later")
    (course / "assignments" / "later" / f"{NAME}.ipynb").rename(
        course / "assignments" / "later" / "later.ipynb"
    )
    if is_kept:  # as when the gradebook was moved away, and made anew of one assignment
        shutil.copytree(course / "gradings" / NAME, course / "gradings" / "later")
    else:  # as one that is still written
        (course / "solutions" / "later" / "hidden_tests.py").write_text("oops(")
    run_here("autograder", "report", "--all", cwd=course)
    found = json.loads((course / "reports" / "all-assignments.json").read_text())
    assert [*found["assignments"]] == [NAME]


def test_without_any_result_it_is_said(course: Path) -> None:
    shutil.rmtree(course / "gradings")
    result = run_here("autograder", "report", "--all", cwd=course, status=2)
    assert "No result of any assignment is kept" in result.stderr
