"""A class of simulated students whose scores are known before anything is graded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle, islice, zip_longest

import nbformat
from nbformat import NotebookNode

from ..explanation.misconceptions import Misconception, misconceptions, with_mistakes
from ..explanation.styles import styles
from ..explanation.typed_text import student_source
from ..notebook.assignment import Assignment, grade_id
from ..notebook.filled_in import solutions
from ..results import Grading, Ungraded, score_of
from ..running.direct import direct_student, right_answers
from ..running.hidden_tests import run_hidden_tests

MISTAKES_IN_A_CLASS = 12  # of each 24 students, so many make one mistake each
WRITTEN_ANSWER = "I would say it in my own words, with an example of my own, like this."


@dataclass
class SimulatedStudent:
    """What one student hands in.

    ``cells`` are the answers by grade id; a cell that is not there stays as released.
    ``mistakes`` are the known ones among them, ``lost`` the exercises without a point.
    ``raw`` replaces the whole file, and ``file_name`` its name.
    """

    name: str
    about: str
    cells: dict[str, str] = field(default_factory=dict)
    mistakes: tuple[Misconception, ...] = ()
    lost: tuple[str, ...] = ()
    raw: str | None = None
    file_name: str = ""

    @property
    def gradable(self) -> bool:
        """Whether the file is a notebook of the right name."""
        return self.raw is None and not self.file_name

    def expected_score(self, assignment: Assignment) -> float:
        """Return the automatic points that the answers deserve, found without a notebook."""
        answers = with_mistakes(right_answers(assignment), *self.mistakes)
        student = direct_student(assignment, answers)
        results = run_hidden_tests(assignment, student, seed=b"")
        return sum(
            score_of(results[exercise.name], exercise.points) or 0.0
            for exercise in assignment.exercises
            if exercise.name not in self.lost
        )

    def is_recognised_in(self, result: Grading | Ungraded) -> bool | None:
        """Say whether all mistakes are named where they were made; None if there are none."""
        if not self.mistakes or not isinstance(result, Grading):
            return None
        named = {exercise.name: exercise.misconception for exercise in result.exercises}
        return all(named[mistake.exercise] == mistake.name for mistake in self.mistakes)

    def fill_in(self, released: NotebookNode) -> str:
        """Return the file that the student hands in, from the released notebook."""
        if self.raw is not None:
            return self.raw
        notebook = nbformat.from_dict(released)
        for cell in notebook.cells:
            cell.source = self.cells.get(grade_id(cell), cell.source)
        return str(nbformat.writes(notebook))


def simulate_class(assignment: Assignment, size: int) -> list[SimulatedStudent]:
    """Return a class: right answers in several styles, real mistakes, unfinished and broken.

    What the assignment's catalogues do not have, nobody does.
    """
    students = list(islice(_Maker(assignment).students(), size))
    for number, student in enumerate(students, start=1):
        student.name = f"student-{number:03}"
    return students


class _Maker:
    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._right = solutions(assignment)
        self._right |= {question.grade_id: WRITTEN_ANSWER for question in assignment.written}
        self._functions = list(assignment.signatures())
        known = misconceptions(assignment)
        self._mistakes = _spread([m for m in known if m.exercise in self._functions])
        self._options = _spread([m for m in known if m.exercise not in self._functions])

    def students(self) -> Iterator[SimulatedStudent]:
        """Yield students without end, 24 of each round."""
        mistakes, options = cycle(self._mistakes), cycle(self._options)
        for number in count():
            yield SimulatedStudent("", "right, as in the reference", dict(self._right))
            for style in range(4):
                yield self._another_style(4 * number + style)
            for _ in range(MISTAKES_IN_A_CLASS):
                yield self._with_mistakes(*islice(mistakes, 1))
            yield self._with_mistakes(*islice(mistakes, 2))
            yield self._with_mistakes(*islice(options, 1))
            yield self._unfinished()
            yield SimulatedStudent("", "never started", {}, lost=tuple(self._names()))
            yield self._broken_function("has renamed a function", "def my_{name}(*arguments): ...")
            yield self._broken_function(
                "has a loop that never ends", "def {name}(*_, **__):\n    while True:\n        pass"
            )
            yield SimulatedStudent("", "file is no notebook", raw="{'cells': oops")

    def _names(self) -> list[str]:
        return [exercise.name for exercise in self._assignment.exercises]

    def _another_style(self, number: int) -> SimulatedStudent:
        cells = dict(self._right)
        all_known = styles(self._assignment)
        for function in self._functions:
            known = [style for style in all_known if style.exercise == function]
            if known:
                cells[function] = student_source(known[number % len(known)])
        about = "right, in another style" if all_known else "right, as no other style is known"
        return SimulatedStudent("", about, cells)

    def _with_mistakes(self, *chosen: Misconception) -> SimulatedStudent:
        mistakes = tuple({m.exercise: m for m in chosen}.values())  # a cell has one of them
        cells = self._right | {m.exercise: student_source(m) for m in mistakes}
        about = " and ".join(f"{m.exercise} {m.name.replace('_', ' ')}" for m in mistakes)
        return SimulatedStudent("", about or "right, as no mistake is known", cells, mistakes)

    def _unfinished(self) -> SimulatedStudent:
        names = self._names()
        done, rest = names[: len(names) // 2], names[len(names) // 2 :]
        cells = {name: self._right[name] for name in done}
        return SimulatedStudent("", "stopped half-way", cells, lost=tuple(rest))

    def _broken_function(self, about: str, source: str) -> SimulatedStudent:
        name = self._functions[0]
        cells = self._right | {name: source.format(name=name)}
        return SimulatedStudent("", about, cells, lost=(name,))


def _spread(mistakes: list[Misconception]) -> list[Misconception]:
    """Order mistakes so that neighbours are of different exercises."""
    exercises = dict.fromkeys(mistake.exercise for mistake in mistakes)
    queues = [[m for m in mistakes if m.exercise == exercise] for exercise in exercises]
    return [m for row in zip_longest(*queues) for m in row if m is not None]
