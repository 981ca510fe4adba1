"""The ``autograder`` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from traitlets import TraitError
from typer.core import TyperCommand

from . import __version__, lean_imports  # noqa: F401
from .errors import AutograderError, NotACourse
from .process import prepare
from .surroundings import explained

# --help and --version answer at once: nbgrader and NumPy, which take seconds to import, are
# imported by the commands themselves, and after ``lean_imports``.

app = typer.Typer(
    name="autograder",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
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
        console.print(f"autograder {__version__}", highlight=False)
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
    from . import cli_marks, cli_report  # noqa: F401 (more commands of the app)

    prepare()
    try:
        app()
        return
    except Exception as error:
        failure = error if isinstance(error, AutograderError | TraitError) else explained(error)
        if failure is None:
            raise
    _refuse(failure)  # not earlier: what the command held may be all the memory there is


def _refuse(error: Exception) -> NoReturn:
    errors.out(str(error), style="red", highlight=False)
    sys.exit(2)


@app.command(cls=Announced)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]")] = Path("demo-course"),
    students: Annotated[int, typer.Option(min=1, help="Size of the class.")] = 24,
    assignment: Annotated[
        str | None, typer.Option(help="Which assignment is given; by default the course's own.")
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Run a whole course in a folder: release, a simulated class, grading, feedback."""
    from .demo.lifecycle import run_demo

    ok = run_demo(folder, assignment, students, jobs, console)
    raise typer.Exit(0 if ok else 1)


@app.command(cls=Announced)
def quickstart(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    empty: Annotated[bool, typer.Option("--empty", help="Without any assignment.")] = False,
) -> None:
    """Make a new course folder for an instructor, or add what one of an older version lacks."""
    from .course.contents import Contents
    from .course.new_course import create_course

    create_course(folder, empty=empty)
    console.print(
        f"The course is in {folder}. Its README.md says what to do there:",
        markup=False,
        soft_wrap=True,
    )
    for name in Contents(folder).names()[:1]:
        console.print(f"  nbgrader generate_assignment {name}")
    console.print("  autograder new-assignment NAME --exercise FUNCTION")


@app.command(cls=Announced)
def grade(
    assignment: str,
    course_dir: CourseDir = Path(),
    student: Annotated[list[str] | None, typer.Option(help="Only this one; repeatable.")] = None,
    jobs: Jobs = None,
    force: Annotated[bool, typer.Option(help="Grade again what has not changed.")] = False,
    scheduler: Annotated[
        str | None, typer.Option(help="Of a Dask cluster whose workers grade: tcp://host:8786.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be graded, and why.")
    ] = False,
    scores: Annotated[
        bool, typer.Option("--scores", help="With --dry-run: grade it, and say what would change.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Say only what somebody has to look at.")
    ] = False,
    unsafe_no_sandbox: UnsafeNoSandbox = False,
) -> None:
    """Grade what was collected: in parallel, and only what changed."""
    if scores and not dry_run:
        raise typer.BadParameter("--scores says what --dry-run would change: name both.")
    from .batch.forkserver import default_jobs, start_early
    from .course.kept import is_nothing_kept

    if (force or is_nothing_kept(course_dir, assignment)) and not scheduler and not dry_run:
        start_early()  # else it may be that nothing is graded here
    from .course.folder import Course
    from .course.plain import is_plain
    from .pages.grading import print_dry_run, print_grading

    course, students = Course.open(course_dir), student or []
    if scores and is_plain(course, assignment):
        raise typer.BadParameter(f"nbgrader itself grades {assignment}, and writes when it does.")
    if dry_run:
        print_dry_run(course, assignment, students, force, console)
    if dry_run and not scores:
        raise typer.Exit
    status = print_grading(
        course,
        assignment,
        students,
        jobs=jobs or default_jobs(),
        force=force,
        unsafe_no_sandbox=unsafe_no_sandbox,
        scheduler=scheduler,
        dry=dry_run,
        quiet=quiet,
        console=console,
        errors=errors,
    )
    raise typer.Exit(status)


@app.command(cls=Announced)
def watch(
    assignment: str,
    course_dir: CourseDir = Path(),
    until: Annotated[
        str | None, typer.Option(help="When to end: 18:30, or '2030-01-31 18:30 UTC'.")
    ] = None,
    jobs: Jobs = None,
    unsafe_no_sandbox: UnsafeNoSandbox = False,
) -> None:
    """Grade what students hand in while they still work, and release feedback, until stopped."""
    from .batch.forkserver import default_jobs
    from .course.folder import Course
    from .course.plain import is_plain
    from .pages.watching import print_watch, time_of

    course = Course.open(course_dir)
    if is_plain(course, assignment):
        raise typer.BadParameter(f"{assignment} is graded by nbgrader itself: see autograder grade")
    course.assignment(assignment)
    try:
        end = time_of(until, course) if until else None
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(f"--until: {error}") from None
    print_watch(
        course,
        assignment,
        until=end,
        jobs=jobs or default_jobs(),
        unsafe_no_sandbox=unsafe_no_sandbox,
        console=console,
    )


@app.command(cls=Announced)
def grade_file(
    notebooks: Annotated[list[Path], typer.Argument(metavar="NOTEBOOK...")],
    assignment: Annotated[str, typer.Option(help="Which assignment the notebooks are of.")],
    student: Annotated[
        str | None,
        typer.Option(help="Whose numbers to draw; a course draws others, from its secret."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    gradescope: Annotated[
        bool, typer.Option("--gradescope", help="results.json of Gradescope, for one notebook.")
    ] = False,
    jobs: Jobs = None,
    unsafe_no_sandbox: UnsafeNoSandbox = False,
) -> None:
    """Grade notebooks by path, without a gradebook."""
    from .batch.forkserver import default_jobs
    from .course.contents import Contents, course_here
    from .course.options import Limits
    from .lms.gradescope import results_json
    from .pages.files import print_files
    from .results import to_json

    if gradescope and (json or len(notebooks) > 1):
        raise typer.BadParameter("--gradescope is for one notebook, without --json.")
    status = print_files(
        notebooks,
        assignment,
        Contents(course_here()),
        student,
        jobs=jobs or default_jobs(),
        limits=Limits(unsafe_no_sandbox=unsafe_no_sandbox),
        written=results_json if gradescope else to_json if json else None,
        console=console,
        errors=errors,
    )
    raise typer.Exit(status)


@app.command(cls=Announced)
def catalogue(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="[ASSIGNMENT...]", help="By default all.")
    ] = None,
) -> None:
    """Show which hidden tests notice which known mistake, and how many points it costs."""
    from .course.contents import Contents, course_here
    from .pages.catalogue import print_catalogue

    contents = Contents(course_here())
    names = assignments or contents.names()
    complete = [print_catalogue(contents.assignment(name), console) for name in names]
    raise typer.Exit(0 if all(complete) else 1)


@app.command(cls=Announced)
def doctor() -> None:
    """Say how far submitted code can be locked in on this machine, and what is missing."""
    from .pages.doctor import examine

    raise typer.Exit(0 if examine(console) == "strong" else 1)


@app.command(cls=Announced)
def new_assignment(
    name: str,
    exercise: Annotated[
        list[str], typer.Option(help="A function to write; repeatable.", show_default=False)
    ],
    questions: Annotated[int, typer.Option(min=0, help="Questions with letters.")] = 0,
    course_dir: CourseDir = Path(),
) -> None:
    """Write a new assignment: its notebook and its solutions, ready to be tried and filled in."""
    from .authoring.new_assignment import new_assignment as write
    from .course.contents import ASSIGNMENTS, HIDDEN_TESTS, SOLUTIONS
    from .course.folder import Course

    course = Course.open(checked_course(course_dir))
    write(course.contents, name, exercise, questions)
    console.print(
        f"Written: {course_dir / ASSIGNMENTS / name} and {course_dir / SOLUTIONS / name}.",
        markup=False,
    )
    console.print("Next, in the course folder:")
    for step in (
        f"jupyter lab {ASSIGNMENTS}/{name}/{name}.ipynb   # texts, visible checks, points",
        f"edit {SOLUTIONS}/{name}/__init__.py   # the functions, then: autograder sync",
        f"edit {SOLUTIONS}/{name}/{HIDDEN_TESTS}.py   # what is really checked",
        f"autograder check {name}",
        f"nbgrader generate_assignment {name}",
    ):
        console.print(f"  {step}", highlight=False, soft_wrap=True)


@app.command(cls=Announced)
def check(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="By default all.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only what can be read.")] = False,
    course_dir: CourseDir = Path(),
    jobs: Jobs = None,
) -> None:
    """Say what is missing or wrong in assignments: first what can be read, then what is tried."""
    from .batch.forkserver import default_jobs
    from .course.folder import Course
    from .pages.check import print_check

    course = Course.open(checked_course(course_dir))
    fine = print_check(
        course, names or (), quick=quick, jobs=jobs or default_jobs(), console=console
    )
    raise typer.Exit(0 if fine else 1)


@app.command(cls=Announced)
def sync() -> None:
    """Rewrite the source notebooks' cells that come from ``solutions/``."""
    from .course.contents import Contents
    from .course.sync import sync as sync_notebook

    contents = Contents(checked_course(Path.cwd()))  # what the package brings is not for writing
    for name in contents.names():
        console.print(f"{name}: {'rewritten' if sync_notebook(contents, name) else 'in step'}")


def checked_course(folder: Path) -> Path:
    """Return a folder that is a course. Raises NotACourse."""
    from .course.contents import is_course

    if not is_course(folder):
        raise NotACourse(str(folder.resolve()))
    return folder
