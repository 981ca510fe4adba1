"""The whole life of an assignment with nbgrader's own commands."""

import csv
from pathlib import Path

import nbformat
from commands import run_command, run_here
from courses import new_course
from notebooks import solutions

from autograder.notebook.assignment import Assignment

WRONG = "def sgd_step(w, dw, learning_rate):\n    return w + learning_rate * dw"


def test_release_submit_collect_grade_and_feedback(tmp_path: Path, pooling: Assignment) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    shared = (
        f"c.Exchange.root = {str(exchange)!r}",
        "c.CourseDirectory.course_id = 'why-convolutions'",
        "c.ExchangeCollect.check_owner = False",
    )
    course = new_course(tmp_path / "course", *shared)
    home = tmp_path / "home"
    home.mkdir()
    cache = f"c.Exchange.cache = {str(tmp_path / 'cache')!r}"
    (home / "nbgrader_config.py").write_text("\n".join(["c = get_config()", *shared, cache]))

    run_command("nbgrader", "generate_assignment", "pooling", cwd=course)
    run_here("nbgrader", "release_assignment", "pooling", cwd=course)
    run_here("nbgrader", "fetch_assignment", "pooling", cwd=home)
    fill_in(home / "pooling" / "pooling.ipynb", solutions(pooling) | {"sgd_step": WRONG})
    run_here("nbgrader", "submit", "pooling", "--student=student-001", cwd=home)
    run_here("nbgrader", "collect", "pooling", cwd=course)
    graded = run_here("autograder", "grade", "pooling", cwd=course)
    assert "student-001" in graded.stdout
    run_here("nbgrader", "generate_feedback", "pooling", cwd=course)
    run_here("nbgrader", "release_feedback", "pooling", cwd=course)
    run_here("nbgrader", "fetch_feedback", "pooling", cwd=home)
    run_here("nbgrader", "export", cwd=course)

    (page,) = (home / "pooling" / "feedback").rglob("*.html")
    html = page.read_text(encoding="utf-8")
    check_feedback(html, pooling)
    with (course / "grades.csv").open() as file:
        (row,) = [row for row in csv.DictReader(file) if row["assignment"] == "pooling"]
    assert 80 <= float(row["score"]) < 90
    assert float(row["max_score"]) == 100


def fill_in(path: Path, answers: dict[str, str]) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    nbformat.write(notebook, path)


def check_feedback(html: str, assignment: Assignment) -> None:
    """The page has points, sentences and reasons, and nothing of the hidden tests' text."""
    assert html.count("✓") > 30
    assert html.count("✗") >= 1
    assert "The weights move against their gradient" in html
    assert "entries differ, the first at index" in html
    for line in assignment.hidden_tests.read_text(encoding="utf-8").splitlines():
        code = line.strip()
        if len(code) >= 30 and '"' not in code:
            assert code not in html
