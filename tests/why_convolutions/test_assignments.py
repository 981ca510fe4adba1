"""What every assignment owes its students: in step, complete, without leaks, runnable alone."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from contents import assignment_names, load_assignment
from courses import released_folder
from limits import PATIENCE
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.errors import NoKnownCells
from autograder.notebook.assignment import Assignment, grade_id, is_demonstration
from autograder.notebook.filled_in import answered, released
from autograder.notebook.submission import restore
from autograder.notebook.versions import COMPARING_CELL, REQUIREMENTS

LOOK = (
    "**What you will be able to do**",
    "**Time:** about",
    "**You need:**",
    "| **total** | **100** |",
)
PICTURE = re.compile(r'<img src="data:image/png;base64,[^"]+" alt="([^"]+)">')
SCENERY = ("drawing.py", "later_pictures.py", "pictures.py", "window.py")


@pytest.fixture(scope="module", params=assignment_names())
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return load_assignment(request.param)


@pytest.fixture(scope="module")
def release(assignment: Assignment, own_course: Path) -> NotebookNode:
    """The notebook that nbgrader itself releases."""
    folder = released_folder(own_course, assignment.name)
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {assignment.file_name, REQUIREMENTS, *assignment.given_files}
    return nbformat.read(folder / assignment.file_name, as_version=4)


def test_every_assignment_has_its_rooms(assignment: Assignment) -> None:
    assert assignment.references.keys() == {exercise.name for exercise in assignment.exercises}
    assert assignment.part("misconceptions")
    assert assignment.part("styles")
    assert any(map(is_demonstration, assignment.notebook.cells))


def test_points(assignment: Assignment) -> None:
    assert sum(exercise.points for exercise in assignment.exercises) == 90
    assert [exercise.points for exercise in assignment.written] == [10]


def test_notebooks_look_alike(assignment: Assignment) -> None:
    """From title to closing: what it is about, what it takes, and what each part is worth."""
    cells = assignment.notebook.cells
    assert cells[0].source.startswith("# ")
    assert "**The question.**" in cells[0].source
    assert "**Guess first.**" in cells[0].source
    assert grade_id(cells[1]) == "guess"
    assert cells[2].source.startswith("## How this notebook works")
    for part in LOOK:
        assert part in cells[2].source
    assert cells[-1].source.startswith("## What you now know")
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    functions = [e for e in assignment.exercises if e.name in assignment.signatures()]
    questions = [e for e in assignment.exercises if e not in functions]
    for number, e in enumerate(functions, start=1):
        assert f"### Exercise {number}: `{e.name}` ({e.points:g} points)\n" in text
    for number, e in enumerate(questions, start=1):
        assert f"### Question {number} ({e.points:g} points)\n" in text
    sections = re.findall(r"^## (\d+) ", text, re.MULTILINE)
    assert sections == [str(number) for number in range(1, len(sections) + 1)]
    assert re.search(r"^## \d+ In your own words \(10 points\)$", text, re.MULTILINE)


def test_little_is_read_before_something_is_written(assignment: Assignment) -> None:
    """The first exercise begins after at most 300 words."""
    text = "\n".join(c.source for c in assignment.notebook.cells if c.cell_type == "markdown")
    words = text.partition("### Exercise 1")[0].replace("|", " ").split()
    assert len(words) <= 300


def test_every_section_says_how_long_it_takes(assignment: Assignment) -> None:
    """All of them together take about as long as the notebook says."""
    text = "\n".join(c.source for c in assignment.notebook.cells if c.cell_type == "markdown")
    sections = re.split(r"^## \d+ .*\n", text, flags=re.MULTILINE)[1:]
    minutes = [int(re.match(r"\s*\*About (\d+) minutes\.\*", section)[1]) for section in sections]
    (hours,) = re.findall(r"\*\*Time:\*\* about ([\d.]+) hours", text)
    assert abs(sum(minutes) - 60 * float(hours)) <= 10


def test_nbgrader_releases_what_check_reads(assignment: Assignment, release: NotebookNode) -> None:
    expected = [cell.source for cell in released(assignment).cells]
    assert [c.source for c in release.cells if c.source != COMPARING_CELL] == expected


def executed(notebook: NotebookNode, assignment: Assignment, folder: Path) -> NotebookNode:
    """Run every cell in a real kernel, beside the given files."""
    for name, content in assignment.given_files.items():
        (folder / name).write_bytes(content)
    client = NotebookClient(
        notebook,
        **dict.fromkeys(("timeout", "startup_timeout", "iopub_timeout"), PATIENCE),
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute()


def errors(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield cell, output


# ipykernel's own start-up says so where it talks over TCP.
KERNEL_WARNINGS = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")


@pytest.mark.kernel
@KERNEL_WARNINGS
def test_the_solved_notebook_runs_from_top_to_bottom(
    assignment: Assignment, tmp_path: Path
) -> None:
    notebook = executed(answered(assignment, {}), assignment, tmp_path)
    assert [(cell.id, output.evalue) for cell, output in errors(notebook)] == []
    pictures = 0
    for cell, below in pairwise(notebook.cells):
        for output in cell.get("outputs", []):
            assert "run the cells above first" not in output.get("text", ""), cell.id
            found = PICTURE.findall(output.get("data", {}).get("text/html", ""))
            pictures += len(found)
            assert all(len(words) >= 40 for words in found), cell.id
            assert not found or below.source.startswith("*Picture: "), below.id
    assert pictures >= 2


@pytest.mark.kernel
@KERNEL_WARNINGS
def test_without_the_files_for_pictures_only_pictures_are_missing(
    assignment: Assignment, tmp_path: Path
) -> None:
    """Each of their cells says in one line what it needs and where that comes from."""
    given = {n: c for n, c in assignment.given_files.items() if n not in SCENERY}
    alone = replace(assignment, given_files=given)
    notebook = executed(answered(assignment, {}), alone, tmp_path)
    assert [(cell.id, output.evalue) for cell, output in errors(notebook)] == []
    for cell in filter(is_demonstration, notebook.cells):
        said = "".join(output.get("text", "") for output in cell.outputs)
        assert said.startswith("This picture needs drawing.py: it comes with this notebook")
        assert said.count("\n") == 1, cell.id


@pytest.mark.parametrize("name", [SCENERY[0], SCENERY[-1]])
def test_what_all_pictures_need_is_the_same_everywhere(name: str) -> None:
    assert len({load_assignment(a).given_files[name] for a in assignment_names()}) == 1


def test_everything_that_students_get_runs_on_python_3_9(assignment: Assignment) -> None:
    """The oldest Python with a NumPy 2. That the code runs there, a person has to try."""
    texts = [c.source for c in answered(assignment, {}).cells if c.cell_type == "code"]
    texts += [content.decode() for n, content in assignment.given_files.items() if n[-3:] == ".py"]
    for text in texts:
        ast.parse(text, feature_version=(3, 9))


@pytest.mark.parametrize("name", assignment_names())
def test_the_notebook_of_another_assignment_is_none_of_this_one(name: str) -> None:
    for other in {*assignment_names()} - {name}:
        about = load_assignment(other)
        for handed_in in (released(about), answered(about, {})):
            with pytest.raises(NoKnownCells):
                restore(handed_in, load_assignment(name))
