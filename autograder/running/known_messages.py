"""Messages of Python and NumPy that feedback may repeat: made of names, shapes, small numbers.

A group is a name, perhaps one of a class and one in it, or that of a module. Whoever repeats a
message sees to it that each name was there before, and that all of it tells little. There is no
room for anything else that a submission could write into a message.
"""

from __future__ import annotations

import re
import warnings
from functools import cache

import numpy as np

_WORD = r"[A-Za-z_]\w{0,40}"
_NAME = rf"({_WORD}(?:\.{_WORD})?)"
_MODULE = rf"({_WORD}(?:\.{_WORD}){{0,2}})"  # numpy.lib.stride_tricks
_NUMBER = r"\d{1,3}"
_SHAPE = r"\((?:[1-9]\d{0,2}|0)?(?:,(?:[1-9]\d{0,2}|0)?){0,4}\)"  # no room for other numbers
_REMAPPED = r"\((?:[1-9]\d{0,2}|0|newaxis)(?:,(?:[1-9]\d{0,2}|0|newaxis)){0,6}\)"
_OPERATOR = r"(?:\*\*(?: or pow\(\))?|//|<<|>>|[-+*/@%&|^])"
_NAMES = rf"'{_NAME}'(?:,? (?:and )?'{_NAME}')?(?:,? (?:and )?'{_NAME}')?"

_OF_NAMES = (
    rf"name '{_NAME}' is not defined",
    rf"cannot access local variable '{_NAME}' where it is not associated with a value",
    rf"cannot access free variable '{_NAME}' where it is not associated with a value in enclosing "
    r"scope",
    rf"'{_NAME}' object has no attribute '{_NAME}'",
    rf"`{_NAME}` was removed from the ndarray class in NumPy 2\.0\. Use (?:`arr\[index\] = value`|"
    r"np\.ptp\(arr, \.\.\.\)|`arr\.view\(arr\.dtype\.newbyteorder\(order\)\)`) instead\.",
    rf"module '{_MODULE}' has no attribute '{_NAME}'",
    rf"No module named '{_MODULE}'",
    rf"cannot import name '{_NAME}' from '{_MODULE}'",
    rf"'{_NAME}'",  # of a key
)
_OF_CALLS = (
    rf"{_NAME}\(\) takes \d{{1,2}} positional arguments? but \d{{1,2}} (?:was|were) given",
    rf"{_NAME}\(\) takes from \d to \d positional arguments but \d{{1,2}} (?:was|were) given",
    rf"{_NAME}\(\) got an unexpected keyword argument '{_NAME}'",
    rf"{_NAME}\(\) got multiple values for argument '{_NAME}'",
    rf"{_NAME}\(\) missing \d{{1,2}} required positional arguments?: {_NAMES}",
    r"maximum recursion depth exceeded(?: in comparison| while calling a Python object)?",
)
_OF_TYPES = (
    rf"'{_NAME}' object (?:is not callable|is not iterable|is not subscriptable)",
    rf"'{_NAME}' object does not support item assignment",
    rf"'{_NAME}' object cannot be interpreted as an integer",
    rf"object of type '{_NAME}' has no len\(\)",
    rf"cannot unpack non-iterable {_NAME} object",
    rf"unhashable type: '{_NAME}'",
    rf"unsupported operand type\(s\) for {_OPERATOR}=?: '{_NAME}' and '{_NAME}'",
    rf"bad operand type for unary [-+~]: '{_NAME}'",
    rf"'[<>]=?' not supported between instances of '{_NAME}' and '{_NAME}'",
    rf"can only concatenate (?:str|list|tuple) \(not \"{_NAME}\"\) to (?:str|list|tuple)",
    rf"can't multiply sequence by non-int of type '{_NAME}'",
    rf"(?:list|tuple|string) indices must be integers(?: or slices)?, not '?{_NAME}'?",
    r"slice indices must be integers or None or have an __index__ method",
    r"(?:list|tuple|string|list assignment) index out of range",
    r"(?:too many|not enough) values to unpack \(expected \d(?:, got \d)?\)",
    r"range\(\) arg 3 must not be zero",
    r"slice step cannot be zero",
)
_OF_NUMBERS = (
    r"(?:integer )?(?:division|modulo|division or modulo) by zero",
    r"float division by zero",
    r"cannot convert float (?:NaN|infinity) to integer",
    r"int too large to convert to float",
    r"math (?:domain|range) error",
)
_OF_INDICES = (
    r"index -?\d{1,5} is out of bounds for axis \d with size \d{1,5}",
    r"index -?\d{1,5} is out of bounds for array with size \d{1,5}",
    r"too many indices for array: array is \d-dimensional, but \d were indexed",
    r"only integers, slices \(`:`\), ellipsis \(`\.\.\.`\), numpy\.newaxis \(`None`\) and integer "
    r"or boolean arrays are valid indices",
    r"only integer scalar arrays can be converted to a scalar index",
    r"arrays used as indices must be of integer \(or boolean\) type",
    rf"boolean index did not match indexed array along axis \d; size of axis is {_NUMBER} but size "
    rf"of corresponding boolean axis is {_NUMBER}",
    r"(?:(?:axis\d?|source|destination): )?axis -?\d is out of bounds for array of dimension \d",
    r"axes don't match array",
    r"repeated axis in transpose",
    r"duplicate value in 'axis'",
    r"cannot select an axis to squeeze out which has size not equal to one",
    r"assignment destination is read-only",
)
_OF_SHAPES = (
    rf"operands could not be broadcast together with shapes {_SHAPE} {_SHAPE} ?",
    rf"could not broadcast input array from shape {_SHAPE} into shape {_SHAPE}",
    r"operands could not be broadcast together with remapped shapes \[original->remapped\]: "
    rf"{_SHAPE}->{_REMAPPED} {_SHAPE}->{_REMAPPED} ?",
    r"operands could not be broadcast together with remapped shapes \[original->remapped\]: "
    rf"{_SHAPE}  and requested shape {_SHAPE}",
    rf"shape mismatch: indexing arrays could not be broadcast together with shapes {_SHAPE} "
    rf"{_SHAPE} ?",
    rf"shape mismatch: value array of shape {_SHAPE} could not be broadcast to indexing result of "
    rf"shape {_SHAPE}",
    r"shape-mismatch for sum",
    r"matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
    r"\(n\?,k\),\(k,m\?\)->\(n\?,m\?\) \(size \d{1,3} is different from \d{1,3}\)",
    r"matmul: Input operand \d does not have enough dimensions \(has \d, gufunc core with "
    r"signature \(n\?,k\),\(k,m\?\)->\(n\?,m\?\) requires \d\)",
    rf"shapes {_SHAPE} and {_SHAPE} not aligned: \d{{1,5}} \(dim \d\) != \d{{1,5}} \(dim \d\)",
    rf"cannot reshape array of size \d{{1,4}} into shape (?:{_SHAPE}|{_REMAPPED})",
    r"can only specify one unknown dimension",
    r"all the input array dimensions except for the concatenation axis must match exactly, but "
    rf"along dimension \d, the array at index \d has size {_NUMBER} and the array at "
    rf"index \d has size {_NUMBER}",
    r"all the input arrays must have same number of dimensions, but the array at index \d has \d "
    r"dimension\(s\) and the array at index \d has \d dimension\(s\)",
    r"all input arrays must have the same shape",
    r"need at least one array to (?:stack|concatenate)",
    r"zero-dimensional arrays cannot be concatenated",
    r"arrays to stack must be passed as a \"sequence\" type such as list or tuple\.",
    r"negative dimensions are not allowed",
    r"window shape cannot be larger than input array shape",
    r"array split does not result in an equal division",
    r"index can't contain negative values",
    r"`source` and `destination` arguments must have the same number of elements",
    r"einstein sum subscripts string contains too many subscripts for operand \d",
    r"einstein sum subscripts string included output subscript '[a-z]' which never appeared in an "
    r"input",
    r"einstein sum subscript string does not contain proper '->' output specified",
    r"(?:more|fewer) operands provided to einstein sum function than specified in the subscripts "
    r"string",
    r"operand has more dimensions than subscripts given in einstein sum, but no '\.\.\.' ellipsis "
    r"provided to broadcast the extra dimensions\.",
)
_OF_ARRAYS = (
    r"Cannot cast ufunc '(\w{3,15})' output from dtype\('(\w{3,8})'\) to dtype\('(\w{3,8})'\) "
    r"with casting rule 'same_kind'",
    r"ufunc '(\w{3,15})' not supported for the input types, and the inputs could not be safely "
    r"coerced to any supported types according to the casting rule ''safe''",
    r"only (?:0-dimensional|length-1) arrays can be converted to Python scalars",
    r"setting an array element with a sequence\.(?: The requested array has an inhomogeneous shape "
    rf"after \d dimensions\. The detected shape was {_SHAPE} \+ inhomogeneous "
    r"part\.)?",
    r"The truth value of an (?:array with more than one element|empty array) is ambiguous\. Use "
    r"(?:a\.any\(\) or a\.all\(\)|`array\.size > 0` to check that an array is not empty\.)",
    rf"zero-size array to reduction operation {_NAME} which has no identity",
    r"attempt to get arg(?:max|min) of an empty sequence",
    r"cannot do a non-empty take from an empty axes\.",
    r"either both or neither of x and y should be given",
    rf"mode '{_NAME}' is not supported",
    rf"data type '{_NAME}' not understood",
    r"`pad_width` must be of integral type\.",
)
KNOWN_MESSAGES = [
    re.compile(pattern.replace(r"\d", "[0-9]"))  # the digits of all scripts would tell more
    for pattern in (
        *(*_OF_NAMES, *_OF_CALLS, *_OF_TYPES, *_OF_NUMBERS),
        *(*_OF_INDICES, *_OF_SHAPES, *_OF_ARRAYS),
    )
]
_FORMER_NAME = re.compile(r"`np\.([A-Za-z_]\w{0,40})` was ")


def about_a_former_name(message: str) -> str:
    """Return the first lines of what our NumPy says of a name that it no longer has.

    "" unless the message says just that, or begins to: then it is our own text.
    """
    found = _FORMER_NAME.search(message)
    ours = _said_of(found[1]) if found else ""
    if not ours.startswith(message):
        return ""
    last_line = ours.splitlines()[1] if ours.startswith("module") else ours
    return " ".join(". ".join(last_line.split(". ")[:2]).split()).removesuffix(".")


@cache
def _said_of(name: str) -> str:
    """Return what our NumPy says when it is asked for a name, "" if it has it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            getattr(np, name)
    except AttributeError as error:
        return str(error).strip()
    return ""
