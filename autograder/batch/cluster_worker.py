"""What a worker of a Dask cluster does for a class. It is imported there, and by who sends it.

Dask runs tasks in threads, and a sandbox ends with the thread that started it: so the plugin has a
thread of its own, in which everything happens. What is slow to import is imported there too, while
Dask goes on listening. A resource of Dask with the plugin's name, of which a worker has one where
it can be used, keeps tasks to such workers, and to one at a time.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import distributed

from ..errors import AutograderError, NotLockedIn
from ..surroundings import said_of

if TYPE_CHECKING:
    from .job import Finished, Job, WorkerSetup
    from .versions import Versions
    from .worker import Worker

ENOUGH = "strong"  # below it, code may reach the scheduler, which runs whatever it is sent


class GradingPlugin(distributed.WorkerPlugin):
    """Makes a grader of each worker of a cluster, of those too that come later."""

    def __init__(self, name: str, setup: WorkerSetup, versions: Versions) -> None:
        self.name = name
        self._needs = pickle.dumps((versions, setup))
        self._worker: Worker | None = None
        self._thread: ThreadPoolExecutor | None = None  # made on the worker

    async def setup(self, worker: distributed.Worker) -> None:
        """Prepare the worker, and log whether it can be used."""
        await worker.set_resources(**{self.name: 0})  # of an earlier run
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="grading")
        scratch, loop = Path(worker.local_directory), asyncio.get_running_loop()
        try:
            self._worker = await loop.run_in_executor(self._thread, _started, self._needs, scratch)
            await worker.set_resources(**{self.name: 1})
            reason = ""
        except Exception as error:  # whatever it is, the others go on
            reason = said_of(error).removesuffix(".")
        worker.log_event(self.name, {"worker": worker.address, "reason": reason})

    def teardown(self, worker: distributed.Worker) -> None:
        """End the sandbox and remove what came of the course, after what is being graded."""
        if self._thread:
            if self._worker:
                self._thread.submit(self._worker.close)
            self._thread.shutdown(wait=False)

    def grade(self, job: Job) -> Finished:
        """Grade a submission."""
        assert self._thread
        assert self._worker
        return self._thread.submit(self._worker.finish, job).result()


def grade_on_worker(name: str, job: bytes) -> Finished:
    """Grade a submission where the plugin of this name is."""
    plugin = distributed.get_worker().plugins[name]
    assert isinstance(plugin, GradingPlugin)
    return plugin.grade(pickle.loads(job))


def _started(needs: bytes, scratch: Path) -> Worker:
    """Return a worker like any other. Raises AutograderError with what this one lacks for it."""
    from .. import lean_imports  # noqa: F401
    from .worker import Worker

    versions, setup = pickle.loads(needs)
    if lacks := versions.lacking():
        raise AutograderError(lacks)
    try:
        worker = Worker(setup, scratch)
    except NotLockedIn as error:
        raise AutograderError(_too_weak("none", error.gaps)) from error
    probe = worker.sandbox.probe
    if probe.level != ENOUGH and not setup.limits.unsafe_no_sandbox:
        worker.close()
        raise AutograderError(_too_weak(probe.level, probe.gaps))
    return worker


def _too_weak(level: str, gaps: Iterable[str]) -> str:
    return f"its sandbox is {level}, not {ENOUGH}: submitted code could {'; '.join(gaps)}"
