"""The classes that let nbgrader make and release these pages."""

from __future__ import annotations

from typing import Any, cast

from nbconvert.exporters import HTMLExporter
from nbgrader.exchange.default import ExchangeReleaseFeedback

from ..course.folder import Course
from ..course.gradebook import open_gradebook
from ..errors import AutograderError
from .pages import Pages
from .releasing import renew


class NoResult(AutograderError):
    """There is nothing to make a page of."""

    def __init__(self, assignment: str, student: str) -> None:
        super().__init__(
            f"{student} has no result of {assignment} that counts: its grading has not ended. "
            f"Grade it: autograder grade {assignment}"
        )


class FeedbackPage(HTMLExporter):
    """Makes the pages in nbconvert's place, and each time anew.

    An ordinary assignment (``plain``) it leaves to nbconvert.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        converter = cast(Any, self.parent)
        converter.force = True  # a page that is there may be older than the gradebook
        self._course = Course(converter.coursedir, self.config)

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Return the page of a submission. Raises NoResult."""
        assert resources is not None  # nbgrader gives them
        name, student = (resources["nbgrader"][of] for of in ("assignment", "student"))
        if name in self._course.options.plain_assignments:
            return super().from_filename(filename, resources, **kwargs)
        with open_gradebook(self._course.coursedir) as gradebook:
            page = Pages(self._course, name, gradebook).page(student)
        if page is None:
            raise NoResult(name, student)
        return page, {**resources, "output_extension": self.file_extension}


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]  # nbgrader is untyped
    """Releases pages as the gradebook has it at that moment, never an older one.

    Whoever has made them anew just now says so in ``pages_are_new``.
    """

    pages_are_new = False

    def copy_files(self) -> None:
        """Make those pages anew of which something changed, then release all that are there."""
        if not self.pages_are_new:
            self._renew()
        super().copy_files()

    def _renew(self) -> None:
        course, name = Course(self.coursedir, self.config), self.coursedir.assignment_id
        students = course.students_with_feedback(name)
        if self.coursedir.student_id not in ("", "*"):
            students = [student for student in students if student == self.coursedir.student_id]
        for student, why in renew(course, name, students).failed.items():
            self.log.error("%s: %s", student, why)
