"""More pictures of this notebook, those of its later sections; pictures.py has the others."""

import matplotlib.pyplot as plt
import numpy as np
from drawing import LETTERS, draw_grid, show_figure, weight_colours


def names_of_outputs(number):
    """Return the names h11, h12, ... of number x number outputs, in reading order."""
    return [f"h{row}{column}" for row in range(1, number + 1) for column in range(1, number + 1)]


def gradient_check(
    is_ready, locally_connected_backward, locally_connected_forward, numerical_gradient
):
    """Compare locally_connected_backward with slopes of locally_connected_forward."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(2, 4, 5, 2))
    for stride, pad, map_size, seen in [(1, 0, (2, 3), 20), (2, 1, (2, 3), 20), (2, 0, (1, 2), 15)]:
        w, b = rng.normal(size=(*map_size, 3, 3, 2, 3)), rng.normal(size=(*map_size, 3))
        out = locally_connected_forward(x, w, b, stride, pad)
        if not is_ready("locally_connected_forward", out, (2, *map_size, 3)):
            return
        dout = rng.normal(size=out.shape)
        found = locally_connected_backward(dout, x, w, stride, pad)
        if not is_ready("locally_connected_backward", found, x.shape, w.shape, b.shape):
            return

        def loss(x, w, b, dout=dout, stride=stride, pad=pad):
            return np.sum(locally_connected_forward(x, w, b, stride, pad) * dout)

        slopes = [
            numerical_gradient(lambda moved, w=w, b=b: loss(moved, w, b), x),
            numerical_gradient(lambda moved, b=b: loss(x, moved, b), w),
            numerical_gradient(lambda moved, w=w: loss(x, w, moved), b),
        ]
        gaps = [np.abs(yours - slope).max() for yours, slope in zip(found, slopes)]
        words = [f"{name} {gap:.0e}" for name, gap in zip(("dx", "dw", "db"), gaps)]
        reached = np.count_nonzero(found[0].any(axis=(0, 3)))
        print(f"stride {stride}, pad {pad}: furthest apart {', '.join(words)}")
        print(f"    pixels of 20 that hear anything: {reached}; in a window: {seen}")


def places(is_ready, locally_connected_backward, shared_names, tie_gradients):
    """Compute the gradient of a shared kernel from its positions and from the dense matrix."""
    x, dout = np.arange(1.0, 10.0).reshape(1, 3, 3, 1), np.array([1.0, 10.0, 100.0, 1000.0])
    names, w = shared_names(3, 2), np.zeros((2, 2, 2, 2, 1, 1))
    local = locally_connected_backward(dout.reshape(1, 2, 2, 1), x, w)
    shapes = (1, 3, 3, 1), (2, 2, 2, 2, 1, 1), (2, 2, 1)
    if names is None or not is_ready("locally_connected_backward", local, *shapes):
        return
    tied = tie_gradients(*local[1:])
    if not is_ready("tie_gradients", tied, (2, 2, 1, 1), (1,)):
        return
    mosaic, heights = [[0, 1, 2, 3, 4], [5] * 5], [1, 1.5]
    figure, axes = plt.subplot_mosaic(mosaic, figsize=(11, 6.6), height_ratios=heights)
    for k, name, (i, j) in zip(range(4), names_of_outputs(2), np.ndindex(2, 2)):
        own = local[1][i, j, :, :, 0, 0]
        draw_grid(axes[k], own, f"dw at {name}", weight_colours(["ab", "cd"]))
    kernel_colours = weight_colours(["ab", "cd"])
    draw_grid(axes[4], tied[0][:, :, 0, 0], "tie_gradients", kernel_colours)
    dense = np.outer(dout, x)
    letter = {1: "a: ", 2: "b: ", 3: "c: ", 4: "d: "}
    words = np.array([[f"{value:g}" for value in row] for row in dense], dtype=object)
    for place in np.argwhere(names):
        place = tuple(place)
        words[place] = letter.get(round(names[place]), "?: ") + words[place]
    title = "gradient of the dense matrix"
    colours = weight_colours([[word[0] for word in line] for line in words])
    draw_grid(axes[5], words, title, colours, names_of_outputs(2), range(1, 10))
    axes[5].set_xlabel("pixel")
    show_figure(
        figure,
        "Gradients of a 2 x 2 kernel at four positions and their sum; below them the gradient of "
        "the dense matrix, its connections marked with the letters a to d.",
    )
    sums = [dense[names == number].sum() for number in (1, 2, 3, 4)]
    print("matrix, added up by name:", *(f"{a} {s:g}" for a, s in zip("abcd", sums)))
    print(f"furthest from tie_gradients: {np.abs(tied[0].ravel() - sums).max():g}")


def step(
    conv_as_dense,
    distinct_parameters,
    is_ready,
    locally_connected_backward,
    sparsity,
    tie_gradients,
):
    """Take one step with a convolution and with a dense layer that starts as its matrix."""
    rng = np.random.default_rng(11)
    kernel, x = rng.normal(size=(3, 3, 1, 1)), rng.normal(size=(1, 4, 4, 1))
    dout = rng.normal(size=(1, 4, 4, 1))
    quiet = dout * np.isin(np.arange(16), [1, 6, 8, 15]).reshape(1, 4, 4, 1)  # one in each block
    steps = []
    for arriving in (dout, quiet):
        w = np.tile(kernel, (4, 4, 1, 1, 1, 1))
        local = locally_connected_backward(arriving, x, w, pad=1)
        if not is_ready("locally_connected_backward", local, x.shape, w.shape, (4, 4, 1)):
            return
        tied = tie_gradients(*local[1:])
        if not is_ready("tie_gradients", tied, (3, 3, 1, 1), (1,)):
            return
        steps.append(tied[0])
    layers = [
        conv_as_dense(weights, np.zeros(1), (4, 4, 1), pad=1)
        for weights in (kernel, kernel - 0.1 * steps[0])
    ]
    if not all(is_ready("conv_as_dense", layer, (16, 16), (16,)) for layer in layers):
        return
    before, convolution = layers[0][0], layers[1][0]
    dense = before - 0.1 * np.outer(dout, x)
    panels = [
        ("both, before", before),
        ("the convolution, after", convolution),
        ("the dense layer, after", dense),
    ]
    top = max(np.abs(matrix).max() for _, matrix in panels) or 1
    figure, axes = plt.subplots(1, 3, figsize=(12, 4.8))
    for ax, (title, matrix) in zip(axes, panels):
        share, weights = sparsity(matrix), distinct_parameters(np.round(1e9 * matrix).astype(int))
        if not is_ready("sparsity", share, ()) or not is_ready("distinct_parameters", weights, ()):
            plt.close(figure)
            return
        zeros = round(256 * share)
        shade = np.where(matrix == 0, 0, 0.3 + 0.7 * (np.abs(matrix) / top) ** 0.7)
        ax.imshow(shade, cmap="Greys", vmin=0, vmax=1)
        ax.set_title(f"{title}: {zeros} of 256 entries zero", fontsize=10)
        ax.set(xlabel="input", ylabel="output", xticks=[], yticks=[])
        print(f"{title:24}{zeros:4} zeros, {weights:4} different weights")
    show_figure(
        figure,
        "Three matrices of 16 x 16 entries in shades of grey, zeros in white: before a training "
        "step, and after it for a convolution and for a dense layer.",
    )
    for name, arriving, step in [("first", dout, steps[0]), ("second", quiet, steps[1])]:
        above, below = round(16 * sparsity(arriving)), round(9 * sparsity(step))
        print(f"{name} dout: {above} of 16 numbers are zero; in the kernel's gradient {below} of 9")


def two_layers():
    """Draw which pixels one output of a second layer depends on, for two strides below it."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 3.6))
    for ax, stride in zip(axes, (1, 2)):
        below = np.arange(1, 10, stride)  # where the outputs of the first layer look
        middle = below[len(below) // 2 - 1 : len(below) // 2 + 2]
        for pixel in range(11):
            seen = np.any(np.abs(middle - pixel) <= 1)
            face = "0.35" if seen else "white"
            ax.plot(pixel, 0, "s", markersize=15, color=face, markeredgecolor="black")
        for place in below:
            used = place in middle
            face = "0.35" if used else "white"
            ax.plot(place, 1, "o", markersize=13, color=face, markeredgecolor="black")
            for pixel in (place - 1, place, place + 1) if used else ():
                ax.plot([place, pixel], [0.9, 0.12], "k-", linewidth=0.9, zorder=0)
        ax.plot(middle[1], 2, "^", markersize=13, color="0.35", markeredgecolor="black")
        for place in middle:
            ax.plot([middle[1], place], [1.9, 1.1], "k-", linewidth=0.9, zorder=0)
        ax.set_yticks([0, 1, 2], ["image", "layer 1", "layer 2"])
        ax.set(xticks=[], ylim=(-0.4, 2.4), frame_on=False)
        ax.tick_params(length=0)
        ax.set_title(f"layer 1: window 3, stride {stride}; layer 2: window 3", fontsize=10)
    show_figure(
        figure,
        "Two diagrams of pixels, outputs of layer 1 and one output of layer 2, joined by lines; "
        "with stride 1 five pixels are reached, with stride 2 seven.",
    )


def field(connectivity_matrix, is_ready, receptive_field):
    """Draw how many paths lead from each of 15 x 15 pixels to the middle output."""
    stacks = [[(3, 1)], [(3, 1), (3, 1)], [(3, 1)] * 3, [(3, 2), (3, 1)]]
    figure, axes = plt.subplots(2, 2, figsize=(9, 10))
    for ax, layers in zip(axes.flat, stacks):
        side, paths = 15, np.eye(225)
        for window, step in layers:
            above = (side - window) // step + 1
            connected = connectivity_matrix(side, side, window, step)
            if not is_ready("connectivity_matrix", connected, (above**2, side**2)):
                plt.close(figure)
                return
            side, paths = above, np.array(connected, dtype=float) @ paths
        formula = receptive_field(layers)
        if not is_ready("receptive_field", formula, ()):
            plt.close(figure)
            return
        seen = paths[len(paths) // 2].reshape(15, 15)
        columns = np.flatnonzero(seen.any(axis=0))
        measured = np.ptp(columns) + 1 if columns.size else 0  # from the first to the last
        words = [[f"{number:g}" if number else "" for number in line] for line in seen]
        name = ", ".join(str(layer) for layer in layers)
        title = f"{name}\nside: measured {measured}, your formula {formula}"
        draw_grid(ax, words, title, 0.75 * (seen / max(seen.max(), 1)) ** 0.6)
    show_figure(
        figure,
        "Four images of 15 x 15 pixels with a block of path counts in the middle, of 3, 5, 7 "
        "and 7 pixels a side, one for each stack of layers.",
    )


def moves(convolve, is_ready, locally_connected_forward, translate):
    """Move first or apply the layer first, for three layers, and draw the difference."""
    rng = np.random.default_rng(10)
    x = rng.integers(1, 6, (1, 6, 6, 1)).astype(float)
    kernel = np.array([[1, 0, 2], [-1, 1, 0], [0, -2, 1.0]]).reshape(3, 3, 1, 1)
    own, no_bias = rng.integers(-2, 3, (6, 6, 3, 3, 1, 1)).astype(float), np.zeros(1)

    def local(x):
        out = locally_connected_forward(x, own, np.zeros((6, 6, 1)), pad=1)
        return out if is_ready("locally_connected_forward", out, x.shape) else None

    layers = [
        ("convolution, stride 1", lambda x: convolve(x, kernel, no_bias, 1, 1)),
        ("convolution, stride 2", lambda x: convolve(x, kernel, no_bias, 2, 1)),
        ("locally connected, stride 1", local),
    ]
    moved = translate(x, 0, 1)
    if not is_ready("translate", moved, x.shape):
        return
    figure, axes = plt.subplots(3, 3, figsize=(10, 10))
    for row, (name, layer) in zip(axes, layers):
        out = layer(x)
        if out is None:
            plt.close(figure)
            return
        later = layer(moved)
        first = translate(out, 0, 1)
        if not is_ready("translate", first, out.shape):
            plt.close(figure)
            return
        gap = (later - first)[0, :, :, 0]
        unlike = np.count_nonzero(gap)
        for ax, title, values in [
            (row[0], f"{name}:\nfirst move, then apply", later[0, :, :, 0]),
            (row[1], "first apply,\nthen move", first[0, :, :, 0]),
            (row[2], f"the difference: not zero\nat {unlike} of {gap.size} positions", gap),
        ]:
            draw_grid(ax, values, title, 0.35 * (values != 0) if ax is row[2] else None)
    show_figure(
        figure,
        "Nine grids of numbers in three rows, one for each layer: moved before the layer, moved "
        "after it, and the difference of the two.",
    )
    two = convolve(translate(x, 0, 2), kernel, no_bias, 2, 1)
    one = translate(convolve(x, kernel, no_bias, 2, 1), 0, 1)
    print("stride 2, the image moved by TWO pixels, the output by one: the difference is")
    print((two - one)[0, :, :, 0])
    if np.any(two != one):
        print("These should be zeros: look again at what conv_as_dense does with the stride.")


def sizes(conv_as_dense, is_ready):
    """Print the shape of the matrix that the same nine weights make for images of three sizes."""
    for height, width in [(6, 6), (10, 10), (12, 20)]:
        layer = conv_as_dense(np.ones((3, 3, 1, 1)), np.zeros(1), (height, width, 1), pad=1)
        pixels = height * width
        if not is_ready("conv_as_dense", layer, (pixels, pixels), (pixels,)):
            return
        joined = np.count_nonzero(layer[0])
        size = f"{height} x {width} pixels"
        print(f"{size:18} 9 weights, {joined:5,} connections in a matrix of {pixels} x {pixels}")


def ring(is_ready, on_a_ring, translate):
    """Ask three matrices on a ring of six pixels whether they move along, and draw them."""
    rng = np.random.default_rng(2)
    moved = translate(np.ones((1, 1, 6, 1)), 0, 1)
    if not is_ready("translate", moved, (1, 1, 6, 1)):
        return
    outputs, pixels = np.indices((6, 6))
    number = (pixels - outputs + 1) % 6  # one for each displacement; the window has 0, 1 and 2
    random, shared = rng.normal(size=(6, 6)), rng.normal(size=6)[number]
    in_window = number < 3
    print("furthest apart: move, then apply; apply, then move")
    for name, matrix in [
        ("random weights", random),
        ("window of three, own weights", np.where(in_window, random, 0)),
        ("window of three, shared", np.where(in_window, shared, 0)),
        ("random, averaged along its lines", along_its_lines(random)),
    ]:
        gaps = []
        for image in np.eye(6):
            before = on_a_ring(image.reshape(1, 1, 6, 1)).ravel()
            after = on_a_ring((matrix @ image).reshape(1, 1, 6, 1)).ravel()
            gaps.append(np.abs(matrix @ before - after).max())
        print(f"    {name:34}{max(gaps):.2f}")
    names = np.where(in_window, np.array(list(LETTERS))[number], "")
    own = np.where(in_window, np.cumsum(in_window).reshape(6, 6), "")
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.9))
    for ax, title, words, colours in [
        (axes[0], "random: 36 weights", np.arange(1, 37).reshape(6, 6), np.full((6, 6), 0.15)),
        (axes[1], "window, own weights: 18", own, 0.15 * in_window),
        (axes[2], "window, shared: 3", names, weight_colours(names)),
    ]:
        draw_grid(ax, words, title, colours, range(1, 7), range(1, 7))
        ax.set(xlabel="pixel", ylabel="output")
    show_figure(
        figure,
        "Three matrices of 6 outputs and 6 pixels on a ring: 36 different weights; a window of "
        "three with 18 different weights; a window of three with a, b, c in every row.",
    )


def along_its_lines(matrix):
    """Give all weights on a slanting line of a matrix, around the ring, their mean."""
    size = len(matrix)
    rows = np.array([np.roll(row, -place) for place, row in enumerate(matrix)])
    return np.array([np.roll(rows.mean(axis=0), place) for place in range(size)])
