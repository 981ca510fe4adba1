"""A course folder that version 0.1 made, with collected and hand-graded work in it."""

import tarfile
from pathlib import Path

import pytest
from commands import run_here
from courses import table_rows

from autograder.course.folder import Course
from autograder.results import Grading

MADE_BY_0_1 = Path(__file__).parent / "data" / "course_of_0.1.tar.gz"
KEPT = (
    ".grading_secret",
    "nbgrader_config.py",
    "gradebook.db",
    "assignments/pooling/pooling.ipynb",
)
SENTENCE = "has no solutions/ to grade with. Run there: autograder quickstart ."


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """That folder. Two written answers are graded by hand, one of four submissions is late."""
    with tarfile.open(MADE_BY_0_1) as archive:
        archive.extractall(tmp_path / "course", filter="data")
    return tmp_path / "course"


def results(course: Path) -> dict[str, Grading]:
    """Return what grading found, by student."""
    opened, found = Course.open(course), {}
    for path in (course / "gradings" / "pooling").glob("[!.]*.json"):
        stored = opened.grading("pooling", path.stem)
        assert stored is not None
        found[path.stem] = stored.grading
    return found


def settled(grading: Grading) -> dict[str, object]:
    """Return what no change of weights and tests touches: who has all points, or none."""
    whole = {e.name: e.score for e in grading.exercises if e.score in (0, e.max_score)}
    return {"exercises": whole, "written": grading.written, "untouched": grading.untouched}


@pytest.mark.parametrize(
    "program", [("autograder", "grade"), ("nbgrader", "autograde")], ids=" ".join
)
def test_each_door_says_in_one_sentence_what_to_do(course: Path, program: tuple[str, str]) -> None:
    before = table_rows(course)
    result = run_here(*program, "pooling", cwd=course, status=2)
    assert result.stderr.count(SENTENCE) == 1
    assert "Traceback" not in result.stderr
    assert table_rows(course) == before


def test_quickstart_adds_what_is_missing_and_everything_else_stays(course: Path) -> None:
    found, rows = results(course), table_rows(course)
    files = {name: (course / name).read_bytes() for name in KEPT}
    run_here("autograder", "quickstart", ".", cwd=course)
    assert {name: (course / name).read_bytes() for name in KEPT} == files
    assert (course / "assignments" / "convnet" / "digits.npz").is_file()

    run_here("autograder", "grade", "pooling", cwd=course)
    after = results(course)  # of the tests that the package has now
    assert {name: settled(g) for name, g in after.items()} == {
        name: settled(g) for name, g in found.items()
    }
    assert (course / ".grading_secret").read_bytes() == files[".grading_secret"]
    tables = table_rows(course)
    for table in set(rows) - {"grade"}:
        assert tables[table] == rows[table], table
    # A regrade asks for a look at what was graded by hand; the marks themselves stay.
    by_hand = [(*row[:2], *row[3:5]) for row in rows["grade"]]
    assert [points for *_, points, _ in by_hand if points is not None] != []
    assert [(*row[:2], *row[3:5]) for row in tables["grade"]] == by_hand
