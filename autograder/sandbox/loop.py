"""The child's loop: run cells and call functions as asked, answer with plain data."""

from __future__ import annotations

import random
import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from .frames import receive_request, send
from .shell import Shell, message_of
from .utf8 import encodable
from .wire import (
    Asked,
    Call,
    CellRan,
    GiveFiles,
    Items,
    Mapping,
    Missing,
    Raised,
    Read,
    Reply,
    Request,
    Returned,
    RunCell,
    Told,
    TooLarge,
    WireError,
    call_with_names,
    from_wire,
    to_wire,
)

_MESSAGE_LENGTH = 500


def serve(channel: socket.socket, shell: Shell, output_room: int) -> None:
    """Answer requests until the grader closes the channel."""
    random.seed()
    np.random.seed()
    while True:
        try:
            request = receive_request(channel)
        except EOFError:
            return
        reply = _answer(request, shell, output_room, channel)
        try:
            send(channel, reply)
        except WireError:
            send(channel, TooLarge(request.id))


def _answer(request: Request, shell: Shell, room: int, channel: socket.socket) -> Reply:
    shell.recorder.start(room)
    with shell.recorded_streams():
        if isinstance(request, RunCell):
            return _run_cell(request, shell)
        return _guarded(request, shell, channel)


def _run_cell(request: RunCell, shell: Shell) -> Reply:
    shell.compile.current_cell = request.number
    try:
        result = shell.run_cell(request.source, store_history=True)
        failed = not result.success
    except BaseException:  # SystemExit and KeyboardInterrupt are errors of the cell
        shell.showtraceback()
        failed = True
    return CellRan(request.id, list(shell.recorder.outputs), failed)


def _guarded(request: Request, shell: Shell, channel: socket.socket) -> Reply:
    try:
        if isinstance(request, GiveFiles):
            return _give(request)
        if isinstance(request, Read):
            return _read(request, shell)
        assert isinstance(request, Call)
        with _replaced(request, shell, channel):
            return _call(request, shell)
    except BaseException as error:
        cell, line = _place(error.__traceback__, shell.compile.cell_of)
        message = message_of(error)[:_MESSAGE_LENGTH]
        return Raised(request.id, encodable(type(error).__name__), message, cell, line)


def _give(request: GiveFiles) -> Reply:
    for name, content in request.files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content)
    return Returned(request.id, None, Items("tuple", []))


def _read(request: Read, shell: Shell) -> Reply:
    if request.name not in shell.user_ns:
        return Missing(request.id, exists=False)
    return Returned(request.id, to_wire(shell.user_ns[request.name]), Items("tuple", []))


def _call(request: Call, shell: Shell) -> Reply:
    function = shell.user_ns.get(request.function)
    if not callable(function):
        return Missing(request.id, exists=function is not None)
    args: tuple[Any, ...] = from_wire(request.args)
    kwargs: dict[str, Any] = from_wire(request.kwargs)
    value = to_wire(call_with_names(function, args, kwargs, shell.user_ns))
    after = to_wire((*args, *kwargs.values()))
    assert isinstance(after, Items)
    return Returned(request.id, value, after)


@contextmanager
def _replaced(request: Call, shell: Shell, channel: socket.socket) -> Iterator[None]:
    """Let the grader answer some functions in the place of the student's own."""
    names = shell.user_ns
    stand_ins = {n: _StandIn(channel, request.id, n, names.get(n)) for n in request.replaced}
    given = {id(names[n]): n for n in request.replaced if callable(names.get(n))}
    others = names.keys() - {*request.replaced, request.function}  # those stand for themselves
    stand_ins |= {n: stand_ins[given[id(names[n])]] for n in others if id(names[n]) in given}
    own = {name: names[name] for name in stand_ins if name in names}
    names.update(stand_ins)
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            stand_in.is_over = True
            names.pop(name, None)
        names.update(own)


class _StandIn:
    """A function of the grader under a student's name; who keeps it has their own afterwards."""

    def __init__(self, channel: socket.socket, call: int, function: str, own: Any) -> None:
        self._channel = channel
        self._call = call
        self._function = function
        self._own = own
        self.is_over = False

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Return the grader's answer; ValueError where it has none."""
        if self.is_over:
            return self._own(*args, **kwargs)
        return _ask(self._channel, Asked(self._call, self._function, *_both(args, kwargs)))


def _both(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Items, Mapping]:
    items, mapping = to_wire(args), to_wire(kwargs)
    assert isinstance(items, Items)
    assert isinstance(mapping, Mapping)
    return items, mapping


def _ask(channel: socket.socket, asked: Asked) -> Any:
    send(channel, asked)
    told = receive_request(channel)
    assert isinstance(told, Told)
    if told.error:
        raise ValueError(told.error)
    return from_wire(told.value)


def _place(trace: TracebackType | None, cells: dict[str, int]) -> tuple[int, int]:
    """Return the cell and the line where the student's own code was last, or (-1, 0)."""
    place = (-1, 0)
    for frame, line in traceback.walk_tb(trace):
        if frame.f_code.co_filename in cells:
            place = (cells[frame.f_code.co_filename], line)
    return place
