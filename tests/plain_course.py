"""An ordinary nbgrader assignment beside the small course's own: two notebooks, built here.

``squares`` has a test with a hidden part (2 points), one of partial credit (3), a written answer
(5) and a task (4); ``more`` has one test (1) that needs a module given with the assignment.
"""

from pathlib import Path

import nbformat
from commands import run_here
from courses import set_options
from limits import PATIENCE
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "squares"
NAMED = f"c.GradingOptions.plain_assignments = [{NAME!r}]"
ALLOWED = f"c.GradingOptions.per_assignment = {{{NAME!r}: {{'unsafe_no_sandbox': True}}}}"
WARNING = f"The code submitted for {NAME!r} is not locked in"
PATIENT = f"c.Execute.iopub_timeout = c.Execute.startup_timeout = {PATIENCE}"  # with its kernel

# What nbgrader alone needs to be told to have the same course.
STOCK = f"""
c = get_config()
c.CourseDirectory.course_id = "small-course"
c.CourseDirectory.source_directory = "assignments"
c.ClearSolutions.code_stub = {{"python": "# YOUR CODE HERE"}}
{PATIENT}
"""

RIGHT = "def square(x):\n    return x * x"
DOUBLES = "def square(x):\n    return 2 * x"  # right for 0 and 2 alone


def _cell(cell: NotebookNode, grade_id: str, points: float | None, kind: str) -> NotebookNode:
    flags = {
        "solution": (False, True, False, False),
        "test": (True, False, True, False),
        "written": (True, True, False, False),
        "task": (False, False, True, True),
    }
    grade, solution, locked, task = flags[kind]
    about = {"grade": grade, "solution": solution, "locked": locked, "task": task}
    cell.metadata.nbgrader = {"schema_version": 3, "grade_id": grade_id, **about}
    if points is not None:
        cell.metadata.nbgrader["points"] = points
    cell.id = grade_id.replace("_", "-")
    return cell


def _notebook(*cells: NotebookNode) -> NotebookNode:
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(cells=list(cells), metadata={"kernelspec": kernel})


def _sources() -> dict[str, NotebookNode]:
    solution = f"### BEGIN SOLUTION\n{RIGHT}\n### END SOLUTION"
    hidden = "### BEGIN HIDDEN TESTS\nassert square(3) == 9\n### END HIDDEN TESTS"
    partial = "float(sum(square(x) == x * x for x in (2, 3, 4)))"
    squares = _notebook(
        _cell(new_code_cell(solution), "square", None, "solution"),
        _cell(new_code_cell(f"assert square(2) == 4\n{hidden}"), "test_square", 2, "test"),
        _cell(new_code_cell(partial), "test_partly", 3, "test"),
        _cell(new_markdown_cell("Your answer here."), "why", 5, "written"),
        _cell(new_markdown_cell("Draw a square."), "draw", 4, "task"),
    )
    more = _notebook(
        new_code_cell("import given", id="import-given"),
        _cell(new_code_cell("assert given.NUMBER == 7"), "test_given", 1, "test"),
    )
    return {NAME: squares, "more": more}


def add_plain(course: Path, *config: str) -> Path:
    """Put the assignment into a course, with extra lines of configuration."""
    folder = course / "assignments" / NAME
    folder.mkdir(parents=True)
    for name, notebook in _sources().items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    (folder / "given.py").write_text("NUMBER = 7\n")
    set_options(course, PATIENT, *config)
    return course


def release(course: Path) -> None:
    """Release the assignment."""
    run_here("nbgrader", "generate_assignment", NAME, cwd=course)


def filled_in(course: Path, solution: str, why: str = "") -> str:
    """Return the released notebook with a solution and, if there is one, a written answer."""
    notebook = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", 4)
    notebook.cells[0].source = solution
    if why:
        notebook.cells[3].source = why
    return nbformat.writes(notebook)
