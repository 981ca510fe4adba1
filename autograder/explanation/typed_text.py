"""The catalogues' functions as a student would have typed them into the notebook."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ..course.sync import with_helpers
from .misconceptions import AND, Misconception
from .styles import Style


def student_source(entry: Style | Misconception) -> str:
    """Return the text of a known implementation under the exercise's name.

    Annotations and the catalogues' docstrings go; helpers come along.
    """
    return _source_of_style(entry) if isinstance(entry, Style) else _source_of_mistake(entry)


@cache  # many of the catalogues' functions share helpers
def as_typed(code: ast.FunctionDef | ast.Module) -> str:
    """Return code without decorators, annotations and docstrings: nobody who runs it needs them."""
    plain = _AsTyped().visit(ast.parse(ast.unparse(code)))
    return ast.unparse(ast.fix_missing_locations(plain))


def _source_of_style(entry: Style) -> str:
    functions = _functions(inspect.getfile(entry.implementation))
    node = _copy(functions[entry.name])
    helpers = with_helpers(node, functions)
    for part in ast.walk(node):  # also where the function calls itself
        if isinstance(part, ast.FunctionDef) and part.name == entry.name:
            part.name = entry.exercise
        if isinstance(part, ast.Name) and part.id == entry.name:
            part.id = entry.exercise
    return _joined([*helpers, node])


def _source_of_mistake(entry: Misconception) -> str:
    """Return the procedure with its wrong steps; of an option, the line with its letter."""
    if not entry.steps:
        return f'{entry.exercise} = "{entry.implementation()}"'
    file = inspect.getfile(entry.procedure)
    functions = _functions(file)
    node = _copy(functions[entry.procedure.__name__])
    given = ", ".join(argument.arg for argument in node.args.args)
    wrong = [
        f"{keyword.arg}={ast.unparse(keyword.value)}"
        for name in entry.name.split(AND)
        for keyword in _registrations(file)[entry.exercise, name]
        if keyword.arg in entry.steps
    ]
    call = f"return {node.name}({', '.join([given, *wrong])})"
    parameters = ast.unparse(
        ast.arguments([], node.args.args, None, [], [], None, node.args.defaults)
    )
    exercise = ast.parse(f"def {entry.exercise}({parameters}):\n    {call}").body[0]
    assert isinstance(exercise, ast.FunctionDef)
    return _joined([*with_helpers(exercise, functions), exercise])


@cache
def _functions(file: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


@cache
def _registrations(file: str) -> dict[tuple[str, str], list[ast.keyword]]:
    """Return the keywords of each entry of the tables ``exercise.wrong(name=Wrong(...))``.

    Where several exercises share a table, its entries are found under each of them.
    """
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    sharing: dict[str, list[str]] = {}
    found: dict[tuple[str, str], list[ast.keyword]] = {}
    for node in tree.body:
        if not isinstance(node, ast.Expr | ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        function = node.value.func
        if isinstance(node, ast.Assign) and ast.unparse(function) == "Shared":
            sharing[ast.unparse(node.targets[0])] = _named(node.value)
        elif isinstance(function, ast.Attribute) and function.attr == "wrong":
            what = ast.unparse(function.value)
            shared_here = isinstance(function.value, ast.Call)
            exercises = _named(function.value) if shared_here else sharing.get(what, [what])
            for exercise in exercises:
                found |= {(exercise, name): steps for name, steps in _entries(node.value)}
    return found


def _entries(table: ast.Call) -> Iterator[tuple[str, list[ast.keyword]]]:
    """Yield the name and the keywords of each ``name=Wrong(...)``."""
    for entry in table.keywords:
        if entry.arg and isinstance(entry.value, ast.Call):
            yield entry.arg, entry.value.keywords


def _named(shared: ast.expr) -> list[str]:
    """Return the exercises in ``Shared(one, other)``."""
    assert isinstance(shared, ast.Call)
    return [ast.unparse(exercise) for exercise in shared.args]


def _joined(parts: list[ast.FunctionDef]) -> str:
    return "\n\n\n".join(map(as_typed, parts))


def _copy(node: ast.FunctionDef) -> ast.FunctionDef:
    copied = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(copied, ast.FunctionDef)
    return copied


class _AsTyped(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.decorator_list = []
        node.returns = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.Pass()
        return ast.Assign([node.target], node.value)
