"""Mutants of right solutions: each is one function, as a student writes it, once changed.

What is mutated is the text of the reference's cell, with its private helpers inside, or that of
a right solution in another style, with its helpers before it. Annotations and docstrings go
first: they do nothing when a function runs, so changing them changes nothing.
"""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from random import Random

from contents import OWN, load_assignment
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names
from parso.tree import NodeOrLeaf as Node

from autograder.course.sync import Solutions, read_solutions
from autograder.explanation.styles import Style, styles
from autograder.explanation.typed_text import as_typed, student_source


@dataclass(frozen=True)
class Change:
    """One line of a function, and what it was changed to."""

    assignment: str
    function: str
    before: str
    after: str
    style: str = ""  # of the right solution; the reference has none
    operator: str = field(default="", compare=False)  # what cosmic-ray calls this kind of change


@dataclass(frozen=True)
class Mutant:
    """A submission, in which one function is changed."""

    change: Change
    source: str


def functions(assignment: str) -> list[str]:
    """Return the functions that students write, in the order of the assignment."""
    cells = _solutions(assignment).cells
    return [name for name in cells if isinstance(ast.parse(cells[name]).body[0], ast.FunctionDef)]


def unchanged_reference(assignment: str, function: str) -> Mutant:
    """Return the reference solution itself."""
    solutions = _solutions(assignment)
    plain = _plain(solutions.cells[function])
    return _mutant(solutions, Change(assignment, function, "", ""), plain)


def mutants(assignment: str, function: str) -> list[Mutant]:
    """Return every change that cosmic-ray makes to a function; what reads the same counts once."""
    solutions = _solutions(assignment)
    plain = _plain(solutions.cells[function])
    found = [
        _mutant(solutions, Change(assignment, function, *_difference(plain, text)), text)
        for text in _changed(plain)
    ]
    assert len({mutant.change for mutant in found}) == len(found), "a change names two mutants"
    return found


def style_mutants(assignment: str, most: int) -> Iterator[Mutant]:
    """Yield changes of the right solutions in other styles, one exercise after the other.

    A helper that several of them share is changed once: with the first of them. At one place of
    the code there are ``most`` changes of a kind, at most.
    """
    seen: set[tuple[str, str]] = set()
    known = styles(load_assignment(assignment))
    for style in sorted(known, key=lambda style: functions(assignment).index(style.exercise)):
        parts = _parts(style)
        for number, part in enumerate(parts):
            if (style.exercise, part) not in seen:
                seen.add((style.exercise, part))
                for text, operator in _changed(part, most).items():
                    yield _style_mutant(assignment, style, number, text, operator)


def sample_of_styles(assignment: str) -> Iterator[Mutant]:
    """Yield one change of each style, always the same one."""
    for style in styles(load_assignment(assignment)):
        part, chance = _parts(style)[-1], Random(style.name)
        for operator in chance.sample(operators := _operators(), len(operators)):
            count = _occurrences(operator, _nodes(part))
            text = _mutated(part, operator, chance.randrange(count)) if count else part
            if text != part:
                yield _style_mutant(assignment, style, -1, text, _kind(operator))
                break


def normal(text: str) -> str:
    """Return code as Python itself would write it."""
    return ast.unparse(ast.parse(text))


@cache
def _solutions(assignment: str) -> Solutions:
    return read_solutions(assignment, OWN.solutions)


def _mutant(solutions: Solutions, change: Change, text: str) -> Mutant:
    cells = solutions.cells | {change.function: text}
    return Mutant(change, "\n\n\n".join([solutions.header, *cells.values(), ""]))


def unchanged_style(change: Change) -> Mutant:
    """Return the right solution that was changed."""
    (style,) = [s for s in styles(load_assignment(change.assignment)) if s.name == change.style]
    return _style_text(
        Change(change.assignment, change.function, "", "", style.name), _parts(style)
    )


def _style_mutant(assignment: str, style: Style, number: int, text: str, operator: str) -> Mutant:
    """Return a style in which one of the parts has another text."""
    parts = _parts(style)
    difference = _difference(parts[number], text)
    parts[number] = text
    return _style_text(Change(assignment, style.exercise, *difference, style.name, operator), parts)


def _style_text(change: Change, parts: list[str]) -> Mutant:
    return Mutant(change, "\n\n\n".join([_solutions(change.assignment).header, *parts, ""]))


def _parts(style: Style) -> list[str]:
    """Return the functions that a student writes for a style, the exercise's own at the end."""
    return [ast.unparse(part) for part in ast.parse(student_source(style)).body]


@cache  # many styles share helpers
def _changed(text: str, most: int = 1000) -> dict[str, str]:
    """Return what a text can be changed to, with the kind of the first operator that does it.

    Where many operators fit a place, so many of a kind are chosen at random, always the same.
    """
    places: dict[tuple[str, object], list[tuple[Operator, int]]] = {}
    for operator in _operators():
        positions = [place for node in _nodes(text) for place in operator.mutation_positions(node)]
        for occurrence, place in enumerate(positions):
            places.setdefault((_kind(operator), place), []).append((operator, occurrence))
    chance = Random(text)
    changed: dict[str, str] = {}
    for (kind, _), ways in places.items():
        for way in ways if len(ways) <= most else chance.sample(ways, most):
            changed.setdefault(_mutated(text, *way), kind)
    changed.pop(text, None)
    return changed


def _mutated(text: str, operator: Operator, occurrence: int) -> str:
    """Return the changed text; where nobody can hand that in as a function, as it was."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # "is" with a literal, a number called
        try:
            return normal(mutate_code(text, operator, occurrence))
        except SyntaxError:
            return text


@cache
def _nodes(text: str) -> list[Node]:
    return list(ast_nodes(get_ast(text)))


def _occurrences(operator: Operator, nodes: list[Node]) -> int:
    return sum(1 for node in nodes for _ in operator.mutation_positions(node))


def _kind(operator: Operator) -> str:
    """Return an operator's name without what it replaces and by what."""
    return type(operator).__name__.split("_")[0]


@cache
def _operators() -> list[Operator]:
    """All of them but those that want arguments, as ``cosmic-ray init``: these draw at random."""
    kinds = map(get_operator, operator_names())
    return [kind() for kind in kinds if not kind.arguments()]


def _difference(before: str, after: str) -> tuple[str, str]:
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    ((old, new),) = [(old.strip(), new.strip()) for old, new in pairs if old != new]
    return old, new


def _plain(text: str) -> str:
    return as_typed(ast.parse(text))
