"""What nbgrader does with failures, done in a sentence: it grades without a configuration that
cannot be run, and prints where in its code an error went by.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde

from ..errors import AutograderError, CannotGradeHere
from ..surroundings import explained

_ours: set[Path] = set()  # folders in which our configuration was read


class ConfigurationLost(CannotGradeHere):
    """The rest of nbgrader_config.py failed, and nbgrader has dropped all of it."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was graded: nbgrader_config.py fails, as is said above, and without it "
            "submitted code would not be locked in. Mend it, and run the same again."
        )


def refuse_without_configuration() -> None:
    """Let nbgrader refuse to grade here with its own configuration in the place of ours.

    Courses that never had ours are graded as ever, in the same process, too.
    """
    _ours.add(Path.cwd())  # nbgrader reads the configuration of the folder in which it is started
    _stand_before_start()


@cache
def _stand_before_start() -> None:
    start = Autograde.start

    def start_if_configured(converter: Any) -> None:
        if Path.cwd() in _ours and "exporter_class" not in converter.config.Autograde:
            converter.log.error(str(ConfigurationLost()))
            sys.exit(2)
        start(converter)

    Autograde.start = start_if_configured


@contextmanager
def told_in_sentences(log: logging.Logger) -> Iterator[None]:
    """Let nbgrader log a sentence for a traceback, where the error has one."""

    def shorten(record: logging.LogRecord) -> bool:
        error = sys.exc_info()[1]
        if error is not None and str(record.msg).startswith("Traceback"):
            said = explained(error) or error
            if isinstance(said, AutograderError):
                record.msg, record.args = str(said), ()
        return True

    log.addFilter(shorten)
    try:
        yield
    finally:
        log.removeFilter(shorten)
