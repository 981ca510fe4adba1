"""A course folder: made once, configured once, its options read by both doors."""

from dataclasses import replace
from pathlib import Path

import pytest
from contents import assignment_names
from courses import new_course
from traitlets import TraitError

from autograder.course.folder import CONFIG, CONFIG_FILE, SECRET_FILE, Course, create_course
from autograder.course.options import GradingOptions, Limits
from autograder.errors import UnknownAssignment, UnknownOption

ROOT = Path(__file__).parents[1]


def test_a_checkout_is_a_course_with_the_same_configuration() -> None:
    assert (ROOT / CONFIG_FILE).read_text() == CONFIG


def test_a_new_course_has_every_assignment(tmp_path: Path) -> None:
    create_course(tmp_path / "course")
    course = Course.open(tmp_path / "course")
    assert [course.assignment(name).name for name in assignment_names()] == assignment_names()
    assert course.coursedir.course_id == "why-convolutions"


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    create_course(tmp_path)
    (tmp_path / CONFIG_FILE).write_text("# mine")
    create_course(tmp_path)
    assert (tmp_path / CONFIG_FILE).read_text() == "# mine"


def test_the_secret_is_private_and_made_once(tmp_path: Path) -> None:
    create_course(tmp_path)
    first, again = (Course.open(tmp_path).secret() for _ in range(2))
    assert first == again
    assert len(first) == 32
    assert (tmp_path / SECRET_FILE).stat().st_mode & 0o777 == 0o600


def test_the_secret_of_a_shared_course_is_the_groups(tmp_path: Path) -> None:
    folder = new_course(tmp_path / "course", "c.CourseDirectory.groupshared = True")
    Course.open(folder).secret()
    assert (folder / SECRET_FILE).stat().st_mode & 0o777 == 0o660


@pytest.mark.parametrize("odd", [b"\xff", b"", b"x" * 2000, None], ids=str)
def test_an_odd_secret_beside_a_submission_is_replaced(tmp_path: Path, odd: bytes | None) -> None:
    """Feedback is released with it: nbgrader would stop at the first that it cannot read."""
    create_course(tmp_path)
    course = Course.open(tmp_path)
    secret = course.autograded_folder("pooling", "student-001") / "submission_secret.txt"
    if odd is None:
        (secret / "folder").mkdir(parents=True)
    else:
        secret.parent.mkdir(parents=True)
        secret.write_bytes(odd)
    course.complete_graded_folder("pooling", "student-001")
    made = secret.read_text()
    assert len(made) == 128
    secret.write_text("0123456789abcdef" * 8)
    course.complete_graded_folder("pooling", "student-001")
    assert secret.read_text() == "0123456789abcdef" * 8


def test_limits_come_from_the_configuration(tmp_path: Path) -> None:
    folder = new_course(
        tmp_path / "course",
        "c.GradingOptions.cell_seconds = 60",
        "c.GradingOptions.run_demonstrations = True",
        "c.GradingOptions.packages = ['scipy']",
        "c.GradingOptions.per_assignment = {'pooling': {'cell_seconds': 5, 'memory_mib': 512}}",
    )
    course = Course.open(folder)
    general = Limits(cell_seconds=60, run_demonstrations=True, packages=("scipy",))
    assert course.limits("convolution") == general
    assert course.limits("pooling") == replace(general, cell_seconds=5, memory_mib=512)
    assert course.limits("convolution") == general


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
    options = GradingOptions(per_assignment={"pooling": values})
    with pytest.raises(error, match=says):
        options.limits("pooling")


def test_options_of_an_assignment_that_does_not_exist_are_refused() -> None:
    with pytest.raises(UnknownAssignment, match="'poling'"):
        GradingOptions(per_assignment={"poling": {}}).limits("pooling")
    with pytest.raises(TraitError, match="per_assignment"):
        GradingOptions(per_assignment={"pooling": 5})


@pytest.mark.parametrize(
    ("option", "value"), [("cell_seconds", 0), ("call_seconds", -1), ("memory_mib", -5)]
)
def test_a_limit_that_nothing_could_keep_is_refused(option: str, value: int) -> None:
    with pytest.raises(TraitError, match=option):
        GradingOptions(**{option: value})


def test_every_limit_is_an_option_with_the_same_default() -> None:
    assert GradingOptions().limits("pooling") == Limits()
    options = set(GradingOptions.class_own_traits()) - {"per_assignment"}
    assert options == set(Limits.__dataclass_fields__)


def test_the_readme_names_every_option() -> None:
    readme = (ROOT / "README.md").read_text()
    for name, option in GradingOptions.class_own_traits().items():
        default = option.default()
        shown = f"{default:g}" if isinstance(default, float) else str(default).replace("'", '"')
        assert f"| `c.GradingOptions.{name}` | {shown} |" in readme
