"""Pairs whose code is suspiciously alike: a hint to look, never a verdict.

copydetect compares the code in the way of Schleimer, Wilkerson and Aiken ("Winnowing: local
algorithms for document fingerprinting", SIGMOD 2003): names, spaces and comments do not matter.
Passages that were released, and those that stand in many different texts, tell of no copying and
are left out. What is left must be enough text of one's own.
"""

from __future__ import annotations

import importlib
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from itertools import combinations
from typing import Any

import msgspec

from ..course.folder import Course
from ..errors import AutograderError
from ..notebook.assignment import Assignment
from ..notebook.filled_in import solutions
from ..surroundings import distribution
from .code import Codes
from .of_class import CollectedClass

NOISE, WINDOW = 25, 6  # letters of a passage; of that many passages in a row, one is compared
MOST_ALIKE = 10  # different texts: a passage of more tells nothing
OWN = 100  # letters of one's own in an exercise, names counted as one letter
ALIKE = 0.8  # of both


class SimilarityMissing(AutograderError):
    """The package that compares code is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Comparing code needs copydetect. Install it: "
            f"pip install '{distribution()}[similarity]'"
        )


class Alike(msgspec.Struct, frozen=True):
    """One exercise of a pair: which part of either's own text the other has too, and both codes.

    ``letters`` is how much that is. Code is without comments, and "" where it is not Python.
    """

    exercise: str
    share: float
    letters: int
    codes: tuple[str, str]


class Pair(msgspec.Struct, frozen=True):
    """Two students and the exercises in which they are alike."""

    students: tuple[str, str]
    exercises: list[Alike]

    @property
    def letters(self) -> int:
        """How much is alike in all."""
        return sum(alike.letters for alike in self.exercises)


def similar_pairs(course: Course, found: CollectedClass) -> list[Pair]:
    """Return the pairs, those who have most text in common first. Raises SimilarityMissing."""
    copydetect = _copydetect()
    assignment = course.assignment(found.assignment)
    codes = Codes.of(course, found.assignment, found.known_as)
    alike: dict[tuple[str, str], list[Alike]] = defaultdict(list)
    students = [student.name for student in found.started]
    for exercise in assignment.signatures():
        texts = {student: codes.text(student, exercise) for student in students}
        for pair, share, letters in _alike(copydetect, texts, _released(assignment, exercise)):
            one, other = (codes.plain(student, exercise) for student in pair)
            alike[pair].append(Alike(exercise, share, letters, (one, other)))
    pairs = [Pair(students, exercises) for students, exercises in alike.items()]
    return sorted(pairs, key=lambda p: (-p.letters, p.students))


def _released(assignment: Assignment, exercise: str) -> list[str]:
    """Return texts that nobody wrote: the cell as it is released, and the right answer."""
    return [assignment.by_grade_id[exercise].source, solutions(assignment)[exercise]]


def _alike(
    copydetect: Any, texts: dict[str, str], released: Iterable[str]
) -> list[tuple[tuple[str, str], float, int]]:
    """Return who is alike, with which part of the texts and how many letters.

    A text is compared once. Whoever has the same as others is paired with the first of them.
    """
    prints = {student: _print(copydetect, text) for student, text in sorted(texts.items())}
    same: dict[str, list[str]] = defaultdict(list)
    for student, found in prints.items():
        same[found.filtered_code].append(student)
    given = {p for text in released for p in _print(copydetect, text).hashes}
    own, candidates = _own({first: prints[first] for first, *_ in same.values()}, given)
    copies = [(first, copy, first) for first, *others in same.values() for copy in others]
    pairs = []
    for one, student, text in (*((one, two, two) for one, two in candidates), *copies):
        if min(own[one].token_coverage, own[text].token_coverage) >= OWN:
            letters, shares, _ = copydetect.compare_files(own[one], own[text])
            if min(shares) >= ALIKE:
                pairs.append(((one, student), float(min(1.0, *shares)), int(letters)))
    return sorted(pairs)


def _own(prints: Mapping[str, Any], given: Set[int]) -> tuple[dict[str, Any], set[tuple[str, str]]]:
    """Return fingerprints without what is given or common, and which two have a passage alike."""
    has: dict[int, list[str]] = defaultdict(list)
    for student, found in prints.items():
        for passage in found.hashes:
            has[passage].append(student)
    common = {p for p, writers in has.items() if len(writers) > MOST_ALIKE} | given
    alike = {pair for p in has.keys() - common for pair in combinations(sorted(has[p]), 2)}
    return {student: _without(found, common) for student, found in prints.items()}, alike


def _print(copydetect: Any, text: str) -> Any:
    """Return the fingerprint of a text."""
    return copydetect.CodeFingerprint("answer.py", NOISE, WINDOW, fp=io.StringIO(text))


def _without(found: Any, common: Set[int]) -> Any:
    """Take passages out of a fingerprint."""
    from copydetect.utils import get_token_coverage

    found.hashes -= common
    found.hash_idx = {p: places for p, places in found.hash_idx.items() if p not in common}
    length = len(found.filtered_code)
    found.token_coverage = (
        get_token_coverage(found.hash_idx, found.k, length) if found.hashes else 0
    )
    return found


def _copydetect() -> Any:
    try:
        return importlib.import_module("copydetect")
    except ImportError:
        raise SimilarityMissing from None
