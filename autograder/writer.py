"""Results -> the gradebook and the course's folders, as nbgrader itself would leave them."""

from __future__ import annotations

import contextlib
import shutil
import warnings
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SAWarning

from .assignment import Assignment
from .course import Course, StoredGrading
from .errors import UnreadableTimestamp
from .files import check_size, check_timestamp, regular_files
from .gradebook import record, reset
from .results import Grading, Ungraded, from_json
from .workers import Finished, Job


class Writer:
    """The one place that writes while a class is graded."""

    def __init__(self, course: Course, assignment: Assignment, gradebook: Gradebook) -> None:
        self._course = course
        self._gradebook = gradebook
        self._name = assignment.name
        self._file_name = assignment.file_name
        self._nbgrader = Autograde(coursedir=course.coursedir, config=course.config)

    def job(self, student: str) -> Job:
        """Return the notebook to grade for a student."""
        folder = self._course.submitted_folder(self._name, student)
        return Job(folder / self._file_name, self._file_name, student)

    def write(self, student: str, finished: Finished, key: str) -> Grading | Ungraded:
        """Write one result. What cannot be graded or written leaves no graded copy."""
        try:
            self._write_submission(student)
            if not finished.error:
                return self._write_grading(student, finished, key)
            error = finished.error
        except Exception as problem:  # files of a submission can be anything
            self._gradebook.db.rollback()
            error = str(problem) or type(problem).__name__
        self._forget(student)
        return Ungraded(notebook=self._file_name, error=error)

    def _forget(self, student: str) -> None:
        """Let no earlier result stand for a submission that has none."""
        shutil.rmtree(self._course.autograded_folder(self._name, student), ignore_errors=True)
        self._course.forget_grading(self._name, student)
        with contextlib.suppress(MissingEntry):  # not even the submission could be entered
            reset(self._gradebook, self._name, student)

    def _write_grading(self, student: str, finished: Finished, key: str) -> Grading:
        grading = from_json(finished.grading)
        self._write_folder(student, finished.notebook)
        record(self._gradebook, grading, student)
        self._penalise_lateness(student)
        self._course.keep_grading(self._name, student, StoredGrading(key, grading))
        return grading

    def _write_submission(self, student: str) -> None:
        folder = self._course.submitted_folder(self._name, student)
        check_size(folder)
        check_timestamp(folder)
        try:
            timestamp = self._course.coursedir.get_existing_timestamp(str(folder))
        except (AttributeError, ValueError) as error:  # how nbgrader fails at an odd one
            raise UnreadableTimestamp(str(folder / "timestamp.txt")) from error
        known = {"timestamp": timestamp} if timestamp else {}
        self._gradebook.update_or_create_student(student)
        with warnings.catch_warnings():  # nbgrader's own use of SQLAlchemy
            warnings.filterwarnings("ignore", "Object of type", SAWarning)
            self._gradebook.update_or_create_submission(self._name, student, **known)

    def _penalise_lateness(self, student: str) -> None:
        """Let nbgrader's plugin decide; it opens the gradebook anew, so only where it matters."""
        notebook = self._gradebook.find_submission_notebook(self._name, self._name, student)
        notebook.late_submission_penalty = None
        self._gradebook.db.commit()
        if notebook.assignment.total_seconds_late > 0:
            about = {
                "notebook": self._name,
                "assignment": self._name,
                "student": student,
                "db_url": self._course.coursedir.db_url,
            }
            penalties = AssignLatePenalties(config=self._course.config)
            penalties.preprocess(nbformat.v4.new_notebook(), {"nbgrader": about})
            self._gradebook.db.expire_all()

    def _write_folder(self, student: str, notebook: str) -> None:
        """Write the graded notebook beside copies of the other files."""
        folder = self._course.autograded_folder(self._name, student)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        submitted = self._course.submitted_folder(self._name, student)
        for origin in (submitted, self._course.source_folder(self._name)):
            self._copy_files(origin, folder)  # the instructor's files win
        self._course.complete_graded_folder(self._name, student)
        (folder / self._file_name).write_text(notebook, encoding="utf-8")
        self._nbgrader.set_permissions(self._name, student)

    def _copy_files(self, origin: Path, folder: Path) -> None:
        for path in regular_files(origin, [*self._course.coursedir.ignore, "*.ipynb"]):
            target = folder / path.relative_to(origin)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy(path, target)
