"""A new course folder: the packaged course or an empty one, its options, what to do next."""

import re
import shutil
from pathlib import Path

import pytest
from commands import run_here

from autograder.course.contents import PACKAGED_COURSE, Contents, is_course
from autograder.course.folder import Course
from autograder.course.new_course import commented_options, create_course
from autograder.course.options import GradingOptions
from autograder.errors import NotAFolder

PARTS = ("assignments", "solutions")
CONFIG = "nbgrader_config.py"
PAGES = {
    "README.md",
    "docs/class-report.md",
    "docs/instructors.md",
    "docs/write-an-assignment.md",
}


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_new_course_is_the_one_that_comes_with_the_package(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "course"
    create_course(folder)
    assert is_course(folder)
    assert {path.name for path in folder.iterdir()} == {*PARTS, CONFIG, "README.md", "docs"}
    sheet = "docs/cheat_sheet.html"  # for the students
    assert (folder / sheet).read_bytes() == (PACKAGED_COURSE / sheet).read_bytes()
    own = (PACKAGED_COURSE / CONFIG).read_text()
    assert (folder / CONFIG).read_text() == f"{own}\n{commented_options()}"
    for part in PARTS:
        made, given = files_below(folder / part), files_below(PACKAGED_COURSE / part)
        assert made == {
            name: content
            for name, content in given.items()
            if not any(p.startswith((".", "__pycache__")) for p in Path(name).parts)
        }
    course = Course.open(folder)
    names = Contents(PACKAGED_COURSE).names()
    assert names
    assert course.contents.names() == names
    assert course.demo_assignment in names
    assert [course.assignment(name).name for name in names] == names


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    create_course(tmp_path)
    before = files_below(tmp_path)
    for name in before:
        (tmp_path / name).write_text(f"# my own {name}")
    (tmp_path / "grades.csv").write_text("mine as well")
    changed = files_below(tmp_path)
    create_course(tmp_path)
    assert files_below(tmp_path) == changed


def test_what_a_course_lacks_is_added(tmp_path: Path) -> None:
    create_course(tmp_path / "new")
    complete = files_below(tmp_path / "new")
    for name in complete:
        create_course(tmp_path / "course")
        (tmp_path / "course" / name).unlink()
        create_course(tmp_path / "course")
        assert files_below(tmp_path / "course") == complete, name


def test_a_course_of_an_older_version_gets_its_solutions(tmp_path: Path) -> None:
    """Such a course has a configuration and assignments, and its notebooks may be edited."""
    create_course(tmp_path / "new")
    folder = tmp_path / "old"
    create_course(folder)
    shutil.rmtree(folder / "solutions")
    name, *_ = Contents(tmp_path / "new").names()
    (folder / "nbgrader_config.py").write_text(
        "from autograder.nbgrader_hooks import configure\n\nc = get_config()\nconfigure(c)\n"
    )
    notebook = folder / "assignments" / name / f"{name}.ipynb"
    notebook.write_bytes(notebook.read_bytes().replace(b"\n", b"\n\n", 1))
    before = files_below(folder)

    result = run_here("autograder", "grade", name, cwd=folder, status=2)
    assert "has no solutions/" in result.stderr
    assert "autograder quickstart ." in result.stderr
    assert files_below(folder) == before
    result = run_here("autograder", "quickstart", ".", cwd=folder)
    assert f"nbgrader generate_assignment {name}" in result.stdout
    after = files_below(folder)
    assert {path: after[path] for path in before} == before
    added = {path: text for path, text in after.items() if path not in before}
    solutions = files_below(tmp_path / "new" / "solutions")
    assert added == {f"solutions/{path}": text for path, text in solutions.items()}
    result = run_here("autograder", "grade", name, cwd=folder, status=2)
    assert "Collect first" in result.stderr  # it can be graded


def test_a_file_is_not_made_a_course(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NotAFolder, match=r"thesis\.txt is a file"):
        create_course(tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_empty_course_has_all_but_assignments(tmp_path: Path) -> None:
    folder = tmp_path / "graphs-2027"
    said = run_here("autograder", "quickstart", "graphs-2027", "--empty", cwd=tmp_path).stdout
    assert "autograder new-assignment NAME" in said
    assert is_course(folder)
    assert files_below(folder).keys() == {CONFIG, *PAGES}
    assert all((folder / part).is_dir() for part in PARTS)
    course = Course.open(folder)
    assert course.coursedir.course_id == "graphs-2027"
    assert course.contents.names() == []


def test_every_option_stands_there_with_its_default(tmp_path: Path) -> None:
    """Without its # each line sets what holds anyway."""
    create_course(tmp_path / "course", empty=True)
    config = tmp_path / "course" / CONFIG
    before = Course.open(tmp_path / "course")
    text, options = re.subn(r"^# (c\.\w+\.\w+ = )", r"\1", config.read_text(), flags=re.MULTILINE)
    assert {f"c.GradingOptions.{name}" for name in GradingOptions.class_own_traits()} <= {
        line.partition(" =")[0] for line in text.splitlines()
    }
    assert "c.Exchange.root = '/usr/local/share/nbgrader/exchange'" in text
    assert "c.LateSubmissionPlugin.penalty_method = 'none'" in text
    assert options == text.count("\nc.") - 1  # but for the course's name
    config.write_text(text)
    after = Course.open(tmp_path / "course")
    assert after.limits("averages") == before.limits("averages")
    assert after.coursedir.db_url == before.coursedir.db_url
    assert after.coursedir.max_file_size == before.coursedir.max_file_size


def test_the_readme_names_the_first_assignment(tmp_path: Path) -> None:
    create_course(tmp_path / "course")
    first, *_ = Contents(tmp_path / "course").names()
    readme = (tmp_path / "course" / "README.md").read_text()
    assert f"autograder grade {first} " in readme
    assert "$" not in readme
    for link in re.findall(r"`(docs/[^`]+)`", readme):
        assert (tmp_path / "course" / link).is_file()
