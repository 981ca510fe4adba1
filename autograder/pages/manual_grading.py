"""What the formgrader shows with a submission: what was found, and the model answers.

They are put in each time the page is opened, from the kept result and the source notebook. So
neither lies in a graded notebook, and no page of feedback can have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.coursedir import CourseDirectory

from ..course.contents import is_course
from ..course.folder import Course
from ..course.named_groups import named_groups, with_named_groups
from ..errors import AutograderError
from ..feedback import markup
from ..notebook.assignment import grade_id, read_source
from ..notebook.filled_in import model_answers
from ..results import Grading, in_words, incomplete, points
from ..running.cell_outputs import sentence_html
from ..running.time_left import TimeLeft

_SECONDS = 10.0  # for an instructor's own text: no limit that it meets


class ManualGrading(Preprocessor):
    """Adds cells to a graded notebook while nbgrader's formgrader shows it."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Add them to what the formgrader asks for, where the assignment has hidden tests."""
        if "submission_id" not in resources:  # another page, which a student may get
            return nb, resources
        name, student = resources["assignment_id"], resources["student"]
        course = self._course(Path(resources["metadata"]["path"]))
        if course and course.contents.has_hidden_tests(name):
            try:
                nb.cells = [*_cells(nb.cells, course, name, student)]
            except AutograderError as error:  # grading by hand goes on without
                nb.cells.insert(0, _cell(_parts().failed(str(error))))
        return nb, resources

    def _course(self, submission: Path) -> Course | None:
        """Return the course of a graded submission: one server may show several."""
        root = next(filter(is_course, submission.parents), None)
        if root is None:
            return None
        coursedir = CourseDirectory(config=self.config, root=str(root))
        return Course(coursedir, self.config)


def _cells(
    cells: list[NotebookNode], course: Course, name: str, student: str
) -> Iterator[NotebookNode]:
    models = model_answers(read_source(name, course.contents.notebook(name)))
    known = named_groups(course.contents, name)
    stored = course.grading(name, student)
    if stored:
        yield _cell(_result(with_named_groups(stored.grading, known)))
    else:
        yield _cell(_parts().no_result(name))
    for cell in cells:
        if model := models.get(grade_id(cell)):
            yield _cell(_model_answer(model))
        yield cell


def _result(grading: Grading) -> Markup:
    below = incomplete(grading)
    full = [exercise for exercise in grading.exercises if exercise not in below]
    return cast(Markup, _parts().result(grading, points(grading), below, full))


def _model_answer(model: NotebookNode) -> Markup:
    is_code = model.cell_type == "code"
    text = model.source if is_code else Markup(markup.markdown(model, TimeLeft(_SECONDS)))
    return cast(Markup, _parts().model_answer(model.metadata.nbgrader.points, text, is_code))


def _cell(html: Markup) -> NotebookNode:
    """Return a cell that is shown as it is, see ``clean_markdown``: no file can hold one."""
    cell: NotebookNode = new_markdown_cell(html)
    return cell


@cache
def _parts() -> Any:
    """Return the template's macros: the parts that may be added."""
    environment = Environment(
        loader=PackageLoader("autograder.pages", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["sentence"] = lambda text: Markup(sentence_html(text))
    environment.filters["in_words"] = in_words
    return environment.get_template("manual_grading.html.j2").module
