"""What holds of the engine's text as a whole: it serves any course, and knows none."""

import re
from collections.abc import Iterator
from pathlib import Path

from contents import OWN

import autograder

ENGINE = Path(autograder.__file__).parent
NOTIONS = (
    *("convolution", "convolutional", "gradient", "neural", "padding", "pixel", "pooling"),
    *("receptive", "stride"),
)
MOST_LINES = 360  # of a room that one can read in one sitting; the errors are a list


def names_of_this_course() -> Iterator[str]:
    """Yield what only this course has words for; plain English such as "train" is anybody's."""
    for name in OWN.names():
        yield name
        yield from (exercise for exercise in OWN.assignment(name).references if "_" in exercise)
    yield from NOTIONS


def test_the_engine_names_no_assignment_exercise_or_notion_of_this_course() -> None:
    words = {word for word in names_of_this_course() if not word.startswith("answer_")}
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(words))})s?\b", re.IGNORECASE)
    found = [
        (str(path.relative_to(ENGINE)), word)
        for path in sorted(ENGINE.rglob("*.py"))
        for word in pattern.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_room_of_the_engine_can_be_read_in_one_sitting() -> None:
    lines = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in ENGINE.rglob("*.py")
    }
    assert {str(path): count for path, count in lines.items() if count > MOST_LINES} == {}


def test_no_page_has_the_marks_of_a_merge() -> None:
    pages = [*OWN.root.glob("*.md"), *OWN.root.glob("docs/*.md"), *ENGINE.rglob("*.md")]
    marks = re.compile(r"^(<<<<<<< |=======$|>>>>>>> )", re.MULTILINE)
    assert pages
    assert [str(page) for page in pages if marks.search(page.read_text(encoding="utf-8"))] == []
