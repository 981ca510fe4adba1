"""What a process is charged for: its own doing, however busy the machine is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.sandbox import allowance
from autograder.sandbox.allowance import AT_MOST, Allowance, Process

SPINS = "while True: pass"
SLEEPS = "import time; time.sleep(1000)"
WORKS_IN_A_THREAD = f"""
import threading
def work():
    {SPINS}
thread = threading.Thread(target=work); thread.start(); thread.join()
"""
PROCESSOR = min(os.sched_getaffinity(0))


@contextmanager
def running(source: str, count: int = 1) -> Iterator[list[int]]:
    """Let processes run on one processor, all in the session of this one."""
    one = f"import os; os.sched_setaffinity(0, {{{PROCESSOR}}})\n"
    command = [sys.executable, "-c", one + source]
    processes = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.send_signal(signal.SIGKILL)
            process.wait()


def charged_for(source: str, seconds: float, others: int = 0) -> tuple[float, float]:
    """Return the seconds that passed until an allowance was used up, and the processor time."""
    with running(SPINS, others), running(source) as (pid,):
        pidfd = os.pidfd_open(pid)
        time.sleep(0.5)  # until it is on its way
        process = Process(pidfd)
        ran, start = process.counts().ran, time.monotonic()
        allowed = Allowance(seconds, process)
        while True:
            try:
                time.sleep(allowed.wait())
            except TimeoutError:
                break
        passed = time.monotonic() - start
        ran = process.counts().ran - ran
        os.close(pidfd)
        return passed, ran


@pytest.mark.parametrize("source", [SPINS, SLEEPS, WORKS_IN_A_THREAD])
def test_an_allowance_ends_though_others_are_busy(source: str) -> None:
    passed, _ = charged_for(source, 0.5, others=3)
    assert 0.5 <= passed < AT_MOST * 0.5 + 5


def test_waiting_for_others_is_not_charged() -> None:
    passed, ran = charged_for(SPINS, 0.5, others=3)
    assert passed > 1
    assert ran < 0.6


def test_sleeping_is_charged_though_others_are_busy() -> None:
    passed, _ = charged_for(SLEEPS, 0.5, others=3)
    assert passed < 2.5


def test_where_the_kernel_does_not_count_waiting_it_is_the_processor_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(allowance, "_SCHEDULER", Path("/nowhere"))
    passed, ran = charged_for(SLEEPS, 0.2)
    assert passed > AT_MOST * 0.2 * 0.9
    assert ran < 0.2


def test_a_process_that_has_gone_is_charged_for_the_time_it_was_asked() -> None:
    with running(SLEEPS) as (pid,):
        pidfd = os.pidfd_open(pid)
        process = Process(pidfd)
    allowed = Allowance(0.1, process)
    with pytest.raises(TimeoutError):  # noqa: PT012
        while True:
            time.sleep(allowed.wait())
    allowed.settle()
    process.asked += 2
    assert process.charged() == process.asked
    os.close(pidfd)
