"""Errors travel from a worker to the command as they are."""

import pickle

import pytest

from autograder.errors import (
    CannotGradeHere,
    NeedsLinux,
    NotLockedIn,
    PackageMissing,
    SandboxDidNotStart,
)


@pytest.mark.parametrize(
    "error",
    [NeedsLinux(), NotLockedIn(["open a socket"]), PackageMissing(["x"]), SandboxDidNotStart("y")],
    ids=lambda error: type(error).__name__,
)
def test_it_survives_the_way(error: CannotGradeHere) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert (type(arrived), str(arrived), vars(arrived)) == (type(error), str(error), vars(error))
