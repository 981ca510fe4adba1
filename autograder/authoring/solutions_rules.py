"""What the files of solutions/ owe an assignment, as far as one can read them."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Collection, Iterator

from ..explanation.misconceptions import Misconception, misconceptions
from ..explanation.styles import styles
from ..running.hidden_tests import collected_tests
from .finding import Finding, Rule, Subject

SHORTEST_HINT, LONGEST_HINT = 20, 260  # characters


def every_exercise_has_a_reference(subject: Subject) -> Iterator[Finding]:
    """What is asked for can be answered by the course itself."""
    for exercise in subject.assignment.exercises:
        if exercise.name not in subject.assignment.references:
            yield subject.in_references(
                exercise.name,
                f"There is no reference: neither a function {exercise.name} nor an entry of "
                "ANSWERS with the letter.",
            )


def every_reference_has_a_docstring(subject: Subject) -> Iterator[Finding]:
    """Students get it, with the signature."""
    for name in subject.assignment.signatures():
        if not inspect.getdoc(subject.assignment.references[name]):
            yield subject.in_references(name, f"{name} has no docstring, which students get.")


def every_exercise_has_hidden_tests(subject: Subject) -> Iterator[Finding]:
    """Each grade cell has hidden tests, and each hidden test a grade cell and a sentence."""
    tests = collected_tests(subject.assignment)
    exercises = {exercise.name: exercise for exercise in subject.assignment.exercises}
    for name in exercises.keys() - tests.keys():
        cell = subject.assignment.by_grade_id[exercises[name].grade_id]
        yield subject.in_notebook(cell, f"No hidden test is marked @exercise({name!r}).")
    for name, of_exercise in tests.items():
        functions = {test.name.split("[")[0]: test for test in of_exercise}
        if name not in exercises:
            marked = f"marked @exercise({name!r})" if name else "not marked @exercise(...)"
            sentence = f"{' and '.join(functions)} {_is_or_are(functions)} {marked}: "
            sentence += f"there is no grade cell 'test_{name}'."
            yield subject.in_hidden_tests(next(iter(functions)), sentence)
        for function, test in functions.items():
            if test.title.startswith(function):  # the name stands for a docstring
                sentence = f"{function} has no docstring, the sentence that students read."
                yield subject.in_hidden_tests(function, sentence)


def mistakes_can_be_read(subject: Subject) -> Iterator[Finding]:
    """Each known mistake is one of an exercise, with a name and a hint of its own."""
    known = misconceptions(subject.assignment)
    counted = Counter((mistake.exercise, mistake.name) for mistake in known)
    for mistake in known:
        for wrong in _wrong_with(mistake, subject):
            yield subject.in_misconceptions(mistake.name, f"{mistake.name} {wrong}")
        if counted.pop((mistake.exercise, mistake.name), 0) > 1:
            sentence = f"{mistake.name} stands twice in the tables of {mistake.exercise}."
            yield subject.in_misconceptions(mistake.name, sentence)


def styles_can_be_read(subject: Subject) -> Iterator[Finding]:
    """Each style is one of an exercise."""
    functions = subject.assignment.signatures()
    for style in styles(subject.assignment):
        if style.exercise not in functions:
            sentence = f"{style.name} is a style of {style.exercise!r}, which is no function here."
            yield subject.in_styles(style.name, sentence)


def _is_or_are(things: Collection[object]) -> str:
    return "is" if len(things) == 1 else "are"


RULES: tuple[Rule, ...] = (
    every_exercise_has_a_reference,
    every_reference_has_a_docstring,
    every_exercise_has_hidden_tests,
    mistakes_can_be_read,
    styles_can_be_read,
)


def _wrong_with(mistake: Misconception, subject: Subject) -> Iterator[str]:
    if mistake.exercise not in {exercise.name for exercise in subject.assignment.exercises}:
        yield f"is a mistake in {mistake.exercise!r}, which is no exercise here."
    if not mistake.name.islower():
        yield "should be lower case: it is read as a sentence."
    if not SHORTEST_HINT <= len(mistake.hint) <= LONGEST_HINT:
        yield f"should have a hint of {SHORTEST_HINT} to {LONGEST_HINT} characters."
    elif not ("?" in mistake.hint or mistake.hint.endswith(".")):
        yield "should have a hint that asks a question, or ends with a full stop."
    if bool(mistake.seen) != bool(mistake.where):
        yield "should say both how often it was seen and where, or neither."
