"""Functions that know nothing earn next to nothing, and differences of a loss at most half."""

import pytest
from benchmarks.points_for_nothing import (
    ANY,
    MOST,
    MOST_BY_DIFFERENCES,
    numerical_shares,
    shares,
)
from contents import load_assignment, small_ones_at_once

SEEDS = [f"secret of student-{number:03}".encode() for number in range(2)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", small_ones_at_once())
def test_functions_that_know_nothing_earn_next_to_nothing(name: str, seed: bytes) -> None:
    earned = {e: of_any[ANY] for e, of_any in shares(load_assignment(name), seed).items()}
    assert earned
    assert {exercise: share for exercise, share in earned.items() if share > MOST} == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", small_ones_at_once())
def test_differences_of_a_loss_earn_half_of_a_backward_pass(name: str, seed: bytes) -> None:
    earned = numerical_shares(load_assignment(name), seed)
    backward = {e for e in load_assignment(name).signatures() if e.endswith("_backward")}
    assert backward <= earned.keys()
    assert {e: share for e, share in earned.items() if share > MOST_BY_DIFFERENCES} == {}
