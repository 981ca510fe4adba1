"""What is recorded of a submission: in the gradebook and in the course's folders.

Both doors write through here: ``accept`` with a result, ``reset`` where there is none. At its own
door nbgrader enters submissions, copies files and asks for lateness by itself; at ours ClassRecord
does that, and leaves the same.

Whoever is killed meanwhile loses nothing: a kept result is first marked as one that no longer
holds, then files are written beside, the rows in one transaction, the files renamed into their
place, and the new result is kept last of all. What is marked is graded again, by either door.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import Connection

from ..errors import AutograderError
from ..results import Grading
from ..surroundings import explained
from .folder import Course, StoredGrading
from .gradebook import enter_student, reset, transaction
from .handed_in import check_folder, regular_files
from .replacing import remove_folder, replaced_folder
from .rows import Entered, Rows


class LatePluginFails(AutograderError):
    """The plugin that says what lateness costs raises an exception."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            "The plugin for late submissions (c.AssignLatePenalties.plugin_class) failed: "
            f"{type(error).__name__}: {error}"
        )


def penalty_for(course: Course, student: str, score: float, late: float) -> float | None:
    """Let nbgrader's plugin decide, and hold it to what there is to lose; ``late`` is in seconds.

    Raises LatePluginFails, and what the surroundings lack.
    """
    try:
        penalties = AssignLatePenalties(config=course.config)
        penalties.init_plugin()
        penalty = penalties.plugin_inst.late_submission_penalty(student, score, late)
        return None if penalty is None else min(max(penalty, 0), score)
    except Exception as error:  # it may be the course's own
        if explained(error):
            raise
        raise LatePluginFails(error) from error


class Record:
    """The rows of one assignment's submissions."""

    def __init__(self, course: Course, assignment: str, gradebook: Gradebook) -> None:
        self._course = course
        self._gradebook = gradebook
        self._name = assignment

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self._gradebook, self._name)

    def reset(self, student: str) -> frozenset[str]:
        """Let no earlier score stand for a submission, if there is one; see ``reset`` there."""
        # Nothing is recorded of it yet, or of a name that no gradebook can hold ever.
        with (
            contextlib.suppress(MissingEntry, UnicodeEncodeError),
            transaction(self._gradebook),
        ):
            return reset(self._gradebook, self._name, student)
        return frozenset()

    def accept(self, student: str, grading: Grading, settled: frozenset[str]) -> None:
        """Record a result; ``settled`` is what ``reset`` returned."""
        before = self._before(student)
        with transaction(self._gradebook) as connection:
            entered = self._rows.entered(connection, student)
            self._rows.record(connection, entered, grading, before, settled)

    def _before(self, student: str) -> Grading | None:
        """Return the result that the gradebook has marks by hand for, if it is still known."""
        stored = self._course.last_grading(self._name, student)
        return stored.grading if stored else None


class ClassRecord(Record):
    """The same with what nbgrader does for its own door: submissions, copies, lateness."""

    def __init__(self, course: Course, assignment: str, gradebook: Gradebook) -> None:
        super().__init__(course, assignment, gradebook)
        self._nbgrader = Autograde(coursedir=course.coursedir, config=course.config)
        self._timestamps = course.timestamps()

    def refuse(self, student: str) -> None:
        """Enter a submission that has no result. Raises what ``accept_notebook`` raises."""
        timestamp = self._begun(student)
        with transaction(self._gradebook) as connection:
            self._rows.enter(connection, student, timestamp)
            reset(self._gradebook, self._name, student)
        self._drop_files(student)

    def forget(self, student: str) -> None:
        """Let no earlier result and no graded copy stand for a submission that has none."""
        self._course.begin_grading(self._name, student)
        self._course.drop_page(self._name, student)
        self.reset(student)
        self._drop_files(student)

    def accept_notebook(
        self,
        student: str,
        stored: StoredGrading,
        notebook: str,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Record a result with its notebook, late or not.

        ``check`` is called when all files are copied, and may refuse them. Raises what it raises,
        and what reading the time of a submission and ``check_folder`` raise.
        """
        timestamp = self._begun(student)
        with replaced_folder(self._course.autograded_folder(self._name, student)) as folder:
            self._fill(folder, student, notebook)
            stored = stored.with_copy(folder)
            check()
            self._write_rows(student, stored.grading, timestamp)
        self._nbgrader.set_permissions(self._name, student)
        self._course.keep_grading(self._name, student, stored)

    def _begun(self, student: str) -> datetime | None:
        """Let what was found before hold no longer; return when this was handed in, if it says."""
        self._course.begin_grading(self._name, student)
        self._course.drop_page(self._name, student)
        folder = self._course.submitted_folder(self._name, student)
        check_folder(folder)
        timestamp = self._timestamps.of(folder)
        enter_student(self._gradebook, student)
        return timestamp

    def _drop_files(self, student: str) -> None:
        remove_folder(self._course.autograded_folder(self._name, student))
        self._course.forget_grading(self._name, student)

    def _write_rows(self, student: str, grading: Grading, timestamp: datetime | None) -> None:
        """Write the rows, lateness included.

        What a late one costs is asked for between two transactions, with the points and the
        lateness that the first would have left: a plugin may open the gradebook itself.
        """
        rows, before = self._rows, self._before(student)

        def write(connection: Connection, penalty: float | None) -> Entered:
            entered = rows.enter(connection, student, timestamp)
            rows.record(connection, entered, grading, before)
            rows.penalize(connection, entered, penalty)
            return entered

        with transaction(self._gradebook) as connection:
            entered = write(connection, None)
            if late := entered.seconds_late:
                score = rows.score(connection, entered)
                connection.rollback()
        if late:
            penalty = penalty_for(self._course, student, score, late)
            with transaction(self._gradebook) as connection:
                write(connection, penalty)

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
