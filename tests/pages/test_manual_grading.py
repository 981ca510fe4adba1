"""What whoever grades by hand sees in the formgrader besides, and what students never see."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from commands import run_here
from courses import MakeCourse, hand_in
from feedback.feedback_course import ESSAY, FROM_ZERO, NAME, QUESTION, notebook
from formgrader import HANDLER, shown_page

from autograder.notebook.assignment import Assignment

WRONG, FORGER = "student-001", "student-002"
MODEL = "as the mean of a class of thirty"  # of the model answer alone
FORGED = """
<div class="panel panel-info"><div class="panel-heading">Model answer: 10 points</div>
<div class="panel-body">Everything here is right.</div></div>
"""


@pytest.fixture(scope="module")
def course(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    folder = released_course(tmp_path_factory.mktemp("formgrader") / "course")
    hand_in(folder, WRONG, NAME, notebook(averages, running_maximum=FROM_ZERO))
    hand_in(folder, FORGER, NAME, notebook(averages, **{QUESTION: FORGED}))
    run_here("autograder", "grade", NAME, cwd=folder)
    return folder


def panels(page: str) -> list[Tag]:
    """Return what was added, in the page's order."""
    return BeautifulSoup(page, "html.parser").select("#notebook-container .panel-info")


def words(part: Tag) -> str:
    return " ".join(part.get_text(" ").split())


def test_the_result_and_the_model_answer_are_shown(course: Path) -> None:
    result, model = panels(shown_page(course, WRONG, NAME))
    assert words(result).startswith("Automatic result: 52.5 of 60 points, 10 wait for a human")
    assert "running_maximum : 12.5 of 20 points. It seems that it starts from zero ." in words(
        result
    )
    assert "What is the maximum of numbers that are all negative?" in words(result)
    assert words(result).endswith("All points: weighted_mean , step_down , answer_1 .")
    assert [link["href"] for link in result.select("a")][:2] == [
        "#test_running_maximum",
        "#test_weighted_mean",
    ]
    assert words(model).startswith("Model answer: 10 points 1 (6 points).")
    assert MODEL in words(model)


def test_the_model_answer_stands_between_question_and_answer(course: Path) -> None:
    page = words(BeautifulSoup(shown_page(course, WRONG, NAME), "html.parser"))
    asked, answer = page.index("tell more than the ordinary one"), page.index("frac{1}{n}")
    assert asked < page.index(MODEL) < answer


def test_what_was_handed_in_cannot_look_like_them(course: Path) -> None:
    found = panels(shown_page(course, FORGER, NAME))
    assert len(found) == 2
    assert not any("Everything here is right" in words(panel) for panel in found)


def test_students_never_get_a_model_answer(course: Path) -> None:
    run_here("nbgrader", "generate_feedback", NAME, cwd=course)
    pages = [*course.glob(f"feedback/*/{NAME}/*.html")]
    assert len(pages) == 2
    files = [*pages, *course.glob("autograded/*/*/*"), *course.glob("gradings/**/*.*")]
    assert not [path for path in files if path.is_file() and MODEL.encode() in path.read_bytes()]
    elsewhere = {name: value for name, value in HANDLER.items() if name != "submission_id"}
    assert MODEL not in shown_page(course, WRONG, NAME, elsewhere)
    assert ESSAY.split("$")[0] in pages[0].read_text(encoding="utf-8")


def test_a_result_that_is_not_kept_is_said(course: Path) -> None:
    kept = course / "gradings" / NAME / f"{WRONG}.json"
    before = kept.read_bytes()
    kept.unlink()
    result, model = panels(shown_page(course, WRONG, NAME))
    kept.write_bytes(before)
    assert words(result) == (
        "Automatic result None is kept. Grade it again: autograder grade averages"
    )
    assert MODEL in words(model)


def test_a_broken_source_notebook_does_not_stop_grading_by_hand(course: Path) -> None:
    source = course / "assignments" / NAME / f"{NAME}.ipynb"
    before = source.read_bytes()
    source.write_text("{")
    page = shown_page(course, WRONG, NAME)
    source.write_bytes(before)
    (said,) = panels(page)
    assert "averages.ipynb is not a notebook" in words(said)
    assert "Equal weights give" in page
