"""All that is missing or wrong in an assignment: first what can be read, then what is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..course.contents import HIDDEN_TESTS, Contents
from ..errors import (
    AutograderError,
    BrokenCourseFile,
    UnknownAssignment,
)
from . import notebook_rules, solutions_rules
from .finding import Finding, Subject


def names_to_check(contents: Contents, chosen: Sequence[str], plain: Sequence[str]) -> list[str]:
    """Return the assignments to check: those that were named, or whatever has a folder.

    ``plain`` are those that nbgrader grades, which have no solutions. Raises UnknownAssignment.
    """
    folders = [*_folders(contents.sources), *_folders(contents.solutions)]
    known = sorted({path.name for path in folders} - {*plain})
    if unknown := [name for name in chosen if name not in known]:
        raise UnknownAssignment(unknown[0], known)
    return list(chosen) or known


def _folders(parent: Path) -> Iterator[Path]:
    for path in parent.iterdir() if parent.is_dir() else ():
        if path.is_dir() and not path.name.startswith(("_", ".")):
            yield path


def missing_files(contents: Contents, name: str) -> list[Finding]:
    """Return what an assignment lacks to be one: each needs two files."""
    hidden_tests = contents.solutions / name / f"{HIDDEN_TESTS}.py"
    references = contents.solutions / name / "__init__.py"
    needed = {
        contents.notebook(name): f"There is no source notebook of {name}.",
        references: f"There are no references of {name}.",
        hidden_tests: f"There are no hidden tests of {name}.",
    }
    return [Finding(file, 1, text) for file, text in needed.items() if not file.is_file()]


def what_can_be_read(subject: Subject) -> list[Finding]:
    """Return what is missing or wrong, as far as one can read it: seconds."""
    rules = (*notebook_rules.RULES, *solutions_rules.RULES)
    return [finding for rule in rules for finding in rule(subject)]


def broken(contents: Contents, name: str, error: AutograderError) -> Finding:
    """Return an error that keeps an assignment from being read, as a finding."""
    if isinstance(error, BrokenCourseFile):
        return Finding(Path(error.file), error.line or 1, str(error).partition(": ")[2])
    return Finding(contents.notebook(name), 1, str(error))
