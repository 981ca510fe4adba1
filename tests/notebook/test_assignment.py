"""An assignment is read from its source folder: the notebook, and the files given with it."""

import shutil
from pathlib import Path

import pytest
from contents import ASSIGNMENTS, load_assignment

from autograder.errors import BadSource
from autograder.notebook.assignment import MOST_GIVEN


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The source folder of an instructor who has worked in it."""
    folder = tmp_path / "pooling"
    shutil.copytree(ASSIGNMENTS / "pooling", folder)
    for name in (
        "given.py",
        "data/numbers.csv",
        ".hidden",
        ".ipynb_checkpoints/pooling-checkpoint.ipynb",
        "__pycache__/given.cpython-311.pyc",
        "another.ipynb",
    ):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    return folder / "pooling.ipynb"


def test_the_files_beside_the_notebook_are_given(source: Path) -> None:
    assert load_assignment("pooling", source).given_files == {
        "given.py": b"given.py",
        "data/numbers.csv": b"data/numbers.csv",
    }


def test_too_much_is_not_given(source: Path) -> None:
    (source.parent / "film.bin").write_bytes(bytes(MOST_GIVEN))
    with pytest.raises(BadSource, match="larger than 4 MiB"):
        load_assignment("pooling", source)
