"""A new assignment: both folders, complete, so that it can be released and graded at once."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from string import Template
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..course.contents import HIDDEN_TESTS, MISCONCEPTIONS, STYLES, Contents
from ..course.replacing import complete_or_gone
from ..course.sync import sync
from ..errors import AssignmentExists, BadName
from ..notebook.assignment import GRADE_PREFIX
from . import first_text

EXERCISE_POINTS, QUESTION_POINTS = 10, 5
_ASSIGNMENT = re.compile(r"[A-Za-z0-9][\w-]*")
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def new_assignment(
    contents: Contents, name: str, exercises: Sequence[str], questions: int = 0
) -> None:
    """Write an assignment with these exercises and so many questions with letters.

    Raises BadName for a name that cannot be one, AssignmentExists where there is a folder of it;
    nothing is written then.
    """
    _check_names(name, exercises)
    notebook, folder = contents.notebook(name), contents.solutions / name
    for place in (notebook.parent, folder):
        if place.exists():
            raise AssignmentExists(name, str(place))
    letters = [f"answer_{number}" for number in range(1, questions + 1)]
    with complete_or_gone(folder), complete_or_gone(notebook.parent):
        folder.mkdir(parents=True)
        for part, text in _solutions(name, exercises, letters).items():
            (folder / f"{part}.py").write_text(text, encoding="utf-8")
        notebook.parent.mkdir(parents=True)
        nbformat.write(_notebook(name, exercises, letters), notebook)
        sync(contents, name)  # writes the answer cells and the imports


def _check_names(name: str, exercises: Sequence[str]) -> None:
    if not _ASSIGNMENT.fullmatch(name):
        raise BadName(name, "an assignment", "of letters, digits, _ and -")
    for number, exercise in enumerate(exercises):
        usable = exercise.isidentifier() and not keyword.iskeyword(exercise)
        if not usable or exercise.startswith(("_", GRADE_PREFIX, "answer_")):
            kinds = f"a Python name that starts with none of _, {GRADE_PREFIX}, answer_"
            raise BadName(exercise, "an exercise", kinds)
        if exercise in exercises[:number]:
            raise BadName(exercise, "an exercise", "a name that no other exercise has")


def _solutions(name: str, exercises: Sequence[str], letters: Sequence[str]) -> dict[str, str]:
    """Return the text of each file of solutions/<name>/."""
    about = {"assignment": name, "answers": repr(dict.fromkeys(letters, "a")).replace("'", '"')}
    tests = ["check_call", *(["check_choice"] if letters else []), "exercise", "weight"]
    mistakes = [*(["Chosen"] if letters else []), "Mistakes", "Wrong"]
    return {
        "__init__": _filled(first_text.REFERENCES, about)
        + (_filled(first_text.ANSWERS, about) if letters else "")
        + _each(first_text.REFERENCE, exercises),
        HIDDEN_TESTS: _filled(first_text.HIDDEN_TESTS, about, imported=", ".join(tests))
        + (first_text.LETTERS if letters else "")
        + _each(first_text.HIDDEN_TEST, exercises)
        + _each(first_text.HIDDEN_QUESTION, letters),
        MISCONCEPTIONS: _filled(first_text.MISCONCEPTIONS, about, imported=", ".join(mistakes))
        + _each(first_text.MISTAKES, exercises)
        + _each(first_text.MISTAKES_IN_A_QUESTION, letters),
        STYLES: _filled(first_text.STYLES, about) + _each(first_text.STYLE, exercises),
    }


def _notebook(name: str, exercises: Sequence[str], letters: Sequence[str]) -> NotebookNode:
    cells = [_text("title", _filled(first_text.INTRODUCTION, {"title": _title(name)}))]
    cells.append(_code("imports", "", locked=True))
    for number, exercise in enumerate(exercises, start=1):
        about = {"name": exercise, "number": number, "points": EXERCISE_POINTS}
        cells.append(_text(f"exercise-{number}", _filled(first_text.EXERCISE, about)))
        cells += _pair(exercise, _filled(first_text.VISIBLE_CHECK, about), EXERCISE_POINTS)
    for number, letter in enumerate(letters, start=1):
        about = {"number": number, "points": QUESTION_POINTS}
        cells.append(_text(f"question-{number}", _filled(first_text.QUESTION, about)))
        cells += _pair(letter, _filled(first_text.VISIBLE_CHOICE, about).rstrip(), QUESTION_POINTS)
    made: NotebookNode = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": _KERNEL})
    return made


def _pair(answer: str, check: str, points: int) -> list[NotebookNode]:
    """Return the cell to write an answer in, empty until it is synced, and its grade cell."""
    return [
        _code(answer, "", solution=True),
        _code(f"{GRADE_PREFIX}{answer}", check, locked=True, grade=True, points=points),
    ]


def _text(cell_id: str, source: str) -> NotebookNode:
    cell: NotebookNode = nbformat.v4.new_markdown_cell(source.rstrip(), id=cell_id)
    return cell


def _code(
    grade_id: str,
    source: str,
    *,
    locked: bool = False,
    solution: bool = False,
    grade: bool = False,
    **more: Any,
) -> NotebookNode:
    flags: dict[str, Any] = {"grade": grade, "locked": locked, "solution": solution, "task": False}
    flags |= {"grade_id": grade_id, "schema_version": 3, **more}
    cell: NotebookNode = nbformat.v4.new_code_cell(
        source, id=grade_id[:64], metadata={"nbgrader": flags}
    )
    return cell


def _each(text: str, names: Sequence[str]) -> str:
    return "".join(_filled(text, about) for about in _named(names))


def _named(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for number, name in enumerate(names, start=1):
        class_name = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
        yield {"name": name, "class_name": class_name, "number": number}


def _filled(text: str, about: Mapping[str, Any], **more: Any) -> str:
    return Template(text).substitute(about, **more)


def _title(name: str) -> str:
    words = re.sub(r"[_-]+", " ", name).strip()
    return words[:1].upper() + words[1:]
