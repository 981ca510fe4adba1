"""One grader at a time for each assignment of a course."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import AutograderError

_held: set[Path] = set()  # by this process


class BeingGraded(AutograderError):
    """Another process grades the assignment; ``name`` is what it is called."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Another process is grading {name!r}. Nothing was changed: try again when it is done."
        )
        self.name = name


@contextmanager
def sole_grader(
    path: Path, name: str, waiting: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold the lock on the file ``path``, which the system takes away when this process ends.

    Where another process has it, ``waiting`` is told so, and then it is waited for. Raises
    BeingGraded where nobody is to be told.
    """
    if path in _held:
        yield
        return
    lock = os.open(path, os.O_RDWR)  # not for reading alone: network drives want that
    try:
        _take(lock, name, waiting)
        _held.add(path)
        yield
    finally:
        _held.discard(path)
        os.close(lock)


def _take(lock: int, name: str, waiting: Callable[[str], None] | None) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if waiting is None:
            raise BeingGraded(name) from None
        waiting(f"Another process is grading {name!r}: waiting until it is done.")
        fcntl.flock(lock, fcntl.LOCK_EX)
