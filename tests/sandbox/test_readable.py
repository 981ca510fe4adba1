"""What a submission may read holds nothing of ours and of a course, wherever these lie."""

import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy
import pytest
from contents import OWN, SMALL
from courses import new_course

from autograder.course.folder import SECRET_FILE
from autograder.errors import PackageMissing
from autograder.notebook.assignment import Assignment
from autograder.sandbox import readable
from autograder.sandbox.host import Sandbox
from autograder.sandbox.launch import Layers
from autograder.sandbox.lockdown import ChildLimits
from autograder.sandbox.readable import (
    PACKAGE,
    readable_paths,
    unreadable_modules,
)

LIMITS = ChildLimits(memory_mib=512, cpu_seconds=30, file_mib=1)
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))
PREFIX = "course-of-a-test-"
# Other tests, and imports, make these meanwhile and remove them again.
PASSING = shutil.ignore_patterns(f"{PREFIX}*", "*.pyc.*")


def granted(path: Path, packages: tuple[str, ...] = (), course: Path | None = None) -> bool:
    """Say whether a path is granted, where code may use these packages."""
    trees = real_paths(packages, course)
    return any(part in trees for part in (path.resolve(), *path.resolve().parents))


@cache
def real_paths(packages: tuple[str, ...], course: Path | None) -> set[Path]:
    return {tree.resolve() for tree in readable_paths(packages, course)}


@pytest.mark.parametrize("course", [None, SMALL.root, OWN.root], ids=["none", "small", "own"])
def test_nothing_of_ours_is_granted(course: Path | None) -> None:
    assert not granted(PACKAGE, course=course)
    for path in (*PACKAGE.rglob("*"), *SMALL.root.rglob("*"), *OWN.solutions.rglob("*")):
        assert not granted(path, course=course), path


def test_packages_and_the_standard_library_are_granted() -> None:
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
        readable_paths(("numpy", "No_such.package"), None)
    assert caught.value.names == ["No_such.package"]


def granted_below(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *trees: Path, course: Path | None = None
) -> set[Path]:
    """Return what is granted below a folder, where these are the library folders of a system."""
    monkeypatch.setattr(readable, "_SYSTEM", tuple(map(str, trees)))
    monkeypatch.setattr(readable, "PACKAGE", folder / "python/site-packages/autograder")
    readable_paths.cache_clear()
    try:
        paths = readable_paths((), course)
        return {path.relative_to(folder) for path in paths if folder in (path, *path.parents)}
    finally:
        readable_paths.cache_clear()


def test_a_folder_is_granted_around_what_is_kept_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A library folder of the system that also holds an installed copy of ours.
    for part in ("python/json", "python/site-packages/autograder", "gcc"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "python/link").symlink_to(tmp_path / "python/site-packages/autograder")
    ours = granted_below(tmp_path, monkeypatch, tmp_path)
    assert {Path("gcc"), Path("python/json")} <= ours
    assert not any(path.is_relative_to("python/site-packages") for path in ours)
    assert Path("python/link") not in ours


def test_a_folder_is_granted_around_a_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("courses/2025/solutions/averages", "courses/tools", "gcc"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "courses/now").symlink_to("2025")
    (tmp_path / "courses/answers").symlink_to("2025/solutions")
    (tmp_path / "courses/nowhere").symlink_to("2024")
    (tmp_path / "courses/again").symlink_to(tmp_path)
    for course in (tmp_path / "courses/2025", tmp_path / "courses/now"):
        ours = granted_below(tmp_path, monkeypatch, tmp_path, course=course)
        assert ours == {Path("courses/tools"), Path("gcc")}


def test_a_course_that_holds_its_python_is_kept_out_around_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("course/solutions", "course/.python/lib/json", "gcc"):
        (tmp_path / part).mkdir(parents=True)
    trees = tmp_path, tmp_path / "course/.python/lib"
    ours = granted_below(tmp_path, monkeypatch, *trees, course=tmp_path / "course")
    assert ours == {Path("course/.python/lib"), Path("gcc")}


def test_a_course_that_is_a_library_folder_itself_is_kept_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "solutions").mkdir()
    assert granted_below(tmp_path, monkeypatch, tmp_path, course=tmp_path) == set()


@contextmanager
def course_below(parent: Path) -> Iterator[Path]:
    """Make a small course with a secret somewhere below a folder, and remove it again.

    Beside it are links to nowhere and back to where it lies.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    except OSError as error:
        pytest.skip(f"only root can make a folder in {parent}: {error}")
    try:
        (folder / "nowhere").symlink_to("missing")
        (folder / "back").symlink_to(parent)
        course = new_course(folder / "course")
        (course / SECRET_FILE).write_text("the secret of the course")
        yield course
    finally:
        shutil.rmtree(folder)


def parts_of(course: Path) -> list[str]:
    """Return the files and folders of a course, those among them that matter most."""
    parts = [str(path) for path in (course, *sorted(course.rglob("*")))]
    most = "solutions", "solutions/averages/__init__.py", "solutions/averages/hidden_tests.py"
    notebook = "assignments/averages/averages.ipynb"
    assert {str(course / part) for part in (*most, notebook, SECRET_FILE)} <= {*parts}
    return parts


OPEN = """
import os
for path in {paths!r}:
    for look in (os.listdir, lambda path: open(path, "rb").read()):
        try:
            look(path)
        except OSError:
            continue
        print(path)
"""
IMPORT = """
try:
    import {name}
    print("there")
except ImportError as error:
    print(error)
"""
NEEDED = ["json.tool", "numpy.fft", "matplotlib.animation", "PIL.Image"]


def printed(sandbox: Sandbox, source: str) -> list[str]:
    """Run a cell in a child of its own; return the lines that it prints."""
    child = sandbox.child(LIMITS, 100_000)
    ran = child.run_cell(0, source, 60)
    child.kill()
    return "".join(output.text for output in ran.outputs).splitlines()


def opened(sandbox: Sandbox, paths: list[str]) -> list[str]:
    """Return which of these files and folders a child can read."""
    return printed(sandbox, OPEN.format(paths=paths))


def imports(sandbox: Sandbox, name: str) -> str:
    """Import a module in a child; return what that says."""
    return "".join(printed(sandbox, IMPORT.format(name=name)))


@pytest.fixture
def locks_in(sandbox: Sandbox) -> None:
    """Skip what is tried where there is nothing to lock a child in with."""
    if sandbox.probe.level != "strong":
        pytest.skip(f"here submitted code could {'; '.join(sandbox.probe.gaps)}")


def assert_kept_from_children(course: Path, folder: Path, as_here: Sandbox) -> None:
    """See that a child can read nothing of a course, but what it needs, and can do no more."""
    parts = parts_of(course)
    assert [part for part in parts if granted(Path(part), course=course)] == []
    with Sandbox(folder, course=course) as sandbox:
        assert opened(sandbox, parts) == []
        assert [imports(sandbox, name) for name in NEEDED] == ["there"] * len(NEEDED)
        assert sandbox.probe == as_here.probe


@pytest.mark.usefixtures("locks_in")
def test_a_course_elsewhere_is_kept_from_children(tmp_path: Path, sandbox: Sandbox) -> None:
    with course_below(tmp_path) as course:
        assert_kept_from_children(course, tmp_path, sandbox)


def test_it_can_be_read_where_nothing_is_locked_in(tmp_path: Path) -> None:
    unlocked = Layers(bubblewrap=False, landlock_abi=0, seccomp=False)
    with (
        course_below(tmp_path) as course,
        Sandbox(tmp_path, course=course, layers=unlocked) as sandbox,
    ):
        assert opened(sandbox, parts_of(course)) == parts_of(course)


IN_THE_ENVIRONMENT = {"in it": Path(sys.prefix), "among the packages": SITE_PACKAGES}
if sys.prefix != sys.base_prefix:  # else it is a library folder, which others list meanwhile
    IN_THE_ENVIRONMENT["beside the packages"] = SITE_PACKAGES.parent


@pytest.mark.usefixtures("locks_in")
@pytest.mark.parametrize("place", IN_THE_ENVIRONMENT)
def test_a_course_in_the_environment_is_kept_from_children(
    place: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    with course_below(IN_THE_ENVIRONMENT[place]) as course:
        assert_kept_from_children(course, tmp_path, sandbox)


def readable_folder(place: str) -> Path:
    """Return a folder that children may read as a whole."""
    if place == "a library of the system":
        found = (path for path in readable_paths((), None) if path.is_dir())
        return next(path for path in found if path.is_relative_to("/usr/lib"))
    return Path(json.__file__ if place == "the standard library" else numpy.__file__).parent


@pytest.mark.usefixtures("locks_in")
@pytest.mark.parametrize(
    "place", ["the standard library", "a library of the system", "an installed package"]
)
def test_a_course_below_what_children_read_is_kept_from_them(
    place: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    parent = readable_folder(place)
    with course_below(parent) as course:
        with Sandbox(tmp_path) as knows_no_course:
            assert opened(knows_no_course, parts_of(course)) == parts_of(course)
        assert_kept_from_children(course, tmp_path, sandbox)
        assert granted(next(parent.glob("*.*")), course=course)


@pytest.mark.usefixtures("locks_in")
def test_the_checkout_as_a_course_is_kept_from_children(tmp_path: Path, sandbox: Sandbox) -> None:
    files = [*OWN.solutions.rglob("*.py"), *OWN.sources.rglob("*.ipynb"), PACKAGE / "errors.py"]
    paths = [*map(str, files), str(OWN.solutions), str(OWN.sources)]
    with Sandbox(tmp_path, course=OWN.root) as checkout:
        assert opened(checkout, paths) == []
        assert [imports(checkout, name) for name in NEEDED] == ["there"] * len(NEEDED)
        assert checkout.probe == sandbox.probe


def link_or_copy(source: str, target: str) -> None:
    """Give a file a second name; where that would be in another file system, copy it."""
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)


def make_environment(folder: Path, *paths: Path) -> Path:
    """Make an environment with what children may read of this one; return its interpreter.

    It finds modules in some folders as well, as where a project is installed to be edited.
    """
    venv.create(folder, symlinks=True, with_pip=False)
    packages = next(folder.glob("lib/python*/site-packages"))
    for source in readable_paths((), None):
        if (inside := SITE_PACKAGES) in source.parents:
            target = packages / source.relative_to(inside)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=PASSING, copy_function=link_or_copy)
            else:
                link_or_copy(str(source), str(target))
    (packages / "project.pth").write_text("".join(f"{path}\n" for path in paths))
    return folder / "bin/python"


# What a grader does that is installed there: a child for the course that holds it all.
IN_THE_CHECKOUT = """
import json, sys
from pathlib import Path
import autograder, numpy
from autograder.sandbox.host import Sandbox
from autograder.sandbox.lockdown import ChildLimits
course, sources = json.load(sys.stdin)
said = []
with Sandbox(course=Path(course)) as sandbox:
    for source in sources:
        child = sandbox.child(ChildLimits(memory_mib=512, cpu_seconds=30, file_mib=1), 100_000)
        ran = child.run_cell(0, source, 60)
        child.kill()
        said.append("".join(output.text for output in ran.outputs))
    probe = sandbox.probe
print(json.dumps([autograder.__file__, numpy.__file__, said, probe.level, probe.gaps]))
"""


@pytest.mark.usefixtures("locks_in")
def test_a_checkout_with_its_environment_inside_is_kept_from_children(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    with course_below(tmp_path) as course:
        _, *parts = parts_of(course)
        shutil.copytree(PACKAGE, course / "autograder", ignore=PASSING)
        parts.append(str(course / "autograder/errors.py"))
        python = make_environment(course / ".venv", course)
        sources = [OPEN.format(paths=parts), *(IMPORT.format(name=name) for name in NEEDED)]
        process = subprocess.run(
            [python, "-c", IN_THE_CHECKOUT],
            input=json.dumps([str(course), sources]),
            cwd=course,
            capture_output=True,
            text=True,
        )
        assert process.returncode == 0, process.stderr
        package, array_package, said, level, gaps = json.loads(process.stdout)
    assert Path(package).is_relative_to(course / "autograder")
    assert Path(array_package).is_relative_to(course / ".venv")
    assert said == ["", *["there\n"] * len(NEEDED)]
    assert (level, tuple(gaps)) == (sandbox.probe.level, sandbox.probe.gaps)


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
        ("solutions.averages", "No module named 'solutions'"),
        ("autograder", "No module named 'autograder'"),
        ("autograder.running.testing", "No module named 'autograder'"),
    ],
)
def test_what_a_submission_can_import(sandbox: Sandbox, name: str, says: str) -> None:
    assert imports(sandbox, name) == says


def test_a_submission_cannot_import_what_the_grader_loaded_of_a_course(
    sandbox: Sandbox, averages: Assignment
) -> None:
    module = averages.part("hidden_tests")
    assert module is not None
    assert sys.modules[module.__name__] is module
    package = module.__name__.partition(".")[0]
    assert imports(sandbox, module.__name__) == f"No module named '{package}'"
    look = f"import sys; print([name for name in sys.modules if {package[:12]!r} in name])"
    assert printed(sandbox, look) == ["[]"]


def test_a_named_package_can_be_imported(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    with Sandbox(tmp_path, packages=("scipy",)) as sandbox:
        assert imports(sandbox, "scipy.signal") == "there"
