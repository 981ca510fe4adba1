"""What is true of all wrong answers: the fact, told with its question, and never a false one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.errors import NoAnswer
from autograder.explanation.answers import answer_of, same_answer
from autograder.explanation.structure import Judged, structural_fact
from autograder.running.direct import Direct
from autograder.running.student import Student

RNG = np.random.default_rng(0)
TABLES = [RNG.normal(3, 2, shape) for shape in ((4, 4), (3, 5), (5, 3))]
NAMES = ("row", "column")

Function = Callable[..., Any]


def scaled(table: Any, factor: int = 1, start: int = 0) -> Any:
    """Return a table with its numbers changed, the reference of these tests."""
    return table * factor + start


def fact(student: Function, reference: Function, calls: Any, axes: Any = NAMES) -> str:
    """Return the fact about these calls of a student's function, "" if there is none."""
    asked = Student(Direct({"f": student}), {})
    for arguments in calls:
        try:
            asked.f(*arguments)
        except NoAnswer:
            continue
    judged = [Judged(call, answer_of(reference, call)) for call in asked.calls["f"]]
    right = [pair for pair in judged if same_answer(*pair)]
    wrong = [pair for pair in judged if not same_answer(*pair)]
    return str(structural_fact(reference, wrong, right, axes) or "")


def wrong_last(axis: int, place: int) -> Function:
    def student(table: Any) -> Any:
        out = table.copy()
        np.moveaxis(out, axis, 0)[place] = 7
        return out

    return student


def with_wrong_border(table: Any) -> Any:
    out = table + 100
    out[1:-1, 1:-1] = table[1:-1, 1:-1]
    return out


def with_wrong_ends(table: Any) -> Any:
    out = table.copy()
    out[[0, -1]] += 7
    return out


def slightly_off(table: Any) -> Any:
    """Return single numbers that are farther off than grading allows them to be."""
    return (table + 3e-4 * np.cos(9 * table) ** 2).astype(np.float32)


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda x: x * 0.5, "is 0.5 × the right one everywhere"),
        (lambda x: x / 3, "is 1/3 × the right one everywhere"),
        (lambda x: (x / 4).astype(np.float32), "is 0.25 × the right one"),
        (lambda x: x * 1.2345, "is a constant × the right one"),
        (lambda x: -x, "with the other sign"),
        (lambda x: x * x.shape[0], "multiplied by the length of `table`"),
        (lambda x: x * x[0, 0], "a multiple of the right one in each call, but not the same"),
        (lambda x: x - 2, "always 2 less than the right one"),
        (lambda x: x + 0.37, "plus a constant"),
        (lambda x: x.astype(int), "cut to whole numbers"),
        (lambda x: np.round(x), "rounded to whole numbers"),
        (lambda x: np.round(x, 1), "rounded to 1 digit after the point"),
        (lambda x: np.round(x, 4), "rounded to 4 digits after the point"),
        (lambda x: np.abs(x), "without its signs"),
        (lambda x: np.maximum(x, 0), "right where it is positive"),
        (lambda x: x * 0, "is 0 everywhere"),
        (lambda x: x.T, "transposed: row and column are exchanged"),
        (lambda x: x[::-1], "turned round, the last row first"),
        (lambda x: np.roll(x, 1, axis=1), "shifted by one column"),
        (lambda x: np.roll(x, -1, axis=0), "shifted by one row"),
        (lambda x: x.ravel(), "in another shape"),
        (lambda x: x[:-1], "too few (row)"),
        (lambda x: np.pad(x, ((0, 0), (0, 2))), "too many (column)"),
        (wrong_last(0, -1), "right but for the last row"),
        (wrong_last(1, 0), "right but for the first column"),
        (wrong_last(1, 1), "right but for the second column"),
        (with_wrong_ends, "right but for the first and last row. "),
        (with_wrong_border, "right but for the first and last row and the first and last column"),
        (lambda x: np.where(np.arange(len(x))[:, None] == 0, x, 9), "right in the first row alone"),
        (lambda x: np.repeat(x[:, :1], x.shape[1], axis=1), "the same for every column"),
        (lambda x: np.roll(x.ravel(), 2).reshape(x.shape), "but in other places"),
        (lambda x: x + np.eye(*x.shape) - np.eye(*x.shape)[:, ::-1], "right in total"),
        (lambda x: np.where(x > 3, x, 0), "right wherever it is not 0"),
        (lambda x: np.where(x > 3, np.cos(9 * x), 0), ""),  # no right number is 0
        (lambda x: x**3 + x, ""),
        (slightly_off, ""),
        (lambda x: x[0, 0], ""),
        (lambda x: None, ""),
        (lambda x: "text", ""),
        (lambda x: x * np.nan, ""),
        (lambda x: x[7, 7], ""),
    ],
)
def test_a_fact_that_is_true_of_all_answers_is_told(student: Function, words: str) -> None:
    sentence = fact(student, lambda table: table, [(table,) for table in TABLES])
    assert words in sentence
    assert bool(sentence) == bool(words)
    assert sentence.endswith("?" if words else "")


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda x: np.where(x > 4, np.cos(9 * x), 0), "but also in places where it should not be"),
        (lambda x: np.where(x > 3, np.cos(9 * x), 0), "0 where it should be, but elsewhere made"),
        (lambda x: np.where(x > 2, np.cos(9 * x), 0), "never 0 where it should not be"),
        (lambda x: x**3 + x, "never 0 where it should not be"),
        (lambda x: np.cos(9 * x) * (x > 4) if len(x) == 4 else np.cos(9 * x) * (x > 3), ""),
    ],
)
def test_zeros_are_spoken_of_where_some_are_right(student: Function, words: str) -> None:
    tables = [(table,) for table in TABLES]
    sentence = fact(student, lambda table: np.where(table > 3, table, 0), tables)
    assert words in sentence
    assert bool(sentence) == bool(words)


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda x: x**3 + x, ""),
        (lambda x: np.stack(list(map(with_wrong_ends, x))), "the first and last row. "),
        (lambda x: np.stack(list(map(with_wrong_border, x))), "row and the first and last column"),
    ],
)
def test_batches_of_one_or_two_are_no_ends(student: Function, words: str) -> None:
    batches = [(np.stack([TABLES[0], TABLES[0] + 1, TABLES[0] + 2][:n]),) for n in (1, 2, 1, 3)]
    sentence = fact(student, lambda table: table, batches, ("image", "row", "column"))
    assert words in sentence
    assert bool(sentence) == bool(words)
    assert "image" not in sentence


def test_what_is_true_of_one_answer_alone_is_not_told() -> None:
    def student(table: Any) -> Any:
        return table / 2 if table.shape == (4, 4) else table**3 + 1

    assert fact(student, lambda table: table, [(table,) for table in TABLES]) == ""


def test_right_answers_are_not_spoken_of_where_the_fact_is_another() -> None:
    def student(table: Any) -> Any:
        return table / 2 if table.shape == (4, 4) else table

    sentence = fact(student, lambda table: table, [(table,) for table in TABLES])
    assert sentence.startswith("Where it is wrong, your answer is 0.5 × the right one")


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda t, factor=1, start=0: scaled(t, 1, start), "a call with `factor` 1"),
        (lambda t, factor=1, start=0: scaled(t, factor, 0), "a call with `start` 0"),
        (lambda t, factor=1, start=0: scaled(t, factor, factor), "`start` is what `factor` is"),
        (lambda t, factor=1, start=0: scaled(0 * t, factor, start), "`table` is all zeros"),
    ],
)
def test_an_answer_may_be_right_for_another_call(student: Function, words: str) -> None:
    calls = [(table, 3, 5) for table in TABLES] + [(TABLES[0], 4, 2), (TABLES[0] + 1, 2, 7)]
    assert words in fact(student, scaled, calls)


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda numbers: sum(numbers[::-1][:1]), "with `numbers` cut to its last entry"),
        (lambda numbers: sum(numbers[:-1]), "with `numbers` without its last entry"),
        (lambda numbers: sum(numbers) + 1, "always 1 more than the right one"),
        (lambda numbers: 2 * sum(numbers), "2 × the right one"),
    ],
)
def test_numbers_have_facts_too(student: Function, words: str) -> None:
    assert words in fact(student, lambda numbers: sum(numbers), [([3, 4],), ([1, 2, 9],), ([5],)])


def test_of_several_results_those_that_are_right_are_named() -> None:
    def pair(table: Any) -> Any:
        return table + 1, table.sum(axis=0)

    def student(table: Any) -> Any:
        return table + 1, 2 * table.sum(axis=0)

    calls = [(table,) for table in TABLES]
    assert fact(student, pair, calls).startswith(
        "Result 1 of 2 is right in every call. Your result 2 of 2 is 2 × the right one everywhere."
    )
    both = fact(lambda t: tuple(3 * part for part in pair(t)), pair, calls)
    assert both.startswith("Each of your results is 3 × the right one")
    alone = fact(lambda t: (t + 1, np.cos(9 * t.sum(axis=0))), pair, calls)
    assert alone.endswith("Which lines make result 2 of 2 alone?")


def test_a_dict_has_results_by_name() -> None:
    def table(n: int) -> Any:
        return {"once": np.arange(3.0) + n, "twice": 2.0 * n}

    def student(n: int) -> Any:
        return table(n) | {"once": np.arange(3.0)[::-1] + n}

    sentence = fact(student, table, [(1,), (4,)], {"once": ("place",)})
    assert sentence.startswith(
        "`twice` is right in every call. Your `once` is the right one turned"
    )
    assert "the last place first" in sentence


def test_without_names_an_axis_has_its_number() -> None:
    sentence = fact(lambda x: x.T, lambda table: table, [(table,) for table in TABLES], ())
    assert "index along axis 0 and index along axis 1 are exchanged" in sentence


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda w, dw, rate: w + rate * dw, "adds to `w` is the right one with the other sign"),
        (lambda w, dw, rate: w - dw, "adds to `w` is the right one divided by `rate`"),
        (lambda w, dw, rate: w - dw / rate, "divided by the square of `rate`"),
        (lambda w, dw, rate: w - 0.07 * dw, "a multiple of the right one in each call"),
        (lambda w, dw, rate: w - rate * dw * w, "the right one times `w`, number by number"),
        (lambda w, dw, rate: w - rate * np.sign(dw), "adds to `w` is right in its signs alone"),
        (lambda w, dw, rate: w - rate * dw.max(), "adds to `w` is one number everywhere"),
        (lambda w, dw, rate: rate * dw, "Your answer is `w` minus the right one"),
        (lambda w, dw, rate: 2 * w - rate * dw, "Your answer is the right one plus `w`"),
        (lambda w, dw, rate: dw, "Your answer is `dw` as it came in"),
        (lambda w, dw, rate: w - rate * dw**2, "the right one times `dw`, number by number"),
        (lambda w, dw, rate: w - rate * np.cos(9 * dw), ""),
        (lambda w, dw, rate: w > 3, ""),
    ],
)
def test_an_answer_may_be_off_by_what_it_does_with_an_argument(
    student: Function, words: str
) -> None:
    calls = [
        (table, table[::-1] - 2, rate) for table, rate in zip(TABLES, (0.3, 0.5, 0.2), strict=True)
    ]
    sentence = fact(student, lambda w, dw, rate: w - rate * dw, calls)
    assert words in sentence
    assert bool(sentence) == bool(words)


def test_single_numbers_are_no_one_number_everywhere() -> None:
    calls = [(np.array([number]), np.array([0.5 - number])) for number in (1.3, 2.7, -3.1)]
    off = {1.3: 0.37, 2.7: -1.11, -3.1: 0.9}
    assert "everywhere" not in fact(lambda x, b: x + off[x[0]], lambda x, b: x, calls)


def sums(numbers: Any, width: int = 2) -> Any:
    """Return the sum of every few neighbours in a row of numbers."""
    return np.array([sum(numbers[i : i + width]) for i in range(len(numbers) - width + 1)])


def test_a_number_may_be_off_by_one_and_the_answer_cut() -> None:
    rows = [(TABLES[0].ravel(), width) for width in (2, 3, 5)]
    sentence = fact(lambda n, w: sums(n, w - 1)[:-1], sums, rows)
    assert "is the right one for a call with `width` one less, as far as it goes" in sentence
    assert "`width` one more" in fact(lambda n, w: np.append(sums(n, w + 1), 0)[:-1], sums, rows)


def with_swapped_indices(table: Any) -> Any:
    h, w = table.shape
    return np.array([[table[column % h, row % w] for column in range(w)] for row in range(h)])


def test_indices_that_are_mixed_up_show_where_they_are_the_same() -> None:
    calls = [(table,) for table in TABLES]
    sentence = fact(with_swapped_indices, lambda table: table, calls)
    assert sentence.startswith("Your answer is right where row and column are the same number")


def refusing(student: Function, answer: float | None) -> Function:
    """Return a function that gives NaN, or raises, where a table is higher than wide."""

    def refuses(table: Any) -> Any:
        if table.shape == (5, 3):
            return table * answer if answer else table[9]
        return student(table)

    return refuses


@pytest.mark.parametrize("answer", [None, np.nan])
def test_calls_that_raise_or_give_no_numbers_are_left_out_and_that_is_said(
    answer: float | None,
) -> None:
    tables = [(table,) for table in TABLES]
    sentence = fact(refusing(lambda t: t / 2, answer), lambda table: table, tables)
    assert sentence.startswith("Where your function gives numbers, your answer is 0.5 × the right")
    assert fact(refusing(lambda t: t / 2, answer), lambda table: table, tables[::-1]) == ""
    assert fact(refusing(lambda t: t / 2, answer), lambda table: table, tables[1:]) == ""


def test_no_place_is_named_that_is_not_there() -> None:
    sentence = fact(lambda t: t**3 + 1, lambda table: table, [(table[:, :2],) for table in TABLES])
    assert sentence == ""


BLOCKS = [(RNG.normal(3, 2, shape),) for shape in ((2, 4, 4), (3, 3, 5), (1, 5, 3))]


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda b: b.transpose(2, 0, 1), "axes in another order (column, image, row). In which"),
        (lambda b: np.concatenate([b[:, :1], b[:, 1:] ** 3 + 1], 1), "right in the first row"),
        (
            lambda b: np.pad(b, ((0, 0), (0, 1), (0, 0))) if b.shape[1] > 4 else b[:, 1:2],
            "",
        ),
        (
            lambda b: np.pad(b, ((0, 0), (0, 1), (0, 0))) if b.shape[1] > 4 else b[:, :2],
            "right as far as it goes, but there are too few in some calls and too many in others",
        ),
    ],
)
def test_places_in_arrays_of_more_axes(student: Function, words: str) -> None:
    sentence = fact(student, lambda block: block, BLOCKS, ("image", "row", "column"))
    assert words in sentence
    assert bool(words) == bool(sentence)


def test_one_slice_is_right_and_hardly_another() -> None:
    def student(table: Any) -> Any:
        out = table**3 + 1
        out[0] = table[0]
        out[2] = table[2] if len(table) == 4 else out[2]
        return out

    sentence = fact(student, lambda table: table, [(table,) for table in TABLES])
    assert sentence.startswith("Your answer is right in the first row, but hardly anywhere else. ")


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda x, w: x * w[::-1].sum(1), "a call with `w` turned round along axis 0. "),
        (lambda x, w: x * w.sum(0), "a call in which axes 0 and 1 of `w` are exchanged. "),
    ],
)
def test_an_array_that_was_turned(student: Function, words: str) -> None:
    calls = [(RNG.normal(size=4), RNG.normal(size=(4, 4))) for _ in range(2)]
    assert words in fact(student, lambda x, w: x * w.sum(1), calls, ())


def test_of_several_results_each_is_looked_at_where_it_is_wrong() -> None:
    def student(table: Any) -> Any:
        return table.sum(0) / len(table), (table**3).sum() + 1, table.size

    def right(table: Any) -> Any:
        return table.sum(0), table.sum(), table.size

    calls = [(table,) for table in (*TABLES, RNG.normal(size=(1, 3)))]
    sentence = fact(student, right, calls, ())
    assert "Where it is wrong, your result 1 of 3 is the right one divided by" in sentence
