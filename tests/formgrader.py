"""A submission as nbgrader's formgrader shows it, without its server."""

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader.handlers import template_path

from autograder.course.folder import Course

HANDLER: dict[str, object] = {
    "submission_id": "1",
    "index": 0,
    "total": 1,
    "base_url": "",
}


def shown_page(course: Path, student: str, name: str, about: dict[str, object] = HANDLER) -> str:
    """Return the page; ``about`` is what else the formgrader's handler says of it."""
    config = Course.open(course).config
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [template_path]
    named = {"assignment_id": name, "notebook_id": name, "student": student}
    resources = {**named, **about, "inlining": {"css": []}}
    graded = course / "autograded" / student / name / f"{name}.ipynb"
    page, _ = HTMLExporter(config=config).from_filename(str(graded), resources=resources)
    return str(page)
