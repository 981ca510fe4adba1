"""Whether the hidden tests notice every small change of right solutions.

Run as ``python tests/mutation/run.py [--styles] [assignment ...]``. Each mutant plays three
students, against what the unchanged solutions expect. The command ends with 1 unless every mutant
fails for every student, or nothing can notice it. Of the references' mutants ``equivalent.py``
lists these with the reason; those of the other styles are tried on many more calls, and
``kinds.py`` has the reason for each kind.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path += map(str, Path(__file__).parents[2].glob("assignments/*"))  # modules given to students

from contents import assignment_names
from mutation.equivalent import EQUIVALENT, Equivalent
from mutation.kinds import Kind, kind_of
from mutation.mutants import Change, Mutant, functions, mutants, style_mutants
from mutation.same_function import differences
from mutation.verdicts import Result, Verdict, results, workers

MOST = "with --styles, so many changes of a kind at one place, chosen at random"
TITLES = ("mutants", "killed", "stopped", "equivalent", "surviving")


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
    head = f"{change.assignment}, {change.style or change.function}: {remark}"
    return f"{head}\n  - {change.before}\n  + {change.after}\n"


def style_problems(found: Iterable[Result], differences: Mapping[Mutant, str]) -> list[str]:
    """Return which of the styles' mutants nobody kills although they are another function."""
    texts = []
    for result in found:
        difference = differences.get(result.mutant)
        if difference is None and result.verdict not in (Verdict.KILLED, Verdict.STOPPED):
            texts.append(_diff(result.change, result.verdict.value))
        elif difference is not None and kind_of(result.change, difference) is None:
            differs = f"survives, and differs in {difference}"
            same = "seems to be equivalent, but is of no known kind"
            texts.append(_diff(result.change, differs if difference else same))
    return texts


def references(names: list[str], pool: ProcessPoolExecutor) -> list[str]:
    """Try the mutants of the reference solutions, print a table, and return what is wrong."""
    listed = [entry for entry in EQUIVALENT if entry.assignment in names]
    entries = {entry.change for entry in listed}
    tried = (m for name in names for function in functions(name) for m in mutants(name, function))
    found: list[Result] = []
    for function, group in groupby(results(tried, pool), key=lambda r: r.change.function):
        found += (of_function := list(group))
        _print_row(function, of_function, _among(entries, of_function))
    _print_row("all", found, _among(entries, found))
    return problems(found, listed)


def other_styles(tried: Iterable[Mutant], pool: ProcessPoolExecutor) -> list[str]:
    """Try mutants of right solutions in other styles, print a table, and return what is wrong."""
    found: list[Result] = []
    different: dict[Mutant, str] = {}
    kinds: dict[Mutant, Kind | None] = {}
    for function, group in groupby(tried, key=lambda mutant: mutant.change.function):
        found += (of_function := list(results(group, pool)))
        survivors = _survivors(of_function)
        different |= dict(zip(survivors, differences(survivors, pool), strict=True))
        of_survivors = {m: kind_of(m.change, different[m]) for m in survivors}
        same = [m for m in survivors if of_survivors[m] or not different[m]]
        kinds |= {mutant: of_survivors[mutant] for mutant in same}
        _print_row(function, of_function, same)
    _print_row("all", found, [*kinds])
    _print_kinds(Counter(kinds.values()))
    return style_problems(found, different)


def _among(entries: Container[Change], found: Iterable[Result]) -> list[Mutant]:
    """Return the survivors that are in a list of changes."""
    return [mutant for mutant in _survivors(found) if mutant.change in entries]


def _survivors(found: Iterable[Result]) -> list[Mutant]:
    return [result.mutant for result in found if result.verdict is Verdict.SURVIVED]


def _print_row(name: str, found: list[Result], equivalent: list[Mutant]) -> None:
    verdicts = Counter(result.verdict for result in found)
    killed, stopped, same = verdicts[Verdict.KILLED], verdicts[Verdict.STOPPED], len(equivalent)
    counts = len(found), killed, stopped, same, len(found) - killed - stopped - same
    print(f"{name:<30}" + "".join(f"{count:>12}" for count in counts), flush=True)


def _print_kinds(kinds: Counter[Kind | None]) -> None:
    for kind, count in kinds.most_common():
        print(f"{count:>6}  {kind.because if kind else 'of no kind'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("assignment", nargs="*", help=f"of {', '.join(assignment_names())}")
    parser.add_argument("--styles", action="store_true", help="the right solutions in other styles")
    parser.add_argument("--most", type=int, default=sys.maxsize, help=MOST)
    given = parser.parse_args()
    names = given.assignment or assignment_names()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the workers fork, and the arrays are small
    start = time.monotonic()
    print(f"{'function':<30}" + "".join(f"{title:>12}" for title in TITLES))
    with workers(len(os.sched_getaffinity(0))) as pool:
        if given.styles:
            tried = (mutant for name in names for mutant in style_mutants(name, given.most))
            wrong = other_styles(tried, pool)
        else:
            wrong = references(names, pool)
    print("\n".join(["", *wrong, f"{len(wrong)} to look at, {time.monotonic() - start:.0f} s"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
