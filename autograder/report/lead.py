"""Three sentences that a report begins with: what to teach first, why, and what comes then."""

from __future__ import annotations

from dataclasses import dataclass

from ..course.shown_names import first_of
from .held import Group, Held
from .items import ExerciseFigures, TestFigures, to_mend
from .losses import losses
from .of_class import CollectedClass
from .statistics import share_of

MORE = 3  # tests that are named
MOST_NAMED = 2  # exercises of a mistake


@dataclass(frozen=True)
class Mistake:
    """One mistake in all exercises where it is made, the most expensive first, by its rank there.

    One without a name has no ranks.
    """

    parts: list[Held] | list[Group]
    ranks: list[int]

    @property
    def students(self) -> set[str]:
        """Who makes it somewhere."""
        return {student for part in self.parts for student in part.students}

    @property
    def cost(self) -> float:
        """The points that the class lost by it."""
        return sum(part.lost_by_class for part in self.parts)

    @property
    def called(self) -> str:
        """What it is called, and where it is made."""
        first = self.parts[0]
        name = (
            f"“{first.words}”"
            if isinstance(first, Held)
            else f"the mistake without a name of group {first.id}"
        )
        where = [part.exercise for part in self.parts]
        if len(where) > MOST_NAMED:
            return f"{name} in {len(where)} exercises"
        return f"{name} in {where[0]}" if len(where) == 1 else f"{name} ({', '.join(where)})"


def lead(
    found: CollectedClass,
    ranked: list[Held],
    groups: list[Group],
    exercises: list[ExerciseFigures],
    tests: list[TestFigures],
) -> list[str]:
    """Return the sentences: what costs the class most, what to ask, and what comes then.

    What has no name yet cannot be taught, so it is first only where nothing else is.
    """
    known = _by_name(ranked)
    wrong = sorted([*known, *(Mistake([group], []) for group in groups)], key=lambda m: -m.cost)
    dearest = wrong[0].cost if wrong else 0.0
    end = f"{_untouched(found, dearest)}{_tests(tests)}."
    if not wrong:
        return [*_nothing(exercises), end]
    first = known[0] if known else wrong[0]
    others = [mistake for mistake in wrong if mistake is not first]
    return [
        f"Teach first {first.called}, section “{first.parts[0].section}”: "
        f"{_part(len(first.students), len(found.started))} made this mistake, and it costs the "
        f"class {_points(first.cost)}, more than any other that is known.",
        _ask(first),
        f"{_then(others[:2])}; {end}",
    ]


def _then(others: list[Mistake]) -> str:
    said = [f"{m.called}: {_students(len(m.students))}, {_points(m.cost)}" for m in others]
    if not said:
        return "Nothing else was recognised"
    return f"Then {'comes' if len(said) == 1 else 'come'} {'; and '.join(said)}"


def _by_name(ranked: list[Held]) -> list[Mistake]:
    """Return the known mistakes, those of one name together, the most expensive first."""
    names = dict.fromkeys(held.name for held in ranked)
    found = []
    for name in names:
        places = [place for place, held in enumerate(ranked, start=1) if held.name == name]
        places.sort(key=lambda place: -ranked[place - 1].lost_by_class)
        found.append(Mistake([ranked[place - 1] for place in places], places))
    return sorted(found, key=lambda mistake: -mistake.cost)


def _ask(mistake: Mistake) -> str:
    first = mistake.parts[0]
    each = f"lost {first.lost:.1f} of {first.points:g} points each"
    if len(mistake.parts) > 1:
        each += f" in {first.exercise}"
    if isinstance(first, Held):
        number = "number" if len(mistake.ranks) == 1 else "numbers"
        where = _and(sorted(mistake.ranks))
        return f"Those who made it ({number} {where} on the page) {each}; ask: {first.hint}"
    return f"Its students {each}; read their code on the page, and give it a name."


def _and(numbers: list[int]) -> str:
    *before, last = map(str, numbers)
    return f"{', '.join(before)} and {last}" if before else last


def _untouched(found: CollectedClass, dearest: float) -> str:
    """Return what is lost by doing nothing, where that is more than by any mistake."""
    lost = losses(found)
    if lost.untouched <= dearest:
        return ""
    return (
        f"{_students(lost.idle)} left exercises untouched: {lost.untouched:,.0f} of the "
        f"{lost.total:,.0f} points lost (known mistakes cost {lost.known:,.0f}); "
    )


def _students(count: int) -> str:
    return "1 student" if count == 1 else f"{count} students"


def _points(points: float) -> str:
    return f"{points:,.0f} points"


def _nothing(exercises: list[ExerciseFigures]) -> list[str]:
    graded = [e for e in exercises if e.mean is not None and e.points]
    if not graded:
        return ["No exercise has points yet.", "Nothing can be said of what to teach."]
    weakest = min(graded, key=lambda e: (e.mean or 0.0) / e.points)
    return [
        f"No mistake was recognised: teach first the section “{weakest.section}”.",
        f"Its exercise {weakest.name} has the lowest mean, {weakest.mean:.1f} of "
        f"{weakest.points:g} points.",
    ]


def _part(count: int, of: int) -> str:
    share = f" ({share_of(count, of)})" if of else ""
    return f"{count} of {_students(of)}{share}"


def _tests(tests: list[TestFigures]) -> str:
    ordered = to_mend(tests)
    broken = [test for test in ordered if test.broken]
    weak = [test for test in ordered if not test.broken]
    said = []
    for found, why in ((broken, "failed as programs"), (weak, "tell little of what they know")):
        if found:
            named = first_of([f"{test.name} of {test.exercise}" for test in found], MORE)
            said.append(f"mend hidden tests that {why} ({named})")
    if not said:
        return "no hidden test needs mending"
    return f"before the next class, {', and '.join(said)}"
