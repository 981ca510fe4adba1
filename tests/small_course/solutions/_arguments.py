"""Checks of arguments, which stay out of the notebook."""

from collections.abc import Sequence


def require_numbers(numbers: Sequence[float]) -> None:
    """Raise ValueError where there is no number."""
    if not numbers:
        raise ValueError("at least one number is needed")
