"""The worker, a pure function of bytes: it grades submissions.

It needs this package, and no course folder: what grades an assignment comes with the setup, once.
Only the processes that grade import this room, and all that it stands on.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import msgspec
import nbformat

from ..course.candidates import choose
from ..errors import CannotGradeHere
from ..feedback.body import body_text
from ..feedback.making import make_body
from ..grading import grade, open_sandbox
from ..results import Grading
from ..running.time_left import TimeLeft
from .job import Finished, Job, WorkerSetup, failed, refuse_of_the_machine, said

# It compiles what checks notebooks: before workers are forked, not in each of them.
nbformat.validate(nbformat.v4.new_notebook())


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
            self._assignment = contents.assignment(setup.assignment, setup.cells)
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
            refuse_of_the_machine(error)
            return failed(job, said(error).replace(str(self._copy), str(self._setup.parcel.root)))

    def _graded(self, job: Job) -> Finished:
        if job.files is None:
            return failed(job, job.error)
        left = TimeLeft(self._setup.limits.submission_seconds)
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
            time=left,
        )
        grading = self._at_home(graded.grading)
        notebook = nbformat.writes(graded.notebook) + "\n"
        page = _page(grading, notebook, graded.time) if self._setup.with_pages else ""
        return Finished(grading, notebook, page, of_calls=graded.seconds)

    def _at_home(self, grading: Grading) -> Grading:
        """Return the result with the places in hidden tests as the course has them.

        It is as it will be read again where it is kept: a page names the result that it is of.
        """
        text = msgspec.json.encode(grading)
        ours, theirs = (bytes(path) for path in (self._copy, self._setup.parcel.root))
        return msgspec.json.decode(text.replace(ours, theirs), type=Grading)


def _page(grading: Grading, notebook: str, time: TimeLeft) -> str:
    """Return what the submission decides of its page, "" if that fails: it costs no result.

    Who writes the page tries it once more, and says why there is none.
    """
    try:
        return body_text(make_body(grading, notebook, time))
    except Exception:
        return ""
