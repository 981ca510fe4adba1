"""Commands of this environment: in a process of their own, or in this one, which is faster."""

import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from importlib.metadata import entry_points
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from limits import PATIENCE
from traitlets.config import Application
from traitlets.log import get_logger

BIN = Path(sys.executable).parent

# nbgrader as its script starts it, without what it would import for seconds (see lean_imports).
_NBGRADER = f"""
import sys
sys.path[0] = {str(BIN)!r}  # as that of a script, and not the working folder
import autograder.lean_imports
from nbgrader.apps.nbgraderapp import main
sys.argv[0] = "nbgrader"
sys.exit(main())
"""


def command_line(program: str, *arguments: str) -> list[str]:
    """Return how a command of this environment is started."""
    if program == "nbgrader":
        return [sys.executable, "-c", _NBGRADER, *arguments]
    return [str(BIN / program), *arguments]


def run_command(
    *command: str, cwd: Path, status: int | None = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment; its exit status must be ``status`` (None: any)."""
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    result = subprocess.run(
        command_line(*command),
        cwd=cwd,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert status is None or result.returncode == status, result.stdout + result.stderr
    return result


def descendants(process: int) -> list[int]:
    """Return the processes that a process and those below it started."""
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it may end meanwhile
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
    return found


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it said."""

    status: int
    stdout: str
    stderr: str


def run_here(program: str, *arguments: str, cwd: Path, status: int | None = 0) -> Finished:
    """Run a command without the seconds that a new process needs to import everything.

    It is the same function that the installed script calls, with the same arguments; its
    exit status must be ``status`` (None: any).
    """
    (script,) = entry_points(group="console_scripts", name=program)
    out, err = StringIO(), StringIO()
    with _as_in_a_process(program, *arguments, cwd=cwd), redirect_stdout(out), redirect_stderr(err):
        try:
            ended = script.load()() or 0
        except SystemExit as end:
            ended = end.code or 0
    assert status is None or ended == status, out.getvalue() + err.getvalue()
    return Finished(ended, out.getvalue(), err.getvalue())


@contextmanager
def _as_in_a_process(*command: str, cwd: Path) -> Iterator[None]:
    """Give a command what it would have to itself in a process, and take that back."""
    handlers = {signum: signal.getsignal(signum) for signum in (signal.SIGTERM, signal.SIGHUP)}
    level = get_logger().level
    with (
        chdir(cwd),
        patch.object(sys, "argv", list(command)),
        patch.dict(os.environ),
        warnings.catch_warnings(),
    ):
        # nbgrader's own use of SQLAlchemy, of its classes and of files.
        warnings.filterwarnings("ignore", "Object of type")
        warnings.filterwarnings("ignore", "Passing unrecognized arguments")
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            yield
        finally:
            for signum, handler in handlers.items():
                signal.signal(signum, handler)
            get_logger().setLevel(level)
            if Application.initialized():  # nbgrader's commands are singletons
                type(Application.instance()).clear_instance()
