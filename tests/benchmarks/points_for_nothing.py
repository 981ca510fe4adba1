"""What functions earn that know nothing of the subject, exercise by exercise.

    python tests/benchmarks/points_for_nothing.py [ASSIGNMENT ...]

Each is called in a student's place. It sees what a wrong function may see: the arguments, and the
shape and the kind of what is asked for. "any" is the choice among them by what the arguments look
like: each hidden test is passed that one of them passes. Prints the share of the points, in
percent, and fails where "any" earns more than is allowed, or a backward pass that is computed by
differences of a loss, as the notebooks do for checking.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # as pytest has it
sys.path += map(str, Path(__file__).parents[2].glob("assignments/*"))  # modules given to students

import numpy as np
from contents import assignment_names, load_assignment

from autograder.notebook.assignment import Assignment
from autograder.results import Outcome, TestResult
from autograder.running.direct import direct_student, right_answers
from autograder.running.hidden_tests import run_hidden_tests

MOST = 0.2  # of an exercise's points, for nothing
MOST_BY_DIFFERENCES = 0.5  # of those of a backward pass
ANY = "any"  # the best of all, hidden test by hidden test

Like = Callable[[Any, list[Any]], Any]  # something like the answer, made of numbers at hand


def filled(like: Any, number: float) -> Any:
    """Return something of the same kind and the same shape, with one number everywhere."""
    if isinstance(like, dict):
        return {name: filled(part, number) for name, part in like.items()}
    if isinstance(like, list | tuple):
        return type(like)(filled(part, number) for part in like)
    if isinstance(like, np.ndarray):
        whole = like.dtype.kind in "iub" and float(number).is_integer()
        return np.full(like.shape, number, like.dtype if whole else np.float64)
    return int(number) if isinstance(like, int) else float(number)


def laid(like: Any, numbers: np.ndarray[Any, Any]) -> Any:
    """Return something of the same kind and shape that the numbers fill, again and again."""
    if isinstance(like, dict):
        return {name: laid(part, numbers) for name, part in like.items()}
    if isinstance(like, list | tuple):
        return type(like)(laid(part, numbers) for part in like)
    if isinstance(like, np.ndarray):
        return np.resize(numbers, like.shape) if numbers.size else np.zeros(like.shape)
    return filled(like, numbers.flat[0] if numbers.size else 0)


def arrays_in(value: Any) -> list[np.ndarray[Any, Any]]:
    """Return the numbers of an argument: an array, or those in a list or a dict."""
    if isinstance(value, dict):
        return [array for part in value.values() for array in arrays_in(part)]
    if isinstance(value, list | tuple):
        return [array for part in value for array in arrays_in(part)]
    number = isinstance(value, np.ndarray | int | float) and not isinstance(value, bool)
    return [np.asarray(value)] if number else []


def argument(like: Any, arrays: list[Any], place: int) -> Any:
    """Return an argument as it came if it has the shape of the answer, else its numbers in it."""
    return laid(like, arrays[place]) if place < len(arrays) else filled(like, 0)


def of_the_same_shape(like: Any, arrays: list[Any]) -> Any:
    """Return for each result the argument that has its shape."""
    if isinstance(like, list | tuple):
        return type(like)(of_the_same_shape(part, arrays) for part in like)
    if isinstance(like, dict):
        return {name: of_the_same_shape(part, arrays) for name, part in like.items()}
    fitting = [a for a in arrays if np.shape(a) == np.shape(like)]
    return laid(like, fitting[0]) if fitting else filled(like, 0)


def summary(number_of: Callable[[Any], Any], place: int) -> Like:
    """Return the function that fills the answer with one number of an argument."""

    def fill(like: Any, arrays: list[Any]) -> Any:
        fits = place < len(arrays) and arrays[place].size
        return filled(like, number_of(arrays[place].astype(np.float64)) if fits else 0)

    return fill


def pieces(place: int) -> Like:
    """Return the function that gives the numbers of an argument, in order."""
    return lambda like, arrays: argument(like, arrays, place)


def apart(like: Any, arrays: list[Any]) -> Any:
    """Return the numbers of an argument that stand apart as far as those of the answer."""
    a = arrays[0]
    if not isinstance(like, np.ndarray) or a.ndim != like.ndim or not like.size:
        return filled(like, 0)
    steps = [-(-long // short) for long, short in zip(a.shape, like.shape, strict=True)]
    return laid(like, a[tuple(slice(None, None, max(step, 1)) for step in steps)])


def set_apart(like: Any, arrays: list[Any]) -> Any:
    """Return zeros, and among them the numbers of an argument, as far apart as they can be."""
    a, answer = arrays[0], filled(like, 0.5) if isinstance(like, np.ndarray) else None
    if answer is None or a.ndim != answer.ndim or not a.size:
        return filled(like, 0)
    answer[...] = 0
    steps = [max(-(-long // short), 1) for long, short in zip(answer.shape, a.shape, strict=True)]
    part = answer[tuple(slice(None, None, step) for step in steps)]
    if part.shape == a.shape:
        part[...] = a
    return answer


def at_the_largest(like: Any, arrays: list[Any]) -> Any:
    """Return zeros, and the first number of the first argument where the second is largest."""
    if len(arrays) < 2 or not isinstance(like, np.ndarray) or arrays[1].shape != like.shape:
        return filled(like, 0)
    return np.where(arrays[1] == arrays[1].max(), arrays[0].flat[0], 0.0)


def shared_out(like: Any, arrays: list[Any]) -> Any:
    """Return the first number of the first argument, divided by how many the answer has."""
    return filled(like, float(arrays[0].flat[0]) / np.size(like)) if arrays else filled(like, 0)


def rolled(like: Any, arrays: list[Any]) -> Any:
    """Return the first argument, turned round by the other two."""
    if len(arrays) != 3 or arrays[1].ndim or arrays[2].ndim or arrays[0].ndim != 4:
        return filled(like, 0)
    return laid(like, np.roll(arrays[0], (int(arrays[1]), int(arrays[2])), axis=(1, 2)))


KNOW_NOTHING: dict[str, Like] = {
    "zeros": lambda like, arrays: filled(like, 0),
    "ones": lambda like, arrays: filled(like, 1),
    "twos": lambda like, arrays: filled(like, 2),
    "same shape": of_the_same_shape,
    "apart": apart,
    "set apart": set_apart,
    "at the largest": at_the_largest,
    "shared out": shared_out,
    "rolled": rolled,
    **{f"argument {k}": pieces(k - 1) for k in (1, 2, 3)},
    **{f"first of {k}": summary(lambda a: a.flat[0], k - 1) for k in (1, 2, 3)},
    **{f"last of {k}": summary(lambda a: a.flat[-1], k - 1) for k in (1, 2, 3)},
    **{f"mean of {k}": summary(np.mean, k - 1) for k in (1, 2, 3)},
    **{f"maximum of {k}": summary(np.max, k - 1) for k in (1, 2, 3)},
    **{f"sum of {k}": summary(np.sum, k - 1) for k in (1, 2, 3)},
    **{f"size of {k}": summary(np.size, k - 1) for k in (1, 2, 3)},
}


def slope(loss: Callable[[Any], Any], at: Any, step: float = 1e-5) -> Any:
    """Return the gradient of a loss by differences, as the notebooks compute it for checking.

    Of a loss in parts, these are the sums of the differences of its parts.
    """
    at = np.array(at, np.float64)
    gradient = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        middle = at[place]
        at[place] = middle + step
        above = loss(at)
        at[place] = middle - step
        gradient[place] = np.sum(above - loss(at)) / (2 * step)
        at[place] = middle
    return gradient


def by_differences(
    forward: Callable[..., Any], inputs: int, b_of: Any = None, *, parts: bool = False
) -> Any:
    """Return a backward pass that knows the forward pass alone, of so many arrays and biases.

    Differences are of the loss, or of its ``parts``, one from each output.
    """

    def backward(dout: Any, *args: Any, **settings: Any) -> Any:
        biases = [] if b_of is None else [np.zeros(b_of(dout))]
        arrays, rest = [*args[:inputs], *biases], args[inputs:]

        def loss_at(number: int) -> Callable[[Any], Any]:
            def loss(moved: Any) -> Any:
                given = *arrays[:number], moved, *arrays[number + 1 :], *rest
                of_outputs = dout * forward(*given, **settings)
                return of_outputs if parts else np.sum(of_outputs)

            return loss

        slopes = [slope(loss_at(number), array) for number, array in enumerate(arrays)]
        single = [each.astype(np.float32) for each in slopes]
        return tuple(single) if len(single) > 1 else single[0]

    return backward


def _network_by_differences(scores: Any, loss: Any) -> Any:
    def gradients(parameters: Any, images: Any, labels: Any) -> Any:
        def of(changed: Any) -> float:
            return float(loss(scores({**parameters, **changed}, images), labels)[0])

        slopes = {
            name: slope(lambda moved, name=name: of({name: moved}), value).astype(np.float32)
            for name, value in parameters.items()
        }
        return of({}), slopes

    return gradients


def numerical(assignment: Assignment, *, parts: bool) -> dict[str, Any]:
    """Return for each backward exercise what differences give, in single precision."""
    right = right_answers(assignment)
    made = {
        "conv_backward": ("conv_forward", 2, lambda dout: dout.shape[3]),
        "locally_connected_backward": ("locally_connected_forward", 2, lambda d: d.shape[1:]),
        "dense_backward": ("dense_forward", 2, lambda dout: dout.shape[1]),
        "max_pool_backward": ("max_pool_forward", 1, None),
        "average_pool_backward": ("average_pool_forward", 1, None),
        "relu_backward": ("relu_forward", 1, None),
        "global_average_pool_backward": ("global_average_pool_forward", 1, None),
    }
    found = {
        backward: by_differences(right[forward], inputs, b_of, parts=parts)
        for backward, (forward, inputs, b_of) in made.items()
        if backward in right
    }
    if "convnet_gradients" in right:
        found["convnet_gradients"] = _network_by_differences(
            right["convnet_scores"], right["softmax_cross_entropy"]
        )
    return found


def numerical_shares(assignment: Assignment, seed: bytes) -> dict[str, float]:
    """Return the share of each backward exercise that differences earn, of a loss or its parts."""
    earned: dict[str, float] = {}
    for parts in (False, True):
        wrong = numerical(assignment, parts=parts)
        for name, tests in results_of(assignment, wrong, seed).items() if wrong else ():
            passed = {test.name for test in tests if test.outcome is Outcome.PASSED}
            earned[name] = max(earned.get(name, 0.0), share(tests, passed))
    return earned


def ignorant(reference: Callable[..., Any], like: Like) -> Callable[..., Any]:
    """Return a function with the reference's answer's shape, and none of its numbers."""

    def answer(*args: Any, **kwargs: Any) -> Any:
        arrays = [array for value in (*args, *kwargs.values()) for array in arrays_in(value)]
        copies = [array.copy() for array in arrays]
        return like(reference(*args, **kwargs), copies)

    return answer


def share(tests: list[TestResult], passed: set[str]) -> float:
    """Return the share of the points of those tests that were passed."""
    won = sum(test.weight for test in tests if test.name in passed)
    return won / sum(test.weight for test in tests)


def shares(assignment: Assignment, seed: bytes) -> dict[str, dict[str, float]]:
    """Return the share of each exercise's points by the function that earns it, and by any."""
    functions = assignment.signatures()
    right = right_answers(assignment)
    found: dict[str, dict[str, float]] = {name: {} for name in functions}
    passed: dict[str, set[str]] = {name: set() for name in functions}
    for title, like in KNOW_NOTHING.items():
        wrong = {name: ignorant(right[name], like) for name in functions}
        for name, tests in results_of(assignment, wrong, seed).items():
            now = {test.name for test in tests if test.outcome is Outcome.PASSED}
            passed[name] |= now
            found[name] |= {title: share(tests, now), ANY: share(tests, passed[name])}
    return found


def results_of(
    assignment: Assignment, wrong: Mapping[str, Any], seed: bytes
) -> dict[str, list[TestResult]]:
    """Run the hidden tests of the functions alone, warnings of wild numbers aside."""
    student = direct_student(assignment, {**right_answers(assignment), **wrong})
    with np.errstate(all="ignore"):
        return run_hidden_tests(assignment, student, seed, [*wrong])


def best(earned: Mapping[str, float]) -> str:
    """Return which function earns most by itself."""
    return max(KNOW_NOTHING, key=lambda title: earned[title])


def main(names: list[str]) -> int:
    print(f"{'exercise':30} {'zeros':>6} {'best':>6} {'any':>6}  the best")
    most = 0.0
    for name in names:
        for exercise, earned in shares(load_assignment(name), b"").items():
            title = best(earned)
            columns = (earned["zeros"], earned[title], earned[ANY])
            print(exercise.ljust(30), *(f"{number:6.0%}" for number in columns), "", title)
            most = max(most, earned[ANY])
    print(f"At most {MOST:.0%} is allowed.")
    print("Backward passes by differences of a loss:")
    halves = 0.0
    for name in names:
        for exercise, earned in numerical_shares(load_assignment(name), b"").items():
            print(f"{exercise:30} {earned:6.0%}")
            halves = max(halves, earned)
    print(f"At most {MOST_BY_DIFFERENCES:.0%} is allowed.")
    return 1 if most > MOST or halves > MOST_BY_DIFFERENCES else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or assignment_names()))
