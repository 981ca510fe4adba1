"""``autograder release`` on the terminal: whose pages changed, and who still waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console

from ..batch.log import reasons
from ..course.folder import Course
from ..feedback.releasing import NO_RESULT, release
from ..notebook.safe_html import one_line
from .terminal import print_plain

MOST_NAMED = 40
MOST_WAITING_NAMED = 20  # of more, nobody looks for one by name


def print_release(course: Course, name: str, console: Console) -> None:
    """Release the pages of an assignment as the gradebook is now, and say what that was."""
    done = release(course, name)
    count = len(done.students)
    pages = "1 page" if count == 1 else f"{count} pages"
    changed = f"{len(done.changed)} of them changed"
    if done.is_released:
        print_plain(f"Released {pages} of feedback on {name}; {changed}.", console)
    else:
        where = f"{course.feedback_folder(name, 'STUDENT')}"
        said = f"{pages} of feedback on {name} in {where}; {changed}."
        print_plain(f"{said} There is no exchange to release to.", console)
    if done.waiting:
        print_who_waits(done.waiting, console)
    if done.without:
        have = "has" if len(done.without) == 1 else "have"
        print_plain(f"{len(done.without)} {have} no page:", console)
        known = reasons(course, name)
        reason = {
            student: known.get(student, why) if why == NO_RESULT else why
            for student, why in done.without.items()
        }
        _print_named(reason, console)


def print_who_waits(waiting: Mapping[str, Iterable[str]], console: Console) -> None:
    """Say how many wait for a mark of the same cells, and who, where these are few."""
    waits = "student still waits" if len(waiting) == 1 else "students still wait"
    alike: dict[str, list[str]] = {}
    for student, cells in waiting.items():
        alike.setdefault(" and ".join(cells), []).append(one_line(student))
    counts = ", ".join(f"{one_line(cells)} {len(students)}" for cells, students in alike.items())
    print_plain(f"{len(waiting)} {waits} for a mark by hand: {counts}", console)
    for cells, students in alike.items():
        if len(students) <= MOST_WAITING_NAMED:
            print_plain(f"  {one_line(cells)}: {', '.join(students)}", console)


def _print_named(said: Mapping[str, str], console: Console) -> None:
    for student, what in [*said.items()][:MOST_NAMED]:
        print_plain(f"  {one_line(student)}: {one_line(what)}", console)
    if (more := len(said) - MOST_NAMED) > 0:
        print_plain(f"  ... and {more} more", console)
