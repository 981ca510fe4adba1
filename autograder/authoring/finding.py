"""What is missing or wrong in an assignment: a sentence, with the file and the line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from ..course.contents import HIDDEN_TESTS, MISCONCEPTIONS, STYLES, Contents
from ..course.options import Limits
from ..notebook.assignment import Assignment, grade_id


@dataclass(frozen=True)
class Finding:
    """One thing that is missing or wrong; ``line`` is 1 where it is the file as a whole."""

    file: Path
    line: int
    sentence: str

    def __str__(self) -> str:
        """Return it as compilers do, so that an editor finds the place."""
        return f"{self.file}:{self.line}: {self.sentence}"


class Subject:
    """An assignment that is checked, with its files and what its course allows it."""

    def __init__(self, contents: Contents, name: str, limits: Limits) -> None:
        self.contents = contents
        self.assignment: Assignment = contents.assignment(name)
        self.limits = limits
        self.notebook_file = contents.notebook(name)
        self.folder = contents.solutions / name

    def in_notebook(self, cell: NotebookNode, sentence: str) -> Finding:
        """Return a finding about a cell of the source notebook."""
        own = grade_id(cell)
        marks = [f'"grade_id": {json.dumps(own)}'] if own else []
        marks += [f'"id": {json.dumps(cell.id)}'] if "id" in cell else []
        return self._found(self.notebook_file, map(re.escape, marks), sentence)

    def in_references(self, name: str, sentence: str) -> Finding:
        """Return a finding about a reference."""
        return self._found(self.folder / "__init__.py", [rf"^def {name}\b"], sentence)

    def in_hidden_tests(self, name: str, sentence: str) -> Finding:
        """Return a finding about a hidden test."""
        return self._found(self._file(HIDDEN_TESTS), [rf"^ *def {name}\b"], sentence)

    def in_misconceptions(self, name: str, sentence: str) -> Finding:
        """Return a finding about a known mistake, which may stand in a shared file."""
        shared = sorted(self.contents.solutions.glob("_*.py"))
        files = [self._file(MISCONCEPTIONS), *shared]
        entry = re.compile(rf"^ *{name}=", re.MULTILINE)
        there = (file for file in files if entry.search(file.read_text(encoding="utf-8")))
        return self._found(next(there, files[0]), [entry.pattern], sentence)

    def in_styles(self, name: str, sentence: str) -> Finding:
        """Return a finding about a right solution in another style."""
        return self._found(self._file(STYLES), [rf"^def {name}\b"], sentence)

    def _file(self, part: str) -> Path:
        return self.folder / f"{part}.py"

    def _found(self, file: Path, marks: Iterator[str] | list[str], sentence: str) -> Finding:
        return Finding(file, _line_with(file, marks), sentence)


Rule = Callable[[Subject], Iterator[Finding]]


def _line_with(file: Path, marks: Iterator[str] | list[str]) -> int:
    """Return the number of the first line that matches the first mark that is there, else 1."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    for mark in marks:
        for number, line in enumerate(lines, start=1):
            if re.search(mark, line):
                return number
    return 1
