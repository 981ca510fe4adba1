"""Names of files that were handed in: what they tell, and how they are shown."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from ..notebook.safe_html import plain
from ..notebook.versions import REQUIREMENTS

MOST_SHOWN = 80  # characters of a path in a sentence
MOST_NAMED = 5  # of a kind: files in a sentence, notes on a submission
LONGEST_COMMAND = 1000  # a file name alone may have 255 bytes, and each may need four characters

# As browsers and systems change it: x.ipynb.json, x.IPYNB, x.ipynb.txt.
_NOTEBOOK = re.compile(r"\.ipynb(?:\.\w+)?$", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:zip|7z|rar|tar|tgz|tbz2?|txz|gz|bz2|xz|zst)$", re.IGNORECASE)
# In which an answer may be written. A text of nbgrader's, and the list of versions, is none.
_DOCUMENT = re.compile(r"\.(?:docx?|md|odt|pdf|qmd|rmd|rtf|tex|txt)$", re.IGNORECASE)
_NO_DOCUMENTS = (REQUIREMENTS, "timestamp.txt", "submission_secret.txt")


def is_notebook(name: str) -> bool:
    """Say whether a file's name is like that of a notebook, which is in no archive."""
    return _NOTEBOOK.search(name) is not None and not is_archive(name)


def is_archive(name: str) -> bool:
    """Say whether a file's name is that of an archive."""
    return _ARCHIVE.search(name) is not None


def is_document(name: str) -> bool:
    """Say whether a file's name is that of a text which a student may have written."""
    return _DOCUMENT.search(name) is not None and name not in _NO_DOCUMENTS


def is_of_a_system(name: str) -> bool:
    """Say whether a file or folder is made by a system or an editor, not by a student."""
    return name.startswith(".") or name == "__MACOSX"


def letters(name: str) -> str:
    """Return what is left of a name without capitals, spaces and marks."""
    return re.sub(r"[\W_]+", "", name).lower()


def shown(path: Path) -> str:
    """Return a path as a short part of a line."""
    text = " ".join(plain(os.fsencode(path).decode(errors="replace")).split())
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def within(path: Path, root: Path) -> Path:
    """Return a path as one writes it in the course folder; some courses collect elsewhere."""
    return path.relative_to(root) if path.is_relative_to(root) else path


def first_of(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def few(notes: Sequence[str]) -> list[str]:
    """Return the first notes, and how many more there are."""
    more = len(notes) - MOST_NAMED
    return [*notes[:MOST_NAMED], *([f"More of this kind: {more}."] if more > 0 else [])]


def command(*steps: Sequence[str | Path]) -> str:
    """Return steps as one line for a shell, "" if that would be too long."""
    line = " && ".join(" ".join(map(_quoted, step)) for step in steps)
    return line if len(line) <= LONGEST_COMMAND else ""


def _quoted(part: str | Path) -> str:
    text = str(part)
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(f"\\x{byte:02x}" for byte in os.fsencode(text)) + "'"


def links(paths: list[Path]) -> str:
    """Return how many links or devices these are, and the first names, on one short line."""
    names = first_of([shown(Path(path.name)) for path in sorted(paths)])
    return f"links or devices, which are no files ({len(paths)}): {names}."
