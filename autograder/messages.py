"""What feedback may repeat of an exception.

Its text comes from the student's process, which has seen the hidden inputs: only well-known
messages of Python and NumPy, made of names, shapes and small numbers, are repeated.
"""

from __future__ import annotations

import builtins
import re

from .sandbox.wire import Raised

_NAME = r"[A-Za-z_][\w.]{0,40}"
_SHAPE = r"\((?:\d{1,5}(?:,\d{0,5})*)?\)"
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
        rf"{_NAME}\(\) takes \d+ positional arguments? but \d+ (?:was|were) given",
        rf"{_NAME}\(\) got an unexpected keyword argument '{_NAME}'",
        rf"{_NAME}\(\) missing \d+ required positional arguments?: '{_NAME}'",
        rf"operands could not be broadcast together with shapes (?:{_SHAPE} ?)+",
        rf"could not broadcast input array from shape {_SHAPE} into shape {_SHAPE}",
        r"index -?\d{1,5} is out of bounds for axis \d with size \d{1,5}",
        r"too many indices for array: array is \d-dimensional, but \d were indexed",
        rf"shapes {_SHAPE} and {_SHAPE} not aligned: \d{{1,5}} \(dim \d\) != \d{{1,5}} \(dim \d\)",
        r"(?:list|tuple|string) index out of range",
        r"(?:too many|not enough) values to unpack \(expected \d(?:, got \d)?\)",
        r"only integer scalar arrays can be converted to a scalar index",
        r"zero-size array to reduction operation \w+ which has no identity",
        r"maximum recursion depth exceeded.{0,40}",
        r"(?:integer )?(?:division|modulo|division or modulo) by zero",
        r"float division by zero",
    )
]


def describe_exception(raised: Raised) -> str:
    """Return the class of an exception and, where it is a known one, its message."""
    kind = getattr(builtins, raised.type_name, None)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        return "an exception of its own"
    message = raised.message.strip()
    known = any(pattern.fullmatch(message) for pattern in _KNOWN_MESSAGES)
    return f"{raised.type_name}: {message}" if known else raised.type_name
