"""What fails around grading, whatever was handed in: the gradebook, the disk, the machine.

Each cause is a class of its own and says what to do next. ``explained`` finds the cause of an error
of Python's or of the database's.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from .errors import CannotGradeHere

_KEPT = "What was recorded before is kept."
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_EXHAUSTED = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)
_READS_BADLY = ("not a database", "malformed", "encrypted")
_IS_OUTDATED = ("no such column", "no such table", "has no column", "does not exist")


class SurroundingsFail(CannotGradeHere):
    """What is needed for grading fails, and not by a submission."""


class GradebookLocked(SurroundingsFail):
    """Another process keeps the gradebook to itself."""

    def __init__(self, gradebook: str) -> None:
        self.gradebook = gradebook
        super().__init__(
            f"Another program keeps {gradebook} locked. Wait until it is done, or end it, and run "
            f"the same again. {_KEPT}"
        )


class GradebookOutdated(SurroundingsFail):
    """The gradebook was made by an older nbgrader."""

    def __init__(self, gradebook: str) -> None:
        self.gradebook = gradebook
        super().__init__(
            f"{gradebook} is of an older nbgrader. Run in the course folder: nbgrader db upgrade "
            "(it makes a copy first)"
        )


class NotAGradebook(SurroundingsFail):
    """The file in the place of the gradebook is none, or is damaged."""

    def __init__(self, gradebook: str) -> None:
        self.gradebook = gradebook
        super().__init__(
            f"{gradebook} is no gradebook, or it is damaged. Put a copy of it back. If there is "
            "none, move it away and run nbgrader generate_assignment: a new one is made."
        )


class GradebookFails(SurroundingsFail):
    """The database of the gradebook refuses, for a reason of its own."""

    def __init__(self, gradebook: str, reason: str) -> None:
        self.gradebook = gradebook
        self.reason = reason
        super().__init__(f"The gradebook {gradebook} cannot be used: {reason}. {_KEPT}")


class NoRoomLeft(SurroundingsFail):
    """A disk is full, or a quota used up; ``place`` may be "" where nobody says which."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"There is no room left on the disk{f' for {place}' if place else ''}. Make room and "
            f"run the same again. {_KEPT}"
        )


class NoTemporaryFolder(SurroundingsFail):
    """Nothing can be written where the system keeps temporary files."""

    def __init__(self) -> None:
        super().__init__(
            "No temporary file can be written. Make room in /tmp, or set TMPDIR to a folder with "
            "room, and run the same again."
        )


class TemporaryPathTooLong(SurroundingsFail):
    """The path of the temporary folder leaves no room for the name of a socket."""

    def __init__(self) -> None:
        super().__init__(
            "The path of the folder for temporary files is too long. Set TMPDIR to a shorter one, "
            "as /tmp, and run the same again."
        )


class NotAllowed(SurroundingsFail):
    """A file of the course may not be read or written by who grades."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"{place} cannot be read or written by who runs this. Run it as the owner of the "
            f"course, or let the owner permit it. {_KEPT}"
        )


class MachineExhausted(SurroundingsFail):
    """The system gives no further process, memory or open file."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"This machine has no room for another process ({reason}). End other programs, or use "
            f"fewer at a time: --jobs 1. {_KEPT}"
        )


class EmptySecret(SurroundingsFail):
    """The file of the course's secret holds nothing, as after a disk was full."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"{place} is empty. Put a copy of it back. If there is none, remove it: another secret "
            "is made, and hidden inputs are other ones."
        )


class PathIsAPattern(SurroundingsFail):
    """The path of a new course has signs that nbgrader takes for those of a pattern."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"nbgrader would find nothing in {path}, because of the brackets, * or ? in this path. "
            "Choose a folder whose path has none of them."
        )


@cache
def distribution() -> str:
    """Return what pip calls this package: it is what brings the command."""
    (command,) = entry_points(group="console_scripts", name="autograder")
    return str(command.dist and command.dist.name)


def explained(error: BaseException, gradebook: str = "the gradebook") -> SurroundingsFail | None:
    """Return the cause in the surroundings that an error has, None where it has another."""
    if isinstance(error, SurroundingsFail):
        return error
    if isinstance(error, MemoryError):
        return MachineExhausted("no memory is left")
    if isinstance(error, OSError):
        return _of_the_system(error)
    return _of_a_database(error, gradebook)


@contextmanager
def gradebook_explained(db_url: str) -> Iterator[None]:
    """Raise what explains an error of the gradebook at this address."""
    try:
        yield
    except Exception as error:
        if cause := _of_a_database(error, _place_of(db_url)):
            raise cause from error
        raise


def _of_the_system(error: OSError) -> SurroundingsFail | None:
    place = str(error.filename or "")
    if isinstance(error, FileNotFoundError) and "usable temporary directory" in str(error):
        return NoTemporaryFolder()
    if "AF_UNIX path too long" in str(error):
        return TemporaryPathTooLong()
    if error.errno in _FULL:
        return NoRoomLeft(place)
    if error.errno in _FORBIDDEN and place:
        return NotAllowed(place)
    if error.errno in _EXHAUSTED:
        return MachineExhausted(str(error.strerror))
    return None


def _of_a_database(error: BaseException | None, gradebook: str) -> SurroundingsFail | None:
    """Return what a database means by an error, or by one in whose place nbgrader raised it."""
    from sqlalchemy.exc import DataError, DBAPIError, IntegrityError  # too slow for --help

    while error is not None and not isinstance(error, DBAPIError):
        error = error.__cause__ or error.__context__
    if error is None or isinstance(error, DataError | IntegrityError):  # of what is written
        return None
    said = str(error.orig)
    if "database is locked" in said:
        return GradebookLocked(gradebook)
    if any(words in said for words in _READS_BADLY):
        return NotAGradebook(gradebook)
    if any(words in said for words in _IS_OUTDATED):
        return GradebookOutdated(gradebook)
    if "disk is full" in said or "disk I/O error" in said:
        return NoRoomLeft(gradebook)
    if "readonly database" in said or "unable to open database file" in said:
        return NotAllowed(gradebook)
    return GradebookFails(gradebook, (said.splitlines() or ["no reason was given"])[0].rstrip("."))


def _place_of(db_url: str) -> str:
    """Return the file of a gradebook, or its address without a password."""
    from sqlalchemy import make_url

    url = make_url(db_url)
    return (
        str(Path(url.database))
        if url.drivername.startswith("sqlite") and url.database
        else str(url.render_as_string(hide_password=True))
    )
