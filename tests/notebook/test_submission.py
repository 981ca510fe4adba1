"""Restoring: the instructor's cells come back, the student's answers stay."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from machines import memory_used_up
from nbformat import NotebookNode

from autograder.course.options import Limits
from autograder.errors import MissingNotebook, NoKnownCells, UnreadableNotebook
from autograder.grading import grade
from autograder.notebook.assignment import Assignment, grade_id
from autograder.notebook.filled_in import answered
from autograder.notebook.identification import is_untouched
from autograder.notebook.submission import parse_notebook, read_notebook, restore
from autograder.sandbox.host import Sandbox
from autograder.surroundings import ENOUGH_MEMORY


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    (cell,) = [cell for cell in notebook.cells if grade_id(cell) == name]
    return cell


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


def edit_test(notebook: NotebookNode) -> None:
    cell_of(notebook, "test_step_down").source = "pass"


def change_points(notebook: NotebookNode) -> None:
    cell_of(notebook, "test_step_down").metadata.nbgrader.points = 1000


def unlock(notebook: NotebookNode) -> None:
    cell_of(notebook, "imports").metadata.nbgrader.locked = False
    cell_of(notebook, "imports").source = "np = None"


def make_markdown(notebook: NotebookNode) -> None:
    position = notebook.cells.index(cell_of(notebook, "test_step_down"))
    metadata = notebook.cells[position].metadata
    notebook.cells[position] = nbformat.v4.new_markdown_cell("no test", metadata=metadata)


def delete_test(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook, "test_step_down"))


def delete_first(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook, "imports"))


def tag(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata.tags = ["skip-execution"]


def old_schema(notebook: NotebookNode) -> None:
    cell_of(notebook, "test_step_down").metadata.nbgrader.schema_version = 0


def other_kernel(notebook: NotebookNode) -> None:
    notebook.metadata.kernelspec = {"name": "evil", "display_name": "evil", "language": "R"}


@pytest.mark.parametrize(
    "tamper",
    [
        edit_test,
        change_points,
        unlock,
        make_markdown,
        delete_test,
        delete_first,
        tag,
        old_schema,
        other_kernel,
    ],
    ids=lambda function: function.__name__,
)
def test_tampering_is_undone(averages: Assignment, tamper: Callable[[NotebookNode], None]) -> None:
    honest, tampered = answered(averages, {}), answered(averages, {})
    tamper(tampered)
    expected, got = restore(honest, averages), restore(tampered, averages)
    kept = [
        (cell.cell_type, cell.source, cell.metadata)
        for cell in got.cells
        if "nbgrader" in cell.metadata
    ]
    assert kept == [
        (cell.cell_type, cell.source, cell.metadata)
        for cell in expected.cells
        if "nbgrader" in cell.metadata
    ]
    assert got.metadata == expected.metadata


def test_answers_and_own_cells_stay_where_they_are(averages: Assignment) -> None:
    notebook = answered(averages, {"step_down": "my answer"})
    notebook.cells.insert(7, nbformat.v4.new_code_cell("my_own = 1"))
    restored = restore(notebook, averages)
    assert cell_of(restored, "step_down").source == "my answer"
    assert restored.cells[7].source == "my_own = 1"
    assert sources(restored) == sources(notebook)


def test_a_missing_answer_comes_back_as_released_not_as_solved(averages: Assignment) -> None:
    notebook = answered(averages, {})
    notebook.cells.remove(cell_of(notebook, "step_down"))
    cell = cell_of(restore(notebook, averages), "step_down")
    assert "# YOUR CODE HERE" in cell.source
    assert is_untouched(cell, averages)


def test_the_last_copy_of_a_cell_counts(averages: Assignment) -> None:
    notebook = answered(averages, {"step_down": "first"})
    copy = nbformat.from_dict(cell_of(notebook, "step_down"))
    copy.update(source="second", id="copy")
    notebook.cells.append(copy)
    restored = restore(notebook, averages)
    assert cell_of(restored, "step_down").source == "second"
    assert "first" in sources(restored)


def test_restoring_twice_changes_nothing(averages: Assignment) -> None:
    notebook = answered(averages, {})
    tag(notebook)
    delete_test(notebook)
    once = restore(notebook, averages)
    assert restore(once, averages) == once


def test_the_submitted_notebook_is_left_alone(averages: Assignment) -> None:
    notebook = answered(averages, {})
    tag(notebook)
    before = nbformat.from_dict(notebook)
    restore(notebook, averages)
    assert notebook == before


def of_other_exercises(notebook: NotebookNode, assignment: Assignment) -> NotebookNode:
    """Return it with other functions; the cells around them are in any assignment."""
    text = nbformat.writes(notebook)
    for name in assignment.signatures():
        text = text.replace(name, f"other_{name}")
    return nbformat.reads(text, as_version=4)


def test_another_notebook_has_no_known_cells(averages: Assignment) -> None:
    with pytest.raises(NoKnownCells):
        restore(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("hi")]), averages)
    with pytest.raises(NoKnownCells):
        restore(of_other_exercises(answered(averages, {}), averages), averages)


@pytest.mark.parametrize("claims", [True, False])
def test_a_notebook_with_the_cells_of_another_one_below_is_still_its_own(
    averages: Assignment, claims: bool
) -> None:
    notebook = answered(averages, {})
    for cell in notebook.cells:
        cell.metadata = cell.metadata if claims else {}
    others = of_other_exercises(answered(averages, {}), averages).cells
    for number, cell in enumerate(c for c in others * 3 if grade_id(c)):
        below = nbformat.from_dict(cell)
        below.metadata.nbgrader.grade_id = f"other-{number}"
        notebook.cells.append(below)
    written = {grade_id(c): c.source for c in restore(notebook, averages).cells if grade_id(c)}
    assert written == {grade_id(c): c.source for c in answered(averages, {}).cells if grade_id(c)}


def test_a_function_kept_elsewhere_is_not_hidden_by_the_stub(
    averages: Assignment, sandbox: Sandbox
) -> None:
    notebook = answered(averages, {})
    names = [*averages.signatures()]
    sources = [cell_of(notebook, name).source for name in names]
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in names]
    after_imports = notebook.cells.index(cell_of(notebook, "imports")) + 1
    notebook.cells.insert(after_imports, nbformat.v4.new_code_cell("\n\n".join(sources)))
    once = restore(notebook, averages)
    for restored in (notebook, once):  # as the two phases of nbgrader do
        graded = grade(restored, averages, sandbox, notebook="n", limits=Limits())
        assert graded.grading.score == 60
        assert not set(names) & set(graded.grading.untouched)


def test_lone_surrogates_do_not_cost_a_submission(averages: Assignment, sandbox: Sandbox) -> None:
    notebook = answered(averages, {})
    notebook.cells[0].source += " \ud83d"
    notebook.cells.append(nbformat.v4.new_code_cell("print('\\ud83d'); s = '\ud83d'; 1/0 # \udc00"))
    notebook.cells.append(nbformat.v4.new_code_cell("raise ValueError('\\ud83d')"))
    graded = grade(notebook, averages, sandbox, notebook="n", limits=Limits())
    assert graded.grading.score == 60
    nbformat.writes(graded.notebook).encode("utf-8")


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [fifo, link, folder])
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "n.ipynb")
    with pytest.raises(UnreadableNotebook, match="not a file"):
        read_notebook(tmp_path / "n.ipynb")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"{", "its JSON is damaged"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"PK\x03\x04\xff", "it is an archive"),
        (b"\x1f\x8b\x08", "it is an archive"),
        (b"<!DOCTYPE html>\n<HTML>", "it is a page of HTML"),
        (b"[1, 2]", "not that of a notebook"),
        (b"{}", "its JSON"),
        (b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "its JSON"),
        (b"[" * 100_000, "nested too deeply"),
    ],
    ids=["empty", "half", "binary", "zip", "gzip", "page", "list", "object", "no cells", "deep"],
)
def test_what_is_no_notebook_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(content)
    with pytest.raises(UnreadableNotebook, match=reason):
        read_notebook(path)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([nbformat.v4.new_code_cell("def f(): pass")] * 2001, "more than 2000 cells"),
        ([nbformat.v4.new_code_cell("a = 1\n" * 200_000)], "more than 1048576 characters"),
    ],
    ids=["cells", "text"],
)
def test_more_than_anybody_writes_is_refused(
    averages: Assignment, cells: list[NotebookNode], reason: str
) -> None:
    notebook = answered(averages, {})
    notebook.cells += cells
    with pytest.raises(UnreadableNotebook, match=reason):
        restore(notebook, averages)


def test_a_missing_or_renamed_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingNotebook, match="there is no notebook"):
        read_notebook(tmp_path / "n.ipynb")
    (tmp_path / "mine.ipynb").write_text("{}")
    with pytest.raises(MissingNotebook, match=r"there is mine.ipynb. Rename it\?"):
        read_notebook(tmp_path / "n.ipynb")


def test_pictures_in_a_written_answer_are_kept(averages: Assignment) -> None:
    notebook = answered(averages, {})
    cell_of(notebook, "explanation").attachments = {
        "plot.png": {"image/png": "iVBORw0KGgo="},
        "plot.svg": {"image/svg+xml": "<svg onload='x()'/>"},
    }
    cell = cell_of(restore(notebook, averages), "explanation")
    assert cell.attachments == {"plot.png": {"image/png": "iVBORw0KGgo="}}
    assert not is_untouched(cell, averages)


def drop_counts(cells: list[dict]) -> None:
    for cell in cells:
        cell.pop("execution_count", None)


def odd_outputs(cells: list[dict]) -> None:
    for cell in cells:
        cell["outputs"] = [{"output_type": "stream", "text": "nameless"}, {}]


def odd_keys(cells: list[dict]) -> None:
    for cell in cells:
        cell.update(collapsed=True, id="the same everywhere !", metadata_of_a_tool=[1])


def odd_cells(cells: list[dict]) -> None:
    cells.append({"cell_type": "heading", "source": "old", "metadata": {}})
    cells.append({"cell_type": "raw", "metadata": {}})


@pytest.mark.parametrize("spoil", [drop_counts, odd_outputs, odd_keys, odd_cells])
def test_what_does_not_matter_may_be_damaged(
    tmp_path: Path, averages: Assignment, spoil: Callable[[list[dict]], None]
) -> None:
    notebook = json.loads(nbformat.writes(answered(averages, {})))
    spoil(notebook["cells"])
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook))
    restored = restore(read_notebook(path), averages)
    nbformat.validate(restored)
    expected = restore(answered(averages, {}), averages)
    assert sources(restored) == sources(expected)


def test_an_older_notebook_format_is_read(tmp_path: Path, averages: Assignment) -> None:
    notebook = json.loads(nbformat.writes(answered(averages, {})))
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook))
    assert restore(read_notebook(path), averages).nbformat_minor >= 4


def test_for_want_of_memory_no_notebook_is_called_unreadable() -> None:
    content = b'"' + b" " * ENOUGH_MEMORY + b'"'
    with pytest.raises(MemoryError), memory_used_up():
        parse_notebook(content)
