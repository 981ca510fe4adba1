"""Prose of a student's own is found wherever it stands, and nothing else is taken for it."""

import time
from collections.abc import Callable

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.course.options import Limits
from autograder.grading import grade
from autograder.notebook.assignment import Assignment, grade_id
from autograder.notebook.filled_in import answered
from autograder.notebook.prose import MOST_PLACES, MOST_SHOWN, places_of_prose
from autograder.notebook.submission import restore
from autograder.running.cell_outputs import written_text
from autograder.sandbox.host import Sandbox

PROSE = """It tells more when some of the numbers stand for more pupils than the others do,
as the mean of a large class does. With equal weights the two are the same."""
COMMENT = "\n".join(f"# {line}" for line in PROSE.splitlines())
QUESTION = "When does a weighted mean tell more than the ordinary one?"
SHORT = "because the larger class has more pupils in it, which ten small numbers cannot tell"

SENTENCE = "The larger class tells more, as it has more pupils in it."
SMALL_WORDS = "The mean is small and the other is large."  # keywords of Python among them

Change = Callable[[NotebookNode], None]


def position(notebook: NotebookNode, name: str) -> int:
    return next(n for n, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def added(cell: NotebookNode) -> Change:
    """Return what puts a cell of the student's own behind the untouched answer."""
    return lambda notebook: notebook.cells.append(cell)


def written_into(name: str, text: str) -> Change:
    """Return what writes text behind that of a cell of the assignment."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells[position(notebook, name)].source += f"\n{text}"

    return change


def in_a_copy(name: str, text: str) -> Change:
    """Return what copies a cell with its metadata, and writes text into the copy."""

    def change(notebook: NotebookNode) -> None:
        copy = nbformat.from_dict(notebook.cells[position(notebook, name)])
        copy.update(id="copy", source=f"{copy.source}\n{text}")
        notebook.cells.append(copy)

    return change


def in_the_place_of(name: str, cell_type: str, text: str) -> Change:
    """Return what makes a cell of the assignment another one that still has its id."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells[position(notebook, name)].update(cell_type=cell_type, source=text)

    return change


def below_the_question(notebook: NotebookNode, text: str) -> None:
    """Write text into the cell of the question, as who clicks on it does."""
    notebook.cells[position(notebook, "explanation") - 1].source += f"\n\n{text}"


def older(notebook: NotebookNode) -> NotebookNode:
    """Make of it a release in which typos were mended since."""
    for old, new in (
        ("How much does one number count", "How much doess one nubmer count"),
        ("makes the mean undefined", "makes the maen undefined"),
        ("When does a weighted", "When does a weigted"),
    ):
        (cell,) = (cell for cell in notebook.cells if old in cell.source)
        cell.source = cell.source.replace(old, new)
    return notebook


FOUND = {
    "typed into a code cell": added(new_code_cell(PROSE)),
    "one short sentence in a code cell": added(new_code_cell("Because it has more pupils.")),
    "in another language": added(new_code_cell("Weil die größere Klasse mehr Schüler hat")),
    "without spaces": added(new_code_cell("因为较大的班级有更多的学生所以更重要")),
    "in letters with marks": added(new_code_cell("क्योंकि बड़ी कक्षा में अधिक छात्र हैं")),
    "in Arabic with its vowels": added(
        new_code_cell("# لِأَنَّ الفَصْلَ الأَكْبَرَ فِيهِ عَدَدٌ أَكْثَرُ مِنَ التَّلَامِيذِ وَلِذَلِكَ هُوَ أَهَمُّ لَنَا")
    ),
    "in Hebrew with its vowels": added(new_code_cell("כִּי בַּכִּתָּה הַגְּדוֹלָה יֵשׁ יוֹתֵר תַּלְמִידִים")),
    "in Persian with joiners": added(new_code_cell("کلاس‌های بزرگ‌تر دانش‌آموزان بیش‌تری می‌گیرند")),
    "in Tibetan": added(new_code_cell("# འཛིན་གྲྭ་ཆེ་བ་ལ་སློབ་ཕྲུག་མང་བ་ཡོད་པས་གལ་ཆེ་བ་རེད།")),
    "with an apostrophe": added(new_code_cell("It's the class's size that makes the difference")),
    "under a magic of text": added(new_code_cell(f"%%markdown\n{PROSE}")),
    "under another": added(new_code_cell(f"%%html\n<p>{SHORT}</p>")),
    "written to a file": added(new_code_cell(f"%%writefile answer.txt\n{PROSE}")),
    "a comment": added(new_code_cell(COMMENT)),
    "a comment behind code": added(new_code_cell(f"x = 1  # {SHORT}")),
    "a comment below code": added(new_code_cell(f"x = 1\n\n{COMMENT}\ny = 2")),
    "a string": added(new_code_cell(f'"""{PROSE}"""')),
    "a string below code": added(new_code_cell(f'x = 1\n"""{PROSE}"""')),
    "printed": added(new_code_cell(f"print('''{PROSE}''')")),
    "printed in short": added(new_code_cell('print("It has more pupils in it.")')),
    "printed by lines": added(new_code_cell(f"print({SHORT!r})\nprint({SHORT!r})")),
    "printed with a mistake": added(new_code_cell(f"print('It's so {SHORT}')")),
    "printed without the last bracket": added(new_code_cell(f"print({SHORT!r}")),
    "in a string that is not closed": added(new_code_cell(f'answer = "{SHORT}')),
    "joined": added(
        new_code_cell("print(' '.join(['It is larger and', 'has more pupils in it']).strip())")
    ),
    "printed and formatted": added(new_code_cell(f"print(f'{SHORT} of {{1 + 1}}')")),
    "displayed": added(new_code_cell(f"display(Markdown('''{PROSE}'''))")),
    "kept in a variable": added(new_code_cell(f"answer = '''{PROSE}'''")),
    "with the small words that Python knows": added(new_code_cell(SMALL_WORDS)),
    "nothing but such": added(new_code_cell("It is large, not small, and so is not in it.")),
    "such a comment": added(new_code_cell(f"# {SMALL_WORDS}")),
    "such a string": added(new_code_cell(f"print({SMALL_WORDS!r})")),
    "a sentence in a variable": added(new_code_cell(f"answer = {SENTENCE!r}")),
    "in a variable of no name": added(new_code_cell(f"_ = {SENTENCE!r}")),
    "beside a statement": added(new_code_cell(f'pass\n"""{SENTENCE}"""')),
    "beside a number": added(new_code_cell(f"x = 1; {SENTENCE!r}")),
    "shown after an if": added(new_code_cell(f"if True:\n    print({SENTENCE!r})")),
    "shown below its import": added(
        new_code_cell(f"from IPython.display import Markdown\nMarkdown({SENTENCE!r})")
    ),
    "shown by a module": added(
        new_code_cell(f"import IPython.display as d\nd.display(d.Markdown({SENTENCE!r}))")
    ),
    "a comment beside an import": added(new_code_cell(f"import numpy as np\n# {SENTENCE}")),
    "printed in parts": added(new_code_cell('print("The larger", "class has", "more pupils")')),
    "added up": added(new_code_cell('print("The larger " + "class has more")')),
    "in a list": added(new_code_cell('for s in ["one is large", "one is small"]: print(s)')),
    "bytes": added(new_code_cell(f"answer = b{SENTENCE!r}")),
    "echoed": added(new_code_cell(f"!echo {SENTENCE}")),
    "bullets": added(new_code_cell("- mean: small class\n- weighted: large class")),
    "numbered": added(new_code_cell("# 1. mean: small class\n# 2. weighted: large class")),
    "a raw cell": added(new_raw_cell(PROSE)),
    "a Markdown cell": added(new_markdown_cell("It has more pupils.")),
    "a picture": added(new_markdown_cell("![](attachment:a.png)")),
    "a comment in a locked test": written_into("test_step_down", COMMENT),
    "a string in a locked test": written_into("test_step_down", f"'''{PROSE}'''"),
    "printed in a locked cell": written_into("show-step", f"print('''{PROSE}''')"),
    "typed into a locked cell": written_into("imports", PROSE),
    "in the place of a locked cell": in_the_place_of("show-step", "code", PROSE),
    "in a given cell made a raw one": in_the_place_of("imports", "raw", PROSE),
    "below a function": written_into("step_down", COMMENT),
    "above a function": in_the_place_of("answer_1", "code", f"{COMMENT}\nanswer_1 = 'b'"),
    "in a copy of a test": in_a_copy("test_step_down", COMMENT),
    "typed into a copy of given code": in_a_copy("imports", PROSE),
    "in a copy of an answer": in_a_copy("running_maximum", COMMENT),
    "in a cell too long to be parsed": added(new_code_cell("x = 1\n" * 4000 + COMMENT)),
    "below a question": lambda n: below_the_question(n, SENTENCE),
    "below an older question": lambda n: below_the_question(older(n), SENTENCE),
    "on the line of a question": added(new_markdown_cell(f"{QUESTION} When weights differ.")),
    "in front of a question": added(new_markdown_cell(f"Of unequal weights. {QUESTION}")),
    "in a question": lambda n: n.cells[position(n, "explanation") - 1].update(source=PROSE),
}

STYLED = '''
import math
import numpy

# TODO: tidy this up before handing in
def step_down(values, slopes, rate):
    """Move values against their slopes, as was said in the lecture of last week by everybody."""
    # This is the step that was shown in the lecture, written down for whole arrays at once.
    if rate is None:
        raise ValueError("the rate of such a step must be a number and never nothing at all")
    "a string within the function that says what all of this was meant to be in the end"
    return values - rate * slopes  # both have the same shape, so that nothing is broadcast here
    # and this was the end of the function that moves all of the values against their slopes
'''
HELPERS = '''
def helper(x):
    """Return something that is of use to all of the functions which are written below it."""
    # twice as much
    assert x > 0, "this function can only be called with a number that is larger than zero"
    warnings.warn("this function was called with a number that may be much too large for it")
    return 2 * x

class Box:
    """A box that holds all the numbers which the functions below it are going to ask for."""
'''
COMMENTED_OUT = """
# for i in range(3):
#     print("the largest number so far is the last one that was put into the list", i)
# values = [x for x in numbers if x is not None and x not in others or x is numbers]
x = 1
"""
BROKEN = '''
def step_down(values, slopes, rate)
    """Move values against their slopes, as was said in the lecture of last week by everybody."""
    # This is the step that was shown in the lecture, written down for whole arrays at once.
    return values if rate is not None and slopes is not None else slopes
print("the largest number so far")
for i in range(3) print i
'''
ERROR = "# ValueError: operands could not be broadcast together with shapes of the two arrays here"

PASSED_OVER = {
    "ordinary code": added(new_code_cell(STYLED)),
    "a helper": added(new_code_cell(HELPERS)),
    "commented-out code": added(new_code_cell(COMMENTED_OUT)),
    "an error message": added(new_code_cell(f"x = 1\n{ERROR}")),
    "code with a mistake": added(new_code_cell(BROKEN)),
    "commands": added(new_code_cell("%matplotlib inline\n!pip install one package and another")),
    "a shell": added(new_code_cell("%%bash\nls folder\ngit commit file")),
    "help": added(new_code_cell("np.add?")),
    "short comments": added(new_code_cell("# 2 x 2 windows\nx = 1  # loop over the windows")),
    "titles": added(new_code_cell('plt.title("Largest number so far")\nplt.xlabel("place")')),
    "prints": added(new_code_cell('print("largest so far:", 1)\nprint("mean of all:", 2)')),
    "prints beside results": added(new_code_cell('print("shape of the output", values.shape)')),
    "prints of formatted results": added(new_code_cell('print(f"the mean of all is {mean}")')),
    "a title with its import": added(
        new_code_cell('from matplotlib import pyplot as p\np.title("Largest number of all so far")')
    ),
    "names in a list": added(new_code_cell('names = ["small class", "large class", "mean"]')),
    "names in a string": added(new_code_cell('names = "small large first last".split()')),
    "a title without its last bracket": added(
        new_code_cell('plt.title("Largest number so far"\nplt.xlabel("place in the list")')
    ),
    "a file's name": added(new_code_cell('# where the numbers are\nFILE = "all numbers.npz"')),
    "a comment at imports": added(new_code_cell("# the libraries that we need\nimport math")),
    "a letter with its reason": in_the_place_of(
        "answer_1", "code", 'answer_1 = "b"  # it grows with the number of pupils in a class'
    ),
    "code in a string": added(
        new_code_cell(
            '"""\nfor n in range(3):\n    if n in all or n is not None:\n        f(n)\n"""'
        )
    ),
    "a broken condition": added(new_code_cell("if x is not None and y in z or not x:\nelse:")),
    "a broken sum": added(new_code_cell("x = (size\n- pad + size\n- kernel size")),
    "a heading": added(new_markdown_cell("## Part 2")),
    "nothing": added(new_code_cell("")),
    "in the function": written_into("step_down", "    # " + SHORT),
    "a copy of a test": in_a_copy("test_step_down", ""),
    "a copy of the question": in_a_copy("explanation", ""),
    "a test edited": written_into("test_step_down", "assert step_down(1, 2, 3) == -5"),
    "given text quoted": added(new_markdown_cell(f"> {QUESTION}")),
    "an older release": lambda n: older(n),
    "a letter": in_the_place_of(
        "answer_1", "code", 'answer_1 = "b"  # the letter of your answer, between the quotes'
    ),
}


def handed_in(averages: Assignment, change: Change) -> NotebookNode:
    """Return a notebook with right answers, without the written one, and changed."""
    released = averages.by_grade_id["explanation"].source
    notebook = answered(averages, {"explanation": released})
    change(notebook)
    return notebook


@pytest.mark.parametrize("change", FOUND.values(), ids=FOUND)
def test_prose_is_found_and_restoring_again_keeps_it(averages: Assignment, change: Change) -> None:
    once = restore(handed_in(averages, change), averages)
    places = places_of_prose(once.cells, averages)
    assert places.startswith("cell ")
    assert places_of_prose(restore(once, averages).cells, averages) == places
    assert restore(once, averages) == once


@pytest.mark.parametrize("change", PASSED_OVER.values(), ids=PASSED_OVER)
def test_what_is_no_prose_is_passed_over(averages: Assignment, change: Change) -> None:
    restored = restore(handed_in(averages, change), averages)
    assert places_of_prose(restored.cells, averages) == ""


def test_the_place_is_named_by_number_and_beginning(averages: Assignment) -> None:
    restored = restore(handed_in(averages, added(new_code_cell(COMMENT))), averages)
    begins = f"{' '.join(PROSE.split())[:MOST_SHOWN].rstrip()} …"
    assert places_of_prose(restored.cells, averages) == f'cell {len(restored.cells)} ("{begins}")'


def test_many_places_and_odd_characters_stay_one_short_line(averages: Assignment) -> None:
    cells = [new_markdown_cell(f"\x1b[31mred\u202e {SHORT}\n\n{'x' * 9000}")] * 20
    places = places_of_prose(cells, averages)
    assert places.endswith("), and more")
    assert places.isprintable()
    assert len(places) < 120 * MOST_PLACES


def test_the_place_is_said_and_the_answer_waits(averages: Assignment, sandbox: Sandbox) -> None:
    for change, place in ((added(new_code_cell(PROSE)), "cell 18"), (added(new_code_cell("")), "")):
        notebook = handed_in(averages, change)
        grading = grade(notebook, averages, sandbox, notebook="n", limits=Limits()).grading
        (answer,) = grading.written
        assert answer.answered == bool(place)
        assert answer.elsewhere.startswith(place)
        assert grading.pending == (10 if place else 0)
        assert grading.untouched == ([] if place else ["explanation"])
        assert place in written_text(answer)


@pytest.mark.parametrize(
    "text", [f"{QUESTION} When weights differ.", "One letter, between the quotes."]
)
def test_what_is_below_the_question_is_the_answer(averages: Assignment, text: str) -> None:
    notebook = handed_in(averages, lambda n: None)
    notebook.cells.insert(position(notebook, "explanation"), new_markdown_cell(text))
    restored = restore(notebook, averages)
    assert restored.cells[position(restored, "explanation")].source == text


@pytest.mark.parametrize(
    "source",
    [
        "#f('a b c')\n" * 10_000,
        "'a b c'\n" * 2400,
        "one two three\n" * 9000,
        "x = " + "('a b c' + " * 90 + "''" + ")" * 90,
        "x = " + "'a' + " * 600 + "''",
        ("n+print(" * 120 + "n" + "+'a'" * 400 + ")" * 120 + "\n") * 7,
        ("x = n" + "+'a'" * 300 + "\n") * 16,
        "#a\n\n" * 30_000,
        "f('a b c');" * 1800,
        "a " * 60_000,
        "def step_down(\n#" + " a" * 60_000,
    ],
)
def test_hostile_text_takes_no_long_time(averages: Assignment, source: str) -> None:
    count = max(1, 2**17 // len(source))  # an eighth of what is read
    begin = time.process_time()
    places_of_prose([new_code_cell(source)] * count, averages)
    assert time.process_time() - begin < 10
