"""Pages of feedback as the archive that Moodle takes back for a whole class.

Its assignment reads of each name what stands between the first lines: the number that its grading
worksheet has for a participant, and which plugin the file is for
(https://docs.moodle.org, "Using Assignment", "Upload multiple feedback files in a zip").
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..course.tables import Table
from .forms import FORMS
from .roster import matched
from .totals import Total


def feedback_zip(
    roster: Table, students: Sequence[Total], assignment: str, feedback: Path
) -> tuple[bytes, int]:
    """Return the archive of the pages that there are, and how many. Raises BadTable.

    ``feedback`` is the course's folder of pages, ``feedback/STUDENT/ASSIGNMENT/``.
    """
    pages = [*_pages(roster, students, assignment, feedback)]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, page in pages:
            packed.writestr(name, page.read_bytes())
    return archive.getvalue(), len(pages)


def _pages(
    roster: Table, students: Sequence[Total], assignment: str, feedback: Path
) -> Iterator[tuple[str, Path]]:
    pairs, _ = matched(roster, students, FORMS["moodle"].ids)
    for row, total in pairs:
        page = feedback / total.student / assignment / f"{assignment}.html"
        number = re.search(r"\d+", row["Identifier"])
        if page.is_file() and number:
            name = re.sub(r"[^\w .-]|_", "", row.get("Full name", "")) or "student"
            yield f"{name}_{number[0]}_assignfeedback_file_{assignment}.html", page
