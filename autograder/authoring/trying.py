"""What an assignment owes its students, as far as one must try it: whole notebooks, handed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain

import nbformat
from nbformat import NotebookNode

from ..batch.class_grading import grade_files
from ..explanation.losses import rounds
from ..explanation.misconceptions import Misconception, misconceptions
from ..explanation.styles import Style, styles
from ..explanation.typed_text import student_source
from ..notebook.assignment import Assignment
from ..notebook.calls import calls_in, reached_from
from ..notebook.filled_in import answered, released
from ..results import ExerciseResult, Grading, Outcome, Ungraded, rounded
from ..running.hidden_tests import hidden_test_weights
from ..sandbox.run_folder import run_folder
from .finding import Finding, Subject


@dataclass(frozen=True)
class HandedIn:
    """A notebook that is handed in to try the assignment, and what stands in it."""

    notebook: NotebookNode
    mistakes: Sequence[Misconception] = ()
    styles: Sequence[Style] = ()
    untouched: bool = False


@dataclass
class Tried:
    """What came of it: the findings, and what each known mistake was given."""

    findings: list[Finding] = field(default_factory=list)
    mistakes: dict[Misconception, ExerciseResult] = field(default_factory=dict)


def handed_in(assignment: Assignment) -> list[HandedIn]:
    """Return the release, the solutions, and all styles and mistakes, each in one notebook."""
    return [
        HandedIn(released(assignment), untouched=True),
        HandedIn(answered(assignment, {})),
        *(
            HandedIn(answered(assignment, _typed(together)), styles=together)
            for together in rounds(styles(assignment))
        ),
        *(
            HandedIn(answered(assignment, _typed(together)), mistakes=together)
            for together in _apart(misconceptions(assignment), assignment)
        ),
    ]


def graded(subject: Subject, todo: Sequence[HandedIn], jobs: int) -> Iterator[Grading | Ungraded]:
    """Grade these notebooks as those of students, in parallel; yield the results in order.

    Raises CannotGradeHere, BrokenCourseFile and HiddenTestsFailed.
    """
    with run_folder("check") as folder:
        paths = [folder / f"{number}.ipynb" for number in range(len(todo))]
        for path, one in zip(paths, todo, strict=True):
            nbformat.write(one.notebook, path)
        limits = replace(subject.limits, unsafe_no_sandbox=True)  # they are the course's own
        name, contents = subject.assignment.name, subject.contents
        with closing(grade_files(paths, name, contents, jobs=jobs, limits=limits)) as results:
            yield from results


def judged(
    subject: Subject, todo: Sequence[HandedIn], results: Iterable[Grading | Ungraded]
) -> Tried:
    """Return what is wrong with what these notebooks got, and what each mistake in them got."""
    tried = Tried()
    for one, result in zip(todo, results, strict=True):
        tried.findings += _judged(subject, one, result, tried.mistakes)
    tried.findings += _tests_that_notice_nothing(subject, tried.mistakes)
    tried.findings += _tests_that_say_nothing(subject, tried.mistakes)
    return tried


def _judged(
    subject: Subject,
    one: HandedIn,
    result: Grading | Ungraded,
    mistakes: dict[Misconception, ExerciseResult],
) -> Iterator[Finding]:
    """Yield what is wrong with a result; keep what the mistakes in the notebook were given."""
    if isinstance(result, Ungraded):
        yield Finding(subject.notebook_file, 1, f"It cannot be graded: {result.error}")
        return
    made = {mistake.exercise: mistake for mistake in one.mistakes}
    in_style = {style.exercise: style for style in one.styles}
    for exercise in result.exercises:
        if exercise.score is None:
            yield from _failed_as_programs(subject, exercise)
        elif mistake := made.get(exercise.name):
            mistakes[mistake] = exercise
            yield from _judged_mistake(subject, mistake, exercise)
        elif one.untouched:
            if exercise.score:
                sentence = f"As it is released, {exercise.name} gets {_points(exercise)}."
                yield _at_grade_cell(subject, exercise, sentence)
        elif exercise.score != exercise.max_score:
            yield _unjust(subject, exercise, in_style.get(exercise.name), one.mistakes)


def _failed_as_programs(subject: Subject, exercise: ExerciseResult) -> Iterator[Finding]:
    for test in exercise.tests:
        if test.fault:
            function = test.name.partition("[")[0]
            said = f"{test.fault.kind}: {test.fault.message} ({test.fault.place})"
            yield subject.in_hidden_tests(function, f"{function} fails as a program: {said}.")


def _judged_mistake(
    subject: Subject, mistake: Misconception, exercise: ExerciseResult
) -> Iterator[Finding]:
    if exercise.score == exercise.max_score:
        sentence = f"{mistake.name} costs nothing: no hidden test of {exercise.name} notices it."
        yield subject.in_misconceptions(mistake.name, sentence)
    elif exercise.misconception != mistake.name:
        instead = exercise.misconception or "no known mistake"
        yield subject.in_misconceptions(
            mistake.name, f"{mistake.name} is explained to students as {instead}."
        )


def _unjust(
    subject: Subject,
    exercise: ExerciseResult,
    style: Style | None,
    mistakes: Sequence[Misconception],
) -> Finding:
    """Return the finding about right code that lost points."""
    lost = next((t for t in exercise.tests if t.outcome is not Outcome.PASSED), None)
    why = f" {lost.name}: {lost.message}" if lost else ""
    if style:
        return subject.in_styles(style.name, f"{style.name} gets {_points(exercise)}.{why}")
    if mistakes:
        called = _below(subject.assignment)[exercise.name]
        spilling = [m.name for m in mistakes if m.exercise in called] or [m.name for m in mistakes]
        sentence = f"{' or '.join(spilling)} spills: {exercise.name}, which is right,"
        return subject.in_misconceptions(spilling[0], f"{sentence} gets {_points(exercise)}.{why}")
    return _at_grade_cell(
        subject, exercise, f"The solution of {exercise.name} gets {_points(exercise)}.{why}"
    )


def _tests_that_notice_nothing(
    subject: Subject, mistakes: Mapping[Misconception, ExerciseResult]
) -> Iterator[Finding]:
    """Yield the hidden tests that no known mistake fails, where mistakes are known at all."""
    if not mistakes:
        return
    noticing = {
        (exercise.name, test.name.split("[")[0])
        for exercise in mistakes.values()
        for test in exercise.tests
        if test.outcome is Outcome.FAILED
    }
    known = {exercise.name for exercise in subject.assignment.exercises}
    for exercise, tests in hidden_test_weights(subject.assignment).items():
        for test in tests if exercise in known else ():
            if (exercise, test) not in noticing:
                sentence = f"No known mistake in {exercise} fails {test}."
                yield subject.in_hidden_tests(test, sentence)


def _tests_that_say_nothing(
    subject: Subject, mistakes: Mapping[Misconception, ExerciseResult]
) -> Iterator[Finding]:
    """Yield the hidden tests that fail without a word about what was wrong."""
    tests = [test for exercise in mistakes.values() for test in exercise.tests]
    silent = (t.name for t in tests if t.outcome is Outcome.FAILED and not t.message)
    for test in dict.fromkeys(name.split("[")[0] for name in silent):
        sentence = f"{test} fails without a word: use check, require, or an assert with a sentence."
        yield subject.in_hidden_tests(test, sentence)


def _at_grade_cell(subject: Subject, exercise: ExerciseResult, sentence: str) -> Finding:
    return subject.in_notebook(subject.assignment.by_grade_id[f"test_{exercise.name}"], sentence)


def _points(exercise: ExerciseResult) -> str:
    return f"{rounded(exercise.score or 0.0)} of {exercise.max_score:g} points"


def _typed(entries: Sequence[Misconception] | Sequence[Style]) -> dict[str, str]:
    return {entry.exercise: student_source(entry) for entry in entries}


def _apart(known: Sequence[Misconception], assignment: Assignment) -> list[list[Misconception]]:
    """Return mistakes in notebooks, one at most in each exercise.

    A mistake that changed the answers to another exercise would hide what was done wrong there.
    Exercises that call those of the others in their notebook have notebooks of their own: they
    must be right to show that nothing below them costs them a point.
    """
    below = _below(assignment)
    levels = {mistake.exercise: _level(mistake.exercise, below) for mistake in known}
    apart = ([m for m in known if levels[m.exercise] == one] for one in sorted({*levels.values()}))
    return list(chain.from_iterable(map(rounds, apart)))


def _below(assignment: Assignment) -> dict[str, set[str]]:
    """Return the exercises that each one's solution calls, directly or not."""
    calls = calls_in(answered(assignment, {}).cells)
    exercises = {exercise.name for exercise in assignment.exercises}
    return {name: reached_from(name, calls) & exercises for name in exercises}


def _level(exercise: str, below: Mapping[str, set[str]]) -> int:
    """Return how many exercises lie below one, each of which the one above it calls."""
    others = (name for name in below.get(exercise, ()) if exercise not in below[name])
    return max((1 + _level(name, below) for name in others), default=0)
