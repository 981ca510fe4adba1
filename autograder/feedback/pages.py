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
from ..course.handed_in import is_secret
from ..course.marks import Marks, MarksOfClass
from ..course.named_groups import named_groups, with_named_groups
from ..course.replacing import remove_folder, replace_file, replaced_folder
from ..course.shown_names import command
from ..errors import AutograderError
from ..results import Grading
from .body import Body, body_text, digest, read_body
from .page import fill

SECRET = "submission_secret.txt"
_TO_RELEASE = ("timestamp.txt", SECRET)  # what nbgrader needs beside a page
_END = 100  # bytes, of which the last ones say that a file is whole


class CopyNotWhole(AutograderError):
    """Files of a graded copy are empty, cut short or other ones: after a power cut, perhaps."""

    def __init__(self, assignment: str, student: str) -> None:
        super().__init__(
            f"The graded copy of {student} is not whole, as after a power cut. "
            f"Grade it again: autograder grade {assignment}"
        )


class SecretNotWhole(AutograderError):
    """The secret that names a released page is none any more."""

    def __init__(self, assignment: str, student: str) -> None:
        again = command(("autograder", "grade", assignment, "--force", "--student", student))
        super().__init__(
            f"The {SECRET} of {student} is not whole, as after a power cut. Grade it again: {again}"
        )


def check_secret(course: Course, assignment: str, student: str) -> None:
    """Raise SecretNotWhole where nobody could be given a page by the name that it has."""
    if not is_secret(course.autograded_folder(assignment, student) / SECRET):
        raise SecretNotWhole(assignment, student)


def is_written(course: Course, assignment: str, student: str) -> bool:
    """Say whether all of a page is on the disk, with what it is made of and what lies beside."""
    page = course.page_file(assignment, student)
    graded = course.autograded_folder(assignment, student)
    try:
        return (
            _ends_with(page, b"</html>")
            and _ends_with(course.body_file(assignment, student), b"}")
            and all(_holds(page.with_name(n), (graded / n).read_bytes()) for n in _TO_RELEASE)
        )
    except OSError:  # to write it anew says why
        return False


class Pages:
    """Makes pages of what is graded and what the gradebook has at that moment.

    Mistakes that an instructor has named since are named on them. Raises NotReleased and
    BadNamedGroups, and for a student CopyNotWhole and SecretNotWhole.
    """

    def __init__(self, course: Course, assignment: str, gradebook: Gradebook) -> None:
        self._course = course
        self._name = assignment
        self._marks = MarksOfClass(gradebook, assignment)
        self._named = named_groups(course.contents, assignment)
        self._nbgrader = GenerateFeedback(coursedir=course.coursedir, config=course.config)

    def page(self, student: str) -> str | None:
        """Return the page as it is to be now, None where nothing is graded that counts."""
        marks = self._marks.of(student)
        graded = self._course.autograded_folder(self._name, student) / f"{self._name}.ipynb"
        unfinished = self._course.is_unfinished(self._name, student)
        if marks is None or unfinished or not graded.is_file():
            return None
        stored = self._course.grading(self._name, student)
        if stored and not stored.is_whole(graded.parent):
            raise CopyNotWhole(self._name, student)
        path = self._course.body_file(self._name, student)
        kept = path.read_bytes() if path.is_file() else b""
        grading = stored.grading if stored else None
        notebook = graded.read_text(encoding="utf-8")
        return self._filled(student, marks, grading, notebook, kept)

    def write(self, student: str) -> bool:
        """Write the page as it is to be now, or leave none; return whether that changed it."""
        page, path = self.page(student), self._course.page_file(self._name, student)
        if page is None:
            found = path.parent.exists()
            remove_folder(path.parent)
            return found
        return self._put(student, page)

    def write_recorded(self, student: str, grading: Grading, notebook: str, body: str) -> None:
        """Write the page of what was recorded just now, with the part that a worker has made.

        It is what ``write`` writes; nothing is read that is known.
        """
        self._keep(student, kept := body.encode())
        if marks := self._marks.of(student):
            self._put(student, self._filled(student, marks, grading, notebook, kept))

    def _put(self, student: str, page: str) -> bool:
        check_secret(self._course, self._name, student)
        path = self._course.page_file(self._name, student)
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

    def _filled(
        self, student: str, marks: Marks, grading: Grading | None, notebook: str, kept: bytes
    ) -> str:
        body = self._body(student, grading, notebook, kept)
        return fill(body, marks, assignment=self._name, student=student)

    def _body(self, student: str, grading: Grading | None, notebook: str, kept: bytes) -> Body:
        named = with_named_groups(grading, self._named) if grading else None
        body = read_body(kept)
        if body and body.made_of == digest(named, notebook):
            return body
        from ..running.time_left import TimeLeft  # as a worker does, who has made it mostly
        from .making import make_body

        seconds = self._course.limits(self._name).submission_seconds
        made = make_body(named, notebook, TimeLeft(seconds))
        with suppress(PermissionError):  # of whoever may only read results
            self._keep(student, body_text(made).encode())
        return made

    def _keep(self, student: str, body: bytes) -> None:
        replace_file(self._course.body_file(self._name, student), body)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _ends_with(path: Path, end: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _END, 0))
        return file.read().rstrip().endswith(end)
