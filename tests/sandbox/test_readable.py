"""What a submission may read holds nothing of ours, wherever it is installed."""

from pathlib import Path

import pytest

from autograder.errors import PackageMissing
from autograder.sandbox import readable
from autograder.sandbox.host import Sandbox
from autograder.sandbox.lockdown import ChildLimits
from autograder.sandbox.readable import (
    OURS,
    PACKAGE,
    readable_paths,
    unreadable_modules,
)

LIMITS = ChildLimits(memory_mib=512, cpu_seconds=30, file_mib=1)


def granted(path: Path, packages: tuple[str, ...] = ()) -> bool:
    real = path.resolve()
    return any(real.is_relative_to(tree.resolve()) for tree in readable_paths(packages))


@pytest.mark.parametrize("name", OURS)
def test_nothing_of_ours_is_granted(name: str) -> None:
    assert not granted(PACKAGE.parent / name)


def test_packages_and_the_standard_library_are_granted() -> None:
    import json

    import numpy
    import PIL  # required by matplotlib

    for module in (json, numpy, PIL):
        assert granted(Path(str(module.__file__))), module


def test_a_package_is_granted_when_it_is_named() -> None:
    scipy = pytest.importorskip("scipy")
    path = Path(str(scipy.__file__))
    assert not granted(path)
    assert granted(path, ("scipy",))
    assert "scipy" in unreadable_modules(())
    assert "scipy" not in unreadable_modules(("scipy",))


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(PackageMissing, match=r"pip install No_such\.package") as caught:
        readable_paths(("numpy", "No_such.package"))
    assert caught.value.names == ["No_such.package"]


def test_a_folder_is_granted_around_what_is_kept_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A library folder of the system that also holds an installed copy of ours.
    for part in ("python/json", "python/site-packages/solutions", "gcc"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "python/link").symlink_to(tmp_path / "python/site-packages")
    monkeypatch.setattr(readable, "_SYSTEM", (str(tmp_path),))
    monkeypatch.setattr(readable, "PACKAGE", tmp_path / "python/site-packages/autograder")
    readable_paths.cache_clear()
    try:
        ours = {p.relative_to(tmp_path) for p in readable_paths(()) if tmp_path in p.parents}
    finally:
        readable_paths.cache_clear()
    assert {Path("gcc"), Path("python/json")} <= ours
    assert not any(path.is_relative_to(tmp_path / "python/site-packages") for path in ours)
    assert Path("python/link") not in ours


IMPORT = """
try:
    import {name}
    print("there")
except ImportError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("numpy.fft", "there"),
        ("matplotlib.animation", "there"),
        ("PIL.Image", "there"),
        ("sqlite3", "there"),
        ("ssl", "there"),
        ("nbgrader", "No module named 'nbgrader'"),
        ("pytest", "No module named 'pytest'"),
        ("solutions", "No module named 'solutions'"),
        ("autograder.hidden_tests.test_pooling", "No module named 'autograder'"),
    ],
)
def test_what_a_submission_can_import(sandbox: Sandbox, name: str, says: str) -> None:
    child = sandbox.child(LIMITS, 1000)
    ran = child.run_cell(0, IMPORT.format(name=name), 10)
    child.kill()
    assert "".join(output.text for output in ran.outputs) == f"{says}\n"


def test_a_named_package_can_be_imported(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    with Sandbox(tmp_path, packages=("scipy",)) as sandbox:
        child = sandbox.child(LIMITS, 1000)
        ran = child.run_cell(0, IMPORT.format(name="scipy.signal"), 20)
        child.kill()
    assert "".join(output.text for output in ran.outputs) == "there\n"
