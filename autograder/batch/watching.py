"""Grading while students still work: takes what is handed in, grades it, gives feedback, goes on.

All of it is done by one process, one step after another. What is graded is a copy that nobody
changes: notebook, time and secret of a result are those of one attempt, whatever is collected
meanwhile. What was done is known by the attempts alone, so one that was stopped goes on.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.apps import NbGraderAPI
from sqlalchemy.exc import SAWarning

from ..course.folder import Course
from ..course.sole_grader import BeingGraded
from ..errors import AutograderError
from ..feedback.releasing import put_into_exchange, renew
from ..results import Grading, Ungraded, points
from ..surroundings import (
    GradebookFails,
    GradebookLocked,
    MachineExhausted,
    NoRoomLeft,
    NoTemporaryFolder,
    SurroundingsFail,
    explained,
    said_of,
)
from .attempts import Attempt, Attempts
from .class_grading import grade_class
from .slowest import Slowest
from .snapshot import Snapshot, snapshot

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_OF_A_BATCH = 300.0  # in which more is added; then others who grade have their turn
PAUSE = 9  # times as long as the last look took: a tenth of the time at most, while it grades
# What can be over without anybody starting this again; all else ends it.
_PASSING = (GradebookFails, GradebookLocked, MachineExhausted, NoRoomLeft, NoTemporaryFolder)


@dataclass(frozen=True)
class Event:
    """Something that happened to a student's attempt (None: to all), said in one sentence."""

    student: str | None
    said: str


class Watch:
    """Watches one assignment of a course; ``tell`` is told what happens."""

    def __init__(
        self,
        course: Course,
        name: str,
        *,
        jobs: int,
        unsafe_no_sandbox: bool,
        tell: Callable[[Event], None],
    ) -> None:
        self._course = course
        self._name = name
        self._options: dict[str, Any] = {"jobs": jobs, "unsafe_no_sandbox": unsafe_no_sandbox}
        self._say = tell
        self._most = course.options.attempts_per_hour
        self._attempts = Attempts(course, name)
        with _quiet():
            self._nbgrader = NbGraderAPI(course.coursedir, config=course.config)
        self._looked = 0.0
        self._took = 0.0
        self._new: set[str] = set()  # whose attempts were taken since it was chosen what to grade
        self._busy = Event(None, f"waiting for another process that grades {name!r}")
        self._said: set[Event] = set()  # what stays so is said once
        self._failing: set[type[SurroundingsFail]] = set()  # since it worked last

    def run(self, until: float | None) -> None:
        """Go on until a time, in seconds since 1970, or until an interrupt.

        What fails for a while is said, and tried again. Raises BeingWatched, and what else
        ``grade_class`` raises where nothing can be graded.
        """
        with self._attempts.sole_taker():
            while until is None or time.time() < until:
                self.step_or_wait()
                time.sleep(SECONDS_BETWEEN_LOOKS)
            self._end()

    def _end(self) -> None:
        """Look twice, since what was handed in at the last moment must settle; say what is left."""
        self._looked = 0.0
        self.take()
        time.sleep(SECONDS_BETWEEN_LOOKS)
        self.step_or_wait()
        while self._busy in self._said:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            self.step_or_wait()
        for student in self._course.students(self._name):
            if self._attempts.next_to_grade(student) or self._attempts.is_new(student):
                said = f"the last one is not graded yet: autograder grade {self._name} does that"
                self._say(Event(student, said))

    def step_or_wait(self) -> None:
        """Take a step. If the surroundings fail, say so once and leave the rest to a later one."""
        try:
            self.step()
        except Exception as error:
            cause = explained(error)
            if not isinstance(cause, _PASSING):
                raise
            if type(cause) not in self._failing:
                self._say(Event(None, f"{cause} The watch goes on, and tries it again."))
            self._failing.add(type(cause))
            return
        if self._failing:
            self._say(Event(None, "that works again"))
            self._failing.clear()

    def step(self) -> None:
        """Take what is new, grade what may be graded now, and give feedback on it."""
        self.take()
        self._new.clear()
        if todo := self._to_grade(self._course.students(self._name)):
            self._grade_alone(todo)
        else:
            self._said.discard(self._busy)
        for student in self._course.students(self._name):
            if attempt := self._attempts.next_to_release(student):
                self._give_feedback(student, attempt)

    def take(self) -> None:
        """Collect from the exchange, if there is one, and take each new attempt."""
        began = time.monotonic()
        if began - self._looked < SECONDS_BETWEEN_LOOKS:
            return
        if self._has_exchange:
            self._collect()
        for student in self._course.students(self._name):
            try:
                attempt = self._attempts.take(student, time.time())
            except (AutograderError, OSError) as error:
                self._once(Event(student, f"not taken. {said_of(error)}"))
                continue
            if attempt:
                self._said = {event for event in self._said if event.student != student}
                self._new.add(student)
                self._say(Event(student, f"attempt {attempt.number} is here"))
        self._looked = time.monotonic()
        self._took = self._looked - began

    @property
    def _has_exchange(self) -> bool:
        course = Path(self._nbgrader.exchange_root, self._course.coursedir.course_id)
        return bool(self._nbgrader.exchange_is_functional) and (course / "inbound").is_dir()

    def _to_grade(self, students: Iterable[str]) -> dict[str, Attempt]:
        """Return the attempts of students that may be graded now."""
        newest = {student: self._attempts.next_to_grade(student) for student in students}
        return {s: a for s, a in newest.items() if a and self._may_be_graded(s, a)}

    def _may_be_graded(self, student: str, attempt: Attempt) -> bool:
        if not self._most:
            return True
        wait = self._attempts.seconds_to_wait(student, self._most, time.time())
        if wait > 0:
            at = time.strftime("%H:%M", time.localtime(time.time() + wait + 60))
            said = f"attempt {attempt.number} waits until {at}: {self._most} were graded in an hour"
            self._once(Event(student, said))
        return wait <= 0

    def _grade_alone(self, todo: dict[str, Attempt]) -> None:
        """Grade attempts, or leave that to a later step while another process grades."""
        try:
            with self._course.sole_grader(self._name):
                self._said.discard(self._busy)
                self._grade(todo)
        except BeingGraded:
            self._once(self._busy)

    def _grade(self, todo: dict[str, Attempt]) -> None:
        """Grade attempts, and for some time those that are handed in meanwhile as well."""
        with snapshot(self._course, self._name) as course:
            self._lay_out(course, todo)
            entries = grade_class(
                course,
                self._name,
                students=[*todo],
                tell=self._meanwhile,
                later=partial(self._added, course, todo, time.monotonic()),
                **self._options,
            )
            with closing(entries):
                for entry in entries:
                    attempt = todo.pop(entry.student)
                    attempt.was_graded(_in_words(entry.result), time.time())
                    said = f"attempt {attempt.number}: {attempt.about.result}"
                    self._say(Event(entry.student, said))
                    self._give_feedback(entry.student, attempt)

    def _added(self, course: Snapshot, under_way: dict[str, Attempt], began: float) -> list[str]:
        """Lay out what was taken meanwhile of students of whom nothing is under way; name them."""
        if time.monotonic() - began > SECONDS_OF_A_BATCH:
            return []
        new = self._new - under_way.keys()
        self._new -= new
        added = self._to_grade(sorted(new))
        self._lay_out(course, added)
        under_way.update(added)
        return [*added]

    def _lay_out(self, course: Snapshot, attempts: dict[str, Attempt]) -> None:
        for student, attempt in attempts.items():
            course.lay_out(self._name, student, attempt)
            self._meanwhile()

    def _meanwhile(self, slowest: Slowest | None = None) -> None:
        if time.monotonic() - self._looked >= PAUSE * self._took:
            self.take()

    def _give_feedback(self, student: str, attempt: Attempt) -> None:
        """Make a page of what is graded now, and release it if there is an exchange."""
        if not self._course.autograded_folder(self._name, student).exists():
            attempt.was_released(time.time())  # it could not be graded: there is no page
            return
        with _quiet():
            failed = renew(self._course, self._name, [student]).failed
        if failed:
            self._once(Event(student, failed[student]))
            return
        if self._has_exchange:
            try:
                with _quiet():
                    put_into_exchange(self._course, self._name, student)
            except (AutograderError, OSError) as error:
                self._once(Event(student, str(error)))
                return
        attempt.was_released(time.time())
        where = "released" if self._has_exchange else "in the course's feedback folder"
        self._say(Event(student, f"attempt {attempt.number}: feedback is {where}"))

    def _collect(self) -> None:
        """Let nbgrader collect; say so once where that fails. Raises KeyboardInterrupt."""
        with _quiet():
            result = self._nbgrader.collect(self._name)
        if not result["success"]:
            reason = str(result.get("error", "")).strip().splitlines()[-1:] or [""]
            if reason[0].startswith("KeyboardInterrupt"):  # nbgrader catches that too
                raise KeyboardInterrupt
            why = f"nbgrader collect failed: {reason[0]} (it says more if you run it)"
            self._once(Event(None, why))

    def _once(self, event: Event) -> None:
        if event not in self._said:
            self._said.add(event)
            self._say(event)


def _in_words(result: Grading | Ungraded) -> str:
    return points(result) if isinstance(result, Grading) else f"not graded. {result.error}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to itself what nbgrader says in each step, its warnings of itself included."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Passing unrecognized arguments", DeprecationWarning)
            warnings.filterwarnings("ignore", "Object of type", SAWarning)
            warnings.simplefilter("ignore", ResourceWarning)
            yield
    finally:
        logging.disable(before)
