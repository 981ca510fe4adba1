"""All answers of a class to its written questions, equal ones together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import nbformat

from ..course.folder import Course
from ..course.gradebook import open_gradebook
from ..errors import AutograderError
from ..notebook.assignment import Assignment, grade_id
from ..notebook.filled_in import solutions
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
    """Students with one answer and one mark for it; ``text`` is "" where it stands elsewhere.

    ``id`` is of the question and the text: it changes with them. ``place`` says where else a text
    may be.
    """

    id: str
    text: str
    place: str
    given: Given
    students: Sequence[str]


@dataclass(frozen=True)
class Question:
    """A question with its text, its points, the model answer, its answers, and who gave none."""

    name: str
    points: float
    text: str
    model: str
    answers: Sequence[Answers]
    empty: Sequence[str]


def questions_of(course: Course, name: str) -> list[Question]:
    """Return what a class answered, the most frequent answer first. Raises NoQuestions.

    Only of what is graded: what was handed in since is graded first.
    """
    assignment = course.assignment(name)
    if not assignment.written:
        raise NoQuestions(name, "question that is answered in words")
    found = {question.name: _Collected() for question in assignment.written}
    graded = False
    for student, answers in _graded(course, assignment):
        graded = True
        for answer, text in answers:
            found[answer.name].add(student, answer, text)
    if not graded:
        raise NoQuestions(name, "graded submission")
    with open_gradebook(course.coursedir) as gradebook:
        given = given_by_hand(gradebook, name)
    models = solutions(assignment)
    return [
        Question(
            question.name,
            question.points,
            _text_before(assignment, question.name),
            models.get(question.name, ""),
            found[question.name].grouped(question.name, given),
            found[question.name].empty,
        )
        for question in assignment.written
    ]


def _text_before(assignment: Assignment, name: str) -> str:
    """Return the Markdown in front of a question's cell: it asks the question."""
    text = ""
    for cell in assignment.notebook.cells:
        if grade_id(cell) == name:
            return text
        if cell.cell_type == "markdown":
            text = str(cell.source)
    return text


def _graded(
    course: Course, assignment: Assignment
) -> Iterator[tuple[str, list[tuple[WrittenAnswer, str]]]]:
    """Yield each student whose result is kept, with the answers and their texts."""
    for student in course.students(assignment.name):
        stored = course.grading(assignment.name, student)
        path = course.autograded_folder(assignment.name, student) / assignment.file_name
        if stored and path.is_file():
            cells = nbformat.read(path, as_version=4).cells
            texts = {grade_id(cell): str(cell.source) for cell in cells}
            yield (
                student,
                [(answer, texts.get(answer.name, "")) for answer in stored.grading.written],
            )


class _Collected:
    """The answers to one question, as they are found."""

    def __init__(self) -> None:
        self.empty: list[str] = []
        self._texts: dict[str, tuple[str, str]] = {}

    def add(self, student: str, answer: WrittenAnswer, text: str) -> None:
        """Add a student's answer."""
        if not answer.answered:
            self.empty.append(student)
        else:
            self._texts[student] = ("", answer.place) if answer.elsewhere else (text, "")

    def grouped(self, question: str, given: dict[tuple[str, str], Given]) -> list[Answers]:
        """Return equal answers with equal marks together; one that stands elsewhere is alone."""
        groups: dict[tuple[str, Given], list[str]] = {}
        for student, (text, place) in self._texts.items():
            mark = given.get((student, question), NOTHING)
            groups.setdefault((_id(question, text, student if place else ""), mark), []).append(
                student
            )
        found = [
            Answers(name, *self._texts[students[0]], mark, students)
            for (name, mark), students in groups.items()
        ]
        return sorted(found, key=lambda answers: (-len(answers.students), answers.id))


def _id(*parts: str) -> str:
    """Return an id of a question and an answer; spaces do not make another answer."""
    plain = "\0".join(" ".join(part.split()) for part in parts)
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def answers_of(questions: Iterable[Question]) -> set[tuple[str, str]]:
    """Return who has which answer: students with the ids of their answers."""
    return {
        (student, answers.id)
        for question in questions
        for answers in question.answers
        for student in answers.students
    }
