"""``autograder written``: every answer once, marks into the gradebook, nobody's overwritten."""

import csv
import io
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from commands import run_here
from courses import MakeCourse, hand_in, table_rows
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook

from autograder.course.folder import Course
from autograder.notebook.assignment import Assignment, grade_id
from autograder.notebook.filled_in import answered
from autograder.written.answers import Answers, Question
from autograder.written.given import Given
from autograder.written.sheets import read_sheet
from autograder.written.sheets import sheet as sheet_of

NAME = "averages"
SAME, SAME_BUT_SPACES = "It is the  mean of\nthe last ones.", "It is the mean of the last ones."
ACTIVE = "=1+1 <script>alert(1)</script>; 10; 10; is what I mean"
AN_ID = "a123456789012"
SPREADSHEET = 32_767  # characters of a field
PICTURES = "iVBORw0KGgo=", "iVBORw0KGgpB"
TEXTS = {"student-001": SAME, "student-002": SAME_BUT_SPACES, "student-003": ACTIVE}


@pytest.fixture(scope="module")
def question(averages: Assignment) -> str:
    (question,) = averages.written
    return question.name


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory,
    released_course: MakeCourse,
    averages: Assignment,
    question: str,
) -> Path:
    """A class of five: two with the same answer, one without, one who wrote it elsewhere."""
    course = released_course(tmp_path_factory.mktemp("graded") / "course")
    for student, text in TEXTS.items():
        hand_in(course, student, NAME, nbformat.writes(answered(averages, {question: text})))
    empty = answered(averages, {question: averages.by_grade_id[question].source})
    hand_in(course, "student-004", NAME, nbformat.writes(empty))
    empty.cells.append(nbformat.v4.new_code_cell("The mean is taken over the last three numbers."))
    hand_in(course, "student-005", NAME, nbformat.writes(empty))
    run_here("autograder", "grade", NAME, cwd=course)
    return course


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded, tmp_path / "course"))


def with_picture(averages: Assignment, question: str, picture: str) -> str:
    """Return a notebook whose answer is an attached picture."""
    notebook = answered(averages, {question: "![image.png](attachment:image.png)"})
    (cell,) = [cell for cell in notebook.cells if grade_id(cell) == question]
    cell.attachments = {"image.png": {"image/png": picture}}
    return str(nbformat.writes(notebook))


def laid_out(course: Path, *options: str) -> list[Path]:
    """Lay the answers out; return the sheets."""
    run_here("autograder", "written", NAME, *options, cwd=course)
    return sorted((course / "written" / NAME).glob("*.csv"))


def rows_of(sheet: Path) -> list[dict[str, str]]:
    with sheet.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def fill_in(sheet: Path, marks: dict[str, tuple[str, str]]) -> None:
    """Give points and a comment to the rows of students."""
    rows = rows_of(sheet)
    for row in rows:
        for student, (points, comment) in marks.items():
            if student in row["students"]:
                row["points"], row["comment"] = points, comment
    with sheet.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)


def save_again(sheet: Path) -> None:
    """Do what spreadsheets do: numbers and dates lose how they were written.

    Some split at semicolons and tabs as well, except in quotes, and make all rows as long.
    """
    text = sheet.read_text(encoding="utf-8-sig")
    quoted = re.split('("[^"]*")', text)
    quoted[::2] = [re.sub("[;\t]", ",", part) for part in quoted[::2]]
    rows = [
        [as_number(field) for field in row]
        for row in csv.reader(io.StringIO("".join(quoted), newline=""))
    ]
    longest = max(map(len, rows))
    with sheet.open("w", newline="") as file:
        csv.writer(file).writerows([*row, *[""] * (longest - len(row))] for row in rows)


def as_number(field: str) -> str:
    if re.fullmatch(r"([a-z]{3}[-/]?|\d+[-/])\d+", field):
        return f"date of {field}"
    try:
        return f"{float(field):g}"
    except ValueError:
        return field


def marks_of(course: Path, question: str) -> dict[str, tuple[object, object]]:
    """Return points by hand, and whether it waits, by student."""
    rows = table_rows(course)["grade"]
    return {str(row[0]): (row[3], bool(row[5])) for row in rows if row[1] == question}


def give_by_hand(
    course: Path, student: str, question: str, points: float, comment: str = ""
) -> None:
    """Do what somebody does in the formgrader."""
    opened = Course.open(course)
    with Gradebook(opened.coursedir.db_url, opened.coursedir.course_id) as gradebook:
        grade = gradebook.find_grade(question, NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment(question, NAME, NAME, student).manual_comment = comment
        gradebook.db.commit()


def test_equal_answers_stand_together_beside_the_model_answer(course: Path, question: str) -> None:
    (sheet,) = laid_out(course)
    rows = rows_of(sheet)
    assert rows[0]["students"] == "student-001 | student-002 |"
    assert {row["students"] for row in rows[1:]} == {"student-003 |", "student-005 |"}
    assert {row["max_points"] for row in rows} == {"10"}
    assert {row["points"] for row in rows} == {""}
    texts = {row["students"]: row["text"] for row in rows}
    assert texts["student-003 |"] == f"'{ACTIVE}"
    assert "Text stands in" in texts["student-005 |"]
    page = sheet.with_suffix(".html").read_text()
    assert "<script>" not in page
    assert "Model answer" in page
    assert "alert(1)" in page
    assert "Answer 1 (" in page
    assert "1 gave no answer and have 0 points already: student-004." in page


def test_another_picture_is_another_answer(
    course: Path, averages: Assignment, question: str
) -> None:
    pictures = {"student-006": PICTURES[0], "student-007": PICTURES[1], "student-008": PICTURES[0]}
    for student, picture in pictures.items():
        hand_in(course, student, NAME, with_picture(averages, question, picture))
    run_here("autograder", "grade", NAME, cwd=course)
    (sheet,) = laid_out(course)
    students = {row["students"] for row in rows_of(sheet)}
    assert {"student-006 | student-008 |", "student-007 |"} < students
    page = sheet.with_suffix(".html").read_text()
    assert "img-src data:" in page
    for picture in PICTURES:
        assert page.count(f'src="data:image/png;base64,{picture}"') == 1


def test_code_that_a_human_grades_is_shown_as_code(
    tmp_path: Path, released_course: MakeCourse, question: str
) -> None:
    course = released_course(tmp_path / "course")
    source = course / "assignments" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    (place,) = [n for n, cell in enumerate(notebook.cells) if grade_id(cell) == question]
    about = notebook.cells[place].metadata
    text = "### BEGIN SOLUTION\n# the *model* __answer__\n### END SOLUTION"
    notebook.cells[place] = new_code_cell(text, metadata=about)
    nbformat.write(notebook, source)
    run_here("nbgrader", "generate_assignment", NAME, "--force", cwd=course)
    for student, indent in {"student-001": "", "student-002": "    "}.items():
        notebook.cells[place].source = f"if True:\n    pass\n{indent}# an *own* __answer__"
        hand_in(course, student, NAME, nbformat.writes(notebook))
    run_here("autograder", "grade", NAME, cwd=course)
    (sheet,) = laid_out(course)
    assert {row["students"] for row in rows_of(sheet)} == {"student-001 |", "student-002 |"}
    page = sheet.with_suffix(".html").read_text()
    assert page.count("# an *own* __answer__") == 2
    assert page.count("# the *model* __answer__") == 1


def test_marks_are_read_back_and_stay_settled(course: Path, question: str) -> None:
    (sheet,) = laid_out(course)
    fill_in(sheet, {"student-001": ("7,5", "Good, and short."), "student-003": ("0", "=no")})
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course).stdout
    assert "3 marks are new, 0 changed, 0 as before." in said
    marks = marks_of(course, question)
    assert marks["student-001"] == marks["student-002"] == (7.5, False)
    assert marks["student-003"] == (0, False)
    assert marks["student-005"] == (None, True)
    comments = {row[0]: row[3] for row in table_rows(course)["comment"] if row[1] == question}
    assert comments["student-002"] == "Good, and short."
    assert comments["student-003"] == "=no"

    again = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course).stdout
    assert "0 marks are new, 0 changed, 3 as before." in again
    (sheet,) = laid_out(course)
    assert {row["students"]: row["points"] for row in rows_of(sheet)} == {
        "student-001 | student-002 |": "7.5",
        "student-003 |": "0",
        "student-005 |": "",
    }


def test_what_somebody_gave_meanwhile_is_named_and_stays(course: Path, question: str) -> None:
    (sheet,) = laid_out(course)
    fill_in(sheet, {"student-001": ("7", ""), "student-003": ("5", "")})
    give_by_hand(course, "student-002", question, 3)
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course, status=1).stdout
    assert "2 marks are new" in said
    assert f"not taken: student-002, {question}: somebody gave 3 points meanwhile" in said
    marks = marks_of(course, question)
    assert marks["student-001"] == (7, False)
    assert marks["student-002"] == (3, False)


@pytest.mark.parametrize(
    ("points", "comment", "mark", "says"),
    [
        (3, "", ("4", ""), "changed: {}: 3 -> 4"),
        (10 / 3, "", ("4", ""), "changed: {}: 3.33333 -> 4"),
        (3, " Why?\n", ("4", "Why?"), "changed: {}: 3 -> 4"),
        (3, "Why?", ("4", "Why not?"), "changed: {}: 3 -> 4, comment changed"),
        (4, "Why?", ("4", "Why not?"), "changed: {}: comment changed"),
    ],
)
def test_a_mark_that_is_changed_is_named(
    course: Path, question: str, points: float, comment: str, mark: tuple[str, str], says: str
) -> None:
    give_by_hand(course, "student-003", question, points, comment)
    (sheet,) = laid_out(course)
    fill_in(sheet, {"student-003": mark})
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course).stdout
    assert says.format(f"student-003, {question}") in said.splitlines()
    assert marks_of(course, question)["student-003"] == (4, False)


@pytest.mark.parametrize(
    ("mark", "points", "says"),
    [
        (("", ""), 7, "7 points stay. The formgrader can delete them"),
        (("", "Why?"), 7, "7 points stay. The formgrader can delete them"),
        (("7", ""), 7, "the old comment stays. The formgrader can delete it"),
        (("5", ""), 5, "the old comment stays. The formgrader can delete it"),
    ],
)
def test_what_was_emptied_is_named_and_stays(
    course: Path, question: str, mark: tuple[str, str], points: float, says: str
) -> None:
    give_by_hand(course, "student-003", question, 7, "Why?")
    (sheet,) = laid_out(course)
    fill_in(sheet, {"student-003": mark})
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course, status=1).stdout
    assert f"not taken: student-003, {question}: {says}" in said.splitlines()
    assert marks_of(course, question)["student-003"] == (points, False)
    comments = {row[0]: row[3] for row in table_rows(course)["comment"] if row[1] == question}
    assert comments["student-003"] == "Why?"


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ("7", "0 marks are new, 0 changed, 1 as before."),
        ("5", "0 marks are new, 1 changed, 0 as before."),
    ],
)
def test_a_comment_that_is_deleted_in_the_formgrader_too_is_gone(
    course: Path, question: str, points: str, says: str
) -> None:
    give_by_hand(course, "student-003", question, 7, "Why?")
    (sheet,) = laid_out(course)
    fill_in(sheet, {"student-003": (points, "")})
    give_by_hand(course, "student-003", question, 7, "")
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course).stdout
    assert says in said
    assert marks_of(course, question)["student-003"] == (float(points), False)


def test_a_new_answer_does_not_get_the_mark_of_the_old_one(
    course: Path, averages: Assignment, question: str
) -> None:
    (sheet,) = laid_out(course)
    fill_in(sheet, {"student-003": ("5", "")})
    text = nbformat.writes(answered(averages, {question: "Another answer, a better one."}))
    hand_in(course, "student-003", NAME, text)
    run_here("autograder", "grade", NAME, cwd=course)
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course, status=1).stdout
    assert f"not taken: student-003, {question}: the answer is another one now" in said
    assert marks_of(course, question)["student-003"] == (None, True)


def test_of_two_sheets_none_overwrites_the_other(course: Path, question: str) -> None:
    (sheet,) = laid_out(course)
    other = Path(shutil.copyfile(sheet, sheet.with_name("other.csv")))
    fill_in(sheet, {"student-001": ("5", "Mine."), "student-003": ("4", "Right.")})
    fill_in(other, {"student-001": ("7", "No, mine."), "student-003": ("4", "Right.")})
    read = f"--read={sheet}", f"--read={other}"
    said = run_here("autograder", "written", NAME, *read, cwd=course, status=1).stdout
    assert "3 marks are new, 0 changed, 1 as before." in said
    for student in ("student-001", "student-002"):
        assert f"not taken: {student}, {question}: somebody gave 5 points meanwhile" in said
        assert marks_of(course, question)[student] == (5, False)


def test_a_comment_without_points_is_named(course: Path, question: str) -> None:
    (sheet,) = laid_out(course)
    fill_in(sheet, {"student-001": ("", "Which ones?"), "student-003": ("5", "")})
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course, status=1).stdout
    assert "1 marks are new" in said
    for student in ("student-001", "student-002"):
        assert f"not taken: {student}, {question}: a comment without points" in said


def test_whoever_is_not_in_a_new_gradebook_is_named(course: Path, question: str) -> None:
    (sheet,) = laid_out(course)
    fill_in(sheet, {"student-001": ("7", ""), "student-003": ("5", "")})
    opened = Course.open(course)
    with Gradebook(opened.coursedir.db_url, opened.coursedir.course_id) as gradebook:
        gradebook.remove_submission(NAME, "student-003")
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course, status=1).stdout
    assert f"not taken: student-003, {question}: it is not in the gradebook. Grade" in said
    assert marks_of(course, question)["student-001"] == (7, False)


def test_a_very_long_answer_is_cut_in_the_sheet_alone(course: Path, question: str) -> None:
    essay = f"{'word ' * 40_000}the end"
    graded = course / "autograded" / "student-003" / NAME / f"{NAME}.ipynb"
    graded.chmod(0o644)
    graded.write_text(graded.read_text().replace("is what I mean", essay))
    opened = Course.open(course)
    stored = opened.grading(NAME, "student-003")
    assert stored is not None
    opened.keep_grading(NAME, "student-003", stored.with_copy(graded.parent))
    (sheet,) = laid_out(course)
    assert "the end" in sheet.with_suffix(".html").read_text()
    texts = {row["students"]: row["text"] for row in rows_of(sheet)}
    assert texts["student-003 |"].endswith("… (the page has all of it)")
    fill_in(sheet, {"student-003": ("5", "")})
    run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course)
    assert marks_of(course, question)["student-003"] == (5, False)


VERY_MANY = [f"student-{number:05}@example.org" for number in range(10_000)]


@pytest.mark.parametrize(
    "students", [VERY_MANY, ["0012345"], ["12e45"], ["501"], ["may01"], ["1-2"], ["0012", "501"]]
)
def test_students_are_read_back_as_they_are_called(tmp_path: Path, students: list[str]) -> None:
    cell = new_markdown_cell("The same; 10; 10\t10")
    answers = Answers(AN_ID, cell, "", Given(None, "", True), students)
    path = tmp_path / "sheet.csv"
    question = Question("explanation", 10, None, new_markdown_cell(), [answers], [])
    path.write_text(sheet_of(question, [answers]))
    assert max(map(len, path.read_text().splitlines())) < SPREADSHEET
    for _ in range(2):
        save_again(path)
    rows = read_sheet(path)
    assert [student for row in rows for student in row.students] == students
    assert {(row.answer, row.points, row.max_points) for row in rows} == {(AN_ID, None, 10)}


@pytest.mark.parametrize(
    ("column", "damaged", "says"),
    [
        ("answer", "1.23457E+11", "student-003, explanation: '1.23457E+11' is no answer's id."),
        ("students", "12345", "12345, explanation: it is not in the gradebook."),
    ],
)
def test_what_a_spreadsheet_damaged_is_named(
    course: Path, column: str, damaged: str, says: str
) -> None:
    (sheet,) = laid_out(course)
    assert all(row["answer"][0].isalpha() for row in rows_of(sheet))
    fill_in(sheet, {"student-003": ("5", "")})
    ((row,), text) = [row for row in rows_of(sheet) if row["points"]], sheet.read_text()
    sheet.write_text(text.replace(row[column], damaged))
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course, status=1).stdout
    assert f"not taken: {says}" in said


def test_a_sheet_that_is_opened_and_saved_gives_no_points(course: Path, question: str) -> None:
    before = marks_of(course, question)
    (sheet,) = laid_out(course)
    for _ in range(2):
        save_again(sheet)
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course).stdout
    assert "0 marks are new, 0 changed, 0 as before." in said
    assert marks_of(course, question) == before


def test_nobody_gets_an_empty_sheet(course: Path) -> None:
    sheets = laid_out(course, "--graders=9")
    assert [len(rows_of(sheet)) for sheet in sheets] == [1, 1, 1]


def test_answers_are_split_for_several_graders(course: Path) -> None:
    sheets = laid_out(course, "--graders=2")
    assert [len(rows_of(sheet)) for sheet in sheets] == [2, 1]
    students = [row["students"] for sheet in sheets for row in rows_of(sheet)]
    assert len(students) == len({*students}) == 3
    for sheet in sheets:
        fill_in(sheet, dict.fromkeys(("student-001", "student-003", "student-005"), ("6", "")))
    read = (f"--read={sheet}" for sheet in sheets)
    said = run_here("autograder", "written", NAME, *read, cwd=course).stdout
    assert "4 marks are new" in said


@pytest.mark.parametrize(
    ("student", "mark", "says"),
    [
        ("student-003", ("5", "Right."), "Read it back with"),  # a new mark
        ("student-001", ("7", "Better."), "Read it back with"),  # a comment alone
        ("student-001", ("8", ""), "Read it back with"),  # a mark in the place of another
        ("student-005", ("", "Where is it?"), "takes none of that: move it"),  # without points
    ],
)
@pytest.mark.parametrize("options", [(), ("--graders=2",)])
def test_what_was_typed_and_not_read_back_is_not_overwritten(
    course: Path,
    question: str,
    student: str,
    mark: tuple[str, str],
    says: str,
    options: tuple[str, ...],
) -> None:
    for each in ("student-001", "student-002"):
        give_by_hand(course, each, question, 7, "Good.")
    (sheet,) = laid_out(course)
    fill_in(sheet, {student: mark})
    typed = sheet.read_bytes()
    said = run_here("autograder", "written", NAME, *options, cwd=course, status=2).stderr
    said = " ".join(said.split())
    assert f"{sheet.name} has what is not in the gradebook, of {student}" in said
    assert says in said
    assert sheet.read_bytes() == typed
    assert [*sheet.parent.glob("*.csv")] == [sheet]


def test_what_reading_would_not_take_is_to_be_moved_away(course: Path, question: str) -> None:
    (sheet,) = laid_out(course)
    fill_in(sheet, {"student-003": ("4", "")})
    give_by_hand(course, "student-003", question, 3)
    said = run_here("autograder", "written", NAME, cwd=course, status=2).stderr
    assert "takes none of that: move it to another folder." in " ".join(said.split())
    sheet.rename(course / sheet.name)
    assert laid_out(course) == [sheet]


def test_sheets_of_an_earlier_split_go_when_they_are_read(course: Path, question: str) -> None:
    sheets = laid_out(course, "--graders=2")
    fill_in(sheets[0], {"student-001": ("6", "Good.")})
    run_here("autograder", "written", NAME, f"--read={sheets[0]}", cwd=course)
    own = sheets[0].with_name("notes.csv")
    own.write_text("of a grader\n")
    give_by_hand(course, "student-002", question, 9)  # who looked again in the formgrader
    run_here("autograder", "written", NAME, "--graders=2", cwd=course, status=2)
    give_by_hand(course, "student-002", question, 6, "Good.")
    said = run_here("autograder", "written", NAME, cwd=course).stdout
    for sheet in sheets:
        assert f"{sheet.name} is removed: it is of an earlier split." in " ".join(said.split())
    found = {path.name for path in own.parent.iterdir()}
    assert found == {own.name, f"{question}.csv", f"{question}.html"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (' |","",', ' |","11",', "11 is not between 0 and the 10 points of"),
        (' |","",', ' |","-1",', "-1 is not between 0 and the 10 points of"),
        (' |","",', ' |","good",', "'good' is no number of points"),
        ('"answer"', '"number"', "it has no column 'answer'"),
        ("student-003 |", "", "it names no student."),
        ("explain", "explian", "there is no question"),
        (' |","",', ' |","","Good","",', "max_points is not the 10 of explanation."),
        ('"10"', '""', "max_points is not the 10 of explanation."),
        (' |","",', f' |","","{"x" * 140_000}', "Is a quotation mark missing?"),
    ],
)
def test_a_sheet_with_a_mistake_changes_nothing(
    course: Path, question: str, old: str, new: str, says: str
) -> None:
    before = marks_of(course, question)
    (sheet,) = laid_out(course)
    old, new = (question, "x") if old == "explain" else (old, new)
    text = sheet.read_text(encoding="utf-8-sig")
    assert old in text
    sheet.write_text(text.replace(old, new))
    said = run_here("autograder", "written", NAME, f"--read={sheet}", cwd=course, status=2).stderr
    assert says in " ".join(said.split())
    assert "Nothing was changed." in said
    assert marks_of(course, question) == before


def test_nothing_to_lay_out_is_said(course: Path) -> None:
    shutil.rmtree(course / "gradings")
    said = run_here("autograder", "written", NAME, cwd=course, status=2).stderr
    assert "has no graded submission. Grade it first" in " ".join(said.split())
