"""Running one submission: its cells once, then calls, in children that are replaced on death.

A cell or a call that outlives its limit, or ends the process, costs itself alone: a new
child runs the other cells again and the work goes on. All of it shares one allowance of time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from ..course.options import CELLS_OF_OUTPUT, Limits
from ..errors import NoAnswer
from ..notebook.cell_text import words
from ..sandbox.child import Child
from ..sandbox.frames import MAX_FRAME, MAX_VALUES
from ..sandbox.host import Sandbox
from ..sandbox.wire import (
    CellRan,
    Items,
    Missing,
    Output,
    Raised,
    Returned,
    WireError,
    from_wire,
    to_wire,
)
from ..sandbox.wire import Mapping as WireMapping
from .answering import Trusted
from .code_lines import OwnCode, endless_loop, why_it_ended
from .left_out import explain_left_out
from .messages import FewTold, describe_exception, explain_limit
from .no_answer import (
    AnswerUnusable,
    CallRaised,
    CallTimedOut,
    NameMissing,
    NotAnswered,
    NotCallable,
    ProcessEnded,
    SubmissionTimedOut,
)
from .student import NO_REPLACEMENTS, Functions
from .time_left import TimeLeft

Reply = TypeVar("Reply")


@dataclass
class CellRun:
    """One code cell: its place in the order of running, its outputs, and what went wrong.

    ``stopped`` says why it did not come to its end, ``limit`` what limit an error was due to.
    """

    source: str
    order: int
    outputs: list[Output] = field(default_factory=list)
    failed: bool = False
    stopped: str = ""
    limit: str = ""


class Execution:
    """The code cells of one submission and the process that holds what they defined.

    ``cells`` maps a cell's number in the notebook to its source; ``files`` lie in the folder in
    which they run, and ``left_out`` are modules that were handed in and do not. ``time`` is what is
    left of the submission's, all of it by default. Use as a context manager.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        cells: Mapping[int, str],
        limits: Limits,
        files: Mapping[str, bytes] = MappingProxyType({}),
        left_out: tuple[str, ...] = (),
        time: TimeLeft | None = None,
    ) -> None:
        written = {number: source for number, source in cells.items() if source.strip()}
        self.cells = {n: CellRun(written[n], order) for order, n in enumerate(written, start=1)}
        self._code = OwnCode({number: cell.source for number, cell in self.cells.items()})
        self._told = FewTold()
        self._sandbox = sandbox
        self._limits = limits
        self._files = dict(files)
        self._left_out = left_out
        self._time = time or TimeLeft(limits.submission_seconds)
        self._child: Child | None = None
        self._spent: dict[tuple[str, ...], NoAnswer] = {}  # what is not asked again
        self._refused: list[str] = []
        self._room = CELLS_OF_OUTPUT * limits.output_characters

    def __enter__(self) -> Execution:
        return self

    def __exit__(self, *_: object) -> None:
        self._drop_child()

    @property
    def limits_met(self) -> list[str]:
        """What stopped cells and calls, and what was refused to them, each once."""
        stopped = (*(cell.stopped for cell in self.cells.values()), *map(str, self._spent.values()))
        return [*filter(None, dict.fromkeys((*stopped, *self._refused)))]

    def run_cells(self) -> None:
        """Run every cell in order; an error or a limit in one does not stop the next."""
        for number, cell in self.cells.items():
            try:
                ran = self._within(
                    self._limits.cell_seconds,
                    partial(_run_cell, number=number, source=cell.source),
                    before=number,
                )
                cell.failed = ran.failed
                cell.outputs, cell.limit = self._with_room(ran, words(cell.source))
            except SubmissionTimedOut as error:
                cell.stopped = str(error)
            except TimeoutError:
                loop = endless_loop(cell.source)
                question = f" Does {loop} never end?" if loop else ""
                limit = f"{self._limits.cell_seconds:g} seconds"
                cell.stopped = f"This cell ran longer than {limit}.{question}"
            except (EOFError, WireError):
                cell.stopped = str(ProcessEnded("This cell", self._limits.memory_mib))

    def call(
        self,
        function: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        replacements: Functions = NO_REPLACEMENTS,
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call a function of the notebook; see ``student.Runner``."""
        answering = {name: Trusted(ours) for name, ours in replacements.items()}
        try:
            answer = self._ask(
                (function, *replacements),
                lambda child, seconds: child.call(
                    function, _wire_items(args), _wire_mapping(kwargs), seconds, answering
                ),
            )
        except NoAnswer:
            _check_all_answered(function, answering.values())
            raise
        _check_all_answered(function, answering.values())
        return answer

    def start_again(self) -> None:
        """Let a new process, which runs the cells again, make the calls that come now."""
        self._drop_child()

    def read(self, name: str) -> Any:
        """Return a variable of the notebook; see ``student.Runner``."""
        value, _ = self._ask((name,), lambda child, seconds: child.read(name, seconds))
        return value

    def _ask(
        self, what: tuple[str, ...], request: Callable[[Child, float], Returned | Raised | Missing]
    ) -> tuple[Any, tuple[Any, ...]]:
        """Return the value and the arguments of a reply, or raise what explains its absence.

        ``what`` is the name that is asked about, and those that are replaced meanwhile.
        """
        if what in self._spent:
            raise self._spent[what]
        name = what[0]
        failure: NoAnswer | None = None
        try:
            reply = self._converted(request)
        except TimeoutError:
            failure = CallTimedOut(name, self._limits.call_seconds, self._code.endless_loop(name))
        except SubmissionTimedOut as over:
            failure = over
        except EOFError:
            failure = ProcessEnded(f"`{name}`", self._limits.memory_mib)
        except WireError:
            self._drop_child()  # it may have forged this: trust it no further
            failure = AnswerUnusable(name, MAX_FRAME // 2**20, MAX_VALUES)
        if failure is not None:  # raised here, it keeps nothing of what was received
            self._spent[what] = failure
            raise failure
        if isinstance(reply, tuple):
            return reply
        if isinstance(reply, Raised):
            error = describe_exception(reply, self._code.words)
            place = self._code.place(reply.cell, reply.line)
            short, place = self._told.limited(name, error, place)
            raise CallRaised(name, error, place, self._limit_of_call(reply), short)
        if reply.exists:
            raise NotCallable(name)
        raise NameMissing(name, self._why_missing(name))

    def _converted(
        self, request: Callable[[Child, float], Returned | Raised | Missing]
    ) -> tuple[Any, tuple[Any, ...]] | Raised | Missing:
        """Return the value and the arguments of a reply, or the reply that has none."""
        reply = self._within(self._limits.call_seconds, request)
        if not isinstance(reply, Returned):
            return reply
        return from_wire(reply.value), tuple(map(from_wire, reply.arguments.items))

    def _with_room(self, ran: CellRan, written: Set[str]) -> tuple[list[Output], str]:
        """Return the outputs of a cell, unless all together are too many, and what limit it met."""
        size = sum(output.size for output in ran.outputs)
        if size > self._room:
            whole = CELLS_OF_OUTPUT * self._limits.output_characters
            return [], f"Its outputs are left out: {whole} characters are kept of all cells."
        self._room -= size
        errors = (output for output in ran.outputs if output.kind == "error")
        return ran.outputs, next((self._limit_met(e.name, e.text, written) for e in errors), "")

    def _limit_met(self, kind: str, message: str, written: Set[str]) -> str:
        """Return the sentence about what grading does not allow, if an error was due to that."""
        left_out = explain_left_out(kind, message, written, self._left_out)
        self._refused.append(left_out or explain_limit(kind, message, self._limits))
        return self._refused[-1]

    def _limit_of_call(self, reply: Raised) -> str:
        """Return the same of a call; a name may be missing because a cell met a limit before."""
        missing = re.fullmatch(r"name '(\w+)' is not defined", reply.message)
        if reply.type_name == "NameError" and missing:
            return self.limit_before(missing[1])
        return self._limit_met(reply.type_name, reply.message, self._code.words)

    def limit_before(self, name: str) -> str:
        """Return the limit that a cell met which may have defined a name, "" if none did."""
        possible = self._code.defining_anything.union(self._code.defining(name))
        cells = (self.cells[number] for number in sorted(possible))
        return next((cell.limit for cell in cells if cell.failed and cell.limit), "")

    def _within(
        self,
        seconds: float,
        request: Callable[[Child, float], Reply],
        before: int | None = None,
    ) -> Reply:
        """Send a request to a living child; drop the child if it does not answer."""
        child = self._living_child(before)
        try:
            return request(child, min(seconds, self._time.remaining()))
        except (TimeoutError, EOFError, WireError):
            self._drop_child()
            self._time.remaining()  # the submission's limit is the better explanation, if it is one
            raise

    def _living_child(self, before: int | None) -> Child:
        """Return the child; a new one first runs again what the old one had run."""
        while self._child is None:
            self._time.remaining()
            self._child = self._sandbox.child(self._limits.child(), self._limits.output_characters)
            self._time.begin(self._child.process)
            if self._files:
                self._child.give_files(self._files, self._limits.cell_seconds)
            for number, cell in self.cells.items():
                if before is not None and number >= before:
                    break
                if not cell.stopped and not self._runs_again(number, cell):
                    break
        return self._child

    def _runs_again(self, number: int, cell: CellRun) -> bool:
        assert self._child is not None
        try:
            seconds = min(self._limits.cell_seconds, self._time.remaining())
            self._child.run_cell(number, cell.source, seconds)
        except (TimeoutError, EOFError, WireError):
            cell.stopped = "This cell did not come to its end when it was run again."
            self._drop_child()
            return False
        return True

    def _drop_child(self) -> None:
        if self._child is not None:
            self._time.end()
            self._child.kill()
            self._child = None

    def _why_missing(self, name: str) -> str:
        """Return what became of the cell that seems to define the name."""
        for cell in map(self.cells.__getitem__, self._code.defining(name)):
            if cell.stopped:
                return cell.stopped
            if cell.failed:
                error = next((o for o in cell.outputs if o.kind == "error"), None)
                said = why_it_ended(cell.source, error.name if error else "")
                return f"{said} {cell.limit}".rstrip()
        return self.limit_before(name)


def _run_cell(child: Child, seconds: float, *, number: int, source: str) -> CellRan:
    return child.run_cell(number, source, seconds)


def _wire_items(values: tuple[Any, ...]) -> Items:
    wire = to_wire(values)
    assert isinstance(wire, Items)
    return wire


def _wire_mapping(values: Mapping[str, Any]) -> WireMapping:
    wire = to_wire(dict(values))
    assert isinstance(wire, WireMapping)
    return wire


def _check_all_answered(function: str, trusted: Iterable[Trusted]) -> None:
    """Raise NotAnswered if one refused: whatever came of the call is no fact about the function."""
    if any(each.refused for each in trusted):
        raise NotAnswered(function)
