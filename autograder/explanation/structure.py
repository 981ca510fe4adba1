"""One fact that is true of all wrong answers of a function, where no known mistake explains them.

The answers are compared with the right ones, result by result, and with the right answers to
other calls. What is true of the right answers as well is told of all, else of the wrong ones.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..course.contents import MISCONCEPTIONS
from ..notebook.assignment import Assignment
from ..running.comparison import agree, compare
from ..running.student import RecordedCall
from .answers import answer_of
from .beside import beside_an_argument
from .facts import OF_NUMBERS, Array, Fact, Names, Pair
from .other_calls import Change, Changes, bound_arguments, changes, nearby, turned
from .places import OF_SOME_PLACES, OF_THE_SAME_NUMBERS, OF_ZEROS
from .taken_apart import names_of, taken_apart

LARGEST_CALLED_AGAIN = 5000  # numbers in the smallest wrong call: a training takes its time
LEAST_TELLING = 2  # wrong calls, where others raised or gave NaN
MOST_NAMED = 3  # results in one sentence
_FACTS = (*OF_THE_SAME_NUMBERS, *OF_NUMBERS, *OF_SOME_PLACES)

Pairs = dict[str, Pair]  # of one call, by result


class Told(NamedTuple):
    """A fact in a sentence, and its question."""

    sentence: str
    question: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.question}"


class Scope(NamedTuple):
    """The words for all calls, for the wrong ones, and for every single one."""

    all: str
    wrong: str
    every: str


OF_ALL = Scope("", "where it is wrong, ", "in every call")
OF_NUMBERS_ALONE = Scope(
    "where your function gives numbers, ",
    "where your function gives wrong numbers, ",
    "in every call that gives numbers",
)


class Judged(NamedTuple):
    """A call of the student's function, and what the reference gives."""

    call: RecordedCall
    right: RecordedCall


def axes_of(assignment: Assignment, exercise: str) -> Any:
    """Return what a course calls the axes of an exercise's results, in ``AXES``, if it does."""
    return getattr(assignment.part(MISCONCEPTIONS), "AXES", {}).get(exercise, ())


def structural_fact(
    reference: Callable[..., Any],
    wrong: Sequence[Judged],
    right: Sequence[Judged] = (),
    axes: Any = (),
) -> Told | None:
    """Return a fact about all wrong answers, None where none is found.

    Where the first wrong call raised or gave NaN, that says more. Later ones that did are left out.
    """
    telling = [judged for judged in wrong if _gives_numbers(judged)]
    all_tell = len(telling) == len(wrong)
    if not wrong or not _gives_numbers(wrong[0]):
        return None
    if not all_tell and len(telling) < LEAST_TELLING:
        return None
    answers = [_pairs(reference, *judged) for judged in (*telling, *right)]
    alike = [pairs for pairs in answers if pairs]
    if len(alike) < len(answers) or len({tuple(pairs) for pairs in alike}) != 1:
        return None
    scope = OF_ALL if all_tell else OF_NUMBERS_ALONE
    return _Answers(reference, telling, right, alike, axes, scope).fact()


class _Answers:
    """The answers to all calls, the wrong ones first."""

    def __init__(
        self,
        reference: Callable[..., Any],
        wrong: Sequence[Judged],
        right: Sequence[Judged],
        pairs: Sequence[Pairs],
        axes: Any,
        scope: Scope,
    ) -> None:
        self._reference = reference
        self._calls = [judged.call for judged in (*wrong, *right)]
        self._wrong = len(wrong)
        self._pairs = pairs
        self._axes = axes
        self._scope = scope
        off = {n for of_call in pairs for n, pair in of_call.items() if not agree(*pair[:2])}
        self._off = [name for name in pairs[0] if name in off]
        self._right = [name for name in pairs[0] if name not in off]

    def fact(self) -> Told | None:
        """Return which results are right in every call, and a fact about the others."""
        if self._off and (exchanged := self._exchanged()):
            return exchanged
        found = self._of_all_calls_or_the_wrong_ones()
        if not self._right or not self._off:
            return found
        always = _always_right(self._right, self._off, self._scope.every)
        if found is None:
            return Told(always, f"Which lines make {' and '.join(self._off)} alone?")
        return Told(f"{always} {found.sentence}", found.question)

    def _exchanged(self) -> Told | None:
        """Return which results stand in each other's places."""
        places = {}
        for name in self._off:
            others = (o for o in self._off if o != name and self._is_in_the_place_of(name, o))
            if (other := next(others, None)) is None:
                return None
            places[name] = other
        what = " and ".join(f"your {name} is the right {other}" for name, other in places.items())
        return Told(f"{_capital(what)}.", "In which order does the exercise want the results?")

    def _is_in_the_place_of(self, name: str, other: str) -> bool:
        answers = (of_call[name].answer for of_call in self._pairs)
        rights = [of_call[other].right for of_call in self._pairs]
        some = any(np.any(right) for right in rights)
        return some and all(map(agree, answers, rights))

    def _of_all_calls_or_the_wrong_ones(self) -> Told | None:
        every, wrong = range(len(self._calls)), range(self._wrong)
        alone = [(self._where_wrong(name), [name], self._scope.wrong) for name in self._off]
        both = (every, self._off, self._scope.all), (wrong, self._off, self._scope.wrong)
        tried: list[tuple[Sequence[int], list[str], str]] = [*both, *alone]
        for numbers, names, scope in tried:
            if found := self._of_some(numbers, names):
                return _told(scope, *found)
        for numbers, names, scope in tried:
            for name in names:
                pairs = [self._pairs[number][name] for number in numbers]
                if fact := _first(OF_ZEROS, pairs):
                    return _told(scope, _subject(name), fact)
        return None

    def _where_wrong(self, name: str) -> list[int]:
        parts = [of_call[name] for of_call in self._pairs]
        return [number for number, pair in enumerate(parts) if not agree(*pair[:2])]

    def _of_some(self, numbers: Sequence[int], names: Sequence[str]) -> tuple[str, Fact] | None:
        """Return a fact about all results of these names, or about one, in these calls."""
        calls = [self._calls[number] for number in numbers]
        if len(names) > 1:
            every = [self._pairs[number][name] for number in numbers for name in names]
            if fact := _first(OF_NUMBERS, every):
                return ("each of your results" if not self._right else "each of the others"), fact
        given = [bound_arguments(self._reference, call) for call in calls]
        for name in names:
            pairs = [self._pairs[number][name] for number in numbers]
            subject = _subject(name)
            fact = (
                self._right_for_another_call(changes, name, calls, pairs)
                or _first(_FACTS, pairs, names_of(self._axes, name))
                or self._right_for_another_call(nearby, name, calls, pairs)
                or self._right_for_another_call(turned, name, calls, pairs)
            )
            found = (subject, fact) if fact else beside_an_argument(pairs, given, subject)
            if found is not None:
                return found
        return None

    def _right_for_another_call(
        self, others: Changes, name: str, calls: Sequence[RecordedCall], pairs: Sequence[Pair]
    ) -> Fact | None:
        """Return which other call the answers would be right for."""
        seen = np.unique(np.concatenate([pair.answer.ravel() for pair in pairs]))
        arguments = bound_arguments(self._reference, calls[0])
        if len(seen) < 2 or sum(map(np.size, arguments.values())) > LARGEST_CALLED_AGAIN:
            return None  # of one number, much is true by chance
        for change in others(arguments, inspect.signature(self._reference)):
            if all(map(partial(self._fits, change, name), calls, pairs)):
                as_far = ", as far as it goes" if change.cut and pairs[0].right.ndim else ""
                return Fact(f"the right one for a call {change.words}{as_far}", change.question)
        return None

    def _fits(self, change: Change, name: str, call: RecordedCall, pair: Pair) -> bool:
        try:
            arguments = change.made(bound_arguments(self._reference, call))
        except (KeyError, TypeError, ValueError):  # not all calls have the same kinds of arguments
            return False
        again = answer_of(
            self._reference, RecordedCall(kwargs=arguments, replacements=call.replacements)
        )
        parts = None if again.failure else taken_apart(again.value, again.value)
        if parts is None or name not in parts:
            return False
        right = _cut_like(pair.answer, parts[name]) if change.cut else parts[name]
        return agree(pair.answer, right)


def _subject(name: str) -> str:
    return f"your {name or 'answer'}"


def _told(scope: str, subject: str, fact: Fact) -> Told:
    return Told(f"{_capital(f'{scope}{subject}')} is {fact.what}.", fact.question)


def _gives_numbers(judged: Judged) -> bool:
    call, right = judged
    if call.failure is not None:
        return False
    mismatch = None if right.failure else compare(call.value, right.value)
    return mismatch is None or mismatch.kind != "not finite"


def _pairs(reference: Callable[..., Any], call: RecordedCall, right: RecordedCall) -> Pairs | None:
    """Return the results of a call beside the right ones, None where they cannot be compared."""
    if call.failure or right.failure:
        return None
    answers, rights = taken_apart(call.value, right.value), taken_apart(right.value, right.value)
    if not answers or not rights:
        return None
    numbers = _numbers(bound_arguments(reference, call))
    return {name: Pair(answers[name], rights[name], numbers) for name in rights}


def _cut_like(answer: Array, array: Array) -> Array:
    """Return the part of an array that lies where an answer has numbers, or less."""
    return array[tuple(map(slice, answer.shape[: array.ndim]))]


def _numbers(arguments: dict[str, Any]) -> dict[str, float]:
    """Return the numbers that went into a call, and the lengths of what did, by name."""
    plain = {f"`{n}`": float(v) for n, v in arguments.items() if type(v) in (int, float)}
    arrays = {n: v for n, v in arguments.items() if isinstance(v, np.ndarray) and v.ndim}
    return plain | {f"the length of `{name}`": len(array) for name, array in arrays.items()}


def _always_right(right: Sequence[str], off: Sequence[str], every_call: str) -> str:
    if len(right) > MOST_NAMED:
        return f"All your results but {' and '.join(off)} are right {every_call}."
    verb = "is" if len(right) == 1 else "are"
    return f"{_capital(' and '.join(right))} {verb} right {every_call}."


def _first(facts: Sequence[Any], pairs: Sequence[Pair], names: Names = ()) -> Fact | None:
    return next(filter(None, (fact(pairs, names) for fact in facts)), None)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
