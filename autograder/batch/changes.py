"""What grading the same files again changed: old and new points, and each fall by name."""

from __future__ import annotations

from dataclasses import dataclass

from ..course.marks import Marks
from ..results import TOLERANCE, ExerciseResult, Grading, Outcome, Ungraded, rounded

WHOLE = "the whole"  # in the place of an exercise
NOT_GRADED = "not graded"


@dataclass(frozen=True)
class Fall:
    """An exercise, or the whole, that got less; ``new`` is None where it has no points now.

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
        new = "none" if self.new is None else rounded(self.new)
        mark = "; feedback on it was given" if self.released else ""
        return f"{self.exercise} had {rounded(self.old)}, has {new} ({self.because}{mark})"


@dataclass(frozen=True)
class Before:
    """What a student had when the same files were graded last.

    ``released`` says that the student has, or may have, a page of that.
    """

    grading: Grading
    marks: Marks
    released: bool


@dataclass(frozen=True)
class Change:
    """What the same files had, and have since they were graded again, and what fell.

    These are all points, those by hand too, less the penalty for lateness.
    """

    old: float
    new: float
    falls: tuple[Fall, ...] = ()

    @property
    def direction(self) -> str:
        """Whether the score rose, fell or stayed."""
        if abs(self.new - self.old) <= TOLERANCE:
            return "stayed"
        return "rose" if self.new > self.old else "fell"


def compare(student: str, before: Before, after: Grading | Ungraded, marks: Marks) -> Change:
    """Return what changed; ``marks`` are those now, of which none count without a result."""
    is_graded = isinstance(after, Grading)
    old, new = before.marks.so_far, marks.so_far if is_graded else 0.0
    cost, costs = before.marks.penalty, marks.penalty
    found = _falls(before.grading, after)
    if old - new > TOLERANCE:
        if not is_graded and before.marks.by_hand:
            found.append((WHOLE, old, None, NOT_GRADED))
        elif costs - cost > TOLERANCE:
            because = f"lateness cost {rounded(cost)}, costs {rounded(costs)}"
            found.append((WHOLE, old, new, because))
    return Change(old, new, tuple(Fall(student, *about, before.released) for about in found))


Found = tuple[str, float, float | None, str]


def _falls(before: Grading, after: Grading | Ungraded) -> list[Found]:
    if isinstance(after, Ungraded):
        return [(e.name, e.score, None, NOT_GRADED) for e in before.exercises if e.score]
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
    if not new.tests:  # of an ordinary assignment
        return "its test gave less"
    passed = {test.name for test in old.tests if test.outcome is Outcome.PASSED}
    known = {test.name for test in old.tests}
    failed = [test.name for test in new.tests if test.outcome is not Outcome.PASSED]
    if names := [name for name in failed if name in passed or name not in known]:
        return ", ".join(names)
    return "no test failed that passed before: points or weights changed"
