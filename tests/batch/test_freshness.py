"""What a kept result depends on, beside what ``test_class_grading`` changes in a whole course."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from courses import MakeCourse
from nbgrader.api import Gradebook

from autograder.batch.freshness import PACKAGE, Freshness
from autograder.course.folder import Course

NAME, OTHER = "averages", "medians"
STUDENT = "student-001"
PACKAGED = Path("packaged_course", "solutions", NAME)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse) -> Course:
    """A course of two assignments, with a submission to the first one."""
    folder = released_course(tmp_path_factory.mktemp("freshness") / "course")
    for part in ("assignments", "solutions"):
        shutil.copytree(folder / part / NAME, folder / part / OTHER)
    notebook = folder / "assignments" / OTHER / f"{NAME}.ipynb"
    notebook.rename(notebook.with_name(f"{OTHER}.ipynb"))
    (folder / "solutions" / "numbers.csv").write_text("1,2,3\n")
    (folder / "shared.py").write_text("NUMBERS = [1, 2, 3]\n")
    (folder / "solutions" / "_shared.py").symlink_to("../shared.py")
    (folder / "solutions" / NAME / "cases.json").write_text("[]\n")
    opened = Course.open(folder)
    assert opened.contents.names() == [NAME, OTHER]
    submitted = opened.submitted_folder(NAME, STUDENT)
    submitted.mkdir(parents=True)
    (submitted / f"{NAME}.ipynb").write_text("{}")
    return opened


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the engine, as a wheel has it: with a course in it."""
    package = tmp_path_factory.mktemp("engine") / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / PACKAGED).mkdir(parents=True, exist_ok=True)
    (package / PACKAGED / "__init__.py").write_text("ANSWERS = {}\n")
    return package


@pytest.fixture(scope="module")
def key(course: Course, engine: Path) -> Iterator[Callable[[], str]]:
    """Yield what computes the key of the submission, as all files are now."""
    with Gradebook(course.coursedir.db_url, course.coursedir.course_id) as gradebook:

        def computed() -> str:
            return Freshness(course, course.assignment(NAME), gradebook, engine).key(STUDENT)

        yield computed


def key_of_edited(file: Path, key: Callable[[], str]) -> str:
    """Return the key while there is one line more in a file."""
    text = file.read_bytes()
    file.write_bytes(text + b"\n")
    try:
        return key()
    finally:
        file.write_bytes(text)


def test_every_file_of_the_engine_matters(engine: Path, key: Callable[[], str]) -> None:
    # py.typed, the page that a new course gets, and what pages for people look like.
    no_programs = ("", ".css", ".j2", ".js", ".md", ".typed")
    files = [f for f in engine.rglob("*") if f.is_file() and f.suffix not in no_programs]
    own = [file for file in files if not file.is_relative_to(engine / PACKAGED.parts[0])]
    assert {file.suffix for file in own} == {".py", ".bpf"}
    before = key()
    assert [file for file in own if key_of_edited(file, key) == before] == []
    assert key() == before


def test_a_new_file_of_the_engine_matters(engine: Path, key: Callable[[], str]) -> None:
    before = key()
    new = engine / "running" / "new.py"
    new.touch()
    assert key() != before
    new.unlink()
    assert key() == before


def test_the_course_that_comes_with_the_engine_is_not_the_engine(
    engine: Path, key: Callable[[], str]
) -> None:
    assert key_of_edited(engine / PACKAGED / "__init__.py", key) == key()


OF_THE_COURSE = {
    "solutions/averages/__init__.py": True,
    "solutions/averages/hidden_tests.py": True,
    "solutions/averages/misconceptions.py": True,
    "solutions/averages/styles.py": False,
    "solutions/averages/cases.json": True,
    "solutions/_arguments.py": True,
    "solutions/_contrasts.py": True,
    "solutions/_shared.py": True,
    "solutions/numbers.csv": True,
    "solutions/medians/__init__.py": True,
    "solutions/medians/hidden_tests.py": False,
    "solutions/medians/misconceptions.py": False,
    "solutions/medians/styles.py": False,
    "assignments/averages/prices.txt": True,
    "assignments/averages/averages.ipynb": True,
    "assignments/medians/prices.txt": False,
    "assignments/medians/medians.ipynb": False,
    "submitted/student-001/averages/averages.ipynb": True,
}


@pytest.mark.parametrize(("file", "matters"), OF_THE_COURSE.items())
def test_of_the_course_what_a_result_depends_on_matters(
    course: Course, key: Callable[[], str], file: str, matters: bool
) -> None:
    before = key()
    assert (key_of_edited(course.root / file, key) != before) is matters
    assert key() == before
