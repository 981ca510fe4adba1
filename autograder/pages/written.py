"""``autograder written``: pages and sheets for those who grade, and what came back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from nbformat import NotebookNode
from rich.console import Console

from ..course.folder import Course
from ..course.replacing import replace_file
from ..feedback import markup
from ..notebook.safe_html import one_line
from ..running.time_left import TimeLeft
from ..written.answers import Answers, Question, questions_of
from ..written.read_back import check_read, read_back
from ..written.sheets import share, sheet
from .terminal import print_plain

FOLDER = "written"
_SECONDS = 10.0  # for one cell: no limit that it meets
_PAGES = Environment(
    loader=PackageLoader("autograder.pages", ""), autoescape=True, trim_blocks=True
)


def write_sheets(course: Course, name: str, graders: int, console: Console) -> None:
    """Write a page and a sheet for each question and grader, in the place of those before.

    Raises NoQuestions, and UnreadMarks or BadTable where that would lose what somebody typed.
    """
    questions = questions_of(course, name)
    folder = course.root / FOLDER / name
    before = _sheets(folder, questions)
    check_read(course, name, questions, before)
    written = set()
    for question in questions:
        shares = share(question, graders)
        for number, answers in enumerate(shares, start=1):
            part = f"{number} of {len(shares)}" if graders > 1 else ""
            stem = f"{question.name}-{number}" if part else question.name
            path = folder / f"{stem}.csv"
            _write_sheet(path, question, answers, part, console)
            written.add(path)
    for path in before:
        if path not in written:
            path.unlink()
            path.with_suffix(".html").unlink(missing_ok=True)
            print_plain(f"{path} is removed: it is of an earlier split.", console)
    print_plain(f"Marks are read back with: autograder written {name} --read FILE", console)


def _write_sheet(
    path: Path, question: Question, answers: Sequence[Answers], part: str, console: Console
) -> None:
    replace_file(path, sheet(question, answers).encode("utf-8-sig"))  # for spreadsheets
    page = path.with_suffix(".html")
    replace_file(page, _page(question, answers, part, path.name).encode())
    waits = sum(each.given.waits for each in answers)
    print_plain(
        f"{path}: {_counted(answers)}, {waits} to be graded; to read them: {page.name}", console
    )


def _sheets(folder: Path, questions: Sequence[Question]) -> list[Path]:
    """Return the sheets that are there, of whatever split."""
    names = "|".join(re.escape(question.name) for question in questions)
    return [
        path
        for path in sorted(folder.glob("*.csv"))
        if re.fullmatch(rf"({names})(-\d+)?", path.stem)
    ]


def _page(question: Question, answers: Sequence[Answers], part: str, sheet_name: str) -> str:
    return _PAGES.get_template("written.html.j2").render(
        question=question,
        answers=answers,
        counted=_counted(answers),
        part=part,
        sheet=sheet_name,
        rendered=_rendered,
    )


def _counted(answers: Sequence[Answers]) -> str:
    count = sum(len(each.students) for each in answers)
    different = "1 answer" if len(answers) == 1 else f"{len(answers)} different answers"
    return f"{different} of {count} {'student' if count == 1 else 'students'}"


def _rendered(cell: NotebookNode) -> Markup:
    """Return a cell as clean HTML, with formulas and pictures."""
    return Markup(markup.answer(cell, TimeLeft(_SECONDS)))


def print_read_back(course: Course, name: str, paths: Sequence[Path], console: Console) -> int:
    """Read marks back and name each that was replaced or not taken; return the status.

    That is 1 where one was not taken. Raises BadTable.
    """
    found = read_back(course, name, paths)
    print_plain(
        f"{found.new} marks are new, {len(found.changed)} changed, {found.unchanged} as before.",
        console,
    )
    for sentence in found.changed:
        print_plain(f"changed: {one_line(sentence)}", console)
    for sentence in found.kept:
        print_plain(f"not taken: {one_line(sentence)}", console)
    return 1 if found.kept else 0
