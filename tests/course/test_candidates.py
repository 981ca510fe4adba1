"""Which notebook of a submission is graded, and what is said of the rest."""

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
import pytest

from autograder.course.candidate_files import MOST_READ, Place, read_candidates
from autograder.course.candidates import Chosen, choose
from autograder.course.shown_names import LONGEST_COMMAND, MOST_NAMED, command, shown
from autograder.errors import MissingNotebook, SeveralNotebooks
from autograder.notebook.assignment import Assignment, grade_id
from autograder.notebook.filled_in import answered, released
from autograder.notebook.submission import MAX_BYTES

RIGHT, ONE_WRONG, PICTURE = "right", "one wrong", "right, with a picture"
STUB, DAMAGED = "stub", "damaged"
FILE = "averages.ipynb"
GIVEN = "extra.ipynb"
MODULE = "def mine(): return 1\n"

Files = Mapping[str, str]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty submission in a course."""
    given = tmp_path / "assignments" / "averages"
    given.mkdir(parents=True)
    (given / GIVEN).write_text("{}")
    folder = tmp_path / "submitted" / "x" / "averages"
    folder.mkdir(parents=True)
    ignored = ("*.pyc", ".ipynb_checkpoints", "drafts")
    return Place(folder, folder.relative_to(tmp_path), given, ignored)


@pytest.fixture(scope="module")
def texts(averages: Assignment) -> Mapping[str, str]:
    """What files hold, by what they are called here."""

    def importing(*cells: str) -> str:
        """Return a notebook with more cells in front."""
        notebook = answered(averages, {})
        notebook.cells[:0] = map(nbformat.v4.new_code_cell, cells)
        return nbformat.writes(notebook)

    with_picture = answered(averages, {})
    (essay,) = [cell for cell in with_picture.cells if grade_id(cell) == "explanation"]
    essay.attachments = {"image.png": {"image/png": "iVBORw0KGgo="}}
    other = answered(averages, {})  # another assignment that gives the functions of this one
    for cell in other.cells:
        if about := cell.metadata.get("nbgrader"):
            about.grade_id = f"other-{about.grade_id}"
            cell.source += "\n# and more"
    return {
        "other": nbformat.writes(other),
        RIGHT: nbformat.writes(answered(averages, {})),
        ONE_WRONG: nbformat.writes(answered(averages, {"answer_1": 'answer_1 = "c"'})),
        PICTURE: nbformat.writes(with_picture),
        STUB: nbformat.writes(released(averages)),
        "without an essay": nbformat.writes(
            answered(averages, {"explanation": "YOUR ANSWER HERE"})
        ),
        "imports": importing("from mine import mine\n%run other.py\n%run -i 'my own.py'"),
        **{text: importing(text) for text in IMPORTS},
        DAMAGED: "{",
        "another": nbformat.writes(nbformat.v4.new_notebook()),
        "exercise": "def step_down(): pass\n",
    }


@pytest.fixture
def chosen(place: Place, texts: Mapping[str, str], averages: Assignment) -> Callable[..., Chosen]:
    """Hand in files, and choose."""

    def hand_in_and_choose(files: Files) -> Chosen:
        for name, text in files.items():
            path = place.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts.get(text, text))
        return choose(read_candidates(place, FILE), averages)

    return hand_in_and_choose


SILENT: dict[str, Files] = {
    "alone": {FILE: RIGHT},
    "damaged": {FILE: DAMAGED},
    "a copy as released": {FILE: RIGHT, "averages-Copy1.ipynb": STUB},
    "both as released": {FILE: STUB, "averages-Copy1.ipynb": STUB},
    "the same twice": {FILE: RIGHT, "x/averages.ipynb": RIGHT},
    "of nbgrader": {FILE: RIGHT, "timestamp.txt": "now", "submission_secret.txt": "a"},
    "checkpoints": {FILE: RIGHT, ".ipynb_checkpoints/averages-checkpoint.ipynb": ONE_WRONG},
    "ignored": {FILE: RIGHT, "drafts/averages.ipynb": ONE_WRONG, "a.pyc": ""},
    "of a system": {FILE: RIGHT, "__MACOSX/averages.ipynb": ONE_WRONG, "__MACOSX/._a.zip": ""},
    "hidden": {FILE: RIGHT, ".DS_Store": "", "._averages.ipynb": DAMAGED},
    "given": {FILE: RIGHT, GIVEN: "{}"},
    "pictures and data": {FILE: RIGHT, "a.png": "", "b.JPG": "", "c.csv": "1", "d.json": "{}"},
    "data about cells": {FILE: STUB, "d.json": '{"cells": 3}', "e": '{"cells": []}'},
    "a module that nobody imports": {FILE: RIGHT, "mine.py": MODULE},
    "documents": {FILE: RIGHT, "a.txt": "", "b.pdf": ""},
    "a list of versions": {FILE: STUB, "requirements.txt": "", "timestamp.txt": "now"},
    "a backup": {FILE: RIGHT, "averages.ipynb~": ONE_WRONG},
}


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT)
def test_what_cannot_be_meant_is_passed_over(
    place: Place, chosen: Callable[..., Chosen], files: Files
) -> None:
    found = chosen(files)
    assert (found.path, found.notes) == (place.folder / FILE, ())


RENAMED = [
    *("mine.ipynb", "averages.IPYNB", "averages.ipynb.json", "averages.ipynb.txt", "a (1).ipynb"),
    *("averages.json", "averages.txt", "averages", "averages.ipynb (1)", "averages.ipynb~"),
    *("averages/averages.ipynb", "x/mine.ipynb", "averages.ipynb/averages.ipynb"),
]


@pytest.mark.parametrize("content", [RIGHT, STUB])
@pytest.mark.parametrize("name", RENAMED)
def test_the_only_candidate_is_graded_and_that_is_said(
    place: Place, chosen: Callable[..., Chosen], name: str, content: str
) -> None:
    found = chosen({name: content, ".ipynb_checkpoints/averages.ipynb": RIGHT})
    assert found.path == place.folder / name
    assert found.notes == (f"{name} was graded, as the only candidate for {FILE}.",)


def test_the_one_with_answers_is_the_candidate(chosen: Callable[..., Chosen]) -> None:
    assert chosen({"a.ipynb": STUB, "b.ipynb": RIGHT, "c.ipynb": STUB}).path.name == "b.ipynb"


SEVERAL: dict[str, Files] = {
    "untouched beside a worked one": {FILE: STUB, "averages-Copy1.ipynb": RIGHT},
    "two with answers": {FILE: ONE_WRONG, "averages-Copy1.ipynb": RIGHT},
    "one with a picture": {FILE: RIGHT, "averages-Copy1.ipynb": PICTURE},
    "damaged beside a worked one": {FILE: DAMAGED, "averages (1).ipynb": RIGHT},
    "untouched above a worked one": {FILE: STUB, "averages/averages.ipynb": RIGHT},
    "far below": {FILE: STUB, "a/b/c/averages.ipynb": RIGHT},
    "two of other names": {"a.ipynb": RIGHT, "b.ipynb": ONE_WRONG},
    "three": {FILE: STUB, "a.ipynb": RIGHT, "b.ipynb": ONE_WRONG, "c.ipynb": RIGHT},
    "another extension": {FILE: STUB, "averages.ipynb.json": RIGHT},
    "without its ending": {FILE: STUB, "averages.json": RIGHT},
    "a backup with answers": {FILE: STUB, "averages.ipynb~": RIGHT},
    "two without": {"averages": RIGHT, "averages.txt": ONE_WRONG},
    "odd names": {FILE: STUB, "$(touch x); '\"\n\x1b[31m\u202e ä.ipynb": RIGHT},
}


@pytest.mark.parametrize("files", SEVERAL.values(), ids=SEVERAL)
def test_where_several_could_be_meant_one_command_settles_it(
    tmp_path: Path,
    place: Place,
    averages: Assignment,
    chosen: Callable[..., Chosen],
    files: Files,
) -> None:
    with pytest.raises(SeveralNotebooks) as raised:
        chosen(files)
    said = str(raised.value)
    assert said.isprintable()
    assert said.endswith(raised.value.command)
    assert (f"{FILE} (" in said) == (FILE in files)
    subprocess.run(["bash", "-c", raised.value.command], cwd=tmp_path, check=True)
    assert choose(read_candidates(place, FILE), averages) == Chosen(place.folder / FILE)
    assert not (tmp_path / "x").exists()


def test_names_without_end_stay_short(chosen: Callable[..., Chosen]) -> None:
    with pytest.raises(SeveralNotebooks) as raised:
        chosen({FILE: STUB, **{f"{n}{chr(7) * 240}.ipynb": RIGHT for n in range(3)}})
    assert len(str(raised.value)) < 4 * LONGEST_COMMAND
    assert command(("mv", "\x07" * 250, "x")) == ""
    assert shown(Path("a\nb" * 100)).isprintable()


NAMED: dict[str, tuple[Files, str]] = {
    "an archive": ({FILE: RIGHT, "work.ZIP": ""}, "work.ZIP was not unpacked."),
    "another": ({FILE: RIGHT, "a/work.tar.gz": ""}, "a/work.tar.gz was not unpacked."),
    "an archive of a notebook": (
        {FILE: RIGHT, "a.ipynb.gz": "\x1f"},
        "a.ipynb.gz was not unpacked.",
    ),
    "a damaged notebook": ({FILE: RIGHT, "b.ipynb": DAMAGED}, "b.ipynb was not graded: This is"),
    "a notebook of something else": ({FILE: RIGHT, "b.ipynb": "another"}, "none of the cells"),
    "a notebook of another assignment": ({FILE: RIGHT, "b.ipynb": "other"}, "none of the cells"),
    "one beside a renamed one": ({"a.ipynb": RIGHT, "b.ipynb": "other"}, "none of the cells"),
    "an imported module": ({FILE: "imports", "mine.py": MODULE}, "mine.py, which the notebook"),
    "one in a package": ({FILE: "imports", "mine/a.py": MODULE}, "mine/a.py, which the notebook"),
    "a script": ({FILE: "imports", "other.py": MODULE}, "other.py, which the notebook"),
    "one with a space": ({FILE: "imports", "my own.py": MODULE}, "my own.py, which the notebook"),
    "an exercise in a module": ({FILE: RIGHT, "work.py": "exercise"}, "work.py was not graded"),
    "an archive beside a renamed one": ({"b.ipynb": RIGHT, "a.7z": ""}, "a.7z was not unpacked."),
}

IMPORTS = (
    "%run -i ./mine.py",
    "%run lib/mine",
    '%run "mine.py"',
    "!python3 mine.py",
    "import math, mine as m",
    "import importlib\nimportlib.import_module('mine')",
    "exec(open('lib/mine.py').read())",
    "def f():\n    from mine import other",
    "from mine import *\nx = = 1",
    "import os; from mine import other",
    "try: from mine import other\nexcept ImportError: pass",
    "if 1: from mine import other",
    "from\tmine\timport other",
    "import\tmine\nx = = 1",
    "%run\t-i\t'lib/mine.py'",
    "from .mine import other",
)


@pytest.mark.parametrize("text", IMPORTS)
@pytest.mark.parametrize("module", ["mine.py", "lib/mine.py"])
def test_however_it_is_imported_a_module_is_named(
    chosen: Callable[..., Chosen], text: str, module: str
) -> None:
    *_, note = chosen({FILE: text, module: MODULE}).notes
    assert f"{module}, which the notebook imports" in note


@pytest.mark.parametrize("name", ["a.txt", "a.DOCX", "a.pdf", "x/a.md"])
@pytest.mark.parametrize("notebook", [STUB, "without an essay"])
def test_a_document_is_named_where_the_written_answer_is_missing(
    chosen: Callable[..., Chosen], name: str, notebook: str
) -> None:
    (note,) = chosen({FILE: notebook, name: "words"}).notes
    assert note.startswith(f"{name} was not graded. If it holds an answer")


@pytest.mark.parametrize(("files", "says"), NAMED.values(), ids=NAMED)
def test_what_could_hold_work_is_named(
    chosen: Callable[..., Chosen], files: Files, says: str
) -> None:
    *others, note = chosen(files).notes
    assert says in note
    assert not any(note.split()[0] in other for other in others)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "there is no notebook."),
        ({"a.png": ""}, "there is no notebook."),
        ({"averages.zip": ""}, "averages.zip was not unpacked"),
        ({"mine.pdf": ""}, "mine.pdf was not graded. If it holds an answer"),
        ({"averages.py": "exercise"}, "averages.py was not graded, and defines functions"),
        ({"a/b/averages.ipynb": RIGHT}, "mv -b submitted/x/averages/a/b/averages.ipynb"),
    ],
)
def test_where_there_is_none_it_is_said_what_there_is(
    chosen: Callable[..., Chosen], files: Files, says: str
) -> None:
    with pytest.raises(MissingNotebook) as raised:
        chosen(files)
    assert f"No {FILE} was submitted; there is no notebook." in str(raised.value)
    assert says in str(raised.value)


def test_links_and_devices_are_nothing(place: Place, chosen: Callable[..., Chosen]) -> None:
    os.mkfifo(place.folder / "pipe.ipynb")
    (place.folder / "passwd.zip").symlink_to("/etc/passwd")
    (place.folder / "mine.py").symlink_to("/etc/passwd")
    assert chosen({FILE: "imports"}).notes == ()


def test_of_many_a_few_are_read_and_named(chosen: Callable[..., Chosen]) -> None:
    notebooks = {f"{n:03}.ipynb": DAMAGED for n in range(300)}
    archives = {f"{n:03}.zip": "" for n in range(300)}
    notes = chosen({FILE: RIGHT, **notebooks, **archives}).notes
    assert len(notes) == MOST_READ + MOST_NAMED + 1
    assert all(len(note) < 300 for note in notes)


@pytest.mark.parametrize(
    "files",
    [
        {FILE: STUB, **{f"{n}.ipynb": STUB for n in range(MOST_READ)}},
        {FILE: STUB, **{f"{n}.ipynb": DAMAGED for n in range(MOST_READ)}},
        {FILE: DAMAGED, **{f"{n}.ipynb": STUB for n in range(MOST_READ)}},
        {f"{n}.ipynb": STUB for n in range(MOST_READ)},
    ],
)
def test_what_is_not_looked_at_may_be_the_one_with_answers(
    chosen: Callable[..., Chosen], files: Files
) -> None:
    with pytest.raises(SeveralNotebooks, match=r"not looked at: 1 \(remove what does not count"):
        chosen({**files, "z.ipynb": RIGHT})


def test_what_is_too_large_hides_nothing(chosen: Callable[..., Chosen]) -> None:
    for size, says in ((MAX_BYTES, "not looked at: 1"), (MAX_BYTES + 1, "For z.ipynb, run")):
        with pytest.raises(SeveralNotebooks, match=says):
            chosen({FILE: STUB, "a.ipynb": "{}" + " " * (size - 2), "z.ipynb": RIGHT})


def test_a_command_is_what_a_shell_reads() -> None:
    parts = ("mv", "-b", "a b", "it's", "$HOME", "ä")
    assert shlex.split(command(parts)) == [*parts]
