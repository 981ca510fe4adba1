"""Results on the terminal: one submission, or a class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ..batch.class_grading import ClassResult
from ..course.plain import plain_warning
from ..notebook.safe_html import plain
from ..results import Grading, Ungraded, broken_tests
from ..running.cell_outputs import verdict_text, written_text
from ..sandbox.probe import not_locked_in

MOST_IN_A_ROW = 70  # characters of a reason in the table of a class; below it stands whole


def print_result(result: Grading | Ungraded, console: Console) -> None:
    """Print everything about one notebook."""
    if isinstance(result, Ungraded):
        _print_plain(f"{result.notebook}: not graded. {result.error}", console)
        return
    texts = [f"{result.notebook}: {points(result)}"]
    texts += [verdict_text(exercise) for exercise in result.exercises]
    texts += [written_text(answer) for answer in result.written]
    texts += result.notes
    for text in texts:
        _print_plain(text, console)


def print_class(results: Sequence[ClassResult], console: Console) -> None:
    """Print one row per student, and below what there is to say of some of them."""
    table = Table("student", "points", "waiting", "exercises below full points")
    for entry in sorted(results, key=lambda entry: entry.student):
        if isinstance(entry.result, Ungraded):
            error = Text(_short(entry.result.error), "red")
            table.add_row(escape(_short(entry.student)), "not graded", "", error)
        else:
            table.add_row(
                escape(_short(entry.student)),
                f"{entry.result.score:.1f} / {entry.result.max_score:g}",
                f"{entry.result.pending:g}",
                ", ".join(_incomplete(entry.result)),
            )
    console.print(table)
    for entry in sorted(results, key=lambda entry: entry.student):
        for note in (*_below(entry.result), *entry.notes):
            _print_plain(f"{_short(entry.student)}: {_in_one_line(note)}", console)
    unchanged = sum(entry.unchanged for entry in results)
    if unchanged:
        console.print(f"{unchanged} of {len(results)} had not changed and kept their result.")


def print_broken_tests(results: Sequence[Grading | Ungraded], console: Console) -> bool:
    """Name each hidden test that failed as a program once; return whether there is any."""
    found = broken_tests(result for result in results if isinstance(result, Grading))
    for sentence, count in found.items():
        who = "1 submission waits" if count == 1 else f"{count} submissions wait"
        _print_plain(f"{sentence} {who} for a human because of it.", console)
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


@contextmanager
def progress_bar(title: str) -> Iterator[tuple[Callable[[int], None], Callable[[], None]]]:
    """Show a bar on stderr; yields what to tell it: how many there are, and that one is done."""
    columns = (
        *(TextColumn("{task.description}"), BarColumn()),
        *(MofNCompleteColumn(), TimeElapsedColumn()),
    )
    # Without a thread of its own, so that an interrupt reaches this one alone.
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False) as progress:
        task = progress.add_task(title, total=None)

        def announce(total: int) -> None:
            progress.update(task, total=total)

        def advance() -> None:
            progress.advance(task)
            progress.refresh()

        yield announce, advance


def points(result: Grading) -> str:
    """Return the points in words."""
    waiting = f", {result.pending:g} wait for a human" if result.pending else ""
    return f"{round(result.score, 2):g} of {result.max_score:g} points{waiting}"


def _below(result: Grading | Ungraded) -> list[str]:
    """Return what is said on a line of its own, where a command can be copied."""
    if isinstance(result, Grading):
        return result.notes
    return [result.error] if len(_in_one_line(result.error)) > MOST_IN_A_ROW else []


def _in_one_line(text: str) -> str:
    return " ".join(plain(text).splitlines())


def _short(text: str) -> str:
    """Return the beginning of a text that may hold anything, for a row of the table."""
    line = _in_one_line(text)
    return line if len(line) <= MOST_IN_A_ROW else f"{line[:MOST_IN_A_ROW]}…"


def _incomplete(result: Grading) -> list[str]:
    return [e.name for e in result.exercises if e.score is None or e.score < e.max_score]


def _warn(text: str, console: Console) -> None:
    console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)


def _print_plain(text: str, console: Console) -> None:
    """Print text that may hold anything, on lines of its own."""
    console.print(plain(text), highlight=False, markup=False, soft_wrap=True)
