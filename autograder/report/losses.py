"""Where the points of a class went: to exercises nobody touched, to known mistakes, elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from .of_class import CollectedClass


@dataclass
class Losses:
    """Points that are settled and lost: in all, by leaving untouched, by known mistakes.

    ``idle`` are the students who left something untouched.
    """

    total: float = 0.0
    untouched: float = 0.0
    known: float = 0.0
    idle: int = 0


def losses(found: CollectedClass) -> Losses:
    """Return what the graded students of a class lost; each point once."""
    lost = Losses()
    points = {exercise.name: exercise.points for exercise in found.exercises}
    for student in found.graded:
        for name, answer in student.answers.items():
            if answer.state == "waiting":
                continue
            missing = points[name] - (answer.points or 0.0)
            lost.total += missing
            if answer.state == "untouched":
                lost.untouched += missing
            elif answer.misconception:
                lost.known += missing
        lost.idle += any(answer.state == "untouched" for answer in student.answers.values())
    return lost
