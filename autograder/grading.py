"""The heart: one submitted notebook in, a Grading and the executed notebook out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from nbformat import NotebookNode

from .course.candidates import Chosen, alone
from .course.contents import Contents, course_here
from .course.options import Limits
from .errors import NotLockedIn, SandboxFailed
from .explanation.explain import explain
from .notebook.answers import untouched_answers
from .notebook.assignment import (
    GRADE_PREFIX,
    Assignment,
    Exercise,
    grade_id,
    is_demonstration,
)
from .notebook.own_text import digests_of_texts
from .notebook.prose import places_of_prose
from .notebook.submission import STAND_IN, read_notebook, restore
from .results import ExerciseResult, Grading, TestResult, WrittenAnswer, score_of
from .running import cell_outputs
from .running.alone import run_each_alone
from .running.execution import Execution
from .running.student import Student
from .running.time_left import TimeLeft
from .sandbox.host import Sandbox


@dataclass(frozen=True)
class Graded:
    """The result, and the notebook with outputs and verdicts; ``time`` is what is left of it.

    ``seconds`` is what the calls of hidden tests took, by exercise: the same code has another time
    in each run, so it is no part of the result.
    """

    grading: Grading
    notebook: NotebookNode
    time: TimeLeft
    seconds: dict[str, float] = field(default_factory=dict)


def grade_notebook(
    notebook: str | Path | NotebookNode,
    assignment: str,
    *,
    student: str | None = None,
    limits: Limits | None = None,
) -> Grading:
    """Grade one notebook (a path or a loaded notebook), without a gradebook.

    The assignment is one of the course in the working folder, or if that is none, of the course
    that comes with the package. No secret is used: a student's hidden inputs are not those of a
    course. Raises UnknownAssignment, NoHiddenTests, MissingSource, BadSource, BrokenCourseFile,
    MissingNotebook, UnreadableNotebook, NoKnownCells, HiddenTestsFailed, CannotGradeHere or
    SandboxFailed.
    """
    limits = limits or Limits()
    time, chosen = TimeLeft(limits.submission_seconds), None
    if isinstance(notebook, NotebookNode):
        name, submitted = assignment, notebook
    else:
        path = Path(notebook)
        name, submitted, chosen = str(notebook), read_notebook(path), alone(path)
    course = course_here()
    with open_sandbox(limits, course) as sandbox:
        return grade(
            submitted,
            Contents(course).assignment(assignment),
            sandbox,
            notebook=name,
            student=student,
            limits=limits,
            chosen=chosen,
            time=time,
        ).grading


def open_sandbox(
    limits: Limits, course: Path, folder: Path | None = None, copy: Path | None = None
) -> Sandbox:
    """Start a sandbox (its files in ``folder``) and make sure that it locks submitted code in.

    The ``course`` is what it must not read, nor a ``copy`` of that.

    Raises NotLockedIn unless the limits allow grading without, and what Sandbox raises.
    """
    packages, size = limits.packages, limits.file_mib
    sandbox = Sandbox(folder, course=course, copy=copy, packages=packages, scratch_mib=size)
    try:
        if sandbox.probe.level == "none" and not limits.unsafe_no_sandbox:
            raise NotLockedIn(list(sandbox.probe.gaps))
    except BaseException:
        sandbox.close()
        raise
    return sandbox


def grade(
    submitted: NotebookNode,
    assignment: Assignment,
    sandbox: Sandbox,
    *,
    notebook: str,
    student: str | None = None,
    secret: bytes = b"",
    limits: Limits,
    chosen: Chosen | None = None,
    time: TimeLeft | None = None,
) -> Graded:
    """Restore the notebook, run its cells in the sandbox, then the hidden tests against it.

    ``notebook`` is only a name for the result, and ``chosen`` tells what lay beside it; ``time`` is
    what is left of the submission's, all of it by default. The random inputs of the hidden tests
    depend on ``secret``, the assignment and the student. Where the sandbox itself ended meanwhile,
    killed perhaps, all of it is done once more, in new time. Raises NoKnownCells, HiddenTestsFailed
    or SandboxFailed.
    """
    once = partial(
        _grade, submitted, assignment, sandbox, notebook, student, secret, limits, chosen
    )
    try:
        return _undisturbed(sandbox, once, time or TimeLeft(limits.submission_seconds))
    except SandboxFailed:
        return _undisturbed(sandbox, once, TimeLeft(limits.submission_seconds))


def _undisturbed(sandbox: Sandbox, once: Callable[[TimeLeft], Graded], time: TimeLeft) -> Graded:
    """Return what was found, unless the child may have ended through no fault of its own."""
    deaths = sandbox.deaths
    graded = once(time)
    if sandbox.deaths > deaths:
        raise SandboxFailed("The sandbox in which it ran was killed. Was memory exhausted?")
    return graded


def _grade(
    submitted: NotebookNode,
    assignment: Assignment,
    sandbox: Sandbox,
    notebook: str,
    student: str | None,
    secret: bytes,
    limits: Limits,
    chosen: Chosen | None,
    time: TimeLeft,
) -> Graded:
    executed = restore(submitted, assignment)
    untouched = untouched_answers(executed, assignment)
    written = _written(executed, assignment, untouched)
    answered = {answer.name for answer in written if answer.answered}
    untouched = [name for name in untouched if name not in answered]
    seed = _seed(secret, assignment.name, student)
    cells = _cells_to_run(executed, limits)
    left_out = chosen.modules if chosen else ()
    files = assignment.given_files
    with Execution(sandbox, cells, limits, files, left_out, time) as execution:
        execution.run_cells()
        answers = Student(execution, assignment.signatures())
        tests = run_each_alone(assignment, answers, seed, executed, execution.start_again)
        seconds = {name: round(took, 4) for name, took in answers.seconds.items()}
        results = [
            _result(exercise, tests.get(exercise.name, [])) for exercise in assignment.exercises
        ]
        exercises = explain(
            results, assignment, answers, executed, untouched, time, execution.limit_before
        )
    grading = Grading.of(
        exercises,
        written,
        untouched,
        notebook=notebook,
        assignment=assignment.name,
        student=student,
        sandbox=sandbox.probe.level,
        sandbox_gaps=list(sandbox.probe.gaps),
        notes=chosen.notes if chosen else (),
        limits=execution.limits_met,
        texts=digests_of_texts((e.name for e in assignment.exercises), written, executed.cells),
    )
    _write_outputs(executed, execution, grading, time)
    return Graded(grading, executed, time, seconds)


def _result(exercise: Exercise, tests: list[TestResult]) -> ExerciseResult:
    return ExerciseResult(
        name=exercise.name,
        score=score_of(tests, exercise.points),
        max_score=exercise.points,
        tests=tests,
    )


def _seed(secret: bytes, assignment: str, student: str | None) -> bytes:
    return hashlib.sha256(repr((secret, assignment, student)).encode()).digest()


def _cells_to_run(notebook: NotebookNode, limits: Limits) -> dict[int, str]:
    """Return the code cells by number, without grade cells, demonstrations and stand-ins."""
    return {
        number: cell.source
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        and not cell.metadata.get("nbgrader", {}).get("grade", False)
        and not cell.metadata.get(STAND_IN)
        and (limits.run_demonstrations or not is_demonstration(cell))
    }


def _written(
    notebook: NotebookNode, assignment: Assignment, untouched: list[str]
) -> list[WrittenAnswer]:
    """Return the written answers; prose in other cells may be one whose own is untouched."""
    empty = [question.grade_id for question in assignment.written if question.grade_id in untouched]
    prose = places_of_prose(notebook.cells, assignment) if empty else ""
    return [
        WrittenAnswer(
            name=question.name,
            max_score=question.points,
            answered=question.grade_id not in empty or bool(prose),
            elsewhere=prose if question.grade_id in empty else "",
        )
        for question in assignment.written
    ]


def _write_outputs(
    notebook: NotebookNode, execution: Execution, grading: Grading, time: TimeLeft
) -> None:
    results = {f"{GRADE_PREFIX}{result.name}": result for result in grading.exercises}
    for number, cell in enumerate(notebook.cells):
        if grade_id(cell) in results:
            cell_outputs.write_verdict(cell, results[grade_id(cell)])
        elif number in execution.cells:
            cell_outputs.write_run(cell, execution.cells[number], time)
