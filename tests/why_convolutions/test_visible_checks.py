"""The visible checks stop the mistakes that are frequent, and say what fits them."""

import pytest
from benchmarks.visible_checks import OFTEN, passing
from contents import assignment_names

SELDOM = {  # wrong answers that a check was made for, although few or none were seen
    "connections": {
        "counts_connections_of_windows_that_start_whole_strides_before",
        "counts_connections_of_windows_without_the_stride",
        "counts_connections_of_windows_that_stick_out",
        "counts_connections_of_rounded_places",
    },
}


@pytest.mark.parametrize("name", assignment_names())
def test_no_frequent_mistake_passes_every_visible_check(name: str) -> None:
    found = passing(name)
    assert found
    assert [m.name for known in found.values() for m in known if m.seen >= OFTEN] == []
    for exercise in SELDOM.keys() & found.keys():
        assert not SELDOM[exercise] & {mistake.name for mistake in found[exercise]}
