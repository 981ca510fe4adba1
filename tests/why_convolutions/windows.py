"""The interactive pictures of the notebooks in a browser, for tests and for still pictures."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@contextmanager
def browser_page(width=1100, height=900, strict=True) -> Iterator:
    """Open a page in Chromium; if strict, an error of a script on it fails."""
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no {CHROMIUM}: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": height})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        browser.close()
        assert not strict or errors == []


def output_of(name: str) -> dict[str, str]:
    """Return what an interactive picture's cell puts out."""
    import window

    shown = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "display", lambda data, raw: shown.append(data))
        getattr(window, name)()
    return shown[0]


def page_of(name: str, number: int = 1) -> str:
    """Return a page with that output, as often as it is wanted."""
    script = output_of(name)["application/javascript"].replace("</", "<\\/")
    run = f"new Function('element', {json.dumps(script)})"
    return f"""<!doctype html><meta charset="utf-8"><body>
    <div id="all" style="display: grid; grid-template-columns: auto auto; gap: 16px 40px;
      width: fit-content; padding: 8px; background: white"></div>
    <script>for (let i = 0; i < {number}; i++) {{
      const one = document.getElementById("all").appendChild(document.createElement("div"));
      one.style.maxWidth = "700px";
      {run}(one);
    }}</script>"""


def switched(sparse: bool, share: bool):
    """Return what sets the two boxes of a layer's window."""

    def switch(window) -> None:
        window.locator("[name=sparse]").set_checked(sparse)
        window.locator("[name=share]").set_checked(share)

    return switch


def sent_back(way: str, windows: str):
    """Return what lets all windows of a pooling send their gradient back."""

    def send(window) -> None:
        window.locator("[name=pooling]").select_option(way)
        window.locator("[name=windows]").select_option(windows)
        window.locator("[name=sent]").fill("4")

    return send


LAYERS = [
    switched(True, True),
    switched(True, False),
    switched(False, True),
    switched(False, False),
]
POOLINGS = [sent_back(way, size) for size in ("2,2", "3,1") for way in ("max", "average")]
