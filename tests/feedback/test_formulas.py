"""Formulas become MathML, and nothing else, whatever stands in them."""

import time

import pytest
from bs4 import BeautifulSoup

from autograder.feedback.formulas import MOST_FORMULAS
from autograder.feedback.markup import text

SET = {
    "$x_i$": "<msub><mi>x</mi><mi>i</mi></msub>",
    r"$\sum_{i<K} x$": "<mo>&lt;</mo>",
    r"$$\frac{a}{b}$$": '<math display="block" tabindex="0"><mrow><mfrac>',
    r"\begin{align} a &= b \end{align}": "<mtable",
    r"$\begin{array}{l|r} a & b \\ \hline c & d \end{array}$": '<mtr class="ruled">',
    r"**bold** $\text{<b>}$": "<mtext>&lt;b&gt;</mtext>",
    "| a |\n|--|\n| $1$ |": "<td><math",
}


@pytest.mark.parametrize(("source", "shown"), SET.items())
def test_a_formula_is_set(source: str, shown: str) -> None:
    assert shown in text(source)


@pytest.mark.parametrize("source", ["`$x$`", "    $x$", r"\$5 and \$6", "5 $"])
def test_what_is_no_formula_is_left(source: str) -> None:
    assert "<math" not in text(source)


AS_WRITTEN = (
    r"\frac" * 100,
    "{" * 900,
    "x" * 1001,
    r"\newcommand{\a}{\b\b}\a",
    r"\def\a{b}",
    r"\left(",
    r"\begin{array} a",
)


@pytest.mark.parametrize("formula", AS_WRITTEN)
def test_what_cannot_be_set_is_shown_as_it_is_written(formula: str) -> None:
    page = BeautifulSoup(text(f"before ${formula}$ behind"), "html.parser")
    assert page.get_text().strip() in (f"before {formula} behind", f"before ${formula}$ behind")
    assert page.find("math") is None


HOSTILE = (
    r"$\href{javascript:hurt()}{x}$",
    r"$\style{position:fixed}{x}\class{score}{y}$",
    "$<script>hurt()</script>$",
    r"$\text{</math><script>hurt()</script>}$",
    r'![a $x" onerror="hurt()$ b](data:image/png;base64,AAAA)',
    r"[a](https://example.org/$x$) [b](#$\"onclick=hurt()$)",
    "\ue0000\ue001 \ue0009\ue001 $x$",
    "&#xe000;7&#xe001; &#57344;0&#57345; $x$",
    "<math><mtext><script>hurt()</script></mtext></math>",
    "<math href='javascript:hurt()'><mi>x</mi></math>",
)
SAFE = {"a", "br", "code", "em", "img", "math", "mi", "mn", "mo", "mrow", "mtext", "p", "pre"}
ATTRIBUTES = {"alt", "display", "href", "src", "stretchy", "tabindex"}


@pytest.mark.parametrize("source", HOSTILE)
def test_no_formula_acts(source: str) -> None:
    for tag in BeautifulSoup(text(source), "html.parser").find_all():
        assert tag.name in SAFE
        assert set(tag.attrs) <= ATTRIBUTES
        assert str(tag.get("href", "#")).startswith(("#", "https://example.org/"))
        assert str(tag.get("src", "data:image/png")).startswith("data:image/png")


LONG = ("$x$ " * 40_000, "$" + "x" * 190_000 + "$", "$x" * 50_000, r"$\frac{a}{b}$" * 4_000)


@pytest.mark.parametrize("source", LONG, ids=["many", "long", "open", "fractions"])
def test_many_formulas_take_no_longer_than_what_is_shown_of_them(source: str) -> None:
    before = time.thread_time()
    shown = text(source)
    assert time.thread_time() - before < 15
    assert shown.count("<math") <= MOST_FORMULAS
