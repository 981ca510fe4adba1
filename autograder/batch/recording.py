"""What becomes of one graded submission: its rows, files and page, and what that changed.

What cannot be graded or recorded leaves no graded copy.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial

from ..course.folder import StoredGrading
from ..course.record import ClassRecord
from ..course.student_ids import check_id
from ..errors import AutograderError
from ..feedback.pages import Pages
from ..results import Grading, Ungraded
from ..surroundings import InTheWay, NotAllowed, explained, said_of
from .changes import compare
from .comparing import Comparison
from .freshness import Looked
from .job import Finished
from .looking import Work
from .outcome import ClassResult, Result


class ChangedMeanwhile(AutograderError):
    """What a student handed in was replaced while it was graded."""

    def __init__(self, student: str) -> None:
        super().__init__(
            "What was handed in changed each time it was graded: run the same command again."
        )
        self.student = student


class Recording:
    """Records the results of a class, in its gradebook and its folders; if ``dry``, none."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._record = None if work.dry else ClassRecord(work.course, work.name, work.gradebook)

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self._work.course, self._work.name, self._work.gradebook)

    @cached_property
    def _comparison(self) -> Comparison:
        return Comparison(self._work)

    def finished(
        self, student: str, looked: Looked, outcome: Finished, *, last: bool
    ) -> ClassResult:
        """Record what a worker returned. What the surroundings lack is raised.

        Raises ChangedMeanwhile where that is of other files than those which are there now, unless
        this is the ``last`` time that they are graded.
        """
        before = self._comparison.before(student) if looked.again else None
        result: Result = outcome.result
        notes, change = [*self._work.beside.get(student, ())], None
        if self._record:
            result = self._recorded(self._record, student, outcome, looked.key, last)
            if isinstance(result, Grading):
                notes += self._page_problem(student, result, outcome)
        if before:
            result, marks = self._comparison.after(student, before, result)
            change = compare(student, before, result, marks)
        return ClassResult(student, result, False, notes, outcome.seconds, change)

    def lost(self, student: str) -> ClassResult:
        """Let no earlier result stand for who has nothing where it is looked for."""
        if self._record:
            self._record.forget(student)
        said = " ".join(self._work.beside[student])
        notebook = self._work.assignment.file_name
        return ClassResult(student, Ungraded(notebook=notebook, error=said))

    def write_page(self, student: str) -> None:
        """Write a page that a killed run did not come to."""
        _problem(partial(self._pages.write, student))

    def _recorded(
        self, record: ClassRecord, student: str, outcome: Finished, key: str, last: bool
    ) -> Result:
        result = outcome.result
        if error := _problem(partial(check_id, student)):
            record.forget(student)
            return Ungraded(notebook=result.notebook, error=error)

        def check() -> None:  # others, as collect, may write meanwhile
            if self._work.key(student) != key:
                raise ChangedMeanwhile(student)

        if isinstance(result, Grading):
            stored = StoredGrading(key, result, dict(outcome.of_calls))
            accept = partial(record.accept_notebook, student, stored, outcome.notebook, check)
            error = _problem(accept)
            if not error:
                return result
        else:
            error = result.error
        if not last and self._is_another(student, key):
            raise ChangedMeanwhile(student)
        if problem := _problem(partial(record.refuse, student)):
            record.forget(student)
        return Ungraded(notebook=result.notebook, error=problem or error)

    def _is_another(self, student: str, key: str) -> bool:
        """Say whether there is something else now; what cannot be read is like nothing, twice."""
        now = self._work.key(student)
        return key != now == self._work.key(student)

    def _page_problem(self, student: str, graded: Grading, outcome: Finished) -> list[str]:
        """Write a page of what was recorded; return why there is none, if that is so."""
        made = graded, outcome.notebook, outcome.page
        problem = _problem(partial(self._pages.write_recorded, student, *made))
        return [f"There is no page of feedback: {problem}"] if problem else []


def _problem(do: Callable[[], object]) -> str:
    """Do something; return why that was not possible for this submission, or nothing."""
    try:
        do()
    except Exception as problem:  # files of a submission can be anything
        cause = explained(problem)
        if not (cause is None or isinstance(cause, NotAllowed | InTheWay)):  # of its files, perhaps
            raise
        return said_of(problem)
    return ""
