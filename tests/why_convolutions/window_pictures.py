"""Draw the interactive pictures: python tests/why_convolutions/window_pictures.py.

A notebook that has not been run, a page of GitHub and feedback show these still ones in
their place. They are what Chromium draws.
"""

import base64
import io
import sys
from pathlib import Path

import nbformat
from PIL import Image
from windows import LAYERS, POOLINGS, browser_page, page_of

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = ROOT / "assignments"
sys.path.append(str(ROOT / "solutions" / "_given"))  # as students have it beside a notebook
ALTERNATIVES = {
    "layer_window": "One layer from 4 × 4 pixels to 3 × 3 outputs in four forms, each with image, "
    "outputs and matrix. Convolution: 36 connections, 4 weights, a to d again in every row. "
    "Share off, the locally connected layer: the same 36 connections, 36 weights. Share alone: "
    "144 connections, 36 weights. Both off, the dense layer: 144 connections, 144 weights.",
    "pooling_window": "The gradient 10, 20, 30, 40 sent back through four windows. Side by side "
    "and by maximum, 12 of 16 numbers of dx are zero; overlapping, 15, and the 8, which wins in "
    "all four windows, receives 100. By average none is zero. Together they are 100 each time.",
}


def pictures() -> dict[str, bytes]:
    """Return each interactive picture in all its forms, as PNG."""
    found = {}
    for name, forms in (("layer_window", LAYERS), ("pooling_window", POOLINGS)):
        with browser_page(1500, 700) as page:
            page.set_content(page_of(name, len(forms)))
            for number, form in enumerate(forms):
                form(page.locator("section.window").nth(number))
            found[name] = with_few_colours(page.locator("#all").screenshot())
    return found


def with_few_colours(picture: bytes, colours: int = 48) -> bytes:
    """Return the same picture in a third of the bytes."""
    file = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(colours).save(
        file, "png", optimize=True
    )
    return file.getvalue()


def main() -> None:
    """Replace attachments and alternative texts in all notebooks, and the README's picture."""
    drawn = pictures()
    for path in ASSIGNMENTS.glob("*/*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            for name, picture in drawn.items():
                if f"(attachment:{name}.png)" in cell.source:
                    before, _, after = cell.source.partition("![")
                    after = after.partition("](")[2]
                    cell.source = f"{before}![{ALTERNATIVES[name]}]({after}"
                    encoded = base64.b64encode(picture).decode()
                    cell.attachments = {f"{name}.png": {"image/png": encoded}}
        nbformat.write(notebook, path)
    (ROOT / "docs" / "images" / "window.png").write_bytes(drawn["layer_window"])


if __name__ == "__main__":
    main()
