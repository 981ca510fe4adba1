"""Prose of a student's own, which may be the answer to a question, and where it stands.

Prose is running text that was not released: a Markdown cell, a cell that is no code, a string, a
comment. The functions of the exercises are left out, and so are docstrings, commented-out code
and error messages. To take something else for prose costs a look; to miss some costs an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from nbformat import NotebookNode

from .assignment import Assignment, plain_source
from .passages import Beside, passages
from .running_text import words, words_in_a_row
from .safe_html import plain

FEWEST_WORDS = 3  # of a cell of text: less is a name or a heading
# Of a code cell, in rows. An ordinary comment says in fewer what an import, or a line, does; few
# answers are shorter.
FEWEST = {Beside.NOTHING: 4, Beside.LITTLE: 8, Beside.CODE: 12}
MOST_PLACES = 5
MOST_SHOWN = 60  # characters of what begins there

_MARKUP = re.compile(r"\s*%%(?:markdown|html|latex|svg)\b.*")  # cell magics that show their text
_PICTURE = re.compile(r"!\[|<img\b", re.IGNORECASE)
_ERROR = re.compile(r"\s*(?:Traceback \(|File \"|[\w.]*(?:Error|Exception|Warning)\b)")


def places_of_prose(cells: Sequence[NotebookNode], assignment: Assignment) -> str:
    """Say in which cells there is prose and how it begins, "" if there is none."""
    numbered = ((number, prose_of(cell, assignment)) for number, cell in enumerate(cells, start=1))
    found = (f'cell {number} ("{_beginning(prose)}")' for number, prose in numbered if prose)
    places = [*islice(found, MOST_PLACES)]
    return ", ".join([*places, "and more"] if next(found, None) else places)


def prose_of(cell: NotebookNode, assignment: Assignment) -> str:
    """Return the prose in a cell, without what was released, "" if there is none."""
    text = plain_source(cell)
    if text in assignment.texts:
        return ""
    if cell.cell_type == "code" and not _MARKUP.match(text):
        return "\n".join(_prose_in_code(text, assignment))
    own = _own(_MARKUP.sub("", text, count=1), assignment)
    return own if words(own) >= FEWEST_WORDS or _PICTURE.search(own) else ""


def _prose_in_code(source: str, assignment: Assignment) -> Iterator[str]:
    for passage in passages(source, {exercise.name for exercise in assignment.exercises}):
        own = _own(passage.text, assignment)
        if words_in_a_row(own) >= FEWEST[passage.beside]:
            yield own


def _own(text: str, assignment: Assignment) -> str:
    """Return the lines that were not released, and that no error message is made of."""
    lines = text.splitlines()
    return "\n".join(
        line for line in lines if not assignment.released(line) and not _ERROR.match(line)
    ).strip()


def _beginning(prose: str) -> str:
    text = " ".join(plain(prose).split())
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN].rstrip()} …"
