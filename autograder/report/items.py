"""How good the exercises and their hidden tests are: figures, and what to do about them."""

from __future__ import annotations

from collections import Counter
from statistics import fmean, median

import msgspec

from ..results import Fault, Outcome
from .of_class import CollectedClass, ExerciseOfClass, State, StudentOfClass
from .statistics import FEW, FEWEST, GOOD, LITTLE, cronbach_alpha, point_biserial

HARD = 0.05  # difficulty
STRONG = 3  # students who do well elsewhere and fail a test: those to read first


class ExerciseFigures(msgspec.Struct, frozen=True):
    """One exercise: how many are in which state, their mean, and seconds of calls in the middle.

    The mean is of those whose points are settled; None where most wait.
    """

    name: str
    section: str
    points: float
    mean: float | None
    states: dict[State, int]
    seconds: float | None


class TestFigures(msgspec.Struct, frozen=True):
    """One hidden test: ``difficulty`` is the part that passes it; see ``statistics``.

    ``advice`` is what to do about it, "" for nothing; ``broken`` says that it failed as a program
    for so many. ``read`` are students who do well elsewhere and fail it.
    """

    __test__ = False

    exercise: str
    name: str
    title: str
    weight: float
    students: int
    difficulty: float | None
    discrimination: float | None
    broken: int
    advice: str
    read: list[str]


def exercise_figures(found: CollectedClass) -> list[ExerciseFigures]:
    """Return the figures of each exercise, of all who were graded."""
    settled = found.settled
    return [_of_exercise(e, found.graded, e in settled) for e in found.exercises]


def _of_exercise(
    exercise: ExerciseOfClass, students: list[StudentOfClass], settled: bool
) -> ExerciseFigures:
    answers = [s.answers[exercise.name] for s in students if exercise.name in s.answers]
    given = [answer.settled for answer in answers if answer.settled is not None]
    took = [answer.seconds for answer in answers if answer.seconds is not None]
    return ExerciseFigures(
        exercise.name,
        exercise.section,
        exercise.points,
        fmean(given) if given and settled else None,
        dict(Counter(answer.state for answer in answers)),
        median(took) if took else None,
    )


def reliability(found: CollectedClass) -> tuple[float | None, int]:
    """Return Cronbach's alpha over the exercises, and of how many students.

    Of those who started, and for whom nothing is missing but what a human gives.
    """
    names = [exercise.name for exercise in found.exercises if not exercise.by_hand]
    rows = [
        [student.answers[name].automatic for name in names]
        for student in found.started
        if all(name in student.answers for name in names)
    ]
    complete = [[float(part) for part in row if part is not None] for row in rows]
    complete = [row for row in complete if len(row) == len(names)]
    return cronbach_alpha(complete), len(complete)


def test_figures(found: CollectedClass) -> list[TestFigures]:
    """Return the figures of each hidden test, of those who worked on its exercise."""
    return [
        _of_test(found, exercise.name, name)
        for exercise in found.exercises
        for name in found.tests.get(exercise.name, {})
    ]


test_figures.__test__ = False  # type: ignore[attr-defined]


def _of_test(found: CollectedClass, exercise: str, name: str) -> TestFigures:
    tests = found.tests[exercise]
    share = tests[name].weight / sum(test.weight for test in tests.values())
    own = share * found.of(exercise).points
    passed, rest, students, broken = [], [], [], 0
    for student in found.started:
        outcome = _outcome(student, exercise, name)
        broken += outcome is Outcome.ERROR
        if outcome in (Outcome.PASSED, Outcome.FAILED):
            passed.append(outcome is Outcome.PASSED)
            rest.append(student.automatic - own * passed[-1])
            students.append(student.name)
    difficulty = fmean(passed) if len(passed) >= FEWEST else None
    discrimination = point_biserial(passed, rest)
    fault = tests[name].fault
    advice = _broken(fault) if broken else _advice(passed, discrimination)
    weak = bool(advice) and not broken and any(passed)
    failed = (
        pair for pair, was in zip(zip(rest, students, strict=True), passed, strict=True) if not was
    )
    strongest = [student for _, student in sorted(failed, reverse=True)[:STRONG]] if weak else []
    return TestFigures(
        exercise,
        name,
        tests[name].title,
        tests[name].weight,
        len(passed),
        difficulty,
        discrimination,
        broken,
        advice,
        strongest,
    )


def _outcome(student: StudentOfClass, exercise: str, name: str) -> Outcome | None:
    answer = student.answers.get(exercise)
    return None if answer is None or answer.state == "untouched" else answer.tests.get(name)


def _broken(fault: Fault | None) -> str:
    said = f": {fault.kind}: {fault.message} ({fault.place})" if fault else ""
    return f"It failed as a program{said}. Mend it, and grade again."


def _advice(passed: list[bool], discrimination: float | None) -> str:
    """Return what to do about a test, where so many students leave no doubt."""
    count, yes = len(passed), sum(passed)
    if count < FEW:
        return ""
    if yes <= HARD * count:
        return (
            "Nearly nobody passes it. Does the exercise say what it asks? "
            "If it does, teach that; if not, say it there or take the test out."
        )
    if discrimination is None or min(yes, count - yes) < FEWEST:
        return ""  # nearly all pass: a first step, which tells nobody apart and need not
    if discrimination + count**-0.5 >= LITTLE:  # that is about its standard error
        return ""
    if discrimination < 0:
        return (
            "Those who do well in the rest fail it more often than others. Read their code: "
            "it probably asks for something that the exercise does not say."
        )
    return (
        "Passing it goes with little else. Read code of those who do well elsewhere and "
        "fail it, then make the exercise clearer, or lower the test's weight."
    )


def to_mend(tests: list[TestFigures]) -> list[TestFigures]:
    """Return the tests about which something is to be done: broken ones, then the least telling."""
    advised = [test for test in tests if test.advice]
    return sorted(advised, key=lambda t: (not t.broken, _or(t.discrimination, 1.0)))


def _or(figure: float | None, other: float) -> float:
    return other if figure is None else figure


def how_rough(students: int) -> str:
    """Return what is to be said of figures of so many students, "" of enough."""
    if students < FEWEST:
        return f"There are no figures of fewer than {FEWEST} students."
    return f"Of {students} students only: take the figures as rough." if students < FEW else ""


def quality(discrimination: float | None) -> str:
    """Return a discrimination in a word."""
    if discrimination is None:
        return ""
    if discrimination < LITTLE:
        return "little"
    return "good" if discrimination >= GOOD else "fair"
