"""What the class holds wrong: misconceptions by how many hold them, and groups nobody has named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from statistics import fmean

import msgspec

from ..explanation.misconceptions import AND
from ..results import Outcome, in_words
from .code import Codes
from .of_class import Answered, CollectedClass

MOST_SHOWN = 2  # functions of a group
ID = 8  # letters of a group's own digest that stand for it


class Held(msgspec.Struct, frozen=True):
    """A misconception and who holds it, with what it costs them on average, of ``points``."""

    exercise: str
    section: str
    name: str
    hint: str
    students: list[str]
    points: float
    lost: float
    line: str

    @property
    def words(self) -> str:
        """The name as one reads it."""
        return in_words(self.name)

    @property
    def lost_by_class(self) -> float:
        """The points that all of them lost."""
        return self.lost * len(self.students)


class Group(msgspec.Struct, frozen=True):
    """Students with the same unexplained answers: the tests they fail, a fact, and their code."""

    id: str
    exercise: str
    section: str
    students: list[str]
    points: float
    lost: float
    fact: str
    fails: list[str]
    codes: list[str]

    @property
    def lost_by_class(self) -> float:
        """The points that all of them lost."""
        return self.lost * len(self.students)


def held(found: CollectedClass, codes: Codes, hints: Mapping[tuple[str, str], str]) -> list[Held]:
    """Return the misconceptions of a class by how many hold them, then by what they cost it.

    Two that are made together count for each of them; what they cost is counted where it is alone,
    unless it never is. ``hints`` are those of the catalogue by exercise and name.
    """
    alone: dict[tuple[str, str], list[tuple[str, Answered]]] = defaultdict(list)
    together: dict[tuple[str, str], list[tuple[str, Answered]]] = defaultdict(list)
    for student in found.graded:
        for exercise, answer in student.answers.items():
            parts = (answer.misconception or "").split(AND) if answer.misconception else []
            for part in parts:
                kind = alone if len(parts) == 1 else together
                kind[exercise, part].append((student.name, answer))
    ranked = [
        _held(found, codes, hints, key, alone.get(key, []), together.get(key, []))
        for key in {**alone, **together}
    ]
    return sorted(ranked, key=_rank)


def _rank(one: Held) -> tuple[int, float, str, str]:
    cost = round(one.lost_by_class, 6)  # or the last digit would decide, not the names
    return -len(one.students), -cost, one.exercise, one.name


def _held(
    found: CollectedClass,
    codes: Codes,
    hints: Mapping[tuple[str, str], str],
    key: tuple[str, str],
    alone: list[tuple[str, Answered]],
    together: list[tuple[str, Answered]],
) -> Held:
    exercise, name = key
    points = found.of(exercise).points
    telling = alone or together
    students = [student for student, _ in (*alone, *together)]
    others = [
        student.name
        for student in found.started
        if student.name not in students and student.answers[exercise].state != "untouched"
    ]
    return Held(
        exercise,
        found.of(exercise).section,
        name,
        hints.get(key) or telling[0][1].hint or "",
        sorted(students),
        points,
        fmean(points - (answer.points or 0.0) for _, answer in telling),
        codes.telling_line(exercise, [student for student, _ in telling], others),
    )


def groups(found: CollectedClass, codes: Codes) -> tuple[list[Group], list[Group]]:
    """Return the groups of at least two, the largest first, and those of one by their students."""
    members: dict[tuple[str, str], list[tuple[str, Answered]]] = defaultdict(list)
    for student in found.graded:
        for exercise, answer in student.answers.items():
            if answer.group and answer.misconception is None:
                members[exercise, answer.group].append((student.name, answer))
    made = [_group(found, codes, *key, who) for key, who in members.items()]
    several = [group for group in made if len(group.students) > 1]
    alone = [group for group in made if len(group.students) == 1]
    return (
        sorted(several, key=lambda g: (-len(g.students), -g.lost, g.id)),
        sorted(alone, key=lambda g: (g.students, g.exercise)),
    )


def _group(
    found: CollectedClass,
    codes: Codes,
    exercise: str,
    group: str,
    who: list[tuple[str, Answered]],
) -> Group:
    points = found.of(exercise).points
    failed = Counter(
        test for _, a in who for test, outcome in a.tests.items() if outcome is Outcome.FAILED
    )
    hints = Counter(answer.hint for _, answer in who if answer.hint)
    return Group(
        id_of(group),
        exercise,
        found.of(exercise).section,
        sorted(student for student, _ in who),
        points,
        fmean(points - (answer.points or 0.0) for _, answer in who),
        hints.most_common(1)[0][0] if hints else "",
        [found.tests[exercise][test].title for test, count in failed.items() if count == len(who)],
        codes.different(exercise, [student for student, _ in who], MOST_SHOWN),
    )


def id_of(group: str) -> str:
    """Return what stands for a group in commands."""
    return group.partition(".")[2][:ID]


def by_id(found: CollectedClass) -> Mapping[str, tuple[str, str]]:
    """Return exercise and group by what stands for the group, of every unexplained answer."""
    return {
        id_of(answer.group): (exercise, answer.group)
        for student in found.graded
        for exercise, answer in student.answers.items()
        if answer.group
    }
