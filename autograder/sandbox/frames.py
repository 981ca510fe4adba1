"""Messages on a socket: a length, then MessagePack; allowances and caps on all of it."""

from __future__ import annotations

import contextlib
import socket
import struct
from itertools import chain

import msgspec

from .allowance import Allowance
from .wire import Asked, Items, Mapping, Reply, Request, Returned, Value, WireError

MAX_FRAME = 8 * 2**20  # bytes; larger than any answer, and decoded it can take 20 times as much
MAX_VALUES = 100_000  # in one reply: a byte each on the wire, a hundred in memory

_ENCODER = msgspec.msgpack.Encoder()
_REQUEST: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_REPLY: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)
_LENGTH = struct.Struct("<I")


def send(
    channel: socket.socket, message: Request | Reply, allowance: Allowance | None = None
) -> None:
    """Send one message; TimeoutError when the other side does not take it in time."""
    body = _ENCODER.encode(message)
    if len(body) > MAX_FRAME:
        raise WireError(f"a message of {len(body)} bytes is larger than the {MAX_FRAME} allowed")
    rest = memoryview(_LENGTH.pack(len(body)) + body)
    while rest:
        channel.settimeout(allowance.wait() if allowance else None)
        with contextlib.suppress(TimeoutError):  # of this one wait
            rest = rest[channel.send(rest) :]


def receive_request(channel: socket.socket) -> Request:
    """Wait for the next request (in the sandbox)."""
    return _REQUEST.decode(_receive_frame(channel, None))


def receive_reply(channel: socket.socket, allowance: Allowance, largest: int = MAX_FRAME) -> Reply:
    """Wait for a reply of at most ``largest`` bytes (in the grader).

    Raises TimeoutError when the allowance is used up, EOFError when the sandbox has gone, and
    WireError for anything that is not a reply.
    """
    frame = _receive_frame(channel, allowance, largest)
    try:
        reply = _REPLY.decode(frame)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise WireError("something that is not a reply") from error
    if len(frame) > MAX_VALUES and _holds_too_much(*_values(reply)):
        raise WireError(f"more than {MAX_VALUES} values")
    return reply


def _values(reply: Reply) -> list[Value]:
    if isinstance(reply, Returned):
        return [reply.value, reply.arguments]
    return [reply.args, reply.kwargs] if isinstance(reply, Asked) else []


def _holds_too_much(*values: Value) -> bool:
    """Say whether there are more than MAX_VALUES values in these, without looking at them all."""
    waiting, count = list(values), 0
    while waiting and count <= MAX_VALUES:
        value = waiting.pop()
        if isinstance(value, Items):
            parts = [value.items]
        elif isinstance(value, Mapping):
            parts = [value.keys, value.values]
        else:
            continue
        count += sum(map(len, parts))
        if count <= MAX_VALUES:
            waiting += chain.from_iterable(parts)
    return count > MAX_VALUES


def _receive_frame(
    channel: socket.socket, allowance: Allowance | None, largest: int = MAX_FRAME
) -> bytes:
    (length,) = _LENGTH.unpack(_receive_exactly(channel, _LENGTH.size, allowance))
    if length > largest:
        raise WireError(f"a message of {length} bytes")
    return _receive_exactly(channel, length, allowance)


def _receive_exactly(channel: socket.socket, count: int, allowance: Allowance | None) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        channel.settimeout(allowance.wait() if allowance else None)
        try:
            part = channel.recv(min(count - len(parts), 2**20))
        except TimeoutError:  # of this one wait
            continue
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
