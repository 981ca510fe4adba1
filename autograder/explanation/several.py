"""Several known mistakes made together that may explain the answers to an exercise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, combinations_with_replacement, islice, product

from .evidence import Effects, Evidence
from .misconceptions import Misconception, combined

# So many of those that are plausible, 500 in all: a quarter of a second where none fits.
MOST_PAIRS, MOST_THREES, MOST_HIDING = 400, 40, 60
MOST_APART = 3  # of mistakes in different results, with each of which another may hide
LARGEST = 5000  # numbers in the smallest wrong call: a training takes a tenth of a second


def several(known: Sequence[Misconception], evidence: Evidence) -> Iterator[Misconception]:
    """Yield what two make together if that is plausible, then three, as many as may be tried.

    Last come those that explain a result each, with one more that shows in other calls alone.
    """
    if evidence.all_raised or evidence.smallest > LARGEST:
        return
    groups: dict[Effects, list[int]] = {}
    for number, misconception in enumerate(known):
        groups.setdefault(evidence.effects(misconception), []).append(number)
    pairs, threes = (_made_together(known, _plausible(groups, count)) for count in (2, 3))
    yield from islice(pairs, MOST_PAIRS)
    apart = [*_in_different_results(known, evidence)]
    yield from islice(chain(_made_together(known, apart), threes), MOST_THREES)
    hidden = [n for alone, some in groups.items() if not alone.shows for n in some]
    with_another = [(*some, number) for some in apart[:MOST_APART] for number in hidden]
    yield from islice(_made_together(known, with_another), MOST_HIDING)


def _in_different_results(
    known: Sequence[Misconception], evidence: Evidence
) -> Iterator[tuple[int, ...]]:
    """Yield three mistakes, then two, by their numbers, each of which explains other results."""
    wrong = evidence.wrong_results()
    if len(wrong) < 2:
        return
    groups: dict[frozenset[int], list[int]] = {}
    for number, misconception in enumerate(known):
        groups.setdefault(evidence.results_explained(misconception), []).append(number)
    for results in chain(*(combinations(filter(None, groups), count) for count in (3, 2))):
        if frozenset().union(*results) == wrong and sum(map(len, results)) == len(wrong):
            yield from product(*(groups[of_one] for of_one in results))


def _plausible(groups: Mapping[Effects, list[int]], count: int) -> Iterator[tuple[int, ...]]:
    """Yield so many mistakes that may explain the answers together, by their numbers.

    Mistakes with the same effects are judged once. Of three, one alone hits an answer.
    """
    for effects in combinations_with_replacement(groups, count):
        if count > 2 and not any(alone.hit for alone in effects):
            continue
        if _are_plausible(*effects):
            members = product(*(groups[alone] for alone in effects))
            yield from {tuple(sorted(some)) for some in members if len({*some}) == count}


def _are_plausible(*mistakes: Effects) -> bool:
    """Say whether what mistakes do alone allows that together they explain the answers.

    On a wrong call, at least one must change something, and if it is one only, its
    answer is the student's. On a right call, none may show alone.
    """
    some, more, hit, some_right, more_right = 0, 0, 0, 0, 0
    for effects in mistakes:
        more |= some & effects.shown
        some |= effects.shown
        more_right |= some_right & effects.shown_on_right
        some_right |= effects.shown_on_right
        hit |= effects.hit
    return some == mistakes[0].all_wrong and not some & ~more & ~hit and (some_right == more_right)


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
