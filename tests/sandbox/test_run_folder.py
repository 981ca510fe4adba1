"""What a dead run left of temporary folders the next one removes, never those of a living one."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import run_command
from courses import MakeCourse
from limits import PATIENCE

from autograder.sandbox.run_folder import RunFolder, remove_dead

# Makes folders as a run does, says where they are, and stays alive until its input ends.
RUN = """
import sys
from autograder.sandbox.run_folder import RunFolder, run_folder
folder = RunFolder("one")
with run_folder("another") as other:
    for path in (folder.path, other):
        (path / "deep" / "deeper").mkdir(parents=True)
        (path / "deep" / "closed").mkdir(mode=0)
        (path / "file").write_text("left")
        print(path, flush=True)
    sys.stdin.read()
folder.remove()
"""

FORKS = """
import os, sys
from autograder.sandbox.run_folder import RunFolder
print(RunFolder("forks").path, flush=True)
if os.fork() == 0:
    sys.stdin.read()
os._exit(0)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the system keeps temporary files, of this process and of those that it starts."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@contextmanager
def running(program: str, folders: int) -> Iterator[tuple["subprocess.Popen[str]", list[Path]]]:
    """Start a program; yield its process and the folders that it has made."""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, [Path(process.stdout.readline().strip()) for _ in range(folders)]
        finally:
            process.kill()


def next_folder(course: Path) -> None:
    RunFolder("next").remove()


def next_command(course: Path) -> None:
    run_command("autograder", "grade", "averages", cwd=course, status=2)  # nobody handed in


NEXT: list[Callable[[Path], None]] = [lambda course: remove_dead(), next_folder, next_command]


@pytest.mark.parametrize("next_run", NEXT, ids=["removal", "folder", "command"])
def test_the_folders_of_the_living_stay_and_those_of_the_dead_go(
    temporary: Path, tmp_path: Path, released_course: MakeCourse, next_run: Callable[[Path], None]
) -> None:
    course = released_course(tmp_path / "course")
    with running(RUN, 2) as (living, kept), running(RUN, 2) as (dying, left):
        assert {*temporary.iterdir()} == {*kept, *left}
        dying.send_signal(signal.SIGKILL)
        dying.wait(PATIENCE)
        next_run(course)
        assert {*temporary.iterdir()} == {*kept}
        assert all((path / "file").read_text() == "left" for path in kept)
        assert living.poll() is None
        living.communicate(timeout=PATIENCE)  # its own end removes what is its own
        assert living.returncode == 0
    assert not [*temporary.iterdir()]


def test_a_folder_stays_while_a_process_that_a_dead_run_started_lives(temporary: Path) -> None:
    with running(FORKS, 1) as (dead, (folder,)):
        assert dead.wait(PATIENCE) == 0
        remove_dead()
        assert folder.exists()
        dead.communicate(timeout=PATIENCE)  # the other one reads its input, and writes its output
        remove_dead_until_gone(folder)


def remove_dead_until_gone(folder: Path) -> None:
    """Remove what the dead left, as soon as the last one that holds it has ended."""
    deadline = time.monotonic() + PATIENCE
    while folder.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
        remove_dead()


def a_file(temporary: Path, outside: Path) -> None:
    (temporary / "autograder-file").write_text("kept")


def a_link(temporary: Path, outside: Path) -> None:
    (temporary / "autograder-link").symlink_to(outside)


def a_folder_of_another_program(temporary: Path, outside: Path) -> None:
    (temporary / "another").mkdir()
    (temporary / "another" / "file").write_text("kept")


@pytest.mark.parametrize("make", [a_file, a_link, a_folder_of_another_program])
def test_what_is_no_folder_of_a_run_stays(
    temporary: Path, tmp_path: Path, make: Callable[[Path, Path], None]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("kept")
    make(temporary, outside)
    before = {*tmp_path.rglob("*")}
    remove_dead()
    assert {*tmp_path.rglob("*")} == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_stays(temporary: Path) -> None:
    folder = temporary / "autograder-theirs"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    remove_dead()
    assert folder.exists()
