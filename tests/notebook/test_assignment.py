"""An assignment is read from its source folder: the notebook, and the files given with it."""

import shutil
from pathlib import Path

import pytest
from contents import SMALL

from autograder.course.contents import MOST_GIVEN, Contents
from autograder.errors import BadSource


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
