"""The commands of ``autograder`` about a class that is graded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .cli import Announced, CourseDir, app, console, errors


@app.command(cls=Announced)
def report(
    assignment: Annotated[str | None, typer.Argument(metavar="[NAME]", show_default=False)] = None,
    course_dir: CourseDir = Path(),
    every: Annotated[
        bool, typer.Option("--all", help="Of all assignments, by student and by idea.")
    ] = False,
    similar: Annotated[
        bool, typer.Option("--similar", help="Only whose code is suspiciously alike.")
    ] = False,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Letters in the place of names.")
    ] = False,
) -> None:
    """Write what the class did not understand: a page, and the same data as JSON and CSV."""
    from .course.folder import Course
    from .pages.older_results import warn_of_older_results
    from .pages.report import write_report
    from .pages.report_more import write_across, write_similar

    course = Course.open(course_dir)
    if every == (assignment is not None) or (every and similar):
        raise typer.BadParameter("Name an assignment, or say --all.")
    if assignment is None:
        write_across(course, anonymous=anonymous, console=console)
    elif similar:
        write_similar(course, assignment, anonymous=anonymous, console=console)
    else:
        write_report(course, assignment, anonymous=anonymous, console=console)
        warn_of_older_results(course, assignment, errors)


@app.command(cls=Announced)
def name_group(
    assignment: str,
    group: Annotated[str, typer.Argument(help="As autograder report shows it.")],
    name: Annotated[str, typer.Option(help="What its students do: 'forgets the last row'.")],
    hint: Annotated[str, typer.Option(help="What a good teaching assistant would ask.")],
    course_dir: CourseDir = Path(),
) -> None:
    """Name a mistake that nobody knew, once: its students get the hint with the next feedback."""
    from .course.folder import Course
    from .pages.report_more import print_name_group

    print_name_group(Course.open(course_dir), assignment, group, name, hint, console)
