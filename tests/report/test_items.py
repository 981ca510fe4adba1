"""Figures of hidden tests, and the advice that follows from them."""

import pytest

from autograder.report.items import TestFigures, reliability, test_figures, to_mend
from autograder.report.of_class import (
    Answered,
    CollectedClass,
    ExerciseOfClass,
    StudentOfClass,
    TestOfClass,
)
from autograder.results import Outcome

POINTS = 10.0


def one_student(number: int, passes: bool, rest: float, touched: bool = True) -> StudentOfClass:
    """Return a student with a test of two in one exercise, and other points in another."""
    outcome = Outcome.PASSED if passes else Outcome.FAILED
    first = Answered(
        "partial" if touched else "untouched",
        POINTS if passes else POINTS / 2,
        POINTS if passes else POINTS / 2,
        tests={"test_it": outcome, "test_more": Outcome.PASSED},
    )
    other = Answered("partial", rest, rest, tests={})
    return StudentOfClass(
        name=f"student-{number:03}",
        not_graded="",
        points=rest,
        waiting=0,
        why_waiting=[],
        hours_late=0,
        penalty=0,
        limits=[],
        notes=[],
        answers={"first": first, "other": other},
        automatic=(first.automatic or 0) + rest,
        elsewhere=None,
        here=0,
    )


def a_class(students: list[StudentOfClass]) -> CollectedClass:
    exercises = [
        ExerciseOfClass("first", POINTS, "One", False),
        ExerciseOfClass("other", POINTS, "Two", False),
    ]
    tests = {
        "first": {
            "test_it": TestOfClass("It holds.", 1, None),
            "test_more": TestOfClass("More holds.", 1, None),
        }
    }
    return CollectedClass("demo", 2 * POINTS, False, exercises, students, tests, {})


def figures(pairs: list[tuple[bool, float]]) -> TestFigures:
    students = [one_student(n, *pair) for n, pair in enumerate(pairs)]
    return test_figures(a_class(students))[0]


GOOD = [(True, 8.0), (False, 2.0)] * 20
UPSIDE_DOWN = [(True, 2.0), (False, 8.0)] * 20
BY_CHANCE = [(True, 2.0), (True, 8.0), (False, 2.0), (False, 8.0)] * 30
NOBODY = [(False, float(n % 9)) for n in range(40)]
NEARLY_ALL = [(n > 2, float(n % 9)) for n in range(40)]
SMALL = [(True, 2.0), (False, 8.0)] * 10


@pytest.mark.parametrize(
    ("pairs", "discrimination", "advice"),
    [
        (GOOD, 1.0, ""),
        (UPSIDE_DOWN, -1.0, "Those who do well in the rest fail it more often"),
        (BY_CHANCE, 0.0, "Passing it goes with little else"),
        (NOBODY, None, "Nearly nobody passes it"),
        (NEARLY_ALL, 0.3028, ""),
        (SMALL, -1.0, ""),
    ],
    ids=["good", "upside down", "by chance", "nobody passes", "nearly all pass", "few students"],
)
def test_advice_follows_from_the_figures(
    pairs: list[tuple[bool, float]], discrimination: float | None, advice: str
) -> None:
    found = figures(pairs)
    expected = None if discrimination is None else pytest.approx(discrimination, abs=1e-3)
    assert found.discrimination == expected
    assert found.difficulty == sum(passed for passed, _ in pairs) / len(pairs)
    assert found.advice.startswith(advice)
    assert bool(found.advice) is bool(advice)


def test_the_strongest_who_fail_it_are_to_be_read() -> None:
    pairs = [*BY_CHANCE, (False, 9.5), (False, 9.0)]
    assert figures(pairs).read[:2] == ["student-120", "student-121"]


def test_who_left_it_untouched_says_nothing_of_a_test() -> None:
    students = [one_student(n, *pair) for n, pair in enumerate(GOOD)]
    untouched = [one_student(n, False, 9.0, touched=False) for n in range(100, 120)]
    before, after = (test_figures(a_class(s))[0] for s in (students, [*students, *untouched]))
    assert (after.students, after.discrimination) == (40, before.discrimination)


def test_the_least_telling_come_first() -> None:
    found = [figures(BY_CHANCE), figures(GOOD), figures(UPSIDE_DOWN)]
    assert [test.discrimination for test in to_mend(found)] == pytest.approx([-1, 0])


def test_alpha_is_of_the_exercises() -> None:
    students = [one_student(n, *pair) for n, pair in enumerate(GOOD)]
    alpha, count = reliability(a_class(students))
    # Both go together wholly: 2 * (1 - (6.25 + 9) / 30.25).
    assert alpha == pytest.approx(2 * (1 - 15.25 / 30.25))
    assert count == 40
