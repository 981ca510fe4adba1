"""A new course folder: assignments, solutions, options to choose from, and what to do next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import default as exchange
from nbgrader.plugins import LateSubmissionPlugin

from ..errors import NotAFolder
from ..surroundings import PathIsAPattern
from .contents import ASSIGNMENTS, CONFIG_FILE, PACKAGED_COURSE, SOLUTIONS, Contents
from .file_names import PATTERNS
from .handed_in import regular_files
from .options import GradingOptions
from .replacing import replace_file

# The instructor's.
PAGES = ("docs/class-report.md", "docs/instructors.md", "docs/write-an-assignment.md")
STUDENTS_PAGES = ("docs/cheat_sheet.html",)  # about the course that comes with the package
_NAMES = "c.FileNameCollectorPlugin.named_regexp"
_README = Path(__file__).with_name("readme_of_a_course.md")
_EMPTY_CONFIG = """\
from autograder.nbgrader_hooks import configure

c = get_config()  # noqa: F821 (nbgrader provides it)
configure(c)

c.CourseDirectory.course_id = $course_id
"""
# nbgrader's own options that most courses set, or ask about.
_OF_NBGRADER: tuple[tuple[type[Any], str, str], ...] = (
    (exchange.Exchange, "root", "Where assignments are released to and handed in: all can write."),
    (exchange.Exchange, "timezone", "The time zone in which hand-ins are stamped."),
    (exchange.Exchange, "path_includes_course", "Whether students fetch into COURSE/ASSIGNMENT."),
    (LateSubmissionPlugin, "penalty_method", 'What lateness costs: "none", or "zero" for all.'),
    (CourseDirectory, "student_id_exclude", "Whom grading and feedback leave out: a,b,c."),
    (CourseDirectory, "max_file_size", "In kilobytes, of a file that is handed in."),
)


def create_course(folder: Path, *, empty: bool = False) -> None:
    """Lay out the course that comes with the package, or an empty one.

    What is there already is left alone. Raises NotAFolder, or PathIsAPattern for one in which
    nbgrader finds nothing.
    """
    if set(str(folder.resolve())) & {*"[]*?"}:
        raise PathIsAPattern(str(folder.resolve()))
    if folder.exists() and not folder.is_dir():
        raise NotAFolder(str(folder))
    for part in (ASSIGNMENTS, SOLUTIONS):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for source in _files(empty):
        _write(folder / source.relative_to(PACKAGED_COURSE), source.read_bytes())
    _write(folder / CONFIG_FILE, _config(folder, empty).encode())
    _write(folder / "README.md", _readme(folder).encode())


def _files(empty: bool) -> Iterator[Path]:
    """Yield what is copied as it is."""
    pages = PAGES if empty else (*PAGES, *STUDENTS_PAGES)
    yield from (PACKAGED_COURSE / page for page in pages)
    for part in () if empty else (ASSIGNMENTS, SOLUTIONS):
        yield from regular_files(PACKAGED_COURSE / part, ("__pycache__", "*.pyc", ".*"))


def _write(target: Path, content: bytes) -> None:
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, content)  # what is there when this is run again is whole


def _config(folder: Path, empty: bool) -> str:
    """Return the course's own configuration, and below it all there is to choose from."""
    if empty:
        own = Template(_EMPTY_CONFIG).substitute(course_id=repr(folder.resolve().name))
    else:
        own = (PACKAGED_COURSE / CONFIG_FILE).read_text(encoding="utf-8")
    return f"{own}\n{commented_options()}"


def commented_options() -> str:
    """Return every option of grading, and some of nbgrader's, as comments with their defaults."""
    traits = GradingOptions.class_own_traits()
    ours = [_comment(GradingOptions, name, str(trait.help)) for name, trait in traits.items()]
    nbgraders = [_comment(*option) for option in _OF_NBGRADER]
    return "\n".join(
        [
            "# All below are options with their defaults. To change one, remove the # before it.",
            *("", "# How submissions are graded.", *ours),
            *("", "# Of nbgrader's own options, those that most courses need.", *nbgraders),
            *("", "# How students' files are called in the archive of an LMS, for zip_collect."),
            *(f'# {_NAMES} = r"{pattern}"  # {lms}' for lms, pattern in PATTERNS.items()),
            "",
        ]
    )


def _comment(owner: type[Any], name: str, sentence: str) -> str:
    default = getattr(owner, name).default()
    said = textwrap.fill(sentence, 96, initial_indent="# ", subsequent_indent="# ")
    return f"\n{said}\n# c.{owner.__name__}.{name} = {default!r}"


def _readme(folder: Path) -> str:
    """Return the next commands, with the course's first assignment in them."""
    first = next(iter(Contents(folder).names()), "NAME")
    return Template(_README.read_text(encoding="utf-8")).substitute(first=first)
