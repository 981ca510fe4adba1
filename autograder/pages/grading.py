"""``autograder grade`` on the terminal: how far it is, the class, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial

from rich.console import Console

from ..batch.class_grading import grade_class
from ..batch.cluster import Cluster
from ..batch.log import log_path
from ..batch.looking import plan_class
from ..course.folder import Course
from ..course.marks import marks_of_class
from ..course.plain import is_plain
from .class_table import ClassTable
from .progress import progress
from .regrade import Regrade, print_plan
from .terminal import (
    print_broken_tests,
    print_interrupted,
    print_waiting,
    warn_of_plain,
    warn_unless_locked_in,
)

INTERRUPTED = 130  # as shells have it


def print_grading(
    course: Course,
    name: str,
    students: Sequence[str],
    *,
    jobs: int,
    force: bool,
    unsafe_no_sandbox: bool,
    scheduler: str | None,
    dry: bool,
    quiet: bool,
    console: Console,
    errors: Console,
) -> int:
    """Grade a class and print what became of it; return the status with which the command ends.

    That is 1 where something was not graded, and 130 after an interrupt. If ``dry``, only what
    would change is printed. If ``quiet``, only what somebody has to look at.
    """
    plain = is_plain(course, name)
    if plain:
        warn_of_plain(name, errors)
    say = partial(print_waiting, console=errors)
    table, regrade, log = ClassTable(), Regrade(), None if dry else log_path(course, name)
    with progress(f"Grading {name}", errors, quiet=quiet) as shown:
        entries = grade_class(
            course,
            name,
            students=students,
            jobs=jobs,
            force=force,
            unsafe_no_sandbox=unsafe_no_sandbox,
            cluster=Cluster(scheduler, say) if scheduler else None,
            announce=shown.announce,
            waiting=say,
            tell=shown.waiting,
            dry=dry,
        )
        done = 0
        try:
            with closing(entries):
                for entry in entries:
                    table.add(entry)
                    regrade.add(entry)
                    shown.advance(failed=entry.failed, kept=entry.unchanged)
                    done += 1
        except KeyboardInterrupt:
            if dry or not quiet:
                regrade.show(console, log)
            print_interrupted(done, errors)
            return INTERRUPTED
    if quiet or log is None:
        table.show_ungraded(log, errors)
    else:
        table.show(marks_of_class(course, name, table.shown_students), log, console)
    if dry or not quiet:
        regrade.show(console, log)
    if not plain:
        warn_unless_locked_in([table.weak] if table.weak else [], errors)
    broken = print_broken_tests(table.broken, errors)
    return 1 if table.ungraded or broken else 0


def print_dry_run(
    course: Course, name: str, students: Sequence[str], force: bool, console: Console
) -> None:
    """Print what would be graded, and why; nothing is graded, and nothing is written."""
    print_plan(plan_class(course, name, students=students, force=force), console)
