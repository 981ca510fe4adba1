"""The report in a real browser: nothing leaves the page, it sorts and filters, at every width."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from commands import run_here
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
NAME = "averages"
KINDS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not there"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def reports(original: Path) -> Path:
    """The folder with all pages."""
    for options in ((NAME,), (NAME, "--anonymous"), (NAME, "--similar"), ("--all",)):
        run_here("autograder", "report", *options, cwd=original)
    return original / "reports"


class Opened:
    """A page, and what it did that it must not do."""

    def __init__(self, browser: Browser, file: Path, width: int, scheme: Any) -> None:
        self.requests: list[str] = []
        self.errors: list[str] = []
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page: Page = context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.url = file.as_uri()
        self.page.goto(self.url)

    def shown(self) -> list[str]:
        """Return the students of the table that can be seen, from top to bottom."""
        rows = self.page.locator("#of-students tbody tr:visible th")
        return rows.all_inner_texts()


@pytest.mark.parametrize(("width", "scheme"), KINDS)
@pytest.mark.parametrize("name", [NAME, f"{NAME}-anonymous", f"{NAME}-similar", "all-assignments"])
def test_a_page_is_whole_quiet_and_accessible(
    browser: Browser, reports: Path, name: str, width: int, scheme: str
) -> None:
    opened = Opened(browser, reports / f"{name}.html", width, scheme)
    page = opened.page
    assert opened.requests == [opened.url]
    assert opened.errors == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_first_sentence_is_seen_without_scrolling(
    browser: Browser, reports: Path, width: int
) -> None:
    opened = Opened(browser, reports / f"{NAME}.html", width, "light")
    box = opened.page.locator(".lead p").first.bounding_box()
    assert box
    assert box["y"] + box["height"] < 900
    opened.page.context.close()


def test_the_table_sorts_and_filters_by_keyboard(browser: Browser, reports: Path) -> None:
    opened = Opened(browser, reports / f"{NAME}.html", 1280, "light")
    page = opened.page
    everybody = opened.shown()
    assert len(everybody) == 11
    button = page.locator("#of-students thead button", has_text="points")
    button.focus()
    page.keyboard.press("Enter")
    rising = opened.shown()
    assert rising[0] == "student-011"
    page.keyboard.press("Enter")
    assert opened.shown()[-1] == "student-011"
    page.locator("#words").fill("starts zero")
    assert sorted(opened.shown()) == ["student-003", "student-004", "student-008"]
    assert page.locator("#shown").inner_text() == "3 of 11 students"
    page.locator("#words").fill("")
    assert page.locator("#kind optgroup").count() == 3
    page.locator("#kind").select_option("late")
    assert opened.shown() == ["student-009"]
    page.locator("#kind").select_option("without a name")
    assert sorted(opened.shown()) == ["student-005", "student-006", "student-007"]
    page.context.close()


def test_what_students_wrote_is_shown_and_never_run(browser: Browser, reports: Path) -> None:
    opened = Opened(browser, reports / f"{NAME}.html", 1280, "light")
    shown = opened.page.locator("#unnamed").inner_text()
    assert "active = '…'" in shown
    assert "before > number" in shown
    assert opened.page.locator("img").count() == 0
    assert opened.page.title() == f"{NAME}: what the class did not understand"
    opened.page.context.close()
