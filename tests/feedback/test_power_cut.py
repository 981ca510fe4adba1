"""What a power cut leaves of files that were just written is noticed, and made again as it was."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import run_here
from courses import MakeCourse, graded_files, table_rows, without_times
from feedback.feedback_course import NAME, QUESTION, WRONG, copied, grade_by_hand, handed_in

from autograder.notebook.assignment import Assignment

GRADE = ("autograder", "grade", NAME, "--jobs=1")
RELEASE = ("autograder", "release", NAME)
SECRET = "submission_secret.txt"
EXTRA = "notes.txt"
COPY, KEPT, PAGE = f"autograded/{WRONG}/{NAME}", f"gradings/{NAME}", f"feedback/{WRONG}/{NAME}"
FILES = {
    "the graded notebook": f"{COPY}/{NAME}.ipynb",
    "its secret": f"{COPY}/{SECRET}",
    "its time": f"{COPY}/timestamp.txt",
    "a file beside it": f"{COPY}/{EXTRA}",
    "the kept result": f"{KEPT}/{WRONG}.json",
    "what pages are made of": f"{KEPT}/{WRONG}.page",
    "the page": f"{PAGE}/{NAME}.html",
    "the secret beside the page": f"{PAGE}/{SECRET}",
    "the time beside the page": f"{PAGE}/timestamp.txt",
}
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "filled with zeros": lambda content: bytes(len(content)),
}


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    """A course that is graded: each student has a page."""
    folder = handed_in(tmp_path_factory.mktemp("power"), released_course, averages)
    (folder / "submitted" / WRONG / NAME / EXTRA).write_text("What I thought about it.")
    run_here(*GRADE, cwd=folder)
    return folder


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Path:
    """A copy of it, with an exchange of its own."""
    return copied(graded, tmp_path)


@pytest.fixture(scope="module")
def undisturbed(
    graded: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, object], dict[str, bytes]]:
    """What there is of the class, and what was released, where the power stays on."""
    course = copied(graded, tmp_path_factory.mktemp("undisturbed"))
    run_here(*RELEASE, cwd=course)
    return state(course), released(course)


def state(course: Path) -> dict[str, object]:
    """Return all that grading and releasing leave in a course."""
    folders = [course / "gradings", course / "feedback"]
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    found = {str(path.relative_to(course)): without_times(path.read_bytes()) for path in files}
    return {**found, "graded": graded_files(course), "rows": table_rows(course)}


def released(course: Path) -> dict[str, bytes]:
    """Return the pages in the exchange by their names, which secrets make."""
    folder = course.parent / "exchange" / "small-course" / "feedback"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def damage(path: Path, how: str) -> None:
    before = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(DAMAGES[how](before))
    assert path.read_bytes() != before


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_the_same_commands_leave_what_there_was_before(
    course: Path, undisturbed: tuple[dict[str, object], dict[str, bytes]], file: str, how: str
) -> None:
    before, pages = undisturbed
    damage(course / FILES[file], how)
    run_here(*GRADE, cwd=course)
    assert state(course) == before
    run_here(*RELEASE, cwd=course)
    assert state(course) == before
    assert released(course) == pages


@pytest.mark.parametrize("command", [RELEASE, ("nbgrader", "release_feedback", NAME)])
@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_nothing_is_released_but_whole_pages_under_their_names(
    course: Path,
    undisturbed: tuple[dict[str, object], dict[str, bytes]],
    file: str,
    how: str,
    command: tuple[str, ...],
) -> None:
    _, pages = undisturbed
    damage(course / FILES[file], how)
    run_here(*command, cwd=course)
    let_out = released(course)
    assert let_out.items() <= pages.items()
    assert len(pages) - len(let_out) == int(FILES[file].startswith((COPY, f"{KEPT}/{WRONG}.json")))


def test_what_others_put_beside_a_graded_notebook_grades_nothing_again(course: Path) -> None:
    (course / COPY / ".ipynb_checkpoints").mkdir()
    (course / COPY / ".ipynb_checkpoints" / f"{NAME}-checkpoint.ipynb").write_text("{}")
    assert "0 of 3 would be graded." in run_here(*GRADE, "--dry-run", cwd=course).stdout


def test_answers_of_a_damaged_copy_are_not_laid_out_and_it_is_said_whose(course: Path) -> None:
    damage(course / FILES["the graded notebook"], "cut")
    said = run_here("autograder", "written", NAME, cwd=course, status=2).stderr
    assert f"The graded copy of {WRONG} is not whole" in " ".join(said.split())


def test_of_a_result_that_names_no_files_the_page_is_released(
    course: Path, undisturbed: tuple[dict[str, object], dict[str, bytes]]
) -> None:
    kept = course / KEPT / f"{WRONG}.json"
    stored = json.loads(kept.read_text())
    del stored["files"]  # as an earlier version kept it
    kept.write_text(json.dumps(stored))
    run_here(*RELEASE, cwd=course)
    assert released(course) == undisturbed[1]
    damage(course / COPY / SECRET, "emptied")
    said = run_here(*RELEASE, cwd=course).stdout
    assert f"{WRONG}: no page could be made: The {SECRET} of {WRONG} is not whole" in said


@pytest.mark.parametrize(
    ("file", "waits"), [("the graded notebook", 0), ("its secret", 0), ("the kept result", 1)]
)
def test_points_by_hand_stay_and_wait_where_it_is_not_known_what_they_were_given_for(
    course: Path, file: str, waits: int
) -> None:
    grade_by_hand(course, WRONG)
    damage(course / FILES[file], "emptied")
    run_here(*GRADE, cwd=course)
    rows = [row for row in table_rows(course)["grade"] if row[:2] == (WRONG, QUESTION)]
    assert rows == [(WRONG, QUESTION, None, 7.5, None, waits)]


@pytest.mark.parametrize("file", ["the graded notebook", "its secret", "the kept result"])
def test_nbgrader_autograde_grades_it_again_as_well(course: Path, file: str) -> None:
    run_here("nbgrader", "autograde", NAME, "--force", cwd=course)
    before = state(course)
    damage(course / FILES[file], "cut")
    run_here("nbgrader", "autograde", NAME, cwd=course)
    assert state(course) == before
