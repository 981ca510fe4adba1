"""Archives of submissions for ``nbgrader zip_collect``: hostile input, unpacked file by file."""

from __future__ import annotations

import gzip
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import RawIOBase
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn, cast

from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins.zipcollect import ExtractorPlugin

from ..errors import RefusedArchive
from ..notebook.safe_html import plain

_OF_MACOS = "__MACOSX"  # a folder with notes of that system on each file
MAX_MEMBERS = 50_000
MAX_RATIO = 100  # of what is unpacked to the archive; notebooks are rarely packed beyond 20
MAX_DEPTH = 3  # the archive of a class holds those of students, and these perhaps one more


class CarefulExtractor(ExtractorPlugin):  # type: ignore[misc]  # nbgrader is untyped
    """Unpacks regular files into the archive's own folder; a bad archive stops no other."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack the archives below ``archive_path``, copy the other files."""
        source, target = Path(archive_path), Path(extracted_path)
        file_bytes = 1000 * CourseDirectory(parent=self).max_file_size
        for path in sorted(p for p in source.rglob("*") if p.is_file()):
            folder = target / path.relative_to(source).parent
            folder.mkdir(parents=True, exist_ok=True)
            if self._is_archive(path):
                self._unpack(path, folder, _Budget.of(path, file_bytes), MAX_DEPTH)
            else:
                shutil.copy(path, folder)

    def _is_archive(self, path: Path) -> bool:
        return path.suffix.lower() in self.zip_ext  # .ZIP, from some systems

    def _unpack(self, path: Path, parent: Path, budget: _Budget, depth: int) -> None:
        """Unpack into a folder named like the archive, which is gone if it is refused."""
        folder = parent / path.name.removesuffix(path.suffix).removesuffix(".tar")
        self.log.info("Extracting from %r to %r", str(path), str(folder))
        try:
            folder.mkdir()
        except OSError as error:
            reason = f"{folder.name}: {error.strerror}."
            self.log.error(plain(str(RefusedArchive(path.name, reason))))
            return
        try:
            for member in _members(path, budget):
                if _OF_MACOS not in PurePosixPath(member.name).parts:
                    self._write(member, folder, path.name, budget, depth)
        except Exception as error:  # a damaged archive fails in many ways
            shutil.rmtree(folder)
            if budget.spent and depth < MAX_DEPTH:
                raise  # it is the outer archive that is refused
            reason = budget.spent or f"it is damaged ({error})."
            self.log.error(plain(str(RefusedArchive(path.name, reason))))

    def _write(
        self, member: _Member, folder: Path, archive: str, budget: _Budget, depth: int
    ) -> None:
        target = folder / member.name
        try:
            _check(member, budget)
            _copy(member, target)
        except Exception as error:  # one damaged member costs nobody else
            if budget.spent:
                raise
            self.log.warning("Left out %r of %r: %s", member.name, archive, plain(str(error)))
            return
        if depth > 1 and self._is_archive(target):
            self._unpack(target, target.parent, budget, depth - 1)


@dataclass(frozen=True)
class _Member:
    """One entry of an archive; ``size`` is only what it says of itself."""

    name: str
    size: int
    regular: bool
    open: Callable[[], IO[bytes]]


@dataclass
class _Budget:
    """What one archive may still unpack to, archives within it included.

    ``spent`` says so once that is too much.
    """

    file_bytes: int
    total: int
    members: int
    spent: str = field(default="", init=False)

    @classmethod
    def of(cls, path: Path, file_bytes: int) -> _Budget:
        """Allow an archive a multiple of its size, and one large file in any case."""
        return cls(file_bytes, max(file_bytes, MAX_RATIO * path.stat().st_size), MAX_MEMBERS)

    def count_member(self) -> None:
        """Count one file or folder."""
        self.members -= 1
        if self.members < 0:
            self._refuse(f"it holds more than {MAX_MEMBERS} files and folders.")

    def count_bytes(self, size: int) -> None:
        """Count what was unpacked."""
        self.total -= size
        if self.total < 0:
            self._refuse(f"it unpacks to more than {MAX_RATIO} times its size.")

    def _refuse(self, reason: str) -> NoReturn:
        self.spent = reason
        raise ValueError(reason)


class _Counted(RawIOBase):
    """A stream that counts what is read of it; a tar file's headers may be a bomb as well."""

    def __init__(self, stream: IO[bytes], budget: _Budget) -> None:
        self._stream, self._budget = stream, budget

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self._budget.count_bytes(len(chunk))
        return chunk


def _check(member: _Member, budget: _Budget) -> None:
    """Raise ValueError for a member that is left out."""
    parts = PurePosixPath(member.name).parts
    if not member.regular:
        raise ValueError("it is a link, a device or a file with holes.")
    if not parts or member.name.startswith("/") or ".." in parts:
        raise ValueError("its name leads out of the archive.")
    if member.size > budget.file_bytes:
        megabytes = budget.file_bytes // 10**6
        raise ValueError(f"it is larger than {megabytes} MB (c.CourseDirectory.max_file_size).")


def _copy(member: _Member, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with member.open() as content, target.open("wb") as file:
        try:
            shutil.copyfileobj(content, file)
        except BaseException:
            target.unlink()  # half a file would be taken for what was handed in
            raise


def _members(path: Path, budget: _Budget) -> Iterator[_Member]:
    return _of_zip(path, budget) if zipfile.is_zipfile(path) else _of_tar(path, budget)


def _of_zip(path: Path, budget: _Budget) -> Iterator[_Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            budget.count_member()
            if not info.is_dir():
                regular = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
                opener = partial(_open_in_zip, archive, info, budget)
                name = info.filename.replace("\\", "/")  # some programs of Windows write so
                yield _Member(name, info.file_size, regular, opener)


def _open_in_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> IO[bytes]:
    return cast(IO[bytes], _Counted(archive.open(info), budget))


def _of_tar(path: Path, budget: _Budget) -> Iterator[_Member]:
    """Read it as a stream, so that nothing is unpacked uncounted."""
    with (
        _decompressed(path) as stream,
        tarfile.open(fileobj=_Counted(stream, budget), mode="r|") as archive,
    ):
        for info in archive:
            budget.count_member()
            if not info.isdir():
                regular = info.isreg() and not info.issparse()  # holes are not read, nor counted
                opener = partial(_open_in_tar, archive, info)
                yield _Member(info.name, info.size, regular, opener)


def _decompressed(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path)) if compressed else path.open("rb")


def _open_in_tar(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(info)
    assert content is not None  # it is a regular file
    return content
