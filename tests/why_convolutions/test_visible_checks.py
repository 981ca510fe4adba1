"""The visible checks stop the mistakes that are frequent, and say what fits them."""

from functools import cache

import pytest
from benchmarks.visible_checks import OFTEN, mistakes, said
from contents import load_assignment, small_ones_at_once

from autograder.explanation.misconceptions import Misconception
from autograder.explanation.styles import styles


@cache
def messages(name: str) -> dict[Misconception, str]:
    """Return what the visible checks say to each known mistake."""
    return said(name, mistakes(name))


@pytest.mark.parametrize("name", small_ones_at_once())
def test_no_frequent_mistake_passes_every_visible_check(name: str) -> None:
    found = messages(name)
    assert found.keys() == {*mistakes(name)}
    assert [m.name for m, text in found.items() if m.seen >= OFTEN and not text] == []


@pytest.mark.parametrize("name", small_ones_at_once())
def test_every_right_style_passes_the_visible_checks(name: str) -> None:
    right = styles(load_assignment(name))
    found = said(name, right)
    assert found.keys() == {*right}
    assert {style.name: text for style, text in found.items() if text} == {}


START = "Where do the windows start"
WHAT_IS_SAID = {
    "parameter_counting": {
        # Right where stride, padding and remainder come one at a time.
        "connections: counts_connections_of_windows_that_start_whole_strides_before": START,
        "connections: counts_connections_of_windows_without_the_stride": START,
        "connections: counts_connections_of_windows_that_stick_out": START,
        "connections: counts_connections_of_rounded_places": START,
        "network_parameters: empties_the_list_of_layers": "Whose list is it?",
        "network_parameters: writes_into_the_layers": "Whose list is it?",
    },
    "pooling": {
        "max_pool_backward: gives_every_maximum_all": "How much of it is there to give out?",
        "average_pool_backward: ignores_the_stride": "Which inputs share each number",
        "average_pool_backward: moves_by_its_size": "Where does it lie",
        "average_pool_backward: divides_by_the_number_of_outputs": "How many inputs share",
        "average_pool_backward: assumes_a_square_output": "Which columns",
        "average_pool_backward: overwrites_earlier_shares": "add to what is there, or replace it?",
    },
    "convnet": {
        "softmax_cross_entropy: lowers_all_examples_by_the_same": "Each row has its own maximum",
        "softmax_cross_entropy: takes_the_logarithm_of_a_p_that_became_zero": "1500.6566, not inf",
    },
    "connectivity": {
        "tie_gradients: takes_the_first_position": "Not as above:\n[[ 2.  4.]\n [ 8. 10.]]",
    },
}


@pytest.mark.parametrize("name", WHAT_IS_SAID)
def test_a_check_says_what_fits_the_mistake(name: str) -> None:
    found = {f"{m.exercise}: {m.name}": text for m, text in messages(name).items()}
    for mistake, part in WHAT_IS_SAID[name].items():
        assert part in found[mistake], mistake
