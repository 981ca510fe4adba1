"""What a trusted function answers to a recorded call, and which answers are the same."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from ..running.comparison import agree
from ..running.messages import describe_trusted_exception
from ..running.no_answer import CallRaised
from ..running.student import RecordedCall, modified_arguments
from ..sandbox.wire import Named, call_with_names

_UNCHANGEABLE = (bool, int, float, str, type(None), np.generic, Named)
_OF_REFUSALS = ("AssertionError", "RuntimeError", "Exception", "an exception of its own")


def answer_of(function: Callable[..., Any], call: RecordedCall) -> RecordedCall:
    """Return what a trusted function makes of a recorded call; the arguments stay as they are.

    Arrays are lent to it, which is fast. One that writes into them raises, and gets copies.
    """
    if all(map(_can_be_lent, (*call.args, *call.kwargs.values()))):
        lent = {name: _lent(value) for name, value in call.kwargs.items()}
        try:
            value = call_with_names(function, (*map(_lent, call.args),), lent, call.replacements)
        except Exception:
            return _answer_with_copies(function, call)
        return RecordedCall(call.args, call.kwargs, value=value)
    return _answer_with_copies(function, call)


def _can_be_lent(value: Any) -> bool:
    """Say whether an argument is numbers in an array, or nothing that can be changed."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biufc"
    items = value if isinstance(value, tuple) else (value,)
    return all(isinstance(item, _UNCHANGEABLE) for item in items)


def _lent(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    view = value.view()
    view.flags.writeable = False
    return view


def _answer_with_copies(function: Callable[..., Any], call: RecordedCall) -> RecordedCall:
    args, kwargs = copy.deepcopy((call.args, call.kwargs))
    try:
        value = call_with_names(function, args, kwargs, call.replacements)
    except Exception as error:
        failure = CallRaised("", describe_trusted_exception(error), "")
        return RecordedCall(call.args, call.kwargs, failure=failure)
    before, after = (*call.args, *call.kwargs.values()), (*args, *kwargs.values())
    modified = tuple(modified_arguments(before, after))
    return RecordedCall(call.args, call.kwargs, value=value, modified=modified)


def same_answer(one: RecordedCall, other: RecordedCall) -> bool:
    """Say whether both calls raised alike, or gave the same and changed the same arguments."""
    if one.failure is not None or other.failure is not None:
        return raised(one) and raised(other) and bool(_kinds(one) & _kinds(other))
    return one.modified == other.modified and agree(one.value, other.value)


def raised(call: RecordedCall) -> bool:
    """Say whether a call raised, and not because a limit was reached."""
    return isinstance(call.failure, CallRaised) and not call.failure.limit


def kind_of_error(call: RecordedCall) -> str:
    """Return the class of a call's exception, "" where it gave an answer."""
    return error_of(call).partition(":")[0]


def error_of(call: RecordedCall) -> str:
    """Return what a call raised, as the student reads it, "" where it gave an answer."""
    error = call.failure.error if isinstance(call.failure, CallRaised) else ""
    return error.replace("'numpy.float64'", "'float'")  # the same to whoever reads it


def _kinds(call: RecordedCall) -> set[str]:
    """Return what sort of exception it may be: a refusal, out of an array's bounds, or its class.

    Well-known messages of Python and NumPy are kept, others are not (see ``messages``): a
    ValueError without one may be either.
    """
    kind, _, message = error_of(call).partition(":")
    if kind in _OF_REFUSALS:
        return {"refusal"}
    if kind in ("IndexError", "ValueError"):
        return {"bounds"} if message or kind == "IndexError" else {"bounds", "refusal"}
    return {kind}
