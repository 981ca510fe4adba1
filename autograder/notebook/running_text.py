"""Which text is running text: words in a row, as people write them and programs do not."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence, Set

_MARKS = "\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # on or in letters
_WORD = re.compile(rf"(?:[^\W\d_]|[{_MARKS}])+(?:['’-](?:[^\W\d_]|[{_MARKS}])+)*")
# Scripts without spaces between words, as Chinese and Thai: two characters stand for a word.
_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_BULLET = re.compile(r"\s*(?:[-*•]|\d+[.)])\s+(?=[^\W\d])(?!.*[=()\[\]])")
_SENTENCE = (".", "!", "?", "。")  # how one ends
_FEWEST_IN_A_ROW = 3
_FEWEST_OF_A_LINE, _MOST_OF_A_SHORT_LINE = 4, 12  # words; in fewer one is too much of it
_SHARE_OF_A_LINE = 2 / 3  # of what stands in a long one three in a row
_FEWEST_NAMES = 2  # side by side, that is: words which are no keywords


def words(text: str) -> int:
    """Return how many words a text has."""
    return sum(_words_in(word) for word in _WORD.findall(text))


def words_in_a_row(text: str) -> int:
    """Return how many words stand in rows of three, with nothing but spaces between them.

    All words behind a bullet count.
    """
    return sum(map(_words_in_rows, text.splitlines()))


def reads_as_text(line: str) -> bool:
    """Say whether a line that may be code reads as text: code has no two names side by side."""
    if not words_in_a_row(line):
        return False
    if _BULLET.match(line) or line.rstrip().endswith(_SENTENCE):
        return True
    rows = (row for row in _rows(line) if sum(map(_words_in, row)) >= _FEWEST_IN_A_ROW)
    return any(_names_side_by_side(row) >= _FEWEST_NAMES for row in rows)


def alike(line: str) -> str:
    """Return what two lines have in common that differ in marks and spaces alone."""
    return " ".join(re.findall(r"\w+", line))


def parts(line: str) -> frozenset[tuple[str, ...]]:
    """Return what a line has in common with itself as it was before a few words were changed.

    Of a short one these are all its words but one, of every one all that stand three in a row.
    """
    said = alike(line).split()
    return frozenset([*_without_one(said), *_threes(said)])


def is_near(line: str, released: Set[tuple[str, ...]]) -> bool:
    """Say whether a line is one of those with these parts, but for a word, or a few of many."""
    said = alike(line).split()
    if len(said) <= _MOST_OF_A_SHORT_LINE:
        return any(rest in released for rest in _without_one(said))
    threes = [*_threes(said)]
    return sum(three in released for three in threes) >= _SHARE_OF_A_LINE * len(threes)


def _without_one(said: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if _FEWEST_OF_A_LINE <= len(said) <= _MOST_OF_A_SHORT_LINE:
        yield tuple(said)  # as of a line with one word more
        yield from ((*said[:place], *said[place + 1 :]) for place in range(len(said)))


def _threes(said: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (("", *three) for three in zip(said, said[1:], said[2:], strict=False))


def _words_in_rows(line: str) -> int:
    if bullet := _BULLET.match(line):
        return words(line[bullet.end() :])
    counts = (sum(map(_words_in, row)) for row in _rows(line))
    return sum(count for count in counts if count >= _FEWEST_IN_A_ROW)


def _rows(line: str) -> Iterator[list[str]]:
    """Yield the words of a line that have nothing but spaces between them."""
    row: list[str] = []
    end = 0
    for match in _WORD.finditer(line):
        if row and not line[end : match.start()].isspace():
            yield row
            row = []
        row.append(match[0])
        end = match.end()
    if row:
        yield row


def _names_side_by_side(row: list[str]) -> int:
    most = names = 0
    for word in row:
        names = 0 if keyword.iskeyword(word) else names + _words_in(word)
        most = max(most, names)
    return most


def _words_in(word: str) -> int:
    return max(1, len(_WITHOUT_SPACES.findall(word)) // 2)
