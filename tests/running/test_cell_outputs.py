"""What a student reads under a grade cell."""

import msgspec
import nbformat

from autograder.results import ExerciseResult, Outcome, TestResult
from autograder.running.cell_outputs import verdict_html, verdict_text, write_run
from autograder.running.execution import CellRun
from autograder.running.time_left import TimeLeft
from autograder.sandbox.wire import Output


def result(outcome: Outcome, message: str = "", hint: str | None = None) -> ExerciseResult:
    test = TestResult(name="t", title="It\n    works.", outcome=outcome, weight=1, message=message)
    score = {Outcome.PASSED: 8.0, Outcome.FAILED: 2 / 3, Outcome.ERROR: None}[outcome]
    return ExerciseResult(name="running_maximum", score=score, max_score=8, hint=hint, tests=[test])


def test_points_sentence_reason_and_hint_together() -> None:
    assert verdict_text(result(Outcome.FAILED, "Shape (1,).", "Look at zero.")) == (
        "running_maximum: 0.67 of 8 points\n✗ It works.\n    Shape (1,).\nHint: Look at zero."
    )


def test_a_grader_error_says_that_a_human_decides() -> None:
    text = verdict_text(result(Outcome.ERROR, "The grader failed here."))
    assert text.startswith(
        "running_maximum: the grader failed here; a human will grade it.\n? It works."
    )


def test_everything_in_the_html_is_escaped() -> None:
    html = verdict_html(result(Outcome.FAILED, "<script>x</script>", "<b>"))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;" in html


def test_names_are_code_on_the_page_and_plain_in_text() -> None:
    told = result(Outcome.FAILED, "`f` raised it at `x = '<b>'`.", "Is `y` meant?")
    assert "<code>f</code> raised it at <code>x = &#x27;&lt;b&gt;&#x27;</code>." in verdict_html(
        told
    )
    assert "Is <code>y</code> meant?" in verdict_html(told)
    assert "f raised it at x = '<b>'." in verdict_text(told)
    assert "`" not in verdict_html(told) + verdict_text(told)


def test_what_was_said_of_one_test_is_not_said_again() -> None:
    once = result(Outcome.FAILED, "`f` does not exist in your notebook.")
    passed = result(Outcome.PASSED)
    several = msgspec.structs.replace(once, tests=[*once.tests, *passed.tests, *once.tests])
    for text in (verdict_text(several), verdict_html(several)):
        assert text.count("does not exist") == 1
        assert text.count("As above.") == 1


def test_outputs_of_a_cell_are_valid_and_without_active_content() -> None:
    cell = nbformat.v4.new_code_cell("x")
    active = {
        "text/html": "<b onclick='x()'>bold</b><script>x()</script><iframe></iframe>",
        "application/javascript": "x()",
        "image/svg+xml": "<svg onload='x()'/>",
        "text/plain": "plain",
    }
    outputs = [
        Output("stream", "stdout", "printed"),
        Output("display_data", data=active),
        Output("error", "ValueError", "no", traceback=["ValueError: no"]),
    ]
    write_run(cell, CellRun("x", 3, outputs, stopped="This cell was stopped."), TimeLeft(60))
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    assert cell.execution_count == 3
    assert set(cell.outputs[1].data) == {"text/html", "text/plain"}
    html = cell.outputs[1].data["text/html"]
    assert "<b>bold</b>" in html
    assert "<script" not in html
    assert "<iframe" not in html
    assert cell.outputs[-1].text == "This cell was stopped.\n"
