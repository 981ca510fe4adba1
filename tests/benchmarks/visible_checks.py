"""Which known mistakes pass every visible check of their exercise, and how often each was seen.

    python tests/benchmarks/visible_checks.py [ASSIGNMENT ...]

Each is typed into the solved notebook in the place of its exercise, and the check cell is run. A
check that passes must not make believe that all is right: what is frequent should fail one that can
be done by hand. Fails where a mistake passes that was seen as often as ``OFTEN`` says.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path.insert(1, str(Path(__file__).parents[1] / "why_convolutions"))
sys.path += map(str, Path(__file__).parents[2].glob("assignments/*"))  # modules given to students

import numpy as np
from contents import ASSIGNMENTS, assignment_names, load_assignment
from typed import typed

from autograder.explanation.misconceptions import Misconception, misconceptions
from autograder.explanation.styles import Style
from autograder.notebook.assignment import GRADE_PREFIX, grade_id, is_demonstration

Entry = TypeVar("Entry", Misconception, Style)

OFTEN = 4  # times: what was seen as often has a row in docs/instructors.md


def mistakes(assignment: str) -> list[Misconception]:
    """Return the known mistakes of an assignment's functions."""
    return [mistake for mistake in misconceptions(load_assignment(assignment)) if mistake.steps]


def said(assignment: str, entries: Sequence[Entry]) -> dict[Entry, str]:
    """Return what its exercise's visible check says to each mistake or style, "" if nothing."""
    with (
        chdir(ASSIGNMENTS / assignment),
        redirect_stdout(StringIO()),
        np.errstate(all="ignore"),
        warnings.catch_warnings(action="ignore"),
    ):
        return dict(_said(assignment, entries))


def _said(assignment: str, entries: Sequence[Entry]) -> Iterator[tuple[Entry, str]]:
    loaded, names = load_assignment(assignment), dict[str, Any]()
    checks = {f"{GRADE_PREFIX}{function}": function for function in loaded.signatures()}
    for cell in loaded.notebook.cells:
        if cell.cell_type != "code" or is_demonstration(cell):
            continue
        code = compile(cell.source, grade_id(cell), "exec")
        exec(code, names)
        if exercise := checks.get(grade_id(cell)):
            right = names[exercise]
            for entry in entries:
                if entry.exercise == exercise:
                    names[exercise] = typed(assignment, entry)
                    yield entry, _message(code, names)
            names[exercise] = right


def _message(code: Any, names: dict[str, Any]) -> str:
    """Return what a check cell says about the functions of these names, "" if nothing."""
    try:
        exec(code, names)
    except Exception as error:
        return str(error) or type(error).__name__
    return ""


def main(assignments: list[str]) -> int:
    print(f"{'exercise':31} {'known':>5} {'pass':>5}  which ones, and how often they were seen")
    worst = 0
    for name in assignments:
        messages = said(name, mistakes(name))
        for exercise in load_assignment(name).signatures():
            known = [mistake for mistake in messages if mistake.exercise == exercise]
            passing = [mistake for mistake in known if not messages[mistake]]
            passing.sort(key=lambda mistake: -mistake.seen)
            titles = [f"{mistake.name} ({mistake.seen})" for mistake in passing]
            print(f"{exercise:31} {len(known):5} {len(passing):5}  {', '.join(titles)}")
            worst = max([worst, *(mistake.seen for mistake in passing)])
    print(f"None that was seen {OFTEN} times or more should pass.")
    return 1 if worst >= OFTEN else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or assignment_names()))
