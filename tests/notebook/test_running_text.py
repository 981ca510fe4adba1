"""Lines in which a typo was mended since are told from those of a student."""

import pytest

from autograder.notebook.running_text import has_mended_typos, long_lines

QUESTION = "When does a weighted mean tell more than the ordinary one?"
LONG = (
    "A layer of this kind has one weight for each number that it reads, and as many layers as "
    "there are in the network have each of them a bias of their own"
)


@pytest.mark.parametrize(
    ("released", "line", "mended"),
    [
        (QUESTION, QUESTION.replace("mean", "maen"), True),
        (QUESTION, QUESTION.replace("ordinary", "ordinaries"), False),
        (LONG, LONG.replace("layers", "layer").replace("network", "netwerk"), True),
        (LONG, LONG.replace("number", "numbber"), True),
        (LONG, LONG.replace("each", "eech").replace("there", "three").replace("own", "won"), False),
        (
            LONG,
            LONG.replace("layers", "layes").replace("has", "had").replace("bias", "bies"),
            False,
        ),
        (QUESTION, f"{QUESTION} When weights differ.", False),
        (QUESTION, f"Never. {QUESTION}", False),
        (QUESTION, QUESTION.replace("does a", "does not a"), False),
        (QUESTION, QUESTION.replace("one", "ones"), False),
        (LONG, f"{LONG} as such", False),
        (LONG, LONG.replace("one weight", "two weight"), False),
        (LONG, LONG[:100], False),
        ("The number of weights of such a layer is ___.", "The number of weights is 42.", False),
        ("The layer has 3 weights and a bias", "The layer has 4 weights and a bias", False),
        ("Say why the matrix is symmetric here", "Say why the matrix is asymmetric here", False),
        ("So one can say that it is now linear", "So one can say that it is not linear", False),
        ("Is max pooling a linear function?", "max pooling is a linear function", False),
        (
            "이 함수는 이 점에서 언제나 미분할 있습니다 그렇죠",
            "이 함수는 이 점에서 언제나 미분할 없습니다 그렇죠",
            False,
        ),
        ("one two three four", "one two threo four", False),
        (LONG, "", False),
    ],
)
def test_a_line_is_a_released_one_but_for_mended_typos(
    released: str, line: str, mended: bool
) -> None:
    assert has_mended_typos(line, long_lines([released])) == mended
