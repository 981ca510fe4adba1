"""Many submissions: only what changed, graded by parallel workers, written by one writer.

The writer alone touches the gradebook and the course's folders.
"""

from __future__ import annotations

import hashlib
import importlib
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import find_all_files
from sqlalchemy.exc import SAWarning

from .assignment import Assignment, load_assignment
from .course import Course, StoredGrading
from .errors import NoSuchSubmission, NothingToGrade, NotReleased
from .gradebook import record
from .options import Limits
from .results import Grading, Ungraded, from_json
from .workers import Finished, Job, WorkerSetup, grade_jobs

Result = Grading | Ungraded


def grade_files(
    paths: Sequence[Path], name: str, *, student: str | None = None, jobs: int, limits: Limits
) -> Iterator[Result]:
    """Grade notebooks by path, without a gradebook; yields results in the order given."""
    load_assignment(name)
    todo = [Job(path, str(path), student) for path in paths]
    setup = WorkerSetup(name, None, b"", limits)
    for job, finished in zip(todo, grade_jobs(todo, setup, jobs), strict=True):
        if finished.error:
            yield Ungraded(notebook=job.name, error=finished.error)
        else:
            yield from_json(finished.grading)


@dataclass(frozen=True)
class ClassResult:
    """What became of one student's submission; ``unchanged`` was graded earlier."""

    student: str
    result: Result
    unchanged: bool = False


def grade_class(
    course: Course,
    name: str,
    *,
    students: Iterable[str] = (),
    jobs: int,
    force: bool = False,
    announce: Callable[[int], None] = lambda total: None,
) -> Iterator[ClassResult]:
    """Grade what was collected of an assignment; yields each student's result when it is there.

    Submissions whose files, tests and limits are as they were are not graded again, unless
    ``force``. Raises NothingToGrade, NoSuchSubmission, NotReleased or UnknownAssignment.
    """
    assignment = course.assignment(name)
    collected = course.students(name)
    chosen = list(students) or collected
    if not chosen:
        raise NothingToGrade(str(course.submitted_folder(name, "*")))
    if unknown := sorted(set(chosen) - set(collected)):
        raise NoSuchSubmission(name, unknown)
    announce(len(chosen))
    writer = _Writer(course, assignment)
    keys = {student: writer.key(student) for student in chosen}
    changed = []
    for student in chosen:
        stored = None if force else writer.up_to_date(student, keys[student])
        if stored is None:
            changed.append(student)
        else:
            yield ClassResult(student, stored, unchanged=True)
    if changed:
        yield from _grade_changed(writer, changed, keys, jobs)


def _grade_changed(
    writer: _Writer, students: list[str], keys: dict[str, str], jobs: int
) -> Iterator[ClassResult]:
    course, assignment = writer.course, writer.assignment
    source = course.source_folder(assignment.name) / f"{assignment.name}.ipynb"
    setup = WorkerSetup(assignment.name, source, course.secret(), course.limits())
    todo = [writer.job(student) for student in students]
    with Gradebook(course.coursedir.db_url, course.coursedir.course_id) as gradebook:
        writer.check_released(gradebook)
        for student, finished in zip(students, grade_jobs(todo, setup, jobs), strict=True):
            result = writer.write(gradebook, student, finished, keys[student])
            yield ClassResult(student, result)


class _Writer:
    """Puts results into the gradebook and the course's folders, as nbgrader would."""

    def __init__(self, course: Course, assignment: Assignment) -> None:
        self.course = course
        self.assignment = assignment
        self._fingerprint = _fingerprint(course, assignment)

    @property
    def file_name(self) -> str:
        return f"{self.assignment.name}.ipynb"

    def job(self, student: str) -> Job:
        folder = self.course.submitted_folder(self.assignment.name, student)
        return Job(folder / self.file_name, self.file_name, student)

    def key(self, student: str) -> str:
        """Return a digest of all that a student's result depends on."""
        digest = hashlib.sha256(self._fingerprint)
        folder = self.course.submitted_folder(self.assignment.name, student)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def up_to_date(self, student: str, key: str) -> Grading | None:
        """Return the kept result if nothing that it depends on has changed."""
        stored = self.course.grading(self.assignment.name, student)
        graded = self.course.autograded_folder(self.assignment.name, student) / self.file_name
        return stored.grading if stored and stored.key == key and graded.is_file() else None

    def check_released(self, gradebook: Gradebook) -> None:
        try:
            gradebook.find_notebook(self.assignment.name, self.assignment.name)
        except MissingEntry:
            raise NotReleased(self.assignment.name) from None

    def write(self, gradebook: Gradebook, student: str, finished: Finished, key: str) -> Result:
        """Write one result; a notebook that could not be graded leaves no graded copy."""
        name = self.assignment.name
        self._write_submission(gradebook, student)
        folder = self.course.autograded_folder(name, student)
        shutil.rmtree(folder, ignore_errors=True)
        if finished.error:
            self.course.forget_grading(name, student)
            return Ungraded(notebook=self.file_name, error=finished.error)
        grading = from_json(finished.grading)
        executed = nbformat.reads(finished.notebook, as_version=4)
        record(gradebook, grading, executed, self.assignment, assignment_id=name, student=student)
        self._penalise_lateness(gradebook, student)
        self._write_folder(folder, student, finished.notebook)
        self.course.keep_grading(name, student, StoredGrading(key, grading))
        return grading

    def _write_submission(self, gradebook: Gradebook, student: str) -> None:
        coursedir = self.course.coursedir
        folder = self.course.submitted_folder(self.assignment.name, student)
        timestamp = coursedir.get_existing_timestamp(str(folder))
        known = {"timestamp": timestamp} if timestamp else {}
        gradebook.update_or_create_student(student)
        with warnings.catch_warnings():  # nbgrader's own use of SQLAlchemy
            warnings.filterwarnings("ignore", "Object of type", SAWarning)
            gradebook.update_or_create_submission(self.assignment.name, student, **known)

    def _penalise_lateness(self, gradebook: Gradebook, student: str) -> None:
        name = self.assignment.name
        gradebook.find_submission_notebook(name, name, student).late_submission_penalty = None
        gradebook.db.commit()
        if gradebook.find_submission(name, student).total_seconds_late > 0:
            about = {
                "notebook": name,
                "assignment": name,
                "student": student,
                "db_url": self.course.coursedir.db_url,
            }
            penalties = AssignLatePenalties(config=self.course.config)
            penalties.preprocess(nbformat.v4.new_notebook(), {"nbgrader": about})
            gradebook.db.expire_all()

    def _write_folder(self, folder: Path, student: str, notebook: str) -> None:
        """Write the graded notebook beside copies of the other files, read-only."""
        submitted = self.course.submitted_folder(self.assignment.name, student)
        source = self.course.source_folder(self.assignment.name)
        ignored = [*self.course.coursedir.ignore, "*.ipynb"]
        folder.mkdir(parents=True)
        for origin in (submitted, source):  # the instructor's files win
            for path in find_all_files(str(origin), ignored):
                target = folder / Path(path).relative_to(origin)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.unlink(missing_ok=True)
                shutil.copy(path, target)
        (folder / self.file_name).write_text(notebook, encoding="utf-8")
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(0o664 if self.course.coursedir.groupshared else 0o444)


def _fingerprint(course: Course, assignment: Assignment) -> bytes:
    """Return a digest of the assignment, its tests, the grader, the limits and the secret."""
    solutions = importlib.import_module(f"solutions.{assignment.name}").__file__
    files = [assignment.hidden_tests, Path(str(solutions)), *Path(__file__).parent.glob("*.py")]
    digest = hashlib.sha256(msgspec.json.encode(assignment.notebook))
    digest.update(repr((course.limits(), course.secret())).encode())
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.digest()
