"""What a source notebook owes its students, as far as one can read it."""

from __future__ import annotations

import ast
import re
import symtable
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import nbformat
from nbformat import NotebookNode

from ..course.sync import read_solutions, synced
from ..errors import BadSource
from ..notebook.assignment import grade_id, is_demonstration
from ..notebook.filled_in import BEGIN, END, released
from .finding import Finding, Rule, Subject

LONG = 30  # characters; shorter lines such as "return total" are no secret
_NBGRADERS_HIDDEN_TESTS = "BEGIN HIDDEN TESTS"
_STATED_POINTS = re.compile(r"^#+ .*\((\d+(?:\.\d+)?) points?\)", re.MULTILINE)
_NO_ALTERNATIVE = re.compile(r"!\[\s*\]\(|<img(?![^>]*\balt=[\"'][^\"'])[^>]*>", re.IGNORECASE)
_STUDENTS_HAVE = {*sys.stdlib_module_names, "numpy", "matplotlib"}


def is_valid(subject: Subject) -> Iterator[Finding]:
    """The notebook is one, and its cells have names of their own."""
    try:
        nbformat.validate(subject.assignment.notebook)
    except nbformat.ValidationError as error:
        yield Finding(subject.notebook_file, 1, f"This is not a valid notebook: {error.message}.")
    counted = Counter(map(grade_id, subject.assignment.cells))
    for cell in subject.assignment.cells:
        if counted.pop(grade_id(cell), 0) > 1:
            yield subject.in_notebook(cell, f"Two cells have the grade id {grade_id(cell)!r}.")


def has_no_outputs(subject: Subject) -> Iterator[Finding]:
    """What students see, their own cells have made."""
    for cell in _code(subject):
        if cell.get("outputs") or cell.get("execution_count"):
            yield subject.in_notebook(
                cell, f"{_called(cell)} still has its output. Clear all outputs before you save."
            )


def is_locked_or_an_answer(subject: Subject) -> Iterator[Finding]:
    """What grading restores cannot be changed, and what students write is not restored."""
    for cell in _code(subject):
        flags = cell.metadata.get("nbgrader", {})
        if not flags:
            sentence = "is not known to nbgrader. Make it a read-only cell, or an answer."
        elif flags.locked and flags.solution:
            sentence = "is an answer, and locked: nobody could write it."
        elif not flags.locked and not flags.solution:
            sentence = "is no answer, and not locked: students could change it."
        else:
            continue
        yield subject.in_notebook(cell, f"{_called(cell)} {sentence}")


def every_exercise_has_an_answer(subject: Subject) -> Iterator[Finding]:
    """There is a cell to write each function and each letter in."""
    cells = subject.assignment.cells
    answers = {grade_id(cell) for cell in cells if cell.metadata.nbgrader.solution}
    for exercise in subject.assignment.exercises:
        if exercise.name not in answers:
            yield subject.in_notebook(
                subject.assignment.by_grade_id[exercise.grade_id],
                f"There is no answer cell with the grade id {exercise.name!r} to write it in.",
            )


def points_are_stated(subject: Subject) -> Iterator[Finding]:
    """Each graded cell has points, as many as the heading above it says."""
    heading, stated, below = None, 0.0, 0.0
    for cell in [*subject.assignment.notebook.cells, nbformat.v4.new_markdown_cell("# (0 points)")]:
        said = _STATED_POINTS.findall(cell.source) if cell.cell_type == "markdown" else []
        flags = cell.metadata.get("nbgrader", {})
        if flags.get("grade"):
            below += float(flags.get("points") or 0)
            if not flags.get("points"):
                yield subject.in_notebook(cell, f"{_called(cell)} is graded, for no points.")
        elif said:
            if heading is not None and stated != below:
                yield subject.in_notebook(
                    heading,
                    f"The heading says {stated:g} points, the cells below it have {below:g}.",
                )
            heading, stated, below = cell, sum(map(float, said)), 0.0


def is_in_step(subject: Subject) -> Iterator[Finding]:
    """What is written in solutions/ stands in the notebook as it is there."""
    assignment = subject.assignment
    try:
        solutions = read_solutions(assignment.name, subject.contents.solutions)
    except BadSource:  # of a reference without docstring, which has a rule of its own
        return
    after = synced(assignment.notebook, solutions)
    for before, cell in zip(assignment.notebook.cells, after.cells, strict=True):
        if before.source != cell.source:
            yield subject.in_notebook(
                before, f"{_called(before)} is not as solutions/ has it. Run: autograder sync"
            )
    for name, text in solutions.modules.items():
        if assignment.given_files.get(name) != text.encode():
            file = subject.notebook_file.with_name(name)
            yield Finding(file, 1, "It is not as solutions/ has it. Run: autograder sync")


def release_tells_nothing(subject: Subject) -> Iterator[Finding]:
    """No solution and no hidden test is in what students get."""
    secret = dict.fromkeys(_solution_lines(subject), "a solution")
    hidden = subject.assignment.hidden_tests.read_text(encoding="utf-8").splitlines()
    secret |= {line.strip(): "a hidden test" for line in hidden if len(line.strip()) >= LONG}
    for cell in released(subject.assignment).cells:
        text = cell.source
        if line := next((line for line in secret if line in text), None):
            yield subject.in_notebook(
                cell, f"The release of {_called(cell)} tells {secret[line]}: {line!r}."
            )
        elif _told_letter(subject, text):
            yield subject.in_notebook(cell, f"The release of {_called(cell)} tells the letter.")


def hidden_tests_are_elsewhere(subject: Subject) -> Iterator[Finding]:
    """What nbgrader calls hidden tests, it runs in the student's process; here nobody does."""
    for cell in _code(subject):
        if _NBGRADERS_HIDDEN_TESTS in cell.source:
            yield subject.in_notebook(
                cell,
                f"{_called(cell)} has hidden tests, which are not run here. "
                f"Write them in {subject.assignment.hidden_tests.name}.",
            )


def needs_nothing_else(subject: Subject) -> Iterator[Finding]:
    """A student's machine has Python, NumPy, matplotlib, and what the course's options name."""
    given = {name.removesuffix(".py") for name in subject.assignment.given_files}
    of_package = packages_distributions()
    allowed = {
        module
        for module, packages in of_package.items()
        if {*map(str.lower, packages)} & {*map(str.lower, subject.limits.packages)}
    }
    for cell in _code(subject):
        for module in sorted(_imported(cell.source) - _STUDENTS_HAVE - given - allowed):
            yield subject.in_notebook(
                cell,
                f"{_called(cell)} imports {module}, which is not there while grading. "
                "Name its package in c.GradingOptions.packages.",
            )


def demonstrations_stand_alone(subject: Subject) -> Iterator[Finding]:
    """Nothing uses a name of a cell that is not run while grading."""
    for shown in filter(is_demonstration, _code(subject)):
        for cell in _code(subject):
            for name in sorted(_defined(shown) & _needed(cell) if cell is not shown else ()):
                yield subject.in_notebook(
                    cell,
                    f"{_called(cell)} uses {name} of the demonstration {_called(shown)}, "
                    "which is not run while grading.",
                )


def pictures_have_words(subject: Subject) -> Iterator[Finding]:
    """A picture in a text says what it shows to those who do not see it."""
    for cell in subject.assignment.notebook.cells:
        if cell.cell_type == "markdown" and _NO_ALTERNATIVE.search(cell.source):
            yield subject.in_notebook(
                cell, f"A picture in {_called(cell)} has no alternative text."
            )


RULES: tuple[Rule, ...] = (
    is_valid,
    has_no_outputs,
    is_locked_or_an_answer,
    every_exercise_has_an_answer,
    points_are_stated,
    is_in_step,
    release_tells_nothing,
    hidden_tests_are_elsewhere,
    needs_nothing_else,
    demonstrations_stand_alone,
    pictures_have_words,
)


def _code(subject: Subject) -> list[NotebookNode]:
    return [cell for cell in subject.assignment.notebook.cells if cell.cell_type == "code"]


def _called(cell: NotebookNode) -> str:
    """Return how a sentence names a cell."""
    return f"the cell {(grade_id(cell) or cell.get('id', '?'))!r}"


def _solution_lines(subject: Subject) -> Iterator[str]:
    """Yield the lines that the release must not have, unless given code has them as well."""
    cells = subject.assignment.cells
    given = [cell.source for cell in cells if not cell.metadata.nbgrader.solution]
    inside = False
    for line in "\n".join(cell.source for cell in subject.assignment.notebook.cells).splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside and len(line.strip()) >= LONG and not any(line.strip() in g for g in given):
            yield line.strip()


def _told_letter(subject: Subject, text: str) -> bool:
    functions = subject.assignment.signatures()
    questions = subject.assignment.references.keys() - functions.keys()
    return any(re.search(rf"\b{name} = [\"']\w", text) for name in questions)


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:  # a magic, or what is said where the cell is run
        return ast.Module([], [])


def _imported(source: str) -> set[str]:
    """Return the packages that the code of a cell imports."""
    found = set()
    for node in ast.walk(_parsed(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found


def _table(cell: NotebookNode) -> symtable.SymbolTable:
    return symtable.symtable(ast.unparse(_parsed(cell.source)), "cell", "exec")


def _defined(cell: NotebookNode) -> set[str]:
    """Return the names that a cell leaves in the notebook."""
    symbols = _table(cell).get_symbols()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


def _needed(cell: NotebookNode) -> set[str]:
    """Return the names that a cell takes from the notebook."""
    tables, found = [_table(cell)], set[str]()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return found - _defined(cell)
