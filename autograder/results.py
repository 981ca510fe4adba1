"""What grading a notebook found: plain data with one JSON form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

import msgspec

TOLERANCE = 1e-9  # points that differ by less are the same


class Outcome(StrEnum):
    """How a hidden test ended; ``ERROR`` is the grader's own fault and never costs points."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """How a hidden test failed as a program: the exception, its first words, file and line."""

    kind: str
    message: str
    place: str


class TestResult(msgspec.Struct, frozen=True, kw_only=True):
    """One hidden test: its sentence (``title``), how it ended, and what the student is told.

    ``fault`` is for the instructor, where the test failed as a program.
    """

    __test__ = False  # not a test class, whatever pytest makes of the name

    name: str
    title: str
    outcome: Outcome
    weight: float
    message: str = ""
    fault: Fault | None = None


class ExerciseResult(msgspec.Struct, frozen=True, kw_only=True):
    """One exercise. ``score`` is None where the grader failed and a human must decide.

    Where no misconception explains it, who has the same ``group`` made the same mistake: they
    answer alike where the whole class is asked the same.
    """

    name: str
    score: float | None
    max_score: float
    misconception: str | None = None
    hint: str | None = None
    tests: list[TestResult] = []
    group: str = ""


class WrittenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A question that a human grades; an answer left untouched is worth 0 points already.

    ``elsewhere`` says in which cells its text may stand, where its own was left untouched.
    """

    name: str
    max_score: float
    answered: bool
    elsewhere: str = ""

    @property
    def place(self) -> str:
        """Where its text may stand, in a sentence, "" where it stands in its own cell."""
        if not self.elsewhere:
            return ""
        return f"Its own cell is as it was released. Text stands in {self.elsewhere}."


class Grading(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one submitted notebook.

    ``score`` and ``max_score`` are the automatic points, ``pending`` the points that wait
    for a human: written answers, and exercises on which the grader itself failed.
    ``untouched`` names the answer cells that are as they were released. ``sandbox`` is the
    level at which submitted code was locked in (strong, medium or none), ``sandbox_gaps``
    what it could do although it should not. ``notes`` are for whoever grades: which file this is,
    where that was not plain, and what else was handed in and not graded. ``limits`` says what was
    stopped, or not taken, because it was too much. ``texts`` has a digest of what the student wrote
    for each graded cell: a mark by hand holds for that text.
    """

    notebook: str
    assignment: str
    student: str | None
    score: float
    max_score: float
    pending: float
    sandbox: str
    exercises: list[ExerciseResult]
    sandbox_gaps: list[str] = []
    written: list[WrittenAnswer] = []
    untouched: list[str] = []
    notes: list[str] = []
    limits: list[str] = []
    texts: dict[str, str] = {}

    @classmethod
    def of(
        cls,
        exercises: list[ExerciseResult],
        written: list[WrittenAnswer],
        untouched: list[str],
        *,
        notebook: str,
        assignment: str,
        student: str | None,
        sandbox: str,
        sandbox_gaps: list[str],
        notes: Iterable[str] = (),
        limits: Iterable[str] = (),
        texts: dict[str, str] | None = None,
    ) -> Grading:
        """Add up the exercises and the written answers."""
        graded = [exercise for exercise in exercises if exercise.score is not None]
        unsettled = [exercise.max_score for exercise in exercises if exercise.score is None]
        return cls(
            notebook=notebook,
            assignment=assignment,
            student=student,
            score=sum(exercise.score or 0.0 for exercise in graded),
            max_score=sum(exercise.max_score for exercise in graded),
            pending=sum(unsettled, 0.0) + sum(w.max_score for w in written if w.answered),
            sandbox=sandbox,
            sandbox_gaps=sandbox_gaps,
            exercises=exercises,
            written=written,
            untouched=untouched,
            notes=[*notes],
            limits=[*limits],
            texts=texts or {},
        )


class Ungraded(msgspec.Struct, frozen=True, kw_only=True):
    """Stands in the place of a Grading for a notebook that could not be graded."""

    notebook: str
    error: str


def broken_tests(gradings: Iterable[Grading]) -> dict[str, int]:
    """Return a sentence for each hidden test that failed as a program, and how many wait for it.

    What the exception says may differ from student to student: the first one stands for all.
    """
    sentences: dict[tuple[str, str, str], str] = {}
    waiting: Counter[str] = Counter()
    for grading in gradings:
        tests = [test for exercise in grading.exercises for test in exercise.tests]
        found = {
            (test.name.partition("[")[0], test.fault.kind, test.fault.place): test.fault.message
            for test in tests
            if test.fault
        }
        for (name, kind, place), message in found.items():
            said = f"The hidden test {name} failed as a program: {kind}: {message} ({place})."
            waiting[sentences.setdefault((name, kind, place), said)] += 1
    return dict(waiting)


def in_words(misconception: str) -> str:
    """Return the name of a misconception as one reads it."""
    return misconception.replace("_", " ")


def rounded(points: float) -> str:
    """Return points as they are written in a sentence."""
    return f"{round(points, 2):g}"


def points(result: Grading) -> str:
    """Return the points in words."""
    waiting = f", {result.pending:g} wait for a human" if result.pending else ""
    return f"{rounded(result.score)} of {result.max_score:g} points{waiting}"


def incomplete(result: Grading) -> list[ExerciseResult]:
    """Return the exercises below full points, those included that wait for a human."""
    return [e for e in result.exercises if e.score is None or e.score < e.max_score]


def score_of(tests: list[TestResult], points: float) -> float | None:
    """Return ``points * passed weight / total weight``, or None after a grader's error."""
    if not tests or any(test.outcome is Outcome.ERROR for test in tests):
        return None
    total = sum(test.weight for test in tests)
    passed = sum(test.weight for test in tests if test.outcome is Outcome.PASSED)
    return points * passed / total


def to_json(result: Grading | Ungraded) -> str:
    """Return the result as one line of JSON."""
    return msgspec.json.encode(result).decode()
