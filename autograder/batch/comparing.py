"""What a student had before the same files are graded again, and what lateness costs after that."""

from __future__ import annotations

from ..course.gradebook import automatic
from ..course.marks import MarksOfClass
from ..course.record import LatePluginFails, penalty_for
from ..course.released import has_feedback
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
        # nbgrader's own door forgets points and penalty first, and may have been killed then.
        if not stored or not marks or all(m.automatic is None for m in marks.cells.values()):
            return None
        return Before(stored.grading, marks, has_feedback(course, name, student))

    def penalty(self, student: str) -> float:
        """Return what lateness costs a student now."""
        marks = self._marks.of(student)
        return marks.penalty if marks else 0.0

    def tried(self, student: str, before: Before, result: Result) -> tuple[Result, float]:
        """Return what would be recorded, and what lateness would cost."""
        late = before.marks.seconds_late
        if isinstance(result, Ungraded) or not late:
            return result, 0.0
        score = before.marks.graded(automatic(result)).given
        try:
            return result, penalty_for(self._work.course, student, score, late) or 0.0
        except LatePluginFails as error:
            return Ungraded(notebook=result.notebook, error=str(error)), 0.0
