"""What a student's result depends on, and whether the kept one still holds."""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import msgspec
from nbgrader.api import Gradebook

from ..course.contents import HIDDEN_TESTS, IN_THE_WHEEL, MISCONCEPTIONS, STYLES
from ..course.folder import Course
from ..course.handed_in import below, check_size
from ..course.options import Limits
from ..errors import AutograderError
from ..notebook.assignment import Assignment
from ..results import Grading

PACKAGE = Path(__file__).parents[1]


class Freshness:
    """Compares what a result was computed from with what is there now.

    That is the submission's files, the assignment with its tests, the grader's own code
    (``engine`` is its folder), the options, the course's secret, and what says who is late and
    what that costs.
    """

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        gradebook: Gradebook,
        engine: Path = PACKAGE,
    ) -> None:
        self._course = course
        self._assignment = assignment
        row = gradebook.find_assignment(assignment.name)
        self._extensions = {s.student_id: s.extension for s in row.submissions}
        rules = ("AssignLatePenalties", "LateSubmissionPlugin")
        late = [*map(course.config.get, rules), course.timestamps().timezone]
        limits = course.limits(assignment.name)
        self._common = _digest(
            *_code(assignment, engine),
            *_tree(course.source_folder(assignment.name)),
            repr((limits, row.duedate, late, _versions(limits), course.coursedir.ignore)).encode(),
            course.secret(),
        )

    def key(self, student: str) -> str:
        """Return a digest of all of it for one student; what cannot be read is like no other."""
        folder = self._course.submitted_folder(self._assignment.name, student)
        try:
            check_size(folder)
            files = _tree(folder)
        except (OSError, AutograderError):  # its own failure, when it is graded
            return uuid4().hex
        extension = repr(self._extensions.get(student)).encode()
        return _digest(self._common, *files, extension).hex()

    def kept(self, student: str, key: str) -> Grading | None:
        """Return the kept result if it has this key and is where it was written to.

        One of code that was not locked in does not count: it may be forged.
        """
        name = self._assignment.name
        stored = self._course.grading(name, student)
        graded = self._course.autograded_folder(name, student) / self._assignment.file_name
        holds = stored and stored.key == key and graded.is_file() and student in self._extensions
        return stored.grading if stored and holds and stored.grading.sandbox != "none" else None


def engine_files(package: Path) -> list[Path]:
    """Return the files of the grader itself; those of the course in a wheel are a course's."""
    packaged = package / IN_THE_WHEEL.name
    found = (path for kind in ("*.py", "*.bpf") for path in package.rglob(kind))
    return sorted(path for path in found if not path.is_relative_to(packaged))


def engine_digest(package: Path) -> bytes:
    """Return a digest of the code of the grader itself."""
    return _digest(*(path.read_bytes() for path in engine_files(package)))


def _code(assignment: Assignment, engine: Path) -> list[bytes]:
    """Return what grades: the engine, the references of the course, what is hidden of this one.

    Of the course it is not the code alone: hidden tests may read other files beside them.
    """
    own = assignment.hidden_tests.parent
    parts = [f"{part}.py" for part in (HIDDEN_TESTS, MISCONCEPTIONS, STYLES)]
    solutions = [
        path
        for path in sorted(own.parent.rglob("[!.]*"))
        if path.is_file() and path.suffix != ".pyc"
        if path.name not in parts or (path.parent == own and path.stem != STYLES)
    ]
    return [path.read_bytes() for path in (*engine_files(engine), *solutions)]


def packages(limits: Limits) -> tuple[str, ...]:
    """Return the packages of whose versions results may be."""
    return ("numpy", "ipython", "matplotlib", *limits.packages)


def _versions(limits: Limits) -> list[str]:
    return [sys.version, *map(version, packages(limits))]


def _tree(folder: Path) -> list[bytes]:
    """Return names and contents of the files below a folder; links are not followed."""
    parts = []
    for path in sorted(below(folder)):
        if path.is_symlink() or not path.is_file():
            parts.append(os.fsencode(path.relative_to(folder)))  # they are not graded either
        else:
            with path.open("rb") as file:  # which may be larger than the memory
                content = hashlib.file_digest(file, "sha256").digest()
            parts += [os.fsencode(path.relative_to(folder)), content]
    return parts


def _digest(*parts: bytes) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(parts)).digest()
