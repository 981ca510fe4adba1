"""Makes the part of a page that the submission alone decides: once, where it was graded."""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode, v4

from ..notebook.assignment import GRADE_PREFIX, grade_id
from ..notebook.own_text import cell_with_id, code_cells_of
from ..notebook.safe_html import as_text
from ..results import ExerciseResult, Grading, Outcome, TestResult, WrittenAnswer, in_words
from ..running.cell_outputs import sentence_html, title_of
from ..running.time_left import TimeLeft
from . import markup
from .body import Body, Card, Failure, digest


def make_body(grading: Grading | None, notebook: str, time: TimeLeft) -> Body:
    """Make it of a result, None where none is kept, and the text of the executed notebook.

    When the ``time`` is over, what is left is shown as it was written.
    """
    cells = v4.reads(notebook).cells
    exercises = grading.exercises if grading else []
    written = grading.written if grading else []
    untouched = grading.untouched if grading else []
    code = code_cells_of([result.name for result in exercises], cells)
    cards = [
        *(_of_exercise(r, code[r.name], r.name in untouched, time) for r in exercises),
        *(_of_question(answer, cells, time) for answer in written),
    ]
    places = {grade_id(cell): number for number, cell in enumerate(cells)}
    cards.sort(key=lambda card: places.get(card.cell, len(places)))
    shown = "".join(_shown(cell, {card.cell for card in cards}, time) for cell in cells)
    return Body(digest(grading, notebook), cards, shown)


def _of_exercise(
    result: ExerciseResult, cell: NotebookNode | None, is_untouched: bool, time: TimeLeft
) -> Card:
    passed = [test for test in result.tests if test.outcome is Outcome.PASSED]
    return Card(
        name=result.name,
        cell=f"{GRADE_PREFIX}{result.name}",
        answer_cell=result.name,
        is_code=True,
        is_untouched=is_untouched,
        answer=markup.code(cell.source, time) if cell else "",
        misconception=in_words(result.misconception or ""),
        hint=sentence_html(result.hint or ""),
        failures=_failures(result),
        passed=[_title(test) for test in passed],
    )


def _failures(result: ExerciseResult) -> list[Failure]:
    """Return what did not pass: tests of which the same is said stand together."""
    alike: dict[str, list[TestResult]] = {}
    for test in result.tests:
        if test.outcome is not Outcome.PASSED:
            alike.setdefault(test.message or test.name, []).append(test)
    return [
        Failure(_title(first), sentence_html(first.message), [*map(_title, others)])
        for first, *others in alike.values()
    ]


def _title(test: TestResult) -> str:
    return sentence_html(title_of(test))


def _of_question(answer: WrittenAnswer, cells: list[NotebookNode], time: TimeLeft) -> Card:
    cell = cell_with_id(answer.name, cells)
    return Card(
        name=answer.name,
        cell=answer.name,
        answer_cell=answer.name,
        is_code=False,
        is_untouched=not answer.answered,
        answer=markup.answer(cell, time) if cell else "",
    )


def _shown(cell: NotebookNode, with_cards: Iterable[str], time: TimeLeft) -> str:
    """Return a cell of the whole notebook; verdicts stand in the cards already."""
    if cell.cell_type == "markdown":
        return f'<div class="text">{markup.markdown(cell, time)}</div>'
    if cell.cell_type == "raw":
        return f'<div class="text">{as_text(cell.source)}</div>'
    name = grade_id(cell)
    outputs = "".join(markup.output(output, time) for output in cell.outputs)
    if name in with_cards:
        outputs = '<p class="verdict"><a href="#exercises">What was found stands above.</a></p>'
    return f'<div class="cell">{markup.code(cell.source, time)}{outputs}</div>'
