"""The catalogues' functions as a student would have typed them into the notebook."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ..course.sync import with_helpers
from .misconceptions import Misconception
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
    functions = _functions(inspect.getfile(entry.procedure))
    node = _copy(functions[entry.procedure.__name__])
    given = ", ".join(argument.arg for argument in node.args.args)
    names = vars(sys.modules[entry.procedure.__module__])
    wrong = [f"{name}={_as_written(name, step, names)}" for name, step in entry.steps.items()]
    call = f"return {node.name}({', '.join([given, *wrong])})"
    parameters = ast.unparse(
        ast.arguments([], node.args.args, None, [], [], None, node.args.defaults)
    )
    exercise = ast.parse(f"def {entry.exercise}({parameters}):\n    {call}").body[0]
    assert isinstance(exercise, ast.FunctionDef)
    return _joined([*with_helpers(exercise, functions), exercise])


def _as_written(name: str, step: Any, names: Mapping[str, Any]) -> str:
    """Return what stands for a step in its table: a lambda, or the name of a function.

    ``names`` are those of the catalogue's file, as in ``np.sort``; methods bring their own, as in
    ``str.islower``.
    """
    own = str(step.__name__)
    if own == "<lambda>":
        return _lambdas(step.__code__.co_filename)[name, step.__code__.co_firstlineno]
    for known, value in names.items():
        if isinstance(value, ModuleType) and vars(value).get(own) is step:
            return f"{known}.{own}"
    return str(step.__qualname__)


@cache
def _lambdas(file: str) -> dict[tuple[str | None, int], str]:
    """Return the lambdas that are given by keyword in a file, by keyword and line."""
    return {
        (node.arg, node.value.lineno): ast.unparse(node.value)
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.keyword) and isinstance(node.value, ast.Lambda)
    }


@cache
def _functions(file: str) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in _tree(file).body if isinstance(node, ast.FunctionDef)}


def _tree(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text(encoding="utf-8"))


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
