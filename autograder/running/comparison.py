"""Strict comparison of a student's answer with the expected value.

Type, shape, kind of number and finiteness are checked before any tolerance is applied:
``np.allclose`` alone accepts an empty array. A difference is returned as a Mismatch that
carries facts about the answer and never the expected numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..sandbox.wire import Opaque, dtype_name

# Beyond these sizes an answer could spell out what the hidden inputs were.
LARGEST_SHOWN = 10**12
LARGEST_SIDE_SHOWN = 10**5
LARGEST_LENGTH_SHOWN = 99


class Tolerance(NamedTuple):
    """How far a number may be off: a share of itself, and a share of the largest of its array."""

    of_itself: float
    of_the_largest: float


# By the precision of the answer. Sums of a hundred float32 numbers are off by 1e-6 of the largest
# result, and layer upon layer of a small network by 1.3e-6: four times as much is honest.
TOLERANCES = {"float64": Tolerance(0.0, 1e-9), "float32": Tolerance(4e-6, 2e-6)}


@dataclass(frozen=True)
class Mismatch:
    """One way in which an answer differs: a kind, a sentence for the student, and where.

    ``path`` says which part of several is meant ("" for a single answer), ``index`` is the
    first differing position of an array.
    """

    kind: str
    sentence: str
    path: str = ""
    index: tuple[int, ...] | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}" if self.path else self.sentence


def compare(answer: Any, expected: Any, path: str = "") -> Mismatch | None:
    """Return None where ``answer`` is ``expected``, else the first Mismatch.

    ``expected`` is an int (compared exactly), a float, an ndarray, a text, True, False or None, or
    a tuple, a list or a dict of those. A list may stand for a tuple, and a tuple for a list.
    Raises TypeError for anything else.
    """
    if expected is None:
        wrong = f"expected None, got {describe(answer)}."
        return None if answer is None else Mismatch("type", wrong, path)
    missing = none(answer, path)
    if missing is not None:
        return missing
    if isinstance(expected, tuple | list):
        return _compare_in_parts(answer, expected, path)
    if isinstance(expected, dict):
        return _compare_dict(answer, expected, path)
    if isinstance(expected, np.ndarray):
        return _compare_array(answer, expected, path)
    if isinstance(expected, str):
        return _compare_text(answer, expected, path)
    if isinstance(expected, bool | np.bool_):
        return _compare_truth(answer, bool(expected), path)
    if isinstance(expected, int | np.integer):
        return _compare_integer(answer, int(expected), path)
    if isinstance(expected, float | np.floating):
        return _compare_float(answer, float(expected), path)
    raise TypeError(f"answers are not compared with {describe(expected)}")


def none(answer: Any, path: str = "") -> Mismatch | None:
    """Return a Mismatch where nothing came back, or where one of several results is nothing."""
    if answer is not None:
        return None
    if path:
        return Mismatch("unset", "this is None. Was it never given a value?", path)
    return Mismatch("none", "the function returned None. Is its return missing?")


def agree(answer: Any, other: Any) -> bool:
    """Say whether two answers are the same within the tolerance, whichever of them is right.

    A list may stand for a tuple, whole numbers for equal fractions, an array of True and False
    for one of 1 and 0, a small letter for a large one, and NaN agrees with NaN.
    Sizes are compared before anything that takes time or memory.
    """
    if isinstance(other, tuple | list):
        return _agree_in_parts(answer, other)
    if isinstance(answer, dict) and isinstance(other, dict):
        answer, other = _with_one_nan(answer), _with_one_nan(other)
        return answer.keys() == other.keys() and all(agree(answer[k], other[k]) for k in other)
    if isinstance(answer, str) and isinstance(other, str):
        letter = len(other.strip()) == 1
        return answer == other or (letter and answer.strip().lower() == other.strip().lower())
    if all(isinstance(one, bool | np.bool_) for one in (answer, other)):
        return bool(answer == other)
    if type(answer) is int and type(other) is int:
        return answer == other  # of any size
    tolerances = _tolerance(answer), _tolerance(other)
    if None in tolerances:
        return answer is None and other is None
    if np.shape(answer) != np.shape(other):
        return False
    try:
        one, two = np.asarray(answer, np.float64), np.asarray(other, np.float64)
    except OverflowError:  # a whole number beyond all fractions
        return False
    return _are_near(one, two, max(filter(None, tolerances)))


def _agree_in_parts(answer: Any, other: Sequence[Any]) -> bool:
    numbers = isinstance(answer, np.ndarray) and answer.ndim == 1
    if not (numbers or isinstance(answer, tuple | list)) or len(answer) != len(other):
        return False
    return all(map(agree, answer, other))


def _tolerance(answer: Any) -> Tolerance | None:
    """Return the tolerance for one of two answers, None where it is no number."""
    if type(answer) in (int, float):
        return TOLERANCES["float64"]
    if not isinstance(answer, np.ndarray | np.generic):
        return None
    dtype = answer.dtype
    if dtype == np.float64 or dtype.kind in "iub":  # True and False may stand for 1 and 0
        return TOLERANCES["float64"]
    return TOLERANCES.get(dtype_name(dtype)) if dtype.kind == "f" else None


def _are_near(one: NDArray[Any], two: NDArray[Any], tolerance: Tolerance) -> bool:
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(one - two)
        farthest = float(distance.max(initial=0.0))
        if math.isfinite(farthest):  # so all numbers are: the most frequent case, and the fastest
            if not tolerance.of_itself:
                return farthest <= _largest(np.abs(two), True) * tolerance.of_the_largest
            return bool((distance <= _allowed(two, True, tolerance)).all())
        finite = np.isfinite(one) & np.isfinite(two)
        near = distance <= _allowed(two, finite, tolerance)
    return bool(np.where(finite, near, (one == two) | (np.isnan(one) & np.isnan(two))).all())


def where_near(answer: Any, other: Any) -> NDArray[np.bool_]:
    """Return where two finite things of one shape agree, by the answer's precision."""
    if answer.dtype.kind in "iub":
        return np.asarray(answer == other)
    tolerance = TOLERANCES.get(dtype_name(answer.dtype), TOLERANCES["float64"])
    allowed = _allowed(other, True, tolerance)
    with np.errstate(over="ignore"):  # an infinite difference is too large as well
        return np.asarray(np.abs(answer.astype(np.float64, copy=False) - other) <= allowed)


def describe(value: Any) -> str:
    """Say what kind of thing an answer is, without its numbers."""
    if isinstance(value, Opaque):
        return value.description
    if isinstance(value, np.ndarray):
        return f"an array of shape {_shown_shape(value)} and dtype {value.dtype}"
    if isinstance(value, np.generic):
        return f"a number of dtype {value.dtype}"
    if isinstance(value, tuple | list):
        many = f" of {len(value)}" if len(value) <= LARGEST_LENGTH_SHOWN else ""
        return f"a {type(value).__name__}{many}"
    return f"a {type(value).__name__}" if value is not None else "None"


def check_array(answer: Any, shape: tuple[int, ...], path: str = "") -> Mismatch | None:
    """Return a Mismatch unless ``answer`` is a finite numeric array of this shape."""
    if not isinstance(answer, np.ndarray):
        return Mismatch("type", f"expected a NumPy array, got {describe(answer)}.", path)
    if answer.shape != shape:
        got = _shown_shape(answer)
        return Mismatch("shape", f"expected shape {shape}, got shape {got}.", path)
    return _check_numbers(answer, path)


def _shown_shape(array: NDArray[Any]) -> str:
    small = all(side <= LARGEST_SIDE_SHOWN for side in array.shape)
    return str(array.shape) if small else f"of {array.ndim} axes, one of them huge"


def _check_numbers(answer: NDArray[Any] | np.generic, path: str) -> Mismatch | None:
    name = dtype_name(answer.dtype)
    if answer.dtype.kind not in "iu" and name not in TOLERANCES:
        return Mismatch("dtype", f"the dtype {name} is not one for results; use float64.", path)
    finite = np.isfinite(answer)
    if not finite.all():
        index = _first(~finite)
        where = f" First at index {index}." if index else ""
        return Mismatch("not finite", f"the answer contains NaN or infinity.{where}", path, index)
    return None


def _compare_array(answer: Any, expected: NDArray[Any], path: str) -> Mismatch | None:
    if all(isinstance(one, np.ndarray) and one.dtype == bool for one in (answer, expected)):
        answer = answer.astype(int)  # True and False are what is asked for
    wrong = check_array(answer, expected.shape, path)
    if wrong is not None:
        return wrong
    near = where_near(answer, expected)
    if near.all():
        return None
    differs = ~near
    index = _first(differs)
    count = int(differs.sum())
    return Mismatch(
        "value",
        f"{count} of {differs.size} entries differ, the first at index {index}.",
        path,
        index,
    )


def _compare_text(answer: Any, expected: str, path: str) -> Mismatch | None:
    if not isinstance(answer, str):
        return Mismatch("type", f"expected a text (str), got {describe(answer)}.", path)
    if len(answer) != len(expected):
        many = str(len(answer)) if len(answer) <= LARGEST_LENGTH_SHOWN else "far more"
        sentence = f"expected a text of {len(expected)} characters, got {many}."
        return Mismatch("length", sentence, path)
    pairs = enumerate(zip(answer, expected, strict=True))
    first = next((number for number, (one, right) in pairs if one != right), None)
    if first is None:
        return None
    return Mismatch("value", f"the text differs at index {first}.", path, (first,))


def _compare_truth(answer: Any, expected: bool, path: str) -> Mismatch | None:
    if not isinstance(answer, bool | np.bool_):
        return Mismatch("type", f"expected True or False, got {describe(answer)}.", path)
    if bool(answer) is expected:
        return None
    return Mismatch("value", f"{bool(answer)} is not the right answer.", path)


def _compare_integer(answer: Any, expected: int, path: str) -> Mismatch | None:
    if type(answer) is not int and not isinstance(answer, np.integer):
        return Mismatch("type", f"expected a whole number (int), got {describe(answer)}.", path)
    if int(answer) == expected:
        return None
    number = str(int(answer)) if abs(int(answer)) <= LARGEST_SHOWN else "The number"
    return Mismatch("value", f"{number} is not the right number.", path)


def _compare_float(answer: Any, expected: float, path: str) -> Mismatch | None:
    if isinstance(answer, np.ndarray) and answer.shape != ():
        return Mismatch("shape", f"expected a single number, got {describe(answer)}.", path)
    if type(answer) not in (int, float) and not isinstance(answer, np.ndarray | np.number):
        return Mismatch("type", f"expected a number, got {describe(answer)}.", path)
    try:
        number = answer if isinstance(answer, np.ndarray | np.generic) else np.float64(answer)
    except OverflowError:
        return Mismatch("value", "the number is far too large.", path)
    wrong = _check_numbers(number, path)
    if wrong is None and not where_near(number, np.float64(expected)).all():
        return Mismatch("value", "the number differs from the right one.", path)
    return wrong


def _compare_in_parts(answer: Any, expected: Sequence[Any], path: str) -> Mismatch | None:
    kind = type(expected).__name__
    numbers = all(map(np.isscalar, expected))
    if numbers and isinstance(answer, np.ndarray) and answer.shape == (len(expected),):
        answer = list(answer)  # a pair of numbers may come as an array
    if not isinstance(answer, tuple | list):
        return Mismatch(
            "type", f"expected a {kind} of {len(expected)}, got {describe(answer)}.", path
        )
    if len(answer) != len(expected):
        return Mismatch(
            "length", f"expected {len(expected)} results in a {kind}, got {describe(answer)}.", path
        )
    parts = zip(answer, expected, strict=True)
    for number, (part, right) in enumerate(parts, start=1):
        wrong = compare(part, right, f"result {number} of {len(expected)}")
        if wrong is not None:
            return wrong
    return None


def _compare_dict(answer: Any, expected: dict[str, Any], path: str) -> Mismatch | None:
    if not isinstance(answer, dict):
        return Mismatch("type", f"expected a dict, got {describe(answer)}.", path)
    answer, expected = _with_one_nan(answer), _with_one_nan(expected)
    if answer.keys() != expected.keys():
        names = ", ".join(map(str, expected))
        return Mismatch("names", f"expected a dict with the names {names} and no others.", path)
    parts = (compare(answer[name], right, f"`{name}`") for name, right in expected.items())
    return next(filter(None, parts), None)


def _with_one_nan(named: dict[Any, Any]) -> dict[Any, Any]:
    """Return a dict in which every NaN among the keys is the same one: else none equals another."""
    return {math.nan if key != key else key: value for key, value in named.items()}


def _allowed(numbers: Any, finite: Any, tolerance: Tolerance) -> Any:
    """Return how far each of these numbers may be off."""
    size = np.abs(numbers)
    return tolerance.of_itself * size + tolerance.of_the_largest * _largest(size, finite)


def _largest(size: Any, finite: Any) -> float:
    """Return the largest of these sizes that is finite, 1 where there is none above zero."""
    if finite is True:  # which NumPy would take for an array, and be three times as slow
        return float(size.max(initial=0.0)) or 1.0
    return float(np.max(size, initial=0.0, where=finite)) or 1.0


def _first(mask: Any) -> tuple[int, ...]:
    """Return the index of the first true entry in row-major order."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))
