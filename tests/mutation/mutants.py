"""Mutants of the reference solutions: each is one function, as a student writes it, once changed.

What is mutated is the text of the solution cell, with its private helpers inside. Annotations
and docstrings go first: they do nothing when a function runs, so changing them changes nothing.
"""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from contents import OWN
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

from autograder.course.sync import Solutions, read_solutions
from autograder.explanation.typed_text import as_typed


@dataclass(frozen=True)
class Change:
    """One line of a function, and what it was changed to."""

    assignment: str
    function: str
    before: str
    after: str


@dataclass(frozen=True)
class Mutant:
    """A submission, in which one function is changed."""

    change: Change
    source: str


def functions(assignment: str) -> list[str]:
    """Return the functions that students write, in the order of the assignment."""
    cells = _solutions(assignment).cells
    return [name for name in cells if isinstance(ast.parse(cells[name]).body[0], ast.FunctionDef)]


def unchanged(assignment: str, function: str) -> Mutant:
    """Return the reference solution itself."""
    solutions = _solutions(assignment)
    plain = _plain(solutions.cells[function])
    return _mutant(solutions, Change(assignment, function, "", ""), plain)


def mutants(assignment: str, function: str) -> list[Mutant]:
    """Return every change that cosmic-ray makes to a function; what reads the same counts once."""
    solutions = _solutions(assignment)
    plain = _plain(solutions.cells[function])
    texts = dict.fromkeys(_changed(plain))
    found = [
        _mutant(solutions, Change(assignment, function, *_difference(plain, text)), text)
        for text in texts
        if text != plain
    ]
    assert len({mutant.change for mutant in found}) == len(found), "a change names two mutants"
    return found


def normal(text: str) -> str:
    """Return code as Python itself would write it."""
    return ast.unparse(ast.parse(text))


def _solutions(assignment: str) -> Solutions:
    return read_solutions(assignment, OWN.solutions)


def _mutant(solutions: Solutions, change: Change, text: str) -> Mutant:
    cells = solutions.cells | {change.function: text}
    return Mutant(change, "\n\n\n".join([solutions.header, *cells.values(), ""]))


def _changed(text: str) -> Iterator[str]:
    nodes = list(ast_nodes(get_ast(text)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # "is" with a literal, a number called
        for operator in _operators():
            positions = [place for node in nodes for place in operator.mutation_positions(node)]
            for occurrence in range(len(positions)):
                try:
                    yield normal(mutate_code(text, operator, occurrence))
                except SyntaxError:
                    continue  # nobody can hand that in as a function


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
