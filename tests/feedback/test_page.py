"""What a student reads on the page, and what is folded."""

from pathlib import Path

import pytest
from courses import MakeCourse, hand_in
from feedback.feedback_course import (
    EXERCISE,
    LATE,
    QUESTION,
    RIGHT,
    WRONG,
    change_score,
    grade_by_hand,
    handed_in,
    notebook,
    page_text,
    read,
    said,
)

from autograder.batch.class_grading import grade_class
from autograder.course.folder import Course
from autograder.feedback.releasing import renew
from autograder.notebook.assignment import Assignment

NAME = "averages"


@pytest.fixture(scope="module")
def course(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    folder = handed_in(tmp_path_factory.mktemp("page"), released_course, averages)
    for entry in grade_class(Course.open(folder), NAME, jobs=1):
        assert not entry.failed
        assert list(entry.notes) == []
    return folder


def test_points_come_first_and_what_waits_is_not_zero(course: Path) -> None:
    page = page_text(course, RIGHT)
    assert said(page, ".points") == "60 of 60 points so far"
    assert said(page, ".summary .waits") == f"10 more points wait for a human: {QUESTION}"
    assert said(page, ".summary").endswith("All functions are right.")
    assert read(page).select(".first") == []
    assert said(page, f"#{QUESTION} > summary") == f"{QUESTION} waits for a human"


def test_the_exercise_that_brings_most_is_named_first(course: Path) -> None:
    page = page_text(course, WRONG)
    first = said(page, ".first")
    assert "running_maximum can bring" in first
    assert "It seems that it starts from zero ." in first
    assert "What is the maximum of numbers that are all negative?" in first
    (link,) = read(page).select(".first a")
    assert link["href"] == f"#{EXERCISE}"


def test_cards_are_open_where_there_is_something_to_read(course: Path) -> None:
    cards = {card["id"]: card for card in read(page_text(course, WRONG)).select("details.card")}
    assert [name for name, card in cards.items() if card.has_attr("open")] == [EXERCISE, QUESTION]
    wrong = cards[EXERCISE]
    assert "found[-1] if found else 0" in wrong.select_one(".own").get_text()  # type: ignore[union-attr]
    assert "Numbers that are all negative have a maximum as well." in wrong.get_text()
    (passed,) = wrong.select("details.passed")
    assert not passed.has_attr("open")
    assert not any(card.select(".failures") for name, card in cards.items() if name != EXERCISE)
    (whole,) = read(page_text(course, WRONG)).select("details.whole")
    assert not whole.has_attr("open")
    assert whole.select("h3")


def test_lateness_and_what_it_cost_are_said(course: Path) -> None:
    page = page_text(course, LATE)
    assert said(page, ".late") == "Handed in 1 day late: 60 points less, taken off already"
    assert said(page, ".points") == "0 of 60 points so far"


def test_what_humans_gave_and_wrote_is_on_it(course: Path) -> None:
    grade_by_hand(course, RIGHT)
    change_score(course, RIGHT)
    assert renew(Course.open(course), NAME, [RIGHT, WRONG, LATE]).changed == [RIGHT]
    page = page_text(course, RIGHT)
    assert said(page, ".points") == "50.75 of 70 points"
    assert said(page, f"#{QUESTION} > summary") == f"{QUESTION} 7.5 of 10"
    assert said(page, f"#{QUESTION} .comment") == "Comment What of n = 0 ?"
    assert "A human gave these points." in said(page, f"#{QUESTION}")
    assert "running_maximum can bring 16.75 more points" in said(page, ".first")


def test_without_a_hint_what_was_different_is_said_first(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    folder = released_course(tmp_path / "course")
    renamed = "def my_step_down(values, slopes, rate):\n    return values"
    stubs = {name: averages.by_grade_id[name].source for name in (QUESTION, "weighted_mean")}
    hand_in(folder, RIGHT, NAME, notebook(averages, step_down=renamed))
    hand_in(folder, WRONG, NAME, notebook(averages, **stubs))
    assert [entry.failed for entry in grade_class(Course.open(folder), NAME, jobs=1)] == [False] * 2
    first = said(page_text(folder, RIGHT), ".first .hint")
    assert first == "step_down does not exist in your notebook. Keep the name that was given."
    card = read(page_text(folder, RIGHT)).select_one("#test_step_down")
    assert card is not None
    assert len(card.select(".failures > li")) == 1
    (more,) = card.select(".failures details")
    assert not more.has_attr("open")
    assert len(more.select("li")) == 3
    assert "3 more tests ended in the same way" in more.get_text()
    untouched = page_text(folder, WRONG)
    assert "Its cell is as it was released." in said(untouched, ".first .hint")
    assert said(untouched, f"#{QUESTION} > summary") == f"{QUESTION} 0 of 10"
    assert said(untouched, f"#{QUESTION} .comment") == "Comment No response."
    assert read(untouched).select("#test_weighted_mean .comment") == []


def test_the_page_asks_nobody_for_anything(course: Path) -> None:
    page = read(page_text(course, WRONG))
    assert not page.select("script, link:not([rel=icon]), iframe, object, form, svg")
    policy = page.select_one("meta[http-equiv]")
    assert policy is not None
    assert str(policy["content"]).startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "script" not in str(policy["content"])
    assert page.html is not None
    assert page.html["lang"] == "en"
    assert len(page_text(course, WRONG)) < 60_000
