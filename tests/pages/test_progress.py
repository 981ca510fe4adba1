"""How far a command is, on a terminal and elsewhere."""

import io

import pytest
from rich.console import Console

from autograder.batch.slowest import Slowest
from autograder.pages.progress import Progress, progress


def watched(width: int, *, terminal: bool, between: float = 0.0, quiet: bool = False) -> list[str]:
    """Return what is said of five submissions, one of them kept and one not graded."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width, _environ={})
    with progress("Grading averages", console, between=between, quiet=quiet) as told:
        told.announce(5)
        told.advance(kept=True)
        told.advance()
        told.waiting(Slowest("student-001\x1b[31m", seconds=130))
        say(told)
    return console.file.getvalue().replace("\r", "\n").splitlines()


def say(told: Progress) -> None:
    told.advance(failed=True)
    for _ in range(2):
        told.advance()


@pytest.mark.parametrize("width", [44, 200])
def test_elsewhere_it_is_a_plain_line_now_and_then(width: int) -> None:
    lines = watched(width, terminal=False)
    assert not any("\x1b" in line for line in lines)
    assert all(line.startswith("Grading averages: ") for line in lines)
    slowest, *later = [line for line in lines if "slowest now" in line]
    assert all(line.endswith(", slowest now: student-001, 2 min.") for line in later)
    assert slowest.startswith("Grading averages: 2 of 5 done, ")
    assert slowest.endswith(" left, slowest now: student-001, 2 min.")
    assert "/s" in slowest or "/min" in slowest
    assert lines[-1].endswith(", 1 not graded.")


def test_it_does_not_speak_all_the_time() -> None:
    assert watched(80, terminal=False, between=3600) == []


@pytest.mark.parametrize("terminal", [True, False])
def test_it_can_be_quiet(terminal: bool) -> None:
    assert watched(80, terminal=terminal, quiet=True) == []


@pytest.mark.parametrize(("width", "done"), [(44, "5 of 5"), (80, "5/5"), (200, "5/5")])
def test_on_a_terminal_it_ends_with_all_of_it(width: int, done: str) -> None:
    last = [line for line in watched(width, terminal=True) if line.strip("\x1b[?25hl ")][-1]
    assert done in last
    assert "1 not graded" in last
