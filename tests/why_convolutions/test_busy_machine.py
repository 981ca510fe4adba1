"""Sixteen busy processes of others beside the grading change no score and no hint."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from contents import OWN, assignment_names, load_assignment

from autograder.batch.class_grading import Result, grade_files
from autograder.batch.forkserver import default_jobs
from autograder.course.options import Limits
from autograder.demo.simulated_class import simulate_class
from autograder.notebook.filled_in import released

OTHERS = 16


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Keep processors busy, each process in a session of its own: the kernel shares among these."""
    command = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command, start_new_session=True) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def graded(name: str, paths: list[Path]) -> list[Result]:
    jobs = default_jobs()
    return list(grade_files(paths, name, OWN, student="one", jobs=jobs, limits=Limits()))


@pytest.mark.busy
@pytest.mark.parametrize("name", assignment_names())
def test_a_busy_machine_changes_no_score_and_no_hint(name: str, tmp_path: Path) -> None:
    assignment = load_assignment(name)
    paths = []
    for student in simulate_class(assignment, 24):
        paths.append(tmp_path / f"{student.name}.ipynb")
        paths[-1].write_text(student.fill_in(released(assignment)), encoding="utf-8")
    alone = graded(name, paths)
    with busy_processes(OTHERS):
        assert graded(name, paths) == alone
