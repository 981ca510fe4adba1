"""What is missing or wrong in assignments, as lines that an editor finds its way from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from ..authoring.check import (
    broken,
    missing_files,
    names_to_check,
    what_can_be_read,
)
from ..authoring.finding import Finding, Subject
from ..authoring.looking import look_at_letters, look_at_the_release, look_at_the_solved
from ..authoring.trying import graded, handed_in, judged
from ..course.folder import Course
from ..errors import AutograderError, CannotGradeHere
from ..grading import open_sandbox
from ..notebook.safe_html import plain
from .progress import progress


def print_check(
    course: Course, chosen: Sequence[str], *, quick: bool, jobs: int, console: Console
) -> bool:
    """Print all that is missing or wrong in assignments; return whether nothing is.

    First what can be read, of all of them; then, unless ``quick``, what must be tried. Raises
    UnknownAssignment and CannotGradeHere.
    """
    names = names_to_check(course.contents, chosen, course.options.plain_assignments)
    found: dict[str, int] = dict.fromkeys(names, 0)
    subjects = []
    for name in names:
        subject, findings = _read(course, name)
        found[name] += _print(findings, console)
        subjects += [subject] if subject else []
    for subject in () if quick else subjects:
        name = subject.assignment.name
        found[name] += _print(_tried(subject, jobs), console)
    for name, count in found.items():
        things = "1 thing" if count == 1 else f"{count} things"
        said = f"{things} to mend" if count else "nothing to mend"
        unread = ", as far as it was read (the rest without --quick)" if quick else ""
        console.print(f"{name}: {said}{unread}.", highlight=False)
    if not names:
        console.print("There is no assignment yet. To write one: autograder new-assignment --help")
    return not any(found.values())


def _read(course: Course, name: str) -> tuple[Subject | None, list[Finding]]:
    """Return an assignment and what can be read of it; None where it cannot be read at all."""
    if missing := missing_files(course.contents, name):
        return None, missing
    limits = course.limits(name)
    try:
        subject = Subject(course.contents, name, limits)
        return subject, what_can_be_read(subject)
    except CannotGradeHere:
        raise
    except AutograderError as error:
        return None, [broken(course.contents, name, error)]


def _tried(subject: Subject, jobs: int) -> list[Finding]:
    """Return what comes of running the notebook, and of handing the assignment in."""
    name, todo = subject.assignment.name, handed_in(subject.assignment)
    findings: list[Finding] = []
    with progress(f"Trying {name}") as shown:
        shown.announce(len(todo) + 3)
        limits = replace(subject.limits, unsafe_no_sandbox=True)  # it is the course's own
        with open_sandbox(limits, subject.contents.root) as sandbox:
            for look in (look_at_the_solved, look_at_the_release, look_at_letters):
                findings += look(subject, sandbox)
                shown.advance()
        results = []
        for result in graded(subject, todo, jobs):
            results.append(result)
            shown.advance()
    return findings + judged(subject, todo, results).findings


def _print(findings: Iterable[Finding], console: Console) -> int:
    """Print findings once each, with paths from the working folder; return how many."""
    once = dict.fromkeys(findings)
    for finding in once:
        shown = replace(finding, file=Path(os.path.relpath(finding.file)))
        console.print(plain(str(shown)), highlight=False, markup=False, soft_wrap=True)
    return len(once)
