"""The catalogues' functions as a student would have typed them, run without a notebook."""

import pickle
from collections.abc import Callable
from functools import cache
from typing import Any

from contents import OWN

from autograder.course.sync import read_solutions
from autograder.explanation.answers import answer_of
from autograder.explanation.misconceptions import Misconception
from autograder.explanation.styles import Style
from autograder.explanation.typed_text import student_source
from autograder.running.student import RecordedCall


@cache
def typed(assignment: str, entry: Style | Misconception) -> Any:
    """Return what the typed text defines: a function, or the letter of a question."""
    names = dict(_header(assignment))
    exec(student_source(entry), names)
    return names[entry.exercise]


@cache
def _header(assignment: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(read_solutions(assignment, OWN.solutions).header, names)
    return names


class KeptAnswers:
    """``answer_of``, for many submissions that get the same calls."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], RecordedCall] = {}

    def __call__(self, function: Callable[..., Any], call: RecordedCall) -> RecordedCall:
        """Return what a trusted function makes of a recorded call."""
        given = pickle.dumps((call.args, dict(call.kwargs)))
        key = function, given, frozenset(call.replacements.items())
        if key not in self._kept:
            self._kept[key] = answer_of(function, call)
        return self._kept[key]
