"""Formulas as MathML, which browsers show without a script and without a network.

A formula is a student's text too. It never becomes markup by itself: a cleaned page is a stream of
tokens, and what is added to it are elements and attributes of the lists below, and text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from itertools import zip_longest
from typing import Any
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from nbconvert.filters.markdown_mistune import IPythonRenderer

MOST_CHARACTERS = 1000  # of a formula: the time to read one grows with the square of its length
MOST_FORMULAS = 200  # in one cell
_OPEN, _CLOSE = "\ue000", "\ue001"  # stand around the number of a formula until it is set
_PLACE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_OWN_COMMANDS = re.compile(r"\\(?:newcommand|renewcommand|def)\b")  # which can double many times
_TAGS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msub", "msup", "msubsup", "mfrac"),
    *("msqrt", "mroot", "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mpadded"),
    *("mphantom", "mstyle", "mmultiscripts", "mprescripts", "none", "menclose"),
}
_WORD = re.compile(r"[\w.%+-]{1,20}( [\w.%+-]{1,20}){0,9}")
_ATTRIBUTES = {
    *("display", "displaystyle", "scriptlevel", "mathvariant", "stretchy", "fence", "form"),
    *("lspace", "rspace", "accent", "accentunder", "linethickness", "minsize", "maxsize"),
    *("movablelimits", "separator", "symmetric", "width", "height", "depth", "voffset"),
}
_RULED = "ruled"
_SIDES = ("left", "right", "center")


class WithPlaces(IPythonRenderer):
    """Renders Markdown with a place in the stead of each formula; ``formulas`` has them."""

    def __init__(self, attachments: dict[str, dict[str, str]]) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self.formulas: list[tuple[str, bool]] = []

    def inline_math(self, body: str) -> str:
        """Return the place of a formula in a line of text."""
        return self._place(body, is_block=False)

    def block_math(self, body: str) -> str:
        """Return the place of a formula on a line of its own."""
        return self._place(body, is_block=True)

    def latex_environment(self, name: str, body: str) -> str:
        """Return the place of an environment, which is a formula."""
        return self._place(f"\\begin{{{name}}}{body}\\end{{{name}}}", is_block=True)

    def multiline_math(self, text: str) -> str:
        """Return the place of what an older parser hands over with its signs."""
        return self._place(text.strip("$"), is_block=True)

    def _place(self, formula: str, *, is_block: bool) -> str:
        self.formulas.append((formula, is_block))
        return f"{_OPEN}{len(self.formulas) - 1}{_CLOSE}"


def without_places(text: str) -> str:
    """Return a text in which nothing looks like the place of a formula."""
    return text.replace(_OPEN, "").replace(_CLOSE, "")


class Formulas:
    """A filter of a cleaner's tokens that sets formulas into their places."""

    def __init__(self, source: Any, formulas: list[tuple[str, bool]]) -> None:
        self._source = source
        self._formulas = formulas

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in self._source:
            if token["type"] == "Characters":
                yield from self._of_text(token["data"])
            else:
                yield self._without_places(token)

    def _of_text(self, text: str) -> Iterator[dict[str, Any]]:
        for number, part in enumerate(_PLACE.split(text)):
            if number % 2 == 0:
                if part:
                    yield {"type": "Characters", "data": part}
            elif int(part) < len(self._formulas):
                yield from _tokens_of(*self._formulas[int(part)], int(part) < MOST_FORMULAS)

    def _without_places(self, token: dict[str, Any]) -> dict[str, Any]:
        """Return a token without places in its attributes, which hold no elements."""
        if isinstance(token.get("data"), dict):
            for name, value in token["data"].items():
                token["data"][name] = _PLACE.sub("…", value)
        return token


def _tokens_of(formula: str, is_block: bool, is_set: bool) -> list[dict[str, Any]]:
    tokens = _set(formula, is_block) if is_set else ()
    return [*tokens] or [*_element(Element("code"), formula)]


@lru_cache(2000)  # those of the instructor's cells are the same in the whole class
def _set(formula: str, is_block: bool) -> tuple[dict[str, Any], ...]:
    """Return the tokens of a formula, none if it cannot be set."""
    if len(formula) > MOST_CHARACTERS or _OWN_COMMANDS.search(formula):
        return ()
    try:
        display = "block" if is_block else "inline"
        return tuple(_tokens(convert_to_element(formula.strip(), display=display)))
    except Exception:  # each mistake in a formula has a class of its own, and some are surprises
        return ()


def _tokens(element: Element) -> Iterator[dict[str, Any]]:
    if element.tag not in _TAGS:
        return
    _rule(element)
    yield from _element(element, unescape(element.text or ""), *element)


def _element(element: Element, text: str, *inside: Element) -> Iterator[dict[str, Any]]:
    about = {"name": element.tag, "namespace": None}
    yield {"type": "StartTag", "data": _attributes(element), **about}
    if text.strip() or element.tag in ("mtext", "code"):
        yield {"type": "Characters", "data": text}
    for child in inside:
        yield from _tokens(child)
    yield {"type": "EndTag", **about}


def _rule(table: Element) -> None:
    """Give the rows of a table below a line the class that draws it, for browsers draw none."""
    lines = table.get("rowlines", "").split()
    for line, row in zip_longest(lines, table[1:], fillvalue=lines[-1] if lines else ""):
        if line == "solid" and isinstance(row, Element):
            row.set("class", _RULED)


def _attributes(element: Element) -> dict[tuple[None, str], str]:
    found: dict[tuple[None, str], str] = {
        (None, name): value
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _WORD.fullmatch(value)
    }
    if element.get("display") == "block":  # which may be wider than a phone, and is scrolled then
        found[None, "tabindex"] = "0"
    if element.get("class") == _RULED:
        found[None, "class"] = _RULED
    if (side := element.get("columnalign")) in _SIDES:  # which browsers know as a style alone
        found[None, "style"] = f"text-align: {side}"
    return found
