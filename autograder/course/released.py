"""Whether a student has a page of feedback already, or may have it.

nbgrader keeps no record of that. The pages that it released are in the exchange, named by a secret
of the submission; the course's feedback folder has a page of everybody who was graded.
"""

from __future__ import annotations

from pathlib import Path

from nbgrader.exchange.default.exchange import Exchange
from nbgrader.utils import notebook_hash

from .folder import Course
from .handed_in import is_secret


def has_feedback(course: Course, name: str, student: str) -> bool:
    """Say whether feedback on an assignment was released for a student."""
    graded = course.autograded_folder(name, student)
    secret = graded / "submission_secret.txt"
    if not is_secret(secret):
        return False
    exchange = Path(Exchange(config=course.config).root)
    released = Path(exchange, course.coursedir.course_id, "feedback")
    notebooks = (path.stem for path in graded.glob("*.ipynb"))
    pages = (notebook_hash(secret=secret.read_text(), notebook_id=name) for name in notebooks)
    return any((released / f"{page}.html").exists() for page in pages)
