"""Functions of ours in the place of a student's own, for as long as one call lasts."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from limits import PATIENT, SHORT_CALLS

from autograder.running.execution import Execution
from autograder.running.no_answer import CallRaised, CallTimedOut, NameMissing, NotAnswered
from autograder.sandbox.host import Sandbox

TWICE = """
def inner(x): raise KeyError("mine")
def outer(x, name="inner"): return inner(inner(x))
def once(x): return inner(x)
def caught(x):
    try: return inner(x)
    except ValueError: return 0
def endless(x):
    while True: inner(x)
"""


@pytest.fixture
def building(sandbox: Sandbox) -> Iterator[Execution]:
    with Execution(sandbox, {0: TWICE}, PATIENT) as prepared:
        prepared.run_cells()
        yield prepared


def test_a_replaced_function_is_ours_for_one_call(building: Execution) -> None:
    for _ in range(2):
        with pytest.raises(CallRaised, match="KeyError"):
            building.call("outer", (np.ones(3),), {})
        replaced = {"inner": lambda x: 2 * x, "nowhere": lambda x: x}
        value, _ = building.call("outer", (np.ones(3),), {}, replaced)
        assert value.tolist() == [4, 4, 4]
        with pytest.raises(NameMissing):
            building.call("nowhere", (1,), {})


def test_who_keeps_a_replaced_function_has_their_own_afterwards(sandbox: Sandbox) -> None:
    source = "kept = []\ndef g(x): return x\ndef f(x): kept.append(g); return kept[0](x)"
    with Execution(sandbox, {0: source}, PATIENT) as execution:
        execution.run_cells()
        assert execution.call("f", (1,), {}, {"g": lambda x: 2 * x})[0] == 2
        assert execution.call("f", (1,), {})[0] == 1


def test_another_name_of_a_replaced_function_is_replaced(sandbox: Sandbox) -> None:
    source = "def g(x): return x\nh, n = g, 0\ndef f(x): return h(x)"
    with Execution(sandbox, {0: source}, PATIENT) as execution:
        execution.run_cells()
        replaced = {"g": lambda x: 2 * x, "n": lambda: 3}
        assert execution.call("f", (1,), {}, replaced)[0] == 2
        assert execution.call("f", (1,), {})[0] == 1


@pytest.mark.parametrize(("function", "answer"), [("f", [10, 500]), ("g", [5])])
@pytest.mark.parametrize("replaced", ["gh", "hg"])
def test_one_function_for_two_exercises_is_two(
    replaced: str, function: str, answer: list[int], sandbox: Sandbox
) -> None:
    """And what is called is the student's own, though another name of it is replaced."""
    source = "def g(x): return [x]\nh = g\ndef f(x): return [g(x), h(x)]"
    ours = {"g": lambda x: 2 * x, "h": lambda x: 100 * x}
    with Execution(sandbox, {0: source}, PATIENT) as execution:
        execution.run_cells()
        right = {name: ours[name] for name in replaced if name != function}
        assert execution.call(function, (5,), {}, right)[0] == answer


def test_what_never_ends_is_asked_again_with_ours(sandbox: Sandbox) -> None:
    source = "def g(x):\n    while True: pass\ndef f(x): return g(x)"
    with Execution(sandbox, {0: source}, SHORT_CALLS) as execution:
        execution.run_cells()
        with pytest.raises(CallTimedOut):
            execution.call("f", (1,), {})
        assert execution.call("f", (1,), {}, {"g": lambda x: 2 * x})[0] == 2


def refuse(x: np.ndarray) -> None:
    raise ValueError(f"operands could not be broadcast together with shapes {x.shape} (2,) ")


@pytest.mark.parametrize(
    ("x", "ours", "says"),
    [
        (np.ones(3), refuse, r"could not be broadcast together with shapes \(3,\) \(2,\)"),
        (np.ones(3), lambda: 1, "ValueError"),  # another number of arguments
    ],
)
def test_a_replaced_function_that_fails_raises_in_the_call(
    x: object, ours: Callable[..., object], says: str, building: Execution
) -> None:
    with pytest.raises(CallRaised, match=says):
        building.call("outer", (x,), {}, {"inner": ours})


def count(x: Any) -> int:
    return len(str(x))


def counts(x: Any) -> tuple[int, tuple[int, float]]:
    return 1, (len(str(x)), 0.5)


def several(x: Any) -> list[float]:
    return [0.0] * x


def as_many(x: Any) -> tuple[float, ...]:
    return (0.0,) * x


NETWORK = [{"layer": "conv", "kernel_size": 11, "out_channels": 96, "stride": 4}, {"layer": "max"}]


@pytest.mark.parametrize(
    ("x", "ours", "answered"),
    [
        (np.ones(10**5), lambda x: x, False),
        (65, lambda x: x, False),  # it may be a size
        (65, count, True),
        (65, counts, True),
        (10**6, count, False),
        ([40, 41, 42, [43]], lambda x: x, False),
        ([40, 41, 42, [43]], count, True),
        (NETWORK, count, True),
        ({"layer": "conv", "units": 5000}, count, False),
        ({"layer": "n" * 100}, count, False),
        ({"n" * 100: 1}, count, False),
        (65, several, False),  # as many as it is asked for
        (65, as_many, False),
    ],
)
def test_what_would_keep_the_grader_busy_is_not_answered(
    x: object, ours: Callable[..., object], answered: bool, building: Execution
) -> None:
    for function in ("once", "caught"):
        if answered:
            assert building.call(function, (x,), {}, {"inner": ours})[0] == ours(x)
        else:  # and is no fact about the function, whatever it makes of that
            with pytest.raises(NotAnswered):
                building.call(function, (x,), {}, {"inner": ours})


def interrupted(x: object) -> None:
    raise KeyboardInterrupt


def test_after_a_refusal_who_interrupts_the_grader_is_heard(sandbox: Sandbox) -> None:
    source = "def f(x):\n    try: g([x] * 5000)\n    except ValueError: return g(x)"
    with Execution(sandbox, {0: source}, PATIENT) as execution:
        execution.run_cells()
        with pytest.raises(KeyboardInterrupt):
            execution.call("f", (1,), {}, {"g": interrupted})


def test_a_call_that_never_stops_asking_is_stopped(sandbox: Sandbox) -> None:
    with Execution(sandbox, {0: TWICE}, SHORT_CALLS) as execution:
        execution.run_cells()
        with pytest.raises(CallTimedOut):
            execution.call("endless", (1,), {}, {"inner": lambda x: x})
