"""How many wrong answers are explained rightly, and what that costs.

    python tests/benchmarks/diagnosis.py [ASSIGNMENT ...]

Every known mistake, and every two that can be made together, plays the student; the grader
looks for what explains the answers. It finds the mistake "itself", or one that gives "the same
answers" to another student's inputs as well, or one that differs there: a "wrong" diagnosis.
Mistakes are also left out of the catalogue, to see what is said of unknown ones. Prints
figures, and fails where one is missed.
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
sys.path += map(str, Path(__file__).parents[2].glob("assignments/*"))  # modules given to students

from contents import assignment_names, load_assignment

from autograder.explanation.diagnosis import answer_of, diagnose, same_answer
from autograder.explanation.misconceptions import (
    AND,
    Misconception,
    misconceptions,
    together,
    with_mistakes,
)
from autograder.notebook.assignment import Assignment
from autograder.results import Outcome
from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_tests import run_hidden_tests
from autograder.running.student import RecordedCall

MEDIAN_MS = 30.0  # for one failing exercise, alone, in pairs, and where nothing fits
SINGLES_RIGHT = 1.0
PAIRS_EXPLAINED = 0.95  # by the pair itself, or by what gives the same answers elsewhere too
WRONGLY = 0.01  # of all that are explained

Figure = tuple[str, float]  # what came out, and the seconds of processor time it took


def of_exercise(assignment: Assignment, exercise: str) -> list[Misconception]:
    return [m for m in misconceptions(assignment) if m.exercise == exercise]


def pairs_of(known: list[Misconception]) -> Iterator[Misconception]:
    made = (together(first, second) for first, second in combinations(known, 2))
    return (pair for pair in made if pair is not None and pair.repeats)


def measure(assignment: Assignment, mistake: Misconception, known: list[Misconception]) -> Figure:
    """Let a mistake play the student; return the verdict on its diagnosis and the time."""
    student = direct_student(assignment, with_mistakes(right_answers(assignment), mistake))
    tests = run_hidden_tests(assignment, student, b"")[mistake.exercise]
    calls, reference = student.calls[mistake.exercise], assignment.references[mistake.exercise]
    start = time.process_time()
    found = diagnose(known, reference, calls, partial(student.again, mistake.exercise))
    seconds = time.process_time() - start
    if not any(test.outcome is Outcome.FAILED for test in tests):
        return "full marks", seconds
    if found.misconception is None:
        return "not explained", seconds
    if {*found.misconception.name.split(AND)} == {*mistake.name.split(AND)}:
        return "itself", seconds
    functions = found.misconception.implementation, mistake.implementation
    elsewhere = [[answer_of(f, c) for f in functions] for c in other_calls(assignment, mistake)]
    return "the same answers" if all(same_answer(*pair) for pair in elsewhere) else "wrong", seconds


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
    alone = [verdict for verdict, _ in total["alone"]]
    pairs = [verdict for verdict, _ in total["in pairs"] if verdict != "full marks"]
    explained = sum(verdict in ("itself", "the same answers") for verdict in pairs) / len(pairs)
    right = alone.count("itself") / len(alone)
    wrong = (alone + pairs).count("wrong") / len(alone + pairs)
    print(f"Recognised alone: {right:.1%} (at least {SINGLES_RIGHT:.1%})")
    print(f"Explained in pairs: {explained:.1%} (at least {PAIRS_EXPLAINED:.1%})")
    print(f"Explained wrongly: {wrong:.1%} (at most {WRONGLY:.1%})")
    print(f"Medians: {', '.join(f'{m:.1f} ms' for m in medians)} (at most {MEDIAN_MS:g} ms)")
    missed = (
        right < SINGLES_RIGHT
        or explained < PAIRS_EXPLAINED
        or wrong > WRONGLY
        or max(medians) > MEDIAN_MS
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or assignment_names()))
