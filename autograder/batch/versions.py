"""What results depend on beside what is sent to a worker: the grader's code, Python, packages."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from .freshness import PACKAGE, engine_digest

PYTHON = "Python"


@dataclass(frozen=True)
class Versions:
    """The versions of one process by name, and a digest of the grader's code."""

    engine: str
    numbers: Mapping[str, str]

    @classmethod
    def here(cls, packages: Iterable[str]) -> Versions:
        """Return those of this process."""
        numbers = {PYTHON: platform.python_version()}
        return cls(engine_digest(PACKAGE), numbers | {name: _number(name) for name in packages})

    def lacking(self) -> str:
        """Say what of it this process does not have, "" if nothing."""
        here = Versions.here(name for name in self.numbers if name != PYTHON)
        for name, number in self.numbers.items():
            if here.numbers[name] != number:
                return f"it has {name} {here.numbers[name]}, and {number} is needed"
        return "" if here.engine == self.engine else "its autograder is another of the same number"


def _number(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not at all"
