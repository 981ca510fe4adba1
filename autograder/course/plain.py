"""Ordinary nbgrader assignments in a course: nbgrader itself grades them, and locks nothing in."""

from __future__ import annotations

from nbgrader.converters import Autograde

from ..errors import MustExecute, PlainHasHiddenTests, PlainIsMissing, PlainNotAllowed
from .folder import Course


def is_plain(course: Course, name: str) -> bool:
    """Say whether nbgrader itself is to grade an assignment.

    Raises PlainIsMissing or PlainHasHiddenTests for a list that cannot be right, and where an
    ordinary assignment must not be graded PlainNotAllowed or MustExecute.
    """
    plain = course.options.plain_assignments
    for each in plain:
        if not course.contents.has_notebook(each):
            raise PlainIsMissing(each, str(course.source_folder(each)))
        if course.contents.has_hidden_tests(each):
            raise PlainHasHiddenTests(each)
    if name in plain:
        _check_allowed(course, name)
    return name in plain


def _check_allowed(course: Course, name: str) -> None:
    course.limits(name)  # which checks the values
    course.timestamps()  # and its zone
    if not course.options.per_assignment.get(name, {}).get("unsafe_no_sandbox", False):
        raise PlainNotAllowed(name)
    if not course.config.Execute.get("enabled", True):
        raise MustExecute


def plain_warning(name: str) -> str:
    """Say what every run of an ordinary assignment says once."""
    return (
        f"The code submitted for {name!r} is not locked in: "
        "it could read the solutions and write the gradebook."
    )


def use_stock(converter: Autograde) -> None:
    """Give nbgrader's command the steps that it has where no course changed them."""
    for phase in ("sanitize_preprocessors", "autograde_preprocessors"):
        setattr(converter, phase, converter.trait_defaults(phase))
