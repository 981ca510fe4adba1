"""``python -m autograder`` is the ``autograder`` command."""

from . import import_path  # noqa: F401 (before anything else is imported)
from .cli import main

main()
