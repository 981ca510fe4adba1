"""Known mistakes against hidden tests: which of them fails which, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from rich.console import Console
from rich.table import Column, Table

from .assignment import Assignment
from .direct import direct_student, right_answers, with_mistakes
from .misconceptions import Misconception, misconceptions
from .results import Outcome, TestResult, score_of
from .runner import hidden_test_weights, run_hidden_tests


@dataclass(frozen=True)
class Loss:
    """What a mistake costs: the exercise's hidden tests as they ended, of its points."""

    misconception: Misconception
    tests: list[TestResult]
    points: float

    @property
    def failed(self) -> set[str]:
        """The hidden tests that notice the mistake."""
        return {_name(test) for test in self.tests if test.outcome is Outcome.FAILED}

    @property
    def lost(self) -> float:
        """The points that it costs."""
        score = score_of(self.tests, self.points)
        return 0.0 if score is None else self.points - score


def rounds(mistakes: Iterable[Misconception]) -> list[list[Misconception]]:
    """Return mistakes in submissions, one at most in each exercise."""
    of_exercise: dict[str, list[Misconception]] = {}
    for mistake in mistakes:
        of_exercise.setdefault(mistake.exercise, []).append(mistake)
    return [[m for m in row if m is not None] for row in zip_longest(*of_exercise.values())]


def losses(assignment: Assignment) -> list[Loss]:
    """Return what each known mistake costs, in the catalogue's order."""
    points = {exercise.name: exercise.points for exercise in assignment.exercises}
    found: dict[tuple[str, str], Loss] = {}
    right = right_answers(assignment)
    for together in rounds(misconceptions(assignment.name)):
        student = direct_student(assignment, with_mistakes(right, *together))
        wrong = {mistake.exercise for mistake in together}
        tests = run_hidden_tests(assignment.hidden_tests, student, b"", wrong)
        for mistake in together:
            exercise = mistake.exercise
            found[exercise, mistake.name] = Loss(mistake, tests[exercise], points[exercise])
    return [found[m.exercise, m.name] for m in misconceptions(assignment.name)]


def print_catalogue(assignment: Assignment, console: Console) -> bool:
    """Print a table for each exercise; return whether each mistake and each test has its cross."""
    all_losses = losses(assignment)
    weights = hidden_test_weights(assignment.hidden_tests)
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


def _name(test: TestResult) -> str:
    return test.name.split("[")[0]
