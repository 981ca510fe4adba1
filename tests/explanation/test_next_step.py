"""One thing to try where no known mistake fits: what the wrong calls share, or how one is wrong."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from contents import SMALL, small_assignment

from autograder.course.contents import Contents
from autograder.errors import NoAnswer
from autograder.explanation.next_step import Contrast, contrasts, next_step
from autograder.running.direct import Direct
from autograder.running.student import Student

REFERENCES = small_assignment().references
OF_NUMBERS = contrasts(small_assignment())
STEP_DOWN = REFERENCES["step_down"]
X, SLOPES = np.arange(16.0).reshape(4, 4) + 1, np.ones((4, 4))

CALLS = {
    "mixed": [3, -1, 4],
    "not in order": [9, 2, 5, 7],
    "negative": [-3, -1, -4],
    "single": [7],
    "empty": [],
}


def advice(
    student: Callable[..., Any], right: Callable[..., Any], calls: Any, known: Any = OF_NUMBERS
) -> str | None:
    """Return what is advised after these calls of a student's function."""
    asked = Student(Direct({"f": student}), {})
    for arguments in calls:
        try:
            asked.f(*arguments)
        except NoAnswer:
            continue
    return next_step(right, asked.calls["f"], repeats=True, known=known)


def wrong_at(*wrong: Sequence[int]) -> Callable[[list[int]], Any]:
    """Return a running maximum that is wrong for some lists of numbers."""
    right = REFERENCES["running_maximum"]
    return lambda numbers: [0, *right(numbers)] if numbers in wrong else right(numbers)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["negative"], ["only negative numbers. ", "What does your code compare them with?"]),
        (["single"], ["a single number. ", "What does your code do before its loop"]),
    ],
)
def test_what_the_wrong_calls_have_in_common_is_named(names: list[str], words: list[str]) -> None:
    student = wrong_at(*(CALLS[name] for name in names))
    right = REFERENCES["running_maximum"]
    sentence = advice(student, right, [(numbers,) for numbers in CALLS.values()])
    assert sentence is not None
    assert sentence.startswith("Your answers are right but for those with ")
    assert all(said in sentence for said in words)
    assert sentence.endswith("?")


def test_of_several_things_in_common_all_are_named() -> None:
    calls = [(CALLS["mixed"],), ([-7],)]
    sentence = str(advice(wrong_at([-7]), REFERENCES["running_maximum"], calls))
    assert "but for those with only negative numbers and a single number. " in sentence
    assert sentence.endswith("Try one of these at a time: which is it?")


@pytest.mark.parametrize(
    "names",
    [
        ["negative", "single"],  # neither holds for both
        ["mixed"],  # nothing holds
        ["negative", "mixed"],
        [*CALLS],  # there is no right call to tell them from
    ],
)
def test_what_tells_nothing_is_not_named(names: list[str]) -> None:
    student = wrong_at(*(CALLS[name] for name in names))
    calls = [(numbers,) for numbers in CALLS.values()]
    assert "how many results" in str(advice(student, REFERENCES["running_maximum"], calls))


def test_what_a_right_call_has_as_well_is_not_named() -> None:
    calls = [(CALLS["negative"],), ([-8, -2],), (CALLS["mixed"],)]
    student = wrong_at(CALLS["negative"])
    assert "how many results" in str(advice(student, REFERENCES["running_maximum"], calls))


def test_without_contrasts_it_follows_from_how_an_answer_is_wrong() -> None:
    calls = [(CALLS["negative"],), (CALLS["mixed"],)]
    student, right = wrong_at(CALLS["negative"]), REFERENCES["running_maximum"]
    assert "only negative" in str(advice(student, right, calls))
    assert "how many results" in str(advice(student, right, calls, known=()))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda start, times: start == 0, "a start of 0. Which?"),
        (lambda start, times: times != 1, "more than once. Which?"),
        (
            lambda start, times: times != 1 and start == 0,
            "both a start of 0 and more than once. Which line uses both, and what is it when only "
            "one of them is there?",
        ),
        (lambda start, times: (start, times) in ((0, 1), (5, 2)), None),
    ],
)
def test_an_argument_that_was_left_out_has_its_default(
    wrong: Callable[[int, int], bool], words: str | None
) -> None:
    known = [
        Contrast(lambda a: a["start"] == 0, "a start of 0", "Which?"),
        Contrast(lambda a: a["times"] != 1, "more than once", "Which?"),
    ]

    def right(x: int, start: int = 0, times: int = 1) -> int:
        return x * times + start

    def student(x: int, start: int = 0, times: int = 1) -> int:
        return right(x, start, times) + wrong(start, times)

    calls = [(3,), (4, 0), (3, 5), (4, 5, 2), (3, 0, 2)]
    sentence = advice(student, right, calls, known)
    if words is None:
        assert "right but for" not in str(sentence)
    else:
        first, second = words.split(". ")
        assert str(sentence).startswith(f"Your answers are right but for those with {first}. ")
        assert str(sentence).endswith(f" {second}")


MANY = [
    Contrast(lambda a, name=name: a[name] != 0, f"a {name}", "Which?", hides)
    for name, hides in (("one", ()), ("two", ()), ("three", ()), ("other", ("a three",)))
]


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ([(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)], "a one, a two and a three, all at once. "),
        ([(1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 1, 0)], "a one, a two and a three, all at once. "),
        ([(1, 0, 0, 0), (0, 1, 1, 0)], "a one, a two and a three, all at once. "),
        ([(1, 0, 1, 0), (0, 1, 1, 0)], "both a one and a two. "),
    ],
)
def test_of_several_pairs_none_is_preferred(calls: Any, words: str) -> None:
    def right(one: int, two: int, three: int, other: int) -> list[int]:
        return [one, two, three, other]

    def student(one: int, two: int, three: int, other: int) -> list[int]:
        return [one, two, three, other + (one * two * three != 0)]

    sentence = advice(student, right, [*calls, (1, 1, 1, 0)], MANY)
    assert str(sentence).startswith(f"Your answers are right but for those with {words}")


def test_what_follows_from_another_is_not_told_beside_it() -> None:
    def right(one: int, two: int, three: int, other: int) -> list[int]:
        return [one, two, three, other]

    def student(one: int, two: int, three: int, other: int) -> list[int]:
        return [one, two, three, other + (other != 0)]

    sentence = str(advice(student, right, [(1, 1, 0, 0), (1, 1, 1, 1)], MANY))
    assert sentence.startswith("Your answers are right but for those with a other. ")


@pytest.mark.parametrize(("wrong", "told"), [(8, True), (9, False)])
def test_one_right_call_among_many_wrong_ones_may_be_right_by_chance(
    wrong: int, told: bool
) -> None:
    def right(one: int, two: int, three: int, other: int) -> list[int]:
        return [one, two, three, other]

    def student(one: int, two: int, three: int, other: int) -> list[int]:
        return [one, two, three, other + (one != 0)]

    calls = [(0, 2, 3, 4), *((number, 2, 3, 4) for number in range(1, wrong + 1))]
    sentence = str(advice(student, right, calls, MANY))
    assert sentence.startswith("Your answers are right but for those with a one.") == told


def test_a_course_may_have_no_contrasts(tmp_path: Any) -> None:
    assert [contrast.what for contrast in OF_NUMBERS] == [
        "only negative numbers",
        "a single number",
    ]
    solutions = tmp_path / "solutions" / "averages"
    solutions.mkdir(parents=True)
    (solutions / "__init__.py").write_text("")
    (solutions / "hidden_tests.py").write_text("")
    for text in (None, ""):
        if text is not None:
            (solutions / "misconceptions.py").write_text(text)
        contents = Contents(tmp_path, SMALL.sources)
        assert [*contrasts(contents.assignment("averages"))] == []


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda *_: None, "return"),
        (lambda *_: "text", "type("),
        (lambda x, *_: x.astype(complex), "dtype"),
        (lambda x, *_: x[..., 0], "shape"),
        (lambda x, *_: x * np.nan, "NaN"),
        (lambda x, *_: x**3 + 1, "paper"),
        (lambda x, *_: missing_name, "no value yet"),  # noqa: F821
        (lambda x, *_: x[9, 9], "largest index"),
        (lambda x, *_: x + np.ones((2, 3)), "shapes"),
        (lambda x, *_: x + "1", "types"),
        (lambda x, *_: next(iter(())), "cell of your own"),
        (lambda x, *_: x.nothing, "before the dot"),
    ],
)
def test_otherwise_it_follows_from_how_an_answer_is_wrong(
    student: Callable[..., Any], words: str
) -> None:
    sentence = advice(student, STEP_DOWN, [(X, SLOPES, 0.5)])
    assert sentence is not None
    assert words in sentence


def test_several_results_of_the_wrong_number_and_a_changed_argument() -> None:
    pair, table = (lambda n: (n, 2 * n)), (lambda n: {"once": n, "twice": 2 * n})
    assert "how many results" in str(advice(lambda *_: (1, 2, 3), pair, [(3,)]))
    assert "keys of the dict" in str(advice(lambda n: {"once": n}, table, [(3,)]))

    def in_place(values: Any, slopes: Any, rate: float) -> Any:
        moved = STEP_DOWN(values, slopes, rate)
        values *= 0
        return moved

    assert "writes into" in str(advice(in_place, STEP_DOWN, [(X, SLOPES, 0.5)]))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: None, "A function without return gives None."),
        (lambda x: x[:2], "Work out the shape"),
        (lambda x: x, "smallest case"),
    ],
)
def test_what_came_back_is_spoken_of_before_a_changed_argument(
    answer: Callable[..., Any], words: str
) -> None:
    def in_place(values: Any, slopes: Any, rate: float) -> Any:
        values *= 2
        return answer(values)

    assert words in str(advice(in_place, STEP_DOWN, [(X, SLOPES, 0.5)]))


def test_answers_that_change_and_functions_that_are_not_there() -> None:
    asked = Student(Direct({"f": lambda values, slopes, rate: values}), {})
    asked.f(X, SLOPES, 0.5)
    assert "random" in str(next_step(STEP_DOWN, asked.calls["f"], repeats=False))
    asked = Student(Direct({}), {})
    with pytest.raises(NoAnswer):
        asked.f(X, SLOPES, 0.5)
    assert next_step(STEP_DOWN, asked.calls["f"], repeats=True) is None
