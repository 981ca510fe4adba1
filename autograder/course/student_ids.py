"""Which names of students' folders can be ids: neither nbgrader nor a gradebook takes every one."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import AutograderError
from ..sandbox.utf8 import encodable
from .shown_names import shown


class NameIsNoText(AutograderError):
    """The folder of a student has a name of bytes that are no text."""

    def __init__(self) -> None:
        super().__init__(
            "The name of this student's folder is not text in UTF-8, and no gradebook can hold it. "
            "Rename the folder."
        )


class NameHasLineBreak(AutograderError):
    """The folder of a student has a name of several lines."""

    def __init__(self) -> None:
        super().__init__(
            "The name of this student's folder has a line break, at which nbgrader's commands stop "
            "for the whole class. Rename the folder."
        )


def check_id(student: str) -> None:
    """Raise NameIsNoText or NameHasLineBreak where a name cannot be an id."""
    if encodable(student) != student:
        raise NameIsNoText
    if "\n" in student:
        raise NameHasLineBreak


def leave_out_unusable(submissions: dict[str, list[str]], root: Path) -> list[str]:
    """Remove from nbgrader's submissions those at which it would stop; return why, one by one."""
    said = []
    for path in sorted(submissions):
        name = os.path.relpath(path, root)
        try:
            check_id(name)
        except AutograderError as error:
            said.append(f"{shown(Path(name))}: {error}")
            del submissions[path]
    return said
