"""An assignment is read from its source folder: the notebook, and the files given with it."""

import os
import shutil
from pathlib import Path

import pytest
from contents import SMALL
from machines import memory_used_up

from autograder.course.contents import MOST_GIVEN, Contents
from autograder.errors import BadSource
from autograder.notebook.assignment import read_source
from autograder.surroundings import ENOUGH_MEMORY


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    """A course with its sources in a folder of their own, in which an instructor has worked."""
    folder = tmp_path / "averages"
    shutil.copytree(SMALL.sources / "averages", folder)
    for name in (
        "given.py",
        "data/numbers.csv",
        ".hidden",
        ".ipynb_checkpoints/averages-checkpoint.ipynb",
        "__pycache__/given.cpython-311.pyc",
        "another.ipynb",
    ):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    return Contents(SMALL.root, tmp_path)


def test_the_files_beside_the_notebook_are_given(contents: Contents) -> None:
    assert contents.assignment("averages").given_files == {
        "given.py": b"given.py",
        "data/numbers.csv": b"data/numbers.csv",
        "prices.txt": b"apples 2.50\npears 3.10\n",
    }


def test_too_much_is_not_given(contents: Contents) -> None:
    (contents.sources / "averages" / "film.bin").write_bytes(bytes(MOST_GIVEN))
    with pytest.raises(BadSource, match="larger than 4 MiB"):
        contents.assignment("averages")


def test_for_want_of_memory_no_source_is_called_a_bad_one(tmp_path: Path) -> None:
    path = tmp_path / "averages.ipynb"
    path.touch()
    os.truncate(path, ENOUGH_MEMORY)
    with pytest.raises(MemoryError), memory_used_up():
        read_source("averages", path)


def test_who_changes_the_signatures_changes_only_their_own(contents: Contents) -> None:
    assignment = contents.assignment("averages")
    before = assignment.signatures()
    assignment.signatures().clear()
    assert assignment.signatures() == before != {}
