"""Only the process that workers are forked from imports this, before anything else.

What the machine lacks ends it, and the command says so in a sentence: it needs no traceback as
well. All that it imports stays until its end: it looks for no garbage in that, not then either.
"""

from __future__ import annotations

import atexit
import gc
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
gc.disable()
atexit.register(gc.freeze)
