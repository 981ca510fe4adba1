"""What holds of several results, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from ..course.plain import plain_warning
from ..notebook.safe_html import plain
from ..results import Grading, Ungraded, broken_tests
from ..sandbox.level import not_locked_in


def print_broken_tests(results: Sequence[Grading | Ungraded], console: Console) -> bool:
    """Name each hidden test that failed as a program once; return whether there is any."""
    found = broken_tests(result for result in results if isinstance(result, Grading))
    for sentence, count in found.items():
        who = "1 submission waits" if count == 1 else f"{count} submissions wait"
        print_plain(f"{sentence} {who} for a human because of it.", console)
    return bool(found)


def warn_unless_locked_in(results: Sequence[Grading | Ungraded], console: Console) -> None:
    """Say once what submitted code could do, where it was not wholly locked in."""
    graded = (result for result in results if isinstance(result, Grading))
    if weak := next((result for result in graded if result.sandbox != "strong"), None):
        _warn(not_locked_in(weak.sandbox, weak.sandbox_gaps), console)


def warn_of_plain(assignment: str, console: Console) -> None:
    """Say what submitted code can do in an assignment that nbgrader itself grades."""
    _warn(plain_warning(assignment), console)


def print_waiting(sentence: str, console: Console) -> None:
    """Say what a command waits for."""
    _warn(sentence, console)


def print_interrupted(done: int, console: Console) -> None:
    """Say how far an interrupted command came, and how to go on."""
    are = "submission is" if done == 1 else "submissions are"
    rest = "The same command goes on with the rest; with --force, leave that out."
    _warn(f"Interrupted: {done} {are} done. {rest}", console)


def _warn(text: str, console: Console) -> None:
    console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)


def print_plain(text: str, console: Console) -> None:
    """Print text that may hold anything, on lines of its own."""
    console.print(plain(text), highlight=False, markup=False, soft_wrap=True)
