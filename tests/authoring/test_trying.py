"""Each rule about what must be tried: one thing is broken, and exactly that is said."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from trying import results

from autograder.authoring.finding import Finding, Subject
from autograder.authoring.looking import look_at_letters, look_at_the_release, look_at_the_solved
from autograder.authoring.trying import HandedIn, handed_in, judged
from autograder.course.sync import sync
from autograder.results import Ungraded
from autograder.sandbox.host import Sandbox

Break = Callable[[Any], object]
EMPTY = "check(student.running_maximum([]), [])"
ANOTHER = """
running_maximum.wrong(
    another=Wrong(
        "Which of two numbers do you keep, the larger one or the smaller one?",
        choice={choice},
    )
)
"""


def appended(text: str) -> Break:
    """Return what adds to the known mistakes."""

    def append(course: Any) -> None:
        path = course.solutions / "misconceptions.py"
        path.write_text(path.read_text() + text)

    return append


def calls_an_earlier_exercise(course: Any) -> None:
    """With a number that is not answered by the right function, so that its mistakes spill."""
    course.edit(
        "__init__.py",
        "total = sum(number * weight for",
        "total = sum(running_maximum([-(10**9), number * weight])[-1] for",
    )
    sync(course.subject().contents, "averages")


def of_solutions(one: HandedIn) -> bool:
    return not (one.untouched or one.styles or one.mistakes)


HANDED_IN: dict[str, tuple[Break, Callable[[HandedIn], object], str, str, str]] = {
    "a solution that loses a point": (
        lambda c: c.edit("hidden_tests.py", EMPTY, EMPTY.replace(", [])", ", [0])")),
        of_solutions,
        "averages.ipynb",
        "test_running_maximum",
        r"The solution of running_maximum gets 17.5 of 20 points. test_no_numbers: .+",
    ),
    "a stub that scores": (
        lambda c: c.edit("hidden_tests.py", EMPTY, "student.running_maximum([])"),
        lambda one: one.untouched,
        "averages.ipynb",
        "test_running_maximum",
        r"As it is released, running_maximum gets 2.5 of 20 points.",
    ),
    "a style that loses a point": (
        lambda c: c.edit("styles.py", "max(numbers[: end + 1])", "max(numbers[: end + 2])"),
        lambda one: one.styles,
        "styles.py",
        "def maximum_of_slices",
        r"maximum_of_slices gets 2.5 of 20 points. test_any_numbers\[two numbers\]: .+",
    ),
    "a mistake that costs nothing": (
        appended(ANOTHER.format(choice="lambda one, other: max(other, one)")),
        lambda one: one.mistakes,
        "misconceptions.py",
        "another=",
        r"another costs nothing: no hidden test of running_maximum notices it.",
    ),
    "a mistake that is taken for another": (
        appended(ANOTHER.format(choice="lambda one, other: min(other, one)")),
        lambda one: one.mistakes,
        "misconceptions.py",
        "another=",
        r"another is explained to students as takes_the_smallest.",
    ),
    "a mistake that spills": (
        calls_an_earlier_exercise,
        lambda one: one.mistakes,
        "misconceptions.py",
        "takes_the_smallest=",
        r"takes_the_smallest spills: weighted_mean, which is right, gets 0 of 16 points. .+",
    ),
    "a hidden test that no mistake fails": (
        lambda c: c.edit(
            "hidden_tests.py",
            "    def test_no_numbers(",
            '    def test_nothing(self, student):\n        """Nothing."""\n\n'
            "    def test_no_numbers(",
        ),
        lambda one: one.mistakes,
        "hidden_tests.py",
        "def test_nothing",
        r"No known mistake in running_maximum fails test_nothing.",
    ),
    "a hidden test that says nothing": (
        lambda c: c.edit(
            "hidden_tests.py", EMPTY, "assert student.running_maximum([]).value == []"
        ),
        lambda one: one.mistakes,
        "hidden_tests.py",
        "def test_no_numbers",
        r"test_no_numbers fails without a word: use check, require, or an assert with a sentence.",
    ),
    "a hidden test that compares an Answer": (
        lambda c: c.edit("hidden_tests.py", EMPTY, "assert student.running_maximum([]) == []"),
        of_solutions,
        "hidden_tests.py",
        "def test_no_numbers",
        r"test_no_numbers fails as a program: TypeError: this is an Answer; .+ its \.value .+",
    ),
    "a hidden test that fails as a program": (
        lambda c: c.edit("hidden_tests.py", EMPTY, EMPTY.replace(", [])", ", nothing)")),
        of_solutions,
        "hidden_tests.py",
        "def test_no_numbers",
        r"test_no_numbers fails as a program: NameError: .+ \(.+hidden_tests.py, line \d+\)\.",
    ),
}


def look_at(subject: Subject, sandbox: Sandbox) -> list[Finding]:
    looks = (look_at_the_solved, look_at_the_release)
    return [finding for look in looks for finding in look(subject, sandbox)]


def text_at(finding: Finding) -> str:
    return finding.file.read_text().splitlines()[finding.line - 1]


def test_nothing_is_wrong_with_the_small_course(course, sandbox: Sandbox) -> None:
    subject = course.subject()
    todo = handed_in(subject.assignment)
    tried = judged(subject, todo, results(subject, todo, sandbox))
    assert tried.findings == []
    assert {mistake.name for mistake in tried.mistakes} >= {"walks_up", "divides_by_zero"}
    assert tried.mistakes.keys() == {m for one in todo for m in one.mistakes}
    assert {style.name for one in todo for style in one.styles} >= {"mean_by_numpy"}
    assert look_at(subject, sandbox) == []


@pytest.mark.parametrize(
    ("break_it", "kind", "file", "named", "sentence"), HANDED_IN.values(), ids=HANDED_IN
)
def test_what_is_wrong_when_it_is_handed_in(
    course,
    sandbox: Sandbox,
    break_it: Break,
    kind: Callable[[HandedIn], object],
    file: str,
    named: str,
    sentence: str,
) -> None:
    break_it(course)
    subject = course.subject()
    todo = [one for one in handed_in(subject.assignment) if kind(one)]
    (finding,) = judged(subject, todo, results(subject, todo, sandbox)).findings
    assert re.fullmatch(sentence, finding.sentence)
    assert finding.file.name == file
    assert named in text_at(finding)


def test_a_notebook_that_cannot_be_graded_is_a_finding(course) -> None:
    subject = course.subject()
    release = handed_in(subject.assignment)[:1]
    ungraded = Ungraded(notebook="-", error="No memory.")
    (finding,) = judged(subject, release, [ungraded]).findings
    assert finding.sentence == "It cannot be graded: No memory."


def without_misconceptions(course: Any) -> None:
    (course.solutions / "misconceptions.py").unlink()
    (course.solutions / "styles.py").unlink()


def test_without_known_mistakes_and_styles_nothing_is_missing(course, sandbox: Sandbox) -> None:
    without_misconceptions(course)
    subject = course.subject()
    todo = handed_in(subject.assignment)
    assert len(todo) == 2
    assert judged(subject, todo, results(subject, todo, sandbox)).findings == []


LOOKED_AT: dict[str, tuple[str, str, str]] = {
    "a visible check that the solution fails": (
        "test_weighted_mean",
        "assert weighted_mean([1, 5], [3, 1]) == 3, 'three times 1 and once 5'",
        "With the solutions the cell 'test_weighted_mean' fails: AssertionError: "
        "three times 1 and once 5",
    ),
    "a visible check that passes before": (
        "test_weighted_mean",
        "weighted_mean([1, 5], [3, 1])",
        "The visible check 'test_weighted_mean' passes before anything is written.",
    ),
    "a visible check that says nothing": (
        "test_weighted_mean",
        "assert weighted_mean([1, 5], [3, 1]) == 2",
        "The visible check 'test_weighted_mean' says AssertionError: (nothing) before anything is "
        "written. It should be an assert with a sentence of 20 characters or more.",
    ),
    "a visible check that fails as a program": (
        "test_weighted_mean",
        "assert round(weighted_mean([1, 5], [3, 1])) == 2, 'the mean of 1, 1, 1 and 5'",
        "The visible check 'test_weighted_mean' says TypeError: type NoneType doesn't define "
        "__round__ method before anything is written. It should be an assert with a sentence of 20 "
        "characters or more.",
    ),
    "a cell that fails in the release": (
        "show-step",
        "print(round(step_down(1.0, 2.0, 0.5)))",
        "In the release the cell 'show-step' fails before anything is written: "
        "TypeError: type NoneType doesn't define __round__ method",
    ),
    "a picture without words": (
        "show-step",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "The picture of the cell 'show-step' has no alternative text.",
    ),
}


@pytest.mark.parametrize(("cell", "text", "sentence"), LOOKED_AT.values(), ids=LOOKED_AT)
def test_what_is_wrong_when_it_is_run(
    course, sandbox: Sandbox, cell: str, text: str, sentence: str
) -> None:
    course.edit_cell(cell, lambda found: found.update(source=text))
    (finding,) = look_at(course.subject(), sandbox)
    assert finding.sentence == sentence
    assert finding.file == course.notebook
    assert f'"{cell}"' in text_at(finding)


def test_a_visible_check_that_refuses_a_letter(course, sandbox: Sandbox) -> None:
    assert list(look_at_letters(course.subject(), sandbox)) == []
    text = "assert answer_1 in ('a', 'b'), 'one letter, between the quotes'"
    course.edit_cell("test_answer_1", lambda cell: cell.update(source=text))
    (finding,) = look_at_letters(course.subject(), sandbox)
    assert finding.sentence == "The visible check 'test_answer_1' refuses 'c', a letter to choose."
    assert '"test_answer_1"' in text_at(finding)


def test_a_picture_with_words_is_fine(course, sandbox: Sandbox) -> None:
    text = (
        "import matplotlib.pyplot as plt\nfrom IPython.display import display\n"
        "figure, axes = plt.subplots()\nplt.close(figure)\n"
        "display(figure, metadata={'image/png': {'alt': 'An empty pair of axes.'}})"
    )
    course.edit_cell("show-step", lambda cell: cell.update(source=text))
    assert look_at(course.subject(), sandbox) == []
