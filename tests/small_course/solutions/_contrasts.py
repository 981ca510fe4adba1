"""What may tell the wrong calls from the right ones."""

from autograder.explanation.next_step import Contrast

OF_NUMBERS = [
    Contrast(
        lambda a: "numbers" in a and max(a["numbers"], default=0) < 0,
        "only negative numbers",
        "What does your code compare them with?",
    ),
    Contrast(
        lambda a: len(a.get("numbers", [0, 0])) == 1,
        "a single number",
        "What does your code do before its loop, and what after it?",
    ),
]
