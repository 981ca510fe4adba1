"""The recorded calls of an exercise, and what a known mistake makes of each of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from ..running.comparison import agree
from ..running.student import RecordedCall
from .answers import answer_of, error_of, kind_of_error, raised, same_answer
from .misconceptions import Misconception

PROBES = 2  # wrong calls, and as many right ones, on which several mistakes must be plausible
FIRST_WORDS = 5  # of an exception's text, before the shapes
_NUMBERS = re.compile(r"\d+")

# What a trusted function makes of a recorded call.
Answering = Callable[[Callable[..., Any], RecordedCall], RecordedCall]


class Effects(NamedTuple):
    """What mistakes do alone, a bit for each call: where they show, where as the student does.

    ``all_wrong`` has the bits of all wrong calls.
    """

    shown: int
    hit: int
    shown_on_right: int
    all_wrong: int

    @property
    def shows(self) -> bool:
        """Whether it shows in any of the calls that are tried."""
        return bool(self.shown | self.shown_on_right)


def _bits(values: Iterable[bool]) -> int:
    return sum(value << place for place, value in enumerate(values))


class Evidence:
    """The recorded calls of an exercise: the wrong ones first, the smaller ones first.

    ``wrong`` is how many the reference answers otherwise, and ``smallest`` how many numbers went
    into the first of them; all are ``comparable`` if nothing but answers and exceptions came.
    """

    def __init__(
        self, reference: Callable[..., Any], calls: Sequence[RecordedCall], answering: Answering
    ) -> None:
        answers = [(call, answering(reference, call)) for call in sorted(calls, key=_size)]
        wrong: list[tuple[RecordedCall, RecordedCall]] = []
        right: list[tuple[RecordedCall, RecordedCall]] = []
        for pair in answers:
            (right if same_answer(*pair) else wrong).append(pair)
        self.wrong = len(wrong)
        self.calls = [call for call, _ in (*wrong, *right)]
        self.smallest = _size(self.calls[0]) if self.calls else 0
        self.comparable = all(call.failure is None or raised(call) for call in calls)
        self.all_raised = all(map(raised, calls))
        self._all_wrong_raised = all(raised(call) for call, _ in wrong)
        self._right_answers = [answer for _, answer in (*wrong, *right)]
        self._answer = cache(lambda m, number: answering(m.implementation, self.calls[number]))
        self._effect = cache(self._effect_on)

    def explained_by(self, misconceptions: Iterable[Misconception]) -> Misconception | None:
        """Return the first mistake that gives every recorded answer.

        Where no wrong answer came but exceptions, one of its own must say the same.
        """
        explaining = filter(self._is_explained_by, misconceptions)
        if self._all_wrong_raised:
            explaining = filter(self._says_the_same_as, explaining)
        return next(explaining, None)

    def best_explained_by(self, misconceptions: Iterable[Misconception]) -> Misconception | None:
        """Return the first that does so; where calls raised, the one that raises most alike."""
        count = sum(map(raised, self.calls))
        best: tuple[int, Misconception | None] = (-1, None)
        for misconception in filter(self._is_explained_by, misconceptions):
            alike = self._raises_the_same(misconception)
            best = max(best, (alike, misconception), key=lambda found: found[0])
            if alike == count:
                break
        return best[1]

    def is_told_apart(self, misconception: Misconception, known: Iterable[Misconception]) -> bool:
        """Say whether more than the calls that raised tells a mistake from the others.

        That they raised is little, and in other code another mistake may raise at the same calls.
        """
        if not self._all_wrong_raised or self._says_the_same_as(misconception):
            return True
        others = (other for other in known if other is not misconception)
        return not any(map(self._is_wrong_at_the_same_calls, others))

    def _says_the_same_as(self, misconception: Misconception) -> bool:
        """Say whether some exception begins with the same words."""
        answers = ((c, self._answer(misconception, n)) for n, c in enumerate(self.calls))
        return any(
            raised(call) and _first_words(error_of(call)) == _first_words(error_of(answer))
            for call, answer in answers
        )

    def _is_wrong_at_the_same_calls(self, misconception: Misconception) -> bool:
        rights = enumerate(self._right_answers)
        return all(
            same_answer(self._answer(misconception, number), right) == (number >= self.wrong)
            for number, right in rights
        )

    def _raises_the_same(self, misconception: Misconception) -> int:
        answers = ((c, self._answer(misconception, n)) for n, c in enumerate(self.calls))
        return sum(
            raised(call) and kind_of_error(call) == kind_of_error(answer)
            for call, answer in answers
        )

    def _is_explained_by(self, misconception: Misconception) -> bool:
        """Say whether a mistake gives every recorded answer.

        Where nothing but exceptions came, their texts must be the same: any two functions
        can fail at all calls.
        """
        for number, call in enumerate(self.calls):
            answer = self._answer(misconception, number)
            if not same_answer(call, answer):
                return False
            if self.all_raised and error_of(call) != error_of(answer):
                return False
        return True

    def changes(self, call_again: Callable[[RecordedCall], RecordedCall]) -> list[bool]:
        """Say of each part of the student's smallest wrong answer whether it changes."""
        call = self.calls[0]
        again = call if call.failure is not None else call_again(call)
        return _changes(call, again) if again.failure is None else []

    def changed_alike_by(
        self, misconceptions: Iterable[Misconception], changing: list[bool]
    ) -> Misconception | None:
        """Return the first mistake that makes the same parts of an answer change."""
        for misconception in misconceptions:
            runs = [answer_of(misconception.implementation, self.calls[0]) for _ in range(2)]
            if _changes(*runs) == changing:
                return misconception
        return None

    def effects(self, misconception: Misconception) -> Effects:
        """Return what a mistake alone does on some wrong calls, and on as many right ones."""
        wrong, right = self._probes()
        effects = [self._effect(misconception, number) for number in wrong]
        shown_right = [self._effect(misconception, number) != "none" for number in right]
        return Effects(
            _bits(effect != "none" for effect in effects),
            _bits(effect == "the student's" for effect in effects),
            _bits(shown_right),
            2 ** len(wrong) - 1,
        )

    def _probes(self) -> tuple[range, range]:
        """Return the numbers of some wrong calls, and of as many right ones."""
        end = min(self.wrong + PROBES, len(self.calls))
        return range(min(PROBES, self.wrong)), range(self.wrong, end)

    def results_explained(self, misconception: Misconception) -> frozenset[int]:
        """Return which of several results a mistake alone makes wrong just as they are.

        None if it makes another one wrong. Calls are tried as for ``effects``.
        """
        numbers = [*chain(*self._probes())]
        own = [self.calls[number] for number in numbers]
        answers = [self._answer(misconception, number) for number in numbers]
        alone_right = _same_results(answers, [self._right_answers[number] for number in numbers])
        as_they_are = _same_results(answers, own)
        count = len(_results(own[0]))
        return as_they_are - alone_right if len(as_they_are | alone_right) == count else frozenset()

    def wrong_results(self) -> frozenset[int]:
        """Return which of several results are wrong in some of those calls."""
        numbers = [*chain(*self._probes())]
        own = [self.calls[number] for number in numbers]
        same = _same_results(own, [self._right_answers[number] for number in numbers])
        return frozenset(range(len(_results(own[0])))) - same

    def _effect_on(self, misconception: Misconception, number: int) -> str:
        answer = self._answer(misconception, number)
        if same_answer(answer, self._right_answers[number]):
            return "none"
        return "the student's" if same_answer(self.calls[number], answer) else "another"


def _results(call: RecordedCall) -> Sequence[Any]:
    """Return the several results of a call, () where it gave one or none."""
    return call.value if isinstance(call.value, tuple | list) else ()


def _same_results(calls: Sequence[RecordedCall], others: Sequence[RecordedCall]) -> frozenset[int]:
    """Return which of several results are the same in all of these calls and those others."""
    pairs = [
        [*zip(_results(one), _results(other), strict=False)]
        for one, other in zip(calls, others, strict=True)
    ]
    places = range(min(map(len, pairs)))
    return frozenset(n for n in places if all(agree(*of_call[n]) for of_call in pairs))


def _first_words(error: str) -> list[str]:
    return _NUMBERS.sub("", error).split()[:FIRST_WORDS]


def _changes(one: RecordedCall, other: RecordedCall) -> list[bool]:
    if isinstance(one.value, tuple | list) and isinstance(other.value, tuple | list):
        return [_changed(*parts) for parts in zip(one.value, other.value, strict=False)]
    return [_changed(one.value, other.value)]


def _changed(one: Any, other: Any) -> bool:
    """Say whether two answers differ, and not only because nobody can compare them."""
    return agree(one, one) and agree(other, other) and not agree(one, other)


def _size(call: RecordedCall) -> int:
    values = (*call.args, *call.kwargs.values())
    return sum(value.size for value in values if isinstance(value, np.ndarray))
