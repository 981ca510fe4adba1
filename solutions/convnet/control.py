"""The control of section 11: the network of this notebook, tied and untied, all else equal.

Both networks have the same layers, connections, images, batches and number of steps. In the untied
one every position of both convolutions has filters and biases of its own. Each gets the learning
rate with which it does best on images held back from training; the test images play no part in
that. ``python -m solutions.convnet.control`` trains them (about half an hour) and writes
``assignments/convnet/control.json``, which is released: this code is not, as it holds solutions.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from solutions.connectivity import locally_connected_backward, locally_connected_forward
from solutions.convnet import (
    Array,
    Labels,
    Parameters,
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
from solutions.pooling import max_pool_backward, max_pool_forward

GIVEN = Path(__file__).parents[2] / "assignments" / "convnet"
RATES = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
SEEDS = (0, 1, 2, 3, 4)
SEEDS_OF_RATES = (100, 101)  # of the runs that choose the learning rate: none of those reported
EPOCHS, BATCH = 20, 16


def initial(kind: str, seed: int, side: int = 12) -> Parameters:
    """Return random weights and biases of zero, of the network with 8 and 32 filters."""
    rng = np.random.default_rng(seed)
    parameters: Parameters = {}
    shapes = {1: (3, 3, 1, 8), 2: (3, 3, 8, 32), 3: (32, 10)}
    for number, shape in shapes.items():
        places = (side, side) if number == 1 else (side // 2, side // 2)
        own = places if kind == "untied" and number < 3 else ()
        spread = np.sqrt(2 / np.prod(shape[:-1]))
        parameters[f"w{number}"] = rng.normal(0, spread, (*own, *shape))
        parameters[f"b{number}"] = np.zeros((*own, shape[-1]))
    return parameters


def untied_scores(parameters: Parameters, images: Array) -> Array:
    """Compute the scores of the network whose positions share nothing."""
    maps = locally_connected_forward(images, parameters["w1"], parameters["b1"], pad=1)
    pooled = max_pool_forward(relu_forward(maps), size=2, stride=2)
    maps = locally_connected_forward(pooled, parameters["w2"], parameters["b2"], pad=1)
    features = global_average_pool_forward(relu_forward(maps))
    return dense_forward(features, parameters["w3"], parameters["b3"])


def untied_gradients(
    parameters: Parameters, images: Array, labels: Labels
) -> tuple[float, Parameters]:
    """Compute loss and gradients of the network whose positions share nothing."""
    w1, w2, w3 = (parameters[name] for name in ("w1", "w2", "w3"))
    first = locally_connected_forward(images, w1, parameters["b1"], pad=1)
    pooled = max_pool_forward(relu_forward(first), size=2, stride=2)
    second = locally_connected_forward(pooled, w2, parameters["b2"], pad=1)
    features = global_average_pool_forward(relu_forward(second))
    scores = dense_forward(features, w3, parameters["b3"])
    loss, back = softmax_cross_entropy(scores, labels)
    back, dw3, db3 = dense_backward(back, features, w3)
    back = relu_backward(global_average_pool_backward(back, second), second)
    back, dw2, db2 = locally_connected_backward(back, pooled, w2, pad=1)
    back = max_pool_backward(back, relu_forward(first), size=2, stride=2)
    _, dw1, db1 = locally_connected_backward(relu_backward(back, first), images, w1, pad=1)
    return loss, {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2, "w3": dw3, "b3": db3}


def digits_anywhere() -> tuple[Array, Labels, Array, Labels]:
    """Return the images and labels of section 11: training, then test."""
    with np.load(GIVEN / "digits.npz") as file:
        images, labels = file["images"][..., None] / 16, file["labels"].astype(int)
    shuffled = np.random.default_rng(0).permutation(len(labels))
    rng = np.random.default_rng(5)
    placed = []
    for part in (shuffled[:1000], shuffled[1000:]):
        canvas = np.zeros((len(part), 12, 12, 1))
        for number, (top, left) in enumerate(rng.integers(0, 5, size=(2, len(part))).T):
            canvas[number, top : top + 8, left : left + 8] = images[part[number]]
        placed += [canvas, labels[part]]
    return placed[0], placed[1], placed[2], placed[3]


def accuracy(kind: str, parameters: Parameters, images: Array, labels: Labels) -> float:
    """Return the share of images whose largest score is that of their label."""
    scores = (convnet_scores if kind == "tied" else untied_scores)(parameters, images)
    return float(np.mean(scores.argmax(axis=1) == labels))


def run(
    kind: str,
    rate: float,
    seed: int,
    learn: tuple[Array, Labels],
    judge: tuple[Array, Labels],
    epochs: int = EPOCHS,
) -> dict[str, list[float]]:
    """Train one network; return its loss and its two accuracies after each epoch.

    The learning rate is a fifth in the last quarter of the epochs.
    """
    gradients_of = convnet_gradients if kind == "tied" else untied_gradients
    parameters, rng = initial(kind, seed), np.random.default_rng(seed)
    curves: dict[str, list[float]] = {"loss": [], "training": [], "test": []}
    for epoch in range(epochs):
        order: NDArray[np.integer] = rng.permutation(len(learn[1]))[None]
        step = rate if epoch < 0.75 * EPOCHS else rate / 5
        with np.errstate(all="ignore"):  # a rate that is too large ends in nan: it is not chosen
            parameters, losses = train(parameters, *learn, order, BATCH, step, gradients_of)
            curves["training"].append(accuracy(kind, parameters, *learn))
            curves["test"].append(accuracy(kind, parameters, *judge))
        curves["loss"].append(round(float(np.mean(losses)), 5))
    return curves


def main() -> None:
    """Choose a learning rate for each kind, train with every seed, and write all curves."""
    images, labels, test_images, test_labels = digits_anywhere()
    learn, held_back = (images[:800], labels[:800]), (images[800:], labels[800:])
    result = {}
    for kind in ("tied", "untied"):
        tried = {
            rate: float(
                np.mean([run(kind, rate, s, learn, held_back)["test"][-1] for s in SEEDS_OF_RATES])
            )
            for rate in RATES
        }
        best = max(tried, key=lambda rate: tried[rate])
        print(kind, tried, best, flush=True)
        runs = [run(kind, best, s, (images, labels), (test_images, test_labels)) for s in SEEDS]
        print(kind, [curves["test"][-1] for curves in runs], flush=True)
        result[kind] = {
            "parameters": sum(value.size for value in initial(kind, 0).values()),
            "held back, by learning rate": {str(rate): share for rate, share in tried.items()},
            "learning rate": best,
            "runs": {str(seed): curves for seed, curves in zip(SEEDS, runs, strict=True)},
        }
    (GIVEN / "control.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
