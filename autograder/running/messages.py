"""What feedback says of an exception: what it may repeat, and which limit explains it.

Its text comes from the student's process, which has seen the hidden inputs: only well-known
messages of Python and NumPy, made of names, shapes and small numbers, are repeated.
"""

from __future__ import annotations

import builtins
import errno
import math
import re
from collections.abc import Iterable, Set

import numpy as np

from ..course.options import Limits
from ..sandbox.launch import SCRATCH_FILES
from ..sandbox.lockdown import OPEN_FILES
from ..sandbox.wire import Raised
from .code_lines import PYTHON
from .known_messages import KNOWN_MESSAGES, about_a_former_name

_OF_NUMPY = {  # its own classes, and what they are to everybody else
    "_ArrayMemoryError": "MemoryError",
    "_UFuncOutputCastingError": "TypeError",
    "_UFuncInputCastingError": "TypeError",
    "_UFuncNoLoopError": "TypeError",
    "UFuncTypeError": "TypeError",
    "AxisError": "IndexError",
}
_WHERE_IT_LIES = re.compile(r" \((?:/[^()]*|unknown location)\)$")  # the file of a package
_MISSING_IN_NUMPY = re.compile(
    r"module 'numpy\b|'numpy\.\w+' object has|cannot .* from 'numpy\b|`\w+` was removed from the nd"
)
_VERSIONS = f"({PYTHON}, NumPy {np.__version__})"  # that graded: others have other names
_MOST_DIGITS = 20  # that a message may tell, however well known: they could be anybody's
_LONGEST_MESSAGE = 500  # characters; the sandbox sends no more, but for who forges what it sends
MOST_TOLD = 4  # different messages, and different lines, of one function: more could spell inputs
_LOCKED_IN = (
    "While grading, code can read and write files only in its own folder, which holds what was "
    "given with the assignment and nothing that was handed in beside the notebook. It can use "
    "neither the network nor other processes."
)
_OF_THE_NETWORK = ("URLError", "gaierror")
_OF_THE_LOCK_DOWN = (errno.EPERM, errno.EACCES, errno.ENOENT, errno.ENOSYS, errno.EROFS)
_OTHER_NAMES = {
    "numpy",
    "NoneType",
    "function",
    "method",
    "generator",
    "module",
    "maximum",
    "minimum",
}
_LIBRARY_NAMES = {*dir(builtins), *dir(np), *dir(np.ndarray), *dir(list), *dir(str), *_OTHER_NAMES}


class FewTold:
    """What feedback told of the exceptions of each function: few different things."""

    def __init__(self) -> None:
        self._told: dict[str, set[str]] = {}

    def limited(self, function: str, error: str, place: str) -> tuple[str, str]:
        """Return what may be told of an error and its place: the class alone, where it is much."""
        is_told = self._may_tell(f"error of {function}", error)
        told = error if is_told else error.partition(":")[0]
        return told, place if self._may_tell(f"place of {function}", place) else ""

    def _may_tell(self, what: str, text: str) -> bool:
        told = self._told.setdefault(what, set())
        if len(told) < MOST_TOLD:
            told.add(text)
        return text in told


def describe_exception(raised: Raised, words: Set[str]) -> str:
    """Return the class of an exception and, where it is a known one, its message.

    ``words`` are all in the student's cells: a name is only repeated if it stands there or
    belongs to Python or NumPy, for anything can be written as a name. Which of these it is tells
    something too, and counts as the digits that would tell as much.
    """
    type_name = _OF_NUMPY.get(raised.type_name, raised.type_name)
    if type_name == "BdbQuit":
        return "BdbQuit: a debugger was left in"
    kind = getattr(builtins, type_name, None)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        return "an exception of its own"
    message = _WHERE_IT_LIES.sub("", raised.message[:_LONGEST_MESSAGE].strip())
    if former := about_a_former_name(message):
        return f"{type_name}: {former} {_VERSIONS}"
    for pattern in KNOWN_MESSAGES:
        match = pattern.fullmatch(message)
        if match and _may_be_repeated(message, filter(None, match.groups()), words):
            versions = f" {_VERSIONS}" if _MISSING_IN_NUMPY.match(message) else ""
            return f"{type_name}: {message}{versions}"
    return type_name


def describe_trusted_exception(error: Exception) -> str:
    """Return the same of an exception in our own code, to be compared with a student's."""
    return describe_exception(Raised(0, type(error).__name__, str(error)), frozenset())


def explain_limit(type_name: str, message: str, limits: Limits) -> str:
    """Return the sentence about the limit that an exception speaks of, "" if it is none."""
    if type_name in _OF_THE_NETWORK:
        return _LOCKED_IN
    if type_name in ("MemoryError", "_ArrayMemoryError") or "can't start new thread" in message:
        return f"A submission may use {limits.memory_mib} MiB of memory."
    sentences = {
        errno.EFBIG: f"A file may hold {limits.file_mib} MiB.",
        errno.ENOSPC: f"All files may hold {limits.file_mib} MiB, in {SCRATCH_FILES} files.",
        errno.EMFILE: f"A submission may have {OPEN_FILES} files open.",
        **dict.fromkeys(_OF_THE_LOCK_DOWN, _LOCKED_IN),
    }
    number = re.match(r"\[Errno (\d{1,3})\]", message)
    return sentences.get(int(number[1]), "") if number else ""


def _may_be_repeated(message: str, names: Iterable[str], words: Set[str]) -> bool:
    parts = [part for name in names for part in name.split(".")]
    digits_of_a_part = math.log10(len(_LIBRARY_NAMES) + len(words))
    told = sum(map(str.isdigit, message)) + len(parts) * digits_of_a_part
    return told <= _MOST_DIGITS and all(p in _LIBRARY_NAMES or p in words for p in parts)
