"""What explains a set of answers: one known mistake, two, one that does not repeat, or none."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from autograder.errors import NoAnswer
from autograder.explanation.diagnosis import Diagnosis, diagnose
from autograder.explanation.misconceptions import (
    Chosen,
    Misconception,
    Mistakes,
    Wrong,
    combined,
    together,
)
from autograder.running.direct import Direct
from autograder.running.no_answer import CallTimedOut
from autograder.running.student import RecordedCall, Student
from autograder.sandbox.wire import Opaque

CALLS = [(2, 3, 0), (5, 1, 0), (4, 4, 7), (0, 6, 0), (1, 1, 1)]


def reference(a: int, b: int, c: int = 0) -> int:
    return a * b + c


def in_steps(a, b, c=0, *, product=lambda a, b: a * b, rest=lambda c: c, sign=lambda n: n):
    return sign(product(a, b) + rest(c))


def three_steps(a, b, c, *, first=lambda a: a, second=lambda b: b, third=lambda c: c):
    return first(a) + second(b) + third(c)


f = Mistakes("f", in_steps)
f.wrong(adds=Wrong("Is it a sum?", product=lambda a, b: a + b))
f.wrong(forgets_the_rest=Wrong("What of c?", seen=(3, ""), rest=lambda c: 0))
f.wrong(takes_the_rest_twice=Wrong("How often c?", rest=lambda c: 2 * c))
f.wrong(also_forgets_the_rest=Wrong("Where is c?", seen=(9, ""), rest=lambda c: 0))
f.wrong(turns_the_sign=Wrong("Which sign?", sign=lambda n: -n))
f.wrong(refuses_zeros=Wrong("Is zero a number?", product=lambda a, b: a * b * (1 // a)))
f.wrong(draws=Wrong("Twice the same?", repeats=False, sign=lambda n: n + np.random.rand()))

KNOWN = {mistake.name: mistake for mistake in f.found}


def explained(function: Callable[..., Any]) -> Diagnosis:
    student = Student(Direct({"f": function}), {})
    for arguments in CALLS:
        try:
            student.f(*arguments)
        except Exception:
            continue
    return diagnose(f.found, reference, student.calls["f"], lambda c: student.again("f", c))


def name_of(diagnosis: Diagnosis) -> str:
    return diagnosis.misconception.name if diagnosis.misconception else ""


@pytest.mark.parametrize("name", ["adds", "takes_the_rest_twice", "turns_the_sign"])
def test_a_known_mistake_is_recognised(name: str) -> None:
    assert name_of(explained(KNOWN[name].implementation)) == name


def test_of_several_that_fit_the_most_frequent_is_named() -> None:
    assert name_of(explained(lambda a, b, c: a * b)) == "also_forgets_the_rest"


@pytest.mark.parametrize(
    ("student", "name"),
    [
        (lambda a, b, c: a + b + 2 * c, "adds and takes_the_rest_twice"),
        (lambda a, b, c: -a * b, "also_forgets_the_rest and turns_the_sign"),
        (lambda a, b, c: -(a + b + c), "adds and turns_the_sign"),
    ],
)
def test_two_mistakes_together_are_recognised(student: Callable[..., Any], name: str) -> None:
    found = explained(student)
    assert name_of(found) == name
    assert found.misconception is not None
    assert found.misconception.hint.count("?") == 2


@pytest.mark.parametrize(
    "student",
    [
        reference,
        lambda a, b, c: a * b * c,
        lambda a, b, c: (a + b if a != 5 else a * b) + c,  # right where the mistake is wrong
        lambda a, b, c: None,
        lambda a, b, c: {"a": 1},
        lambda a, b, c: np.zeros((2, 2)),
        lambda a, b, c: [1] * 1000,
        lambda a, b, c: 1 / 0,
    ],
)
def test_what_no_mistake_reproduces_is_not_explained(student: Callable[..., Any]) -> None:
    assert explained(student) == Diagnosis()


def test_a_mistake_that_raises_fits_where_the_student_raises_too() -> None:
    def student(a: int, b: int, c: int) -> float:
        if a == 0:
            raise error
        return a * b * (1 // a) + c

    error: Exception = ZeroDivisionError("division by zero")
    assert name_of(explained(student)) == "refuses_zeros"
    error = NameError("name 'd' is not defined")
    assert not name_of(explained(student))
    assert not name_of(explained(lambda a, b, c: a * b * (1 // a) + c if a else -1))


def test_answers_that_change_are_explained_by_a_mistake_that_does_not_repeat() -> None:
    found = explained(lambda a, b, c: a * b + c + np.random.rand())
    assert name_of(found) == "draws"
    assert not found.repeats
    found = explained(lambda a, b, c: (a * b + c, np.random.rand()))
    assert not name_of(found)  # another part changes
    assert not found.repeats


def test_a_repeated_call_that_gives_nothing_tells_nothing() -> None:
    student = Student(Direct({"f": lambda a, b, c: 7}), {})
    student.f(1, 2, 3)
    nothing = RecordedCall(failure=CallTimedOut("f", 1))
    found = diagnose(f.found, reference, student.calls["f"], lambda c: nothing)
    assert found == Diagnosis()


def test_large_answers_are_not_kept() -> None:
    student = Student(Direct({"f": lambda n: np.zeros(n), "g": lambda n: [1] * n}), {})
    for function in (student.f, student.g):
        assert len(function(1000).value) == 1000
        assert len(function(10**5 * 3).value) == 10**5 * 3
    for calls in student.calls.values():
        assert len(calls[0].value) == 1000
        assert calls[1].value == Opaque("large value")


def test_a_changed_argument_is_part_of_the_answer() -> None:
    g = Mistakes("g", lambda x, *, used=np.copy: used(x) + 1)

    def in_place(x: Any) -> Any:
        x += 1
        return x - 1

    g.wrong(works_in_place=Wrong("What is left of x?", used=in_place))
    for student, found in ((lambda x: in_place(x) + 1, 1), (lambda x: x + 1, 0)):
        asked = Student(Direct({"g": student}), {})
        asked.g(np.ones(3))
        diagnosis = diagnose(g.found, lambda x: x + 1, asked.calls["g"], lambda c: c)
        assert bool(name_of(diagnosis)) == bool(found)


def test_a_call_that_gave_nothing_to_compare_is_not_explained() -> None:
    student = Student(Direct({}), {})
    with pytest.raises(Exception, match="does not exist"):
        student.f(1, 2)
    assert diagnose(f.found, reference, student.calls["f"], lambda c: c) == Diagnosis()


def test_recorded_arguments_are_those_of_the_call() -> None:
    student = Student(Direct({"g": lambda x: x.sum()}), {})
    x = np.ones(3)
    student.g(x)
    x[:] = 7
    assert student.calls["g"][0].args[0].tolist() == [1, 1, 1]


def test_a_choice_is_recognised_by_its_letter() -> None:
    question = Mistakes("answer_1")
    question.wrong(confuses_this=Chosen("b", "Is it?"))
    question.wrong(confuses_that=Chosen("c", "Or is it?"))
    calls = [RecordedCall(value=" B")]
    assert name_of(diagnose(question.found, lambda: "a", calls, lambda c: c)) == "confuses_this"


def test_three_mistakes_are_recognised_where_two_do_not_explain_it() -> None:
    h = Mistakes("h", three_steps)
    h.wrong(
        forgets_the_first=Wrong("The first?", first=lambda a: 0),
        doubles_the_second=Wrong("The second?", second=lambda b: 2 * b),
        turns_the_third=Wrong("The third?", third=lambda c: -c),
        squares_the_third=Wrong("Squared?", third=lambda c: c * c),
    )
    student = Student(Direct({"h": lambda a, b, c: 2 * b - c}), {})
    for arguments in [(1, 0, 0), (0, 3, 0), (0, 0, 4), (5, 6, 7), (0, 0, 0)]:
        student.h(*arguments)
    found = diagnose(h.found, three_steps, student.calls["h"], lambda c: c)
    assert sorted(name_of(found).split(" and ")) == [
        "doubles_the_second",
        "forgets_the_first",
        "turns_the_third",
    ]
    assert found.misconception is not None
    assert found.misconception.hint.startswith("There seem to be three mistakes. The first: ")


def three_results(
    a, b, c, *, first=lambda a: a, second=lambda b: b, third=lambda c: c, kind=lambda n: n
):
    return kind(first(a)), kind(second(b)), kind(third(c))


IN_RESULTS = Mistakes("h", three_results)
IN_RESULTS.wrong(
    halves_the_first=Wrong("", first=lambda a: a / 2),
    turns_the_second=Wrong("", second=lambda b: -b),
    doubles_the_third=Wrong("", third=lambda c: 2 * c),
    cuts_large_ones=Wrong("", kind=lambda n: min(n, 100)),
    **{f"adds_{n}": Wrong("", seen=(9, ""), first=lambda a, n=n: a + n) for n in range(1, 60)},
)


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (
            lambda a, b, c: (a / 2, -b, 2 * c),
            {"halves_the_first", "turns_the_second", "doubles_the_third"},
        ),
        (
            lambda a, b, c: (min(a / 2, 100), min(-b, 100), min(2 * c, 100)),
            {"halves_the_first", "turns_the_second", "doubles_the_third", "cuts_large_ones"},
        ),
        (
            lambda a, b, c: (min(a / 2, 100), min(-b, 100), min(c, 100)),
            {"halves_the_first", "turns_the_second", "cuts_large_ones"},
        ),
    ],
)
def test_mistakes_in_a_result_each_are_recognised(
    function: Callable[..., Any], names: set[str]
) -> None:
    student = Student(Direct({"h": function}), {})
    for arguments in [(2, 3, 1), (5, 1, 2), (4, 4, 7), (0, 0, 0), (600, 700, 800)]:
        student.h(*arguments)
    found = diagnose(IN_RESULTS.found, three_results, student.calls["h"], lambda c: c)
    assert {*name_of(found).split(" and ")} == names


def test_two_mistakes_may_touch_the_same_step() -> None:
    h = Mistakes("h", three_steps)
    h.wrong(
        forgets_the_first_and_doubles=Wrong("?", first=lambda a: 0, second=lambda b: 2 * b),
        triples_the_second=Wrong("?", second=lambda b: 3 * b),
    )
    one, other = h.found
    assert together(one, other) is None
    assert [m.implementation(1, 1, 1) for m in combined(one, other)] == [4]
    assert not [*combined(other, other)]
    calls = [RecordedCall((a, b, 0), value=3 * b) for a, b in [(5, 0), (0, 2), (3, 1), (0, 0)]]
    found = diagnose(h.found, three_steps, calls, lambda c: c)
    assert name_of(found) == "forgets_the_first_and_doubles and triples_the_second"


def test_of_mistakes_that_raise_the_one_that_raises_the_same_is_named() -> None:
    def refuse(error: type[Exception]) -> Callable[..., Any]:
        def step(a: int) -> int:
            if a > 3:
                raise error("no")
            return a

        return step

    h = Mistakes("h", three_steps)
    h.wrong(
        runs_over_the_end=Wrong("?", first=refuse(IndexError), seen=(9, "often")),
        takes_windows_apart=Wrong("?", first=refuse(ValueError)),
    )
    student = Student(Direct({"h": lambda a, b, c: refuse(ValueError)(a) + b + c}), {})
    for arguments in [(1, 2, 3), (7, 1, 1)]:
        with suppress(NoAnswer):
            student.h(*arguments)
    found = diagnose(h.found, three_steps, student.calls["h"], lambda c: c)
    assert name_of(found) == "takes_windows_apart"


def test_only_mistakes_in_different_steps_come_together() -> None:
    one, two, other = KNOWN["adds"], KNOWN["refuses_zeros"], KNOWN["turns_the_sign"]
    assert together(one, two) is None
    both = together(one, other)
    assert isinstance(both, Misconception)
    assert both.implementation(2, 3, 4) == -9


@pytest.mark.parametrize(
    ("mistakes", "entry", "says"),
    [
        (f, Wrong("?", prodcut=lambda a, b: 0), "f has no step prodcut"),
        (f, Wrong("?"), "does no step wrong"),
        (Mistakes("answer_1"), Wrong("?", step=max), "answer_1 has no steps"),
    ],
)
def test_an_entry_that_is_no_mistake_is_refused(
    mistakes: Mistakes, entry: Wrong, says: str
) -> None:
    known = list(mistakes.found)
    with pytest.raises(ValueError, match=says):
        mistakes.wrong(misspelt=entry)
    assert mistakes.found == known


def test_evidence_stands_once_for_a_row_and_an_entry_may_have_its_own() -> None:
    g = Mistakes("g", f.in_steps, evidence={"G1": (4, "in four notebooks")})
    g.wrong(
        of_the_row=Wrong("?", "G1", sign=abs),
        of_its_own=Wrong("?", "G1", seen=(1, "in one"), sign=abs),
        of_no_row=Wrong("?", sign=abs),
    )
    assert [(m.seen, m.where) for m in g.found] == [
        (4, "in four notebooks"),
        (1, "in one"),
        (0, ""),
    ]
