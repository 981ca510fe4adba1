"""The whole course in one folder, with nbgrader's own machinery at every step."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.apps import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from rich.console import Console
from rich.table import Table
from traitlets.config import Config

from ..batch.class_grading import grade_class
from ..batch.forkserver import default_jobs
from ..batch.outcome import ClassResult
from ..course.contents import CONFIG_FILE
from ..course.export import SafeCsv
from ..course.folder import Course
from ..course.gradebook import open_gradebook
from ..course.new_course import create_course
from ..errors import DemoFailed
from ..pages.doctor import WHAT_BUBBLEWRAP_ADDS
from ..pages.progress import progress
from ..pages.terminal import warn_unless_locked_in
from ..results import TOLERANCE, Grading, Ungraded
from .simulated_class import simulate_class
from .student import SimulatedStudent

MARKER = ".autograder-demo"  # only a folder with this file is emptied for another run


def run_demo(
    folder: Path, assignment: str | None, size: int, jobs: int | None, console: Console
) -> bool:
    """Run a course from release to feedback; return whether every score was as foreseen.

    Raises DemoFailed when the folder holds something else, or a step of nbgrader fails.
    """
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    course = _new_course(folder.resolve())
    assignment = assignment or course.demo_assignment
    students = simulate_class(course.assignment(assignment), size)
    exchange = _Exchange(course, assignment)

    console.print(f"A course in [bold]{folder}[/bold], with nbgrader's own exchange.")
    exchange.release()
    console.print(f"Released {assignment}: solutions cut out, no hidden test in it.")
    late = [student for student in students if student.late]
    for student in students:
        if student not in late:
            exchange.hand_in(student)
    console.print(f"{size} students fetched it, filled it in and submitted it.")
    if late:
        _end_the_time(course, assignment)
        for student in late:
            exchange.hand_in(student)
        console.print(f"{len(late)} of them were late.")
    exchange.collect()
    console.print("Collected. Grading:")
    results = _graded(course, assignment, jobs)
    exchange.give_feedback()
    _export(course, folder / "grades.csv")
    console.print("Feedback released, grades exported to grades.csv.")
    console.print()
    ok = _print_table(students, results, course, assignment, console)
    _print_how_far_locked_in([entry.result for entry in results.values()], console)
    _print_next_steps(folder, assignment, students[0].name, console)
    return ok


def _graded(course: Course, assignment: str, jobs: int | None) -> dict[str, ClassResult]:
    results = {}
    with progress(f"Grading {assignment}") as shown:
        for entry in grade_class(
            course,
            assignment,
            jobs=jobs or default_jobs(),
            unsafe_no_sandbox=True,  # the simulated students come with the course
            announce=shown.announce,
            tell=shown.waiting,
        ):
            results[entry.student] = entry
            shown.advance(failed=entry.failed)
    return results


def _new_course(folder: Path) -> Course:
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise DemoFailed(f"{folder} is not empty. Name another folder: autograder demo DIR")
        shutil.rmtree(folder)
    create_course(folder)
    (folder / MARKER).touch()
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)  # nbgrader refuses an exchange that not everybody can write to
    with (folder / CONFIG_FILE).open("a", encoding="utf-8") as config:
        config.write(f"c.Exchange.root = {str(exchange)!r}\n")
        # One account submits for the whole simulated class.
        config.write("c.ExchangeCollect.check_owner = False\n")
    return Course.open(folder)


class _Exchange:
    """The steps that go through nbgrader, the instructor's and the students'."""

    def __init__(self, course: Course, assignment: str) -> None:
        self._course = course
        self._assignment = assignment
        self._instructor = NbGraderAPI(course.coursedir, config=course.config)

    def release(self) -> None:
        self._step(self._instructor.generate_assignment, self._assignment)
        self._step(self._instructor.release_assignment, self._assignment)

    def hand_in(self, student: SimulatedStudent) -> None:
        """Fetch, fill in and submit as one student, in a folder of their own."""
        home = self._course.root / "students" / student.name
        home.mkdir(parents=True)
        self._as_student(student.name, home, "FetchAssignment")
        notebook = home / self._assignment / f"{self._assignment}.ipynb"
        released = nbformat.read(notebook, as_version=4)
        notebook.write_text(student.fill_in(released), encoding="utf-8")
        self._as_student(student.name, home, "Submit")

    def collect(self) -> None:
        self._step(self._instructor.collect, self._assignment)

    def give_feedback(self) -> None:
        self._step(self._instructor.release_feedback, self._assignment)

    def _as_student(self, name: str, home: Path, step: str) -> None:
        config = Config()
        config.CourseDirectory.course_id = self._course.coursedir.course_id
        config.CourseDirectory.assignment_id = self._assignment
        config.CourseDirectory.student_id = name
        config.CourseDirectory.root = str(home)
        config.Exchange.root = str(self._course.root / "exchange")
        config.Exchange.cache = str(home / "cache")
        config.Exchange.assignment_dir = str(home)
        factory = ExchangeFactory(config=config)
        coursedir = CourseDirectory(config=config)
        authenticator = Authenticator(config=config)
        exchange = getattr(factory, step)(coursedir=coursedir, authenticator=authenticator)
        exchange.log.setLevel(logging.ERROR)
        exchange.start()

    def _step(self, action: Callable[..., dict[str, Any]], *args: Any, **kwargs: Any) -> None:
        result = action(*args, **kwargs)
        if not result["success"]:
            raise DemoFailed(f"nbgrader failed:\n{result.get('error') or result.get('log')}")


def _end_the_time(course: Course, assignment: str) -> None:
    """Let the assignment be due now."""
    with open_gradebook(course.coursedir) as gradebook:
        due = datetime.now(UTC).replace(tzinfo=None)
        gradebook.update_or_create_assignment(assignment, duedate=due)


def _export(course: Course, target: Path) -> None:
    exporter = SafeCsv(config=course.config)
    exporter.to = str(target)
    with open_gradebook(course.coursedir) as gradebook:
        exporter.export(gradebook)


def _print_table(
    students: list[SimulatedStudent],
    results: dict[str, ClassResult],
    course: Course,
    assignment: str,
    console: Console,
) -> bool:
    table = Table("student", "handed in", "recognised", "points", "foreseen", "")
    source = course.assignment(assignment)
    all_right = True
    for student in students:
        result = results[student.name].result
        got = result.score if isinstance(result, Grading) else None
        expected = student.expected_score(source) if student.gradable else None
        recognised = student.is_recognised_in(result)
        right = _same(got, expected) and recognised is not False
        all_right = all_right and right
        mark = "" if right else "[red]differs[/red]"
        named = {None: "", True: "yes", False: "no"}[recognised]
        if student.unknown and recognised:
            named = "has no name yet"
        table.add_row(student.name, student.about, named, _number(got), _number(expected), mark)
    console.print(table)
    return all_right


def _print_how_far_locked_in(results: Sequence[Grading | Ungraded], console: Console) -> None:
    """Say what submitted code could do; at level strong it is only what bubblewrap would stop."""
    warn_unless_locked_in(results, console)
    graded = (result for result in results if isinstance(result, Grading))
    if any(result.sandbox == "strong" and result.sandbox_gaps for result in graded):
        console.print(f"Sandbox level: strong. {WHAT_BUBBLEWRAP_ADDS}", soft_wrap=True)


def _same(got: float | None, expected: float | None) -> bool:
    if got is None or expected is None:
        return got is expected
    return abs(got - expected) <= TOLERANCE


def _number(score: float | None) -> str:
    return "not graded" if score is None else f"{score:.1f}"


def _print_next_steps(folder: Path, assignment: str, student: str, console: Console) -> None:
    console.print("Next:")
    if sys.prefix != sys.base_prefix and "VIRTUAL_ENV" not in os.environ:
        activate = os.path.relpath(Path(sys.prefix) / "bin" / "activate")
        console.print(f"  source {activate}", highlight=False, soft_wrap=True)
    place = shlex.quote(str(folder))
    for step in (
        f"autograder report {assignment} --course-dir {place}   # what to teach",
        f"open {place}/feedback/{student}/{assignment}/{assignment}.html",
        f"autograder grade {assignment} --course-dir {place} --force",
        f"cd {place} && nbgrader autograde {assignment} --force   # the same, one by one",
        f"cd {place} && jupyter lab   # nbgrader's formgrader, for the written answers",
    ):
        console.print(f"  {step}", markup=False, highlight=False, soft_wrap=True)
