"""Which known mistake explains the answers to an exercise: one that reproduces all of them.

The wrong answers, the right ones and the calls that raised all count. Two mistakes made
together are looked for where one does not explain everything, and three where two do not.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations_with_replacement, islice, product
from typing import Any, NamedTuple

import numpy as np

from ..running.comparison import agree
from ..running.student import RecordedCall
from .answers import answer_of, error_of, kind_of_error, raised, same_answer
from .misconceptions import Misconception, combined

PROBES = 2  # wrong calls, and as many right ones, on which a pair must be plausible
MOST_THREES = 40  # of them, and after the pairs
MOST_TRIED = 500  # two or three together that are; a quarter of a second where none fits
LARGEST_FOR_PAIRS = 5000  # numbers in the smallest wrong call: a training takes a tenth of a second


FIRST_WORDS = 5  # of an exception's text, before the shapes
_NUMBERS = re.compile(r"\d+")

# What a trusted function makes of a recorded call.
Answering = Callable[[Callable[..., Any], RecordedCall], RecordedCall]


@dataclass(frozen=True)
class Diagnosis:
    """The known mistake, if one explains the answers; and whether an answer came out twice."""

    misconception: Misconception | None = None
    repeats: bool = True


def diagnose(
    known: Sequence[Misconception],
    reference: Callable[..., Any],
    calls: Sequence[RecordedCall],
    call_again: Callable[[RecordedCall], RecordedCall],
    answering: Answering = answer_of,
) -> Diagnosis:
    """Find the known mistake, or up to three together, that gives every recorded answer.

    If several do, it is the one that was seen most often. ``reference`` is the right
    function. ``call_again`` repeats a call: where parts of the answer change, a mistake is
    named that makes the same parts change, if one is known. ``answering`` may keep answers of
    those functions, where many submissions get the same calls.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evidence = _Evidence(reference, calls, answering)
        if not evidence.wrong or not evidence.comparable:
            return Diagnosis()
        repeating = [misconception for misconception in known if misconception.repeats]
        alone = evidence.best_explained_by(_most_frequent_first(repeating))
        if alone is not None and evidence.is_told_apart(alone, repeating):
            return Diagnosis(alone)
        changing = evidence.changes(call_again)
        if any(changing):
            changeable = (misconception for misconception in known if not misconception.repeats)
            return Diagnosis(evidence.changed_alike_by(changeable, changing), repeats=False)
        return Diagnosis(evidence.explained_by(_several(repeating, evidence)))


class _Evidence:
    """The recorded calls of an exercise: the wrong ones first, the smaller ones first.

    ``wrong`` is how many the reference answers otherwise; all are ``comparable`` if nothing
    but answers and exceptions came.
    """

    def __init__(
        self, reference: Callable[..., Any], calls: Sequence[RecordedCall], answering: Answering
    ) -> None:
        answers = [(call, answering(reference, call)) for call in sorted(calls, key=_size)]
        wrong = [pair for pair in answers if not same_answer(*pair)]
        right = [pair for pair in answers if same_answer(*pair)]
        self.wrong = len(wrong)
        self.calls = [call for call, _ in (*wrong, *right)]
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

    def effects(self, misconception: Misconception) -> _Effects:
        """Return what a mistake alone does on some wrong calls, and on as many right ones."""
        wrong = range(min(PROBES, self.wrong))
        right = range(self.wrong, min(self.wrong + PROBES, len(self.calls)))
        effects = [self._effect(misconception, number) for number in wrong]
        shown_right = [self._effect(misconception, number) != "none" for number in right]
        return _Effects(
            _bits(effect != "none" for effect in effects),
            _bits(effect == "the student's" for effect in effects),
            _bits(shown_right),
            2 ** len(wrong) - 1,
        )

    def _effect_on(self, misconception: Misconception, number: int) -> str:
        answer = self._answer(misconception, number)
        if same_answer(answer, self._right_answers[number]):
            return "none"
        return "the student's" if same_answer(self.calls[number], answer) else "another"


def _first_words(error: str) -> list[str]:
    return _NUMBERS.sub("", error).split()[:FIRST_WORDS]


def _most_frequent_first(misconceptions: Iterable[Misconception]) -> list[Misconception]:
    return sorted(misconceptions, key=lambda misconception: -misconception.seen)


class _Effects(NamedTuple):
    """What mistakes do alone, a bit for each call: where they show, where as the student does.

    ``all_wrong`` has the bits of all wrong calls.
    """

    shown: int
    hit: int
    shown_on_right: int
    all_wrong: int


def _bits(values: Iterable[bool]) -> int:
    return sum(value << place for place, value in enumerate(values))


def _are_plausible(*mistakes: _Effects) -> bool:
    """Say whether what mistakes do alone allows that together they explain the answers.

    On a wrong call, at least one must change something, and if it is one only, its
    answer is the student's. On a right call, none may show alone.
    """
    some, several, hit, some_right, several_right = 0, 0, 0, 0, 0
    for effects in mistakes:
        several |= some & effects.shown
        some |= effects.shown
        several_right |= some_right & effects.shown_on_right
        some_right |= effects.shown_on_right
        hit |= effects.hit
    return (
        some == mistakes[0].all_wrong
        and not some & ~several & ~hit
        and (some_right == several_right)
    )


def _several(known: Sequence[Misconception], evidence: _Evidence) -> Iterator[Misconception]:
    """Yield what two make together if that is plausible, then three, as many as may be tried."""
    if evidence.all_raised or _size(evidence.calls[0]) > LARGEST_FOR_PAIRS:
        return
    groups: dict[_Effects, list[int]] = {}
    for number, misconception in enumerate(known):
        groups.setdefault(evidence.effects(misconception), []).append(number)
    pairs = _made_together(known, _plausible(groups, 2))
    threes = _made_together(known, _plausible(groups, 3))
    yield from islice(chain(pairs, islice(threes, MOST_THREES)), MOST_TRIED)


def _plausible(groups: Mapping[_Effects, list[int]], count: int) -> Iterator[tuple[int, ...]]:
    """Yield so many mistakes that may explain the answers together, by their numbers.

    Mistakes with the same effects are judged once. Of three, one alone hits an answer.
    """
    for effects in combinations_with_replacement(groups, count):
        if count > 2 and not any(alone.hit for alone in effects):
            continue
        if _are_plausible(*effects):
            members = product(*(groups[alone] for alone in effects))
            yield from {tuple(sorted(some)) for some in members if len({*some}) == count}


def _made_together(
    known: Sequence[Misconception], plausible: Iterable[tuple[int, ...]]
) -> Iterator[Misconception]:
    """Yield what mistakes make together, the most frequent first."""

    def often(numbers: tuple[int, ...]) -> tuple[int, ...]:
        return (-sum(known[number].seen for number in numbers), *numbers)

    for numbers in sorted(plausible, key=often):
        first, *others = (known[number] for number in numbers)
        made = [first]
        for other in others:
            made = [both for one in made for both in combined(one, other)]
        yield from made


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
