"""How many wrong answers are explained rightly, and what that costs.

    python tests/benchmarks/diagnosis.py [ASSIGNMENT ...]

Every known mistake, every two that can be made together, and mistakes of real students in other
forms play the student; the grader looks for what explains the answers. A mistake is "named" if
the grader finds it, or one that gives the same answers to another student's inputs as well; one
that differs there is "wrong". Else a fact is said ("structural"), or only to take the smallest
case ("nothing"). Mistakes are also left out of the catalogue, to see what is said of unknown ones.
Prints figures, and fails where one is missed.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path.insert(0, str(Path(__file__).parents[1] / "why_convolutions"))
sys.path += map(str, Path(__file__).parents[2].glob("assignments/*"))  # modules given to students

from contents import assignment_names, load_assignment
from explaining import explained, home_of
from forms import FORMS

from autograder.explanation.answers import answer_of, same_answer
from autograder.explanation.diagnosis import diagnose
from autograder.explanation.misconceptions import (
    AND,
    Misconception,
    misconceptions,
    together,
    with_mistakes,
)
from autograder.explanation.next_step import contrasts, next_step
from autograder.explanation.structure import axes_of
from autograder.notebook.assignment import Assignment
from autograder.results import Outcome
from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_tests import run_hidden_tests
from autograder.running.student import RecordedCall

MEDIAN_MS = 30.0  # for one failing exercise, alone, in pairs, and where nothing fits
SINGLES_RIGHT = 1.0
PAIRS_EXPLAINED = 0.95  # by the pair itself, or by what gives the same answers elsewhere too
WRONGLY = 0.01  # of all that are explained
NOTHING = "Take the smallest case"

Figure = tuple[str, float]  # what came out, and the seconds of processor time it took


def of_exercise(assignment: Assignment, exercise: str) -> list[Misconception]:
    return [m for m in misconceptions(assignment) if m.exercise == exercise]


def pairs_of(known: list[Misconception]) -> Iterator[Misconception]:
    made = (together(first, second) for first, second in combinations(known, 2))
    return (pair for pair in made if pair is not None and pair.repeats)


def measure(assignment: Assignment, mistake: Misconception, known: list[Misconception]) -> Figure:
    """Let a mistake play the student; return what is said of it and the time."""
    student = direct_student(assignment, with_mistakes(right_answers(assignment), mistake))
    tests = run_hidden_tests(assignment, student, b"")[mistake.exercise]
    calls, reference = student.calls[mistake.exercise], assignment.references[mistake.exercise]
    start = time.process_time()
    found = diagnose(known, reference, calls, partial(student.again, mistake.exercise))
    seconds = time.process_time() - start
    if not any(test.outcome is Outcome.FAILED for test in tests):
        return "full marks", seconds
    if found.misconception is not None:
        return verdict_of_name(assignment, mistake, found.misconception), seconds
    axes = axes_of(assignment, mistake.exercise)
    said = next_step(reference, calls, found.repeats, contrasts(assignment), axes)
    return fact_or_nothing(said), seconds


def verdict_of_name(assignment: Assignment, mistake: Misconception, found: Misconception) -> str:
    if {*found.name.split(AND)} == {*mistake.name.split(AND)}:
        return "named"
    functions = found.implementation, mistake.implementation
    elsewhere = [[answer_of(f, c) for f in functions] for c in other_calls(assignment, mistake)]
    return "named" if all(same_answer(*pair) for pair in elsewhere) else "wrong"


def fact_or_nothing(said: str | None) -> str:
    return "nothing" if said is None or NOTHING in said else "structural"


def other_calls(assignment: Assignment, mistake: Misconception) -> list[RecordedCall]:
    """Return what the hidden tests ask another student."""
    student = direct_student(assignment, right_answers(assignment))
    run_hidden_tests(assignment, student, b"another student")
    return student.calls[mistake.exercise]


def measure_exercise(name: str, exercise: str) -> dict[str, list[Figure]]:
    """Return the figures of one exercise: single mistakes, pairs, and mistakes left out."""
    assignment = load_assignment(name)
    known = of_exercise(assignment, exercise)
    unknown = [measure(assignment, m, [k for k in known if k is not m]) for m in known if m.steps]
    return {
        "alone": [measure(assignment, mistake, known) for mistake in known],
        "in pairs": [measure(assignment, pair, known) for pair in pairs_of(known)],
        "not in the catalogue": unknown,
    }


def measure_forms(names: list[str]) -> list[Figure]:
    """Return what is said of real students' mistakes in other forms."""
    figures = []
    for (exercise, name), sources in FORMS.items():
        if home_of(exercise)[0].name in names:
            for source in sources:
                start = time.process_time()
                result = explained(exercise, source)
                seconds = time.process_time() - start
                if result.misconception is None:
                    figures.append((fact_or_nothing(result.hint), seconds))
                else:
                    right = {*result.misconception.split(AND)} == {*name.split(AND)}
                    figures.append(("named" if right else "wrong", seconds))
    return figures


def report(title: str, figures: list[Figure]) -> float:
    """Print one line; return the median in milliseconds."""
    verdicts = Counter(verdict for verdict, _ in figures)
    milliseconds = [1000 * seconds for _, seconds in figures]
    median, longest = statistics.median(milliseconds), max(milliseconds)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    print(f"{title}: {counts}; median {median:.1f} ms, at most {longest:.0f} ms")
    return median


def main(names: list[str]) -> int:
    exercises = [
        (name, exercise.name)
        for name in names
        for exercise in load_assignment(name).exercises
        if of_exercise(load_assignment(name), exercise.name)
    ]
    total: dict[str, list[Figure]] = {}
    with ProcessPoolExecutor(2) as pool:
        for (_, exercise), result in zip(
            exercises, pool.map(measure_exercise, *zip(*exercises, strict=True)), strict=True
        ):
            for kind, figures in result.items():
                total.setdefault(kind, []).extend(figures)
                if figures:
                    report(f"{exercise}, {kind}", figures)
    medians = [report(f"All, {kind}", figures) for kind, figures in total.items()]
    if forms := measure_forms(names):
        report("All, in other forms, tests and diagnosis together", forms)
    alone = [verdict for verdict, _ in total["alone"]]
    pairs = [verdict for verdict, _ in total["in pairs"] if verdict != "full marks"]
    real = [verdict for verdict, _ in forms]
    explained_pairs = pairs.count("named") / len(pairs)
    right = alone.count("named") / len(alone)
    wrong = (alone + pairs + real).count("wrong") / len(alone + pairs + real)
    print(f"Recognised alone: {right:.1%} (at least {SINGLES_RIGHT:.1%})")
    print(f"Explained in pairs: {explained_pairs:.1%} (at least {PAIRS_EXPLAINED:.1%})")
    print(f"Explained wrongly: {wrong:.1%} (at most {WRONGLY:.1%})")
    print(f"Medians: {', '.join(f'{m:.1f} ms' for m in medians)} (at most {MEDIAN_MS:g} ms)")
    missed = (
        right < SINGLES_RIGHT
        or explained_pairs < PAIRS_EXPLAINED
        or wrong > WRONGLY
        or max(medians) > MEDIAN_MS
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or assignment_names()))
