"""Copies of attempts, laid out as a course has what was collected: nobody changes them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..course.candidate_files import Place
from ..course.folder import Course
from ..course.shown_names import within
from .attempts import Attempt, copy_files


class Snapshot(Course):
    """A course in which attempts are what was handed in; paths are shown as in the course."""

    def submitted_folder(self, assignment: str, student: str) -> Path:
        """Return where a copy of an attempt lies."""
        return _laid_out(self.root, assignment) / student / assignment

    def place(self, assignment: str, student: str) -> Place:
        """Return where that is, under the name of what was handed in."""
        collected = super().submitted_folder(assignment, student)
        return replace(super().place(assignment, student), named=within(collected, self.root))

    def lay_out(self, assignment: str, student: str, attempt: Attempt) -> None:
        """Copy an attempt to where it is looked for, in the place of an earlier one."""
        folder = self.submitted_folder(assignment, student)
        shutil.rmtree(folder, ignore_errors=True)
        copy_files(attempt.files, folder)


@contextmanager
def snapshot(course: Course, name: str) -> Iterator[Snapshot]:
    """Yield a course with nothing handed in yet; the copies are gone afterwards."""
    folder = _laid_out(course.root, name)
    shutil.rmtree(folder, ignore_errors=True)  # left by one that was killed
    try:
        yield Snapshot.open(course.root)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _laid_out(root: Path, assignment: str) -> Path:
    return root / "attempts" / assignment / ".now"
