"""Who waits for a mark by hand, in few lines for any class."""

import io

import pytest
from rich.console import Console

from autograder.pages.release import print_who_waits

ONE, BOTH = ["explanation"], ["explanation", "step_down"]
WAITING: dict[str, tuple[dict[str, list[str]], list[str]]] = {
    "one": (
        {"student-001": ONE},
        [
            "1 student still waits for a mark by hand: explanation 1",
            "  explanation: student-001",
        ],
    ),
    "many": (
        {f"student-{number:03}": ONE for number in range(274)},
        ["274 students still wait for a mark by hand: explanation 274"],
    ),
    "few among many": (
        {f"student-{number:03}": ONE for number in range(30)} | {"student-007": BOTH},
        [
            "30 students still wait for a mark by hand: explanation 29, "
            "explanation and step_down 1",
            "  explanation and step_down: student-007",
        ],
    ),
}


@pytest.mark.parametrize("who", WAITING)
def test_students_are_named_only_where_they_are_few(who: str) -> None:
    waiting, lines = WAITING[who]
    console = Console(file=io.StringIO(), width=60)
    print_who_waits(waiting, console)
    assert console.file.getvalue().splitlines() == lines  # type: ignore[attr-defined]
