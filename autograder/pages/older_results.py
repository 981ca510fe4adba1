"""A word about results that another version of this package has made."""

from __future__ import annotations

from rich.console import Console

from ..batch.freshness import of_another_version
from ..course.folder import Course
from ..course.plain import is_plain
from .terminal import print_plain


def warn_of_older_results(course: Course, name: str, console: Console) -> None:
    """Say so where what is shown comes of results that would be others now, hints above all."""
    count = 0 if is_plain(course, name) else of_another_version(course, name)
    if count:
        results = "1 result is" if count == 1 else f"{count} results are"
        print_plain(
            f"{results} of another version of the autograder, hints included. To renew them: "
            f"autograder grade {name}",
            console,
        )
