"""Answers taken apart: the arrays and numbers in them, by the names that a student reads.

A result of a tuple is "result 2 of 3", that of a dict its name; a list of numbers is an array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .facts import Array, Names

Parts = dict[str, Array]

_NUMBERS = (int, float, np.generic)
_STAND_FOR: dict[
    Any, tuple[type, ...]
] = {  # a right answer of a kind: what may be compared with it
    list: (list, tuple, np.ndarray),
    object: (np.ndarray, *_NUMBERS),
}


def taken_apart(value: Any, like: Any, name: str = "") -> Parts | None:
    """Return the arrays in an answer, or None if it is not made like the right one."""
    if isinstance(like, dict):
        if not isinstance(value, dict) or value.keys() != like.keys():
            return None
        named = {key: _within(name, f"`{key}`") for key in like}
        return _joined([taken_apart(value[key], like[key], named[key]) for key in like])
    if isinstance(like, tuple):
        if not isinstance(value, list | tuple) or len(value) != len(like):
            return None
        results = enumerate(zip(value, like, strict=True), start=1)
        labels = {n: _within(name, f"result {n} of {len(like)}") for n in range(1, len(like) + 1)}
        return _joined([taken_apart(*pair, labels[number]) for number, pair in results])
    kinds = next(kinds for kind, kinds in _STAND_FOR.items() if isinstance(like, kind))
    array = _finite_array(value) if isinstance(value, kinds) else None
    return None if array is None else {name: array}


def names_of(axes: Any, name: str) -> Names:
    """Return what a course calls the axes of one result.

    ``axes`` are the names for an answer that is one array; of several, the names for each of
    them, in a tuple or by name.
    """
    if isinstance(axes, Mapping):
        found: Names = axes.get(name.strip("`"), ())
        return found
    if not axes or isinstance(axes[0], str):
        return axes or ()
    number = int(name.split()[1]) if name.startswith("result ") else 0
    return axes[number - 1] if 0 < number <= len(axes) else ()


def _finite_array(value: Any) -> Array | None:
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):  # lists of several lengths, numbers of any size
        return None
    return array if array.dtype.kind in "iufb" and np.isfinite(array).all() else None


def _joined(parts: Sequence[Parts | None]) -> Parts | None:
    if any(part is None for part in parts):
        return None
    return {name: array for part in parts if part for name, array in part.items()}


def _within(name: str, label: str) -> str:
    return f"{label} in {name}" if name else label
