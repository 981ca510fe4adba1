"""The classes that nbgrader_config.py names: plain ``nbgrader autograde`` grades with us.

What grades is imported where it is used: each command reads the configuration, and few grade.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.converters import GenerateAssignment, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import TraitError
from traitlets.config import Config
from traitlets.log import get_logger

from . import import_path  # before anything that is not imported yet
from .course.candidate_files import read_candidates
from .course.candidates import choose
from .course.failures import refuse_without_configuration, told_in_sentences
from .course.folder import Course, StoredGrading
from .course.formgrader import answer_the_formgrader
from .course.gradebook import check_released, check_writable, open_gradebook
from .course.handed_in import check_folder, remove_links
from .course.options import GradingOptions, Limits
from .course.plain import is_plain, plain_warning, use_stock
from .course.record import Record
from .course.replacing import remove_folder
from .course.shown_names import links
from .course.sole_grader import BeingGraded
from .course.student_ids import leave_out_unusable
from .errors import AutograderError, MustExecute, UnknownAssignment, UnreadableTimestamp
from .notebook.assignment import CODE_STUB
from .notebook.submission import check_file, read_notebook, restore
from .notebook.versions import COMPARING_CELL, REQUIREMENTS, requirements
from .results import Grading, broken_tests
from .surroundings import check_place_of_folder, explained

if TYPE_CHECKING:
    from .sandbox.host import Sandbox

_STOCK = "nbgrader.preprocessors."


def configure(config: Config) -> None:
    """Make an nbgrader configuration that of a course graded by this package."""
    import_path.put_working_folder_last()  # each command of nbgrader's reads its configuration
    config.CourseDirectory.source_directory = "assignments"
    config.ClearSolutions.code_stub = CODE_STUB
    config.GenerateAssignment.preprocessors = [
        *GenerateAssignment.preprocessors.default(),
        f"{__name__}.NameVersions",
    ]
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
    config.GenerateFeedback.exporter_class = "autograder.feedback.hooks.FeedbackPage"
    config.ExchangeFactory.release_feedback = "autograder.feedback.hooks.ReleaseFeedback"
    # The pages of the formgrader, and of ordinary assignments.
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = {
        "markdown2html": "autograder.notebook.safe_html.clean_markdown",
        "clean_html": "autograder.notebook.safe_html.clean",
    }
    config.HTMLExporter.preprocessors = ["autograder.pages.manual_grading.ManualGrading"]
    config.ZipCollectApp.extractor_plugin = "autograder.course.archives.CarefulExtractor"
    config.ZipCollectApp.collector_plugin = "autograder.course.file_names.ExactCollector"
    config.ExportApp.plugin_class = "autograder.course.export.SafeCsv"
    answer_the_formgrader()
    refuse_without_configuration()


class NameVersions(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """Says in each release which versions grade it, and lets its first code cell compare."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        options = GradingOptions(config=self.config)
        name = resources["nbgrader"]["assignment"]
        if name in options.plain_assignments:
            return nb, resources
        packages = options.per_assignment.get(name, {}).get("packages", options.packages)
        resources["outputs"] = {
            **resources.get("outputs", {}),
            REQUIREMENTS: requirements(packages).encode(),
        }
        code = (n for n, cell in enumerate(nb.cells) if cell.cell_type == "code")
        cell = new_code_cell(COMPARING_CELL, id="versions", metadata={"editable": False})
        nb.cells.insert(next(code, len(nb.cells)), cell)
        return nb, resources


class RestoredNotebook(NotebookExporter):
    """Reads submissions in nbconvert's place, as hostile input, and restores them.

    Before anything is written it refuses to work where nothing could be graded. Around nbgrader's
    own preparation of a submission it looks at the files beside the notebook, and forgets the
    earlier score: nbgrader keeps that for one that fails. An ordinary assignment (``plain``) it
    leaves to nbgrader otherwise: which one is graded is not known before.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._converter = cast(Any, self.parent)
        self._broken: list[Grading] = []  # those in which a hidden test failed as a program
        self.course = Course(self._converter.coursedir, self.config)
        try:
            self._timestamps = self.course.timestamps()
            self.plain = is_plain(self.course, self.course.coursedir.assignment_id)
            if self.plain:
                use_stock(self._converter)
                self.log.warning(plain_warning(self.course.coursedir.assignment_id))
            else:
                self._prepare_to_grade()
        except (AutograderError, TraitError, OSError) as error:
            self._refuse(explained(error) or error)
        self._init_destination = self._converter.init_destination
        self._converter.init_destination = self._decide
        self._init_assignment = self._converter.init_assignment
        self._converter.init_assignment = self._prepare
        self._set_permissions = self._converter.set_permissions
        self._converter.set_permissions = self._finish
        self._convert_notebooks = self._converter.convert_notebooks
        self._converter.convert_notebooks = self._convert_alone

    def _prepare_to_grade(self) -> None:
        from .running.hidden_tests import check_hidden_tests

        if not self.config.Execute.get("enabled", True):
            raise MustExecute
        self.assignment = self.course.assignment(self.course.coursedir.assignment_id)
        check_hidden_tests(self.assignment)
        self.course.secret()
        check_place_of_folder(self.course.autograded_folder(self.assignment.name, "*"))
        with open_gradebook(self.course.coursedir):
            check_writable(self.course.coursedir)
        _sandbox(self.course.limits(self.assignment.name), self.course.root)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Return the restored notebook as JSON. Raises what reading and restoring raise.

        Raises UnknownAssignment for another notebook that was released with the assignment's own.
        """
        if self.plain:
            check_file(Path(filename))  # or nbgrader would wait for a device
            return super().from_filename(filename, resources, **kwargs)
        assert resources is not None  # nbgrader gives them
        name = resources["nbgrader"]["notebook"]
        if name != self.assignment.name:
            raise UnknownAssignment(name, [self.assignment.name])
        folder = self.course.submitted_folder(name, resources["nbgrader"]["student"])
        is_submitted = Path(filename).resolve().parent == folder.resolve()
        notebook = read_notebook(self.chosen.path if is_submitted else Path(filename))
        return self.from_notebook_node(  # type: ignore[no-untyped-call]
            restore(notebook, self.assignment), resources, **kwargs
        )

    def tell_of_broken_tests(self, grading: Grading) -> None:
        """Name each hidden test that failed as a program, once in a run."""
        before = broken_tests(self._broken)
        self._broken.append(grading)
        for sentence in broken_tests(self._broken).keys() - before:
            self.log.error("%s Submissions wait for a human because of it.", sentence)

    def _refuse(self, error: Exception) -> NoReturn:
        self.log.error(str(error))
        sys.exit(2)

    def _convert_alone(self) -> None:
        """Stand around the whole run, which is to be the only one."""
        name = self.course.coursedir.assignment_id
        try:
            with self.course.sole_grader(name), told_in_sentences(self._converter.log):
                unusable = leave_out_unusable(self._converter.assignments, self.course.root)
                for sentence in unusable:
                    self.log.error(sentence)
                self._convert_notebooks()
            if unusable:
                raise NbGraderException("Not every submission was graded.")
        except BeingGraded as error:
            self._refuse(error)
        except Exception as error:
            if (cause := explained(error)) is None:
                raise
            self._refuse(cause)

    def _decide(self, name: str, student: str) -> bool:
        """Stand in front of the step that compares times: is this submission to be graded?

        nbgrader removes the graded copy in that step, if there is to be a new one. What a killed
        run or a power cut left it would take for graded.
        """
        damaged = self.course.is_damaged(name, student)
        unfinished = damaged or self.course.is_unfinished(name, student)
        kept = self.course.grading(name, student)
        self.course.begin_grading(name, student)
        try:
            folder = self.course.submitted_folder(name, student)
            check_folder(folder)
            self._timestamps.of(folder)  # refused before any comparison
            if unfinished:
                remove_folder(self.course.autograded_folder(name, student))
            with _reading_times(self.course.coursedir, self._time_to_compare):
                is_to_be_graded = bool(self._init_destination(name, student))
            if not is_to_be_graded:
                self._keep(student, kept)
            return is_to_be_graded
        except Exception:
            self._reset(student)
            raise

    def _prepare(self, name: str, student: str) -> None:
        """Stand in front of the step that copies what was handed in."""
        self.grading: Grading | None = None  # until there is one
        self.course.drop_page(name, student)
        self.seconds: dict[str, float] = {}
        if self.plain:  # before nbgrader gives no points for a notebook that is missing
            self._reset(student)
        try:
            if removed := remove_links(self.course.submitted_folder(name, student)):
                self.log.warning("%s: removed %s", student, links(removed))
            if not self.plain:  # by the name that the gradebook knows, whatever the file's is
                listed = self._converter.notebooks
                named = str(Path(listed[0]).with_name(self.assignment.file_name))
                self._converter.notebooks = sorted({*listed, named})
            with _reading_times(self.course.coursedir, self._timestamps.of):
                self._init_assignment(name, student)
            graded = self.course.autograded_folder(name, student)
            self.course.complete_graded_folder(name, student, graded)
            if not self.plain:
                self._choose(student)
        finally:  # and if that fails, what was handed in before does not count either
            if not self.plain:
                self.settled = self._reset(student)

    def _finish(self, name: str, student: str) -> None:
        """Stand around the last step of a submission: only now its result counts."""
        self._set_permissions(name, student)
        stored = None
        if self.grading:
            graded = self.course.autograded_folder(name, student)
            stored = StoredGrading("", self.grading, self.seconds).with_copy(graded)
        self._keep(student, stored)

    def _keep(self, student: str, stored: StoredGrading | None) -> None:
        name = self.course.coursedir.assignment_id
        if stored is None:
            self.course.forget_grading(name, student)
        else:
            self.course.keep_grading(name, student, stored)

    def _choose(self, student: str) -> None:
        from .running.time_left import TimeLeft

        self.time = TimeLeft(self.course.limits(self.assignment.name).submission_seconds)
        place = self.course.place(self.assignment.name, student)
        files = read_candidates(place, self.assignment.file_name)
        self.chosen = choose(files, self.assignment)
        for note in self.chosen.notes:
            self.log.warning("%s: %s", student, note)

    def _time_to_compare(self, folder: Path) -> datetime | None:
        """Return a time; that of a graded copy of before, if nobody can read it, is the oldest."""
        try:
            return self._timestamps.of(folder)
        except UnreadableTimestamp:
            return datetime.min

    def _reset(self, student: str) -> frozenset[str]:
        coursedir = self.course.coursedir
        with open_gradebook(coursedir) as gradebook:
            return Record(self.course, coursedir.assignment_id, gradebook).reset(student)


class Grade(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """Grades the notebook and records the result."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        from .grading import grade

        about = resources["nbgrader"]
        exporter = cast(RestoredNotebook, self.parent)
        course, assignment = exporter.course, exporter.assignment
        limits = course.limits(assignment.name)
        graded = grade(
            nb,
            assignment,
            _sandbox(limits, course.root),
            notebook=assignment.file_name,
            student=about["student"],
            secret=course.secret(),
            limits=limits,
            chosen=exporter.chosen,
            time=exporter.time,
        )
        exporter.grading, exporter.seconds = graded.grading, graded.seconds
        if broken_tests([graded.grading]):
            exporter.tell_of_broken_tests(graded.grading)
        with open_gradebook(course.coursedir) as gradebook:
            check_released(gradebook, assignment)
            record = Record(course, assignment.name, gradebook)
            record.accept(about["student"], graded.grading, exporter.settled)
        return graded.notebook, resources


@contextmanager
def _reading_times(
    coursedir: CourseDirectory, read: Callable[[Path], datetime | None]
) -> Iterator[None]:
    """Let nbgrader read times with ``read`` for a while.

    Not longer: it may be the formgrader's, which also collects, and then compares with times that
    it has read by itself.
    """
    coursedir.get_existing_timestamp = lambda folder: read(Path(folder))
    try:
        yield
    finally:
        del coursedir.get_existing_timestamp


@cache
def _sandbox(limits: Limits, course: Path) -> Sandbox:
    """Return the sandbox for these limits, kept: starting one costs as much as many gradings."""
    from .grading import open_sandbox
    from .sandbox.level import not_locked_in

    sandbox = open_sandbox(limits, course)
    atexit.register(sandbox.close)
    if sandbox.probe.level != "strong":
        get_logger().warning(not_locked_in(sandbox.probe.level, sandbox.probe.gaps))
    return sandbox
