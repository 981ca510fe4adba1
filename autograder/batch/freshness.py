"""What a student's result depends on, whether the kept one still holds, and if not, why."""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import msgspec
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from ..course.contents import HIDDEN_TESTS, IN_THE_WHEEL, MISCONCEPTIONS, NAMED_GROUPS, STYLES
from ..course.digests import digests_below
from ..course.folder import Course, StoredGrading
from ..course.handed_in import check_size
from ..course.options import Limits
from ..errors import AutograderError
from ..notebook.assignment import Assignment
from ..results import Grading

PACKAGE = Path(__file__).parents[1]
FORCED = "--force"
HANDED_IN = ("notebook", "files", "time")  # parts of a key: of what one student handed in
_WHY = {
    "notebook": "the notebook changed",
    "files": "files beside the notebook changed",
    "time": "it was handed in at another time",
    "extension": "the extension changed",
    "tests": "hidden tests changed, or other files of the assignment's solutions",
    "solutions": "what the course's solutions share changed",
    "source": "the assignment's own files changed",
    "options": "options changed",
    "lateness": "the due date changed, or a rule for lateness",
    "secret": "the course's secret changed",
    "versions": "Python changed, or a package",
    "grader": "the autograder changed",
}


@dataclass(frozen=True)
class Looked:
    """What there is of one submission: ``kept`` if that still holds, or ``why`` it is graded.

    ``again`` says that the last result is known to be one of the same files: both can be compared.
    """

    key: str
    kept: Grading | None = None
    why: str = ""
    again: bool = False


class Freshness:
    """Compares what a result was computed from with what is there now.

    That is the submission's files, the assignment with its tests, the grader's own code
    (``engine`` is its folder), the options, the course's secret (``secret`` where it is not to be
    made), and what says who is late and what that costs.
    """

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        gradebook: Gradebook,
        engine: Path = PACKAGE,
        *,
        secret: bytes | None = None,
    ) -> None:
        self._course = course
        self._assignment = assignment
        row = gradebook.find_assignment(assignment.name)
        self._extensions = {s.student_id: s.extension for s in row.submissions}
        rules = ("AssignLatePenalties", "LateSubmissionPlugin")
        late = [*map(course.config.get, rules), course.timestamps().timezone]
        limits = course.limits(assignment.name)
        own, shared = _solutions(assignment)
        self._common = {
            "tests": _digest(*_contents(own)),
            "solutions": _digest(*_contents(shared)),
            "source": _digest(*digests_below(course.source_folder(assignment.name)).values()),
            "options": _digest(repr((limits, course.coursedir.ignore)).encode()),
            "lateness": _digest(repr((row.duedate, late)).encode(), _late_plugin(course.config)),
            "secret": _digest(course.secret() if secret is None else secret),
            "versions": _digest(repr(_versions(limits)).encode()),
            "grader": _digest(*_contents(engine_files(engine))),
        }

    def key(self, student: str) -> str:
        """Return digests of all of it for one student; what cannot be read is like no other."""
        parts = self._handed_in(student) | self._common
        parts["extension"] = _digest(repr(self._extensions.get(student)).encode())
        return " ".join(f"{name}:{digest}" for name, digest in parts.items())

    def look(self, student: str) -> Looked:
        """Return the kept result if it has the present key and is where it was written to.

        One of code that was not locked in does not count: it may be forged.
        """
        key, name = self.key(student), self._assignment.name
        stored = self._course.grading(name, student)
        if stored is None:
            last = self._course.last_grading(name, student)
            again = last is not None and _is_of_same_files(_changed(last, key))
            return Looked(key, why=self._why_none_is_kept(student), again=again)
        changed = _changed(stored, key)
        why = _said(stored, changed) or self._missing(student, stored)
        return Looked(key, None if why else stored.grading, why, _is_of_same_files(changed))

    def _why_none_is_kept(self, student: str) -> str:
        if self._course.is_unfinished(self._assignment.name, student):
            return "its last grading was not finished"
        return "no result of it is kept" if student in self._extensions else "new"

    def _handed_in(self, student: str) -> dict[str, str]:
        folder = self._course.submitted_folder(self._assignment.name, student)
        try:
            check_size(folder)
            files = digests_below(folder)
        except (OSError, AutograderError):  # its own failure, when it is graded
            return dict.fromkeys(HANDED_IN, uuid4().hex)
        notebook = files.pop(os.fsencode(self._assignment.file_name), b"")
        time = files.pop(b"timestamp.txt", b"")
        digests = (_digest(notebook), _digest(*files.values()), _digest(time))
        return dict(zip(HANDED_IN, digests, strict=True))

    def _missing(self, student: str, stored: StoredGrading) -> str:
        """Say what does not let a result count that nothing changed of."""
        graded = self._course.autograded_folder(self._assignment.name, student)
        if stored.grading.sandbox == "none":
            return "its code was not locked in"
        if student not in self._extensions:
            return "the gradebook does not know it"
        if not (graded / self._assignment.file_name).is_file():
            return "its graded copy is gone"
        return "" if _is_whole(graded, stored) else "its graded copy is not whole"


def of_another_version(course: Course, name: str) -> int:
    """Return how many kept results of an assignment another version of this package has made.

    What nbgrader's own door keeps says nothing of its version, and is not counted.
    """
    now = engine_digest(PACKAGE)
    kept = (course.grading(name, student) for student in course.students(name))
    return sum(_parts(stored.key).get("grader", now) != now for stored in kept if stored)


def engine_files(package: Path) -> list[Path]:
    """Return the files of the grader itself; those of the course in a wheel are a course's."""
    packaged = package / IN_THE_WHEEL.name
    found = (path for kind in ("*.py", "*.bpf") for path in package.rglob(kind))
    return sorted(path for path in found if not path.is_relative_to(packaged))


def engine_digest(package: Path) -> str:
    """Return a digest of the code of the grader itself."""
    return _digest(*_contents(engine_files(package)))


def _changed(stored: StoredGrading, key: str) -> list[str]:
    """Return which parts of a key are not, or may not be, those of a kept result."""
    before = _parts(stored.key)
    return [part for part, digest in _parts(key).items() if before.get(part) != digest]


def _is_of_same_files(changed: list[str]) -> bool:
    return {*HANDED_IN}.isdisjoint(changed)


def _is_whole(graded: Path, stored: StoredGrading) -> bool:
    try:
        return stored.is_whole(graded)
    except OSError:  # of the disk, or another process is replacing it
        return False


def _parts(key: str) -> dict[str, str]:
    pairs = (word.partition(":") for word in key.split() if ":" in word)
    return {name: digest for name, _, digest in pairs}


def _said(stored: StoredGrading, changed: list[str]) -> str:
    if not stored.key:
        return "graded by nbgrader autograde"
    if not _parts(stored.key):
        return "kept by an older version"
    return "; ".join(_WHY[part] for part in changed)


def _solutions(assignment: Assignment) -> tuple[list[Path], list[Path]]:
    """Return the files of an assignment's solutions and the others that all of a course share.

    It is not the code alone: hidden tests may read other files beside them.
    """
    own = assignment.hidden_tests.parent
    parts = [f"{part}.py" for part in (HIDDEN_TESTS, MISCONCEPTIONS, STYLES)]
    solutions = [
        path
        for path in sorted(own.parent.rglob("[!.]*"))
        if path.is_file() and path.suffix != ".pyc" and path.name != NAMED_GROUPS
        if path.name not in parts or (path.parent == own and path.stem != STYLES)
    ]
    of_this = [path for path in solutions if path.is_relative_to(own)]
    return of_this, [path for path in solutions if not path.is_relative_to(own)]


def _late_plugin(config: Config) -> bytes:
    """Return the code that says what lateness costs; b"" where none is found, for now.

    That is its module, or of one that stands among the options its rule alone.
    """
    try:
        plugin = AssignLatePenalties(config=config).plugin_class
        if vars(sys.modules[plugin.__module__]).get("__file__"):
            return Path(inspect.getfile(plugin)).read_bytes()
        return inspect.getsource(plugin.late_submission_penalty).encode()
    except Exception:  # it may be the course's own: what is wrong is said when it is asked
        return b""


def _contents(paths: list[Path]) -> list[bytes]:
    return [path.read_bytes() for path in paths]


def packages(limits: Limits) -> tuple[str, ...]:
    """Return the packages of whose versions results may be."""
    return ("numpy", "ipython", "matplotlib", *limits.packages)


def _versions(limits: Limits) -> list[str]:
    return [sys.version, *map(version, packages(limits))]


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(msgspec.msgpack.encode(parts)).hexdigest()[:32]
