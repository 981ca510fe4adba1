"""The pictures of this notebook: show("edges") in it draws `edges` with your functions."""

import matplotlib.pyplot as plt
import numpy as np
from drawing import COLOURS, draw_grid, show_figure, weight_colours
from matplotlib import cbook
from window import layer_window  # noqa: F401 (shown by its name)


def draw_table(axis, table, title, shaded=()):
    """Draw a table of numbers or words; the boxes in shaded, as (row, column), are grey."""
    grey = np.zeros(np.shape(table))
    for place in shaded:
        grey[place] = 0.35
    draw_grid(axis, table, title, grey, size=10)


def windows():
    """Draw the windows of two outputs, for two strides."""
    inputs = np.arange(1, 26).reshape(5, 5)
    figure, axes = plt.subplots(1, 5, figsize=(13, 3))
    steps = [("any stride: $h_{11}$", 0), ("stride 1: $h_{12}$", 1), ("stride 2: $h_{12}$", 2)]
    for axis, (name, left) in zip(axes[[0, 1, 3]], steps):
        seen = [(row, left + column) for row in range(3) for column in range(3)]
        draw_table(axis, inputs, name, seen)
    for axis, stride, number in [(axes[2], 1, 3), (axes[4], 2, 2)]:
        places = range(1, number + 1)
        names = [[f"$h_{{{row}{column}}}$" for column in places] for row in places]
        draw_table(axis, names, f"stride {stride}: the outputs")
    show_figure(
        figure,
        "Three copies of a grid with the numbers 1 to 25, with the 3 x 3 window of one output in "
        "grey, and the grids of outputs: 3 x 3 for stride 1, 2 x 2 for stride 2.",
    )


def border(grey_image, zero_pad):
    """Draw three windows on an image with a border."""
    padded = zero_pad(grey_image(np.arange(1, 10).reshape(3, 3)), 1)
    if padded is None:
        print("This picture needs zero_pad: write it above and run this cell again.")
        return
    figure, axes = plt.subplots(1, 3, figsize=(9, 3.4))
    corners = [("$h_{11}$", 0, 0), ("$h_{12}$", 0, 1), ("$h_{22}$", 1, 1)]
    for axis, (name, top, left) in zip(axes, corners):
        seen = [(top + row, left + column) for row in range(3) for column in range(3)]
        draw_table(axis, padded[0, :, :, 0], f"{name} with a border of 1", seen)
        axis.add_patch(plt.Rectangle((0.5, 0.5), 3, 3, fill=False, linewidth=3))
    show_figure(
        figure,
        "Three copies of a 3 x 3 image with a border of zeros around it; in each the 3 x 3 window "
        "of another output is grey: the first, its right neighbour, the middle one.",
    )


def edges(conv_forward, grey_image):
    """Draw where two filters find edges."""
    image = np.zeros((9, 16))
    image[2:7, 2:6] = image[2:7, 10:14] = 1
    to_the_right = np.array([[-1.0, 0.0, 1.0]] * 3)
    filters = np.stack([to_the_right, to_the_right.T], axis=-1)[:, :, None, :]
    maps = conv_forward(grey_image(image), filters, np.zeros(2), stride=1, pad=1)
    if maps is None:
        print("This picture needs conv_forward: write it above and run this cell again.")
        return
    rows = ["image first right", "image second down"]
    figure, axes = plt.subplot_mosaic(
        [row.split() for row in rows], figsize=(13, 6), width_ratios=[5, 1.3, 5]
    )
    draw_table(axes["first"], filters[:, :, 0, 0], "filter 0")
    draw_table(axes["second"], filters[:, :, 0, 1], "filter 1")
    right, down = maps[0, :, :, 0], maps[0, :, :, 1]
    shown = [
        ("image", image, "the image: white is 1"),
        ("right", right, "map 0, brighter to the right: white is 0"),
        ("down", down, "map 1, brighter downwards: white is 0"),
    ]
    for name, table, title in shown:
        signs = [["#0072B2", "#FFFFFF", "#E69F00"][int(np.sign(n)) + 1] for n in table.flat]
        colours = np.array(signs).reshape(table.shape)
        words = [[f"{number:g}" if number else "" for number in line] for line in table]
        if name == "image":
            colours = 0.75 * (table == 0)
        draw_grid(axes[name], words, title, colours)
        axes[name].grid(False, which="minor")
    show_figure(
        figure,
        "An image of two bright rectangles, two 3 x 3 filters, and the maps they make: numbers "
        "stand along the left and right edges in one, along the upper and lower edges in the "
        "other.",
    )


def sharing():
    """Draw where one weight is used, and where one pixel is."""
    kernel = [["a", "b"], ["c", "d"]]
    inputs = np.arange(1, 17).reshape(4, 4)
    outputs = [[f"$h_{{{row}{column}}}$" for column in (1, 2, 3)] for row in (1, 2, 3)]
    everywhere = list(np.ndindex(3, 3))
    rows = [
        (
            "weight b",
            [(0, 1)],
            "met these inputs",
            [(row, column + 1) for row, column in everywhere],
            "and was used by all nine outputs",
            everywhere,
        ),
        (
            "all four weights",
            np.ndindex(2, 2),
            "met input 6",
            [(1, 1)],
            "in the windows of four outputs",
            np.ndindex(2, 2),
        ),
    ]
    figure, axes = plt.subplots(2, 3, figsize=(9, 6))
    for line, (left, weights, middle, met, right, users) in zip(axes, rows):
        chosen = [["#FFFFFF", "#FFFFFF"], ["#FFFFFF", "#FFFFFF"]]
        for row, column in weights:
            chosen[row][column] = COLOURS[kernel[row][column]]
        draw_grid(line[0], kernel, left, chosen, size=11)
        draw_table(line[1], inputs, middle, met)
        draw_table(line[2], outputs, right, users)
    show_figure(
        figure,
        "Two rows of a kernel, an image and a table of outputs. Above, weight b is marked with "
        "the nine inputs it met; below, input 6 with the four outputs whose windows contain it.",
    )


def gradient_check(conv_backward, conv_forward, numerical_gradient):
    """Compare conv_backward with slopes of conv_forward."""
    rng, threshold = np.random.default_rng(0), 1e-6
    settings = [(3, 3, 2, 1, 0), (3, 4, 3, 1, 1), (4, 5, 2, 2, 0), (3, 5, 2, 3, 2)]
    for height, width, size, stride, pad in settings:
        x = rng.normal(size=(2, height, width, 2))
        w = rng.normal(size=(size, size, 2, 3))
        b = rng.normal(size=3)
        out = conv_forward(x, w, b, stride, pad)
        if out is None:
            print("This check needs conv_forward: write it above and run this cell again.")
            return
        dout = rng.normal(size=out.shape)
        found = conv_backward(dout, x, w, stride, pad)
        if found is None:
            print("This check needs conv_backward: write it above and run this cell again.")
            return
        print(f"image {height} by {width}, kernel {size}, stride {stride}, pad {pad}")

        def loss(x, w, b):
            return np.sum(conv_forward(x, w, b, stride, pad) * dout)

        slopes = [
            numerical_gradient(lambda moved: loss(moved, w, b), x),
            numerical_gradient(lambda moved: loss(x, moved, b), w),
            numerical_gradient(lambda moved: loss(x, w, moved), b),
        ]
        for name, gradient, measured in zip(("dx", "dw", "db"), found, slopes):
            if np.shape(gradient) != measured.shape:
                print(f"   {name} MISTAKE: shape {np.shape(gradient)} instead of {measured.shape}")
                continue
            gap = np.max(np.abs(gradient - measured))
            verdict, sign = ("agrees", "below") if gap < threshold else ("MISTAKE", "not below")
            print(f"   {name} {verdict}: furthest apart {gap:.0e}, {sign} {threshold:.0e}")


def from_behind(conv_backward, one_filter):
    """Draw what one output alone sends back."""
    kernel = one_filter([[1, 2], [3, 4]])
    found = conv_backward(np.ones((1, 3, 3, 1)), np.ones((1, 4, 4, 1)), kernel)
    if found is None:
        print("This picture needs conv_backward: write it above and run this cell again.")
        return
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.4))
    for axis, (row, column) in zip(axes, [(0, 0), (0, 1), (2, 2)]):
        dout = np.zeros((1, 3, 3, 1))
        dout[0, row, column, 0] = 1
        dx = conv_backward(dout, np.ones((1, 4, 4, 1)), kernel)[0][0, :, :, 0]
        letters = [
            [" abcd"[int(number)] if number in (1, 2, 3, 4) else "" for number in line]
            for line in dx
        ]
        title = f"dx of $h_{{{row + 1}{column + 1}}}$ alone"
        draw_grid(axis, dx, title, weight_colours(letters), size=10)
    ones = one_filter([[1, 1], [1, 1]])
    counts = conv_backward(np.ones((1, 3, 3, 1)), np.ones((1, 4, 4, 1)), ones)[0]
    draw_table(axes[3], counts[0, :, :, 0], "how many outputs see each pixel")
    show_figure(
        figure,
        "Three grids of gradients, each zero but for a block with the kernel at the place of one "
        "output's window, and a grid that counts the windows over each pixel.",
    )


def learning(conv_backward, conv_forward, one_filter):
    """Let a kernel learn what a hidden one does."""
    rng = np.random.default_rng(1)
    image = rng.normal(size=(1, 7, 7, 1))
    hidden = one_filter([[-1, 0, 1]] * 3)
    target = conv_forward(image, hidden, np.zeros(1))
    if target is None or conv_backward(target, image, hidden) is None:
        print("This picture needs conv_forward and conv_backward: write them above first.")
        return
    kernels, losses = [np.zeros_like(hidden)], []
    for _ in range(60):
        difference = conv_forward(image, kernels[-1], np.zeros(1)) - target
        losses.append(np.mean(difference**2))
        _, dw, _ = conv_backward(2 * difference / difference.size, image, kernels[-1])
        kernels.append(kernels[-1] - 0.2 * dw)
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.2))
    for axis, steps in zip(axes, (0, 3, 60)):
        learned = np.round(kernels[steps][:, :, 0, 0], 2) + 0.0  # no minus before a zero
        draw_table(axis, learned, f"the kernel after {steps} steps")
    axes[3].semilogy(losses, color="black")
    axes[3].set_xlabel("step")
    axes[3].set_ylabel("mean squared difference")
    show_figure(
        figure,
        "Three tables of the nine weights of a kernel, before, early and late in training, and a "
        "curve of the error on a logarithmic scale that falls with every step.",
    )


def guessed(conv_forward, guess):
    """Hold the guess of the beginning against what is counted."""
    found = conv_forward(np.ones((1, 4, 4, 1)), np.eye(4)[1].reshape(2, 2, 1, 1), np.zeros(1))
    if found is None:
        print("This needs conv_forward: write it above and run this cell again.")
    else:
        used = np.count_nonzero(found)
        said = "" if guess is None else f"Your guess was {guess}. "
        print(f"{said}A kernel that is 1 at its top right and 0 elsewhere,")
        print(f"on an image of ones: {used} of {np.size(found)} outputs are not zero.")


def photograph(conv_forward):
    """Let the two filters look for edges in a photograph that matplotlib ships."""
    try:
        with cbook.get_sample_data("grace_hopper.jpg") as file:
            colours = plt.imread(file, format="jpg")
    except FileNotFoundError:
        print("This picture needs grace_hopper.jpg, which this matplotlib has come without.")
        return
    grey = colours.mean(axis=2)[:600, :512] / 255
    small = grey.reshape(150, 4, 128, 4).mean(axis=(1, 3))  # every 4 x 4 pixels become one
    to_the_right = np.array([[-1.0, 0.0, 1.0]] * 3)
    filters = np.stack([to_the_right, to_the_right.T], axis=-1)[:, :, None, :]
    maps = conv_forward(small[None, :, :, None], filters, np.zeros(2), stride=1, pad=0)
    if maps is None:
        print("This picture needs conv_forward: write it above and run this cell again.")
        return
    figure, axes = plt.subplots(1, 3, figsize=(12, 5))
    axes[0].imshow(small, cmap="gray", vmin=0, vmax=1)
    axes[0].set_title("the image, 150 x 128 pixels", fontsize=10)
    for axis, number, way in zip(axes[1:], (0, 1), ("to the right", "downwards")):
        axis.imshow(maps[0, :, :, number], cmap="PuOr_r", vmin=-2, vmax=2)
        axis.set_title(f"map {number}, brighter {way}: white is 0", fontsize=10)
    for axis in axes:
        axis.set_xticks([])
        axis.set_yticks([])
    show_figure(
        figure,
        "A portrait of a woman in uniform, and two maps, two pixels smaller each way: lines that "
        "go up and down stand out in one, lines that go across in the other.",
    )
