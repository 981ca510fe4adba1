"""The commands of ``autograder`` about marks: those that go to an LMS."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .cli import Announced, CourseDir, app, console


class Lms(StrEnum):
    """Where marks go."""

    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"
    CSV = "csv"


@app.command(cls=Announced)
def export(
    assignment: str,
    lms: Annotated[Lms, typer.Option("--for", help="The form in which it has marks.")] = Lms.CSV,
    roster: Annotated[
        Path | None, typer.Option(help="The class list that the LMS exports, as CSV.")
    ] = None,
    with_waiting: Annotated[
        bool, typer.Option("--with-waiting", help="Also marks that are not final yet.")
    ] = False,
    course_dir: CourseDir = Path(),
) -> None:
    """Write the marks of an assignment as Canvas, Moodle or Gradescope has them, or as CSV."""
    from .course.folder import Course
    from .pages.export import print_export

    course = Course.open(course_dir)
    print_export(course, assignment, lms.value, roster, with_waiting=with_waiting, console=console)
