"""All answers of a class to its written questions, equal ones together."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from ..course.folder import Course
from ..course.gradebook import open_gradebook
from ..errors import AutograderError
from ..feedback.pages import CopyNotWhole
from ..notebook.assignment import Assignment, grade_id, plain_source
from ..notebook.filled_in import model_answers
from ..notebook.own_text import attached, cell_with_id
from ..results import WrittenAnswer
from .given import Given, given_by_hand

NOTHING = Given(None, "", True)


class NoQuestions(AutograderError):
    """An assignment has no written question, or nobody's answers are there."""

    def __init__(self, name: str, lacks: str) -> None:
        super().__init__(f"{name!r} has no {lacks}. Grade it first: autograder grade {name}")
        self.name = name


@dataclass(frozen=True)
class Answers:
    """Students with one answer and one mark for it.

    ``id`` is of the question, the text and its pictures: it changes with them. ``cell`` is None
    where the answer stands elsewhere; ``place`` says where that may be.
    """

    id: str
    cell: NotebookNode | None
    place: str
    given: Given
    students: Sequence[str]


@dataclass(frozen=True)
class Question:
    """A question with its points, its answers, and who gave none.

    ``asked`` and ``model`` are the cells of the source that ask and answer it.
    """

    name: str
    points: float
    asked: NotebookNode | None
    model: NotebookNode
    answers: Sequence[Answers]
    empty: Sequence[str]


def questions_of(course: Course, name: str) -> list[Question]:
    """Return what a class answered, the most frequent answer first.

    Only of what is graded: what was handed in since is graded first. Raises NoQuestions and
    CopyNotWhole.
    """
    assignment = course.assignment(name)
    if not assignment.written:
        raise NoQuestions(name, "question that is answered in words")
    found = {question.name: _Collected() for question in assignment.written}
    graded = False
    for student, answers in _graded(course, assignment):
        graded = True
        for answer, cell in answers:
            found[answer.name].add(student, answer, cell)
    if not graded:
        raise NoQuestions(name, "graded submission")
    with open_gradebook(course.coursedir) as gradebook:
        given = given_by_hand(gradebook, name)
    models = model_answers(assignment.notebook)
    return [
        Question(
            question.name,
            question.points,
            _cell_before(assignment, question.name),
            models[question.name],
            found[question.name].grouped(question.name, given),
            found[question.name].empty,
        )
        for question in assignment.written
    ]


def _cell_before(assignment: Assignment, name: str) -> NotebookNode | None:
    """Return the Markdown in front of a question's cell: it asks the question."""
    found = None
    for cell in assignment.notebook.cells:
        if grade_id(cell) == name:
            return found
        if cell.cell_type == "markdown":
            found = cell
    return found


def _graded(
    course: Course, assignment: Assignment
) -> Iterator[tuple[str, list[tuple[WrittenAnswer, NotebookNode | None]]]]:
    """Yield each student whose result is kept, with the answers and their cells."""
    for student in course.students(assignment.name):
        stored = course.grading(assignment.name, student)
        path = course.autograded_folder(assignment.name, student) / assignment.file_name
        if stored and path.is_file():
            if not stored.is_whole(path.parent):
                raise CopyNotWhole(assignment.name, student)
            cells = nbformat.read(path, as_version=4).cells
            written = stored.grading.written
            yield student, [(answer, cell_with_id(answer.name, cells)) for answer in written]


class _Collected:
    """The answers to one question, as they are found."""

    def __init__(self) -> None:
        self.empty: list[str] = []
        self._ids: dict[str, str] = {}
        self._shown: dict[str, tuple[NotebookNode | None, str]] = {}

    def add(self, student: str, answer: WrittenAnswer, cell: NotebookNode | None) -> None:
        """Add a student's answer; one that stands elsewhere is like no other."""
        if not answer.answered:
            self.empty.append(student)
        elif answer.elsewhere or cell is None:
            self._ids[student] = name = _id(answer.name, student)
            self._shown[name] = None, answer.place
        else:
            self._ids[student] = name = _id(answer.name, _content(cell), attached(cell))
            self._shown.setdefault(name, (cell, ""))

    def grouped(self, question: str, given: dict[tuple[str, str], Given]) -> list[Answers]:
        """Return equal answers with equal marks together."""
        groups: dict[tuple[str, Given], list[str]] = {}
        for student, name in self._ids.items():
            mark = given.get((student, question), NOTHING)
            groups.setdefault((name, mark), []).append(student)
        found = [
            Answers(name, *self._shown[name], mark, students)
            for (name, mark), students in groups.items()
        ]
        return sorted(found, key=lambda answers: (-len(answers.students), answers.id))


def _content(cell: NotebookNode) -> str:
    """Return the text of an answer; spaces do not make another one, except in code."""
    return plain_source(cell) if cell.cell_type == "code" else " ".join(cell.source.split())


def _id(*parts: str) -> str:
    """Return an id that no spreadsheet takes for a number."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"a{digest[:12]}"


def is_id(text: str) -> bool:
    """Say whether a text is an id of some answer."""
    return re.fullmatch("a[0-9a-f]{12}", text) is not None


def answers_of(questions: Iterable[Question]) -> set[tuple[str, str]]:
    """Return who has which answer: students with the ids of their answers."""
    return {
        (student, answers.id)
        for question in questions
        for answers in question.answers
        for student in answers.students
    }
