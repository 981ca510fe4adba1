"""What takes longest while somebody waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any

TICK = 0.25  # seconds between two looks


@dataclass(frozen=True)
class Slowest:
    """The submission that has been graded for longest, and for how many seconds."""

    name: str
    seconds: float


Tell = Callable[[Slowest], None]


class Watched:
    """Jobs handed out in order to so many processes; ``tell`` is told now and then, all the time.

    As many of those that are not done are under way as there are processes: the first ones. That
    others come back in quick succession keeps nothing back: one may be stuck meanwhile.
    """

    def __init__(self, processes: Callable[[], int], tell: Tell) -> None:
        self._processes = processes
        self._tell = tell
        self._began: dict[Future[Any], float] = {}
        self._told = time.monotonic()

    def wait(self, jobs: Mapping[Future[Any], str]) -> set[Future[Any]]:
        """Wait until some of these jobs, each with a name, are done; return them."""
        while True:
            now = time.monotonic()
            running = [future for future in jobs if not future.done()][: self._processes()]
            self._began = {future: self._began.get(future, now) for future in running}
            if running and now - self._told >= TICK:
                self._told = now
                first = min(running, key=self._began.__getitem__)
                self._tell(Slowest(jobs[first], now - self._began[first]))
            if done := wait(jobs, timeout=TICK, return_when=FIRST_COMPLETED).done:
                return done
