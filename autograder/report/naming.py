"""A mistake that nobody knew gets a name and a hint, once."""

from __future__ import annotations

from dataclasses import dataclass

from ..course.folder import Course
from ..course.named_groups import NamedGroup, keep_named_groups, named_groups
from ..errors import AutograderError
from ..results import in_words
from .collected import collect
from .held import by_id
from .whole import still_holds

MOST_SHOWN = 10  # groups in a sentence


class UnknownGroup(AutograderError):
    """No student's answer is of the group."""

    def __init__(self, group: str, known: list[str]) -> None:
        self.group = group
        shown = ", ".join(known[:MOST_SHOWN]) or "none"
        super().__init__(
            f"There is no group {group!r}; those of the results that are kept are: {shown}. "
            "autograder report shows them."
        )


class BadGroupName(AutograderError):
    """A name that no misconception could have."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} cannot be the name of a mistake. Say in a few words what its author does, "
            "with letters, digits and spaces, such as 'forgets the last row'."
        )


class BadHint(AutograderError):
    """A hint without a word: students would be told nothing."""

    def __init__(self) -> None:
        super().__init__("The hint is empty. Say in a sentence or two what they should look at.")


class GroupOutdated(AutograderError):
    """A group of results that are older than the exercise's hidden tests, or its right function."""

    def __init__(self, assignment: str, exercise: str, group: str) -> None:
        super().__init__(
            f"The group {group!r} is of results that are older than {exercise} or its hidden tests "
            f"are now. Grade again first: autograder grade {assignment}. Then autograder report "
            "shows the groups of these."
        )
        self.exercise = exercise
        self.group = group


@dataclass(frozen=True)
class Named:
    """What was named, how many students have it, and what holds no longer and was dropped."""

    group: NamedGroup
    students: int
    dropped: list[NamedGroup]


def name_group(course: Course, assignment: str, group: str, name: str, hint: str) -> Named:
    """Give a group a name and a hint, which are kept in the course.

    Raises UnknownGroup, GroupOutdated, BadGroupName, BadHint and what ``collect`` raises.
    """
    words = in_words(name).split()
    if not words or not "".join(words).isalnum():
        raise BadGroupName(name)
    if not hint.strip():
        raise BadHint
    found = collect(course, assignment)
    known = by_id(found)
    if group not in known:
        raise UnknownGroup(group, sorted(known))
    exercise, digest = known[group]
    named = NamedGroup(exercise, digest, "_".join(words), hint)
    current = course.assignment(assignment)
    if not still_holds(current, named):
        raise GroupOutdated(assignment, exercise, group)
    before = named_groups(course.contents, assignment) | {digest: named}
    kept = {key: entry for key, entry in before.items() if still_holds(current, entry)}
    dropped = [entry for key, entry in before.items() if key not in kept]
    keep_named_groups(course.contents, assignment, kept)
    holders = sum(
        exercise in student.answers and student.answers[exercise].group == digest
        for student in found.graded
    )
    return Named(named, holders, dropped)
