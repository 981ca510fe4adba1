"""More pictures of this notebook, those of its later sections; pictures.py has the others."""

import json

import matplotlib.pyplot as plt
import numpy as np
from drawing import show_figure


def other_size(accuracy, is_ready, placed, scores_of, test_images, test_labels, trained):
    """Give images of 12 x 12 pixels to the networks that were trained with 8 x 8."""
    if not is_ready("train"):
        return
    larger = placed(test_images, 12)
    for kind, size in [("dense", 36), ("local", 9), ("conv", (8, 32))]:
        parameters = trained(kind, size)
        try:
            share = accuracy(scores_of(kind, parameters, larger), test_labels)
        except ValueError as error:
            print(f"{kind:6} stops: {error}")
        else:
            before = accuracy(scores_of(kind, parameters, test_images), test_labels)
            print(f"{kind:6} runs: accuracy {before:.0%} with 8 x 8, {share:.0%} with 12 x 12")


def moved(accuracy, is_ready, placed, scores_of, test_images, test_labels, trained):
    """Measure the accuracy on test images that are moved by one pixel in four directions."""
    if not is_ready("train"):
        return
    moves = {"up": (0, 1), "down": (2, 1), "left": (1, 0), "right": (1, 2)}
    moved = [placed(test_images, 10, top, left)[:, 1:9, 1:9] for top, left in moves.values()]
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), width_ratios=[1, 1, 2.6])
    for ax, image, title in zip(axes, (test_images, moved[3]), ("as it was", "moved right")):
        ax.imshow(image[1, :, :, 0], cmap="Greys", vmin=0, vmax=1)
        ax.set_title(title, fontsize=10)
        ax.set_xticks([])
        ax.set_yticks([])
    for place, (kind, size) in enumerate([("dense", 36), ("local", 9), ("conv", (8, 32))]):
        parameters = trained(kind, size)
        shares = [
            accuracy(scores_of(kind, parameters, images), test_labels)
            for images in [test_images, *moved]
        ]
        bars = [shares[0], np.mean(shares[1:])]
        for shift, (bar, shade, hatch) in enumerate(zip(bars, ("0.45", "0.9"), ("", "//"))):
            at = place + 0.4 * shift - 0.2
            label = ("as they were", "moved, mean of directions")[shift] if place == 0 else None
            axes[2].bar(at, bar, 0.38, color=shade, edgecolor="black", hatch=hatch, label=label)
            axes[2].text(at, bar + 0.02, f"{bar:.0%}", ha="center")
        each = ", ".join(f"{name} {share:.0%}" for name, share in zip(moves, shares[1:]))
        print(f"{kind:6} as they were {shares[0]:.0%}; moved: {each}")
    axes[2].set_xticks(range(3), labels=["dense", "local", "conv"])
    axes[2].set_ylim(0, 1.35)
    axes[2].set_yticks([0, 0.5, 1])
    axes[2].set_ylabel("accuracy")
    axes[2].legend(loc="upper center", ncols=2, fontsize=9)
    show_figure(
        figure,
        "A digit before and after a move of one pixel to the right, and a bar chart of the "
        "accuracy of three networks with the test images as they were and moved.",
    )


def moved_on_canvas(convnet_scores, is_ready, placed, test_images, trained):
    """Move digits on a canvas, away from its border and up to it; see how far the scores change."""
    if not is_ready("train"):
        return
    parameters = trained("conv", (8, 32))
    scores = convnet_scores(parameters, placed(test_images[:100], 28, 10, 8))
    print(f"from digit to digit the score of a class varies by {scores.std(axis=0).mean():.2f}")
    for step, where in [(1, ""), (2, ""), (3, ""), (4, ""), (-8, " (to the border)")]:
        moved = convnet_scores(parameters, placed(test_images[:100], 28, 10, 8 + step))
        print(f"moved by {step}{where}: largest change {np.abs(moved - scores).max():.1g}")


def anywhere(
    accuracy,
    count,
    is_ready,
    placed,
    scores_of,
    test_images,
    test_labels,
    train_images,
    train_labels,
    trained,
):
    """Train and test all three networks with digits at random places of 12 x 12 pixels."""
    if not is_ready("train"):
        return
    rng = np.random.default_rng(5)
    to_train, to_test = (
        placed(images, 12, *rng.integers(0, 5, size=(2, len(images))))
        for images in (train_images, test_images)
    )
    figure, axes = plt.subplots(1, 5, figsize=(12, 3.4), width_ratios=[1, 1, 1, 1, 3])
    for ax, image, label in zip(axes, to_train[train_labels == 6], "6666"):
        ax.imshow(image[:, :, 0], cmap="Greys", vmin=0, vmax=1)
        ax.set_title(f"label {label}", fontsize=10)
        ax.set_xticks([])
        ax.set_yticks([])
    names = []
    for place, (kind, size) in enumerate([("dense", 18), ("local", 4), ("conv", (8, 32))]):
        parameters = trained(kind, size, uses=20_000, images=to_train)
        share = accuracy(scores_of(kind, parameters, to_test), test_labels)
        known = accuracy(scores_of(kind, parameters, to_train), train_labels)
        for shift, (bar, shade, hatch) in enumerate([(known, "0.9", "//"), (share, "0.45", "")]):
            at = place + 0.4 * shift - 0.2
            label = ("training images", "test images")[shift] if place == 0 else None
            axes[4].bar(at, bar, 0.38, color=shade, edgecolor="black", hatch=hatch, label=label)
            axes[4].text(at, bar + 0.02, f"{bar:.0%}", ha="center")
        names.append(f"{kind}\n{count(parameters):,}")
        print(f"{kind:6} {known:.0%} of the training images, {share:.0%} of the test images")
    axes[4].set_xticks(range(3), labels=names)
    axes[4].set_ylim(0, 1.35)
    axes[4].set_yticks([0, 0.5, 1])
    axes[4].set_ylabel("accuracy")
    axes[4].legend(loc="upper center", ncols=2, fontsize=9)
    show_figure(
        figure,
        "Four images of the digit 6 at different places of 12 x 12 pixels, and a bar chart of "
        "the accuracy of three networks with training images and with test images.",
    )


def zeros(initial_parameters, is_ready, trained):
    """Count the weights (not the biases) that are exactly zero, and those that never moved."""
    if not is_ready("train"):
        return
    print("network   weights   exactly zero   below 0.001   never moved in training")
    for kind, size in [("dense", 36), ("local", 9), ("conv", (8, 32))]:
        start, end = initial_parameters(kind, size), trained(kind, size)
        names = [name for name in end if name.startswith("w")]
        before, after = (
            np.concatenate([network[name].ravel() for name in names]) for network in (start, end)
        )
        zero, small = np.sum(after == 0), np.sum(np.abs(after) < 0.001)
        print(f"{kind:8} {after.size:8,} {zero:14} {small:13} {np.sum(before == after):26}")


def kernels(initial_parameters, is_ready, trained):
    """Draw the eight kernels of the first convolution, before and after training."""
    if not is_ready("train"):
        return
    networks = initial_parameters("conv", (8, 32)), trained("conv", (8, 32))
    largest = max(np.abs(network["w1"]).max() for network in networks)
    figure, axes = plt.subplots(2, 8, figsize=(12, 3.6))
    for row, network, when in zip(axes, networks, ("before", "after")):
        for filter_number, ax in enumerate(row):
            kernel = network["w1"][:, :, 0, filter_number]
            ax.imshow(kernel, cmap="gray", vmin=-largest, vmax=largest)
            for (i, j), weight in np.ndenumerate(kernel):
                shade = "black" if weight > -largest / 10 else "white"
                number = f"{round(weight, 1) + 0:.1f}"  # no minus before a zero
                ax.text(j, i, number, ha="center", va="center", fontsize=8, color=shade)
            ax.set_title(f"{when}: {filter_number}", fontsize=9)
            ax.set_xticks([])
            ax.set_yticks([])
    show_figure(
        figure,
        "Two rows of eight 3 x 3 kernels in shades of grey with their weights as numbers: "
        "before training above, after training below.",
    )


def guessed(guess):
    """Hold the guesses of the beginning against the picture above."""
    given = guess
    if isinstance(guess, dict):
        shares = guess.items()
        given = ", ".join(f"{kind} {share}" for kind, share in shares if share is not None) or None
    said = "Compare your guesses"
    if given is not None:
        said = f"Your guesses in percent: {given}. Compare them"
    print(f"{said} with the dark bars above.")


def control():
    """Draw how the network learns with weights that are tied, and with weights that are not."""
    try:
        with open("control.json", encoding="utf-8") as file:
            kinds = json.load(file)
    except FileNotFoundError:
        print("This picture needs control.json: it comes with this notebook, put it into its folder.")
        return
    figure, axes = plt.subplots(1, 2, figsize=(11, 3.8), sharey=True)
    for axis, part in zip(axes, ("training", "test")):
        for (kind, measured), colour, style in zip(
            kinds.items(), ("#0072B2", "#D55E00"), ("-", "--")
        ):
            curves = np.array([run[part] for run in measured["runs"].values()])
            epochs = np.arange(1, curves.shape[1] + 1)
            axis.plot(epochs, curves.T, style, color=colour, linewidth=0.8, alpha=0.5)
            label = f"{kind}, {measured['parameters']:,} parameters"
            axis.plot(epochs, curves.mean(axis=0), style, color=colour, linewidth=3, label=label)
            last = curves[:, -1]
            print(
                f"{kind:7} learning rate {measured['learning rate']:g}; {part} images at the end: "
                f"mean {last.mean():.1%}, from {last.min():.1%} to {last.max():.1%}"
            )
        axis.set_title(f"{part} images", fontsize=10)
        axis.set_xlabel("epoch")
        axis.set_xticks([1, 5, 10, 15, 20])
        axis.yaxis.set_major_formatter("{x:.0%}")
        axis.grid(color="0.85")
    axes[0].set_ylabel("accuracy")
    axes[1].legend(loc="lower right", fontsize=9)
    show_figure(
        figure,
        "Accuracy over twenty epochs on training images and on test images, for the network with "
        "tied weights and for the same network with untied weights, five random starts each.",
    )
