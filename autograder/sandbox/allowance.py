"""The time that a process is charged for: what it ran and what it waited, but not for others.

On a busy machine more time passes for the same work. The kernel counts how long a thread that
wanted to run had no processor, and how long all threads of a process ran.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import NamedTuple

AT_MOST = 10  # times what is allowed may pass, whatever the reason
_FIRST_PART = 0.05  # of an allowance; who has answered by then is not looked at
_LITTLE = 1.0  # seconds that are not worth a look
_SHORTEST_WAIT = 0.01  # seconds
_SCHEDULER = Path("/proc/self/schedstat")
_CLOCK_OF_A_PROCESS = 2  # what the kernel calls CPUCLOCK_SCHED, in the lowest bits of a clock's id


class Counts(NamedTuple):
    """What the kernel has counted of a process since it began, in seconds.

    ``ran`` is the processor time of all its threads, ``kept_waiting`` how long the main thread was
    ready to run and did not; None where this kernel does not count that.
    """

    ran: float
    kept_waiting: float | None


class Process:
    """A process that is asked for something, and how long it took for that in all.

    ``asked`` counts the seconds that passed while it was asked.
    """

    def __init__(self, pidfd: int) -> None:
        self._pid = _pid(pidfd)
        self._last = Counts(0.0, 0.0)
        self.asked = 0.0

    def counts(self) -> Counts:
        """Return what is counted now, or what was counted last of a process that has gone."""
        if self._pid:
            with contextlib.suppress(OSError):
                ran = time.clock_gettime(~self._pid << 3 | _CLOCK_OF_A_PROCESS)
                self._last = Counts(ran, _kept_waiting(self._pid))
        return self._last

    def charged(self) -> float:
        """Return the seconds that it is charged for until now."""
        if self.asked < _LITTLE:
            return self.asked
        return _charged(self.asked, self.counts(), Counts(0.0, 0.0))


class Allowance:
    """So many seconds for one request; without a ``process``, they simply pass.

    What a process is charged for is the time that passed, less that in which its main thread was
    kept waiting for a processor; but at least the processor time of all its threads, so that many
    threads do not buy more. Where the kernel does not count the waiting, it is the processor time.
    Ten times as much may pass in every case.
    """

    def __init__(self, seconds: float, process: Process | None = None) -> None:
        self._seconds = seconds
        self._process = process
        self._start = time.monotonic()
        # When the counts were first looked at; until then all that passes counts.
        self._looked = 0.0
        self._first: Counts | None = None

    def wait(self) -> float:
        """Return for how many seconds to wait before asking again; TimeoutError if none is left."""
        passed = time.monotonic() - self._start
        if self._process is None:
            return _left(self._seconds - passed)
        if self._first is None and passed < self._seconds * _FIRST_PART:
            return self._seconds * _FIRST_PART - passed
        counts = self._process.counts()
        if self._first is None:
            self._looked, self._first = passed, counts
        used = self._looked + _charged(passed - self._looked, counts, self._first)
        return max(_left(self._seconds - used), _SHORTEST_WAIT)

    def settle(self) -> None:
        """Add what passed to the time for which the process was asked."""
        if self._process:
            self._process.asked += time.monotonic() - self._start


def _left(seconds: float) -> float:
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _charged(passed: float, counts: Counts, before: Counts) -> float:
    own = [counts.ran - before.ran, passed / AT_MOST]
    if counts.kept_waiting is not None and before.kept_waiting is not None:
        own.append(passed - (counts.kept_waiting - before.kept_waiting))
    return max(own)


def _kept_waiting(pid: int) -> float | None:
    """Return how long the main thread was ready to run and did not; None where nothing says so.

    Raises OSError where the process has gone.
    """
    if not _SCHEDULER.exists():
        return None
    _, nanoseconds, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    return int(nanoseconds) / 1e9


def _pid(pidfd: int) -> int:
    """Return the number of a process, as this process sees it; 0 if it has gone."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "Pid":
            return max(0, int(value))
    return 0
