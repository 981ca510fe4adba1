"""The level is what a child finds it can do, whatever the layers promise."""

import email
import shutil
import tempfile
from pathlib import Path

import pytest
from contents import SMALL

from autograder.sandbox import launch
from autograder.sandbox.host import Sandbox
from autograder.sandbox.landlock import kernel_abi
from autograder.sandbox.launch import Layers
from autograder.sandbox.level import not_locked_in
from autograder.sandbox.probe import ATTEMPTS
from autograder.sandbox.readable import readable_paths

needs_landlock = pytest.mark.skipif(kernel_abi() == 0, reason="this kernel has no Landlock")
SEE = ATTEMPTS["see"].sentence
_READING = ("read", "list", "see")


def test_this_machine_locks_in(sandbox: Sandbox) -> None:
    if sandbox.layers.no_bubblewrap:
        pytest.skip(f"no bubblewrap: {sandbox.layers.no_bubblewrap}")
    assert sandbox.probe.level == "strong"
    assert sandbox.probe.gaps == ()


@needs_landlock
@pytest.mark.parametrize("abi", [1, 2, 3, 4, 6])
def test_old_landlock_with_the_filter_is_strong(abi: int) -> None:
    if abi > kernel_abi():
        pytest.skip(f"this kernel's Landlock has only ABI {kernel_abi()}")
    with Sandbox(layers=Layers(bubblewrap=False, landlock_abi=abi)) as sandbox:
        assert sandbox.layers.landlock_abi == abi
        assert (sandbox.probe.level, sandbox.probe.gaps) == ("strong", (SEE,))


@pytest.mark.parametrize(
    ("layers", "possible"),
    [
        (Layers(bubblewrap=False, landlock_abi=0), {"change", "read", "list", "see"}),
        (Layers(seccomp=False), {"disturb", "fork", "share", "connect"}),
        (Layers(False, 0, False), set(ATTEMPTS) - {"look"}),
    ],
    ids=["seccomp alone", "no seccomp", "nothing"],
)
def test_a_missing_layer_is_found_by_trying(layers: Layers, possible: set[str]) -> None:
    with Sandbox(layers=layers) as sandbox:
        assert sandbox.probe.level == "none"
        assert {ATTEMPTS[name].sentence for name in possible} <= set(sandbox.probe.gaps)


def test_bubblewrap_with_the_filter_is_strong() -> None:
    with Sandbox(layers=Layers(landlock_abi=0)) as sandbox:
        if sandbox.layers.no_bubblewrap:
            pytest.skip(f"no bubblewrap: {sandbox.layers.no_bubblewrap}")
        assert sandbox.probe.level == "strong"


@needs_landlock
def test_medium_is_where_code_can_read_but_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in a container that shows folders of others to whatever runs in it.
    shown = [*readable_paths((), None), Path(tempfile.gettempdir())]
    monkeypatch.setattr(launch, "readable_paths", lambda packages, *courses: shown)
    with Sandbox(layers=Layers(bubblewrap=False)) as sandbox:
        assert sandbox.probe.level == "medium"
        assert set(sandbox.probe.gaps) == {ATTEMPTS[name].sentence for name in _READING}


@needs_landlock
def test_a_course_that_can_be_read_is_found_by_trying(tmp_path: Path) -> None:
    """Its solutions are a link to a folder that children may read."""
    try:
        folder = tempfile.TemporaryDirectory(dir=Path(email.__file__).parent)
    except OSError as error:
        pytest.skip(f"only root can make a folder among Python's own: {error}")
    with folder as solutions:
        shutil.copytree(SMALL.solutions, solutions, dirs_exist_ok=True)
        (tmp_path / "solutions").symlink_to(solutions)
        with Sandbox(course=tmp_path, layers=Layers(bubblewrap=False)) as sandbox:
            assert sandbox.probe.level == "medium"
            assert set(sandbox.probe.gaps) == {ATTEMPTS["read"].sentence, SEE}


def test_what_it_could_do_is_said_in_one_sentence() -> None:
    text = not_locked_in("medium", ["open a socket", "read files outside its folder"])
    assert "level medium" in text
    assert "it could open a socket; read files outside its folder." in text
