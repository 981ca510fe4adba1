"""Code of students as a report shows it: without comments and texts, in which a name may stand.

Of the texts single words stay that the assignment itself has, such as the key of a dict.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from ..course.folder import Course
from ..explanation.typed_text import as_typed
from ..notebook.assignment import Assignment
from ..notebook.filled_in import released, solutions

MOST_READ = 20  # students whose lines are compared
LONGEST = 100  # characters of a line
_SAYS_NOTHING = ("def ", "import ", "from ", "pass")
_WORD = re.compile(r"\w+")
_A_TEXT = ast.Constant("…")


class _About(msgspec.Struct):
    grade_id: str = ""


class _Metadata(msgspec.Struct):
    nbgrader: _About | None = None


class _Cell(msgspec.Struct):
    metadata: _Metadata
    source: str | list[str] = ""


class _Notebook(msgspec.Struct):
    cells: list[_Cell]


class Codes:
    """The answers of a class, read from the graded copies when they are asked for.

    ``files`` are those copies, by student; ``words`` are those of the assignment.
    """

    def __init__(self, files: Mapping[str, Path], words: Collection[str]) -> None:
        self._files = files
        self._words = words
        self._read: dict[str, dict[str, str]] = {}
        self._plain: dict[str, str] = {}

    @classmethod
    def of(cls, course: Course, name: str, shown: Mapping[str, str]) -> Codes:
        """Return those of an assignment, by the names under which students are ``shown``."""
        return cls(
            {
                called: course.autograded_folder(name, student) / f"{name}.ipynb"
                for student, called in shown.items()
            },
            _words(course.assignment(name)),
        )

    def text(self, student: str, exercise: str) -> str:
        """Return the text of an answer's cell, "" where it is not to be had."""
        if student not in self._read:
            self._read[student] = _sources(self._files[student])
        return self._read[student].get(exercise, "")

    def plain(self, student: str, exercise: str) -> str:
        """Return the same without comments, docstrings, annotations and texts of one's own."""
        text = self.text(student, exercise)
        if text not in self._plain:
            self._plain[text] = _plain(text, self._words)
        return self._plain[text]

    def telling_line(self, exercise: str, holders: Sequence[str], rest: Sequence[str]) -> str:
        """Return the line that holders of a mistake write most, compared with the others."""
        theirs = [self._lines(student, exercise) for student in holders[:MOST_READ]]
        others = [self._lines(student, exercise) for student in rest[:: len(rest) // MOST_READ + 1]]
        written = Counter(line for lines in theirs for line in {*lines})
        elsewhere = Counter(line for lines in others for line in {*lines})
        best, most = "", 0.0
        for line in (line for lines in theirs for line in lines):
            share = written[line] / len(theirs)
            if others:
                share -= elsewhere[line] / len(others)
            if (share, len(line)) > (most, len(best)):  # of two that tell as much, the longer one
                best, most = line, share
        return best if len(best) <= LONGEST else f"{best[:LONGEST]}…"

    def different(self, exercise: str, students: Sequence[str], most: int) -> list[str]:
        """Return the code of a few students, each text once."""
        texts = dict.fromkeys(self.plain(student, exercise) for student in students[:MOST_READ])
        return [text for text in texts if text][:most]

    def _lines(self, student: str, exercise: str) -> list[str]:
        lines = (line.strip() for line in self.plain(student, exercise).splitlines())
        return [line for line in lines if line and not line.startswith(_SAYS_NOTHING)]


class _WithoutTexts(ast.NodeTransformer):
    """Takes the texts out of code, but for single words that are known."""

    def __init__(self, words: Collection[str]) -> None:
        self._words = words

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        is_text = isinstance(node.value, (str, bytes)) and node.value not in self._words
        return _A_TEXT if is_text else node

    def visit_JoinedStr(self, _node: ast.JoinedStr) -> ast.Constant:
        return _A_TEXT

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """Of a text that is no value, such as a remark, nothing is left."""
        changed = self.generic_visit(node)
        return ast.Pass() if isinstance(node.value, ast.Constant) else changed


def _plain(text: str, words: Collection[str]) -> str:
    try:
        return ast.unparse(_WithoutTexts(words).visit(ast.parse(as_typed(ast.parse(text)))))
    except (SyntaxError, ValueError, RecursionError):
        return ""


def _words(assignment: Assignment) -> set[str]:
    texts = [cell.source for cell in released(assignment).cells]
    return {word for t in (*texts, *solutions(assignment).values()) for word in _WORD.findall(t)}


def _sources(path: Path) -> dict[str, str]:
    try:
        notebook = msgspec.json.decode(path.read_bytes(), type=_Notebook)
    except (OSError, msgspec.MsgspecError):
        return {}
    return {
        cell.metadata.nbgrader.grade_id: "".join(cell.source)
        for cell in notebook.cells
        if cell.metadata.nbgrader
    }
