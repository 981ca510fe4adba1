"""What submitted code may read: the interpreter, system libraries, and packages one by one.

Hidden tests and solutions may lie in the same folders, as in an installed wheel: a folder
that holds anything of ours, or a package that was not named, is never granted as a whole.
"""

from __future__ import annotations

import site
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .installed import check_installed

OURS = "autograder"
PACKAGE = Path(__file__).parents[1]
SANDBOX = Path(__file__).parent
_ALWAYS = ("ipython", "matplotlib", "msgspec", "numpy")  # the zygote needs them itself
_SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"),
    *("/etc/localtime", "/usr/share/zoneinfo", "/usr/share/fonts", "/usr/local/share/fonts"),
)
DEVICES = [Path("/dev/null"), Path("/dev/urandom")]


@cache
def readable_paths(packages: tuple[str, ...], *courses: Path | None) -> list[Path]:
    """Return the files and folders that code may read which uses NumPy, matplotlib and these.

    Nothing of the courses is among them, wherever their folders lie. Raises PackageMissing for one
    that is not installed.
    """
    check_installed(packages)
    libraries = [Path(sys.base_prefix) / "lib", Path(sys.base_prefix) / "lib64"]
    trees = {path: None for path in (*map(Path, _SYSTEM), *libraries) if path.exists()}
    kept_out = {path.resolve() for path in _kept_out()}
    around = [part for t in trees for part in _around(t, kept_out | _to_keep_out(courses, t))]
    tops = [path for name in _with_requirements(packages) for path in _installed(name)]
    named = [part for top in tops for part in _around(top, _to_keep_out(courses, top))]
    return sorted({*around, *named})


@cache
def unreadable_modules(packages: tuple[str, ...]) -> list[str]:
    """Return the names of what is installed here but may not be imported, our own included."""
    granted = _with_requirements(packages)
    modules = metadata.packages_distributions().items()
    others = {name for name, owners in modules if not {*map(canonicalize_name, owners)} & granted}
    return sorted({*others, OURS})


def _kept_out() -> Iterator[Path]:
    """Yield the package and, of a checkout, the course beside it; other packages are named."""
    yield PACKAGE
    yield from (PACKAGE.parent / name for name in ("assignments", "solutions"))
    yield from map(Path, site.getsitepackages([sys.prefix, sys.base_prefix]))
    yield Path(site.getusersitepackages())


def _to_keep_out(courses: Iterable[Path | None], tree: Path) -> set[Path]:
    """Return the courses but those in which the tree lies: their rest is not below the tree."""
    folders = {course.resolve() for course in courses if course}
    return folders - {*tree.resolve().parents}


def _around(tree: Path, kept_out: set[Path], above: tuple[Path, ...] = ()) -> Iterator[Path]:
    """Yield the tree, or if something in it is to be kept out, the parts around that.

    ``above`` are the folders on the way to it; links back to them are left out, and to nowhere.
    """
    real = tree.resolve()
    if any(real.is_relative_to(path) for path in kept_out):
        return
    if not any(path.is_relative_to(real) for path in kept_out):
        if tree.exists():
            yield tree
    elif not any(path.is_relative_to(real) for path in above):
        for entry in tree.iterdir():
            yield from _around(entry, kept_out, (*above, real))


@cache
def _with_requirements(packages: tuple[str, ...]) -> set[str]:
    """Return the names of distributions, with those that they require, as far as installed."""
    found: set[str] = set()
    waiting = [*_ALWAYS, *packages]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        try:
            requirements = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        parsed = map(Requirement, requirements)
        waiting += [r.name for r in parsed if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found


def _installed(name: str) -> Iterator[Path]:
    """Yield the top-level files and folders of a distribution."""
    distribution = metadata.distribution(name)
    tops = {
        file.parts[0] if file.parts[0] != "__pycache__" else str(file)
        for file in distribution.files or ()
        if file.parts[0] not in ("..", OURS)
    }
    paths = (Path(str(distribution.locate_file(top))) for top in tops)
    yield from (path for path in paths if path.exists())
