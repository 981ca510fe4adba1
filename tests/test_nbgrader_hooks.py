"""Plain nbgrader grades with the heart: from its command line and from the formgrader."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, graded_files, hand_in, table_rows
from nbgrader.apps import NbGraderAPI

from autograder.batch.class_grading import grade_class
from autograder.course.candidate_files import CandidateFiles
from autograder.course.candidates import Chosen, choose
from autograder.course.folder import Course
from autograder.course.options import Limits
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.running import time_left
from autograder.running.no_answer import SubmissionTimedOut


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse, averages: Assignment) -> Path:
    folder = released_course(tmp_path / "course")
    hand_in(folder, "student-001", "averages", nbformat.writes(answered(averages, {})))
    return folder


# nbgrader's own use of SQLAlchemy.
@pytest.mark.filterwarnings("ignore:Object of type")
def test_the_formgraders_button_grades(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)  # as the server does whose root the course is
    opened = Course.open(course)
    api = NbGraderAPI(opened.coursedir, config=opened.config)
    result = api.autograde("averages", "student-001")
    assert result["success"], result
    submission = api.get_submission("averages", "student-001")
    assert submission["autograded"]
    assert submission["code_score"] == 60
    assert submission["needs_manual_grade"]


@pytest.mark.filterwarnings("ignore:Object of type")
def test_grading_without_running_is_refused_and_changes_nothing(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    opened = Course.open(course)
    list(grade_class(opened, "averages", jobs=1))
    before = table_rows(course), graded_files(course)

    autograde = ("nbgrader", "autograde", "averages", "--no-execute", "--force")
    result = run_here(*autograde, cwd=course, status=2)
    assert "Nothing was graded: --no-execute" in result.stderr
    assert "Traceback" not in result.stderr

    opened.config.Execute.enabled = False
    api = NbGraderAPI(opened.coursedir, config=opened.config)
    answer = api.autograde("averages", "student-001")  # does not end the server
    assert not answer["success"]
    assert "Nothing was graded: --no-execute" in answer["log"]
    assert (table_rows(course), graded_files(course)) == before


@pytest.mark.filterwarnings("ignore:Object of type")
def test_a_courses_own_hook_is_called_as_well(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    opened = Course.open(course)
    called: list[dict[str, object]] = []
    opened.config.Autograde.pre_convert_hook = lambda **about: called.append(about)
    api = NbGraderAPI(opened.coursedir, config=opened.config)
    assert api.autograde("averages", "student-001")["success"]
    assert [about["student"] for about in called] == ["student-001"]


def test_links_are_removed_and_named_on_one_short_line(course: Path) -> None:
    folder = course / "submitted" / "student-001" / "averages"
    for number in range(300):
        (folder / f"{number:03}\n{'x' * 200}").symlink_to("/etc/passwd")
    said = run_here("nbgrader", "autograde", "averages", cwd=course).stderr
    (line,) = [line for line in said.splitlines() if "links or devices" in line]
    assert "student-001: removed links or devices, which are no files (300): 000" in line
    assert line.endswith(" and 295 more.")
    assert len(line) < 600
    assert not [path for path in folder.iterdir() if path.is_symlink()]


def test_looking_for_the_notebook_takes_of_its_time(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0, thread_time=lambda: clock.now)
    monkeypatch.setattr(time_left, "time", clock)

    def choose_slowly(files: CandidateFiles, assignment: Assignment) -> Chosen:
        clock.now += Limits().submission_seconds
        return choose(files, assignment)

    monkeypatch.setattr("autograder.nbgrader_hooks.choose", choose_slowly)
    run_here("nbgrader", "autograde", "averages", cwd=course)
    assert sum(row[2] or 0 for row in table_rows(course)["grade"]) == 0
    (graded,) = course.glob("autograded/student-001/averages/*.ipynb")
    assert str(SubmissionTimedOut(Limits().submission_seconds)) in graded.read_text()


@pytest.mark.parametrize("copied", [False, True], ids=["empty", "a copy of the answers"])
def test_another_notebook_in_the_folder_is_refused_by_name(
    course: Path, averages: Assignment, copied: bool
) -> None:
    path = course / "assignments" / "averages" / "extra.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), path)
    run_here("nbgrader", "generate_assignment", "averages", "--force", cwd=course)
    text = nbformat.writes(answered(averages, {}) if copied else nbformat.v4.new_notebook())
    hand_in(course, "student-001", "averages", text, file_name="extra.ipynb")
    result = run_here("nbgrader", "autograde", "averages", cwd=course, status=1)
    assert "There is no assignment 'extra'" in result.stderr


@pytest.mark.parametrize("time", ["yesterday", "2" * 2**20], ids=["no time", "a very long time"])
def test_a_resubmission_with_an_odd_time_does_not_keep_the_old_score(
    course: Path, time: str
) -> None:
    run_here("nbgrader", "autograde", "averages", cwd=course)
    assert sum(row[2] or 0 for row in table_rows(course)["grade"]) == 60
    (course / "submitted" / "student-001" / "averages" / "timestamp.txt").write_text(time)
    result = run_here("nbgrader", "autograde", "averages", cwd=course, status=1)
    assert "timestamp" in result.stderr
    assert {row[2] for row in table_rows(course)["grade"]} == {None}
    assert all(row[5] for row in table_rows(course)["grade"])  # it waits for a human
