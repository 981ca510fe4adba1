"""Grades as CSV: fields that are quoted, and text that no spreadsheet takes for a formula."""

import csv
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from autograder.course.export import SafeCsv

NAMES = (
    "student-001",
    '=HYPERLINK("http://evil.example","x")',
    "+1",
    "-1",
    "@x",
    "\tx",
    "a,b\n\"c'",
)


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gradebook]:
    """A gradebook with one assignment and odd students, one of whom handed in."""
    folder = tmp_path_factory.mktemp("export")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as opened, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Object of type")  # nbgrader's own use of SQLAlchemy
        opened.add_assignment("averages", duedate="2026-03-01")
        for name in NAMES:
            opened.add_student(name, last_name=name, email=None)
        opened.add_submission("averages", "student-001", timestamp="2026-03-02")
        yield opened


def rows(plugin: CsvExportPlugin, gradebook: Gradebook, target: Path) -> list[dict[str, str]]:
    plugin.to = str(target)
    plugin.export(gradebook)
    with target.open(newline="") as file:
        return list(csv.DictReader(file))


def test_no_field_is_a_formula_or_breaks_the_table(gradebook: Gradebook, tmp_path: Path) -> None:
    table = rows(SafeCsv(), gradebook, tmp_path / "grades.csv")
    expected = {name if name[0] in "as" else f"'{name}" for name in NAMES}
    assert {row["student_id"] for row in table} == expected
    assert {row["last_name"] for row in table} == expected
    assert {row["score"] for row in table} == {"0.0"}


def test_harmless_rows_are_those_of_nbgrader(gradebook: Gradebook, tmp_path: Path) -> None:
    for options in (
        {},
        {"student": ["student-001"]},
        {"assignment": ["averages"]},
        {"assignment": ["x"]},
    ):
        ours, theirs = (
            rows(plugin(**options), gradebook, tmp_path / "grades.csv")
            for plugin in (SafeCsv, CsvExportPlugin)
        )
        harmless = [row for row in ours if row["student_id"] == "student-001"]
        assert harmless == [row for row in theirs if row["student_id"] == "student-001"]
        assert len(harmless) == (options != {"assignment": ["x"]})
