"""The process that workers are forked from. It has imported what they need.

This room is light: a command that will grade can have that process import while it imports itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running

from ..errors import NeedsLinux
from ..sandbox.run_folder import hold_folder_of_multiprocessing
from ..surroundings import MachineExhausted, has_memory

IMPORTS = [
    "autograder.batch.quiet_server",
    "autograder.lean_imports",
    "autograder.batch.worker",
    "autograder.batch.workers",
]
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",  # threads would be lost at a fork
    "PYTHONSAFEPATH": "1",  # it is started with the working folder in front of its import path
}


def default_jobs() -> int:
    """Return how many processors this process may use. Raises NeedsLinux elsewhere."""
    if sys.platform != "linux":
        raise NeedsLinux
    return len(os.sched_getaffinity(0))


def forkserver() -> ForkServerContext:
    """Start it, and return what starts workers; nothing of this process is shared with them.

    Raises MachineExhausted where there is little memory: Python may wait for ever for a thread that
    finds none.
    """
    if not has_memory():
        raise MachineExhausted("no memory is left")
    hold_folder_of_multiprocessing()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTS)  # in this order
    with surroundings_of_a_worker():
        ensure_running()
    return context


def start_early() -> None:
    """Start it before a worker is asked for: it imports on another processor meanwhile."""
    if default_jobs() > 1:
        forkserver()


@contextmanager
def surroundings_of_a_worker() -> Iterator[None]:
    """Let what is started within have the environment of a worker, and no interrupts.

    This process keeps its own: it may start a kernel next, which imports what lies in its folder.
    """
    lacking = ENVIRONMENT.keys() - os.environ.keys()
    os.environ.update({name: ENVIRONMENT[name] for name in lacking})
    try:
        with _interrupts_kept_away():
            yield
    finally:
        for name in lacking:
            os.environ.pop(name, None)


@contextmanager
def _interrupts_kept_away() -> Iterator[None]:
    """Let processes started within inherit that an interrupt is for the command, not for them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
