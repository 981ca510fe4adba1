"""Mistakes that no table has, for a simulated class: a right solution with one thing changed.

A constant or an operator is another one. What is right all the same, hardly ever right, or a known
mistake after all, is left out.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

from ..explanation.explain import explain
from ..explanation.styles import styles
from ..explanation.typed_text import as_typed, student_source
from ..notebook.assignment import Assignment
from ..notebook.filled_in import released, solutions
from ..results import ExerciseResult, Outcome, score_of
from ..running.direct import direct_student, right_answers
from ..running.hidden_tests import run_hidden_tests
from ..running.time_left import TimeLeft

OF_EACH = 2  # kept of one exercise
MOST_TRIED = 24  # changes of one exercise
MOST_STYLES = 4  # of one exercise, that are changed
LEAST = 0.1  # of an exercise's points
SEEDS = (b"", b"1", b"2")  # the numbers that students get must not matter
_OTHER: Mapping[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


@dataclass(frozen=True)
class UnknownMistake:
    """A wrong answer that will be recognised as nothing known: its text, and what that defines."""

    exercise: str
    source: str
    implementation: Callable[..., Any]


def unknown_mistakes(assignment: Assignment) -> list[UnknownMistake]:
    """Return a few for each exercise that is a function, tried in the place of a student's."""
    found = []
    for exercise in assignment.signatures():
        groups: set[str] = set()
        for source in islice(_all_changed(assignment, exercise), MOST_TRIED):
            if len(groups) == OF_EACH:
                break
            mistake = UnknownMistake(exercise, source, defined(assignment, exercise, source))
            group = _group(assignment, mistake)
            if group and group not in groups:
                groups.add(group)
                found.append(mistake)
    return found


def defined(assignment: Assignment, exercise: str, source: str) -> Callable[..., Any]:
    """Return the function that a text of the course's own defines, among its references."""
    names = dict(vars(assignment.part("")))
    exec(compile(source, f"<{exercise}>", "exec"), names)
    function: Callable[..., Any] = names[exercise]
    return function


def _group(assignment: Assignment, mistake: UnknownMistake) -> str:
    """Return the group of a mistake, "" for what is of no use here."""
    groups, scores = set(), set()
    for seed in SEEDS:
        answers = {**right_answers(assignment), mistake.exercise: mistake.implementation}
        student = direct_student(assignment, answers)
        tests = run_hidden_tests(assignment, student, seed, {mistake.exercise})[mistake.exercise]
        if not any(test.outcome is Outcome.FAILED for test in tests):
            return ""
        result = ExerciseResult(
            name=mistake.exercise, score=score_of(tests, 1), max_score=1, tests=tests
        )
        (explained,) = explain(
            [result], assignment, student, released(assignment), (), TimeLeft(99)
        )
        if explained.misconception or (result.score or 0.0) < LEAST:
            return ""
        groups.add(explained.group)
        scores.add(result.score)
    return groups.pop() if len(groups) == len(scores) == 1 else ""


def _all_changed(assignment: Assignment, exercise: str) -> Iterator[str]:
    """Yield the changes of right solutions in turns."""
    known = [style for style in styles(assignment) if style.exercise == exercise]
    right = [solutions(assignment)[exercise], *map(student_source, known[:MOST_STYLES])]
    for row in zip_longest(*map(_changed, right)):
        yield from filter(None, row)


def _changed(source: str) -> Iterator[str]:
    """Yield a text with one constant or operator changed, from its end: arguments come first."""
    tree = ast.parse(source)
    if any(isinstance(node, ast.While) for node in ast.walk(tree)):
        return  # it might not end
    for number in reversed(range(sum(1 for _ in ast.walk(tree)))):
        other = copy.deepcopy(tree)
        node = [*ast.walk(other)][number]
        if _change(node):
            yield as_typed(other)


def _change(node: ast.AST) -> bool:
    """Change a node, if it is of a kind that is changed."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        node.value += 1
    elif isinstance(node, ast.BinOp) and type(node.op) in _OTHER:
        node.op = _OTHER[type(node.op)]()
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _OTHER:
        node.ops[0] = _OTHER[type(node.ops[0])]()
    else:
        return False
    return True
