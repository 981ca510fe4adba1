"""`autograder watch` goes on until it is stopped, whatever fails around it for a while."""

import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from commands import BIN, command_line, run_here
from courses import MakeCourse, hand_in, set_options
from limits import PATIENCE
from machines import leave_free, small_disk

from autograder.batch import watching
from autograder.batch.watching import Event, Watch
from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

NAME = "averages"
FULL_MARKS = "60 of 60 points, 10 wait for a human"
RELEASED = "feedback is in the course's feedback folder"


@pytest.fixture
def right(averages: Assignment) -> str:
    return nbformat.writes(answered(averages, {}))


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse) -> Path:
    return released_course(tmp_path / "course")


class Living:
    """The command as a process, and what it has said until now."""

    def __init__(self, course: Path) -> None:
        self._output = course.parent / "said"
        path = os.pathsep.join([str(BIN), os.environ["PATH"]])
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                command_line("autograder", "watch", NAME, "--jobs=1"),
                cwd=course,
                env={**os.environ, "PATH": path},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self._output.read_text()

    def wait_until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def wait_for(self, words: str) -> None:
        self.wait_until(lambda: words in self.said())


@pytest.fixture
def living(course: Path) -> Iterator[Living]:
    """One that watches a course."""
    # Where the gradebook is locked, not five seconds pass until that is said.
    set_options(
        course,
        f"c.CourseDirectory.db_url = 'sqlite:///file:{course}/gradebook.db?uri=true&timeout=0.2'",
    )
    watch = Living(course)
    try:
        watch.wait_for("an interrupt (Ctrl-C) ends it")
        yield watch
    finally:
        watch.process.kill()
        watch.process.wait(PATIENCE)


def test_a_gradebook_that_is_locked_for_a_while_is_said_once(
    course: Path, living: Living, right: str
) -> None:
    with closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as database:
        database.execute("begin exclusive")
        hand_in(course, "student-001", NAME, right)
        living.wait_for("gradebook.db locked. Wait until it is done")
        hand_in(course, "student-002", NAME, right)
        living.wait_for("student-002: attempt 1 is here")  # after more looks than one
        database.execute("rollback")
    living.wait_for("that works again")
    for student in ("student-001", "student-002"):
        assert f"{student}: attempt 1: {FULL_MARKS}" in living.said()
    assert living.said().count("gradebook.db locked") == 1


@pytest.mark.parametrize("kib", [4, 16, 40])
def test_a_full_disk_is_said_once_and_what_waits_is_graded_when_there_is_room(
    tmp_path: Path,
    released_course: MakeCourse,
    right: str,
    monkeypatch: pytest.MonkeyPatch,
    kib: int,
) -> None:
    monkeypatch.setattr(watching, "SECONDS_BETWEEN_LOOKS", 0.0)
    said: list[str] = []

    def tell(event: Event) -> None:
        said.append(f"{event.student}: {event.said}")

    with small_disk(tmp_path / "disk", 4096):
        course = released_course(tmp_path / "disk" / "course")
        watch = Watch(Course.open(course), NAME, jobs=1, unsafe_no_sandbox=False, tell=tell)
        for student in ("student-001", "student-002"):
            hand_in(course, student, NAME, right)
            filler = leave_free(tmp_path / "disk", 0)
            for _ in range(3):
                watch.step_or_wait()
            (line,) = said
            assert line.startswith(f"{student}: not taken. There is no room left on the disk for ")
            assert not [*course.glob(f"attempts/{NAME}/{student}/*")]
            said.clear()

            filler.unlink()
            for _ in range(2):
                watch.take()
            filler = leave_free(tmp_path / "disk", kib)
            for _ in range(3):
                watch.step_or_wait()
            here, line = said
            assert here == f"{student}: attempt 1 is here"
            assert line.startswith("None: There is no room left on the disk")
            said.clear()

            filler.unlink()
            watch.step_or_wait()
            assert f"{student}: attempt 1: {FULL_MARKS}" in said
            assert said[-1] == "None: that works again"
            said.clear()


def test_what_no_waiting_mends_ends_it(
    course: Path, right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SECONDS_BETWEEN_LOOKS", 0.0)
    hand_in(course, "student-001", NAME, right)
    with closing(sqlite3.connect(course / "gradebook.db")) as database:
        database.execute("alter table student drop column lms_user_id")
        database.commit()
    until = "2020-01-01 12:00 UTC"
    ended = run_here("autograder", "watch", NAME, "--until", until, cwd=course, status=2)
    assert "gradebook.db is of an older nbgrader" in ended.stderr
