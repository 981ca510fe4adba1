"""What lies beside a submission's notebook, or in its place: both doors say and do the same."""

import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from commands import Finished, run_here
from courses import MakeCourse, graded_files, hand_in, table_rows

from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, released

NAME = "averages"
FILE = f"{NAME}.ipynb"
GRADED = {"renamed": 60, "nested": 60, "archive": 60, "plain": 60}
NOT_GRADED = {
    "untouched": f"mv -b submitted/untouched/{NAME}/{NAME}-Copy1.ipynb submitted/untouched",
    "two": f"mv -b submitted/two/{NAME}/{NAME}-Copy1.ipynb submitted/two/{NAME}/{FILE}",
    "none": f"No {FILE} was submitted; there is no notebook. work.zip was not unpacked.",
}
NOTES = {
    "renamed": f"mine.ipynb was graded, as the only candidate for {FILE}.",
    "nested": f"x/{FILE} was graded, as the only candidate for {FILE}.",
    "archive": "work.zip was not unpacked. If it holds graded work,",
}


@pytest.fixture(scope="module")
def doors(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> tuple[tuple[Path, Finished], tuple[Path, Finished]]:
    """Grade one class through both doors."""
    first = released_course(tmp_path_factory.mktemp("beside") / "course")
    right, stub = nbformat.writes(answered(averages, {})), nbformat.writes(released(averages))
    for student, name in (("plain", FILE), ("renamed", "mine.ipynb"), ("archive", FILE)):
        hand_in(first, student, NAME, right, file_name=name)
    hand_in(first, "untouched", NAME, stub)
    hand_in(first, "two", NAME, nbformat.writes(answered(averages, {"answer_1": ""})))
    for student in ("untouched", "two"):
        hand_in(first, student, NAME, right, file_name=f"{NAME}-Copy1.ipynb")
    (first / "submitted" / "nested" / NAME / "x").mkdir(parents=True)
    hand_in(first, "nested", NAME, right, file_name=f"x/{FILE}")
    for student in ("archive", "none"):
        hand_in(first, student, NAME, "", file_name="work.zip")
    (first / "submitted" / "elsewhere" / "Averages").mkdir(parents=True)
    (first / "submitted" / "elsewhere" / "Averages" / FILE).write_text(right)
    (first / ".grading_secret").write_bytes(b"the same numbers in both courses")
    second = Path(shutil.copytree(first, first.parent / "copy"))
    by_nbgrader = run_here("nbgrader", "autograde", NAME, cwd=first, status=1)
    by_command = run_here("autograder", "grade", NAME, cwd=second, status=1)
    return (first, by_nbgrader), (second, by_command)


Doors = tuple[tuple[Path, Finished], tuple[Path, Finished]]
UNLISTED = {"nested", "none", "elsewhere"}  # by nbgrader: there is no notebook at the top


def scores(course: Path) -> dict[str, float | None]:
    totals: dict[str, float | None] = {}
    for student, _, auto, *_ in table_rows(course)["grade"]:
        totals[str(student)] = totals.get(str(student), 0.0) + (auto or 0.0)  # type: ignore[operator]
    return totals


def test_both_doors_leave_the_same_where_nbgrader_lists_it(doors: Doors) -> None:
    (first, _), (second, _) = doors
    one, other = table_rows(first), table_rows(second)
    for table, rows in one.items():
        kept = [row for row in other[table] if not {*row} & UNLISTED]
        assert rows == kept, table
    files = graded_files(second)
    assert graded_files(first).keys() == {f for f in files if f.partition("/")[0] not in UNLISTED}
    for student in ("renamed", "archive", "plain"):
        found = (Course.open(course).grading(NAME, student) for course in (first, second))
        gradings = [stored.grading for stored in found if stored]
        assert gradings[0] == gradings[1]
        assert gradings[0].notes == [n for n in gradings[0].notes if NOTES[student] in n]


def test_what_could_be_meant_is_graded_and_where_several_could_nothing_is(doors: Doors) -> None:
    for course, _ in doors:
        found = scores(course)
        for student, points in GRADED.items():
            assert found.get(student, points) == points
        for student in NOT_GRADED:
            assert not found.get(student)
            assert not (course / "autograded" / student / NAME).exists()
    waiting = {row[0] for row in table_rows(doors[1][0])["grade"] if row[2] is None and row[5]}
    assert waiting >= {"untouched", "two", "none"}


def test_it_is_said_to_whoever_grades(doors: Doors) -> None:
    (_, by_nbgrader), (_, by_command) = doors
    for student, note in NOTES.items():
        assert f"{student}: {note}" in by_command.stdout
        assert student in UNLISTED or f"{student}: {note}" in by_nbgrader.stderr
    for student, error in NOT_GRADED.items():
        assert student in UNLISTED or error in by_nbgrader.stderr
    assert "elsewhere: submitted/elsewhere/Averages was not graded: mv" in by_command.stdout


def test_the_printed_command_settles_it(doors: Doors) -> None:
    _, (course, said) = doors
    below = [line for line in said.stdout.splitlines() if "│" not in line]
    lines = [line.partition(": mv")[2] for line in below if ": mv" in line]
    assert len(lines) == 3
    copy = Path(shutil.copytree(course, course.parent / "settled"))
    for line in lines:
        subprocess.run(["bash", "-c", f"mv{line}"], cwd=copy, check=True)
    shutil.rmtree(copy / "submitted" / "none")
    settled = run_here("autograder", "grade", NAME, cwd=copy)
    assert "not graded" not in settled.stdout
    assert scores(copy)["untouched"] == scores(copy)["elsewhere"] == 60
