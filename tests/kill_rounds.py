"""Graders that are killed at random moments, and what is there after the same command again.

    python tests/kill_rounds.py [ROUNDS [SEED]] [--postgresql]

A round grades a small class and kills the command, one of its workers, a zygote or bubblewrap,
while somebody gives points by hand. Afterwards there must be what an undisturbed run leaves: rows,
files, kept results, pages, every point given by hand, and no folder of the dead.

A command is the function that the installed script calls, in a fork of this process: that saves the
seconds of importing everything.
"""

import atexit
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from itertools import count
from pathlib import Path

import autograder.lean_imports

# isort: split
import nbformat
import nbgrader.apps.nbgraderapp  # noqa: F401 (what commands import is there when they are forked)
import postgres
from bs4 import BeautifulSoup
from commands import BIN, descendants
from contents import small_assignment
from courses import graded_files, hand_in, new_course, set_options, table_rows, without_times
from limits import PATIENCE
from nbgrader.api import Gradebook, MissingEntry

import autograder.batch.class_grading
import autograder.cli
import autograder.pages.terminal  # noqa: F401
from autograder.notebook.filled_in import answered, released

NAME = "averages"
MARKED = ("student-1", "student-2", "student-5", "student-6")  # never late: points have no penalty
LATE_TOO = ("student-3", "student-4")  # comments are for everybody
CELLS = ("test_answer_1", "test_running_maximum", "test_step_down")
IN_TIME, LATE = "2026-03-01 12:00:00 UTC", "2026-03-02 12:00:00 UTC"  # and an hour later each time
CONFIG = """
from nbgrader.api import Gradebook
from nbgrader.plugins import BasePlugin


class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        with Gradebook(c.CourseDirectory.db_url, c.CourseDirectory.course_id) as gradebook:
            gradebook.update_or_create_student(student_id)
        return score / 2


c.AssignLatePenalties.plugin_class = Half
"""
GRADE = ("autograder", "grade", NAME, "--jobs=1")
IN_PARALLEL = ("autograder", "grade", NAME, "--jobs=2")
NBGRADER = ("nbgrader", "autograde", NAME)


@dataclass(frozen=True)
class Kind:
    """What is graded: how it starts, and the command again, which need not be told to."""

    start: str
    command: tuple[str, ...]
    again: tuple[str, ...]
    victims: tuple[str, ...] = ("command", "command", "worker", "zygote", "bubblewrap")


KINDS = {
    "a class for the first time": Kind("handed in", IN_PARALLEL, GRADE),
    "what was handed in anew": Kind("handed in anew", GRADE, GRADE),
    "all of it, by force": Kind("graded", (*GRADE, "--force"), GRADE),
    "by nbgrader": Kind(
        "handed in anew", NBGRADER, NBGRADER, ("command", "command", "zygote", "bubblewrap")
    ),
}


class Course:
    """A course folder and its gradebook, both of which can be copied."""

    def __init__(self, folder: Path, server: postgres.Server | None) -> None:
        self.folder = folder
        self._server = server
        # Who has to wait for the others waits for as long as it takes, not five seconds.
        self.db_url = f"sqlite:///file:{folder}/gradebook.db?uri=true&timeout={PATIENCE}"
        if server:
            self.db_url = server.url(folder.name)

    def configure(self) -> None:
        """Say where the gradebook is."""
        set_options(self.folder, f"c.CourseDirectory.db_url = {self.db_url!r}")

    def copied(self, folder: Path) -> "Course":
        """Return a copy."""
        shutil.copytree(self.folder, folder)
        copy = Course(folder, self._server)
        if self._server:
            self._server.create(folder.name, self.folder.name)
        copy.configure()
        return copy

    def drop(self) -> None:
        """Remove it."""
        shutil.rmtree(self.folder)
        if self._server:
            self._server.run(f'drop database "{self.folder.name}" with (force)')

    def kept(self) -> dict[str, bytes]:
        """Return the results that are kept, and what pages are made of, by file."""
        return {p.name: p.read_bytes() for p in self.folder.glob(f"gradings/{NAME}/*.*")}

    def finished(self) -> dict[str, int]:
        """Return the files of kept results as they are on the disk: a new result is a new file."""
        found = {}
        for path in self.folder.glob(f"gradings/{NAME}/*.json"):
            with suppress(FileNotFoundError):
                status = path.stat()
                if status.st_size:
                    found[path.name] = status.st_ino
        return found

    def leftovers(self) -> list[str]:
        """Return what was written beside something and not put in its place."""
        folders = (self.folder / part for part in ("gradings", "autograded", "feedback"))
        found = (path for folder in folders for path in folder.rglob(".*"))
        return [str(path) for path in found if path.name != ".lock"]


def hand_in_class(course: Course, *, again: bool = False) -> None:
    """Put the submissions of a class into a course, or those that its students made later."""
    assignment = small_assignment()
    right = nbformat.writes(answered(assignment, {}))
    wrong = nbformat.writes(answered(assignment, {"step_down": "def step_down(*_):\n    return 1"}))
    empty = nbformat.writes(released(assignment))
    before = {1: right, 2: empty, 3: wrong, 4: right, 5: right}
    after = {1: wrong, 2: right, 3: right, 4: wrong, 5: "{", 6: right}
    for number, text in (after if again else before).items():
        late = number == 4 or (again and number == 3)
        timestamp = (LATE if late else IN_TIME).replace("12:00", f"12:0{int(again)}")
        hand_in(course.folder, f"student-{number}", NAME, text, timestamp=timestamp)


def forked(do: Callable[[], int]) -> int:
    """Start something in a process of its own; return its number."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        status = do()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()  # as at the end of any process; what is left is this one's parent's
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def start(command: tuple[str, ...], course: Course, scratch: Path) -> int:
    """Start a command in a course; what it says is in a file beside that."""

    def run() -> int:
        os.setsid()
        os.chdir(course.folder)
        os.environ["TMPDIR"] = str(scratch)
        os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ["PATH"]])
        tempfile.tempdir = None  # it remembers
        said = os.open(said_by(course), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.argv = list(command)
        (script,) = entry_points(group="console_scripts", name=command[0])
        return script.load()() or 0

    return forked(run)


def said_by(course: Course) -> Path:
    """Return where is what the commands said in a course."""
    return course.folder.with_name(f"{course.folder.name}.log")


def ended(process: int) -> int:
    """Wait for a process that was forked here; return its exit status."""
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


def runs(process: int) -> bool:
    """Say whether there is such a process that has not ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    return False


def wait_for(what: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "this takes too long"
        time.sleep(0.005)


def victim(command: int, role: str) -> int | None:
    """Return a process of a command that has a role, if there is one now."""
    if role == "command":
        return command
    for process in descendants(command):
        with suppress(OSError, IndexError):
            stat = Path(f"/proc/{process}/stat").read_text()
            name = stat[stat.index("(") + 1 : stat.rindex(")")]
            parent = int(stat[stat.rindex(")") :].split()[2])
            above = Path(f"/proc/{parent}/cmdline").read_bytes()
            found = {
                "bubblewrap": name == "bwrap",
                "zygote": above.partition(b"\0")[0].endswith(b"bwrap"),
                "worker": b"multiprocessing.forkserver" in above and parent != command,
            }
            if found[role] and name not in ("", "bwrap" if role == "zygote" else ""):
                return process
    return None


@dataclass
class Marks:
    """What somebody gives by hand, as the formgrader's pages do, until told to stop."""

    course: Course
    randomness: random.Random
    given: dict[tuple[str, str, str], float | str] = field(default_factory=dict)

    @contextmanager
    def being_given(self) -> Iterator[None]:
        """Give marks in another process for a while, and then learn which."""
        notes, stop = (self.course.folder.with_name(f"marks.{part}") for part in ("tsv", "stop"))
        notes.write_text("")
        stop.unlink(missing_ok=True)
        seed = self.randomness.random()
        grader = forked(lambda: self._give(random.Random(seed), notes, stop))
        try:
            yield
        finally:
            stop.touch()
            status = ended(grader)
        assert status == 0, "a mark could not be given"
        for line in notes.read_text().splitlines():
            what, student, cell, value = line.split("\t")
            self.given[what, student, cell] = float(value) if what == "grade" else value

    def _give(self, randomness: random.Random, notes: Path, stop: Path) -> int:
        gradebook, parent = Gradebook(self.course.db_url, "small-course"), os.getppid()
        with notes.open("a") as written:
            while not stop.exists() and os.getppid() == parent:
                what = randomness.choice(("grade", "comment"))
                student = randomness.choice(MARKED if what == "grade" else (*MARKED, *LATE_TOO))
                cell = randomness.choice(CELLS) if what == "grade" else "step_down"
                with suppress(MissingEntry):  # it is not entered yet
                    value = self._give_one(gradebook, what, student, cell, randomness)
                    print(what, student, cell, value, sep="\t", file=written, flush=True)
                gradebook.db.remove()  # as at the end of each request
                time.sleep(randomness.uniform(0.01, 0.2))
        gradebook.close()
        return 0

    def _give_one(
        self, gradebook: Gradebook, what: str, student: str, cell: str, randomness: random.Random
    ) -> float | str:
        """Do what the formgrader's GradeHandler and CommentHandler do."""
        if what == "comment":
            comment = gradebook.find_comment(cell, NAME, NAME, student)
            comment.manual_comment = value = f"remark {randomness.randrange(1000)}"
        else:
            grade = gradebook.find_grade(cell, NAME, NAME, student)
            grade.manual_score = value = randomness.randrange(1, 40) / 4
            grade.needs_manual_grade = False
        gradebook.db.commit()
        return value


def without_marks(page: bytes) -> object:
    """Return a page without what the gradebook adds: marks may be given at any moment."""
    read = BeautifulSoup(page.decode(errors="replace"), "html.parser")
    cards = [(card["id"], str(card.select_one(".sides"))) for card in read.select(".card")]
    whole = page.endswith(b"</html>")
    return whole, str(read.select_one("header")), cards, str(read.select_one(".whole"))


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: its exit status, rows, graded files, kept results and pages."""

    status: int
    rows: dict[str, list[tuple[object, ...]]]
    files: dict[str, tuple[int, object]]
    kept: dict[str, bytes]
    pages: dict[str, tuple[int, object]]

    @classmethod
    def of(cls, course: Course, status: int) -> "Outcome":
        """Read it."""
        files = {
            path: (mode, nbformat.reads(content.decode(), 4) if path[-5:] == "ipynb" else content)
            for path, (mode, content) in graded_files(course.folder).items()
        }
        kept = {name: without_times(text) for name, text in course.kept().items() if text}
        pages = {
            path: (mode, without_marks(content) if path[-4:] == "html" else content)
            for path, (mode, content) in graded_files(course.folder, "feedback").items()
        }
        return cls(status, table_rows(course.folder, course.db_url), files, kept, pages)

    def differences(self, expected: "Outcome", marks: Marks) -> list[str]:
        """Say where this is not as expected, but for what was given by hand; that must be there."""
        rows = {name: sorted(map(repr, rows)) for name, rows in self.rows.items()}
        wanted = {name: sorted(map(repr, expected.with_marks(name, marks, self))) for name in rows}
        found = [
            f"{name}: {sorted(set(rows[name]) ^ set(wanted[name]))}"
            for name in rows
            if rows[name] != wanted[name]
        ]
        for part in ("files", "kept", "pages"):
            own, others = getattr(self, part), getattr(expected, part)
            different = {name for name in {*own, *others} if own.get(name) != others.get(name)}
            found += [f"{part}: {sorted(different)}"] if different else []
        if self.status != expected.status:
            found.append(f"exit status {self.status}, not {expected.status}")
        return found

    def with_marks(self, table: str, marks: Marks, now: "Outcome") -> list[tuple[object, ...]]:
        """Return the rows of a table as they are to be with marks that were given by hand.

        Whether a human should look again is left open where there is one who looks just now.
        """
        if table == "grade":
            needs = {row[:2]: row[5] for row in now.rows["grade"]}
            return [
                (*row[:3], marks.given["grade", *row[:2]], row[4], needs.get(row[:2]))
                if ("grade", *row[:2]) in marks.given
                else row
                for row in self.rows[table]
            ]
        if table == "comment":
            return [
                (*row[:3], marks.given.get(("comment", *row[:2]), row[3]))
                for row in self.rows[table]
            ]
        return self.rows[table]


class Kills:
    """A class in several states, what an undisturbed run makes of each, and rounds of kills."""

    def __init__(self, folder: Path, seed: int, server: postgres.Server | None = None) -> None:
        self._folder = folder
        self._server = server
        self._random = random.Random(seed)
        self._numbers = count(1)
        self._scratch = folder / "scratch"
        self._scratch.mkdir()
        self.killed: Counter[str] = Counter()
        self._starts = self._made_starts()
        self._expected = {name: self._undisturbed(kind) for name, kind in KINDS.items()}

    def round(self) -> list[str]:
        """Kill once; return what is not as it should be."""
        name = self._random.choice([*KINDS])
        kind = KINDS[name]
        role = self._random.choice(kind.victims)
        course = self._new(kind)
        marks = Marks(course, self._random)
        with marks.being_given():
            process = start(kind.command, course, self._scratch)
            status = self._kill(process, role, course)
            if role == "command":
                status = self._run(kind.again, course)
        problems = Outcome.of(course, status).differences(self._expected[name], marks)
        problems += [f"left: {path}" for path in (*course.leftovers(), *self._scratch.iterdir())]
        self.killed[f"{role}, {name}"] += 1
        if problems:
            return [f"{role} killed, {name} ({course.folder})", *problems]
        course.drop()
        said_by(course).unlink()
        return []

    def _kill(self, command: int, role: str, course: Course) -> int:
        """Kill a process of a command when some are recorded; return the command's exit status."""
        before = course.finished()
        recorded, pause = self._random.randrange(6), self._random.uniform(0, 0.3)

        def is_time() -> bool:
            new = course.finished().items() - before.items()
            return len(new) >= recorded or not runs(command)

        wait_for(is_time)
        time.sleep(pause)
        found: list[int] = []

        def is_there() -> bool:
            found[:] = [found for found in [victim(command, role)] if found is not None]
            return bool(found) or not runs(command)

        wait_for(is_there)
        family = descendants(command)
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        status = ended(command)
        wait_for(lambda: not any(map(runs, family)))
        return status

    def _run(self, command: tuple[str, ...], course: Course) -> int:
        return ended(start(command, course, self._scratch))

    def _new(self, kind: Kind) -> Course:
        return self._starts[kind.start].copied(self._folder / f"course{next(self._numbers)}")

    def _undisturbed(self, kind: Kind) -> Outcome:
        course = self._new(kind)
        return Outcome.of(course, self._run(kind.command, course))

    def _made_starts(self) -> dict[str, Course]:
        """Make a course that is released, and what follows from there."""
        first = Course(new_course(self._folder / "released", CONFIG), self._server)
        if self._server:
            self._server.create("released")
        first.configure()
        due = ("nbgrader", "db", "assignment", "add", NAME, "--duedate=2026-03-02 00:00 UTC")
        for command in (("nbgrader", "generate_assignment", NAME), due):
            assert self._run(command, first) == 0, said_by(first).read_text()
        (first.folder / ".grading_secret").write_bytes(b"the same numbers in all courses")
        handed_in = first.copied(self._folder / "handed-in")
        hand_in_class(handed_in)
        anew = handed_in.copied(self._folder / "anew")
        assert self._run(GRADE, anew) == 0, said_by(anew).read_text()
        hand_in_class(anew, again=True)
        graded = anew.copied(self._folder / "graded")
        assert self._run(GRADE, graded) == 1, said_by(graded).read_text()
        return {"handed in": handed_in, "handed in anew": anew, "graded": graded}


@contextmanager
def kills(seed: int, *, postgresql: bool = False) -> Iterator[Kills]:
    """Make all of it in a temporary folder; print the seed with which it can be done again."""
    print(f"seed {seed}", flush=True)
    with ExitStack() as until_done:
        folder = Path(tempfile.mkdtemp(prefix="kills-"))  # forks must not remove it at their end
        until_done.callback(shutil.rmtree, folder)
        server = until_done.enter_context(postgres.server()) if postgresql else None
        yield Kills(folder, seed, server)


def main() -> int:
    """Kill as often as asked; say what was lost."""
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    rounds, seed, *_ = [*numbers, *[200, random.randrange(10**6)][len(numbers) :]]
    failed, began = 0, time.monotonic()
    with kills(seed, postgresql="--postgresql" in sys.argv) as killing:
        for number in range(1, rounds + 1):
            problems = killing.round()
            failed += bool(problems)
            for problem in problems:
                print(f"round {number}: {problem}", flush=True)
            print(f"{number} rounds, {time.monotonic() - began:.0f} s", flush=True)
        for what, times in sorted(killing.killed.items()):
            print(f"{times:4} × {what}")
    print(f"{rounds} kills in {time.monotonic() - began:.0f} s: something was lost in {failed}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
