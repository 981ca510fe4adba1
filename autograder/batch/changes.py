"""What grading the same files again changed: old and new points, and each fall by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..results import TOLERANCE, ExerciseResult, Grading, Outcome, Ungraded


@dataclass(frozen=True)
class Fall:
    """An exercise that got less than before; ``new`` is None where it has no points now.

    ``because`` names the hidden tests that passed before, or says what else it was;
    ``released`` says that the student has, or may have, a page with the old points.
    """

    student: str
    exercise: str
    old: float
    new: float | None
    because: str
    released: bool

    def __str__(self) -> str:
        new = "none" if self.new is None else f"{round(self.new, 2):g}"
        mark = "; feedback on it was given" if self.released else ""
        return f"{self.exercise} had {round(self.old, 2):g}, has {new} ({self.because}{mark})"


@dataclass(frozen=True)
class Change:
    """Automatic points before and after the same files were graded again, and what fell."""

    old: float
    new: float
    falls: tuple[Fall, ...] = ()

    @property
    def direction(self) -> str:
        """Whether the score rose, fell or stayed."""
        if abs(self.new - self.old) <= TOLERANCE:
            return "stayed"
        return "rose" if self.new > self.old else "fell"


def compare(
    student: str, before: Grading, after: Grading | Ungraded, is_released: Callable[[], bool]
) -> Change:
    """Return what changed; only of what fell it is asked whether feedback on it was released."""
    new = after.score if isinstance(after, Grading) else 0.0
    found = list(_falls(before, after))
    released = bool(found) and is_released()
    return Change(before.score, new, tuple(Fall(student, *about, released) for about in found))


Found = tuple[str, float, float | None, str]


def _falls(before: Grading, after: Grading | Ungraded) -> list[Found]:
    if isinstance(after, Ungraded):
        return [(e.name, e.score, None, "not graded") for e in before.exercises if e.score]
    now = {exercise.name: exercise for exercise in after.exercises}
    return [
        (old.name, old.score, new.score if new else None, _because(old, new))
        for old in before.exercises
        if old.score
        if (new := now.get(old.name)) is None
        or new.score is None
        or new.score < old.score - TOLERANCE
    ]


def _because(old: ExerciseResult, new: ExerciseResult | None) -> str:
    if new is None:
        return "no longer an exercise"
    passed = {test.name for test in old.tests if test.outcome is Outcome.PASSED}
    known = {test.name for test in old.tests}
    failed = [test.name for test in new.tests if test.outcome is not Outcome.PASSED]
    if names := [name for name in failed if name in passed or name not in known]:
        return ", ".join(names)
    return "no test failed that passed before: points or weights changed"
