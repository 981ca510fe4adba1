"""The modules of a course, loaded by its folder alone.

Neither the working folder nor the import path matters, no other file shadows them, and two
courses can be loaded in one process: what lies below ``solutions/`` lives under a package name
that nothing else has, made of the folder's path and of what its files say. So an edited file
is loaded anew. Within the package, imports are relative.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from ..errors import BrokenCourseFile
from ..surroundings import has_memory

_PREFIX = "solutions_of_"
_DOT = "\N{ONE DOT LEADER}"  # stands in a module's name for the dot in the name of a folder


class LoadedSolutions:
    """The modules below one folder of solutions, as its files are now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._package = _FINDER.package_for(self.folder)

    def module(self, *names: str) -> ModuleType | None:
        """Return a module by the names from the folder on, None where there is no such file.

        Raises BrokenCourseFile where it cannot be imported.
        """
        full_name = ".".join([self._package, *(name.replace(".", _DOT) for name in names)])
        spec = _FINDER.find_spec(full_name)
        if spec is None:
            return None
        try:
            return importlib.import_module(full_name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a program can fail in any way, pytest.skip is one of them
            if isinstance(error, MemoryError) and not has_memory():  # says nothing about it
                raise
            place = spec.origin or str(self.folder)
            raise broken(error, lambda file: file.is_relative_to(self.folder), place) from error


def broken(
    error: BaseException, is_ours: Callable[[Path], bool], asked_for: str
) -> BrokenCourseFile:
    """Say where in a course its file failed, as far as that is known."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno) for frame in frames]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    ours = [(file, line) for file, line in places if is_ours(Path(file))]
    file, line = ours[-1] if ours else (asked_for, None)
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return BrokenCourseFile(file, line, type(error).__name__, message)


class _Source(SourceFileLoader):
    """Reads the source each time: a cached compilation knows of edits by the second only."""

    def path_stats(self, path: str) -> dict[str, float]:
        raise OSError("nothing is cached of a course")


class _Finder(MetaPathFinder):
    """Finds the modules of courses by the names of their packages."""

    def __init__(self) -> None:
        self._folders: dict[str, Path] = {}

    def package_for(self, folder: Path) -> str:
        """Return the package of a folder; modules of what its files said before are dropped.

        Whoever still has their package gets them anew.
        """
        digest = hashlib.sha256(bytes(folder))
        for path in sorted(path for path in folder.rglob("*.py") if path.is_file()):
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
        package = _PREFIX + digest.hexdigest()[:32]
        for other in [p for p, f in self._folders.items() if f == folder and p != package]:
            for name in [name for name in sys.modules if name.partition(".")[0] == other]:
                del sys.modules[name]
        self._folders[package] = folder
        return package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what is needed to import a module of a course; see importlib."""
        package, *parts = fullname.split(".")
        if package not in self._folders:
            return None
        place = self._folders[package].joinpath(*(part.replace(_DOT, ".") for part in parts))
        if not parts:  # beside the folder there may be a file of its name
            return _folder_alone(fullname, place)
        for file, inside in ((place / "__init__.py", [str(place)]), (Path(f"{place}.py"), None)):
            if file.is_file():
                loader = _Source(fullname, str(file))
                return spec_from_file_location(
                    fullname, file, loader=loader, submodule_search_locations=inside
                )
        return _folder_alone(fullname, place) if place.is_dir() else None


def _folder_alone(name: str, folder: Path) -> ModuleSpec:
    """Return the spec of a package without a file of its own."""
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    return spec


_FINDER = _Finder()
sys.meta_path.insert(0, _FINDER)  # before the usual one, which finds what lies in a package
