"""The commands of ``autograder`` about marks: on pages of feedback, for an LMS, and by hand."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .cli import Announced, CourseDir, app, checked_course, console, errors


class Lms(StrEnum):
    """Where marks go."""

    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"
    CSV = "csv"


@app.command(cls=Announced)
def release(assignment: str, course_dir: CourseDir = Path()) -> None:
    """Bring everybody's page of feedback up to date, release them, and say who still waits."""
    from .course.folder import Course
    from .pages.older_results import warn_of_older_results
    from .pages.release import print_release

    course = Course.open(checked_course(course_dir))
    print_release(course, assignment, console)
    warn_of_older_results(course, assignment, errors)


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


@app.command(cls=Announced)
def written(
    assignment: str,
    graders: Annotated[int, typer.Option(min=1, help="How many share the answers.")] = 1,
    read: Annotated[
        list[Path] | None, typer.Option(help="A sheet whose marks are read back; repeatable.")
    ] = None,
    course_dir: CourseDir = Path(),
) -> None:
    """Lay out written answers beside the model answer, equal ones together; read marks back."""
    from .course.folder import Course
    from .pages.written import print_read_back, write_sheets

    course = Course.open(course_dir)
    if read:
        raise typer.Exit(print_read_back(course, assignment, read, console))
    write_sheets(course, assignment, graders, console)
