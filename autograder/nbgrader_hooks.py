"""The classes that nbgrader_config.py names: plain ``nbgrader autograde`` grades with us."""

from __future__ import annotations

import atexit
import contextlib
import sys
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, cast

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import TraitError
from traitlets.config import Config
from traitlets.log import get_logger

from .assignment import CODE_STUB
from .course import Course, StoredGrading
from .errors import AutograderError, MustExecute
from .files import check_size, check_timestamp, remove_links
from .gradebook import check_released, record, reset
from .grading import grade, open_sandbox
from .options import Limits
from .runner import check_hidden_tests
from .sandbox.host import Sandbox
from .sandbox.probe import not_locked_in
from .submission import read_notebook, restore

_STOCK = "nbgrader.preprocessors."


def configure(config: Config) -> None:
    """Make an nbgrader configuration that of a course graded by this package."""
    config.CourseDirectory.source_directory = "assignments"
    config.ClearSolutions.code_stub = CODE_STUB
    config.Autograde.exporter_class = f"{__name__}.RestoredNotebook"
    config.Autograde.sanitize_preprocessors = [
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
    # The pages of the feedback and of the formgrader.
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = {
        "markdown2html": "autograder.safe_html.clean_markdown",
        "clean_html": "autograder.safe_html.clean",
    }
    config.ZipCollectApp.extractor_plugin = "autograder.archives.CarefulExtractor"
    config.ExportApp.plugin_class = "autograder.export.SafeCsv"


class RestoredNotebook(NotebookExporter):
    """Reads submissions in nbconvert's place, as hostile input, and restores them.

    Before anything is written it refuses to work where nothing could be graded. Around nbgrader's
    own preparation of a submission it looks at the files beside the notebook, and forgets the
    earlier score: nbgrader keeps that for one that fails.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._converter = cast(Any, self.parent)
        self._course = Course(self._converter.coursedir, self.config)
        try:
            if not self.config.Execute.get("enabled", True):
                raise MustExecute
            assignment = self._course.assignment(self._course.coursedir.assignment_id)
            check_hidden_tests(assignment.hidden_tests)
            _sandbox(self._course.limits(assignment.name))
        except (AutograderError, TraitError) as error:
            self._refuse(error)
        self._init_destination = self._converter.init_destination
        self._converter.init_destination = self._decide
        self._init_assignment = self._converter.init_assignment
        self._converter.init_assignment = self._prepare

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Return the restored notebook as JSON. Raises what reading and restoring raise."""
        assert resources is not None  # nbgrader gives them
        assignment = self._course.assignment(resources["nbgrader"]["notebook"])
        restored = restore(read_notebook(Path(filename)), assignment)
        return self.from_notebook_node(  # type: ignore[no-untyped-call]
            restored, resources, **kwargs
        )

    def _refuse(self, error: Exception) -> NoReturn:
        self.log.error(str(error))
        sys.exit(2)

    def _decide(self, name: str, student: str) -> bool:
        """Stand in front of the step that compares times: is this submission to be graded?"""
        try:
            check_timestamp(self._course.submitted_folder(name, student))
            return bool(self._init_destination(name, student))
        except Exception:
            self._forget(name, student)
            raise

    def _prepare(self, name: str, student: str) -> None:
        """Stand in front of the step that copies what was handed in."""
        folder = self._course.submitted_folder(name, student)
        try:
            check_size(folder)
            for path in remove_links(folder):
                self.log.warning("Removed %r, a link or a device and not a file.", str(path))
            self._init_assignment(name, student)
            self._course.complete_graded_folder(name, student)
        finally:  # and if that fails, what was handed in before does not count either
            self._forget(name, student)

    def _forget(self, name: str, student: str) -> None:
        self._course.forget_grading(name, student)
        coursedir = self._course.coursedir
        with (
            contextlib.suppress(MissingEntry),  # of the first submission nothing is recorded
            Gradebook(coursedir.db_url, coursedir.course_id) as gradebook,
        ):
            reset(gradebook, name, student)


class Grade(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """Grades the notebook and writes the result into the gradebook."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        about = resources["nbgrader"]
        course = Course(CourseDirectory(parent=self), self.config)
        assignment = course.assignment(about["notebook"])
        limits = course.limits(assignment.name)
        graded = grade(
            nb,
            assignment,
            _sandbox(limits),
            notebook=assignment.file_name,
            student=about["student"],
            secret=course.secret(),
            limits=limits,
        )
        with Gradebook(about["db_url"], course.coursedir.course_id) as gradebook:
            check_released(gradebook, assignment)
            record(gradebook, graded.grading, about["student"])
        stored = StoredGrading("", graded.grading)
        course.keep_grading(assignment.name, about["student"], stored)
        return graded.notebook, resources


@cache
def _sandbox(limits: Limits) -> Sandbox:
    """Return the sandbox for these limits, kept: starting one costs as much as many gradings."""
    sandbox = open_sandbox(limits)
    atexit.register(sandbox.close)
    if sandbox.probe.level != "strong":
        get_logger().warning(not_locked_in(sandbox.probe.level, sandbox.probe.gaps))
    return sandbox
