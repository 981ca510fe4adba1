"""The courses of the tests, each read once: this project's own, and a small one beside it."""

from functools import cache
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from autograder.course.contents import PACKAGED_COURSE, Contents
from autograder.notebook.assignment import Assignment

OWN = Contents(PACKAGED_COURSE)
SMALL = Contents(Path(__file__).parent / "small_course")
ASSIGNMENTS = OWN.sources
LARGE = ("connectivity", "convnet", "convolution")  # what tries all their functions takes long


def assignment_names() -> list[str]:
    """Return the names of this project's assignments."""
    return OWN.names()


def small_ones_at_once() -> list[ParameterSet]:
    """Return the same names as parameters: the large ones are tried with the whole course."""
    return [of_size(name, name) for name in assignment_names()]


def of_size(name: str, *values: str) -> ParameterSet:
    """Return parameters about an assignment, with the marker of the whole course if it is large."""
    marks = [pytest.mark.whole_course] if name in LARGE else []
    return pytest.param(*values, marks=marks, id="-".join(values))


@cache
def load_assignment(name: str) -> Assignment:
    """Read one of this project's assignments."""
    return OWN.assignment(name)


@cache
def small_assignment() -> Assignment:
    """Read the assignment of the small course."""
    return SMALL.assignment("averages")
