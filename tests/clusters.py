"""Real Dask clusters on the loopback: a scheduler and workers, each in a process of its own."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from commands import BIN, descendants
from limits import PATIENCE

NOTHING: Mapping[str, str] = MappingProxyType({})
PATIENT = {  # on a busy machine
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": f"{PATIENCE}s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": f"{PATIENCE}s",
}


class RealCluster:
    """A scheduler, and the workers that were started for it. As a context manager, ends all."""

    def __init__(self, folder: Path, environment: Mapping[str, str] = NOTHING) -> None:
        self._folder = folder
        self._environment = environment
        self._processes: list[subprocess.Popen[bytes]] = []
        about = folder / "scheduler.json"
        protocol = environment.get("PROTOCOL", "tcp")
        at = ("--host", "127.0.0.1", "--port", "0", "--protocol", protocol)
        self.scheduler = self._start(["scheduler", *at, "--scheduler-file", str(about)])
        wait_until(about.exists)
        wait_until(lambda: about.read_text().endswith("}"))
        self.address = str(json.loads(about.read_text())["address"])

    def worker(
        self,
        *options: str,
        before: Sequence[str] = (),
        environment: Mapping[str, str] = NOTHING,
    ) -> subprocess.Popen[bytes]:
        """Start a worker, its command perhaps run by another, and wait until it is there."""
        folder = self._folder / f"worker-{len(self._processes)}"
        folder.mkdir()
        log = folder / "log"
        fixed = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(folder))
        arguments = ["worker", self.address, *fixed, *options]
        process = self._start(arguments, log, before, environment)
        wait_until(lambda: b"Registered to" in log.read_bytes())
        return process

    def _start(
        self,
        arguments: Sequence[str],
        log: Path = Path(os.devnull),
        before: Sequence[str] = (),
        environment: Mapping[str, str] = NOTHING,
    ) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*before, str(BIN / "dask"), *arguments],
                env={**os.environ, **PATIENT, **self._environment, **environment},
                stdout=output,
                stderr=output,
            )
        self._processes.append(process)
        return process

    def __enter__(self) -> "RealCluster":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it started, without a word."""
    below = descendants(process.pid)
    process.kill()
    process.wait()
    for child in below:
        with suppress(ProcessLookupError):
            os.kill(child, 9)


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds that is asked again and again."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)
