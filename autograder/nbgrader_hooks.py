"""The classes that nbgrader_config.py names: plain ``nbgrader autograde`` grades with us."""

from __future__ import annotations

import atexit
from functools import cache
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config
from traitlets.log import get_logger

from .assignment import CODE_STUB, Assignment
from .course import Course, StoredGrading
from .gradebook import check_released, record, reset
from .grading import grade
from .sandbox.host import NOT_LOCKED_IN, Sandbox
from .submission import restore

_STOCK = "nbgrader.preprocessors."


def configure(config: Config) -> None:
    """Make an nbgrader configuration that of a course graded by this package."""
    config.CourseDirectory.source_directory = "assignments"
    config.ClearSolutions.code_stub = CODE_STUB
    config.Autograde.sanitize_preprocessors = [
        f"{__name__}.Sanitize",  # first: what it repairs would stop the others
        f"{_STOCK}ClearOutput",
        f"{_STOCK}DeduplicateIds",
        f"{_STOCK}OverwriteKernelspec",
        f"{_STOCK}OverwriteCells",
        f"{_STOCK}CheckCellMetadata",
    ]
    config.Autograde.autograde_preprocessors = [
        f"{__name__}.Grade",  # in the place of Execute and SaveAutoGrades
        f"{_STOCK}LimitOutput",
        f"{_STOCK}AssignLatePenalties",
        f"{_STOCK}CheckCellMetadata",
    ]


class _CoursePreprocessor(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """What both steps need of nbgrader's resources."""

    def course_and_assignment(self, resources: dict[str, Any]) -> tuple[Course, Assignment]:
        """Return the course that is graded, and the assignment of this notebook."""
        course = Course(CourseDirectory(parent=self), self.config)
        return course, course.assignment(resources["nbgrader"]["notebook"])


class Sanitize(_CoursePreprocessor):
    """Restores what a student may not change, and forgets any earlier score."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        about = resources["nbgrader"]
        course, assignment = self.course_and_assignment(resources)
        with Gradebook(about["db_url"], course.coursedir.course_id) as gradebook:
            reset(gradebook, assignment.name, about["student"])
        return restore(nb, assignment), resources


class Grade(_CoursePreprocessor):
    """Grades the notebook and writes the result into the gradebook."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        about = resources["nbgrader"]
        course, assignment = self.course_and_assignment(resources)
        graded = grade(
            nb,
            assignment,
            _sandbox(),
            notebook=assignment.file_name,
            student=about["student"],
            secret=course.secret(),
            limits=course.limits(),
        )
        with Gradebook(about["db_url"], course.coursedir.course_id) as gradebook:
            check_released(gradebook, assignment)
            record(gradebook, graded.grading, about["student"])
        stored = StoredGrading("", graded.grading)
        course.keep_grading(assignment.name, about["student"], stored)
        return graded.notebook, resources


@cache
def _sandbox() -> Sandbox:
    """Return the one sandbox of this process: starting one costs as much as many gradings."""
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    if sandbox.level == "none":
        get_logger().warning(NOT_LOCKED_IN)
    return sandbox
