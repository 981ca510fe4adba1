"""The wheel alone, in an environment of its own: one importable package, the course as data."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import nbformat
import pytest
from contents import OWN, load_assignment
from courses import hand_in
from limits import PATIENCE

from autograder.notebook.filled_in import answered

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parents[1]
SPY = """
from pathlib import Path
import sys
for folder in (*sys.path, PLACES):
    for path in ("autograder/packaged_course/solutions/pooling/hidden_tests.py", "errors.py"):
        try:
            print("read", Path(folder, path).read_bytes()[:9])
        except OSError as error:
            pass
print("tried")
"""


# The points that a human gives for the written answer, and what the gradebook has of them.
GIVE_POINTS = """
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as gradebook:
    grades = gradebook.find_submission_notebook("pooling", "pooling", "student-001").grades
    (written,) = [grade for grade in grades if grade.needs_manual_grade]
    written.manual_score, written.needs_manual_grade = 7, False
    gradebook.db.commit()
"""
POINTS_GIVEN = """
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as gradebook:
    grades = gradebook.find_submission_notebook("pooling", "pooling", "student-001").grades
    print([grade.manual_score for grade in grades if grade.manual_score is not None])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={folder}", ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel; what it needs comes from the environment of the tests."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", wheel)
    (site,) = (folder / "lib").glob("python*/site-packages")
    # Its .pth files are not read a second time, so that the checkout is not on the path.
    (site / "needed.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


def run(
    *command: object, cwd: Path = ROOT, status: int = 0, first_on_path: Path | None = None
) -> str:
    """Run a command; return what it prints on stdout and stderr."""
    first = first_on_path or Path(str(command[0])).parent
    path = os.pathsep.join([str(first), os.environ["PATH"]])
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout + result.stderr


def test_its_only_importable_package_is_the_engine(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"autograder"}
    packaged = {name for name in names if name.startswith("autograder/packaged_course/")}
    for part in ("__init__", "hidden_tests", "misconceptions", "styles"):
        assert f"autograder/packaged_course/solutions/pooling/{part}.py" in packaged
    assert not [name for name in names if "__pycache__" in name or name.endswith(".db")]


def test_an_instructor_with_the_wheel_alone(bin_folder: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    assert "nbgrader generate_assignment" in run(bin_folder / "autograder", "quickstart", course)
    assert (course / "solutions" / "pooling" / "hidden_tests.py").is_file()
    nbgrader = (bin_folder / "python", "-m", "nbgrader")
    run(*nbgrader, "generate_assignment", "pooling", cwd=course)

    package = next((bin_folder.parent / "lib").glob("python*/site-packages/autograder"))
    spying = answered(load_assignment("pooling"), {})
    spy = SPY.replace("PLACES", repr(str(package)))
    spying.cells.append(nbformat.v4.new_code_cell(spy))
    hand_in(course, "student-001", "pooling", nbformat.writes(spying))
    assert "90.0 / 90" in run(bin_folder / "autograder", "grade", "pooling", cwd=course)
    graded = course / "autograded" / "student-001" / "pooling" / "pooling.ipynb"
    assert nbformat.read(graded, 4).cells[-1].outputs[0].text == "tried\n"

    run(*nbgrader, "generate_assignment", "parameter_counting", cwd=course)
    other = answered(load_assignment("parameter_counting"), {})
    hand_in(course, "student-001", "parameter_counting", nbformat.writes(other))
    run(bin_folder / "autograder", "grade", "parameter_counting", cwd=course)
    run(bin_folder / "python", "-c", GIVE_POINTS, cwd=course)

    tests = course / "solutions" / "pooling" / "hidden_tests.py"
    tests.write_text(tests.read_text().replace("@weight(2)", "@weight(3)"))
    again = run(bin_folder / "autograder", "grade", "pooling", cwd=course)
    assert "had not changed" not in again
    assert "7.0" in run(bin_folder / "python", "-c", POINTS_GIVEN, cwd=course)
    others = run(bin_folder / "autograder", "grade", "parameter_counting", cwd=course)
    assert "1 of 1 had not changed" in others
    unchanged = run(bin_folder / "autograder", "grade", "pooling", cwd=course)
    assert "1 of 1 had not changed" in unchanged


def test_an_author_with_the_guide_and_the_wheel_alone(bin_folder: Path, tmp_path: Path) -> None:
    """Every file and every command of the guide, in its order."""
    folder, said = tmp_path, ""
    for kind, what, text in blocks(ROOT / "docs" / "write-an-assignment.md"):
        if kind == "sh":
            for line in text.splitlines():
                if line.startswith("cd "):
                    folder /= line.removeprefix("cd ")
                else:
                    said += run("/bin/sh", "-c", line, cwd=folder, first_on_path=bin_folder)
        elif what.startswith("cell "):
            (path,) = folder.glob("assignments/*/*.ipynb")
            notebook = nbformat.read(path, as_version=4)
            (cell,) = (c for c in notebook.cells if c.id == what.removeprefix("cell "))
            cell.source = text.rstrip()
            nbformat.write(notebook, path)
        else:
            assert (folder / what).is_file()
            (folder / what).write_text(text)
    assert said.count("medians: nothing to mend.") == 2
    assert re.search(r"student-001 +│ +0\.0 / 15", said)
    assert re.search(r"student-002 +│ +15\.0 / 15", said)
    assert "student-002" in (folder / "grades.csv").read_text()
    page = folder / "feedback" / "student-001" / "medians" / "medians.html"
    assert "Of five numbers, the third in order is the median." in page.read_text()
    # After a change of a weight both are graded again, and then neither.
    tests = folder / "solutions" / "medians" / "hidden_tests.py"
    tests.write_text(tests.read_text().replace("@weight(2)", "@weight(3)"))
    command = (bin_folder / "autograder", "grade", "medians")
    assert "had not changed" not in run(*command, cwd=folder)
    assert "2 of 2 had not changed" in run(*command, cwd=folder)


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Return language, what comes after it, and text of each block of code on a page."""
    fence = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return fence.findall(page.read_text())


def test_a_notebook_without_a_course_around_it(bin_folder: Path, tmp_path: Path) -> None:
    nbformat.write(answered(load_assignment("convolution"), {}), tmp_path / "mine.ipynb")
    command = ("grade-file", "mine.ipynb", "--assignment", "convolution")
    assert "90 of 90 points" in run(bin_folder / "autograder", *command, cwd=tmp_path)
    assert OWN.root == ROOT  # the tests' own course is the checkout
