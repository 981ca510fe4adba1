"""The rows of a submission: those that nbgrader enters, with its lateness and its score."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import MetaData, select

from autograder.course.gradebook import enter_student, transaction
from autograder.course.rows import Entered, Rows
from autograder.results import ExerciseResult, Grading

NAME = "averages"
DUE = datetime(2026, 3, 1, 12)
FIRST, SECOND = "student-001", "student-002"
RESULT = Grading(
    assignment=NAME,
    notebook=f"{NAME}.ipynb",
    student=FIRST,
    score=3.5,
    max_score=5,
    pending=3,
    sandbox="strong",
    exercises=[ExerciseResult(name="mean", score=3.5, max_score=5)],
)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two notebooks with cells of all kinds, due at noon."""
    path = tmp_path_factory.mktemp("released") / "gradebook.db"
    with Gradebook(f"sqlite:///{path}") as gradebook:
        gradebook.add_assignment(NAME, duedate=DUE)
        for notebook in (NAME, "another"):
            where = (notebook, NAME)
            gradebook.add_notebook(*where)
            gradebook.add_grade_cell("test_mean", *where, max_score=5, cell_type="code")
            gradebook.add_solution_cell("mean", *where)
            gradebook.add_solution_cell("explanation", *where)
            gradebook.add_grade_cell("explanation", *where, max_score=2, cell_type="markdown")
            gradebook.add_task_cell("drawing", *where, max_score=1, cell_type="markdown")
    return path


@pytest.fixture
def gradebook(released: Path, tmp_path: Path) -> Iterator[Gradebook]:
    path = shutil.copy(released, tmp_path)
    with Gradebook(f"sqlite:///{path}") as found:
        yield found


def entered(gradebook: Gradebook, student: str, timestamp: datetime | None = None) -> Entered:
    enter_student(gradebook, student)
    with transaction(gradebook) as connection:
        return Rows(gradebook, NAME).enter(connection, student, timestamp)


def names_of_rows(gradebook: Gradebook, student: str) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of a submission with names in the place of ids."""
    submission = gradebook.find_submission(NAME, student)
    return {
        "submission": [(submission.timestamp, submission.extension)],
        "notebooks": [(n.name, n.flagged, n.late_submission_penalty) for n in submission.notebooks],
        "grades": sorted(
            (n.name, g.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade)
            for n in submission.notebooks
            for g in n.grades
        ),
        "comments": sorted(
            (n.name, c.name, c.auto_comment, c.manual_comment)
            for n in submission.notebooks
            for c in n.comments
        ),
    }


def count_of_rows(gradebook: Gradebook) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = MetaData()
    tables.reflect(gradebook.engine)
    with gradebook.engine.connect() as connection:
        return {
            table.name: len(connection.execute(select(table)).all())
            for table in tables.sorted_tables
        }


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")  # nbgrader's own
@pytest.mark.parametrize(
    "timestamp", [None, datetime(2026, 3, 1, 11), datetime(2026, 3, 1, 11, tzinfo=UTC)]
)
def test_what_is_entered_is_what_nbgrader_enters(
    gradebook: Gradebook, timestamp: datetime | None
) -> None:
    gradebook.add_student(FIRST)
    gradebook.add_submission(NAME, FIRST, **({"timestamp": timestamp} if timestamp else {}))
    entered(gradebook, SECOND, timestamp)
    assert names_of_rows(gradebook, SECOND) == names_of_rows(gradebook, FIRST)


def test_what_is_there_is_not_entered_again(gradebook: Gradebook) -> None:
    first = entered(gradebook, FIRST, DUE)
    before = count_of_rows(gradebook)
    assert entered(gradebook, FIRST) == first
    assert count_of_rows(gradebook) == before
    assert gradebook.find_submission(NAME, FIRST).timestamp == DUE  # which nothing says otherwise


@pytest.mark.parametrize(
    ("timestamp", "extension", "late"),
    [
        (None, None, 0),
        (DUE - timedelta(hours=1), None, 0),
        (DUE + timedelta(hours=1), None, 3600),
        (DUE + timedelta(hours=1), 30, 1800),
        (DUE + timedelta(hours=1), 90, 0),
    ],
)
def test_it_is_late_by_what_nbgrader_says(
    gradebook: Gradebook, timestamp: datetime | None, extension: int | None, late: int
) -> None:
    entered(gradebook, FIRST)
    if extension:
        gradebook.grant_extension(NAME, FIRST, minutes=extension)
    found = entered(gradebook, FIRST, timestamp)
    submission = gradebook.find_submission(NAME, FIRST)
    assert found.seconds_late == submission.total_seconds_late == late


def test_the_score_is_that_of_nbgrader(gradebook: Gradebook) -> None:
    rows, found = Rows(gradebook, NAME), entered(gradebook, FIRST)
    gradebook.find_grade("explanation", NAME, NAME, FIRST).manual_score = 1.5
    gradebook.find_grade("drawing", NAME, NAME, FIRST).extra_credit = 0.25
    gradebook.db.commit()
    with transaction(gradebook) as connection:
        rows.record(connection, found, RESULT, None)
        assert rows.score(connection, found) == 5
    assert gradebook.find_submission_notebook(NAME, NAME, FIRST).score == 5
    assert gradebook.find_submission_notebook("another", NAME, FIRST).score == 0


def test_a_submission_that_nobody_entered_is_missing(gradebook: Gradebook) -> None:
    rows = Rows(gradebook, NAME)
    with transaction(gradebook) as connection, pytest.raises(MissingEntry, match=FIRST):
        rows.entered(connection, FIRST)


def test_nothing_of_a_transaction_that_fails_is_there(gradebook: Gradebook) -> None:
    enter_student(gradebook, FIRST)
    rows = Rows(gradebook, NAME)

    def fail() -> None:
        with transaction(gradebook) as connection:
            rows.record(connection, rows.enter(connection, FIRST, None), RESULT, None)
            raise KeyboardInterrupt

    before = count_of_rows(gradebook)
    with pytest.raises(KeyboardInterrupt):
        fail()
    assert count_of_rows(gradebook) == before
