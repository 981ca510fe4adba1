"""``autograder grade-file`` on the terminal: everything about each notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console

from ..batch.class_grading import grade_files
from ..course.contents import Contents
from ..course.options import Limits
from ..results import Grading, Ungraded, points
from ..running.cell_outputs import verdict_text, written_text
from .terminal import print_broken_tests, print_plain, warn_unless_locked_in


def print_files(
    paths: Sequence[Path],
    assignment: str,
    contents: Contents,
    student: str | None,
    *,
    jobs: int,
    limits: Limits,
    written: Callable[[Grading | Ungraded], str] | None,
    console: Console,
    errors: Console,
) -> int:
    """Grade notebooks by path and print each result; return the status of the command.

    That is 1 where something was not graded. If results are ``written``, it says how.
    """
    results: list[Grading | Ungraded] = []
    with closing(
        grade_files(paths, assignment, contents, student=student, jobs=jobs, limits=limits)
    ) as graded:
        for result in graded:
            results.append(result)
            if written:
                print(written(result), flush=True)
            else:
                _print_result(result, console)
    warn_unless_locked_in(results, errors)
    broken = print_broken_tests(results, errors)
    return 1 if broken or any(isinstance(result, Ungraded) for result in results) else 0


def _print_result(result: Grading | Ungraded, console: Console) -> None:
    """Print everything about one notebook."""
    if isinstance(result, Ungraded):
        print_plain(f"{result.notebook}: not graded. {result.error}", console)
        return
    texts = [f"{result.notebook}: {points(result)}"]
    texts += [verdict_text(exercise) for exercise in result.exercises]
    texts += [written_text(answer) for answer in result.written]
    texts += result.notes
    for text in texts:
        print_plain(text, console)
