"""Whether the packages that a course asks for are installed.

This room is light: a command that only looks whether something changed needs no more.
"""

from __future__ import annotations

from importlib import metadata

from ..errors import PackageMissing


def check_installed(packages: tuple[str, ...]) -> None:
    """Raise PackageMissing if one of the packages is not installed."""
    if missing := [name for name in packages if not _is_installed(name)]:
        raise PackageMissing(missing)


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):  # that of an empty name
        return False
    return True
