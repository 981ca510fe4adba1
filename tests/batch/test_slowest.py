"""What takes longest is told while other submissions come back."""

from concurrent.futures import Future
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.batch import slowest
from autograder.batch.slowest import TICK, Slowest, Watched


def done_at_once() -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(None)
    return future


def test_one_that_is_stuck_is_told_of_while_others_come_back_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(slowest, "time", clock)
    told: list[Slowest] = []
    watched, stuck = Watched(lambda: 2, told.append), Future[Any]()
    for _ in range(100):
        other = done_at_once()
        assert watched.wait({stuck: "stuck", other: "other"}) == {other}
        clock.now += TICK / 10
    assert {now.name for now in told} == {"stuck"}
    between = [after.seconds - before.seconds for before, after in pairwise(told)]
    assert between == pytest.approx([TICK] * 8, abs=TICK / 5)
