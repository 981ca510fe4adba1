"""The reference network against hand-computed numbers, SciPy and numerical gradients."""

import math

import numpy as np
import pytest
from contents import ASSIGNMENTS
from scipy.ndimage import maximum_filter
from scipy.signal import correlate
from scipy.special import log_softmax, softmax

from solutions import _layers as layers
from solutions.convnet import (
    ANSWERS,
    convnet_gradients,
    convnet_scores,
    dense_backward,
    dense_forward,
    global_average_pool_backward,
    global_average_pool_forward,
    relu_backward,
    relu_forward,
    softmax_cross_entropy,
    train,
)

SHAPES = {"w1": (3, 3, 2, 3), "b1": (3,), "w2": (3, 3, 3, 4), "b2": (4,), "w3": (4, 5), "b3": (5,)}


def draw(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


def draw_network(seed=2):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(0, 0.5, shape) for name, shape in SHAPES.items()}


def draw_batch(n=4, height=6, width=9, seed=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, height, width, 2)), rng.integers(0, 5, n)


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


def conv_by_scipy(image, w, b):
    """One image through one convolution with padding 1; never mind how it is done here."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    maps = [correlate(padded, w[..., c], mode="valid")[..., 0] + b[c] for c in range(w.shape[3])]
    return np.stack(maps, axis=-1)


def scores_by_scipy(p, images):
    """The whole network, one image after the other, by SciPy."""
    scores = []
    for image in images:
        maps = np.clip(conv_by_scipy(image, p["w1"], p["b1"]), 0, None)
        height, width = (side // 2 * 2 for side in maps.shape[:2])
        largest = maximum_filter(maps, size=(2, 2, 1), origin=(-1, -1, 0))
        maps = np.clip(conv_by_scipy(largest[:height:2, :width:2], p["w2"], p["b2"]), 0, None)
        scores.append(np.average(maps, axis=(0, 1)).dot(p["w3"]) + p["b3"])
    return np.array(scores)


def loss_by_scipy(p, images, labels):
    logarithms = log_softmax(scores_by_scipy(p, images), axis=1)
    return -np.mean([row[label] for row, label in zip(logarithms, labels, strict=True)])


def test_relu_by_hand():
    x = np.array([[-2.0, -0.0, 0.0], [1e-300, 0.5, 1e300]])
    np.testing.assert_array_equal(relu_forward(x), [[0, 0, 0], [1e-300, 0.5, 1e300]])
    dout = np.array([[3.0, -4.0, 5.0], [-6.0, 7.0, -8.0]])
    np.testing.assert_array_equal(relu_backward(dout, x), [[0, 0, 0], [-6, 7, -8]])


@pytest.mark.parametrize("shape", [(), (5,), (2, 3, 4, 2)])
def test_relu_backward_is_the_slope_of_relu_forward(shape):
    x, dout = np.asarray(draw(*shape)), np.asarray(draw(*shape, seed=4))
    numerical = slope(lambda: np.sum(relu_forward(x) * dout), x)
    np.testing.assert_allclose(relu_backward(dout, x), numerical, atol=1e-8)


def test_relu_does_nothing_twice():
    x = draw(3, 4)
    np.testing.assert_array_equal(relu_forward(relu_forward(x)), relu_forward(x))
    np.testing.assert_array_equal(relu_forward(x) - relu_forward(-x), x)


def test_dense_by_hand():
    x, w, b = np.array([[1.0, 2.0]]), np.array([[1.0, 10, 0], [3, 0, -1]]), np.array([0.5, 0, 7])
    np.testing.assert_array_equal(dense_forward(x, w, b), [[7.5, 10, 5]])
    dx, dw, db = dense_backward(np.array([[1.0, 0, 2]]), x, w)
    np.testing.assert_array_equal(dx, [[1, 1]])
    np.testing.assert_array_equal(dw, [[1, 0, 2], [2, 0, 4]])
    np.testing.assert_array_equal(db, [1, 0, 2])


def test_dense_forward_agrees_with_loops():
    x, w, b = draw(5, 4), draw(4, 3, seed=5), draw(3, seed=6)
    for n, m in np.ndindex(5, 3):
        expected = math.fsum([*(x[n, d] * w[d, m] for d in range(4)), b[m]])
        assert dense_forward(x, w, b)[n, m] == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_dense_backward_is_the_slope_of_dense_forward(n):
    arrays = x, w, b = draw(n, 4), draw(4, 3, seed=5), draw(3, seed=6)
    dout = draw(n, 3, seed=7)
    gradients = dense_backward(dout, x, w)
    for gradient, array in zip(gradients, arrays, strict=True):
        numerical = slope(lambda: np.sum(dense_forward(x, w, b) * dout), array)
        np.testing.assert_allclose(gradient, numerical, atol=1e-8)


def test_a_dense_layer_is_a_convolution_of_one_pixel():
    x, w, b = draw(5, 4), draw(4, 3, seed=5), draw(3, seed=6)
    dout = draw(5, 3, seed=7)
    pixels, kernels = x[:, None, None, :], w[None, None]
    out = layers.conv_forward(pixels, kernels, b)
    np.testing.assert_allclose(dense_forward(x, w, b), out[:, 0, 0], atol=1e-14)
    dx, dw, db = layers.conv_backward(dout[:, None, None, :], pixels, kernels)
    expected = dx[:, 0, 0], dw[0, 0], db
    for gradient, right in zip(dense_backward(dout, x, w), expected, strict=True):
        np.testing.assert_allclose(gradient, right, atol=1e-14)


def test_cross_entropy_by_hand():
    scores = np.log([[1.0, 2.0, 5.0], [6.0, 1.0, 1.0]])  # p = 1/8, 2/8, 5/8 and 6/8, 1/8, 1/8
    loss, dscores = softmax_cross_entropy(scores, np.array([1, 0]))
    assert type(loss) is float
    assert loss == pytest.approx((math.log(4) + math.log(4 / 3)) / 2)
    np.testing.assert_allclose(dscores, np.array([[1, -6, 5], [-2, 1, 1]]) / 16)


def test_equal_scores_cost_the_logarithm_of_the_number_of_classes():
    loss, dscores = softmax_cross_entropy(np.full((3, 10), 7.0), np.array([0, 4, 9]))
    assert loss == pytest.approx(math.log(10))  # 2.302585: where CS231n says training starts
    assert np.sum(dscores > 0) == 27


def test_cross_entropy_agrees_with_scipy():
    scores, labels = 3 * draw(6, 4), np.array([0, 3, 1, 1, 2, 0])
    loss, dscores = softmax_cross_entropy(scores, labels)
    assert loss == pytest.approx(-log_softmax(scores, axis=1)[np.arange(6), labels].mean())
    np.testing.assert_allclose(dscores, (softmax(scores, axis=1) - np.eye(4)[labels]) / 6)
    np.testing.assert_allclose(dscores.sum(axis=1), 0, atol=1e-15)


def test_dscores_are_the_slope_of_the_loss():
    scores, labels = draw(5, 4), np.array([0, 3, 1, 1, 2])
    _, dscores = softmax_cross_entropy(scores, labels)
    numerical = slope(lambda: softmax_cross_entropy(scores, labels)[0], scores)
    np.testing.assert_allclose(dscores, numerical, atol=1e-8)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("row", "label", "loss", "gradient"),
    [
        ([1e4, 0.0], 0, 0.0, [0, 0]),
        ([1e4, 0.0], 1, 1e4, [1, -1]),
        ([-1e4, 1e4], 0, 2e4, [-1, 1]),
        ([1e4, 1e4], 0, math.log(2), [-0.5, 0.5]),
        ([-1e4, -1e4], 1, math.log(2), [0.5, -0.5]),
    ],
)
def test_large_scores_are_exact_and_warn_of_nothing(row, label, loss, gradient):
    scores, labels = np.array([row, [0.0, 0.0]]), np.array([label, 0])
    found, dscores = softmax_cross_entropy(scores, labels)
    assert found == pytest.approx((loss + math.log(2)) / 2, rel=1e-14)
    np.testing.assert_allclose(dscores, np.array([gradient, [-0.5, 0.5]]) / 2, atol=1e-15)


def test_the_same_added_to_all_scores_changes_nothing():
    scores, labels = np.round(draw(4, 3) * 64) / 64, np.array([2, 0, 1, 2])
    loss, dscores = softmax_cross_entropy(scores, labels)
    moved = softmax_cross_entropy(scores + 10000, labels)
    assert loss == moved[0]
    np.testing.assert_array_equal(dscores, moved[1])


def test_global_average_pooling_is_average_pooling_with_the_largest_window():
    x = draw(3, 4, 4, 2)
    window = np.full((1, 4, 4, 1), 1 / 16)
    by_scipy = correlate(x, window, mode="valid", method="direct")[:, 0, 0]
    np.testing.assert_allclose(global_average_pool_forward(x), by_scipy, atol=1e-15)


def test_global_average_pooling_agrees_with_loops():
    x, dout = draw(3, 2, 5, 2), draw(3, 2, seed=8)
    out, dx = global_average_pool_forward(x), global_average_pool_backward(dout, x)
    assert out.shape == (3, 2)
    assert dx.shape == x.shape
    for n, c in np.ndindex(3, 2):
        pixels = [x[n, i, j, c] for i in range(2) for j in range(5)]
        assert out[n, c] == pytest.approx(math.fsum(pixels) / 10, abs=1e-15)
        np.testing.assert_array_equal(dx[n, :, :, c], np.full((2, 5), dout[n, c] / 10))


def test_global_average_pooling_passes_on_the_slope_and_all_gradient():
    x, dout = draw(2, 3, 4, 2), draw(2, 2, seed=8)
    dx = global_average_pool_backward(dout, x)
    numerical = slope(lambda: np.sum(global_average_pool_forward(x) * dout), x)
    np.testing.assert_allclose(dx, numerical, atol=1e-8)
    np.testing.assert_allclose(dx.sum(axis=(1, 2)), dout, atol=1e-15)


@pytest.mark.parametrize(("height", "width"), [(8, 8), (6, 9), (12, 12), (2, 3), (5, 7)])
def test_scores_agree_with_scipy(height, width):
    images, _ = draw_batch(3, height, width)
    scores = convnet_scores(draw_network(), images)
    np.testing.assert_allclose(scores, scores_by_scipy(draw_network(), images), atol=1e-12)


def test_scores_by_hand():
    """Kernels that pass their pixel on: ReLU, the largest of each window, ReLU, the average."""
    one = np.zeros((3, 3, 1, 1))
    one[1, 1] = 1
    p = {"w1": one, "b1": np.array([1.0]), "w2": -one, "b2": np.array([8.0])}
    p |= {"w3": np.array([[1.0, 10.0]]), "b3": np.array([0.0, 0.5])}
    image = np.array([[1.0, 2, -5, -6], [3, 4, -7, -8], [9, 0, 0, 5], [0, 0, 2, 1]])
    # with 1 added: largest 5, 0, 10, 6; 8 minus that: 3, 8, -2 (so 0), 2; average 13 / 4
    scores = convnet_scores(p, image[None, :, :, None])
    np.testing.assert_allclose(scores, [[3.25, 33.0]])


@pytest.mark.parametrize("name", SHAPES)
def test_gradients_are_the_slope_of_the_loss_by_scipy(name):
    p, (images, labels) = draw_network(), draw_batch(3, 5, 6)
    loss, gradients = convnet_gradients(p, images, labels)
    assert type(loss) is float
    assert loss == pytest.approx(loss_by_scipy(p, images, labels))
    assert list(gradients.keys() ^ p.keys()) == []
    assert gradients[name].shape == SHAPES[name]
    numerical = slope(lambda: loss_by_scipy(p, images, labels), p[name])
    np.testing.assert_allclose(gradients[name], numerical, atol=1e-7)


def test_gradients_of_a_batch_are_the_mean_of_those_of_its_images():
    p, (images, labels) = draw_network(), draw_batch()
    loss, gradients = convnet_gradients(p, images, labels)
    alone = [convnet_gradients(p, images[n : n + 1], labels[n : n + 1]) for n in range(4)]
    assert loss == pytest.approx(np.mean([one for one, _ in alone]))
    for name in p:
        mean = np.mean([of_one[name] for _, of_one in alone], axis=0)
        np.testing.assert_allclose(gradients[name], mean, atol=1e-14)


def centre_of_gravity(parameters, images, labels):
    """A stand-in with gradients known by heart: half the squared distance to the images."""
    apart = parameters["place"] - images
    return float(np.mean(apart**2) / 2), {"place": np.mean(apart, axis=0)}


def test_training_by_hand():
    place, images = {"place": np.array([0.0])}, np.array([[4.0], [8.0], [16.0]])
    orders = np.array([[2, 0, 1], [1, 2, 0]])
    found, losses = train(
        place, images, np.zeros(3, int), orders, 2, 0.5, gradients_of=centre_of_gravity
    )
    # means 10, 8, then 12, 4; half of the way each time: 5, 6.5, 9.25, 6.625
    np.testing.assert_allclose(found["place"], [6.625])
    squares = [(256 + 16) / 4, 9 / 2, (2.25 + 90.25) / 4, 27.5625 / 2]
    np.testing.assert_allclose(losses, squares)


def test_training_with_all_images_at_once_is_plain_gradient_descent():
    p, (images, labels) = draw_network(), draw_batch()
    found, losses = train(p, images, labels, np.array([[3, 1, 0, 2]] * 3), 10, 0.7)
    for loss in losses:
        right, gradients = convnet_gradients(p, images, labels)
        assert loss == pytest.approx(right)
        p = {name: p[name] - 0.7 * gradients[name] for name in p}
    for name in p:
        np.testing.assert_allclose(found[name], p[name], atol=1e-12)


def test_batches_are_taken_in_the_order_of_their_epoch():
    images, labels = np.arange(10.0, 17.0), np.arange(7)
    seen = []

    def gradients_of(parameters, images, labels):
        seen.append((images.tolist(), labels.tolist()))
        return 1.0 * len(seen), {"w": np.array(1.0)}

    orders = np.array([[5, 2, 6, 0, 3, 1, 4], [1, 4, 0, 6, 5, 2, 3]])
    found, losses = train({"w": np.array(3.0)}, images, labels, orders, 3, 0.25, gradients_of)
    batches = [[5, 2, 6], [0, 3, 1], [4], [1, 4, 0], [6, 5, 2], [3]]
    assert seen == [([10.0 + n for n in batch], batch) for batch in batches]
    np.testing.assert_array_equal(losses, [1, 2, 3, 4, 5, 6])
    assert found["w"] == 3 - 6 * 0.25


def test_training_learns_to_tell_digits_apart():
    with np.load(ASSIGNMENTS / "convnet" / "digits.npz") as digits:
        chosen = np.flatnonzero(digits["labels"] < 2)
        images = digits["images"][chosen, ..., None] / 16
        labels = digits["labels"][chosen].astype(int)
    rng = np.random.default_rng(0)
    shapes = {"w1": (3, 3, 1, 8), "b1": (8,), "w2": (3, 3, 8, 8), "b2": (8,)}
    shapes |= {"w3": (8, 2), "b3": (2,)}
    p = {name: rng.normal(0, 2 / math.sqrt(np.prod(s[:-1])), s) for name, s in shapes.items()}
    p |= {name: np.zeros(shapes[name]) for name in ("b1", "b2", "b3")}
    orders = np.array([rng.permutation(300) for _ in range(4)])
    trained, losses = train(p, images[:300], labels[:300], orders, 10, 0.2)
    assert losses.shape == (120,)
    assert losses[-30:].mean() < losses[:30].mean() / 2
    assert np.mean(convnet_scores(trained, images[300:]).argmax(axis=1) == labels[300:]) > 0.9


def test_nothing_given_is_modified_and_results_are_new():
    p, (images, labels) = draw_network(), draw_batch()
    x, dout = draw(3, 4, 4, 2), draw(3, 2, seed=9)
    for array in (*p.values(), images, labels, x, dout):
        array.setflags(write=False)
    results = [
        relu_forward(x),
        relu_backward(x, x),
        dense_forward(dout, x[0, 0, :2], x[0, 0, 0]),
        *dense_backward(dout, dout, x[0, 0, :2]),
        softmax_cross_entropy(dout, labels[:3] % 2)[1],
        global_average_pool_forward(x),
        global_average_pool_backward(dout, x),
        convnet_scores(p, images),
        *convnet_gradients(p, images, labels)[1].values(),
        *train(p, images, labels, np.array([[3, 1, 0, 2]]), 2, 0.1)[0].values(),
    ]
    assert all(result.flags.writeable for result in results)
    assert not any(np.shares_memory(result, x) for result in results)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: relu_backward(draw(2, 3), draw(3, 2)), "shape"),
        (lambda: dense_backward(draw(5, 2), draw(5, 4), draw(4, 3)), "shape"),
        (lambda: softmax_cross_entropy(draw(3, 4), np.zeros((3, 4), int)), "shape"),
        (lambda: softmax_cross_entropy(draw(3, 4), np.array([0, 4, 1])), "from 0 to 3"),
        (lambda: softmax_cross_entropy(draw(3, 4), np.array([0, -1, 1])), "from 0 to 3"),
        (lambda: global_average_pool_backward(draw(2, 3), draw(2, 4, 4, 2)), "shape"),
        (lambda: train({}, draw(3), draw(3), np.array([[0, 1, 1]]), 2, 0.1), "0 to 2 once"),
        (lambda: train({}, draw(3), draw(3), np.array([[0, 1, 2]]), 0, 0.1), "at least one"),
    ],
)
def test_impossible_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_every_question_has_a_letter():
    assert set(ANSWERS) == {f"answer_{k}" for k in range(1, 4)}
    assert set(ANSWERS.values()) <= set("abcd")
