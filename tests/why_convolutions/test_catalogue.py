"""The catalogue through the whole heart: a mistake costs its own exercise, and is recognised."""

import ast
from itertools import chain

import pytest
from contents import OWN, assignment_names, load_assignment
from notebooks import answered
from rows import NOT_CODED, ROWS

from autograder.course.options import Limits
from autograder.course.sync import read_solutions
from autograder.explanation.losses import rounds
from autograder.explanation.misconceptions import Misconception, misconceptions
from autograder.explanation.typed_text import student_source
from autograder.grading import grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.cell_text import called_names
from autograder.results import Grading
from autograder.sandbox.host import Sandbox


def level(exercise: str, cells: dict[str, str]) -> int:
    """Return how many exercises lie below one, each of which the one above it calls."""
    called = cells.keys() & called_names(exercise, cells[exercise]) - {exercise}
    return max((1 + level(name, cells) for name in called), default=0)


def submissions(name: str) -> list[list[Misconception]]:
    """Return all known mistakes, so that each is handed in once: one in each exercise at a time.

    A mistake that changed the answers to another exercise would hide what was done wrong there.
    Exercises that call those of the others in their round have rounds of their own: they must
    be right to show that nothing below them costs them a point.
    """
    cells, known = read_solutions(name, OWN.solutions).cells, misconceptions(load_assignment(name))
    levels = {mistake.exercise: level(mistake.exercise, cells) for mistake in known}
    apart = ([m for m in known if levels[m.exercise] == one] for one in sorted({*levels.values()}))
    return list(chain.from_iterable(map(rounds, apart)))


# All of them as typed text are in test_catalogue_for_a_class; here, through a whole notebook, the
# first and the fullest of each assignment, and under the marker the rest.
NOTEBOOKS = 3
EVERYTHING = [
    pytest.param(
        name,
        mistakes,
        id=f"{name}-{number}",
        marks=[pytest.mark.many_students] if number >= NOTEBOOKS else [],
    )
    for name in assignment_names()
    for number, mistakes in enumerate(sorted(submissions(name), key=len, reverse=True))
]


def graded(
    assignment: Assignment, sandbox: Sandbox, cells: dict[str, str], student: str
) -> Grading:
    notebook = answered(assignment, cells)
    return grade(
        notebook, assignment, sandbox, notebook="-", student=student, limits=Limits()
    ).grading


@pytest.mark.parametrize(("name", "mistakes"), EVERYTHING)
def test_mistakes_cost_their_own_exercise_and_are_recognised(
    name: str, mistakes: list[Misconception], sandbox: Sandbox
) -> None:
    assignment = load_assignment(name)
    student = f"student-{len(mistakes[0].name) % 5:03}"  # not always the same numbers
    cells = {mistake.exercise: student_source(mistake) for mistake in mistakes}
    grading = graded(assignment, sandbox, cells, student)
    imperfect = [result for result in grading.exercises if result.score != result.max_score]
    found = {result.name: (result.misconception, result.hint) for result in imperfect}
    assert found == {mistake.exercise: (mistake.name, mistake.hint) for mistake in mistakes}
    assert all(result.score is not None for result in imperfect)


@pytest.mark.parametrize("name", assignment_names())
def test_names_and_hints_can_be_read(name: str) -> None:
    catalogue = misconceptions(load_assignment(name))
    in_exercise = {(mistake.exercise, mistake.name) for mistake in catalogue}
    assert len(in_exercise) == len(catalogue)
    for mistake in catalogue:
        assert mistake.name.islower(), mistake.name
        assert mistake.name.isidentifier(), mistake.name
        assert "?" in mistake.hint or mistake.hint.endswith("."), mistake.name
        assert 20 < len(mistake.hint) < 260, mistake.name
        assert "np." not in mistake.hint, mistake.name
        assert bool(mistake.seen) == bool(mistake.where), mistake.name


@pytest.mark.parametrize("name", assignment_names())
def test_a_mistake_as_a_student_writes_it_is_plain_code(name: str) -> None:
    for mistake in misconceptions(load_assignment(name)):
        source = student_source(mistake)
        tree = ast.parse(source)
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
        assert '"""' not in source


def test_every_observed_mistake_is_coded_or_there_is_a_reason() -> None:
    known = chain.from_iterable(misconceptions(load_assignment(n)) for n in assignment_names())
    coded = {mistake.row for mistake in known} - {""}
    assert coded <= ROWS
    assert not coded & NOT_CODED.keys()
    assert coded | NOT_CODED.keys() == ROWS
