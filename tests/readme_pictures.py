"""Make all pictures of the README anew: python tests/readme_pictures.py.

They show what is there: a demonstration is run and its pages are opened in Chromium, the solved
notebooks draw, and the still pictures in front of their interactive ones are renewed. Look at each
before you keep it.
"""

import base64
import contextlib
import io
import os
import sys
import tempfile
from html import escape
from pathlib import Path

from browser import without_mathjax
from commands import BIN, run_here
from contents import OWN, load_assignment
from jupyter_servers import jupyter_server
from PIL import Image
from rich.console import Console

from autograder.course.folder import Course
from autograder.course.gradebook import open_gradebook
from autograder.course.options import Limits
from autograder.demo.lifecycle import run_demo
from autograder.notebook.filled_in import answered
from autograder.running.execution import Execution
from autograder.sandbox.host import Sandbox

sys.path.append(str(Path(__file__).parent / "why_convolutions"))

import window_pictures
from windows import browser_page

IMAGES = OWN.root / "docs" / "images"
NAME, STUDENT = "pooling", "student-018"
SMALL, LARGE = 24, 120  # classes: the README's, and one in which some mistakes are frequent
WIDTH, COLUMNS = 1000, 118  # of a page, of the terminal
DRAWN = {  # by notebooks, in the cell "show_" and the picture's name
    "savings": "parameter_counting",
    "names": "connectivity",
    "sharing": "convolution",
    "routes": "pooling",
    "anywhere": "convnet",
}
PATIENCE = 600.0  # seconds: a network is trained


def main() -> None:
    """Make them, one after the other."""
    os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ["PATH"]])  # nbgrader calls alembic
    window_pictures.main()
    for name, notebook in DRAWN.items():
        (IMAGES / f"{name}.png").write_bytes(drawn(name, notebook))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        keep("demo", terminal(demonstration(Path("demo"), SMALL)))
        course = Path(folder) / "demo"
        keep("feedback", page(course / "feedback" / STUDENT / NAME / f"{NAME}.html", 760))
        keep("grading", manual_grading(course, Path(folder) / "own"))
        demonstration(Path("large"), LARGE)
        run_here("autograder", "report", NAME, cwd=Path(folder) / "large")
        keep("report", page(Path(folder) / "large" / "reports" / f"{NAME}.html", 734))


def keep(name: str, picture: bytes) -> None:
    """Keep a picture of a page, in as many colours as text in colours needs."""
    (IMAGES / f"{name}.png").write_bytes(window_pictures.with_few_colours(picture, 256))


def drawn(name: str, notebook: str) -> bytes:
    """Return what a cell of a solved notebook draws."""
    assignment = load_assignment(notebook)
    cells = [c for c in answered(assignment, {}).cells if c.cell_type == "code"]
    (place,) = (number for number, cell in enumerate(cells) if cell.id == f"show_{name}")
    texts = {number: cell.source for number, cell in enumerate(cells[: place + 1])}
    limits = Limits(cell_seconds=PATIENCE, submission_seconds=PATIENCE)
    with (
        Sandbox(course=OWN.root) as sandbox,
        Execution(sandbox, texts, limits, assignment.given_files) as execution,
    ):
        execution.run_cells()
    shown = (output.data.get("text/html", "") for output in execution.cells[place].outputs)
    picture = next(html for html in shown if "base64," in html)
    return base64.b64decode(picture.partition("base64,")[2].partition('"')[0])


def demonstration(folder: Path, students: int) -> str:
    """Run it; return what it prints, up to the end of its table."""
    console = Console(file=io.StringIO(), width=COLUMNS, record=True)
    assert run_demo(folder, NAME, students, None, console)
    said = console.export_text()
    return said[: said.rindex("┘") + 1]


def terminal(text: str) -> bytes:
    """Return a picture of a text as a terminal has it."""
    with browser_page(1200, 900) as shown:
        style = "font: 15px/1.18 'DejaVu Sans Mono', monospace; padding: 8px; width: fit-content"
        shown.set_content(f'<body style="margin: 0"><pre style="{style}">{escape(text)}</pre>')
        return shown.locator("pre").screenshot()


def page(path: Path, height: int) -> bytes:
    """Return a picture of the beginning of a page."""
    with browser_page(WIDTH, height) as shown:
        shown.goto(path.as_uri())
        return shown.screenshot()


def manual_grading(course: Path, own: Path) -> bytes:
    """Return what the formgrader shows of a submission: its result, and a question's cells."""
    opened = Course.open(course)
    with open_gradebook(opened.coursedir) as gradebook:
        submission = gradebook.find_submission_notebook(NAME, NAME, STUDENT).id
    with jupyter_server(course, own) as address, browser_page(WIDTH, 900) as shown:
        without_mathjax(shown.context)
        shown.goto(f"{address}/formgrader/submissions/{submission}/")
        result, model = shown.locator(".panel-info").all()
        answer = shown.locator(".nbgrader_cell", has=shown.locator("#explanation"))
        parts = [Image.open(io.BytesIO(one.screenshot())) for one in (result, model, answer)]
    return stacked(parts)


def stacked(parts: list[Image.Image]) -> bytes:
    """Return pictures as one, each below the one before."""
    gap = 12
    size = (max(p.width for p in parts), sum(p.height + gap for p in parts) - gap)
    whole = Image.new("RGB", size, "white")
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height + gap
    file = io.BytesIO()
    whole.save(file, "png")
    return file.getvalue()


if __name__ == "__main__":
    main()
