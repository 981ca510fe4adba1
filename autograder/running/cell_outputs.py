"""Grading -> what the student reads: the output of each grade cell, as HTML and as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import nbformat
from nbformat import NotebookNode

from ..notebook.safe_html import PICTURES, as_text, clean, plain
from ..results import ExerciseResult, Outcome, TestResult, WrittenAnswer, rounded
from ..sandbox.wire import Output
from .execution import CellRun
from .time_left import TimeLeft

# MIME types that are kept. HTML is cleaned here, Markdown by a filter of the page.
_SHOWN = {"text/plain", "text/latex", "text/markdown", "text/html", *PICTURES}
_CODE = re.compile(r"`([^`\n]+)`")
_AS_ABOVE = "As above."
_MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.ERROR: "?"}


def write_verdict(cell: NotebookNode, result: ExerciseResult) -> None:
    """Make the verdict the only output of a grade cell."""
    data = {"text/plain": verdict_text(result), "text/html": verdict_html(result)}
    cell.outputs = [_output("display_data", data=data, metadata={})]


def write_run(cell: NotebookNode, run: CellRun, time: TimeLeft) -> None:
    """Give a cell the outputs of its run, safe to show; one that was stopped says why.

    Markup is cleaned while there is ``time``, and then shown as it is written.
    """
    cell.execution_count = run.order
    cell.outputs = [_nbformat_output(output, run.order, time) for output in run.outputs]
    for note in filter(None, (run.stopped, run.limit)):
        cell.outputs.append(_output("stream", name="stderr", text=f"{plain(note)}\n"))


def verdict_text(result: ExerciseResult) -> str:
    """Return points, each test's sentence, the reason where it failed, and the hint."""
    lines = [_points(result)]
    for test, message in _with_messages(result):
        lines.append(f"{_MARKS[test.outcome]} {title_of(test)}")
        lines += [f"    {message}"] if message else []
    lines += [f"Hint: {result.hint}"] if result.hint else []
    return _CODE.sub(r"\1", "\n".join(lines))


def verdict_html(result: ExerciseResult) -> str:
    """Return the same as HTML; every text in it is escaped, and names are code."""
    tests = "<br>".join(_test_html(*pair) for pair in _with_messages(result))
    hint = f"<p><strong>Hint:</strong> {sentence_html(result.hint)}</p>" if result.hint else ""
    return f"<p><strong>{escape(_points(result))}</strong></p><p>{tests}</p>{hint}"


def written_text(answer: WrittenAnswer) -> str:
    """Say what became of a question that a human grades."""
    waits = "waits for a human" if answer.answered else "was not answered"
    said = f"{answer.name}: {answer.max_score:g} points; it {waits}."
    return f"{said} {answer.place}".rstrip()


def _points(result: ExerciseResult) -> str:
    if result.score is None:
        return f"{result.name}: the grader failed here; a human will grade it."
    return f"{result.name}: {rounded(result.score)} of {result.max_score:g} points"


def title_of(test: TestResult) -> str:
    """Return the sentence of a hidden test on one line."""
    return " ".join(test.title.split())


def _with_messages(result: ExerciseResult) -> Iterator[tuple[TestResult, str]]:
    """Yield each test with its message; what was said of one before is not said again."""
    said: set[str] = set()
    for test in result.tests:
        yield test, _AS_ABOVE if test.message in said else test.message
        said |= {test.message} - {""}


def _test_html(test: TestResult, message: str) -> str:
    title = f"{_MARKS[test.outcome]} {sentence_html(title_of(test))}"
    if test.outcome is Outcome.PASSED:
        return title
    return f"<strong>{title}</strong><br><em>{sentence_html(message)}</em>"


def sentence_html(text: str) -> str:
    """Return a sentence as HTML: names between backticks are code, all else is escaped."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _nbformat_output(output: Output, order: int, time: TimeLeft) -> NotebookNode:
    name, text = plain(output.name), plain(output.text)
    traceback = [plain(line) for line in output.traceback]
    data = {mime: plain(content) for mime, content in output.data.items() if mime in _SHOWN}
    if "text/html" in data:
        data["text/html"] = (as_text if time.is_over else clean)(data["text/html"])
    described = {"alt": plain(output.alt)}
    metadata = {mime: described for mime in data if mime in PICTURES and output.alt}
    fields: dict[str, dict[str, object]] = {
        "stream": {"name": output.name, "text": text},
        "error": {"ename": name, "evalue": text, "traceback": traceback},
        "display_data": {"data": data, "metadata": metadata},
        "execute_result": {"data": data, "metadata": {}, "execution_count": order},
    }
    return _output(output.kind, **fields[output.kind])


def _output(kind: str, **fields: object) -> NotebookNode:
    # Not by nbformat's function, which looks each one over with its schema: that takes longer than
    # all else here.
    output: NotebookNode = nbformat.from_dict({"output_type": kind, **fields})
    return output
