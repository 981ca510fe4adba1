"""Which text is running text: words in a row, as people write them and programs do not."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import starmap

# Scripts without spaces between words, as Chinese and Thai: two characters stand for a word.
_WITHOUT_SPACES = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_BULLET = re.compile(r"\s*(?:[-*•]|\d+[.)])\s+(?=[^\W\d])(?!.*[=()\[\]])")
_SENTENCE = (".", "!", "?", "。")  # how one ends
_FEWEST_IN_A_ROW = 3
FEWEST_OF_A_LINE = 8  # words; of fewer one letter may be an answer
_MOST_TYPOS = 2  # words of a line
_OF_LETTERS = re.compile("[A-Za-z\u00c0-\u04ff]{4,}")  # one of which says little, unlike a syllable
_FEWEST_NAMES = 2  # side by side, that is: words which are no keywords

Outline = tuple[int, str, str]  # how many words a line has, the first and the last of them
LongLines = Mapping[Outline, Sequence[Sequence[str]]]


@cache
def _word() -> re.Pattern[str]:
    """Return the pattern of a word, made when one is looked for first: that takes 20 ms."""
    # On letters or between them: accents and vowels of all scripts, joiners, the dot of Tibetan.
    marks = "\u200c\u200d\u0f0b" + "".join(
        mark for mark in map(chr, range(0x300, 0x10000)) if unicodedata.category(mark)[0] == "M"
    )
    letter = rf"(?:[^\W\d_]|[{marks}])"
    return re.compile(rf"{letter}+(?:['’-]{letter}+)*")


def words(text: str) -> int:
    """Return how many words a text has."""
    return sum(_words_in(word) for word in _word().findall(text))


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


def long_lines(lines: Iterable[str]) -> LongLines:
    """Return the words of those lines in which a mended typo is no other text."""
    found: dict[Outline, list[list[str]]] = {}
    for line in lines:
        said = alike(line).split()
        if len(said) >= FEWEST_OF_A_LINE:
            found.setdefault(_outline(said), []).append(said)
    return found


def has_mended_typos(line: str, released: LongLines) -> bool:
    """Say whether a line is one of these but for a letter in one or two words inside."""
    said = alike(line).split()
    others = released.get(_outline(said), ()) if said else ()
    return any(_differ_in_typos(said, other) for other in others)


def _outline(said: Sequence[str]) -> Outline:
    return len(said), said[0], said[-1]


def _differ_in_typos(said: Sequence[str], other: Sequence[str]) -> bool:
    changed = [pair for pair in zip(said, other, strict=True) if pair[0] != pair[1]]
    return len(changed) <= _MOST_TYPOS and all(starmap(_is_a_typo, changed))


def _is_a_typo(word: str, other: str) -> bool:
    """Say whether a letter is another, is missing, or has changed places with the next one.

    Not the first one: "symmetric" is no typo of "asymmetric".
    """
    if word[0] != other[0] or not (_OF_LETTERS.fullmatch(word) and _OF_LETTERS.fullmatch(other)):
        return False
    pairs = enumerate(zip(word, other, strict=False))
    place = next((n for n, (a, b) in pairs if a != b), min(len(word), len(other)))
    word, other = word[place:], other[place:]
    swapped = other[1::-1] + other[2:]
    return word == swapped or other == word[1:] or other[1:] in (word, word[1:])


def _words_in_rows(line: str) -> int:
    if bullet := _BULLET.match(line):
        return words(line[bullet.end() :])
    counts = (sum(map(_words_in, row)) for row in _rows(line))
    return sum(count for count in counts if count >= _FEWEST_IN_A_ROW)


def _rows(line: str) -> Iterator[list[str]]:
    """Yield the words of a line that have nothing but spaces between them."""
    row: list[str] = []
    end = 0
    for match in _word().finditer(line):
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
