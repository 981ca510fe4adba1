"""A class on a real Dask cluster: as on one machine, whatever is lost in the middle."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from clusters import RealCluster, kill, wait_until
from commands import BIN, run_command
from courses import MakeCourse, graded_files, hand_in, table_rows, without_times
from machines import KILLER, WITHOUT_LAYERS, leave_free, small_disk
from nbformat.v4 import new_code_cell

import autograder
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered

NAME = "averages"
WRONG = {"step_down": "def step_down(values, slopes, rate):\n    return values"}
SLOW = "import time; time.sleep(4)"
MARK = "# only this file of the course has these words"
# What workers run before they do anything: their own Python seems to be another; they count how
# often they are sent the file with the mark.
OTHER_PYTHON = "import platform; platform.python_version = lambda: '3.0.1'"
COUNTING = f"""
import os, pathlib
from distributed.comm import tcp
from distributed.comm.utils import from_frames
def counted(frames, *arguments, **options):
    count = sum(bytes(frame).count({MARK.encode()!r}) for frame in frames)
    with pathlib.Path({{folder!r}}, str(os.getpid())).open("a") as file:
        file.write("x" * count)
    return from_frames(frames, *arguments, **options)
tcp.from_frames = counted
"""


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse, averages: Assignment) -> Path:
    """A course in which one is right, one wrong, one damaged, and one comes twice."""
    folder = released_course(tmp_path / "course")
    (folder / ".grading_secret").write_bytes(b"the same numbers in both courses")
    texts = [nbformat.writes(answered(averages, changes)) for changes in ({}, WRONG)]
    for student, text in zip(("right", "wrong", "damaged"), [*texts, "{"], strict=True):
        hand_in(folder, student, NAME, text)
    hand_in(folder, "twice", NAME, texts[0], file_name="other.ipynb")
    hand_in(folder, "twice", NAME, texts[1])
    return folder


@pytest.fixture
def slow_course(tmp_path: Path, released_course: MakeCourse, averages: Assignment) -> Path:
    """A course in which all are right, and each takes some seconds."""
    folder = released_course(tmp_path / "course")
    notebook = answered(averages, {})
    notebook.cells.append(new_code_cell(SLOW))
    for number in range(8):
        hand_in(folder, f"student-{number}", NAME, nbformat.writes(notebook))
    return folder


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RealCluster]:
    """A scheduler, without workers as yet."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    with RealCluster(folder) as started:
        yield started


def grading(
    course: Path, scheduler: str, *options: str, **environment: str
) -> subprocess.Popen[str]:
    """Start the command."""
    return subprocess.Popen(
        [BIN / "autograder", "grade", NAME, "--scheduler", scheduler, *options],
        cwd=course,
        env={**os.environ, "COLUMNS": "300", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kept(course: Path) -> dict[str, bytes]:
    """Return what is kept of each result that is whole, by student, without times."""
    paths = (course / "gradings" / NAME).glob("*.json")
    found = {path.stem: without_times(path.read_bytes()) for path in paths}
    return {name: text for name, text in found.items() if text.startswith(b"{")}


def scores(course: Path) -> dict[str, float]:
    return {name: json.loads(text)["grading"]["score"] for name, text in kept(course).items()}


@pytest.mark.cluster
def test_the_same_comes_back_from_a_cluster(course: Path, cluster: RealCluster) -> None:
    alone = Path(shutil.copytree(course, course.with_name("alone")))
    here = run_command("autograder", "grade", NAME, cwd=alone, status=1, COLUMNS="300")
    for _ in range(2):
        cluster.worker()
    command = ("autograder", "grade", NAME, "--scheduler", cluster.address)
    there = run_command(*command, cwd=course, status=1, COLUMNS="300")
    assert there.stdout == here.stdout
    assert kept(course).keys() == {"right", "wrong"}
    assert kept(course) == kept(alone)
    assert table_rows(course) == table_rows(alone)
    assert graded_files(course) == graded_files(alone)


def with_version(folder: Path, package: str) -> str:
    """Make a folder in which a package seems to have another version; return its path."""
    about = folder / package / f"{package.replace('-', '_')}-0.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.0\n")
    return str(about.parent)


@pytest.mark.cluster
def test_the_files_of_the_assignment_travel_once_to_each_worker(
    released_course: MakeCourse, averages: Assignment, cluster: RealCluster, tmp_path: Path
) -> None:
    course = released_course(tmp_path / "course")
    (course / "solutions" / "marked.py").write_text(f"{MARK}\n")
    for number in range(8):
        hand_in(course, f"student-{number}", NAME, nbformat.writes(answered(averages, {})))
    counts, script = tmp_path / "counts", tmp_path / "counting.py"
    counts.mkdir()
    script.write_text(COUNTING.format(folder=str(counts)))
    for _ in range(2):
        cluster.worker("--preload", str(script))
    command = ("autograder", "grade", NAME, "--scheduler", cluster.address)
    run_command(*command, cwd=course)
    assert len(scores(course)) == 8
    read = (path.read_text() for path in counts.iterdir())
    assert [count for count in read if count] == ["x", "x"]  # what starts a worker reads none


@pytest.mark.cluster
def test_workers_that_cannot_be_used_are_named(
    slow_course: Path, cluster: RealCluster, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(Path(autograder.__file__).parent, changed / "autograder")
    with (changed / "autograder" / "grading.py").open("a") as file:
        file.write("\n# as somebody else has it\n")
    (tmp_path / "python.py").write_text(OTHER_PYTHON)
    cluster.worker(environment={"PYTHONPATH": str(changed)})
    cluster.worker(environment={"PYTHONPATH": with_version(tmp_path, "numpy")})
    cluster.worker(environment={"PYTHONPATH": with_version(tmp_path, "why-convolutions")})
    cluster.worker("--preload", str(tmp_path / "python.py"))
    cluster.worker(before=[sys.executable, "-c", WITHOUT_LAYERS])
    command = grading(slow_course, cluster.address)
    _, said = command.communicate()
    lines = said.splitlines()
    assert command.returncode == 2
    assert lines[-1] == f"Nothing was graded: no worker of {cluster.address} can be used."
    for reason in (
        "is not used: its autograder is another of the same number.",
        "is not used: it has numpy 0.0, and ",
        "is not used: it has why-convolutions 0.0, and ",
        "is not used: it has Python 3.0.1, and ",
        "is not used: its sandbox is none, not strong: submitted code could ",
    ):
        assert len([line for line in lines if reason in line]) == 1, said
    assert "Traceback" not in said
    assert kept(slow_course) == {}


@pytest.mark.cluster
def test_a_worker_that_is_lost_and_one_that_comes_later(
    slow_course: Path, cluster: RealCluster
) -> None:
    first = cluster.worker()
    command = grading(slow_course, cluster.address)
    wait_until(lambda: kept(slow_course))
    kill(first)
    cluster.worker()
    out, err = command.communicate()
    assert command.returncode == 0, err
    assert scores(slow_course) == {f"student-{number}": 60 for number in range(8)}
    assert len(table_rows(slow_course)["submitted_notebook"]) == 8
    assert out.count("60.0 / 60") == 8
    assert err.count(" was lost. What it had goes to another.") == 1


@pytest.mark.cluster
def test_a_submission_that_kills_workers_is_the_only_one_that_is_not_graded(
    course: Path, averages: Assignment, tmp_path: Path
) -> None:
    hostile = answered(averages, {})
    hostile.cells.append(new_code_cell(KILLER))
    hand_in(course, "hostile", NAME, nbformat.writes(hostile))
    (tmp_path / "cluster").mkdir()
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with RealCluster(tmp_path / "cluster", once) as cluster:
        cluster.worker(before=[sys.executable, "-c", WITHOUT_LAYERS])
        command = grading(course, cluster.address, "--unsafe-no-sandbox")
        out, err = command.communicate()
    assert command.returncode == 1, err
    rows = [line for line in out.splitlines() if "hostile" in line]
    assert any("The workers that graded it were killed." in row for row in rows)
    assert set(scores(course)) == {"right", "wrong"}


@pytest.mark.cluster
def test_a_worker_whose_disk_is_full_is_named(course: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 65536), RealCluster(tmp_path / "disk") as cluster:
        cluster.worker(environment={"TMPDIR": str(tmp_path / "disk")})
        filler = leave_free(tmp_path / "disk", 0)
        full = grading(course, cluster.address)
        _, said = full.communicate()
        filler.unlink()
        again = grading(course, cluster.address)
        again.communicate()
    assert full.returncode == 2
    assert "is not used: There is no room left on the disk. Make room and run the same" in said
    assert "Traceback" not in said
    assert again.returncode == 1  # some are damaged
    assert scores(course).keys() == {"right", "wrong"}


@pytest.mark.cluster
def test_a_scheduler_or_a_client_that_is_lost_costs_nothing(
    slow_course: Path, cluster: RealCluster, tmp_path: Path
) -> None:
    cluster.worker()
    killed = grading(slow_course, cluster.address)
    wait_until(lambda: kept(slow_course))
    killed.kill()
    killed.communicate()
    first = kept(slow_course)
    again = grading(slow_course, cluster.address)
    wait_until(lambda: len(kept(slow_course)) > len(first))
    kill(cluster.scheduler)
    _, said = again.communicate()
    assert again.returncode == 2
    assert said.splitlines()[-1].startswith(f"The scheduler {cluster.address} has gone")
    assert "Traceback" not in said
    second = kept(slow_course)
    (tmp_path / "next").mkdir()
    with RealCluster(tmp_path / "next") as following:
        following.worker()
        last = grading(slow_course, following.address)
        last.communicate()
    assert last.returncode == 0
    assert scores(slow_course) == {f"student-{number}": 60 for number in range(8)}
    assert {name: kept(slow_course)[name] for name in second} == second  # not graded again
    assert second.items() >= first.items()


def tls(folder: Path) -> dict[str, str]:
    """Make keys as the page for instructors says; return the settings of Dask that use them."""
    page = Path(autograder.__file__).parents[1] / "docs" / "many-machines.md"
    lines = page.read_text().splitlines()
    for line in (line for line in lines if line.startswith("openssl ")):
        subprocess.run(shlex.split(line), cwd=folder, check=True, capture_output=True)
    settings = {"CA_FILE": "ca.pem"}
    for who in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"{who}__CERT": "cert.pem", f"{who}__KEY": "key.pem"}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{k}": str(folder / v) for k, v in settings.items()}


@pytest.mark.cluster
def test_with_tls_only_who_has_a_key_can_connect(course: Path, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "cluster").mkdir()
    keys = tls(tmp_path / "keys")
    patience = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s"}
    with RealCluster(tmp_path / "cluster", {**keys, "PROTOCOL": "tls"}) as cluster:
        cluster.worker()
        assert cluster.address.startswith("tls://")
        without = grading(course, cluster.address, **patience)
        _, said = without.communicate()
        assert without.returncode == 2
        assert said.startswith("Nothing was graded: no scheduler at tls://")
        assert len(said.splitlines()) == 1
        with_keys = grading(course, cluster.address, **keys)
        with_keys.communicate()
    assert with_keys.returncode == 1  # some are damaged
    assert set(scores(course)) == {"right", "wrong"}


@pytest.mark.cluster
def test_where_there_is_no_scheduler_one_sentence_says_so(course: Path) -> None:
    command = grading(course, "tcp://127.0.0.1:9", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s")
    _, said = command.communicate()
    assert command.returncode == 2
    assert said.startswith("Nothing was graded: no scheduler at tcp://127.0.0.1:9 (")
    assert len(said.splitlines()) == 1
