"""``nbgrader autograde`` and ``autograder grade`` leave the same gradebook and notebooks."""

import shutil
import sqlite3
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, graded_files, hand_in, table_rows

from autograder.demo.simulated_class import simulate_class
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, released, solutions

NAME = "averages"
LATE = "2026-03-02 13:30:00.000000 UTC"
PENALTY = "c.LateSubmissionPlugin.penalty_method = 'zero'"


def texts(assignment: Assignment) -> dict[str, str]:
    """Return what a small class hands in: right, empty, wrong in several ways, broken."""
    right = nbformat.writes(answered(assignment, {}))
    function = next(iter(assignment.signatures()))
    renamed = solutions(assignment)[function].replace(f"def {function}", "def other")
    extra = answered(assignment, {})
    extra.cells.insert(3, nbformat.v4.new_code_cell("import warnings; warnings.warn('hm')\n1 / 0"))
    extra.cells[1].metadata.tags = ["skip-execution"]  # what is given, and needed below
    shown = answered(assignment, {})
    shown.cells.append(
        nbformat.v4.new_code_cell(
            "import matplotlib.pyplot as plt\nfrom IPython.display import HTML, display\n"
            "display(HTML('<b onclick=\"x()\">bold</b><script>x()</script>'))\nplt.plot([1]);\n"
        )
    )
    some_wrong = simulate_class(assignment, 8)[5:8]
    return {
        "student-001": right,
        "student-002": nbformat.writes(released(assignment)),
        "student-003": nbformat.writes(answered(assignment, {function: renamed})),
        "student-004": nbformat.writes(extra),
        "student-005": nbformat.writes(shown),
        "student-006": "{'cells': ",
        "student-007": "",
        **{
            f"student-{number:03}": student.fill_in(released(assignment))
            for number, student in enumerate(some_wrong, start=8)
        },
    }


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> tuple[Path, Path]:
    """Grade one class through both doors; return both courses."""
    first = released_course(tmp_path_factory.mktemp("doors") / "course", PENALTY)
    run_here("nbgrader", "db", "assignment", "add", NAME, "--duedate", "2026-03-02", cwd=first)
    handed_in = texts(averages)
    for student, text in handed_in.items():
        late = {"timestamp": LATE} if student in ("student-003", "student-008") else {}
        hand_in(first, student, NAME, text, **late)
    hand_in(first, "student-020", NAME, handed_in["student-001"], file_name="mine.ipynb")
    (first / "submitted" / "student-001" / NAME / "notes.txt").write_text("kept")
    (first / ".grading_secret").write_bytes(b"the same numbers in both courses")
    second = Path(shutil.copytree(first, first.parent / "copy"))
    run_here("nbgrader", "autograde", NAME, cwd=first, status=1)
    run_here("autograder", "grade", NAME, cwd=second, status=1)
    return first, second


def test_every_column_is_the_same(graded: tuple[Path, Path]) -> None:
    first, second = graded
    one, other = table_rows(first), table_rows(second)
    for table, rows in one.items():
        assert rows == other[table], table
    assert len(one["grade"]) == 11 * (len({row[1] for row in one["grade"]}))


def test_every_graded_file_is_the_same(graded: tuple[Path, Path]) -> None:
    first, second = graded
    one, other = graded_files(first), graded_files(second)
    assert one.keys() == other.keys()
    for path, (mode, content) in one.items():
        assert mode == other[path][0], path
        if path.endswith(".ipynb"):
            assert nbformat.reads(content.decode(), 4) == nbformat.reads(other[path][1].decode(), 4)
        else:
            assert content == other[path][1], path
    assert f"student-001/{NAME}/notes.txt" in one
    assert f"student-001/{NAME}/prices.txt" in one
    assert f"student-006/{NAME}/{NAME}.ipynb" not in one


def test_right_answers_get_all_points_and_the_stub_none(graded: tuple[Path, Path]) -> None:
    first, _ = graded
    scores: dict[str, float] = {}
    for student, _, auto, _, _, _ in table_rows(first)["grade"]:
        scores[str(student)] = scores.get(str(student), 0) + float(auto or 0)
    assert scores["student-001"] == scores["student-004"] == scores["student-005"] == 60
    assert scores["student-002"] == 0
    assert scores["student-020"] == 60  # renamed, and the only candidate
    assert scores["student-006"] == scores["student-007"] == 0


def test_lateness_is_penalised_by_nbgraders_plugin(graded: tuple[Path, Path]) -> None:
    _, second = graded
    penalties = {str(row[1]): row[2] for row in table_rows(second)["submitted_notebook"]}
    assert penalties["student-003"]
    assert penalties["student-008"]
    assert penalties["student-001"] is None


def test_active_content_of_outputs_is_gone(graded: tuple[Path, Path]) -> None:
    first, _ = graded
    notebook = nbformat.read(first / "autograded" / "student-005" / NAME / f"{NAME}.ipynb", 4)
    html, picture = notebook.cells[-1].outputs
    assert "<b>bold</b>" in html.data["text/html"]
    assert "<script>" not in html.data["text/html"]
    assert "image/png" in picture.data


HUMAN = """
update grade set manual_score = 7.5, extra_credit = 1, auto_score = 55 where id in (
    select g.id from grade g join base_cell c on g.cell_id = c.id where c.name = 'test_answer_1');
update comment set manual_comment = 'Well done.' where id in (
    select m.id from comment m join base_cell c on m.cell_id = c.id where c.name = 'step_down');
"""


def test_a_regrade_keeps_what_humans_wrote_and_nothing_stale(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    course = released_course(tmp_path / "course")
    hand_in(course, "student-001", NAME, nbformat.writes(answered(averages, {})))
    run_here("autograder", "grade", NAME, cwd=course)
    with sqlite3.connect(course / "gradebook.db") as database:
        database.executescript(HUMAN)
    database.close()
    without = answered(averages, {})
    without.cells = [cell for cell in without.cells if "step_down" not in cell.id]
    hand_in(course, "student-001", NAME, nbformat.writes(without))
    copy = Path(shutil.copytree(course, tmp_path / "copy"))

    run_here("nbgrader", "autograde", NAME, "--force", cwd=course)
    run_here("autograder", "grade", NAME, cwd=copy)

    assert table_rows(course) == table_rows(copy)
    grades = {row[1]: row[2:] for row in table_rows(copy)["grade"]}
    assert grades["test_answer_1"] == (10.0, 7.5, 1.0, 0)
    assert grades["test_step_down"] == (0.0, None, None, 0)
    comments = {row[1]: row[2:] for row in table_rows(copy)["comment"]}
    assert comments["step_down"] == ("No response.", "Well done.")
