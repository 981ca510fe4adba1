"""What is asked and for how many points: read from the instructor's source notebook alone."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from ..errors import BadSource
from .cell_text import defined_names
from .passages import strings
from .running_text import FEWEST_OF_A_LINE, LongLines, alike, has_mended_typos, long_lines, words
from .versions import COMPARING_CELL

GRADE_PREFIX = "test_"  # the grade cell of an exercise is test_<exercise>
FLAGS = {"grade", "grade_id", "locked", "solution"}  # what nbgrader says of each of its cells
_MOST_REMEMBERED = 2_000  # characters of a text that is asked about several times
DEMONSTRATION = "demonstration"  # the tag of a locked cell that only shows something

# A stub that raises would stop "Run all" at the first exercise; an unwritten function
# returns None instead, and the visible tests say so.
CODE_STUB = {"python": "# YOUR CODE HERE"}


@dataclass(frozen=True)
class Exercise:
    """A grade cell: ``name`` is the function or the variable that it is about."""

    name: str
    grade_id: str
    points: float


@dataclass(frozen=True)
class Assignment:
    """One assignment. ``cells`` are its nbgrader cells as students first see them, in order.

    ``given_files`` lie beside the notebook and are released with it. ``functions`` gives what its
    solutions define. ``part`` gives a module of them: that of the references by "", another file's
    by its name, None where there is none.
    """

    name: str
    notebook: NotebookNode
    cells: tuple[NotebookNode, ...]
    exercises: tuple[Exercise, ...]
    written: tuple[Exercise, ...]
    given_files: Mapping[str, bytes]
    functions: Callable[[], Mapping[str, Callable[..., Any]]]
    hidden_tests: Path
    part: Callable[[str], ModuleType | None]

    @cached_property
    def references(self) -> Mapping[str, Callable[..., Any]]:
        """The right functions by exercise; a question's takes no argument.

        Their modules are imported here, and with them NumPy: who only looks whether something
        changed does not need them. Raises BrokenCourseFile where that fails.
        """
        functions = self.functions()
        return {e.name: functions[e.name] for e in self.exercises if e.name in functions}

    @cached_property
    def by_grade_id(self) -> Mapping[str, NotebookNode]:
        """The same cells by grade id."""
        return {grade_id(cell): cell for cell in self.cells}

    @cached_property
    def by_text(self) -> Mapping[str, str]:
        """The grade ids by the text with which their cells are released, where it tells them."""
        texts = Counter(map(plain_source, self.cells))
        return {
            plain_source(cell): grade_id(cell)
            for cell in self.cells
            if texts[plain_source(cell)] == 1
        }

    @cached_property
    def texts(self) -> frozenset[str]:
        """The texts of all its cells as they are released; a model answer is none of them."""
        others = (cell for cell in self.notebook.cells if "nbgrader" not in cell.metadata)
        return frozenset([COMPARING_CELL, *map(plain_source, (*others, *self.cells))])

    @cached_property
    def lines(self) -> frozenset[str]:
        """The lines of these texts, their comments and their strings, see ``alike``."""
        whole = [part for text in self.texts for part in (text, *strings(text))]
        lines = [line for part in whole for line in part.splitlines()]
        comments = [line.partition("#")[2] for line in lines]
        return frozenset(map(alike, (*lines, *comments)))

    @cached_property
    def _long_lines(self) -> LongLines:
        return long_lines(self.lines)

    def released(self, line: str) -> bool:
        """Say whether a line is one of these, or was before a typo in it was mended."""
        return alike(line) in self.lines or has_mended_typos(line, self._long_lines)

    def is_given(self, text: str) -> bool:
        """Say whether a cell's text was released; of a few words each line may be an answer."""
        is_long = words(text) >= FEWEST_OF_A_LINE
        return text in self.texts or (is_long and all(map(self.released, text.splitlines())))

    @cached_property
    def names(self) -> frozenset[str]:
        """What its cells define as they are released."""
        code = (cell.source for cell in self.notebook.cells if cell.cell_type == "code")
        return frozenset().union(*map(defined_names, code))

    @cached_property
    def answer_cells(self) -> frozenset[str]:
        """The grade ids of the cells that students write."""
        return frozenset(grade_id(c) for c in self.cells if not c.metadata.nbgrader.locked)

    @property
    def file_name(self) -> str:
        """The name of its notebook's file."""
        return f"{self.name}.ipynb"

    def telling_ids(self) -> set[str]:
        """Return the grade ids that no other assignment has: those of its functions."""
        functions = self.signatures()
        return {*functions, *(f"{GRADE_PREFIX}{name}" for name in functions)}

    def signatures(self) -> dict[str, inspect.Signature]:
        """Return the signatures of the exercises that are functions."""
        return {**self._signatures}

    @cached_property
    def _signatures(self) -> Mapping[str, inspect.Signature]:
        references = self.references.items()
        return {name: inspect.signature(f) for name, f in references if inspect.isfunction(f)}


def read_assignment(
    name: str,
    path: Path,
    *,
    given_files: Mapping[str, bytes],
    functions: Callable[[], Mapping[str, Callable[..., Any]]],
    hidden_tests: Path,
    part: Callable[[str], ModuleType | None],
    cells: tuple[NotebookNode, ...] = (),
) -> Assignment:
    """Read an assignment from its source notebook; the rest is the course's, see Assignment.

    Its ``cells``, if they are known, are not made once more. Raises BadSource for a notebook that
    is not laid out as an assignment.
    """
    notebook = read_source(name, path)
    cells = cells or _released_cells(name, notebook)
    graded = [cell for cell in cells if cell.metadata.nbgrader.grade]
    automatic = [cell for cell in graded if not cell.metadata.nbgrader.solution]
    written = [cell for cell in graded if cell.metadata.nbgrader.solution]
    exercises = tuple(_exercise(name, cell) for cell in automatic)
    return Assignment(
        name=name,
        notebook=notebook,
        cells=cells,
        exercises=exercises,
        written=tuple(Exercise(grade_id(cell), grade_id(cell), _points(cell)) for cell in written),
        given_files=given_files,
        functions=functions,
        hidden_tests=hidden_tests,
        part=part,
    )


def read_source(name: str, path: Path) -> NotebookNode:
    """Read an assignment's source notebook. Raises BadSource for a file that is none."""
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except MemoryError:  # says nothing about it
        raise
    except Exception as error:  # JSON of another shape fails in many ways
        raise BadSource(name, f"{path} is not a notebook ({type(error).__name__}).") from error
    return notebook


def grade_id(cell: NotebookNode) -> str:
    """Return nbgrader's id of a cell, "" where it has none."""
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def plain_source(cell: NotebookNode) -> str:
    """Return a cell's text without what an editor may change by itself."""
    text = str(cell["source"])
    return _plain(text) if len(text) <= _MOST_REMEMBERED else _plain.__wrapped__(text)


@lru_cache(1000)  # the cells of a release, and those of a few submissions
def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def is_demonstration(cell: NotebookNode) -> bool:
    """Say whether a source cell only shows something."""
    return DEMONSTRATION in cell.metadata.get("tags", [])


def _released_cells(name: str, notebook: NotebookNode) -> tuple[NotebookNode, ...]:
    """Return the cells of nbgrader's as it releases them, with their checksums."""
    from nbgrader.utils import compute_checksum

    try:
        released = _without_solutions(notebook)
    except RuntimeError as error:  # nbgrader's, of marks that do not belong together
        raise BadSource(name, f"its solution marks do not match: {error}") from error
    cells = tuple(cell for cell in released.cells if "nbgrader" in cell.metadata)
    for cell in cells:
        about = cell.metadata.nbgrader
        if missing := sorted(FLAGS - about.keys()):
            raise BadSource(name, f"the cell {grade_id(cell)!r} does not say {missing[0]!r}.")
        if about.grade:  # nbgrader's checksum is of the points as well, and stops where none are
            about.points = about.get("points") or 0
        about.checksum = compute_checksum(cell)
    return cells


def _without_solutions(notebook: NotebookNode) -> NotebookNode:
    from nbgrader.preprocessors import ClearSolutions  # slow to import, and workers do without

    clear = ClearSolutions(config=Config({"ClearSolutions": {"code_stub": CODE_STUB}}))
    released: NotebookNode
    released, _ = clear.preprocess(nbformat.from_dict(notebook), {})
    return released


def _exercise(assignment: str, cell: NotebookNode) -> Exercise:
    name = grade_id(cell)
    if not name.startswith(GRADE_PREFIX):
        raise BadSource(assignment, f"the grade cell {name!r} is not named test_<exercise>.")
    return Exercise(name.removeprefix(GRADE_PREFIX), name, _points(cell))


def _points(cell: NotebookNode) -> float:
    return float(cell.metadata.nbgrader.get("points") or 0)
