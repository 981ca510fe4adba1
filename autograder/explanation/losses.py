"""Known mistakes against hidden tests: which of them fails which, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from ..notebook.assignment import Assignment
from ..results import Outcome, TestResult, score_of
from ..running.direct import direct_student, right_answers
from ..running.hidden_tests import run_hidden_tests
from .misconceptions import Misconception, misconceptions, with_mistakes
from .styles import Style

Entry = TypeVar("Entry", Misconception, Style)


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


def rounds(known: Iterable[Entry]) -> list[list[Entry]]:
    """Return mistakes, or styles, in submissions: one at most in each exercise."""
    of_exercise: dict[str, list[Entry]] = {}
    for entry in known:
        of_exercise.setdefault(entry.exercise, []).append(entry)
    return [[e for e in row if e is not None] for row in zip_longest(*of_exercise.values())]


def losses(assignment: Assignment) -> list[Loss]:
    """Return what each known mistake costs, in the catalogue's order."""
    points = {exercise.name: exercise.points for exercise in assignment.exercises}
    found: dict[tuple[str, str], Loss] = {}
    right = right_answers(assignment)
    for together in rounds(misconceptions(assignment)):
        student = direct_student(assignment, with_mistakes(right, *together))
        wrong = {mistake.exercise for mistake in together}
        tests = run_hidden_tests(assignment, student, b"", wrong)
        for mistake in together:
            exercise = mistake.exercise
            found[exercise, mistake.name] = Loss(mistake, tests[exercise], points[exercise])
    return [found[m.exercise, m.name] for m in misconceptions(assignment)]


def _name(test: TestResult) -> str:
    return test.name.split("[")[0]
