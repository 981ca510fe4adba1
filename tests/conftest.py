"""Fixtures shared by all tests: one sandbox, one release, notebooks of the real assignments."""

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
from contents import ASSIGNMENTS, load_assignment
from courses import MakeCourse, new_course, set_options
from nbformat import NotebookNode
from notebooks import answered, released

from autograder.course.options import Limits
from autograder.grading import Graded, grade
from autograder.notebook.assignment import Assignment
from autograder.sandbox.host import Sandbox

# nbgrader calls alembic by name; it lies beside this interpreter.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# Code of a notebook that runs here finds the modules that are given with it.
sys.path += map(str, ASSIGNMENTS.iterdir())

GradeCells = Callable[..., Graded]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A warm sandbox; each submission gets a child of its own."""
    with Sandbox() as warm:
        yield warm


@pytest.fixture(scope="session")
def pooling() -> Assignment:
    """The assignment that most tests of the grader use."""
    return load_assignment("pooling")


@pytest.fixture(scope="session")
def released_course(tmp_path_factory: pytest.TempPathFactory) -> MakeCourse:
    """Make a course folder in which assignments are released, with extra lines of configuration.

    It is a copy of one in which each is released once, where it is needed: that takes seconds.
    """
    original = new_course(tmp_path_factory.mktemp("released") / "course")

    def copy(folder: Path, *config: str, name: str = "pooling") -> Path:
        if not (original / "release" / name).exists():
            run_here("nbgrader", "generate_assignment", name, cwd=original)
        shutil.copytree(original, folder)
        set_options(folder, *config)
        return folder

    return copy


@pytest.fixture
def grade_cells(sandbox: Sandbox, pooling: Assignment) -> GradeCells:
    """Grade the right solutions of pooling with some cells replaced, extra cells in front."""

    def grade_with(
        changes: dict[str, str] | None = None,
        *,
        extra: tuple[str, ...] = (),
        limits: Limits | None = None,
        student: str | None = None,
    ) -> Graded:
        notebook = answered(pooling, changes or {})
        notebook.cells[1:1] = [nbformat.v4.new_code_cell(source) for source in extra]
        return grade(
            notebook,
            pooling,
            sandbox,
            notebook="pooling.ipynb",
            student=student,
            limits=limits or Limits(),
        )

    return grade_with


@pytest.fixture
def untouched(pooling: Assignment) -> NotebookNode:
    """The released notebook of pooling."""
    return released(pooling)
