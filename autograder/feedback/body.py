"""The part of a page that the submission alone decides: what it is, and how it is kept.

It is text, so that it travels from a worker as it is. It names the result and the notebook that it
was made of: beside others it is not used. It is made in ``making``, which imports much.
"""

from __future__ import annotations

import hashlib

import msgspec

from .. import __version__
from ..results import Grading, to_json


class Failure(msgspec.Struct, frozen=True):
    """A hidden test that did not pass: its sentence, and what was different, as HTML.

    ``others`` are the sentences of tests of which the same is to be said.
    """

    title: str
    message: str
    others: list[str]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise or question. ``cell`` has its points, ``answer_cell`` comments; texts are HTML.

    ``is_untouched`` says that the answer is as it was released. ``misconception`` is a known
    mistake in words, "" where none is known.
    """

    name: str
    cell: str
    answer_cell: str
    is_code: bool
    is_untouched: bool
    answer: str = ""
    misconception: str = ""
    hint: str = ""
    failures: list[Failure] = []
    passed: list[str] = []


class Body(msgspec.Struct, frozen=True):
    """All of it; ``made_of`` is a digest of the result and the executed notebook."""

    made_of: str
    cards: list[Card]
    notebook: str


def digest(grading: Grading | None, notebook: str) -> str:
    """Return what a body says of what it was made of."""
    result = to_json(grading) if grading else ""
    return hashlib.sha256("\0".join((__version__, result, notebook)).encode()).hexdigest()


def body_text(body: Body) -> str:
    """Return a body as text, to be kept."""
    return msgspec.json.encode(body).decode()


def read_body(text: bytes) -> Body | None:
    """Read a body that was kept, if there is one of this version."""
    try:
        return msgspec.json.decode(text, type=Body)
    except msgspec.MsgspecError:
        return None
