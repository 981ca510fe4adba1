"""The interactive pictures: what they count, by hand and by keyboard, and in JupyterLab."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
from contents import ASSIGNMENTS, load_assignment
from jupyter_servers import jupyter_server, open_notebook, run_all
from limits import PATIENCE
from windows import LAYERS, POOLINGS, browser_page, page_of

from autograder.notebook.filled_in import answered
from solutions.connectivity import connectivity_matrix, distinct_parameters
from solutions.pooling import average_pool_backward, max_pool_backward

pytestmark = pytest.mark.browser
X = np.array([[1, 3, 2, 0], [4, 2, 1, 5], [0, 1, 8, 6], [2, 7, 3, 4.0]]).reshape(1, 4, 4, 1)
DOUT = np.array([[10, 20], [30, 40.0]]).reshape(1, 2, 2, 1)


def counted(sparse: bool, share: bool, stride: int) -> str:
    """Return what the window should say, counted with the functions of the notebook."""
    joined = connectivity_matrix(4, 4, 2, stride)
    joined = joined if sparse else np.ones_like(joined)
    across = (4 - 2) // stride + 1
    outputs, pixels = np.indices(joined.shape)
    down = pixels // 4 - stride * (outputs // across)
    right = pixels % 4 - stride * (outputs % across)
    names = (
        100 * (down + 10) + right + 10
        if share
        else np.arange(1, joined.size + 1).reshape(joined.shape)
    )
    return f"{joined.sum()} connections, {distinct_parameters(names * joined)} weights."


@pytest.mark.parametrize("stride", [1, 2])
def test_a_layer_is_counted_as_in_python(stride: int) -> None:
    with browser_page() as page:
        page.set_content(page_of("layer_window"))
        page.locator("[name=stride]").select_option(str(stride))
        said = []
        for switch in LAYERS:
            switch(page)
            said.append(page.locator("[role=status]").inner_text())
    forms = [(True, True), (True, False), (False, True), (False, False)]
    for words, form in zip(said, forms, strict=True):
        assert words.startswith(counted(*form, stride))
    if stride == 1:
        numbers = [words.split(" weights")[0] for words in said]
        assert numbers == [
            "36 connections, 4",
            "36 connections, 36",
            "144 connections, 36",
            "144 connections, 144",
        ]


def lit(page) -> list[tuple[int, int]]:
    """Return the rows and columns of the matrix whose weights are framed, solid or dashed."""
    found: list[list[int]] = page.evaluate(
        """() => [...document.querySelectorAll("table.matrix tbody tr")].flatMap((row, o) =>
            [...row.querySelectorAll("td")].map((cell, p) => [o, p, cell]))
            .filter(([o, p, cell]) => cell.textContent && cell.style.outlineStyle !== "none")
            .map(([o, p]) => [o, p])"""
    )
    return [(o, p) for o, p in found]


def test_the_slider_lights_an_output_by_keyboard() -> None:
    joined = connectivity_matrix(4, 4, 2)
    with browser_page() as page:
        page.set_content(page_of("layer_window"))
        slider = page.locator("[name=output]")
        assert lit(page) == [(0, p) for p in np.flatnonzero(joined[0])]
        page.keyboard.press("Tab")
        for output in range(1, 9):
            page.keyboard.press("ArrowRight")
            assert slider.get_attribute("aria-valuetext") == f"h{output // 3 + 1}{output % 3 + 1}"
            assert lit(page) == [(output, p) for p in np.flatnonzero(joined[output])]
        for _ in range(2):
            page.keyboard.press("Tab")
        page.keyboard.press("Space")  # the box "sparse"
        assert page.locator("[role=status]").inner_text().startswith("144 connections, 36 weights.")


def test_a_weight_lights_all_its_connections_by_mouse_and_by_keyboard() -> None:
    b = [(output, output // 3 * 4 + output % 3 + 1) for output in range(9)]
    with browser_page() as page:
        page.set_content(page_of("layer_window"))
        page.locator("table.matrix tbody tr").nth(4).locator("td").nth(6).hover()
        assert lit(page) == b
        assert page.locator(".said").inner_text().startswith("Weight b joins 9 pairs")
        page.locator("[name=share]").hover()
        assert len(lit(page)) == 4
        page.locator("[name=share]").focus()
        page.keyboard.press("Tab")  # into the matrix: one stop, then the arrow keys
        page.keyboard.press("ArrowRight")
        assert lit(page) == b
        named = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert named == "h11 and pixel 2: weight b, used 9 times"


def test_pooling_sends_back_what_python_does() -> None:
    with browser_page() as page:
        page.set_content(page_of("pooling_window"))
        for send, (size, stride), backward in zip(
            POOLINGS,
            [(2, 2), (2, 2), (3, 1), (3, 1)],
            [max_pool_backward, average_pool_backward] * 2,
            strict=True,
        ):
            send(page)
            dx = backward(DOUT, X, size, stride)
            shown = page.locator("table.dx td").all_inner_texts()
            assert np.allclose([float(number) for number in shown], dx.ravel(), atol=0.005)
            said = page.locator("[role=status]").inner_text()
            zeros = np.count_nonzero(dx == 0)
            assert said.endswith(f"In dx {zeros} of 16 numbers are zero; together they are 100.")


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Start JupyterLab, which brings Notebook 7 as well; give its address and its folder."""
    folder = tmp_path_factory.mktemp("jupyter")
    with jupyter_server(folder, tmp_path_factory.mktemp("own")) as address:
        yield address, folder


def laid_out(name: str, folder: Path, cells: tuple[str, ...]) -> None:
    """Put a notebook with its files there: its given cells up to these, and nothing else."""
    assignment = load_assignment(name)
    for file, content in assignment.given_files.items():
        (folder / file).write_bytes(content)
    notebook = answered(assignment, {})
    notebook.cells = [c for c in notebook.cells if c.id in ("given_show_picture", *cells)]
    nbformat.write(notebook, folder / f"{name}.ipynb")


@pytest.mark.parametrize("door", ["lab/tree", "notebooks"])
def test_the_window_moves_by_keyboard_in_jupyter(jupyter: tuple[str, Path], door: str) -> None:
    """In JupyterLab and in Notebook 7: the arrow keys are the window's, not the notebook's."""
    address, folder = jupyter
    laid_out("parameter_counting", folder, ("show_layer_window", "show_four_layers"))
    with browser_page(1300, 1000, strict=False) as page:
        page.set_default_timeout(1000 * PATIENCE)
        open_notebook(page, f"{address}/{door}/parameter_counting.ipynb")
        run_all(page)
        slider = page.locator("[name=output]")
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert slider.get_attribute("aria-valuetext") == "h13"
        page.locator("[name=share]").focus()
        page.keyboard.press("Space")
        assert page.locator("[role=status]").last.inner_text().startswith("36 connections, 36 ")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        named = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert named == "h12 and pixel 2: weight 5, used 1 time"
        picture = page.locator(".jp-OutputArea-output img").first
        picture.wait_for()
        assert picture.get_attribute("alt").startswith("Four grids of 6 outputs by 6 inputs")


def test_the_cheat_sheet_is_one_printed_page() -> None:
    with browser_page() as page:
        page.goto((ASSIGNMENTS.parent / "docs" / "cheat_sheet.html").as_uri())
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1
