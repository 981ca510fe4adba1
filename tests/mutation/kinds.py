"""Kinds of changes that leave a function the same, and why each does.

``same_function.py`` shows of each mutant that it is the same function. The kind says how that can
be. It goes by the operator, and by the code before and after; the first that fits counts.
"""

import re
from dataclasses import dataclass

from mutation.mutants import Change


@dataclass(frozen=True)
class Kind:
    """Changes by operators of these names, of code in which the patterns are found."""

    because: str
    operators: str
    before: str = ""
    after: str = ""
    style: str = ""

    def fits(self, change: Change) -> bool:
        """Whether a change is of this kind."""
        found = (
            re.fullmatch(self.operators, change.operator),
            re.search(self.before, change.before),
            re.search(self.after, change.after),
            re.search(self.style, change.style),
        )
        return all(found)


TRUTH = "ReplaceTrueWithFalse|ReplaceFalseWithTrue"
NUMBER = "NumberReplacer|ReplaceUnaryOperator.*"
CONDITION = "AddNot|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceComparisonOperator|" + TRUTH

KINDS = [
    Kind(
        "What is zipped is of one length: there is nothing to refuse, and nothing is left out.",
        TRUTH,
        "strict=True",
        "strict=False",
    ),
    Kind(
        "NumPy may copy an array or not, write to it or not, or sum in another order: the numbers "
        "are the same.",
        TRUTH,
        "(copy|writeable|optimize)=",
    ),
    Kind(
        "Of a length that is negative NumPy finds out what it must be, whichever number it is.",
        NUMBER,
        r"-1\b",
        r"-2\b|~1\b",
    ),
    Kind(
        "Kernels and windows are square: one side is as long as the other.",
        NUMBER,
        r"\bshape\[|\bshape\b|\blen\(w",
        r"\bshape\[[0-4]\]",
    ),
    Kind(
        "An axis of length one has the same first and last number, and a row of equal numbers any.",
        NUMBER,
        r"[\[ ,]0[\],]",
        r"-1\b",
    ),
    Kind(
        "There is one object of each small number: is says what == says.",
        "ReplaceComparisonOperator",
        "",
        r"\bis\b",
    ),
    Kind(
        "Memory that is larger than needed, or a loop that goes on longer: what is over is zero, "
        "or is never read.",
        f"{NUMBER}|ReplaceBinaryOperator",
        r"zeros|empty|ones|pad|range|slice|arange|reshape|while",
    ),
    Kind(
        "Where the conditions differ, both ways lead to the same.",
        CONDITION,
    ),
    Kind(
        "A number that is written over before it is read, or by which nothing is decided.",
        NUMBER,
    ),
    Kind(
        "Of the numbers that meet here, both operations make the same.",
        "ReplaceBinaryOperator",
    ),
    Kind(
        "No step is left to be done, or none was left: the loop may end here or go on.",
        "ReplaceBreakWithContinue|ReplaceContinueWithBreak|ZeroIterationForLoop",
    ),
]


NOT_ALWAYS_THE_SAME = [
    Kind(
        "The array is too small for all that is written to it or read from it through as_strided: "
        "what lies in the memory behind it is chance, and no test can count on it.",
        f"{NUMBER}|ReplaceBinaryOperator",
        r"= np\.zeros\(\(",
        style="as_strided",
    ),
    Kind(
        "The largest score is taken off so that no power overflows. Another exercise asks for "
        "that; the numbers of a training do not need it.",
        "ReplaceBinaryOperator",
        r"- scores\.max\(",
        r"\+ scores\.max\(",
        style="^train_",
    ),
]


def kind_of(change: Change, difference: str = "") -> Kind | None:
    """Return the first kind that a change is of, None where there is none.

    A mutant that survives and differs somewhere can be of few kinds only.
    """
    kinds = NOT_ALWAYS_THE_SAME if difference else KINDS
    return next((kind for kind in kinds if kind.fits(change)), None)
