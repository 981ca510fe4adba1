"""``results.json``: what Gradescope reads of an autograder.

https://gradescope-autograders.readthedocs.io/en/latest/specs/ has the format.
"""

from __future__ import annotations

import json

from ..results import ExerciseResult, Grading, Outcome, Ungraded, WrittenAnswer, in_words

# Who reads the page of an exercise sees why: no hidden value is in it.
_VISIBLE = "visible"


def results_json(result: Grading | Ungraded) -> str:
    """Return the result of one notebook in Gradescope's format.

    What waits for a human has no score, only the points that it can have.
    """
    if isinstance(result, Ungraded):
        return _written({"score": 0, "output": f"Not graded. {result.error}", "tests": []})
    tests = [*map(_exercise, result.exercises), *map(_question, result.written)]
    output = " ".join(result.notes)
    return _written({"score": round(result.score, 2), "output": output, "tests": tests})


def _written(results: dict[str, object]) -> str:
    return json.dumps(results | {"visibility": _VISIBLE, "stdout_visibility": "hidden"}, indent=1)


def _exercise(exercise: ExerciseResult) -> dict[str, object]:
    known = exercise.misconception
    said = [f"It seems that it {in_words(known)}. {exercise.hint}"] if known else []
    for test in exercise.tests:
        if test.outcome is not Outcome.PASSED:
            said.append(f"{test.title} {test.message}".strip())
    return _test(exercise.name, exercise.score, exercise.max_score, "\n\n".join(said))


def _question(answer: WrittenAnswer) -> dict[str, object]:
    if answer.answered:
        return _test(answer.name, None, answer.max_score, "It waits for a human.")
    return _test(answer.name, 0.0, answer.max_score, answer.place or "It was not answered.")


def _test(name: str, score: float | None, most: float, output: str) -> dict[str, object]:
    test: dict[str, object] = {"name": name, "max_score": most, "visibility": _VISIBLE}
    if score is None:
        return test | {"output": output or "It waits for a human."}
    status = "passed" if score >= most else "failed"
    return test | {"score": round(score, 2), "status": status, "output": output}
