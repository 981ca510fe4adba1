"""What fails around grading, whatever was handed in: the gradebook, the disk, the machine.

Each cause is a class of its own and says what to do next. ``explained`` finds the cause of an error
of Python's or of the database's.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from .errors import AutograderError, CannotGradeHere

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

ENOUGH_MEMORY = 2**26  # bytes, for a few threads and a submission
_KEPT = "What was recorded before is kept."
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_EXHAUSTED = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)
_READS_BADLY = ("not a database", "malformed", "encrypted")
_IS_OUTDATED = re.compile(
    r"no such (?:column|table)|has no column|(?:column|relation) .* does not exist"
)
_IS_LOCKED = ("database is locked", "lock timeout", "deadlock detected")
_IS_EXHAUSTED = {
    **{words: words for words in map(os.strerror, _EXHAUSTED)},
    "can't start new thread": "no thread was started",
    "MemoryError": "no memory is left",
    "failed to map segment": "no memory is left",  # of a library that is imported
}
_IS_FULL = ("disk is full", "disk I/O error", "No space left on device")


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
        copy = "let its server make a copy" if is_served(gradebook) else "it makes a copy"
        super().__init__(
            f"{gradebook} is of an older nbgrader. Run in the course folder: nbgrader db upgrade "
            f"({copy} first)"
        )


class GradebookNewer(SurroundingsFail):
    """The gradebook was made by a newer nbgrader, or upgraded by one."""

    def __init__(self, gradebook: str) -> None:
        self.gradebook = gradebook
        super().__init__(
            f"{gradebook} is of a newer nbgrader than the one that is installed here. Use that "
            "one: pip install --upgrade nbgrader"
        )


class NoGradebook(SurroundingsFail):
    """There is no gradebook where the course has it, or one in which nothing was ever recorded."""

    def __init__(self, gradebook: str) -> None:
        self.gradebook = gradebook
        super().__init__(
            f"There is no gradebook {gradebook}, or it is empty. Put a copy of it back. If there "
            "was none yet, run nbgrader generate_assignment NAME: one is made."
        )


class NoSuchDatabase(SurroundingsFail):
    """The address of the gradebook is none, or nothing is installed that could use it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"c.CourseDirectory.db_url in nbgrader_config.py cannot be used: {reason}. Write "
            "it as postgresql+psycopg://user@host/name, or leave it out for a file in the course "
            "folder."
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
        who = "Let who runs its server mend that, or correct c.CourseDirectory.db_url. "
        super().__init__(
            f"The gradebook {gradebook} cannot be used: {reason}. "
            f"{who if is_served(gradebook) else ''}{_KEPT}"
        )


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


class InTheWay(SurroundingsFail):
    """A file lies in the place of a folder of the course, or a folder in that of a file."""

    def __init__(self, place: str, found: str, needed: str) -> None:
        self.place = place
        super().__init__(
            f"{place} is a {found}, and a {needed} has its place there. Move it away, and run the "
            f"same again. {_KEPT}"
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
    if isinstance(error, RuntimeError | ImportError) and (cause := exhausted(str(error))):
        return cause
    if isinstance(error, OSError):
        return _of_the_system(error)
    return _of_a_database(error, gradebook)


def exhausted(said: str) -> MachineExhausted | None:
    """Return what an error means by its text, or another process by its last words, if it does."""
    reasons = (reason for words, reason in _IS_EXHAUSTED.items() if words in said)
    return next(map(MachineExhausted, reasons), None)


def has_memory() -> bool:
    """Say whether this process can have enough memory to go on."""
    try:
        bytes(ENOUGH_MEMORY)
    except MemoryError:
        return False
    return True


def said_of(error: Exception) -> str:
    """Return the sentence of an error, or of its cause in the surroundings, else name the error."""
    from sqlalchemy.exc import DBAPIError  # too slow for --help

    said = explained(error) or error
    if isinstance(said, AutograderError):
        return str(said)
    if isinstance(said, DBAPIError):  # whose own text has the statement, and all that it was given
        return f"The gradebook does not take it: {_reason(said)}."
    return f"{type(said).__name__}: {said}".removesuffix(": ")


@contextmanager
def gradebook_explained(db_url: str) -> Iterator[None]:
    """Raise what explains an error of the gradebook at this address."""
    try:
        yield
    except Exception as error:
        if cause := _of_a_database(error, place_of(db_url)):
            raise cause from error
        raise


def _of_the_system(error: OSError) -> SurroundingsFail | None:
    place = str(error.filename or "")
    if isinstance(error, FileNotFoundError) and "usable temporary directory" in str(error):
        return NoTemporaryFolder()
    if "AF_UNIX path too long" in str(error):
        return TemporaryPathTooLong()
    if error.errno in FULL:
        return NoRoomLeft(place)
    if error.errno in _FORBIDDEN and place:
        return NotAllowed(place)
    if isinstance(error, IsADirectoryError) and place and Path(place).is_dir():
        return InTheWay(place, "folder", "file")
    if isinstance(error, NotADirectoryError | FileExistsError) and place:
        file = _file_in_the_way(Path(place))
        return InTheWay(str(file), "file", "folder") if file else None
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
    if any(words in said for words in _IS_LOCKED):
        return GradebookLocked(gradebook)
    if any(words in said for words in _READS_BADLY):
        return NotAGradebook(gradebook)
    if _IS_OUTDATED.search(said):
        return GradebookOutdated(gradebook)
    if any(words in said for words in _IS_FULL):
        return NoRoomLeft(gradebook)
    if "readonly database" in said or "unable to open database file" in said:
        return NotAllowed(gradebook)
    return GradebookFails(gradebook, _reason(error))


def _reason(error: DBAPIError) -> str:
    lines = str(error.orig).splitlines() or ["no reason was given"]
    return lines[0].rstrip(".")


def place_of(db_url: str) -> str:
    """Return the file of a gradebook, or its address without a password. Raises NoSuchDatabase."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError
    from sqlalchemy.util import asbool

    try:
        url = make_url(db_url)
        if not (url.drivername.startswith("sqlite") and url.database):
            return str(url.render_as_string(hide_password=True))
        # With this option of SQLite's the file has an address of its own: file:/folder/name.
        is_uri = asbool(url.query.get("uri", False))
        return str(Path(unquote(urlsplit(url.database).path) if is_uri else url.database))
    except (ArgumentError, ValueError):  # whose text may have a password in it
        raise NoSuchDatabase("it is no address") from None


def is_served(gradebook: str) -> bool:
    """Say whether a gradebook is one on a server, and no file."""
    return "://" in gradebook


def check_place_of_folder(folder: Path) -> None:
    """Raise InTheWay where a folder could not be made, because of a file in its place."""
    if file := _file_in_the_way(folder):
        raise InTheWay(str(file), "file", "folder")


def _file_in_the_way(folder: Path) -> Path | None:
    """Return the file that is in the place of a folder, or of one above it."""
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    return None if there.is_dir() else there
