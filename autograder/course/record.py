"""What is recorded of a submission: in the gradebook and in the course's folders.

Both doors write through here: ``accept`` with a result, ``forget`` where there is none. At its own
door nbgrader enters submissions, copies files and asks for lateness by itself; at ours ClassRecord
does that, and leaves the same.
"""

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

from ..results import Grading
from .folder import Course, StoredGrading
from .gradebook import record, reset
from .handed_in import check_folder, regular_files
from .replacing import replaced_folder


class Record:
    """The rows and files of one assignment's submissions."""

    def __init__(self, course: Course, assignment: str, gradebook: Gradebook) -> None:
        self._course = course
        self._gradebook = gradebook
        self._name = assignment

    def forget(self, student: str) -> None:
        """Let no earlier result stand for a submission that has none."""
        self._course.forget_grading(self._name, student)
        # Nothing is recorded of it yet, or of a name that no gradebook can hold ever.
        with contextlib.suppress(MissingEntry, UnicodeEncodeError):
            reset(self._gradebook, self._name, student)

    def accept(self, student: str, grading: Grading, key: str = "") -> None:
        """Record a result and keep it; ``key`` says what it holds for, "" for nothing."""
        record(self._gradebook, grading, student)
        self._course.keep_grading(self._name, student, StoredGrading(key, grading))


class ClassRecord(Record):
    """The same with what nbgrader does for its own door: submissions, copies, lateness."""

    def __init__(self, course: Course, assignment: str, gradebook: Gradebook) -> None:
        super().__init__(course, assignment, gradebook)
        self._nbgrader = Autograde(coursedir=course.coursedir, config=course.config)
        self._timestamps = course.timestamps()

    def prepare(self, student: str) -> None:
        """Enter a submission with its time. Raises what reading that and ``check_folder`` raise."""
        folder = self._course.submitted_folder(self._name, student)
        check_folder(folder)
        timestamp = self._timestamps.of(folder)
        known = {"timestamp": timestamp} if timestamp else {}
        self._gradebook.update_or_create_student(student)
        with warnings.catch_warnings():  # nbgrader's own use of SQLAlchemy
            warnings.filterwarnings("ignore", "Object of type", SAWarning)
            self._gradebook.update_or_create_submission(self._name, student, **known)

    def forget(self, student: str) -> None:
        """Let no earlier result and no graded copy stand for a submission that has none."""
        self._gradebook.db.rollback()
        shutil.rmtree(self._course.autograded_folder(self._name, student), ignore_errors=True)
        super().forget(student)

    def accept_notebook(self, student: str, grading: Grading, notebook: str, key: str) -> None:
        """Record a result with its notebook, late or not, and keep it last of all."""
        with replaced_folder(self._course.autograded_folder(self._name, student)) as folder:
            self._fill(folder, student, notebook)
            record(self._gradebook, grading, student)
            self._penalise_lateness(student)
        self._nbgrader.set_permissions(self._name, student)
        self._course.keep_grading(self._name, student, StoredGrading(key, grading))

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

    def _fill(self, folder: Path, student: str, notebook: str) -> None:
        """Write the graded notebook beside copies of the other files."""
        submitted = self._course.submitted_folder(self._name, student)
        for origin in (submitted, self._course.source_folder(self._name)):
            self._copy_files(origin, folder)  # the instructor's files win
        self._course.complete_graded_folder(self._name, student, folder)
        (folder / f"{self._name}.ipynb").write_text(notebook, encoding="utf-8")

    def _copy_files(self, origin: Path, folder: Path) -> None:
        for path in regular_files(origin, [*self._course.coursedir.ignore, "*.ipynb"]):
            target = folder / path.relative_to(origin)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copy(path, target)
