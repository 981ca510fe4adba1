"""The grader's side of the sandbox: a zygote, replaced when it dies, and its children."""

from __future__ import annotations

import select
import socket
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType

import msgspec

from ..errors import NeedsLinux, SandboxDidNotStart, SandboxFailed
from ..surroundings import MachineExhausted
from .bubblewrap import find_bubblewrap
from .child import Child
from .kernel import keep_out_of_memory
from .launch import ALL_LAYERS, Launch, Layers, StartedZygote
from .level import Probe
from .lockdown import DEFAULT_FILE_MIB, ChildLimits
from .probe import run_probe
from .run_folder import RunFolder
from .zygote import ForkRequest

FORK_SECONDS = 20
MOST_SAID = 256  # bytes of what a zygote answers to a request for a child


@dataclass(frozen=True)
class LayersInUse:
    """Which layers a sandbox has; ``no_bubblewrap`` says why not, "" where it has that too."""

    no_bubblewrap: str
    landlock_abi: int
    seccomp: bool


class Sandbox:
    """A zygote and the child forked from it. Use as a context manager.

    It has one child at a time, and one folder for what that writes, of ``scratch_mib`` where
    bubblewrap runs. Nothing in the folder ``course``, or in a ``copy`` of that, can be read in it.
    Its own files lie in ``folder``, by default where the system keeps such things. In bubblewrap
    the zygote ends with the thread that started it; the next child gets a new one. Raises
    SandboxDidNotStart, PackageMissing or NeedsLinux.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        course: Path | None = None,
        copy: Path | None = None,
        packages: tuple[str, ...] = (),
        scratch_mib: int = DEFAULT_FILE_MIB,
        layers: Layers = ALL_LAYERS,
    ) -> None:
        if sys.platform != "linux":
            raise NeedsLinux
        keep_out_of_memory()  # this process holds what submitted code must not see
        self._parent = folder  # who removes that, removes what a killed probe has left
        self._folder = RunFolder("sandbox", folder)
        try:
            self._courses = tuple(folder for folder in (course, copy) if folder)
            launch = Launch(
                self._folder.path, self._courses, packages, scratch_mib, layers, bwrap=None
            )
            self._launch, self._zygote, no_bubblewrap = _first_start(launch)
        except BaseException:
            self._folder.remove()
            raise
        self._replaced = 0
        ready = self._zygote.ready
        self.layers = LayersInUse(no_bubblewrap, ready.landlock_abi, ready.seccomp)

    @cached_property
    def probe(self) -> Probe:
        """What submitted code can do here, found by trying: once more if a zygote ended in it."""
        deaths = self.deaths
        try:
            found = run_probe(self.child, self._courses, self._parent)
        except SandboxDidNotStart:
            if self.deaths == deaths:
                raise
        else:
            if self.deaths == deaths:
                return found
        return run_probe(self.child, self._courses, self._parent)

    @property
    def deaths(self) -> int:
        """How many zygotes have ended by now: with one ends its child, whatever that was doing."""
        gone = select.poll()  # its end of the socket is closed before its child ends
        gone.register(self._zygote.control, select.POLLIN)
        return self._replaced + bool(gone.poll(0))

    def child(self, limits: ChildLimits, output_room: int) -> Child:
        """Fork a child with an empty scratch folder; the one before it ends.

        A zygote that does not answer is replaced once, by one with the same layers; then
        SandboxFailed. Raises MachineExhausted where the system gives it no process.
        """
        try:
            return self._fork(limits, output_room)
        except SandboxFailed:  # a late answer would belong to another request
            self._zygote.stop()
            self._zygote = self._started_again()
            self._replaced += 1
            return self._fork(limits, output_room)

    def close(self) -> None:
        """End the zygote, and with it its child."""
        self._zygote.stop()
        self._folder.remove()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _started_again(self) -> StartedZygote:
        try:
            return self._launch.start()
        except SandboxDidNotStart as error:  # it did once: the next submission may have more luck
            raise SandboxFailed(str(error)) from error

    def _fork(self, limits: ChildLimits, output_room: int) -> Child:
        control = self._zygote.control
        ours, theirs = socket.socketpair()
        try:
            control.settimeout(FORK_SECONDS)
            body = msgspec.msgpack.encode(ForkRequest(limits, output_room))
            socket.send_fds(control, [body], [theirs.fileno()])
            said, descriptors, _, _ = socket.recv_fds(control, MOST_SAID, 1)
        except OSError as error:
            ours.close()
            raise SandboxFailed(f"the sandbox gave no process: {error}") from error
        finally:
            theirs.close()
        if not descriptors:
            ours.close()
            if said:
                raise MachineExhausted(said.decode())
            raise SandboxFailed("the sandbox gave no process: it has ended")
        child = Child(ours, descriptors[0], output_room)
        if not child.is_ready(FORK_SECONDS):
            child.kill()
            raise SandboxFailed("a process of the sandbox could not lock itself in")
        return child


def _first_start(launch: Launch) -> tuple[Launch, StartedZygote, str]:
    """Start a zygote in bubblewrap if that runs here; else without, and say why."""
    if not launch.layers.bubblewrap:
        return launch, launch.start(), "it was not asked for"
    if (bwrap := find_bubblewrap()) is None:
        return launch, launch.start(), "it is not installed"
    inside = replace(launch, bwrap=bwrap)
    reason = ""
    for _ in range(2):  # it may have been killed: that is no reason to do without
        try:
            return inside, inside.start(), ""
        except SandboxDidNotStart as error:
            reason = error.reason
    return launch, launch.start(), reason
