"""What ``nbgrader zip_collect`` takes from the names of files: students, attempts, exact times."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from nbgrader.plugins.zipcollect import FileNameCollectorPlugin
from traitlets import List, Unicode

from ..notebook.safe_html import one_line
from .shown_names import MOST_NAMED, is_notebook, is_of_a_system, shown, within
from .submitters import submission
from .timestamps import Timestamps

# How these pack what was handed in. A student is called there by a number of theirs; Gradescope
# tells of which student a number is in a file beside. The outermost name that fits counts: below
# it, a student's own archive has the names that the student likes. Where the very first folder
# fits and a name below it too, it may be a student's or the whole class's: nobody's, then.
PATTERNS = {
    "Canvas": (
        r"(?=.*\.\w+$)(?!(?=/[^/]*_\d+_\d+_)/[^/]*/.*_\d+_\d+_)"
        r".*?/[^/]*?_(?P<late>LATE_)?(?P<student_id>\d+)_(?P<attempt>\d+)_"
        r"(?:[^/]+/(?:.*/)?)?(?P<file_id>[^/]+?)(?:-\d+)?\.\w+$"
    ),
    "Moodle": (
        r".*?/[^/]*?_(?P<student_id>\d+)_assignsubmission_file_?/?(?:.*/)?"
        r"(?P<file_id>[^/]+)\.\w+$"
    ),
    "Gradescope": (
        r"(?!/submission_\d+/(?:.*/)?submission_\d+/)"
        r".*?/submission_(?P<student_id>\d+)/(?:.*/)?(?P<file_id>[^/]+)\.\w+$"
    ),
}

# 2026-01-31-12-00-00, as in nbgrader's own example: its parser takes the end for an offset.
_IN_A_NAME = re.compile(
    r"(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)[-_.T ]?(\d\d)[-_.]?(\d\d)(?:[-_.]?(\d\d))?", re.ASCII
)

About = dict[str, Any]


class ExactCollector(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader is untyped
    """Matches names as nbgrader's own does; a file whose time cannot be read is left out.

    Around nbgrader's own steps for all files it takes the last of a student's attempts, gives a
    group's hand-in to each of its students, and names at the end who was left out. nbgrader asks a
    plugin about one name at a time: so this one puts itself around two methods of the command.
    """

    valid_ext = List(
        Unicode(), [".ipynb", ".IPYNB"], help="Endings of the files that are collected."
    ).tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._app = cast(Any, self.parent)
        self._root = Path(self._app._format_collect_path(self._app.extracted_directory))
        # Some patterns name the folder: nbgrader compares them with the whole path.
        root = f"/{self._root.name}"
        self._above = root if f"{root}/" in self.named_regexp else ""
        self._read: dict[str, About] = {}
        self._notes: list[str] = []
        self._collect_files = self._app._collect_files
        self._app._collect_files = self._collect_last
        self._transfer_files = self._app._transfer_files
        self._app._transfer_files = self._transfer_and_tell

    def collect(self, submitted_file: str) -> About | None:
        """Return what a name says, its time as the gradebook has it."""
        if Path(submitted_file).suffix not in self.valid_ext:
            return None
        about = {**self._about(submitted_file)}
        if not about:
            return None
        if about.get("timestamp"):
            text = str(about["timestamp"])
            if found := _IN_A_NAME.fullmatch(text):
                year, month, day, hour, minute, second = found.groups("00")
                text = f"{year}-{month}-{day} {hour}:{minute}:{second}"
            try:
                about["timestamp"] = Timestamps(self.config).read(text)
            except (ValueError, OverflowError) as error:
                self.log.error("%r was not collected: %s.", submitted_file, error)
                return None
        return about

    def _about(self, file: str) -> About:
        if file not in self._read:
            self._read[file] = self._told(file)
        return self._read[file]

    def _told(self, file: str) -> About:
        """Return what a name below the folder says, and Gradescope's file of its submission."""
        name = f"{self._above}/{self._inside(file)}"
        found = re.match(self.named_regexp, name) if self.named_regexp else None
        about: About = found.groupdict() if found else {}
        if not found or "student_id" not in about:
            return {}
        below = name[len(self._above) : found.end("student_id")]
        told = submission(Path(f"{self._root}{below}"))
        if told.students:
            about["student_id"], *about["others"] = told.students
        if told.time:
            about["timestamp"] = told.time
        return about

    def _collect_last(self, files: Sequence[str]) -> dict[str, About]:
        """Stand around nbgrader's collecting, which stops at two files of the same name."""
        self._files = [
            file for file in files if not any(map(is_of_a_system, self._inside(file).parts))
        ]
        attempts = defaultdict(list)
        for file in self._files:
            if about := self.collect(file):
                wanted = Path(str(about.get("file_id")))  # nbgrader drops its ending
                name = about["student_id"], wanted.parent / wanted.stem, Path(file).suffix.lower()
                attempts[name].append((_order(about), file))
        last = [self._last(student, sorted(found)) for (student, *_), found in attempts.items()]
        chosen = sorted(filter(None, last))
        data = cast(dict[str, About], self._collect_files(chosen))
        abouts = [self._about(file) for file in chosen]
        self._tell_of_late(abouts)
        groups = {about["student_id"]: about.get("others", ()) for about in abouts}
        for student, others in groups.items():
            for other in others:
                self._share(data, student, other)
        return data

    def _last(self, student: str, attempts: Sequence[tuple[tuple[datetime, int], str]]) -> str:
        """Return the last attempt, "" where nothing tells which one that is."""
        order, file = attempts[-1]
        names = ", ".join(self._shown(name) for _, name in attempts[-MOST_NAMED:])
        if len([other for other, _ in attempts if other == order]) > 1:
            self._notes.append(
                f"{student}: nothing says which is the last of {names}. None was collected: put "
                f"the right one into {self._place(student)}."
            )
            return ""
        if len(attempts) > 1:
            self._notes.append(f"{student}: {self._shown(file)} is the last of {names}.")
        return file

    def _tell_of_late(self, abouts: Iterable[About]) -> None:
        late = [a["student_id"] for a in abouts if a.get("late") and not a.get("timestamp")]
        if late:
            self._notes.append(
                f"Late, and nothing says when: {', '.join(dict.fromkeys(late))}. Before you grade, "
                f"write each time into {self._place('STUDENT')}/timestamp.txt."
            )

    def _share(self, data: dict[str, About], student: str, other: str) -> None:
        """Give another student of a group what one of them handed in."""
        if student not in data:
            return
        if other in data:
            self._notes.append(f"{other} has a hand-in alone, and not that of {student}'s group.")
            return
        files = data[student]["file_ids"]
        folder = self._folder(other)
        data[other] = {**data[student], "dest_files": [str(folder / file) for file in files]}
        self._notes.append(f"{other} has the hand-in of {student}, of the same group.")

    def _transfer_and_tell(self, data: dict[str, About]) -> None:
        self._transfer_files(data)
        left_out: dict[str, str] = {}  # a file of each student
        for file in [*self._files, *self._archived()]:
            about = self._about(file)
            group = [about["student_id"], *about.get("others", ())] if about else []
            missing = [student for student in group if student not in data]
            if missing or (not about and is_notebook(file)):
                of = f" of {', '.join(missing)}" if len(group) > 1 else ""
                name = f"{self._shown(file)}{of}"
                left_out.setdefault(", ".join(missing) or name, name)
        if left_out:
            self._notes.append(
                f"Left out: {', '.join(left_out.values())}. Put what is to be graded into "
                f"{self._place('STUDENT')}, call a class's archive by a name without numbers, or "
                "change c.FileNameCollectorPlugin.named_regexp."
            )
        for note in self._notes:
            self.log.warning(one_line(note))

    def _archived(self) -> list[str]:
        """Return what lies in the archive folder, where it would be: a damaged one has no file."""
        archive = Path(self._app._format_collect_path(self._app.archive_directory))
        return [
            str(self._root / path.relative_to(archive))
            for path in sorted(archive.rglob("*"))
            if path.is_file() and not any(map(is_of_a_system, path.relative_to(archive).parts))
        ]

    def _shown(self, file: str) -> str:
        return shown(self._inside(file))

    def _inside(self, file: str) -> Path:
        return Path(file).relative_to(self._root)

    def _folder(self, student: str) -> Path:
        coursedir = self._app.coursedir
        step, name = coursedir.submitted_directory, coursedir.assignment_id
        return Path(coursedir.format_path(step, student, name))

    def _place(self, student: str) -> Path:
        return within(self._folder(student), Path(self._app.coursedir.root))


def _order(about: About) -> tuple[datetime, int]:
    attempt = str(about.get("attempt"))
    return about.get("timestamp") or datetime.min, int(attempt) if attempt.isdecimal() else 0
