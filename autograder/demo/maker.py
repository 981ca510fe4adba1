"""Students of single kinds, made of what an assignment's catalogues have."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle, islice, zip_longest

from ..explanation.misconceptions import Misconception, misconceptions
from ..explanation.styles import styles
from ..explanation.typed_text import student_source
from ..notebook.assignment import Assignment
from ..notebook.filled_in import solutions
from ..results import in_words
from .student import SimulatedStudent

ROUND = 24  # students of all kinds
MISTAKES_IN_A_ROUND = 12  # so many of them make one mistake each
WRITTEN_ANSWER = "I would say it in my own words, with an example of my own, like this."


class Maker:
    """Makes students of single kinds."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.right = solutions(assignment)
        self.right |= {question.grade_id: WRITTEN_ANSWER for question in assignment.written}
        self.functions = list(assignment.signatures())
        known = misconceptions(assignment)
        self._mistakes = _spread([m for m in known if m.exercise in self.functions])
        self._options = _spread([m for m in known if m.exercise not in self.functions])

    def students(self) -> Iterator[SimulatedStudent]:
        """Yield students without end, 24 of each round."""
        mistakes, options = cycle(self._mistakes), cycle(self._options)
        for number in count():
            yield SimulatedStudent("", "right, as in the reference", dict(self.right))
            for style in range(4):
                yield self.another_style(4 * number + style)
            for _ in range(MISTAKES_IN_A_ROUND):
                yield self.with_mistakes(*islice(mistakes, 1))
            yield self.with_mistakes(*islice(mistakes, 2))
            yield self.with_mistakes(*islice(options, 1))
            yield self.unfinished()
            yield self.never_started()
            yield self.renamed()
            yield self.broken_function(
                "has a loop that never ends", "def {name}(*_, **__):\n    while True:\n        pass"
            )
            yield self.no_notebook()

    def never_started(self) -> SimulatedStudent:
        """Return somebody who hands in what was released."""
        return SimulatedStudent("", "never started", {}, lost=tuple(self.names()))

    def renamed(self) -> SimulatedStudent:
        """Return somebody who calls a function by another name."""
        return self.broken_function("has renamed a function", "def my_{name}(*arguments): ...")

    def no_notebook(self) -> SimulatedStudent:
        """Return somebody whose file is damaged."""
        return SimulatedStudent("", "file is no notebook", raw="{'cells': oops")

    def names(self) -> list[str]:
        """Return the names of all exercises."""
        return [exercise.name for exercise in self.assignment.exercises]

    def another_style(self, number: int) -> SimulatedStudent:
        """Return somebody who writes all functions in other styles."""
        cells = dict(self.right)
        all_known = styles(self.assignment)
        for function in self.functions:
            known = [style for style in all_known if style.exercise == function]
            if known:
                cells[function] = student_source(known[number % len(known)])
        about = "right, in another style" if all_known else "right, as no other style is known"
        return SimulatedStudent("", about, cells)

    def with_mistakes(self, *chosen: Misconception) -> SimulatedStudent:
        """Return somebody who makes these mistakes, of each exercise the last of them."""
        mistakes = tuple({m.exercise: m for m in chosen}.values())  # a cell has one of them
        cells = self.right | {m.exercise: student_source(m) for m in mistakes}
        about = " and ".join(f"{m.exercise} {in_words(m.name)}" for m in mistakes)
        return SimulatedStudent("", about or "right, as no mistake is known", cells, mistakes)

    def unfinished(self) -> SimulatedStudent:
        """Return somebody who stopped half-way."""
        names = self.names()
        done, rest = names[: len(names) // 2], names[len(names) // 2 :]
        cells = {name: self.right[name] for name in done}
        return SimulatedStudent("", "stopped half-way", cells, lost=tuple(rest))

    def broken_function(self, about: str, source: str) -> SimulatedStudent:
        """Return somebody whose first function cannot be called, or does not come back."""
        name = self.functions[0]
        cells = self.right | {name: source.format(name=name)}
        return SimulatedStudent("", about, cells, lost=(name,))


def _spread(mistakes: list[Misconception]) -> list[Misconception]:
    """Order mistakes so that neighbours are of different exercises."""
    exercises = dict.fromkeys(mistake.exercise for mistake in mistakes)
    queues = [[m for m in mistakes if m.exercise == exercise] for exercise in exercises]
    return [m for row in zip_longest(*queues) for m in row if m is not None]
