"""A small course in which one thing is broken."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from courses import new_course
from nbformat import NotebookNode

from autograder.authoring.finding import Subject
from autograder.course.contents import Contents
from autograder.course.options import Limits

EditCell = Callable[[NotebookNode], object]


class BreakableCourse:
    """The small course in a folder of its own, with one thing changed at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = new_course(folder)
        self.notebook = folder / "assignments" / "averages" / "averages.ipynb"
        self.solutions = folder / "solutions" / "averages"

    def subject(self) -> Subject:
        return Subject(Contents(self.folder), "averages", Limits())

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a text of the solutions, once."""
        path = self.solutions / file
        text = path.read_text()
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new))

    def edit_cell(self, name: str, change: EditCell) -> None:
        """Change one cell of the notebook, found by its id."""
        notebook = nbformat.read(self.notebook, as_version=4)
        (cell,) = (cell for cell in notebook.cells if cell.id == name)
        change(cell)
        nbformat.write(notebook, self.notebook)

    def insert(self, cell: NotebookNode, place: int = 2) -> None:
        """Add a cell to the notebook."""
        notebook = nbformat.read(self.notebook, as_version=4)
        notebook.cells.insert(place, cell)
        nbformat.write(notebook, self.notebook)


@pytest.fixture
def course(tmp_path: Path) -> BreakableCourse:
    return BreakableCourse(tmp_path / "course")
