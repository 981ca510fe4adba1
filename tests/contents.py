"""The courses of the tests, each read once: this project's own, and a small one beside it."""

from functools import cache
from pathlib import Path

from autograder.course.contents import PACKAGED_COURSE, Contents
from autograder.notebook.assignment import Assignment

OWN = Contents(PACKAGED_COURSE)
SMALL = Contents(Path(__file__).parent / "small_course")
ASSIGNMENTS = OWN.sources


def assignment_names() -> list[str]:
    """Return the names of this project's assignments."""
    return OWN.names()


@cache
def load_assignment(name: str) -> Assignment:
    """Read one of this project's assignments."""
    return OWN.assignment(name)


@cache
def small_assignment() -> Assignment:
    """Read the assignment of the small course."""
    return SMALL.assignment("averages")
