"""`autograder watch` goes on until it is stopped, whatever fails around it for a while."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from commands import BIN, command_line, run_command, run_here
from courses import MakeCourse, hand_in, set_options
from limits import PATIENCE
from machines import leave_free, small_disk

from autograder.batch import watching
from autograder.batch.attempts import Attempt, Attempts
from autograder.batch.watching import Event, Watch
from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

NAME = "averages"
FULL_MARKS = "60 of 60 points, 10 wait for a human"
NONE = {"running_maximum": "def running_maximum(numbers):\n    return None"}


@pytest.fixture
def right(averages: Assignment) -> str:
    return nbformat.writes(answered(averages, {}))


@pytest.fixture
def wrong(averages: Assignment) -> str:
    return nbformat.writes(answered(averages, NONE))


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse) -> Path:
    return released_course(tmp_path / "course")


def attempts(course: Path) -> list[tuple[bool, str]]:
    """Return whether each attempt of a student was graded, with its notebook."""
    folders = sorted((course / "attempts" / NAME / "student-001").iterdir())
    known = [(json.loads((f / "about.json").read_text()), f / "files") for f in folders]
    return [(bool(a["graded"]), (files / f"{NAME}.ipynb").read_text()) for a, files in known]


class Living:
    """The command as a process, and what it has said until now."""

    def __init__(self, course: Path, *options: str) -> None:
        self._output = course.parent / "said"
        path = os.pathsep.join([str(BIN), os.environ["PATH"]])
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                command_line("autograder", "watch", NAME, "--jobs=1", *options),
                cwd=course,
                env={**os.environ, "PATH": path},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> "Living":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

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
    exchange = course.parent / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    # Where the gradebook is locked, not five seconds pass until that is said.
    set_options(
        course,
        f"c.Exchange.root = {str(exchange)!r}",
        f"c.Exchange.cache = {str(course.parent / 'cache')!r}",
        f"c.CourseDirectory.db_url = 'sqlite:///file:{course}/gradebook.db?uri=true&timeout=0.2'",
    )
    run_here("nbgrader", "release_assignment", NAME, cwd=course)
    with Living(course) as watch:
        watch.wait_for("an interrupt (Ctrl-C) ends it")
        yield watch


def test_it_waits_without_the_lock_and_ends_with_a_sentence_when_it_is_interrupted(
    tmp_path: Path, course: Path, living: Living, right: str, wrong: str
) -> None:
    released = tmp_path / "exchange"
    hand_in(course, "student-001", NAME, wrong)
    living.wait_for("student-001: attempt 1: 40 of 60 points")
    living.wait_for("student-001: attempt 1: feedback is released")
    (page,) = released.rglob("*.html")
    first = page.read_text()

    again = run_command("autograder", "grade", NAME, "--jobs=1", cwd=course)
    assert "1 of 1 had not changed" in again.stdout

    hand_in(course, "student-001", NAME, right)
    living.wait_for(f"student-001: attempt 2: {FULL_MARKS}")
    living.wait_for("student-001: attempt 2: feedback is released")
    assert {path.read_text() for path in released.rglob("*.html")} != {first}
    living.process.send_signal(signal.SIGINT)
    assert living.process.wait(PATIENCE) == 0
    assert living.said().endswith(" stopped; started again, it goes on\n")
    assert attempts(course) == [(True, wrong), (True, right)]


def test_what_is_handed_in_while_another_process_grades_is_taken(
    course: Path, living: Living, right: str, wrong: str
) -> None:
    with Course.open(course).sole_grader(NAME):
        hand_in(course, "student-001", NAME, wrong)
        living.wait_for("waiting for another process that grades 'averages'")
        hand_in(course, "student-001", NAME, right)
        living.wait_for("student-001: attempt 2 is here")
        assert attempts(course) == [(False, wrong), (False, right)]
    living.wait_for(f"student-001: attempt 2: {FULL_MARKS}")
    assert living.said().count("waiting for another process") == 1
    assert attempts(course) == [(False, wrong), (True, right)]


@pytest.fixture
def endless(averages: Assignment, course: Path) -> str:
    """A notebook that is graded for as long as a test has patience."""
    limits = f"call_seconds = c.GradingOptions.submission_seconds = {PATIENCE}"
    set_options(course, f"c.GradingOptions.{limits}")
    loop = "def running_maximum(numbers):\n    while True:\n        pass"
    return nbformat.writes(answered(averages, {"running_maximum": loop}))


def test_what_is_handed_in_while_an_endless_one_is_graded_does_not_wait_for_it(
    course: Path, endless: str, right: str, wrong: str
) -> None:
    with Living(course, "--jobs=2") as watch:
        hand_in(course, "student-002", NAME, endless)
        watch.wait_for("student-002: attempt 1 is here")
        watch.wait_until((course / "attempts" / NAME / ".now").exists)
        hand_in(course, "student-001", NAME, wrong)
        watch.wait_for("student-001: attempt 1: 40 of 60 points")
        hand_in(course, "student-001", NAME, right)
        watch.wait_for(f"student-001: attempt 2: {FULL_MARKS}")
        assert "student-002: attempt 1: " not in watch.said()
    assert attempts(course) == [(True, wrong), (True, right)]


def test_after_some_time_it_lets_others_grade_before_it_adds_more(
    course: Path, right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SECONDS_BETWEEN_LOOKS", 0.0)
    monkeypatch.setattr(watching, "SECONDS_OF_A_BATCH", -1.0)
    said: list[str] = []

    def tell(event: Event) -> None:
        said.append(f"{event.student}: {event.said}")
        if event.said == "attempt 1 is here":
            hand_in(course, "student-002", NAME, right)

    hand_in(course, "student-001", NAME, right)
    watch = Watch(Course.open(course), NAME, jobs=1, unsafe_no_sandbox=False, tell=tell)
    for student in ("student-001", "student-002"):
        watch.take()
        watch.take()
        watch.step()
        (line,) = [line for line in said if FULL_MARKS in line]
        assert line.startswith(student)
        said.clear()


def test_when_its_time_ends_it_waits_for_another_process(course: Path, right: str) -> None:
    hand_in(course, "student-001", NAME, right)
    with Living(course, "--until=2020-01-01 12:00 UTC") as watch:
        with Course.open(course).sole_grader(NAME):
            watch.wait_for("waiting for another process that grades 'averages'")
        assert watch.process.wait(PATIENCE) == 0
        assert f"student-001: attempt 1: {FULL_MARKS}" in watch.said()


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


def test_looks_cost_grading_a_small_share_of_its_time(
    course: Path, endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SECONDS_BETWEEN_LOOKS", 0.0)
    hand_in(course, "student-001", NAME, endless)
    watch = Watch(Course.open(course), NAME, jobs=1, unsafe_no_sandbox=False, tell=lambda _: None)
    watch.take()
    take, looks = Attempts.take, []

    def as_of_a_large_class(self: Attempts, student: str, now: float) -> Attempt | None:
        looks.append(time.monotonic())
        if len(looks) > 3:
            raise KeyboardInterrupt
        time.sleep(0.1)
        return take(self, student, now)

    monkeypatch.setattr(Attempts, "take", as_of_a_large_class)
    with pytest.raises(KeyboardInterrupt):
        watch.step()
    assert min(after - before for before, after in pairwise(looks)) >= 1.0
