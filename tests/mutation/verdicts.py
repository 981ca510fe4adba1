"""What becomes of mutants: several at a time, one of each exercise, play three students.

Most of what a run of hidden tests costs is pytest's own, so mutants of different exercises share
it. Each stands alone, and where one of them ends the process, they are tried one by one.
"""

import os
import pickle
import resource
import signal
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from contents import load_assignment
from mutation.mutants import Change, Mutant, unchanged

from autograder.results import Outcome
from autograder.running.direct import Direct
from autograder.running.hidden_tests import run_hidden_tests
from autograder.running.no_answer import CallTimedOut
from autograder.running.student import NO_REPLACEMENTS, Functions, Student

STUDENTS = 3  # each has other numbers
CPU_SECONDS = 1.0  # of one call; where nothing is wrong, none takes half as long
ALL_CPU_SECONDS = 60  # of one process, if what stops calls is caught or does not come
MEMORY = 2**29  # bytes, beyond what Python and NumPy take


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

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._direct = Direct(answers)
        self.stopped: set[str] = set()

    def call(
        self,
        function: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        replacements: Functions = NO_REPLACEMENTS,
    ) -> tuple[Any, tuple[Any, ...]]:
        """Call a function; raises NoAnswer, CallTimedOut for one that does not end."""
        if function in self.stopped:
            raise CallTimedOut(function, CPU_SECONDS)
        try:
            # Processor time, as others may use the machine; again and again, if it is caught.
            signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS, CPU_SECONDS)
            return self._direct.call(function, args, kwargs, replacements)
        except TimeUp:
            self.stopped.add(function)
            raise CallTimedOut(function, CPU_SECONDS) from None
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def read(self, name: str) -> Any:
        """Return what stands for a name."""
        return self._direct.read(name)


def workers(jobs: int) -> ProcessPoolExecutor:
    """Return processes that try mutants in processes of their own."""
    first = unchanged("convolution", "zero_pad")
    return ProcessPoolExecutor(jobs, get_context("spawn"), _warm_up, ([first],))


def results(tried: Iterable[Mutant], pool: ProcessPoolExecutor) -> Iterator[Result]:
    """Yield the result of each, assignment by assignment."""
    for found in pool.map(_results, list(together(tried)), chunksize=2):
        yield from found


def together(tried: Iterable[Mutant]) -> Iterator[list[Mutant]]:
    """Yield mutants in groups, which have one of each exercise of an assignment at most."""
    exercises: dict[str, dict[str, list[Mutant]]] = {}
    for mutant in tried:
        of_assignment = exercises.setdefault(mutant.change.assignment, {})
        of_assignment.setdefault(mutant.change.function, []).append(mutant)
    for of_assignment in exercises.values():
        for row in zip_longest(*of_assignment.values()):
            yield [mutant for mutant in row if mutant is not None]


def function_of(mutant: Mutant) -> Any:
    """Return the function that a mutant's text defines."""
    names: dict[str, Any] = {}
    exec(mutant.source, names)
    return names[mutant.change.function]


def in_a_fork(task: Any, *arguments: Any) -> Any:
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


def _warm_up(first: list[Mutant]) -> None:
    """Pay once for what pytest does at its first run; every fork starts from there."""
    _verdicts(first)


def _results(mutants: list[Mutant]) -> list[Result]:
    """Try mutants of different exercises in a process of their own."""
    load_assignment(mutants[0].change.assignment)  # once: the forks have it
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
    """Return what becomes of each, with the numbers of the same students."""
    assignment = load_assignment(mutants[0].change.assignment)
    functions = {mutant.change.function: function_of(mutant) for mutant in mutants}
    runner, outcomes = Limited(functions), {name: [] for name in functions}
    for number in range(STUDENTS):
        student, seed = Student(runner, {}), b"student %d" % number
        exercises = functions.keys() - runner.stopped
        if exercises:
            for name, tests in run_hidden_tests(assignment, student, seed, exercises).items():
                outcomes[name].append({test.outcome for test in tests})
    return [_verdict(outcomes[name], name in runner.stopped) for name in functions]


def _verdict(outcomes: list[set[Outcome]], stopped: bool) -> Verdict:
    """Return the verdict on a function from how its tests ended for each student."""
    if any(Outcome.ERROR in of_student for of_student in outcomes):
        return Verdict.BROKE
    if stopped:
        return Verdict.STOPPED
    failed = sum(Outcome.FAILED in of_student for of_student in outcomes)
    return {0: Verdict.SURVIVED, STUDENTS: Verdict.KILLED}.get(failed, Verdict.SOMETIMES)
