"""What ``nbgrader zip_collect`` takes from the names of files: students, and the exact times."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from nbgrader.plugins.zipcollect import FileNameCollectorPlugin
from traitlets import List, Unicode

from .submitters import submitter
from .timestamps import Timestamps

# How these pack what was handed in. A student is called there by a number of theirs; Gradescope
# tells of which student a number is in a file beside.
PATTERNS = {
    "Canvas": r".*/[^/]*?_(?:LATE_)?(?P<student_id>\d+)_\d+_(?P<file_id>[^/]+?)(?:-\d+)?\.\w+$",
    "Moodle": r".*/[^/]*_(?P<student_id>\d+)_assignsubmission_file_?/?(?P<file_id>[^/]+)\.\w+$",
    "Gradescope": r".*/submission_(?P<student_id>\d+)/(?:.*/)?(?P<file_id>[^/]+)\.\w+$",
}

# 2026-01-31-12-00-00, as in nbgrader's own example: its parser takes the end for an offset.
_IN_A_NAME = re.compile(
    r"(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)[-_.T ]?(\d\d)[-_.]?(\d\d)(?:[-_.]?(\d\d))?", re.ASCII
)


class ExactCollector(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader is untyped
    """Matches names as nbgrader's own does; a file whose time cannot be read is left out."""

    valid_ext = List(
        Unicode(), [".ipynb", ".IPYNB"], help="Endings of the files that are collected."
    ).tag(config=True)

    def collect(self, submitted_file: str) -> dict[str, object] | None:
        """Return what a name says, its time as the gradebook has it."""
        about = cast(dict[str, object] | None, super().collect(submitted_file))
        if about:
            about["student_id"] = submitter(Path(submitted_file)) or about["student_id"]
        if about and about.get("timestamp"):
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
