"""Restoring is done again at each step of nbgrader: the second time it must change nothing."""

from pathlib import Path

import nbformat
import pytest
from damaged.corpus import ENTRIES, FILE, NAME, averages

from autograder.notebook.filled_in import answered
from autograder.notebook.submission import read_notebook, restore


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if not entry.reason])
def test_restoring_again_changes_nothing(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / NAME
    folder.mkdir(parents=True)
    ENTRIES[name].hand_in(folder, answered(averages(), {}))
    once = restore(read_notebook(folder / FILE), averages())
    (folder / "restored.ipynb").write_text(nbformat.writes(once), encoding="utf-8")
    assert restore(once, averages()) == once
    assert restore(read_notebook(folder / "restored.ipynb"), averages()) == once
