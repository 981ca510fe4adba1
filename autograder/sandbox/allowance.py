"""The time that a process is charged for: what it ran and what it waited, but not for others.

On a busy machine more time passes for the same work. The kernel counts how long each thread that
wanted to run had no processor, and how long all threads of a process ran.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

AT_MOST = 10  # times what is allowed may pass, whatever the reason
LOOK_EVERY = 0.25  # seconds; a thread's waiting is counted when it ends, so mostly within them
_FIRST_PART = 0.05  # of an allowance; who has answered by then is not looked at
_SHORTEST_WAIT = 0.01  # seconds
_MOST_THREADS = 64  # of more, only the main one's waiting is read: a look must be cheap
_SCHEDULER = Path("/proc/self/schedstat")
_CLOCK_OF_A_PROCESS = 2  # what the kernel calls CPUCLOCK_SCHED, in the lowest bits of a clock's id


class Counts(NamedTuple):
    """What the kernel has counted of a process since it began, in seconds.

    ``ran`` is the processor time of all its threads, ``kept_waiting`` how long each of them was
    ready to run and did not; None where this kernel does not count that.
    """

    ran: float
    kept_waiting: Mapping[str, float] | None


class Process:
    """A process that is asked for something, and what it is charged for in all.

    Between two looks at it that is the time for which it was asked, less that in which its threads
    were kept waiting for a processor; but at least the processor time of all its threads, so that
    many threads do not buy more, and a tenth of the time. Where the kernel does not count the
    waiting, it is the larger of these two.

    No waiting is kept beyond a look: threads that wait for each other cannot save it up, to sleep.
    A thread counts from the first look that sees it.
    """

    def __init__(self, pidfd: int) -> None:
        self._pid = _pid(pidfd)
        self._last = Counts(0.0, {})
        self._charged = 0.0  # until the last look
        self._asked = 0.0  # since then

    def charged(self) -> float:
        """Return the seconds that it is charged for until now."""
        return self._charged + self._asked

    def ask(self, seconds: float) -> None:
        """Add the seconds for which it was asked, and look at it once these are many."""
        self._asked += seconds
        if self._asked >= LOOK_EVERY:
            self.look()

    def look(self, seconds: float = 0.0) -> float:
        """Add seconds too; return what it is charged for since the last look."""
        passed, self._asked = self._asked + seconds, 0.0
        before, self._last = self._last, self.counts()
        charged = _charged(passed, before, self._last)
        self._charged += charged
        return charged

    def counts(self) -> Counts:
        """Return what is counted now, or what was counted last of a process that has gone."""
        if self._pid:
            with contextlib.suppress(OSError):
                ran = time.clock_gettime(~self._pid << 3 | _CLOCK_OF_A_PROCESS)
                return Counts(ran, _kept_waiting(self._pid))
        return self._last


class Allowance:
    """So many seconds for one request; without a ``process``, they simply pass.

    Until the first look at the process all that passes counts, then what it is charged for.
    """

    def __init__(self, seconds: float, process: Process | None = None) -> None:
        self._left = seconds
        self._process = process
        self._since = time.monotonic()  # the last look
        self._first = min(seconds * _FIRST_PART, LOOK_EVERY)

    def wait(self) -> float:
        """Return for how many seconds to wait before asking again; TimeoutError if none is left."""
        passed = time.monotonic() - self._since
        if self._process is None:
            return _positive(self._left - passed)
        until_look = min(self._first or LOOK_EVERY, self._left) - passed
        if until_look <= 0:
            self._look(self._process, passed)
            until_look = min(LOOK_EVERY, _positive(self._left))
        return max(until_look, _SHORTEST_WAIT)

    def settle(self) -> None:
        """Add what passed to the time for which the process was asked."""
        if self._process:
            self._process.ask(time.monotonic() - self._since)

    def _look(self, process: Process, passed: float) -> None:
        charged = process.look(passed)
        self._left -= passed if self._first else charged
        self._first = 0.0
        self._since += passed


def _positive(seconds: float) -> float:
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _charged(passed: float, before: Counts, now: Counts) -> float:
    least = max(now.ran - before.ran, passed / AT_MOST)
    if before.kept_waiting is None or now.kept_waiting is None:
        return least
    seen_twice = before.kept_waiting.keys() & now.kept_waiting.keys()
    waited = (now.kept_waiting[each] - before.kept_waiting[each] for each in seen_twice)
    # It is less than nothing if the number of a thread was given to another.
    return max(least, passed - sum(max(0.0, seconds) for seconds in waited))


def _kept_waiting(pid: int) -> dict[str, float] | None:
    """Return how long each thread was ready to run and did not; None where nothing says so."""
    if not _counts_waiting():
        return None
    waited = {}
    for file in _of_threads(pid):
        with contextlib.suppress(OSError):  # this one has ended
            _, nanoseconds, _ = file.read_text().split()
            waited[str(file)] = int(nanoseconds) / 1e9
    return waited


def _counts_waiting() -> bool:
    """Say whether this kernel counts it: where that is switched off, all it says is zeros."""
    try:
        ran, _, _ = _SCHEDULER.read_text().split()
    except FileNotFoundError:
        return False
    return int(ran) > 0  # as this process did


def _of_threads(pid: int) -> list[Path]:
    """Return what counts for each thread; for the main thread alone if we may see no more."""
    process = Path(f"/proc/{pid}")
    tasks = process / "task"
    with contextlib.suppress(OSError):
        if tasks.stat().st_nlink - 2 <= _MOST_THREADS:  # listing thousands takes milliseconds
            return [thread / "schedstat" for thread in tasks.iterdir()]
    return [process / "schedstat"]


def _pid(pidfd: int) -> int:
    """Return the number of a process, as this process sees it; 0 if it has gone."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "Pid":
            return max(0, int(value))
    return 0
