"""What became of one submission of a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..results import Grading, Ungraded
from .changes import Change

Result = Grading | Ungraded


@dataclass(frozen=True)
class ClassResult:
    """What became of one student's submission; ``unchanged`` was graded earlier.

    ``notes`` name what lies beside the submission and may be one; ``seconds`` is what grading took;
    ``change`` is there where the same files had a result before.
    """

    student: str
    result: Result
    unchanged: bool = False
    notes: Sequence[str] = ()
    seconds: float = 0.0
    change: Change | None = None

    @property
    def failed(self) -> bool:
        """Whether it could not be graded."""
        return isinstance(self.result, Ungraded)
