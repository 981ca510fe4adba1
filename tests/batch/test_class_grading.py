"""A class: one odd submission stops nobody, and what has not changed is not computed again."""

import contextlib
import itertools
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import nbformat
import pytest
from commands import command_line, descendants, run_command, run_here
from courses import MakeCourse, graded_files, hand_in, set_options, table_rows
from limits import PATIENCE
from machines import KILLER, run_without_layers

from autograder.batch import workers
from autograder.batch.class_grading import grade_class, grade_files
from autograder.batch.outcome import ClassResult
from autograder.course.contents import Contents
from autograder.course.folder import Course
from autograder.course.options import Limits
from autograder.errors import NotReleased
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, released
from autograder.results import Grading, Ungraded
from autograder.sandbox.scratch import empty
from autograder.surroundings import MachineExhausted

NAME = "averages"


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse, averages: Assignment) -> Path:
    """A course with one submission, which is right."""
    folder = released_course(tmp_path / "course")
    hand_in(folder, "student-001", NAME, nbformat.writes(answered(averages, {})))
    return folder


def graded(course: Path, **options: object) -> dict[str, ClassResult]:
    results = grade_class(Course.open(course), NAME, jobs=2, **options)
    return {entry.student: entry for entry in results}


def scores(course: Path) -> dict[str, float]:
    totals: dict[str, float] = {}
    for student, _, auto, *_ in table_rows(course)["grade"]:
        totals[str(student)] = totals.get(str(student), 0.0) + (auto or 0.0)
    return totals


@pytest.fixture(scope="module")
def graded_course(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    """A course whose one submission is graded."""
    folder = released_course(tmp_path_factory.mktemp("graded") / "course")
    hand_in(folder, "student-001", NAME, nbformat.writes(answered(averages, {})))
    assert not graded(folder)["student-001"].unchanged
    return folder


@pytest.fixture
def graded_copy(graded_course: Path, tmp_path: Path) -> Path:
    """That course, to be changed."""
    return Path(shutil.copytree(graded_course, tmp_path / "course"))


def odd_name(folder: Path) -> None:
    (folder / os.fsdecode(b"\xff.txt")).write_text("latin")


def dangling_link(folder: Path) -> None:
    (folder / "link").symlink_to("/nonexistent")


def link_out(folder: Path) -> None:
    (folder / "passwd").symlink_to("/etc/passwd")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def no_time(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("yesterday")


def a_file_for_a_folder(folder: Path) -> None:
    (folder / "data").write_text("in the way")
    source = folder.parents[2] / "assignments" / NAME / "data"
    source.mkdir()
    (source / "digits.txt").write_text("1 2 3")


def a_pipe_for_a_time(folder: Path) -> None:
    (folder / "timestamp.txt").unlink()
    os.mkfifo(folder / "timestamp.txt")


def a_time_without_end(folder: Path) -> None:
    (folder / "timestamp.txt").unlink()
    (folder / "timestamp.txt").symlink_to("/dev/zero")


def many_files(folder: Path) -> None:
    for number in range(1001):
        (folder / str(number)).touch()


def folders_deeper_than_a_path(folder: Path) -> None:
    with contextlib.chdir(folder):
        for _ in range(25):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)


def folders_deeper_than_python(folder: Path) -> None:
    with contextlib.chdir(folder):
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")


def a_page(folder: Path) -> None:
    (folder / "passwd").mkdir()
    (folder / "passwd" / "evil.HTML").write_text("<script>hurt()</script>")
    for name in ("evil.svg", "evil.rdf", "evil.XHTML", "data:,evil.html"):
        (folder / name).write_text("<svg onload='hurt()'/>")


ODD = {
    a_pipe_for_a_time: False,
    a_time_without_end: False,
    many_files: False,
    folders_deeper_than_a_path: False,
    folders_deeper_than_python: False,
    a_page: True,
    odd_name: True,
    dangling_link: True,
    link_out: True,
    pipe: True,
    no_time: False,
    a_file_for_a_folder: False,
}
OddClass = tuple[Path, dict[str, ClassResult]]


@pytest.fixture(scope="module")
def odd_class(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Iterator[OddClass]:
    """Yield a course with every odd folder and one that is not, and what became of each."""
    folder = released_course(tmp_path_factory.mktemp("odd") / "course")
    right = nbformat.writes(answered(averages, {}))
    hand_in(folder, "student-001", NAME, right)
    for spoil in ODD:
        hand_in(folder, spoil.__name__, NAME, right)
        spoil(folder / "submitted" / spoil.__name__ / NAME)
    try:
        yield folder, graded(folder)
    finally:
        empty(folder)  # pytest could not: one is too deep for Python's own removal


@pytest.mark.parametrize(("spoil", "gradable"), ODD.items())
def test_an_odd_folder_stops_nobody(
    odd_class: OddClass, spoil: Callable[[Path], None], gradable: bool
) -> None:
    course, results = odd_class
    assert isinstance(results["student-001"].result, Grading)
    assert isinstance(results[spoil.__name__].result, Grading if gradable else Ungraded)
    assert scores(course)["student-001"] == 60
    assert scores(course).get(spoil.__name__, 0) == (60 if gradable else 0)
    copies = course / "autograded" / spoil.__name__ / NAME
    assert not (copies / "passwd").is_file()
    assert not [*copies.rglob("*evil.*")]
    assert copies.exists() == gradable


def test_a_killed_worker_costs_only_the_submission_that_kills_it(
    course: Path, averages: Assignment
) -> None:
    hostile = answered(averages, {})
    hostile.cells.append(nbformat.v4.new_code_cell(KILLER))
    hand_in(course, "hostile", NAME, nbformat.writes(hostile))
    for number in range(2, 5):
        text = nbformat.writes(answered(averages, {}))
        hand_in(course, f"student-{number:03}", NAME, text)
    command = ("autograder", "grade", NAME, "--unsafe-no-sandbox")
    result = run_without_layers(*command, cwd=course, COLUMNS="200")
    assert result.returncode == 1, result.stderr
    (row,) = [line for line in result.stdout.splitlines() if "not graded" in line]
    assert "hostile" in row
    assert "was killed" in row
    assert [scores(course)[f"student-{n:03}"] for n in range(1, 5)] == [60] * 4


# A process that is started runs the program of the command once more, under another name.
ENDS_WORKERS = """
import os
if __name__ != "__main__":
    os._exit(1)
from autograder.cli import main
main()
"""


def test_a_worker_that_ends_before_it_graded_anything_is_no_fault_of_a_submission(
    graded_copy: Path,
) -> None:
    (graded_copy / "command.py").write_text(ENDS_WORKERS)
    before = table_rows(graded_copy), graded_files(graded_copy)
    command = ("python", "command.py", "grade", NAME, "--force")
    result = run_command(*command, cwd=graded_copy, status=2)
    assert "a worker was killed as it started" in result.stderr
    assert (table_rows(graded_copy), graded_files(graded_copy)) == before


class Unseen(Future[object]):
    """What never comes back: who asks for it now would wait for ever."""

    def result(self, timeout: float | None = None) -> object:
        return super().result(timeout=0)


class SeesNothing(workers.ProcessPoolExecutor):
    """As Python's, which does not watch a process from its first moment."""

    def submit(self, *call: object, **options: object) -> Future[object]:
        super().submit(*call, **options)
        return Unseen()


def test_a_worker_whose_end_was_not_seen_is_missed(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(_: object) -> None:
        for worker in multiprocessing.active_children():
            worker.kill()

    monkeypatch.setattr(workers, "ProcessPoolExecutor", SeesNothing)
    with pytest.raises(MachineExhausted, match="a worker was killed as it started"):
        graded(course, tell=kill)


# A cell that goes on for as long as a test has patience. Its threads can be counted from outside.
THREADS = 20
ENDLESS = f"""
import threading
wait = threading.Event().wait
for _ in range({THREADS}): threading.Thread(target=wait, daemon=True).start()
wait()
"""


def hand_in_endless(course: Path, student: str, averages: Assignment) -> None:
    set_options(course, f"c.GradingOptions.cell_seconds = {PATIENCE}")
    endless = answered(averages, {})
    endless.cells.append(nbformat.v4.new_code_cell(ENDLESS))
    hand_in(course, student, NAME, nbformat.writes(endless))


def test_a_slow_submission_holds_up_no_other(course: Path, averages: Assignment) -> None:
    hand_in_endless(course, "a-slow-one", averages)
    hand_in(course, "student-002", NAME, nbformat.writes(answered(averages, {})))
    with contextlib.closing(grade_class(Course.open(course), NAME, jobs=2)) as entries:
        assert {next(entries).student for _ in range(2)} == {"student-001", "student-002"}


def test_results_of_files_come_in_the_order_of_the_files(
    course: Path, averages: Assignment
) -> None:
    slow = answered(averages, {})
    slow.cells.append(nbformat.v4.new_code_cell("import time; time.sleep(4)"))
    hand_in(course, "a-slow-one", NAME, nbformat.writes(slow))
    hand_in(course, "student-002", NAME, nbformat.writes(answered(averages, {})))
    paths = sorted(course.glob(f"submitted/*/{NAME}/*.ipynb"))
    results = grade_files(paths, NAME, Contents(course), jobs=2, limits=Limits())
    assert [result.notebook for result in results] == [*map(str, paths)]


def test_an_earlier_score_does_not_stand_for_a_broken_resubmission(graded_copy: Path) -> None:
    course = graded_copy
    assert scores(course)["student-001"] == 60
    hand_in(course, "student-001", NAME, "{")
    assert isinstance(graded(course)["student-001"].result, Ungraded)
    assert scores(course)["student-001"] == 0
    assert {row[5] for row in table_rows(course)["grade"]} == {1}
    assert not (course / "autograded" / "student-001").exists() or not graded_files(course)


def test_what_is_replaced_while_it_is_graded_is_graded_anew(
    course: Path, averages: Assignment
) -> None:
    hand_in(course, "student-002", NAME, nbformat.writes(answered(averages, {})))
    results = grade_class(Course.open(course), NAME, jobs=1)
    with contextlib.closing(results):
        first = next(results).student
        (second,) = {"student-001", "student-002"} - {first}
        hand_in(course, second, NAME, nbformat.writes(released(averages)))  # as collect does
        beside = course / "submitted" / second / NAME / "data.txt"
        beside.write_text("of the new one", encoding="utf-8")
        (replaced,) = results
    assert isinstance(replaced.result, Grading)
    assert replaced.result.score == 0
    assert scores(course) == {first: 60, second: 0}
    copy = course / "autograded" / second / NAME / beside.name
    assert copy.read_text(encoding="utf-8") == "of the new one"
    assert all(entry.unchanged for entry in graded(course).values())


def test_what_is_replaced_each_time_has_no_result_until_the_next_run(
    course: Path, averages: Assignment
) -> None:
    hand_in(course, "student-002", NAME, nbformat.writes(answered(averages, {})))
    number = itertools.count()

    def replaced() -> tuple[str, ...]:  # asked for whenever what there is has been handed out
        beside = course / "submitted" / "student-002" / NAME / "data.txt"
        beside.write_text(f"{next(number)}", encoding="utf-8")
        return ()

    entries = grade_class(Course.open(course), NAME, jobs=1, later=replaced)
    result = {entry.student: entry.result for entry in entries}["student-002"]
    assert isinstance(result, Ungraded)
    assert result.error.endswith("it was graded: run the same command again.")
    assert scores(course) == {"student-001": 60, "student-002": 0}  # nothing is recorded
    assert not (course / "autograded" / "student-002" / NAME).exists()
    again = graded(course)
    assert again["student-001"].unchanged
    assert scores(course) == {"student-001": 60, "student-002": 60}


def test_a_broken_penalty_plugin_leaves_no_half_result(course: Path) -> None:
    set_due_date(course)
    (course / "broken_plugin.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class Broken(BasePlugin):\n"
        "    def late_submission_penalty(self, *_):\n"
        "        raise RuntimeError('the plugin broke')\n"
    )
    set_options(course, "c.AssignLatePenalties.plugin_class = 'broken_plugin.Broken'")
    result = graded(course)["student-001"].result
    assert isinstance(result, Ungraded)
    assert "the plugin broke" in result.error
    assert scores(course)["student-001"] == 0


def test_a_worker_that_does_not_end_keeps_nobody_waiting(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "SECONDS_TO_END", 0.5)
    results = grade_class(Course.open(course), NAME, jobs=1)
    assert isinstance(next(results).result, Grading)
    (worker,) = multiprocessing.active_children()
    assert worker.pid
    os.kill(worker.pid, signal.SIGSTOP)  # as one that waits for the lock of one that was killed
    assert list(results) == []
    worker.join(PATIENCE)
    assert not worker.is_alive()


RULE = """
from nbgrader.plugins import BasePlugin
class Own(BasePlugin):
    def late_submission_penalty(self, *_):
        return None
"""


def test_a_penalty_plugin_that_was_edited_is_asked_again(course: Path) -> None:
    plugin = course / "own_plugin.py"
    plugin.write_text(RULE)
    set_options(course, "c.AssignLatePenalties.plugin_class = 'own_plugin.Own'")
    assert isinstance(graded(course)["student-001"].result, Grading)
    assert graded(course)["student-001"].unchanged
    plugin.write_text(f"{RULE}# and no more")
    assert not graded(course)["student-001"].unchanged


def test_of_a_penalty_plugin_among_the_options_the_rule_alone_counts(course: Path) -> None:
    before = (course / "nbgrader_config.py").read_text()
    set_options(course, f"{RULE}c.AssignLatePenalties.plugin_class = Own")
    assert isinstance(graded(course)["student-001"].result, Grading)
    set_options(course, "# another line")
    assert graded(course)["student-001"].unchanged
    rule = RULE.replace("return None", "return 0")
    (course / "nbgrader_config.py").write_text(before)
    set_options(course, f"{rule}c.AssignLatePenalties.plugin_class = Own")
    assert not graded(course)["student-001"].unchanged


def test_a_sandbox_that_a_submission_removed_is_made_again(
    course: Path, averages: Assignment
) -> None:
    hostile = answered(averages, {})
    remove = "import os, shutil\nshutil.rmtree(os.path.dirname(os.getcwd()), ignore_errors=True)"
    hostile.cells.append(nbformat.v4.new_code_cell(remove))
    hand_in(course, "hostile", NAME, nbformat.writes(hostile))
    results = grade_class(Course.open(course), NAME, jobs=1)
    assert all(isinstance(entry.result, Grading) for entry in results)
    assert scores(course)["student-001"] == 60


def touch_file(course: Path) -> None:
    (course / "submitted" / "student-001" / NAME / "notes.txt").write_text("more")


def set_limit(course: Path) -> None:
    set_options(course, "c.GradingOptions.cell_seconds = 7")


def set_due_date(course: Path) -> None:
    run_here("nbgrader", "db", "assignment", "add", NAME, "--duedate=2020-01-01", cwd=course)


def set_penalty(course: Path) -> None:
    set_options(course, "c.LateSubmissionPlugin.penalty_method = 'zero'")


def set_time_zone(course: Path) -> None:
    set_options(course, "c.Exchange.timezone = 'Europe/Berlin'")


def lose_gradebook(course: Path) -> None:
    (course / "gradebook.db").unlink()
    shutil.copy(course.with_name("released again") / "gradebook.db", course)


def lose_graded_copy(course: Path) -> None:
    shutil.rmtree(course / "autograded")


def spoil_kept_result(course: Path) -> None:
    (course / "gradings" / NAME / "student-001.json").write_text('{"key": 1}')


def grade_by_the_other_door(course: Path) -> None:
    run_here("nbgrader", "autograde", NAME, "--force", cwd=course)


@pytest.mark.parametrize(
    "change",
    [
        touch_file,
        set_limit,
        set_due_date,
        set_penalty,
        set_time_zone,
        lose_gradebook,
        lose_graded_copy,
        spoil_kept_result,
        grade_by_the_other_door,
    ],
)
def test_a_result_is_kept_until_something_it_depends_on_changes(
    graded_copy: Path,
    released_course: MakeCourse,
    change: Callable[[Path], None],
) -> None:
    course = graded_copy
    assert graded(course)["student-001"].unchanged
    released_course(course.with_name("released again"))
    change(course)
    assert not graded(course)["student-001"].unchanged
    assert scores(course)["student-001"] == 60
    assert graded(course)["student-001"].unchanged


def test_excluded_students_and_hidden_folders_are_left_out(
    course: Path, averages: Assignment
) -> None:
    for name in ("excluded", ".ipynb_checkpoints"):
        hand_in(course, name, NAME, nbformat.writes(answered(averages, {})))
    set_options(course, "c.CourseDirectory.student_id_exclude = 'excluded'")
    assert set(graded(course)) == {"student-001"}


def test_a_shared_course_gets_shared_permissions(course: Path) -> None:
    set_options(course, "c.CourseDirectory.groupshared = True")
    graded(course)
    folder = course / "autograded" / "student-001" / NAME
    assert folder.stat().st_mode & 0o7777 == 0o2775
    assert (folder / f"{NAME}.ipynb").stat().st_mode & 0o777 == 0o664


def test_points_that_the_gradebook_does_not_know_are_refused(course: Path) -> None:
    path = course / "assignments" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id == "test_step_down":
            cell.metadata.nbgrader.points = 80
    nbformat.write(notebook, path)
    with pytest.raises(NotReleased, match="as its source notebook is now"):
        graded(course)


@pytest.fixture
def scratch() -> Iterator[Path]:
    """Yield a folder for temporary files; tmp_path is too long for a socket to be made in it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def grading(course: Path, averages: Assignment, scratch: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a command that is in the middle of an endless cell."""
    hand_in_endless(course, "endless", averages)
    with subprocess.Popen(
        [Path(sys.executable).parent / "autograder", "grade", NAME, "--jobs=2"],
        cwd=course,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as command:
        deadline = time.monotonic() + PATIENCE
        while not any(map(is_in_the_endless_cell, descendants(command.pid))):
            assert command.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield command
        command.kill()


def is_in_the_endless_cell(process: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it may end meanwhile
        return len(list(Path(f"/proc/{process}/task").iterdir())) > THREADS
    return False


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_command_and_leaves_nothing_behind(
    grading: subprocess.Popen[str], scratch: Path, signum: int
) -> None:
    os.kill(grading.pid, signum)
    out, err = grading.communicate(timeout=PATIENCE)
    assert grading.returncode != 0
    assert "Traceback" not in err
    assert "done. The same command goes on" in err
    assert list(scratch.iterdir()) == []
    assert out == ""


def test_another_grader_of_the_assignment_waits_or_refuses_in_one_sentence(course: Path) -> None:
    said: list[str] = []
    with Course.open(course).sole_grader(NAME):  # another process cannot know who has it
        refused = run_command("nbgrader", "autograde", NAME, cwd=course, status=2)
        waiting = subprocess.Popen(
            command_line("autograder", "grade", NAME, "--jobs=1"),
            cwd=course,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr
        said.append(waiting.stderr.readline())
        assert waiting.poll() is None
        assert scores(course) == {}
    said.append(refused.stderr.splitlines()[-1])
    assert "Another process is grading 'averages': waiting until it is done." in said[0]
    assert "Another process is grading 'averages'. Nothing was changed" in said[1]
    waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == 0
    assert scores(course) == {"student-001": 60}


def test_a_killed_command_takes_its_processes_with_it(grading: subprocess.Popen[str]) -> None:
    processes = descendants(grading.pid)
    assert len(processes) > 3  # workers, their server, zygotes
    grading.kill()
    grading.communicate(timeout=PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while any(map(runs, processes)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [process for process in processes if runs(process)] == []


def runs(process: int) -> bool:
    """Say whether there is such a process that is not dead and waiting to be read."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
