"""Which known mistakes pass every visible check of their exercise, and how often each was seen.

    python tests/benchmarks/visible_checks.py [ASSIGNMENT ...]

Each is typed into the solved notebook in the place of its exercise, and the check cell is run. A
check that passes must not make believe that all is right: what is frequent should fail one that can
be done by hand. Fails where a mistake passes that was seen as often as ``OFTEN`` says.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path.insert(1, str(Path(__file__).parents[1] / "why_convolutions"))
sys.path += map(str, Path(__file__).parents[2].glob("assignments/*"))  # modules given to students

import numpy as np
from contents import ASSIGNMENTS, assignment_names, load_assignment
from typed import typed

from autograder.explanation.misconceptions import Misconception, misconceptions
from autograder.notebook.assignment import GRADE_PREFIX, grade_id

OFTEN = 4  # times: what was seen as often has a row in docs/instructors.md
PICTURES = "show_"  # begins the ids of cells that define nothing for a check


def passing(assignment: str) -> dict[str, list[Misconception]]:
    """Return by exercise the known mistakes that pass its visible check."""
    with (
        chdir(ASSIGNMENTS / assignment),
        redirect_stdout(StringIO()),
        np.errstate(all="ignore"),
        warnings.catch_warnings(action="ignore"),
    ):
        return dict(_passing(assignment))


def _passing(assignment: str) -> Iterator[tuple[str, list[Misconception]]]:
    loaded, names = load_assignment(assignment), dict[str, Any]()
    known = [mistake for mistake in misconceptions(loaded) if mistake.steps]
    for cell in loaded.notebook.cells:
        if cell.cell_type != "code" or grade_id(cell).startswith(PICTURES):
            continue
        exec(cell.source, names)
        exercise = grade_id(cell).removeprefix(GRADE_PREFIX)
        if grade_id(cell) != exercise and exercise in loaded.signatures():
            right, code = names[exercise], compile(cell.source, grade_id(cell), "exec")
            wrong = [mistake for mistake in known if mistake.exercise == exercise]
            yield exercise, [m for m in wrong if _passes(code, names, typed(assignment, m))]
            names[exercise] = right


def _passes(code: Any, names: dict[str, Any], mistake: Any) -> bool:
    """Whether a check cell says nothing against a function in the place of its exercise."""
    names[mistake.__name__] = mistake
    try:
        exec(code, names)
    except Exception:
        return False
    return True


def main(assignments: list[str]) -> int:
    print(f"{'exercise':31} {'known':>5} {'pass':>5}  which ones, and how often they were seen")
    worst = 0
    for name in assignments:
        known = misconceptions(load_assignment(name))
        for exercise, found in passing(name).items():
            found.sort(key=lambda mistake: -mistake.seen)
            number = sum(mistake.exercise == exercise for mistake in known)
            titles = [f"{mistake.name} ({mistake.seen})" for mistake in found]
            print(f"{exercise:31} {number:5} {len(found):5}  {', '.join(titles)}")
            worst = max([worst, *(mistake.seen for mistake in found)])
    print(f"None that was seen {OFTEN} times or more should pass.")
    return 1 if worst >= OFTEN else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or assignment_names()))
