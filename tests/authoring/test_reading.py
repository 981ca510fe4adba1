"""Each rule about what can be read: one thing is broken, and exactly that is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.authoring.check import broken, missing_files, names_to_check, what_can_be_read
from autograder.authoring.finding import Finding
from autograder.course.contents import Contents
from autograder.errors import AutograderError, UnknownAssignment

Break = Callable[[Any], object]


def source(text: str) -> Callable[[NotebookNode], None]:
    """Return what gives a cell another text."""
    return lambda cell: cell.update(source=text)


def flags(**values: object) -> Callable[[NotebookNode], None]:
    """Return what gives a cell other flags of nbgrader's."""
    return lambda cell: cell.metadata.nbgrader.update(values)


def code(text: str) -> NotebookNode:
    """Return a locked code cell with the grade id "more"."""
    flags = {"grade": False, "grade_id": "more", "locked": True, "schema_version": 3}
    metadata = {"nbgrader": {**flags, "solution": False, "task": False}}
    return nbformat.v4.new_code_cell(text, metadata=metadata)


def markdown(text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text, id="more")


IN_THE_NOTEBOOK: dict[str, tuple[Break, str, str]] = {
    "two cells of a name": (
        lambda c: (c.insert(code("print(1)")), c.insert(code("print(2)"))),
        "more",
        "Two cells have the grade id 'more'.",
    ),
    "an output": (
        lambda c: c.edit_cell("show-step", lambda cell: cell.update(execution_count=3)),
        "show-step",
        "the cell 'show-step' still has its output. Clear all outputs before you save.",
    ),
    "a cell that nbgrader does not know": (
        lambda c: c.insert(nbformat.v4.new_code_cell("print(1)", id="more")),
        "more",
        "the cell 'more' is not known to nbgrader. Make it a read-only cell, or an answer.",
    ),
    "a locked answer": (
        lambda c: c.edit_cell("running_maximum", flags(locked=True)),
        "running_maximum",
        "the cell 'running_maximum' is an answer, and locked: nobody could write it.",
    ),
    "a cell that is not locked": (
        lambda c: c.edit_cell("show-step", flags(locked=False)),
        "show-step",
        "the cell 'show-step' is no answer, and not locked: students could change it.",
    ),
    "no answer cell": (
        lambda c: c.edit_cell("answer_1", flags(grade_id="answer_one")),
        "test_answer_1",
        "There is no answer cell with the grade id 'answer_1' to write it in.",
    ),
    "no points": (
        lambda c: (
            c.edit_cell("test_answer_1", flags(points=0)),
            c.edit_cell("question-1", source("### Question 1 (0 points)")),
        ),
        "test_answer_1",
        "the cell 'test_answer_1' is graded, for no points.",
    ),
    "other points in the heading": (
        lambda c: c.edit_cell("exercise-1", source("### `running_maximum` (25 points)")),
        "exercise-1",
        "The heading says 25 points, the cells below it have 20.",
    ),
    "another text than in solutions": (
        lambda c: c.edit_cell("imports", source("import numpy as np")),
        "imports",
        "the cell 'imports' is not as solutions/ has it. Run: autograder sync",
    ),
    "hidden tests of nbgrader's": (
        lambda c: c.insert(code("### BEGIN HIDDEN TESTS\nassert True\n### END HIDDEN TESTS")),
        "more",
        "the cell 'more' has hidden tests, which are not run here. Write them in hidden_tests.py.",
    ),
    "a line of a solution in the release": (
        lambda c: c.insert(
            markdown(
                "Try `total = sum(number * weight for number, weight in "
                "zip(numbers, weights, strict=True))`"
            )
        ),
        "more",
        "The release of the cell 'more' tells a solution: 'total = sum(number * weight for "
        "number, weight in zip(numbers, weights, strict=True))'.",
    ),
    "a line of a hidden test in the release": (
        lambda c: c.insert(markdown("numbers, weights = rng.normal(5, 2, 4).tolist(), [0.5] * 4")),
        "more",
        "The release of the cell 'more' tells a hidden test: "
        "'numbers, weights = rng.normal(5, 2, 4).tolist(), [0.5] * 4'.",
    ),
    "a letter in the release": (
        lambda c: c.insert(code('# answer_1 = "b"')),
        "more",
        "The release of the cell 'more' tells the letter.",
    ),
    "an import that is not there": (
        lambda c: c.insert(code("import sympy")),
        "more",
        "the cell 'more' imports sympy, which is not there while grading. "
        "Name its package in c.GradingOptions.packages.",
    ),
    "a name of a demonstration": (
        lambda c: (
            c.edit_cell("show-step", source("shown = 5")),
            c.insert(code("print(shown)"), 12),
        ),
        "more",
        "the cell 'more' uses shown of the demonstration the cell 'show-step', "
        "which is not run while grading.",
    ),
    "a picture without words": (
        lambda c: c.insert(markdown("![](attachment:step.png)")),
        "more",
        "A picture in the cell 'more' has no alternative text.",
    ),
    "an image element without words": (
        lambda c: c.insert(markdown('<img src="step.png" width=300>')),
        "more",
        "A picture in the cell 'more' has no alternative text.",
    ),
    "no hidden test": (
        lambda c: c.edit("hidden_tests.py", '@exercise("answer_1")', '@exercise("step_down")'),
        "test_answer_1",
        "No hidden test is marked @exercise('answer_1').",
    ),
}
IN_THE_SOLUTIONS: dict[str, tuple[Break, str, str, str]] = {
    "no docstring of a reference": (
        lambda c: c.edit(
            "__init__.py",
            '    """Return the largest number so far, at every place.\n\n'
            "    numbers  a list of numbers\n\n"
            '    Returns a new list of the same length. numbers is not changed.\n    """\n',
            "",
        ),
        "__init__.py",
        "def running_maximum",
        "running_maximum has no docstring, which students get.",
    ),
    "no letter": (
        lambda c: c.edit("__init__.py", 'ANSWERS = {"answer_1": "b"}', ""),
        "__init__.py",
        '"""Numbers in a row',
        "There is no reference: neither a function answer_1 nor an entry of ANSWERS with the "
        "letter.",
    ),
    "a test of no exercise": (
        lambda c: c.edit(
            "hidden_tests.py",
            '@exercise("answer_1")\n',
            '@exercise("answer_2")\ndef test_more(student):\n    """More."""\n\n\n'
            '@exercise("answer_1")\n',
        ),
        "hidden_tests.py",
        "def test_more",
        "test_more is marked @exercise('answer_2'): there is no grade cell 'test_answer_2'.",
    ),
    "two tests of no exercise": (
        lambda c: c.edit(
            "hidden_tests.py",
            '@exercise("answer_1")\n',
            '@exercise("answer_2")\nclass TestMore:\n    def test_more(self, student):\n'
            '        """More."""\n\n    def test_most(self, student):\n        """Most."""\n\n\n'
            '@exercise("answer_1")\n',
        ),
        "hidden_tests.py",
        "def test_more",
        "test_more and test_most are marked @exercise('answer_2'): there is no grade cell "
        "'test_answer_2'.",
    ),
    "a test without a sentence": (
        lambda c: c.edit("hidden_tests.py", '        """One number is its own mean."""\n', ""),
        "hidden_tests.py",
        "def test_one_number",
        "test_one_number has no docstring, the sentence that students read.",
    ),
    "a mistake in no exercise": (
        lambda c: c.edit(
            "misconceptions.py", 'Mistakes("step_down", _step', 'Mistakes("step_up", _step'
        ),
        "misconceptions.py",
        "walks_up=",
        "walks_up is a mistake in 'step_up', which is no exercise here.",
    ),
    "a mistake in capitals": (
        lambda c: c.edit("misconceptions.py", "walks_up=", "walks_UP="),
        "misconceptions.py",
        "walks_UP=",
        "walks_UP should be lower case: it is read as a sentence.",
    ),
    "a hint that is too short": (
        lambda c: c.edit(
            "misconceptions.py", "Along a slope that is positive, do you go up or down?", "Up?"
        ),
        "misconceptions.py",
        "walks_up=",
        "walks_up should have a hint of 20 to 260 characters.",
    ),
    "a hint that breaks off": (
        lambda c: c.edit(
            "misconceptions.py", "positive, do you go up or down?", "positive, you go up or"
        ),
        "misconceptions.py",
        "walks_up=",
        "walks_up should have a hint that asks a question, or ends with a full stop.",
    ),
    "evidence without a place": (
        lambda c: c.edit("misconceptions.py", '(5, "made up for this course")', '(5, "")'),
        "misconceptions.py",
        "starts_from_zero=",
        "starts_from_zero should say both how often it was seen and where, or neither.",
    ),
    "a mistake that stands twice": (
        lambda c: c.edit(
            "misconceptions.py", "returns_nothing_but_the_last=", "takes_the_smallest="
        ),
        "misconceptions.py",
        "takes_the_smallest=",
        "takes_the_smallest stands twice in the tables of running_maximum.",
    ),
    "a style of no exercise": (
        lambda c: c.edit(
            "styles.py", '@style("step_down")\ndef step_one', '@style("step_up")\ndef step_one'
        ),
        "styles.py",
        "def step_one_by_one",
        "step_one_by_one is a style of 'step_up', which is no function here.",
    ),
}


def test_nothing_is_wrong_with_the_small_course(course) -> None:
    assert what_can_be_read(course.subject()) == []


def line_of(finding: Finding) -> str:
    return finding.file.read_text().splitlines()[finding.line - 1]


@pytest.mark.parametrize(
    ("break_it", "cell", "sentence"), IN_THE_NOTEBOOK.values(), ids=IN_THE_NOTEBOOK
)
def test_what_is_wrong_in_the_notebook(course, break_it: Break, cell: str, sentence: str) -> None:
    break_it(course)
    (finding,) = what_can_be_read(course.subject())
    assert finding.sentence == sentence
    assert finding.file == course.notebook
    assert f'"{cell}"' in line_of(finding)


@pytest.mark.parametrize(
    ("break_it", "file", "line", "sentence"), IN_THE_SOLUTIONS.values(), ids=IN_THE_SOLUTIONS
)
def test_what_is_wrong_in_the_solutions(
    course, break_it: Break, file: str, line: str, sentence: str
) -> None:
    break_it(course)
    found = what_can_be_read(course.subject())
    first = found[0]
    assert first.sentence == sentence
    assert first.file == course.solutions / file
    assert line in line_of(first)
    what = sentence.partition(" ")[2]  # of the same table there may be more, and nothing else
    assert {f.sentence.partition(" ")[2] for f in found} == {what}


@pytest.mark.parametrize(("length", "fits"), [(19, False), (20, True), (260, True), (261, False)])
def test_a_hint_may_have_20_to_260_characters(course, length: int, *, fits: bool) -> None:
    hint = "Along a slope that is positive, do you go up or down?"
    course.edit("misconceptions.py", hint, f"{'x' * (length - 1)}?")
    assert (what_can_be_read(course.subject()) == []) is fits


def test_a_notebook_that_is_not_valid(course) -> None:
    course.notebook.write_text(course.notebook.read_text().replace('"outputs": [],', "", 1))
    (finding,) = what_can_be_read(course.subject())
    assert finding.sentence.startswith("This is not a valid notebook: ")


def test_a_given_module_that_is_not_in_step(course) -> None:
    """What the references take from a shared module is released beside the notebook."""
    shared = course.folder / "solutions" / "_shared.py"
    shared.write_text('"""Shared."""\n\nimport numpy as np\n\nNOTHING = np.nan\n')
    old = "from .._arguments"
    course.edit("__init__.py", old, f"from .._shared import NOTHING\n{old}")
    sentences = {finding.sentence for finding in what_can_be_read(course.subject())}
    assert "It is not as solutions/ has it. Run: autograder sync" in sentences


@pytest.mark.parametrize(
    ("break_it", "file", "says"),
    [
        (
            lambda c: c.edit_cell("running_maximum", source("### BEGIN SOLUTION\nx = 1")),
            "averages.ipynb",
            "its solution marks do not match",
        ),
        (
            lambda c: c.edit_cell("imports", lambda cell: cell.metadata.nbgrader.pop("locked")),
            "averages.ipynb",
            "the cell 'imports' does not say 'locked'",
        ),
        (lambda c: c.notebook.write_text("{"), "averages.ipynb", "is not a notebook"),
        (
            lambda c: c.edit("hidden_tests.py", "LETTERS = ", "LETTERS = = "),
            "hidden_tests.py",
            "SyntaxError",
        ),
    ],
)
def test_what_cannot_be_read_at_all(course, break_it: Break, file: str, says: str) -> None:
    break_it(course)
    with pytest.raises(AutograderError) as raised:
        what_can_be_read(course.subject())
    finding = broken(Contents(course.folder), "averages", raised.value)
    assert finding.file.name == file
    assert says in finding.sentence


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("assignments/averages/averages.ipynb", "There is no source notebook of averages."),
        ("solutions/averages/__init__.py", "There are no references of averages."),
        ("solutions/averages/hidden_tests.py", "There are no hidden tests of averages."),
    ],
)
def test_an_assignment_that_lacks_a_file(course, file: str, sentence: str) -> None:
    contents = Contents(course.folder)
    assert missing_files(contents, "averages") == []
    (course.folder / file).unlink()
    assert missing_files(contents, "averages") == [Finding(course.folder / file, 1, sentence)]


def test_whatever_has_a_folder_is_checked(course) -> None:
    (course.folder / "assignments" / "medians").mkdir()
    (course.folder / "solutions" / "modes").mkdir()
    (course.folder / "solutions" / "__pycache__").mkdir()
    contents = Contents(course.folder)
    assert names_to_check(contents, (), ()) == ["averages", "medians", "modes"]
    assert names_to_check(contents, (), ("modes",)) == ["averages", "medians"]
    assert names_to_check(contents, ("modes",), ()) == ["modes"]
    with pytest.raises(UnknownAssignment, match="'means'"):
        names_to_check(contents, ("means",), ())


def test_a_finding_reads_as_compilers_say_it() -> None:
    assert str(Finding(Path("a/b.py"), 7, "Wrong.")) == "a/b.py:7: Wrong."
