"""Whatever is killed, and whenever: the same command again leaves what an undisturbed run does."""

import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import postgres
import pytest
from commands import run_here
from courses import MakeCourse, hand_in
from limits import PATIENCE

from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

TESTS = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("KILL_ROUNDS", "10"))


def run_script(name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a program of the tests, which forks: no thread may run beside it."""
    return subprocess.run(
        [sys.executable, TESTS / name, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.kills
def test_a_result_is_recorded_wholly_or_again_whatever_the_step_it_is_killed_at(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    handed_in = released_course(tmp_path / "course", "c.LateSubmissionPlugin.penalty_method='zero'")
    due = ("nbgrader", "db", "assignment", "add", "averages", "--duedate=2026-02-01 00:00 UTC")
    run_here(*due, cwd=handed_in)
    hand_in(handed_in, "student-001", "averages", nbformat.writes(answered(averages, {})))
    (handed_in / ".grading_secret").write_bytes(b"the same in both")
    graded = Path(shutil.copytree(handed_in, tmp_path / "graded"))
    run_here("autograder", "grade", "averages", "--jobs=1", cwd=graded)
    result = run_script("kill_steps.py", str(handed_in), str(graded), "student-001")
    assert result.returncode == 0, result.stdout + result.stderr
    numbers = [int(number) for number in re.findall(r": (\d+) steps", result.stdout)]
    assert len(numbers) == 4
    assert min(numbers) > 5


@pytest.mark.kills
def test_nothing_is_lost_on_sqlite() -> None:
    kill(random.randrange(10**6))


@pytest.mark.postgresql
@pytest.mark.skipif(postgres.why_not() != "", reason=postgres.why_not())
def test_nothing_is_lost_on_postgresql() -> None:
    kill(random.randrange(10**6), "--postgresql")


def kill(seed: int, *options: str) -> None:
    result = run_script("kill_rounds.py", str(ROUNDS), str(seed), *options)
    print(result.stdout)
    assert result.returncode == 0, result.stdout + result.stderr
