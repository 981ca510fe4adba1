"""What crosses the wire comes out as it went in, and nothing else gets through."""

import socket
import struct
from typing import Any

import msgspec
import numpy as np
import pytest

from autograder.sandbox import frames, wire
from autograder.sandbox.allowance import Allowance


def there_and_back(value: Any) -> Any:
    message = wire.Returned(1, wire.to_wire(value), wire.Items("tuple", []))
    left, right = socket.socketpair()
    with left, right:
        frames.send(left, message)
        reply = frames.receive_reply(right, Allowance(5))
    assert isinstance(reply, wire.Returned)
    return wire.from_wire(reply.value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -3,
        2**63,
        -(2**200),
        2.5,
        "grüße",
        (1, 2.0),
        [],
        [(1,), [None, "x"]],
        {"name": "mean", "rate": 1},
    ],
)
def test_plain_data(value: Any) -> None:
    assert there_and_back(value) == value
    assert type(there_and_back(value)) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3)[:, ::2],
        np.arange(6).reshape(2, 3).T,
        np.zeros((0, 3)),
        np.array(3.0),
        np.array([True, False]),
        np.arange(3, dtype=">i4"),
        np.ones(2, np.float16),
        np.ones(2, np.complex64),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays(array: np.ndarray) -> None:
    back = there_and_back(array)
    assert back.dtype == array.dtype.newbyteorder("=")
    assert back.flags.writeable
    np.testing.assert_array_equal(back, array, strict=False)
    assert back.shape == array.shape


def test_numpy_scalars_stay_scalars() -> None:
    back = there_and_back(np.float32(0.1))
    assert isinstance(back, np.float32)
    assert back == np.float32(0.1)


class Liar(float):
    """Claims to be equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (Liar(1), "Liar"),
        (np.array([object()]), "ndarray"),
        (np.ma.masked_array([1.0], [True]), "MaskedArray"),
        (object(), "object"),
        (print, "builtin_function_or_method"),
        (1 << 20_000, "int"),
    ],
    ids=["float subclass", "object array", "masked array", "object", "function", "huge int"],
)
def test_anything_else_is_only_named(value: Any, type_name: str) -> None:
    assert there_and_back(value) == wire.Opaque(type_name)


def test_an_odd_type_name_is_not_repeated() -> None:
    assert wire.Opaque("<b>x</b>").description == "an object of another type"
    assert wire.Opaque("v98077011").description == "an object of another type"
    assert wire.Opaque("dict").description == "an object of type dict"


def test_a_large_dict_stays_opaque_lest_its_keys_collide() -> None:
    keys = [number * (2**61 - 1) for number in range(100_000)]  # which all hash to 0
    assert wire.from_wire(wire.Mapping(keys, keys)) == wire.Opaque("dict")


def test_deep_nesting_ends_in_an_opaque_value() -> None:
    value: Any = 1
    for _ in range(50):
        value = [value]
    assert "Opaque" in repr(there_and_back(value))


@pytest.mark.parametrize(
    "array",
    [
        wire.Array("object", (1,), b"12345678"),
        wire.Array("float64", (2,), b"12345678"),
        wire.Array("float64", (-1,), b""),
        wire.Array("float64", (1,) * 20, b"12345678"),
        wire.Array("(1000,1000)f8", (1,), b""),
        wire.Array("int8", (0, 2**40), b""),
        wire.Array("int8", (0, 2**31, 2**31, 2**31), b""),
    ],
    ids=lambda array: array.dtype,
)
def test_impossible_arrays_are_refused(array: wire.Array) -> None:
    with pytest.raises(wire.WireError):
        wire.from_wire(array)


def test_data_deeper_than_we_send_is_refused() -> None:
    value: wire.Value = 1
    for _ in range(20):
        value = wire.Items("list", [value])
    with pytest.raises(wire.WireError, match="too deeply"):
        wire.from_wire(value)


def test_a_forged_bool_is_a_bool() -> None:
    back = wire.from_wire(wire.Array("bool", (3,), bytes([0, 2, 255])))
    assert back.tolist() == [False, True, True]


def frame(body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + body


def nested(depth: int) -> bytes:
    return bytes([0x91]) * depth


@pytest.mark.parametrize(
    "sent",
    [
        frame(b"not msgpack"),
        frame(msgspec.msgpack.encode({"type": "Verdict", "passed": True})),
        frame(msgspec.msgpack.encode([1, 2])),
        frame(nested(100_000)),
        struct.pack("<I", 2**31),
    ],
    ids=["noise", "unknown", "list", "deep", "huge"],
)
def test_what_is_no_reply_is_refused(sent: bytes) -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(sent)
        with pytest.raises(wire.WireError):
            frames.receive_reply(right, Allowance(5))


@pytest.mark.parametrize("sent", [b"", b"\x01", frame(b"12345")[:-2]])
def test_half_a_reply_runs_into_the_deadline(sent: bytes) -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(sent)
        with pytest.raises(TimeoutError):
            frames.receive_reply(right, Allowance(0.05))


def test_a_closed_channel_is_an_end() -> None:
    left, right = socket.socketpair()
    with right:
        left.close()
        with pytest.raises(EOFError):
            frames.receive_reply(right, Allowance(5))


def test_a_receiver_that_does_not_read_runs_into_the_deadline() -> None:
    left, right = socket.socketpair()
    message = wire.Returned(1, wire.to_wire(np.zeros(10**6)), wire.Items("tuple", []))
    with left, right, pytest.raises(TimeoutError):
        frames.send(left, message, Allowance(0.05))


def test_a_message_beyond_the_cap_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_FRAME", 100)
    left, right = socket.socketpair()
    with left, right, pytest.raises(wire.WireError, match="larger than the 100"):
        frames.send(left, wire.Returned(1, "x" * 200, wire.Items("tuple", [])))
