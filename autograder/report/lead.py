"""Three sentences that a report begins with: what to teach first, why, and what comes then."""

from __future__ import annotations

from .held import Group, Held
from .items import ExerciseFigures, TestFigures, to_mend

MORE = 3  # tests that are named


def lead(
    ranked: list[Held],
    groups: list[Group],
    exercises: list[ExerciseFigures],
    tests: list[TestFigures],
    started: int,
) -> list[str]:
    """Return the sentences: what costs the class most, what to ask, and what comes then.

    What most make is not always what costs most: a slip of a tenth of a point can wait. What has no
    name yet cannot be taught, so it is first only where nothing else is.
    """
    wrong: list[Held | Group] = sorted([*ranked, *groups], key=lambda w: -w.lost_by_class)
    if not wrong:
        return [*_nothing(exercises), f"{_tests(tests)}."]
    first = next((one for one in wrong if isinstance(one, Held)), wrong[0])
    others = [_named(other) for other in wrong if other is not first][:2]
    then = f"Then come {' and '.join(others)}" if others else "Nothing else was recognised"
    return [
        f"Teach first {_named(first)}, section “{first.section}”: "
        f"{_part(len(first.students), started)} made this mistake, and it costs the class "
        f"{first.lost_by_class:.0f} points, more than any other that is known.",
        _ask(first, ranked),
        f"{then}; {_tests(tests)}.",
    ]


def _named(wrong: Held | Group) -> str:
    if isinstance(wrong, Held):
        return f"“{wrong.words}” in {wrong.exercise}"
    return f"the mistake without a name of group {wrong.id} in {wrong.exercise}"


def _ask(wrong: Held | Group, ranked: list[Held]) -> str:
    each = f"lost {wrong.lost:.1f} of {wrong.points:g} points each"
    if isinstance(wrong, Held):
        place = ranked.index(wrong) + 1
        return f"Those who made it (number {place} below names them) {each}; ask: {wrong.hint}"
    return f"Its students {each}; read their code below, and give it a name."


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
    share = f" ({round(100 * count / of)} %)" if of else ""
    students = "student" if of == 1 else "students"
    return f"{count} of {of} {students}{share}"


def _tests(tests: list[TestFigures]) -> str:
    ordered = to_mend(tests)
    broken = [test for test in ordered if test.broken]
    weak = [test for test in ordered if not test.broken]
    said = []
    for found, why in ((broken, "failed as programs"), (weak, "tell little of what they know")):
        if found:
            named = ", ".join(f"{test.name} of {test.exercise}" for test in found[:MORE])
            more = f" and {len(found) - MORE} more" if len(found) > MORE else ""
            said.append(f"mend hidden tests that {why} ({named}{more})")
    if not said:
        return "no hidden test needs mending"
    return f"before the next class, {', and '.join(said)}"
