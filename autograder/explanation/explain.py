"""What a student is told of an exercise that fails, beyond the facts of each hidden test."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import msgspec
from nbformat import NotebookNode

from ..notebook.assignment import Assignment
from ..notebook.calls import calls_in
from ..results import ExerciseResult, Outcome
from ..running.student import RecordedCall, Student
from ..running.time_left import TimeLeft
from .answers import answer_of, same_answer
from .diagnosis import Diagnosis, diagnose
from .misconceptions import misconceptions
from .next_step import contrasts, next_step
from .shared_calls import group_of
from .structure import axes_of

_UNTOUCHED = "Its cell is as it was released. Was the notebook saved before it was handed in?"


def explain(
    results: Sequence[ExerciseResult],
    assignment: Assignment,
    student: Student,
    notebook: NotebookNode,
    untouched: Collection[str],
    time: TimeLeft,
    limit_before: Callable[[str], str] = lambda name: "",
) -> list[ExerciseResult]:
    """Return the results with the known mistake that explains each failure, and a hint.

    ``limit_before`` says which limit a cell met that may have defined a name. An answer may be
    called once more, so the student's functions must still be there. When the ``time`` is over,
    what is left goes without.
    """
    failing = [result.name for result in results if _failed(result)]
    calls = calls_in(notebook.cells) if len(failing) > 1 else {}
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    explained = []
    for result in results:
        if result.name not in failing or time.is_over:
            explained.append(result)
        elif result.name in untouched:
            hint = limit_before(result.name) or _UNTOUCHED
            explained.append(msgspec.structs.replace(result, hint=hint))
        else:
            diagnosed = _diagnosed_or_not(result, assignment, student, cells)
            alone = any(call.replacements for call in student.calls.get(result.name, []))
            called = set() if alone else calls.get(result.name, set())
            culprits = called & {*failing} - {result.name}
            explained.append(_with_culprits(diagnosed, sorted(culprits, key=failing.index)))
    return explained


def _diagnosed_or_not(
    result: ExerciseResult, assignment: Assignment, student: Student, cells: Sequence[str]
) -> ExerciseResult:
    try:
        return _diagnosed(result, assignment, student, cells)
    except Exception as error:  # no hint is worth a score
        hint = f"The grader failed to look for a reason ({type(error).__name__})."
        return msgspec.structs.replace(result, hint=hint)


def _diagnosed(
    result: ExerciseResult, assignment: Assignment, student: Student, cells: Sequence[str]
) -> ExerciseResult:
    """Return the result with the mistake that explains the answers, or with one thing to try."""
    reference = assignment.references.get(result.name)
    if reference is None:
        return result
    calls = _made_alone(student.calls.get(result.name, []))
    known = [m for m in misconceptions(assignment) if m.exercise == result.name]
    again = partial(student.again, result.name)
    diagnosis = diagnose(known, reference, calls, again)
    if diagnosis == Diagnosis():
        telling = _without_other_right_answers(calls, result, reference)
        if len(telling) < len(calls):
            calls, diagnosis = telling, diagnose(known, reference, telling, again)
    if diagnosis.misconception is not None:
        name, hint = diagnosis.misconception.name, diagnosis.misconception.hint
        return msgspec.structs.replace(result, misconception=name, hint=hint)
    if result.name not in assignment.signatures():
        return result
    to_try = next_step(
        reference,
        calls,
        diagnosis.repeats,
        contrasts(assignment),
        axes_of(assignment, result.name),
        cells,
    )
    group = group_of(assignment, result.name, calls, again) if diagnosis.repeats else ""
    return msgspec.structs.replace(result, hint=to_try, group=group)


def _made_alone(calls: Sequence[RecordedCall]) -> list[RecordedCall]:
    """Return the calls but for those whose test was tried again with right functions below.

    Only the second ones tell what is wrong with this function itself.
    """
    again = {call.test for call in calls if call.replacements}
    return [call for call in calls if call.replacements or call.test not in again]


def _without_other_right_answers(
    calls: Sequence[RecordedCall], result: ExerciseResult, reference: Callable[..., Any]
) -> list[RecordedCall]:
    """Return the calls but for those that a test accepted although the reference differs.

    There may be several right answers: which of two equal maxima it was tells of no mistake.
    """
    passed = {test.name for test in result.tests if test.outcome is Outcome.PASSED}
    return [
        call
        for call in calls
        if call.test not in passed or same_answer(call, answer_of(reference, call))
    ]


def _with_culprits(result: ExerciseResult, culprits: Sequence[str]) -> ExerciseResult:
    """Say so where the function calls other exercises' functions that fail as well."""
    if not culprits:
        return result
    names = " and ".join(f"`{name}`" for name in culprits)
    first = f"Your `{result.name}` calls your {names}. Mend first what fails there."
    hint = f"{first} {result.hint}" if result.hint else first
    return msgspec.structs.replace(result, hint=hint)


def _failed(result: ExerciseResult) -> bool:
    return any(test.outcome is Outcome.FAILED for test in result.tests)
