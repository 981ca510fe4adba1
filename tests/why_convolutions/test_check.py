"""`autograder check` finds nothing to mend in this project's own assignments."""

from pathlib import Path

import pytest
from contents import ASSIGNMENTS, OWN, assignment_names
from trying import results

from autograder.authoring.check import names_to_check, what_can_be_read
from autograder.authoring.finding import Subject
from autograder.authoring.looking import look_at_the_release
from autograder.authoring.trying import Tried, handed_in, judged
from autograder.course.options import Limits
from autograder.explanation.misconceptions import Misconception, misconceptions
from autograder.sandbox.host import Sandbox

GUIDE = Path(__file__).parents[2] / "docs" / "instructors.md"
OFTEN = 4  # mistakes that were met as often stand in its table


@pytest.fixture(scope="module", params=assignment_names())
def subject(request: pytest.FixtureRequest) -> Subject:
    return Subject(OWN, request.param, Limits())


def test_whatever_has_a_folder_is_an_assignment() -> None:
    assert names_to_check(OWN, (), ()) == assignment_names()
    assert sorted(p.name for p in ASSIGNMENTS.iterdir() if p.is_dir()) == assignment_names()


def test_nothing_is_missing_or_wrong_as_far_as_one_can_read(subject: Subject) -> None:
    assert what_can_be_read(subject) == []


def test_the_release_runs_to_its_end(subject: Subject, sandbox: Sandbox) -> None:
    """That of the solved notebook is tried in a real kernel; see test_assignments."""
    assert list(look_at_the_release(subject, sandbox)) == []


def row_in_the_guide(mistake: Misconception, tried: Tried) -> str:
    result, name = tried.mistakes[mistake], mistake.name.replace("_", " ")
    lost = result.max_score - (result.score or 0)
    return f"| `{mistake.exercise}` | {name} | {mistake.seen} | {lost:.1f} | {result.max_score:g} |"


def is_in_the_guide(mistake: Misconception) -> bool:
    return bool(mistake.seen >= OFTEN and mistake.steps)


@pytest.mark.whole_course
def test_all_that_is_handed_in_gets_what_it_should_and_what_the_guide_says(
    subject: Subject, sandbox: Sandbox
) -> None:
    todo = handed_in(subject.assignment)
    tried = judged(subject, todo, results(subject, todo, sandbox))
    assert tried.findings == []
    frequent = [m for m in misconceptions(subject.assignment) if is_in_the_guide(m)]
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    starts = tuple(f"| `{exercise.name}` |" for exercise in subject.assignment.exercises)
    rows = [line for line in lines if line.startswith(starts)]
    assert rows == [row_in_the_guide(mistake, tried) for mistake in frequent]


def test_the_guide_has_no_row_of_anything_else() -> None:
    known = [m for name in assignment_names() for m in misconceptions(OWN.assignment(name))]
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert len(rows) == sum(map(is_in_the_guide, known))
