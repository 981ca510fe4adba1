"""The classes that nbgrader_config.py names: plain ``nbgrader autograde`` grades with us."""

from __future__ import annotations

import atexit
import contextlib
import sys
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn, cast

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import find_all_files
from traitlets import TraitError
from traitlets.config import Config
from traitlets.log import get_logger

from .assignment import CODE_STUB
from .course import Course, StoredGrading
from .errors import AutograderError, MustExecute
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

    Before anything is written it refuses to work where nothing could be graded, and before each
    submission is copied it forgets the earlier score: nbgrader keeps that for one that fails.
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
        theirs = self._converter.pre_convert_hook
        self._converter.pre_convert_hook = partial(self._prepare, then=theirs)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Return the restored notebook as JSON. Raises what reading and restoring raise."""
        assert resources is not None  # nbgrader gives them
        name, student = resources["nbgrader"]["assignment"], resources["nbgrader"]["student"]
        self._forget(name, student)
        self._course.complete_graded_folder(name, student)
        assignment = self._course.assignment(resources["nbgrader"]["notebook"])
        restored = restore(read_notebook(Path(filename)), assignment)
        return self.from_notebook_node(  # type: ignore[no-untyped-call]
            restored, resources, **kwargs
        )

    def _refuse(self, error: Exception) -> NoReturn:
        self.log.error(str(error))
        sys.exit(2)

    def _prepare(self, *, then: Any, **about: Any) -> None:
        notebook = about["notebooks"][0]
        student = self._converter.init_single_notebook_resources(notebook)["nbgrader"]["student"]
        self._forget(about["assignment"], student)
        self._remove_links(Path(notebook).parent)
        if then:
            then(**about)

    def _forget(self, name: str, student: str) -> None:
        self._course.forget_grading(name, student)
        coursedir = self._course.coursedir
        with (
            contextlib.suppress(MissingEntry),  # of the first submission nothing is recorded
            Gradebook(coursedir.db_url, coursedir.course_id) as gradebook,
        ):
            reset(gradebook, name, student)

    def _remove_links(self, folder: Path) -> None:
        """Remove what nbgrader would follow out of a submission, or could not copy."""
        for path in map(Path, find_all_files(str(folder), ["*.ipynb"])):
            if path.is_symlink() or not path.is_file():
                self.log.warning("Removed %s, which is a link or a device, not a file.", path)
                path.unlink()


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
    """Return the one sandbox of this process: starting one costs as much as many gradings."""
    sandbox = open_sandbox(limits)
    atexit.register(sandbox.close)
    if sandbox.probe.level != "strong":
        get_logger().warning(not_locked_in(sandbox.probe.level, sandbox.probe.gaps))
    return sandbox
