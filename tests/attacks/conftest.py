"""What every attack is held against: the files around it, the next submission, the processes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from commands import descendants

from autograder.course.options import Limits
from autograder.grading import Graded, grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.results import to_json
from autograder.sandbox.host import Sandbox

SECRET = b"the secret of the course"


@pytest.fixture(autouse=True)
def locked_in(sandbox: Sandbox) -> None:
    """Skip the attacks where there is nothing to lock them in with."""
    if sandbox.probe.level != "strong":
        pytest.skip(f"here submitted code could {'; '.join(sandbox.probe.gaps)}")


@pytest.fixture(scope="session")
def grade_honest(sandbox: Sandbox, averages: Assignment) -> Callable[[], Graded]:
    """Grade the same honest submission, in the sandbox that the attacks had."""
    notebook = answered(
        averages, {"step_down": "def step_down(values, slopes, rate): return values"}
    )

    def graded() -> Graded:
        return grade(
            notebook,
            averages,
            sandbox,
            notebook="honest",
            student="student-001",
            secret=SECRET,
            limits=Limits(),
        )

    return graded


@pytest.fixture(scope="session")
def honest_before(grade_honest: Callable[[], Graded]) -> Graded:
    """The honest submission graded before any attack."""
    return grade_honest()


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the submission's, with what a course keeps to itself."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("secret", "gradebook.db", "averages.py"):
        (folder / name).write_text("the expected values")
        (folder / name).chmod(0o600)
    return folder


@dataclass(frozen=True)
class Surroundings:
    """What an attack must leave alone; ``with surroundings:`` sees that it does."""

    sandbox: Sandbox
    outside: Path
    grade_honest: Callable[[], Graded]
    before: Graded
    files: list[tuple[str, int, int, bytes]]

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        assert state(self.outside) == self.files
        after = self.grade_honest()
        assert to_json(after.grading) == to_json(self.before.grading)
        assert after.notebook == self.before.notebook
        assert only_the_zygote_is_left(self.sandbox)


@pytest.fixture
def surroundings(
    sandbox: Sandbox, outside: Path, grade_honest: Callable[[], Graded], honest_before: Graded
) -> Surroundings:
    """Files as they were, the next submission graded as ever, no process left."""
    return Surroundings(sandbox, outside, grade_honest, honest_before, state(outside))


def state(folder: Path) -> list[tuple[str, int, int, bytes]]:
    """Return name, mode, time and content of the files in a folder."""
    return [
        (path.name, path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.iterdir())
    ]


def only_the_zygote_is_left(sandbox: Sandbox) -> bool:
    """Wait until the last process below the sandbox's own has no children."""
    around = 0 if sandbox.layers.no_bubblewrap else 1  # the zygote, in bubblewrap
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if len(descendants(sandbox._zygote.process.pid)) == around:
            return True
        time.sleep(0.02)
    return False
