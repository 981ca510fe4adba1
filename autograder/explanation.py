"""What a student is told of an exercise that fails, beyond the facts of each hidden test."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import msgspec
from nbformat import NotebookNode

from .assignment import Assignment
from .diagnosis import diagnose
from .misconceptions import misconceptions
from .next_step import next_step
from .results import ExerciseResult, Outcome
from .source import called_names
from .student import Student


def explain(
    results: Sequence[ExerciseResult],
    assignment: Assignment,
    student: Student,
    notebook: NotebookNode,
    untouched: Collection[str],
) -> list[ExerciseResult]:
    """Return the results with the known mistake that explains each failure, and a hint.

    An answer may be called once more, so the student's functions must still be there.
    """
    failing = [result.name for result in results if _failed(result)]
    explained = []
    for result in results:
        if result.name not in failing:
            explained.append(result)
        elif result.name in untouched:
            hint = "Its cell is as it was released. Was the notebook saved before it was handed in?"
            explained.append(msgspec.structs.replace(result, hint=hint))
        else:
            diagnosed = _diagnosed(result, assignment, student)
            culprits = _called_by(result.name, notebook) & {*failing} - {result.name}
            explained.append(_with_culprits(diagnosed, sorted(culprits, key=failing.index)))
    return explained


def _diagnosed(result: ExerciseResult, assignment: Assignment, student: Student) -> ExerciseResult:
    """Return the result with the mistake that explains the answers, or with one thing to try."""
    reference = assignment.references().get(result.name)
    calls = student.calls.get(result.name, [])
    if reference is None or not calls:
        return result
    known = [m for m in misconceptions(assignment.name) if m.exercise == result.name]
    diagnosis = diagnose(known, reference, calls, partial(student.again, result.name))
    if diagnosis.misconception is not None:
        name, hint = diagnosis.misconception.name, diagnosis.misconception.hint
        return msgspec.structs.replace(result, misconception=name, hint=hint)
    if result.name not in assignment.signatures():
        return result
    return msgspec.structs.replace(result, hint=next_step(reference, calls, diagnosis.repeats))


def _with_culprits(result: ExerciseResult, culprits: Sequence[str]) -> ExerciseResult:
    """Say so where the function calls other exercises' functions that fail as well."""
    if not culprits:
        return result
    names = " and ".join(f"`{name}`" for name in culprits)
    first = f"Your `{result.name}` calls your {names}. Mend first what fails there."
    hint = f"{first} {result.hint}" if result.hint else first
    return msgspec.structs.replace(result, hint=hint)


def _called_by(function: str, notebook: NotebookNode) -> set[str]:
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return set().union(*(called_names(function, source) for source in code))


def _failed(result: ExerciseResult) -> bool:
    return any(test.outcome is Outcome.FAILED for test in result.tests)
