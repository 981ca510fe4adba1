"""How much time a submission has left: for its cells and calls, and for all work on it."""

from __future__ import annotations

import time

from .no_answer import SubmissionTimedOut


class TimeLeft:
    """The seconds for one submission, from now on. What the grader does for it counts as well."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return time.monotonic() >= self._end

    def remaining(self) -> float:
        """Return the seconds that are left. Raises SubmissionTimedOut if there are none."""
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise SubmissionTimedOut(self._seconds)
        return remaining
