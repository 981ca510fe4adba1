"""The worker by itself: what it is given is bytes, and what comes back is as in the course."""

import email
import errno
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import msgspec
import nbformat
import pytest
from commands import run_command
from contents import SMALL
from courses import new_course
from machines import memory_used_up

from autograder.batch.job import Finished, Job, WorkerSetup, read_job
from autograder.batch.worker import Worker
from autograder.course.candidate_files import CandidateFiles, Place, read_candidates
from autograder.course.candidates import Chosen, choose
from autograder.course.contents import Contents
from autograder.course.folder import StoredGrading
from autograder.course.options import Limits
from autograder.course.parcel import Parcel
from autograder.errors import BrokenCourseFile
from autograder.feedback.body import body_text, digest, read_body
from autograder.feedback.making import make_body
from autograder.grading import grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.results import Grading, Ungraded, to_json
from autograder.running import time_left
from autograder.running.no_answer import SubmissionTimedOut
from autograder.running.time_left import TimeLeft
from autograder.sandbox.host import Sandbox
from autograder.sandbox.level import Probe
from autograder.surroundings import ENOUGH_MEMORY, MachineExhausted

NAME = "averages"
FILE = f"{NAME}.ipynb"
BROKEN_TEST = """

@exercise("step_down")
def test_that_fails_as_a_program(student):
    raise LookupError("nothing here")
"""
COUNTED = """

def pytest_generate_tests(metafunc):
    with open({path!r}, "a") as file:
        file.write(metafunc.definition.name + "\\n")
"""
WRONG = {  # what is said of it has the numbers of the hidden tests
    "running_maximum": "def running_maximum(numbers):\n    return sorted(numbers)",
    "weighted_mean": "def weighted_mean(numbers, weights):\n    return sum(numbers)",
}
FAILS = {
    "running_maximum": "import math, random\nmath.sqrt = random.random = None\nraise SystemExit",
    "weighted_mean": "def weighted_mean(*_, **__):\n    return weighted_mean()",
    "step_down": "def step_down(values, slopes, rate):\n    values.clear()\n    slopes.clear()",
    "answer_1": "answer_1 = 3",
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A small course, one of whose hidden tests fails as a program."""
    folder = new_course(tmp_path / "course")
    with (folder / "solutions" / NAME / "hidden_tests.py").open("a") as file:
        file.write(BROKEN_TEST)
    return folder


def handed_in(course: Path, text: str, student: str = "x") -> Job:
    """Put a notebook into a place of the course and read it there; then it is gone."""
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / FILE).write_text(text)
    place = Place(folder, Path("submitted", student, NAME), course / "assignments" / NAME, ())
    job = read_job(FILE, student, partial(read_candidates, place, FILE))
    shutil.rmtree(folder)
    return job


def setup_of(course: Path) -> WorkerSetup:
    """Return what a class of the course tells its workers."""
    contents = Contents(course)
    cells = contents.assignment(NAME).cells
    return WorkerSetup(NAME, Parcel.of(contents), b"secret", Limits(), True, cells)


def finished(course: Path, *jobs: Job) -> list[Finished]:
    """Grade jobs where the course's folder is gone."""
    worker = Worker(setup_of(course))
    shutil.rmtree(course)
    try:
        return [worker.finish(job) for job in jobs]
    finally:
        worker.close()


WORKS = """
import pickle, sys
from pathlib import Path
from autograder.batch.worker import Worker
setup, job = pickle.loads(Path("given").read_bytes())
worker = Worker(setup)
print(type(worker.finish(job).result).__name__, "nbgrader" in sys.modules)
worker.close()
"""


def test_a_worker_grades_without_nbgrader_which_is_slow_to_import(
    course: Path, averages: Assignment, tmp_path: Path
) -> None:
    job = handed_in(course, nbformat.writes(answered(averages, {})))
    (tmp_path / "given").write_bytes(pickle.dumps((setup_of(course), job)))
    assert run_command("python", "-c", WORKS, cwd=tmp_path).stdout == "Grading False\n"


def test_without_the_course_the_same_comes_back(
    course: Path, sandbox: Sandbox, averages: Assignment
) -> None:
    notebook = answered(averages, {"step_down": "def step_down(*arguments): return 1.0"})
    expected = grade(
        notebook,
        Contents(course).assignment(NAME),
        sandbox,
        notebook=FILE,
        student="x",
        secret=b"secret",
        limits=Limits(),
    )
    faults = [test.fault for result in expected.grading.exercises for test in result.tests]
    assert str(course) in next(fault.place for fault in faults if fault)
    job = handed_in(course, nbformat.writes(notebook))
    (back,) = finished(course, job)
    text = nbformat.writes(expected.notebook) + "\n"
    page = body_text(make_body(expected.grading, text, TimeLeft(60)))
    assert back == Finished(expected.grading, text, page, back.seconds, back.of_calls)
    assert back.of_calls.keys() == averages.signatures().keys()


def test_hidden_tests_are_collected_once_by_a_worker(
    course: Path, averages: Assignment, tmp_path: Path
) -> None:
    collected = tmp_path / "collected"
    with (course / "solutions" / NAME / "hidden_tests.py").open("a") as file:
        file.write(COUNTED.format(path=str(collected)))
    texts = [nbformat.writes(answered(averages, changes)) for changes in ({}, WRONG, FAILS)]
    back = finished(course, *(handed_in(course, text) for text in [*texts, "{", *texts]))
    assert [isinstance(one.result, Grading) for one in back] == [*[True] * 3, False, *[True] * 3]
    names = collected.read_text().split()
    assert "test_that_fails_as_a_program" in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("is_written", [True, False])
def test_a_page_is_of_the_result_as_it_will_be_read_again(
    tmp_path: Path, averages: Assignment, is_written: bool
) -> None:
    question = averages.written[0].name
    text = "Because." if is_written else averages.by_grade_id[question].source
    notebook = answered(averages, {question: text})
    course = new_course(tmp_path / "course")
    (back,) = finished(course, handed_in(course, nbformat.writes(notebook)))
    assert isinstance(back.result, Grading)
    kept = msgspec.json.decode(
        msgspec.json.encode(StoredGrading("", back.result)), type=StoredGrading
    )
    body = read_body(back.page.encode())
    assert body
    assert body.made_of == digest(kept.grading, back.notebook)


@pytest.mark.parametrize("changes", [{}, WRONG, FAILS], ids=["right", "wrong", "fails"])
def test_the_same_bytes_come_back_wherever_a_submission_stands(
    tmp_path: Path, averages: Assignment, changes: dict[str, str]
) -> None:
    own, failing, right = (
        handed_in(tmp_path, nbformat.writes(answered(averages, cells)), student)
        for student, cells in (("x", changes), ("y", FAILS), ("z", {}))
    )
    (alone,) = finished(new_course(tmp_path / "alone"), own)
    order = [own, failing, own, right, own]
    first, failed, behind, _, last = finished(new_course(tmp_path / "among"), *order)
    assert isinstance(failed.result, Grading)
    assert failed.result.score == 0
    assert alone.page
    for one in (first, behind, last):
        assert to_json(one.result) == to_json(alone.result)
        assert (one.notebook, one.page) == (alone.notebook, alone.page)


def test_looking_for_the_notebook_takes_of_its_time(
    course: Path, averages: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0, thread_time=lambda: clock.now)
    monkeypatch.setattr(time_left, "time", clock)

    def choose_slowly(files: CandidateFiles, assignment: Assignment) -> Chosen:
        clock.now += Limits().submission_seconds
        return choose(files, assignment)

    monkeypatch.setattr("autograder.batch.worker.choose", choose_slowly)
    (back,) = finished(course, handed_in(course, nbformat.writes(answered(averages, {}))))
    assert isinstance(back.result, Grading)
    messages = {test.message for result in back.result.exercises for test in result.tests}
    assert str(SubmissionTimedOut(Limits().submission_seconds)) in messages
    assert back.result.score == 0


def no_python() -> None:
    raise BrokenCourseFile("solutions.py", 3, "SyntaxError", "no Python")


def a_bug() -> None:
    raise ZeroDivisionError("division by zero")


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (no_python, "solutions.py, line 3"),
        (a_bug, "The grader failed: ZeroDivisionError: division"),
    ],
)
def test_what_cannot_be_read_is_said_of_it_and_stops_no_other(
    course: Path, averages: Assignment, read: Callable[[], None], says: str
) -> None:
    right = handed_in(course, nbformat.writes(answered(averages, {})))
    first, second = finished(course, read_job("odd", "y", read), right)
    assert isinstance(first.result, Ungraded)
    assert first.result.notebook == "odd"
    assert first.result.error.startswith(says)
    assert isinstance(second.result, Grading)


def no_process(*_: object) -> NoReturn:
    raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")


def test_a_machine_without_room_is_no_fault_of_a_submission(
    course: Path, averages: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = handed_in(course, nbformat.writes(answered(averages, {})))
    with pytest.raises(MachineExhausted):
        read_job("one", "x", no_process)
    with pytest.raises(MachineExhausted), memory_used_up():
        read_job("one", "x", lambda: bytes(ENOUGH_MEMORY))
    monkeypatch.setattr(Sandbox, "child", no_process)
    monkeypatch.setattr(Sandbox, "probe", Probe("strong", ()))
    with pytest.raises(MachineExhausted):
        finished(course, job)


def test_a_submission_that_asks_for_more_memory_than_there_is_stops_no_other(
    course: Path, averages: Assignment
) -> None:
    right = handed_in(course, nbformat.writes(answered(averages, {})))
    large, second = finished(course, read_job("large", "y", lambda: bytes(2**62)), right)
    assert isinstance(large.result, Ungraded)
    assert isinstance(second.result, Grading)


@pytest.fixture
def readable() -> Iterator[Path]:
    """Yield a folder among those that submitted code may read."""
    try:
        folder = tempfile.TemporaryDirectory(dir=Path(email.__file__).parent)
    except OSError as error:
        pytest.skip(f"only root can make a folder among Python's own: {error}")
    with folder as name:
        yield Path(name)


def test_submitted_code_cannot_read_the_copy(
    averages: Assignment, readable: Path, tmp_path: Path
) -> None:
    worker = Worker(WorkerSetup(NAME, Parcel.of(SMALL), b"", Limits()), readable)
    try:
        (copy,) = readable.glob("grading-*/course")
        assert copy.stat().st_mode & 0o777 == 0o700
        hidden = copy / "solutions" / NAME / "hidden_tests.py"
        assert hidden.read_bytes() == SMALL.hidden_tests(NAME).read_bytes()
        notebook = answered(averages, {})
        notebook.cells.append(nbformat.v4.new_code_cell(f"open({str(hidden)!r})"))
        back = worker.finish(handed_in(tmp_path, nbformat.writes(notebook)))
        outputs = nbformat.reads(back.notebook, as_version=4).cells[-1].outputs
        names = [output.ename for output in outputs if output.output_type == "error"]
        assert names in (["PermissionError"], ["FileNotFoundError"])
    finally:
        worker.close()
    assert list(readable.iterdir()) == []
