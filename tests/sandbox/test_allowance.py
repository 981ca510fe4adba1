"""What a process is charged for: its own doing, however busy the machine is."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from limits import PATIENCE

from autograder.sandbox import allowance
from autograder.sandbox.allowance import AT_MOST, LOOK_EVERY, Allowance, Counts, Process
from autograder.sandbox.host import Sandbox
from autograder.sandbox.lockdown import ChildLimits

LIMITS = ChildLimits(memory_mib=256, cpu_seconds=30, file_mib=1)

SPINS = "while True: pass"
SLEEPS = "import time; time.sleep(1000)"
WORKS_IN_A_THREAD = f"""
import threading
def work():
    {SPINS}
thread = threading.Thread(target=work); thread.start(); thread.join()
"""
SPINS_IN_A_HUNDRED_THREADS = f"""
import threading
def work():
    {SPINS}
for _ in range(100): threading.Thread(target=work, daemon=True).start()
work()
"""
CROWDS_AND_SLEEPS = """
import hashlib, threading, time
all_did = threading.Barrier(21)
def work():
    while time.process_time() < 1: hashlib.sha256(bytes(2**20))
    all_did.wait()
    time.sleep(1000)
for _ in range(20): threading.Thread(target=work, daemon=True).start()
print("crowd", flush=True)
all_did.wait()
print("asleep", flush=True)
time.sleep(1000)
"""
PROCESSOR = min(os.sched_getaffinity(0))


@contextmanager
def running(source: str, count: int = 1) -> Iterator[list[subprocess.Popen[str]]]:
    """Let processes run on one processor, all in the session of this one."""
    one = f"import os; os.sched_setaffinity(0, {{{PROCESSOR}}}); print('ready', flush=True)\n"
    command = [sys.executable, "-c", one + source]
    processes = [subprocess.Popen(command, stdout=-1, text=True) for _ in range(count)]
    try:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def of(process: subprocess.Popen[str]) -> Process:
    pidfd = os.pidfd_open(process.pid)
    try:
        return Process(pidfd)
    finally:
        os.close(pidfd)


def use_up(process: Process, seconds: float) -> float:
    """Ask a process until an allowance is used up, and return how long that took.

    The clock is read within the allowance's time: this process, too, may be kept waiting.
    """
    begun = time.monotonic()
    allowed = Allowance(seconds, process)
    start = time.monotonic()
    with pytest.raises(TimeoutError):  # noqa: PT012
        while True:
            time.sleep(allowed.wait())
    passed = time.monotonic() - start
    allowed.settle()
    assert time.monotonic() - begun >= seconds
    return passed


def at_rest(pid: int) -> bool:
    """Say whether all threads of a process sleep, none of them for want of a processor."""
    before = counted(pid)
    states = [stat.read_text().rpartition(")")[2].split()[0] for stat in threads(pid, "stat")]
    return {*states} == {"S"} and counted(pid) == before


def counted(pid: int) -> list[str]:
    """Return what the kernel has counted of each thread, which changes as soon as one runs."""
    return [status.read_text() for status in threads(pid, "status")]


def threads(pid: int, file: str) -> list[Path]:
    return sorted(Path(f"/proc/{pid}/task").glob(f"*/{file}"))


def wait_until_at_rest(process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not at_rest(process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def charged_for(source: str, seconds: float, others: int = 0) -> tuple[float, float, float]:
    """Return what passed until an allowance was used up, what was charged, and what it ran."""
    with running(SPINS, others), running(source) as (started,):
        process = of(started)
        if source == SLEEPS:
            wait_until_at_rest(started)
        process.look()
        before, ran = process.charged(), process.counts().ran
        passed = use_up(process, seconds)
        ran = process.counts().ran - ran
        process.look()
        return passed, process.charged() - before, ran


@pytest.mark.parametrize(
    "source", [SPINS, SLEEPS, WORKS_IN_A_THREAD, SPINS_IN_A_HUNDRED_THREADS, CROWDS_AND_SLEEPS]
)
def test_an_allowance_ends_and_buys_nothing_though_others_are_busy(source: str) -> None:
    passed, charged, ran = charged_for(source, 0.5, others=3)
    assert charged >= max(ran, passed / AT_MOST)


@pytest.mark.parametrize("source", [SPINS, WORKS_IN_A_THREAD])
def test_waiting_for_others_is_not_charged(source: str) -> None:
    passed, charged, ran = charged_for(source, 1, others=3)
    assert charged - ran < (passed - ran) / 2


def test_sleeping_is_charged_though_others_are_busy() -> None:
    passed, charged, _ = charged_for(SLEEPS, 0.5, others=3)
    assert charged > 0.9 * passed


def test_the_waiting_of_each_thread_of_a_child_is_seen(sandbox: Sandbox) -> None:
    child = sandbox.child(LIMITS, 100)
    wait = "threading.Thread(target=threading.Event().wait, daemon=True).start()"
    child.run_cell(0, f"import threading\nfor _ in range(2): {wait}", PATIENCE)
    seen = child.process.counts().kept_waiting
    child.kill()
    assert seen is None or len(seen) == 3


def test_threads_that_crowded_each_other_have_not_saved_that_up_to_sleep() -> None:
    with running(CROWDS_AND_SLEEPS) as (started,):
        process = of(started)
        assert started.stdout
        for state in ("crowd\n", "asleep\n"):
            assert started.stdout.readline() == state
            process.look(1)
        wait_until_at_rest(started)
        process.look(1)
        before = process.charged()
        for _ in range(5):
            time.sleep(LOOK_EVERY)
            process.ask(LOOK_EVERY)
        assert process.charged() - before > 4 * LOOK_EVERY


@pytest.mark.parametrize("says", [None, "0 0 0\n"])
def test_where_the_kernel_does_not_count_waiting_it_is_the_processor_time(
    says: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = tmp_path / "schedstat"
    if says:
        scheduler.write_text(says)
    monkeypatch.setattr(allowance, "_SCHEDULER", scheduler)
    passed, charged, _ = charged_for(SLEEPS, 0.2)
    assert charged < passed / 2


def test_a_process_that_has_gone_is_charged_for_the_time_it_was_asked() -> None:
    with running(SLEEPS) as (started,):
        process = of(started)
    use_up(process, 0.1)
    before = process.charged()
    process.ask(2)
    assert process.charged() == before + 2


class Counted(Process):
    """A process of which a kernel counted this, at one look after the other."""

    def __init__(self, *looks: Counts) -> None:
        pidfd = os.pidfd_open(os.getpid())
        super().__init__(pidfd)
        os.close(pidfd)
        self._looks = iter(looks)

    def counts(self) -> Counts:
        return next(self._looks)


CROWD = [f"thread {number}" for number in range(100)]
NOBODY_WAITED = dict.fromkeys(["main", "helper", *CROWD], 0.0)
CROWDED = {**NOBODY_WAITED, **dict.fromkeys(CROWD, 0.9)}


@pytest.mark.parametrize(
    ("looks", "charged"),
    [
        pytest.param([Counts(1, NOBODY_WAITED)], 1, id="works"),
        pytest.param([Counts(0, NOBODY_WAITED)], 1, id="sleeps"),
        pytest.param([Counts(0.25, {"main": 0.75})], 0.25, id="waits for others"),
        pytest.param([Counts(0.25, {"main": 0, "helper": 0.75})], 0.25, id="a thread waits"),
        pytest.param([Counts(2, CROWDED)], 2, id="a hundred threads spin"),
        pytest.param([Counts(1, CROWDED)] * 4, 1 + 3, id="threads crowd and then sleep"),
        pytest.param([Counts(0, {"new": 90})], 1, id="a new thread waited before"),
        pytest.param([Counts(0, {"main": 90}), Counts(0, {"main": 3})], 0.1 + 1, id="one number"),
        pytest.param([Counts(0, {"main": 1})], 1 / AT_MOST, id="gets no processor"),
        pytest.param([Counts(0.5, None)], 0.5, id="no waiting is counted"),
        pytest.param([Counts(0, None)], 1 / AT_MOST, id="none is counted and it sleeps"),
    ],
)
def test_what_each_second_between_two_looks_is_charged(looks: list[Counts], charged: float) -> None:
    process = Counted(Counts(0, NOBODY_WAITED), *looks)
    process.look()
    assert sum(process.look(1) for _ in looks) == pytest.approx(charged)
    assert process.charged() == pytest.approx(charged)


def test_an_allowance_looks_seldom_and_regularly_and_lasts_longer_for_who_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(allowance, "time", clock)
    looked = []

    class Seen(Counted):
        def counts(self) -> Counts:
            looked.append(clock.now)
            return Counts(clock.now / 4, {"main": 0.0, "helper": clock.now * 3 / 4})

    process = Seen()
    for _ in range(20):  # usual calls, which take milliseconds
        allowed = Allowance(10, process)
        allowed.wait()
        clock.now += LOOK_EVERY / 25
        allowed.settle()
    assert not looked
    allowed = Allowance(10, process)
    with pytest.raises(TimeoutError):  # noqa: PT012
        while True:
            clock.now += allowed.wait()
    assert clock.now == pytest.approx(10 * 4, rel=0.03)
    between = [after - before for before, after in pairwise(looked)]
    assert max(between) < 1.2 * LOOK_EVERY
    assert len(looked) < 1.2 * clock.now / LOOK_EVERY
