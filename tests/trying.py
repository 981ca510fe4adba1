"""Notebooks that are handed in to try an assignment, graded one after the other."""

from collections.abc import Sequence

from autograder.authoring.finding import Subject
from autograder.authoring.trying import HandedIn
from autograder.course.options import Limits
from autograder.errors import AutograderError
from autograder.grading import grade
from autograder.results import Grading, Ungraded
from autograder.sandbox.host import Sandbox


def results(
    subject: Subject, todo: Sequence[HandedIn], sandbox: Sandbox
) -> list[Grading | Ungraded]:
    """Return what grading gives, in this process."""
    found: list[Grading | Ungraded] = []
    for one in todo:
        try:
            graded = grade(one.notebook, subject.assignment, sandbox, notebook="-", limits=Limits())
            found.append(graded.grading)
        except AutograderError as error:
            found.append(Ungraded(notebook="-", error=str(error)))
    return found
