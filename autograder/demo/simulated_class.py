"""A class of simulated students whose scores are known before anything is graded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle, islice, zip_longest

import nbformat
from nbformat import NotebookNode

from ..assignment import Assignment, grade_id
from ..misconceptions import Misconception, alternatives, misconceptions
from ..runner import hidden_test_weights
from .sources import student_source, without_marks

MISTAKES_IN_A_CLASS = 12  # of each 24 students, so many make one mistake each
WRITTEN_ANSWER = "Each output looks at few inputs, and all outputs use the same few weights."


@dataclass
class SimulatedStudent:
    """What one student hands in.

    ``cells`` are the answers by grade id; a cell that is not there stays as released.
    ``lost`` names, by exercise, the hidden tests that will fail (None: all of them).
    ``raw`` replaces the whole file, and ``file_name`` its name.
    """

    name: str
    about: str
    cells: dict[str, str] = field(default_factory=dict)
    lost: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    raw: str | None = None
    file_name: str = ""

    @property
    def gradable(self) -> bool:
        """Whether the file is a notebook of the right name."""
        return self.raw is None and not self.file_name

    def expected_score(self, assignment: Assignment) -> float:
        """Return the automatic points that the answers deserve."""
        weights = hidden_test_weights(assignment.hidden_tests)
        return sum(
            exercise.points * self._share(exercise.name, weights[exercise.name])
            for exercise in assignment.exercises
        )

    def _share(self, exercise: str, weights: dict[str, float]) -> float:
        if exercise not in self.lost:
            return 1.0
        lost = self.lost[exercise]
        kept = 0.0 if lost is None else sum(w for name, w in weights.items() if name not in lost)
        return kept / sum(weights.values())

    def fill_in(self, released: NotebookNode) -> str:
        """Return the file that the student hands in, from the released notebook."""
        if self.raw is not None:
            return self.raw
        notebook = nbformat.from_dict(released)
        for cell in notebook.cells:
            cell.source = self.cells.get(grade_id(cell), cell.source)
        return str(nbformat.writes(notebook))


def simulate_class(assignment: Assignment, size: int) -> list[SimulatedStudent]:
    """Return a class: right answers in several styles, real mistakes, unfinished and broken."""
    students = list(islice(_Maker(assignment).students(), size))
    for number, student in enumerate(students, start=1):
        student.name = f"student-{number:03}"
    return students


class _Maker:
    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._right = {
            grade_id(cell): without_marks(cell.source)
            for cell in assignment.notebook.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
        self._right |= {question.grade_id: WRITTEN_ANSWER for question in assignment.written}
        self._functions = list(assignment.signatures())
        self._mistakes = _spread(misconceptions(assignment.name))

    def students(self) -> Iterator[SimulatedStudent]:
        """Yield students without end, 24 of each round."""
        mistakes = cycle(self._mistakes)
        for number in count():
            yield SimulatedStudent("", "right, as in the reference", dict(self._right))
            for style in range(4):
                yield self._another_style(4 * number + style)
            for _ in range(MISTAKES_IN_A_CLASS):
                yield self._with_mistakes(next(mistakes))
            yield self._with_mistakes(next(mistakes), next(mistakes))
            yield self._wrong_choice(number)
            yield self._unfinished()
            yield SimulatedStudent("", "never started", {}, dict.fromkeys(self._names()))
            yield self._broken_function("has renamed a function", "def my_{name}(*arguments): ...")
            yield self._broken_function(
                "has a loop that never ends", "def {name}(*_, **__):\n    while True:\n        pass"
            )
            yield SimulatedStudent("", "file is no notebook", raw="{'cells': oops")

    def _names(self) -> list[str]:
        return [exercise.name for exercise in self._assignment.exercises]

    def _another_style(self, number: int) -> SimulatedStudent:
        cells = dict(self._right)
        for function in self._functions:
            styles = [a for a in alternatives(self._assignment.name) if a.exercise == function]
            cells[function] = student_source(styles[number % len(styles)])
        return SimulatedStudent("", "right, in another style", cells)

    def _with_mistakes(self, *mistakes: Misconception) -> SimulatedStudent:
        student = SimulatedStudent("", " and ".join(m.name for m in mistakes), dict(self._right))
        for mistake in mistakes:
            student.cells[mistake.exercise] = student_source(mistake)
            student.lost[mistake.exercise] = mistake.fails
        return student

    def _wrong_choice(self, number: int) -> SimulatedStudent:
        cells = dict(self._right)
        questions = [name for name in self._names() if name not in self._functions]
        question = questions[number % len(questions)]
        chosen = random.Random(number).choice(
            [letter for letter in "abc" if f'"{letter}"' not in cells[question].splitlines()[-1]]
        )
        cells[question] = f'{question} = "{chosen}"'
        return SimulatedStudent("", f"chose {chosen} in {question}", cells, {question: None})

    def _unfinished(self) -> SimulatedStudent:
        done = self._names()[: len(self._names()) // 2]
        cells = {name: self._right[name] for name in done}
        lost = {name: None for name in self._names() if name not in done}
        return SimulatedStudent("", "stopped half-way", cells, dict(lost))

    def _broken_function(self, about: str, source: str) -> SimulatedStudent:
        name = self._functions[0]
        cells = self._right | {name: source.format(name=name)}
        return SimulatedStudent("", about, cells, {name: None})


def _spread(mistakes: list[Misconception]) -> list[Misconception]:
    """Order mistakes so that neighbours are of different exercises."""
    exercises = dict.fromkeys(mistake.exercise for mistake in mistakes)
    queues = [[m for m in mistakes if m.exercise == exercise] for exercise in exercises]
    return [m for row in zip_longest(*queues) for m in row if m is not None]
