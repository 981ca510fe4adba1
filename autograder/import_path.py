"""Keeps a course's own files from being imported in the place of installed modules.

nbgrader puts the working folder in front of the import path, and so does ``python -m``: a course's
``numpy.py`` would be taken for NumPy. Behind all that is installed, plugins of a course are still
found there. Importing this module, before anything that is not of Python itself, puts it there;
nbgrader puts it in front again with every command that it starts.
"""

from __future__ import annotations

import os
import sys


def put_working_folder_last() -> None:
    """Put the working folder, if it is on the import path, behind everything else."""
    folder = os.getcwd()  # noqa: PTH109 (pathlib would be imported from there)
    if folder in sys.path:
        sys.path[:] = [*(entry for entry in sys.path if entry != folder), folder]


put_working_folder_last()
