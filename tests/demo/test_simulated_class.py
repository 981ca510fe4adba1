"""A simulated class: students of many kinds, whose scores are known before they are graded."""

import shutil
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from contents import SMALL
from limits import SHORT_CALLS

from autograder.course.contents import Contents
from autograder.course.options import Limits
from autograder.demo.simulated_class import SimulatedStudent, simulate_class
from autograder.errors import UnreadableNotebook
from autograder.explanation.misconceptions import misconceptions
from autograder.grading import grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import released
from autograder.notebook.submission import read_notebook
from autograder.sandbox.host import Sandbox

ROUND = 24  # students, of all kinds


@pytest.fixture(scope="module")
def students(averages: Assignment) -> list[SimulatedStudent]:
    """A class of two rounds."""
    return simulate_class(averages, 2 * ROUND)


def mistakes_made_alone(students: list[SimulatedStudent]) -> set[tuple[str, str]]:
    single = [student.mistakes[0] for student in students if len(student.mistakes) == 1]
    return {(mistake.exercise, mistake.name) for mistake in single}


def test_a_class_has_many_kinds_of_students(
    students: list[SimulatedStudent], averages: Assignment
) -> None:
    students = students[:ROUND]
    assert len({student.name for student in students}) == ROUND
    assert len(mistakes_made_alone(students)) == 12  # all of functions, and one letter
    assert sum(len(student.mistakes) == 2 for student in students) == 1
    right = [student for student in students if student.gradable and not student.mistakes]
    scores = {student.name: student.expected_score(averages) for student in right}
    full = [student for student in students if scores.get(student.name) == 60]
    assert len({s.cells[function] for s in full for function in averages.signatures()}) >= 5
    assert [s.about for s in students if not s.gradable] == ["file is no notebook"]
    assert 0 in scores.values()


def test_every_known_mistake_is_made_by_somebody(
    students: list[SimulatedStudent], averages: Assignment
) -> None:
    known = {(mistake.exercise, mistake.name) for mistake in misconceptions(averages)}
    assert mistakes_made_alone(students) == known


def test_what_is_foreseen_is_what_grading_finds(
    students: list[SimulatedStudent], averages: Assignment, sandbox: Sandbox
) -> None:
    for student in students[:ROUND]:
        if not student.gradable:
            continue
        notebook = nbformat.reads(student.fill_in(released(averages)), as_version=4)
        limits = SHORT_CALLS if "never ends" in student.about else Limits()
        name = averages.file_name
        result = grade(notebook, averages, sandbox, notebook=name, limits=limits).grading
        assert result.score == pytest.approx(student.expected_score(averages)), student.about
        assert student.is_recognised_in(result) in (None, True), student.about


@pytest.fixture(scope="module")
def crowd(averages: Assignment) -> list[SimulatedStudent]:
    """Those of a large class who come after two rounds of all kinds."""
    return simulate_class(averages, 2 * ROUND + 100)[2 * ROUND :]


def test_a_large_class_has_frequent_and_new_mistakes_copies_and_late_ones(
    crowd: list[SimulatedStudent], averages: Assignment
) -> None:
    made = Counter((m.exercise, m.name) for student in crowd for m in student.mistakes)
    assert made.most_common(1)[0][1] >= 5
    new = Counter(cell for student in crowd for cell in student.unknown)
    assert sum(new.values()) >= 3
    assert sum(student.late for student in crowd) >= 2
    (first, *_) = [n for n, student in enumerate(crowd) if "copied" in student.about]
    original, copy = crowd[first - 1].cells, crowd[first].cells
    assert original != copy
    assert original.keys() == copy.keys()
    again = simulate_class(averages, 2 * ROUND + 100)[2 * ROUND :]
    assert [student.cells for student in again] == [student.cells for student in crowd]


def test_what_a_crowd_gets_is_foreseen_and_new_mistakes_have_no_name(
    crowd: list[SimulatedStudent], averages: Assignment, sandbox: Sandbox
) -> None:
    new = [student for student in crowd if student.unknown][:3]
    copies = [student for student in crowd if "copied" in student.about][:1]
    several = [student for student in crowd if len(student.mistakes) > 1][:2]
    for student in (*new, *copies, *several):
        notebook = nbformat.reads(student.fill_in(released(averages)), as_version=4)
        name = averages.file_name
        result = grade(notebook, averages, sandbox, notebook=name, limits=Limits()).grading
        assert result.score == pytest.approx(student.expected_score(averages)), student.about
        assert student.is_recognised_in(result) in (None, True), student.about
        groups = {exercise.name for exercise in result.exercises if exercise.group}
        assert groups == {*student.unknown}


def test_a_file_that_is_no_notebook_is_none(
    students: list[SimulatedStudent], averages: Assignment, tmp_path: Path
) -> None:
    (student,) = [student for student in students[:ROUND] if not student.gradable]
    (tmp_path / "odd.ipynb").write_text(student.fill_in(released(averages)))
    with pytest.raises(UnreadableNotebook):
        read_notebook(tmp_path / "odd.ipynb")


def test_an_assignment_may_have_no_catalogues(tmp_path: Path) -> None:
    course = Path(shutil.copytree(SMALL.root, tmp_path / "course"))
    for catalogue in ("misconceptions", "styles"):
        (course / "solutions" / "averages" / f"{catalogue}.py").unlink()
    assignment = Contents(course).assignment("averages")
    students = simulate_class(assignment, ROUND)
    assert len({student.name for student in students}) == ROUND
    assert not any(student.mistakes for student in students)
    assert students[1].expected_score(assignment) == 60
