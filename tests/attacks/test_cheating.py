"""Cheats: a submission that wants points for what it does not know gets those of a wrong answer.

Tried elsewhere, as they need no sandbox: 23 and 33 (NaN, complex numbers) and 46 (small floats) in
tests/running/test_comparison.py, 45 (a forged bool) in tests/sandbox/test_wire.py, 40 (the grader's
environment) in test_system.py, 28 (forged replies) in test_protocol.py, and the accepted forms of a
right answer (48) in tests/test_grading.py. 44, a library that does the exercise, is no cheat that
a sandbox could see.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attacks import plain
from attacks.cheating import CHEATS, WRONG, Cheat
from attacks.conftest import SECRET, Surroundings
from contents import SMALL

from autograder.course.options import Limits
from autograder.grading import Graded, grade
from autograder.notebook.assignment import Assignment
from autograder.notebook.filled_in import answered
from autograder.running.hidden_tests import run_hidden_tests
from autograder.running.student import Student
from autograder.sandbox.host import Sandbox

ROOT = Path(__file__).parents[2]
SOLUTION = "values - rate * slopes"
HIDDEN_TEST = "student.step_down(values, slopes"
POINTS, WEIGHTS = 14, 8  # of step_down and its tests

Submit = Callable[[str], Graded]


def named(cheat: Cheat) -> str:
    return f"{cheat.id} {cheat.title}"


def placed(source: str, outside: Path) -> str:
    """Fill in the folders that a cheat knows."""
    places = {"COURSE": SMALL.root, "ROOT": ROOT, "OUTSIDE": outside}
    for name, folder in places.items():
        source = source.replace(name, str(folder))
    return source


@pytest.fixture
def submit(sandbox: Sandbox, averages: Assignment, outside: Path) -> Submit:
    """Grade the right solutions of averages with this in the place of ``step_down``."""

    def graded(source: str, student: str = "student-002") -> Graded:
        return grade(
            answered(averages, {"step_down": placed(source, outside)}),
            averages,
            sandbox,
            notebook="cheat",
            student=student,
            secret=SECRET,
            limits=Limits(),
        )

    return graded


def points_lost(graded: Graded) -> dict[str, float]:
    return {
        result.name: result.max_score - (result.score or 0)
        for result in graded.grading.exercises
        if result.score != result.max_score
    }


@pytest.fixture(scope="module")
def fooled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Which cheats an ordinary grader is taken in by."""
    outside = tmp_path_factory.mktemp("outside")
    sources = {named(c): placed(c.source, outside) for c in CHEATS if c.fools}
    process = subprocess.run(
        [sys.executable, plain.__file__],
        input=json.dumps(sources | {"honest": WRONG}),
        cwd=SMALL.root,
        env={
            "PYTHONPATH": os.pathsep.join([str(SMALL.root), str(ROOT)]),
            "PYTHONDONTWRITEBYTECODE": "1",  # in the course, which others copy meanwhile
        },
        capture_output=True,
        text=True,
    )
    return json.loads(process.stdout.splitlines()[-1])


@pytest.mark.parametrize("cheat", [c for c in CHEATS if c.fools], ids=named)
def test_an_ordinary_grader_is_taken_in(cheat: Cheat, fooled: dict[str, bool]) -> None:
    assert fooled[named(cheat)]


def test_an_ordinary_grader_sees_a_wrong_answer(fooled: dict[str, bool]) -> None:
    assert not fooled["honest"]


def test_a_wrong_answer_loses_the_points_of_its_exercise(submit: Submit) -> None:
    assert points_lost(submit(WRONG)) == {"step_down": POINTS}


@pytest.mark.parametrize("cheat", CHEATS, ids=named)
def test_a_cheat_gets_what_a_wrong_answer_gets(
    cheat: Cheat, submit: Submit, surroundings: Surroundings
) -> None:
    with surroundings:
        graded = submit(cheat.source)
    assert points_lost(graded) == {"step_down": POINTS}
    assert graded.grading.pending == 10
    text = json.dumps(graded.notebook)
    shown = [output for cell in graded.notebook.cells for output in cell.get("outputs", [])]
    assert HIDDEN_TEST not in text
    assert SOLUTION not in json.dumps(shown)
    assert SECRET.decode() not in text


class Recorder:
    """Answers as the reference does, and remembers what it was asked."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.table: dict[str, list[Any]] = {}

    def call(
        self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], replaced: object
    ) -> tuple[Any, tuple[Any, ...]]:
        if function != "step_down":
            return None, (*args, *kwargs.values())
        value = self._function(*args, **kwargs)
        values = kwargs["values"] if kwargs else args[0]
        self.table[repr(values.tolist())] = value.tolist()
        return value, (*args, *kwargs.values())

    def read(self, name: str) -> None:
        return None


def test_43_a_table_of_answers_is_right_for_nobody_else(
    submit: Submit, averages: Assignment
) -> None:
    """Even with the hidden inputs of another student, published in full."""
    from autograder.grading import _seed

    published = Recorder(averages.references["step_down"])
    seed = _seed(SECRET, "averages", "student-003")
    run_hidden_tests(averages, Student(published, averages.signatures()), seed)
    source = (
        f"table = {published.table!r}\n"
        "def step_down(values, slopes, rate):\n"
        "    return np.array(table.get(repr(values.tolist()), values.tolist()))"
    )
    assert points_lost(submit(source, student="student-003")) == {}
    assert points_lost(submit(source, student="student-002")) == {"step_down": POINTS}


@pytest.mark.parametrize(
    ("condition", "weight"),
    [
        pytest.param("len(calls) > 1", 3, id="41 answers rightly but for its first call"),
        pytest.param(
            "values.ndim == 1", 3, id="42 answers rightly where the shape is the one shown"
        ),
        pytest.param(
            "id(values) in calls", 8, id="42 answers rightly where it knows the very array"
        ),
    ],
)
def test_a_function_that_is_right_now_and_then_gets_the_points_of_those_tests(
    submit: Submit, condition: str, weight: int
) -> None:
    source = (
        "calls = []\n"
        "def step_down(values, slopes, rate):\n"
        "    calls.append(0)\n"
        f"    return values - slopes * rate if {condition} else values * 0"
    )
    assert points_lost(submit(source)) == {"step_down": pytest.approx(POINTS * weight / WEIGHTS)}


ORACLE = {
    "running_maximum": """
import os, pickle
seen, told = [], {}
def running_maximum(numbers):
    for asked in seen:
        try: told[repr(asked)] = step_down(*asked)
        except Exception: pass
    KEEP
""",
    "weighted_mean": "def weighted_mean(numbers, weights):\n    step_down",
    "step_down": """
def step_down(values, slopes, rate):
    LOOK
    asked = values, slopes, rate
    if repr(asked) in told: return told[repr(asked)]
    seen.append(asked)
    CALL
""",
}
IN_A_FILE = {
    "KEEP": "if told: pickle.dump(told, open('told', 'wb'))",
    "LOOK": "if os.path.exists('told'): told.update(pickle.load(open('told', 'rb')))",
}


@pytest.mark.parametrize("kept", [{}, IN_A_FILE], ids=["in memory", "in a file"])
@pytest.mark.parametrize("calls", ["running_maximum", "weighted_mean"])
def test_a_right_function_lent_to_others_tells_nothing_about_the_tests_of_its_own(
    kept: dict[str, str], calls: str, averages: Assignment, sandbox: Sandbox
) -> None:
    """Another function asks it what the first run of its tests had asked, for the second."""
    sources = {}
    for name, source in ORACLE.items():
        sources[name] = source.replace("CALL", f"if False: {calls}()")
        for step in ("KEEP", "LOOK"):
            sources[name] = sources[name].replace(step, kept.get(step, "pass"))
    notebook = answered(averages, sources)
    graded = grade(notebook, averages, sandbox, notebook="cheat", secret=SECRET, limits=Limits())
    assert points_lost(graded)["step_down"] == POINTS


def test_a_hidden_input_cannot_be_carried_out(submit: Submit) -> None:
    """What a call prints, raises, shows, or keeps for a cell is not in the notebook."""
    source = (
        "from IPython.display import display\n"
        "def step_down(values, slopes, rate):\n"
        "    found = 'car' + 'ried' + str(values.tolist())\n"
        "    print(found); display(found)\n"
        "    get_ipython().user_ns['In'].append(found)\n"
        "    raise type(found, (ValueError,), {})(found)"
    )
    shown = [output for cell in submit(source).notebook.cells for output in cell.get("outputs", [])]
    assert "carried" not in json.dumps(shown)
