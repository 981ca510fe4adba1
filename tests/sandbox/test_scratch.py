"""Emptying the folder that submitted code wrote to, whatever it left there."""

import os
from pathlib import Path

from autograder.sandbox.scratch import empty


def test_what_is_deep_closed_or_a_link_goes(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "0").mkdir()  # the name that is tried first for what is moved up
    (folder / "0" / "file").write_text("x")
    (folder / "link").symlink_to(outside)
    (folder / "0" / "link").symlink_to(outside)
    (folder / "dangling").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    (folder / "closed").mkdir()
    (folder / "closed" / "inner").mkdir(mode=0)
    (folder / "closed").chmod(0)

    empty(folder)

    assert list(folder.iterdir()) == []
    assert (outside / "kept").read_text() == "kept"


def test_a_folder_deeper_than_a_path_can_name(tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    current = os.open(folder, os.O_RDONLY)
    for _ in range(2000):
        os.mkdir("d", dir_fd=current)
        current, above = os.open("d", os.O_RDONLY, dir_fd=current), current
        os.close(above)
    os.close(current)
    empty(folder)
    assert list(folder.iterdir()) == []
