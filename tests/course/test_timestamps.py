"""When something was handed in: every form that is read, every one that is refused, both doors."""

import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, graded_files, hand_in, table_rows
from dateutil.tz import gettz
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.exchange.abc import Exchange
from nbgrader.exchange.abc import exchange as the_exchange
from traitlets import TraitError
from traitlets.config import Config

from autograder.batch.class_grading import grade_class
from autograder.course.folder import Course
from autograder.course.timestamps import Timestamps
from autograder.errors import UnreadableTimestamp
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.results import Ungraded

NAME = "averages"
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "America/Los_Angeles", "Asia/Kolkata")
BERLIN, LOS_ANGELES = "Europe/Berlin", "America/Los_Angeles"
PENALTY = "c.LateSubmissionPlugin.penalty_method = 'zero'"


def reader(zone: str = "UTC") -> Timestamps:
    return Timestamps(Config({"Exchange": {"timezone": zone}}))


READ = {
    # What nbgrader writes: its exchange, in UTC, and zip_collect.
    "2026-03-01 12:00:00.000000 UTC": "2026-03-01 12:00",
    "2026-03-01 12:00:00.123456 UTC": "2026-03-01 12:00:00.123456",
    "2026-03-01 12:00:00": "2026-03-01 12:00",
    "2026-03-01 12:00:00.5": "2026-03-01 12:00:00.500000",
    # Offsets, with and without a colon and a space.
    "2026-07-10 18:30:00.000000 +0200": "2026-07-10 16:30",
    "2026-07-10 18:30:00+0200": "2026-07-10 16:30",
    "2026-07-10 18:30:00 +02:00": "2026-07-10 16:30",
    "2026-07-10 18:30+02:00": "2026-07-10 16:30",
    "2026-11-28 10:30:00 -0800": "2026-11-28 18:30",
    "2026-11-28 22:30:00 -08:00": "2026-11-29 06:30",
    "2026-01-01 00:10 +05:30": "2025-12-31 18:40",
    "2026-01-01 00:10 -0330": "2026-01-01 03:40",
    "2026-01-01 00:10 -0000": "2026-01-01 00:10",
    # ISO 8601.
    "2026-03-01T12:00Z": "2026-03-01 12:00",
    "2026-03-01T12:00:00z": "2026-03-01 12:00",
    "2026-03-01T12:00:00.25+01:00": "2026-03-01 11:00:00.250000",
    "2026-03-01T12:00:00,25 +0100": "2026-03-01 11:00:00.250000",
    "20260301T120000Z": "2026-03-01 12:00",
    "20260301T1200+0530": "2026-03-01 06:30",
    # By hand.
    "2026-03-01 12:00 UTC": "2026-03-01 12:00",
    "2026-03-01  12:00  utc": "2026-03-01 12:00",
    "2026-3-1 9:05": "2026-03-01 09:05",
    "2026/03/01 12:00": "2026-03-01 12:00",
    "31.01.2026 12:00": "2026-01-31 12:00",
    "01/31/2026 12:00 +0100": "2026-01-31 11:00",
    "03.03.2026 12:00": "2026-03-03 12:00",
    "2 January 2026 12:00": "2026-01-02 12:00",
    "Feb 1, 2026, 12:00:00": "2026-02-01 12:00",
    "Sun, 01 Mar 2026 12:00:00 +0000": "2026-03-01 12:00",
    "9999-12-31 23:59:59": "9999-12-31 23:59:59",
}


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_a_full_date_and_time_is_read_exactly(text: str, expected: str) -> None:
    for zone in ZONES:  # nothing here depends on it
        assert reader(zone).read(text) == datetime.fromisoformat(expected)


OF_A_ZONE = {
    (BERLIN, "2026-07-10 18:30:00.000000 CEST"): "2026-07-10 16:30",
    (BERLIN, "2026-01-10 18:30 CET"): "2026-01-10 17:30",
    (BERLIN, "2026-10-25 02:30 CEST"): "2026-10-25 00:30",  # the clock shows this hour twice
    (BERLIN, "2026-10-25 02:30 CET"): "2026-10-25 01:30",
    (BERLIN, "2026-03-29 01:59 CET"): "2026-03-29 00:59",
    (BERLIN, "2026-03-29 03:00 CEST"): "2026-03-29 01:00",
    (LOS_ANGELES, "2026-11-28 10:30:00.000000 PST"): "2026-11-28 18:30",
    (LOS_ANGELES, "2026-11-01 01:30 PDT"): "2026-11-01 08:30",
    (LOS_ANGELES, "2026-11-01 01:30 PST"): "2026-11-01 09:30",
    ("America/Sao_Paulo", "2026-07-10 18:30:00.000000 -03"): "2026-07-10 21:30",
    ("America/Sao_Paulo", "2018-12-01 12:00-02"): "2018-12-01 14:00",
    ("Asia/Kolkata", "2026-07-10 18:30 IST"): "2026-07-10 13:00",
    ("Asia/Jerusalem", "2026-01-10 18:30 IST"): "2026-01-10 16:30",
    ("Europe/London", "2026-01-10 18:30 GMT"): "2026-01-10 18:30",
    ("Europe/London", "2026-07-10 18:30 BST"): "2026-07-10 17:30",
    ("Europe/Istanbul", "2026-07-10 18:30 +03"): "2026-07-10 15:30",
}


@pytest.mark.parametrize(("written", "expected"), OF_A_ZONE.items())
def test_the_courses_own_zone_may_be_named_as_it_is_then(
    written: tuple[str, str], expected: str
) -> None:
    zone, text = written
    assert reader(zone).read(text) == datetime.fromisoformat(expected)


REFUSED = {
    "12:00": "not a full date and time",
    "18:30:00.000000 UTC": "not a full date and time",
    "2026-03-01": "not a full date and time",
    "2026-03-01 12": "not a full date and time",
    "2026-03-01-12-00-00": "not a full date and time",
    "1772366400": "not a full date and time",
    "yesterday": "not a full date and time",
    "2026-03-01\n12:00": "not a full date and time",
    "2026-03-01 12:00 UTC\n2026-02-01 12:00 UTC": "not a full date and time",
    "٢٠٢٦-03-01 12:00": "not a full date and time",
    "2026-03-01 12:00\0": "not a zone",
    "03.04.2026 12:00": "cannot be told apart",
    "01/02/2026 12:00 UTC": "cannot be told apart",
    "1-2-2026T12:00Z": "cannot be told apart",
    "01/02/26 12:00": "not a full date",
    "yesterday 12:00": "not a full date",
    "Sunday 12:00": "not a full date",
    "March 2026 12:00": "not a full date",
    "Mon 01 2026 12:00": "not a full date",
    "2026-13-02 12:00": "not a full date",
    "2026-02-30 12:00": "not a full date",
    "2026-060 12:00": "not a full date",
    "2026-03-01 24:30": "hour must be in",
    "2026-03-01 12:60": "minute must be in",
    "2026-03-01 12:00:61": "second must be in",
    "9999-12-31 23:59:59 -0900": "out of range",
    "0001-01-01 00:00:00 +0100": "out of range",
    "2026-03-01 12:00 PM": "'PM' is not a zone",
    "2026-03-01 12:00 A": "'A' is not a zone",
    "2026-03-01 12:00 AT": "'AT' is not a zone",
    "2026-03-01 12:00 UTC+2": "'UTC+2' is not a zone",
    "2026-03-01 12:00 +2500": "'+2500' is not a zone",
    "2026-03-01 12:00 +0260": "'+0260' is not a zone",
    "2026-03-01 12:00 -08": "'-08' is not a zone",
    "2026-03-01 12:00 −0800": "'−0800' is not a zone",
    "2026-03-01 12:00 -0800 (PST)": "'-0800 (PST)' is not a zone",
    "2026-03-01 12:00 Mars/Olympus": "'Mars/Olympus' is not a zone",
    "2026-11-28 10:30:00.000000 EST": "'EST' is not a zone",
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_what_could_be_another_time_is_refused_in_every_course(text: str, reason: str) -> None:
    for zone in ZONES:
        with pytest.raises((ValueError, OverflowError)) as refused:
            reader(zone).read(text)
        assert reason in str(refused.value)


NOT_THE_COURSES = [
    ("UTC", "2026-11-28 10:30:00.000000 PST"),
    ("UTC", "2026-07-10 18:30:00.000000 CEST"),
    ("UTC", "2026-07-10 18:30 GMT"),
    ("UTC", "2026-07-10 18:30 -03"),
    (BERLIN, "2026-07-10 18:30 CET"),
    (BERLIN, "2026-01-10 18:30 CEST"),
    (BERLIN, "2026-01-10 18:30 cet"),
    (BERLIN, "2026-03-29 02:30 CET"),  # the clock leaves this hour out
    (BERLIN, "2026-03-29 02:30 CEST"),
    (LOS_ANGELES, "2026-07-10 18:30 EDT"),
    ("America/Sao_Paulo", "2026-07-10 18:30 -02"),
    ("America/Sao_Paulo", "2026-07-10 18:30 BRT"),
    ("Asia/Kolkata", "2026-07-10 18:30 +05"),
]


@pytest.mark.parametrize(("zone", "text"), NOT_THE_COURSES)
def test_a_zone_that_the_course_does_not_have_then_is_refused(zone: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"is not a zone .* c.Exchange.timezone is '{zone}'"):
        reader(zone).read(text)


@pytest.mark.parametrize("zone", [*ZONES, "Europe/London", "Australia/Lord_Howe"])
def test_whatever_the_exchange_writes_in_a_year_is_read_back(zone: str) -> None:
    reading, written_in, form = reader(zone), gettz(zone), Exchange().timestamp_format
    first = datetime(2026, 1, 1, 0, 20, 30, 123456, tzinfo=UTC)
    for hours in range(0, 365 * 24, 5):
        instant = first + timedelta(hours=hours)
        text = instant.astimezone(written_in).strftime(form)
        assert reading.read(text) == instant.replace(tzinfo=None), text


FILES = {
    "nothing": (b"", None),
    "blanks": (b" \n\n", None),
    "as of a text editor": (b"\xef\xbb\xbf2026-03-01 12:00\r\n", datetime(2026, 3, 1, 12)),
}


@pytest.mark.parametrize(("content", "expected"), FILES.values(), ids=FILES)
def test_a_file_may_be_empty_or_end_in_a_line(
    tmp_path: Path, content: bytes, expected: datetime | None
) -> None:
    assert reader().of(tmp_path) is None
    (tmp_path / "timestamp.txt").write_bytes(content)
    assert reader().of(tmp_path) == expected


@pytest.mark.parametrize("content", [b"\xff\xfe2\x000\x00", b"12:00", b"9" * 2000])
def test_who_is_refused_is_told_the_file_and_what_to_write(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "timestamp.txt"
    path.write_bytes(content)
    with pytest.raises(UnreadableTimestamp) as refused:
        reader().of(tmp_path)
    assert str(refused.value).startswith(f"No time can be read from {path}: ")
    assert "Write it as 2026-01-31 12:00:00 UTC" in str(refused.value)
    assert len(str(refused.value)) < 300 + len(str(path))


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(TraitError, match=r"c.Exchange.timezone is 'PST', which is no time zone"):
        reader("PST")


# --- whole classes ------------------------------------------------------------------------


def scores(course: Path) -> dict[str, float]:
    """Return what each student has after the penalty; the written answer is not graded yet."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            submission.student_id: submission.score - submission.late_submission_penalty
            for submission in gradebook.assignment_submissions(NAME)
        }


def times(course: Path) -> dict[str, str]:
    rows = table_rows(course)["submitted_assignment"]
    return {str(row[1]): str(row[2]).removesuffix(".000000") for row in rows}


def set_due_date(course: Path, due: str) -> None:
    run_here("nbgrader", "db", "assignment", "add", NAME, "--duedate", due, cwd=course)


DUE = "2026-07-10 17:00:00"
CLASS = {  # in a course in Berlin: when handed in, if that can be read
    "on-time-in-berlin": ("2026-07-10 18:30:00.000000 CEST", "2026-07-10 16:30:00"),
    "on-time-by-offset": ("2026-07-10 18:30:00.000000 +0200", "2026-07-10 16:30:00"),
    "on-time-by-colon": ("2026-07-10 22:30:00 +05:30", "2026-07-10 17:00:00"),
    "late-in-the-west": ("2026-07-10 10:30:00.000000 -0800", "2026-07-10 18:30:00"),
    "late-without-zone": ("2026-07-10 17:00:01", "2026-07-10 17:00:01"),
    "no-time": ("", "None"),
    "refused-pst": ("2026-07-10 10:30:00.000000 PST", None),
    "refused-winter": ("2026-07-10 18:30:00.000000 CET", None),
    "refused-two-dates": ("03.04.2026 12:00", None),
    "refused-no-date": ("12:00", None),
    "refused-end-of-time": ("9999-12-31 23:59:59 -0900", None),
}


@pytest.mark.filterwarnings("ignore:Object of type")
def test_both_doors_read_the_same_times_and_refuse_the_same(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    first = released_course(tmp_path / "course", PENALTY, f"c.Exchange.timezone = {BERLIN!r}")
    set_due_date(first, DUE)
    text = nbformat.writes(answered(averages, {}))
    for student, (written, _) in CLASS.items():
        hand_in(first, student, NAME, text, timestamp=written)
    second = Path(shutil.copytree(first, tmp_path / "copy"))

    by_nbgrader = run_here("nbgrader", "autograde", NAME, cwd=first, status=1).stderr
    results = [entry.result for entry in grade_class(Course.open(second), NAME, jobs=1)]
    by_us = "\n".join(result.error for result in results if isinstance(result, Ungraded))

    for course, said in ((first, by_nbgrader), (second, by_us)):
        expected = {name: time for name, (_, time) in CLASS.items() if time}
        assert {name: time for name, time in times(course).items() if name in expected} == expected
        graded = {name: points for name, points in scores(course).items() if name in expected}
        assert graded == {name: 0 if name.startswith("late") else 60 for name in expected}
        copies = {path.parent.name for path in (course / "autograded").glob(f"*/{NAME}")}
        assert copies == set(expected)
        for student in CLASS.keys() - expected:
            path = course / "submitted" / student / NAME / "timestamp.txt"
            assert f"No time can be read from {path}: " in said
        assert "'PST' is not a zone of this course" in said
        assert "the day and the month of '03.04.2026' cannot be told apart" in said
    assert table_rows(first) == table_rows(second)
    assert graded_files(first).keys() == graded_files(second).keys()


@pytest.mark.parametrize("door", [("nbgrader", "autograde"), ("autograder", "grade")])
def test_a_zone_that_is_none_stops_both_doors_before_anything_changes(
    tmp_path: Path, released_course: MakeCourse, door: tuple[str, str]
) -> None:
    course = released_course(tmp_path / "course", "c.Exchange.timezone = 'Berlin'")
    hand_in(course, "student-001", NAME, "{}")
    before = table_rows(course)
    result = run_here(*door, NAME, cwd=course, status=2)
    assert "c.Exchange.timezone is 'Berlin', which is no time zone." in result.stderr
    assert "Traceback" not in result.stderr
    assert table_rows(course) == before


COMPARED = {  # the time of the graded copy and that of the submission
    "older": ("2026-03-01 12:00:00 +0000", "2026-03-01 12:30:00 +0200"),
    "same": ("2026-03-01 12:00:00 +0000", "2026-03-01 14:00 +02:00"),
    "newer": ("2026-03-01 12:00:00 +0000", "2026-03-01 11:30:00 -0200"),
    "newer-than-a-zone": ("2026-03-01 12:00:00 PST", "2026-03-01 10:00:00 UTC"),
    "newer-than-no-date": ("12:00", "2026-03-01 10:00:00 UTC"),
    "unknown": ("", "2026-03-01 10:00:00 UTC"),
}


@pytest.mark.filterwarnings("ignore:Object of type")
def test_nbgrader_compares_with_the_graded_copy_by_the_same_times(
    tmp_path: Path, released_course: MakeCourse
) -> None:
    """A copy of an earlier version may have a time that is refused now: anything is newer."""
    course = released_course(tmp_path / "course")
    for student, (graded, new) in COMPARED.items():
        hand_in(course, student, NAME, "no notebook", timestamp=new)
        copy = course / "autograded" / student / NAME
        copy.mkdir(parents=True)
        (copy / "timestamp.txt").write_text(graded)
    said = run_here("nbgrader", "autograde", NAME, cwd=course, status=1).stderr
    for student in COMPARED:
        done = "Updating" if student.startswith("newer") else "Skipping"
        assert f"{done} existing assignment: {course / 'autograded' / student / NAME}\n" in said


@pytest.mark.filterwarnings("ignore:Object of type")
def test_the_formgrader_knows_what_is_graded(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    root = released_course(tmp_path / "course", f"c.Exchange.timezone = {LOS_ANGELES!r}")
    text = nbformat.writes(answered(averages, {}))
    hand_in(root, "student-001", NAME, text, timestamp="2026-11-28 10:30:00.000000 PST")
    hand_in(root, "student-002", NAME, text, timestamp="12:00")
    run_here("autograder", "grade", NAME, cwd=root, status=1)
    course = Course.open(root)
    api = NbGraderAPI(course.coursedir, config=course.config)
    assert api.get_autograded_students(NAME) == {"student-001"}
    assert api.get_submission(NAME, "student-002")["display_timestamp"] is None


class Clock(datetime):
    """Stands still at ``instant``."""

    instant: datetime

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.instant.astimezone(tz)  # type: ignore[arg-type]


DUE_IN_SUMMER = datetime(2026, 7, 15, 12, tzinfo=UTC)
HANDED_IN = {
    "winter-before": datetime(2026, 1, 15, 23, 30, tzinfo=UTC),
    "summer-on-time": DUE_IN_SUMMER - timedelta(minutes=20),
    "summer-late": DUE_IN_SUMMER + timedelta(minutes=20),
    "winter-late": datetime(2027, 1, 15, 0, 30, tzinfo=UTC),
}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.filterwarnings("ignore:Object of type")
def test_a_class_through_the_exchange(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment, zone: str
) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    course = released_course(
        tmp_path / "course",
        PENALTY,
        f"c.Exchange.root = {str(exchange)!r}",
        f"c.Exchange.cache = {str(tmp_path / 'cache')!r}",
        f"c.Exchange.assignment_dir = {str(tmp_path)!r}",
        f"c.Exchange.timezone = {zone!r}",
        "c.ExchangeCollect.check_owner = False",
    )
    set_due_date(course, f"{DUE_IN_SUMMER:%Y-%m-%d %H:%M:%S}")
    run_here("nbgrader", "release_assignment", NAME, cwd=course)
    (tmp_path / NAME).mkdir()
    nbformat.write(answered(averages, {}), tmp_path / NAME / f"{NAME}.ipynb")
    for student, Clock.instant in HANDED_IN.items():
        with patch.object(the_exchange.datetime, "datetime", Clock):
            run_here("nbgrader", "submit", NAME, f"--student={student}", cwd=course)
    run_here("nbgrader", "collect", NAME, cwd=course)
    run_here("autograder", "grade", NAME, cwd=course)
    assert scores(course) == {name: 0 if "late" in name else 60 for name in HANDED_IN}
    assert times(course) == {n: f"{at:%Y-%m-%d %H:%M:%S}" for n, at in HANDED_IN.items()}


NAMED = {  # by a learning platform: the time in a file's name, and what it is
    "student001": ("2026-07-10-16-30-10", "2026-07-10 16:30:10"),
    "student002": ("20260710T170000Z", "2026-07-10 17:00:00"),
    "student003": ("2026-07-10-17-00-01", "2026-07-10 17:00:01"),
    "student004": ("20260710190001+0200", None),
}


@pytest.mark.filterwarnings("ignore:Object of type")
def test_a_class_through_zip_collect(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    course = released_course(
        tmp_path / "course",
        PENALTY,
        f"c.Exchange.timezone = {LOS_ANGELES!r}",  # names of files are not of the exchange
        "c.FileNameCollectorPlugin.named_regexp = "
        r"r'.*/hw1_(?P<student_id>\w+)_attempt_(?P<timestamp>[^_]+)_(?P<file_id>\w+)'",
    )
    set_due_date(course, DUE)
    archive = course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    text = nbformat.writes(answered(averages, {}))
    with zipfile.ZipFile(archive / "class.zip", "w") as file:
        for student, (time, _) in NAMED.items():
            file.writestr(f"hw1_{student}_attempt_{time}_{NAME}.ipynb", text)
    said = run_here("nbgrader", "zip_collect", NAME, cwd=course).stderr
    run_here("autograder", "grade", NAME, cwd=course)
    assert times(course) == {student: time for student, (_, time) in NAMED.items() if time}
    assert scores(course) == {"student001": 60, "student002": 60, "student003": 0}
    assert "_student004_" in said
