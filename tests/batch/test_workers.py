"""Workers on this machine: they get ready before they are given anything."""

import multiprocessing
from concurrent.futures import Future

import pytest
from contents import SMALL

from autograder.batch import workers
from autograder.batch.job import Job, WorkerSetup
from autograder.course.options import Limits
from autograder.course.parcel import Parcel
from autograder.errors import HiddenTestsFailed
from autograder.results import Ungraded

NAME = "averages"


@pytest.fixture
def setup() -> WorkerSetup:
    cells = SMALL.assignment(NAME).cells
    return WorkerSetup(NAME, Parcel.of(SMALL), b"", Limits(), cells=cells)


@pytest.mark.parametrize("known", [1, 2])
def test_no_more_get_ready_than_there_are_jobs(setup: WorkerSetup, known: int) -> None:
    others = {*multiprocessing.active_children()}

    def started() -> int:
        return len({*multiprocessing.active_children()} - others)

    with workers.started_workers(setup, 2, known) as grade:
        assert started() == known
        jobs = [Job(f"{number}.ipynb", error="It is not there.") for number in range(known)]
        results = {number: finished.result for number, finished in grade(jobs)}
        assert started() == known
    said = [Ungraded(notebook=job.name, error=job.error) for job in jobs]
    assert results == dict(enumerate(said))
    assert started() == 0


STARTED: list[Future[bool]] = []


class Noting(workers.ProcessPoolExecutor):
    """As Python's; what was handed to it is kept."""

    def submit(self, *call: object, **options: object) -> Future[bool]:
        STARTED.append(super().submit(*call, **options))
        return STARTED[-1]


def test_broken_hidden_tests_end_no_worker_while_its_sandbox_starts(
    setup: WorkerSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ProcessPoolExecutor", Noting)
    with pytest.raises(HiddenTestsFailed), workers.started_workers(setup, 1, 1):
        raise HiddenTestsFailed("hidden_tests.py", "INTERNAL_ERROR")
    assert [ready.result(timeout=0) for ready in STARTED] == [True]
