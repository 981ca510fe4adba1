"""The pages that students and instructors open hold nothing that acts."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from courses import MakeCourse, hand_in
from damaged.corpus import NAME, as_released, averages, cell_of
from formgrader import shown_page
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.converters import GenerateFeedback

from autograder.batch.class_grading import grade_class
from autograder.course.folder import Course
from autograder.notebook.filled_in import answered

PICTURE = "iVBORw0KGgo="
ACTIVE = f"""
<script>hurt()</script><SCRIPT SRC=//evil.example/x.js></SCRIPT><img src=x onerror=hurt()>
<iframe src="javascript:hurt()"></iframe>
<svg onload=hurt()><a xlink:href="javascript:hurt()"/></svg>
<form action="//evil.example"><button formaction="javascript:hurt()">b</button></form>
<style>body {{ display: none }}</style><meta http-equiv="refresh" content="0;url=//evil.example">
<a href="javascript:hurt()">a</a><a href=" java&#10;script:hurt()">a</a><base href="//evil.example">
<a href="data:text/html,<script>hurt()</script>">a</a><math><mtext><script>hurt()</script></math>
<div class="panel score" id="submission" style="position:fixed" onclick="hurt()">10 points</div>
<h2 id="submission" class="score">100 points</h2>
<img src="data:image/svg+xml;base64,PHN2Zz4="><img src="https://evil.example/seen.png">
<img src="data:image/png;base64,{PICTURE}" onload="hurt()"><object data="x"></object>
<embed src="x">

[a](javascript:hurt()) [b](data:text/html;base64,PHN2Zz4=) ![c](javascript:hurt())
<javascript:hurt()>
$<script>hurt()</script>$ `<script>hurt()</script>` <!-- <script>hurt()</script> -->
"""
SHOWS = f"""
from IPython.display import HTML, Javascript, Latex, Markdown, SVG, display
active = {ACTIVE!r}
display(HTML(active), Markdown(active), Latex(active), Javascript("hurt()"))
display({{"image/svg+xml": active, "text/html": active}}, raw=True, metadata={{"isolated": True}})
display({{"application/vnd.jupyter.widget-view+json": "{{}}", "text/plain": active}}, raw=True)
print(active, "\\x1b]8;;javascript:hurt()\\x07here\\x1b[8m \\u202edettimer")
raise ValueError(active)
"""
LEAKS = """
def step_down(values, slopes, rate):
    print("SE" + "EN", values)
    raise ValueError("SE" + "EN %r" % values)
"""
SAFE_TAGS = {
    *("a", "b", "blockquote", "body", "br", "code", "div", "em", "h1", "h2", "h3", "hr", "i"),
    *("img", "li", "main", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th"),
    *("thead", "tr", "ul"),
    *("details", "h4", "h5", "header", "section", "summary", "u"),  # of our own page
    *("math", "mfrac", "mi", "mn", "mo", "mrow", "msub", "msup", "mtext", "mtable", "mtr", "mtd"),
}
SAFE_ATTRIBUTES = {
    *("alt", "class", "id", "name", "tabindex", "role"),
    *("aria-label", "aria-labelledby", "display", "open", "stretchy"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse) -> Path:
    """A course with one hostile submission, graded."""
    folder = released_course(tmp_path_factory.mktemp("feedback") / "course")
    notebook = answered(averages(), {"explanation": ACTIVE, "step_down": LEAKS})
    as_released(notebook, "weighted_mean")
    notebook.cells[3:3] = [new_markdown_cell(ACTIVE), new_code_cell(SHOWS), new_code_cell(ACTIVE)]
    notebook.cells.append(new_markdown_cell("![x](attachment:nowhere.png)"))
    notebook.cells[3].attachments = {"p.png": {"image/png": PICTURE}}
    notebook.cells[3].source += "\n\n![mine](attachment:p.png)\n\n| a | b |\n|--|--:|\n| 1 | 2 |\n"
    cell_of(notebook, "imports").metadata["trusted"] = True
    hand_in(folder, "student-001", NAME, nbformat.writes(notebook))
    list(grade_class(Course.open(folder), NAME, jobs=1))
    return folder


def feedback_page(course: Path) -> str:
    opened = Course.open(course)
    opened.coursedir.assignment_id = NAME
    GenerateFeedback(coursedir=opened.coursedir, config=opened.config).start()
    return (course / "feedback" / "student-001" / NAME / f"{NAME}.html").read_text()


def formgraders_page(course: Path) -> str:
    return shown_page(course, "student-001", NAME)


@pytest.fixture(scope="module", params=[feedback_page, formgraders_page])
def notebook_part(request: pytest.FixtureRequest, course: Path) -> Tag:
    """The part of a page that shows the notebook."""
    make: Callable[[Path], str] = request.param
    page = BeautifulSoup(make(course), "html.parser")
    part = page.select_one("#notebook-container") or page.body
    assert part is not None
    for own in part.select(".panel-heading, .panel-footer, .scoring-buttons"):
        own.decompose()  # buttons and fields of the page itself
    return part


def test_no_element_acts(notebook_part: Tag) -> None:
    assert {tag.name for tag in notebook_part.find_all()} <= SAFE_TAGS


def test_no_attribute_acts(notebook_part: Tag) -> None:
    for tag in notebook_part.find_all():
        for name, value in tag.attrs.items():
            if name == "src":
                assert value.startswith("data:image/png;base64,")
            elif name == "href":
                assert value.startswith(("#", "https://")), value
            elif name == "style":
                assert value.startswith("text-align:"), value
            else:
                assert name in SAFE_ATTRIBUTES, (name, value)
    assert not notebook_part.select(".score, #submission")


def test_what_is_harmless_is_shown(notebook_part: Tag) -> None:
    text = notebook_part.get_text()
    assert re.search(r"running_maximum:? 20 of 20", text)
    assert "<script>hurt()</script>" in text  # as text, for whoever grades the answer
    assert len(notebook_part.select(f'img[src="data:image/png;base64,{PICTURE}"]')) >= 2
    assert notebook_part.select("table td[style]")
    assert notebook_part.select("strong")
    assert notebook_part.select("h2")


def test_hidden_tests_and_their_inputs_are_not_shown(notebook_part: Tag) -> None:
    text = notebook_part.get_text()
    assert "SEEN" not in text
    assert "step_down raised ValueError" in text
    for secret in ("student.step_down", "@weight", "hidden_tests", "zygote", "autograder/"):
        assert secret not in text


def test_no_text_is_turned_or_hidden(notebook_part: Tag) -> None:
    assert not set(notebook_part.get_text()) & {"\x1b", "\x07", "\u202e"}
