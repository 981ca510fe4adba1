"""Known mistakes against hidden tests, as tables on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Column, Table

from ..explanation.losses import Loss, losses
from ..notebook.assignment import Assignment
from ..running.hidden_tests import hidden_test_weights


def print_catalogue(assignment: Assignment, console: Console) -> bool:
    """Print a table for each exercise; return whether each mistake and each test has its cross."""
    all_losses = losses(assignment)
    weights = hidden_test_weights(assignment)
    complete = True
    for exercise in assignment.exercises:
        of_exercise = [loss for loss in all_losses if loss.misconception.exercise == exercise.name]
        if not of_exercise:
            continue
        tests = list(weights[exercise.name])
        console.print(_table(exercise.name, exercise.points, tests, of_exercise))
        for number, (test, weight) in enumerate(weights[exercise.name].items(), start=1):
            console.print(f"  {number:2} {test} (weight {weight:g})", highlight=False)
        idle = set(tests).difference(*(loss.failed for loss in of_exercise))
        unnoticed = [loss.misconception.name for loss in of_exercise if not loss.failed]
        for name in (*unnoticed, *sorted(idle)):
            console.print(f"[red]{name} stands for nothing here.[/red]")
        complete = complete and not idle and not unnoticed
    return complete


def _table(exercise: str, points: float, tests: list[str], of_exercise: list[Loss]) -> Table:
    table = Table(
        Column("known mistake", overflow="fold"),
        "seen",
        *(str(number) for number in range(1, len(tests) + 1)),
        f"of {points:g}",
        title=exercise,
    )
    for loss in of_exercise:
        crosses = ["✗" if test in loss.failed else "" for test in tests]
        seen = str(loss.misconception.seen or "")
        table.add_row(loss.misconception.name, seen, *crosses, f"-{loss.lost:.1f}")
    return table
