"""The whole life of an assignment with nbgrader's own commands."""

import csv
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from commands import run_command, run_here
from courses import new_course

from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import solutions

WRONG = "def step_down(values, slopes, rate):\n    return values + rate * slopes"


def test_release_submit_collect_grade_and_feedback(tmp_path: Path, averages: Assignment) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    shared = (
        f"c.Exchange.root = {str(exchange)!r}",
        "c.CourseDirectory.course_id = 'small-course'",
        "c.ExchangeCollect.check_owner = False",
    )
    course = new_course(tmp_path / "course", *shared)
    home = tmp_path / "home"
    home.mkdir()
    cache = f"c.Exchange.cache = {str(tmp_path / 'cache')!r}"
    (home / "nbgrader_config.py").write_text("\n".join(["c = get_config()", *shared, cache]))

    run_command("nbgrader", "generate_assignment", "averages", cwd=course)
    run_here("nbgrader", "release_assignment", "averages", cwd=course)
    run_here("nbgrader", "fetch_assignment", "averages", cwd=home)
    fill_in(home / "averages" / "averages.ipynb", solutions(averages) | {"step_down": WRONG})
    run_here("nbgrader", "submit", "averages", "--student=student-001", cwd=home)
    run_here("nbgrader", "collect", "averages", cwd=course)
    graded = run_here("autograder", "grade", "averages", cwd=course)
    assert "student-001" in graded.stdout
    run_here("nbgrader", "release_feedback", "averages", cwd=course)
    run_here("nbgrader", "fetch_feedback", "averages", cwd=home)
    run_here("nbgrader", "export", cwd=course)

    (page,) = (home / "averages" / "feedback").rglob("*.html")
    html = page.read_text(encoding="utf-8")
    check_feedback(html, averages)
    with (course / "grades.csv").open() as file:
        (row,) = [row for row in csv.DictReader(file) if row["assignment"] == "averages"]
    assert float(row["score"]) == 46
    assert float(row["max_score"]) == 70


def fill_in(path: Path, answers: dict[str, str]) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    nbformat.write(notebook, path)


def check_feedback(html: str, assignment: Assignment) -> None:
    """The page has points, sentences and reasons, and nothing of the hidden tests' text."""
    page = BeautifulSoup(html, "html.parser")
    assert len(page.select(".passed li")) == 8
    assert len(page.select(".failures > li")) == 4
    assert "The values move against their slopes" in html
    assert "entries differ, the first at index" in html
    for line in assignment.hidden_tests.read_text(encoding="utf-8").splitlines():
        code = line.strip()
        if len(code) >= 30 and '"' not in code:
            assert code not in html
