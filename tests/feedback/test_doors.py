"""Each door makes the same page, and none lets one out that is older than the gradebook."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import run_here
from courses import MakeCourse, set_options
from feedback.feedback_course import (
    LATE,
    NAME,
    RIGHT,
    WRONG,
    change_penalty,
    change_score,
    copied,
    give_more_time,
    grade_by_hand,
    handed_in,
    page_text,
    said,
)
from nbgrader.apps import NbGraderAPI

from autograder.course.folder import Course
from autograder.feedback.pages import Pages
from autograder.notebook.assignment import Assignment


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    """A course that is graded: each student has a page."""
    folder = handed_in(tmp_path_factory.mktemp("doors"), released_course, averages)
    run_here("autograder", "grade", NAME, "--jobs", "1", cwd=folder)
    return folder


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Path:
    """A copy of it, with an exchange of its own."""
    return copied(graded, tmp_path)


def released(course: Path) -> set[str]:
    """Return the pages in the exchange."""
    folder = course.parent / "exchange" / "small-course" / "feedback"
    return {path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


CHANGES: dict[str, tuple[Callable[[Path, str], None], str, str]] = {
    "a score": (change_score, ".points", "43.25 of 60 points so far"),
    "a hand grade": (grade_by_hand, ".points", "67.5 of 70 points"),
    "a penalty": (change_penalty, ".points", "55.5 of 60 points so far"),
    "an extension": (give_more_time, ".late", "Handed in 1 hour late"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nbgrader_release_feedback_alone_releases_what_the_gradebook_has(
    course: Path, change: str
) -> None:
    make, part, shown = CHANGES[change]
    student = LATE if change == "an extension" else RIGHT
    make(course, student)
    run_here("nbgrader", "release_feedback", NAME, cwd=course)
    pages = released(course)
    assert pages == {page_text(course, student) for student in (RIGHT, WRONG, LATE)}
    assert said(page_text(course, student), part).startswith(shown)


def by_command(course: Path) -> None:
    run_here("nbgrader", "generate_feedback", NAME, cwd=course)  # without --force


def by_the_formgrader(course: Path) -> None:
    opened = Course.open(course)
    result = NbGraderAPI(opened.coursedir, config=opened.config).generate_feedback(NAME, RIGHT)
    assert result["success"], result


def by_release(course: Path) -> None:
    run_here("autograder", "release", NAME, cwd=course)


# nbgrader's own use of SQLAlchemy, of its classes and of files.
@pytest.mark.filterwarnings(
    "ignore:Object of type",
    "ignore:Passing unrecognized arguments",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
@pytest.mark.parametrize("body", ["kept", "of another result", "damaged", "gone"])
@pytest.mark.parametrize("make", [by_command, by_the_formgrader, by_release])
def test_every_door_makes_the_same_page_whatever_is_kept(
    course: Path, make: Callable[[Path], None], body: str
) -> None:
    grade_by_hand(course, RIGHT)
    kept = course / "gradings" / NAME / f"{RIGHT}.page"
    if body == "of another result":
        shutil.copyfile(kept.with_name(f"{WRONG}.page"), kept)
    elif body == "damaged":
        kept.write_text("{")
    elif body == "gone":
        kept.unlink()
    before = page_text(course, RIGHT)
    make(course)
    after = page_text(course, RIGHT)
    start = "60 of 60 points so far", "67.5 of 70 points"
    assert (said(before, ".points"), said(after, ".points")) == start
    assert said(after, ".whole") == said(before, ".whole")
    assert said(after, "#test_step_down") == said(before, "#test_step_down")


def test_what_nbgrader_graded_gets_the_same_page(course: Path, tmp_path: Path) -> None:
    run_here("nbgrader", "autograde", NAME, "--force", cwd=course)
    assert not (course / "feedback" / WRONG).joinpath(NAME).exists()  # it was of another result
    run_here("autograder", "release", NAME, cwd=course)
    ours = page_text(course, WRONG)
    run_here("autograder", "grade", NAME, "--force", "--jobs", "1", cwd=course)
    assert page_text(course, WRONG) == ours


def test_release_says_for_how_many_and_who_waits(course: Path) -> None:
    grade_by_hand(course, RIGHT)
    (course / "submitted" / "student-004" / NAME).mkdir(parents=True)
    said = run_here("autograder", "release", NAME, cwd=course).stdout.splitlines()
    assert said == [
        f"Released 3 pages of feedback on {NAME}; 1 of them changed.",
        "2 students still wait for a mark by hand: explanation 2",
        f"  explanation: {WRONG}, {LATE}",
        "1 has no page:",
        "  student-004: no result that counts, so no page",
    ]
    assert len(released(course)) == 3
    shutil.rmtree(course.parent / "exchange")
    again = run_here("autograder", "release", NAME, cwd=course).stdout.splitlines()[0]
    assert again.startswith(f"3 pages of feedback on {NAME} in ")
    assert again.endswith("0 of them changed. There is no exchange to release to.")


RELEASE = [("autograder", "release"), ("nbgrader", "release_feedback")]


@pytest.mark.parametrize("command", RELEASE)
def test_each_page_is_renewed_once(
    course: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, str]
) -> None:
    written, write = [], Pages.write

    def counted(self: Pages, student: str) -> bool:
        written.append(student)
        return write(self, student)

    monkeypatch.setattr(Pages, "write", counted)
    run_here(*command, NAME, cwd=course)
    assert written == [RIGHT, WRONG, LATE]


OTHER_EXCHANGE = """
from nbgrader.exchange.abc import ExchangeReleaseFeedback

class Other(ExchangeReleaseFeedback):
    def start(self):
        open("sent", "w").write(self.coursedir.assignment_id)

c.ExchangeFactory.release_feedback = Other
"""


def test_an_exchange_of_another_kind_gets_the_pages(course: Path) -> None:
    set_options(course, OTHER_EXCHANGE)
    said = run_here("autograder", "release", NAME, cwd=course).stdout
    assert said.startswith(f"Released 3 pages of feedback on {NAME}; 0 of them changed.")
    assert (course / "sent").read_text() == NAME
    assert not released(course)


@pytest.mark.parametrize("command", RELEASE)
def test_a_result_that_no_longer_counts_is_not_released(
    course: Path, command: tuple[str, str]
) -> None:
    Course.open(course).begin_grading(NAME, WRONG)  # as one that was killed leaves it
    old = page_text(course, WRONG)
    run_here(*command, NAME, cwd=course)
    assert len(released(course)) == 2
    assert old not in released(course)


def test_one_page_that_cannot_be_made_stops_no_other(course: Path) -> None:
    graded = course / "autograded" / WRONG / NAME / f"{NAME}.ipynb"
    graded.chmod(0o644)
    graded.write_text("{")
    said = run_here("autograder", "release", NAME, cwd=course).stdout
    assert f"  {WRONG}: no page could be made" in said
    assert len(released(course)) == 2


def test_a_page_to_which_a_killed_run_did_not_come_is_made_by_the_next_one(course: Path) -> None:
    before = page_text(course, WRONG)
    shutil.rmtree(course / "feedback" / WRONG)
    said = run_here("autograder", "grade", NAME, "--jobs", "1", cwd=course).stdout
    assert "3 of 3 had not changed" in said
    assert page_text(course, WRONG) == before


def test_a_submission_that_is_damaged_now_has_no_page(course: Path) -> None:
    (course / "submitted" / RIGHT / NAME / f"{NAME}.ipynb").write_text("{")
    run_here("autograder", "grade", NAME, "--jobs", "1", cwd=course, status=1)
    assert not (course / "feedback" / RIGHT / NAME).exists()
    assert (course / "feedback" / WRONG / NAME).exists()
    said = run_here("autograder", "release", NAME, cwd=course).stdout
    assert f"  {RIGHT}: This is not a notebook that can be read: its JSON is damaged." in said


def test_an_assignment_that_was_not_released_is_refused(course: Path) -> None:
    said = run_here("autograder", "release", "nothing", cwd=course, status=2)
    assert "nothing" in said.stderr
    assert "Traceback" not in said.stderr
