"""A course folder: configured once, its options read by both doors, its secret kept."""

import fcntl
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from courses import new_course
from traitlets import TraitError

from autograder.course.folder import SECRET_FILE, Course
from autograder.course.options import GradingOptions, Limits
from autograder.errors import UnknownAssignment, UnknownOption

README = Path(__file__).parents[2] / "README.md"
KNOWN = ["averages"]


def test_a_course_is_opened_with_its_configuration_and_its_assignments(tmp_path: Path) -> None:
    course = Course.open(new_course(tmp_path / "course"))
    assert course.coursedir.course_id == "small-course"
    assert course.root == tmp_path / "course"
    assert course.contents.names() == ["averages"]
    assert course.assignment("averages").name == "averages"


def test_the_sources_may_lie_elsewhere_in_the_course(tmp_path: Path) -> None:
    folder = new_course(tmp_path / "course", "c.CourseDirectory.source_directory = 'sheets'")
    (folder / "assignments").rename(folder / "sheets")
    assert Course.open(folder).assignment("averages").name == "averages"


def test_which_assignment_a_demonstration_is_of(tmp_path: Path) -> None:
    folder = new_course(tmp_path / "course")
    assert Course.open(folder).demo_assignment == "averages"  # the first
    with_option = new_course(tmp_path / "other", "c.GradingOptions.demo_assignment = 'medians'")
    assert Course.open(with_option).demo_assignment == "medians"


def test_the_secret_is_private_and_made_once(tmp_path: Path) -> None:
    folder = new_course(tmp_path / "course")
    first, again = (Course.open(folder).secret() for _ in range(2))
    assert first == again
    assert len(first) == 32
    assert (folder / SECRET_FILE).stat().st_mode & 0o777 == 0o600


def test_what_a_killed_run_left_of_making_the_secret_is_removed(tmp_path: Path) -> None:
    folder = new_course(tmp_path / "course")
    program = f"""
import os
from pathlib import Path
from autograder.course.secret import make_secret
os.link = lambda *_, **__: os.kill(os.getpid(), 9)
make_secret(Path({str(folder / SECRET_FILE)!r}), shared=False)
"""
    for _ in range(2):
        subprocess.run([sys.executable, "-c", program], check=False)
    killed = {*folder.glob(f"{SECRET_FILE}.*")}
    assert len(killed) == 2
    copy = folder / f"{SECRET_FILE}.20261130"  # that somebody keeps
    copy.touch()
    living = killed.pop()
    with living.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        Course.open(folder).secret()
        assert {*folder.glob(f"{SECRET_FILE}.*")} == {copy, living}
    Course.open(folder).secret()
    assert {*folder.glob(f"{SECRET_FILE}.*")} == {copy}


def test_the_secret_of_a_shared_course_is_the_groups(tmp_path: Path) -> None:
    folder = new_course(tmp_path / "course", "c.CourseDirectory.groupshared = True")
    Course.open(folder).secret()
    assert (folder / SECRET_FILE).stat().st_mode & 0o777 == 0o660


def test_the_others_of_a_group_can_grade_too(tmp_path: Path) -> None:
    folder = new_course(tmp_path / "course", "c.CourseDirectory.groupshared = True")
    with Course.open(folder).sole_grader("averages"):
        kept = folder / "gradings" / "averages"
        modes = [path.stat().st_mode & 0o2070 for path in (kept.parent, kept, kept / ".lock")]
    assert modes == [0o2070, 0o2070, 0o060]


@pytest.mark.parametrize("odd", [b"\xff", b"", b"x" * 2000, None], ids=str)
def test_an_odd_secret_beside_a_submission_is_replaced(tmp_path: Path, odd: bytes | None) -> None:
    """Feedback is released with it: nbgrader would stop at the first that it cannot read."""
    course = Course.open(new_course(tmp_path / "course"))
    graded = course.autograded_folder("averages", "student-001")
    secret = graded / "submission_secret.txt"
    if odd is None:
        (secret / "folder").mkdir(parents=True)
    else:
        secret.parent.mkdir(parents=True)
        secret.write_bytes(odd)
    course.complete_graded_folder("averages", "student-001", graded)
    made = secret.read_text()
    assert len(made) == 128
    secret.write_text("0123456789abcdef" * 8)
    course.complete_graded_folder("averages", "student-001", graded)
    assert secret.read_text() == "0123456789abcdef" * 8


def test_limits_come_from_the_configuration(tmp_path: Path) -> None:
    folder = new_course(
        tmp_path / "course",
        "c.GradingOptions.cell_seconds = 60",
        "c.GradingOptions.run_demonstrations = True",
        "c.GradingOptions.packages = ['scipy']",
        "c.GradingOptions.per_assignment = {'averages': {'cell_seconds': 5, 'memory_mib': 512}}",
    )
    for part in ("assignments", "solutions"):  # another assignment
        shutil.copytree(folder / part / "averages", folder / part / "medians")
    notebooks = folder / "assignments" / "medians"
    (notebooks / "averages.ipynb").rename(notebooks / "medians.ipynb")
    course = Course.open(folder)
    assert course.contents.names() == ["averages", "medians"]
    general = Limits(cell_seconds=60, run_demonstrations=True, packages=("scipy",))
    assert course.limits("medians") == general
    assert course.limits("averages") == replace(general, cell_seconds=5, memory_mib=512)
    assert course.limits("medians") == general


@pytest.mark.parametrize(
    ("values", "error", "says"),
    [
        ({"cell_second": 5}, UnknownOption, "sets cell_second. Options are cell_seconds, call_"),
        ({"per_assignment": {}}, UnknownOption, "sets per_assignment"),
        ({"cell_seconds": 0}, TraitError, "cell_seconds"),
        ({"submission_seconds": float("inf")}, TraitError, "submission_seconds"),
    ],
)
def test_an_option_of_one_assignment_is_checked_too(
    values: dict[str, object], error: type[Exception], says: str
) -> None:
    options = GradingOptions(per_assignment={"averages": values})
    with pytest.raises(error, match=says):
        options.limits("averages", KNOWN)


def test_options_of_an_assignment_that_does_not_exist_are_refused() -> None:
    with pytest.raises(UnknownAssignment, match="'avrages'"):
        GradingOptions(per_assignment={"avrages": {}}).limits("averages", KNOWN)
    with pytest.raises(TraitError, match="per_assignment"):
        GradingOptions(per_assignment={"averages": 5})


@pytest.mark.parametrize(
    ("option", "value"), [("cell_seconds", 0), ("call_seconds", -1), ("memory_mib", -5)]
)
def test_a_limit_that_nothing_could_keep_is_refused(option: str, value: int) -> None:
    with pytest.raises(TraitError, match=option):
        GradingOptions(**{option: value})


def test_every_limit_is_an_option_with_the_same_default() -> None:
    assert GradingOptions().limits("averages", KNOWN) == Limits()
    no_limits = {"per_assignment", "plain_assignments", "demo_assignment", "attempts_per_hour"}
    options = set(GradingOptions.class_own_traits()) - no_limits
    assert options == set(Limits.__dataclass_fields__)


def test_the_readme_names_every_option() -> None:
    readme = README.read_text()
    for name, option in GradingOptions.class_own_traits().items():
        default = option.default()
        shown = f"{default:g}" if isinstance(default, float) else repr(default).replace("'", '"')
        assert f"| `c.GradingOptions.{name}` | {shown} |" in readme
