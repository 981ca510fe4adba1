"""The pictures of this notebook: show("names") in it draws `names` with your functions."""

import matplotlib.pyplot as plt
import numpy as np
from drawing import LETTERS, draw_grid, show_figure, weight_colours
from later_pictures import (  # noqa: F401 (shown by their names)
    field,
    gradient_check,
    moves,
    names_of_outputs,
    places,
    ring,
    sizes,
    step,
    two_layers,
)
from window import layer_window  # noqa: F401 (shown by its name)


def connections(connectivity_matrix, is_ready):
    """Draw the connections of a dense layer and of a 2 x 2 window with stride 2."""
    connected = connectivity_matrix(4, 4, 2, stride=2)
    if not is_ready("connectivity_matrix", connected, (4, 16)):
        return
    figure, axes = plt.subplots(2, 1, figsize=(8, 5.6))
    panels = [("dense layer", np.ones((4, 16))), ("2 x 2 window, stride 2", connected)]
    for ax, (name, joined) in zip(axes, panels):
        title = f"{name}: {np.count_nonzero(joined)} of 64 connections"
        words = np.full((4, 16), "")
        draw_grid(ax, words, title, 0.9 * joined, names_of_outputs(2), range(1, 17))
        ax.set_xlabel("pixel")
    show_figure(
        figure,
        "Two grids of connections between 16 pixels and 4 outputs: completely filled for a "
        "dense layer, four boxes in each row for a 2 x 2 window with stride 2.",
    )


def border(connectivity_matrix, is_ready):
    """Draw the connections of a 3 x 3 window on 6 x 6 pixels, without and with padding."""
    figure, axes = plt.subplots(1, 2, figsize=(12, 6.3))
    for ax, pad, outputs in zip(axes, (0, 1), (16, 36)):
        connected = connectivity_matrix(6, 6, 3, pad=pad)
        if not is_ready("connectivity_matrix", connected, (outputs, 36)):
            plt.close(figure)
            return
        counts = np.count_nonzero(connected, axis=1)
        ax.imshow(connected, cmap="Greys", vmin=0, vmax=1.1)
        ax.set_title(f"padding {pad}: {outputs} outputs, {counts.sum()} connections", fontsize=11)
        ax.set_xticks(range(0, 36, 6), range(1, 37, 6))
        ax.set_yticks(range(outputs), counts, fontsize=8)
        ax.set(xlabel="pixel", ylabel="output; at its row: how many pixels it sees")
        ax.set_xticks(np.arange(5.5, 35, 6), minor=True)
        ax.set_yticks(np.arange(3.5 + 2 * pad, outputs - 1, 4 + 2 * pad), minor=True)
        ax.grid(which="minor", color="grey", linewidth=0.8)
        ax.tick_params(length=0, which="both")
    show_figure(
        figure,
        "Two grids of connections for a 3 x 3 window on 6 x 6 pixels, without and with padding: "
        "slanting bands of short black dashes.",
    )


def names(connectivity_matrix, is_ready, own_names, shared_names):
    """Draw which weight each connection uses in three layers from 9 pixels to 4 outputs."""
    connected, shared = connectivity_matrix(3, 3, 2), shared_names(3, 2)
    if shared is None or not is_ready("connectivity_matrix", connected, (4, 9)):
        return
    letter = dict(enumerate("0abcd"))
    letters = [[letter.get(round(number), "?") for number in row] for row in shared]
    figure, axes = plt.subplots(3, 1, figsize=(6, 8.4))
    own = own_names(connected)
    for ax, title, words, colours in [
        (axes[0], "dense: 36 weights", np.arange(1, 37).reshape(4, 9), np.full((4, 9), 0.15)),
        (axes[1], "locally connected: 16 weights", own, 0.15 * (own > 0)),
        (axes[2], "convolution: the weights a, b, c, d", letters, weight_colours(letters)),
    ]:
        draw_grid(ax, words, title, colours, names_of_outputs(2), range(1, 10), size=10)
        ax.set_xlabel("pixel")
    show_figure(
        figure,
        "Three grids from 9 pixels to 4 outputs with the names of the weights: 36 numbers for "
        "dense, 16 for locally connected, four letters in each row for a convolution.",
    )


def counts(connectivity_matrix, distinct_parameters, is_ready, own_names, shared_names, sparsity):
    """Measure connections, sparsity and weights of three layers on 10 x 10 pixels."""
    tests = sparsity(np.eye(2)), distinct_parameters(np.eye(2, dtype=int))
    if not is_ready("sparsity", tests[0], ()) or not is_ready("distinct_parameters", tests[1], ()):
        return
    for pad, outputs in [(0, 64), (1, 100)]:
        connected, shared = connectivity_matrix(10, 10, 3, pad=pad), shared_names(10, 3, pad)
        if shared is None or not is_ready("connectivity_matrix", connected, (outputs, 100)):
            return
        print(f"padding {pad}: {outputs} outputs, 100 inputs")
        print(f"    {'layer':20}{'connections':>12}{'zeros':>10}{'weights':>10}")
        for name, names in [
            ("dense", own_names(np.full((outputs, 100), True))),
            ("locally connected", own_names(connected)),
            ("convolution", shared),
        ]:
            zeros, weights = sparsity(names), distinct_parameters(names)
            ready = is_ready("sparsity", zeros, ())
            if not ready or not is_ready("distinct_parameters", weights, ()):
                return
            joined = np.count_nonzero(names)
            print(f"    {name:20}{joined:12,}{zeros:10.2%}{weights:10,}")


def crosses(convolve, is_ready, locally_connected_forward):
    """Show two equal crosses to a convolution and to two locally connected layers."""
    rng = np.random.default_rng(3)
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    image = np.zeros((7, 11))
    image[1:4, 1:4] = image[3:6, 7:10] = cross
    kernel = (2.0 * cross - 1).reshape(3, 3, 1, 1)
    tied = np.tile(kernel, (5, 9, 1, 1, 1, 1))
    untied = rng.integers(-2, 3, tied.shape).astype(float)
    x = image.reshape(1, 7, 11, 1)
    out = convolve(x, kernel, np.zeros(1))
    if out is None:
        return
    panels = [("the image", image), ("convolution", out[0, :, :, 0])]
    for name, w in [("locally connected, equal", tied), ("locally connected, different", untied)]:
        local = locally_connected_forward(x, w, np.zeros((5, 9, 1)))
        if not is_ready("locally_connected_forward", local, (1, 5, 9, 1)):
            return
        panels.append((f"{name} kernels", local[0, :, :, 0]))
        print(f"{name} kernels: furthest from the convolution {np.abs(local - out).max():g}")
    top = max(np.abs(values).max() for _, values in panels[1:])  # one grey scale for all outputs
    figure, axes = plt.subplots(2, 2, figsize=(10, 6.4))
    for ax, (title, values) in zip(axes.flat, panels):
        scale = 1 if title == "the image" else max(top, 1)
        draw_grid(ax, values, title, 0.7 * (np.abs(values) / scale) ** 0.7)
        if title != "the image":
            for column, row in [(1, 1), (7, 3)]:
                box = plt.Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, linewidth=3)
                ax.add_patch(box)
    show_figure(
        figure,
        "Four grids of numbers: an image with two crosses, its convolution, and the outputs of "
        "two locally connected layers, with equal and with different kernels.",
    )


def alone(connectivity_matrix, distinct_parameters, is_ready, own_names, shared_names):
    """Draw four layers, with and without each idea, and count their weights."""
    for side in (10, 3):
        connected = connectivity_matrix(side, side, 3, pad=1)
        if not is_ready("connectivity_matrix", connected, (side**2, side**2)):
            return
        small = shared_names(side, 3, 1)
        wide = None if small is None else shared_names(side, 2 * side - 1, side - 1)
        if wide is None:
            return
        layers = [
            ("dense", own_names(np.full((side**2, side**2), True))),
            ("shared, not sparse", wide),
            ("sparse, nothing shared", own_names(connected)),
            ("sparse and shared", small),
        ]
        counts = [distinct_parameters(names) for _, names in layers]
        if not all(is_ready("distinct_parameters", count, ()) for count in counts):
            return
        if side == 10:
            for (title, names), count in zip(layers, counts):
                joined = np.count_nonzero(names)
                print(f"10 x 10 pixels, {title:24}{joined:7,} connections, {count:6,} weights")
    figure, axes = plt.subplots(2, 2, figsize=(9, 9.4))
    for ax, (title, names), count in zip(axes.flat, layers, counts):
        colours = np.where(names > 0, 0.08 + 0.42 * names / max(names.max(), 1), 0)
        words = [[f"{name:g}" if name else "" for name in line] for line in names]
        if title == "sparse and shared":
            words = [[LETTERS[int(word) - 1] if word else "" for word in line] for line in words]
            colours = weight_colours(words)
        draw_grid(ax, words, f"{title}: {count} weights", colours)
        ax.set(xlabel="input", ylabel="output")
    show_figure(
        figure,
        "Four 9 x 9 tables of weight numbers, with nothing shared on the left and shared on the "
        "right: above, dense and shared but not sparse; below, sparse with nothing shared, and "
        "both. Their titles count the weights.",
    )


def guessed(connectivity_matrix, guess, is_ready, sparsity):
    """Hold the guess of the beginning against what the functions say."""
    connected = connectivity_matrix(10, 10, 3, pad=1)
    if is_ready("connectivity_matrix", connected, (100, 100)):
        share = sparsity(connected)
        if is_ready("sparsity", share, ()):
            said = "" if guess is None else f"Your guess was {guess} percent. "
            print(f"{said}Measured with padding 1: {share:.1%} zeros.")
