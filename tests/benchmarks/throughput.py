"""A class graded by ``autograder grade`` and by stock nbgrader, in the same run.

    python tests/benchmarks/throughput.py [STUDENTS]

Two classes of ``convolution`` are graded, of 60 by default: that of the demonstration, and the
same in which a tenth each has slow loops, draws pictures of its own, and has not finished. Stock
nbgrader runs each notebook in a kernel, with the visible checks alone. For each class it prints
where our time goes and the ratios, and it ends with 1 where a budget is missed. It takes 20
minutes on a quiet machine; what counts are the ratios.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import nbformat

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path.insert(0, str(Path(__file__).parents[2]))

from contents import load_assignment
from courses import hand_in

from autograder.course.contents import PACKAGED_COURSE
from autograder.course.options import Limits
from autograder.demo.simulated_class import simulate_class
from autograder.explanation.styles import styles
from autograder.explanation.typed_text import student_source
from autograder.grading import grade, open_sandbox
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import released, solutions
from autograder.sandbox.child import Child

NAME = "convolution"
AGAINST_AUTOGRADE = 40.0  # times as fast
WITH_PAGES = 40.0
AGAIN, AGAIN_PER_SUBMISSION = 1.2, 0.003  # times an import of nbgrader, and seconds more for each
STOCK = """c = get_config()
c.CourseDirectory.source_directory = "assignments"
c.CourseDirectory.course_id = "stock"
"""
PICTURE = "import matplotlib.pyplot as plt\nfor k in range(3):\n    plt.plot([k, 1, 2]); plt.show()"
BIN = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


class Took(NamedTuple):
    """Seconds of a command: that passed, and of processors."""

    passed: float
    ran: float


def timed(*command: str, cwd: Path) -> Took:
    """Run a command, which may find fault with a submission."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True)
    passed, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    ran = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(passed, ran)


def of_the_demonstration(assignment: Assignment, size: int) -> list[str]:
    """Return the notebooks of the demonstration's class that are notebooks."""
    students = simulate_class(assignment, size)
    return [s.fill_in(released(assignment)) for s in students if s.gradable]


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
    answers = solutions(assignment) | cells
    notebook = released(assignment)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell.source = answers.get(name, cell.source)
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


def own_work(assignment: Assignment, notebooks: Sequence[str]) -> tuple[float, float]:
    """Return the seconds of processor time per submission: the grader's median, the students' mean.

    They are graded here, one after the other.
    """
    limits, spent, ran = Limits(), [], []
    kill = Child.kill

    def counted(child: Child) -> None:
        ran.append(child.process.counts().ran)
        kill(child)

    with open_sandbox(limits, PACKAGED_COURSE) as sandbox, patch.object(Child, "kill", counted):
        for text in notebooks:
            before = time.process_time()
            submitted = nbformat.reads(text, as_version=4)
            grade(submitted, assignment, sandbox, notebook="", student="one", limits=limits)
            spent.append(time.process_time() - before)
    return statistics.median(spent), sum(ran) / len(notebooks)


def race(title: str, assignment: Assignment, notebooks: Sequence[str]) -> bool:
    """Let both grade a class; print the figures; return whether every budget is kept."""
    grader, students = own_work(assignment, notebooks)
    with tempfile.TemporaryDirectory(prefix="throughput-") as folder:
        ours = course(Path(folder, "ours"), notebooks, None)
        stock = course(Path(folder, "stock"), notebooks, STOCK)
        program, nbgrader = str(BIN / "autograder"), str(BIN / "nbgrader")
        code = "from autograder import lean_imports; import nbgrader.preprocessors"
        imports = timed(sys.executable, "-c", code, cwd=ours)
        first = timed(program, "grade", NAME, "--student", "student-001", cwd=ours)
        graded = timed(program, "grade", NAME, "--force", cwd=ours)
        again = timed(program, "grade", NAME, cwd=ours)
        autograde = timed(nbgrader, "autograde", NAME, cwd=stock)
        their_pages = timed(nbgrader, "generate_feedback", NAME, cwd=stock)
    print(f"\n{title}: {len(notebooks)} notebooks, load {os.getloadavg()[0]:.1f}")
    print(f"  import of nbgrader {imports.passed:.1f} s, one submission alone {first.passed:.1f} s")
    print(f"  processor time per submission: students {students:.3f} s, grader {grader:.3f} s")
    print(f"  autograder grade {graded.passed:.1f} s, again {again.passed:.1f} s")
    print(
        f"  stock autograde {autograde.passed:.1f} s, generate_feedback {their_pages.passed:.1f} s"
    )
    bound = AGAIN * imports.passed + AGAIN_PER_SUBMISSION * len(notebooks)
    budgets = {
        "against autograde": (autograde.passed / graded.passed, AGAINST_AUTOGRADE),
        "with everybody's page": (
            (autograde.passed + their_pages.passed) / graded.passed,  # which leaves the pages
            WITH_PAGES,
        ),
        "again with nothing changed, of what is allowed": (bound / again.passed, 1.0),
    }
    for name, (ratio, least) in budgets.items():
        print(f"  {name}: {ratio:.1f} × (at least {least:g} ×)")
    room = autograde.passed / (students * len(notebooks) / len(os.sched_getaffinity(0)))
    print(f"  if the grader took no time at all: {room:.1f} ×")
    return all(ratio >= least for ratio, least in budgets.values())


def main(size: int) -> int:
    assignment = load_assignment(NAME)
    kept = race("The demonstration's class", assignment, of_the_demonstration(assignment, size))
    race(
        "With slow loops, pictures and unfinished ones", assignment, of_all_kinds(assignment, size)
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
