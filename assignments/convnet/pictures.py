"""The pictures of this notebook: show("anywhere") in it draws `anywhere` with your functions."""

import matplotlib.pyplot as plt
import numpy as np
from drawing import show_figure
from later_pictures import (  # noqa: F401 (shown by their names)
    anywhere,
    control,
    guessed,
    kernels,
    moved,
    moved_on_canvas,
    other_size,
    zeros,
)


def digits(test_images, train_images, train_labels):
    """Draw the first image of every digit, and the average of all training images."""
    figure, axes = plt.subplots(1, 11, figsize=(13, 1.9))
    for digit, ax in enumerate(axes[:10]):
        ax.imshow(train_images[train_labels == digit][0, :, :, 0], cmap="Greys", vmin=0, vmax=1)
        ax.set_title(f"label {digit}", fontsize=10)
    axes[10].imshow(train_images.mean(axis=0)[:, :, 0], cmap="Greys", vmin=0, vmax=1)
    axes[10].set_title("average", fontsize=10)
    for ax in axes:
        ax.set_xticks([])
        ax.set_yticks([])
    blank = np.count_nonzero(train_images.max(axis=0) == 0)
    print(f"{train_images.shape} for training, {test_images.shape} for testing, from 0 to 1")
    print(f"pixels that are blank in every training image: {blank} of 64")
    show_figure(
        figure,
        "Ten handwritten digits from 0 to 9, each made of 8 x 8 grey pixels, and an eleventh "
        "square with the average of all training images.",
    )


def softmax(is_ready, softmax_cross_entropy):
    """Draw probabilities and gradient for the scores 1, 2, 3 and two labels."""
    if not is_ready("softmax_cross_entropy", alone=True):
        return
    figure, axes = plt.subplots(1, 3, figsize=(11, 3), sharey=True)
    for ax, label in zip(axes[1:], [2, 0]):
        loss, dscores = softmax_cross_entropy(np.array([[1.0, 2.0, 3.0]]), np.array([label]))
        probabilities = dscores[0] + np.eye(3)[label]
        ax.bar(range(3), dscores[0], color="0.8", edgecolor="black", hatch="//")
        ax.set_title(f"dscores, label {label} (loss {loss:.2f})", fontsize=10)
    axes[0].bar(range(3), probabilities, color="0.5", edgecolor="black")
    axes[0].set_title("probabilities p", fontsize=10)
    for ax in axes:
        ax.axhline(0, color="black", linewidth=0.8)
        ax.set_xticks(range(3), labels=["class 0\nscore 1", "class 1\nscore 2", "class 2\nscore 3"])
    show_figure(
        figure,
        "Three bar charts for three classes with the scores 1, 2 and 3: their probabilities, "
        "and the gradient of the loss for label 2 and for label 0.",
    )


def layer_checks(
    dense_backward,
    dense_forward,
    global_average_pool_backward,
    global_average_pool_forward,
    is_ready,
    numerical_gradient,
    relu_backward,
    relu_forward,
    softmax_cross_entropy,
):
    """Compare the backward pass of each of your layers with the nudging of its forward pass."""
    if not is_ready("global_average_pool_backward"):
        return
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(4, 5)), rng.normal(size=(5, 3)), rng.normal(size=3)
    maps, labels = rng.normal(size=(2, 3, 4, 5)), np.array([2, 0, 1, 4])
    dout, dmean, drelu = (rng.normal(size=shape) for shape in ((4, 3), (2, 5), (4, 5)))
    dx, dw, db = dense_backward(dout, x, w)
    mean_back = global_average_pool_backward(dmean, maps)
    for name, gradient, outcome, at in [
        ("ReLU, dx", relu_backward(drelu, x), lambda x: np.sum(relu_forward(x) * drelu), x),
        ("dense, dx", dx, lambda x: np.sum(dense_forward(x, w, b) * dout), x),
        ("dense, dw", dw, lambda w: np.sum(dense_forward(x, w, b) * dout), w),
        ("dense, db", db, lambda b: np.sum(dense_forward(x, w, b) * dout), b),
        (
            "softmax, dscores",
            softmax_cross_entropy(x, labels)[1],
            lambda x: softmax_cross_entropy(x, labels)[0],
            x,
        ),
        (
            "average of maps, dx",
            mean_back,
            lambda x: np.sum(global_average_pool_forward(x) * dmean),
            maps,
        ),
    ]:
        gap = np.abs(gradient - numerical_gradient(outcome, at)).max()
        verdict = "agrees" if gap < 1e-7 else "DISAGREES"
        print(f"{name:20} {verdict:10} largest gap {gap:.0e}")


def network():
    """Draw the layers with the shapes between them, and count the parameters of each."""
    layers = [
        ("convolution\n3 × 3\npadding 1", "8 × 8 × 8", "w1 (3, 3, 1, 8), b1 (8,)", 9 * 8 + 8),
        ("ReLU", "8 × 8 × 8", "", 0),
        ("max pooling\n2 × 2\nstride 2", "4 × 4 × 8", "", 0),
        ("convolution\n3 × 3\npadding 1", "4 × 4 × 32", "w2 (3, 3, 8, 32), b2 (32,)", 72 * 32 + 32),
        ("ReLU", "4 × 4 × 32", "", 0),
        ("global\naverage\npooling", "32", "", 0),
        ("dense", "10 scores", "w3 (32, 10), b3 (10,)", 32 * 10 + 10),
    ]
    figure, ax = plt.subplots(figsize=(12, 3))
    ax.text(0, 1, "image\n8 × 8 × 1", ha="center", va="center")
    for place, (name, shape, names, number) in enumerate(layers):
        left = 0.75 + 2 * place
        shade = "0.8" if number else "white"
        ax.add_patch(plt.Rectangle((left, 0.4), 1.3, 1.2, facecolor=shade, edgecolor="black"))
        ax.text(left + 0.65, 1, name, ha="center", va="center", fontsize=9)
        ax.annotate("", (left + 2, 1), (left + 1.3, 1), arrowprops={"arrowstyle": "->"})
        ax.text(left + 1.65, 1.75, shape, ha="center")
        ax.text(left + 0.65, 0.2, f"{number:,}", ha="center", va="top")
        ax.text(left + 0.65, -0.15, names.replace(", b", "\nb"), ha="center", va="top", fontsize=9)
    ax.annotate("", (0.75, 1), (0.5, 1), arrowprops={"arrowstyle": "->"})
    ax.text(0, 0.2, "parameters:", ha="center", va="top")
    ax.text(0, 1.75, "shape:", ha="center")
    ax.set_xlim(-0.5, 15)
    ax.set_ylim(-0.7, 2.1)
    ax.axis("off")
    print(f"together {sum(number for *_, number in layers):,} parameters")
    show_figure(
        figure,
        "A row of seven boxes joined by arrows, one for each layer of the network, with the "
        "shape of its output above and the number of its parameters below.",
    )


def network_check(convnet_gradients, initial_parameters, is_ready):
    """Compare your gradients with nudging: every array of parameters, along a random direction."""
    if not is_ready("convnet_gradients"):
        return
    rng, nudge = np.random.default_rng(3), 1e-6
    parameters = initial_parameters("conv", (4, 6))
    images, labels = rng.normal(size=(5, 6, 8, 1)), np.array([3, 1, 4, 1, 5])
    _, gradients = convnet_gradients(parameters, images, labels)
    for name, value in parameters.items():
        direction = rng.normal(size=value.shape)
        up, down = (
            convnet_gradients({**parameters, name: value + step * direction}, images, labels)[0]
            for step in (nudge, -nudge)
        )
        nudged, yours = (up - down) / (2 * nudge), np.sum(gradients[name] * direction)
        verdict = "agrees" if np.isclose(nudged, yours, rtol=1e-4, atol=1e-6) else "DISAGREES"
        print(f"{name} {verdict:10} slope by nudging {nudged:9.6f}, by your gradient {yours:9.6f}")


def shuffling(
    accuracy,
    convnet_scores,
    initial_parameters,
    is_ready,
    shuffled_orders,
    test_images,
    test_labels,
    train,
    train_images,
    train_labels,
):
    """Train your network with images in a shuffled and in a sorted order, 5 epochs each."""
    if not is_ready("train"):
        return
    epochs, number = 5, len(train_labels)
    by_label = np.argsort(train_labels, kind="stable")
    start = initial_parameters("conv", (8, 16))
    figure, ax = plt.subplots(figsize=(10, 3.4))
    for name, orders, style, shade in [
        ("sorted by label", np.tile(by_label, (epochs, 1)), "-", "0.65"),
        ("shuffled", shuffled_orders(epochs, number, seed=1), "-", "black"),
    ]:
        parameters, losses = train(start, train_images, train_labels, orders, 16, 0.3)
        share = accuracy(convnet_scores(parameters, test_images), test_labels)
        print(f"{name:16} accuracy on the test images after {epochs} epochs: {share:.0%}")
        ax.plot(losses, style, color=shade, linewidth=1.2, label=name)
    for epoch in range(1, epochs):
        ax.axvline(epoch * len(losses) / epochs, color="black", linewidth=0.5, linestyle=":")
    ax.set_xlabel("step (dotted: a new epoch)")
    ax.set_ylabel("loss of the batch")
    ax.legend()
    show_figure(
        figure,
        "Two curves of the loss of each batch over the steps of training, one for shuffled "
        "images, one for images sorted by label.",
    )


def draw_shares(curves, ticks, label, share):
    """Draw the accuracy of networks; curves holds (kind, their places on the axis, networks)."""
    figure, ax = plt.subplots(figsize=(8, 3.8))
    for (kind, places, networks), marker in zip(curves, ("o:", "s--", "^-")):
        shares = [share(kind, network) for network in networks]
        ax.plot(places, shares, marker, color="black", markerfacecolor="0.8", label=kind)
        results = ", ".join(f"{place:,}: {share:.1%}" for place, share in zip(places, shares))
        print(f"{kind:6} {label} {results}")
    ax.set_xscale("log")
    ax.set_xticks(ticks, labels=[f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel(label)
    ax.set_ylabel("accuracy on the test images")
    ax.yaxis.set_major_locator(plt.MaxNLocator(8, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.grid(color="0.85")
    ax.legend(loc="lower right")
    return figure


def parameters(accuracy, count, is_ready, scores_of, test_images, test_labels, trained):
    """Measure the accuracy of all networks in three sizes against the number of parameters."""
    if not is_ready("train"):
        return

    def share(kind, network):
        return accuracy(scores_of(kind, network, test_images), test_labels)

    curves = []
    for kind, sizes in [
        ("dense", (9, 19, 36)),
        ("local", (2, 4, 9)),
        ("conv", ((5, 10), (8, 16), (8, 32))),
    ]:
        networks = [trained(kind, size) for size in sizes]
        curves.append((kind, [count(network) for network in networks], networks))
    figure = draw_shares(curves, [600, 1000, 2000, 3000], "number of parameters", share)
    show_figure(
        figure,
        "Accuracy on the test images against the number of parameters, with a line of three "
        "points for each of the dense, the local and the convolutional network.",
    )


def images(accuracy, is_ready, scores_of, test_images, test_labels, trained):
    """Measure the accuracy of the largest networks against the number of training images."""
    if not is_ready("train"):
        return

    def share(kind, network):
        return accuracy(scores_of(kind, network, test_images), test_labels)

    numbers = (50, 200, 500, 1000)
    curves = [
        (kind, numbers, [trained(kind, size, number) for number in numbers])
        for kind, size in [("dense", 36), ("local", 9), ("conv", (8, 32))]
    ]
    figure = draw_shares(curves, numbers, "number of training images", share)
    show_figure(
        figure,
        "Accuracy on the test images against the number of training images, with one line for "
        "each of the dense, the local and the convolutional network.",
    )
