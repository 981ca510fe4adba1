"""``autograder release`` on the terminal: whose pages changed, and who still waits."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from ..course.folder import Course
from ..feedback.releasing import release
from ..notebook.safe_html import one_line
from .terminal import print_plain

MOST_NAMED = 40


def print_release(course: Course, name: str, console: Console) -> None:
    """Release the pages of an assignment as the gradebook is now, and say what that was."""
    done = release(course, name)
    count = len(done.students)
    pages = "1 page" if count == 1 else f"{count} pages"
    changed = f"{len(done.changed)} of them changed"
    if done.exchange:
        print_plain(f"Released {pages} of feedback on {name}; {changed}.", console)
    else:
        where = f"{course.feedback_folder(name, 'STUDENT')}"
        said = f"{pages} of feedback on {name} in {where}; {changed}."
        print_plain(f"{said} There is no exchange to release to.", console)
    if done.waiting:
        wait = "student still waits" if len(done.waiting) == 1 else "students still wait"
        print_plain(f"{len(done.waiting)} {wait} for a mark by hand:", console)
        _print_named({student: ", ".join(of) for student, of in done.waiting.items()}, console)
    if done.without:
        have = "has" if len(done.without) == 1 else "have"
        print_plain(f"{len(done.without)} {have} no page:", console)
        _print_named(done.without, console)


def _print_named(said: Mapping[str, str], console: Console) -> None:
    for student, what in [*said.items()][:MOST_NAMED]:
        print_plain(f"  {one_line(student)}: {one_line(what)}", console)
    if (more := len(said) - MOST_NAMED) > 0:
        print_plain(f"  ... and {more} more", console)
