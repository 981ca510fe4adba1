"""Reports and pages made of results of another version of this package say so."""

import re
from pathlib import Path

import nbformat
from commands import run_here
from courses import MakeCourse, hand_in

from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

NAME = "averages"
SAID = "1 result is of another version of the autograder, hints included. To renew them:"


def test_results_of_another_version_are_named_until_they_are_renewed(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    course = released_course(tmp_path / "course")
    for student in ("student-001", "student-002"):
        hand_in(course, student, NAME, nbformat.writes(answered(averages, {})))
    run_here("autograder", "grade", NAME, cwd=course)

    def told(command: str) -> bool:
        said = run_here("autograder", command, NAME, cwd=course).stderr
        return SAID in " ".join(said.split())

    assert [told(command) for command in ("report", "release")] == [False, False]
    kept = course / "gradings" / NAME / "student-001.json"
    kept.write_text(re.sub(r"grader:\w+", "grader:0123", kept.read_text()))
    assert [told(command) for command in ("report", "release")] == [True, True]
    run_here("autograder", "grade", NAME, cwd=course)
    assert not told("report")
