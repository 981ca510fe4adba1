"""The pages of an assignment's students: kept in two parts, and written where nbgrader takes them.

Every door comes here: ``autograder grade``, ``release`` and ``watch``, ``nbgrader
generate_feedback`` and ``release_feedback``, the formgrader.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback

from ..course.folder import Course
from ..course.marks import MarksOfClass
from ..course.named_groups import named_groups, with_named_groups
from ..course.replacing import remove_folder, replace_file, replaced_folder
from .body import Body, body_text, digest, read_body
from .page import fill

_TO_RELEASE = ("timestamp.txt", "submission_secret.txt")  # what nbgrader needs beside a page


class Pages:
    """Makes pages of what is graded and what the gradebook has at that moment.

    Mistakes that an instructor has named since are named on them. Raises NotReleased and
    BadNamedGroups.
    """

    def __init__(self, course: Course, assignment: str, gradebook: Gradebook) -> None:
        self._course = course
        self._name = assignment
        self._marks = MarksOfClass(gradebook, assignment)
        self._named = named_groups(course.contents, assignment)
        self._nbgrader = GenerateFeedback(coursedir=course.coursedir, config=course.config)

    def keep(self, student: str, body: str) -> None:
        """Keep the part that a worker has made."""
        replace_file(self._course.body_file(self._name, student), body.encode())

    def page(self, student: str) -> str | None:
        """Return the page as it is to be now, None where nothing is graded that counts."""
        marks = self._marks.of(student)
        graded = self._course.autograded_folder(self._name, student) / f"{self._name}.ipynb"
        unfinished = self._course.is_unfinished(self._name, student)
        if marks is None or unfinished or not graded.is_file():
            return None
        body = self._body(student, graded.read_text(encoding="utf-8"))
        return fill(body, marks, assignment=self._name, student=student)

    def write(self, student: str) -> bool:
        """Write the page as it is to be now, or leave none; return whether that changed it."""
        page, path = self.page(student), self._course.page_file(self._name, student)
        if page is None:
            found = path.parent.exists()
            remove_folder(path.parent)
            return found
        graded = self._course.autograded_folder(self._name, student)
        files = {name: (graded / name).read_bytes() for name in _TO_RELEASE}
        files[path.name] = page.encode()
        if all(_holds(path.with_name(name), content) for name, content in files.items()):
            return False
        with replaced_folder(path.parent) as folder:
            for name, content in files.items():
                (folder / name).write_bytes(content)
        self._nbgrader.set_permissions(self._name, student)
        return True

    def _body(self, student: str, notebook: str) -> Body:
        stored = self._course.grading(self._name, student)
        grading = with_named_groups(stored.grading, self._named) if stored else None
        path = self._course.body_file(self._name, student)
        kept = read_body(path.read_bytes()) if path.is_file() else None
        if kept and kept.made_of == digest(grading, notebook):
            return kept
        from ..running.time_left import TimeLeft  # as a worker does, who has made it mostly
        from .making import make_body

        seconds = self._course.limits(self._name).submission_seconds
        made = make_body(grading, notebook, TimeLeft(seconds))
        with suppress(PermissionError):  # of whoever may only read results
            self.keep(student, body_text(made))
        return made


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
