"""What nbgrader's formgrader asks a course, answered as the course has it."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader.apps.api import NbGraderAPI
from traitlets import TraitError

from ..errors import UnreadableTimestamp
from .folder import Course

_SERVER = "nbgrader.server_extensions.formgrader.base"  # there in a Jupyter server alone
_ROWS = {  # of its lists; those of a student of whom only the id is known would say "None, None"
    name: getattr(NbGraderAPI, name)
    for name in ("get_submission", "get_submissions", "get_student", "get_students")
}


def answer_the_formgrader() -> None:
    """Let it have ours from here on, however often this is called."""
    # It takes for ungraded what has another time than the gradebook has for it.
    NbGraderAPI.get_submitted_timestamp = _time
    for name, rows in _ROWS.items():
        setattr(NbGraderAPI, name, _with_names(rows))
    if _SERVER in sys.modules:
        sys.modules[_SERVER].BaseHandler.exporter = property(_exporter)


def _exporter(handler: Any) -> HTMLExporter:
    """Return what makes a page, as the course says whose page it is.

    nbgrader makes one when the server starts, and keeps it where somebody opens another course:
    what was handed in there would act on a page that is not cleaned.
    """
    return HTMLExporter(config=handler.settings["nbgrader_formgrader"].config)


def _time(api: NbGraderAPI, assignment_id: str, student_id: str) -> datetime | None:
    """Return when something was handed in; None for a time that is refused when it is graded."""
    course = Course(api.coursedir, api.config)
    try:
        return course.timestamps().of(course.submitted_folder(assignment_id, student_id))
    except (UnreadableTimestamp, TraitError):
        return None


def _with_names(rows: Any) -> Any:
    def found(api: NbGraderAPI, *args: Any, **kwargs: Any) -> Any:
        answer = rows(api, *args, **kwargs)
        for row in answer if isinstance(answer, list) else [answer]:
            if row:
                _name(row)
        return answer

    return found


def _name(row: dict[str, Any]) -> None:
    """Let the id stand for a last name that nobody entered, and nothing for a first name."""
    if row["last_name"] is None:
        row["last_name"] = row["student"] if "student" in row else row["id"]
    if row["first_name"] is None:
        row["first_name"] = ""
