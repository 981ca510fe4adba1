"""What grading again would change, or has changed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from ..batch.changes import Fall
from ..batch.looking import Plan
from ..batch.outcome import ClassResult
from ..notebook.safe_html import one_line
from .terminal import print_plain

MOST_FALLS = 40
MOST_PLANNED = 40


@dataclass
class Regrade:
    """How many scores rose, fell and stayed, and each fall."""

    directions: Counter[str] = field(default_factory=Counter)
    falls: list[Fall] = field(default_factory=list)

    def add(self, entry: ClassResult) -> None:
        """Take in what became of one submission."""
        if entry.change:
            self.directions[entry.change.direction] += 1
            self.falls += entry.change.falls

    def show(self, console: Console, log: Path | None = None) -> None:
        """Print it, if the same files were graded again; ``log`` has what is too much here."""
        if not self.directions:
            return
        rose, fell, stayed = (self.directions[which] for which in ("rose", "fell", "stayed"))
        print_plain(f"Graded again: {rose} rose, {fell} fell, {stayed} stayed.", console)
        shown = self.falls if log is None else self.falls[:MOST_FALLS]
        for fall in shown:
            print_plain(f"{one_line(fall.student)}: {fall}", console)
        if log and (more := len(self.falls) - len(shown)):
            print_plain(f"{more} more that fell are in {os.path.relpath(log)}.", console)


def print_plan(plan: Plan, console: Console) -> None:
    """Print what would be graded, and why: how many for each reason, then the first by name.

    Below it stands what lies beside, and would not be graded.
    """
    planned = plan.planned
    print_plain(f"{len(planned)} of {plan.total} would be graded.", console)
    for why, count in Counter(each.why for each in planned).most_common():
        print_plain(f"{count}: {why}", console)
    _print_first([(each.student, each.why) for each in planned], console)
    _print_first([(whose, note) for whose, notes in plan.beside.items() for note in notes], console)


def _print_first(said: Sequence[tuple[str, str]], console: Console) -> None:
    """Print what is said of each student, as far as there is room."""
    for student, what in said[:MOST_PLANNED]:
        print_plain(f"{one_line(student)}: {what}", console)
    if len(said) > MOST_PLANNED:
        print_plain(f"... and {len(said) - MOST_PLANNED} more", console)
