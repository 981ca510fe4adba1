"""The demonstration: real from end to end, foreseen to the point, and repeatable."""

import csv
from pathlib import Path

import pytest
from commands import run_here
from contents import load_assignment, small_ones_at_once

from autograder.demo.simulated_class import simulate_class
from autograder.explanation.misconceptions import misconceptions
from autograder.explanation.styles import styles
from autograder.pages.doctor import WHAT_BUBBLEWRAP_ADDS
from autograder.sandbox.host import Sandbox


def test_a_class_is_graded_as_foreseen_and_again(tmp_path: Path, sandbox: Sandbox) -> None:
    for size in ("1", "6"):  # the sixth is the first with a mistake
        command = ("autograder", "demo", "course", "--students", size)
        result = run_here(*command, "--assignment", "convolution", cwd=tmp_path)
        assert "differs" not in result.stdout
        assert "nbgrader autograde convolution" in result.stdout
        gaps = bool(sandbox.probe.gaps)  # at level strong, those that bubblewrap would close
        assert (WHAT_BUBBLEWRAP_ADDS in result.stdout) is (gaps and sandbox.probe.level == "strong")
    course = tmp_path / "course"
    with (course / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows["student-001"] == 90
    assert len(rows) == 6
    feedback = course / "feedback" / "student-006" / "convolution" / "convolution.html"
    assert '<ul class="failures"' in feedback.read_text(encoding="utf-8")
    released = course / "exchange" / "why-convolutions" / "feedback"
    assert len(list(released.rglob("*.html"))) == 6


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    result = run_here("autograder", "demo", str(tmp_path), cwd=tmp_path, status=2)
    assert "is not empty" in result.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("name", small_ones_at_once())
def test_a_class_has_many_kinds_of_students(name: str) -> None:
    assignment = load_assignment(name)
    students = simulate_class(assignment, 24)
    assert len({s.name for s in students}) == 24
    single = [s.mistakes[0] for s in students if len(s.mistakes) == 1]
    known = len(misconceptions(assignment))
    assert len({(mistake.exercise, mistake.name) for mistake in single}) == min(13, known)
    right = [s for s in students if s.gradable and not s.mistakes]
    scores = {s.name: s.expected_score(assignment) for s in right}
    points = sum(exercise.points for exercise in assignment.exercises)
    full = [s for s in students if scores.get(s.name) == points]
    written = {s.cells[function] for s in full for function in assignment.signatures()}
    assert len(written) >= min(5, 1 + len(styles(assignment)))
    assert [s.about for s in students if not s.gradable] == ["file is no notebook"]
    assert 0 in scores.values()


def test_another_round_has_other_mistakes() -> None:
    students = simulate_class(load_assignment("pooling"), 48)
    first, second = ({s.about for s in part} for part in (students[5:17], students[29:41]))
    assert not first & second
