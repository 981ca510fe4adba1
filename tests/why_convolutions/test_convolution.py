"""The reference convolution against published numbers, SciPy and numerical gradients."""

import numpy as np
import pytest
from published import Case, cases
from scipy.signal import correlate

from solutions.convolution import conv_backward, conv_forward, conv_single_step, zero_pad

# x, w, stride, pad: not square, gaps, remainders, even and odd kernels, C_in != C_out both ways
SETTINGS = [
    pytest.param((1, 3, 3, 1), (3, 3, 1, 1), 1, 0, id="one-window"),
    pytest.param((2, 5, 6, 2), (3, 3, 2, 3), 1, 0, id="plain"),
    pytest.param((2, 5, 6, 2), (3, 3, 2, 3), 1, 1, id="same-size"),
    pytest.param((2, 7, 8, 2), (2, 2, 2, 5), 3, 2, id="gaps-and-remainder"),
    pytest.param((3, 6, 9, 3), (3, 3, 3, 2), 2, 0, id="remainder-without-padding"),
    pytest.param((1, 4, 7, 2), (1, 1, 2, 3), 2, 0, id="one-by-one-kernel"),
    pytest.param((2, 2, 3, 2), (4, 4, 2, 1), 1, 3, id="kernel-larger-than-the-image"),
]


def draw(x_shape, w_shape, dtype=np.float64):
    rng = np.random.default_rng(7)
    shapes = (x_shape, w_shape, w_shape[3:])
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def by_scipy(x, w, b, stride, pad):
    """Each image with each filter by SciPy; every stride-th position of the full result."""
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    maps = [
        [correlate(image, w[:, :, :, c], mode="valid")[::stride, ::stride, 0] for image in x]
        for c in range(w.shape[3])
    ]
    return np.moveaxis(np.array(maps), 0, -1) + b


def slope(f, array, h=1e-6):
    """Central differences of the number f() over every entry of the array."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + h
        above = f()
        array[index] = kept - h
        gradient[index] = (above - f()) / (2 * h)
        array[index] = kept
    return gradient


def published_arrays(case: Case) -> dict[str, np.ndarray]:
    """The inputs of a published case in this course's layout."""
    arrays = case.draw()
    if case.layout == "NCHW":
        order = {"x": (0, 2, 3, 1), "dout": (0, 2, 3, 1), "w": (2, 3, 1, 0), "b": (0,)}
        arrays = {name: array.transpose(order[name]) for name, array in arrays.items()}
    return arrays | {"b": arrays["b"].reshape(-1)}


def select(array, what):
    """The part of a result that an entry such as "out[3,2,1,:6]" is about."""
    _, _, index = what.get("index", "").partition("[")
    if not index:
        return array
    parts = [
        slice(*(int(n) if n else None for n in part.split(":"))) if ":" in part else int(part)
        for part in index.rstrip("]").split(",")
    ]
    return array[tuple(parts)]


def holds(what, results, case):
    """Compare one published statement with the named results."""
    name = what.get("index", "out").partition("[")[0]
    array = results[name]
    expected = np.array(what["value"])
    kind = what["what"].removeprefix("input ")
    if kind == "shape":
        assert array.shape == tuple(what["value"])
    elif kind in ("mean", "sum"):
        np.testing.assert_allclose(getattr(array, kind)(), expected, rtol=0, atol=case.atol)
    else:
        if case.layout == "NCHW" and expected.ndim == 4:
            expected = expected.transpose(0, 2, 3, 1)
        np.testing.assert_allclose(select(array, what), expected, rtol=0, atol=case.atol)


@pytest.mark.parametrize("case", cases("zero_pad"), ids=lambda case: case.id)
def test_zero_pad_published(case):
    x = case.draw()["x"]
    for what in case.expected:
        holds(what, {"x": x, "out": zero_pad(x, **case.arguments)}, case)


@pytest.mark.parametrize("case", cases("conv_single_step"), ids=lambda case: case.id)
def test_conv_single_step_published(case):
    arrays = case.draw()
    out = conv_single_step(arrays["window"], arrays["kernel"], arrays["bias"].item())
    assert out == pytest.approx(case.expected[0]["value"], abs=case.atol)


@pytest.mark.parametrize("case", cases("conv_forward"), ids=lambda case: case.id)
def test_conv_forward_published(case):
    arrays = published_arrays(case)
    results = arrays | {"out": conv_forward(**arrays, **case.arguments)}
    for what in case.expected:
        holds(what, results, case)


@pytest.mark.parametrize("case", cases("conv_forward", ("any",)), ids=lambda case: case.id)
def test_conv_forward_published_shapes(case):
    shapes = case.inputs["shapes"]
    arrays = {name: np.ones(shape) for name, shape in shapes.items()}
    for what in case.expected:
        assert conv_forward(**arrays, **what["arguments"]).shape == tuple(what["value"])


@pytest.mark.parametrize("case", cases("conv_backward"), ids=lambda case: case.id)
def test_conv_backward_published(case):
    arrays = published_arrays(case)
    x, w, b = arrays["x"], arrays["w"], arrays["b"]
    dout = arrays.get("dout", conv_forward(x, w, b, **case.arguments))
    dx, dw, db = conv_backward(dout, x, w, **case.arguments)
    for what in case.expected:
        holds(what, {"dx": dx, "dw": dw, "db": db}, case)


@pytest.mark.parametrize("pad", [0, 1, 3])
def test_zero_pad_puts_the_image_in_the_middle(pad):
    x = np.arange(1.0, 121.0).reshape(2, 3, 5, 4)
    out = zero_pad(x, pad)
    assert out.shape == (2, 3 + 2 * pad, 5 + 2 * pad, 4)
    np.testing.assert_array_equal(out[:, pad : pad + 3, pad : pad + 5], x)
    assert out.sum() == x.sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8])
def test_zero_pad_keeps_the_dtype(dtype):
    assert zero_pad(np.ones((1, 2, 2, 1), dtype), 1).dtype == dtype


def test_zero_pad_returns_a_new_array():
    x = np.ones((1, 2, 2, 1))
    zero_pad(x, 0)[:] = 5
    np.testing.assert_array_equal(x, 1)


def test_conv_single_step_by_hand():
    window = np.array([[1.0, 2.0], [3.0, 4.0]])[:, :, None]
    kernel = np.array([[10.0, 0.0], [0.0, -1.0]])[:, :, None]
    out = conv_single_step(window, kernel, 0.5)
    assert type(out) is float
    assert out == 6.5


@pytest.mark.parametrize(("x_shape", "w_shape", "stride", "pad"), SETTINGS)
def test_conv_forward_agrees_with_scipy(x_shape, w_shape, stride, pad):
    x, w, b = draw(x_shape, w_shape)
    out = conv_forward(x, w, b, stride, pad)
    np.testing.assert_allclose(out, by_scipy(x, w, b, stride, pad), atol=1e-12)


@pytest.mark.parametrize(("x_shape", "w_shape", "stride", "pad"), SETTINGS)
def test_conv_backward_agrees_with_numerical_gradients(x_shape, w_shape, stride, pad):
    x, w, b = draw(x_shape, w_shape)
    dout = np.random.default_rng(8).normal(size=conv_forward(x, w, b, stride, pad).shape)

    def loss():
        return np.sum(by_scipy(x, w, b, stride, pad) * dout)

    gradients = conv_backward(dout, x, w, stride, pad)
    for gradient, array in zip(gradients, (x, w, b), strict=True):
        assert gradient.shape == array.shape
        np.testing.assert_allclose(gradient, slope(loss, array), atol=1e-7)


def test_every_output_is_a_single_step():
    x, w, b = draw((2, 5, 6, 2), (3, 3, 2, 3))
    out = conv_forward(x, w, b, stride=2, pad=1)
    padded = zero_pad(x, 1)
    for n, i, j, c in np.ndindex(out.shape):
        window = padded[n, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
        assert conv_single_step(window, w[..., c], b[c]) == pytest.approx(out[n, i, j, c])


def test_pixels_in_the_remainder_have_gradient_zero():
    x, w, _ = draw((1, 6, 9, 1), (3, 3, 1, 1))
    dx, _, _ = conv_backward(np.ones((1, 2, 4, 1)), x, w, stride=2, pad=0)
    assert dx.shape == x.shape
    np.testing.assert_array_equal(dx[:, 5], 0)
    assert np.all(dx[:, :5] != 0)


def test_one_output_sends_the_kernel_back_and_brings_its_window():
    x, w, _ = draw((1, 5, 6, 2), (3, 3, 2, 4))
    dout = np.zeros((1, 3, 4, 4))
    dout[0, 1, 2, 3] = 1
    dx, dw, db = conv_backward(dout, x, w)
    np.testing.assert_array_equal(dx[0, 1:4, 2:5], w[..., 3])
    np.testing.assert_array_equal(dw[..., 3], x[0, 1:4, 2:5])
    np.testing.assert_array_equal(db, [0, 0, 0, 1])
    assert np.count_nonzero(dx) == np.count_nonzero(dw) == 18


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floating_types_are_kept(dtype):
    x, w, b = draw((2, 5, 6, 2), (3, 3, 2, 3), dtype)
    out = conv_forward(x, w, b, stride=2, pad=1)
    assert out.dtype == dtype
    exact = conv_forward(*(array.astype(np.float64) for array in (x, w, b)), stride=2, pad=1)
    np.testing.assert_allclose(out, exact, atol=1e-5)
    assert {part.dtype for part in conv_backward(out, x, w, stride=2, pad=1)} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
def test_integers_are_promoted(dtype):
    x = np.full((1, 4, 4, 1), 200).astype(dtype)
    w = np.full((3, 3, 1, 1), 2).astype(dtype)
    b = np.ones(1, dtype)
    out = conv_forward(x, w, b)
    assert out.dtype == np.float64
    np.testing.assert_array_equal(out, 9.0 * x[0, 0, 0, 0] * w[0, 0, 0, 0] + 1)
    gradients = conv_backward(np.full(out.shape, 0.5), x, w)
    assert {part.dtype for part in gradients} == {np.dtype(np.float64)}
    np.testing.assert_array_equal(gradients[1], 2.0 * x[0, 0, 0, 0])


def test_inputs_are_not_modified():
    x, w, b = draw((2, 5, 6, 2), (3, 3, 2, 3))
    dout = np.ones((2, 3, 4, 3))
    arrays = (x, w, b, dout)
    for array in arrays:
        array.setflags(write=False)
    conv_forward(x, w, b)
    conv_backward(dout, x, w)
    zero_pad(x, 0)
    conv_single_step(x[0, :3, :3], w[..., 0], 1.0)


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "settings", "message"),
    [
        ((1, 4, 4, 2), (3, 3, 3, 1), {}, "channels"),
        ((1, 4, 4, 1), (5, 5, 1, 1), {}, "does not fit"),
        ((1, 4, 4, 1), (3, 3, 1, 1), {"stride": 0}, "stride"),
        ((1, 4, 4, 1), (3, 3, 1, 1), {"pad": -1}, "padding"),
    ],
)
def test_impossible_settings_are_refused(x_shape, w_shape, settings, message):
    x, w, b = draw(x_shape, w_shape)
    with pytest.raises(ValueError, match=message):
        conv_forward(x, w, b, **settings)
    with pytest.raises(ValueError, match=message):
        conv_backward(np.ones((1, 2, 2, 1)), x, w, **settings)


def test_a_gradient_of_another_shape_is_refused():
    x, w, _ = draw((1, 4, 4, 1), (3, 3, 1, 1))
    with pytest.raises(ValueError, match="shape"):
        conv_backward(np.ones((1, 4, 4, 1)), x, w, stride=1, pad=0)


def test_negative_padding_is_refused():
    with pytest.raises(ValueError, match="padding"):
        zero_pad(np.ones((1, 2, 2, 1)), -1)
