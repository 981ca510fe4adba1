"""What a report is made of, as plain data: a class, its exercises, students and answers."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..results import Fault, Outcome

State = Literal["full", "partial", "none", "untouched", "waiting"]


class ExerciseOfClass(msgspec.Struct, frozen=True):
    """An exercise or a question: ``section`` is the heading above it in the notebook."""

    name: str
    points: float
    section: str
    by_hand: bool


class TestOfClass(msgspec.Struct, frozen=True):
    """A hidden test: the sentence that students read, and how it failed as a program, if it did."""

    __test__ = False

    title: str
    weight: float
    fault: Fault | None


class Answered(msgspec.Struct, frozen=True):
    """What became of one student's exercise; ``automatic`` are the points of the hidden tests.

    ``missing`` says that something was written, but nothing that has the name of the exercise.
    """

    state: State
    points: float | None
    automatic: float | None
    misconception: str | None = None
    hint: str | None = None
    group: str = ""
    seconds: float | None = None
    tests: dict[str, Outcome] = {}
    missing: bool = False

    @property
    def settled(self) -> float | None:
        """The points that no human has to look at any more."""
        return None if self.state == "waiting" else self.points


class StudentOfClass(msgspec.Struct, frozen=True):
    """One student: ``not_graded`` says why, "" for whoever was graded."""

    name: str
    not_graded: str
    points: float
    waiting: float
    why_waiting: list[str]
    hours_late: float
    penalty: float
    limits: list[str]
    notes: list[str]
    answers: dict[str, Answered]
    automatic: float
    elsewhere: float | None  # mean distance from the class in the other assignments, as a part
    here: float  # the same distance in this one

    @property
    def started(self) -> bool:
        """Whether at least one cell was changed."""
        return any(answer.state != "untouched" for answer in self.answers.values())


class CollectedClass(msgspec.Struct, frozen=True):
    """A class and an assignment.

    ``tests`` are the hidden ones by exercise; ``known_as`` is how students are called here, by
    their names.
    """

    assignment: str
    points: float
    anonymous: bool
    exercises: list[ExerciseOfClass]
    students: list[StudentOfClass]
    tests: dict[str, dict[str, TestOfClass]]
    known_as: dict[str, str]

    @property
    def graded(self) -> list[StudentOfClass]:
        """Those who were graded."""
        return [student for student in self.students if not student.not_graded]

    @property
    def started(self) -> list[StudentOfClass]:
        """Those of them who changed at least one cell."""
        return [student for student in self.graded if student.started]

    @property
    def settled(self) -> list[ExerciseOfClass]:
        """The exercises that wait for at most half of those who were graded."""
        return [exercise for exercise in self.exercises if not self._waits(exercise.name)]

    def settled_points(self) -> list[float]:
        """Return what each who was graded has without the exercises that wait for most."""
        unsettled = [e.name for e in self.exercises if self._waits(e.name)]
        return [
            max(
                0.0,
                student.points
                - sum(student.answers[n].points or 0.0 for n in unsettled if n in student.answers),
            )
            for student in self.graded
        ]

    def _waits(self, exercise: str) -> bool:
        answers = [s.answers[exercise] for s in self.graded if exercise in s.answers]
        return 2 * sum(answer.state == "waiting" for answer in answers) > len(answers)

    def of(self, exercise: str) -> ExerciseOfClass:
        """Return an exercise by its name."""
        return next(e for e in self.exercises if e.name == exercise)
