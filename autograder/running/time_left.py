"""How much time a submission has left: for its cells and calls, and for all work on it."""

from __future__ import annotations

import time

from ..sandbox.allowance import Process
from .no_answer import SubmissionTimedOut


class TimeLeft:
    """The seconds for one submission, from now on.

    It is charged for what its processes are charged for, and for the processor time that this
    thread spends on it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._before = time.thread_time()
        self._of_ended = 0.0
        self._process: Process | None = None

    def begin(self, process: Process) -> None:
        """Charge for a process from now on."""
        self._process = process

    def end(self) -> None:
        """Keep what the process was charged for, before it ends: its number may be given again."""
        if self._process:
            self._process.look()
            self._of_ended += self._process.charged()
            self._process = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self._left() <= 0

    def remaining(self) -> float:
        """Return the seconds that are left. Raises SubmissionTimedOut if there are none."""
        left = self._left()
        if left <= 0:
            raise SubmissionTimedOut(self._seconds)
        return left

    def _left(self) -> float:
        under_way = self._process.charged() if self._process else 0.0
        own = time.thread_time() - self._before
        return self._seconds - self._of_ended - under_way - own
