"""What of a course is needed to grade, as bytes: it travels to workers without a course folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .contents import ASSIGNMENTS, SOLUTIONS, Contents


@dataclass(frozen=True)
class Parcel:
    """The files of ``assignments/`` and ``solutions/`` by their paths from the course's ``root``.

    All of both: hidden tests may read what lies in the folder of another assignment. ``sources``
    is where the notebooks are among them.
    """

    root: Path
    sources: Path
    files: Mapping[Path, bytes]

    @classmethod
    def of(cls, contents: Contents) -> Parcel:
        """Read the files of a course as they are now."""
        root = contents.root.resolve()
        sources = contents.sources.resolve()
        inside = sources.relative_to(root) if sources.is_relative_to(root) else Path(ASSIGNMENTS)
        folders = {Path(SOLUTIONS): contents.solutions, inside: sources}
        files = {
            name / path.relative_to(folder): path.read_bytes()
            for name, folder in folders.items()
            for path in _files(folder)
        }
        return cls(root, inside, files)

    def unpack(self, folder: Path) -> Contents:
        """Write the files into a folder, for its owner alone; return the course that they make."""
        folder.chmod(0o700)
        for path, content in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return Contents(folder, folder / self.sources)


def _files(folder: Path) -> Iterator[Path]:
    found = (path for path in folder.rglob("[!.]*") if path.suffix != ".pyc")
    return (path for path in found if path.is_file())
