"""What the text of a cell tells without being run; it may hold magics, or not parse at all."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Set
from functools import lru_cache
from pathlib import PurePosixPath

# By lines, for what does not parse.
_DEFINITION = re.compile(r"^(?:async +)?def +(\w+)|^(\w+) *(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_NEW_LINE = re.compile(r"\r\n|\r|\n")
_MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})")  # around code in Markdown
_OTHER_TEXT = re.compile(r"\s*%%(?!time\b|capture\b|prun\b)")  # a cell magic that runs no Python
# How a file is run or read, or a module imported: by its name, also in a cell that does not parse.
_IMPORT = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+(\w+)"
    r"|^[ \t]*[%!]\w+[ \t]+(?:-\w+[ \t]+)*(?:\"([^\"\n]+)|'([^'\n]+)|([^\s\"']+))"
    r"|(?:import_module|__import__) *\( *[\"'](\w+)"
    r"|[\"']([^\"'\n]*\.py)[\"']",
    re.MULTILINE,
)
_ANY_WORD = re.compile(r"\w+")
_SHOWS = ("display", "HTML", "Latex", "Markdown", "print")
_OF_STRINGS = ("format", "join", "lstrip", "replace", "rstrip", "strip")  # which give a string
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_CODE = (*_DEFINES, ast.While, ast.Compare, ast.Delete)
_MOST_PARSED = 20_000  # characters; a tree takes a thousand times the memory of its text
# Only the words and names of cells are kept. These are more cells than a submission may have, so
# that each is looked at once, however often it is asked about.
_remembered = lru_cache(5000)


@_remembered
def defined_names(source: str) -> frozenset[str]:
    """Return the names that running a cell would define, as far as one can see."""
    if _OTHER_TEXT.match(source):
        return frozenset()
    tree = parsed(source)
    if tree is None:
        return frozenset(function or variable for function, variable in _DEFINITION.findall(source))
    return frozenset(name for part in statements(tree.body) for name in _names(part))


@_remembered
def imported_names(source: str) -> frozenset[str]:
    """Return the names that imports in a cell would give, inside of functions too."""
    tree = parsed(source)
    imports = (ast.Import, ast.ImportFrom)
    parts = ast.walk(tree) if tree else ()
    return frozenset(name for part in parts if isinstance(part, imports) for name in _names(part))


@_remembered
def mentioned_names(source: str) -> frozenset[str]:
    """Return all names in the code of a cell, those of parameters included."""
    tree = parsed(source)
    parts = [*ast.walk(tree)] if tree else []
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    return frozenset(names | {part.arg for part in parts if isinstance(part, ast.arg)})


def syntax_error(source: str) -> tuple[int, str] | None:
    """Return the line on which a cell stops being Python, and what the parser says of it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(without_magics(source))
    except SyntaxError as error:
        return error.lineno or 1, f"{type(error).__name__}: {error.msg}"
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


@_remembered
def words(source: str) -> frozenset[str]:
    """Return all words in a cell, code or not."""
    return frozenset(_ANY_WORD.findall(source))


def while_loops(source: str, function: str = "") -> list[int]:
    """Return the lines of the loops without a given end in a cell, or in one function of it."""
    tree = parsed(source)
    inside: list[ast.AST] = [tree] if tree else []
    if function:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        parts = [part for of in inside for part in ast.walk(of)]
        inside = [part for part in parts if isinstance(part, kinds) and part.name == function]
    loops = [part for of in inside for part in ast.walk(of) if isinstance(part, ast.While)]
    return sorted({loop.lineno for loop in loops})


def defined_functions(text: str) -> set[str]:
    """Return the functions that a text would define if it were code."""
    return {function for function, _ in _DEFINITION.findall(text) if function}


def imported_modules(source: str) -> set[str]:
    """Return the names of the modules that a cell imports, runs or reads, without their folders."""
    found = {PurePosixPath("".join(groups)).name for groups in _IMPORT.findall(source)}
    for node in ast.walk(parsed(source) or ast.Module([], [])):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return {name.removesuffix(".py") for name in found}


@_remembered
def names_by_definition(source: str) -> dict[str, set[str]]:
    """Return the names that each function of a cell mentions, and what another name stands for."""
    tree = parsed(source)
    made: dict[str, set[str]] = {}
    for statement in tree.body if tree else []:
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.FunctionDef) or isinstance(value, ast.Name | ast.Lambda):
            for defined in _names(statement):
                made.setdefault(defined, set()).update(_names_from_outside(statement))
    return made


def _names_from_outside(definition: ast.stmt) -> set[str]:
    """Return the names that a definition mentions, but for its parameters and what it binds."""
    parts = [*ast.walk(definition)]
    names = [part for part in parts if isinstance(part, ast.Name)]
    bound = {part.id for part in names if _is_bound(part)}
    bound |= {part.arg for part in parts if isinstance(part, ast.arg)}
    bound |= {part.name for part in parts if isinstance(part, ast.FunctionDef)}
    return {part.id for part in names} - bound


def added_definitions(source: str, names: Set[str]) -> str:
    """Return the definitions in a cell of anything but these names."""
    tree = parsed(source)
    lines = _NEW_LINE.split(without_magics(source))  # as the parser counts them
    added: dict[int, None] = {}
    for statement in tree.body if tree else []:
        if _names(statement) and not _names(statement) & names:
            added |= dict.fromkeys(range(_first_line(statement), statement.end_lineno or 0))
    return "\n".join(lines[number] for number in added)


def _first_line(statement: ast.stmt) -> int:
    """Return the index of the line on which a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)]) - 1


def without_magics(source: str) -> str:
    """Return a cell's text with magics and commands of the shell made blank lines."""
    return _MAGIC.sub("", source)


def code_of_markdown(source: str) -> str:
    """Return what a cell of Markdown would be as code: around fences, text is a comment.

    A text without fences is code as it is.
    """
    if not any(map(_FENCE.match, source.splitlines())):
        return source
    lines = []
    inside = False
    for line in source.splitlines():
        if _FENCE.match(line):
            inside = not inside
        else:
            lines.append(line if inside or not line.strip() else f"# {line}")
    return "\n".join(lines)


def is_only_text(tree: ast.Module) -> bool:
    """Say whether a cell runs nothing, or nothing that does more than show its strings."""
    shown = all(isinstance(part, ast.Expr) for part in tree.body)
    return shown and keeps_only_text(tree)


def keeps_only_text(tree: ast.Module, others: Set[str] = frozenset()) -> bool:
    """Say whether all that a cell works with is strings: it shows them, keeps them or imports.

    Not if it defines one of the ``others``.
    """
    parts = [*ast.walk(tree)]
    bound = {part.id for part in parts if isinstance(part, ast.Name) and _is_bound(part)}
    known = {*bound, *_SHOWS}
    return not bound & others and all(_is_about_text(part, known) for part in parts)


def _is_bound(name: ast.Name) -> bool:
    return not isinstance(name.ctx, ast.Load)


def _is_about_text(part: ast.AST, known: Set[str]) -> bool:
    if isinstance(part, ast.Constant):
        return isinstance(part.value, str | bytes | bool | None)
    if isinstance(part, ast.Name):  # or a sentence in a script without spaces
        return part.id in known or not part.id.isascii()
    if isinstance(part, ast.Call):
        return called_name(part) in (*_SHOWS, *_OF_STRINGS)
    if isinstance(part, ast.Attribute):
        return part.attr in (*_SHOWS, *_OF_STRINGS)
    return not isinstance(part, _CODE)


def called_name(call: ast.Call) -> str:
    """Return the name of what is called, without where it comes from, "" if it has none."""
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def shows_text(call: ast.Call) -> bool:
    """Say whether a call shows what is given to it."""
    return called_name(call) in _SHOWS


def parsed(source: str) -> ast.Module | None:
    """Return the tree of a cell's code, None where it is none or is too long."""
    if len(source) > _MOST_PARSED:
        return None
    try:
        with warnings.catch_warnings():  # of odd code that is not ours
            warnings.simplefilter("ignore")
            return ast.parse(without_magics(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements that run when the cell does, within an if or a try too, in any order."""
    waiting = [*body]
    while waiting:
        statement = waiting.pop()
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                waiting += getattr(statement, part, [])


def _names(statement: ast.stmt) -> set[str]:
    """Return the names that one statement binds, without what is inside it."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target] if statement.value else []
    return {
        node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)
    }
