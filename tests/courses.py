"""Real course folders for tests, with submissions put where nbgrader's collect would."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from commands import run_here
from contents import SMALL
from sqlalchemy import create_engine, text

MakeCourse = Callable[..., Path]


def new_course(folder: Path, *config: str) -> Path:
    """Make a small course with extra lines of configuration."""
    shutil.copytree(SMALL.root, folder)
    set_options(folder, *config)
    return folder


def set_options(course: Path, *config: str) -> None:
    """Add lines to the configuration of a course."""
    with (course / "nbgrader_config.py").open("a") as file:
        file.write("\n".join(["", *config, ""]))


def copy_assignment(course: Path, name: str, other: str) -> None:
    """Add a copy of an assignment under another name, and release it."""
    for part in ("assignments", "solutions"):
        shutil.copytree(course / part / name, course / part / other)
    notebooks = course / "assignments" / other
    (notebooks / f"{name}.ipynb").rename(notebooks / f"{other}.ipynb")
    run_here("nbgrader", "generate_assignment", other, cwd=course)


def released_folder(course: Path, name: str) -> Path:
    """Release an assignment of a course unless it is; return the folder that students get."""
    if not (course / "release" / name).exists():
        run_here("nbgrader", "generate_assignment", name, cwd=course)
    return course / "release" / name


def hand_in(
    course: Path,
    student: str,
    assignment: str,
    text: str,
    *,
    file_name: str = "",
    timestamp: str = "2026-03-01 12:00:00.000000 UTC",
) -> None:
    """Put a submission where nbgrader's collect would.

    A folder that is new is there with all its files: who watches the course may look at any moment.
    """
    folder = course / "submitted" / student / assignment
    folder.parent.mkdir(parents=True, exist_ok=True)
    written = folder
    if not folder.exists():
        written = course / f".{student}"
        written.mkdir()
    (written / (file_name or f"{assignment}.ipynb")).write_text(text, encoding="utf-8")
    (written / "timestamp.txt").write_text(timestamp)
    written.rename(folder)


def without_times(kept: bytes) -> bytes:
    """Return a kept result without what its calls took, which is other in each run."""
    return re.sub(rb',"seconds":{.*?}', b"", kept)


def table_rows(course: Path, db_url: str = "") -> dict[str, list[tuple[object, ...]]]:
    """Return every table of a gradebook without its ids, rows named by what they belong to."""
    queries = {
        "assignment": "select name, duedate, course_id from assignment",
        "student": "select id, first_name, last_name, email, lms_user_id from student",
        "submitted_assignment": """
            select a.name, s.student_id, s.timestamp, s.extension
            from submitted_assignment s join assignment a on s.assignment_id = a.id""",
        "submitted_notebook": """
            select n.name, s.student_id, sn.late_submission_penalty
            from submitted_notebook sn join submitted_assignment s on sn.assignment_id = s.id
            join notebook n on sn.notebook_id = n.id""",
        "grade": """
            select s.student_id, c.name, g.auto_score, g.manual_score, g.extra_credit,
                   g.needs_manual_grade
            from grade g join submitted_notebook sn on g.notebook_id = sn.id
            join submitted_assignment s on sn.assignment_id = s.id
            join base_cell c on g.cell_id = c.id""",
        "comment": """
            select s.student_id, c.name, m.auto_comment, m.manual_comment
            from comment m join submitted_notebook sn on m.notebook_id = sn.id
            join submitted_assignment s on sn.assignment_id = s.id
            join base_cell c on m.cell_id = c.id""",
        "source_cell": "select name, cell_type, locked, source, checksum from source_cell",
    }
    engine = create_engine(db_url or f"sqlite:///{course}/gradebook.db")
    with engine.connect() as database:
        found = {name: map(tuple, database.execute(text(q))) for name, q in queries.items()}
        rows = {name: sorted(rows, key=repr) for name, rows in found.items()}
    engine.dispose()
    return rows


def graded_files(course: Path, step: str = "autograded") -> dict[str, tuple[int, bytes]]:
    """Return mode and content of every file that grading left, by its path."""
    folder = course / step
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }
