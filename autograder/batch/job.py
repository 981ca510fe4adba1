"""The worker, a pure function: bytes of a submission in, the result and the executed notebook out.

It needs this package, and no course folder: what grades an assignment comes with the setup, once.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import nbformat

from ..course.candidate_files import CandidateFiles
from ..course.candidates import Chosen, choose
from ..course.options import Limits
from ..course.parcel import Parcel
from ..errors import AutograderError, CannotGradeHere
from ..grading import grade, open_sandbox
from ..results import Grading, Ungraded
from ..surroundings import explained


@dataclass(frozen=True)
class Job:
    """One submission to grade; ``name`` is what results call it.

    Which of its ``files`` is the notebook is ``chosen`` by whoever named it, else by the worker.
    Where there are no files, ``error`` says why.
    """

    name: str
    student: str | None = None
    files: CandidateFiles | None = None
    chosen: Chosen | None = None
    error: str = ""


@dataclass(frozen=True)
class Finished:
    """What a worker returns: the result, and the executed notebook's text if it is a Grading.

    ``seconds`` is what that took.
    """

    result: Grading | Ungraded
    notebook: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class WorkerSetup:
    """What every job of a batch has in common: it travels once to each worker."""

    assignment: str
    parcel: Parcel
    secret: bytes
    limits: Limits


def read_job(
    name: str,
    student: str | None,
    read: Callable[[], CandidateFiles],
    chosen: Chosen | None = None,
) -> Job:
    """Read a submission. What goes wrong is said of it, in its turn, and stops no other."""
    try:
        return Job(name, student, read(), chosen)
    except Exception as error:  # files of a submission can be anything
        return Job(name, student, error=_said(error))


class Worker:
    """An assignment and a sandbox of its own; files of both lie in a folder that ends with it.

    It makes that in ``scratch``. Raises what ``Contents.assignment`` and ``open_sandbox`` raise.
    """

    def __init__(self, setup: WorkerSetup, scratch: Path | None = None) -> None:
        self._setup = setup
        with ExitStack() as stack:
            folder = tempfile.TemporaryDirectory(
                prefix="grading-", dir=scratch, ignore_cleanup_errors=True
            )
            own = Path(stack.enter_context(folder)).resolve()
            self._copy = own / "course"
            self._copy.mkdir()
            contents = setup.parcel.unpack(self._copy)
            self._assignment = contents.assignment(setup.assignment)
            sandbox = open_sandbox(setup.limits, setup.parcel.root, own, self._copy)
            self.sandbox = stack.enter_context(sandbox)
            self._stack = stack.pop_all()

    def close(self) -> None:
        """End the sandbox, and remove all files."""
        self._stack.close()

    def finish(self, job: Job) -> Finished:
        """Grade a submission, or say why it cannot be. Raises CannotGradeHere."""
        began = time.monotonic()
        return replace(self._finished(job), seconds=time.monotonic() - began)

    def _finished(self, job: Job) -> Finished:
        try:
            return self._graded(job)
        except CannotGradeHere:  # nor can the others be graded
            raise
        except Exception as error:  # a bug of ours must not stop the batch
            return failed(job, _said(error).replace(str(self._copy), str(self._setup.parcel.root)))

    def _graded(self, job: Job) -> Finished:
        if job.files is None:
            return failed(job, job.error)
        chosen = job.chosen or choose(job.files, self._assignment)
        graded = grade(
            job.files.notebook(chosen.path),
            self._assignment,
            self.sandbox,
            notebook=job.name,
            student=job.student,
            secret=self._setup.secret,
            limits=self._setup.limits,
            chosen=chosen,
        )
        return Finished(self._at_home(graded.grading), nbformat.writes(graded.notebook) + "\n")

    def _at_home(self, grading: Grading) -> Grading:
        """Return the result with the places in hidden tests as the course has them."""
        text = msgspec.json.encode(grading)
        ours, theirs = (bytes(path) for path in (self._copy, self._setup.parcel.root))
        if ours not in text:
            return grading
        return msgspec.json.decode(text.replace(ours, theirs), type=Grading)


def failed(job: Job, error: str) -> Finished:
    """Return what becomes of a submission that cannot be graded."""
    return Finished(Ungraded(notebook=job.name, error=error))


def _said(error: Exception) -> str:
    if isinstance(error, AutograderError):
        return str(error)
    return str(explained(error) or f"The grader failed: {type(error).__name__}: {error}")
