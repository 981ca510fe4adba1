"""``autograder watch`` on the terminal: a line for each thing that happens."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from rich.console import Console

from ..batch.watching import Event, Watch
from ..course.folder import Course
from ..notebook.safe_html import one_line
from .terminal import print_plain


def print_watch(
    course: Course,
    name: str,
    *,
    until: float | None,
    jobs: int,
    unsafe_no_sandbox: bool,
    console: Console,
) -> None:
    """Watch an assignment and say what happens, until a time or an interrupt."""

    def tell(event: Event) -> None:
        who = f"{one_line(event.student)}: " if event.student else ""
        print_plain(f"{time.strftime('%H:%M:%S')} {who}{one_line(event.said)}", console)

    watch = Watch(course, name, jobs=jobs, unsafe_no_sandbox=unsafe_no_sandbox, tell=tell)
    end = "" if until is None else time.strftime(" until %Y-%m-%d %H:%M", time.localtime(until))
    tell(Event(None, f"watching {name}{end}; an interrupt (Ctrl-C) ends it"))
    try:
        watch.run(until)
    except KeyboardInterrupt:
        tell(Event(None, "stopped; started again, it goes on"))


def time_of(text: str, course: Course) -> float:
    """Read a time: 18:30 of the next day that has it, by this machine's clock, or a full one.

    Raises ValueError.
    """
    try:
        clock = datetime.strptime(text, "%H:%M").time()
    except ValueError:
        return course.timestamps().read(text).replace(tzinfo=UTC).timestamp()
    now = datetime.now().astimezone()
    at = datetime.combine(now.date(), clock).astimezone()
    return (at if at > now else at + timedelta(days=1)).timestamp()
