"""The grader's end of a child: what it is asked, and what is believed of its answers."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from types import MappingProxyType

from ..errors import SandboxFailed
from .allowance import Allowance, Process
from .frames import MAX_FRAME, receive_reply, send
from .wire import (
    OUTPUT_COST,
    Asked,
    Call,
    CellRan,
    GiveFiles,
    Items,
    Missing,
    Raised,
    Read,
    Reply,
    Request,
    Returned,
    RunCell,
    Told,
    WireError,
)
from .wire import Mapping as WireMapping
from .zygote import READY

Replacements = Mapping[str, Callable[[Asked], Told]]

_END_SECONDS = 20
_BYTES_PER_CHARACTER = 5  # four in UTF-8, and what is around each output
_BYTES_AROUND = 2**16
_FREE_OUTPUTS = 2  # the first, and the one that the room ended in


class Child:
    """One forked process that runs cells and calls of one submission.

    Running, calling and reading take the seconds that the child may be charged for; ``process``
    knows how many it was charged for in all. They raise TimeoutError, EOFError (the process has
    gone) or WireError (it sent nonsense); after any of these the child is of no more use.
    """

    def __init__(self, channel: socket.socket, pidfd: int, output_room: int) -> None:
        self.process = Process(pidfd)
        self._channel = channel
        self._pidfd = pidfd
        self._output_room = output_room
        self._ids = count(1)

    def is_ready(self, timeout: float) -> bool:
        """Wait for the child to say that its limits are in force."""
        self._channel.settimeout(timeout)
        try:
            return self._channel.recv(len(READY)) == READY
        except OSError:
            return False

    def give_files(self, files: dict[str, bytes], seconds: float) -> None:
        """Write files by their paths into its folder. Raises SandboxFailed."""
        try:
            reply = self._ask_value(GiveFiles(next(self._ids), files), seconds)
        except (TimeoutError, EOFError, WireError) as error:
            raise SandboxFailed("a process of the sandbox took no files") from error
        if isinstance(reply, Raised):
            raise SandboxFailed(f"the files of the assignment cannot be written: {reply.message}")

    def run_cell(self, number: int, source: str, seconds: float) -> CellRan:
        """Run a cell and return its outputs, which submitted code may have forged."""
        largest = _BYTES_AROUND + _BYTES_PER_CHARACTER * self._output_room
        reply = self._ask(RunCell(next(self._ids), number, source), seconds, largest)
        if not isinstance(reply, CellRan):
            raise WireError("a reply of another kind")
        if (len(reply.outputs) - _FREE_OUTPUTS) * OUTPUT_COST > self._output_room:
            raise WireError("more outputs than there was room for")
        return reply

    def call(
        self,
        function: str,
        args: Items,
        kwargs: WireMapping,
        seconds: float,
        replacements: Replacements = MappingProxyType({}),
    ) -> Returned | Raised | Missing:
        """Call a function by name; what it calls of ``replacements`` is answered from here."""
        request = Call(next(self._ids), function, args, kwargs, list(replacements))
        with self._allowed(seconds) as allowance:
            reply = self._exchange(request, allowance)
            while isinstance(reply, Asked) and reply.function in replacements:
                reply = self._exchange(replacements[reply.function](reply), allowance)
        return _value_of(reply)

    def read(self, name: str, seconds: float) -> Returned | Raised | Missing:
        """Read a variable by name."""
        return self._ask_value(Read(next(self._ids), name), seconds)

    def kill(self) -> None:
        """End the process and wait until it has gone."""
        with contextlib.suppress(ProcessLookupError):  # it may have gone already
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        ended = select.poll()  # select itself fails beyond descriptor 1023
        ended.register(self._pidfd, select.POLLIN)
        ended.poll(_END_SECONDS * 1000)
        os.close(self._pidfd)
        self._channel.close()

    def _ask_value(self, request: GiveFiles | Read, seconds: float) -> Returned | Raised | Missing:
        return _value_of(self._ask(request, seconds))

    def _ask(self, request: Request, seconds: float, largest: int = MAX_FRAME) -> Reply:
        with self._allowed(seconds) as allowance:
            return self._exchange(request, allowance, largest)

    @contextlib.contextmanager
    def _allowed(self, seconds: float) -> Iterator[Allowance]:
        allowance = Allowance(seconds, self.process)
        try:
            yield allowance
        finally:
            allowance.settle()

    def _exchange(self, request: Request, allowance: Allowance, largest: int = MAX_FRAME) -> Reply:
        try:
            send(self._channel, request, allowance)
            reply = receive_reply(self._channel, allowance, largest)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error
        if reply.id != request.id:
            raise WireError("a reply to something else")
        return reply


def _value_of(reply: Reply) -> Returned | Raised | Missing:
    if not isinstance(reply, Returned | Raised | Missing):
        raise WireError("a reply of another kind, or one too large to send")
    return reply
