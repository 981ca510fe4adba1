"""Damaged and hostile submissions of one assignment, each with the verdict that it deserves.

``DAMAGED`` changes a notebook with the right answers, ``FOLDERS`` the folder around it. What an
entry does not lose it keeps: all points but those of the exercises named in ``loses``.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from contents import small_assignment
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.notebook.assignment import Assignment, grade_id
from autograder.notebook.filled_in import released, solutions

NAME = "averages"
FILE = f"{NAME}.ipynb"
Text = str | bytes | None


@dataclass(frozen=True)
class Entry:
    """A way to hand in. ``reason`` is why it cannot be graded, "" if it can."""

    hand_in: Callable[[Path, NotebookNode], None]
    loses: tuple[str, ...] = ()
    reason: str = ""


ENTRIES: dict[str, Entry] = {}


def damaged(*loses: str, reason: str = "") -> Callable[[Callable[[NotebookNode], Text]], None]:
    """Register what changes the notebook, or returns the text of the file instead."""

    def register(change: Callable[[NotebookNode], Text]) -> None:
        def hand_in(folder: Path, notebook: NotebookNode) -> None:
            text = change(notebook)
            content = as_text(notebook) if text is None else text
            raw = content if isinstance(content, bytes) else content.encode("utf-8")
            (folder / FILE).write_bytes(raw)

        ENTRIES[change.__name__] = Entry(hand_in, loses, reason)

    return register


def beside(reason: str = "") -> Callable[[Callable[[Path], None]], None]:
    """Register what changes the folder of a notebook with the right answers."""

    def register(change: Callable[[Path], None]) -> None:
        def hand_in(folder: Path, notebook: NotebookNode) -> None:
            (folder / FILE).write_text(as_text(notebook), encoding="utf-8")
            change(folder)

        ENTRIES[change.__name__] = Entry(hand_in, reason=reason)

    return register


def as_text(notebook: dict[str, Any]) -> str:
    """Return the JSON of a notebook as it is, valid or not."""
    return json.dumps(notebook)


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def averages() -> Assignment:
    return small_assignment()


FUNCTIONS = list(averages().signatures())
ALL = tuple(exercise.name for exercise in averages().exercises)
EMPTY = (*ALL, "explanation")


def without_metadata(notebook: NotebookNode) -> None:
    """Leave what a tool leaves that knows nothing of nbgrader."""
    notebook.metadata = {}
    for cell in notebook.cells:
        cell.metadata = {}
        cell.pop("id", None)


def about(notebook: NotebookNode) -> list[NotebookNode]:
    """Return nbgrader's metadata of the cells that have some."""
    return [cell.metadata.nbgrader for cell in notebook.cells if grade_id(cell)]


def take_answers(notebook: NotebookNode) -> str:
    """Remove the cells of all functions; return their code."""
    cells = [cell_of(notebook, name) for name in FUNCTIONS]
    notebook.cells = [cell for cell in notebook.cells if cell not in cells]
    return "\n\n".join(cell.source for cell in cells)


def as_released(notebook: NotebookNode, *names: str) -> None:
    for name in names:
        cell_of(notebook, name).source = averages().by_grade_id[name].source


@damaged()
def kinds_that_are_no_text(notebook: NotebookNode) -> str:
    cells = [{"cell_type": ["code"], "source": "x = 1"}, {"cell_type": None}, *notebook.cells]
    return as_text({**notebook, "cells": cells})


# --- metadata ----------------------------------------------------------------------------


@damaged()
def more_points(notebook: NotebookNode) -> None:
    for metadata in about(notebook):
        metadata.points = 1000


@damaged()
def swapped_ids(notebook: NotebookNode) -> None:
    first, second = cell_of(notebook, FUNCTIONS[0]), cell_of(notebook, FUNCTIONS[1])
    first.metadata, second.metadata = second.metadata, first.metadata


@damaged()
def renamed_ids(notebook: NotebookNode) -> None:
    for metadata in about(notebook):
        metadata.grade_id += "-copy1"


@damaged()
def ids_removed(notebook: NotebookNode) -> None:
    for metadata in about(notebook):
        del metadata["grade_id"]


@damaged()
def ids_that_are_no_text(notebook: NotebookNode) -> None:
    for number, metadata in enumerate(about(notebook)):
        metadata.grade_id = [number, {"x": None}][number % 2]


@damaged()
def metadata_that_is_no_object(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        cell["metadata"] = [None, 3, [], "text"][number % 4]
    notebook["metadata"] = []


@damaged()
def metadata_gone(notebook: NotebookNode) -> None:
    without_metadata(notebook)


@damaged()
def metadata_and_line_endings_changed(notebook: NotebookNode) -> None:
    without_metadata(notebook)
    for cell in notebook.cells:
        cell.source = cell.source.replace("\n", " \r\n") + "\r\n"


@damaged()
def metadata_of_tests_gone(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if grade_id(cell).startswith("test_"):
            del cell.metadata["nbgrader"]


@damaged()
def tests_marked_as_answers(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if grade_id(cell).startswith("test_"):
            cell.metadata.nbgrader.update(solution=True, grade=False, locked=False)
            cell.source = "pass"


@damaged()
def old_schema(notebook: NotebookNode) -> None:
    for metadata in about(notebook):
        metadata.schema_version = 0


@damaged()
def future_schema(notebook: NotebookNode) -> None:
    for metadata in about(notebook):
        metadata.schema_version = 99


@damaged()
def schema_removed(notebook: NotebookNode) -> None:
    for metadata in about(notebook):
        metadata.pop("schema_version")


@damaged(*ALL)
def skipped_execution(notebook: NotebookNode) -> None:
    as_released(notebook, *ALL_ANSWERS)
    for cell in notebook.cells:
        cell.metadata.tags = ["skip-execution", "raises-exception"]


@damaged()
def marks_of_the_grader(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata.stand_in = True


@damaged()
def another_kernel(notebook: NotebookNode) -> None:
    notebook.metadata = {
        "kernelspec": {"name": "../../bin/sh", "display_name": "<script>x()</script>"},
        "language_info": {"name": "R", "pygments_lexer": "../../x", "file_extension": "/x"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": "</script>"}},
        "title": "<script>x()</script>",
    }


# --- cells -------------------------------------------------------------------------------


@damaged()
def every_cell_twice(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells for _ in range(2)]


@damaged()
def stubs_copied_behind_the_answers(notebook: NotebookNode) -> None:
    for stub in released(averages()).cells:
        if not grade_id(stub).startswith("test_"):
            notebook.cells.append(stub)


@damaged()
def tests_and_given_cells_edited(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.source = "np = None\nraise SystemExit"


@damaged()
def tests_deleted(notebook: NotebookNode) -> None:
    notebook.cells = [c for c in notebook.cells if not grade_id(c).startswith("test_")]


@damaged()
def given_cells_deleted(notebook: NotebookNode) -> None:
    notebook.cells = [
        cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("locked")
    ]


@damaged()
def imports_moved_to_the_end(notebook: NotebookNode) -> None:
    notebook.cells.append(notebook.cells.pop(notebook.cells.index(cell_of(notebook, "imports"))))


@damaged()
def in_reverse_order(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


@damaged("step_down")
def an_answer_deleted(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook, "step_down"))


@damaged("explanation")
def the_written_answer_deleted(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell_of(notebook, "explanation"))


@damaged()
def answers_in_one_cell(notebook: NotebookNode) -> None:
    code = take_answers(notebook)
    notebook.cells.insert(3, new_code_cell(code))


@damaged()
def answers_in_one_cell_without_metadata(notebook: NotebookNode) -> None:
    code = take_answers(notebook)
    notebook.cells.insert(3, new_code_cell(code))
    without_metadata(notebook)


@damaged()
def answers_in_own_cells_above_the_stubs(notebook: NotebookNode) -> None:
    for name in ALL_ANSWERS:
        position = notebook.cells.index(cell_of(notebook, name))
        own = new_code_cell(notebook.cells[position].source)
        as_released(notebook, name)
        notebook.cells.insert(position, own)


@damaged()
def answers_written_into_the_tests(notebook: NotebookNode) -> None:
    for name in FUNCTIONS:
        test = cell_of(notebook, f"test_{name}")
        test.source = f"{cell_of(notebook, name).source}\n\n{test.source}"
        as_released(notebook, name)


@damaged()
def a_written_answer_behind_its_cell(notebook: NotebookNode) -> None:
    answer = cell_of(notebook, "explanation")
    own = new_markdown_cell(answer.source)
    as_released(notebook, "explanation")
    notebook.cells.insert(notebook.cells.index(answer) + 1, own)


@damaged()
def an_earlier_attempt_is_left(notebook: NotebookNode) -> None:
    without_metadata(notebook)
    attempt = "def step_down(values, slopes, rate):\n    return values + rate * slopes"
    notebook.cells.insert(4, new_code_cell(attempt))


@damaged("step_down")
def one_answer_does_not_parse(notebook: NotebookNode) -> None:
    without_metadata(notebook)
    for cell in notebook.cells:
        if cell.source.startswith("def step_down"):
            cell.source += "\n    return (values"


@damaged("step_down")
def one_function_renamed(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "step_down")
    cell.source = cell.source.replace("def step_down", "def step")


@damaged()
def answers_of_another_type(notebook: NotebookNode) -> None:
    for position, cell in enumerate(notebook.cells):
        if grade_id(cell) in ("step_down", "answer_1"):
            notebook.cells[position] = new_markdown_cell(cell.source, metadata=cell.metadata)
        if grade_id(cell) == "explanation":
            notebook.cells[position] = new_code_cell(cell.source, metadata=cell.metadata)
        if grade_id(cell) == "imports":
            notebook.cells[position] = new_raw_cell("", metadata=cell.metadata)


@damaged()
def cells_of_no_type(notebook: NotebookNode) -> None:
    notebook.cells += [{"cell_type": "heading", "source": "x", "metadata": {}, "level": 1}]
    notebook.cells += [{"cell_type": "code", "metadata": {}}, {"source": "x"}, {}]


@damaged()
def parts_missing(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        for part in ("outputs", "execution_count", "id"):
            cell.pop(part, None)
    notebook.pop("metadata")


# --- code --------------------------------------------------------------------------------


@damaged()
def magics(notebook: NotebookNode) -> None:
    magics_of_one_line = ("%matplotlib inline", "!ls", "%pip x")
    for name, magic in zip(ALL_ANSWERS, ("%%capture", *magics_of_one_line), strict=True):
        cell_of(notebook, name).source = f"{magic}\n{cell_of(notebook, name).source}"


@damaged(*EMPTY)
def cheats(notebook: NotebookNode) -> None:
    text = released(averages())
    text.cells[3:3] = [
        new_code_cell("np.allclose = np.array_equal = lambda *a, **k: True"),
        new_code_cell("ip = get_ipython()\nip.input_transformers_cleanup.append(lambda l: ['1'])"),
        new_code_cell("print(In, open('../../gradebook.db', 'rb').read())"),
    ]
    notebook.cells = text.cells


@damaged()
def code_that_fails_or_ends(notebook: NotebookNode) -> None:
    for source in ("1 / 0", "def", "import os; os._exit(0)", "exit()", "a = '\x00'", "raise 1"):
        notebook.cells.insert(3, new_code_cell(source))


@damaged()
def a_written_answer_as_code(notebook: NotebookNode) -> None:
    cell_of(notebook, "explanation").source = "$(rm -rf /) {{ 7 * 7 }} {% raw %} <b>\x1b[31m"


# --- the file ----------------------------------------------------------------------------


@damaged()
def version_3(notebook: NotebookNode) -> str:
    return str(nbformat.writes(nbformat.convert(notebook, 3), version=3))


@damaged("explanation")
def version_3_with_many_damaged_outputs(notebook: NotebookNode) -> str:
    old = nbformat.convert(notebook, 3)
    old.worksheets[0].cells[-1] = nbformat.v3.new_code_cell("x = 1")
    old.worksheets[0].cells[-1].outputs = [{"output_type": "stream"}] * 20_000
    old.worksheets[0].cells.append(nbformat.v3.new_heading_cell("x", level=10**12))
    return json.dumps(old)


@damaged()
def version_4_0(notebook: NotebookNode) -> None:
    notebook.nbformat_minor = 0
    for cell in notebook.cells:
        cell.pop("id")


@damaged()
def version_4_99(notebook: NotebookNode) -> None:
    notebook.nbformat_minor = 99


@damaged()
def a_byte_order_mark(notebook: NotebookNode) -> bytes:
    return as_text(notebook).encode("utf-8-sig")


@damaged()
def lone_surrogates(notebook: NotebookNode) -> None:
    notebook.cells[0].source += "\ud83d"
    notebook.cells[0].metadata["\ud83d"] = "\udc00"
    cell_of(notebook, "explanation").source += "\udc00"


@damaged()
def huge_outputs(notebook: NotebookNode) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 5_000_000}
    cell_of(notebook, "imports").outputs = [output]


@damaged()
def odd_outputs(notebook: NotebookNode) -> None:
    odd: list[object] = [{}, 3, {"output_type": "stream", "text": {"x": 1}}]
    for cell in notebook.cells:
        cell["outputs"] = odd if cell.cell_type == "code" else "text"


@damaged()
def nested_metadata(notebook: NotebookNode) -> None:
    deep: object = []
    for _ in range(150):
        deep = [{"x": deep}]
    notebook.cells[0].metadata.deep = deep


@damaged()
def attachments(notebook: NotebookNode) -> None:
    svg = {"image/svg+xml": "<svg onload='x()'/>", "image/png": 3}
    for cell in notebook.cells:
        cell["attachments"] = {"a.svg": svg, "b": [], "c.png": {"image/png": "A" * 400_000}}


@damaged()
def odd_numbers_and_keys(notebook: NotebookNode) -> str:
    return as_text(notebook).replace('"cells"', '"x": NaN, "y": -Infinity, "cells": [], "cells"')


@damaged(reason="its JSON is damaged")
def a_number_of_5000_digits(notebook: NotebookNode) -> str:
    return as_text(notebook).replace('"cells"', f'"x": {"9" * 5000}, "cells"')


@damaged(reason="it is empty")
def nothing(_: NotebookNode) -> str:
    return ""


@damaged(reason="its JSON is damaged")
def half_of_it(notebook: NotebookNode) -> str:
    text = as_text(notebook)
    return text[: len(text) // 2]


@damaged(reason="nested too deeply")
def nested_without_end(_: NotebookNode) -> str:
    return '{"cells":' * 100_000


@damaged(reason="not text in UTF-8")
def another_encoding(notebook: NotebookNode) -> bytes:
    return as_text(notebook).encode("utf-16")


@damaged(reason="not that of a notebook")
def another_shape(_: NotebookNode) -> str:
    return '[{"cells": []}]'


@damaged(reason="none of the cells")
def another_assignment(notebook: NotebookNode) -> str:
    """Hand in what has the names that all assignments have, but functions of its own."""
    text = as_text(notebook)
    for name in FUNCTIONS:
        text = text.replace(name, f"another_{name}")
    return text


# --- answers where nobody looks for them -------------------------------------------------


@damaged()
def a_helper_in_a_test_cell_and_an_import_in_a_given_one(notebook: NotebookNode) -> None:
    cell_of(notebook, "imports").source += "\nimport math as mathematics"
    cell_of(
        notebook, "test_step_down"
    ).source += "\ndef helper(x):\n    return x * mathematics.cos(0)"
    answer = cell_of(notebook, "step_down")
    answer.source = answer.source.replace("return ", "return helper(1) * ")


@damaged()
def answers_on_one_line_above_their_cells(notebook: NotebookNode) -> None:
    choice = cell_of(notebook, "answer_1").source.strip().splitlines()[-1]
    step = "step_down = lambda values, slopes, rate: values - rate * slopes"
    as_released(notebook, "answer_1", "step_down")
    notebook.cells.insert(1, new_code_cell(f"{choice}; {step}"))


@damaged()
def functions_imported_from_a_file_that_a_cell_writes(notebook: NotebookNode) -> None:
    code = take_answers(notebook)
    given = cell_of(notebook, "imports")
    place = notebook.cells.index(given) + 1
    imported = f"from helper import {', '.join(FUNCTIONS)}"
    notebook.cells.insert(place, new_code_cell(imported))
    text = f"%%writefile helper.py\n{given.source}\n{code}"
    notebook.cells.insert(place, new_code_cell(text))


@damaged()
def a_function_in_a_cell_that_became_prose_without_metadata(notebook: NotebookNode) -> None:
    position = notebook.cells.index(cell_of(notebook, "step_down"))
    notebook.cells[position] = new_markdown_cell(notebook.cells[position].source)


@damaged()
def a_function_between_fences_in_a_cell_that_became_prose(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "step_down")
    text = f"Here is it:\n\n```python\n{cell.source}\n```\nThat is all."
    notebook.cells[notebook.cells.index(cell)] = new_markdown_cell(text, metadata=cell.metadata)


@damaged()
def a_function_between_fences_without_metadata(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "step_down")
    text = f"~~~\n{cell.source}\n~~~"
    notebook.cells[notebook.cells.index(cell)] = new_markdown_cell(text)


def move_prose(notebook: NotebookNode) -> str:
    """Leave the written answer as it was released; return what was in it."""
    answer = cell_of(notebook, "explanation").source
    as_released(notebook, "explanation")
    return str(answer)


@damaged()
def prose_at_the_end(notebook: NotebookNode) -> None:
    notebook.cells.append(new_markdown_cell(move_prose(notebook)))


@damaged()
def prose_in_a_comment(notebook: NotebookNode) -> None:
    answer = "\n".join(f"# {line}" for line in move_prose(notebook).splitlines())
    notebook.cells.append(new_code_cell(answer))


@damaged()
def prose_typed_into_a_code_cell(notebook: NotebookNode) -> None:
    notebook.cells.append(new_code_cell(move_prose(notebook)))


@damaged()
def prose_in_a_comment_of_a_locked_test(notebook: NotebookNode) -> None:
    answer = "\n".join(f"# {line}" for line in move_prose(notebook).splitlines())
    cell_of(notebook, "test_step_down").source += f"\n{answer}"


@damaged()
def prose_in_the_cell_of_the_question(notebook: NotebookNode) -> None:
    position = notebook.cells.index(cell_of(notebook, "explanation"))
    notebook.cells[position - 1].source += f"\n\n{move_prose(notebook)}"


@damaged()
def prose_by_paragraphs_without_metadata(notebook: NotebookNode) -> None:
    cells = []
    for cell in notebook.cells:
        parts = cell.source.split("\n\n") if cell.cell_type == "markdown" else []
        cells += [new_markdown_cell(part) for part in parts] or [cell]
    notebook.cells = cells
    without_metadata(notebook)


@damaged()
def prose_that_is_a_photograph(notebook: NotebookNode) -> None:
    as_released(notebook, "explanation")
    cell_of(notebook, "explanation").attachments = {"a.jpg": {"image/jpeg": "/9j/4AAQSkZJRg=="}}


# --- the folder --------------------------------------------------------------------------


@beside()
def modules_and_configuration(folder: Path) -> None:
    for name in ("numpy", "conftest", "sitecustomize", "usercustomize", "solutions", "pytest"):
        (folder / f"{name}.py").write_text("raise SystemExit('imported')\n")
    for name in ("pytest.ini", "tox.ini", "setup.cfg"):
        (folder / name).write_text("[pytest]\naddopts = --collect-only\n")
    (folder / "evil.pth").write_text("import os; os._exit(0)\n")
    (folder / "matplotlibrc").write_text("backend: nothing\n")
    (folder / "nbgrader_config.py").write_text("raise SystemExit('loaded')\n")


@beside()
def checkpoints_and_other_notebooks(folder: Path) -> None:
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / f"{NAME}-checkpoint.ipynb").write_text("{")
    (folder / f"{NAME} (1).ipynb").write_text("{")


@beside()
def links_and_pipes(folder: Path) -> None:
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / "dangling").symlink_to("/nowhere")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "root").symlink_to("/")
    os.mkfifo(folder / "pipe")
    (folder / "data").mkdir()
    (folder / "data" / "gradebook.db").symlink_to("../../../../gradebook.db")


@beside()
def a_given_file_that_is_changed(folder: Path) -> None:
    (folder / "prices.txt").write_text("apples 0.00\n")


@beside()
def a_link_for_a_given_file(folder: Path) -> None:
    (folder / "prices.txt").symlink_to(folder.parents[2] / "gradebook.db")


@beside(reason="it is a link or a device")
def a_link_to_another_students_notebook(folder: Path) -> None:
    (folder / FILE).unlink()
    (folder / FILE).symlink_to(folder.parents[1] / "more_points" / NAME / FILE)


@beside(reason="it is a link or a device")
def a_link_to_nowhere(folder: Path) -> None:
    (folder / FILE).unlink()
    (folder / FILE).symlink_to("nowhere")


@beside(reason="it is a link or a device")
def a_pipe_for_a_notebook(folder: Path) -> None:
    (folder / FILE).unlink()
    os.mkfifo(folder / FILE)


@beside(reason="it is a link or a device")
def a_folder_for_a_notebook(folder: Path) -> None:
    (folder / FILE).unlink()
    (folder / FILE).mkdir()
    (folder / FILE / "x.txt").write_text("x")


@beside(reason="more than 1000 files")
def many_files(folder: Path) -> None:
    for number in range(1001):
        (folder / f"{number}.txt").touch()


@beside(reason="more than 50 deep")
def deep_folders(folder: Path) -> None:
    (folder / Path(*"d" * 60)).mkdir(parents=True)


@beside(reason="No time can be read")
def an_unreadable_time(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("yesterday")


ALL_ANSWERS = [name for name in solutions(averages()) if name != "explanation"]
