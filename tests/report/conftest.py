"""A small class, really graded: known mistakes, new ones, and who cannot be graded."""

import shutil
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, hand_in

from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, released

NAME = "averages"

FROM_ZERO = """
def running_maximum(numbers):
    return [max([0, *numbers[: n + 1]]) for n in range(len(numbers))]
"""
# Two texts of one mistake that no table has: the largest of the last two numbers.
LAST_TWO = """
def running_maximum(numbers):
    active = "</code></pre><img src=x onerror=document.title='run'>"
    return [max(numbers[max(0, n - 1) : n + 1]) for n in range(len(numbers)) if active]
"""
LAST_TWO_AGAIN = '''
def running_maximum(numbers):
    """By student-006, whom nobody is to know."""
    "student-006"
    author, said = 'student-006', f"by {'student-006'}"
    best = []
    for place, number in enumerate(numbers):
        before = numbers[place - 1] if place else number  # as student-006 has it
        best.append(before if before > number else number)
    return best
'''
ONE_TOO_MUCH = """
def running_maximum(numbers):
    return [max(numbers[: n + 1]) + 1 for n in range(len(numbers))]
"""
BY_COUNT = """
def weighted_mean(numbers, weights):
    return sum(n * w for n, w in zip(numbers, weights)) / len(numbers)
"""

# A right answer in words of one's own, and what somebody made of it who changed the names.
OWN_WORDS = """
def weighted_mean(numbers, weights):
    total, count, place = 0.0, 0.0, 0
    while place < len(numbers):
        number, weight = numbers[place], weights[place]
        if weight != 0:
            total += number * weight
            count += weight
        place += 1
    if count == 0:
        raise ZeroDivisionError("no weight")
    return total / count
"""
COPIED = """
def weighted_mean(numbers, weights):
    # my own work
    s, w, i = 0.0, 0.0, 0
    while i < len(numbers):
        x, y = numbers[i], weights[i]
        if y != 0:
            s += x * y
            w += y
        i += 1
    if w == 0:
        raise ZeroDivisionError("nothing")
    return s / w
"""

CLASS = {
    "student-001": {"weighted_mean": OWN_WORDS},
    "student-002": {"weighted_mean": COPIED},
    "student-003": {"running_maximum": FROM_ZERO},
    "student-004": {"running_maximum": FROM_ZERO, "weighted_mean": BY_COUNT},
    "student-005": {"running_maximum": LAST_TWO},
    "student-006": {"running_maximum": LAST_TWO_AGAIN},
    "student-007": {"running_maximum": ONE_TOO_MUCH},
    "student-008": {"running_maximum": FROM_ZERO},
}


@pytest.fixture(scope="session")
def original(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    """A course whose class is graded, once for all tests of the report."""
    folder = released_course(tmp_path_factory.mktemp("report") / "course")
    run_here(
        *("nbgrader", "db", "assignment", "add", NAME, "--duedate", "2026-03-02 12:00 UTC"),
        cwd=folder,
    )
    for student, changes in CLASS.items():
        hand_in(folder, student, NAME, nbformat.writes(answered(averages, changes)))
    late = nbformat.writes(answered(averages, {}))
    hand_in(folder, "student-009", NAME, late, timestamp="2026-03-02 15:00:00 UTC")
    hand_in(folder, "student-010", NAME, nbformat.writes(released(averages)))
    hand_in(folder, "student-011", NAME, "{'cells': oops")
    run_here("autograder", "grade", NAME, "--jobs", "1", cwd=folder, status=1)
    return folder


@pytest.fixture
def course(original: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(original, tmp_path / "course"))
