"""A result is recorded, and the process is killed at each step of that in turn.

    python tests/kill_steps.py HANDED_IN GRADED STUDENT

Both are folders of one course, before the submission of a student was graded and afterwards. Prints
how many steps there are of each kind, and what is wrong after which.

A step is a commit of the gradebook, or a change of a file or folder.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

# isort: split
from courses import graded_files, table_rows
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Engine, create_engine, event, text

from autograder.course.folder import Course, StoredGrading
from autograder.course.record import ClassRecord

NAME = "averages"
CHANGES = ("os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir")
KEY, OLD_KEY = "what it holds for", "what it held for before"
EARLIER = (
    "update grade set auto_score = 1, needs_manual_grade = 0",
    "update submitted_notebook set late_submission_penalty = null",
    "update comment set auto_comment = 'earlier'",
)


class Steps:
    """What is recorded of one student's submission, killed at each step."""

    def __init__(self, handed_in: Path, graded: Path, student: str, folder: Path) -> None:
        self._student = student
        self._folder = folder
        self._number = count(1)
        self._config = Course.open(graded).config  # to read it again for each copy takes long
        course = self._course(graded)
        stored = course.grading(NAME, student)
        assert stored
        self._grading = stored.grading
        self._notebook = self._graded_notebook(course).read_text()
        self._starts = {"handed in": handed_in, "graded before": self._graded_before(graded)}

    def accepted(self, root: Path) -> None:
        """Record the result."""
        self._record(root).accept_notebook(
            self._student, StoredGrading(KEY, self._grading), self._notebook
        )

    def refused(self, root: Path) -> None:
        """Record that there is none."""
        self._record(root).refuse(self._student)

    def problems(self, start: str, do: Callable[[Path], None]) -> tuple[int, list[str]]:
        """Return how many steps there are, and what is wrong after which."""
        before = self._recorded(self._starts[start])
        expected = self._copy(start)
        do(expected)
        wanted = self._state(expected)
        found: list[str] = []
        for step in count(1):
            root = self._copy(start)
            if not self._killed_at(step, do, root):
                return step - 1, found
            kept = self._course(root).grading(NAME, self._student)
            if kept and kept.key == OLD_KEY and self._recorded(root) != before:
                found.append(f"{start}, step {step}: what is kept no longer holds")
            if not (kept and kept.key == KEY):
                do(root)
            if self._state(root) != wanted:
                found.append(f"{start}, step {step}: the next run leaves something else")
            shutil.rmtree(root)
        raise AssertionError

    def _killed_at(self, step: int, do: Callable[[Path], None], root: Path) -> bool:
        """Do something in another process until this step; say whether it came so far."""
        process = os.fork()
        if process == 0:
            steps = count(1)

            def next_step(*_: object) -> None:
                if next(steps) == step:
                    os.kill(os.getpid(), signal.SIGKILL)

            def audit(what: str, arguments: tuple[object, ...]) -> None:
                writes = what == "open" and isinstance(arguments[2], int) and arguments[2] & 3
                if what in CHANGES or (writes and str(arguments[0]).startswith(str(root))):
                    next_step()

            sys.addaudithook(audit)
            event.listen(Engine, "commit", next_step)
            do(root)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
        return os.WIFSIGNALED(status)

    def _course(self, root: Path) -> Course:
        return Course(CourseDirectory(config=self._config, root=str(root)), self._config)

    def _record(self, root: Path) -> ClassRecord:
        course = self._course(root)
        return ClassRecord(course, NAME, Gradebook(course.coursedir.db_url, "small-course"))

    def _state(self, root: Path) -> tuple[object, ...]:
        kept = {path.name: path.read_bytes() for path in root.glob(f"gradings/{NAME}/*")}
        return *self._recorded(root), kept

    def _recorded(self, root: Path) -> tuple[object, ...]:
        every_name = sorted(str(p.relative_to(root)) for p in root.glob("autograded/**/*"))
        return table_rows(root), graded_files(root), every_name

    def _copy(self, start: str) -> Path:
        folder = self._folder / str(next(self._number))
        return Path(shutil.copytree(self._starts[start], folder))

    def _graded_before(self, graded: Path) -> Path:
        """Make a copy in which everything is of an earlier grading."""
        root = Path(shutil.copytree(graded, self._folder / "graded before"))
        engine = create_engine(f"sqlite:///{root}/gradebook.db")
        with engine.begin() as connection:
            for statement in EARLIER:
                connection.execute(text(statement))
        engine.dispose()
        course = self._course(root)
        notebook = self._graded_notebook(course)
        notebook.write_text("{}")
        (notebook.parent / "earlier.txt").write_text("handed in before")
        course.keep_grading(NAME, self._student, StoredGrading(OLD_KEY, self._grading))
        return root

    def _graded_notebook(self, course: Course) -> Path:
        return course.autograded_folder(NAME, self._student) / f"{NAME}.ipynb"


def main(handed_in: str, graded: str, student: str) -> int:
    """Try everything; print it."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        steps = Steps(Path(handed_in), Path(graded), student, Path(folder))
        for start in ("handed in", "graded before"):
            for do in (steps.accepted, steps.refused):
                number, problems = steps.problems(start, do)
                print(f"{do.__name__}, {start}: {number} steps", flush=True)
                found += problems
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
