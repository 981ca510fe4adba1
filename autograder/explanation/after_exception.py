"""What to look at after an exception: it follows from its class, its message and the cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from ..notebook.cell_text import defined_names, imported_names, mentioned_names

_BY_CLASS = {
    "UnboundLocalError": "Which way through your function leaves that name without a value?",
    "IndexError": "Print the index and the shape of the array just before that line. How large is "
    "the largest index that the array has?",
    "ValueError": "Print the shapes of the arrays just before that line. Which of them is not what "
    "you expect?",
    "TypeError": "Print the types of the values used on that line. Which of them is not what you "
    "expect?",
    "AttributeError": "Print the type of what stands before the dot on that line. Is it what you "
    "expect?",
    "KeyError": "Print the keys that are there, and the one that is asked for.",
    "ZeroDivisionError": "What is divided by on that line, and when is it zero?",
    "RecursionError": "For which arguments does your function stop calling itself?",
    "AssertionError": "Which assert stopped your function, and does the exercise allow what it "
    "refuses?",
    "ModuleNotFoundError": "That package is not there while grading. Can what is imported at the "
    "top of the notebook do the same?",
    "ImportError": "Is that what the package has under this name, and in this version?",
    "BdbQuit": "Nobody sits at the debugger while grading. Which line starts it?",
    "EOFError": "Nobody can type anything while grading. From where should that value come?",
    "SystemExit": "Which line ends the program, and what should it return instead?",
    "OverflowError": "How large is the number on that line, and how large should it be?",
    "MemoryError": "How much does that line make, and how often does it run: does its loop ever "
    "end?",
    "NotImplementedError": "That line stands where an answer is still missing. Is it to be taken "
    "out, and does your code stand below it?",
    "FileNotFoundError": "A file of yours is not there while grading. Can the cell make what it "
    "needs by itself?",
}
_OF_YOUR_OWN = (
    "Your own line refuses this call. Does the exercise allow what it refuses, and is the "
    "condition what you mean?"
)
_OF_THE_SIGNATURE = (
    "That is how the exercise calls your function. Compare its first line with the one that was "
    "released: which argument is gone, or has another name?"
)
_ALL_BUT_ONE_FIT = (
    "The two shapes differ in one number alone. Print both in every step: in which step is one "
    "array shorter than you expect, and where does it end?"
)
_BY_MESSAGE = (  # what is more telling than the class
    (r"valid indices", "Which number between the brackets is not a whole one? Print its type: "
    "which division made it?"),
    (r"arrays used as indices|indices must be",
    "Print the type of every index on that line. Which is not a whole number?"),
    (r"integer scalar arrays", "On that line an array stands where one whole number belongs: an "
    "index of a list, or an axis, which is the second argument of np.max and np.concatenate. Which "
    "array is it?"),
    (r"too many indices", "Print the shape of that array. How many axes has it, and how many "
    "indices stand between the brackets?"),
    (r"boolean index did not match", "Print the shape of the mask and that of the array."),
    (r"axis \d+ is out of bounds|axes don't match|repeated axis", "How many axes has the array on "
    "that line, and with which number does the counting begin?"),
    (r"list assignment index out of range", "Print the length of that list just before that line. "
    "Is that place there yet, or should append make it?"),
    (r"(?:list|tuple|string) index out of range", "Print the index and the length just before that "
    "line. Which index is the last one?"),
    (r"was removed in the NumPy|deprecated alias|^module '", "How is that name spelled in the "
    "version of the package that is used here?"),
    (r"values to unpack|non-iterable", "How many values stand on the right of that line, and how "
    "many names on the left?"),
    (r"^mode '|^data type '", "Which names may stand there? The documentation of that function "
    "lists them: is it a matter of spelling?"),
    (r"einstein sum", "Which letter in that string stands for which axis of each array, and is "
    "every letter of the result among them?"),
    (r"out of bounds for array with size", _BY_CLASS["IndexError"]),
    (r"argument", "Compare the call on that line with the definition of what it calls: which "
    "arguments does it take?"),
    (r"truth value of an array", "A condition needs one answer, and so does each comparison that "
    "Python's own max, min and sorted make. How many does the array on that line give?"),
    (r"negative dimensions", "Which number of that shape is negative? Print what it is computed "
    "from: is each of them what its name says?"),
    (r"setting an array element with a sequence", "One place of an array takes one number. How "
    "many stand on the right of that line?"),
    (r"NoneType", "None stands there in place of a value. Which line made it: one that never "
    "gives it another, or a call that changes something and returns nothing, as append and sort "
    "do?"),
    (r"zero-size|empty", "Which array on that line is empty, and for which setting?"),
    (r"Cannot cast|casting", "Print the dtype of both sides of that line. Which of them cannot "
    "hold fractions?"),
    (r"'(?:numpy\.ndarray|list|tuple|dict)' object is not callable", "Which name on that line "
    "stands before round brackets: is its index to stand in square ones, or was the name of a "
    "function used again?"),
    (r"is not callable", "Which name on that line stands before brackets, and was it used again "
    "for something else?"),
)  # fmt: skip
_OTHERWISE = "Run the call of this setting in a cell of your own."
_OF_ANOTHER_CELL = (
    "Restart the kernel and run the notebook from the top: which cell should have made that name?"
)
_MOST_COMPARED = 2000  # names: nobody's notebook has more
_RAISES = re.compile(r"`(?:[^`]*:\s*)?raise\b")
_TWO_SHAPES = re.compile(r"operands could not be broadcast .* \(([\d,]+)\) \(([\d,]+)\)")
_NAME = re.compile(r"NameError: name '(\w+)' is not defined")


def after_exception(error: str, cells: Sequence[str], place: str = "", function: str = "") -> str:
    """Return one thing to look at after ``error``, the class of an exception and its message.

    ``place`` is the line that raised it, where that is told; the ``function`` is the exercise's.
    """
    kind, _, message = error.partition(": ")
    if _RAISES.search(place) and kind != "NotImplementedError":
        return _OF_YOUR_OWN
    if not place and function and message.startswith(f"{function}() "):
        return _OF_THE_SIGNATURE
    if _differ_in_one_number(message):
        return _ALL_BUT_ONE_FIT
    if missing := _NAME.match(error):
        return _after_a_missing_name(missing[1], cells)
    if kind == "NameError":
        return "Which name on that line has no value yet when the line runs?"
    for pattern, question in _BY_MESSAGE:
        if re.search(pattern, message) and kind not in ("ModuleNotFoundError", "ImportError"):
            return question
    return _BY_CLASS.get(kind, _OTHERWISE)


def _differ_in_one_number(message: str) -> bool:
    """Say whether two arrays could not be put together because of one of their sides."""
    if not (found := _TWO_SHAPES.match(message)):
        return False
    one, other = (text.rstrip(",").split(",") for text in found.groups())
    return len(one) == len(other) > 1 and sum(map(str.__ne__, one, other)) == 1


def _after_a_missing_name(name: str, cells: Sequence[str]) -> str:
    if any(name in imported_names(cell) for cell in cells):
        return f"Did the import of `{name}` succeed? {_BY_CLASS['ModuleNotFoundError']}"
    if any(name in defined_names(cell) for cell in cells):
        return _OF_ANOTHER_CELL
    names = frozenset().union(*map(mentioned_names, cells)) - {name}
    near = get_close_matches(name, sorted(names)[:_MOST_COMPARED], 1)
    meant = f"Is `{near[0]}` meant? " if near else ""
    return f"No cell gives `{name}` a value. {meant}Where should it come from?"
