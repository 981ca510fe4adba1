"""What a command's own process needs first: garbage, threads, the path, streams, signals."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from io import TextIOWrapper
from pathlib import Path

SELDOM = 100_000  # new objects from one look for garbage to the next; Python's own are 700


def prepare() -> None:
    """Prepare this process for a command."""
    # Nearly all that a command makes stays until its end: to look for garbage in it takes time.
    gc.set_threshold(SELDOM)
    atexit.register(gc.freeze)  # nor is it looked through once more then
    # The arrays compared here are small: threads would only be there to be interrupted.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # nbgrader calls alembic by name, which is beside this command and perhaps not on the path.
    here = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal may know fewer letters than names have
            stream.reconfigure(errors="backslashreplace")
    for signum in (signal.SIGTERM, signal.SIGHUP):  # end as cleanly as on an interrupt
        if signal.getsignal(signum) is not signal.SIG_IGN:  # as it is under nohup
            signal.signal(signum, signal.default_int_handler)
