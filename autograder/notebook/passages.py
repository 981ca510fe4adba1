"""The text in a code cell that is for people: comments and strings, or lines that are no code.

What explains the functions of the exercises is left out, and so are docstrings, commented-out
code and the messages of errors.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import TypeGuard

from .cell_text import (
    called_name,
    is_only_text,
    keeps_only_text,
    parsed,
    shows_text,
    statements,
    without_magics,
)
from .running_text import reads_as_text

_FUNCTION = re.compile(r"(?:async +)?def +(\w+)")
_GOES_ON = re.compile(r"\s|#|[)\]}]|$|\"\"\"|'''")  # how a line at the left may begin in a function
_OF_AN_ERROR = re.compile(r"\s*(?:raise|assert)\b")
_STRING = re.compile(r"(?<=[(=,\[{+])\s*[bfru]?(?:\"[^\"\n]*\"?|'[^'\n]*'?)")  # behind code
_ECHO = re.compile(r"^![ \t]*echo\b", re.MULTILINE)  # what the shell is to show is for people
_COMMENT = re.compile(r"#+ ?")
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_TELLS_OF_ERRORS = ("assert", "error", "exit", "fail", "warn")  # what such functions are named
_MAY_HOLD_STRINGS = re.compile("[\"'\u0080-\U0010ffff]")  # or sentences that look like names
_LEVELS = 5  # of texts shown or added within each other that are one: each level is read again
_MESSAGE = ("msg", "err_msg", "message")


class Beside(Enum):
    """What stands beside a text: nothing, little, or code that it may belong to.

    Little is what only imports, or keeps strings; for a string that nothing uses, any code is.
    """

    NOTHING, LITTLE, CODE = range(3)


@dataclass(frozen=True)
class Passage:
    """Some lines of text, and what stands beside them."""

    text: str
    beside: Beside


def passages(source: str, exercises: Set[str]) -> Iterator[Passage]:
    """Yield the text in a code cell, outside the functions that have the names of exercises."""
    source = _ECHO.sub("#", source)
    tree = parsed(source)
    if tree is None:
        yield from _of_no_code(source, exercises)
        return
    only_text = keeps_only_text(tree, exercises)
    beside = Beside.LITTLE if only_text else Beside.CODE
    if "#" in source:
        spans = _Spans(tree, exercises)
        comments = (c for c in _comments(without_magics(source)) if not spans.hold(*c[:2]))
        alone = Beside.NOTHING if is_only_text(tree) else beside
        yield from (Passage(text, alone) for text in _blocks(comments))
    if _MAY_HOLD_STRINGS.search(source):
        found = [*_strings(tree, exercises)]
        if only_text:
            yield Passage("\n".join(passage.text for passage in found), Beside.NOTHING)
        else:
            yield from found


def strings(source: str) -> Iterator[str]:
    """Yield the strings in a code cell."""
    waiting: list[ast.AST] = [tree] if (tree := parsed(source)) else []
    while waiting:
        node = waiting.pop()
        waiting += _parts(node)
        if text := _text_of(node):
            yield text


def _comments(source: str) -> list[tuple[int, int, str]]:
    """Return line, column and text of each comment in code that parses."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                found.append((*token.start, token.string))
    except (tokenize.TokenError, SyntaxError):  # the parser is not of one mind with it
        pass
    return found


class _Spans:
    """Which lines of a cell belong to the functions of the exercises."""

    def __init__(self, tree: ast.Module, exercises: Set[str]) -> None:
        found = sorted(
            (part.lineno, part.end_lineno or 0, isinstance(part, _Function) and part.name)
            for part in statements(tree.body)
        )
        self._starts = [start for start, *_ in found]
        self._ends = [end if name in exercises else 0 for _, end, name in found]

    def hold(self, line: int, column: int) -> bool:
        """Say whether a comment is in one of them, or behind its last statement."""
        number = bisect_right(self._starts, line) - 1
        end = self._ends[number] if number >= 0 else 0
        return bool(end) and (line <= end or column > 0)


def _blocks(comments: Iterable[tuple[int, int, str]]) -> Iterator[str]:
    """Yield comments on lines one below the other as one, without code."""
    numbered = enumerate(comments)
    for _, group in groupby(numbered, lambda entry: entry[1][0] - entry[0]):
        lines = [_COMMENT.sub("", text, count=1) for _, (_, _, text) in group]
        text = "\n".join(lines)
        if not _is_code(text):
            yield "\n".join(filter(_is_text, lines))


def _is_code(text: str) -> bool:
    tree = parsed(text)
    return tree is not None and not is_only_text(tree)


def _is_text(line: str) -> bool:
    return reads_as_text(line) and not _is_code(line.strip())


def _strings(tree: ast.Module, exercises: Set[str]) -> Iterator[Passage]:
    """Yield strings that are no docstrings and no messages of errors, in the order of the text."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        beside = Beside.CODE
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node, beside = node.value, Beside.LITTLE
        if text := _text_of(node):
            yield Passage(_without_code(text), beside)
        elif not _is_of_an_error(node) and getattr(node, "name", None) not in exercises:
            waiting += reversed([*_children(node)])


def _without_code(text: str) -> str:
    """Return the text of a string without code on several lines, which was put out of use."""
    if "\n" not in text.strip():
        return text
    return "" if _is_code(text) else "\n".join(filter(_is_text, text.splitlines()))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a node without its docstring."""
    parts = _parts(node)
    if isinstance(node, _Function | ast.ClassDef) and ast.get_docstring(node, clean=False):
        return (part for part in parts if part is not node.body[0])
    return parts


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node is made of; of a sum these are all its terms, however deep it is."""
    return _terms(node) if _is_sum(node) else ast.iter_child_nodes(node)


def _is_sum(node: ast.AST) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)


def _terms(total: ast.BinOp) -> Iterator[ast.expr]:
    waiting: list[ast.expr] = [total]
    while waiting:
        term = waiting.pop()
        if _is_sum(term):
            waiting += [term.right, term.left]
        else:
            yield term


def _text_of(node: ast.AST, levels: int = _LEVELS) -> str:
    """Return the text of a string, without what a formatted one puts in, "" of another node.

    So is a sentence in a script without spaces, which the parser takes for a name.
    """
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name):
        return "" if node.value.id.isascii() else node.value.id
    if isinstance(node, ast.JoinedStr):
        return " _ ".join(filter(None, map(_text_of, node.values)))
    if _is_sum(node):
        return _joined(_terms(node), levels - 1)
    if isinstance(node, ast.Call) and shows_text(node):
        return _joined(node.args, levels - 1)
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else ""


def _joined(parts: Iterable[ast.expr], levels: int) -> str:
    """Return several strings that are shown or added as one, "" if one is something else."""
    texts = [_text_of(part, levels) for part in parts] if levels else []
    return " ".join(texts) if all(texts) else ""


def _is_of_an_error(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = called_name(node)
        return called.lower().startswith(_TELLS_OF_ERRORS) or called.endswith(
            ("Error", "Exception", "Warning")
        )
    is_message = isinstance(node, ast.keyword) and node.arg in _MESSAGE
    return is_message or isinstance(node, ast.Raise | ast.Assert)


def _of_no_code(source: str, exercises: Set[str]) -> Iterator[Passage]:
    """Yield the comments of a cell that does not parse, and together what else may be text."""
    comments, bare, quoted = [], [], []
    for number, line in _outside(without_magics(source).splitlines(), exercises):
        code, mark, comment = line.partition("#")
        if mark:
            comments.append((number, len(code), f"#{comment}"))
        if not _OF_AN_ERROR.match(code):
            bare.append(_STRING.sub("", code))
            quoted += _STRING.findall(code)
    yield from (Passage(text, Beside.CODE) for text in (*_blocks(comments), *quoted))
    is_program = source.lstrip().startswith("%%")
    beside = Beside.CODE if is_program else Beside.NOTHING
    yield Passage("\n".join(filter(_is_text, bare)), beside)


def _outside(lines: list[str], exercises: Set[str]) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines outside the functions of the exercises, as their margin tells."""
    inside = False
    for number, line in enumerate(lines):
        if begins := _FUNCTION.match(line):
            inside = begins[1] in exercises
        elif not _GOES_ON.match(line):
            inside = False
        if not inside or line.startswith("#"):
            yield number, line
