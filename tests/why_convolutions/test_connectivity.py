"""The reference of connectivity against plain loops, SciPy, numerical gradients and counts."""

import numpy as np
import pytest
from scipy.ndimage import shift
from scipy.signal import correlate

from solutions.connectivity import (
    ANSWERS,
    connectivity_matrix,
    conv_as_dense,
    distinct_parameters,
    locally_connected_backward,
    locally_connected_forward,
    receptive_field,
    sparsity,
    tie_gradients,
    translate,
)
from solutions.convolution import conv_backward

# x, w, stride, pad: not square, gaps, remainders, even and odd kernels, C_in != C_out both ways
SETTINGS = [
    pytest.param((1, 3, 3, 1), (3, 3, 1, 1), 1, 0, id="one-window"),
    pytest.param((2, 5, 6, 2), (3, 3, 2, 3), 1, 0, id="plain"),
    pytest.param((2, 4, 6, 2), (3, 3, 2, 3), 1, 1, id="same-size"),
    pytest.param((2, 7, 8, 2), (2, 2, 2, 5), 3, 2, id="gaps-and-remainder"),
    pytest.param((3, 6, 9, 3), (3, 3, 3, 2), 2, 0, id="remainder-without-padding"),
    pytest.param((1, 4, 7, 2), (1, 1, 2, 3), 2, 0, id="one-by-one-kernel"),
    pytest.param((2, 2, 3, 2), (4, 4, 2, 1), 1, 3, id="kernel-larger-than-the-image"),
]
each_setting = pytest.mark.parametrize(("x_shape", "w_shape", "stride", "pad"), SETTINGS)


def sides(x_shape, kernel_size, stride, pad):
    return tuple((side + 2 * pad - kernel_size) // stride + 1 for side in x_shape[1:3])


def draw(x_shape, w_shape, dtype=np.float64):
    rng = np.random.default_rng(7)
    return [rng.normal(size=shape).astype(dtype) for shape in (x_shape, w_shape, w_shape[3:])]


def draw_local(x_shape, w_shape, stride, pad, dtype=np.float64):
    """Images, weights and biases of a layer that shares nothing."""
    rng = np.random.default_rng(9)
    positions = sides(x_shape, w_shape[0], stride, pad)
    shapes = (x_shape, (*positions, *w_shape), (*positions, w_shape[3]))
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def ids(*w_shape):
    """Weights that are numbered from 1."""
    return np.arange(1, np.prod(w_shape) + 1).reshape(w_shape)


def by_scipy(x, w, b, stride, pad):
    """Each image with each filter by SciPy; every stride-th position of the full result."""
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    maps = [
        [correlate(image, w[:, :, :, c], mode="valid")[::stride, ::stride, 0] for image in x]
        for c in range(w.shape[3])
    ]
    return np.moveaxis(np.array(maps), 0, -1) + b


def by_positions(x, w, b, stride, pad):
    """A locally connected layer by SciPy: of a convolution for each position, that position."""
    out = np.empty((len(x), *b.shape))
    for i, j in np.ndindex(b.shape[:2]):
        out[:, i, j] = by_scipy(x, w[i, j], b[i, j], stride, pad)[:, i, j]
    return out


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


@each_setting
def test_an_input_is_connected_where_it_lies_in_the_window(x_shape, w_shape, stride, pad):
    (height, width), size = x_shape[1:3], w_shape[0]
    h_out, w_out = sides(x_shape, size, stride, pad)
    matrix = connectivity_matrix(height, width, size, stride, pad)
    assert matrix.dtype == np.bool_
    assert matrix.shape == (h_out * w_out, height * width)
    for i, j, row, column in np.ndindex(h_out, w_out, height, width):
        down, right = row + pad - i * stride, column + pad - j * stride
        connected = matrix[i * w_out + j, row * width + column]
        assert connected == (0 <= down < size and 0 <= right < size)


@each_setting
def test_an_input_is_connected_where_it_changes_the_output(x_shape, w_shape, stride, pad):
    height, width = x_shape[1:3]
    pixels = np.eye(height * width).reshape(-1, height, width, 1)  # one in each image
    ones = np.ones((w_shape[0], w_shape[0], 1, 1))
    changed = by_scipy(pixels, ones, 0, stride, pad) > 0.5
    matrix = connectivity_matrix(height, width, w_shape[0], stride, pad)
    np.testing.assert_array_equal(matrix, changed.reshape(height * width, -1).T)


def test_connections_by_hand():
    expected = [[1, 1, 0, 1, 1, 0], [0, 1, 1, 0, 1, 1]]
    np.testing.assert_array_equal(connectivity_matrix(2, 3, 2), expected)
    np.testing.assert_array_equal(connectivity_matrix(1, 2, 3, pad=1), [[1, 1], [1, 1]])
    np.testing.assert_array_equal(connectivity_matrix(1, 4, 1, stride=3), np.eye(4)[[0, 3]])


@pytest.mark.parametrize(
    ("pad", "shape", "connections", "in_a_row"),
    [(0, (64, 100), 576, {9}), (1, (100, 100), 784, {4, 6, 9})],
)
def test_connections_of_ten_by_ten_pixels(pad, shape, connections, in_a_row):
    matrix = connectivity_matrix(10, 10, 3, pad=pad)
    assert matrix.shape == shape
    assert matrix.sum() == connections
    assert set(matrix.sum(axis=1)) == in_a_row
    assert sparsity(matrix) == 1 - connections / matrix.size
    dense, _ = conv_as_dense(ids(3, 3, 1, 1), np.zeros(1), (10, 10, 1), pad=pad)
    np.testing.assert_array_equal(dense != 0, matrix)
    assert distinct_parameters(dense) == 9


def test_counts_of_a_layer_with_channels_stride_and_padding():
    dense, _ = conv_as_dense(ids(3, 3, 2, 4), np.zeros(4), (5, 7, 2), stride=2, pad=1)
    assert dense.shape == (48, 70)
    assert np.count_nonzero(dense) == 560
    assert set(np.count_nonzero(dense, axis=1)) == {8, 12, 18}
    assert distinct_parameters(dense) == 72
    assert sparsity(dense) == pytest.approx(5 / 6)


def test_sparsity_of_a_layer_on_a_colour_image():
    matrix, _ = conv_as_dense(np.ones((3, 3, 3, 1), np.bool_), np.zeros(1), (32, 32, 3))
    assert sparsity(matrix) == pytest.approx(1 - 27 / 3072)


def test_conv_as_dense_by_hand():
    w = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(2, 2, 1, 1)
    matrix, bias = conv_as_dense(w, np.array([5.0]), (2, 3, 1))
    np.testing.assert_array_equal(matrix, [[1, 2, 0, 3, 4, 0], [0, 1, 2, 0, 3, 4]])
    np.testing.assert_array_equal(bias, [5, 5])
    w = np.array([[1, 2], [3, 4]]).reshape(1, 1, 2, 2)  # a pixel of two channels, two filters
    matrix, bias = conv_as_dense(w, np.array([7, 8]), (1, 2, 2))
    np.testing.assert_array_equal(matrix, [[1, 3, 0, 0], [2, 4, 0, 0], [0, 0, 1, 3], [0, 0, 2, 4]])
    np.testing.assert_array_equal(bias, [7, 8, 7, 8])


@each_setting
def test_the_dense_layer_computes_the_convolution(x_shape, w_shape, stride, pad):
    x, w, b = draw(x_shape, w_shape)
    matrix, bias = conv_as_dense(w, b, x_shape[1:], stride, pad)
    out = by_scipy(x, w, b, stride, pad)
    flat = np.array([matrix @ image.ravel() + bias for image in x])
    np.testing.assert_allclose(flat, out.reshape(len(x), -1), atol=1e-12)
    dout = np.random.default_rng(8).normal(size=out.shape)
    dx, _, _ = conv_backward(dout, x, w, stride, pad)
    back = np.array([matrix.T @ gradient.ravel() for gradient in dout])
    np.testing.assert_allclose(back, dx.reshape(len(x), -1), atol=1e-12)


@each_setting
def test_numbered_weights_name_the_connections(x_shape, w_shape, stride, pad):
    matrix, _ = conv_as_dense(ids(*w_shape), np.zeros(w_shape[3]), x_shape[1:], stride, pad)
    assert matrix.dtype.kind == "i"
    pattern = connectivity_matrix(*x_shape[1:3], w_shape[0], stride, pad)
    every_channel = np.ones(w_shape[:1:-1], np.bool_)  # (C_out, C_in)
    np.testing.assert_array_equal(matrix != 0, np.kron(pattern, every_channel))
    assert distinct_parameters(matrix) <= np.prod(w_shape)


@pytest.mark.parametrize(
    ("matrix", "share"),
    [
        ([[0, 1], [2, 3]], 0.25),
        ([[0.0, -0.0, 1e-300], [-1.0, 0.5, 2.0]], 1 / 3),
        ([True, False, False, False], 0.75),
        (np.zeros((2, 1, 3)), 1.0),
        (np.full((4, 2), -1), 0.0),
    ],
)
def test_sparsity_by_hand(matrix, share):
    result = sparsity(np.array(matrix))
    assert type(result) is float
    assert result == share


@pytest.mark.parametrize(
    ("numbers", "count"),
    [([0, 3, 7, 7], 2), ([[5, 5], [5, 5]], 1), ([1, 2, 3], 3), ([0, 0], 0), ([[[9]]], 1)],
)
def test_distinct_parameters_by_hand(numbers, count):
    result = distinct_parameters(np.array(numbers))
    assert type(result) is int
    assert result == count == len({n for n in np.ravel(numbers) if n})


@each_setting
def test_locally_connected_forward_agrees_with_scipy(x_shape, w_shape, stride, pad):
    x, w, b = draw_local(x_shape, w_shape, stride, pad)
    out = locally_connected_forward(x, w, b, stride, pad)
    np.testing.assert_allclose(out, by_positions(x, w, b, stride, pad), atol=1e-12)


@each_setting
def test_locally_connected_backward_agrees_with_numerical_gradients(x_shape, w_shape, stride, pad):
    x, w, b = draw_local(x_shape, w_shape, stride, pad)
    dout = np.random.default_rng(8).normal(size=(len(x), *b.shape))

    def loss():
        return np.sum(locally_connected_forward(x, w, b, stride, pad) * dout)

    gradients = locally_connected_backward(dout, x, w, stride, pad)
    for gradient, array in zip(gradients, (x, w, b), strict=True):
        assert gradient.shape == array.shape
        np.testing.assert_allclose(gradient, slope(loss, array), atol=1e-7)


@each_setting
def test_tied_weights_make_a_convolution(x_shape, w_shape, stride, pad):
    x, w, b = draw(x_shape, w_shape)
    positions = sides(x_shape, w_shape[0], stride, pad)
    tied = np.broadcast_to(w, (*positions, *w_shape)), np.broadcast_to(b, (*positions, *b.shape))
    out = locally_connected_forward(x, *tied, stride, pad)
    np.testing.assert_allclose(out, by_scipy(x, w, b, stride, pad), atol=1e-12)
    dout = np.random.default_rng(8).normal(size=out.shape)
    dx, dw, db = locally_connected_backward(dout, x, tied[0], stride, pad)
    gradients = (dx, *tie_gradients(dw, db))
    for gradient, right in zip(gradients, conv_backward(dout, x, w, stride, pad), strict=True):
        assert gradient.shape == right.shape
        np.testing.assert_allclose(gradient, right, atol=1e-12)


def test_one_output_sends_its_own_kernel_back_and_brings_its_window():
    x, w, b = draw_local((1, 5, 6, 2), (3, 3, 2, 4), 1, 0)
    dout = np.zeros((1, *b.shape))
    dout[0, 1, 2, 3] = 1
    dx, dw, db = locally_connected_backward(dout, x, w)
    np.testing.assert_array_equal(dx[0, 1:4, 2:5], w[1, 2, ..., 3])
    np.testing.assert_array_equal(dw[1, 2, ..., 3], x[0, 1:4, 2:5])
    np.testing.assert_array_equal(db, dout[0])
    assert np.count_nonzero(dx) == np.count_nonzero(dw) == 18


def test_pixels_in_the_remainder_have_gradient_zero():
    x, w, _ = draw_local((1, 6, 9, 1), (3, 3, 1, 1), 2, 0)
    dx, _, _ = locally_connected_backward(np.ones((1, 2, 4, 1)), x, w, stride=2)
    np.testing.assert_array_equal(dx[:, 5], 0)
    assert np.all(dx[:, :5] != 0)


def test_tie_gradients_by_hand():
    dw = np.arange(8.0).reshape(2, 2, 1, 1, 1, 2)
    dw_shared, db_shared = tie_gradients(dw, dw[:, :, 0, 0, 0])
    np.testing.assert_array_equal(dw_shared, [[[[0 + 2 + 4 + 6, 1 + 3 + 5 + 7]]]])
    np.testing.assert_array_equal(db_shared, [12, 16])


STACKS = {
    5: [(3, 1), (3, 1)],
    7: [(3, 2), (3, 1)],
    15: [(5, 2), (2, 2), (3, 1)],
    51: [(11, 4), (3, 2), (5, 1)],
    1: [],
    4: [(1, 3), (2, 4)],
    13: [(3, 1), (2, 3), (4, 1)],
    18: [(2, 2), (3, 3), (3, 5)],
}


@pytest.mark.parametrize(("side", "layers"), STACKS.items())
def test_receptive_field_of_known_stacks(side, layers):
    result = receptive_field(layers)
    assert type(result) is int
    assert result == side


@pytest.mark.parametrize("layers", STACKS.values(), ids=str)
def test_receptive_field_is_what_an_output_depends_on(layers):
    size = 111
    depends = np.eye(size, dtype=np.bool_)  # (outputs, pixels) of a row of pixels
    for kernel_size, stride in layers:
        firsts = range(0, len(depends) - kernel_size + 1, stride)
        depends = np.array([depends[i : i + kernel_size].any(axis=0) for i in firsts])
    seen = np.flatnonzero(depends[len(depends) // 2])
    assert seen[-1] - seen[0] + 1 == receptive_field(layers)


MOVES = [(1, 0), (-1, 0), (0, 2), (0, -2), (2, -1), (-3, 4), (0, 0), (4, 0), (0, -5), (-9, 9)]


@pytest.mark.parametrize(("rows", "columns"), MOVES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool_])
def test_translate_agrees_with_scipy(rows, columns, dtype):
    x = (np.arange(1, 121) % 7).reshape(2, 4, 5, 3).astype(dtype)
    moved = translate(x, rows, columns)
    assert moved.dtype == dtype
    expected = shift(x.astype(float), (0, rows, columns, 0), order=0, cval=0)
    np.testing.assert_array_equal(moved, expected)


def test_translate_by_hand():
    x = np.array([[1, 2, 3], [4, 5, 6]]).reshape(1, 2, 3, 1)
    np.testing.assert_array_equal(translate(x, 1, -1)[0, :, :, 0], [[0, 0, 0], [2, 3, 0]])
    np.testing.assert_array_equal(translate(x, -1, 2)[0, :, :, 0], [[0, 0, 4], [0, 0, 0]])


def test_translate_returns_a_new_array():
    x = np.ones((1, 3, 3, 1))
    translate(x, 0, 0)[:] = 5
    np.testing.assert_array_equal(x, 1)


def test_a_convolution_moves_along_away_from_the_border_and_a_local_layer_does_not():
    x, w, b = draw((1, 9, 10, 2), (3, 3, 2, 3))
    moved = translate(x, 1, 2)
    out, of_moved = (by_scipy(images, w, b, 1, 1) for images in (x, moved))
    inner = np.s_[:, 2:-1, 3:-1]
    np.testing.assert_allclose(of_moved[inner], translate(out, 1, 2)[inner], atol=1e-12)
    assert not np.allclose(of_moved, translate(out, 1, 2))
    _, local, biases = draw_local((1, 9, 10, 2), (3, 3, 2, 3), 1, 1)
    out, of_moved = (locally_connected_forward(i, local, biases, 1, 1) for i in (x, moved))
    assert np.all(of_moved[inner] != translate(out, 1, 2)[inner])


def test_with_stride_two_an_output_follows_moves_by_two_pixels_only():
    x, w, b = draw((1, 12, 12, 1), (3, 3, 1, 1))
    out, by_one, by_two = (by_scipy(translate(x, 0, n), w, b, 2, 1) for n in range(3))
    np.testing.assert_allclose(by_two[:, 1:-1, 2:-1], out[:, 1:-1, 1:-2], atol=1e-12)
    for n in range(-2, 3):
        assert not np.isclose(by_one, translate(out, 0, n))[:, 1:-1, 2:-2].any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floating_types_are_kept(dtype):
    x, w, b = draw_local((2, 5, 6, 2), (3, 3, 2, 3), 2, 1, dtype)
    out = locally_connected_forward(x, w, b, stride=2, pad=1)
    gradients = locally_connected_backward(out, x, w, stride=2, pad=1)
    dense = conv_as_dense(w[0, 0], b[0, 0], (5, 6, 2))
    parts = (out, *gradients, *tie_gradients(*gradients[1:]), *dense)
    assert {part.dtype for part in parts} == {np.dtype(dtype)}


def test_whole_number_images_keep_the_fractions_of_the_weights():
    _, w, b = draw_local((1, 4, 4, 1), (3, 3, 1, 1), 1, 0)
    x = np.arange(16).reshape(1, 4, 4, 1)
    expected = by_positions(x.astype(float), w, b, 1, 0)
    np.testing.assert_allclose(locally_connected_forward(x, w, b), expected, atol=1e-12)


def test_inputs_are_not_modified():
    x, w, b = draw_local((2, 5, 6, 2), (3, 3, 2, 3), 1, 0)
    for array in (x, w, b):
        array.setflags(write=False)
    dout = locally_connected_forward(x, w, b)
    dout.setflags(write=False)
    _, dw, db = locally_connected_backward(dout, x, w)
    tie_gradients(dw, db)
    conv_as_dense(w[0, 0], b[0, 0], (5, 6, 2))
    translate(x, 1, 0)
    sparsity(x)
    distinct_parameters(np.broadcast_to(3, (2, 2)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, w, b: connectivity_matrix(2, 4, 3), "does not fit"),
        (lambda x, w, b: connectivity_matrix(4, 4, 3, stride=0), "stride"),
        (lambda x, w, b: conv_as_dense(w[0, 0], b[0, 0], (4, 4, 3)), "channels"),
        (lambda x, w, b: conv_as_dense(w[0, 0], b[0, 0], (4, 2, 2)), "does not fit"),
        (lambda x, w, b: conv_as_dense(w[0, 0], b[0, 0], (4, 4, 2), pad=-1), "padding"),
        (lambda x, w, b: locally_connected_forward(x, w, b, stride=2), "shape"),
        (lambda x, w, b: locally_connected_forward(x, w, b[:1]), "shape"),
        (lambda x, w, b: locally_connected_forward(x[..., :1], w, b), "channels"),
        (lambda x, w, b: locally_connected_backward(x, x, w), "shape"),
        (lambda x, w, b: locally_connected_backward(x, x, w, pad=1), "shape"),
        (lambda x, w, b: receptive_field([(3, 1), (0, 1)]), "at least 1"),
        (lambda x, w, b: receptive_field([(3, 0)]), "at least 1"),
    ],
)
def test_impossible_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(*draw_local((1, 4, 4, 2), (3, 3, 2, 1), 1, 0))


def test_every_question_has_a_letter():
    assert set(ANSWERS) == {f"answer_{k}" for k in range(1, 6)}
    assert set(ANSWERS.values()) <= set("abcd")
