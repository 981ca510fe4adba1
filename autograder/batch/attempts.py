"""What students handed in while a course was watched: each attempt once, as it was then.

``attempts/ASSIGNMENT/STUDENT/NUMBER/`` has the files of one attempt and, beside them in
``about.json``, when it was taken, graded and released. An attempt is never changed; deleting a
student's folder deletes what is known of that student's attempts, and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from ..course.folder import Course
from ..course.handed_in import check_size, regular_files
from ..course.replacing import complete_or_gone, replace_file
from ..course.sole_grader import BeingGraded, sole_grader
from ..errors import AutograderError

FILES, ABOUT = "files", "about.json"
AN_HOUR = 3600.0  # seconds


class BeingWatched(AutograderError):
    """Another process watches the assignment; ``name`` is what it is called."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Another autograder watch takes what is handed in for {name!r}. One is enough: end "
            "that one first, to go on here."
        )
        self.name = name


class About(msgspec.Struct, kw_only=True):
    """What is known of an attempt; times are seconds since 1970, ``digest`` is of its files."""

    digest: str
    taken: float
    graded: float | None = None
    released: float | None = None
    result: str = ""


class Attempt:
    """One attempt of a student."""

    def __init__(self, folder: Path, about: About) -> None:
        self.folder = folder
        self.about = about

    @property
    def number(self) -> int:
        """Which one of the student's it is, from 1."""
        return int(self.folder.name)

    @property
    def files(self) -> Path:
        """The folder of what was handed in."""
        return self.folder / FILES

    def was_graded(self, result: str, now: float) -> None:
        """Write down that it was graded, and what came of it."""
        self.about.graded, self.about.result = now, result
        _write(self.folder, self.about)

    def was_released(self, now: float) -> None:
        """Write down that there is nothing more to do."""
        self.about.released = now
        _write(self.folder, self.about)


class Attempts:
    """The attempts of one assignment."""

    def __init__(self, course: Course, name: str) -> None:
        self._course = course
        self._name = name
        self.folder = course.root / "attempts" / name
        self._seen: dict[str, str] = {}  # what a folder was like when it was looked at last

    @contextmanager
    def sole_taker(self) -> Iterator[None]:
        """Keep other processes from taking attempts meanwhile. Raises BeingWatched."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = self.folder / ".lock"
        lock.touch()
        with ExitStack() as held:
            try:
                held.enter_context(sole_grader(lock, self._name))
            except BeingGraded:
                raise BeingWatched(self._name) from None
            yield

    def of(self, student: str) -> list[Attempt]:
        """Return a student's attempts, the first one first."""
        numbered = sorted(p for p in (self.folder / student).glob("*") if p.name.isdecimal())
        found = ((path, _read(path)) for path in numbered)
        return [Attempt(path, about) for path, about in found if about]

    def take(self, student: str, now: float) -> Attempt | None:
        """Take what was handed in, if it is new and nobody is writing it; return the attempt.

        Raises TooManyFiles or FoldersTooDeep for what cannot be taken.
        """
        origin = self._course.submitted_folder(self._name, student)
        look = _look(origin)
        if self._seen.get(student) == look:  # taken, or refused, already
            return None
        settled = self._seen.get(f"{student}/") == look
        self._seen[f"{student}/"] = look  # as it was when it was first seen like this
        if not settled:
            return None
        self._seen[student] = look
        try:
            return self._taken(origin, student, now)
        except OSError:  # as of a full disk, on which there may be room later
            self._seen.pop(student)
            raise

    def is_new(self, student: str) -> bool:
        """Say whether what was handed in is neither taken nor refused yet."""
        origin = self._course.submitted_folder(self._name, student)
        try:
            return self._seen.get(student) != _look(origin)
        except (AutograderError, OSError):  # which was said when it was to be taken
            return False

    def _taken(self, origin: Path, student: str, now: float) -> Attempt | None:
        check_size(origin)
        digest = _digest(origin)
        known = self.of(student)
        if known and known[-1].about.digest == digest:
            return None
        number = known[-1].number + 1 if known else 1
        return self._copied(origin, student, number, About(digest=digest, taken=now))

    def _copied(self, origin: Path, student: str, number: int, about: About) -> Attempt | None:
        """Copy an attempt, unless it changes meanwhile; it is there when its record is."""
        folder = self.folder / student / f"{number:04}"
        shutil.rmtree(folder, ignore_errors=True)  # left by one that was stopped, or by a power cut
        with complete_or_gone(folder):
            copy_files(origin, folder / FILES)
            if _digest(folder / FILES) == about.digest and _look(origin) == self._seen[student]:
                _write(folder, about)
                return Attempt(folder, about)
        shutil.rmtree(folder)
        self._seen.pop(student)
        return None

    def next_to_grade(self, student: str) -> Attempt | None:
        """Return the newest attempt if it is not graded; those it replaces stay as they are."""
        known = self.of(student)
        return known[-1] if known and known[-1].about.graded is None else None

    def next_to_release(self, student: str) -> Attempt | None:
        """Return the attempt that was graded last if its feedback was not released."""
        graded = [attempt for attempt in self.of(student) if attempt.about.graded is not None]
        return graded[-1] if graded and graded[-1].about.released is None else None

    def seconds_to_wait(self, student: str, most: int, now: float) -> float:
        """Return in how many seconds one more may be graded, ``most`` of them within an hour."""
        times = sorted(a.about.graded for a in self.of(student) if a.about.graded is not None)
        within = [time for time in times if now - time < AN_HOUR]
        return 0.0 if len(within) < most else within[-most] + AN_HOUR - now


def copy_files(origin: Path, target: Path) -> None:
    """Copy what is neither link nor device into a new folder. Raises the error of the system."""
    target.mkdir(parents=True)
    for path in regular_files(origin, ()):
        copy = target / path.relative_to(origin)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _read(folder: Path) -> About | None:
    """Return what is known of an attempt; None if it never was whole, or a power cut left that."""
    path = folder / ABOUT
    try:
        return msgspec.json.decode(path.read_bytes(), type=About) if path.is_file() else None
    except msgspec.MsgspecError:
        return None


def _write(folder: Path, about: About) -> None:
    replace_file(folder / ABOUT, msgspec.json.encode(about))


def _look(folder: Path) -> str:
    """Return what a folder is like without reading its files."""
    return repr([(*_entry(path, folder),) for path in sorted(regular_files(folder, ()))])


def _entry(path: Path, folder: Path) -> Iterator[object]:
    status = path.stat()
    yield from (os.fsencode(path.relative_to(folder)), status.st_size, status.st_mtime_ns)


def _digest(folder: Path) -> str:
    """Return a digest of the names and contents of a folder's files."""
    whole = hashlib.sha256()
    for path in sorted(regular_files(folder, ())):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        whole.update(repr((os.fsencode(path.relative_to(folder)), content)).encode())
    return whole.hexdigest()
