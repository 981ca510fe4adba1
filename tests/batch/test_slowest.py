"""What takes longest is told while other submissions come back."""

import time
from concurrent.futures import Future
from typing import Any

from autograder.batch.slowest import Slowest, Watched


def done_at_once() -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(None)
    return future


def test_one_that_is_stuck_is_told_of_while_others_come_back_one_after_the_other() -> None:
    told: list[Slowest] = []
    watched, stuck = Watched(lambda: 2, told.append), Future[Any]()
    for _ in range(500):  # which take seconds
        other = done_at_once()
        assert watched.wait({stuck: "stuck", other: "other"}) == {other}
        if told:
            break
        time.sleep(0.01)
    assert [now.name for now in told] == ["stuck"]
    assert told[0].seconds > 0
