"""Mistakes that no table has, named by an instructor: ``solutions/NAME/named_groups.json``.

Who answers alike where the whole class is asked the same is in one group, ``ExerciseResult.group``.
A name and a hint are data: they hold for results that are kept already, and for those to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..errors import AutograderError
from ..results import ExerciseResult, Grading, in_words
from .contents import NAMED_GROUPS, Contents
from .replacing import replace_file


class BadNamedGroups(AutograderError):
    """The file of named groups is not what this package writes."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(f"{path} cannot be read: {reason}. Mend or remove it.")


class NamedGroup(msgspec.Struct, frozen=True):
    """What an instructor said of a group: a ``name`` as misconceptions have it, and a ``hint``."""

    exercise: str
    group: str
    name: str
    hint: str

    @property
    def words(self) -> str:
        """The name as one reads it."""
        return in_words(self.name)


def named_groups(contents: Contents, assignment: str) -> dict[str, NamedGroup]:
    """Return the named groups of an assignment by group. Raises BadNamedGroups."""
    path = _file(contents, assignment)
    if not path.is_file():
        return {}
    try:
        found = msgspec.json.decode(path.read_bytes(), type=list[NamedGroup])
    except msgspec.MsgspecError as error:
        raise BadNamedGroups(path, str(error)) from None
    return {named.group: named for named in found}


def keep_named_groups(
    contents: Contents, assignment: str, groups: Mapping[str, NamedGroup]
) -> Path:
    """Write the named groups of an assignment; return the file."""
    path = _file(contents, assignment)
    ordered = sorted(groups.values(), key=lambda named: (named.exercise, named.name))
    replace_file(path, msgspec.json.format(msgspec.json.encode(ordered)) + b"\n")
    return path


def with_named_groups(grading: Grading, known: Mapping[str, NamedGroup]) -> Grading:
    """Return a result in which named groups have their name and hint, as misconceptions have."""
    exercises = [_named(exercise, known.get(exercise.group)) for exercise in grading.exercises]
    return msgspec.structs.replace(grading, exercises=exercises)


def _named(exercise: ExerciseResult, named: NamedGroup | None) -> ExerciseResult:
    if named is None or named.exercise != exercise.name:
        return exercise
    return msgspec.structs.replace(exercise, misconception=named.name, hint=named.hint)


def _file(contents: Contents, assignment: str) -> Path:
    return contents.solutions / assignment / NAMED_GROUPS
