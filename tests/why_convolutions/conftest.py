"""Fixtures for the tests of this project's own course."""

import sys
from pathlib import Path

import pytest
from contents import ASSIGNMENTS, load_assignment

from autograder.course.new_course import create_course
from autograder.notebook.assignment import Assignment

# Code of a notebook that runs here finds the modules that are given with it.
sys.path += map(str, ASSIGNMENTS.iterdir())


@pytest.fixture(scope="session")
def pooling() -> Assignment:
    """An assignment with arrays, windows and gradients."""
    return load_assignment("pooling")


@pytest.fixture(scope="session")
def own_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project's course in a folder of its own, in which assignments can be released."""
    folder = tmp_path_factory.mktemp("own") / "course"
    create_course(folder)
    return folder
