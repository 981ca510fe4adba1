"""A class graded by ``autograder grade`` and by stock nbgrader, in the same run.

    python tests/benchmarks/throughput.py [STUDENTS]

Two classes of ``convolution`` are graded, of 60 by default: that of the demonstration, and the
same in which a tenth each has slow loops, draws pictures of its own, and has not finished. Stock
nbgrader runs each notebook in a kernel, with the visible checks alone. For each class it prints
where our time goes and the ratios, and it ends with 1 where a budget is missed by the first. It
takes 20 minutes on a quiet machine; what counts are the ratios.

The coordinator is the process of the command, without its workers. What it does for a submission is
its processor time for the class, less that for one submission alone: the start is in both. The
start-up is what passes before the first submission begins: one alone, less the import of nbgrader
and what a worker took for it. The grader's own time is measured against an old commit, whose code
is taken out of git for that: where that is not possible, it says why, and has no such budget.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.grader_work import (
    OLD,
    OldMissing,
    Work,
    old_work,
    own_work,
    page_seconds,
    warm_seconds,
)
from contents import assignment_names, load_assignment
from courses import hand_in

from autograder.course.contents import PACKAGED_COURSE
from autograder.demo.simulated_class import simulate_class
from autograder.explanation.styles import styles
from autograder.explanation.typed_text import student_source
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, released

NAME = "convolution"
AGAINST_AUTOGRADE = 40.0  # times as fast
WITH_PAGES = 40.0
COORDINATOR = 0.010  # seconds of processor time for each submission
AGAINST_OLD = 4.0  # times less processor time of the grader
AGAIN, AGAIN_PER_SUBMISSION = 1.2, 0.003  # times an import of nbgrader, and seconds more for each
STOCK = """c = get_config()
c.CourseDirectory.source_directory = "assignments"
c.CourseDirectory.course_id = "stock"
"""
PICTURE = "import matplotlib.pyplot as plt\nfor k in range(3):\n    plt.plot([k, 1, 2]); plt.show()"
BIN = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}

# As the installed script; then it says what its own process has used of processors.
COMMAND = """
import resource, sys
from autograder.cli import main
sys.argv[0] = "autograder"
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, file=sys.stderr)
"""


class Graded(NamedTuple):
    """Seconds of ``autograder grade``: that passed, and of processors for its own process."""

    passed: float
    own: float


class Raced(NamedTuple):
    """What both took for a class, in seconds: ours for one alone, for all, and once more."""

    size: int
    imports: float
    alone: Graded
    of_worker: float  # the part of a worker in that
    graded: Graded
    again: Graded
    page: float
    autograde: float
    their_pages: float

    @property
    def start(self) -> float:
        """What passes before the first submission, beside the import of nbgrader."""
        return self.alone.passed - self.imports - self.of_worker

    @property
    def coordinator(self) -> float:
        """The processor time of the command's own process for each submission."""
        return (self.graded.own - self.alone.own) / (self.size - 1)


def timed(*command: str, cwd: Path) -> tuple[float, str]:
    """Run a command, which may find fault with submissions; return its seconds and last words."""
    start = time.monotonic()
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True)
    passed = time.monotonic() - start
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return passed, (done.stderr.splitlines() or [""])[-1]


def graded_in(course: Path, *options: str) -> Graded:
    """Grade what was handed in to a course."""
    program = (sys.executable, "-P", "-c", COMMAND)
    passed, own = timed(*program, "grade", NAME, *options, cwd=course)
    return Graded(passed, float(own))


def of_the_demonstration(assignment: Assignment, size: int) -> list[str]:
    """Return so many notebooks of the demonstration's class, without the few that are none."""
    students = (s for s in simulate_class(assignment, 2 * size) if s.gradable)
    release = released(assignment)
    return [s.fill_in(release) for s in islice(students, size)]


def of_all_kinds(assignment: Assignment, size: int) -> list[str]:
    """Return the same, a tenth each with slow loops, pictures, and half of it left out."""
    notebooks = of_the_demonstration(assignment, size)
    functions = [*assignment.signatures()]
    slow = {s.exercise: student_source(s) for s in styles(assignment) if "loop" in s.name}
    half = {name: assignment.by_grade_id[name].source for name in functions[len(functions) // 2 :]}
    for place in range(0, len(notebooks), 10):
        notebooks[place] = changed(assignment, slow)
        if place + 2 < len(notebooks):
            notebooks[place + 1] = changed(assignment, {}, PICTURE)
            notebooks[place + 2] = changed(assignment, half)
    return notebooks


def changed(assignment: Assignment, cells: dict[str, str], extra: str = "") -> str:
    """Return a right notebook with other answers, and a cell of the student's own."""
    notebook = answered(assignment, cells)
    if extra:
        notebook.cells.append(nbformat.v4.new_code_cell(extra))
    return str(nbformat.writes(notebook))


def course(folder: Path, notebooks: Sequence[str], config: str | None, name: str = NAME) -> Path:
    """Lay out a course with these submissions, released."""
    shutil.copytree(PACKAGED_COURSE, folder, ignore=shutil.ignore_patterns(".*", "tests", "docs"))
    if config is not None:
        (folder / "nbgrader_config.py").write_text(config)
    for number, text in enumerate(notebooks, start=1):
        hand_in(folder, f"student-{number:03}", name, text)
    timed(str(BIN / "nbgrader"), "generate_assignment", name, cwd=folder)
    return folder


def raced(notebooks: Sequence[str]) -> Raced:
    """Let both grade a class."""
    code = "from autograder import lean_imports; import nbgrader.preprocessors"
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        ours = course(Path(folder, "ours"), notebooks, None)
        stock = course(Path(folder, "stock"), notebooks, STOCK)
        imports, _ = timed(sys.executable, "-c", code, cwd=ours)
        alone = graded_in(ours, "--student", "student-001")
        log = (ours / "logs" / f"{NAME}.log").read_text()
        graded, again = graded_in(ours, "--force"), graded_in(ours)
        page = page_seconds(ours, NAME)
        autograde, _ = timed(str(BIN / "nbgrader"), "autograde", NAME, cwd=stock)
        their_pages, _ = timed(str(BIN / "nbgrader"), "generate_feedback", NAME, cwd=stock)
    of_worker = float(log.split("\t")[2].removesuffix(" s"))
    figures = (imports, alone, of_worker, graded, again, page, autograde, their_pages)
    return Raced(len(notebooks), *figures)


def of_budgets(raced: Raced) -> dict[str, tuple[float, float]]:
    """Return the ratios by name, each with the least that is allowed."""
    both = raced.autograde + raced.their_pages  # ours leaves the pages
    again = AGAIN * raced.imports + AGAIN_PER_SUBMISSION * raced.size
    return {
        "against autograde": (raced.autograde / raced.graded.passed, AGAINST_AUTOGRADE),
        "with everybody's page": (both / raced.graded.passed, WITH_PAGES),
        "again with nothing changed, of what is allowed": (again / raced.again.passed, 1.0),
        "the coordinator, of what is allowed": (COORDINATOR / raced.coordinator, 1.0),
    }


def print_figures(raced: Raced, work: Work) -> None:
    """Print where the time goes."""
    print(f"  import of nbgrader {raced.imports:.2f} s, start-up beside it {raced.start:.2f} s")
    print(f"  one alone {raced.alone.passed:.2f} s, of it a worker {raced.of_worker:.1f} s")
    print(f"  autograder grade {raced.graded.passed:.1f} s, again {raced.again.passed:.1f} s")
    theirs = f"{raced.autograde:.1f} s, generate_feedback {raced.their_pages:.1f} s"
    print(f"  stock autograde {theirs}")
    print("  processor time per submission, in ms:")
    print(f"    students {1000 * work.students:.1f}, grader {1000 * work.grader:.1f}")
    print(f"    page: a worker's part {1000 * work.body:.1f}, the rest {1000 * raced.page:.1f}")
    print(f"    coordinator, that rest included, {1000 * raced.coordinator:.1f}")


def race(title: str, assignment: Assignment, notebooks: Sequence[str]) -> bool:
    """Let both grade a class; print the figures; return whether every budget is kept."""
    work, both = own_work(assignment, notebooks), raced(notebooks)
    print(f"\n{title}: {len(notebooks)} notebooks, load {os.getloadavg()[0]:.1f}")
    print_figures(both, work)
    budgets = of_budgets(both)
    try:
        old = old_work(NAME, notebooks)
        print(f"    grader at {OLD} {1000 * old:.1f}")
        budgets[f"the grader's processor time, against {OLD}"] = (old / work.grader, AGAINST_OLD)
    except OldMissing as why:
        print(f"    grader at {OLD}: not measured, {why}")
    for name, (ratio, least) in budgets.items():
        missed = "" if ratio >= least else ": missed"
        print(f"  {name}: {ratio:.1f} × (at least {least:g} ×){missed}")
    room = both.autograde / (work.students * both.size / len(os.sched_getaffinity(0)))
    print(f"  the students' own time alone leaves room for {room:.1f} × against autograde")
    return all(ratio >= least for ratio, least in budgets.values())


def main(size: int) -> int:
    for name in assignment_names():
        print(f"a right submission of {name} takes a warm worker {warm_seconds(name):.2f} s")
    assignment = load_assignment(NAME)
    kept = race("The demonstration's class", assignment, of_the_demonstration(assignment, size))
    race(
        "With slow loops, pictures and unfinished ones", assignment, of_all_kinds(assignment, size)
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
