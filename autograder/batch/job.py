"""What travels to a worker and back: bytes of a submission in, its result and notebook out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nbformat import NotebookNode

from ..course.candidate_files import CandidateFiles
from ..course.candidates import Chosen
from ..course.options import Limits
from ..course.parcel import Parcel
from ..errors import AutograderError
from ..results import Grading, Ungraded
from ..surroundings import MachineExhausted, explained, has_memory


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

    ``page`` is what the submission alone decides of its page. ``seconds`` is what that took,
    ``of_calls`` the calls of hidden tests alone, by exercise.
    """

    result: Grading | Ungraded
    notebook: str = ""
    page: str = ""
    seconds: float = 0.0
    of_calls: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkerSetup:
    """What every job of a batch has in common: it travels once to each worker.

    With the ``cells`` of the assignment a worker needs no nbgrader, which is slow to import.
    """

    assignment: str
    parcel: Parcel
    secret: bytes
    limits: Limits
    with_pages: bool = False
    cells: tuple[NotebookNode, ...] = ()


def read_job(
    name: str,
    student: str | None,
    read: Callable[[], CandidateFiles],
    chosen: Chosen | None = None,
) -> Job:
    """Read a submission. What goes wrong is said of it, in its turn, and stops no other.

    Raises MachineExhausted.
    """
    try:
        return Job(name, student, read(), chosen)
    except Exception as error:  # files of a submission can be anything
        refuse_of_the_machine(error)
        return Job(name, student, error=said(error))


def refuse_of_the_machine(error: Exception) -> None:
    """Raise MachineExhausted where an error is no submission's: no other can be graded either.

    A submission may ask for more memory than there is, and then there is enough for others.
    """
    cause = explained(error)
    if isinstance(cause, MachineExhausted) and not (
        isinstance(error, MemoryError) and has_memory()
    ):
        raise cause from None


def failed(job: Job, error: str) -> Finished:
    """Return what becomes of a submission that cannot be graded."""
    return Finished(Ungraded(notebook=job.name, error=error))


def said(error: Exception) -> str:
    """Return what students and instructors read of an error."""
    if isinstance(error, AutograderError):
        return str(error)
    return str(explained(error) or f"The grader failed: {type(error).__name__}: {error}")
