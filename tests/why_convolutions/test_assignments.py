"""What every assignment owes its students: in step, complete, without leaks, runnable alone."""

import ast
import re
import symtable
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from contents import ASSIGNMENTS, OWN, assignment_names, load_assignment
from courses import released_folder
from limits import PATIENCE
from nbclient import NotebookClient
from nbformat import NotebookNode
from notebooks import answered, released

from autograder.course.sync import read_solutions, synced
from autograder.notebook.assignment import Assignment, grade_id, is_demonstration
from autograder.running.hidden_tests import hidden_test_weights

LOOK = (
    "**The question.**",
    "**What you will be able to do**",
    "**Time:** about",
    "**You need:**",
    "| **total** | **100** |",
)
LONG = 30  # characters; shorter lines such as "return dx" are no secret


@pytest.fixture(scope="module", params=assignment_names())
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return load_assignment(request.param)


@pytest.fixture(scope="module")
def release(assignment: Assignment, own_course: Path) -> NotebookNode:
    """The notebook that nbgrader itself releases."""
    folder = released_folder(own_course, assignment.name)
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {assignment.file_name, *assignment.given_files}
    return nbformat.read(folder / assignment.file_name, as_version=4)


def test_every_assignment_has_its_rooms(assignment: Assignment) -> None:
    assert assignment.references.keys() == {exercise.name for exercise in assignment.exercises}
    assert assignment.part("misconceptions")
    assert assignment.part("styles")


def test_the_notebook_is_in_step_with_the_solutions(assignment: Assignment) -> None:
    after = synced(assignment.notebook, read_solutions(assignment.name, OWN.solutions))
    for before, cell in zip(assignment.notebook.cells, after.cells, strict=True):
        assert before.source == cell.source, f"{grade_id(cell)}: run `autograder sync`"
    for name, text in read_solutions(assignment.name, OWN.solutions).modules.items():
        assert assignment.given_files[name].decode() == text, f"{name}: run `autograder sync`"


def test_points(assignment: Assignment) -> None:
    assert sum(exercise.points for exercise in assignment.exercises) == 90
    assert [exercise.points for exercise in assignment.written] == [10]


def test_every_exercise_has_hidden_tests_and_the_other_way_round(assignment: Assignment) -> None:
    weights = hidden_test_weights(assignment)
    assert set(weights) == {exercise.name for exercise in assignment.exercises}


def test_the_source_is_valid_and_has_no_outputs(assignment: Assignment) -> None:
    nbformat.validate(assignment.notebook)
    for cell in assignment.notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    ids = [grade_id(cell) for cell in assignment.cells]
    assert len(ids) == len(set(ids))


def test_notebooks_look_alike(assignment: Assignment) -> None:
    """From title to closing: what it is about, what it takes, and what each part is worth."""
    cells = assignment.notebook.cells
    assert cells[0].source.startswith("# ")
    for part in LOOK:
        assert part in cells[0].source
    assert cells[1].source.startswith("## How this notebook works")
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


def test_every_code_cell_is_locked_or_a_solution(assignment: Assignment) -> None:
    for cell in assignment.notebook.cells:
        if cell.cell_type == "code":
            flags = cell.metadata.nbgrader
            assert flags.locked != (flags.solution and not flags.grade), cell.id


def solution_lines(assignment: Assignment) -> Iterator[str]:
    """Yield the lines that the release must not have, unless given code has them as well."""
    given = [cell.source for cell in assignment.cells if not cell.metadata.nbgrader.solution]
    inside = False
    for line in "\n".join(cell.source for cell in assignment.notebook.cells).splitlines():
        if "SOLUTION" in line:
            inside = "BEGIN" in line
        elif inside and len(line.strip()) >= LONG and not any(line.strip() in g for g in given):
            yield line.strip()


def test_a_release_tells_no_solution(assignment: Assignment, release: NotebookNode) -> None:
    text = "\n".join(cell.source for cell in release.cells)
    assert "SOLUTION" not in text
    assert not re.search(r'answer_\d = "\w"', text)
    lines = list(solution_lines(assignment))
    assert len(lines) > 10
    assert [line for line in lines if line in text] == []


def test_a_release_tells_no_hidden_test(assignment: Assignment, release: NotebookNode) -> None:
    text = "\n".join(cell.source for cell in release.cells)
    hidden = assignment.hidden_tests.read_text(encoding="utf-8")
    assert "HIDDEN" not in text
    for line in hidden.splitlines():
        if len(line.strip()) >= LONG:
            assert line.strip() not in text


def test_a_release_needs_nothing_of_ours(assignment: Assignment, release: NotebookNode) -> None:
    imported = set()
    for cell in release.cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    imported.add(str(node.module).split(".")[0])
    given = {name.removesuffix(".py") for name in assignment.given_files}
    assert imported <= {*sys.stdlib_module_names, "numpy", "matplotlib", *given}


def executed(notebook: NotebookNode, assignment: Assignment, folder: Path) -> NotebookNode:
    """Run every cell in a real kernel, beside the given files."""
    for name, content in assignment.given_files.items():
        (folder / name).write_bytes(content)
    client = NotebookClient(
        notebook, timeout=PATIENCE, allow_errors=True, resources={"metadata": {"path": str(folder)}}
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
            if "image/png" in output.get("data", {}):
                pictures += 1
                assert len(output.metadata["image/png"]["alt"]) >= 40, cell.id
                assert below.source.startswith("*Picture: "), below.id
    assert pictures >= 2


@pytest.mark.kernel
@KERNEL_WARNINGS
def test_without_answers_only_visible_tests_fail_and_say_what_is_missing(
    assignment: Assignment, tmp_path: Path
) -> None:
    notebook = executed(released(assignment), assignment, tmp_path)
    failed = {grade_id(cell): output for cell, output in errors(notebook)}
    assert set(failed) == {exercise.grade_id for exercise in assignment.exercises}
    for name, output in failed.items():
        assert output.ename == "AssertionError", name
        assert len(output.evalue) > 20, name


def defined(cell: NotebookNode) -> set[str]:
    """Return the names that a cell leaves in the notebook."""
    table = symtable.symtable(cell.source, cell.id, "exec")
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


def needed(cell: NotebookNode) -> set[str]:
    """Return the names that a cell takes from the notebook."""
    tables = [symtable.symtable(cell.source, cell.id, "exec")]
    found: set[str] = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return found - defined(cell)


def test_nothing_uses_a_name_that_a_demonstration_defines(assignment: Assignment) -> None:
    code = [cell for cell in assignment.notebook.cells if cell.cell_type == "code"]
    demonstrations = [cell for cell in code if is_demonstration(cell)]
    assert demonstrations
    for shown in demonstrations:
        for cell in code:
            assert cell is shown or not defined(shown) & needed(cell), (shown.id, cell.id)


def test_every_source_folder_is_an_assignment() -> None:
    folders = [path.name for path in ASSIGNMENTS.iterdir() if path.is_dir()]
    assert sorted(folders) == assignment_names()
