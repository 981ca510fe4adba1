"""Files that were handed in beside a notebook: no code finds them while it is graded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

_KINDS = ("ModuleNotFoundError", "ImportError", "FileNotFoundError", "OSError", "Exception")


def explain_left_out(kind: str, message: str, words: Set[str], modules: Iterable[str]) -> str:
    """Return the sentence about the module that an exception speaks of, "" if it is none.

    ``modules`` are the files and folders that were handed in, ``words`` are all in the
    student's code: the exception comes from there, and could name anything.
    """
    named = {*re.findall(r"\w+", message)} & words
    for module in modules:
        if kind in _KINDS and module.removesuffix(".py") in named:
            return (
                f"`{module}` was handed in beside the notebook, and is not there while grading. "
                "Paste what you need of it into the notebook."
            )
    return ""
