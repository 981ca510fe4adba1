"""What a notebook shows when it is run from top to bottom: solved, and as it is released."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbformat import NotebookNode

from ..explanation.misconceptions import misconceptions
from ..notebook.assignment import GRADE_PREFIX, grade_id
from ..notebook.filled_in import answered, released
from ..notebook.safe_html import PICTURES
from ..running.execution import CellRun, Execution
from ..sandbox.host import Sandbox
from ..sandbox.wire import Output
from .finding import Finding, Subject

PATIENCE = 600.0  # seconds: a demonstration may train a network
LEAST_SAID = 20  # characters: "wrong" helps nobody


def look_at_the_solved(subject: Subject, sandbox: Sandbox) -> Iterator[Finding]:
    """Run the notebook with the solutions; yield cells that fail, and pictures without words."""
    notebook = answered(subject.assignment, {})
    for cell, run in zip(*_run(subject, sandbox, notebook), strict=True):
        if why := _failure(run):
            yield subject.in_notebook(
                cell, f"With the solutions the cell {_name(cell)} fails: {why}"
            )
        for output in run.outputs:
            if output.data.keys() & {*PICTURES} and not output.alt:
                yield subject.in_notebook(
                    cell, f"The picture of the cell {_name(cell)} has no alternative text."
                )


def look_at_letters(subject: Subject, sandbox: Sandbox) -> Iterator[Finding]:
    """Try the visible check of each question with the letters of its known mistakes."""
    chosen = [m for m in misconceptions(subject.assignment) if not m.steps]
    for mistake in chosen:
        check = subject.assignment.by_grade_id.get(f"{GRADE_PREFIX}{mistake.exercise}")
        if check is None:
            continue
        letter = mistake.implementation()
        text = f"{mistake.exercise} = {letter!r}\n{check.source}"
        with Execution(sandbox, {0: text}, subject.limits) as execution:
            execution.run_cells()
        error = _error(execution.cells[0])
        if error and error.name == "AssertionError":
            sentence = f"The visible check {_name(check)} refuses {letter!r}, a letter to choose."
            yield subject.in_notebook(check, sentence)


def look_at_the_release(subject: Subject, sandbox: Sandbox) -> Iterator[Finding]:
    """Run the notebook as it is released: only visible checks may fail, and should say why."""
    notebook = released(subject.assignment)
    visible = {exercise.grade_id for exercise in subject.assignment.exercises}
    for cell, run in zip(*_run(subject, sandbox, notebook), strict=True):
        if grade_id(cell) in visible:
            yield from _of_a_visible_check(subject, cell, run)
        elif why := _failure(run):
            sentence = f"In the release the cell {_name(cell)} fails before anything is written"
            yield subject.in_notebook(cell, f"{sentence}: {why}")


def _run(
    subject: Subject, sandbox: Sandbox, notebook: NotebookNode
) -> tuple[list[NotebookNode], list[CellRun]]:
    """Return the code cells that have text, and how each ran."""
    cells = {
        number: cell
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    }
    limits = replace(subject.limits, cell_seconds=PATIENCE, submission_seconds=PATIENCE)
    texts = {number: cell.source for number, cell in cells.items()}
    with Execution(sandbox, texts, limits, subject.assignment.given_files) as execution:
        execution.run_cells()
    return [*cells.values()], [*execution.cells.values()]


def _of_a_visible_check(subject: Subject, cell: NotebookNode, run: CellRun) -> Iterator[Finding]:
    check = f"The visible check {_name(cell)}"
    error = _error(run)
    if run.stopped:
        yield subject.in_notebook(cell, f"{check} does not end in the release: {run.stopped}")
    elif error is None:
        yield subject.in_notebook(cell, f"{check} passes before anything is written.")
    elif error.name != "AssertionError" or len(error.text) < LEAST_SAID:
        yield subject.in_notebook(
            cell,
            f"{check} says {error.name}: {error.text or '(nothing)'} before anything is written. "
            f"It should be an assert with a sentence of {LEAST_SAID} characters or more.",
        )


def _failure(run: CellRun) -> str:
    error = _error(run)
    return run.stopped or (f"{error.name}: {error.text}" if error else run.limit)


def _error(run: CellRun) -> Output | None:
    return next((output for output in run.outputs if output.kind == "error"), None)


def _name(cell: NotebookNode) -> str:
    return repr(grade_id(cell) or cell.get("id", "?"))
