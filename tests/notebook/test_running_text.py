"""Lines that are as they were released but for a few words are told from those of a student."""

import pytest

from autograder.notebook.running_text import is_near, parts

SHORT = "Which of the two numbers is the larger one?"
LONG = (
    "A layer of this kind has one weight for each number that it reads, and as many layers as "
    "there are in the network have each of them a bias of their own"
)


@pytest.mark.parametrize(
    ("released", "line", "near"),
    [
        (SHORT, SHORT, True),
        (SHORT, "Which of these two numbers is the larger one?", True),
        (SHORT, "Which of two numbers is the larger one?", True),
        (SHORT, "Which one of the two numbers is the larger one?", True),
        (SHORT, "The second of the two numbers is the larger one.", False),
        (SHORT, "the larger one", False),
        (LONG, LONG.replace("kind", "sort").replace("network", "net"), True),
        (LONG, f"{LONG} as such", True),
        (LONG, f"It has fewer weights than those that read all, and {LONG[:70]}", False),
        (LONG, "has one weight for", False),
        ("one two three four", "one two four", False),
    ],
)
def test_a_line_is_near_one_in_which_a_word_was_changed(
    released: str, line: str, near: bool
) -> None:
    assert is_near(line, parts(released)) == near
