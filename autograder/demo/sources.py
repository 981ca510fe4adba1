"""The catalogue's functions as a student would have typed them into the notebook."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from pathlib import Path

from ..misconceptions import Alternative, Misconception
from ..sync import BEGIN, END, with_helpers


def student_source(entry: Misconception | Alternative) -> str:
    """Return the text of a known implementation under the exercise's name.

    Annotations and the catalogue's docstrings go; helpers come along.
    """
    functions = _functions(inspect.getfile(entry.implementation))
    node = functions[entry.name]
    parts = [*with_helpers(node, functions), node]
    return "\n\n\n".join(ast.unparse(_Plain(entry).visit(_copy(part))) for part in parts)


def without_marks(cell_source: str) -> str:
    """Return the text of a source notebook's solution cell without the solution marks."""
    lines = cell_source.splitlines()
    return "\n".join(line for line in lines if line.strip() not in (BEGIN, END))


@cache
def _functions(file: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _copy(node: ast.FunctionDef) -> ast.FunctionDef:
    copied = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(copied, ast.FunctionDef)
    return copied


class _Plain(ast.NodeTransformer):
    """Drops decorators and annotations, and gives the function its exercise's name."""

    def __init__(self, entry: Misconception | Alternative) -> None:
        self._old, self._new = entry.name, entry.exercise

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.decorator_list = []
        node.returns = None
        if node.name == self._old:
            node.name = self._new
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.Pass()
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id == self._old:
            node.id = self._new
        return node
