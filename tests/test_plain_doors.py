"""An ordinary nbgrader assignment: both doors leave what nbgrader leaves without us."""

import shutil
import sqlite3
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import hand_in, new_course, set_options, table_rows
from plain_course import (
    ALLOWED,
    DOUBLES,
    NAME,
    NAMED,
    RIGHT,
    STOCK,
    WARNING,
    add_plain,
    filled_in,
    release,
)

pytestmark = pytest.mark.kernel

GIVE = """
update grade set manual_score = 4.25, needs_manual_grade = 0 where id in (
    select g.id from grade g join base_cell c on g.cell_id = c.id where c.name = 'why')
"""
LATER = "2026-03-02 12:00:00.000000 UTC"
Graded = dict[str, tuple[Path, str, str]]


def hand_in_all(course: Path, origin: Path) -> None:
    """Hand in what a small class writes, from the release of ``origin``."""
    hand_in(course, "damaged", NAME, "{'cells': ")
    half = nbformat.reads(filled_in(origin, DOUBLES), 4)
    half.cells.insert(1, nbformat.v4.new_code_cell("1 / 0"))
    hand_in(course, "half", NAME, nbformat.writes(half))  # and no second notebook
    hand_in(course, "right", NAME, filled_in(origin, RIGHT, "Because."))
    hand_in(
        course,
        "right",
        NAME,
        (origin / "release" / NAME / "more.ipynb").read_text(),
        file_name="more.ipynb",
    )


def rows_of(table: str) -> dict[str, str]:
    """Return the rows of the table on the terminal by student."""
    return {line.split()[1]: line for line in table.splitlines() if line.startswith("│")}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Grade one class through both doors, and with nbgrader where we are not."""
    root = tmp_path_factory.mktemp("plain")
    ours = add_plain(new_course(root / "grade"), NAMED, ALLOWED)
    stock = add_plain(root / "stock", STOCK)
    for course in (ours, stock):
        release(course)
        hand_in_all(course, ours)
    doors = {
        "grade": (ours, "autograder", "grade"),
        "autograde": (Path(shutil.copytree(ours, root / "autograde")), "nbgrader", "autograde"),
        "stock": (stock, "nbgrader", "autograde"),
    }
    graded = {}
    for door, (course, *command) in doors.items():
        ended = run_here(*command, NAME, cwd=course, status=1)
        graded[door] = course, ended.stdout, ended.stderr
    return graded


@pytest.mark.parametrize("door", ["grade", "autograde"])
def test_the_gradebook_is_that_of_nbgrader_alone(graded: Graded, door: str) -> None:
    ours, stock = table_rows(graded[door][0]), table_rows(graded["stock"][0])
    for table, rows in stock.items():
        assert rows == ours[table], table
    scores = {(row[0], row[1]): row[2] for row in ours["grade"]}
    assert scores["right", "test_square"] == 2
    assert scores["right", "test_given"] == 1
    assert (scores["half", "test_square"], scores["half", "test_partly"]) == (0, 1)
    assert scores["damaged", "test_square"] is None


def test_the_class_is_shown_with_what_waits_for_a_human(graded: Graded) -> None:
    _, shown, said = graded["grade"]
    rows = rows_of(shown)
    assert "6.0 / 6" in rows["right"]
    assert " 9 " in rows["right"]  # the answer and the task
    assert "1.0 / 6" in rows["half"]
    assert "test_given, test_partly, test_square" in rows["half"]
    assert "not graded" in rows["damaged"]
    assert f"{NAME}.ipynb: NotJSONError" in rows["damaged"]
    assert "Traceback" not in said


@pytest.mark.parametrize("door", ["grade", "autograde"])
def test_a_run_says_once_that_nothing_is_locked_in(graded: Graded, door: str) -> None:
    _, _, said = graded[door]
    assert said.count(WARNING) == 1
    assert "sandbox level" not in said


def test_only_what_is_new_is_graded_again_and_nobody_stops_the_others(
    graded: Graded, tmp_path: Path
) -> None:
    course = Path(shutil.copytree(graded["grade"][0], tmp_path / "course"))
    old = nbformat.reads(filled_in(course, RIGHT), 4)
    old.cells[0].metadata.nbgrader.schema_version = 0  # at which nbgrader's command ends
    hand_in(course, "a-first-one", NAME, nbformat.writes(old))
    hand_in(course, "damaged", NAME, filled_in(course, RIGHT), timestamp=LATER)
    hand_in(course, "half", NAME, "[]", timestamp=LATER)

    result = run_here("autograder", "grade", NAME, cwd=course, status=1)
    rows = rows_of(result.stdout)
    assert "SchemaTooOldError" in rows["a-first-one"]
    assert "5.0 / 6" in rows["damaged"]
    assert "not graded" in rows["half"]
    assert "6.0 / 6" in rows["right"]
    assert "1 of 4 had not changed and kept their result." in result.stdout
    scores = {row[:2]: row[2] for row in table_rows(course)["grade"]}
    assert scores["half", "test_partly"] is None  # the earlier score does not stand for it

    grade_one = ("autograder", "grade", NAME, "--student")
    skipped = run_here(*grade_one, "right", cwd=course)
    assert "1 of 1 had not changed" in skipped.stdout
    assert skipped.stderr.count(WARNING) == 1
    forced = run_here(*grade_one, "damaged", "--force", cwd=course)
    assert "had not changed" not in forced.stdout
    assert set(rows_of(forced.stdout)) == {"damaged"}


def test_what_the_same_hand_in_lost_is_said(graded: Graded, tmp_path: Path) -> None:
    course = Path(shutil.copytree(graded["grade"][0], tmp_path / "course"))
    source = course / "assignments" / NAME / f"{NAME}.ipynb"
    source.write_text(source.read_text().replace("assert square(2) == 4", "assert square(2) == 5"))
    run_here("nbgrader", "generate_assignment", NAME, "--force", cwd=course)
    half = course / "submitted" / "half" / NAME / "timestamp.txt"
    half.write_text(LATER)  # which is no regrade
    grade = ("autograder", "grade", NAME, "--force", "--student", "right", "--student", "half")
    said = run_here(*grade, cwd=course).stdout
    assert "Graded again: 0 rose, 1 fell, 0 stayed." in said
    assert "right: test_square had 2, has 0 (its test gave less)" in said.splitlines()


def with_exchange(origin: Path, folder: Path) -> tuple[Path, Path]:
    """Return a copy of a course and its exchange, which is empty."""
    course = Path(shutil.copytree(origin, folder / "course"))
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    set_options(course, f"c.Exchange.root = {str(exchange)!r}")
    return course, exchange


RELEASE = [("nbgrader", "release_feedback"), ("autograder", "release")]


@pytest.mark.parametrize("command", RELEASE)
def test_nbgraders_own_page_is_renewed_before_it_is_released(
    graded: Graded, tmp_path: Path, command: tuple[str, str]
) -> None:
    course, exchange = with_exchange(graded["grade"][0], tmp_path)
    run_here("nbgrader", "generate_feedback", NAME, cwd=course)
    with sqlite3.connect(course / "gradebook.db") as database:
        database.executescript(GIVE)
    database.close()
    said = run_here(*command, NAME, cwd=course).stdout
    pages = [page.read_text() for page in exchange.rglob("*.html")]
    assert len(pages) >= 2
    assert sum("4.25 / 5.0" in page for page in pages) == 2
    if command[0] == "autograder":
        assert "draw: half, right" in said


@pytest.mark.parametrize("command", RELEASE)
def test_no_page_is_released_under_a_name_that_a_damaged_secret_makes(
    graded: Graded, tmp_path: Path, command: tuple[str, str]
) -> None:
    course, exchange = with_exchange(graded["grade"][0], tmp_path)
    run_here("nbgrader", "generate_feedback", NAME, cwd=course)
    run_here(*command, NAME, cwd=course)
    whole = {page.name for page in exchange.rglob("*.html")}
    secret = course / "autograded" / "half" / NAME / "submission_secret.txt"
    secret.chmod(0o644)
    secret.write_text("")  # as a power cut leaves it
    shutil.rmtree(exchange / "small-course" / "feedback")
    ended = run_here(*command, NAME, cwd=course)
    assert {page.name for page in exchange.rglob("*.html")} < whole
    again = f"Grade it again: autograder grade {NAME} --force --student half"
    assert again in ended.stdout + ended.stderr
    run_here("autograder", "grade", NAME, "--force", "--student", "half", cwd=course)
    run_here("nbgrader", "generate_feedback", NAME, cwd=course)
    run_here(*command, NAME, cwd=course)
    assert {page.name for page in exchange.rglob("*.html")} == whole
