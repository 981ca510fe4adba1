"""Why something is graded again, and what that changes: said before it is done, and after."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, hand_in, set_options, table_rows
from nbgrader.api import Gradebook
from nbgrader.utils import notebook_hash

from autograder.batch import log
from autograder.batch.class_grading import grade_class
from autograder.batch.looking import plan_class
from autograder.course.folder import Course
from autograder.course.marks import Marks, marks_of_class
from autograder.course.released import has_feedback
from autograder.course.replacing import replace_file
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.pages.class_table import MOST_SAID
from autograder.results import Ungraded

NAME = "averages"
# Of no numbers the largest one is 1: right for what is asked after the change below.
ONE = (
    "def running_maximum(numbers):\n    return [max(numbers[:n + 1]) for n in range(len(numbers))]"
)
ONE += " or [1]"
NONE = """
def running_maximum(numbers):
    return [max(numbers[: end + 1]) for end in range(len(numbers))] or [1]
"""
NONE = "def running_maximum(numbers):\n    raise ValueError('not yet')"
HIDDEN = "check(student.running_maximum([]), [])"
CHANGED = "check(student.running_maximum([]), [1])"


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, released_course: MakeCourse, averages: Assignment
) -> Path:
    """A course of three whose submissions are graded: only student-001 is right in all."""
    folder = released_course(tmp_path_factory.mktemp("regrade") / "course")
    for student, code in (("student-001", None), ("student-002", ONE), ("student-003", NONE)):
        changes = {"running_maximum": code} if code else {}
        hand_in(folder, student, NAME, nbformat.writes(answered(averages, changes)))
    for entry in grade_class(Course.open(folder), NAME, jobs=1):
        assert not entry.failed
        assert entry.seconds > 0
        assert entry.change is None
    return folder


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded, tmp_path / "course"))


def edit(file: str, text: str = "\n") -> Callable[[Path], None]:
    def change(course: Path) -> None:
        with (course / file).open("a") as opened:
            opened.write(text)

    return change


def change_test(course: Path) -> None:
    tests = course / "solutions" / NAME / "hidden_tests.py"
    text = tests.read_text()
    assert HIDDEN in text
    tests.write_text(text.replace(HIDDEN, CHANGED))


def set_option(course: Path) -> None:
    set_options(course, "c.GradingOptions.cell_seconds = 7")


def give_more_time(course: Path) -> None:
    opened = Course.open(course).coursedir
    with Gradebook(opened.db_url, opened.course_id) as gradebook:
        gradebook.grant_extension(NAME, "student-001", days=1)


def change_secret(course: Path) -> None:
    (course / ".grading_secret").write_bytes(b"another")


def lose_copy(course: Path) -> None:
    shutil.rmtree(course / "autograded" / "student-001")


def cut_the_power(*file: str) -> Callable[[Path], None]:
    """Return what leaves a file as a power cut can leave one that was just renamed: empty."""
    return lambda course: replace_file(course.joinpath(*file), b"")


def lose_result(course: Path) -> None:
    (course / "gradings" / NAME / "student-001.json").unlink()


def kill_a_grading(course: Path) -> None:
    Course.open(course).begin_grading(NAME, "student-001")


def hand_in_later(course: Path) -> None:
    (course / "submitted" / "student-001" / NAME / "timestamp.txt").write_text(
        "2026-03-05 12:00:00 UTC"
    )


def hand_in_new(course: Path) -> None:
    shutil.copytree(course / "submitted" / "student-001", course / "submitted" / "student-004")


def as_an_older_version(course: Path) -> None:
    kept = course / "gradings" / NAME / "student-001.json"
    opened = Course.open(course)
    stored = opened.grading(NAME, "student-001")
    assert stored is not None
    kept.write_text(kept.read_text().replace(stored.key, "5f" * 32))


def as_nbgrader(course: Path) -> None:
    kept = course / "gradings" / NAME / "student-001.json"
    stored = Course.open(course).grading(NAME, "student-001")
    assert stored is not None
    kept.write_text(kept.read_text().replace(stored.key, ""))


EVERYBODY = ("student-001", "student-002", "student-003")
NOTEBOOK = f"submitted/student-001/{NAME}/{NAME}.ipynb"
WHY = {
    "nothing": (lambda course: None, (), ""),
    "new": (hand_in_new, ("student-004",), "new"),
    "a notebook": (edit(NOTEBOOK), ("student-001",), "the notebook changed"),
    "beside it": (
        edit(f"submitted/student-001/{NAME}/notes.txt"),
        ("student-001",),
        "files beside the notebook changed",
    ),
    "time": (hand_in_later, ("student-001",), "it was handed in at another time"),
    "an extension": (give_more_time, ("student-001",), "the extension changed"),
    "a test": (change_test, EVERYBODY, "hidden tests changed, or other files of the assignment's"),
    "shared": (edit("solutions/_arguments.py"), EVERYBODY, "what the course's solutions share"),
    "source": (edit(f"assignments/{NAME}/prices.txt"), EVERYBODY, "the assignment's own files"),
    "an option": (set_option, EVERYBODY, "options changed"),
    "the secret": (change_secret, EVERYBODY, "the course's secret changed"),
    "no copy": (lose_copy, ("student-001",), "its graded copy is gone"),
    "empty copy": (
        cut_the_power("autograded", "student-001", NAME, f"{NAME}.ipynb"),
        ("student-001",),
        "its graded copy is not whole",
    ),
    "empty secret": (
        cut_the_power("autograded", "student-001", NAME, "submission_secret.txt"),
        ("student-001",),
        "its graded copy is not whole",
    ),
    "no result": (lose_result, ("student-001",), "no result of it is kept"),
    "empty result": (
        cut_the_power("gradings", NAME, "student-001.json"),
        ("student-001",),
        "its last grading was not finished",
    ),
    "killed": (kill_a_grading, ("student-001",), "its last grading was not finished"),
    "older": (as_an_older_version, ("student-001",), "kept by an older version"),
    "nbgrader": (as_nbgrader, ("student-001",), "graded by nbgrader autograde"),
}


@pytest.mark.parametrize(("change", "students", "why"), WHY.values(), ids=WHY)
def test_it_is_said_what_would_be_graded_and_why(
    course: Path, change: Callable[[Path], None], students: tuple[str, ...], why: str
) -> None:
    change(course)
    plan = plan_class(Course.open(course), NAME)
    assert [each.student for each in plan.planned] == [*students]
    assert {each.why.startswith(why) for each in plan.planned} <= {True}
    assert plan.total == len({*EVERYBODY, *students})


def test_several_reasons_are_all_said_and_force_is_one(course: Path) -> None:
    edit(NOTEBOOK)(course)
    set_option(course)
    opened = Course.open(course)
    for student, why in {
        "student-001": "the notebook changed; options changed",
        "student-002": "options changed",
    }.items():
        plan = plan_class(opened, NAME, students=[student], force=True)
        assert [each.why for each in plan.planned] == [why]


def test_with_force_what_did_not_change_says_so(graded: Path) -> None:
    plan = plan_class(Course.open(graded), NAME, force=True)
    assert ({each.why for each in plan.planned}, len(plan.planned)) == ({"--force"}, 3)
    assert plan.total == 3


def test_what_lies_beside_is_named_below_the_plan(course: Path) -> None:
    loose = course / "submitted" / f"{NAME}.ipynb"
    shutil.copy(course / NOTEBOOK, loose)
    said = run_here("autograder", "grade", NAME, "--dry-run", cwd=course).stdout.splitlines()
    assert said[0] == f"0 of {len(EVERYBODY) + 1} would be graded."
    assert [line.split(" was not graded")[0] for line in said[1:]] == [
        f"{NAME}.ipynb: submitted/{NAME}.ipynb"
    ]


def everything(course: Path) -> dict[str, tuple[int, bytes]]:
    """Return all files of a course with their times."""
    return {
        os.path.relpath(path, course): (path.stat().st_mtime_ns, path.read_bytes())
        for path in course.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


FELL = "running_maximum had 20, has 17.5 (test_no_numbers)"


def test_a_changed_test_moves_scores_and_each_fall_is_named(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST_BYTES", 1)  # so that the next line moves what is there
    change_test(course)
    release_page(course, "student-001")
    edit(f"submitted/student-003/{NAME}/notes.txt")(course)  # what is handed in anew is no regrade
    hand_in_new(course)
    before = everything(course)
    command = ("autograder", "grade", NAME, "--jobs", "1")

    plan = run_here(*command, "--dry-run", cwd=course).stdout.splitlines()
    assert plan[0] == "4 of 4 would be graded."
    assert "student-004: new" in plan
    tried = run_here(*command, "--dry-run", "--scores", cwd=course).stdout
    assert everything(course) == before

    done = run_here(*command, cwd=course).stdout
    fall = FELL.replace(")", "; feedback on it was given)")
    for said in (tried, done):
        assert "Graded again: 1 rose, 1 fell, 0 stayed." in said
        assert f"student-001: {fall}" in said.splitlines()
    lines = (course / "logs" / f"{NAME}.log").read_text().splitlines()[-4:]
    line_of = {line.split("\t")[1]: line for line in lines}
    assert {*line_of} == {*EVERYBODY, "student-004"}
    assert line_of["student-001"].endswith(f"before: 60 points, now 57.5: fell. {fall}")
    assert "before" not in line_of["student-004"]


PLUGIN = """
from nbgrader.plugins import BasePlugin
class Costs(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        {}
c.AssignLatePenalties.plugin_class = Costs
"""
REGRADES = {
    "kept": (lambda course: None, "fell"),
    "killed": (kill_a_grading, "fell"),
    "killed, then handed in": (lambda course: (kill_a_grading(course), hand_in_later(course)), ""),
    "another notebook": (edit(NOTEBOOK), ""),
    "older": (as_an_older_version, ""),
    "nbgrader": (as_nbgrader, ""),
    "no result": (lose_result, ""),
}


@pytest.mark.parametrize(("before", "direction"), REGRADES.values(), ids=REGRADES)
def test_only_what_is_known_to_be_the_same_hand_in_is_compared(
    course: Path, before: Callable[[Path], object], direction: str
) -> None:
    change_test(course)
    before(course)
    (entry,) = grade_class(Course.open(course), NAME, students=["student-001"], jobs=1)
    assert (entry.change.direction if entry.change else "") == direction


def test_an_interrupted_regrade_says_what_it_changed_so_far(course: Path) -> None:
    change_test(course)
    use_late_plugin(course, "if student_id == 'student-002': raise KeyboardInterrupt")
    done = run_here("autograder", "grade", NAME, "--jobs", "1", cwd=course, status=130)
    assert f"student-001: {FELL}" in done.stdout.splitlines()


def use_late_plugin(course: Path, body: str) -> None:
    set_options(course, PLUGIN.format(body))
    set_due_date(course, "2026-02-01 12:00 UTC")


def set_due_date(course: Path, due: str) -> None:
    opened = Course.open(course).coursedir
    with Gradebook(opened.db_url, opened.course_id) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=due)


LATE = {
    "all": ("return score", (60.0, 0.0), ("the whole had 60, has 0 (lateness cost 0, costs 60",)),
    "a part": ("return 4", (60.0, 56.0), ("the whole had 60, has 56 (lateness cost 0, costs 4",)),
    "nothing": ("return None", (60.0, 60.0), ()),
    "a failing plugin": (
        "raise ValueError('of the plugin')",
        (60.0, 0.0),
        tuple(
            f"{name} had {points}, has none (not graded"
            for name, points in (
                ("running_maximum", 20),
                ("weighted_mean", 16),
                ("step_down", 14),
                ("answer_1", 10),
            )
        ),
    ),
}


@pytest.mark.parametrize(("body", "points", "falls"), LATE.values(), ids=LATE)
def test_what_lateness_costs_now_is_a_change(
    course: Path, body: str, points: tuple[float, float], falls: tuple[str, ...]
) -> None:
    release_page(course, "student-001")
    use_late_plugin(course, body)
    for dry in (True, False):
        one = {"students": ["student-001"], "jobs": 1}
        (entry,) = grade_class(Course.open(course), NAME, dry=dry, **one)
        assert entry.change
        assert (entry.change.old, entry.change.new) == points
        said = [str(fall) for fall in entry.change.falls]
        assert said == [f"{fall}; feedback on it was given)" for fall in falls]
        if isinstance(entry.result, Ungraded):
            assert "plugin for late submissions" in entry.result.error
            assert "ValueError: of the plugin" in entry.result.error


def test_who_is_not_graded_any_more_loses_the_points_by_hand_as_well(course: Path) -> None:
    opened = Course.open(course).coursedir
    with Gradebook(opened.db_url, opened.course_id) as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, "student-001")
        (grade,) = (grade for grade in notebook.grades if grade.needs_manual_grade)
        grade.manual_score, grade.needs_manual_grade = 10, False
        gradebook.db.commit()
    # A penalty may be above the automatic points.
    for body, found in (("return 62", (70, 8)), ("raise ValueError", (8, 0))):
        use_late_plugin(course, body)
        for dry in (True, False):
            one = {"students": ["student-001"], "jobs": 1, "force": True}
            (entry,) = grade_class(Course.open(course), NAME, dry=dry, **one)
            assert entry.change
            assert (entry.change.old, entry.change.new) == found
            assert entry.change.direction == "fell"
    assert str(entry.change.falls[-1]) == "the whole had 8, has none (not graded)"


def test_without_a_penalty_a_score_rises(course: Path) -> None:
    use_late_plugin(course, "return 4")
    for due, found in (("2026-02-01 12:00 UTC", (60, 56)), ("2026-04-01 12:00 UTC", (56, 60))):
        set_due_date(course, due)
        (entry,) = grade_class(Course.open(course), NAME, students=["student-001"], jobs=1)
        assert entry.change
        assert (entry.change.old, entry.change.new) == found


def test_what_another_time_zone_makes_late_is_a_fall(course: Path) -> None:
    time = course / "submitted" / "student-001" / NAME / "timestamp.txt"
    time.write_text("2026-03-01 12:00:00 CST")
    use_late_plugin(course, "return 4")
    set_due_date(course, "2026-03-01 12:00 UTC")
    zones = {"Asia/Shanghai": None, "America/Chicago": (60, 56), "Europe/Berlin": (56, 0)}
    for zone, found in zones.items():  # Berlin has no CST
        set_options(course, f"c.Exchange.timezone = {zone!r}")
        for dry in (True, False):
            one = {"students": ["student-001"], "jobs": 1}
            (entry,) = grade_class(Course.open(course), NAME, dry=dry, **one)
            assert (entry.change and (entry.change.old, entry.change.new)) == found
            assert ("is not a zone" in getattr(entry.result, "error", "")) == (zone[0] == "E")


def release_page(course: Path, student: str) -> None:
    """Put a page where nbgrader releases it."""
    exchange = course.parent / "exchange"
    set_options(course, f"c.Exchange.root = {str(exchange)!r}")
    pages = exchange / "small-course" / "feedback"
    pages.mkdir(parents=True)
    secret = course / "autograded" / student / NAME / "submission_secret.txt"
    page = notebook_hash(secret=secret.read_text(), notebook_id=NAME)
    (pages / f"{page}.html").touch()


def test_who_has_feedback_is_known_by_what_was_released(course: Path) -> None:
    release_page(course, "student-002")
    opened = Course.open(course)
    assert (
        course / "feedback" / "student-001" / NAME / f"{NAME}.html"
    ).exists()  # made, and no more
    found = {student: has_feedback(opened, NAME, student) for student in (*EVERYBODY, "nobody")}
    assert found == {
        "student-001": False,
        "student-002": True,
        "student-003": False,
        "nobody": False,
    }


def about(marks: Marks) -> tuple[object, ...]:
    """Return what the table of a class says of a student's marks."""
    lateness = (marks.seconds_late, marks.penalty)
    return *lateness, marks.by_hand, marks.waiting, marks.why_waiting


def test_what_waits_is_what_the_gradebook_says_now(course: Path) -> None:
    opened = Course.open(course)
    assert about(marks_of_class(opened, NAME)["student-001"]) == (0, 0, None, 10, ["written"])
    with Gradebook(opened.coursedir.db_url, opened.coursedir.course_id) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-02-28 12:00 UTC")
        for student, score in (("student-001", 8.5), ("student-002", 4)):
            notebook = gradebook.find_submission_notebook(NAME, NAME, student)
            notebook.late_submission_penalty = 3
            (grade,) = (grade for grade in notebook.grades if grade.needs_manual_grade)
            grade.manual_score = score
            grade.needs_manual_grade = student == "student-002"  # as after a regrade
        gradebook.db.commit()
    found = marks_of_class(opened, NAME)
    assert about(found["student-001"]) == (86_400, 3, 8.5, 0, [])
    assert about(found["student-002"]) == (86_400, 3, 4, 10, ["look again"])
    assert marks_of_class(opened, NAME, ["student-002"]) == {"student-002": found["student-002"]}
    assert marks_of_class(opened, "nothing") == {}
    assert len(table_rows(course)["grade"]) > 0


def test_quiet_says_only_what_somebody_has_to_look_at(course: Path) -> None:
    hand_in(course, "damaged", NAME, "{")
    said = run_here("autograder", "grade", NAME, "--quiet", cwd=course, status=1)
    assert said.stdout == ""
    (line,) = said.stderr.splitlines()
    assert line.startswith("damaged: This is not a notebook that can be read")


@pytest.mark.parametrize("options", [(), ("--quiet",)])
def test_a_dry_run_names_who_would_not_be_graded(
    course: Path, averages: Assignment, options: tuple[str, ...]
) -> None:
    for name, changes in (("a" * 200, {}), ("b" * 200, {"running_maximum": ONE})):
        text = nbformat.writes(answered(averages, changes))
        hand_in(course, "two", NAME, text, file_name=f"{name}.ipynb")
    for number in range(MOST_SAID):
        hand_in(course, f"damaged-{number:03}", NAME, "{")
    command = ("autograder", "grade", NAME, "--dry-run", "--scores", "--jobs", "1", *options)
    said = run_here(*command, cwd=course, status=1).stderr.splitlines()
    lines = {line.split(": ", 1)[0]: line for line in said}
    assert lines.keys() >= {"two", *(f"damaged-{number:03}" for number in range(MOST_SAID))}
    assert "logs/" not in " ".join(said)
    assert "damaged" not in (course / "logs" / f"{NAME}.log").read_text()


@pytest.mark.parametrize("options", [("--scores",)])
def test_scores_alone_are_refused(course: Path, options: tuple[str, ...]) -> None:
    said = run_here("autograder", "grade", NAME, *options, cwd=course, status=2)
    assert "--dry-run" in said.stderr
