"""How far a command is: on a terminal a line that changes, elsewhere a line now and then."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn
from rich.progress import Progress as RichProgress
from rich.table import Column

from ..batch.slowest import Slowest
from ..notebook.safe_html import one_line

SECONDS_BETWEEN_LINES = 5.0
SECONDS_BETWEEN_LOOKS = 0.1
NARROW = 80  # columns of a terminal that has no room for a bar
MOST_OF_A_NAME = 30  # characters


class Progress:
    """What is told of one thing that takes a while; this one says nothing."""

    def __init__(self) -> None:
        self._total = 0
        self._done = 0
        self._kept = 0
        self._failed = 0
        self._slowest = ""
        self._began = time.monotonic()

    def announce(self, total: int) -> None:
        """Say how many there are."""
        self._total = total
        self._show()

    def advance(self, *, failed: bool = False, kept: bool = False) -> None:
        """Say that one is done; one that was ``kept`` took no time."""
        self._done += 1
        self._failed += failed
        self._kept += kept
        if self._done == self._total:
            self._slowest = ""
        if kept:  # the rate is of those that take time
            self._began = time.monotonic()
        self._show()

    def waiting(self, now: Slowest) -> None:
        """Say what is waited for."""
        name = one_line(now.name)
        name = name if len(name) <= MOST_OF_A_NAME else f"{name[:MOST_OF_A_NAME]}…"
        self._slowest = f"slowest now: {name}, {_time(now.seconds)}"
        self._show()

    def _said(self) -> str:
        """Return rate, time left, failures and the slowest one, as far as they are known."""
        parts = []
        worked, seconds = self._done - self._kept, time.monotonic() - self._began
        if worked > 0 and seconds > 0:
            rate = worked / seconds
            parts.append(f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min")
            if left := self._total - self._done:
                parts.append(f"{_time(left / rate)} left")
        parts += [f"{self._failed} not graded"] if self._failed else []
        return ", ".join([*parts, *filter(None, [self._slowest])])

    def _show(self) -> None:
        """Tell what is known now, or not."""


class _Bar(Progress):
    """On a terminal: a bar, and what there is to say beside it."""

    def __init__(self, title: str, bar: RichProgress) -> None:
        super().__init__()
        self._bar = bar
        self._task = bar.add_task(title, total=None, said="")
        self._shown = 0.0

    def _show(self) -> None:
        now = time.monotonic()
        if now - self._shown >= SECONDS_BETWEEN_LOOKS:
            self._shown = now
            done, total, said = self._done, self._total, self._said()
            self._bar.update(self._task, refresh=True, completed=done, total=total, said=said)

    def end(self) -> None:
        """Show how it ended."""
        self._shown = 0.0
        self._show()


class _Lines(Progress):
    """In a file or a pipe: a line every few seconds."""

    def __init__(self, title: str, console: Console, between: float) -> None:
        super().__init__()
        self._title = title
        self._console = console
        self._between = between
        self._last = time.monotonic()

    def _show(self) -> None:
        now = time.monotonic()
        if now - self._last >= self._between:
            self._last = now
            done = f"{self._done} of {self._total} done"
            said = f"{self._title}: {', '.join(filter(None, (done, self._said())))}."
            self._console.print(said, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress(
    title: str,
    console: Console | None = None,
    *,
    quiet: bool = False,
    between: float = SECONDS_BETWEEN_LINES,
) -> Iterator[Progress]:
    """Show on stderr how far something is; yields what is to be told of it."""
    console = console or Console(stderr=True)
    if quiet:
        yield Progress()
    elif not console.is_terminal:
        yield _Lines(title, console, between)
    else:
        columns = _narrow() if console.width < NARROW else _wide()
        # Without a thread of its own, so that an interrupt reaches this one alone.
        with RichProgress(*columns, console=console, auto_refresh=False, expand=True) as bar:
            shown = _Bar(title, bar)
            yield shown
            shown.end()


def _wide() -> list[ProgressColumn]:
    said = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    return [
        *(TextColumn("{task.description}"), BarColumn(16), MofNCompleteColumn()),
        TextColumn("{task.fields[said]}", markup=False, table_column=said),
    ]


def _narrow() -> list[ProgressColumn]:
    said = Column(ratio=1, overflow="fold")
    text = "{task.completed:g} of {task.total}: {task.fields[said]}"
    return [TextColumn(text, markup=False, table_column=said)]


def _time(seconds: float) -> str:
    """Return a time that is read at a glance: 12 s, 3 min, 2 h 05 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"
