"""The IPython shell of a child: cells as in Jupyter, outputs recorded instead of sent away."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOBase
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from .utf8 import encodable
from .wire import OUTPUT_COST, Output

NO_SHELL_COMMANDS = "Shell commands are off while grading."
_RUN_CODE = ("prun", "run", "time", "timeit")  # their errors are those of the code that they run
_SCRIPT_MAGICS = (
    "!",
    "bash",
    "cmd",
    "perl",
    "pypy",
    "python",
    "python2",
    "python3",
    "ruby",
    "script",
    "sh",
)


class Recorder:
    """The outputs of the cell that runs, in the order in which they appear, up to a size."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self._room = self._limit = 0

    def start(self, room: int) -> None:
        """Forget what was recorded; take up to ``room`` characters from now on."""
        self.outputs = []
        self._room = self._limit = room

    def stream(self, name: str, text: str) -> None:
        """Append to a stream, joined to the output before it if that is the same stream."""
        text = self._fit(encodable(text))
        last = self.outputs[-1] if self.outputs else None
        if text and last is not None and last.kind == "stream" and last.name == name:
            self.outputs[-1] = Output("stream", name, last.text + text)
        elif text:
            self._room -= OUTPUT_COST if self.outputs else 0
            self.outputs.append(Output("stream", name, text))

    def add(self, output: Output) -> None:
        """Append a rich output or an error, unless there is no room for it."""
        if output.size > self._room:
            note = f"[an output is left out: {self._limit} characters are kept of a cell]\n"
            return self.stream("stderr", note)
        self._room -= output.size
        self.outputs.append(output)
        return None

    def clear(self) -> None:
        """Drop what the cell has shown so far, as its room is free again."""
        self.start(self._limit)

    def _fit(self, text: str) -> str:
        if self._room <= 0:
            return ""
        if len(text) > self._room:
            cut = f"\n[the output was cut here, after {self._limit} characters]\n"
            text = text[: self._room] + cut
        self._room -= len(text)
        return text


class _Stream(TextIOBase):
    """Stands in for sys.stdout or sys.stderr."""

    encoding = "utf-8"

    def __init__(self, name: str, recorder: Recorder) -> None:
        self.name = name
        self._recorder = recorder

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._recorder.stream(self.name, str(text))
        return len(text)


def _text_only(data: dict[str, Any]) -> dict[str, str]:
    return {mime: encodable(text) for mime, text in data.items() if isinstance(text, str)}


def _alternative_text(metadata: Any) -> str:
    """Return what a picture's metadata say for those who do not see it."""
    parts = metadata.values() if isinstance(metadata, dict) else ()
    texts = (part.get("alt") for part in parts if isinstance(part, dict))
    return encodable(next((text for text in texts if isinstance(text, str)), ""))


class _Publisher(DisplayPublisher):
    def publish(self, data: dict[str, Any], metadata: Any = None, *_: Any, **__: Any) -> None:
        output = Output("display_data", data=_text_only(data), alt=_alternative_text(metadata))
        self.shell.recorder.add(output)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.recorder.clear()


class _Hook(DisplayHook):
    """Records the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
        self.shell.recorder.add(Output("execute_result", data=_text_only(data)))

    def finish_displayhook(self) -> None:
        pass


class _Compiler(CachingCompiler):
    """Remembers which cell each piece of code came from, to say where a call raised."""

    def __init__(self) -> None:
        super().__init__()
        self.current_cell = 0
        self.cell_of: dict[str, int] = {}

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        name: str = super().get_code_name(raw_code, transformed_code, number)
        self.cell_of[name] = self.current_cell
        return name


class Shell(InteractiveShell):
    """An InteractiveShell without threads, history, terminal or shell commands."""

    compiler_class = Type(_Compiler)
    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    def __init__(self, **kwargs: Any) -> None:
        self.recorder = Recorder()
        super().__init__(**kwargs)

    def enable_gui(self, gui: str | None = None) -> None:
        """Accept ``%matplotlib inline``; there is no event loop to enable."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str, str]:
        """Accept ``%matplotlib`` with any backend: pictures are recorded in every case."""
        return "inline", "inline"

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a magic; one that fails, or is not there while grading, costs nothing but itself."""
        try:
            return super().run_line_magic(magic_name, line, _stack_depth + 1)
        except Exception as error:
            if magic_name in _RUN_CODE:
                raise
            print(f"%{magic_name} did nothing here ({type(error).__name__}).", file=sys.stderr)
            return None

    def ask_exit(self) -> None:
        """Answer ``exit()`` and ``quit()`` as Python does: there is no kernel to end."""
        raise SystemExit

    def init_virtualenv(self) -> None:
        """Keep the import path as it is."""

    def system(self, cmd: str) -> None:
        """Answer ``!command``, ``%pip`` and the like."""
        print(NO_SHELL_COMMANDS, file=sys.stderr)

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> list[str]:
        """Answer ``x = !command``."""
        print(NO_SHELL_COMMANDS, file=sys.stderr)
        return []

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        lines = [encodable(line) for line in stb]
        text = message_of(evalue)
        self.recorder.add(Output("error", encodable(etype.__name__), text, traceback=lines))

    @contextmanager
    def recorded_streams(self) -> Iterator[None]:
        """Send what is printed to the recorder."""
        before = sys.stdout, sys.stderr
        sys.stdout = _Stream("stdout", self.recorder)
        sys.stderr = _Stream("stderr", self.recorder)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


def message_of(error: BaseException) -> str:
    """Return the text of an error, or nothing where making it fails too."""
    try:
        return encodable(str(error))
    except Exception:
        return ""


def create_shell() -> Shell:
    """Build the one shell of this process (before the fork: it costs 15 ms)."""
    config = Config()
    config.HistoryManager.enabled = False  # its thread would not survive the fork
    config.InteractiveShell.colors = "nocolor"
    shell: Shell = Shell.instance(config=config)

    def refuse(line: str, cell: str | None = None) -> None:
        shell.system(line)

    for name in _SCRIPT_MAGICS:
        shell.register_magic_function(refuse, "line_cell", name)
    return shell
