"""Debian's Chromium for tests, offline; skipped with the reason where it is not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from limits import PATIENCE
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
PHONE, DESK = (390, 844), (1280, 800)
_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

_MATHJAX = "window.MathJax = {Hub: {Config() {}, Startup: {signal: {Interest() {}}}}}"


def without_mathjax(context: BrowserContext) -> None:
    """Let the formgrader's pages ask no other machine for formulas: it may be out of reach."""
    context.route("**/mathjax/**", lambda route: route.fulfill(body=_MATHJAX))


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=[*_OPTIONS], timeout=1000 * PATIENCE
        )
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page, and what it said and asked for while it was open."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """Return what axe-core finds serious."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{v['id']}: {v['nodes'][0]['html']}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]

    def is_seen(self, selector: str) -> bool:
        """Say whether the whole of an element is seen without scrolling."""
        box, size = self.page.locator(selector).first.bounding_box(), self.page.viewport_size
        assert box is not None
        assert size is not None
        below, right = box["y"] + box["height"], box["x"] + box["width"]
        return box["y"] >= 0 and below <= size["height"] and right <= size["width"]


@contextmanager
def opened(
    browser: Browser, path: Path, size: tuple[int, int], scheme: str = "light", script: str = ""
) -> Iterator[Opened]:
    """Open a file in a window of a size, by somebody who likes it light or dark.

    A ``script`` runs before anything in the page does.
    """
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(1000 * PATIENCE)
    seen = Opened(context.new_page())
    seen.page.on("console", lambda message: seen.console.append(message.text))
    seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.add_init_script(script)
    seen.page.goto(path.as_uri())
    yield seen
    context.close()
