"""Only the process that workers are forked from imports this: what the machine lacks ends it, and
the command says so in a sentence. It needs no traceback as well.
"""

from __future__ import annotations

import sys
from types import TracebackType

from ..surroundings import explained


def _print_the_rest(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    # Where descriptors that were sent find no room, multiprocessing only sees that there are none.
    if not (explained(error) or isinstance(error, EOFError)):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _print_the_rest
