"""Grading while students still work: every attempt, its feedback, and a new start at any time."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from commands import run_command, run_here
from courses import MakeCourse, copy_assignment, hand_in, set_options, table_rows

from autograder.batch import watching
from autograder.batch.attempts import Attempts
from autograder.batch.watching import Event, Watch
from autograder.course.folder import Course
from autograder.feedback.pages import Pages
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered, solutions

NAME, OTHER = "averages", "medians"
FILE = f"{NAME}.ipynb"
NONE = {"running_maximum": "def running_maximum(numbers):\n    return None"}


@pytest.fixture
def course(tmp_path: Path, released_course: MakeCourse, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with an exchange, watched without waiting."""
    monkeypatch.setattr(watching, "SECONDS_BETWEEN_LOOKS", 0.0)
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    return released_course(
        tmp_path / "course",
        f"c.Exchange.root = {str(exchange)!r}",
        f"c.Exchange.cache = {str(tmp_path / 'cache')!r}",
        "c.ExchangeCollect.check_owner = False",
    )


@pytest.fixture
def right(averages: Assignment) -> str:
    return nbformat.writes(answered(averages, {}))


@pytest.fixture
def wrong(averages: Assignment) -> str:
    return nbformat.writes(answered(averages, NONE))


class Watched:
    """A course that is watched, and what was said."""

    def __init__(self, course: Path, name: str = NAME) -> None:
        self.watch = Watch(
            Course.open(course), name, jobs=1, unsafe_no_sandbox=False, tell=self._told
        )
        self._said: list[str] = []

    def _told(self, event: Event) -> None:
        self._said.append(f"{event.student}: {event.said}")

    def steps(self, count: int = 2) -> list[str]:
        """Go on for some steps: what is new must be the same twice. Return what was said."""
        return self.told_by(self.watch.step, count)

    def takes(self) -> list[str]:
        """Take what is new without grading it. Return what was said."""
        return self.told_by(self.watch.take, 2)

    def told_by(self, do: Callable[[], None], count: int) -> list[str]:
        self._said = []
        for _ in range(count):
            do()
        return self._said


def attempts(course: Path, student: str) -> list[dict[str, object]]:
    found = sorted((course / "attempts" / NAME / student).glob("*/about.json"))
    return [json.loads(path.read_text()) for path in found]


def score(course: Path, student: str) -> float:
    return sum(row[2] or 0 for row in table_rows(course)["grade"] if row[0] == student)


HERE, FEEDBACK = (
    "student-001: attempt {} is here",
    "student-001: attempt {}: feedback is in the course's feedback",
)


def test_what_is_laid_into_submitted_is_graded_and_the_last_attempt_counts(
    course: Path, right: str, wrong: str
) -> None:
    hand_in(course, "student-001", NAME, wrong)
    watched = Watched(course)
    assert watched.steps(1) == []  # somebody may still be writing it
    said = watched.steps(1)
    assert said[:2] == [
        HERE.format(1),
        "student-001: attempt 1: 40 of 60 points, 10 wait for a human",
    ]
    assert said[2].startswith(FEEDBACK.format(1))
    page = course / "feedback" / "student-001" / NAME / f"{NAME}.html"
    first = page.read_text()
    assert watched.steps(3) == []

    hand_in(course, "student-001", NAME, right)
    assert watched.steps(2)[1].startswith("student-001: attempt 2: 60 of 60 points")
    assert score(course, "student-001") == 60
    assert page.read_text() != first
    assert [bool(a["graded"]) for a in attempts(course, "student-001")] == [True, True]
    assert (
        course / "attempts" / NAME / "student-001" / "0001" / "files" / FILE
    ).read_text() == wrong
    assert not (course / "attempts" / NAME / ".now").exists()

    again = run_here("autograder", "grade", NAME, cwd=course)
    assert "1 of 1 had not changed" in again.stdout


def test_within_the_limit_the_newest_is_graded_and_those_it_replaces_are_kept(
    course: Path, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_options(course, "c.GradingOptions.attempts_per_hour = 1")
    watched = Watched(course)
    for number in range(3):
        hand_in(course, "student-001", NAME, wrong if number < 2 else right)
        (course / "submitted" / "student-001" / NAME / "notes.txt").write_text(str(number))
        said = watched.steps(2)
        assert any("were graded in an hour" in line for line in said) == (number > 0)
    hand_in(course, "student-002", NAME, wrong)
    assert "student-002: attempt 1: 40 of 60 points, 10 wait for a human" in watched.steps(2)
    assert [bool(a["graded"]) for a in attempts(course, "student-001")] == [True, False, False]

    later = watching.time.time() + 3601
    monkeypatch.setattr(watching.time, "time", lambda: later)
    assert "student-001: attempt 3: 60 of 60 points, 10 wait for a human" in watched.steps(1)
    assert [bool(a["graded"]) for a in attempts(course, "student-001")] == [True, False, True]
    assert score(course, "student-001") == 60


def test_one_that_was_stopped_goes_on(
    course: Path, right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(course, "student-001", NAME, right)
    watched = Watched(course)
    with monkeypatch.context() as patched:
        patched.setattr(watching, "renew", interrupted)
        with pytest.raises(KeyboardInterrupt):
            watched.steps(2)
    assert [(bool(a["graded"]), a["released"]) for a in attempts(course, "student-001")] == [
        (True, None)
    ]
    (course / "attempts" / NAME / ".now" / "student-001" / NAME).mkdir(
        parents=True
    )  # as one is killed
    (course / "attempts" / NAME / "student-001" / "0002").mkdir()
    (line,) = Watched(course).steps()
    assert line.startswith(FEEDBACK.format(1))
    assert Watched(course).steps() == []

    shutil.rmtree(
        course / "attempts" / NAME / "student-001"
    )  # what is known of a student's attempts
    assert Watched(course).steps()[0] == HERE.format(1)
    assert len(attempts(course, "student-001")) == 1


@pytest.mark.parametrize("left", ["", "{", '{"digest": 1}'])
def test_an_attempt_whose_record_a_power_cut_damaged_is_taken_again(
    course: Path, right: str, left: str
) -> None:
    hand_in(course, "student-001", NAME, right)
    assert Watched(course).takes() == [HERE.format(1)]
    record = course / "attempts" / NAME / "student-001" / "0001" / "about.json"
    record.write_text(left)
    assert Watched(course).takes() == [HERE.format(1)]
    assert len(attempts(course, "student-001")) == 1


def test_a_folder_that_somebody_made_is_no_attempt(course: Path, right: str) -> None:
    (course / "attempts" / NAME / "student-001" / "0001 copy").mkdir(parents=True)
    hand_in(course, "student-001", NAME, right)
    assert Watched(course).takes() == [HERE.format(1)]


def test_what_could_not_be_copied_is_taken_as_soon_as_it_can_be(course: Path, right: str) -> None:
    hand_in(course, "student-001", NAME, right)
    watched = Watched(course)
    in_the_way = course / "attempts" / NAME / "student-001"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.touch()
    (said,) = watched.takes()
    assert said.startswith("student-001: not taken. ")
    in_the_way.unlink()
    assert watched.takes() == [HERE.format(1)]


def interrupted(*about: object) -> None:
    raise KeyboardInterrupt


def test_an_odd_one_is_said_and_stops_nobody(course: Path, right: str, wrong: str) -> None:
    hand_in(course, "student-001", NAME, right)
    hand_in(course, "damaged", NAME, "{")
    hand_in(course, "two", NAME, wrong)
    hand_in(course, "two", NAME, right, file_name="copy.ipynb")
    hand_in(course, "many", NAME, right)
    for number in range(1001):
        (course / "submitted" / "many" / NAME / str(number)).touch()
    (course / "submitted" / "student-001" / NAME / "link").symlink_to("/etc/passwd")
    said = Watched(course).steps(3)
    assert "student-001: attempt 1: 60 of 60 points, 10 wait for a human" in said
    assert any(line.startswith("damaged: attempt 1: not graded. This is not") for line in said)
    assert any(f" mv -b submitted/two/{NAME}/copy.ipynb " in line for line in said)
    (refused,) = [line for line in said if line.startswith("many: ")]
    assert "holds more than 1000 files" in refused
    assert not (course / "attempts" / NAME / "student-001" / "0001" / "files" / "link").exists()


def test_two_assignments_are_watched_at_once(
    course: Path, right: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_assignment(course, NAME, OTHER)
    for name in (NAME, OTHER):
        hand_in(course, "student-001", name, right)
    one, other = Watched(course), Watched(course, OTHER)
    grade = watching.grade_class
    said = []

    def watch_the_other_meanwhile(*about: object, **options: object) -> object:
        monkeypatch.setattr(watching, "grade_class", grade)
        said.extend(other.steps())
        return grade(*about, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(watching, "grade_class", watch_the_other_meanwhile)
    said += one.steps()
    points = "student-001: attempt 1: 60 of 60 points, 10 wait for a human"
    assert said.count(points) == 2


def outside(course: Path) -> Path:
    return course.parent / "collected"


def inside(course: Path) -> Path:
    return course / "collected"


@pytest.mark.parametrize("elsewhere", [outside, inside])
def test_what_is_collected_into_an_absolute_folder(
    course: Path, right: str, wrong: str, elsewhere: Callable[[Path], Path]
) -> None:
    hand_in(course, "student-001", NAME, right)
    hand_in(course, "two", NAME, wrong)
    hand_in(course, "two", NAME, right, file_name="copy.ipynb")
    folder = (course / "submitted").rename(elsewhere(course))
    set_options(course, f"c.CourseDirectory.submitted_directory = {str(folder)!r}")
    said = Watched(course).steps()
    assert "student-001: attempt 1: 60 of 60 points, 10 wait for a human" in said
    (refused,) = [line for line in said if "not graded" in line]
    named = folder if elsewhere is outside else "collected"
    assert f" mv -b {named}/two/{NAME}/copy.ipynb " in refused
    assert (folder / "two" / NAME / "copy.ipynb").read_text() == right


def test_two_attempts_within_one_grading_each_get_their_own_page(
    course: Path, averages: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(course / "nbgrader_config.py", home)
    run_here("nbgrader", "release_assignment", NAME, cwd=course)
    run_here("nbgrader", "fetch_assignment", NAME, cwd=home)

    def submit(changes: dict[str, str]) -> None:
        notebook = nbformat.read(home / NAME / FILE, 4)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = (solutions(averages) | changes).get(grade_id, cell.source)
        nbformat.write(notebook, home / NAME / FILE)
        run_here("nbgrader", "submit", NAME, "--student=student-001", cwd=home)

    made = []

    def count(name: str) -> None:
        write = getattr(Pages, name)

        def counted(self: Pages, student: str, *made_of: object) -> object:
            made.append(name)
            return write(self, student, *made_of)

        monkeypatch.setattr(Pages, name, counted)

    count("write")
    count("write_recorded")
    submit(NONE)
    watched = Watched(course)
    grade = watching.grade_class

    def hand_in_meanwhile(*about: object, **options: object) -> object:
        monkeypatch.setattr(watching, "grade_class", grade)
        results = [*grade(*about, **options)]  # type: ignore[arg-type]
        submit({})
        for _ in range(2):
            watched.watch.take()  # as while one is waited for
        yield from results

    monkeypatch.setattr(watching, "grade_class", hand_in_meanwhile)
    said = watched.steps(4)
    graded = [line.split(": ", 1)[1] for line in said if "points" in line]
    assert [line.split(" points")[0] for line in graded] == [
        "attempt 1: 40 of 60",
        "attempt 2: 60 of 60",
    ]
    # Of each attempt when it was graded, and before it was released.
    assert sorted(made) == ["write", "write", "write_recorded", "write_recorded"]
    run_here("nbgrader", "fetch_feedback", NAME, "--student=student-001", cwd=home)
    pages = sorted((home / NAME / "feedback").glob("*/*.html"))
    found = ["None" in page.read_text() for page in pages]
    assert len(pages) == 2
    assert found == [True, False]


def test_the_command_ends_at_its_time(course: Path, right: str) -> None:
    hand_in(course, "student-001", NAME, right)
    ended = run_here("autograder", "watch", NAME, "--until", "2020-01-01 12:00 UTC", cwd=course)
    first, *said = (line.split(" ", 1)[1] for line in ended.stdout.splitlines())
    assert first.startswith("watching averages until 2020-01-01")
    assert said[:2] == [
        HERE.format(1),
        "student-001: attempt 1: 60 of 60 points, 10 wait for a human",
    ]
    assert said[2].startswith(FEEDBACK.format(1))
    assert len(said) == 3
    wrong = run_here("autograder", "watch", NAME, "--until", "noon", cwd=course, status=2)
    assert "is not a full date and time" in " ".join(wrong.stderr.split())


def test_at_the_end_it_names_what_is_left(
    course: Path, right: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_options(course, "c.GradingOptions.attempts_per_hour = 1")
    for student in ("student-001", "student-002"):
        hand_in(course, student, NAME, wrong)
    watched = Watched(course)

    def run() -> list[str]:
        return watched.told_by(lambda: watched.watch.run(0.0), 1)

    left = "{}: the last one is not graded yet: autograder grade averages does that"
    assert not {left.format(f"student-00{n}") for n in (1, 2)} & {*run()}
    hand_in(course, "student-001", NAME, right)  # which waits for the hour
    monkeypatch.setattr(  # and which is still being written
        watching.time, "sleep", lambda seconds: hand_in(course, "student-002", NAME, right)
    )
    assert run()[-2:] == [left.format("student-001"), left.format("student-002")]
    ended = run_here("autograder", "grade", NAME, "--jobs", "1", cwd=course)
    assert "had not changed" not in ended.stdout
    assert [score(course, student) for student in ("student-001", "student-002")] == [60, 60]


def test_a_second_one_refuses_in_one_sentence(course: Path) -> None:
    with Attempts(Course.open(course), NAME).sole_taker():
        ended = run_command("autograder", "watch", NAME, cwd=course, status=2)
        assert "Another autograder watch takes what is handed in" in " ".join(ended.stderr.split())
        assert "Traceback" not in ended.stderr
