"""A student's page as a browser shows it, on a phone and at a desk, light and dark, and printed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import DESK, PHONE, chromium, opened
from courses import MakeCourse, hand_in
from damaged.test_feedback_pages import ACTIVE, SHOWS
from feedback.feedback_course import (
    EXERCISE,
    FROM_ZERO,
    LATE,
    QUESTION,
    RIGHT,
    WRONG,
    handed_in,
    notebook,
)
from nbformat import v4
from playwright.sync_api import Browser

from autograder.batch.class_grading import grade_class
from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment

pytestmark = pytest.mark.browser
NAME = "averages"
HOSTILE = "student-004"
BOTH_SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
BOTH_SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> dict[str, Path]:
    """The pages of a class, one of whose students hands in all the active markup we know."""
    course = handed_in(tmp_path_factory.mktemp("browser"), released_course, averages)
    hostile = v4.reads(notebook(averages, explanation=ACTIVE, running_maximum=FROM_ZERO))
    wide = " + ".join(f"x_{{{number}}}" for number in range(60))
    hostile.cells.append(v4.new_markdown_cell(f"$${wide}$$\n\n|{'a|' * 60}\n|{'--|' * 60}"))
    hostile.cells[3:3] = [v4.new_markdown_cell(ACTIVE), v4.new_code_cell(SHOWS)]
    hand_in(course, HOSTILE, NAME, v4.writes(hostile))
    for entry in grade_class(Course.open(course), NAME, jobs=1):
        assert not entry.failed
    everybody = (RIGHT, WRONG, LATE, HOSTILE)
    return {who: course / "feedback" / who / NAME / f"{NAME}.html" for who in everybody}


@BOTH_SIZES
@BOTH_SCHEMES
@pytest.mark.parametrize("student", [RIGHT, WRONG, LATE])
def test_what_counts_is_seen_without_scrolling(
    browser: Browser, pages: dict[str, Path], student: str, size: tuple[int, int], scheme: str
) -> None:
    with opened(browser, pages[student], size, scheme) as seen:
        for part in ("h1", ".points", ".summary .waits"):
            assert seen.is_seen(part), part
        if student == WRONG:
            assert seen.is_seen(".first .hint")
        if student == LATE:
            assert seen.is_seen(".late")
        width = seen.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size[0]


@BOTH_SIZES
@BOTH_SCHEMES
@pytest.mark.parametrize("student", [RIGHT, WRONG, HOSTILE])
def test_nothing_is_asked_for_and_nothing_goes_wrong(
    browser: Browser, pages: dict[str, Path], student: str, size: tuple[int, int], scheme: str
) -> None:
    with opened(browser, pages[student], size, scheme) as seen:
        seen.page.evaluate(OPEN_ALL)
        assert seen.violations() == []
        own = [request for request in seen.requests if not request.startswith("data:")]
        assert own == [pages[student].as_uri()]
        assert seen.console == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_active_markup_executes_nothing(
    browser: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    script = "window.hurt = () => console.log('hurt')"
    with opened(browser, pages[HOSTILE], DESK, script=script) as seen:
        seen.page.evaluate(OPEN_ALL)
        for link in seen.page.locator("main a[href]").all():
            assert str(link.get_attribute("href")).startswith(("#", "https://")), link
        assert seen.page.locator("script, iframe, form, svg, object, embed").count() == 0
        assert "hurt" not in seen.console
    bare = tmp_path / "bare.html"
    bare.write_text(ACTIVE)
    with opened(browser, bare, DESK, script=script) as seen:  # which does act by itself
        assert "hurt" in seen.console


def test_the_card_of_what_failed_opens_by_keyboard(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with opened(browser, pages[WRONG], PHONE) as seen:
        assert seen.page.locator(f"#{EXERCISE} .failures").is_visible()
        assert not seen.page.locator("#test_step_down .own").is_visible()
        seen.page.locator("#test_step_down > summary").focus()
        seen.page.keyboard.press("Enter")
        assert seen.page.locator("#test_step_down .own").is_visible()
        names = seen.page.locator("main, header").count()
        assert names == 2


@BOTH_SIZES
def test_what_was_found_is_read_before_the_code(
    browser: Browser, pages: dict[str, Path], size: tuple[int, int]
) -> None:
    with opened(browser, pages[WRONG], size) as seen:
        card = seen.page.locator(f"#{EXERCISE}")
        found, own = (card.locator(part).bounding_box() for part in (".found", ".own"))
        assert found is not None
        assert own is not None
        is_beside = found["x"] + found["width"] <= own["x"]
        is_above = found["y"] + found["height"] <= own["y"]
        assert (is_above, is_beside) == ((True, False) if size == PHONE else (False, True))


def test_lines_of_code_are_numbered_and_copied_without_numbers(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with opened(browser, pages[WRONG], PHONE) as seen:
        code = f"#{EXERCISE} pre.code"
        content = f"getComputedStyle(document.querySelector('{code} > .line'), '::before').content"
        assert seen.page.evaluate(content) == 'counter(line) / ""'
        lines = [
            line.removesuffix("\n")
            for line in seen.page.locator(f"{code} > .line").all_text_contents()
        ]
        assert lines == FROM_ZERO.splitlines()
        copied = seen.page.evaluate(
            f"getSelection().selectAllChildren(document.querySelector('{code}')),"
            "getSelection().toString()"
        )
        assert copied.strip("\n") == FROM_ZERO.strip("\n")


def test_what_waits_has_one_colour(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages[WRONG], DESK) as seen:
        colours = [
            seen.page.evaluate(f"getComputedStyle(document.querySelector('{part}')).color")
            for part in (
                ".summary .waits",
                f"#{QUESTION} > summary .waits",
                f"#{EXERCISE} > summary span",
            )
        ]
        assert colours[0] == colours[1] != colours[2]


def test_formulas_are_set_without_a_network(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages[RIGHT], DESK) as seen:
        above, below = (
            seen.page.locator(f"#{QUESTION} mfrac > *").nth(place).bounding_box()
            for place in range(2)
        )
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] <= below["y"] + 2
        assert "$" not in seen.page.locator(f"#{QUESTION} .own").inner_text()


def test_print_opens_what_is_folded(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages[RIGHT], DESK) as seen:
        folded = seen.page.locator("#test_step_down .own")
        assert folded.bounding_box() is None or not folded.is_visible()
        seen.page.emulate_media(media="print")
        box = folded.bounding_box()
        assert box is not None
        assert box["height"] > 20


def test_dark_is_dark(browser: Browser, pages: dict[str, Path]) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    found = []
    for scheme in ("light", "dark"):
        with opened(browser, pages[RIGHT], DESK, scheme) as seen:
            numbers = seen.page.evaluate(paper).removeprefix("rgb(").removesuffix(")").split(",")
            found.append(sum(map(int, numbers)) / 3)
    assert found[0] > 240
    assert found[1] < 40
