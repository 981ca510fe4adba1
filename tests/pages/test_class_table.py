"""The table of a class: one short line for each, at any width and for any size."""

import io
from datetime import datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from autograder.batch.changes import Change
from autograder.batch.outcome import ClassResult
from autograder.course.marks import GradedCell, Mark, Marks
from autograder.pages.class_table import MOST_ROWS, MOST_SAID, ClassTable
from autograder.results import ExerciseResult, Grading, Ungraded

LOG = Path("logs", "averages.log")
LATE = Marks(
    {
        "marked": Mark(GradedCell("marked", 8, written=True), by_hand=7.5),
        "waits": Mark(GradedCell("waits", 10, written=True), waits=True),
    },
    penalty=6,
    handed_in=datetime(2026, 3, 2, 13),
    due=datetime(2026, 3, 1, 12),
)


def graded(student: str, score: float, notes: tuple[str, ...] = (), **about: object) -> ClassResult:
    """Return a result with one exercise of 60 points."""
    grading = Grading.of(
        [ExerciseResult(name="running_maximum", score=score, max_score=60)],
        [],
        [],
        notebook="averages.ipynb",
        assignment="averages",
        student=student,
        sandbox="strong",
        sandbox_gaps=[],
        notes=notes,
    )
    return ClassResult(student, grading, **about)


def refused(student: str, error: str) -> ClassResult:
    return ClassResult(student, Ungraded(notebook="averages.ipynb", error=error))


def shown(entries: list[ClassResult], marks: dict[str, Marks], width: int) -> list[str]:
    """Return the lines of the table of a class."""
    table = ClassTable()
    for entry in entries:
        table.add(entry)
    console = Console(file=io.StringIO(), width=width)
    table.show(marks, LOG, console)
    return console.file.getvalue().splitlines()


SMALL_CLASS = [
    graded("student-001", 60),
    graded("student-002", 40),
    refused("student-003", "No averages.ipynb there."),
]
SAYS = {  # of a student, whatever the width
    "student-001": ("60.0 / 60", "7.5", "1 d 1 h", "(-6)", "10 written"),
    "student-002": ("40.0 / 60", "running_maximum"),
    "student-003": ("not graded", "No averages.ipynb there."),
}


@pytest.mark.parametrize("width", [44, 80, 200])
def test_everything_can_be_read_at_any_width(width: int) -> None:
    lines = shown(SMALL_CLASS, {"student-001": LATE}, width)
    table, below = lines[:-1], lines[-1]
    assert below == "student-003: No averages.ipynb there."
    assert max(map(cell_len, table)) <= width
    starts = [n for n, line in enumerate(table) if any(f"{name} " in line for name in SAYS)]
    for begin, end in zip(starts, [*starts[1:], len(table)], strict=True):
        (student,) = (name for name in SAYS if name in table[begin])
        row = " ".join(table[begin:end])
        assert [part for part in SAYS[student] if part not in row] == []


@pytest.mark.parametrize("marks", [{}, {"student-001": LATE}])
def test_columns_that_are_empty_are_left_out(marks: dict[str, Marks]) -> None:
    head = shown(SMALL_CLASS, marks, 200)[1]
    assert [title in head for title in ("late", "by hand", "waiting")] == [bool(marks)] * 3


@pytest.mark.parametrize("width", [44, 200])
@pytest.mark.parametrize("size", [MOST_ROWS, 10_000])
def test_of_a_large_class_the_first_rows_are_shown_and_where_the_rest_is(
    size: int, width: int
) -> None:
    entries = [graded(f"student-{number:05}", 40, ("x.zip was left.",)) for number in range(size)]
    entries.reverse()
    lines = shown([*entries[:-1], refused("zoe", "It is damaged.")], {}, width)
    assert len(lines) < 3 * MOST_ROWS + MOST_SAID + 10
    assert sum("student-0" in line and " / 60" in line for line in lines) == MOST_ROWS - 1
    assert "zoe" in "".join(lines[:4])  # what nobody graded comes first
    rest = f"{size - MOST_ROWS} more rows: {LOG} has a line for each submission."
    assert (rest in lines) == (size > MOST_ROWS)
    assert f"Notes on {size - MOST_SAID} more submissions are in {LOG}." in lines


HOSTILE = {
    "terminal escapes": "\x1b[31mred\x1b[0m",
    "a turned direction": "\u202egnp.exe",
    "lines": "one\ntwo\r\nthree\u2028four",
    "markup": "[bold]bold[/bold]",
    "no text": "\udcff",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("width", [30, 200])
def test_names_are_shown_as_they_read(name: str, width: int) -> None:
    plain = len(shown([refused("student-001", "odd")], {}, width))
    lines = shown([refused(name, name)], {}, width)
    assert len(lines) == plain
    text = "".join(lines)
    text.encode()
    assert not {"\x1b", "\u202e", "\u2028"} & {*text}


LONG = " ".join(["mine.ipynb (it has answers)"] * 900)


@pytest.mark.parametrize(
    ("entry", "end"),
    [
        (refused("student-001", LONG), f"… (all of it is in {LOG})"),
        (
            graded("student-001", 60, ("one note.", "two notes.")),
            f"student-001: one note. (1 more in {LOG})",
        ),
        (graded("student-001", 60, ("x.zip: unpack it.",)), "student-001: x.zip: unpack it."),
    ],
    ids=["long", "several", "one"],
)
def test_what_a_submission_says_is_one_short_line(entry: ClassResult, end: str) -> None:
    lines = [line for line in shown([entry], {}, 200) if line.startswith("student-001:")]
    assert [len(line) < 300 and line.endswith(end) for line in lines] == [True]


def test_a_change_is_no_note() -> None:
    entry = graded("student-001", 40, change=Change(60, 40))
    assert not any(line.startswith("student-001:") for line in shown([entry], {}, 200))
