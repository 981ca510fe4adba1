"""What really holds: a child tries what submitted code must not do, and the level follows.

Never from version numbers: an old kernel, a container's own filter or a kernel in user space
can make a layer vanish that ought to be there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SandboxDidNotStart
from .level import Level, Probe
from .lockdown import ChildLimits
from .readable import PACKAGE
from .run_folder import run_folder
from .wire import Items, Mapping, Returned, WireError, from_wire, to_wire

if TYPE_CHECKING:
    from .child import Child

_LIMITS = ChildLimits(memory_mib=256, cpu_seconds=30, file_mib=1)
_OUTPUT = 10_000
_SECONDS = 20.0
MOST_SECRETS = 20  # of a course; each is tried
_SOURCE = (Path(__file__).parent / "attempts.py").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Attempt:
    """Something to be refused; ``level`` is what is left where it succeeds."""

    sentence: str
    level: Level


ATTEMPTS = {
    "change": Attempt("change files outside its folder", "none"),
    "disturb": Attempt("signal other processes or change their limits", "none"),
    "look": Attempt("look into other processes", "none"),
    "fork": Attempt("start processes", "none"),
    "exec": Attempt("run programs", "none"),
    "share": Attempt("make memory that outlives it", "none"),
    "read": Attempt("read files outside its folder", "medium"),
    "list": Attempt("list folders outside its own", "medium"),
    "connect": Attempt("open a socket", "medium"),
    # Names alone give away neither a test nor an answer.
    "see": Attempt("find out whether a file exists whose path it knows", "strong"),
}


def run_probe(
    fork: Callable[[ChildLimits, int], Child], courses: Sequence[Path], parent: Path | None
) -> Probe:
    """Let a child try everything; it is gone afterwards. Raises SandboxDidNotStart.

    Among what it must not read are the engine's files and some of the courses. What it tries to
    read and change lies in ``parent``, by default where the system keeps temporary folders.
    """
    child = fork(_LIMITS, _OUTPUT)
    try:
        with run_folder("probe", parent) as folder:
            succeeded = _attempted(child, folder, _secrets(courses))
    except (TimeoutError, EOFError, WireError, AssertionError) as error:
        raise SandboxDidNotStart(f"what it locks in could not be tried: {error!r}") from error
    finally:
        child.kill()
    gaps = [attempt for name, attempt in ATTEMPTS.items() if succeeded[name]]
    levels = {attempt.level for attempt in gaps}
    level: Level = "none" if "none" in levels else "medium" if "medium" in levels else "strong"
    return Probe(level, tuple(attempt.sentence for attempt in gaps))


def _attempted(child: Child, folder: Path, secrets: list[str]) -> dict[str, bool]:
    """Return which attempts succeeded."""
    for name in ("secret", "opened", "truncated", "unlinked", "mode"):
        (folder / name).write_text("secret")
        (folder / name).chmod(0o600)
    before = _state(folder)
    child.run_cell(0, _SOURCE, _SECONDS)
    succeeded = _result(child, "attempt_all", str(folder), secrets, os.getpid())
    succeeded["change"] = _state(folder) != before
    try:
        child.call("run_program", Items("tuple", []), Mapping([], []), _SECONDS)
        succeeded["exec"] = False
    except EOFError:  # it has become another program
        succeeded["exec"] = True
    return succeeded


def _result(child: Child, function: str, *arguments: object) -> dict[str, bool]:
    wire = to_wire(arguments)
    assert isinstance(wire, Items)
    reply = child.call(function, wire, Mapping([], []), _SECONDS)
    assert isinstance(reply, Returned), reply
    result: dict[str, bool] = from_wire(reply.value)
    return result


def _secrets(courses: Sequence[Path]) -> list[str]:
    """Return files that submitted code must not read, wherever package and courses lie."""
    found = [PACKAGE / "errors.py"]
    for course in courses:
        found += islice(course.glob("solutions/**/*.py"), MOST_SECRETS)
    return [*map(str, found)]


def _state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and content of every file and folder in a folder."""
    return {
        path.name: (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in folder.iterdir()
    }
