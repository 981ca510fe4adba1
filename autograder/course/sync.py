"""The source notebooks' cells that come from ``solutions/``: written once, copied here.

A solution cell is the function's text with its body, and the private helpers it needs,
between the solution marks; checks of arguments stay behind. The imports cell is the
module's header, with what ``solutions/_imports.py`` imports for every notebook. What a solution
takes from a shared module (``from .._layers import ...``) is released beside the notebook, as a
module of that name without the underscore. Modules in ``solutions/_given/`` are released as they
are, beside every notebook.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..errors import BadSource
from ..notebook.assignment import grade_id
from ..notebook.filled_in import BEGIN, END, without_marks
from .contents import Contents
from .replacing import replace_file

_INDENT = "    "
_CHECKS_MODULE = "_arguments"
_IMPORTS_MODULE = "_imports"
_GIVEN = "_given"


@dataclass
class Solutions:
    """The parts of one solutions module, as text."""

    header: str
    cells: dict[str, str] = field(default_factory=dict)  # grade id to the text of its cell
    modules: dict[str, str] = field(default_factory=dict)  # file name to the text of the module


def read_solutions(name: str, directory: Path) -> Solutions:
    """Take the references of an assignment apart; ``directory`` holds all solutions.

    Raises BadSource where a function has no docstring.
    """
    text = (directory / name / "__init__.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines = text.splitlines()
    checks = _imported_from_checks(tree)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    solutions = Solutions(_header(tree, lines, directory))
    for module in sorted((directory / _GIVEN).glob("*.py")):
        solutions.modules[module.name] = module.read_text(encoding="utf-8")
    for given in _given_imports(tree):
        text = _given_module(str(given.module), directory)
        solutions.modules[f"{_released_name(given)}.py"] = text
    for function, node in functions.items():
        if not function.startswith("_"):
            if ast.get_docstring(node) is None:
                raise BadSource(name, f"solutions/{name}/__init__.py: {function} has no docstring.")
            solutions.cells[function] = _solution_cell(node, functions, checks, lines)
    for variable, answer in _answers(tree).items():
        solutions.cells[variable] = _answer_cell(variable, answer)
    return solutions


def synced(notebook: NotebookNode, solutions: Solutions) -> NotebookNode:
    """Return the source notebook with its cells as ``solutions`` has them."""
    result: NotebookNode = nbformat.from_dict(notebook)
    for cell in result.cells:
        if grade_id(cell) == "imports":
            cell.source = solutions.header
        elif grade_id(cell) in solutions.cells:
            cell.source = solutions.cells[grade_id(cell)]
    return result


def sync(contents: Contents, name: str) -> bool:
    """Rewrite one source notebook of a course; return whether anything changed."""
    path = contents.notebook(name)
    solutions = read_solutions(name, contents.solutions)
    before = nbformat.read(path, as_version=4)
    after = synced(before, solutions)
    changed = bool(after != before)
    if changed:
        replace_file(path, f"{nbformat.writes(after)}\n".encode())
    for file_name, text in solutions.modules.items():
        module = path.with_name(file_name)
        if not module.exists() or module.read_text(encoding="utf-8") != text:
            replace_file(module, text.encode())
            changed = True
    return changed


def with_helpers(
    node: ast.FunctionDef, functions: dict[str, ast.FunctionDef]
) -> list[ast.FunctionDef]:
    """Return the private functions that one needs, directly or not, in the module's order."""
    needed: set[str] = set()
    pending = [node]
    while pending:
        new = {name for name in _private_names(pending.pop()) if name in functions} - needed
        needed |= new
        pending += [functions[name] for name in new]
    return [helper for name, helper in functions.items() if name in needed]


@cache
def _private_names(node: ast.FunctionDef) -> frozenset[str]:
    names = (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    return frozenset(name for name in names if name.startswith("_"))


def _header(tree: ast.Module, lines: list[str], directory: Path) -> str:
    """Return the imports and type aliases; what every notebook imports, and given modules last."""
    given = [line for node in _given_imports(tree) for line in _import_of_given(node)]
    packages = [*_absolute_imports(tree, lines), *_imports_of_every_notebook(directory)]
    blocks = [packages, given, _aliases(tree, lines)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _import_of_given(node: ast.ImportFrom) -> list[str]:
    """Return the import of a module that is released; where it is missing, a sentence says so."""
    name = _released_name(node)
    missing = f"{name}.py is missing. It comes with this notebook: put it into the same folder."
    return [
        "try:",
        f"    from {name} import {', '.join(alias.name for alias in node.names)}",
        "except ModuleNotFoundError:",
        f'    missing = "{missing}"',
        "    raise ModuleNotFoundError(missing) from None",
    ]


def _imports_of_every_notebook(directory: Path) -> list[str]:
    path = directory / f"{_IMPORTS_MODULE}.py"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return _absolute_imports(ast.parse(text), text.splitlines())


def _released_name(given: ast.ImportFrom) -> str:
    return str(given.module).lstrip("_")


def _given_module(name: str, directory: Path) -> str:
    """Return the text of a module that students get: its own lines, and what it imports."""
    text = (directory / f"{name}.py").read_text(encoding="utf-8")
    tree, lines = ast.parse(text), text.splitlines()
    head = [
        f'"""{ast.get_docstring(tree)}"""',
        "\n".join(_absolute_imports(tree, lines)),
        "\n".join(_aliases(tree, lines)),
    ]
    functions = [
        without_marks(read_solutions(str(node.module), directory).cells[alias.name])
        for node in _given_imports(tree)
        for alias in node.names
    ]
    return "\n\n\n".join(["\n\n".join(head), *functions]) + "\n"


def _absolute_imports(tree: ast.Module, lines: list[str]) -> list[str]:
    return [
        _text(node, lines)
        for node in tree.body
        if isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and not node.level and node.module != "__future__")
    ]


def _given_imports(tree: ast.Module) -> list[ast.ImportFrom]:
    """Return what a module takes from other solutions, checks of arguments apart."""
    relative = (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.level)
    return [node for node in relative if node.module != _CHECKS_MODULE]


def _aliases(tree: ast.Module, lines: list[str]) -> list[str]:
    """Return the type aliases."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    return [_text(n, lines) for n in assigned if _assigned(n) not in ("ANSWERS", "__all__")]


def _solution_cell(
    node: ast.FunctionDef,
    functions: dict[str, ast.FunctionDef],
    checks: set[str],
    lines: list[str],
) -> str:
    docstring, *body = node.body
    head = lines[node.lineno - 1 : docstring.end_lineno]
    solution = [
        textwrap.indent(_text(helper, lines), _INDENT) + "\n"
        for helper in with_helpers(node, functions)
    ]
    start = docstring.end_lineno or node.lineno
    dropped = [statement for statement in body if _is_check(statement, checks)]
    skipped = {n for s in dropped for n in range(s.lineno, (s.end_lineno or s.lineno) + 1)}
    kept = [
        lines[n - 1] for n in range(start + 1, (node.end_lineno or start) + 1) if n not in skipped
    ]
    solution.append("\n".join(kept).strip("\n"))
    return "\n".join([*head, _INDENT + BEGIN, *solution, _INDENT + END])


def _answer_cell(variable: str, answer: str) -> str:
    blank = f'{variable} = ""  # the letter of your answer, between the quotes'
    return "\n".join([blank, BEGIN, f'{variable} = "{answer}"', END])


def _answers(tree: ast.Module) -> dict[str, str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and _assigned(node) == "ANSWERS":
            answers: dict[str, str] = ast.literal_eval(node.value)
            return answers
    return {}


def _assigned(node: ast.Assign) -> str:
    target = node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def _imported_from_checks(tree: ast.Module) -> set[str]:
    return {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == _CHECKS_MODULE
        for alias in node.names
    }


def _is_check(statement: ast.stmt, checks: set[str]) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id in checks
    )


def _text(node: ast.stmt, lines: list[str]) -> str:
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])
