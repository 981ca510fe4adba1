"""Which text is running text: words in a row, as people write them and programs do not."""

from __future__ import annotations

import keyword
import re

_MARKS = "\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # on or in letters
_WORD = re.compile(rf"(?:[^\W\d_]|[{_MARKS}])+(?:['’-](?:[^\W\d_]|[{_MARKS}])+)*")
# Scripts without spaces between words, as Chinese and Thai: two characters stand for a word.
_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_FEWEST_NAMES = 3  # side by side, that is: words which are no keywords


def words(text: str) -> int:
    """Return how many words a text has."""
    return sum(_words_in(word) for word in _WORD.findall(text))


def words_in_a_row(text: str) -> int:
    """Return how many words stand in rows, on one line with nothing but spaces between them.

    Code has names and keywords, but never three names side by side, which a row must have.
    """
    return sum(map(_words_in_rows, text.splitlines()))


def alike(line: str) -> str:
    """Return what two lines have in common that differ in marks and spaces alone."""
    return " ".join(re.findall(r"\w+", line))


def _words_in_rows(line: str) -> int:
    total = row = names = end = 0
    is_row = False
    for match in _WORD.finditer(line):
        if not line[end : match.start()].isspace():
            total, row, names, is_row = total + row * is_row, 0, 0, False
        count = _words_in(match[0])
        row += count
        names = 0 if keyword.iskeyword(match[0]) else names + count
        is_row = is_row or names >= _FEWEST_NAMES
        end = match.end()
    return total + row * is_row


def _words_in(word: str) -> int:
    return max(1, len(_WITHOUT_SPACES.findall(word)) // 2)
