"""The command that says what a machine offers, on this one and on one without any layer."""

import io
from pathlib import Path

import pytest
from machines import run_without_layers
from rich.console import Console

from autograder.pages import doctor
from autograder.sandbox.host import Sandbox
from autograder.sandbox.launch import Layers
from autograder.sandbox.probe import ATTEMPTS


def examined(monkeypatch: pytest.MonkeyPatch, layers: Layers) -> tuple[str, str]:
    monkeypatch.setattr(doctor, "Sandbox", lambda: Sandbox(layers=layers))
    console = Console(file=io.StringIO(), width=200)
    level = doctor.examine(console)
    return level, console.file.getvalue()


def test_this_machine_is_examined(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    level, text = examined(monkeypatch, Layers())
    assert level == sandbox.probe.level
    assert f"Sandbox level: {level}." in text
    refused = [line for line in text.splitlines() if "│ refused" in line]
    assert len(refused) == len(ATTEMPTS) - len(sandbox.probe.gaps)


@pytest.mark.parametrize(
    ("layers", "remedy"),
    [
        (Layers(bubblewrap=False), "bubblewrap: install the package"),
        (Layers(landlock_abi=0), "Landlock: needs Linux 5.13"),
        (Layers(seccomp=False), "seccomp: needs Linux built with"),
    ],
    ids=["bubblewrap", "Landlock", "seccomp"],
)
def test_a_missing_layer_has_its_remedy(
    monkeypatch: pytest.MonkeyPatch, layers: Layers, remedy: str
) -> None:
    _, text = examined(monkeypatch, layers)
    assert remedy in text


def test_the_command_says_that_nothing_can_be_locked_in(tmp_path: Path) -> None:
    result = run_without_layers("autograder", "doctor", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout.startswith("Sandbox level: none. Nothing is graded here")
    assert "start processes" in result.stdout
    assert "kernel.apparmor_restrict_unprivileged_userns=0" in result.stdout
