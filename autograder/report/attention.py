"""Whom somebody has to look at, and why."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..feedback.page import how_long
from ..results import Outcome
from .of_class import CollectedClass, StudentOfClass

MISSING, LATE, WAITING = "function missing", "late", "waiting"
FAR_BELOW = 0.25  # of all points, compared with the class as in their other assignments


class Look(msgspec.Struct, frozen=True):
    """One student, a short word for the reason, and what to know."""

    student: str
    why: str
    about: str


def attention(found: CollectedClass) -> list[Look]:
    """Return who needs a look, sorted by reason: what keeps a result away first.

    Whoever waits for a human is told of last: of many classes that is everybody.
    """
    looks = [look for student in found.students for look in _looks(found, student)]
    order = [
        "not graded",
        "grader's error",
        MISSING,
        "limit met",
        "far below",
        LATE,
        "note",
        WAITING,
    ]
    return sorted(looks, key=lambda look: (order.index(look.why), look.student))


def _looks(found: CollectedClass, student: StudentOfClass) -> Iterator[Look]:
    if student.not_graded:
        yield Look(student.name, "not graded", student.not_graded)
    broken = [
        name for name, answer in student.answers.items() if Outcome.ERROR in answer.tests.values()
    ]
    if broken:
        said = f"A hidden test failed as a program in {', '.join(broken)}. A human decides."
        yield Look(student.name, "grader's error", said)
    missing = [name for name, answer in student.answers.items() if answer.missing]
    if missing:
        lost = sum(found.of(name).points - (student.answers[name].points or 0) for name in missing)
        said = ", ".join(f"`{name}`" for name in missing)
        verb = "does" if len(missing) == 1 else "do"
        about = f"{said} {verb} not exist in the notebook: {lost:g} points are at stake."
        yield Look(student.name, MISSING, about)
    if student.limits:
        yield Look(student.name, "limit met", " ".join(student.limits))
    graded = not student.not_graded
    if graded and student.elsewhere is not None and student.here < student.elsewhere - FAR_BELOW:
        below = round(100 * (student.elsewhere - student.here))
        said = f"{below} points of 100 below what their other assignments let expect."
        yield Look(student.name, "far below", said)
    if student.hours_late > 0:
        cost = f", costs {student.penalty:g} points" if student.penalty else ""
        yield Look(student.name, LATE, f"{late(student)} late{cost}.")
    if student.notes:
        yield Look(student.name, "note", " ".join(student.notes))
    if student.waiting:
        about = f"{student.waiting:g} points ({', '.join(student.why_waiting)})."
        yield Look(student.name, WAITING, about)


def late(student: StudentOfClass) -> str:
    """Return how late somebody was, in the words of their own page, "" for not at all."""
    return how_long(round(3600 * student.hours_late, 3))
