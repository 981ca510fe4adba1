"""By real clicks: an instructor in nbgrader's formgrader, and a student in JupyterLab."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from browser import DESK, chromium, opened, without_mathjax
from commands import run_here
from courses import MakeCourse, hand_in, new_course
from feedback.feedback_course import ESSAY, FROM_ZERO, NAME, QUESTION, gradebook, notebook
from jupyter_servers import jupyter_server, open_notebook, run_all
from limits import PATIENCE
from playwright.sync_api import Browser, Locator, Page
from test_lifecycle import fill_in

from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import solutions

pytestmark = pytest.mark.browser
STUDENT = "student-001"
TALL = (1400, 4000)  # JupyterLab draws only the cells that are seen
COURSE_ID = "c.CourseDirectory.course_id = 'small-course'"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@contextmanager
def new_page(browser: Browser, size: tuple[int, int]) -> Iterator[tuple[Page, list[str]]]:
    """Open a patient page; give it with the errors of its scripts."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.set_default_timeout(1000 * PATIENCE)
    without_mathjax(context)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page, errors
    context.close()


def test_from_generate_to_released_feedback(
    browser: Browser, tmp_path: Path, averages: Assignment
) -> None:
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    shared = (COURSE_ID, f"c.Exchange.root = {str(exchange)!r}")
    course = new_course(tmp_path / "course", *shared, "c.ExchangeCollect.check_owner = False")
    with (
        jupyter_server(course, tmp_path / "own") as address,
        new_page(browser, DESK) as (page, errors),
    ):
        page.goto(f"{address}/formgrader")
        for icon in ("education", "cloud-upload"):  # generate, release
            click_in_list(page, icon)
        submit(course, tmp_path / "home", shared, averages)
        click_in_list(page, "cloud-download")
        page.locator("tbody").get_by_role("link", name="1", exact=True).click()
        assert_named(page)
        click_in_list(page, "flash")
        assert "52.5 / 70" in page.locator("tbody tr").inner_text().replace("\n", " ")
        assert_named(page)

        page.get_by_role("link", name="Manual Grading").click()
        for name in (NAME, NAME, "Submission #1"):
            page.locator("tbody").get_by_role("link", name=name).click()
        result = page.locator(".panel-info", has_text="Automatic result").inner_text()
        assert "It seems that it starts from zero" in result
        model = page.locator(".panel-info", has_text="Model answer").inner_text()
        assert model.split()[:6] == ["Model", "answer:", "10", "points", "1", "(6"]
        give_mark(page, "7.5", "What of n = 0?")

        page.get_by_role("link", name="Manual Grading").click()
        page.get_by_role("link", name="Manage Assignments").click()
        page.locator("tbody").get_by_role("link", name="1", exact=True).click()
        for icon in ("comment", "envelope"):  # generate and release feedback
            click_in_list(page, icon)
        assert errors == []
    (released,) = (exchange / "small-course" / "feedback").rglob("*.html")
    with opened(browser, released, DESK) as seen:
        card = seen.page.locator(f"#{QUESTION}")
        assert "7.5 of 10" in card.locator("summary").inner_text()
        assert "What of n = 0?" in card.inner_text()
        assert seen.page.get_by_text("Model answer").count() == 0


def click_in_list(page: Page, icon: str) -> None:
    """Click the icon of the only row, and away what the formgrader says when that is done."""
    page.locator(f"tbody .glyphicon-{icon}").click()
    said = page.locator(".modal.in")
    title = said.locator(".modal-title")
    title.wait_for()
    assert title.inner_text() == "Success", said.inner_text()
    said.get_by_role("button", name="OK").click()
    said.wait_for(state="detached")
    page.locator("tbody .glyphicon").first.wait_for()


def assert_named(page: Page) -> None:
    """The only student of the list has an id, and no name that is called None."""
    page.locator("tbody .glyphicon").first.wait_for()
    row = page.locator("tbody tr").inner_text()
    assert STUDENT in row
    assert "None" not in row


def submit(course: Path, home: Path, shared: tuple[str, ...], averages: Assignment) -> None:
    """Do what one student does meanwhile, with a mistake."""
    shutil.copytree(course / "release" / NAME, home / NAME)
    cache = f"c.Exchange.cache = {str(home / 'cache')!r}"
    (home / "nbgrader_config.py").write_text("\n".join(["c = get_config()", *shared, cache]))
    changes = {"running_maximum": FROM_ZERO, QUESTION: ESSAY}
    fill_in(home / NAME / f"{NAME}.ipynb", solutions(averages) | changes)
    run_here("nbgrader", "submit", NAME, f"--student={STUDENT}", cwd=home)


def give_mark(page: Page, points: str, comment: str) -> None:
    """Give points and a comment for the question, as soon as the page has its marks."""
    page.wait_for_function("formgrader.grades.loaded && formgrader.comments.loaded")
    fields = {"grade": (f"#{QUESTION}", points), "comment": (f"#{QUESTION}-comment", comment)}
    for kind, (field, value) in fields.items():
        page.locator(field).fill(value)
        with page.expect_response(lambda r, kind=kind: f"/api/{kind}/" in r.url) as saved:
            page.keyboard.press("Tab")
        assert saved.value.ok


def test_another_course_of_the_server_is_as_safe(
    tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    """A server may start elsewhere, and open a course that somebody names."""
    course = released_course(tmp_path / "course")
    hand_in(course, STUDENT, NAME, notebook(averages, **{QUESTION: "<script>hurt()</script>"}))
    run_here("autograder", "grade", NAME, cwd=course)
    with gradebook(course) as book:
        submission = book.find_submission_notebook(NAME, NAME, STUDENT).id
    with jupyter_server(tmp_path, tmp_path / "own") as address:
        with urlopen(f"{address}/formgrader?path={course}") as lists:
            assert lists.status == 200
        with urlopen(f"{address}/formgrader/submissions/{submission}/") as page:
            html = page.read().decode()
    assert "Model answer: 10 points" in html
    assert "<script>hurt" not in html


def test_fill_in_run_and_validate(
    browser: Browser, tmp_path: Path, released_course: MakeCourse, averages: Assignment
) -> None:
    home = tmp_path / "home"
    shutil.copytree(released_course(tmp_path / "course") / "release" / NAME, home)
    right = solutions(averages)
    with jupyter_server(home, tmp_path / "own") as address, new_page(browser, TALL) as (page, _):
        open_notebook(page, f"{address}/lab/tree/{NAME}.ipynb")
        said = validate(page, "failed")
        assert "assert running_maximum([3, 1, 4]) == [3, 3, 4]" in said.inner_text()
        said.get_by_role("button", name="Ok").click()

        for exercise in averages.exercises:
            start = "answer_1 = " if exercise.name == "answer_1" else f"def {exercise.name}("
            cell = page.locator(".jp-CodeCell", has_text=start)
            cell.locator(".cm-content").fill(right[exercise.name])
        answer = page.locator(".jp-MarkdownCell", has_text="YOUR ANSWER HERE")
        answer.dblclick()
        answer.locator(".cm-content").fill(ESSAY)
        run_all(page)
        shown = page.locator(".jp-CodeCell", has_text="print(step_down(")
        shown.locator(".jp-OutputArea-output", has_text="[0.5 2.5]").wait_for()
        assert page.locator(".jp-OutputArea-output", has_text="AssertionError").count() == 0
        assert "passes all the tests" in validate(page, "success").inner_text()


def validate(page: Page, outcome: str) -> Locator:
    """Click nbgrader's button, and return what it says."""
    page.locator(".validate-button").click()
    said = page.locator(".jp-Dialog")
    said.locator(f".validation-{outcome}").wait_for()
    return said
