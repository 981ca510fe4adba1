"""Fixtures shared by all tests: one sandbox, one release, notebooks of the small course."""

# isort: off
import os

# One thread, as the command has it: the arrays are small, and others test at the same time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import autograder.lean_imports  # noqa: F401 (before anything imports nbformat or nbgrader)

# isort: on
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from contents import SMALL, small_assignment
from courses import MakeCourse, new_course, set_options
from nbformat import NotebookNode

from autograder.course.options import Limits
from autograder.grading import Graded, grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, released
from autograder.sandbox.host import Sandbox

# nbgrader calls alembic by name; it lies beside this interpreter.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

GradeCells = Callable[..., Graded]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A warm sandbox; each submission gets a child of its own."""
    with Sandbox(course=SMALL.root) as warm:
        yield warm


@pytest.fixture(scope="session")
def averages() -> Assignment:
    """The assignment of the small course."""
    return small_assignment()


@pytest.fixture(scope="session")
def released_course(tmp_path_factory: pytest.TempPathFactory) -> MakeCourse:
    """Make a small course in which its assignment is released, with extra lines of configuration.

    It is a copy of one in which it is released once: that takes seconds.
    """
    original = new_course(tmp_path_factory.mktemp("released") / "course")

    def copy(folder: Path, *config: str) -> Path:
        if not (original / "release" / "averages").exists():
            run_here("nbgrader", "generate_assignment", "averages", cwd=original)
        shutil.copytree(original, folder)
        set_options(folder, *config)
        return folder

    return copy


@pytest.fixture
def grade_cells(sandbox: Sandbox, averages: Assignment) -> GradeCells:
    """Grade the right solutions of the small course with some replaced, extra cells in front."""

    def grade_with(
        changes: dict[str, str] | None = None,
        *,
        extra: tuple[str, ...] = (),
        limits: Limits | None = None,
        student: str | None = None,
    ) -> Graded:
        notebook = answered(averages, changes or {})
        notebook.cells[1:1] = [nbformat.v4.new_code_cell(source) for source in extra]
        return grade(
            notebook,
            averages,
            sandbox,
            notebook="averages.ipynb",
            student=student,
            limits=limits or Limits(),
        )

    return grade_with


@pytest.fixture
def untouched(averages: Assignment) -> NotebookNode:
    """The released notebook of the small course."""
    return released(averages)
