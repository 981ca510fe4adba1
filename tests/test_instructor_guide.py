"""The table in the instructor guide says what the frequent mistakes cost, as measured."""

from pathlib import Path

from autograder.assignment import assignment_names, load_assignment
from autograder.catalogue import Loss, losses

GUIDE = Path(__file__).parent.parent / "docs" / "instructors.md"
OFTEN = 4  # mistakes that were met as often stand in the table


def row(loss: Loss) -> str:
    mistake = loss.misconception
    name = mistake.name.replace("_", " ")
    return f"| `{mistake.exercise}` | {name} | {mistake.seen} | {loss.lost:.1f} | {loss.points:g} |"


def test_the_frequent_mistakes_cost_what_the_guide_says() -> None:
    frequent = [
        loss
        for name in assignment_names()
        for loss in losses(load_assignment(name))
        if loss.misconception.seen >= OFTEN and loss.misconception.steps
    ]
    rows = [row(loss) for loss in frequent]
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `")] == rows
