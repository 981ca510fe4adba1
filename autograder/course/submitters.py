"""Who handed in a submission of Gradescope's, and when: a file of its export tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

METADATA = "submission_metadata.yml"
_ID = re.compile(r"[\w@+-][\w.@+-]*")  # it becomes the name of a folder
_SMALL = 8 * 2**20  # bytes: a file of a class has some hundred for each student


@dataclass(frozen=True)
class Submission:
    """The ids of the students who handed in together, and the time as it is written.

    An id is the student's number (SID), or the address where there is none.
    """

    students: tuple[str, ...] = ()
    time: str = ""


def submission(folder: Path) -> Submission:
    """Return what the file beside a submission's folder tells of it."""
    return _submissions(folder.parent / METADATA).get(folder.name, Submission())


@lru_cache(maxsize=4)
def _submissions(path: Path) -> dict[str, Submission]:
    if not path.is_file() or path.stat().st_size > _SMALL:
        return {}
    try:
        read = yaml.load(path.read_bytes(), Loader=_Plain)
    except yaml.YAMLError:
        return {}
    if not isinstance(read, dict):
        return {}
    return {str(name): _read(about) for name, about in read.items() if isinstance(about, dict)}


def _read(about: dict[str, object]) -> Submission:
    people, time = about.get(":submitters"), about.get(":created_at")
    ids = [_id_of(person) for person in people] if isinstance(people, list) else []
    return Submission(
        tuple(dict.fromkeys(filter(None, ids))), time if isinstance(time, str) else ""
    )


def _id_of(person: object) -> str:
    if not isinstance(person, dict):
        return ""
    found = str(person.get(":sid") or person.get(":email") or "")
    return found if _ID.fullmatch(found) else ""


class _Plain(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML is untyped
    """Reads scalars as text: a number with zeros in front is an id as well."""


_Plain.yaml_implicit_resolvers = {}
