"""What is taken off the time that a submission has left."""

import os
import subprocess
import sys
import time

from autograder.running.time_left import TimeLeft
from autograder.sandbox.allowance import Process


def test_a_process_pays_for_what_it_ran_while_nobody_asked_it() -> None:
    left = TimeLeft(100)
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as started:
        pidfd = os.pidfd_open(started.pid)
        process = Process(pidfd)
        os.close(pidfd)
        left.begin(process)
        while (ran := process.counts().ran) < 0.2:
            time.sleep(0.01)
        left.end()
        started.kill()
    assert left.remaining() <= 100 - ran
