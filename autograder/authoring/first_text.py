"""The first text of an assignment: small, right, and there to be replaced.

Each exercise starts as the sum of some numbers, so that everything can be tried at once: release,
grading, the known mistake and its hint. ``$name`` is an exercise, ``$class_name`` the name of its
tests, ``$number`` that of a question, ``$assignment`` and ``$title`` are the assignment.
"""

from __future__ import annotations

REFERENCES = '''\
"""The references of "$assignment": what is right. `autograder sync` copies them to the notebook."""

import numpy as np
'''
ANSWERS = """
ANSWERS = $answers
"""
REFERENCE = '''

def $name(numbers: list[float]) -> float:
    """Return the sum of numbers.

    numbers  a list of numbers, perhaps empty

    Returns one number. numbers is not changed.
    """
    return float(np.sum(numbers))
'''

HIDDEN_TESTS = '''\
"""What is really checked in "$assignment": the docstrings are what students read."""

from autograder.running.testing import $imported
'''
LETTERS = """
LETTERS = "abc"  # of every question
"""
HIDDEN_TEST = '''

@exercise("$name")
class Test$class_name:
    @weight(2)
    def test_several_numbers(self, student, reference, rng):
        """Several numbers are added up."""
        numbers = rng.uniform(1, 9, 5).tolist()
        check_call(student, reference, "$name", numbers)

    def test_no_numbers(self, student, reference):
        """The sum of no numbers is zero."""
        check_call(student, reference, "$name", [])
'''
HIDDEN_QUESTION = '''

@exercise("answer_$number")
def test_answer_$number(student, reference):
    """The letter of question $number is right."""
    check_choice(student.value("answer_$number"), reference.ANSWERS["answer_$number"], LETTERS)
'''

MISCONCEPTIONS = '''\
"""Known mistakes in "$assignment": each is a step of an exercise done wrong, with its hint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.explanation.misconceptions import $imported
'''
MISTAKES = """

def _$name(
    numbers: list[float],
    *,
    start: Callable[..., Any] = lambda: 0.0,
    added: Callable[..., Any] = lambda numbers: numbers,
) -> Any:
    total = start()
    for number in added(numbers):
        total += number
    return total


$name = Mistakes("$name", _$name)

$name.wrong(
    leaves_the_last_number_out=Wrong(
        "How many numbers go in, and how many of them do you add?",
        added=lambda numbers: numbers[:-1],
    ),
    starts_at_one=Wrong("What should the sum of no numbers be?", start=lambda: 1.0),
)
"""
MISTAKES_IN_A_QUESTION = """

answer_$number = Mistakes("answer_$number")

answer_$number.wrong(
    chooses_the_second=Chosen("b", "What speaks against b?"),
    chooses_the_third=Chosen("c", "What speaks against c?"),
)
"""

STYLES = '''\
"""Right solutions of "$assignment" in other styles: none of them may lose a point."""

from __future__ import annotations

from autograder.explanation.styles import style
'''
STYLE = """

@style("$name")
def ${name}_in_a_loop(numbers: list[float]) -> float:
    total = 0.0
    for number in numbers:
        total += number
    return total
"""

INTRODUCTION = """\
# $title

**The question.** What will this notebook answer?

Write your code where it says `# YOUR CODE HERE`. The cell below each exercise checks it a little;
more is checked when you hand the notebook in.
"""
EXERCISE = """\
### Exercise $number: `$name` ($points points)

Say what to do, with a small example that can be checked by hand: 1 and 2 make 3.
"""
VISIBLE_CHECK = 'assert $name([1.0, 2.0]) == 3.0, "1 and 2 make 3: does $name return their sum?"'
QUESTION = """\
### Question $number ($points points)

What is asked? Choose one: a) the right answer, b) another one, c) a third one.
"""
VISIBLE_CHOICE = """\
assert answer_$number in ("a", "b", "c"), "answer_$number: one letter, between the quotes"
"""
