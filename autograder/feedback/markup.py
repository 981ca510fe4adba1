"""Cells of a notebook as HTML in which nothing acts and which asks nobody for anything.

All of it goes through ``notebook.safe_html``: harmless markup is kept, the rest is shown as text.
"""

from __future__ import annotations

from functools import lru_cache, partial
from html import escape
from typing import Any

from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from ..notebook.safe_html import PICTURES, as_text, cleaner, is_slow, plain
from ..running.time_left import TimeLeft
from .formulas import Formulas, WithPlaces, without_places

MOST_HIGHLIGHTED = 20_000  # characters of a cell
_MOST_REMEMBERED = 500  # texts: those of an assignment, which are the same for a whole class


def code(source: str, time: TimeLeft) -> str:
    """Return Python, as it was written, each line as an element that the page can number."""
    if len(source) > MOST_HIGHLIGHTED:
        return f'<pre class="code">{escape(source)}</pre>'
    return _in_lines(escape(source)) if time.is_over else _highlighted(source)


def markdown(cell: NotebookNode, time: TimeLeft) -> str:
    """Return the text of a cell, with its attached pictures."""
    attachments = cell.get("attachments")
    if time.is_over:
        return as_text(cell.source)
    return _rendered(cell.source, attachments) if attachments else text(cell.source)


def answer(cell: NotebookNode, time: TimeLeft) -> str:
    """Return a cell that answers something: Python or Markdown."""
    is_code = cell.cell_type == "code"
    return code(cell.source, time) if is_code else markdown(cell, time)


@lru_cache(_MOST_REMEMBERED)
def text(source: str) -> str:
    """Return Markdown that has nothing attached."""
    return _rendered(source, {})


def output(shown: NotebookNode, time: TimeLeft) -> str:
    """Return what a cell showed: the richest form that can do no harm."""
    if shown.output_type == "stream":
        return _text(shown.text, shown.name)
    if shown.output_type == "error":
        return _text("\n".join(shown.traceback), "stderr")
    data = shown.data
    if "text/html" in data:
        html = _joined(data["text/html"])
        return f'<div class="shown">{as_text(html) if time.is_over else _cleaned(html)}</div>'
    for kind in ("text/markdown", "text/latex"):
        if kind in data:
            cell = NotebookNode(source=_joined(data[kind]))
            return f'<div class="shown">{markdown(cell, time)}</div>'
    for kind in PICTURES:
        if kind in data:
            alt = shown.metadata.get(kind, {}).get("alt", "") or "A picture that the cell drew"
            picture = f'<img alt="{escape(alt)}" src="data:{kind};base64,{_joined(data[kind])}">'
            return f'<div class="shown">{_cleaned(picture)}</div>'
    return _text(_joined(data.get("text/plain", "")), "stdout")


@lru_cache(_MOST_REMEMBERED)
def _highlighted(source: str) -> str:
    return _in_lines(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def _in_lines(html: str) -> str:
    """Return code of which no element goes on from one line to the next."""
    lines = html.removesuffix("\n").split("\n")
    inside = "".join(f'<span class="line">{line}\n</span>' for line in lines)
    return f'<pre class="code">{inside}</pre>'


def _rendered(source: str, attachments: dict[str, dict[str, str]]) -> str:
    if is_slow(source):
        return as_text(source)
    renderer = WithPlaces(attachments)
    try:
        html = MarkdownWithMath(renderer=renderer).render(without_places(source))
    except Exception:  # of a picture attached nowhere, of text nested too deeply, of what not
        return as_text(source)
    return _cleaned(html, renderer.formulas)


def _cleaned(html: str, formulas: list[tuple[str, bool]] | None = None) -> str:
    """Return HTML that is clean, has headings below those of the page, and no picture elsewhere."""
    if is_slow(html):
        return as_text(html)
    filters: list[Any] = [_OfThisPage]
    if formulas:
        filters.append(partial(Formulas, formulas=formulas))
    return str(cleaner(*filters).clean(html))


class _OfThisPage:
    """A filter of a cleaner's tokens for what stands in a page that is one file."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __iter__(self) -> Any:
        for token in self._source:
            yield _of_this_page(token)


def _of_this_page(token: dict[str, Any]) -> dict[str, Any]:
    name, data = token.get("name", ""), token.get("data")
    if len(name) == 2 and name[0] == "h" and name[1].isdigit():
        token["name"] = f"h{min(6, int(name[1]) + 2)}"
    if not isinstance(data, dict):
        return token
    if name == "img":
        alt = data.setdefault((None, "alt"), "A picture")
        if not str(data.get((None, "src"), "")).startswith("data:"):
            return {"type": "Characters", "data": f"[{alt}]"}
    if name == "table":
        data[None, "tabindex"] = "0"  # a wide one is scrolled
    return token


def _text(said: str | list[str], stream: str) -> str:
    kind = "err" if stream == "stderr" else "out"
    return f'<pre class="{kind}">{escape(plain(_joined(said)))}</pre>'


def _joined(said: str | list[str]) -> str:
    return said if isinstance(said, str) else "".join(said)
