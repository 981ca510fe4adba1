"""What students wrote, made safe to open in a browser or a terminal.

Feedback opens on a student's machine, and the same notebook in the instructor's formgrader,
where a script could change grades. So only harmless markup is kept; the rest is shown as text.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook

PICTURES = ("image/png", "image/jpeg", "image/gif")
# Markup beyond these is shown as it is written: the time to clean it grows with the square of how
# deep tags are nested, and of how long some things are that nobody writes.
MAX_TAGS = 4000
MAX_DEPTH = 200
MAX_CHARACTERS = 200_000
MAX_OPENED = (
    200  # formulas and headings; for each formula its end is looked for in all that follows
)
_OPENED = re.compile(r"\\begin|\\\\[(\[]|^ {0,3}#", re.MULTILINE)
_TAG = re.compile(r"<(/?)([a-z][a-z\d]*)", re.IGNORECASE)
_ENDS_ITSELF = {"br", "col", "hr", "img", "input", "wbr"}
_SLOW = re.compile(r"[ \t]{200}|<[^>]{2000}|&[^;\s]{200}")

_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt"),
    *("em", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "s"),
    *(
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
    ),
    *("tr", "u", "ul"),
}
# Of the highlighter, and of a heading's own link: other names could dress up as the page's parts.
_CLASSES = re.compile(r"(?:(?:highlight|anchor-link|hl-\w+|[a-z]{1,2}\d?)(?: |$))+")
_DATA = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")
_PICTURE = re.compile(rf"{_DATA.pattern}|(?!.*\.\.)\w[\w./ -]*\.(?:png|jpe?g|gif)")
# Not to what lies beside the page: the files that the student handed in.
_LINK = re.compile(r"https?://.*|mailto:.*|#.*", re.IGNORECASE)
_SIZE = re.compile(r"\d{1,4}")
_SPECIFIC = {
    ("a", "href"): _LINK,
    ("img", "src"): _PICTURE,
    ("img", "width"): _SIZE,
    ("img", "height"): _SIZE,
    ("td", "colspan"): _SIZE,
    ("td", "rowspan"): _SIZE,
    ("th", "colspan"): _SIZE,
    ("th", "rowspan"): _SIZE,
}
_ANYTHING = {("img", "alt"), ("td", "style"), ("th", "style")}  # the style is cleaned by itself

# Sequences that move a terminal's cursor or colour it, then control characters, then those that
# turn the direction of the text, so that it reads other than it is.
_MISLEADING = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def plain(text: str) -> str:
    """Return text as it reads: no terminal escapes, control characters or turned direction."""
    return _MISLEADING.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return the same on one line, of characters that every file can hold."""
    return " ".join(plain(text).encode(errors="replace").decode().split())


def clean(html: object) -> str:
    """Return HTML in which nothing acts: other tags and attributes become text or nothing."""
    text = html.decode() if isinstance(html, bytes) else str(html)
    return as_text(text) if is_slow(text) else str(cleaner().clean(text))


@pass_context
def clean_markdown(context: Context, source: str) -> str:
    """Return the HTML of Markdown, clean: nbconvert's filter of this name does not clean.

    What is Markup already stays as it is. That is our own: text of a file is never of this type.
    """
    if isinstance(source, Markup):
        return source
    if is_slow(source):
        return as_text(source)
    try:
        return clean(_exporter().markdown2html(context, source))
    except (RecursionError, InvalidNotebook):  # as a picture that is attached nowhere
        return as_text(source)


def is_slow(text: str) -> bool:
    """Say whether markup would keep whoever cleans it busy for long."""
    without_pictures = _DATA.sub("", text)
    return (
        text.count("<") > MAX_TAGS
        or _depth(text) > MAX_DEPTH
        or len(without_pictures) > MAX_CHARACTERS
        or len(_OPENED.findall(without_pictures)) > MAX_OPENED
        or _SLOW.search(without_pictures) is not None
    )


def _depth(text: str) -> int:
    """Return about how deep tags are nested; one that is never closed counts to the end."""
    depth = deepest = 0
    for closing, name in _TAG.findall(text):
        if name.lower() not in _ENDS_ITSELF:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


def as_text(source: str) -> str:
    """Return HTML that shows markup as it is written."""
    return f"<pre>{escape(source)}</pre>"


def cleaner(*filters: object) -> bleach.Cleaner:
    """Return what cleans HTML; ``filters`` see the tokens that are left of it."""
    return _cleaner() if not filters else _new_cleaner(filters)


@cache
def _cleaner() -> bleach.Cleaner:
    return _new_cleaner(())


def _new_cleaner(filters: tuple[object, ...]) -> bleach.Cleaner:
    return bleach.Cleaner(
        tags=frozenset(_TAGS),
        attributes=_is_harmless,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
        filters=filters,
    )


@cache
def _exporter() -> Any:
    return HTMLExporter()


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return _CLASSES.fullmatch(value) is not None
    pattern = _SPECIFIC.get((tag, name))
    return pattern.fullmatch(value) is not None if pattern else (tag, name) in _ANYTHING
