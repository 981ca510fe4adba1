"""The reference pooling against published numbers, SciPy and numerical gradients."""

import numpy as np
import pytest
from published import cases
from scipy.ndimage import maximum_filter
from scipy.signal import correlate

from solutions.pooling import (
    ANSWERS,
    average_pool_backward,
    average_pool_forward,
    max_pool_backward,
    max_pool_forward,
    sgd_step,
)

# size, stride: one pixel, overlapping, touching, with gaps; sides of 7 and 6 leave remainders
SETTINGS = [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3), (4, 3), (6, 2)]
FORWARD = [max_pool_forward, average_pool_forward]
BACKWARD = [max_pool_backward, average_pool_backward]
PAIRS = list(zip(FORWARD, BACKWARD, strict=True))


def draw(shape, dtype=np.float64):
    """Distinct numbers of both signs in random order: no ties."""
    count = int(np.prod(shape))
    numbers = np.random.default_rng(5).permutation(count).reshape(shape)
    return (numbers / 4 - count / 8).astype(dtype)


def draw_gradient(out, dtype=np.float64):
    return np.random.default_rng(6).normal(size=out.shape).astype(dtype)


def slope(f, x, h=1e-4):
    """Central differences of the number f(x) over every entry of x."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        gradient[index] = (f(above) - f(below)) / (2 * h)
    return gradient


def maximum_by_scipy(x, size, stride):
    """The filtered value at a pixel belongs to the window centred there."""
    h_out, w_out = ((side - size) // stride + 1 for side in x.shape[1:3])
    everywhere = maximum_filter(x, size=(1, size, size, 1))[:, size // 2 :, size // 2 :]
    return everywhere[:, ::stride, ::stride][:, :h_out, :w_out]


def average_by_scipy(x, size, stride):
    window = np.full((1, size, size, 1), 1 / size**2)
    return correlate(x, window, mode="valid", method="direct")[:, ::stride, ::stride]


def published(*functions):
    return [pytest.param(f, case, id=case.id) for f in functions for case in cases(f.__name__)]


def select(array, index):
    """The part of an array that an entry such as "out[0]" or "dx[1,1]" is about."""
    inside = index.partition("[")[2].rstrip("]")
    return array[tuple(int(i) for i in inside.split(","))] if inside else array


def holds(statement, arrays, atol):
    """Compare one published statement with the arrays it may name: x, dout, out or dx."""
    index = statement.get("index", "out")
    part = select(arrays[index.partition("[")[0]], index)
    kind = statement["what"].removeprefix("input ")
    if kind == "shape":
        assert part.shape == tuple(statement["value"])
    else:
        reduce = {"mean": np.mean, "sum": np.sum, "non-zero entries": np.count_nonzero}
        value = reduce.get(kind, np.asarray)(part)
        np.testing.assert_allclose(value, np.array(statement["value"]), rtol=0, atol=atol)


@pytest.mark.parametrize(("function", "case"), published(*FORWARD))
def test_forward_gives_the_published_numbers(function, case):
    x = case.draw()["x"]
    nchw = case.layout == "NCHW"
    out = function(x.transpose(0, 2, 3, 1) if nchw else x, **case.arguments)
    out = out.transpose(0, 3, 1, 2) if nchw else out
    for statement in case.expected:
        holds(statement, {"x": x, "out": out}, case.atol)


@pytest.mark.parametrize(("function", "case"), published(*BACKWARD))
def test_backward_gives_the_published_numbers(function, case):
    arrays = case.draw()
    inputs = arrays
    if case.layout == "NCHW":
        inputs = {name: array.transpose(0, 2, 3, 1) for name, array in arrays.items()}
    dx = function(inputs["dout"], inputs["x"], **case.arguments)
    dx = dx.transpose(0, 3, 1, 2) if case.layout == "NCHW" else dx
    for statement in case.expected:
        holds(statement, arrays | {"dx": dx}, case.atol)


@pytest.mark.parametrize(("size", "stride"), SETTINGS)
def test_forward_agrees_with_scipy(size, stride):
    x = draw((2, 7, 6, 3))
    np.testing.assert_array_equal(
        max_pool_forward(x, size, stride), maximum_by_scipy(x, size, stride)
    )
    np.testing.assert_allclose(
        average_pool_forward(x, size, stride), average_by_scipy(x, size, stride), atol=1e-12
    )


@pytest.mark.parametrize(("size", "stride"), SETTINGS)
@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_backward_is_the_slope_of_forward(forward, backward, size, stride):
    x = draw((2, 7, 6, 2))
    dout = draw_gradient(forward(x, size, stride))
    numerical = slope(lambda changed: np.sum(forward(changed, size, stride) * dout), x)
    np.testing.assert_allclose(backward(dout, x, size, stride), numerical, atol=1e-8)


@pytest.mark.parametrize(("size", "stride"), SETTINGS)
@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_backward_passes_on_all_gradient(forward, backward, size, stride):
    x = draw((2, 7, 6, 2))
    dout = draw_gradient(forward(x, size, stride))
    assert np.sum(backward(dout, x, size, stride)) == pytest.approx(np.sum(dout))


@pytest.mark.parametrize("backward", BACKWARD)
def test_inputs_outside_all_windows_get_no_gradient(backward):
    x, dout = draw((1, 7, 6, 1)), np.ones((1, 2, 2, 1))
    dx = backward(dout, x, size=2, stride=3)
    assert dx.shape == x.shape
    outside = np.ones(x.shape, dtype=bool)
    for top, left in [(0, 0), (0, 3), (3, 0), (3, 3)]:
        outside[:, top : top + 2, left : left + 2] = False
    assert not dx[outside].any()


@pytest.mark.parametrize(
    ("window", "winner"),
    [
        ([[7, 7], [7, 7]], (0, 0)),
        ([[1, 7], [7, 1]], (0, 1)),
        ([[1, 1], [7, 7]], (1, 0)),
        ([[-3, -2], [-5, -2]], (0, 1)),
    ],
)
def test_first_of_equal_maxima_gets_the_gradient(window, winner):
    x = np.array(window, dtype=float).reshape(1, 2, 2, 1)
    dx = max_pool_backward(np.full((1, 1, 1, 1), 3.0), x, size=2, stride=2)
    assert dx[0, winner[0], winner[1], 0] == 3
    assert np.count_nonzero(dx) == 1


@pytest.mark.parametrize(
    ("size", "stride", "zeros"), [(2, 2, 0.75), (3, 3, 1 - 1 / 9), (4, 4, 1 - 1 / 16)]
)
def test_share_of_zeros_behind_max_pooling(size, stride, zeros):
    x = draw((1, 12, 12, 2))
    dx = max_pool_backward(draw_gradient(max_pool_forward(x, size, stride)), x, size, stride)
    assert np.mean(dx == 0) == pytest.approx(zeros)


@pytest.mark.parametrize(
    ("given", "returned"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int64, np.float64),
        (np.int8, np.float64),
        (np.uint8, np.float64),
    ],
)
def test_floats_are_kept_and_integers_promoted(given, returned):
    x = np.arange(1, 51).reshape(1, 5, 5, 2).astype(given)
    dout = np.arange(1, 9).reshape(1, 2, 2, 2).astype(given)
    assert {f(x, 2, 2).dtype for f in FORWARD} == {np.dtype(returned)}
    assert {f(dout, x, 2, 2).dtype for f in BACKWARD} == {np.dtype(returned)}
    assert sgd_step(x, x, 0.5).dtype == returned


def test_averages_of_integers_keep_their_fractions():
    x = np.array([[0, 1], [1, 1]]).reshape(1, 2, 2, 1)
    assert average_pool_forward(x, 2, 2).item() == 0.75


@pytest.mark.parametrize(("forward", "backward"), PAIRS)
def test_inputs_are_not_modified(forward, backward):
    x = draw((2, 5, 6, 2))
    out = forward(x, 3, 2)
    dout = draw_gradient(out)
    for array in (x, dout):
        array.flags.writeable = False
    assert not np.shares_memory(forward(x, 1, 1), x)
    assert backward(dout, x, 3, 2).flags.writeable


def test_results_do_not_depend_on_the_memory_layout():
    x = draw((2, 3, 7, 6)).transpose(0, 2, 3, 1)
    dout = draw_gradient(max_pool_forward(x, 3, 2))
    for forward, backward in PAIRS:
        copied = np.ascontiguousarray(x)
        np.testing.assert_array_equal(forward(x, 3, 2), forward(copied, 3, 2))
        np.testing.assert_array_equal(backward(dout, x, 3, 2), backward(dout, copied, 3, 2))


@pytest.mark.parametrize("shape", [(), (4,), (3, 3, 2, 5)])
def test_sgd_step_moves_against_the_gradient(shape):
    rng = np.random.default_rng(3)
    w, dw = np.asarray(rng.normal(size=shape)), np.asarray(rng.normal(size=shape))
    kept = w.copy(), dw.copy()
    np.testing.assert_allclose(sgd_step(w, dw, 0.1), w + -0.1 * dw, rtol=1e-14)
    np.testing.assert_array_equal(sgd_step(w, np.zeros(shape), 0.1), w)
    np.testing.assert_array_equal((w, dw), kept)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: max_pool_forward(x, 5, 1), "does not fit"),
        (lambda x: average_pool_forward(x, 5, 1), "does not fit"),
        (lambda x: max_pool_forward(x, 0, 1), "side of at least 1"),
        (lambda x: average_pool_forward(x, 2, 0), "stride must be at least 1"),
        (lambda x: max_pool_backward(x, x, 2, 2), "expected an array of shape"),
        (lambda x: average_pool_backward(x, x, 2, 2), "expected an array of shape"),
        (lambda x: average_pool_backward(x, x, 5, 2), "does not fit"),
        (lambda x: sgd_step(x, x[:1], 0.1), "expected an array of shape"),
    ],
)
def test_impossible_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(draw((2, 4, 6, 1)))


def test_every_question_has_a_letter():
    assert set(ANSWERS) == {f"answer_{k}" for k in range(1, 5)}
    assert set(ANSWERS.values()) <= set("abcd")
