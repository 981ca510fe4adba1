"""A class of simulated students whose scores are known before anything is graded."""

from __future__ import annotations

from itertools import islice

from ..notebook.assignment import Assignment
from .crowd import Crowd
from .maker import ROUND, Maker
from .student import SimulatedStudent

ROUNDS = 2  # of all kinds, before the crowd


def simulate_class(assignment: Assignment, size: int) -> list[SimulatedStudent]:
    """Return a class: right answers in several styles, real mistakes, unfinished and broken.

    What the assignment's catalogues do not have, nobody does. Beyond two rounds of all kinds come
    those of a crowd, in which some mistakes are frequent and some are not known.
    """
    maker = Maker(assignment)
    students = [*islice(maker.students(), min(size, ROUNDS * ROUND))]
    if size > len(students):
        students += islice(Crowd(maker).students(), size - len(students))
    for number, student in enumerate(students, start=1):
        student.name = f"student-{number:03}"
    return students
