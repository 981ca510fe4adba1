"""The page of the course: what it says of the notebooks is there."""

import re
from pathlib import Path

import nbformat
import pytest
from contents import ASSIGNMENTS, assignment_names

PAGE = (ASSIGNMENTS / "README.md").read_text(encoding="utf-8")
PLACE = re.compile(r"\[`(\w+)`\]\((\S+)\), \*(.+?)\* \(`([\w-]+)`\)")
LINES = [line for line in PAGE.splitlines() if PLACE.search(line)]


def test_every_notebook_is_in_the_course() -> None:
    """Each with the time that the notebook itself says."""
    listed = re.findall(r"^\| \d \| \[`(\w+)`\]\((\S+)\).* \| (.+) \|$", PAGE, re.MULTILINE)
    assert sorted(name for name, _, _ in listed) == assignment_names()
    for _, path, hours in listed:
        text = (ASSIGNMENTS / path).read_text(encoding="utf-8")
        assert f"**Time:** about {hours}." in text


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split("|")[2].strip()[:60])
def test_a_question_is_answered_where_the_page_says(line: str) -> None:
    cells = [part.strip() for part in line.strip("|").split("|")]
    number = cells[2] if len(cells) == 4 else ""
    places = PLACE.findall(cells[-1])
    assert len(places) == cells[-1].count(";") + 1
    for name, path, heading, cell_id in places:
        assert path == f"{name}/{name}.ipynb"
        assert number in text_below(ASSIGNMENTS / path, heading, cell_id)


def text_below(path: Path, heading: str, cell_id: str) -> str:
    """Return the text of a cell, whose nearest heading this has to be."""
    last = ""
    for cell in nbformat.read(path, as_version=4).cells:
        found = re.findall(r"^#{1,3} (.*)$", cell.source, re.MULTILINE)
        headings = found if cell.cell_type == "markdown" else []
        if cell.id == cell_id:
            assert heading == (headings[0] if headings else last)
            return str(cell.source)
        last = headings[-1] if headings else last
    pytest.fail(f"{path.name} has no cell {cell_id}")


def test_all_questions_and_numbers_are_there() -> None:
    threads = [line.split("|")[1].strip() for line in LINES]
    assert len(LINES) >= 28
    assert set(threads) == {"A", "B", "C", "D"}
