"""An autograder for notebooks: hidden tests outside the student's process.

``grade_notebook`` grades one notebook without any course around it. It is loaded on
first use, so that the sandbox can import its own modules of this package and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .grading import grade_notebook
    from .results import Grading

__all__ = ["Grading", "__version__", "grade_notebook"]
__version__ = "0.2.0"


def __getattr__(name: str) -> Any:
    if name == "grade_notebook":
        from .grading import grade_notebook

        return grade_notebook
    if name == "Grading":
        from .results import Grading

        return Grading
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
