"""One simulated student: what is handed in, and what it deserves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..explanation.misconceptions import Misconception, with_mistakes
from ..notebook.assignment import Assignment, grade_id
from ..results import Grading, Ungraded, score_of
from ..running.direct import direct_student, right_answers
from ..running.hidden_tests import run_hidden_tests


@dataclass
class SimulatedStudent:
    """What one student hands in.

    ``cells`` are the answers by grade id; a cell that is not there stays as released.
    ``mistakes`` are the known ones among them, ``unknown`` functions with one that is not known, by
    exercise, ``lost`` the exercises without a point. ``raw`` replaces the whole file, and
    ``file_name`` its name. ``late`` is who hands in when the time is over.
    """

    name: str
    about: str
    cells: dict[str, str] = field(default_factory=dict)
    mistakes: tuple[Misconception, ...] = ()
    lost: tuple[str, ...] = ()
    raw: str | None = None
    file_name: str = ""
    unknown: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    late: bool = False

    @property
    def gradable(self) -> bool:
        """Whether the file is a notebook of the right name."""
        return self.raw is None and not self.file_name

    def expected_score(self, assignment: Assignment) -> float:
        """Return the automatic points that the answers deserve, found without a notebook."""
        answers = {**with_mistakes(right_answers(assignment), *self.mistakes), **self.unknown}
        student = direct_student(assignment, answers)
        results = run_hidden_tests(assignment, student, seed=b"")
        return sum(
            score_of(results[exercise.name], exercise.points) or 0.0
            for exercise in assignment.exercises
            if exercise.name not in self.lost
        )

    def is_recognised_in(self, result: Grading | Ungraded) -> bool | None:
        """Say whether all mistakes are named where they were made; None if there are none.

        One that is not known is to have a group and no name.
        """
        if not (self.mistakes or self.unknown) or not isinstance(result, Grading):
            return None
        found = {exercise.name: exercise for exercise in result.exercises}
        named = all(found[m.exercise].misconception == m.name for m in self.mistakes)
        unnamed = (found[name] for name in self.unknown)
        return named and all(e.misconception is None and e.group for e in unnamed)

    def fill_in(self, released: NotebookNode) -> str:
        """Return the file that the student hands in, from the released notebook."""
        if self.raw is not None:
            return self.raw
        notebook = nbformat.from_dict(released)
        for cell in notebook.cells:
            cell.source = self.cells.get(grade_id(cell), cell.source)
        return str(nbformat.writes(notebook))
