"""What feedback says of an exception: what it may repeat, and which limit explains it.

Its text comes from the student's process, which has seen the hidden inputs: only well-known
messages of Python and NumPy, made of names, shapes and small numbers, are repeated.
"""

from __future__ import annotations

import builtins
import errno
import re
from collections.abc import Iterable

import numpy as np

from ..course.options import Limits
from ..sandbox.launch import SCRATCH_FILES
from ..sandbox.lockdown import OPEN_FILES
from ..sandbox.wire import Raised

_NAME = r"([A-Za-z_][\w.]{0,40})"  # a group: every name must be one that was there before
_SHAPE = r"\((?:[1-9]\d{0,2}|0)?(?:,(?:[1-9]\d{0,2}|0)?){0,4}\)"  # no room for other numbers
_REMAPPED = r"\((?:[1-9]\d{0,2}|0|newaxis)(?:,(?:[1-9]\d{0,2}|0|newaxis)){0,6}\)"
_KNOWN_MESSAGES = [
    re.compile(pattern)
    for pattern in (
        rf"name '{_NAME}' is not defined",
        rf"cannot access local variable '{_NAME}' where it is not associated with a value",
        rf"'{_NAME}' object (?:is not callable|is not iterable|is not subscriptable)",
        rf"'{_NAME}' object has no attribute '{_NAME}'",
        rf"module '{_NAME}' has no attribute '{_NAME}'",
        rf"'{_NAME}' object cannot be interpreted as an integer",
        rf"unsupported operand type\(s\) for [-+*/@%&|<>=]{{1,3}}: '{_NAME}' and '{_NAME}'",
        rf"{_NAME}\(\) takes \d{{1,2}} positional arguments? but \d{{1,2}} (?:was|were) given",
        rf"{_NAME}\(\) got an unexpected keyword argument '{_NAME}'",
        rf"{_NAME}\(\) missing \d{{1,2}} required positional arguments?: '{_NAME}'",
        rf"operands could not be broadcast together with shapes {_SHAPE} {_SHAPE} ?",
        rf"could not broadcast input array from shape {_SHAPE} into shape {_SHAPE}",
        r"operands could not be broadcast together with remapped shapes \[original->remapped\]: "
        rf"{_SHAPE}->{_REMAPPED} {_SHAPE}->{_REMAPPED} ?",
        r"shape-mismatch for sum",
        r"matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
        r"\(n\?,k\),\(k,m\?\)->\(n\?,m\?\) \(size \d{1,3} is different from \d{1,3}\)",
        rf"cannot reshape array of size \d{{1,4}} into shape {_SHAPE}",
        r"Cannot cast ufunc '(\w{3,15})' output from dtype\('(\w{3,8})'\) to dtype\('(\w{3,8})'\) "
        r"with casting rule 'same_kind'",
        r"only (?:0-dimensional|length-1) arrays can be converted to Python scalars",
        r"index -?\d{1,5} is out of bounds for axis \d with size \d{1,5}",
        r"too many indices for array: array is \d-dimensional, but \d were indexed",
        rf"shapes {_SHAPE} and {_SHAPE} not aligned: \d{{1,5}} \(dim \d\) != \d{{1,5}} \(dim \d\)",
        r"(?:list|tuple|string) index out of range",
        r"(?:too many|not enough) values to unpack \(expected \d(?:, got \d)?\)",
        r"only integer scalar arrays can be converted to a scalar index",
        rf"zero-size array to reduction operation {_NAME} which has no identity",
        r"maximum recursion depth exceeded(?: in comparison| while calling a Python object)?",
        r"(?:integer )?(?:division|modulo|division or modulo) by zero",
        r"float division by zero",
    )
]
_OF_NUMPY = {  # its own classes, and what they are to everybody else
    "_ArrayMemoryError": "MemoryError",
    "_UFuncOutputCastingError": "TypeError",
    "_UFuncInputCastingError": "TypeError",
    "_UFuncNoLoopError": "TypeError",
    "UFuncTypeError": "TypeError",
    "AxisError": "IndexError",
}
_MOST_DIGITS = 20  # in a message, however well known: they could be anybody's
_LOCKED_IN = (
    "While grading, code can read and write files only in its own folder, and can use "
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


def describe_exception(raised: Raised, sources: Iterable[str]) -> str:
    """Return the class of an exception and, where it is a known one, its message.

    ``sources`` are the student's cells: a name is only repeated if it stands there or
    belongs to Python or NumPy, for anything can be written as a name.
    """
    type_name = _OF_NUMPY.get(raised.type_name, raised.type_name)
    kind = getattr(builtins, type_name, None)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        return "an exception of its own"
    message = raised.message.strip()
    if sum(map(str.isdigit, message)) > _MOST_DIGITS:
        return type_name
    for pattern in _KNOWN_MESSAGES:
        match = pattern.fullmatch(message)
        if match and _are_known(match.groups(), sources):
            return f"{type_name}: {message}"
    return type_name


def describe_trusted_exception(error: Exception) -> str:
    """Return the same of an exception in our own code, to be compared with a student's."""
    return describe_exception(Raised(0, type(error).__name__, str(error)), ())


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


def _are_known(names: Iterable[str], sources: Iterable[str]) -> bool:
    known = _LIBRARY_NAMES.union(*(re.findall(r"\w+", source) for source in sources))
    return all(part in known for name in names for part in name.split("."))
