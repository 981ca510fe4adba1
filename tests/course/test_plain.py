"""Which ordinary nbgrader assignments are graded: both doors refuse the others, and say why."""

from pathlib import Path

import pytest
from commands import run_here
from courses import hand_in, new_course
from plain_course import ALLOWED, NAME, NAMED, WARNING, add_plain

DOORS = {
    "grade": ("autograder", "grade"),
    "grade that insists": ("autograder", "grade", "--unsafe-no-sandbox"),
    "autograde": ("nbgrader", "autograde"),
}
NOT_ALLOWED = (
    f"Nothing was graded: '{NAME}' is an ordinary nbgrader assignment, and submitted code is not "
    "locked in. It could read the solutions and write the gradebook. To grade it nevertheless, "
    f"write in nbgrader_config.py: {ALLOWED}\n"
)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("config", "says"),
    [
        ([], NOT_ALLOWED),
        (["c.GradingOptions.unsafe_no_sandbox = True"], NOT_ALLOWED),
        ([ALLOWED.replace("True", "False")], NOT_ALLOWED),
        ([ALLOWED.replace("True", "'yes'")], "unsafe_no_sandbox"),
        (
            [ALLOWED.replace("unsafe_no_sandbox", "cell_seconds")],
            "sets cell_seconds. Options are unsafe_no_sandbox.",
        ),
        ([ALLOWED, "c.Execute.enabled = False"], "Nothing was graded: --no-execute"),
    ],
    ids=["nothing said", "said of all", "said not to be", "no truth", "a limit", "not to be run"],
)
def test_it_is_refused_unless_the_course_allows_it(
    tmp_path: Path, door: str, config: list[str], says: str
) -> None:
    course = add_plain(new_course(tmp_path / "course"), NAMED, *config)
    hand_in(course, "somebody", NAME, "")
    result = run_here(*DOORS[door], NAME, cwd=course, status=2)
    assert says in result.stderr
    assert WARNING not in result.stderr
    assert "Traceback" not in result.stderr
    assert not (course / "gradebook.db").exists()


@pytest.mark.parametrize("door", ["grade", "autograde"])
@pytest.mark.parametrize("graded", [NAME, "averages"])
@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("sqares", "plain_assignments names 'sqares', and there is no notebook in "),
        ("averages", "plain_assignments names 'averages', which has hidden tests in solutions/"),
    ],
)
def test_a_wrong_name_in_the_list_is_said_whatever_is_graded(
    tmp_path: Path, door: str, graded: str, named: str, says: str
) -> None:
    both = f"c.GradingOptions.plain_assignments = [{NAME!r}, {named!r}]"
    course = add_plain(new_course(tmp_path / "course"), both, ALLOWED)
    hand_in(course, "somebody", graded, "")
    result = run_here(*DOORS[door], graded, cwd=course, status=2)
    assert says in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("autograder", "catalogue", NAME),
        ("autograder", "grade-file", "x.ipynb", "--assignment", NAME),
        ("autograder", "grade", NAME),
        ("nbgrader", "autograde", NAME),
    ],
    ids=lambda command: command[1],
)
def test_what_needs_hidden_tests_says_that_there_are_none(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    course = add_plain(new_course(tmp_path / "course"))
    hand_in(course, "somebody", NAME, "")
    result = run_here(*command, cwd=course, status=2)
    assert f"'{NAME}' has no hidden tests in solutions/{NAME}/. An ordinary" in result.stderr
    assert f"`autograder grade {NAME}`" in result.stderr
