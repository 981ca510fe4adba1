"""The same workers on many machines: an existing Dask cluster, named by its scheduler's address."""

from __future__ import annotations

import hashlib
import logging
import pickle
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from ..errors import AutograderError
from ..surroundings import distribution
from .freshness import packages
from .job import Finished, Job, WorkerSetup, failed
from .slowest import Slowest, Tell
from .versions import Versions
from .workers import JOBS_AHEAD, Jobs, Outcomes, UnderWay, numbered

GATEWAY = "gateway://"
CONNECT_SECONDS = 30
START_SECONDS = 300  # in which workers say whether they can be used
LOST_SECONDS = 300  # in which the last worker may be started again
_NO_WARNING = {"distributed.admin.large-graph-warning-threshold": "1 GiB"}  # of a submission
KILLED = "The workers that graded it were killed. Was memory exhausted?"
CHECK_SECONDS = 10
GOES_ON = "What was graded is recorded: the same command goes on from there."


class ClusterFailed(AutograderError):
    """A cluster cannot be used, or no longer: the text says why, and what to do."""


@dataclass(frozen=True)
class Cluster:
    """The cluster with this scheduler; ``tell`` is told what there is to say of its workers."""

    scheduler: str
    tell: Callable[[str], None]


def grade_on_cluster(
    jobs: Jobs,
    setup: WorkerSetup,
    cluster: Cluster,
    tell: Tell = lambda slowest: None,
) -> Outcomes:
    """Grade submissions on the workers of a cluster; yields as ``started_workers`` do.

    Dask gives the jobs of a lost worker to others. What was there each time that several were lost
    is graded once more by itself, so that only the one that is to blame goes without a result.
    Raises ClusterFailed where there is no cluster, no worker to use, or none left.
    """
    with _client(cluster.scheduler) as client, _Workers(client, setup, cluster) as workers:
        from .cluster_worker import grade_on_worker

        executor = client.get_executor(pure=False, resources={workers.name: 1})

        def submit(job: Job) -> Future[Finished]:
            try:
                given = executor.submit(grade_on_worker, workers.name, pickle.dumps(job))
            except Exception as error:  # as many kinds as there are ways to lose a connection
                raise _gone(cluster.scheduler) from error
            return _settled(given, job, cluster.scheduler)

        def still_waiting(slowest: Slowest) -> None:
            workers.check_now_and_then()
            tell(slowest)

        under_way = UnderWay(workers.number, still_waiting)
        killed: list[tuple[int, Job]] = []
        for number, outcome in under_way.outcomes(numbered(jobs), submit, workers.ahead):
            if isinstance(outcome, _Killed):
                killed.append((number, outcome.job))
            else:
                yield number, outcome
        for suspect in killed:
            yield from under_way.outcomes(iter([suspect]), submit, lambda: 1)


@dataclass(frozen=True)
class _Killed(Finished):
    """What becomes of a job that was on several workers when they were lost."""

    job: Job = field(kw_only=True)


class _Workers:
    """The workers of a cluster, made graders for as long as this context manager lasts.

    Their name is the same each time a class is graded: so what a run left that was killed is
    replaced.
    """

    def __init__(self, client: Any, setup: WorkerSetup, cluster: Cluster) -> None:
        class_ = hashlib.sha256(repr((setup.secret, setup.assignment)).encode()).hexdigest()
        self.name = f"grading-{class_[:16]}"
        self._client = client
        self._setup = setup
        self._cluster = cluster
        self._reasons: dict[str, str] = {}  # by worker: why it is not used, "" if it is
        self._answered = threading.Condition()
        self._none_since: float | None = None
        self._checked = time.monotonic()
        self._came_later = False  # a worker that can be used

    def __enter__(self) -> _Workers:
        try:
            self._start()
        except BaseException as error:
            self.__exit__()
            if isinstance(error, Exception) and not isinstance(error, AutograderError):
                raise _gone(self._cluster.scheduler) from error
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):  # the scheduler may have gone
            self._client.unregister_worker_plugin(self.name)

    def ahead(self) -> int:
        """Return how many jobs may be under way: enough to keep every worker busy."""
        return JOBS_AHEAD * self.number()

    def number(self) -> int:
        """Return how many workers there are to use, at least one."""
        return max(1, len(self._used()))

    def check_now_and_then(self) -> None:
        """Check, but not all the time: each time the scheduler is asked."""
        if self._came_later:
            self._came_later = False
            self._client.run_on_scheduler(_look_again)
        if time.monotonic() - self._checked > CHECK_SECONDS:
            self._checked = time.monotonic()
            self.check()

    def check(self) -> None:
        """Raise ClusterFailed if for some time there was no worker to use."""
        try:
            there = self._client.scheduler_info(n_workers=-1)["workers"].values()
        except Exception as error:
            raise _gone(self._cluster.scheduler) from error
        if any(worker["resources"].get(self.name) for worker in there):
            self._none_since = None
        elif self._none_since is None:
            self._none_since = time.monotonic()
        elif time.monotonic() - self._none_since > LOST_SECONDS:
            where = self._cluster.scheduler
            raise ClusterFailed(f"No worker of {where} is left that can be used. {GOES_ON}")

    def _start(self) -> None:
        present = self._with_package()
        self._client.subscribe_topic(self.name, self._hear)
        self._client.subscribe_topic("all", self._see_lost)
        self._register()
        until = time.monotonic() + START_SECONDS
        while not present <= self._reasons.keys() and time.monotonic() < until:
            with self._answered:
                self._answered.wait_for(lambda: present <= self._reasons.keys(), CHECK_SECONDS)
            self.check()
        for worker in sorted(present - self._reasons.keys()):
            self._cluster.tell(
                f"The worker {worker} has not answered yet, and is used when it does."
            )
        if not self._used():
            where = self._cluster.scheduler
            raise ClusterFailed(f"Nothing was graded: no worker of {where} can be used.")

    def _with_package(self) -> set[str]:
        """Return the workers that can load what is sent to them; name the others."""
        found = self._client.get_versions(packages=[distribution()])
        if not found["scheduler"]["packages"][distribution()]:
            where = self._cluster.scheduler
            raise ClusterFailed(
                f"Nothing was graded: {distribution()} is not installed on {where}."
            )
        workers = found["workers"].items()
        have = {name for name, versions in workers if versions["packages"][distribution()]}
        for name in sorted(found["workers"].keys() - have):
            self._hear((0, {"worker": name, "reason": f"{distribution()} is not installed there"}))
        return have

    def _register(self) -> None:
        from .cluster_worker import GradingPlugin

        versions = Versions.here([distribution(), *packages(self._setup.limits)])
        plugin = GradingPlugin(self.name, self._setup, versions)
        with suppress(Exception):  # of one that cannot load it, or was lost: the others answer
            self._client.register_plugin(plugin, name=self.name)

    def _hear(self, event: tuple[float, Any]) -> None:
        """Hear of a worker, perhaps one that came later, whether it is used."""
        worker, reason = event[1]["worker"], event[1]["reason"]
        with self._answered:
            self._reasons[worker] = reason
            self._came_later = not reason
            self._answered.notify_all()
        if reason:
            self._cluster.tell(f"The worker {worker} is not used: {reason}.")

    def _see_lost(self, event: tuple[float, Any]) -> None:
        """Name a worker that was used and has gone without being told to; Dask knows what to do."""
        about = event[1]
        if about.get("action") != "remove-worker":
            return
        worker = about["worker"]
        with self._answered:
            was_used = self._reasons.pop(worker, None) == ""
        if was_used and not about.get("expected"):
            self._cluster.tell(f"The worker {worker} was lost. What it had goes to another.")

    def _used(self) -> list[str]:
        return [worker for worker, reason in list(self._reasons.items()) if not reason]


def _look_again(dask_scheduler: Any) -> None:
    """Let jobs that no worker could take look for one again.

    Dask lets them when a worker joins, but that is before the worker has what it needs.
    """
    jobs = {task.key: "waiting" for task in dask_scheduler.unrunnable}
    dask_scheduler.transitions(jobs, stimulus_id="a worker can be used")


@contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    """Connect to a scheduler. Raises ClusterFailed."""
    try:
        import dask
        from distributed.versions import VersionMismatchWarning
    except ImportError as error:
        needs = f"pip install '{distribution()}[cluster]'"
        raise ClusterFailed(f"--scheduler needs Dask. Install it: {needs}") from error
    for name in [
        name for name in logging.root.manager.loggerDict if name.startswith("distributed")
    ]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said by us
    warnings.simplefilter("ignore", VersionMismatchWarning)
    with dask.config.set(_NO_WARNING):
        try:
            client = _connected(scheduler)
        except Exception as error:  # an address can be wrong in many ways
            said = " ".join(str(error).split()) or type(error).__name__
            raise ClusterFailed(
                f"Nothing was graded: no scheduler at {scheduler} ({said})"
            ) from error
        try:
            yield client
        finally:
            with suppress(Exception):
                client.close(timeout=CONNECT_SECONDS)


def _connected(scheduler: str) -> Any:
    """Return a client of Dask: with TLS where Dask is configured so."""
    if scheduler.startswith(GATEWAY):
        from dask_gateway import Gateway

        return Gateway().connect(scheduler.removeprefix(GATEWAY)).get_client()
    from distributed import Client, Security

    made: Any = Security
    keys = made().get_connection_args("client")["ssl_context"]
    if scheduler.startswith("tls://") and not keys:
        # Asked by a client, that ends it half made, and it has more to say for a minute.
        raise ValueError(
            "it wants TLS, and Dask is told of no keys here: see docs/many-machines.md"
        )
    return Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]


def _settled(given: Future[Finished], job: Job, scheduler: str) -> Future[Finished]:
    """Return what comes of a job, in our words where it does not come back."""
    from distributed import KilledWorker

    settled: Future[Finished] = Future()

    def settle(future: Future[Finished]) -> None:
        try:
            settled.set_result(future.result())
        except KilledWorker:
            settled.set_result(_Killed(failed(job, KILLED).result, job=job))
        except CancelledError:
            settled.set_exception(_gone(scheduler))
        except Exception as error:
            settled.set_exception(error)

    given.add_done_callback(settle)
    return settled


def _gone(scheduler: str) -> ClusterFailed:
    return ClusterFailed(f"The scheduler {scheduler} has gone, or cannot be reached. {GOES_ON}")
