"""A course folder: where nbgrader keeps things, and what we add to it."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

import msgspec
from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ..import_path import put_working_folder_last
from ..notebook.assignment import Assignment
from ..results import Grading
from ..surroundings import EmptySecret, explained
from .candidate_files import Place
from .contents import CONFIG_FILE, Contents
from .digests import digests_below
from .handed_in import is_secret, remove, remove_pages
from .kept import kept_results
from .loading import broken
from .options import GradingOptions, Limits
from .replacing import remove_folder, replace_file
from .secret import make_secret, remove_dead_secrets
from .shown_names import within
from .sole_grader import sole_grader
from .timestamps import Timestamps

SECRET_FILE = ".grading_secret"
_UNFINISHED = b"unfinished\n"  # in front of a result that another one is to replace


class StoredGrading(msgspec.Struct, frozen=True):
    """A Grading as it is kept; ``key`` says what it depended on ("" is never up to date).

    ``seconds`` is what the calls of hidden tests took, by exercise. ``files`` are digests of what
    its graded copy holds: a power cut can leave a file that was just written empty or cut short.
    """

    key: str
    grading: Grading
    seconds: dict[str, float] = {}
    files: list[str] = []

    def with_copy(self, folder: Path) -> StoredGrading:
        """Return the same with the files of the graded copy that is kept with it."""
        return msgspec.structs.replace(self, files=_digests(folder))

    def is_whole(self, folder: Path) -> bool:
        """Say whether all that its graded copy held is there; what others added does not matter."""
        return {*self.files} <= {*_digests(folder)}


class Course:
    """An nbgrader course in a folder."""

    def __init__(self, coursedir: CourseDirectory, config: Config) -> None:
        self.coursedir = coursedir
        self.config = config
        self.root = Path(coursedir.root)

    @classmethod
    def open(cls, root: Path) -> Self:
        """Read the configuration of the course in a folder, as nbgrader does.

        Raises BrokenCourseFile where it cannot be run.
        """
        root = root.resolve()
        app = NbGrader(raise_config_file_errors=True)
        with contextlib.chdir(root):  # from where nbgrader also imports a course's own plugins
            try:
                app.initialize([], root=str(root))
            except Exception as error:  # it is a program
                raise explained(error) or broken(
                    error, _is_config, str(root / CONFIG_FILE)
                ) from error
            finally:
                put_working_folder_last()
        return cls(CourseDirectory(config=app.config, root=str(root)), app.config)

    def limits(self, assignment: str) -> Limits:
        """Return the limits that the configuration sets for an assignment."""
        known = [*self.contents.names(), *self.options.plain_assignments]
        return self.options.limits(assignment, known)

    @property
    def options(self) -> GradingOptions:
        """The options that the configuration sets."""
        return GradingOptions(config=self.config)

    def timestamps(self) -> Timestamps:
        """Return what reads when something was handed in. Raises what making it raises."""
        return Timestamps(self.config)

    @property
    def contents(self) -> Contents:
        """The assignments, as the files are now."""
        return Contents(self.root, self.root / self.coursedir.source_directory)

    def assignment(self, name: str) -> Assignment:
        """Read an assignment. Raises what ``Contents.assignment`` raises."""
        return self.contents.assignment(name)

    @property
    def demo_assignment(self) -> str:
        """The assignment of which a demonstration is given."""
        return self.options.demo_assignment or self.contents.names()[0]

    def source_folder(self, assignment: str) -> Path:
        """Return the folder of an assignment's source."""
        return self._path(self.coursedir.source_directory, ".", assignment)

    def submitted_folder(self, assignment: str, student: str) -> Path:
        """Return the folder of a collected submission."""
        return self._path(self.coursedir.submitted_directory, student, assignment)

    def place(self, assignment: str, student: str) -> Place:
        """Return where a collected submission lies, and what it may hold besides."""
        folder = self.submitted_folder(assignment, student)
        ignored = tuple(self.coursedir.ignore)
        named = within(folder, self.root)
        return Place(folder, named, self.source_folder(assignment), ignored)

    def autograded_folder(self, assignment: str, student: str) -> Path:
        """Return the folder of a graded submission."""
        return self._path(self.coursedir.autograded_directory, student, assignment)

    def feedback_folder(self, assignment: str, student: str) -> Path:
        """Return the folder of a page of feedback."""
        return self._path(self.coursedir.feedback_directory, student, assignment)

    def page_file(self, assignment: str, student: str) -> Path:
        """Return where a page of feedback is."""
        return self.feedback_folder(assignment, student) / f"{assignment}.html"

    def students(self, assignment: str) -> list[str]:
        """Return who has a collected submission and is not excluded."""
        return self._students(self.submitted_folder(assignment, "*"))

    def students_with_feedback(self, assignment: str) -> list[str]:
        """Return who has a folder of feedback and is not excluded."""
        return self._students(self.feedback_folder(assignment, "*"))

    @property
    def excluded(self) -> set[str]:
        """Whom the configuration leaves out."""
        return {*self.coursedir.student_id_exclude.split(",")}

    def _students(self, pattern: Path) -> list[str]:
        part = pattern.parts.index("*")  # anywhere: what is in front of it may have brackets
        folders = Path(*pattern.parts[:part]).glob("*")
        names = {
            path.name for path in folders if path.joinpath(*pattern.parts[part + 1 :]).is_dir()
        }
        return sorted(n for n in names - self.excluded if not n.startswith("."))

    def secret(self) -> bytes:
        """Return the course's secret, made once: hidden inputs are drawn from it."""
        path = self.root / SECRET_FILE
        remove_dead_secrets(path)
        if not path.exists():
            make_secret(path, shared=self.coursedir.groupshared)
        if not (secret := path.read_bytes()):
            raise EmptySecret(str(path))
        return secret

    def known_secret(self) -> bytes:
        """Return the course's secret without making it: nothing where there is none yet."""
        path = self.root / SECRET_FILE
        return path.read_bytes() if path.exists() else b""

    def complete_graded_folder(self, assignment: str, student: str, folder: Path) -> None:
        """Add what nbgrader needs to release feedback, and remove pages that were handed in.

        The ``folder`` is, or will be, that of the graded submission. The secret names the released
        page. Where none was made when the notebook was handed in it is derived, so that a regrade
        has the same.
        """
        folder.mkdir(parents=True, exist_ok=True)
        remove_pages(folder, self.source_folder(assignment))
        if not (folder / "timestamp.txt").exists():
            (folder / "timestamp.txt").touch()
        secret = folder / "submission_secret.txt"
        if not is_secret(secret):  # one odd file would stop the release of everybody's feedback
            remove(secret)
            derived = hashlib.blake2b(repr((assignment, student)).encode(), key=self.secret())
            secret.write_text(derived.hexdigest())

    def grading(self, assignment: str, student: str) -> StoredGrading | None:
        """Return what was found for a student last, if it is still kept."""
        return _stored(self._kept(assignment, student))

    def last_grading(self, assignment: str, student: str) -> StoredGrading | None:
        """Return the same, also where another grading was begun and is not finished."""
        return _stored(self._kept(assignment, student).removeprefix(_UNFINISHED))

    def begin_grading(self, assignment: str, student: str) -> None:
        """Let what was found last hold no longer, before anything of it is changed."""
        known = self._kept(assignment, student)
        if not known.startswith(_UNFINISHED):
            replace_file(self._grading_file(assignment, student), _UNFINISHED + known)

    def is_unfinished(self, assignment: str, student: str) -> bool:
        """Say whether a grading was begun of which there is no result: it was killed perhaps.

        A power cut can leave a file that is empty, cut short or filled with zeros.
        """
        path = self._grading_file(assignment, student)
        return path.is_file() and not _is_json(self._kept(assignment, student))

    def is_damaged(self, assignment: str, student: str) -> bool:
        """Say whether files of a graded copy are not as they were when its result was kept."""
        stored = self.grading(assignment, student)
        graded = self.autograded_folder(assignment, student)
        return stored is not None and not stored.is_whole(graded)

    def keep_grading(self, assignment: str, student: str, stored: StoredGrading) -> None:
        """Keep a result for the report, and so that it is not computed again."""
        replace_file(self._grading_file(assignment, student), msgspec.json.encode(stored))

    def forget_grading(self, assignment: str, student: str) -> None:
        """Drop a result that no longer holds, and what pages are made of."""
        self._grading_file(assignment, student).unlink(missing_ok=True)
        self.body_file(assignment, student).unlink(missing_ok=True)

    def drop_page(self, assignment: str, student: str) -> None:
        """Remove a page of feedback on what is no longer so."""
        remove_folder(self.feedback_folder(assignment, student))

    def body_file(self, assignment: str, student: str) -> Path:
        """Return where the part of a page is kept that the submission alone decides."""
        return self._gradings(assignment) / f"{student}.page"

    def sole_grader(
        self, assignment: str, waiting: Callable[[str], None] | None = None
    ) -> AbstractContextManager[None]:
        """Keep other processes from grading an assignment meanwhile; see ``sole_grader``."""
        folder = self._gradings(assignment)
        folder.mkdir(parents=True, exist_ok=True)
        lock = folder / ".lock"
        lock.touch()
        if self.coursedir.groupshared:  # the other instructors of the group grade too
            for path, mode in ((folder.parent, 0o2770), (folder, 0o2770), (lock, 0o660)):
                with contextlib.suppress(PermissionError):  # it is theirs, and they did so
                    path.chmod(path.stat().st_mode | mode)
        return sole_grader(lock, assignment, waiting)

    def _grading_file(self, assignment: str, student: str) -> Path:
        return self._gradings(assignment) / f"{student}.json"

    def _kept(self, assignment: str, student: str) -> bytes:
        path = self._grading_file(assignment, student)
        return path.read_bytes() if path.is_file() else b""

    def _gradings(self, assignment: str) -> Path:
        return kept_results(self.root, assignment)

    def _path(self, step: str, student: str, assignment: str) -> Path:
        return Path(self.coursedir.format_path(step, student, assignment))


def _is_config(file: Path) -> bool:
    """Say whether a file is one of those that nbgrader reads options from."""
    return file.name.endswith("_config.py")


def _stored(kept: bytes) -> StoredGrading | None:
    try:
        return msgspec.json.decode(kept, type=StoredGrading)
    except msgspec.MsgspecError:  # there is nothing, or it is of another version
        return None


def _is_json(kept: bytes) -> bool:
    try:
        msgspec.json.decode(kept)
    except msgspec.DecodeError:
        return False
    return True


def _digests(folder: Path) -> list[str]:
    contents = digests_below(folder).values()
    return [hashlib.sha256(content).hexdigest()[:32] for content in contents]
