"""All assignments of a course: each student and each idea, and what to teach again.

Which idea an exercise is about is the course's to say: ``IDEAS`` beside the known mistakes of an
assignment gives one for each exercise.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from statistics import fmean

import msgspec

from ..course.contents import MISCONCEPTIONS
from ..course.export import inert
from ..course.folder import Course
from ..course.kept import is_nothing_kept
from ..errors import AutograderError, NotReleased
from ..notebook.assignment import Assignment
from .collected import NothingToReport, collect
from .of_class import CollectedClass

WEAK = 0.5  # of an idea's points


class NothingGraded(AutograderError):
    """No assignment of a course has kept results."""

    def __init__(self) -> None:
        super().__init__(
            "No result of any assignment is kept, so there is nothing to report. "
            "Grade one first: autograder grade NAME"
        )


class StudentAcross(msgspec.Struct, frozen=True):
    """One student's part of all points, by assignment and by idea; None where nothing is graded."""

    name: str
    assignments: dict[str, float | None]
    ideas: dict[str, float | None]


class Across(msgspec.Struct, frozen=True):
    """All assignments that have results, with the class's mean of each and of each idea in each."""

    lead: list[str]
    assignments: dict[str, float]
    ideas: dict[str, float]
    ideas_in: dict[str, dict[str, float]]
    students: list[StudentAcross]


def ideas_of(assignment: Assignment) -> Mapping[str, str]:
    """Return the idea of each exercise, as the course names them."""
    found: Mapping[str, str] = getattr(assignment.part(MISCONCEPTIONS), "IDEAS", {})
    return found


def across(course: Course, *, anonymous: bool = False) -> Across:
    """Return what all kept results say of a class. Raises NothingGraded.

    An assignment that nobody was graded in is left out: it may be one that is still written.
    """
    classes = [*_collected(course, anonymous)]
    if not classes:
        raise NothingGraded
    ideas = {found.assignment: ideas_of(course.assignment(found.assignment)) for found in classes}
    parts = _parts(classes, ideas)
    names = [found.assignment for found in classes]
    all_ideas = [*dict.fromkeys(idea for name in names for idea in ideas[name].values())]
    students = [_student(name, of, names, all_ideas) for name, of in sorted(parts.items())]
    means = {name: _mean([s.assignments[name] for s in students]) for name in names}
    of_ideas = {idea: _mean([s.ideas[idea] for s in students]) for idea in all_ideas}
    inside = {
        idea: {
            name: _mean([_part(of, name, idea) for of in parts.values()])
            for name in names
            if idea in ideas[name].values()
        }
        for idea in all_ideas
    }
    said = _lead(of_ideas, inside, students, len(names) > 1)
    return Across(said, means, of_ideas, inside, students)


def _collected(course: Course, anonymous: bool) -> Iterator[CollectedClass]:
    for name in course.contents.names():
        if name in course.options.plain_assignments or is_nothing_kept(course.root, name):
            continue
        with suppress(NothingToReport, NotReleased):  # results of a gradebook that is gone
            yield collect(course, name, anonymous=anonymous)


# Of a student, assignment and idea: points and how many there were.
Parts = dict[tuple[str, str], tuple[float, float]]


def _parts(
    classes: list[CollectedClass], ideas: Mapping[str, Mapping[str, str]]
) -> dict[str, Parts]:
    found: dict[str, Parts] = {}
    for each in classes:
        for student in each.students:
            own = found.setdefault(student.name, {})
            for exercise in each.exercises:
                answer = student.answers.get(exercise.name)
                if answer is None or answer.points is None or answer.state == "waiting":
                    continue
                key = each.assignment, ideas[each.assignment].get(exercise.name, "")
                got, of = own.get(key, (0.0, 0.0))
                own[key] = got + answer.points, of + exercise.points
    return found


def _student(name: str, parts: Parts, names: list[str], ideas: list[str]) -> StudentAcross:
    return StudentAcross(
        name,
        {assignment: _part(parts, assignment, None) for assignment in names},
        {idea: _part(parts, None, idea) for idea in ideas},
    )


def _part(parts: Parts, assignment: str | None, idea: str | None) -> float | None:
    """Return the part of all points of an assignment, of an idea, or of an idea in one."""
    chosen = [
        pair
        for (where, what), pair in parts.items()
        if assignment in (None, where) and idea in (None, what)
    ]
    most = sum(of for _, of in chosen)
    return sum(got for got, _ in chosen) / most if most else None


def _mean(parts: list[float | None]) -> float:
    there = [part for part in parts if part is not None]
    return fmean(there) if there else 0.0


def _lead(
    ideas: Mapping[str, float],
    inside: Mapping[str, Mapping[str, float]],
    students: list[StudentAcross],
    several: bool,
) -> list[str]:
    if not ideas:
        return [
            "The course names no ideas (IDEAS in misconceptions.py): see the assignments below."
        ]
    weakest = min(ideas, key=lambda idea: ideas[idea])
    where = min(inside[weakest], key=lambda name: inside[weakest][name])
    weak = [s.name for s in students if (part := s.ideas[weakest]) is not None and part < WEAK]
    best = max(ideas, key=lambda idea: ideas[idea])
    if not weak:
        last = f"Nobody has less than half of the points of “{weakest}”: a word to all is enough."
    elif len(weak) == 1:
        last = f"Only {weak[0]} has less than half of the points of “{weakest}”: begin there."
    else:
        who = f"{len(weak)} students have less than half of the points of “{weakest}”"
        last = f"{who}: begin with them."
    first = (
        f"Teach “{weakest}” again: the class has {ideas[weakest]:.0%} of its points, less than of "
        f"any other idea (“{best}”: {ideas[best]:.0%})."
    )
    most = (
        f"Most is lost in {where}, where the class has {inside[weakest][where]:.0%}: "
        f"autograder report {where} says which mistakes cost it."
    )
    return [first, most, last] if several else [first, last]


def as_csv(found: Across) -> bytes:
    """Return a row for each student: their part of each assignment's points, and of each idea's."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["student", *found.assignments, *(f"idea: {idea}" for idea in found.ideas)])
    for student in found.students:
        parts = [*student.assignments.values(), *student.ideas.values()]
        row = ["" if part is None else round(part, 4) for part in parts]
        writer.writerow([inert(student.name), *row])
    return table.getvalue().encode()
