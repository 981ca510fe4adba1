"""What a page says in front of everything: what to look at first, and what then."""

import pytest
from feedback.feedback_course import read, said

from autograder.course.gradebook import NO_RESPONSE
from autograder.course.marks import GradedCell, Mark, Marks
from autograder.feedback.body import Body, Card
from autograder.feedback.page import fill

HINT = "Its cell is as it was released."


def card(name: str, *, is_code: bool = True, is_untouched: bool = False, hint: str = "") -> Card:
    return Card(
        name=name,
        cell=name,
        answer_cell=name,
        is_code=is_code,
        is_untouched=is_untouched,
        hint=hint,
    )


def page(*graded: tuple[Card, float], waits: tuple[str, ...] = (), comment: str = "") -> str:
    """Return a page on which everything is worth 10 points."""
    marks = {
        card.cell: Mark(GradedCell(card.cell, 10.0), points, waits=card.cell in waits)
        for card, points in graded
    }
    comments = {"question": comment} if comment else {}
    body = Body("", [card for card, _ in graded], "")
    return fill(body, Marks(marks, comments), assignment="averages", student="student-001")


QUESTION = card("question", is_code=False)
UNTOUCHED = [(card(name, is_untouched=True, hint=HINT), 0.0) for name in "abc"]
SAID = {
    "one": ([(card("f", hint="Why?"), 2.0)], "f can bring 8 more points. Why?"),
    "one point": ([(card("f"), 9.0)], "f can bring 1 more point."),
    "then two more": (
        [(card(name), points) for name, points in zip("fghi", (7.5, 0, 9, 2.89), strict=True)],
        "g can bring 10 more points. Then: i (7.11 points), f (2.5).",
    ),
    "then one point": (
        [(card("f"), 9.0), (card("g"), 2.0)],
        "g can bring 8 more points. Then: f (1 point).",
    ),
    "one as released": (UNTOUCHED[:1], f"a can bring 10 more points. {HINT}"),
    "several as released": (
        [*UNTOUCHED, (card("f"), 4.0)],
        "3 exercises are as they were released (30 points): a , b , c . "
        "Was the notebook saved before it was handed in? Then: f (6 points).",
    ),
    "several as released that bring less": (
        [(UNTOUCHED[0][0], 6.0), (UNTOUCHED[1][0], 6.0), (card("f", hint="Why?"), 0.0)],
        "f can bring 10 more points. Why? Then: 2 exercises are as they were released (8 points).",
    ),
    "an answer that lost points": (
        [(card("f"), 10.0), (QUESTION, 6.5)],
        "All functions are right. Look at question (6.5 of 10).",
    ),
    "no answer": (
        [(card("f"), 10.0), (card("question", is_code=False, is_untouched=True), 0.0)],
        "All functions are right. question has no answer (0 of 10).",
    ),
}


@pytest.mark.parametrize("what", SAID)
def test_what_brings_most_stands_first(what: str) -> None:
    graded, expected = SAID[what]
    assert said(page(*graded), ".first") == f"Look at first {expected}"


def test_a_comment_on_what_lost_points_is_pointed_to() -> None:
    shown = page((card("f"), 10.0), (QUESTION, 6.5), comment="Which sum?")
    assert said(shown, ".first") == (
        "Look at first All functions are right. Read the comment on question (6.5 of 10)."
    )
    link = read(shown).select_one(".first a")
    assert link is not None
    assert link["href"] == "#question"


def test_what_waits_is_not_said_to_be_right() -> None:
    shown = page((card("f"), 0.0), (QUESTION, 6.5), waits=("f",), comment=NO_RESPONSE)
    assert "All functions are right." not in shown
    assert said(shown, "#f > summary .waits") == "waits for a human"


@pytest.mark.parametrize("waits", [(), ("question",)])
def test_nothing_is_to_be_looked_at_where_all_is_right(waits: tuple[str, ...]) -> None:
    shown = page((card("f"), 10.0), (QUESTION, 10.0), waits=waits)
    assert read(shown).select(".first") == []
    assert said(shown, ".summary").endswith("All functions are right.")
