"""Whether a mutant that survives is the same function as the reference.

It is asked every small legal call of its exercise, and all that the hidden tests ask of twenty
students. The same answers within the tolerance, and no argument changed: nobody can tell. Where
the unchanged style itself is off, by the rounding of float32 for example, it says nothing.
"""

import pickle
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import product

import numpy as np
from contents import load_assignment
from mutation.mutants import Mutant
from mutation.small_calls import small_calls
from mutation.verdicts import Limited, function_of, in_a_fork, seed_of, tests_of, unchanged

from autograder.running.comparison import agree
from autograder.running.direct import direct_student, right_answers
from autograder.running.student import RecordedCall, Student

STUDENTS = 20
PATIENCE = 10.0  # seconds of processor time for one call: slower is no other answer
LONG_ENOUGH = 2.0  # seconds of processor time; the smallest calls come first


def differences(survivors: Iterable[Mutant], pool: ProcessPoolExecutor) -> Iterator[str]:
    """Yield for each the first call that tells it from the reference; "" where none does."""
    yield from pool.map(_difference, survivors)


@cache
def right_calls(assignment_name: str, function: str) -> list[RecordedCall]:
    """Return the calls that are asked, with the reference's answers."""
    assignment = load_assignment(assignment_name)
    student = direct_student(assignment, right_answers(assignment))
    asked = [
        RecordedCall(call.args, call.kwargs, replacements=call.functions)
        for call in small_calls(function)
    ]
    for test, number in product(tests_of(assignment_name, function), range(STUDENTS)):
        test.call(assignment, student, seed_of(number))
    calls = {_size(call): call for call in [*asked, *student.calls[function]]}
    answered = [student.again(function, calls[size]) for size in sorted(calls)]
    return [call for call in answered if call.failure is None and not _is_left_open(function, call)]


def _is_left_open(function: str, call: RecordedCall) -> bool:
    """Say whether there are several right answers to a call, which the reference cannot tell."""
    if function != "max_pool_backward":
        return False
    x = call.args[1]
    return bool(np.unique(x).size < x.size)  # any of equal maxima may receive the gradient


def _size(call: RecordedCall) -> tuple[int, bytes]:
    """Return what orders calls, and tells one from the other."""
    text = pickle.dumps((call.args, dict(call.kwargs)))
    return len(text), text


def _difference(mutant: Mutant) -> str:
    calls = right_calls(mutant.change.assignment, mutant.change.function)
    found = in_a_fork(_first_difference, mutant, calls)
    return "ends its process" if found is None else found


def _first_difference(mutant: Mutant, calls: list[RecordedCall]) -> str:
    """Return the first call that a mutant answers wrong, and the unchanged style does not."""
    start = time.process_time()
    function = mutant.change.function
    changed, right_one = map(_student, (mutant, unchanged(mutant.change)))
    for right in calls:
        why = _wrong(changed, function, right)
        if why and not _wrong(right_one, function, right):
            given = [*map(_shown, right.args), *(f"{k}={v}" for k, v in right.kwargs.items())]
            return f"{function}({', '.join(given)}) {why}"
        if time.process_time() - start > LONG_ENOUGH:
            break
    return ""


def _student(mutant: Mutant) -> Student:
    functions = {mutant.change.function: function_of(mutant)}
    return Student(Limited(functions, PATIENCE), {})


def _wrong(student: Student, function: str, right: RecordedCall) -> str:
    """Say what is wrong with the answer to a call; "" where nothing is."""
    call = student.again(function, right)
    if call.failure is not None:
        return str(call.failure)
    if call.modified:
        return "changes an argument"
    return "" if agree(call.value, right.value) else "gives another answer"


def _shown(value: object) -> str:
    large = isinstance(value, np.ndarray) and value.size > 8
    return f"<{value.dtype} {value.shape}>" if large else repr(value)
