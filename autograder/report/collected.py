"""One plain structure of all that is known of a class: kept results, gradebook, log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec
from nbgrader.api import Gradebook

from ..batch.log import reasons
from ..course.folder import Course, StoredGrading
from ..course.gradebook import open_gradebook
from ..course.marks import Mark, Marks, MarksOfClass
from ..course.named_groups import named_groups, with_named_groups
from ..course.plain import is_plain
from ..errors import AutograderError
from ..notebook.assignment import GRADE_PREFIX, Assignment, grade_id
from ..results import TOLERANCE, ExerciseResult, Grading
from ..running.no_answer import NameMissing
from .of_class import Answered, CollectedClass, ExerciseOfClass, State, StudentOfClass, TestOfClass


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
    with open_gradebook(course.coursedir) as gradebook:
        of_class = MarksOfClass(gradebook, name)
        marks, most = of_class.all(), of_class.max_points
        distances = _distances(gradebook, name, marks)
    known = named_groups(course.contents, name)
    names = sorted({*course.students(name), *marks})
    kept = {student: course.grading(name, student) for student in names}
    if not any(kept.values()):
        raise NothingToReport(name)
    said = reasons(course, name)
    shown = _shown_names(course, names, anonymous)
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
            marks.get(student, Marks()),
            distances.get(student, {}),
            name,
        )
        students.append(_without_text(entry) if anonymous else entry)
    return CollectedClass(
        name,
        most,
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
        name: "No. " + hashlib.blake2b(name.encode(), key=key, digest_size=6).hexdigest()
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
    marks: Marks,
    distances: Mapping[str, float],
    assignment: str,
) -> StudentOfClass:
    others = [distance for other, distance in distances.items() if other != assignment]
    return StudentOfClass(
        name=name,
        not_graded=why,
        points=marks.so_far,
        waiting=marks.waiting,
        why_waiting=marks.why_waiting,
        hours_late=marks.seconds_late / 3600,
        penalty=marks.penalty,
        limits=stored.grading.limits if stored else [],
        notes=stored.grading.notes if stored else [],
        answers=_answers(stored, marks) if stored else {},
        automatic=stored.grading.score if stored else 0.0,
        elsewhere=sum(others) / len(others) if others else None,
        here=distances.get(assignment, 0.0),
    )


def _answers(stored: StoredGrading, marks: Marks) -> dict[str, Answered]:
    grading = stored.grading
    found = {
        exercise.name: _answered(
            exercise,
            marks.cells.get(f"{GRADE_PREFIX}{exercise.name}"),
            exercise.name in grading.untouched,
            stored.seconds.get(exercise.name),
        )
        for exercise in grading.exercises
    }
    for answer in grading.written:
        mark = marks.cells.get(answer.name)
        given, waits = (mark.given, mark.waits) if mark else (None, False)
        state = _state(given, answer.max_score, not answer.answered, waits)
        found[answer.name] = Answered(state, given, None)
    return found


def _answered(
    exercise: ExerciseResult, mark: Mark | None, untouched: bool, seconds: float | None
) -> Answered:
    given = mark.given if mark else None
    points = exercise.score if given is None else given
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


def _distances(
    gradebook: Gradebook, name: str, known: Mapping[str, Marks]
) -> dict[str, dict[str, float]]:
    """Return how far each student is from the class's mean, in each assignment.

    It is measured in parts of all points that the assignment can give. The marks of one of them
    are ``known``.
    """
    found: dict[str, dict[str, float]] = {}
    for assignment in gradebook.assignments:
        of_class = MarksOfClass(gradebook, assignment.name)
        class_marks = known if assignment.name == name else of_class.all()
        given = {student: marks.given for student, marks in class_marks.items()}
        if of_class.max_points and any(given.values()):
            mean = sum(given.values()) / len(given)
            for student, points in given.items():
                distance = (points - mean) / of_class.max_points
                found.setdefault(student, {})[assignment.name] = distance
    return found


def _without_text(student: StudentOfClass) -> StudentOfClass:
    why = "It could not be graded." if student.not_graded else ""
    return msgspec.structs.replace(student, not_graded=why, notes=[])
