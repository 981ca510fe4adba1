"""The class report as data: what its page, its JSON and its CSV are made of."""

from __future__ import annotations

import csv
import io

import msgspec

from ..course.export import inert
from ..course.folder import Course
from ..course.named_groups import NamedGroup, named_groups
from ..explanation.misconceptions import misconceptions
from ..explanation.shared_calls import shared_calls
from ..notebook.assignment import Assignment
from .attention import Look, attention
from .code import Codes
from .held import Group, Held, groups, held
from .items import ExerciseFigures, TestFigures, exercise_figures, reliability, test_figures
from .lead import lead
from .of_class import CollectedClass, StudentOfClass


class ClassReport(msgspec.Struct, frozen=True):
    """All that a report says. ``alone`` are groups of one: answers that nobody else gave.

    ``dropped`` are named groups whose exercise or calls changed since.
    """

    assignment: str
    lead: list[str]
    points: float
    alpha: float | None
    alpha_of: int
    exercises: list[ExerciseFigures]
    misconceptions: list[Held]
    groups: list[Group]
    alone: list[Group]
    dropped: list[NamedGroup]
    tests: list[TestFigures]
    attention: list[Look]
    students: list[StudentOfClass]


def class_report(course: Course, found: CollectedClass) -> ClassReport:
    """Return the report of what was collected of a class."""
    name = found.assignment
    assignment = course.assignment(name)
    codes = Codes.of(course, name, found.known_as)
    hints = {(m.exercise, m.name): m.hint for m in misconceptions(assignment)}
    known = named_groups(course.contents, name)
    hints |= {(named.exercise, named.name): named.hint for named in known.values()}
    ranked = held(found, codes, hints)
    unnamed, alone = groups(found, codes)
    exercises, tests = exercise_figures(found), test_figures(found)
    alpha, alpha_of = reliability(found)
    return ClassReport(
        name,
        lead(found, ranked, unnamed, exercises, tests),
        found.points,
        alpha,
        alpha_of,
        exercises,
        ranked,
        unnamed,
        alone,
        [named for named in known.values() if not still_holds(assignment, named)],
        tests,
        attention(found),
        found.students,
    )


def still_holds(assignment: Assignment, named: NamedGroup) -> bool:
    """Say whether a named group is of the exercise and the calls as they are now."""
    if named.exercise not in assignment.signatures():
        return False
    digest = shared_calls(assignment, named.exercise).digest
    return named.group.partition(".")[0] == digest


def as_json(report: ClassReport) -> bytes:
    """Return the report as JSON."""
    return msgspec.json.encode(report) + b"\n"


def as_csv(found: CollectedClass) -> bytes:
    """Return a row for each student: all points, and those of each question."""
    names = [exercise.name for exercise in found.exercises]
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(
        ["student", "points", "of", "waiting", "hours_late", "penalty", "not_graded", *names]
        + [f"{name}: misconception" for name in names]
    )
    for student in found.students:
        answers = [student.answers.get(name) for name in names]
        row: list[object] = [
            student.name,
            round(student.points, 2),
            found.points,
            student.waiting,
            round(student.hours_late, 4),
            student.penalty,
            student.not_graded,
        ]
        row += ["" if a is None or a.points is None else round(a.points, 2) for a in answers]
        row += [(a.misconception or "") if a else "" for a in answers]
        writer.writerow([inert(v) if isinstance(v, str) else v for v in row])
    return table.getvalue().encode()
