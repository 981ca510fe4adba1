"""Where the results of a course are kept. This room is asked before nbgrader is imported."""

from __future__ import annotations

from pathlib import Path


def kept_results(course: Path, assignment: str) -> Path:
    """Return the folder of an assignment's results, one file for each student."""
    return course / "gradings" / assignment


def is_nothing_kept(course: Path, assignment: str) -> bool:
    """Whether there is no result yet, so that all that was collected will be graded."""
    return not any(kept_results(course, assignment).glob("*.json"))
