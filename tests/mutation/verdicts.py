"""What becomes of mutants that play three students, in processes that may end in any way."""

import os
import pickle
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from contents import load_assignment
from mutation.mutants import Change, Mutant, unchanged_reference, unchanged_style

from autograder.errors import NoAnswer
from autograder.running.direct import Direct
from autograder.running.hidden_test import HiddenTest
from autograder.running.hidden_tests import found_tests
from autograder.running.no_answer import CallTimedOut
from autograder.running.student import NO_REPLACEMENTS, Functions, Student

STUDENTS = 3  # each has other numbers
LONGER = 5  # times what the longest call of the unchanged function takes: that is too long
AT_LEAST = 0.5  # seconds of processor time that every call may take: short times vary
ALL_CPU_SECONDS = 100  # of one process, if what stops calls is caught or does not come
MEMORY = 2**29  # bytes, beyond what Python and NumPy take
AT_ONCE = 20  # mutants that share a process, where none of them ends it


class Verdict(Enum):
    """What became of a mutant."""

    KILLED = "is killed by the tests"
    STOPPED = "is stopped, or ends its process"
    SURVIVED = "survives"
    SOMETIMES = "survives for some students, by their numbers"
    BROKE = "breaks a hidden test, which then decides nothing"


@dataclass(frozen=True)
class Result:
    """A mutant and what became of it."""

    mutant: Mutant
    verdict: Verdict

    @property
    def change(self) -> Change:
        """What was changed."""
        return self.mutant.change


class TimeUp(BaseException):
    """A call takes too long; nothing that students write catches this."""


class Limited:
    """Runs functions by name, but none for long: one that was stopped is not called again."""

    def __init__(self, answers: Mapping[str, Any], seconds: float = 0.0) -> None:
        self._direct = Direct(answers)
        self._seconds = seconds  # 0: as long as it likes
        self.longest = 0.0
        self.stopped = False

    def call(
        self,
        function: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        replacements: Functions = NO_REPLACEMENTS,
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call a function; raises NoAnswer, CallTimedOut for one that does not end."""
        if self.stopped:
            raise CallTimedOut(function, self._seconds)
        start = time.process_time()  # others may use the machine
        try:
            # Again and again, if it is caught.
            signal.setitimer(signal.ITIMER_PROF, self._seconds, self._seconds)
            return self._direct.call(function, args, kwargs, replacements)
        except TimeUp:
            self.stopped = True
            raise CallTimedOut(function, self._seconds) from None
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.longest = max(self.longest, time.process_time() - start)

    def read(self, name: str) -> Any:
        """Return what stands for a name."""
        return self._direct.read(name)


def workers(jobs: int) -> ProcessPoolExecutor:
    """Return processes that try mutants in processes of their own."""
    return ProcessPoolExecutor(jobs, get_context("spawn"))


def results(tried: Iterable[Mutant], pool: ProcessPoolExecutor) -> Iterator[Result]:
    """Yield the result of each, in their order."""
    for found in pool.map(_results, list(_at_once(tried))):
        yield from found


def function_of(mutant: Mutant) -> Any:
    """Return the function that a mutant's text defines."""
    names: dict[str, Any] = {}
    exec(mutant.source, names)
    return names[mutant.change.function]


def unchanged(change: Change) -> Mutant:
    """Return the right solution that was changed."""
    if change.style:
        return unchanged_style(change)
    return unchanged_reference(change.assignment, change.function)


def seconds_for(change: Change) -> float:
    """Return how much processor time a call may take."""
    return AT_LEAST + LONGER * _longest(change.assignment, change.function, change.style)


@cache
def _longest(assignment: str, function: str, style: str) -> float:
    right = unchanged(Change(assignment, function, "", "", style))
    runner = Limited({function: function_of(right)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert _passes(right, Student(runner, {}), 0), f"{style or function} is not right"
    return runner.longest


def in_a_fork(task: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a task returns in a process that may end in any way; then None."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            _confine()
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(pickle.dumps(task(*arguments)))
            os._exit(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    ended_well = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return pickle.loads(answer) if ended_well else None


def _at_once(tried: Iterable[Mutant]) -> Iterator[list[Mutant]]:
    """Yield mutants of one exercise at a time, a few together."""
    for _, group in groupby(tried, key=lambda mutant: mutant.change.function):
        mutants = list(group)
        for start in range(0, len(mutants), AT_ONCE):
            yield mutants[start : start + AT_ONCE]


def _results(mutants: list[Mutant]) -> list[Result]:
    """Try mutants in a process of their own, and if it ends in one for each."""
    for mutant in mutants:
        seconds_for(mutant.change)  # once: the forks know it
    verdicts = in_a_fork(_verdicts, mutants)
    if verdicts is None:
        if len(mutants) > 1:
            return [result for mutant in mutants for result in _results([mutant])]
        verdicts = [Verdict.STOPPED]
    return [Result(*pair) for pair in zip(mutants, verdicts, strict=True)]


def _confine() -> None:
    """End this process, or what it calls, when it takes too much."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, _time_is_up)
    used = int(sum(os.times()[:2]))
    resource.setrlimit(resource.RLIMIT_CPU, (used + ALL_CPU_SECONDS, resource.RLIM_INFINITY))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _time_is_up(*_: object) -> None:
    raise TimeUp


def _verdicts(mutants: list[Mutant]) -> list[Verdict]:
    return [*map(_verdict, mutants)]


def _verdict(mutant: Mutant) -> Verdict:
    """Return what becomes of a mutant with the numbers of each student."""
    function = mutant.change.function
    runner = Limited({function: function_of(mutant)}, seconds_for(mutant.change))
    passed = 0
    for number in range(STUDENTS):
        try:
            passed += _passes(mutant, Student(runner, {}), number)
        except Exception:
            sys.excepthook(*sys.exc_info())
            return Verdict.BROKE
        if runner.stopped:
            return Verdict.STOPPED
    return {0: Verdict.KILLED, STUDENTS: Verdict.SURVIVED}.get(passed, Verdict.SOMETIMES)


@cache
def tests_of(assignment: str, function: str) -> list[HiddenTest]:
    """Return the hidden tests of an exercise."""
    return [test for test in found_tests(load_assignment(assignment)) if test.exercise == function]


def seed_of(number: int) -> bytes:
    """Return what the numbers of one student are drawn from."""
    return f"student {number}".encode()


def _passes(mutant: Mutant, student: Student, number: int) -> bool:
    """Whether a mutant passes all tests of its exercise with the numbers of one student."""
    try:
        for test in tests_of(mutant.change.assignment, mutant.change.function):
            test.call(load_assignment(mutant.change.assignment), student, seed_of(number))
    except (AssertionError, NoAnswer):
        return False
    return True
