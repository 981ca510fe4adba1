"""What is being graded while somebody waits for it: how far it is, and what takes longest."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

TICK = 0.25  # seconds between two looks


@dataclass(frozen=True)
class UnderWay:
    """``done`` are ready and wait for the ``slowest``, which has taken so many seconds."""

    done: int
    slowest: str
    seconds: float


Tell = Callable[[UnderWay], None]


class Watched:
    """Jobs that are handed out in order to some processes; ``tell`` is told while one is awaited.

    As many of those that are not done are under way as there are processes: the first ones.
    """

    def __init__(self, processes: int, tell: Tell) -> None:
        self._processes = processes
        self._tell = tell
        self._began: dict[Future[Any], float] = {}

    def wait(self, jobs: Sequence[tuple[str, Future[Any]]]) -> None:
        """Wait until the first of these jobs, each with a name, is done."""
        name, first = jobs[0]
        while not first.done():
            now = time.monotonic()
            running = [future for _, future in jobs if not future.done()]
            for future in running[: self._processes]:
                self._began.setdefault(future, now)
            began = self._began.get(first, now)
            self._tell(UnderWay(len(jobs) - len(running), name, now - began))
            wait([first], timeout=TICK)
        self._began.pop(first, None)
