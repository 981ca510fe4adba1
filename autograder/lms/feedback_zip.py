"""Pages of feedback as the archive that Moodle takes back for a whole class.

Its assignment reads of each name what stands between the first lines: the number that its grading
worksheet has for a participant, and which plugin the file is for
(https://docs.moodle.org, "Using Assignment", "Upload multiple feedback files in a zip").
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ..course.folder import Course
from ..course.tables import Table
from .forms import FORMS
from .roster import matched
from .totals import Totals


def feedback_zip(course: Course, roster: Table, totals: Totals) -> tuple[bytes, int]:
    """Return the archive of the pages that there are, and how many. Raises BadTable."""
    pages = [*_pages(course, roster, totals)]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, page in pages:
            packed.writestr(name, page.read_bytes())
    return archive.getvalue(), len(pages)


def _pages(course: Course, roster: Table, totals: Totals) -> Iterator[tuple[str, Path]]:
    pairs, _ = matched(roster, totals.students, FORMS["moodle"].ids)
    for row, total in pairs:
        page = course.page_file(totals.assignment, total.student)
        number = re.search(r"\d+", row["Identifier"])
        if page.is_file() and number:
            name = re.sub(r"[^\w .-]|_", "", row.get("Full name", "")) or "student"
            yield f"{name}_{number[0]}_assignfeedback_file_{totals.assignment}.html", page
