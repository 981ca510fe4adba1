"""Whether the hidden tests notice every small change of the reference solutions.

Run as ``python tests/mutation/run.py [assignment ...]``. Each mutant plays three students,
against what the unchanged solutions expect. The command ends with 1 unless every mutant fails
for every student, or is listed in ``equivalent.py`` with the reason why nothing can notice it.
"""

import argparse
import os
import resource
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path += map(str, Path(__file__).parents[2].glob("assignments/*"))  # modules given to students

from contents import assignment_names, load_assignment
from mutation.equivalent import EQUIVALENT, Equivalent
from mutation.mutants import Change, Mutant, functions, mutants, unchanged

from autograder.results import Outcome
from autograder.running.direct import Direct
from autograder.running.hidden_tests import run_hidden_tests
from autograder.running.student import Student

STUDENTS = 3  # each has other numbers
CPU_SECONDS = 5.0  # for all students of one mutant, who take 1.5 at most where nothing is wrong
MEMORY = 2**29  # bytes, beyond what Python and NumPy take
_TEST_BROKE = 101  # an exit status; smaller ones count students


class Verdict(Enum):
    """What became of a mutant."""

    KILLED = "is killed by the tests"
    STOPPED = "is stopped, or ends its process"
    SURVIVED = "survives"
    SOMETIMES = "survives for some students, by their numbers"
    BROKE = "breaks a hidden test, which then decides nothing"


@dataclass(frozen=True)
class Result:
    """A change and what became of it."""

    change: Change
    verdict: Verdict


def results(tried: Iterable[Mutant]) -> Iterator[Result]:
    """Yield the result of each, in their order."""
    jobs, first = len(os.sched_getaffinity(0)), unchanged("convolution", "zero_pad")
    with ProcessPoolExecutor(jobs, get_context("spawn"), _warm_up, (first,)) as pool:
        yield from pool.map(_result, tried, chunksize=2)


def _warm_up(first: Mutant) -> None:
    """Pay once for what pytest does at its first run; every fork starts from there."""
    _passes(first, 0)


def _result(mutant: Mutant) -> Result:
    """Try a mutant in a process of its own, which may end in any way."""
    load_assignment(mutant.change.assignment)  # once: the forks have it
    child = os.fork()
    if not child:
        try:
            _confine()
            os._exit(sum(_passes(mutant, number) for number in range(STUDENTS)))
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(_TEST_BROKE)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        return Result(mutant.change, Verdict.STOPPED)
    verdicts = {0: Verdict.KILLED, STUDENTS: Verdict.SURVIVED, _TEST_BROKE: Verdict.BROKE}
    return Result(mutant.change, verdicts.get(code, Verdict.SOMETIMES))


def _confine() -> None:
    """End this process when it takes too much; processor time, as others may use the machine."""
    warnings.simplefilter("ignore")
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _passes(mutant: Mutant, number: int) -> bool:
    """Whether a mutant passes all tests of its exercise with the numbers of one student."""
    names: dict[str, Any] = {}
    exec(mutant.source, names)
    function = mutant.change.function
    student = Student(Direct({function: names[function]}), {})
    assignment = load_assignment(mutant.change.assignment)
    seed = b"student %d" % number
    tests = run_hidden_tests(assignment, student, seed, {function})[function]
    broken = [test.name for test in tests if test.outcome is Outcome.ERROR]
    if broken:
        raise RuntimeError(f"{', '.join(broken)} broke: {mutant.change}")
    return all(test.outcome is Outcome.PASSED for test in tests)


def problems(found: Iterable[Result], listed: Iterable[Equivalent]) -> list[str]:
    """Return what is wrong with the hidden tests, or with the list, one text for each."""
    verdicts = {result.change: result.verdict for result in found}
    entries = dict.fromkeys(entry.change for entry in listed)
    texts = []
    for change in {**verdicts, **entries}:
        verdict = verdicts.get(change)
        if change in entries and verdict is not Verdict.SURVIVED:
            instead = verdict.value if verdict else "does not exist"
            texts.append(_diff(change, f"{instead}, but is listed as equivalent"))
        elif change not in entries and verdict not in (Verdict.KILLED, Verdict.STOPPED):
            assert verdict is not None
            texts.append(_diff(change, verdict.value))
    return texts


def _diff(change: Change, remark: str) -> str:
    head = f"{change.assignment}, {change.function}: {remark}"
    return f"{head}\n  - {change.before}\n  + {change.after}\n"


def _row(name: str, found: list[Result], entries: set[Change]) -> str:
    verdicts = Counter(result.verdict for result in found)
    listed = sum(result.change in entries for result in found if _survived(result))
    killed, stopped = verdicts[Verdict.KILLED], verdicts[Verdict.STOPPED]
    counts = len(found), killed, stopped, listed, len(found) - killed - stopped - listed
    return f"{name:<30}" + "".join(f"{count:>12}" for count in counts)


def _survived(result: Result) -> bool:
    return result.verdict is Verdict.SURVIVED


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("assignment", nargs="*", help=f"of {', '.join(assignment_names())}")
    names = parser.parse_args().assignment or assignment_names()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the workers fork, and the arrays are small
    start = time.monotonic()
    listed = [entry for entry in EQUIVALENT if entry.assignment in names]
    entries = {entry.change for entry in listed}
    titles = ("mutants", "killed", "stopped", "equivalent", "surviving")
    print(f"{'function':<30}" + "".join(f"{title:>12}" for title in titles))
    tried = (m for name in names for function in functions(name) for m in mutants(name, function))
    found: list[Result] = []
    for function, group in groupby(results(tried), key=lambda result: result.change.function):
        found += (of_function := list(group))
        print(_row(function, of_function, entries), flush=True)
    print(_row("all", found, entries), end="\n\n")
    wrong = problems(found, listed)
    print("\n".join([*wrong, f"{len(wrong)} to look at, {time.monotonic() - start:.0f} seconds"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
