"""One plain structure of all that is known of a class: kept results, gradebook, log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from ..batch.log import reasons
from ..course.folder import Course, StoredGrading
from ..course.named_groups import named_groups, with_named_groups
from ..course.plain import is_plain
from ..course.points import ClassPoints, Points, class_points
from ..course.standing import Standing, standings
from ..errors import AutograderError
from ..notebook.assignment import Assignment, grade_id
from ..results import ExerciseResult, Grading
from ..running.no_answer import NameMissing
from .of_class import Answered, CollectedClass, ExerciseOfClass, State, StudentOfClass, TestOfClass

TOLERANCE = 1e-9


class NothingToReport(AutograderError):
    """No result of an assignment is kept."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No result of {name!r} is kept, so there is nothing to report. "
            f"Grade it first: autograder grade {name}"
        )


class NoReportOfPlain(AutograderError):
    """An assignment without hidden tests."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is graded by nbgrader itself. It has no hidden tests and no known "
            "mistakes, so there is no report of it."
        )


def collect(course: Course, name: str, *, anonymous: bool = False) -> CollectedClass:
    """Return what is known of a class. Raises NothingToReport and what reading the course raises.

    If ``anonymous``, students have letters for names, in no order that tells who it is, and no
    text of theirs is kept but code.
    """
    if is_plain(course, name):
        raise NoReportOfPlain(name)
    assignment = course.assignment(name)
    points, standing = class_points(course, name), standings(course, name)
    known = named_groups(course.contents, name)
    names = sorted({*course.students(name), *points.students})
    kept = {student: course.grading(name, student) for student in names}
    if not any(kept.values()):
        raise NothingToReport(name)
    said = reasons(course, name)
    shown = _shown_names(course, names, anonymous)
    distances = _distances(points)
    students = []
    for student in names:
        stored = kept[student]
        if stored:
            grading = with_named_groups(stored.grading, known)
            stored = msgspec.structs.replace(stored, grading=grading)
        why = "" if stored else said.get(student, "It is not graded yet, or was begun and killed.")
        entry = _student(
            shown[student],
            stored,
            why,
            points.students.get(student, {}),
            standing.get(student, Standing()),
            distances.get(student, {}),
            name,
        )
        students.append(_without_text(entry) if anonymous else entry)
    return CollectedClass(
        name,
        sum(question.points for question in points.questions),
        anonymous,
        _exercises(assignment),
        sorted(students, key=lambda student: student.name),
        _tests(stored.grading for stored in kept.values() if stored),
        shown,
    )


def _shown_names(course: Course, names: list[str], anonymous: bool) -> dict[str, str]:
    """Return how students are called: by the same letters in all reports if ``anonymous``."""
    if not anonymous:
        return {name: name for name in names}
    key = course.secret()
    return {
        name: "No. " + hashlib.blake2b(name.encode(), key=key, digest_size=4).hexdigest()
        for name in names
    }


def _exercises(assignment: Assignment) -> list[ExerciseOfClass]:
    sections = _sections(assignment)
    written = {question.grade_id for question in assignment.written}
    both = {e.grade_id: e for e in (*assignment.exercises, *assignment.written)}
    return [
        ExerciseOfClass(both[cell].name, both[cell].points, sections[cell], cell in written)
        for cell in sections
        if cell in both
    ]


def _sections(assignment: Assignment) -> dict[str, str]:
    """Return the heading of the second level, or else of the first, above each graded cell."""
    heading, found = "", {}
    for cell in assignment.notebook.cells:
        if cell.cell_type == "markdown":
            lines = [line for line in cell.source.splitlines() if line.startswith(("# ", "## "))]
            heading = lines[-1].lstrip("# ").strip() if lines else heading
        if grade_id(cell):
            found[grade_id(cell)] = heading
    return found


def _tests(gradings: Iterable[Grading]) -> dict[str, dict[str, TestOfClass]]:
    found: dict[str, dict[str, TestOfClass]] = {}
    for exercise in (exercise for grading in gradings for exercise in grading.exercises):
        known = found.setdefault(exercise.name, {})
        for test in exercise.tests:
            if test.name not in known or (test.fault and not known[test.name].fault):
                known[test.name] = TestOfClass(test.title, test.weight, test.fault)
    return found


def _student(
    name: str,
    stored: StoredGrading | None,
    why: str,
    points: Mapping[str, Points],
    standing: Standing,
    distances: Mapping[str, float],
    assignment: str,
) -> StudentOfClass:
    given = [found.points for found in points.values() if found.points is not None]
    others = [distance for other, distance in distances.items() if other != assignment]
    return StudentOfClass(
        name=name,
        not_graded=why,
        points=max(0.0, sum(given) - standing.penalty),
        waiting=standing.waiting,
        why_waiting=list(standing.why),
        hours_late=standing.seconds_late / 3600,
        penalty=standing.penalty,
        limits=stored.grading.limits if stored else [],
        notes=stored.grading.notes if stored else [],
        answers=_answers(stored, points) if stored else {},
        automatic=stored.grading.score if stored else 0.0,
        elsewhere=sum(others) / len(others) if others else None,
        here=distances.get(assignment, 0.0),
    )


def _answers(stored: StoredGrading, points: Mapping[str, Points]) -> dict[str, Answered]:
    grading = stored.grading
    nothing = Points(None, False)
    found = {
        exercise.name: _answered(
            exercise,
            points.get(f"test_{exercise.name}", nothing),
            exercise.name in grading.untouched,
            stored.seconds.get(exercise.name),
        )
        for exercise in grading.exercises
    }
    for answer in grading.written:
        row = points.get(answer.name, nothing)
        untouched = not answer.answered
        found[answer.name] = Answered(
            _state(row.points, answer.max_score, untouched, row.waits), row.points, None
        )
    return found


def _answered(
    exercise: ExerciseResult, row: Points, untouched: bool, seconds: float | None
) -> Answered:
    points = exercise.score if row.points is None else row.points
    return Answered(
        _state(points, exercise.max_score, untouched, points is None),
        points,
        exercise.score,
        exercise.misconception,
        exercise.hint,
        exercise.group,
        seconds,
        {test.name: test.outcome for test in exercise.tests},
        not untouched
        and any(NameMissing.is_said_in(test.message, exercise.name) for test in exercise.tests),
    )


def _state(points: float | None, most: float, untouched: bool, waits: bool) -> State:
    if waits or (points is None and not untouched):
        return "waiting"
    if untouched:
        return "untouched"
    if points is None or points <= TOLERANCE:
        return "none"
    return "full" if points >= most - TOLERANCE else "partial"


def _distances(points: ClassPoints) -> dict[str, dict[str, float]]:
    """Return how far each student is from the class's mean, in each assignment."""
    found: dict[str, dict[str, float]] = {}
    for assignment, shares in points.shares.items():
        if shares and any(shares.values()):
            mean = sum(shares.values()) / len(shares)
            for student, share in shares.items():
                found.setdefault(student, {})[assignment] = share - mean
    return found


def _without_text(student: StudentOfClass) -> StudentOfClass:
    why = "It could not be graded." if student.not_graded else ""
    return msgspec.structs.replace(student, not_graded=why, notes=[])
