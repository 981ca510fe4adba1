"""What crosses between grader and sandbox: plain data only; ``frames`` sends it.

Nothing is ever unpickled. Arrays travel as dtype name, shape and raw bytes; a value that is
not plain data travels as a description of itself.
"""

from __future__ import annotations

import builtins
import math
from collections import abc
from functools import lru_cache
from typing import Any, Literal

import msgspec
import numpy as np

from .utf8 import encodable

MAX_DEPTH = 8
OUTPUT_COST = 100  # characters that the notebook needs around an output
LINE_COST = 20  # and around a line of a traceback, or one of several forms of an output
MAX_DIGITS = 400
MAX_DIMENSIONS = 8
MAX_KEYS = 1000  # of a dict: keys that collide take the square of their number
MAX_SIDE = 2**31
MAX_NAME = 100  # characters: answers are kept, whatever they are
KNOWN_TYPES = {t.__name__ for t in vars(builtins).values() if isinstance(t, type)} | {
    *("function", "method", "generator", "module", "MaskedArray", "matrix", "Fraction"),
}

ARRAY_DTYPES = {
    name: np.dtype(name)
    for name in (
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    )
}


class WireError(Exception):
    """The other side sent something that is not a message, or is too large to be one."""


class Array(msgspec.Struct, tag=True, frozen=True):
    """An ndarray, or with ``scalar`` a NumPy scalar."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes
    scalar: bool = False


class BigInt(msgspec.Struct, tag=True, frozen=True):
    """An int beyond the 64 bits of MessagePack, in decimal."""

    digits: str


class Items(msgspec.Struct, tag=True, frozen=True):
    """A tuple or a list."""

    kind: Literal["tuple", "list"]
    items: list[Value]


class Mapping(msgspec.Struct, tag=True, frozen=True):
    """A dict, as two lists."""

    keys: list[Value]
    values: list[Value]


class Named(msgspec.Struct, tag=True, frozen=True):
    """Stands in the arguments of a call for what has this name where the call is made."""

    name: str


class Opaque(msgspec.Struct, tag=True, frozen=True):
    """Something that is not plain data; only what it is called crosses the wire."""

    type_name: str

    @property
    def description(self) -> str:
        """What to call it in a sentence; anything could be written as the name of a type."""
        if self.type_name == "ndarray":
            return "an array whose dtype is not numeric"
        if self.type_name in KNOWN_TYPES:
            return f"an object of type {self.type_name}"
        return "an object of another type"


Value = None | bool | int | float | str | Array | BigInt | Items | Mapping | Named | Opaque


class GiveFiles(msgspec.Struct, tag=True, frozen=True):
    """Write files into the folder in which cells run; answered by a Returned of nothing."""

    id: int
    files: dict[str, bytes]


class RunCell(msgspec.Struct, tag=True, frozen=True):
    """Run one cell; ``number`` is its place in the notebook."""

    id: int
    number: int
    source: str


class Call(msgspec.Struct, tag=True, frozen=True):
    """Call a function of the student's namespace.

    While it runs, calls of the functions named in ``replaced`` are answered by the grader.
    """

    id: int
    function: str
    args: Items
    kwargs: Mapping
    replaced: list[str] = []


class Told(msgspec.Struct, tag=True, frozen=True):
    """The grader's answer to an Asked: a value, or why there is none."""

    id: int
    value: Value = None
    error: str = ""


class Read(msgspec.Struct, tag=True, frozen=True):
    """Read a variable of the student's namespace."""

    id: int
    name: str


Request = GiveFiles | RunCell | Call | Told | Read


class Output(msgspec.Struct, frozen=True):
    """One output of a cell, with the fields that nbformat gives to its kind."""

    kind: Literal["stream", "display_data", "execute_result", "error"]
    name: str = ""  # of a stream, or of an error's class
    text: str = ""  # of a stream, or of an error's message
    data: dict[str, str] = {}  # MIME type to content
    alt: str = ""  # what a picture shows, in words
    traceback: list[str] = []

    @property
    def size(self) -> int:
        """How many characters it takes up in a notebook."""
        texts = [self.name, self.text + self.alt, *self.data, *self.data.values(), *self.traceback]
        return OUTPUT_COST + LINE_COST * (len(texts) - 2) + sum(map(len, texts))


class CellRan(msgspec.Struct, tag=True, frozen=True):
    """A cell came to its end, perhaps by an error (which is then among its outputs)."""

    id: int
    outputs: list[Output]
    failed: bool


class Returned(msgspec.Struct, tag=True, frozen=True):
    """A call returned, or a variable was read; ``arguments`` are as the call left them."""

    id: int
    value: Value
    arguments: Items


class Asked(msgspec.Struct, tag=True, frozen=True):
    """Within a call, a replaced function was called: the grader answers it with a Told."""

    id: int
    function: str
    args: Items
    kwargs: Mapping


class Raised(msgspec.Struct, tag=True, frozen=True):
    """A call raised, in ``line`` of the cell with this number (-1 where that is unknown)."""

    id: int
    type_name: str
    message: str
    cell: int = -1
    line: int = 0


class Missing(msgspec.Struct, tag=True, frozen=True):
    """There is no such name, or it cannot be called."""

    id: int
    exists: bool


class TooLarge(msgspec.Struct, tag=True, frozen=True):
    """The reply would have been larger than a message may be."""

    id: int


Reply = CellRan | Returned | Asked | Raised | Missing | TooLarge


def to_wire(value: Any, depth: int = 0) -> Value:
    """Turn a Python value into its wire form; what is not plain data becomes Opaque."""
    kind = type(value)
    if value is None or kind in (bool, float, Named):
        return value  # type: ignore[no-any-return]
    if isinstance(value, str):
        return encodable(str(value))
    if kind is int:
        return _int_to_wire(value)
    if kind is np.ndarray or isinstance(value, np.generic):
        return _array_to_wire(value)
    if depth < MAX_DEPTH and isinstance(value, tuple | list):  # a namedtuple is a tuple
        items = [to_wire(item, depth + 1) for item in value]
        return Items("tuple" if isinstance(value, tuple) else "list", items)
    if depth < MAX_DEPTH and isinstance(value, dict):  # an OrderedDict is one
        keys = [to_wire(key, depth + 1) for key in value]
        return Mapping(keys, [to_wire(item, depth + 1) for item in value.values()])
    return Opaque(encodable(kind.__name__))


def call_with_names(
    function: abc.Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: abc.Mapping[str, Any],
    names: abc.Mapping[str, Any],
) -> Any:
    """Call a function; an argument that is only Named is what has this name here."""

    def meant(value: Any) -> Any:
        return names[value.name] if isinstance(value, Named) else value

    return function(*map(meant, args), **{key: meant(value) for key, value in kwargs.items()})


def _int_to_wire(value: int) -> Value:
    if -(2**63) <= value < 2**63:
        return value
    return BigInt(str(value)) if value.bit_length() < 3 * MAX_DIGITS else Opaque("int")


@lru_cache(64)
def dtype_name(dtype: np.dtype[Any]) -> str:
    """Return the name of a dtype; NumPy makes it anew each time, which takes a while."""
    return dtype.name


def _array_to_wire(value: Any) -> Value:
    if value.dtype.kind == "f" and value.dtype.itemsize > 8:  # more than double precision
        value = value.astype(np.float64)
    name = dtype_name(value.dtype) if value.dtype.kind in "biufc" else ""  # others have no hash
    if name not in ARRAY_DTYPES:
        return Opaque(type(value).__name__)
    native = value if value.dtype.isnative else value.astype(ARRAY_DTYPES[name])
    return Array(name, value.shape, native.tobytes(), isinstance(value, np.generic))


def from_wire(value: Value, depth: int = 0) -> Any:
    """Turn a wire form back into plain Python and NumPy data; Opaque stays as it is.

    Raises WireError for what ``to_wire`` does not make, such as an array whose parts do not
    fit together.
    """
    if depth > MAX_DEPTH:
        raise WireError("data nested too deeply")
    if isinstance(value, Array):
        return _array_from_wire(value)
    if isinstance(value, Opaque):
        return Opaque(value.type_name[:MAX_NAME])
    if isinstance(value, Named) and len(value.name) > MAX_NAME:
        raise WireError("a name that is too long")
    if isinstance(value, BigInt):
        if len(value.digits) > MAX_DIGITS:
            raise WireError("an int of too many digits")
        try:
            return int(value.digits)
        except ValueError:
            raise WireError("an int that is none") from None
    if isinstance(value, Items):
        items = [from_wire(item, depth + 1) for item in value.items]
        return tuple(items) if value.kind == "tuple" else items
    if isinstance(value, Mapping):
        if len(value.keys) > MAX_KEYS:
            return Opaque("dict")
        keys = [from_wire(key, depth + 1) for key in value.keys]
        if not all(isinstance(key, str | int | float | bool | None) for key in keys):
            return Opaque("dict")
        values = [from_wire(item, depth + 1) for item in value.values]
        return dict(zip(keys, values, strict=False))
    return value


def _array_from_wire(value: Array) -> Any:
    dtype = ARRAY_DTYPES.get(value.dtype)
    if dtype is None:
        raise WireError("an array of a dtype that does not travel")
    sides = value.shape or (1,)
    if len(sides) > MAX_DIMENSIONS or min(sides) < 0 or max(sides) > MAX_SIDE:
        raise WireError("an array of an impossible shape")
    if math.prod(value.shape) * dtype.itemsize != len(value.data):
        raise WireError("an array whose bytes do not fit its shape")
    if dtype.kind == "b":  # any byte but 0 counts as true
        array = np.frombuffer(value.data, np.uint8) != 0
    else:
        array = np.frombuffer(value.data, dtype)
    try:
        array = array.reshape(value.shape).copy()  # frombuffer is read-only
    except ValueError:  # empty, with sides whose product NumPy cannot hold
        raise WireError("an array of an impossible shape") from None
    return array[()] if value.scalar and value.shape == () else array
