"""The mutation run itself, on a few mutants; ``run.py`` tries all of them."""

import os
from dataclasses import replace

import pytest
from contents import assignment_names
from mutation.equivalent import EQUIVALENT, Equivalent
from mutation.mutants import Change, Mutant, mutants, sample_of_styles, unchanged_reference
from mutation.run import other_styles, problems, style_problems
from mutation.verdicts import Result, Verdict, results, workers

PAD = "np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))"
PADS_THE_IMAGES = Change(
    "convolution",
    "zero_pad",
    f"return {PAD}",
    "return np.pad(x, ((0, 1), (pad, pad), (pad, pad), (0, 0)))",
)
DEPENDS_ON_LUCK = [f"return {PAD} if x[0, 0, 0, 0] > {limit} else x" for limit in (1.5, 2, 2.5)]


def written(body: str) -> Mutant:
    """Return a mutant of zero_pad with this body."""
    source = f"import numpy as np\ndef zero_pad(x, pad):\n    {body}\n"
    return Mutant(Change("convolution", "zero_pad", "", body), source)


def result_of(change: Change, verdict: Verdict) -> Result:
    """Return what became of a change, whatever its text."""
    return Result(Mutant(change, ""), verdict)


def listed() -> list[Mutant]:
    """Return the mutants that are listed as equivalent."""
    entries = {entry.change for entry in EQUIVALENT}
    places = dict.fromkeys((change.assignment, change.function) for change in entries)
    return [mutant for place in places for mutant in mutants(*place) if mutant.change in entries]


@pytest.fixture(scope="module")
def verdicts() -> dict[Change, Verdict]:
    """What becomes of all that this file tries: starting the processes takes most of its time."""
    tried = [
        unchanged_reference("convolution", "zero_pad"),
        *(m for m in mutants("convolution", "zero_pad") if m.change == PADS_THE_IMAGES),
        *map(written, ["while True: pass", "return [0] * 2**40", "import os; os.abort()"]),
        *map(written, ["x += 1; return x", "return zero_path(x)", *DEPENDS_ON_LUCK]),
        *listed(),
    ]
    with workers(1) as pool:
        return {result.change: result.verdict for result in results(tried, pool)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("while True: pass", Verdict.STOPPED),
        ("return [0] * 2**40", Verdict.KILLED),
        ("import os; os.abort()", Verdict.STOPPED),
        ("x += 1; return x", Verdict.KILLED),
        ("return zero_path(x)", Verdict.KILLED),
    ],
)
def test_wrong_code_is_killed_or_stopped(
    body: str, expected: Verdict, verdicts: dict[Change, Verdict]
) -> None:
    assert verdicts[written(body).change] is expected


def test_a_mutant_is_killed_and_the_reference_survives(verdicts: dict[Change, Verdict]) -> None:
    assert verdicts[PADS_THE_IMAGES] is Verdict.KILLED
    assert verdicts[unchanged_reference("convolution", "zero_pad").change] is Verdict.SURVIVED


def test_what_only_some_numbers_show_is_not_killed(verdicts: dict[Change, Verdict]) -> None:
    found = {verdicts[written(body).change] for body in DEPENDS_ON_LUCK}
    assert Verdict.SOMETIMES in found
    assert found <= {Verdict.SOMETIMES, Verdict.KILLED, Verdict.SURVIVED}


def test_every_listed_change_still_exists_and_survives(verdicts: dict[Change, Verdict]) -> None:
    entries = {entry.change for entry in EQUIVALENT}
    found = [result_of(*pair) for pair in verdicts.items() if pair[0] in entries]
    assert problems(found, EQUIVALENT) == []


@pytest.mark.parametrize("verdict", Verdict)
def test_only_what_is_unlisted_or_listed_for_nothing_is_a_problem(verdict: Verdict) -> None:
    entry = Equivalent("convolution", "zero_pad", "return x", "return +x", "It adds nothing.")
    found = [result_of(entry.change, verdict)]
    noticed = verdict in (Verdict.KILLED, Verdict.STOPPED)
    assert bool(problems(found, [])) is not noticed
    assert bool(problems(found, [entry])) is (verdict is not Verdict.SURVIVED)


def test_an_entry_without_a_mutant_is_a_problem() -> None:
    entry = Equivalent("convolution", "zero_pad", "return x", "return +x", "It adds nothing.")
    (stale,) = problems([], [entry])
    assert "does not exist" in stale


def test_a_survivor_that_differs_is_a_problem_but_for_chance_in_the_memory_behind_it() -> None:
    wide = Change(
        "connectivity",
        "conv_as_dense",
        "dense = np.zeros((h_out, height + 2 * pad))",
        "dense = np.zeros((h_out, height + 2 + pad))",
        "dense_layer_written_through_as_strided",
        "ReplaceBinaryOperator",
    )
    plain = replace(wide, style="dense_layer_with_einsum")
    found = [result_of(change, Verdict.SURVIVED) for change in (wide, plain)]
    differ = {result.mutant: "conv_as_dense(1) gives another answer" for result in found}
    (text,) = style_problems(found, differ)
    assert "dense_layer_with_einsum: survives, and differs in" in text
    assert style_problems(found, dict.fromkeys(differ, "")) == []


def test_mutants_differ_in_what_runs_and_never_in_annotations() -> None:
    reference = unchanged_reference("parameter_counting", "dense_parameters").source
    found = mutants("parameter_counting", "dense_parameters")
    assert len({reference, *(mutant.source for mutant in found)}) == len(found) + 1
    assert all("(in_shape, out_shape):" in mutant.source for mutant in found)


@pytest.mark.whole_course
def test_a_change_of_every_style_is_killed_or_the_same_function() -> None:
    with workers(len(os.sched_getaffinity(0))) as pool:
        sample = [mutant for name in assignment_names() for mutant in sample_of_styles(name)]
        assert other_styles(sample, pool) == []
