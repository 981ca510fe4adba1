"""The same code in other words, as two people write it: other names, or in smaller steps."""

from __future__ import annotations

import ast
from random import Random
from typing import TypeVar

Statement = TypeVar("Statement", ast.Assign, ast.AugAssign, ast.Return, ast.Expr)


def with_other_names(source: str, ending: str) -> str:
    """Return a text whose functions call what they assign by names with another ending."""
    tree = ast.parse(source)
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        given = {argument.arg for argument in ast.walk(function) if isinstance(argument, ast.arg)}
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        own = {node.id for node in names if isinstance(node.ctx, ast.Store)} - given
        for node in names:
            if node.id in own:
                node.id += ending
    return ast.unparse(tree)


def in_steps(source: str, random: Random) -> str:
    """Return a text in which some parts of what is computed have names of their own."""
    return ast.unparse(ast.fix_missing_locations(_InSteps(random).visit(ast.parse(source))))


class _InSteps(ast.NodeTransformer):
    def __init__(self, random: Random) -> None:
        self._random = random
        self._steps: list[ast.stmt] = []
        self._count = 0

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        return self._with_steps(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        return self._with_steps(node)

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        return self._with_steps(node)

    def visit_Expr(self, node: ast.Expr) -> list[ast.stmt]:
        return self._with_steps(node)

    def _with_steps(self, node: Statement) -> list[ast.stmt]:
        if isinstance(node.value, ast.BinOp | ast.Call):
            self._look_into(node.value)
        steps: list[ast.stmt] = [*self._steps, node]
        self._steps = []
        return steps

    def _look_into(self, node: ast.BinOp | ast.Call) -> None:
        """Give some of the operands or arguments names; no others, which may not be computed."""
        if isinstance(node, ast.BinOp):
            node.left, node.right = self._step(node.left), self._step(node.right)
        else:
            node.args = [self._step(argument) for argument in node.args]
            for keyword in node.keywords:
                keyword.value = self._step(keyword.value)

    def _step(self, node: ast.expr) -> ast.expr:
        if not isinstance(node, ast.BinOp | ast.Call):
            return node
        self._look_into(node)
        if self._random.random() < 0.3:
            return node
        self._count += 1
        name = f"step_{self._count}"
        self._steps.append(ast.Assign([ast.Name(name, ast.Store())], node))
        return ast.Name(name, ast.Load())
