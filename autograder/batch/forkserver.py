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

IMPORTS = ["autograder.lean_imports", "autograder.batch.worker", "autograder.batch.workers"]


def default_jobs() -> int:
    """Return how many processors this process may use. Raises NeedsLinux elsewhere."""
    if sys.platform != "linux":
        raise NeedsLinux
    return len(os.sched_getaffinity(0))


def forkserver() -> ForkServerContext:
    """Return what starts workers; nothing of this process is shared, nor NumPy's threads."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # It is started with the working folder in front of its import path.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    hold_folder_of_multiprocessing()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTS)  # in this order
    return context


def start_early() -> None:
    """Start it before a worker is asked for: it imports on another processor meanwhile."""
    if default_jobs() > 1:
        before = dict(os.environ)
        forkserver()
        with interrupts_kept_away():
            ensure_running()
        # It may be that nbgrader itself grades: its kernels import what lies in their folder.
        for name in os.environ.keys() - before.keys():
            del os.environ[name]


@contextmanager
def interrupts_kept_away() -> Iterator[None]:
    """Let processes started within inherit that an interrupt is for the command, not for them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
