"""What a student had before the same files are graded again, and what they have after that."""

from __future__ import annotations

from dataclasses import replace

from ..course.gradebook import automatic
from ..course.marks import Marks, MarksOfClass
from ..course.record import LatePluginFails, penalty_for
from ..course.released import has_feedback
from ..errors import UnreadableTimestamp
from ..results import Ungraded
from .changes import Before
from .looking import Work
from .outcome import Result


class Comparison:
    """Asks the gradebook, before and after something is recorded in it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._marks = MarksOfClass(work.gradebook, work.name)

    def before(self, student: str) -> Before | None:
        """Return what a student has, None where that is not known."""
        course, name = self._work.course, self._work.name
        stored, marks = course.last_grading(name, student), self._marks.of(student)
        # Asked now: to record that nothing was graded takes away by what a page is found.
        released = has_feedback(course, name, student)
        # nbgrader's own door forgets points and penalty first, and may have been killed then.
        if not stored or not marks or all(m.automatic is None for m in marks.cells.values()):
            return None
        return Before(stored.grading, marks, released)

    def after(self, student: str, before: Before, result: Result) -> tuple[Result, Marks]:
        """Return what is recorded, and a student's marks; in a dry run, what these would be."""
        if self._work.dry:
            return self._tried(student, before, result)
        return result, self._marks.of(student) or Marks()

    def _tried(self, student: str, before: Before, result: Result) -> tuple[Result, Marks]:
        if isinstance(result, Ungraded):
            return result, Marks()
        course, marks = self._work.course, before.marks.graded(automatic(result))
        try:
            # Read anew: the course may have another time zone now.
            time = course.timestamps().of(course.submitted_folder(self._work.name, student))
            marks = replace(marks, handed_in=time or marks.handed_in)
            late = marks.seconds_late
            cost = penalty_for(course, student, marks.given, late) if late else None
            return result, replace(marks, penalty=cost or 0.0)
        except (UnreadableTimestamp, LatePluginFails) as error:
            return Ungraded(notebook=result.notebook, error=str(error)), Marks()
