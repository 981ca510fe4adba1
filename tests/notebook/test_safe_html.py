"""Markup of students: what is harmless stays, the rest is text, and text reads as it is."""

import time
from html import escape

import pytest

from autograder.notebook.safe_html import MAX_DEPTH, MAX_TAGS, clean, plain


@pytest.mark.parametrize(
    "harmless",
    [
        "<p>a <strong>b</strong> <em>c</em> <code>d</code><br></p>",
        "<blockquote><p>said</p></blockquote>",
        '<table><thead><tr><th style="text-align: right;">1</th></tr></thead></table>',
        '<div class="highlight hl-ipython3"><pre><span class="kn">import</span></pre></div>',
        '<h2>a b<a class="anchor-link" href="#a-b">¶</a></h2>',
        '<a href="https://example.org/x?y=1&amp;z=2">x</a>',
        '<img src="data:image/png;base64,iVBO" alt="a plot" width="30">',
        '<img src="figures/plot.png" alt="">',
        r"$x &lt; y$ \begin{matrix}1 &amp; 2\end{matrix}",
    ],
)
def test_harmless_markup_stays_and_cleaning_again_changes_nothing(harmless: str) -> None:
    assert clean(harmless) == harmless


@pytest.mark.parametrize(
    ("active", "cleaned"),
    [
        ("<script>x()</script>", "&lt;script&gt;x()&lt;/script&gt;"),
        ("<b onclick='x()' style='position:fixed' id='y'>b</b>", "<b>b</b>"),
        ("<a href='java\tscript:x()'>a</a>", "<a>a</a>"),
        ("<a href='data:text/html,x'>a</a>", "<a>a</a>"),
        ("<img src='data:image/svg+xml;base64,AA'>", "<img>"),
        ("<img src='https://example.org/seen.png'>", "<img>"),
        ("<img src='../../x.png'><img src='/x.png'>", "<img><img>"),
        ("<div class='panel score'>10</div>", "<div>10</div>"),
    ],
)
def test_what_acts_or_deceives_is_gone_or_text(active: str, cleaned: str) -> None:
    assert clean(active) == cleaned


def test_markup_that_takes_long_to_clean_is_shown_as_text() -> None:
    begin = time.process_time()
    assert clean("<div>" * (MAX_TAGS + 1)).startswith("<pre>&lt;div&gt;&lt;div&gt;")
    clean("<div>" * MAX_DEPTH)
    assert clean("<ul><li>" * MAX_DEPTH).startswith("<pre>")
    assert clean("<p>x</p><br>" * (MAX_TAGS // 3)).startswith("<p>")
    assert time.process_time() - begin < 10


def test_text_reads_as_it_is() -> None:
    text = "a\x1b[31mb\x1b[0m\x1b]8;;http://x\x07c\x1b]8;;\x07\u202ed\u2066e\x00\x08f\r\ng\rh\ti\n"
    assert plain(text) == "abcdef\ng\nh\ti\n"
    assert plain("naïve 中文 עברית ✓") == "naïve 中文 עברית ✓"


@pytest.mark.parametrize(
    "text",
    [
        "<a " + " ".join(f"a{i}" for i in range(20_000)) + ">",
        "a" + " " * 40_000 + "b",
        "x" * 200_001,
        "\\begin" * 201 + " x" * 300,
        "\\\\(" * 60_000,
        "# x\n" * 201,
    ],
    ids=["attributes", "blanks", "length", "environments", "formulas", "headings"],
)
def test_what_takes_long_to_clean_is_shown_as_it_is_written(text: str) -> None:
    begin = time.process_time()
    assert clean(text) == f"<pre>{escape(text)}</pre>"
    assert time.process_time() - begin < 10  # and not for hours


@pytest.mark.parametrize("target", ["evil.html", "//evil.example/x", "/logout", "../x.html"])
def test_no_link_leads_to_a_file_or_page_of_the_server(target: str) -> None:
    assert target not in clean(f'<a href="{target}">look</a>')
