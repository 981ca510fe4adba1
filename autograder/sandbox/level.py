"""How far submitted code is locked in: what the probe found, and how that is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["strong", "medium", "none"]


@dataclass(frozen=True)
class Probe:
    """The level, and what submitted code can do although it should not."""

    level: Level
    gaps: tuple[str, ...]


def not_locked_in(level: str, gaps: Sequence[str]) -> str:
    """Say what code could do at a level below strong."""
    return (
        f"Submitted code was not wholly locked in (sandbox level {level}): "
        f"it could {'; '.join(gaps)}. `autograder doctor` says what is missing."
    )
