"""Strict comparison: what counts as the expected answer, and what is said where it does not."""

import math
from typing import Any

import numpy as np
import pytest

from autograder.running.comparison import agree, compare
from autograder.sandbox.wire import Opaque

EXPECTED = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, 600.0]])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (EXPECTED.copy(), EXPECTED),
        (EXPECTED + 1e-8, EXPECTED),  # within 1e-9 of the largest magnitude
        (EXPECTED.astype(np.float32) + np.float32(0.001), EXPECTED),  # 2e-6 of the largest
        ((EXPECTED * (1 + 3e-6)).astype(np.float32), EXPECTED),
        (EXPECTED.astype(int), EXPECTED),
        (np.asfortranarray(EXPECTED), EXPECTED),
        (np.zeros(3), np.zeros(3)),
        (np.zeros((0, 2)), np.zeros((0, 2))),
        (7, 7),
        (np.int64(7), 7),
        (np.uint8(7), 7),
        (44_892_355_200, 44_892_355_200),
        (0.5, 0.5),
        (np.float64(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.array(0.5), 0.5),
        (3, 3.0),
        ((1, 2), (1, 2)),
        ([1, np.int64(2)], (1, 2)),
        (np.array([1, 2]), (1, 2)),
        ([1, 2], [1, 2]),
        ((1, np.int64(2)), [1, 2]),
        (np.array([1, 2]), [1, 2]),
        (np.array([0.5, 2]), [0.5, 2.0]),
        ([], []),
        ((), []),
        (np.zeros(0, int), []),
        ([[1], [2, 3]], [[1], [2, 3]]),
        ([[1], (2, 3)], [(1,), [2, 3]]),
        ([EXPECTED, {"b": [1]}], [EXPECTED, {"b": [1]}]),
        ((EXPECTED, 1.0), (EXPECTED, 1.0)),
        ({"b": 1.0, "w": EXPECTED}, {"w": EXPECTED, "b": 1.0}),
        ([0.5, {"w": EXPECTED}], (0.5, {"w": EXPECTED})),
        ("Größe", "Größe"),
        ("", ""),
        (True, True),
        (np.bool_(False), False),
        (None, None),
        ([None, "a", True], [None, "a", True]),
    ],
)
def test_accepted(answer: Any, expected: Any) -> None:
    assert compare(answer, expected) is None


@pytest.mark.parametrize(
    ("answer", "expected", "kind"),
    [
        ("word", "Word", "value"),
        ("words", "word", "length"),
        ("a" * 10**6, "word", "length"),
        (5, "5", "type"),
        (None, "word", "none"),
        ("word", 5, "type"),
        ("5", 5.0, "type"),
        (True, False, "value"),
        (1, True, "type"),
        ("True", True, "type"),
        (0, None, "type"),
        (["a", "b"], ["a", "c"], "value"),
        (None, EXPECTED, "none"),
        (EXPECTED, (EXPECTED, EXPECTED[0]), "type"),  # one array for a tuple of several
        (np.zeros(2), (EXPECTED, EXPECTED[0]), "type"),
        (np.zeros(3), (1, 2), "type"),
        (None, 3, "none"),
        (Opaque("Array"), EXPECTED, "type"),
        (EXPECTED.tolist(), EXPECTED, "type"),
        (EXPECTED.T, EXPECTED, "shape"),
        (EXPECTED[None], EXPECTED, "shape"),
        (np.empty((0, 1)), EXPECTED, "shape"),  # broadcasting makes allclose true
        (EXPECTED.astype(np.float16), EXPECTED, "dtype"),
        (EXPECTED.astype(complex), EXPECTED, "dtype"),
        (EXPECTED > 0, EXPECTED, "dtype"),
        (np.where(EXPECTED > 5, np.nan, EXPECTED), EXPECTED, "not finite"),
        (np.where(EXPECTED > 5, np.inf, EXPECTED), EXPECTED, "not finite"),
        (EXPECTED + 1e-5, EXPECTED, "value"),
        (EXPECTED.astype(np.float32) + np.float32(0.01), EXPECTED, "value"),
        ((EXPECTED * (1 + 5e-5)).astype(np.float32), EXPECTED, "value"),  # a rate that is wrong
        (EXPECTED.astype(int) + 1, EXPECTED, "value"),
        (np.full(3, 1e-6), np.zeros(3), "value"),
        (8, 7, "value"),
        (7.0, 7, "type"),
        (True, 1, "type"),
        (np.True_, 1, "type"),
        ("7", 7, "type"),
        (np.array(7), 7, "type"),
        (0.6, 0.5, "value"),
        (10**400, 0.5, "value"),
        (float("nan"), 0.5, "not finite"),
        (np.array([0.5]), 0.5, "shape"),
        (np.array([[[0.5]]]), 0.5, "shape"),
        (True, 1.0, "type"),
        (1 + 0j, 1.0, "type"),
        (np.complex128(0.5), 0.5, "dtype"),
        (np.float16(0.5), 0.5, "dtype"),
        (5, (1, 2), "type"),
        ((1, 2, 3), (1, 2), "length"),
        ((1, 3), (1, 2), "value"),
        (np.array([[1, 2]]), (1, 2), "type"),
        (np.array([1.0, 2.0]), (1, 2), "type"),
        (np.array([1, 3]), (1, 2), "value"),
        (None, [1, 2], "none"),
        (None, [], "none"),
        (5, [1, 2], "type"),
        ("12", [1, 2], "type"),
        ({"a": 1}, [1], "type"),
        (Opaque("generator"), [1, 2], "type"),
        ([1, 2, 3], [1, 2], "length"),
        ([], [1, 2], "length"),
        ([0], [], "length"),
        ([2, 1], [1, 2], "value"),
        ([1.0, 2.0], [1, 2], "type"),
        ([True, 2], [1, 2], "type"),
        ([1, None], [1, 2], "unset"),
        ([1, float("nan")], [1, 0.5], "not finite"),
        (np.array([[1, 2]]), [1, 2], "type"),
        (np.array([1, 2, 3]), [1, 2], "type"),
        (np.array([1.0, 2.0]), [1, 2], "type"),
        (np.array([1, 3]), [1, 2], "value"),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]], "type"),
        ([[1], [2, 4]], [[1], [2, 3]], "value"),
        ([[1], 2], [[1], [2, 3]], "type"),
        ([EXPECTED.T], [EXPECTED], "shape"),
        (np.ones((2, 3)), (EXPECTED, EXPECTED), "type"),
        ([EXPECTED], {"w": EXPECTED}, "type"),
        ({}, {"w": EXPECTED}, "names"),
        ({"w": EXPECTED, "b": 1.0}, {"w": EXPECTED}, "names"),
        ({"w": EXPECTED.T}, {"w": EXPECTED}, "shape"),
        ({"w": None}, {"w": EXPECTED}, "unset"),
        ({"b": 2, "w": EXPECTED + 1}, {"w": EXPECTED, "b": 2}, "value"),
    ],
)
def test_refused(answer: Any, expected: Any, kind: str) -> None:
    mismatch = compare(answer, expected)
    assert mismatch is not None
    assert mismatch.kind == kind


def test_sums_of_many_float32_numbers_are_near_enough() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(40, 300)), rng.normal(size=(300, 30))
    assert compare(x.astype(np.float32) @ w.astype(np.float32), x @ w) is None


def test_the_first_differing_index_is_named_and_no_expected_number() -> None:
    answer = EXPECTED.copy()
    answer[0, 2] = answer[1, 1] = 9.0
    mismatch = compare(answer, EXPECTED)
    assert mismatch is not None
    assert mismatch.index == (0, 2)
    assert str(mismatch) == "2 of 6 entries differ, the first at index (0, 2)."


def test_shapes_are_named() -> None:
    assert str(compare(EXPECTED.T, EXPECTED)) == "expected shape (2, 3), got shape (3, 2)."


def test_sizes_that_could_spell_out_data_are_not_repeated() -> None:
    assert str(compare(int.from_bytes(b"0.25, 0.5"), 7)) == "The number is not the right number."
    sides = np.empty((0, 12_345_678))
    assert "12345678" not in str(compare(sides, EXPECTED)).replace("_", "")


def test_a_part_of_a_tuple_is_named() -> None:
    assert str(compare((1, 2.5), (1, 2))).startswith("result 2 of 2: expected a whole number")


def test_a_part_of_a_list_is_named() -> None:
    assert str(compare([1, 3], [1, 2])) == "result 2 of 2: 3 is not the right number."


def test_a_list_and_a_tuple_are_asked_for_by_their_names() -> None:
    assert str(compare(5, [1, 2])).startswith("expected a list of 2, got a ")
    assert str(compare(5, (1, 2))).startswith("expected a tuple of 2, got a ")
    assert str(compare((1,), [1, 2])) == "expected 2 results in a list, got a tuple of 1."
    assert str(compare([1], (1, 2))) == "expected 2 results in a tuple, got a list of 1."


def test_a_part_of_a_dict_is_named() -> None:
    wrong = compare({"b": 1, "w": EXPECTED + 1}, {"w": EXPECTED, "b": 1})
    assert str(wrong).startswith("`w`: 6 of 6 entries differ")


def test_of_a_text_the_place_is_named_and_no_letter() -> None:
    assert str(compare("mean", "moan")) == "the text differs at index 1."
    assert str(compare("means", "moan")) == "expected a text of 4 characters, got 5."
    assert str(compare("x" * 500, "moan")) == "expected a text of 4 characters, got far more."
    assert str(compare(True, False)) == "True is not the right answer."


def test_what_cannot_be_compared_is_the_authors_mistake() -> None:
    with pytest.raises(TypeError, match="answers are not compared with a set"):
        compare(5, {5})


def test_nan_is_found_at_its_index() -> None:
    answer = EXPECTED.copy()
    answer[1, 0] = np.nan
    mismatch = compare(answer, EXPECTED)
    assert mismatch is not None
    assert mismatch.index == (1, 0)


NAN = np.array([1.0, np.nan, np.inf])


@pytest.mark.parametrize(
    ("answer", "other"),
    [
        (EXPECTED, EXPECTED + 1e-8),
        (EXPECTED.astype(np.float32), EXPECTED),
        (NAN, NAN.copy()),
        (3, 3.0),
        (10**30, 10**30),
        (None, None),
        (" B", "b"),
        ([1, 2], (1, 2)),
        (np.array([1, 2]), (1, 2)),
        ([1, 2], [1, 2]),
        ((1, 2.0), [1.0, 2]),
        (np.array([1, 2]), [1, 2]),
        ([], []),
        ([[1], (1, None)], [(1,), [1, None]]),
        ((EXPECTED, None), (EXPECTED, None)),
        (np.zeros(0), np.zeros(0)),
        (np.array(3.0), 3),
        (EXPECTED > 0, EXPECTED > 0),
        (EXPECTED > 0, np.array([[1, 0, 1], [1, 1, 1.0]])),
        ({math.nan: 1, "a": NAN}, {float("nan"): 1, "a": NAN.copy()}),
        ((0.5, {"w": EXPECTED, "b": [1]}), (0.5, {"b": (1,), "w": EXPECTED})),
    ],
)
def test_answers_that_agree(answer: Any, other: Any) -> None:
    assert agree(answer, other)


@pytest.mark.parametrize(
    ("answer", "other"),
    [
        (EXPECTED, EXPECTED + 1e-3),
        (EXPECTED, EXPECTED.T),
        (EXPECTED, EXPECTED.astype(np.float16)),
        (EXPECTED > 0, EXPECTED < 0),
        (EXPECTED.astype(complex), EXPECTED),
        (NAN, np.array([1.0, np.nan, -np.inf])),
        (np.array([1.0, 2.0, np.inf]), NAN),
        (np.array([1e300, 1.0]), np.array([np.inf, 1.0])),
        (10**30, 10**30 + 1),
        (10**400, 1.0),
        (None, 0),
        (True, 1),
        ("a", "b"),
        ("1", 1),
        ((1, 2), (1, 2, 3)),
        ((1, 2), 3),
        ([1, 2], [1, 3]),
        ([1, 2], [1]),
        ([1], 1),
        ([], None),
        ([[1], [2]], [[1], 2]),
        ("12", ["1", "2"]),
        ([[1], [1, 2]], (1, 2)),
        (np.array([1, 2, 3]), (1, 2)),
        (Opaque("set"), Opaque("set")),  # nobody knows what they hold
        ({"out": EXPECTED}, {"out": EXPECTED.T}),
        ({"out": EXPECTED}, {"in": EXPECTED}),
        ({"out": EXPECTED}, {}),
        ([{"out": EXPECTED}, 1], (1, 1)),
        (np.zeros(7 * 2**20, np.int8), (1, 2)),
        (np.zeros((2, 2), dtype=[("a", "i4")]), EXPECTED),
        (Opaque("set"), EXPECTED),
        ({1: 2}, EXPECTED),
    ],
)
def test_answers_that_do_not_agree(answer: Any, other: Any) -> None:
    assert not agree(answer, other)
    assert not agree(other, answer)


def test_true_and_false_are_compared_where_they_are_asked_for() -> None:
    expected = np.array([[True, False], [False, True]])
    assert compare(expected.copy(), expected) is None
    assert compare(expected.astype(int), expected) is None
    mismatch = compare(~expected, expected)
    assert mismatch is not None
    assert mismatch.kind == "value"
