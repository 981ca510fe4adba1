"""The ``autograder`` command."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from traitlets import TraitError
from typer.core import TyperCommand

from . import lean_imports  # noqa: F401 (before anything imports nbformat or nbgrader)
from .errors import AutograderError

# --help and --version answer at once: nbgrader and NumPy, which take seconds to import, are
# imported by the commands themselves.

app = typer.Typer(
    name="autograder",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()
errors = Console(stderr=True)


class Announced(TyperCommand):
    """A command that first says that it is there: what it imports takes seconds."""

    def invoke(self, ctx: Any) -> Any:
        """Say so on a terminal, where somebody may wonder; then do it."""
        if errors.is_terminal:
            errors.print(f"autograder {self.name}: loading nbgrader and NumPy ...", style="dim")
        return super().invoke(ctx)


CourseDir = Annotated[
    Path,
    typer.Option(exists=True, file_okay=False, help="The course folder, with nbgrader_config.py."),
]
UnsafeNoSandbox = Annotated[
    bool,
    typer.Option(
        "--unsafe-no-sandbox", help="Grade even where submitted code cannot be locked in."
    ),
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes; by default one per processor.")]


def _print_version(asked: bool) -> None:
    if asked:
        console.print(f"autograder {version('why-convolutions')}", highlight=False)
        raise typer.Exit


@app.callback()
def about(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Grade notebooks with hidden tests that run outside the student's process."""


def main() -> None:
    """Run the command; errors meant for people are printed without a traceback."""
    # The arrays compared here are small: threads would only be there to be interrupted.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # nbgrader calls alembic by name, which is beside this command and perhaps not on the path.
    os.environ["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    )
    for signum in (signal.SIGTERM, signal.SIGHUP):  # end as cleanly as on an interrupt
        signal.signal(signum, signal.default_int_handler)
    try:
        app()
    except (AutograderError, TraitError) as error:
        errors.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


@app.command(cls=Announced)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]")] = Path("demo-course"),
    students: Annotated[int, typer.Option(min=1, help="Size of the class.")] = 24,
    assignment: Annotated[str, typer.Option(help="Which assignment is given.")] = "pooling",
    jobs: Jobs = None,
) -> None:
    """Run a whole course in a folder: release, a simulated class, grading, feedback."""
    from .demo.lifecycle import run_demo

    ok = run_demo(folder, assignment, students, jobs, console)
    raise typer.Exit(0 if ok else 1)


@app.command(cls=Announced)
def quickstart(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Make a new course folder for an instructor."""
    from .course import create_course

    create_course(folder)
    console.print(f"The course is in {folder}. Next, in that folder:")
    console.print("  nbgrader generate_assignment pooling")


@app.command(cls=Announced)
def grade(
    assignment: str,
    course_dir: CourseDir = Path(),
    student: Annotated[list[str] | None, typer.Option(help="Only this one; repeatable.")] = None,
    jobs: Jobs = None,
    force: Annotated[bool, typer.Option(help="Grade again what has not changed.")] = False,
    unsafe_no_sandbox: UnsafeNoSandbox = False,
) -> None:
    """Grade what was collected: in parallel, and only what changed."""
    from .course import Course
    from .results import Ungraded
    from .summary import grade_with_progress, print_class, warn_unless_locked_in
    from .workers import default_jobs

    results = grade_with_progress(
        Course.open(course_dir),
        assignment,
        students=student or (),
        jobs=jobs or default_jobs(),
        force=force,
        unsafe_no_sandbox=unsafe_no_sandbox,
    )
    print_class(results, console)
    warn_unless_locked_in([entry.result for entry in results if not entry.unchanged], errors)
    failed = any(isinstance(entry.result, Ungraded) for entry in results)
    raise typer.Exit(1 if failed else 0)


@app.command(cls=Announced)
def grade_file(
    notebooks: Annotated[list[Path], typer.Argument(metavar="NOTEBOOK...")],
    assignment: Annotated[str, typer.Option(help="Which assignment the notebooks are of.")],
    student: Annotated[
        str | None,
        typer.Option(help="Whose numbers to draw; a course draws others, from its secret."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    jobs: Jobs = None,
    unsafe_no_sandbox: UnsafeNoSandbox = False,
) -> None:
    """Grade notebooks by path, without a gradebook."""
    from .batch import grade_files
    from .options import Limits
    from .results import Grading, Ungraded, to_json
    from .summary import print_result, warn_unless_locked_in
    from .workers import default_jobs

    results: list[Grading | Ungraded] = []
    limits = Limits(unsafe_no_sandbox=unsafe_no_sandbox)
    graded = grade_files(
        notebooks, assignment, student=student, jobs=jobs or default_jobs(), limits=limits
    )
    with closing(graded):
        for result in graded:
            results.append(result)
            if json:
                print(to_json(result), flush=True)
            else:
                print_result(result, console)
    warn_unless_locked_in(results, errors)
    failed = any(isinstance(result, Ungraded) for result in results)
    raise typer.Exit(1 if failed else 0)


@app.command(cls=Announced)
def catalogue(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT...]", help="By default all.")
    ] = None,
) -> None:
    """Show which hidden tests notice which known mistake, and how many points it costs."""
    from .assignment import assignment_names, load_assignment
    from .catalogue import print_catalogue

    names = assignments or assignment_names()
    complete = [print_catalogue(load_assignment(name), console) for name in names]
    raise typer.Exit(0 if all(complete) else 1)


@app.command(cls=Announced)
def doctor() -> None:
    """Say how far submitted code can be locked in on this machine, and what is missing."""
    from .doctor import examine

    raise typer.Exit(0 if examine(console) == "strong" else 1)


@app.command(cls=Announced)
def sync() -> None:
    """Rewrite the source notebooks' cells that come from ``solutions/``."""
    from .assignment import assignment_names
    from .sync import sync as sync_notebook

    for name in assignment_names():
        console.print(f"{name}: {'rewritten' if sync_notebook(name) else 'in step'}")
