"""What a course folder holds: two folders for each assignment, read by name.

``assignments/<name>/`` is what students get, ``solutions/<name>/`` what they must never see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from ..errors import (
    BadSource,
    MissingSource,
    NoHiddenTests,
    SolutionsMissing,
    UnknownAssignment,
)
from ..notebook.assignment import Assignment, read_assignment
from .handed_in import regular_files
from .loading import LoadedSolutions

_PACKAGE = Path(__file__).parents[1]
IN_THE_WHEEL = _PACKAGE / "packaged_course"
# The course that comes with the package: data in the wheel, in a checkout the checkout itself.
PACKAGED_COURSE = IN_THE_WHEEL if IN_THE_WHEEL.is_dir() else _PACKAGE.parent
ASSIGNMENTS, SOLUTIONS, CONFIG_FILE = "assignments", "solutions", "nbgrader_config.py"
HIDDEN_TESTS = "hidden_tests"  # the files of an assignment's folder of solutions
MISCONCEPTIONS = "misconceptions"
STYLES = "styles"
NAMED_GROUPS = "named_groups.json"  # what an instructor named: data, on which no score depends

MOST_GIVEN = 4 * 2**20  # bytes of the files beside a notebook: every grading hands them over
# What nbgrader ignores by default; notebooks and hidden files it would release.
NOT_GIVEN = ("*.ipynb", ".*", "__pycache__", "*.pyc", "feedback")


class Contents:
    """The assignments of a course folder. ``sources`` is where its notebooks are."""

    def __init__(self, root: Path, sources: Path | None = None) -> None:
        self.root = root
        self.sources = sources or root / ASSIGNMENTS
        self.solutions = root / SOLUTIONS

    def names(self) -> list[str]:
        """Return the names of the assignments."""
        found = (path.parent.name for path in self.solutions.glob(f"*/{HIDDEN_TESTS}.py"))
        return sorted(name for name in found if self.notebook(name).is_file())

    def has_notebook(self, name: str) -> bool:
        """Say whether there is a source notebook, whatever it is called, of this assignment."""
        return any(path.parent.name == name for path in self.sources.glob("*/*.ipynb"))

    def has_hidden_tests(self, name: str) -> bool:
        """Say whether there are hidden tests of this name."""
        return name == Path(name).name and self.hidden_tests(name).is_file()

    def hidden_tests(self, name: str) -> Path:
        """Return the path of an assignment's hidden tests."""
        return self.solutions / name / f"{HIDDEN_TESTS}.py"

    def notebook(self, name: str) -> Path:
        """Return the path of an assignment's source notebook."""
        return self.sources / name / f"{name}.ipynb"

    def assignment(self, name: str, cells: tuple[NotebookNode, ...] = ()) -> Assignment:
        """Read an assignment. Its ``cells``, if they are known, are not made once more.

        Raises SolutionsMissing for a course that has none at all, NoHiddenTests where there is
        only a notebook, UnknownAssignment where there is nothing of this name, MissingSource
        where there is no notebook, and BadSource for one that is not laid out as an assignment.
        """
        notebook = self.notebook(name)
        if not self.has_hidden_tests(name):
            if self.sources.is_dir() and not self.solutions.is_dir():
                raise SolutionsMissing(str(self.root))
            if not self.sources.is_dir():
                raise MissingSource(str(notebook))
            if self.has_notebook(name):
                raise NoHiddenTests(name)
            raise UnknownAssignment(name, self.names())
        if not notebook.is_file():
            raise MissingSource(str(notebook))
        return read_assignment(
            name,
            notebook,
            given_files=_given_files(name, notebook),
            functions=partial(self._functions, name),
            hidden_tests=self.hidden_tests(name),
            part=partial(self._part, name),
            cells=cells,
        )

    @cached_property
    def _loaded(self) -> LoadedSolutions:
        return LoadedSolutions(self.solutions)

    def _part(self, name: str, file: str) -> Any:
        return self._loaded.module(name, file) if file else self._loaded.module(name)

    def _functions(self, name: str) -> Mapping[str, Callable[..., Any]]:
        """Return what the references define; a question's function returns its right letter."""
        module = vars(self._loaded.module(name))
        letters: Mapping[str, str] = module.get("ANSWERS", {})
        questions = {question: partial(str, letter) for question, letter in letters.items()}
        return {**questions, **{key: value for key, value in module.items() if callable(value)}}


def _given_files(assignment: str, notebook: Path) -> dict[str, bytes]:
    """Return the files beside a source notebook, by their paths from there."""
    found = sorted(regular_files(notebook.parent, NOT_GIVEN))
    if sum(path.stat().st_size for path in found) > MOST_GIVEN:
        raise BadSource(assignment, f"its files are larger than {MOST_GIVEN // 2**20} MiB.")
    return {str(path.relative_to(notebook.parent)): path.read_bytes() for path in found}


def is_course(folder: Path) -> bool:
    """Say whether a folder has the parts of a course."""
    return (folder / CONFIG_FILE).is_file() and (folder / SOLUTIONS).is_dir()


def course_here() -> Path:
    """Return the working folder if it is a course, else the course that comes with the package."""
    here = Path.cwd()
    return here if is_course(here) else PACKAGED_COURSE
